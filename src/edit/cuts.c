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
	c->list[c->n] = (struct cut){ .from = from, .to = to, .text = text,
				      .depth = depth, .order = order,
				      .number = c->n };
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

static void copy(str text, size_t from, size_t to, struct buf *out, bool *open)
{
	if (from == to)
		return;
	buf_add(out, text.p + from, to - from);
	*open = false;
}

bool cuts_write(const struct cuts *c, str text, size_t from, size_t to,
		struct buf *out)
{
	size_t size = to - from;
	bool open = false;

	for (uint32_t i = 0; i < c->n; i++)
		size += c->list[i].text.n;
	buf_reserve(out, size);
	for (uint32_t i = 0; i < c->n; i++) {
		const struct cut *cut = &c->list[i];

		if (cut->from < from || cut->to > to)
			continue;
		copy(text, from, cut->from, out, &open);
		buf_adds(out, cut->text);
		if (cut->text.n)
			open = cut->open;
		from = cut->to;
	}
	copy(text, from, to, out, &open);
	return open;
}
