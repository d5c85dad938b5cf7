#include "helm/helm.h"

#include "base/array.h"

/* A node that may be changed. */
struct values_copy {
	uint32_t capacity;	/* of its children */
	uint32_t removed;	/* of its entries */
};

/* ---- copies ---- */

static struct values_copy *copy_of(const struct values *v,
				   const struct node *n)
{
	uint32_t i = ptrmap_get(&v->own, n);

	return i == PTRMAP_NONE ? NULL : &v->copies[i];
}

static size_t child_size(const struct node *n)
{
	return n->kind == NODE_MAP ? sizeof(*n->entries) : sizeof(*n->items);
}

/* Entries or items; both are pointers in one union. */
static void set_children(struct node *n, void *children)
{
	if (n->kind == NODE_MAP)
		n->entries = children;
	else
		n->items = children;
}

static void *children(const struct node *n)
{
	return n->kind == NODE_MAP ? (void *)n->entries : (void *)n->items;
}

struct node *values_own(struct values *v, const struct node *old,
			enum node_kind kind)
{
	uint32_t capacity = old ? old->n + 4 : 4;
	struct node *n;

	if (old && copy_of(v, old))
		return (struct node *)old;
	n = node_new(v->arena, kind);
	n->origin = old ? node_origin(old) : NULL;
	n->n = old ? old->n : 0;
	set_children(n, arena_alloc_array(v->arena, capacity, child_size(n)));
	if (n->n)
		memcpy(children(n), children(old), n->n * child_size(n));
	if (kind == NODE_MAP)
		node_index_build(v->arena, n);
	v->copies = arena_extend(v->arena, v->copies, v->n_copies,
				 &v->copies_capacity, sizeof(*v->copies));
	ptrmap_put(&v->own, n, (uint32_t)v->n_copies);
	v->copies[v->n_copies++] = (struct values_copy){ capacity, 0 };
	return n;
}

/* Make space for n children, at least doubling the capacity. */
static void reserve(struct values *v, struct node *owned, uint32_t n)
{
	struct values_copy *copy = copy_of(v, owned);
	void *more;

	if (n <= copy->capacity)
		return;
	copy->capacity = n > copy->capacity * 2 ? n : copy->capacity * 2;
	more = arena_alloc_array(v->arena, copy->capacity, child_size(owned));
	memcpy(more, children(owned), owned->n * child_size(owned));
	set_children(owned, more);
}

const struct node *values_get(const struct values *v, const struct node *map,
			      str key)
{
	const struct node *value = node_get(map, key);

	return value == v->removed ? NULL : value;
}

static void put_entry(struct values *v, struct node *map,
		      const struct node *key, const struct node *value)
{
	int64_t i = node_index(map, node_text(key));

	if (i < 0) {
		reserve(v, map, map->n + 1);
		map->entries[map->n++] = (struct entry){ key, value };
		node_index_added(v->arena, map);
		return;
	}
	if (map->entries[i].value == v->removed)
		copy_of(v, map)->removed--;
	map->entries[i].value = value;
}

void values_put(struct values *v, struct node *map, str key,
		const struct node *value)
{
	int64_t i = node_index(map, key);

	put_entry(v, map, i < 0 ? node_new_string(v->arena, key) :
				  map->entries[i].key, value);
}

/* The entry goes at the end: moving those behind it, for each key that is
 * removed, would be quadratic. */
void values_remove(struct values *v, struct node *map, str key)
{
	if (!values_get(v, map, key))
		return;
	if (!v->removed)
		v->removed = node_new(v->arena, NODE_NULL);
	values_put(v, map, key, v->removed);
	copy_of(v, map)->removed++;
}

bool values_empty(const struct values *v, const struct node *map)
{
	return map->n == copy_of(v, map)->removed;
}

int values_put_item(struct values *v, struct node *list, uint32_t i,
		    const struct node *value, const struct node *missing)
{
	if (i >= list->n) {
		if (i - list->n > VALUES_FILLED_MAX - v->filled)
			return -1;
		v->filled += i - list->n;
		reserve(v, list, i + 1);
		while (list->n <= i)
			list->items[list->n++] = missing;
	}
	list->items[i] = value;
	return 0;
}

/* ---- merging ---- */

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

static const struct node *merge(struct values *v, const struct node *base,
				const struct node *over)
{
	struct node *map;

	if (!base || base->kind != NODE_MAP || over->kind != NODE_MAP)
		return without_nulls(v->arena, over);
	map = values_own(v, base, NODE_MAP);
	for (uint32_t i = 0; i < over->n; i++) {
		const struct entry *e = &over->entries[i];
		str key = node_text(e->key);

		if (e->value->kind == NODE_NULL)
			values_remove(v, map, key);
		else
			put_entry(v, map, e->key,
				  merge(v, values_get(v, map, key), e->value));
	}
	return map;
}

void values_add(struct values *v, const struct node *over)
{
	if (!over || over->kind == NODE_NULL)
		return;
	if (!v->root || v->root->kind == NODE_NULL)
		v->root = over;
	else
		v->root = merge(v, v->root, over);
}

/* Bring what was changed to its final form. */
static void settle(const struct values *v, const struct node *node)
{
	const struct values_copy *copy = copy_of(v, node);
	struct node *n = (struct node *)node;
	uint32_t left = 0;

	if (!copy)
		return;
	for (uint32_t i = 0; n->kind == NODE_LIST && i < n->n; i++)
		settle(v, n->items[i]);
	if (n->kind != NODE_MAP)
		return;
	for (uint32_t i = 0; i < n->n; i++) {
		if (n->entries[i].value == v->removed)
			continue;
		n->entries[left++] = n->entries[i];
		settle(v, n->entries[i].value);
	}
	if (!copy->removed)
		return;
	n->n = left;
	n->extra = NULL;	/* its index is of another order */
	node_index_build(v->arena, n);
}

const struct node *values_done(struct values *v)
{
	if (v->root)
		settle(v, v->root);
	return v->root;
}

const struct node *values_merge(struct arena *a, const struct node *base,
				const struct node *over)
{
	struct values v = VALUES_INIT(a, base);

	values_add(&v, over);
	return values_done(&v);
}
