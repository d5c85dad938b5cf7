/*
 * match - origins first, then merge keys, then positions.
 *
 * Of the matched items the longest increasing subsequence stays, so that as
 * few items as possible move:
 *
 *	old_at	2 0 1 3		0 1 3 is increasing: these stay,
 *	stays	. x x x		and the item that was at 2 moves
 */
#include "edit/diff_internal.h"

#include <string.h>

#include "base/ptrmap.h"
#include "tree/scalar.h"

static void take(struct match *m, uint32_t wanted, uint32_t old)
{
	m->old_at[wanted] = old;
	m->taken[old] = true;
}

static void note_items(const struct node *list, struct ptrmap *by_node)
{
	for (uint32_t i = 0; i < list->n; i++)
		ptrmap_put(by_node, list->items[i], i);
}

/* By origin.  The next item is usually the next old one. */
static bool match_origins(struct arena *a, struct match *m)
{
	struct ptrmap by_node = PTRMAP_INIT(a);
	bool any = false;

	for (uint32_t j = 0, next = 0; j < m->wanted->n; j++) {
		const struct node *o = node_origin(m->wanted->items[j]);
		uint32_t i = next;

		if (!o)
			continue;
		if (i >= m->old->n || m->old->items[i] != o) {
			if (!by_node.n)
				note_items(m->old, &by_node);
			i = ptrmap_get(&by_node, o);
		}
		if (i == PTRMAP_NONE || m->taken[i])
			continue;
		take(m, j, i);
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

/* By merge key, with a hash table of the old items that chains collisions. */
static void match_keys(struct arena *a, struct match *m, str key)
{
	uint32_t buckets = m->old->n * 2 + 1;
	uint32_t *head = arena_array(a, uint32_t, buckets);
	uint32_t *next = arena_array(a, uint32_t, m->old->n);

	memset(head, 0xff, buckets * sizeof(*head));
	for (uint32_t i = m->old->n; i-- > 0;) {
		const struct node *v = merge_value(m->old->items[i], key);
		uint32_t h;

		if (!v || m->taken[i])
			continue;
		h = str_hash(node_text(v)) % buckets;
		next[i] = head[h];
		head[h] = i;
	}
	for (uint32_t j = 0; j < m->wanted->n; j++) {
		const struct node *v =
			merge_value(m->wanted->items[j], key);
		uint32_t i;

		if (!v || m->old_at[j] != MATCH_NONE)
			continue;
		i = head[str_hash(node_text(v)) % buckets];
		while (i != MATCH_NONE &&
		       (m->taken[i] ||
			!scalar_equal(v, merge_value(m->old->items[i], key))))
			i = next[i];
		if (i != MATCH_NONE)
			take(m, j, i);
	}
}

/* A list without keys: equal items at both ends, then the rest in turn. */
static void match_positions(struct match *m)
{
	uint32_t n = m->old->n, k = m->wanted->n, head = 0, tail = 0;

	while (head < n && head < k &&
	       node_equal(m->old->items[head], m->wanted->items[head])) {
		take(m, head, head);
		head++;
	}
	while (tail < n - head && tail < k - head &&
	       node_equal(m->old->items[n - 1 - tail],
			  m->wanted->items[k - 1 - tail])) {
		take(m, k - 1 - tail, n - 1 - tail);
		tail++;
	}
	for (uint32_t i = head; i + tail < n && i + tail < k; i++)
		take(m, i, i);
}

static bool in_order(const struct match *m)
{
	uint32_t last = 0;

	for (uint32_t j = 0; j < m->wanted->n; j++) {
		if (m->old_at[j] == MATCH_NONE)
			continue;
		if (m->old_at[j] < last)
			return false;
		last = m->old_at[j];
	}
	return true;
}

/* The longest increasing subsequence of old_at[]: tails[k] is the wanted item
 * that ends the best one of length k + 1, before[] its predecessor. */
static void find_staying(struct arena *a, struct match *m)
{
	uint32_t k = m->wanted->n, n = 0, j;
	uint32_t *tails, *before;

	m->stays = arena_zalloc_array(a, k, sizeof(*m->stays));
	if (in_order(m)) {
		for (j = 0; j < k; j++)
			m->stays[j] = m->old_at[j] != MATCH_NONE;
		return;
	}
	tails = arena_array(a, uint32_t, k);
	before = arena_array(a, uint32_t, k);
	for (j = 0; j < k; j++) {
		uint32_t low = 0, high = n;

		if (m->old_at[j] == MATCH_NONE)
			continue;
		while (low < high) {
			uint32_t mid = (low + high) / 2;

			if (m->old_at[tails[mid]] < m->old_at[j])
				low = mid + 1;
			else
				high = mid;
		}
		before[j] = low ? tails[low - 1] : MATCH_NONE;
		tails[low] = j;
		if (low == n)
			n++;
	}
	for (j = n ? tails[n - 1] : MATCH_NONE; j != MATCH_NONE; j = before[j])
		m->stays[j] = true;
}

struct match match_lists(struct arena *a, const struct node *old,
			 const struct node *wanted)
{
	const struct node_extra *x = wanted->extra;
	struct match m = { .old = old, .wanted = wanted };
	bool any;

	m.old_at = arena_array(a, uint32_t, wanted->n);
	memset(m.old_at, 0xff, wanted->n * sizeof(*m.old_at));
	m.taken = arena_zalloc_array(a, old->n, sizeof(*m.taken));
	any = match_origins(a, &m);
	if (x && x->merge_key)
		match_keys(a, &m, str_of(x->merge_key));
	else if (!any)
		match_positions(&m);
	find_staying(a, &m);
	for (uint32_t j = 0; j < wanted->n; j++)
		m.staying += m.stays[j];
	return m;
}
