/*
 * mapping - from the pairs of a map as it is written to what it means.
 *
 * As in go-yaml v2 (decode.go: mapping, merge) a merge key acts where it
 * stands: what it brings overwrites the keys before it and is overwritten by
 * those behind it; of a list of maps the first that has a key wins.  As in
 * sigs.k8s.io/yaml a bool or a number is a key by its JSON text, and null,
 * lists and maps are none.
 */
#include "yaml/mapping.h"

#include <stdlib.h>
#include <string.h>

#include "tree/scalar.h"

/* Up to this many keys are compared one with another. */
#define FEW 16

bool mapping_is_merge(str text, str tag, bool plain)
{
	if (text.n != 2 || !str_eq(text, STR("<<")))
		return false;
	if (!tag.n)
		return plain;
	return str_eq(tag, STR("!")) ||
	       str_eq(tag, STR("tag:yaml.org,2002:merge"));
}

/* The list itself must stand here; its maps and the one map may be aliases. */
bool mapping_merges(const struct node *value)
{
	if (value->kind == NODE_MAP)
		return true;
	if (value->kind != NODE_LIST || value->flags & NODE_ALIAS)
		return false;
	for (uint32_t i = 0; i < value->n; i++)
		if (value->items[i]->kind != NODE_MAP)
			return false;
	return true;
}

static void key_bad(struct arena *a, struct node *key, const char *why)
{
	node_extra(a, key)->why_bad = why;
	key->flags |= NODE_BAD;
	key->text = "";
	key->n = 0;
}

void mapping_key(struct arena *a, struct node *key)
{
	struct buf text = BUF_INIT;

	switch (key->kind) {
	case NODE_STRING:
		return;
	case NODE_NULL:
		key_bad(a, key, "null cannot be a key");
		break;
	case NODE_UINT:
		key_bad(a, key, "a number past 64 bits cannot be a key");
		break;
	case NODE_MAP:
	case NODE_LIST:
		key_bad(a, key, "a map or list cannot be a key"
				" ({{ }} wants quotes around it)");
		break;
	default:
		scalar_key_text(&text, key);
		if (!str_eq(buf_str(&text), node_text(key))) {
			key->text = arena_str(a, buf_str(&text)).p;
			key->n = (uint32_t)text.n;
		}
		buf_release(&text);
	}
	key->kind = NODE_STRING;
	key->flags &= (uint16_t)~NODE_FLOW;
}

static bool same_key(const struct node *a, const struct node *b)
{
	/* most keys differ at one of these already */
	if (a->n != b->n || (a->n && a->text[0] != b->text[0]))
		return false;
	return !((a->flags | b->flags) & NODE_BAD) &&
	       str_eq(node_text(a), node_text(b));
}

static bool few_have_twice(const struct node *map)
{
	for (uint32_t i = 1; i < map->n; i++)
		for (uint32_t j = 0; j < i; j++)
			if (same_key(map->entries[i].key, map->entries[j].key))
				return true;
	return false;
}

/* The look-up table finds the last of equal keys. */
static bool many_have_twice(const struct node *map)
{
	for (uint32_t i = 0; i < map->n; i++) {
		const struct node *key = map->entries[i].key;

		if (!(key->flags & NODE_BAD) &&
		    node_index(map, node_text(key)) != i)
			return true;
	}
	return false;
}

/* The entries of a map while they are put together. */
struct union_entry {
	struct entry entry;
	uint32_t from;
	bool dead;		/* overwritten by a later one */
	bool stood;		/* the key is written up to here */
};

struct union_map {
	struct buf entries;	/* of struct union_entry */
	uint32_t *table;	/* key to its latest entry + 1 */
	uint32_t mask;
	struct buf *twice;
};

static struct union_entry *union_at(const struct union_map *u, size_t i)
{
	return (struct union_entry *)(void *)u->entries.p + i;
}

static uint32_t *union_slot(const struct union_map *u, const struct node *key)
{
	uint32_t at = str_hash(node_text(key)) & u->mask;

	while (u->table[at] &&
	       !same_key(union_at(u, u->table[at] - 1)->entry.key, key))
		at = (at + 1) & u->mask;
	return &u->table[at];
}

/* The later entry stands in its own place, the earlier one is gone. */
static void union_set(struct union_map *u, struct entry entry, uint32_t from,
		      bool inherited)
{
	struct union_entry new = { entry, from, false, !inherited };
	uint32_t *slot = NULL;

	if (!(entry.key->flags & NODE_BAD))
		slot = union_slot(u, entry.key);
	if (slot && *slot) {
		struct union_entry *old = union_at(u, *slot - 1);

		old->dead = true;
		if (old->stood && !inherited)
			buf_add(u->twice, &entry.key, sizeof(entry.key));
		new.stood = new.stood || old->stood;
	}
	buf_add(&u->entries, &new, sizeof(new));
	if (slot)
		*slot = (uint32_t)(u->entries.n / sizeof(new));
}

static void union_merge(struct union_map *u, const struct node *value,
			uint32_t from)
{
	if (value->kind == NODE_MAP)
		for (uint32_t i = 0; i < value->n; i++)
			union_set(u, value->entries[i], from, true);
	else
		for (uint32_t i = value->n; i-- > 0;)
			union_merge(u, value->items[i], from);
}

/* How many entries there may be at the most. */
static size_t bound(const struct entry *written, uint32_t n, const bool *merge)
{
	size_t sum = n;

	for (uint32_t i = 0; i < n; i++) {
		const struct node *value = written[i].value;

		if (!merge || !merge[i])
			continue;
		if (value->kind == NODE_MAP)
			sum += value->n;
		else
			for (uint32_t j = 0; j < value->n; j++)
				sum += value->items[j]->n;
	}
	return sum;
}

static void union_store(const struct union_map *u, struct arena *a,
			struct node *map, struct written *w)
{
	size_t n = u->entries.n / sizeof(struct union_entry);

	map->entries = arena_array(a, struct entry, n);
	map->n = 0;
	w->from = arena_array(a, uint32_t, n);
	for (size_t i = 0; i < n; i++) {
		const struct union_entry *from = union_at(u, i);

		if (from->dead)
			continue;
		w->from[map->n] = from->from;
		map->entries[map->n++] = from->entry;
	}
}

static void fill_union(struct arena *a, struct node *map, const bool *merge,
		       struct buf *twice)
{
	struct written *w = arena_new(a, struct written);
	struct union_map u = { BUF_INIT, NULL, 0, twice };
	size_t slots = 32, most;

	w->entries = map->entries;
	w->n = map->n;
	w->merges = merge != NULL;
	most = bound(w->entries, w->n, merge);
	while (slots < most * 2)
		slots *= 2;
	u.table = mem_alloc(slots * sizeof(*u.table));
	memset(u.table, 0, slots * sizeof(*u.table));
	u.mask = (uint32_t)(slots - 1);
	for (uint32_t i = 0; i < w->n; i++) {
		if (merge && merge[i])
			union_merge(&u, w->entries[i].value, i);
		else
			union_set(&u, w->entries[i], i, false);
	}
	union_store(&u, a, map, w);
	node_extra(a, map)->written = w;
	free(u.table);
	buf_release(&u.entries);
}

void mapping_fill(struct arena *a, struct node *map,
		  const struct entry *written, uint32_t n, const bool *merge,
		  struct buf *twice)
{
	map->n = n;
	map->entries = arena_array(a, struct entry, n);
	if (n)
		memcpy(map->entries, written, n * sizeof(*written));
	if (!merge && n <= FEW) {
		if (few_have_twice(map))
			fill_union(a, map, NULL, twice);
		return;
	}
	if (!merge) {
		node_index_build(a, map);
		if (!many_have_twice(map))
			return;
		map->extra->index = NULL;	/* made anew below */
	}
	fill_union(a, map, merge, twice);
	node_index_build(a, map);
}
