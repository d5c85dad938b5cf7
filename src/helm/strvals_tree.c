#include <inttypes.h>

#include "helm/strvals.h"

/* Of helm: MaxIndex. */
#define INDEX_MAX 65536

struct node *strvals_own(struct setter *s, const struct node *old,
			 enum node_kind kind)
{
	uint32_t cap = old ? old->n + 4 : 4;
	struct node *n;

	if (old && ptrmap_get(&s->own, old) != PTRMAP_NONE)
		return (struct node *)old;
	n = node_new(s->a, kind);
	n->origin = old ? node_origin(old) : NULL;
	n->n = old ? old->n : 0;
	if (kind == NODE_MAP) {
		n->entries = arena_array(s->a, struct entry, cap);
		if (n->n)
			memcpy(n->entries, old->entries,
			       n->n * sizeof(*n->entries));
	} else {
		n->items = arena_array(s->a, const struct node *, cap);
		if (n->n)
			memcpy(n->items, old->items, n->n * sizeof(*n->items));
	}
	ptrmap_put(&s->own, n, cap);
	return n;
}

/* Room for n children, each of `size` bytes, at least twice what was. */
static void *room(struct setter *s, const struct node *owned, uint32_t n,
		  const void *old, size_t size)
{
	uint32_t cap = ptrmap_get(&s->own, owned);
	void *p;

	if (n <= cap)
		return (void *)old;
	cap = n > cap * 2 ? n : cap * 2;
	p = arena_alloc(s->a, cap * size);
	memcpy(p, old, owned->n * size);
	ptrmap_put(&s->own, owned, cap);
	return p;
}

void strvals_put_key(struct setter *s, struct node *map, str key,
		     const struct node *value)
{
	int64_t i = node_index(map, key);

	if (!key.n)
		return;
	if (i < 0) {
		map->entries = room(s, map, map->n + 1, map->entries,
				    sizeof(*map->entries));
		i = map->n++;
		map->entries[i].key = node_new_string(s->a, key);
		map->extra = NULL; /* its index does not know the key */
	}
	map->entries[i].value = value;
}

enum step strvals_put_item(struct setter *s, struct node *list, uint32_t i,
			   const struct node *value)
{
	if (i > INDEX_MAX)
		return strvals_fail(s, "index %" PRIu32 " is over %d", i,
				    INDEX_MAX);
	if (i >= list->n) {
		list->items =
			room(s, list, i + 1, list->items, sizeof(*list->items));
		while (list->n <= i)
			list->items[list->n++] = s->null;
	}
	list->items[i] = value;
	return STEP_NEXT;
}

void strvals_settle(struct setter *s, const struct node *node)
{
	struct node *n = (struct node *)node;
	uint32_t left = 0;

	if (ptrmap_get(&s->own, node) == PTRMAP_NONE)
		return;
	for (uint32_t i = 0; n->kind == NODE_LIST && i < n->n; i++)
		strvals_settle(s, n->items[i]);
	if (n->kind != NODE_MAP)
		return;
	for (uint32_t i = 0; i < n->n; i++) {
		if (n->entries[i].value == s->null)
			continue;
		n->entries[left++] = n->entries[i];
		strvals_settle(s, n->entries[i].value);
	}
	n->n = left;
	node_index_build(s->a, n);
}
