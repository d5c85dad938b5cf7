/*
 * map - Go's maps with text as keys: mutable, and the same for all who hold
 * one.
 *
 * A map made from a node reads it when it is asked, and remembers what it
 * gave: a map inside it is the same map on every access.  What a template
 * changes stays in here, so the node, which other executions share, is as it
 * was ("copy on write").
 *
 * As in Go a map has no order; map_sorted() gives the order in which it is
 * printed and walked.
 */
#ifndef TMPL_MAP_H
#define TMPL_MAP_H

#include "tmpl/value.h"

struct map_entry {
	str key;
	struct value value;
};

/* An empty map of type t ("map[string]interface {}": &type_map). */
struct map *map_new(struct arena *a, const struct type *t);
/* A map that means what a map node means. */
struct map *map_of_node(struct arena *a, const struct type *t,
			const struct node *n, bool ints);

/* All of them take NULL for a nil map, but for map_set and map_delete. */
uint32_t map_len(const struct map *m);
/* The value under a key, as an element (iface set as the type has it); false,
 * and VALUE_MISSING, where there is none. */
bool map_get(struct map *m, str key, struct value *out);
static inline bool map_has(struct map *m, str key)
{
	struct value v;

	return map_get(m, key, &v);
}
/* Put v under the key; text of the key is not copied. */
void map_set(struct map *m, str key, struct value v);
void map_delete(struct map *m, str key);
/* The entries in the order of their keys' bytes: a copy in arena a, which
 * later changes of the map leave alone.  map_len() of them. */
const struct map_entry *map_sorted(struct arena *a, struct map *m);
/* The same without an order; good until the map is changed. */
const struct map_entry *map_entries(struct map *m);

#endif
