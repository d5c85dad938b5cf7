/*
 * splice - from edits to cuts, and what concerns several edits.
 *
 * Edits of a collection that are adjacent in the text form a run and are cut
 * together: so several new items keep their order, and removing the last items
 * of a flow collection can take the comma before them along.
 *
 * The lines of an item that moves are edited by a splice of their own, inside
 * move_item(); the emitter asks for them where the item is inserted.
 *
 * When all is cut, part_lines() keeps block scalars that now end elsewhere
 * apart from the comments and blank lines that follow.
 */
#include "edit/splice.h"

#include <string.h>

#include "edit/splice_internal.h"

static void rename_key(struct splice *s, const struct edit *e)
{
	uint32_t n;
	const struct node *key = written_entries(e->in, &n)[e->at].key;

	emit_text(&s->scratch, node_text(key), e->in->flags & NODE_FLOW,
		  &s->style);
	splice_cut(s, key->start, key->end, e->in, ORDER_VALUE, NULL);
}

static bool is_flow(const struct splice *s, const struct edit *e)
{
	return e->in ? e->in->flags & NODE_FLOW : s->doc->source->json;
}

/* Removals from one collection form a run, as do insertions at one place. */
static bool same_run(const struct edit *a, const struct edit *b)
{
	if (a->op != b->op || a->in != b->in || a->moved != b->moved)
		return false;
	switch (a->op) {
	case EDIT_DELETE:
	case EDIT_REMOVE:
		return true;
	case EDIT_ADD:
	case EDIT_INSERT:
		return a->at == b->at;
	default:
		return false;
	}
}

static void cut_run(struct splice *s, struct run run)
{
	const struct edit *e = run.edits;
	bool flow = is_flow(s, e);

	if (s->tail_in && s->tail_in != e->in)
		flow_drop_tail(s);
	switch (e->op) {
	case EDIT_NONE:
		break;
	case EDIT_RENAME:
		rename_key(s, e);
		break;
	case EDIT_SET:
		(flow ? flow_set : block_set)(s, e);
		break;
	case EDIT_EXPAND:
		block_expand(s, e);
		break;
	case EDIT_DELETE:
	case EDIT_REMOVE:
		(flow ? flow_remove : block_remove)(s, run);
		break;
	case EDIT_ADD:
	case EDIT_INSERT:
		(flow ? flow_insert : block_insert)(s, run);
		break;
	}
}

static void cut_edits(struct splice *s, uint32_t first, uint32_t n, bool moved)
{
	const struct edit *list = s->edits->list;
	uint32_t i = first;

	while (i < first + n) {
		struct run run = { &list[i], 1 };

		while (i + run.n < first + n &&
		       same_run(&list[i], &list[i + run.n]))
			run.n++;
		if (list[i].moved == moved)
			cut_run(s, run);
		i += run.n;
	}
	flow_drop_tail(s);
	cuts_sort(&s->cuts);
}

/* Keep comments and blank lines from `line` on out of the block scalar that now
 * ends above them.  Those indented deeper than `column` would become part of
 * it: they are moved left.  Blank lines are removed if the scalar `keeps` them
 * (`|+`). */
static void part_from(struct splice *s, size_t line, uint32_t column,
		      bool keeps)
{
	str t = s->text;

	while (line < t.n) {
		size_t text = skip_blanks(t, line);
		bool comment = text < t.n && t.p[text] == '#';

		if (text < line_end(t, line) && !comment)
			return;
		if (comment && text <= line + column)
			return;
		if (keeps && !comment) {
			splice_cut(s, line, line_next(t, line), NULL,
				   ORDER_VALUE, NULL);
		} else if (text > line + column) {
			buf_fill(&s->scratch, ' ', comment ? column : 0);
			splice_cut(s, line, text, NULL, ORDER_VALUE, NULL);
		}
		line = line_next(t, line);
	}
}

/* Do that for each cut that leaves a block scalar before its end; false if
 * nothing needs it. */
static bool part_lines(struct splice *s)
{
	uint32_t n = s->cuts.n;

	for (uint32_t i = 0; i < n; i++) {
		struct cut cut = s->cuts.list[i];
		size_t at = cut.to;

		if (!cut.lines)
			continue;
		if (line_start(s->text, at) < at)
			at = line_next(s->text, at);
		for (uint32_t k = i + 1; k < n; k++) {
			const struct cut *next = &s->cuts.list[k];

			if (next->to <= at)
				continue;
			if (next->from > at || next->text.n)
				break;
			at = next->to;
		}
		part_from(s, at, cut.column, cut.keeps);
	}
	if (s->cuts.n > n)
		cuts_sort(&s->cuts);
	return s->cuts.n > n;
}

/* Append lines, each indented by `shift` more (or less). */
static void add_shifted(struct buf *b, str lines, int64_t shift)
{
	for (size_t at = 0; at < lines.n;) {
		size_t next = line_next(lines, at), text = at;

		if (shift > 0 && text < line_end(lines, at))
			buf_fill(b, ' ', (size_t)shift);
		for (int64_t i = shift; i < 0 && lines.p[text] == ' '; i++)
			text++;
		buf_adds(b, str_sub(lines, text, next));
		at = next;
	}
}

/* True if the lines of item `at` can be moved: it does not begin on its
 * parent's line. */
static bool has_own_lines(str t, const struct node *in, uint32_t at)
{
	return !(in->flags & NODE_FLOW) &&
	       blank_before(t, child_start(t, in, at));
}

/* Append the lines of an item that moves here; false if it does not.  Called by
 * the emitter for each item. */
static bool move_item(void *ctx, struct buf *b, const struct node *item,
		      uint32_t column)
{
	struct splice *s = ctx;
	const struct move *m = edits_move(s->edits, item);
	struct splice inner = *s;
	struct buf lines = BUF_INIT;
	size_t start, from, to;
	str moved;

	if (!m || !has_own_lines(s->text, m->in, m->at))
		return false;
	start = child_start(s->text, m->in, m->at);
	from = comments_above(s->text, start,
			      m->at ? line_next(s->text,
						child_end(m->in, m->at - 1)) :
				      0);
	to = line_next(s->text, child_end(m->in, m->at));
	inner.cuts = (struct cuts){ .arena = s->arena };
	inner.scratch = (struct buf)BUF_INIT;
	inner.end = to;
	inner.tail_in = NULL;
	inner.style.ctx = &inner;
	cut_edits(&inner, m->first, m->n_edits, true);
	part_lines(&inner);
	cuts_write(&inner.cuts, s->text, from, to, &lines);
	moved = buf_str(&lines);
	if (moved.n && moved.p[moved.n - 1] == '\n')
		moved.n--;
	if (moved.n && moved.p[moved.n - 1] == '\r')
		moved.n--;
	add_shifted(b, moved,
		    (int64_t)column - line_column(s->text, start));
	buf_release(&lines);
	buf_release(&inner.scratch);
	return true;
}

/* True if the text ends in a block scalar without a line break, though its
 * header asks for one, and no cut reaches this end. */
static bool ends_open(const struct splice *s)
{
	str t = s->text;
	const struct node *n;

	if (!t.n || t.p[t.n - 1] == '\n' || t.p[t.n - 1] == '\r')
		return false;
	for (uint32_t i = 0; i < s->cuts.n; i++)
		if (s->cuts.list[i].to == t.n)
			return false;
	n = splice_last_block(s->doc->root);
	return n && n->end == t.n && splice_chomping(t, n) != '-';
}

struct emit_style splice_style(const struct document *doc)
{
	struct emit_style style = EMIT_STYLE_DEFAULT;
	str text = doc->source->text;

	layout_style(text, doc->root, &style);
	style.json = doc->source->json;
	if (doc->root->flags & NODE_FLOW)
		layout_flow_style(text, doc->root, &style);
	return style;
}

/* Do all cuts lie within the part? */
static bool are_within(const struct cuts *c, const struct splice_part *part)
{
	for (uint32_t i = 0; i < c->n; i++)
		if (c->list[i].from < part->from || c->list[i].to > part->to)
			return false;
	return true;
}

bool splice_part(struct arena *a, const struct document *doc,
		 const struct edits *edits, struct splice_part *part,
		 struct buf *out)
{
	struct splice s = {
		.arena = a,
		.doc = doc,
		.text = doc->source->text,
		.end = doc->source->text.n,
		.edits = edits,
		.cuts = { .arena = a },
		.style = part->style,
		.scratch = BUF_INIT,
		.bare = part->bare,
	};
	bool within, open;

	s.style.item = move_item;
	s.style.ctx = &s;
	cut_edits(&s, 0, edits->n, false);
	part->parted = part_lines(&s);
	within = are_within(&s.cuts, part);
	open = cuts_write(&s.cuts, s.text, part->from, part->to, out);
	if (part->to == s.text.n && ((open && out->p[out->n - 1] != '\n') ||
				     (!part->bare && ends_open(&s))))
		buf_adds(out, line_break_at(s.text, s.text.n));
	buf_release(&s.scratch);
	return within;
}

static bool apply(struct arena *a, const struct document *doc,
		  const struct edits *edits, bool bare, struct buf *out)
{
	struct splice_part all = {
		.style = splice_style(doc),
		.to = doc->source->text.n,
		.bare = bare,
	};

	splice_part(a, doc, edits, &all, out);
	return all.parted;
}

bool splice(struct arena *a, const struct document *doc,
	    const struct edits *edits, struct buf *out)
{
	return apply(a, doc, edits, false, out);
}

void splice_bare(struct arena *a, const struct document *doc,
		 const struct edits *edits, struct buf *out)
{
	apply(a, doc, edits, true, out);
}

/* True if the emitter writes the scalar as `as`; with STR_NONE, in `quote`. */
static bool is_written(const struct node *n, char quote, str as)
{
	struct emit_style style = EMIT_STYLE_DEFAULT;
	struct buf b = BUF_INIT;
	str text;
	bool same;

	style.quote = quote;
	emit_value(&b, n, 0, &style);
	text = str_sub(buf_str(&b), 1, b.n);
	same = as.p ? str_eq(text, as) :
		      text.n && (*text.p == '"' || *text.p == '\'' ? *text.p :
				 0) == quote;
	buf_release(&b);
	return same;
}

/* True if the edit replaces a scalar that the emitter would write the same way
 * if it replaced the new one. */
static bool is_spelled_plainly(const struct document *doc,
			       const struct edit *e)
{
	const struct node *old = e->in ? child_value(e->in, e->at) : NULL;
	str t = doc->source->text;
	char quote;

	if (!old || old->kind != e->node->kind || !node_is_scalar(old) ||
	    old->extra || e->in->flags & NODE_FLOW ||
	    old->style >= STYLE_LITERAL || old->start == old->end ||
	    t.p[old->start - 1] != ' ' || spans_lines(t, old) ||
	    splice_ends_in_lines(e->node))
		return false;
	quote = quote_of(old);
	return is_written(old, quote, str_sub(t, old->start, old->end)) &&
	       is_written(e->node, quote, STR_NONE);
}

/* True if the edit adds lines between others, not behind a block scalar. */
static bool adds_plain_lines(const struct document *doc, const struct edit *e)
{
	str t = doc->source->text;
	size_t first = child_start(t, e->in, 0);

	if (e->in->flags & (NODE_FLOW | NODE_ALIAS) || !blank_before(t, first))
		return false;
	return e->at == EDIT_FIRST ||
	       !splice_last_block(child_value(e->in, e->at));
}

bool splice_is_plain(const struct document *doc, const struct edits *edits)
{
	str t = doc->source->text;

	if (doc->source->json || doc->n_anchors || edits->n_moves || !t.n ||
	    t.p[t.n - 1] != '\n')
		return false;
	for (uint32_t i = 0; i < edits->n; i++) {
		const struct edit *e = &edits->list[i];

		if (e->op == EDIT_NONE)
			continue;
		if (e->op == EDIT_SET ? !is_spelled_plainly(doc, e) :
		    (e->op != EDIT_ADD && e->op != EDIT_INSERT) ||
		    !adds_plain_lines(doc, e))
			return false;
	}
	return true;
}

/* True if two bytes begin a tab, a line break other than LF and CRLF, or a `?`
 * that may be an indicator. */
static bool is_delicate(unsigned char c, unsigned char next)
{
	switch (c) {
	case '\r':
		return next != '\n';
	case '?':
		return next == ' ' || next == '\n';
	case 0xc2:
		return next == 0x85;
	case 0xe2:
		return next == 0x80;
	default:
		return true;
	}
}

bool splice_is_delicate(const struct document *doc)
{
	static const char first[] = { '\t', '\r', '?', '\xc2', '\xe2' };
	str t = doc->source->text;

	if (doc->n_anchors)
		return true;
	/* each is rare: faster than looking at every byte once */
	for (size_t i = 0; i < sizeof(first); i++)
		for (size_t at = 0;
		     (at = str_find(t, at, first[i])) + 1 < t.n; at++)
			if (is_delicate((unsigned char)first[i],
					(unsigned char)t.p[at + 1]))
				return true;
	return false;
}
