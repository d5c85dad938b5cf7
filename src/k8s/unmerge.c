/* Undoing a strategic merge, as far as its result tells. */
#include "k8s/strategic_walk.h"

#include "tree/scalar.h"

struct kind field_kind(const struct schema_type *type, str name)
{
	const struct schema_field *f = schema_field(type, name);
	struct kind kind = { NULL, NULL };

	if (!f)
		return kind;
	kind.type = schema_struct(f);
	if (f->flags & SCHEMA_MERGE && f->shape == SCHEMA_LIST)
		kind.key = schema_text(f->merge_key);
	return kind;
}

/* Ports of a template may have been merged by their protocol as well. */
static bool same_protocol(const struct node *a, const struct node *b, str key)
{
	const struct node *of[2];
	str text[2];

	if (!str_eq(key, STR("containerPort")))
		return true;
	of[0] = node_get(a, STR("protocol"));
	of[1] = node_get(b, STR("protocol"));
	for (int i = 0; i < 2; i++)
		text[i] = of[i] ? node_string(of[i]) : STR("TCP");
	return str_eq(text[0], text[1]);
}

/* A list in which items are looked for.  `index` has the first item of each
 * text_of(), or is NULL: few items are searched one by one. */
struct items {
	const struct node *list;
	str key;
	struct arena *arena;
	const struct node *index;
};

#define INDEX_FROM 16

/* NULL if the item has none. */
static const struct node *key_of(const struct node *item, str key)
{
	return key.n ? node_get(item, key) : item;
}

/* Equal keys have the same text; STR_NONE for those that are no text or
 * number. */
static str text_of(struct arena *a, const struct node *value)
{
	if (value && value->kind == NODE_STRING)
		return node_text(value);
	if (value && (value->kind == NODE_INT || value->kind == NODE_UINT ||
		      value->kind == NODE_FLOAT))
		return arena_printf(a, "%.17g", scalar_double(value));
	return STR_NONE;
}

static struct items items_of(struct arena *a, const struct node *list,
			     const char *key)
{
	struct items items = { list, str_of(key), a, NULL };
	struct entry *entries;
	uint32_t n = 0;

	if (list->kind != NODE_LIST || list->n < INDEX_FROM)
		return items;
	entries = arena_array(a, struct entry, list->n);
	/* of equal keys a map finds the last */
	for (uint32_t i = list->n; i-- > 0;) {
		const struct node *item = list->items[i];
		str text = text_of(a, key_of(item, items.key));

		if (text.p)
			entries[n++] = (struct entry){
				node_new_string(a, text), item };
	}
	items.index = node_new_map(a, NULL, entries, n);
	return items;
}

static bool is_same(const struct node *a, const struct node *b, str key)
{
	const struct node *of_a = key_of(a, key), *of_b = key_of(b, key);

	return of_a && of_b && node_equal(of_a, of_b) &&
	       same_protocol(a, b, key);
}

/* The first item with the key of `item`, or NULL. */
static const struct node *find_item(const struct items *items,
				    const struct node *item)
{
	const struct node *value = key_of(item, items->key), *found;
	str text = items->index ? text_of(items->arena, value) : STR_NONE;

	if (!value)
		return NULL;
	if (text.p) {
		found = node_get(items->index, text);
		if (!found || is_same(found, item, items->key))
			return found;
	}
	for (uint32_t i = 0; i < items->list->n; i++)
		if (is_same(items->list->items[i], item, items->key))
			return items->list->items[i];
	return NULL;
}

/* Does `now` have no more than `patch`?  Values only count in lists without
 * keys. */
static bool is_within(struct arena *a, const struct node *now,
		      const struct node *patch, struct kind kind);

static bool list_is_within(struct arena *a, const struct node *now,
			   const struct node *patch, struct kind kind)
{
	const struct items items = items_of(a, patch, kind.key);
	const struct kind inner = { kind.type, NULL };

	for (uint32_t i = 0; i < now->n; i++) {
		const struct node *other = find_item(&items, now->items[i]);

		if (!other || !is_within(a, now->items[i], other, inner))
			return false;
	}
	return true;
}

static bool is_within(struct arena *a, const struct node *now,
		      const struct node *patch, struct kind kind)
{
	if (node_is_scalar(now) || node_is_scalar(patch))
		return node_is_scalar(now) && node_is_scalar(patch);
	if (now->kind != patch->kind)
		return false;
	if (now->kind == NODE_LIST)
		return !kind.key || list_is_within(a, now, patch, kind);
	for (uint32_t i = 0; i < now->n; i++) {
		str name = node_text(now->entries[i].key);
		const struct node *other = node_get(patch, name);

		if (!other || !is_within(a, now->entries[i].value, other,
					 field_kind(kind.type, name)))
			return false;
	}
	return true;
}

/* NULL if nothing is left. */
static const struct node *unmerge(struct arena *a, const struct node *now,
				  const struct node *patch, struct kind kind);

static const struct node *unmerge_map(struct arena *a, const struct node *now,
				      const struct node *patch,
				      const struct schema_type *type,
				      const char *spare)
{
	struct entry *entries = arena_array(a, struct entry, now->n);
	uint32_t n = 0;
	bool same = true;

	for (uint32_t i = 0; i < now->n; i++) {
		struct entry e = now->entries[i];
		str name = node_text(e.key);
		const struct node *other = node_get(patch, name);

		if (other && !(spare && str_eq(name, str_of(spare))))
			e.value = unmerge(a, e.value, other,
					  field_kind(type, name));
		same = same && e.value == now->entries[i].value;
		if (e.value)
			entries[n++] = e;
	}
	if (same)
		return now;
	return n ? node_new_map(a, now, entries, n) : NULL;
}

static const struct node *unmerge_item(struct arena *a, const struct node *now,
				       const struct node *patch,
				       struct kind kind)
{
	struct kind item = { kind.type, NULL };

	if (is_within(a, now, patch, item))
		return NULL;
	if (now->kind != NODE_MAP || patch->kind != NODE_MAP)
		return now;
	return unmerge_map(a, now, patch, kind.type, kind.key);
}

static const struct node *unmerge_list(struct arena *a, const struct node *now,
				       const struct node *patch,
				       struct kind kind)
{
	const struct items of_patch = items_of(a, patch, kind.key);
	const struct node **items = arena_array(a, const struct node *, now->n);
	uint32_t n = 0;
	bool same = true;

	for (uint32_t i = 0; i < now->n; i++) {
		const struct node *item = now->items[i];
		const struct node *other = find_item(&of_patch, item);

		if (other)
			item = unmerge_item(a, item, other, kind);
		same = same && item == now->items[i];
		if (item)
			items[n++] = item;
	}
	if (same)
		return now;
	return n ? node_new_list(a, now, items, n) : NULL;
}

static const struct node *unmerge(struct arena *a, const struct node *now,
				  const struct node *patch, struct kind kind)
{
	if (node_equal(now, patch))
		return NULL;
	if (now->kind != patch->kind || node_is_scalar(now))
		return now;
	if (now->kind == NODE_MAP)
		return unmerge_map(a, now, patch, kind.type, NULL);
	return kind.key ? unmerge_list(a, now, patch, kind) : now;
}

const struct node *unmerge_pod(struct arena *a, const struct node *pod,
			       const struct node *patch)
{
	const struct schema_type *type = schema_type(STR("PodTemplateSpec"));
	const struct node *left;

	if (pod->kind != NODE_MAP || !patch || patch->kind != NODE_MAP)
		return pod;
	left = unmerge_map(a, pod, patch, type, NULL);
	return left ? left : node_new_map(a, pod, NULL, 0);
}

/* ---- what a Pod and a patch have in common ---- */

struct finder {
	struct arena *arena;
	bool keys;	/* of labels and small items, whatever the values */
};

/* Of a list of the patch; each is searched for in that of the Pod. */
#define COMMON_MAX 100

/* NULL if that is nothing. */
static const struct node *common(const struct finder *f, const struct node *now,
				 const struct node *patch, struct kind kind);

/* An item that has only its key in common is not changed by the patch. */
static const struct node *common_map(const struct finder *f,
				     const struct node *now,
				     const struct node *patch,
				     const struct schema_type *type,
				     const char *item_key)
{
	const struct kind none = { NULL, NULL };
	struct entry *entries = NULL;
	uint32_t n = 0, keys = 0;

	for (uint32_t i = 0; i < patch->n; i++) {
		const struct entry *e = &patch->entries[i];
		str name = node_text(e->key);
		const struct node *value = node_get(now, name);

		if (value && (type || !f->keys))
			value = common(f, value, e->value,
				       node_is_scalar(value) ? none :
				       field_kind(type, name));
		if (!value)
			continue;
		if (!entries)
			entries = arena_array(f->arena, struct entry, patch->n);
		entries[n++] = (struct entry){ e->key, value };
		keys += item_key && str_eq(name, str_of(item_key));
	}
	return n > keys ? node_new_map(f->arena, now, entries, n) : NULL;
}

/* Containers and volumes are tried one by one; see plain.c. */
static bool is_small(struct kind item)
{
	return item.type != schema_type(STR("Container")) &&
	       item.type != schema_type(STR("Volume"));
}

static const struct node *common_item(const struct finder *f,
				      const struct node *item,
				      const struct node *other,
				      struct kind kind)
{
	const struct kind of = { kind.type, NULL };

	if (node_equal(item, other) ||
	    (f->keys && is_small(kind) && is_within(f->arena, item, other, of)))
		return item;
	if (item->kind != NODE_MAP || other->kind != NODE_MAP)
		return NULL;
	return common_map(f, item, other, kind.type, kind.key);
}

static const struct node *common_list(const struct finder *f,
				      const struct node *now,
				      const struct node *patch,
				      struct kind kind)
{
	const struct items of_pod = items_of(f->arena, now, kind.key);
	const struct node **items = NULL;
	uint32_t n = 0;

	for (uint32_t i = 0; i < patch->n && i < COMMON_MAX; i++) {
		const struct node *other = patch->items[i];
		const struct node *item = find_item(&of_pod, other);

		item = item ? common_item(f, item, other, kind) : NULL;
		if (!item)
			continue;
		if (!items)
			items = arena_array(f->arena, const struct node *,
					    patch->n);
		items[n++] = item;
	}
	return n ? node_new_list(f->arena, now, items, n) : NULL;
}

static const struct node *common(const struct finder *f, const struct node *now,
				 const struct node *patch, struct kind kind)
{
	if (now->kind != patch->kind)
		return NULL;
	if ((node_is_scalar(now) || now->n == patch->n) &&
	    node_equal(now, patch))
		return now;
	if (now->kind == NODE_MAP)
		return common_map(f, now, patch, kind.type, NULL);
	return now->kind == NODE_LIST && kind.key ?
		       common_list(f, now, patch, kind) : NULL;
}

static const struct node *common_of_pod(const struct finder *f,
					const struct node *pod,
					const struct node *patch)
{
	if (pod->kind != NODE_MAP || !patch || patch->kind != NODE_MAP)
		return NULL;
	return common_map(f, pod, patch, schema_type(STR("PodTemplateSpec")),
			  NULL);
}

const struct node *merge_common(struct arena *a, const struct node *pod,
				const struct node *patch)
{
	const struct finder f = { a, false };

	return common_of_pod(&f, pod, patch);
}

const struct node *merge_shared(struct arena *a, const struct node *pod,
				const struct node *patch)
{
	const struct finder f = { a, true };

	return common_of_pod(&f, pod, patch);
}

/* ---- marking the merge keys of a Pod ---- */

static const struct node *keyed_map(struct arena *a, const struct node *map,
				    const struct schema_type *type);

static const struct node *keyed_list(struct arena *a, const struct node *list,
				     const struct schema_field *f)
{
	const struct node **items = arena_array(a, const struct node *,
						list->n);
	struct node *out;

	for (uint32_t i = 0; i < list->n; i++)
		items[i] = keyed_map(a, list->items[i], schema_struct(f));
	out = node_new_list(a, list, items, list->n);
	if (f->flags & SCHEMA_MERGE)
		node_extra(a, out)->merge_key = schema_text(f->merge_key);
	return out;
}

static const struct node *keyed_map(struct arena *a, const struct node *map,
				    const struct schema_type *type)
{
	struct entry *entries;

	if (!type || map->kind != NODE_MAP)
		return map;
	entries = arena_array(a, struct entry, map->n);
	for (uint32_t i = 0; i < map->n; i++) {
		struct entry e = map->entries[i];
		const struct schema_field *f = schema_field(type,
							node_text(e.key));

		if (f && f->shape == SCHEMA_LIST && e.value->kind == NODE_LIST)
			e.value = keyed_list(a, e.value, f);
		else if (f && f->shape == SCHEMA_ONE)
			e.value = keyed_map(a, e.value, schema_struct(f));
		entries[i] = e;
	}
	return node_new_map(a, map, entries, map->n);
}

const struct node *merge_mark_keys(struct arena *a, const struct node *pod)
{
	return keyed_map(a, pod, schema_type(STR("PodTemplateSpec")));
}
