#include "helm/helm.h"

/* A copy without the null entries of its maps, which have nothing to remove;
 * the node itself if it has none. */
static const struct node *without_nulls(struct arena *a, const struct node *map)
{
	struct entry *entries;
	uint32_t n = 0;
	bool same = true;

	if (map->kind != NODE_MAP)
		return map;
	entries = arena_array(a, struct entry, map->n);
	for (uint32_t i = 0; i < map->n; i++) {
		const struct entry *old = &map->entries[i];

		if (old->value->kind == NODE_NULL)
			continue;
		entries[n].key = old->key;
		entries[n].value = without_nulls(a, old->value);
		same = same && entries[n].value == old->value;
		n++;
	}
	if (same && n == map->n)
		return map;
	return node_new_map(a, map, entries, n);
}

static const struct node *merge(struct arena *a, const struct node *base,
				const struct node *over);

/* Write the entries of both, those of base first and in their order. */
static uint32_t merge_entries(struct arena *a, const struct node *base,
			      const struct node *over, struct entry *entries)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < base->n; i++) {
		struct entry entry = base->entries[i];
		const struct node *other = node_get(over, node_text(entry.key));

		if (other && other->kind == NODE_NULL)
			continue;
		if (other)
			entry.value = merge(a, entry.value, other);
		entries[n++] = entry;
	}
	for (uint32_t i = 0; i < over->n; i++) {
		struct entry entry = over->entries[i];

		if (entry.value->kind == NODE_NULL ||
		    node_index(base, node_text(entry.key)) >= 0)
			continue;
		entry.value = without_nulls(a, entry.value);
		entries[n++] = entry;
	}
	return n;
}

static const struct node *merge(struct arena *a, const struct node *base,
				const struct node *over)
{
	struct entry *entries;
	uint32_t n;

	if (base->kind != NODE_MAP || over->kind != NODE_MAP)
		return without_nulls(a, over);
	entries = arena_array(a, struct entry, (size_t)base->n + over->n);
	n = merge_entries(a, base, over, entries);
	return node_new_map(a, base, entries, n);
}

const struct node *values_merge(struct arena *a, const struct node *base,
				const struct node *over)
{
	if (!base || base->kind == NODE_NULL)
		return over ? over : base;
	if (!over || over->kind == NODE_NULL)
		return base;
	return merge(a, base, over);
}
