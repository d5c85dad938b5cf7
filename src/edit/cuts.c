/*
 * cuts - replacements in a text: gathered in any order, written in one pass.
 *
 * Offsets are those of the old text throughout, so edits need no arithmetic on
 * each other's.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "edit/splice_internal.h"

static struct cut *add(struct cuts *c, size_t from, size_t to, str text,
		       size_t depth, uint32_t order)
{
	c->list = arena_extend(c->arena, c->list, c->n, &c->cap,
			       sizeof(*c->list));
	c->list[c->n] = (struct cut){ .from = from, .to = to, .text = text,
				      .depth = depth, .order = order,
				      .number = c->n };
	return &c->list[c->n++];
}

/* By place; insertions first, then outer cuts before those inside them. */
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

/* ---- what a text ends with ---- */

static str last_text(const struct node *n)
{
	while (!node_is_scalar(n) && n->n)
		n = n->kind == NODE_MAP ? n->entries[n->n - 1].value :
					  n->items[n->n - 1];
	return node_string(n);
}

bool splice_ends_in_lines(const struct node *n)
{
	str text = last_text(n);

	return str_find(text, 0, '\n') < text.n;
}

/* The last node in the text of n: a scalar, an alias, a flow collection. */
static const struct node *last_node(const struct node *n)
{
	uint32_t count, k;

	while (!node_is_scalar(n) && n->n &&
	       !(n->flags & (NODE_ALIAS | NODE_FLOW))) {
		const struct node *in = n;

		k = child_count(in) - 1;
		n = child_value(in, k);
		if (n->flags & NODE_NO_COLON)
			n = written_entries(in, &count)[k].key;
	}
	return n;
}

const struct node *splice_last_block(const struct node *n)
{
	n = last_node(n);
	return node_is_scalar(n) && !(n->flags & NODE_ALIAS) &&
		       n->style >= STYLE_LITERAL ? n : NULL;
}

char splice_chomping(str t, const struct node *block)
{
	size_t at = content_start(block) + 1;

	while (at < t.n && is_digit(t.p[at]))
		at++;
	return at < t.n && strchr("+-", t.p[at]) ? t.p[at] : '\0';
}

/* ---- cuts for an edit ---- */

/* How many recent cuts are searched for the same text. */
#define SHARED 8

/* The scratch text as the text of a cut.  One sidecar in many workloads makes
 * the same few texts repeatedly: those are kept once. */
static str cut_text(struct splice *s)
{
	str text = buf_str(&s->scratch);

	for (uint32_t i = 1; i <= SHARED && i <= s->cuts.n; i++) {
		str known = s->cuts.list[s->cuts.n - i].text;

		if (str_eq(known, text))
			return known;
	}
	return arena_str(s->arena, text);
}

/* A comment right behind the cut would become part of the new text: separate
 * them.  libyaml accepts `#` without a blank after a quoted scalar, a bracket
 * and the header of a block scalar. */
static void keep_off(struct splice *s, size_t from, size_t to)
{
	const struct buf *b = &s->scratch;
	char before = b->n ? b->p[b->n - 1] : from ? s->text.p[from - 1] : '\n';

	if (to < s->text.n && s->text.p[to] == '#' && !strchr(" \t\n", before))
		buf_addc(&s->scratch, ' ');
}

void splice_cut(struct splice *s, size_t from, size_t to,
		const struct node *in, uint32_t order,
		const struct node *last)
{
	struct cut *cut;

	keep_off(s, from, to);
	cut = add(&s->cuts, from, to, cut_text(s), in ? in->start + 1 : 0,
		       order);
	/* without it a literal block loses its last line break */
	cut->open = last && str_ends(last_text(last), STR("\n"));
	cut->lines = last && !(in && in->flags & NODE_FLOW) &&
		     splice_ends_in_lines(last);
	if (cut->lines && in)
		cut->column = child_column(s->text, in);
	buf_clear(&s->scratch);
}

struct cut *splice_remove(struct splice *s, size_t from, size_t to,
			  const struct node *in)
{
	return add(&s->cuts, from, to, STR_NONE, in->start + 1,
			ORDER_VALUE);
}
