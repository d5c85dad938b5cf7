/* Items that are matched keep their text.  Of the matched ones the longest
 * run that is already in order stays in place; the others are removed and
 * inserted again, which edit/splice does by moving their lines. */
#include <string.h>

#include "edit/diff_walk.h"
#include "tree/scalar.h"

struct lists {
	const struct node *old, *wanted;
	uint32_t *match;	/* by wanted item: the old one, or NONE */
	bool *taken;		/* by old item */
	bool *stays;		/* by wanted item: matched, and in place */
};

#define NONE UINT32_MAX

static void take(struct lists *l, uint32_t wanted, uint32_t old)
{
	l->match[wanted] = old;
	l->taken[old] = true;
}

static void note_items(const struct node *list, struct ptrmap *by_node)
{
	for (uint32_t i = 0; i < list->n; i++)
		ptrmap_put(by_node, list->items[i], i);
}

/* By origin.  Most often the next item is the next old one. */
static bool match_origins(struct diff *d, struct lists *l)
{
	struct ptrmap by_node = PTRMAP_INIT(d->arena);
	bool any = false;

	for (uint32_t j = 0, next = 0; j < l->wanted->n; j++) {
		const struct node *o = node_origin(l->wanted->items[j]);
		uint32_t i = next;

		if (!o)
			continue;
		if (i >= l->old->n || l->old->items[i] != o) {
			if (!by_node.n)
				note_items(l->old, &by_node);
			i = ptrmap_get(&by_node, o);
		}
		if (i == PTRMAP_NONE || l->taken[i])
			continue;
		take(l, j, i);
		next = i + 1;
		any = true;
	}
	return any;
}

static const struct node *merge_value(const struct node *item, str key)
{
	const struct node *v = key.n ? node_get(item, key) : item;

	return v && node_is_scalar(v) ? v : NULL;
}

/* By merge key, through chains of old items whose key's text hashes alike. */
static void match_keys(struct diff *d, struct lists *l, str key)
{
	uint32_t buckets = l->old->n * 2 + 1;
	uint32_t *head = arena_array(d->arena, uint32_t, buckets);
	uint32_t *next = arena_array(d->arena, uint32_t, l->old->n);

	memset(head, 0xff, buckets * sizeof(*head));
	for (uint32_t i = l->old->n; i-- > 0;) {
		const struct node *v = merge_value(l->old->items[i], key);
		uint32_t h;

		if (!v || l->taken[i])
			continue;
		h = str_hash(node_text(v)) % buckets;
		next[i] = head[h];
		head[h] = i;
	}
	for (uint32_t j = 0; j < l->wanted->n; j++) {
		const struct node *v =
			merge_value(l->wanted->items[j], key);
		uint32_t i;

		if (!v || l->match[j] != NONE)
			continue;
		for (i = head[str_hash(node_text(v)) % buckets]; i != NONE;
		     i = next[i])
			if (!l->taken[i] &&
			    scalar_equal(v, merge_value(l->old->items[i],
							key)))
				break;
		if (i != NONE)
			take(l, j, i);
	}
}

/* A list that knows no keys: equal items at both ends, the rest in turn. */
static void match_positions(struct lists *l)
{
	uint32_t n = l->old->n, k = l->wanted->n, head = 0, tail = 0;

	while (head < n && head < k &&
	       node_equal(l->old->items[head], l->wanted->items[head])) {
		take(l, head, head);
		head++;
	}
	while (tail < n - head && tail < k - head &&
	       node_equal(l->old->items[n - 1 - tail],
			  l->wanted->items[k - 1 - tail])) {
		take(l, k - 1 - tail, n - 1 - tail);
		tail++;
	}
	for (uint32_t i = head; i + tail < n && i + tail < k; i++)
		take(l, i, i);
}

static bool in_order(const struct lists *l)
{
	uint32_t last = 0;

	for (uint32_t j = 0; j < l->wanted->n; j++) {
		if (l->match[j] == NONE)
			continue;
		if (l->match[j] < last)
			return false;
		last = l->match[j];
	}
	return true;
}

/* Longest increasing run of match[]: tails[k] is the wanted item that ends the
 * best run of length k + 1, before[] leads back through it. */
static void find_staying(struct diff *d, struct lists *l)
{
	uint32_t k = l->wanted->n, n = 0, j;
	uint32_t *tails, *before;

	l->stays = arena_zalloc(d->arena, k * sizeof(*l->stays));
	if (in_order(l)) {
		for (j = 0; j < k; j++)
			l->stays[j] = l->match[j] != NONE;
		return;
	}
	tails = arena_array(d->arena, uint32_t, k);
	before = arena_array(d->arena, uint32_t, k);
	for (j = 0; j < k; j++) {
		uint32_t low = 0, high = n;

		if (l->match[j] == NONE)
			continue;
		while (low < high) {
			uint32_t mid = (low + high) / 2;

			if (l->match[tails[mid]] < l->match[j])
				low = mid + 1;
			else
				high = mid;
		}
		before[j] = low ? tails[low - 1] : NONE;
		tails[low] = j;
		if (low == n)
			n++;
	}
	for (j = n ? tails[n - 1] : NONE; j != NONE; j = before[j])
		l->stays[j] = true;
}

static void match(struct diff *d, struct lists *l)
{
	const struct node_extra *x = l->wanted->extra;
	bool any;

	l->match = arena_array(d->arena, uint32_t, l->wanted->n);
	memset(l->match, 0xff, l->wanted->n * sizeof(*l->match));
	l->taken = arena_zalloc(d->arena, l->old->n * sizeof(*l->taken));
	any = match_origins(d, l);
	if (x && x->merge_key)
		match_keys(d, l, str_of(x->merge_key));
	else if (!any)
		match_positions(l);
	find_staying(d, l);
}

static void add_edits(struct diff *d, const struct lists *l)
{
	uint32_t after = EDIT_FIRST;
	bool *kept = arena_zalloc(d->arena, l->old->n * sizeof(*kept));

	for (uint32_t j = 0; j < l->wanted->n; j++)
		if (l->stays[j])
			kept[l->match[j]] = true;
	for (uint32_t i = 0; i < l->old->n; i++)
		if (!kept[i])
			diff_add(d, EDIT_REMOVE, l->old, i, NULL);
	for (uint32_t j = 0; j < l->wanted->n; j++) {
		if (l->stays[j])
			after = l->match[j];
		else
			diff_add(d, EDIT_INSERT, l->old, after,
				 l->wanted->items[j]);
	}
}

bool diff_list(struct diff *d, const struct node *old,
	       const struct node *wanted)
{
	struct lists l = { .old = old, .wanted = wanted };
	uint32_t staying = 0;

	match(d, &l);
	for (uint32_t j = 0; j < wanted->n; j++)
		staying += l.stays[j];
	if (!staying)
		return false;
	add_edits(d, &l);
	for (uint32_t j = 0; j < wanted->n; j++)
		if (l.stays[j])
			diff_value(d, old, l.match[j], old->items[l.match[j]],
				   wanted->items[j]);
	return true;
}
