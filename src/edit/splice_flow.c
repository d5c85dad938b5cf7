/*
 * splice_flow - edits in flow collections, JSON included.
 *
 * Children are separated by commas, on one line or on lines of their own, with
 * or without a trailing comma:
 *
 *	[a, b]		[		[{
 *			  a,		  x: 1
 *			  b,		}, {		("cuddled")
 *			]		  x: 2
 *					}]
 *
 * Removing the last children leaves a comma behind the last one left, which
 * must go unless new children follow it: flow_drop_tail() decides when all
 * edits of the collection are done.
 */
#include "edit/splice_internal.h"

/* The blanks at the start of the line. */
static str line_prefix(str t, size_t at)
{
	size_t start = line_start(t, at);

	return str_sub(t, start, skip_blanks(t, start));
}

/* True if child k begins a line. */
static bool on_own_line(const struct splice *s, const struct node *in,
			uint32_t k)
{
	return blank_before(s->text, child_start(s->text, in, k));
}

/* The layout of children on lines of their own, as child k has it. */
static struct emit_lines lines_of(const struct splice *s, const struct node *in,
				  uint32_t k)
{
	str child = line_prefix(s->text, child_start(s->text, in, k));
	str outer = line_prefix(s->text, content_start(in));
	str unit = STR("                ");

	unit.n = s->style.step < unit.n ? s->style.step : unit.n;
	if (child.n > outer.n && str_starts(child, outer))
		unit = str_sub(child, outer.n, child.n);
	return (struct emit_lines){
		.indent = child,
		.unit = unit,
		.trailing_comma = comma_behind(s->text, in,
					       child_count(in) - 1) < s->text.n,
	};
}

/* ---- lines that become too long ---- */

/* Make s->line the line at `at`.  It may be as long as the text, so it is not
 * sought again for the next edit. */
static void find_line(struct splice *s, size_t at)
{
	if (s->line.to && at >= s->line.from && at <= s->line.to)
		return;
	s->line.from = line_start(s->text, at);
	s->line.to = line_end(s->text, at);
	s->line.grown = s->line.to - s->line.from;
}

/* The indentation for more lines of what is on the line at `at`: deeper than
 * what begins there, behind dashes. */
static str deeper_than(struct splice *s, size_t at)
{
	size_t text;
	struct buf b = BUF_INIT;
	str indent;

	find_line(s, at);
	for (text = s->line.from; text < at; text++)
		if (!is_blank(s->text.p[text]) &&
		    !(s->text.p[text] == '-' && s->text.p[text + 1] == ' '))
			break;
	buf_fill(&b, ' ', text - s->line.from + s->style.step);
	indent = arena_str(s->arena, buf_str(&b));
	buf_release(&b);
	return indent;
}

/* Would the line at `at` be too long with `n` bytes more, and with those that
 * earlier edits of it added? */
static bool is_too_long(struct splice *s, size_t at, size_t n)
{
	find_line(s, at);
	s->line.grown += n;
	return s->line.grown > EMIT_WIDTH;
}

/* The column of `at`; in a line that is too long anyway, any that is. */
static size_t column_at(struct splice *s, size_t at)
{
	find_line(s, at);
	if (at - s->line.from > 4 * EMIT_WIDTH)
		return EMIT_WIDTH;
	return line_column(s->text, at);
}

static void add_flow(struct splice *s, const struct node *node,
		     const struct emit_lines *lines,
		     const struct emit_style *style)
{
	if (lines)
		emit_flow_lines(&s->scratch, node, lines, style);
	else
		emit_flow(&s->scratch, node, style);
}

static void set_root(struct splice *s, const struct node *node)
{
	struct emit_lines lines = { .unit = STR("  ") };
	struct emit_style style = s->style;
	const struct node *old = s->doc->root;
	bool many = spans_lines(s->text, old);

	style.eol = line_break_at(s->text, old->start);
	add_flow(s, node, many ? &lines : NULL, &style);
	splice_cut(s, old->start, old->end, NULL, ORDER_VALUE, NULL);
}

/* Append the colon to a key without one; a key of several lines, which cannot
 * have a colon, is rewritten on one line.  Returns where the new text begins.
 */
static size_t add_colon(struct splice *s, const struct edit *e, size_t from)
{
	uint32_t n;
	const struct node *key = written_entries(e->in, &n)[e->at].key;

	if (spans_lines(s->text, key)) {
		from = key->start;
		emit_text(&s->scratch, node_text(key), true, &s->style);
	} else if (key->flags & NODE_ALIAS ||
		   (key->start < key->end && content_start(key) == key->end)) {
		buf_addc(&s->scratch, ' ');	/* or it is part of its name */
	}
	buf_addc(&s->scratch, ':');
	return from;
}

/* Append a collection that is set at `at`, broken if the line is too long. */
static void set_filled(struct splice *s, const struct node *node, size_t at,
		       const struct emit_style *style)
{
	struct emit_style filled = *style;
	size_t from = s->scratch.n;

	emit_flow(&s->scratch, node, style);
	if (!is_too_long(s, at, s->scratch.n - from))
		return;
	s->scratch.n = from;
	filled.breaks = true;
	emit_flow(&s->scratch, node, &filled);
	emit_fill(&s->scratch, from, column_at(s, at) + from,
		  deeper_than(s, at), style->eol);
}

void flow_set(struct splice *s, const struct edit *e)
{
	struct emit_style style = s->style;
	const struct node *old;
	struct emit_lines lines;
	size_t from, to;
	bool many;

	if (!e->in) {
		set_root(s, e->node);
		return;
	}
	old = child_value(e->in, e->at);
	from = old->start;
	to = old->end;
	many = on_own_line(s, e->in, e->at);
	if (many)
		lines = lines_of(s, e->in, e->at);
	style.eol = line_break_at(s->text, from);
	if (node_is_scalar(e->node) && quote_of(old))
		style.quote = quote_of(old);
	if (old->flags & NODE_NO_COLON)
		from = add_colon(s, e, from);
	if (old->start == old->end)
		buf_addc(&s->scratch, ' ');
	if (old->extra && old->extra->anchor.n &&
	    (e->anchor || !(old->flags & NODE_ALIAS))) {
		buf_addc(&s->scratch, '&');
		buf_adds(&s->scratch, old->extra->anchor);
		buf_addc(&s->scratch, ' ');
	}
	if (many || style.json || node_is_scalar(e->node))
		add_flow(s, e->node, many ? &lines : NULL, &style);
	else
		set_filled(s, e->node, from, &style);
	splice_cut(s, from, to, e->in, ORDER_VALUE, NULL);
	if (old->start == old->end &&
	    skip_blanks(s->text, to) == comma_behind(s->text, e->in, e->at))
		splice_remove(s, to, skip_blanks(s->text, to), e->in);
}

static void add_child(struct splice *s, const struct edit *e,
		      const struct emit_lines *lines,
		      const struct emit_style *style)
{
	if (e->op == EDIT_INSERT)
		add_flow(s, e->node, lines, style);
	else if (lines)
		emit_flow_lines_entry(&s->scratch, node_text(e->key), e->node,
				      lines, style);
	else
		emit_flow_entry(&s->scratch, node_text(e->key), e->node, style);
}

/* Append the child with marks for emit_fill(), and fill: it begins at `column`.
 */
static void add_filled(struct splice *s, const struct edit *e, size_t column,
		       str indent, struct emit_style style)
{
	size_t from = s->scratch.n;

	style.breaks = true;
	add_child(s, e, NULL, &style);
	emit_fill(&s->scratch, from, column, indent, style.eol);
}

/* True if a new item beside item k goes on one line, as that one. */
static bool is_one_line(const struct splice *s, const struct node *in,
			uint32_t k)
{
	const struct node *item = child_value(in, k);

	return in->kind == NODE_LIST && !node_is_scalar(item) && item->n &&
	       !spans_lines(s->text, item);
}

static void add_line(struct splice *s, const struct edit *e,
		     const struct emit_lines *lines, bool one_line,
		     const struct emit_style *style)
{
	struct buf inner = BUF_INIT;

	buf_adds(&s->scratch, style->eol);
	buf_adds(&s->scratch, lines->indent);
	if (one_line && !style->json) {
		buf_adds(&inner, lines->indent);
		buf_adds(&inner, lines->unit);
		add_filled(s, e, lines->indent.n, buf_str(&inner), *style);
	} else {
		add_child(s, e, one_line ? NULL : lines, style);
	}
	buf_release(&inner);
}

/* A blank before the comma where a value is missing: `key:,` would be one
 * scalar and `!tag,` one tag. */
static void keep_apart(struct splice *s, const struct node *in, uint32_t k)
{
	const struct node *value = child_value(in, k);

	if (value->flags & NODE_NO_BRACE)
		value = child_value(value, 0);
	if (s->text.p[child_end(in, k) - 1] == ':' ||
	    (value->start < value->end && content_start(value) == value->end))
		buf_addc(&s->scratch, ' ');
}

static void insert_lines(struct splice *s, struct run run,
			 const struct emit_style *style)
{
	const struct node *in = run.edits->in;
	bool first = run.edits->at == EDIT_FIRST;
	uint32_t k = first ? 0 : run.edits->at;
	struct emit_lines lines = lines_of(s, in, k);
	size_t comma, end = 0, at;
	bool last;

	if (first) {
		comma = content_start(in);
		at = line_end(s->text, comma);
	} else {
		end = child_end(in, k);
		comma = comma_behind(s->text, in, k);
		at = comma < s->text.n ? comma + 1 : end;
		if (blank_behind(s->text, at))
			at = line_end(s->text, at);
	}
	if (comma == s->text.n) {
		keep_apart(s, in, k);
		buf_addc(&s->scratch, ',');
		splice_cut(s, end, end, in, ORDER_COMMA, NULL);
	}
	last = comma == s->text.n ||
	       (!first && s->tail_in == in && s->tail_child == k);
	if (last)
		s->tail_in = NULL;
	for (uint32_t i = 0; i < run.n; i++) {
		add_line(s, &run.edits[i], &lines, is_one_line(s, in, k),
			 style);
		if (!last || i + 1 < run.n)
			buf_addc(&s->scratch, ',');
	}
	splice_cut(s, at, at, in, ORDER_CHILD, NULL);
}

/* If item k is a cuddled map, the layout of a new item beside it. */
static bool cuddled_lines(const struct splice *s, const struct node *in,
			  uint32_t k, struct emit_lines *lines)
{
	const struct node *item = child_value(in, k);

	if (in->kind != NODE_LIST || item->kind != NODE_MAP || !item->n ||
	    !(item->flags & NODE_FLOW) ||
	    item->flags & (NODE_ALIAS | NODE_NO_BRACE) ||
	    !on_own_line(s, item, 0))
		return false;
	*lines = lines_of(s, item, 0);
	lines->indent = line_prefix(s->text, content_start(item));
	return true;
}

/* Insert in YAML on one line; on lines of their own, broken, if that line would
 * be too long.  The first child stays on the line of the bracket, and what
 * follows begins a line, so that removing the new child joins them again. */
static void insert_filled(struct splice *s, struct run run, size_t at,
			  const struct emit_style *style)
{
	const struct node *in = run.edits->in;
	bool first = run.edits->at == EDIT_FIRST, broken;
	str indent = STR_NONE, inner;
	struct buf b = BUF_INIT;

	for (uint32_t i = 0; i < run.n; i++) {
		emit_comma(&s->scratch, style);
		add_child(s, &run.edits[i], NULL, style);
	}
	broken = is_too_long(s, at, s->scratch.n);
	if (broken)
		indent = deeper_than(s, at);
	buf_clear(&s->scratch);
	buf_adds(&b, indent);
	buf_fill(&b, ' ', s->style.step);
	inner = buf_str(&b);
	if (!first)
		keep_apart(s, in, run.edits->at);
	for (uint32_t i = 0; i < run.n; i++) {
		if (!first || i)
			buf_addc(&s->scratch, ',');
		if (broken && (!first || i)) {
			buf_adds(&s->scratch, style->eol);
			buf_adds(&s->scratch, indent);
		} else if (!first || i) {
			buf_addc(&s->scratch, ' ');
		}
		if (broken)
			add_filled(s, &run.edits[i],
				   first && !i ? column_at(s, at) :
						 indent.n,
				   inner, *style);
		else
			add_child(s, &run.edits[i], NULL, style);
	}
	if (first)
		buf_addc(&s->scratch, ',');
	if (first && broken) {
		buf_adds(&s->scratch, style->eol);
		buf_adds(&s->scratch, indent);
	} else if (first) {
		buf_addc(&s->scratch, ' ');
	}
	splice_cut(s, at, at, in, ORDER_CHILD, NULL);
	buf_release(&b);
}

void flow_insert(struct splice *s, struct run run)
{
	const struct node *in = run.edits->in;
	bool first = run.edits->at == EDIT_FIRST;
	uint32_t k = first ? 0 : run.edits->at;
	size_t at = first ? child_start(s->text, in, 0) : child_end(in, k);
	size_t comma = first ? s->text.n : comma_behind(s->text, in, k);
	struct emit_style style = s->style;
	struct emit_lines lines;
	bool many;

	style.eol = line_break_at(s->text, at);
	if (on_own_line(s, in, k) &&
	    (first || comma == s->text.n || blank_behind(s->text, comma + 1))) {
		insert_lines(s, run, &style);
		return;
	}
	many = cuddled_lines(s, in, k, &lines);
	if (!many && !s->style.json) {
		insert_filled(s, run, at, &style);
		return;
	}
	if (!first)
		keep_apart(s, in, k);
	for (uint32_t i = 0; i < run.n; i++) {
		if (!first)
			emit_comma(&s->scratch, &style);
		add_child(s, &run.edits[i], many ? &lines : NULL, &style);
		if (first)
			emit_comma(&s->scratch, &style);
	}
	splice_cut(s, at, at, in, ORDER_CHILD, NULL);
}

/* True if children i to j do not share their lines with others. */
static bool own_lines(const struct splice *s, const struct node *in, uint32_t i,
		      uint32_t j)
{
	size_t comma = comma_behind(s->text, in, j);
	size_t end = comma < s->text.n ? comma + 1 : child_end(in, j);

	return on_own_line(s, in, i) && blank_behind(s->text, end);
}

static void remove_lines(struct splice *s, const struct node *in, uint32_t k)
{
	size_t comma = comma_behind(s->text, in, k);
	size_t end = comma < s->text.n ? comma : child_end(in, k);
	size_t floor = line_next(s->text,
				 k ? child_end(in, k - 1) : content_start(in));
	size_t start = child_start(s->text, in, k);

	splice_remove(s, s->bare ? line_start(s->text, start) :
				   comments_above(s->text, start, floor),
		      line_next(s->text, end), in);
}

/* Remove the lines of children i to j, if each has its own. */
static bool remove_own_lines(struct splice *s, const struct node *in,
			     uint32_t i, uint32_t j)
{
	for (uint32_t k = i; k <= j; k++)
		if (!own_lines(s, in, k, k))
			return false;
	for (uint32_t k = i; k <= j; k++)
		remove_lines(s, in, k);
	return true;
}

/* Remove children i to j, which another one follows. */
static void remove_inside(struct splice *s, const struct node *in, uint32_t i,
			  uint32_t j)
{
	size_t from, to;

	if (remove_own_lines(s, in, i, j))
		return;
	from = child_start(s->text, in, i);
	to = child_start(s->text, in, j + 1);
	/* the line must not begin like `---` or `...` */
	if (blank_before(s->text, from) &&
	    (!from || !is_blank(s->text.p[from - 1])) &&
	    (s->text.p[to] == '-' || s->text.p[to] == '.'))
		buf_addc(&s->scratch, ' ');
	splice_cut(s, from, to, in, ORDER_VALUE, NULL);
}

void flow_drop_tail(struct splice *s)
{
	const struct node *in = s->tail_in;
	size_t comma;

	if (!in)
		return;
	comma = comma_behind(s->text, in, s->tail_child);
	keep_apart(s, in, s->tail_child);
	splice_cut(s, comma, comma + 1, in, ORDER_VALUE, NULL);
	s->tail_in = NULL;
}

/* True if only blanks follow on the line. */
static bool ends_line(str t, size_t at)
{
	at = skip_blanks(t, at);
	return at == t.n || strchr("\r\n", t.p[at]);
}

/* Remove children i to j, the last one; i - 1 stays. */
static void remove_last(struct splice *s, const struct node *in, uint32_t i,
			uint32_t j)
{
	size_t comma = comma_behind(s->text, in, j), from;

	if (comma == s->text.n) {
		s->tail_in = in;
		s->tail_child = i - 1;
	}
	if (remove_own_lines(s, in, i, j))
		return;
	from = comma_behind(s->text, in, i - 1) + 1;
	/* a comment behind the comma stays, on a line that then ends */
	if (on_own_line(s, in, i) && !ends_line(s->text, from))
		from = line_start(s->text, child_start(s->text, in, i));
	splice_cut(s, from, comma < s->text.n ? comma + 1 : child_end(in, j),
		   in, ORDER_VALUE, NULL);
}

void flow_remove(struct splice *s, struct run run)
{
	const struct node *in = run.edits->in;
	uint32_t last = child_count(in) - 1;

	for (uint32_t i = 0, n; i < run.n; i += n) {
		uint32_t from = run.edits[i].at;

		for (n = 1; i + n < run.n && run.edits[i + n].at == from + n;)
			n++;
		if (from + n - 1 == last)
			remove_last(s, in, from, last);
		else
			remove_inside(s, in, from, from + n - 1);
	}
}
