/*
 * splice_block - edits in block collections: whole lines are added or removed.
 *
 * A value that is set is attached to its indicator, `:` or `-`, in one of
 * three ways, and so may be the new one:
 *
 *	key: value	beside: on the indicator's line; a block scalar begins
 *			there (`|`) and goes on below
 *	key:		below: a collection, or text on lines of its own
 *	  value
 *	key:		missing
 *
 * A comment behind the old value or its indicator stays on that line.  So the
 * new text may need two cuts: its first line goes between indicator and
 * comment, the rest below the comment (cut_parts()).
 */
#include <string.h>

#include "edit/splice_internal.h"

/* A value that is set, and how the old one is attached. */
struct target {
	const struct node *in, *old, *node;
	uint32_t column;	/* of the key or dash */
	size_t from;		/* where the new text may begin */
	bool item;		/* behind a dash */
	bool beside;		/* the value begins on the same line */
	bool tag;		/* the old value has a tag */
};

static str eol_at(const struct splice *s, size_t at)
{
	return line_break_at(s->text, at);
}

static struct target find_place(const struct splice *s, const struct edit *e)
{
	struct target p = { .in = e->in, .node = e->node };
	uint32_t n;

	p.old = child_value(e->in, e->at);
	p.column = child_column(s->text, e->in);
	p.item = e->in->kind == NODE_LIST;
	if (p.item)
		p.from = child_start(s->text, e->in, e->at) + 1;
	else if (p.old->flags & NODE_NO_COLON)
		p.from = line_end(s->text,
				  written_entries(e->in, &n)[e->at].key->end);
	else
		p.from = colon_end(s->text, e->in, e->at);
	return p;
}

/* The style for `node` where it replaces what ends at `end`.  No literal block
 * at its end, if the rest of the line at `end` would become part of it; with
 * `beside` that rest stays above the block's lines. */
static struct emit_style style_before(const struct splice *s,
				      const struct node *node, size_t end,
				      bool beside)
{
	struct emit_style style = s->style;

	style.eol = eol_at(s, end);
	style.flat = !beside && splice_ends_in_lines(node) &&
		     line_start(s->text, end) < end &&
		     line_end(s->text, end) > end;
	return style;
}

static str anchor_of(const struct node *n)
{
	return n->extra && !(n->flags & NODE_ALIAS) ? n->extra->anchor :
						      STR_NONE;
}

/* The anchor is kept, a tag is dropped since it describes the old value.  With
 * `define` an alias becomes the definition of its anchor. */
static void add_anchor(struct splice *s, struct target *p, bool define)
{
	str name = define ? p->old->extra->anchor : anchor_of(p->old);
	bool tag = !define && p->old->extra && p->old->extra->tag.n;

	if (!name.n)
		return;
	if (define || tag) {
		buf_addz(&s->scratch, " &");
		buf_adds(&s->scratch, name);
	} else {
		p->from = p->old->start + 1 + name.n;
	}
}

/* The text of the new value behind its indicator.  Behind an anchor a
 * collection must not begin on the line of the dash: the anchor would apply to
 * its first key. */
static void add_value(struct splice *s, const struct target *p, bool anchored)
{
	struct emit_style style = style_before(s, p->node, p->old->end,
					       p->beside);

	if (node_is_scalar(p->node))
		style.quote = quote_of(p->old);
	if (p->item && !anchored) {
		emit_item(&s->scratch, p->node, p->column, &style);
		return;
	}
	if (p->item && !style.list_offset)
		style.list_offset = style.item_offset;
	emit_value(&s->scratch, p->node, p->column, &style);
}

static bool is_block_scalar(const struct node *n)
{
	return node_is_scalar(n) && !(n->flags & NODE_ALIAS) &&
	       n->style >= STYLE_LITERAL;
}

static bool is_block_collection(const struct node *n)
{
	return !node_is_scalar(n) && !(n->flags & (NODE_ALIAS | NODE_FLOW));
}

/* Two cuts for the text in scratch: its first line replaces [from, to), the
 * rest [below, below_to). */
static void cut_parts(struct splice *s, const struct target *p, size_t from,
		      size_t to, size_t below, size_t below_to)
{
	str text = arena_str(s->arena, buf_str(&s->scratch));
	size_t first = line_end(text, 0);

	buf_clear(&s->scratch);
	buf_adds(&s->scratch, str_sub(text, 0, first));
	splice_cut(s, from, to, p->in, ORDER_VALUE, p->node);
	buf_adds(&s->scratch, str_sub(text, first, text.n));
	if (first < text.n || below < below_to)
		splice_cut(s, below, below_to, p->in, ORDER_VALUE, p->node);
	buf_clear(&s->scratch);
}

/* The old value is missing: `key:`, `-`, `? key`. */
static void set_missing(struct splice *s, const struct target *p)
{
	size_t to = skip_blanks(s->text, p->from);

	if (p->old->flags & NODE_NO_COLON) {
		splice_cut(s, p->from, p->from, p->in, ORDER_VALUE, p->node);
		return;
	}
	if (to < s->text.n && s->text.p[to] == '#')
		to = p->from;
	cut_parts(s, p, p->from, to, line_end(s->text, to),
		  line_end(s->text, to));
}

static bool is_filled(const struct node *n)
{
	return !node_is_scalar(n) && n->n;
}

/* Keep the blanks between indicator and value, in case values are aligned. */
static size_t keep_gap(struct splice *s, const struct target *p)
{
	size_t content = content_start(p->old);

	if (p->tag || content == p->from || !s->scratch.n ||
	    s->scratch.p[0] != ' ' || is_filled(p->node) ||
	    skip_blanks(s->text, p->from) != content)
		return p->from;
	buf_drop(&s->scratch, 1);
	return content;
}

/* The old value begins on its indicator's line. */
static void set_beside(struct splice *s, const struct target *p)
{
	const struct node *old = p->old;
	size_t to = old->end, below, from = keep_gap(s, p);

	if (is_block_scalar(old)) {
		to = content_start(old) + 1;
		while (to < s->text.n && strchr("+-0123456789", s->text.p[to]))
			to++;
		below = line_end(s->text, to);
		cut_parts(s, p, from, to, below,
			  old->end > below ? old->end : below);
		return;
	}
	below = line_end(s->text, to);
	cut_parts(s, p, from, to, below, below);
}

/* The old value begins on a line below. */
static void set_below(struct splice *s, const struct target *p)
{
	const struct node *old = p->old;
	size_t content = content_start(old), end = old->end;
	size_t first = line_end(buf_str(&s->scratch), 0);
	bool one_line = first == s->scratch.n;
	size_t line = line_start(s->text, content);

	if (one_line && !is_block_collection(old) && !is_block_scalar(old)) {
		buf_drop(&s->scratch, 1);
		splice_cut(s, content, end, p->in, ORDER_VALUE, p->node);
		return;
	}
	if (one_line) {
		cut_parts(s, p, p->from, p->from, line_next(s->text, p->from),
			  line_next(s->text, end));
		return;
	}
	if (first) {
		/* a comment after the header would be text of the scalar */
		cut_parts(s, p, p->from, p->from, line_end(s->text, p->from),
			  end);
	} else {
		buf_drop(&s->scratch, line_next(buf_str(&s->scratch), 0));
		splice_cut(s, line, end, p->in, ORDER_VALUE, p->node);
	}
}

static void set_root(struct splice *s, const struct node *node)
{
	const struct node *old = s->doc->root;
	struct emit_style style = style_before(s, node, old->end, false);
	size_t from = old->start;
	bool fresh = blank_before(s->text, from);

	if (fresh) {
		from = line_start(s->text, from);
	} else {
		while (from && strchr(" \t", s->text.p[from - 1]))
			from--;
		buf_adds(&s->scratch, style.eol);
	}
	emit_document(&s->scratch, node, &style);
	if (old->start == old->end && !blank_behind(s->text, from))
		buf_adds(&s->scratch, style.eol);
	if (old->start == old->end && from < s->text.n && fresh)
		buf_adds(&s->scratch, style.eol);
	splice_cut(s, from, old->end, NULL, ORDER_VALUE, node);
}

void block_set(struct splice *s, const struct edit *e)
{
	struct target p;
	bool anchored;

	if (!e->in) {
		set_root(s, e->node);
		return;
	}
	p = find_place(s, e);
	p.tag = p.old->extra && p.old->extra->tag.n &&
		!(p.old->flags & NODE_ALIAS);
	anchored = e->anchor || anchor_of(p.old).n;
	if (p.old->flags & NODE_NO_COLON) {
		buf_adds(&s->scratch, eol_at(s, p.from));
		buf_fill(&s->scratch, ' ', p.column);
		buf_addc(&s->scratch, ':');
	}
	add_anchor(s, &p, e->anchor);
	p.beside = p.tag || content_start(p.old) == p.old->end ||
		   line_end(s->text, p.from) >= content_start(p.old);
	add_value(s, &p, anchored);
	if (p.old->start == p.old->end)
		set_missing(s, &p);
	else if (p.beside)
		set_beside(s, &p);
	else
		set_below(s, &p);
}

void block_expand(struct splice *s, const struct edit *e)
{
	uint32_t column = child_column(s->text, e->in);
	size_t from = child_start(s->text, e->in, e->at), end;
	struct emit_style style;

	if (!e->node->n) {
		block_remove(s, (struct run){ e, 1 });
		return;
	}
	end = child_end(e->in, e->at);
	style = style_before(s, e->node, end, false);
	for (uint32_t i = 0; i < e->node->n; i++) {
		const struct entry *entry = &e->node->entries[i];

		if (i) {
			buf_adds(&s->scratch, style.eol);
			buf_fill(&s->scratch, ' ', column);
		}
		emit_entry(&s->scratch, node_text(entry->key), entry->value,
			   column, &style);
	}
	splice_cut(s, from, end, e->in, ORDER_VALUE, e->node);
}

/* A new child on lines of its own, without the last line break. */
static void add_child(struct splice *s, const struct edit *e, uint32_t column,
		      const struct emit_style *style)
{
	if (e->op == EDIT_INSERT &&
	    style->item(style->ctx, &s->scratch, e->node, column))
		return;
	buf_fill(&s->scratch, ' ', column);
	if (e->op == EDIT_INSERT) {
		buf_addc(&s->scratch, '-');
		emit_item(&s->scratch, e->node, column, style);
	} else {
		emit_entry(&s->scratch, node_text(e->key), e->node, column,
			   style);
	}
}

/* Above the first item, whose dash is at `dash`, and its comments. */
static size_t above_first(const struct splice *s, size_t dash)
{
	size_t line = line_start(s->text, dash);

	while (line > 0) {
		size_t above = line_start(s->text, line - 1);

		if (above >= line ||
		    s->text.p[skip_blanks(s->text, above)] != '#')
			break;
		line = above;
	}
	return line;
}

/* Insert into a list that begins on its parent's line: its old first item moves
 * to a line of its own. */
static void insert_beside(struct splice *s, struct run run, size_t dash,
			  uint32_t column, const struct emit_style *style)
{
	const struct node *in = run.edits->in;

	for (uint32_t i = 0; i < run.n; i++) {
		buf_addc(&s->scratch, '-');
		emit_item(&s->scratch, run.edits[i].node, column, style);
		buf_adds(&s->scratch, style->eol);
		buf_fill(&s->scratch, ' ', column);
	}
	splice_cut(s, dash, dash, in, ORDER_CHILD, NULL);
}

void block_insert(struct splice *s, struct run run)
{
	const struct edit *e = run.edits, *end = &run.edits[run.n - 1];
	struct emit_style style = s->style;
	uint32_t column = child_column(s->text, e->in);
	size_t at, first = child_start(s->text, e->in, 0);
	bool open;

	style.eol = eol_at(s, first);
	if (e->at != EDIT_FIRST) {
		bool last = e->op == EDIT_ADD &&
			    e->at + 1 == child_count(e->in);

		at = behind_comments(s->text, child_end(e->in, e->at),
				     last ? column : column + 1);
		/* comments below an item that moves are not moved */
		if (at > s->end)
			at = s->end;
	} else if (blank_before(s->text, first)) {
		at = above_first(s, first);
	} else {
		insert_beside(s, run, first, column, &style);
		return;
	}
	open = at && at == s->text.n && s->text.p[at - 1] != '\n' &&
	       s->text.p[at - 1] != '\r';
	for (; e <= end; e++) {
		if (open)
			buf_adds(&s->scratch, style.eol);
		add_child(s, e, column, &style);
		if (!open)
			buf_adds(&s->scratch, style.eol);
	}
	splice_cut(s, at, at, end->in, ORDER_CHILD, end->node);
}

static bool is_blank_line(str t, size_t line)
{
	return line < t.n && skip_blanks(t, line) == line_end(t, line);
}

/* The start of the blank lines directly above a line, not before `floor`. */
static size_t blank_lines_above(str t, size_t line, size_t floor)
{
	while (line > floor) {
		size_t above = line_start(t, line - 1);

		if (above >= line || !is_blank_line(t, above))
			break;
		line = above;
	}
	return line;
}

/* Remove the lines of child k; `kept` is the last child before it that stays,
 * if any.  Blank lines above are removed too if blank lines, or nothing,
 * follow. */
static void remove_lines(struct splice *s, const struct node *in, uint32_t k,
			 const struct node *kept)
{
	size_t start = child_start(s->text, in, k);
	size_t floor = k ? line_next(s->text, child_end(in, k - 1)) : 0;
	size_t from = s->bare ? line_start(s->text, start) :
				comments_above(s->text, start, floor);
	size_t to = line_next(s->text, child_end(in, k));
	const struct node *block;
	struct cut *cut;

	if (!s->bare && k && (to == s->text.n || is_blank_line(s->text, to)))
		from = blank_lines_above(s->text, from, floor);
	cut = splice_remove(s, from, to, in);
	block = kept ? splice_last_block(kept) : NULL;
	if (!block)
		return;
	cut->lines = true;
	cut->keeps = splice_chomping(s->text, block) == '+';
	cut->column = line_column(s->text, start);
}

/* Remove the first n children of a collection that begins on its parent's line:
 * the next child takes their place there, unless comments are in between. */
static void remove_beside(struct splice *s, const struct node *in, uint32_t n,
			  size_t start)
{
	size_t end = child_end(in, n - 1);
	size_t next = child_start(s->text, in, n);
	size_t at;

	if (blank_behind(s->text, end))
		end = line_end(s->text, end);
	at = end;
	while (at < next && strchr(" \t\r\n", s->text.p[at]))
		at++;
	if (at == next) {
		splice_remove(s, start, next, in);
		return;
	}
	if (skip_blanks(s->text, end) == line_end(s->text, end))
		while (start && (s->text.p[start - 1] == ' ' ||
				 s->text.p[start - 1] == '\t'))
			start--;
	splice_remove(s, start, end, in);
}

void block_remove(struct splice *s, struct run run)
{
	const struct node *in = run.edits->in, *kept = NULL;
	uint32_t beside = 0, next = 0;

	while (beside < run.n && run.edits[beside].at == beside)
		beside++;
	if (beside && !blank_before(s->text, child_start(s->text, in, 0)))
		remove_beside(s, in, beside, child_start(s->text, in, 0));
	else
		beside = 0;
	for (uint32_t i = beside; i < run.n; i++) {
		uint32_t at = run.edits[i].at;

		if (at > next)
			kept = child_value(in, at - 1);
		next = at + 1;
		remove_lines(s, in, at, kept);
	}
}
