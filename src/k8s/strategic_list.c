/*
 * Merging two lists: items by their merge key, scalars as a set; the order of
 * the result; and $setElementOrder.
 *
 * Merging is patch.go's mergeSlice, with its oddities: an item new to base is
 * taken verbatim, including nulls and directives; a second item of the patch
 * with the same key is merged into the first; `$patch: replace` on any item
 * empties base; items of base with the same key are kept, gathered behind the
 * first.
 *
 * Ordering is patch.go's normalizeElementOrder.  The items that the patch
 * names keep the order of the patch, the others that of base, and both are
 * interleaved: an item of base goes first only if in base it comes before the
 * patch's next item, so if base has that one, too.  New items therefore come
 * first:
 *
 *	base   a b c d          named by the patch   x c
 *	patch  x c              others               a b d
 *	                        result               x a b c d
 *
 *	x is not in base: it goes first.  a and b come before c in base; d does
 *	not.
 *
 * Each key gets a small number (struct ids), so that all look-ups are by index,
 * and everything but the sorting is linear.
 */
#include "k8s/strategic_walk.h"

#include <math.h>
#include <string.h>

#include "tree/scalar.h"

/* ---- merge keys and their Go types ---- */

/* Go's type of a decoded JSON value, which determines whether two merge keys
 * are comparable and whether the items of a list are of one type. */
enum go_type {
	GO_NIL, GO_BOOL, GO_INT64, GO_FLOAT64, GO_STRING, GO_MAP, GO_LIST,
};

/* From here on a double may not fit into an int64. */
#define INT64_EDGE 9.2233720368547758e18

/* sigs.k8s.io/yaml passes numbers on as JSON text, where the 80.0 of a YAML
 * document is 80 and reads back as an integer. */
static bool float_becomes_int(const struct node *n)
{
	const struct node *o = node_origin(n);
	double d = scalar_double(n);

	return o && o->source && !o->source->json && d == floor(d) &&
	       fabs(d) < INT64_EDGE;
}

static enum go_type go_type_of(const struct node *n)
{
	switch ((enum node_kind)n->kind) {
	case NODE_NULL:
		return GO_NIL;
	case NODE_BOOL:
		return GO_BOOL;
	case NODE_INT:
		return GO_INT64;
	case NODE_UINT:
		return GO_FLOAT64;
	case NODE_FLOAT:
		return float_becomes_int(n) ? GO_INT64 : GO_FLOAT64;
	case NODE_STRING:
		return GO_STRING;
	case NODE_MAP:
		return GO_MAP;
	case NODE_LIST:
		break;
	}
	return GO_LIST;
}

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

static int check_items(struct merge *m, const struct node *list,
		      const struct place *place, bool *first,
		      enum go_type *type)
{
	for (uint32_t i = 0; list && i < list->n; i++) {
		struct place here = place_item(place, i);
		enum go_type t = go_type_of(list->items[i]);

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

/* Are the items of both lists of one type, and not null or lists?  0 with
 * *type, or -1 with the error. */
static int check_types(struct merge *m, const struct node *base,
		       const struct node *patch, const struct place *place,
		       enum go_type *type)
{
	bool first = true;

	if (check_items(m, base, place, &first, type) ||
	    check_items(m, patch, place, &first, type))
		return -1;
	if (first) {
		merge_fail(m, place, patch ? patch : base,
			   "cannot order empty lists");
		return -1;
	}
	return 0;
}

static bool is_of_base(const struct merge *m, const struct node *item)
{
	const struct node *origin = node_origin(item);

	return m->base && origin && origin->source == m->base;
}

/* The key of a port: its number, with the protocol unless that is TCP. */
static const struct node *port_key(struct merge *m, const struct node *port,
				   const struct node *number)
{
	str protocol = node_string(node_get(port, STR("protocol")));

	if (!protocol.n || str_eq(protocol, STR("TCP")) ||
	    !node_is_scalar(number))
		return number;
	return node_new_string(m->a, arena_printf(m->a, "%.*s/%.*s",
						  STR_ARG(node_text(number)),
						  STR_ARG(protocol)));
}

/* The value that identifies an item: a scalar itself, else what it has under
 * `key`; NULL with the error if it has none.  An item that may be without it
 * is its own key. */
static const struct node *item_key(struct merge *m, const struct node *item,
				   const char *key, const struct place *list,
				   uint32_t index)
{
	struct place here = place_item(list, index);
	const struct node *value = item;

	if (*key && item->kind != NODE_MAP)
		return merge_fail(m, &here, item, "expected a map, found %s",
				  node_kind_name(item));
	if (*key)
		value = node_get(item, str_of(key));
	if (!value && m->options->nameless && is_of_base(m, item))
		return item;
	if (!value)
		return merge_fail(m, &here, item, "missing \"%s\", the merge "
				  "key of this list", key);
	if (!node_is_scalar(value))
		return merge_fail(m, &here, value, "%s%s%scannot be %s: it is "
				  "the merge key of this list",
				  *key ? "\"" : "", key,
				  *key ? "\" " : "an item ",
				  node_kind_name(value));
	if (m->options->by_protocol && strcmp(key, "containerPort") == 0)
		return port_key(m, item, value);
	return value;
}

/* ---- numbers for keys ---- */

/* A key as a comparable value: `bits` for all types but text.  A map, the key
 * of an item that has none, equals only itself. */
struct key_value {
	enum go_type type;
	str text;
	uint64_t bits;
};

static struct key_value key_value(const struct node *key)
{
	struct key_value v = { go_type_of(key), STR_NONE, 0 };
	int64_t i = 0;
	double d;

	switch (v.type) {
	case GO_BOOL:
		v.bits = scalar_bool(key);
		break;
	case GO_INT64:
		if (key->kind == NODE_FLOAT)
			i = (int64_t)scalar_double(key);
		else
			scalar_int64(key, &i);
		v.bits = (uint64_t)i;
		break;
	case GO_FLOAT64:
		d = scalar_double(key) + 0.0;	/* -0.0 is 0.0 */
		memcpy(&v.bits, &d, sizeof(d));
		break;
	case GO_MAP:
		v.bits = (uint64_t)(uintptr_t)key;
		break;
	default:
		v.text = node_text(key);
		break;
	}
	return v;
}

/* Numbers for the keys of items: equal keys have equal numbers, from 0. */
struct ids {
	const struct node **keys;	/* by number */
	uint32_t n;
	uint32_t *slots;		/* number + 1, by hash */
	uint32_t mask;
};

/* Space for `n` different keys. */
static struct ids ids_new(struct arena *a, uint32_t n)
{
	uint32_t slots = 8;

	while (slots < n * 2)
		slots *= 2;
	return (struct ids){
		arena_array(a, const struct node *, n), 0,
		arena_zalloc_array(a, slots, sizeof(uint32_t)), slots - 1,
	};
}

static uint32_t ids_of(struct ids *ids, const struct node *key)
{
	struct key_value v = key_value(key);
	uint64_t hash = v.type == GO_STRING ? str_hash(v.text) : v.bits;
	uint32_t at = (uint32_t)((hash * 0x9e3779b97f4a7c15u) >> 32);

	for (at &= ids->mask; ids->slots[at]; at = (at + 1) & ids->mask) {
		struct key_value w = key_value(ids->keys[ids->slots[at] - 1]);

		if (w.type == v.type && w.bits == v.bits &&
		    (v.type != GO_STRING || str_eq(w.text, v.text)))
			return ids->slots[at] - 1;
	}
	ids->keys[ids->n] = key;
	ids->slots[at] = ++ids->n;
	return ids->n - 1;
}

/* ---- order ---- */

/* An item of the result. */
struct item {
	const struct node *node;
	uint32_t id;
};

#define RANK_NONE UINT32_MAX

/* By id: the first index in the patch (or in $setElementOrder) and in base. */
struct ranks {
	uint32_t *patch, *base;
};

static struct ranks ranks_new(struct arena *a, uint32_t n)
{
	struct ranks r = { arena_array(a, uint32_t, n),
			   arena_array(a, uint32_t, n) };

	memset(r.patch, 0xff, n * sizeof(*r.patch));
	memset(r.base, 0xff, n * sizeof(*r.base));
	return r;
}

/* patch.go's comparison is not an order: an item without a rank is less than
 * all others and greater, too (as after an empty $setElementOrder). */
static bool less(const struct item *a, const struct item *b,
		 const uint32_t *rank)
{
	return rank[a->id] == RANK_NONE || rank[b->id] == RANK_NONE ||
	       rank[a->id] < rank[b->id];
}

/* The algorithm is that of Go's sort.SliceStable, since the comparison above
 * makes the result depend on it. */
#define SORT_BLOCK 20

static void sort_block(struct item *items, uint32_t n, const uint32_t *rank)
{
	for (uint32_t i = 1; i < n; i++) {
		struct item moved = items[i];
		uint32_t k = i;

		for (; k > 0 && less(&moved, &items[k - 1], rank); k--)
			items[k] = items[k - 1];
		items[k] = moved;
	}
}

static void merge_blocks(struct item *items, uint32_t middle, uint32_t n,
			 struct item *spare, const uint32_t *rank)
{
	uint32_t i = 0, k = middle, at = 0;

	memcpy(spare, items, middle * sizeof(*items));
	while (i < middle && k < n)
		items[at++] = less(&items[k], &spare[i], rank) ? items[k++]
							       : spare[i++];
	memcpy(items + at, spare + i, (middle - i) * sizeof(*items));
}

/* An item with `$patch: delete` that is not an instruction (base has it, or it
 * was taken verbatim) goes behind the others, as in normalizeSliceOrder.
 * Returns how many others there are. */
static uint32_t part_deletes(struct item *items, uint32_t n,
			     struct item *spare)
{
	uint32_t n_kept = 0, n_deletes = 0;

	for (uint32_t i = 0; i < n; i++) {
		const struct node *what = node_get(items[i].node, KEY_PATCH);

		if (what && str_eq(node_string(what), STR("delete")))
			spare[n_deletes++] = items[i];
		else
			items[n_kept++] = items[i];
	}
	memcpy(items + n_kept, spare, n_deletes * sizeof(*items));
	return n_kept;
}

static void sort_items(struct item *items, uint32_t n, struct item *spare,
		       const uint32_t *rank)
{
	n = part_deletes(items, n, spare);
	for (uint32_t at = 0; at < n; at += SORT_BLOCK)
		sort_block(items + at,
			   n - at < SORT_BLOCK ? n - at : SORT_BLOCK, rank);
	for (uint32_t size = SORT_BLOCK; size < n; size *= 2)
		for (uint32_t at = 0; n - at > size; at += 2 * size) {
			uint32_t left = n - at;

			merge_blocks(items + at, size,
				     left < 2 * size ? left : 2 * size, spare,
				     rank);
			if (left <= 2 * size)
				break;
		}
}

/* Sort the items as Kubernetes does. */
static void order_items(struct arena *a, struct item *items, uint32_t n,
			const struct ranks *ranks)
{
	struct item *parted = arena_array(a, struct item, n);
	struct item *spare = arena_array(a, struct item, n);
	struct item *old = parted, *named;
	uint32_t n_old = 0, n_named = 0, i = 0, k = 0;

	for (uint32_t at = 0; at < n; at++)
		if (ranks->patch[items[at].id] == RANK_NONE)
			old[n_old++] = items[at];
	named = parted + n_old;
	for (uint32_t at = 0; at < n; at++)
		if (ranks->patch[items[at].id] != RANK_NONE)
			named[n_named++] = items[at];
	sort_items(old, n_old, spare, ranks->base);
	sort_items(named, n_named, spare, ranks->patch);

	for (uint32_t at = 0; at < n; at++) {
		bool take_old = k == n_named;

		if (i < n_old && k < n_named) {
			uint32_t x = ranks->base[old[i].id];
			uint32_t y = ranks->base[named[k].id];

			take_old = x != RANK_NONE && y != RANK_NONE && x < y;
		}
		items[at] = take_old ? old[i++] : named[k++];
	}
}

/* The items as a new version of `base`, or `base` itself if they are its own
 * in its order. */
static const struct node *items_node(struct arena *a, const struct node *base,
				     const struct item *items, uint32_t n,
				     const struct list_rule *rule)
{
	const struct node **nodes;
	struct node *list;
	uint32_t same = 0;

	while (base && base->n == n && same < n &&
	       items[same].node == base->items[same])
		same++;
	if (base && base->n == n && same == n)
		return base;
	nodes = arena_array(a, const struct node *, n);
	for (uint32_t i = 0; i < n; i++)
		nodes[i] = items[i].node;
	list = node_new_list(a, base, nodes, n);
	if (rule->merge)
		node_extra(a, list)->merge_key = rule->key;
	return list;
}

/* ---- merging ---- */

/* The items of a list with their ids. */
static struct item *items_of(struct merge *m, const struct node *list,
			     const char *key, const struct place *place,
			     struct ids *ids)
{
	struct item *items = arena_array(m->a, struct item, list->n);

	for (uint32_t i = 0; i < list->n; i++) {
		const struct node *value = item_key(m, list->items[i],
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
	return items_node(m->a, base, kept, n, rule);
}

/* Up to this capacity append() doubles an array; the emulation below ends
 * there. */
#define GO_DOUBLES 512

/* patch.go removes the duplicates of base and patch together, in place, moving
 * the last item into each gap.  It does so in base's own array if the patch's
 * items fit into its capacity (which append() chose when it was decoded: a
 * power of two); a base with duplicates then changes its order, by which the
 * result is sorted.  `all` is base's items, then the patch's. */
static void squeeze(struct arena *a, struct item *all, uint32_t n_base,
		    uint32_t n, uint32_t n_ids)
{
	bool *seen = arena_zalloc_array(a, n_ids, sizeof(*seen));
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

/* A set of scalars: each of them once, as base's own node if it has it. */
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
	/* an id equals n when its key is first seen, so each is added once */
	set = arena_array(m->a, struct item, ids.n);
	for (uint32_t i = 0; i < base->n; i++)
		if (old[i].id == n)
			set[n++] = old[i];
	for (uint32_t i = 0; i < patch->n; i++)
		if (new[i].id == n && n >= n_old)
			set[n++] = new[i];
	for (uint32_t i = 0; left && i < base->n; i++)
		left[i] = all[i].node;
	order_items(m->a, set, n, &ranks);
	return items_node(m->a, base, set, n, rule);
}

/* The merge of two lists of maps. */
struct list_merge {
	struct merge *m;
	const struct list_rule *rule;
	const struct place *place;
	struct ids ids;
	bool *doomed;		/* by id: has a delete item */
	uint32_t *deletes;	/* those ids, in the patch's order */
	uint32_t n_deletes;
	bool replace;		/* an item has `$patch: replace` */
	struct item *wanted;	/* the patch's items without a directive */
	uint32_t n_wanted;
	struct item *items;	/* the result, not yet ordered */
	uint32_t n;
	struct item *old;	/* base's items, all of them */
	uint32_t *holder;	/* by id: its first item in the result + 1 */
	struct ranks ranks;
};

/* An item with $patch: an instruction, not a part of the result. */
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
	key = item_key(lm->m, item, lm->rule->key, lm->place, index);
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
		key = item_key(lm->m, item, lm->rule->key, lm->place, i);
		if (!key)
			return -1;
		lm->wanted[lm->n_wanted++] =
			(struct item){ item, ids_of(&lm->ids, key) };
	}
	return 0;
}

/* Base's items without the deleted ones. */
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
		/* in strict mode, with its nulls and directives */
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
	/* the merge may have removed the key */
	return item_key(lm->m, held->node, lm->rule->key, lm->place,
			      *holder - 1) ? 0 : -1;
}

static int merge_wanted(struct list_merge *lm)
{
	lm->holder = arena_zalloc_array(lm->m->a, lm->ids.n,
					sizeof(*lm->holder));
	for (uint32_t i = lm->n; i-- > 0;)
		lm->holder[lm->items[i].id] = i + 1;
	rank_first(lm->items, lm->n, lm->ranks.base);
	rank_first(lm->wanted, lm->n_wanted, lm->ranks.patch);
	for (uint32_t i = 0; i < lm->n_wanted; i++)
		if (merge_item(lm, &lm->wanted[i]))
			return -1;
	return 0;
}

/* What Go leaves in base's array: each deletion moved the items behind it down
 * by one, so that the last one is there twice, and what was appended later took
 * the places that had become free. */
static void fill_left(const struct list_merge *lm, uint32_t n_base,
		      const struct node **left)
{
	struct arena *a = lm->m->a;
	uint32_t *first = arena_zalloc_array(a, lm->ids.n, sizeof(*first));
	uint32_t *next = arena_array(a, uint32_t, n_base);
	uint32_t at = n_base, last = n_base;	/* counted from 1 */

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
	lm.doomed = arena_zalloc_array(m->a, most, sizeof(*lm.doomed));
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
	order_items(m->a, lm.items, lm.n, &lm.ranks);
	return items_node(m->a, base, lm.items, lm.n, rule);
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
	if (check_types(m, base, patch, place, &type))
		return NULL;
	if (type != GO_MAP && rule->deletes)
		return delete_scalars(m, base, patch, rule, place);
	if (type != GO_MAP)
		return merge_set(m, base, patch, rule, place, left);
	if (!*rule->key)
		return merge_fail(m, place, patch, "found maps in a list "
				  "that Kubernetes merges as a set of scalars");
	return merge_maps(m, base, patch, rule, place, left);
}

/* ---- $setElementOrder ---- */

/* The patch's items without a directive must have the order of
 * $setElementOrder; either list may be empty. */
static int check_subsequence(struct merge *m, const struct node *patch,
			     const struct node *order,
			     const struct list_rule *rule,
			     const struct place *place, struct ids *ids)
{
	uint32_t at = 0;

	for (uint32_t i = 0; patch && order->n && i < patch->n; i++) {
		const struct node *item = patch->items[i], *key;
		const struct node *directive = node_get(item, KEY_PATCH);
		uint32_t id;

		/* in Go, a `replace` behind the last one named is an error */
		if (directive &&
		    (at < order->n ||
		     str_eq(node_string(directive), STR("delete"))))
			continue;
		key = item_key(m, item, rule->key, place, i);
		if (!key)
			return -1;
		id = ids_of(ids, key);
		for (;; at++) {
			if (at == order->n) {
				merge_fail(m, place, item, "the items of the "
					   "patch are not in the order "
					   "of $setElementOrder");
				return -1;
			}
			key = item_key(m, order->items[at], rule->key,
					     place, at);
			if (!key)
				return -1;
			if (ids_of(ids, key) == id)
				break;
		}
		at++;
	}
	return 0;
}

/* Rank every id of the list by its first index. */
static int rank_nodes(struct merge *m, const struct node *const *nodes,
		      uint32_t n, const struct list_rule *rule,
		      const struct place *place, struct ids *ids,
		      uint32_t *rank)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct node *key = item_key(m, nodes[i], rule->key,
							place, i);
		uint32_t id;

		if (!key)
			return -1;
		id = ids_of(ids, key);
		if (rank[id] == RANK_NONE)
			rank[id] = i;
	}
	return 0;
}

/* The list before it is ordered; `left` receives what is left of base's array,
 * which Go uses from then on. */
static const struct node *unordered(struct merge *m, const struct node *base,
				    const struct node *patch,
				    const struct list_rule *rule,
				    const struct place *place,
				    const struct node **left)
{
	if (!base)
		return merge_prune(m, patch, !m->options->strict);
	for (uint32_t i = 0; i < base->n; i++)
		left[i] = base->items[i];
	if (!patch)
		return base;
	return rule->merge ? merge_list(m, base, patch, rule, place, left)
			   : patch;
}

const struct node *merge_in_order(struct merge *m, const struct node *base,
				  const struct node *patch,
				  const struct node *order,
				  const struct list_rule *rule,
				  const struct place *place)
{
	uint32_t n_base = base ? base->n : 0;
	uint32_t most = order->n + n_base + (patch ? patch->n : 0);
	struct ids ids = ids_new(m->a, most);
	struct ranks ranks = ranks_new(m->a, most);
	const struct node **left = arena_array(m->a, const struct node *,
					       n_base);
	const struct node *merged;
	struct item *items;
	enum go_type type;

	if (check_subsequence(m, patch, order, rule, place, &ids))
		return NULL;
	merged = unordered(m, base, patch, rule, place, left);
	if (!merged || check_types(m, base, patch, place, &type) ||
	    rank_nodes(m, order->items, order->n, rule, place, &ids,
		       ranks.patch) ||
	    rank_nodes(m, left, n_base, rule, place, &ids, ranks.base))
		return NULL;
	items = arena_array(m->a, struct item, merged->n);
	for (uint32_t i = 0; i < merged->n; i++) {
		const struct node *key = item_key(m, merged->items[i],
							rule->key, place, i);

		if (!key)
			return NULL;
		items[i] = (struct item){ merged->items[i], ids_of(&ids, key) };
	}
	order_items(m->a, items, merged->n, &ranks);
	return items_node(m->a, base, items, merged->n, rule);
}
