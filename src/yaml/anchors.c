#include "yaml/anchors.h"

#include <stdlib.h>
#include <string.h>

void anchors_init(struct anchors *t)
{
	*t = (struct anchors){ BUF_INIT, BUF_INIT, NULL, 0, 0 };
}

void anchors_release(struct anchors *t)
{
	buf_release(&t->records);
	buf_release(&t->uses);
	free(t->table);
}

static uint32_t count(const struct anchors *t)
{
	return (uint32_t)(t->records.n / sizeof(struct anchored));
}

struct anchored *anchors_at(const struct anchors *t, uint32_t number)
{
	return (struct anchored *)(void *)t->records.p + number;
}

/* The slot that has the name, or the free one where it belongs. */
static uint32_t *slot_of(const struct anchors *t, str name)
{
	uint32_t at = str_hash(name) & t->mask;

	while (t->table[at] &&
	       !str_eq(anchors_at(t, t->table[at] - 1)->name, name))
		at = (at + 1) & t->mask;
	return &t->table[at];
}

static void grow(struct anchors *t)
{
	uint32_t slots = t->table ? (t->mask + 1) * 2 : 16;

	free(t->table);
	t->table = mem_alloc(slots * sizeof(*t->table));
	memset(t->table, 0, slots * sizeof(*t->table));
	t->mask = slots - 1;
	/* in text order, so that the latest stays in its slot */
	for (uint32_t i = 0; i < count(t); i++)
		*slot_of(t, anchors_at(t, i)->name) = i + 1;
}

uint32_t anchors_define(struct anchors *t, str name, const struct node *node)
{
	struct anchored record = { name, node, node, 0, 0, 0, true };
	uint32_t *slot;

	if (!t->table || t->names * 2 >= t->mask)
		grow(t);
	slot = slot_of(t, name);
	t->names += *slot == 0;
	buf_add(&t->records, &record, sizeof(record));
	*slot = count(t);
	return count(t) - 1;
}

int64_t anchors_find(const struct anchors *t, str name)
{
	return t->table ? (int64_t)*slot_of(t, name) - 1 : -1;
}

void anchors_use(struct anchors *t, uint32_t number, const struct node *alias)
{
	struct use use = { number, alias };

	buf_add(&t->uses, &use, sizeof(use));
	anchors_at(t, number)->n_uses++;
}

void anchors_store(const struct anchors *t, struct arena *a,
		   struct document *doc)
{
	const struct use *uses = (const struct use *)(const void *)t->uses.p;
	size_t n = t->uses.n / sizeof(*uses);

	doc->n_anchors = count(t);
	doc->anchors = arena_array(a, struct anchor, count(t));
	for (uint32_t i = 0; i < count(t); i++) {
		const struct anchored *from = anchors_at(t, i);

		doc->anchors[i] = (struct anchor){
			from->name, from->node,
			arena_array(a, const struct node *, from->n_uses), 0
		};
	}
	for (size_t i = 0; i < n; i++) {
		struct anchor *to = &doc->anchors[uses[i].anchor];

		to->uses[to->n++] = uses[i].alias;
	}
}
