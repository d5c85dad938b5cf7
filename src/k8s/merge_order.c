/*
 * The order of a merged list, and $setElementOrder.
 *
 * As patch.go's normalizeElementOrder: the items that the patch names follow
 * its order, the others that of base, and both are woven together: an item of
 * base goes first only where it stood in base before the patch's next item and
 * base had that one, too.  So what is new comes before what is old.
 *
 * Each key gets a small number (struct ids), so that all look-ups are by index
 * and the whole is linear but for the sorting.
 */
#include "k8s/merge_rule.h"

#include <math.h>
#include <string.h>

#include "tree/scalar.h"

/* From this size on double and int64 part ways. */
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

enum go_type merge_go_type(const struct node *n)
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

/* A key as a comparable value: `bits` for all but text. */
struct key_value {
	enum go_type type;
	str text;
	uint64_t bits;
};

static struct key_value key_value(const struct node *key)
{
	struct key_value v = { merge_go_type(key), STR_NONE, 0 };
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
	default:
		v.text = node_text(key);
		break;
	}
	return v;
}

struct ids ids_new(struct arena *a, uint32_t n)
{
	uint32_t slots = 8;

	while (slots < n * 2)
		slots *= 2;
	return (struct ids){
		arena_array(a, const struct node *, n), 0,
		arena_zalloc(a, slots * sizeof(uint32_t)), slots - 1,
	};
}

uint32_t ids_of(struct ids *ids, const struct node *key)
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

struct ranks ranks_new(struct arena *a, uint32_t n)
{
	struct ranks r = { arena_array(a, uint32_t, n),
			   arena_array(a, uint32_t, n) };

	memset(r.patch, 0xff, n * sizeof(*r.patch));
	memset(r.base, 0xff, n * sizeof(*r.base));
	return r;
}

/* patch.go's comparison is no order: what it finds nowhere is less than all
 * and all are less than it (as after an empty $setElementOrder). */
static bool less(const struct item *a, const struct item *b,
		 const uint32_t *rank)
{
	return rank[a->id] == RANK_NONE || rank[b->id] == RANK_NONE ||
	       rank[a->id] < rank[b->id];
}

/* As Go's sort.SliceStable sorts: it matters to the odd comparison above. */
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

/* An item that says `$patch: delete` though it is no instruction (base had it
 * so, or it was taken verbatim) goes behind the others, as in
 * normalizeSliceOrder.  How many are before them. */
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

void merge_order(struct arena *a, struct item *items, uint32_t n,
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

const struct node *merge_items_node(struct arena *a, const struct node *base,
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

/* The patch's items, but for those with a directive, must come in the order
 * that $setElementOrder gives; either list may be empty. */
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

		/* a `replace` behind the last one named is an error in Go */
		if (directive &&
		    (at < order->n ||
		     str_eq(node_string(directive), STR("delete"))))
			continue;
		key = merge_item_key(m, item, rule->key, place, i);
		if (!key)
			return -1;
		id = ids_of(ids, key);
		for (;; at++) {
			if (at == order->n) {
				merge_fail(m, place, item, "the patch's items "
					   "come in another order than in "
					   "$setElementOrder");
				return -1;
			}
			key = merge_item_key(m, order->items[at], rule->key,
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

/* Give every id of the list its first place in it. */
static int rank_nodes(struct merge *m, const struct node *const *nodes,
		      uint32_t n, const struct list_rule *rule,
		      const struct place *place, struct ids *ids,
		      uint32_t *rank)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct node *key = merge_item_key(m, nodes[i], rule->key,
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

/* The list before it is put in order, and in `left` what that leaves of base's
 * array, by which Go goes from then on. */
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
	if (!merged || merge_same_types(m, base, patch, place, &type) ||
	    rank_nodes(m, order->items, order->n, rule, place, &ids,
		       ranks.patch) ||
	    rank_nodes(m, left, n_base, rule, place, &ids, ranks.base))
		return NULL;
	items = arena_array(m->a, struct item, merged->n);
	for (uint32_t i = 0; i < merged->n; i++) {
		const struct node *key = merge_item_key(m, merged->items[i],
							rule->key, place, i);

		if (!key)
			return NULL;
		items[i] = (struct item){ merged->items[i], ids_of(&ids, key) };
	}
	merge_order(m->a, items, merged->n, &ranks);
	return merge_items_node(m->a, base, items, merged->n, rule);
}
