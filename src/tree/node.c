/*
 * node - build, search and compare trees.
 */
#include "tree/node.h"

#include <string.h>

#include "tree/scalar.h"

/* Maps with at least this many entries have a hash table. */
#define INDEX_FROM 16

const struct node *node_origin(const struct node *n)
{
	if (!(n->flags & NODE_DERIVED))
		return n;
	return n->origin;
}

struct pos node_pos(const struct node *n)
{
	const struct node *o = n ? node_origin(n) : NULL;

	if (!o || !o->source)
		return POS_NONE;
	return source_pos(o->source, o->start);
}

const char *node_kind_name(const struct node *n)
{
	static const char *const names[] = {
		[NODE_NULL] = "nothing",  [NODE_BOOL] = "true or false",
		[NODE_INT] = "a number",  [NODE_UINT] = "a number",
		[NODE_FLOAT] = "a number", [NODE_STRING] = "text",
		[NODE_MAP] = "a map",	  [NODE_LIST] = "a list",
	};

	return names[n->kind];
}

/* Not inlined: its registers would be saved for each of the small maps, too. */
static __attribute__((noinline)) int64_t find_by_hash(const struct node *map,
						      str key)
{
	const struct node_extra *x = map->extra;
	uint32_t at = str_hash_local(key) & x->index_mask;

	for (; x->index[at]; at = (at + 1) & x->index_mask) {
		uint32_t i = x->index[at] - 1;

		if (str_eq(node_text(map->entries[i].key), key))
			return i;
	}
	return -1;
}

/* Most keys differ in their length. */
static inline int64_t find(const struct node *map, str key)
{
	const struct node_extra *x = map->extra;

	if (x && x->index)
		return find_by_hash(map, key);
	for (uint32_t i = map->n; i-- > 0;) {
		const struct node *k = map->entries[i].key;

		if (k->n == key.n && bytes_eq(k->text, key.p, key.n))
			return i;
	}
	return -1;
}

int64_t node_index(const struct node *map, str key)
{
	return find(map, key);
}

const struct node *node_get(const struct node *map, str key)
{
	int64_t i;

	if (!map || map->kind != NODE_MAP)
		return NULL;
	i = find(map, key);
	return i < 0 ? NULL : map->entries[i].value;
}

const struct node *node_find(const struct node *n, const char *path)
{
	while (n && *path) {
		size_t length = strcspn(path, ".");

		n = node_get(n, (str){ path, length });
		path += length + (path[length] == '.');
	}
	return n;
}

str node_string(const struct node *n)
{
	return n && n->kind == NODE_STRING ? node_text(n) : STR_NONE;
}

struct node *node_new(struct arena *a, enum node_kind kind)
{
	struct node *n = arena_new(a, struct node);

	n->kind = (uint8_t)kind;
	n->flags = NODE_DERIVED;
	n->text = "";
	return n;
}

struct node *node_new_string(struct arena *a, str text)
{
	struct node *n = node_new(a, NODE_STRING);

	n->text = text.p;
	n->n = (uint32_t)text.n;
	return n;
}

struct node *node_new_map(struct arena *a, const struct node *origin,
			  struct entry *entries, uint32_t n)
{
	struct node *map = node_new(a, NODE_MAP);

	map->origin = origin ? node_origin(origin) : NULL;
	map->entries = entries;
	map->n = n;
	node_index_build(a, map);
	return map;
}

struct node *node_new_list(struct arena *a, const struct node *origin,
			   const struct node **items, uint32_t n)
{
	struct node *list = node_new(a, NODE_LIST);

	list->origin = origin ? node_origin(origin) : NULL;
	list->items = items;
	list->n = n;
	return list;
}

struct node_extra *node_extra(struct arena *a, struct node *n)
{
	if (!n->extra)
		n->extra = arena_new(a, struct node_extra);
	return n->extra;
}

/* Entry i can be found from now on. */
static void index_entry(const struct node *map, uint32_t i)
{
	const struct node_extra *x = map->extra;
	str key = node_text(map->entries[i].key);
	uint32_t at = str_hash_local(key) & x->index_mask;

	while (x->index[at] &&
	       !str_eq(node_text(map->entries[x->index[at] - 1].key), key))
		at = (at + 1) & x->index_mask;
	x->index[at] = i + 1;
}

void node_index_build(struct arena *a, struct node *map)
{
	struct node_extra *x;
	uint32_t slots = 32;

	if (map->n <= INDEX_FROM)
		return;
	while (slots < map->n * 2)
		slots *= 2;
	x = node_extra(a, map);
	x->index = arena_zalloc_array(a, slots, sizeof(*x->index));
	x->index_mask = slots - 1;
	for (uint32_t i = 0; i < map->n; i++)
		index_entry(map, i);
}

void node_index_added(struct arena *a, struct node *map)
{
	const struct node_extra *x = map->extra;

	if (x && x->index && map->n * 2 <= x->index_mask)
		index_entry(map, map->n - 1);
	else
		node_index_build(a, map);
}

const struct node *node_with(struct arena *a, const struct node *map, str key,
			     const struct node *value)
{
	int64_t at = node_index(map, key);
	struct entry *entries = arena_array(a, struct entry, map->n + 1);
	uint32_t n = map->n;

	if (n)
		memcpy(entries, map->entries, n * sizeof(*entries));
	if (at >= 0 && value) {
		entries[at].value = value;
	} else if (at >= 0) {
		memmove(entries + at, entries + at + 1,
			(n - (size_t)at - 1) * sizeof(*entries));
		n--;
	} else if (value) {
		entries[n++] = (struct entry){ node_new_string(a, key), value };
	}
	return node_new_map(a, map, entries, n);
}

bool node_equal(const struct node *a, const struct node *b)
{
	if (a == b)
		return true;
	if (node_is_scalar(a) || node_is_scalar(b))
		return node_is_scalar(a) && node_is_scalar(b) &&
		       scalar_equal(a, b);
	if (a->kind != b->kind || a->n != b->n)
		return false;
	if (a->kind == NODE_LIST) {
		if (a->items == b->items)
			return true;
		for (uint32_t i = 0; i < a->n; i++)
			if (!node_equal(a->items[i], b->items[i]))
				return false;
		return true;
	}
	if (a->entries == b->entries)
		return true;
	for (uint32_t i = 0; i < a->n; i++) {
		str key = node_text(a->entries[i].key);
		const struct node *value;

		/* the keys are usually in the same order */
		if (str_eq(node_text(b->entries[i].key), key))
			value = b->entries[i].value;
		else
			value = node_get(b, key);
		if (!value || !node_equal(a->entries[i].value, value))
			return false;
	}
	return true;
}

static int check_below(const struct node *n, struct err *e);

static int check(const struct node *n, struct err *e)
{
	if (n->flags & NODE_BAD)
		return err_set(e, node_pos(n), "%s", n->extra->why_bad);
	/* what an alias shares is checked at its anchor */
	if (node_is_scalar(n) || n->flags & NODE_ALIAS)
		return 0;
	return check_below(n, e);
}

static int check_below(const struct node *n, struct err *e)
{
	const struct written *w = n->extra ? n->extra->written : NULL;
	const struct entry *entries = w ? w->entries : n->entries;
	uint32_t count = w ? w->n : n->n;

	if (n->kind == NODE_LIST) {
		for (uint32_t i = 0; i < n->n; i++)
			if (check(n->items[i], e))
				return -1;
		return 0;
	}
	for (uint32_t i = 0; i < count; i++)
		if (check(entries[i].key, e) || check(entries[i].value, e))
			return -1;
	return 0;
}

int node_check(const struct node *root, struct err *e)
{
	return check(root, e);
}

static uint64_t scalar_hash(const struct node *n)
{
	double number;

	switch (n->kind) {
	case NODE_NULL:
		return HASH64;
	case NODE_BOOL:
		return hash64_add(HASH64, scalar_bool(n));
	case NODE_STRING:
		return hash64(HASH64, n->text, n->n);
	default:
		/* 1 is 1.0, 0 is -0 */
		number = scalar_double(n) + 0.0;
		return number == number ?
			       hash64(HASH64, &number, sizeof(number)) : 0;
	}
}

uint64_t node_hash(const struct node *n)
{
	uint64_t h = hash64_add(HASH64, n->kind), child;

	if (node_is_scalar(n))
		return hash64_add(scalar_hash(n), n->kind == NODE_STRING);
	for (uint32_t i = 0; i < n->n; i++) {
		if (n->kind == NODE_LIST) {
			child = node_hash(n->items[i]);
			h = hash64(h, &child, sizeof(child));
			continue;
		}
		/* a sum: the order of entries does not matter */
		child = node_hash(n->entries[i].value);
		h += hash64(str_hash(node_text(n->entries[i].key)), &child,
			    sizeof(child));
	}
	return h;
}

/* ---- sieves ---- */

const struct node *sieve_item(struct sieve *s, struct arena *a,
			      const struct arena *before,
			      const struct node *item)
{
	const struct node full = *item;
	struct node *empty;

	if (node_is_scalar(item) || s->keeps(s->ctx, item))
		return item;
	arena_rewind(a, before);
	empty = arena_alloc(a, sizeof(*empty));
	*empty = full;
	empty->n = 0;
	empty->items = NULL;
	empty->extra = NULL;
	s->dropped++;
	return empty;
}
