/*
 * Merging two maps key by key; strategic_list.c merges the lists in them.
 *
 * Mirrors mergeMap of apimachinery's strategicpatch/patch.go:
 *
 *	$patch in the patch's map    replace base with the rest, or delete it
 *	$retainKeys                  remove keys of base that it does not list
 *	$setElementOrder/KEY         merge_in_order()
 *	KEY: null                    remove KEY
 *	KEY only in the patch, or    merge_prune(): the patch's value without
 *	of another kind              nulls and directives
 *	KEY in both: maps            merge_map(), one level deeper
 *	KEY in both: lists           merge_list() if the schema says so, else
 *	                             replace
 *	KEY in both: scalars         replace
 *
 * Base's entries are not copied until one changes; added ones are inserted at
 * the end, in the API's field order.  Go walks a map in random order; this
 * follows the order of the patch.
 */
#include "k8s/strategic_walk.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tree/scalar.h"

/* Append "PATH: TEXT"; the path of what is in base starts at the object. */
static void place_message(struct merge *m, struct buf *b,
			  const struct place *place, const struct node *at,
			  const char *text)
{
	const struct node *origin = node_origin(at);
	const char *above = m->options->path;

	if (above && *above && place->up && m->base && origin &&
	    origin->source == m->base)
		buf_printf(b, "%s.", above);
	place_text(b, place);
	buf_addz(b, ": ");
	buf_addz(b, text);
}

const void *merge_fail(struct merge *m, const struct place *place,
		       const struct node *at, const char *fmt, ...)
{
	struct buf b = BUF_INIT;
	char text[300];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	place_message(m, &b, place, at, text);
	err_set(m->e, node_pos(at), "%s", buf_z(&b));
	buf_release(&b);
	return NULL;
}

static void warn(struct merge *m, const struct place *place,
		 const struct node *at, const char *text)
{
	struct buf b = BUF_INIT;

	if (!m->options->warn)
		return;
	place_message(m, &b, place, at, text);
	m->options->warn(m->options->ctx, node_pos(at), buf_z(&b));
	buf_release(&b);
}

/* Kubernetes keeps these if there is nothing to merge with, and the API server
 * then rejects them; lenient mode drops them. */
static bool is_directive(str key)
{
	return str_eq(key, KEY_RETAIN) || str_starts(key, KEY_ORDER) ||
	       str_starts(key, KEY_DELETE);
}

static bool may_be_directive(str key)
{
	return key.n && key.p[0] == '$';
}

/* The value of an entry or item; NULL if nothing is left. */
static const struct node *prune_value(struct merge *m, const struct node *value,
				      bool nulls)
{
	return node_is_scalar(value) ? value : merge_prune(m, value, nulls);
}

static const struct node *prune_map(struct merge *m, const struct node *map,
				    bool nulls)
{
	struct entry *kept = NULL;
	uint32_t n = 0;

	for (uint32_t i = 0; i < map->n; i++) {
		struct entry e = map->entries[i];
		str key = node_text(e.key);

		if (nulls && e.value->kind == NODE_NULL)
			e.value = NULL;
		else if (may_be_directive(key) && str_eq(key, KEY_PATCH))
			return NULL;
		else if (may_be_directive(key) && !m->options->strict &&
			 is_directive(key))
			e.value = NULL;
		else
			e.value = prune_value(m, e.value, nulls);
		if (!kept && e.value != map->entries[i].value) {
			kept = arena_array(m->a, struct entry, map->n);
			memcpy(kept, map->entries, i * sizeof(*kept));
			n = i;
		}
		if (kept && e.value)
			kept[n++] = e;
	}
	return kept ? node_new_map(m->a, map, kept, n) : map;
}

static const struct node *prune_list(struct merge *m, const struct node *list,
				     bool nulls)
{
	const struct node **kept = NULL;
	uint32_t n = 0;

	for (uint32_t i = 0; i < list->n; i++) {
		const struct node *item = prune_value(m, list->items[i], nulls);

		if (!kept && item != list->items[i]) {
			kept = arena_array(m->a, const struct node *, list->n);
			memcpy(kept, list->items, i * sizeof(*kept));
			n = i;
		}
		if (kept && item)
			kept[n++] = item;
	}
	return kept ? node_new_list(m->a, list, kept, n) : list;
}

const struct node *merge_prune(struct merge *m, const struct node *value,
			       bool nulls)
{
	if (value->kind == NODE_MAP)
		return prune_map(m, value, nulls);
	if (value->kind == NODE_LIST)
		return prune_list(m, value, nulls);
	return value;
}

/* The merge of two maps. */
struct map_merge {
	struct merge *m;
	const struct node *base, *patch;
	struct scope scope;
	const struct place *place;
	const struct node **values;	/* of base's entries, NULL: removed;
					 * NULL while nothing has changed */
	struct entry *added;
	uint32_t n_added;
	bool *done;			/* by entry of the patch */
};

/* The index of a key: an entry of base or, behind those, an added one, which
 * only $deleteFromPrimitiveList can find; -1 for neither. */
static int64_t find(const struct map_merge *mm, str key, bool deletes)
{
	int64_t i = node_index(mm->base, key);

	for (uint32_t k = 0; i < 0 && deletes && k < mm->n_added; k++)
		if (str_eq(node_text(mm->added[k].key), key))
			i = (int64_t)mm->base->n + k;
	return i;
}

/* The current value at an index, or NULL. */
static const struct node *current(const struct map_merge *mm, int64_t i)
{
	if (i < 0)
		return NULL;
	if (i >= mm->base->n)
		return mm->added[i - mm->base->n].value;
	return mm->values ? mm->values[i] : mm->base->entries[i].value;
}

static void set(struct map_merge *mm, int64_t i, const struct node *key,
		const struct node *value)
{
	if (value == current(mm, i))
		return;
	if (i < 0) {
		if (!mm->added)
			mm->added = arena_array(mm->m->a, struct entry,
						mm->patch->n);
		mm->added[mm->n_added++] = (struct entry){ key, value };
		return;
	}
	if (i >= mm->base->n) {
		mm->added[i - mm->base->n].value = value;
		return;
	}
	if (!mm->values) {
		mm->values = arena_array(mm->m->a, const struct node *,
					 mm->base->n);
		for (uint32_t k = 0; k < mm->base->n; k++)
			mm->values[k] = mm->base->entries[k].value;
	}
	mm->values[i] = value;
}

/* Insert an entry after the nearest key that the API declares before it;
 * `orders` has the schema_order() of each entry. */
static void insert(struct entry *entries, int *orders, uint32_t n,
		   struct entry new, int order)
{
	uint32_t at = n;
	int nearest = -1;

	for (uint32_t i = 0; order >= 0 && i < n; i++)
		if (orders[i] > nearest && orders[i] < order) {
			nearest = orders[i];
			at = i + 1;
		}
	memmove(entries + at + 1, entries + at, (n - at) * sizeof(*entries));
	memmove(orders + at + 1, orders + at, (n - at) * sizeof(*orders));
	entries[at] = new;
	orders[at] = order;
}

/* Drop the added entries that were removed again. */
static uint32_t kept_added(const struct map_merge *mm)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < mm->n_added; i++)
		if (mm->added[i].value)
			mm->added[n++] = mm->added[i];
	return n;
}

static const struct node *finish(const struct map_merge *mm)
{
	const struct schema_type *type =
		mm->scope.kind == SCOPE_STRUCT ? mm->scope.type : NULL;
	struct arena *a = mm->m->a;
	struct entry *entries;
	int *orders;
	uint32_t n = 0, n_added = kept_added(mm);

	if (!mm->values && !n_added)
		return mm->base;
	entries = arena_array(a, struct entry, mm->base->n + n_added);
	for (uint32_t i = 0; i < mm->base->n; i++)
		if (current(mm, i))
			entries[n++] = (struct entry){
				mm->base->entries[i].key, current(mm, i)
			};
	if (!type) {
		for (uint32_t i = 0; i < n_added; i++)
			entries[n++] = mm->added[i];
		return node_new_map(a, mm->base, entries, n);
	}
	orders = arena_array(a, int, n + n_added);
	for (uint32_t i = 0; n_added && i < n; i++)
		orders[i] = schema_order(type, node_text(entries[i].key));
	for (uint32_t i = 0; i < n_added; i++)
		insert(entries, orders, n++, mm->added[i],
		       schema_order(type, node_text(mm->added[i].key)));
	return node_new_map(a, mm->base, entries, n);
}

/* The field of a key that both sides have, with maps or lists.  0 with *field,
 * which is NULL for an unknown field in lenient mode; or -1 with the error. */
static int look_up(const struct map_merge *mm, str key,
		   const struct place *here, const struct node *at,
		   const struct schema_field **field)
{
	*field = NULL;
	if (mm->scope.kind == SCOPE_UNKNOWN)
		return 0;
	if (mm->scope.kind == SCOPE_OTHER) {
		merge_fail(mm->m, here, at, "Kubernetes cannot merge %s here: "
			   "it has no such field", node_kind_name(at));
		return -1;
	}
	*field = schema_field_fold(mm->scope.type, key);
	if (!*field && mm->m->options->strict) {
		merge_fail(mm->m, here, at, "not a field of %s",
			   schema_text(mm->scope.type->name));
		return -1;
	}
	return 0;
}

static struct scope scope_of(const struct schema_field *field)
{
	const struct schema_type *type = schema_struct(field);

	return (struct scope){ type ? SCOPE_STRUCT : SCOPE_OTHER, type };
}

static const struct node *both_maps(const struct map_merge *mm, str key,
				    const struct node *base,
				    const struct node *patch,
				    const struct place *here)
{
	struct scope scope = { SCOPE_UNKNOWN, NULL };
	const struct schema_field *field;

	if (look_up(mm, key, here, patch, &field))
		return NULL;
	if (field && field->shape == SCHEMA_ONE)
		scope = scope_of(field);
	else if (field)
		scope.kind = SCOPE_OTHER;
	else if (mm->scope.kind != SCOPE_UNKNOWN)
		warn(mm->m, here, patch, "unknown field: merged key by key");
	return merge_map(mm->m, base, patch, scope, here);
}

/* How the lists of a key are merged: 1, or 0 if the field is unknown, or -1
 * with the error. */
static int list_rule(const struct map_merge *mm, str key,
		     const struct place *here, const struct node *at,
		     struct list_rule *rule)
{
	const struct schema_field *field;

	if (look_up(mm, key, here, at, &field))
		return -1;
	if (!field)
		return 0;
	/* Go's look-up follows a pointer */
	if (field->shape != SCHEMA_LIST && !(field->flags & SCHEMA_POINTER)) {
		merge_fail(mm->m, here, at,
			   "%s is not a list in the Kubernetes API",
			   schema_text(field->json));
		return -1;
	}
	rule->items = scope_of(field);
	rule->merge = field->flags & SCHEMA_MERGE;
	rule->key = schema_text(field->merge_key);
	return 1;
}

static const struct node *both_lists(const struct map_merge *mm, str key,
				     const struct node *base,
				     const struct node *patch, bool deletes,
				     const struct place *here)
{
	struct list_rule rule = { .deletes = deletes };
	int known = list_rule(mm, key, here, patch, &rule);

	if (known < 0)
		return NULL;
	if (!known && mm->scope.kind != SCOPE_UNKNOWN)
		warn(mm->m, here, patch, "unknown field: its list is "
		     "replaced");
	if (!known)
		rule.key = "";
	if (rule.merge || deletes)
		return merge_list(mm->m, base, patch, &rule, here, NULL);
	return node_equal(base, patch) ? base : patch;
}

/* Strip the directive from a key: "args" for "$setElementOrder/args". */
static int directive_key(const struct map_merge *mm, const struct node *at,
			 str prefix, str *key)
{
	str head, tail;

	if (!str_cut(*key, '/', &head, &tail) || !str_eq(head, prefix)) {
		merge_fail(mm->m, mm->place, at, "expected %.*s/FIELD, found "
			   "%.*s", STR_ARG(prefix), STR_ARG(*key));
		return -1;
	}
	*key = tail;
	return 0;
}

static int merge_entry(struct map_merge *mm, const struct entry *entry)
{
	str key = node_text(entry->key);
	const struct node *patch = entry->value, *base, *merged;
	bool deletes = str_starts(key, KEY_DELETE);
	struct place here;
	int64_t i;

	/* `$deleteFromPrimitiveList/` names no field and remains a key */
	if (deletes && directive_key(mm, entry->key, KEY_DELETE, &key))
		return -1;
	if (deletes && !key.n)
		key = node_text(entry->key);
	here = place_key(mm->place, key);
	i = find(mm, key, deletes);
	base = current(mm, i);
	if (patch->kind == NODE_NULL) {
		set(mm, i, entry->key, NULL);
		return 0;
	}
	if (!base || (base->kind != patch->kind &&
		      (!node_is_scalar(base) || !node_is_scalar(patch)))) {
		if (!deletes)
			set(mm, i, entry->key,
			    merge_prune(mm->m, patch, true));
		return 0;
	}
	if (patch->kind == NODE_MAP)
		merged = both_maps(mm, key, base, patch, &here);
	else if (patch->kind == NODE_LIST)
		merged = both_lists(mm, key, base, patch, deletes, &here);
	else
		merged = scalar_equal(base, patch) ? base : patch;
	if (!merged)
		return -1;
	set(mm, i, entry->key, merged);
	return 0;
}

/* The keys in the list of $retainKeys, as those of a map; NULL with the
 * error. */
static const struct node *retained_names(struct map_merge *mm,
					 const struct node *list)
{
	struct arena *a = mm->m->a;
	bool valid = list->kind == NODE_LIST;
	uint32_t n_items = valid ? list->n : 0, n = 0;
	struct entry *entries = arena_array(a, struct entry, n_items);

	for (uint32_t i = 0; i < n_items; i++) {
		const struct node *item = list->items[i];

		valid = valid && node_is_scalar(item);
		if (item->kind == NODE_STRING)
			entries[n++] = (struct entry){ item, item };
	}
	if (!valid)
		return merge_fail(mm->m, mm->place, list,
				  "$retainKeys must be a list of keys");
	return node_new_map(a, NULL, entries, n);
}

/* Does the entry set a key of the map, other than with a directive? */
static bool sets_key(const struct entry *e)
{
	str key = node_text(e->key);

	return e->value->kind != NODE_NULL && !str_starts(key, KEY_DELETE) &&
	       !str_starts(key, KEY_ORDER) && !str_eq(key, KEY_RETAIN);
}

/* $retainKeys: remove every key of base that it does not list; the patch must
 * not set one. */
static int retain_keys(struct map_merge *mm, const struct node *list)
{
	const struct node *names = retained_names(mm, list);

	if (!names)
		return -1;
	for (uint32_t i = 0; i < mm->patch->n; i++) {
		const struct entry *e = &mm->patch->entries[i];
		str key = node_text(e->key);

		if (sets_key(e) && node_index(names, key) < 0) {
			merge_fail(mm->m, mm->place, e->key, "%.*s is set, but "
				   "$retainKeys does not list it",
				   STR_ARG(key));
			return -1;
		}
	}
	for (uint32_t i = 0; i < mm->base->n; i++)
		if (node_index(names, node_text(mm->base->entries[i].key)) < 0)
			set(mm, i, NULL, NULL);
	return 0;
}

static int expect_list(struct map_merge *mm, const struct place *here,
		     const struct node *n)
{
	if (!n || n->kind == NODE_LIST)
		return 0;
	merge_fail(mm->m, here, n, "expected a list, found %s",
		   node_kind_name(n));
	return -1;
}

/* $setElementOrder/FIELD: merges that field's list, if there is one. */
static int set_order(struct map_merge *mm, const struct entry *entry)
{
	str key = node_text(entry->key);
	struct list_rule rule = { .deletes = false };
	const struct node *base, *patch, *merged;
	int64_t i, in_patch;
	struct place here;
	int known;

	if (directive_key(mm, entry->key, KEY_ORDER, &key))
		return -1;
	here = place_key(mm->place, key);
	i = node_index(mm->base, key);
	in_patch = node_index(mm->patch, key);
	base = current(mm, i);
	patch = in_patch < 0 ? NULL : mm->patch->entries[in_patch].value;
	if (expect_list(mm, &here, entry->value) ||
	    expect_list(mm, &here, base) || expect_list(mm, &here, patch))
		return -1;
	known = list_rule(mm, key, &here, entry->value, &rule);
	if (known <= 0 || (!base && !patch))
		return known < 0 ? -1 : 0;
	merged = merge_in_order(mm->m, base, patch, entry->value, &rule, &here);
	if (!merged)
		return -1;
	if (patch)
		mm->done[in_patch] = true;
	set(mm, i, patch ? mm->patch->entries[in_patch].key : NULL, merged);
	return 0;
}

/* The directives of a map, before its other keys. */
static int directives(struct map_merge *mm)
{
	int64_t retain = node_index(mm->patch, KEY_RETAIN);

	mm->done = arena_zalloc_array(mm->m->a, mm->patch->n,
				      sizeof(*mm->done));
	if (retain >= 0) {
		mm->done[retain] = true;
		if (retain_keys(mm, mm->patch->entries[retain].value))
			return -1;
	}
	for (uint32_t i = 0; i < mm->patch->n; i++) {
		if (!str_starts(node_text(mm->patch->entries[i].key),
				KEY_ORDER))
			continue;
		mm->done[i] = true;
		if (set_order(mm, &mm->patch->entries[i]))
			return -1;
	}
	return 0;
}

/* A map with `$patch`: nothing of it is merged. */
static const struct node *patch_directive(struct merge *m,
					  const struct node *base,
					  const struct node *patch,
					  const struct node *directive,
					  const struct place *place)
{
	str what = node_string(directive);
	const struct node *new;

	if (str_eq(what, STR("replace"))) {
		int64_t i = node_index(patch, KEY_PATCH);
		struct entry *entries = arena_array(m->a, struct entry,
						    patch->n);
		uint32_t n = 0;

		for (uint32_t k = 0; k < patch->n; k++)
			if (k != i)
				entries[n++] = patch->entries[k];
		new = node_new_map(m->a, base, entries, n);
	} else if (str_eq(what, STR("delete"))) {
		new = node_new_map(m->a, base, NULL, 0);
	} else {
		return merge_fail(m, place, directive, "$patch of a map must "
				  "be \"delete\" or \"replace\"");
	}
	return node_equal(base, new) ? base : new;
}

const struct node *merge_map(struct merge *m, const struct node *base,
			     const struct node *patch, struct scope scope,
			     const struct place *place)
{
	const struct node *directive = node_get(patch, KEY_PATCH);
	struct map_merge mm = { .m = m, .base = base, .patch = patch,
				.scope = scope, .place = place };
	bool special = false;

	if (directive)
		return patch_directive(m, base, patch, directive, place);
	for (uint32_t i = 0; i < patch->n && !special; i++)
		special = may_be_directive(node_text(patch->entries[i].key));
	if (special && directives(&mm))
		return NULL;
	for (uint32_t i = 0; i < patch->n; i++)
		if (!(mm.done && mm.done[i]) &&
		    merge_entry(&mm, &patch->entries[i]))
			return NULL;
	return finish(&mm);
}

/* A side of the merge, {} if absent; NULL with the error. */
static const struct node *root_map(struct merge *m, const struct node *n,
				   const struct place *root)
{
	if (!n || n->kind == NODE_NULL)
		return node_new_map(m->a, n, NULL, 0);
	if (n->kind != NODE_MAP)
		return merge_fail(m, root, n, "expected a map, found %s",
				  node_kind_name(n));
	/* Go rejects the whole document for one 1e400 anywhere in it */
	if (m->options->strict && node_check(n, m->e))
		return NULL;
	return n;
}

const struct node *merge_pod(struct arena *a, const struct node *base,
			     const struct node *patch,
			     const struct merge_options *options,
			     struct err *e)
{
	const struct node *origin = base ? node_origin(base) : NULL;
	struct merge m = { a, options, origin ? origin->source : NULL, e };
	struct scope scope = { SCOPE_STRUCT, schema_type_at(SCHEMA_TYPE_Pod) };
	struct place root = PLACE_ROOT;
	const struct node *into = root_map(&m, base, &root);
	const struct node *from = into ? root_map(&m, patch, &root) : NULL;

	return from ? merge_map(&m, into, from, scope, &root) : NULL;
}
