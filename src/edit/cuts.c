#include "edit/cuts.h"

#include <stdlib.h>
#include <string.h>

struct cut *cuts_add(struct cuts *c, size_t from, size_t to, str text,
		     size_t depth, uint32_t order)
{
	if (c->n == c->cap) {
		uint32_t cap = c->cap ? c->cap * 2 : 32;
		struct cut *list = arena_array(c->arena, struct cut, cap);

		if (c->n)
			memcpy(list, c->list, c->n * sizeof(*list));
		c->list = list;
		c->cap = cap;
	}
	c->list[c->n] = (struct cut){ from, to, text, depth, order, c->n, false };
	return &c->list[c->n++];
}

static int compare(const void *x, const void *y)
{
	const struct cut *a = x, *b = y;
	bool a_inserts = a->from == a->to, b_inserts = b->from == b->to;

	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	if (a_inserts != b_inserts)
		return a_inserts ? -1 : 1;
	if (!a_inserts && a->to != b->to)
		return a->to > b->to ? -1 : 1;
	if (a->depth != b->depth)
		return a->depth > b->depth ? -1 : 1;
	if (a->order != b->order)
		return a->order < b->order ? -1 : 1;
	return a->number < b->number ? -1 : 1;
}

void cuts_sort(struct cuts *c)
{
	if (c->n)
		qsort(c->list, c->n, sizeof(*c->list), compare);
}

const struct cut *cuts_write(const struct cuts *c, str text, size_t from,
			     size_t to, struct buf *out)
{
	const struct cut *last = NULL;
	size_t size = to - from;

	for (uint32_t i = 0; i < c->n; i++)
		size += c->list[i].text.n;
	buf_reserve(out, size);
	for (uint32_t i = 0; i < c->n; i++) {
		const struct cut *cut = &c->list[i];

		if (cut->from < from || cut->to > to)
			continue;
		buf_add(out, text.p + from, cut->from - from);
		buf_adds(out, cut->text);
		from = cut->to;
		last = cut;
	}
	buf_add(out, text.p + from, to - from);
	return last;
}
