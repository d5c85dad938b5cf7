/*
 * Two lists merged: items by their merge key, scalars as a set.
 *
 * As patch.go's mergeSlice, with its oddities: an item new to base is taken
 * verbatim, nulls and directives included; a second item of the patch with
 * that key is merged into the first; `$patch: replace` on any item empties
 * base; keys that base has twice stay, gathered behind the first.
 */
#include "k8s/merge_rule.h"

#include <string.h>

#include "tree/scalar.h"

static const char *go_type_name(enum go_type type)
{
	static const char *const names[] = {
		[GO_NIL] = "null",	  [GO_BOOL] = "a bool",
		[GO_INT64] = "a whole number", [GO_FLOAT64] = "a float",
		[GO_STRING] = "text",	  [GO_MAP] = "a map",
		[GO_LIST] = "a list",
	};

	return names[type];
}

static int same_types(struct merge *m, const struct node *list,
		      const struct place *place, bool *first,
		      enum go_type *type)
{
	for (uint32_t i = 0; list && i < list->n; i++) {
		struct place here = place_item(place, i);
		enum go_type t = merge_go_type(list->items[i]);

		if (t == GO_LIST || t == GO_NIL) {
			merge_fail(m, &here, list->items[i],
				   "%s cannot be an item of a list that "
				   "Kubernetes merges", go_type_name(t));
			return -1;
		}
		if (!*first && t != *type) {
			merge_fail(m, &here, list->items[i],
				   "found %s in a list whose first item is %s",
				   go_type_name(t), go_type_name(*type));
			return -1;
		}
		*type = t;
		*first = false;
	}
	return 0;
}

int merge_same_types(struct merge *m, const struct node *base,
		     const struct node *patch, const struct place *place,
		     enum go_type *type)
{
	bool first = true;

	if (same_types(m, base, place, &first, type) ||
	    same_types(m, patch, place, &first, type))
		return -1;
	if (first) {
		merge_fail(m, place, patch ? patch : base,
			   "there is nothing to put in order");
		return -1;
	}
	return 0;
}

const struct node *merge_item_key(struct merge *m, const struct node *item,
				  const char *key, const struct place *list,
				  uint32_t index)
{
	struct place here = place_item(list, index);
	const struct node *value = item;

	if (*key && item->kind != NODE_MAP)
		return merge_fail(m, &here, item, "want a map, found %s",
				  node_kind_name(item));
	if (*key)
		value = node_get(item, str_of(key));
	if (!value)
		return merge_fail(m, &here, item, "no \"%s\", by which "
				  "Kubernetes merges this list", key);
	if (!node_is_scalar(value))
		return merge_fail(m, &here, value, "%s%s%scannot be %s, as "
				  "Kubernetes merges this list by it",
				  *key ? "\"" : "", key,
				  *key ? "\" " : "an item ",
				  node_kind_name(value));
	return value;
}

/* The items of a list with their ids. */
static struct item *items_of(struct merge *m, const struct node *list,
			     const char *key, const struct place *place,
			     struct ids *ids)
{
	struct item *items = arena_array(m->a, struct item, list->n);

	for (uint32_t i = 0; i < list->n; i++) {
		const struct node *value = merge_item_key(m, list->items[i],
							  key, place, i);

		if (!value)
			return NULL;
		items[i] = (struct item){ list->items[i], ids_of(ids, value) };
	}
	return items;
}

static void rank_first(const struct item *items, uint32_t n, uint32_t *rank)
{
	for (uint32_t i = 0; i < n; i++)
		if (rank[items[i].id] == RANK_NONE)
			rank[items[i].id] = i;
}

/* $deleteFromPrimitiveList: base without the items that the patch lists. */
static const struct node *delete_scalars(struct merge *m,
					 const struct node *base,
					 const struct node *patch,
					 const struct list_rule *rule,
					 const struct place *place)
{
	struct ids ids = ids_new(m->a, base->n + patch->n);
	struct item *gone = items_of(m, patch, "", place, &ids);
	uint32_t n_gone = ids.n, n = 0;
	struct item *kept = gone ? items_of(m, base, "", place, &ids) : NULL;

	if (!kept)
		return NULL;
	for (uint32_t i = 0; i < base->n; i++)
		if (kept[i].id >= n_gone)
			kept[n++] = kept[i];
	return merge_items_node(m->a, base, kept, n, rule);
}

/* From here on append() grows an array by less than doubling it, and the
 * emulation below ends. */
#define GO_DOUBLES 512

/* patch.go removes duplicates of base and patch together in place, moving the
 * last item into each gap.  That is base's own array where its capacity (what
 * append() made of it when it was decoded: a power of two) has room for the
 * patch's items: then a base with duplicates changes its order, by which the
 * result is sorted.  `all` is base's items, then the patch's. */
static void squeeze(struct arena *a, struct item *all, uint32_t n_base,
		    uint32_t n, uint32_t n_ids)
{
	bool *seen = arena_zalloc(a, n_ids * sizeof(*seen));
	bool duplicates = false;
	uint32_t capacity = 1;

	for (uint32_t i = 0; i < n_base; i++) {
		duplicates |= seen[all[i].id];
		seen[all[i].id] = true;
	}
	while (capacity < n_base)
		capacity *= 2;
	if (!duplicates || n > capacity || capacity > GO_DOUBLES)
		return;
	for (uint32_t i = 0; i + 1 < n; i++)
		for (uint32_t k = i + 1; k < n;) {
			if (all[k].id == all[i].id)
				all[k] = all[--n];
			else
				k++;
		}
}

/* A set of scalars: each of them once, base's own nodes where it has them. */
static const struct node *merge_set(struct merge *m, const struct node *base,
				    const struct node *patch,
				    const struct list_rule *rule,
				    const struct place *place,
				    const struct node **left)
{
	uint32_t most = base->n + patch->n, n = 0;
	struct ids ids = ids_new(m->a, most);
	struct item *old = items_of(m, base, rule->key, place, &ids);
	uint32_t n_old = ids.n;
	struct item *new = old ? items_of(m, patch, rule->key, place, &ids)
			       : NULL;
	struct item *all, *set;
	struct ranks ranks;

	if (!new)
		return NULL;
	all = arena_array(m->a, struct item, most);
	memcpy(all, old, base->n * sizeof(*all));
	memcpy(all + base->n, new, patch->n * sizeof(*all));
	squeeze(m->a, all, base->n, most, ids.n);
	ranks = ranks_new(m->a, ids.n);
	rank_first(all, base->n, ranks.base);
	rank_first(new, patch->n, ranks.patch);
	/* ids count up where a key is first seen, so each comes in once */
	set = arena_array(m->a, struct item, ids.n);
	for (uint32_t i = 0; i < base->n; i++)
		if (old[i].id == n)
			set[n++] = old[i];
	for (uint32_t i = 0; i < patch->n; i++)
		if (new[i].id == n && n >= n_old)
			set[n++] = new[i];
	for (uint32_t i = 0; left && i < base->n; i++)
		left[i] = all[i].node;
	merge_order(m->a, set, n, &ranks);
	return merge_items_node(m->a, base, set, n, rule);
}

/* A list of maps on its way. */
struct list_merge {
	struct merge *m;
	const struct list_rule *rule;
	const struct place *place;
	struct ids ids;
	bool *doomed;		/* by id: has a delete item */
	uint32_t *deletes;	/* those ids, in the patch's order */
	uint32_t n_deletes;
	bool replace;		/* an item says `$patch: replace` */
	struct item *wanted;	/* the patch's items without a directive */
	uint32_t n_wanted;
	struct item *items;	/* the result, not yet in order */
	uint32_t n;
	struct item *old;	/* base's items, all of them */
	uint32_t *holder;	/* by id: its first item in the result + 1 */
	struct ranks ranks;
};

/* An item with $patch: an instruction, and no part of the result. */
static int special_item(struct list_merge *lm, const struct node *item,
			const struct node *directive, uint32_t index)
{
	struct place here = place_item(lm->place, index);
	str what = node_string(directive);
	const struct node *key;
	uint32_t id;

	if (str_eq(what, STR("replace"))) {
		lm->replace = true;
		return 0;
	}
	if (!str_eq(what, STR("delete"))) {
		merge_fail(lm->m, &here, directive, "$patch of an item must be "
			   "\"delete\" or \"replace\"");
		return -1;
	}
	key = merge_item_key(lm->m, item, lm->rule->key, lm->place, index);
	if (!key)
		return -1;
	id = ids_of(&lm->ids, key);
	if (!lm->doomed[id])
		lm->deletes[lm->n_deletes++] = id;
	lm->doomed[id] = true;
	return 0;
}

static int read_patch(struct list_merge *lm, const struct node *patch)
{
	lm->wanted = arena_array(lm->m->a, struct item, patch->n);
	for (uint32_t i = 0; i < patch->n; i++) {
		const struct node *item = patch->items[i], *key;
		const struct node *directive = node_get(item, KEY_PATCH);

		if (directive) {
			if (special_item(lm, item, directive, i))
				return -1;
			continue;
		}
		key = merge_item_key(lm->m, item, lm->rule->key, lm->place, i);
		if (!key)
			return -1;
		lm->wanted[lm->n_wanted++] =
			(struct item){ item, ids_of(&lm->ids, key) };
	}
	return 0;
}

/* Base's items but for the deleted ones. */
static int read_base(struct list_merge *lm, const struct node *base)
{
	lm->old = items_of(lm->m, base, lm->rule->key, lm->place, &lm->ids);
	if (!lm->old)
		return -1;
	lm->items = arena_array(lm->m->a, struct item,
				base->n + lm->n_wanted);
	for (uint32_t i = 0; i < base->n; i++)
		if (!lm->doomed[lm->old[i].id])
			lm->items[lm->n++] = lm->old[i];
	return 0;
}

/* Merge a wanted item into the one that holds its key, or append it. */
static int merge_item(struct list_merge *lm, const struct item *wanted)
{
	uint32_t *holder = &lm->holder[wanted->id];
	struct place here;
	struct item *held;

	if (!*holder) {
		lm->items[lm->n] = *wanted;
		/* strict, nulls and directives come along */
		if (!lm->m->options->strict)
			lm->items[lm->n].node =
				merge_prune(lm->m, wanted->node, true);
		lm->n++;
		*holder = lm->n;
		return 0;
	}
	held = &lm->items[*holder - 1];
	here = place_item(lm->place, *holder - 1);
	held->node = merge_map(lm->m, held->node, wanted->node,
			       lm->rule->items, &here);
	if (!held->node)
		return -1;
	/* {name: null} matches an item of that name, and takes it away */
	return merge_item_key(lm->m, held->node, lm->rule->key, lm->place,
			      *holder - 1) ? 0 : -1;
}

static int merge_wanted(struct list_merge *lm)
{
	lm->holder = arena_zalloc(lm->m->a,
				  lm->ids.n * sizeof(*lm->holder));
	for (uint32_t i = lm->n; i-- > 0;)
		lm->holder[lm->items[i].id] = i + 1;
	rank_first(lm->items, lm->n, lm->ranks.base);
	rank_first(lm->wanted, lm->n_wanted, lm->ranks.patch);
	for (uint32_t i = 0; i < lm->n_wanted; i++)
		if (merge_item(lm, &lm->wanted[i]))
			return -1;
	return 0;
}

/* What Go leaves in base's array: each deletion moved the items behind it one
 * down, so that the last one stands twice, and what was appended then took the
 * places that had become free. */
static void fill_left(const struct list_merge *lm, uint32_t n_base,
		      const struct node **left)
{
	struct arena *a = lm->m->a;
	uint32_t *first = arena_zalloc(a, lm->ids.n * sizeof(*first));
	uint32_t *next = arena_array(a, uint32_t, n_base);
	uint32_t at = n_base, last = n_base;	/* places count from 1 */

	for (uint32_t i = n_base; i-- > 0;) {
		next[i] = first[lm->old[i].id];
		first[lm->old[i].id] = i + 1;
	}
	for (uint32_t d = 0; d < lm->n_deletes; d++)
		for (uint32_t i = first[lm->deletes[d]]; i; i = next[i - 1]) {
			left[--at] = lm->old[last - 1].node;
			lm->old[i - 1].node = NULL;
			while (last && !lm->old[last - 1].node)
				last--;
		}
	for (uint32_t i = 0; i < n_base && i < lm->n; i++)
		left[i] = lm->items[i].node;
}

static const struct node *merge_maps(struct merge *m, const struct node *base,
				     const struct node *patch,
				     const struct list_rule *rule,
				     const struct place *place,
				     const struct node **left)
{
	uint32_t most = base->n + patch->n;
	struct list_merge lm = { .m = m, .rule = rule, .place = place };

	lm.ids = ids_new(m->a, most);
	lm.doomed = arena_zalloc(m->a, most * sizeof(*lm.doomed));
	lm.deletes = arena_array(m->a, uint32_t, patch->n);
	if (read_patch(&lm, patch))
		return NULL;
	if (lm.replace) {
		lm.items = lm.wanted;
		lm.n = lm.n_wanted;
		lm.n_wanted = 0;
	} else if (read_base(&lm, base)) {
		return NULL;
	}
	lm.ranks = ranks_new(m->a, lm.ids.n);
	if (merge_wanted(&lm))
		return NULL;
	if (left && !lm.replace)
		fill_left(&lm, base->n, left);
	merge_order(m->a, lm.items, lm.n, &lm.ranks);
	return merge_items_node(m->a, base, lm.items, lm.n, rule);
}

const struct node *merge_list(struct merge *m, const struct node *base,
			      const struct node *patch,
			      const struct list_rule *rule,
			      const struct place *place,
			      const struct node **left)
{
	enum go_type type;

	if (!base->n && !patch->n)
		return base;
	if (merge_same_types(m, base, patch, place, &type))
		return NULL;
	if (type != GO_MAP && rule->deletes)
		return delete_scalars(m, base, patch, rule, place);
	if (type != GO_MAP)
		return merge_set(m, base, patch, rule, place, left);
	if (!*rule->key)
		return merge_fail(m, place, patch, "maps in a list that "
				  "Kubernetes merges as a set of scalars");
	return merge_maps(m, base, patch, rule, place, left);
}
