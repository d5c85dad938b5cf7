#include "edit/splice.h"

#include <string.h>

#include "edit/splice_walk.h"

/* So many cuts back a text is looked for. */
#define SHARED 8

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

/* The scratch text.  One sidecar in many workloads makes the same few texts
 * again and again, which are kept once. */
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

/* libyaml takes a comment right behind a quoted text, a bracket or a block's
 * header; to what is put there now it would belong. */
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
	cut = cuts_add(&s->cuts, from, to, cut_text(s), in ? in->start + 1 : 0,
		       order);
	/* a literal block would lose the break that ends it */
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
	return cuts_add(&s->cuts, from, to, STR_NONE, in->start + 1,
			ORDER_VALUE);
}

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

/* Deletions of one collection go together, insertions at one place of it. */
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

/* Lines of blanks or comments from `line` on that a block scalar which now ends
 * above them would take in, as they are indented deeper than `column`, are
 * moved left; blank ones go, if it keeps them. */
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

/* Keep the block scalars that now end elsewhere apart from what follows them
 * when all is cut. */
static void part_lines(struct splice *s)
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
}

/* Lines [from, to) with the column of each moved by `shift`. */
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

/* What the text of n ends with: a scalar, an alias, a flow collection. */
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

bool splice_ends_in_block(const struct node *n)
{
	return splice_last_block(n);
}

/* Can the lines of item `at` be moved?  Not those of an item that begins on
 * its parent's line, nor those whose text without a last line break would mean
 * something else with one. */
static bool has_own_lines(str t, const struct node *in, uint32_t at)
{
	const struct node *item = in->items[at];

	if (in->flags & NODE_FLOW || !blank_before(t, child_start(t, in, at)))
		return false;
	return line_next(t, item->end) < t.n || line_end(t, item->end) < t.n ||
	       !splice_last_block(item);
}

/* The emitter asks whether an item has lines to be moved here. */
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

/* The block scalar that ends the text without a line break, or NULL. */
static const struct node *open_scalar(str t, const struct node *root)
{
	const struct node *n;

	if (!t.n || t.p[t.n - 1] == '\n' || t.p[t.n - 1] == '\r')
		return NULL;
	n = splice_last_block(root);
	return n && n->end == t.n ? n : NULL;
}

/* Lines come behind a last line that had no line break: where that is the end
 * of a block scalar, its header must now say that it ends without one. */
static void close_scalar(struct splice *s)
{
	const struct node *n = open_scalar(s->text, s->doc->root);
	size_t at, end;
	bool grows = false;

	if (!n)
		return;
	for (uint32_t i = 0; i < s->cuts.n; i++) {
		const struct cut *cut = &s->cuts.list[i];

		if (cut->from <= content_start(n) && cut->to > content_start(n))
			return;
		grows |= cut->from == s->text.n;
	}
	if (!grows)
		return;
	for (at = content_start(n) + 1, end = at;
	     end < s->text.n && strchr("+-0123456789", s->text.p[end]); end++)
		if (s->text.p[end] >= '0' && s->text.p[end] <= '9')
			buf_addc(&s->scratch, s->text.p[end]);
	buf_addc(&s->scratch, '-');
	splice_cut(s, at, end, n, ORDER_VALUE, NULL);
	cuts_sort(&s->cuts);
}

static void apply(struct arena *a, const struct document *doc,
		  const struct edits *edits, bool bare, struct buf *out)
{
	struct splice s = {
		.arena = a,
		.doc = doc,
		.text = doc->source->text,
		.end = doc->source->text.n,
		.edits = edits,
		.cuts = { .arena = a },
		.style = EMIT_STYLE_DEFAULT,
		.scratch = BUF_INIT,
		.bare = bare,
	};

	layout_style(s.text, doc->root, &s.style);
	s.style.json = doc->source->json;
	if (doc->root->flags & NODE_FLOW)
		layout_flow_style(s.text, doc->root, &s.style);
	s.style.item = move_item;
	s.style.ctx = &s;
	cut_edits(&s, 0, edits->n, false);
	part_lines(&s);
	close_scalar(&s);
	if (cuts_write(&s.cuts, s.text, 0, s.text.n, out) &&
	    out->p[out->n - 1] != '\n')
		buf_adds(out, line_break_at(s.text, s.text.n));
	buf_release(&s.scratch);
}

void splice(struct arena *a, const struct document *doc,
	    const struct edits *edits, struct buf *out)
{
	apply(a, doc, edits, false, out);
}

void splice_bare(struct arena *a, const struct document *doc,
		 const struct edits *edits, struct buf *out)
{
	apply(a, doc, edits, true, out);
}

/* The scalar as it is written behind an indicator. */
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

/* Does the edit change a scalar which is spelled as it would be, were it to be
 * set in the place of the new one? */
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

/* Do new lines come between other lines, none of them the end of a block
 * scalar? */
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

/* Does what starts with these two bytes ask for care: a tab, a line break that
 * is neither LF nor CRLF, a `?` that may be an indicator? */
static bool is_delicate(unsigned char c, unsigned char next)
{
	switch (c) {
	case '\t':
		return true;
	case '\r':
		return next != '\n';
	case '?':
		return next == ' ' || next == '\n';
	case 0xc2:
		return next == 0x85;
	case 0xe2:
		return next == 0x80;
	default:
		return false;
	}
}

bool splice_is_delicate(const struct document *doc)
{
	str t = doc->source->text;

	if (doc->n_anchors)
		return true;
	for (size_t i = 0; i + 1 < t.n; i++)
		if (is_delicate((unsigned char)t.p[i],
				(unsigned char)t.p[i + 1]))
			return true;
	return false;
}
