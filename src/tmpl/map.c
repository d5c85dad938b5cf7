/*
 * map - see map.h.
 *
 * A map is in one of two states.  As long as only single keys of a map from a
 * node are asked for, `node` is set and slots[i] is what entry i was read as,
 * or missing if nobody asked.  The first walk or change takes it apart into
 * `entries`, and `node` is NULL from then on.
 *
 * Entries have no order.  Beyond INDEX_MIN of them a hash table finds them:
 * open addressing, index + 1 in a slot, 0 for a free one, at most half full.
 */
#include "tmpl/map.h"

#include <stdlib.h>

#define INDEX_MIN 16u

struct map {
	struct arena *arena;
	const struct type *type;
	const struct node *node;
	struct value *slots;
	struct map_entry *entries;
	uint32_t n, cap;
	uint32_t *index;
	uint32_t mask;
	bool ints;
};

struct map *map_new(struct arena *a, const struct type *t)
{
	struct map *m = arena_new(a, struct map);

	m->arena = a;
	m->type = t;
	return m;
}

struct map *map_of_node(struct arena *a, const struct type *t,
			const struct node *n, bool ints)
{
	struct map *m = map_new(a, t);

	m->node = n;
	m->ints = ints;
	return m;
}

uint32_t map_len(const struct map *m)
{
	if (!m)
		return 0;
	return m->node ? m->node->n : m->n;
}

/* Where the key's index stands or would stand. */
static uint32_t index_slot(const struct map *m, str key)
{
	uint32_t at = str_hash(key) & m->mask;

	while (m->index[at] &&
	       !str_eq(m->entries[m->index[at] - 1].key, key))
		at = (at + 1) & m->mask;
	return at;
}

static void index_build(struct map *m)
{
	uint32_t i, size = 64;

	while (size < 4 * m->n)
		size *= 2;
	m->index = arena_zalloc(m->arena, size * sizeof(*m->index));
	m->mask = size - 1;
	for (i = 0; i < m->n; i++)
		m->index[index_slot(m, m->entries[i].key)] = i + 1;
}

/* Free a slot, and close the gap that it leaves in its run. */
static void index_free(struct map *m, uint32_t gap)
{
	uint32_t at = gap, home;

	m->index[gap] = 0;
	for (;;) {
		at = (at + 1) & m->mask;
		if (!m->index[at])
			return;
		home = str_hash(m->entries[m->index[at] - 1].key) & m->mask;
		if (((at - home) & m->mask) < ((at - gap) & m->mask))
			continue;	/* reachable without the gap */
		m->index[gap] = m->index[at];
		m->index[at] = 0;
		gap = at;
	}
}

/* The entry of a key of a map that is taken apart, or -1. */
static int64_t entry_find(const struct map *m, str key)
{
	uint32_t i;

	if (m->index)
		return (int64_t)m->index[index_slot(m, key)] - 1;
	for (i = 0; i < m->n; i++)
		if (str_eq(m->entries[i].key, key))
			return i;
	return -1;
}

static void entry_append(struct map *m, str key, struct value v)
{
	struct map_entry *old = m->entries;

	if (m->n == m->cap) {
		m->cap = m->cap ? 2 * m->cap : 8;
		m->entries = arena_array(m->arena, struct map_entry, m->cap);
		if (m->n)
			memcpy(m->entries, old, m->n * sizeof(*old));
	}
	m->entries[m->n++] = (struct map_entry){ key, v };
	if (m->index && 2 * m->n <= m->mask)
		m->index[index_slot(m, key)] = m->n;
	else if (m->n > INDEX_MIN)
		index_build(m);
}

static const struct value *slot_read(struct map *m, uint32_t i)
{
	struct value *slot;

	if (!m->slots)
		m->slots = arena_zalloc(m->arena,
					m->node->n * sizeof(*m->slots));
	slot = &m->slots[i];
	if (!slot->type && !slot->iface)
		*slot = value_of_node(m->arena, m->type->elem,
				      m->node->entries[i].value, m->ints);
	return slot;
}

static void take_apart(struct map *m)
{
	const struct node *node = m->node;
	uint32_t i;

	if (!node)
		return;
	m->cap = m->n = node->n;
	m->entries = arena_array(m->arena, struct map_entry, m->n);
	for (i = 0; i < m->n; i++)
		m->entries[i] = (struct map_entry){
			node_text(node->entries[i].key), *slot_read(m, i) };
	m->node = NULL;
	m->slots = NULL;
	if (m->n > INDEX_MIN)
		index_build(m);
}

bool map_get(struct map *m, str key, struct value *out)
{
	int64_t i = -1;

	if (m)
		i = m->node ? node_index(m->node, key) : entry_find(m, key);
	if (i < 0) {
		*out = VALUE_MISSING;
		return false;
	}
	*out = m->node ? *slot_read(m, (uint32_t)i) : m->entries[i].value;
	return true;
}

void map_set(struct map *m, str key, struct value v)
{
	int64_t i;

	take_apart(m);
	v = value_as_elem(v, m->type->elem);
	i = entry_find(m, key);
	if (i >= 0)
		m->entries[i].value = v;
	else
		entry_append(m, key, v);
}

void map_delete(struct map *m, str key)
{
	int64_t i;
	uint32_t last;

	take_apart(m);
	i = entry_find(m, key);
	if (i < 0)
		return;
	last = m->n - 1;
	if (m->index) {
		index_free(m, index_slot(m, key));
		if (i != last)
			m->index[index_slot(m, m->entries[last].key)] =
				(uint32_t)i + 1;
	}
	m->entries[i] = m->entries[last];
	m->n = last;
}

static int by_key(const void *a, const void *b)
{
	return str_cmp(((const struct map_entry *)a)->key,
		       ((const struct map_entry *)b)->key);
}

const struct map_entry *map_sorted(struct arena *a, struct map *m)
{
	struct map_entry *copy;
	uint32_t n = map_len(m);

	if (!n)
		return NULL;
	copy = arena_array(a, struct map_entry, n);
	memcpy(copy, map_entries(m), n * sizeof(*copy));
	qsort(copy, n, sizeof(*copy), by_key);
	return copy;
}

const struct map_entry *map_entries(struct map *m)
{
	if (!m)
		return NULL;
	take_apart(m);
	return m->entries;
}
