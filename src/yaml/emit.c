/*
 * emit - write a tree, with as few quotes as are safe.
 *
 * Quoting is decided in three steps: text with characters that YAML cannot
 * show is escaped in double quotes; text that some reader would not read as
 * the same text is quoted; the rest is plain.
 */
#include "yaml/emit.h"

#include <string.h>

#include "base/chars.h"
#include "tree/scalar.h"
#include "tree/utf8.h"

/* How a text must be written on one line. */
enum quoting { PLAIN, QUOTED, ESCAPED };

/* Where emit_fill() may break a line: at the blank behind a comma, in a text in
 * double quotes.  Control characters, which no text has unescaped. */
#define BREAK_COMMA '\x01'
#define BREAK_TEXT '\x02'
/* Shorter texts are not broken. */
#define BREAK_TEXT_FROM 60

/* Characters that a plain scalar may not begin with. */
static const bool indicator[256] = {
	['?'] = true, [':'] = true, [','] = true, ['['] = true, [']'] = true,
	['{'] = true, ['}'] = true, ['#'] = true, ['&'] = true, ['*'] = true,
	['!'] = true, ['|'] = true, ['>'] = true, ['\''] = true, ['"'] = true,
	['%'] = true, ['@'] = true, ['`'] = true, [' '] = true,
};

/* True if `text` has a character that only an escape can show (or, with
 * `lines`, that a literal block cannot). */
static bool needs_escapes(str text, bool lines)
{
	for (size_t i = utf8_plain_run(text); i < text.n;
	     i += utf8_plain_run(str_sub(text, i, text.n))) {
		uint32_t c = (unsigned char)text.p[i];

		if (lines && (c == '\n' || c == '\t')) {
			i++;
			continue;
		}
		if (c < 0x80)
			return true;
		i += utf8_decode(str_sub(text, i, text.n), &c);
		if (!utf8_printable(c))
			return true;
	}
	return false;
}

static bool has_flow_mark(str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (strchr(",[]{}?:", text.p[i]))
			return true;
	return false;
}

/* True if `text` has what ends a plain scalar: ": ", " #", a last ":". */
static bool has_end_mark(str text)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c == ':' && (i + 1 == text.n || text.p[i + 1] == ' '))
			return true;
		if (c == '#' && i > 0 && text.p[i - 1] == ' ')
			return true;
	}
	return false;
}

/* Bytes for needs_escapes() or has_end_mark() to look at. */
static uint64_t odd_bytes(uint64_t w)
{
	return bytes_below(w, 0x20) | bytes_beyond(w | (w + EACH_BYTE(1))) |
	       bytes_that_are(w, ':') | bytes_that_are(w, '#');
}

/* Fewer than eight bytes, with others that are not odd. */
static uint64_t short_word(str text)
{
	uint64_t w = EACH_BYTE('a');
	uint32_t x, y;

	if (text.n >= sizeof(x)) {
		memcpy(&x, text.p, sizeof(x));
		memcpy(&y, text.p + text.n - sizeof(y), sizeof(y));
		return (uint64_t)x << 32 | y;
	}
	for (size_t i = 0; i < text.n; i++)
		w = w << 8 | (unsigned char)text.p[i];
	return w;
}

/* False if a text has nothing that needs an escape or ends a plain scalar, as
 * nearly all: then no byte is looked at once more. */
static bool may_be_odd(str text)
{
	uint64_t odd = 0, w;

	if (text.n < sizeof(w))
		return odd_bytes(short_word(text));
	for (size_t i = 0; i + sizeof(w) < text.n; i += sizeof(w)) {
		memcpy(&w, text.p + i, sizeof(w));
		odd |= odd_bytes(w);
	}
	memcpy(&w, text.p + text.n - sizeof(w), sizeof(w));
	return odd | odd_bytes(w);
}

static enum quoting quoting(str text, bool flow, bool json)
{
	bool odd = may_be_odd(text);

	if (odd && needs_escapes(text, false))
		return ESCAPED;
	if (json || !text.n)
		return QUOTED;
	if (indicator[(unsigned char)text.p[0]] || text.p[text.n - 1] == ' ')
		return QUOTED;
	if (text.p[0] == '-' && (text.n == 1 || text.p[1] == ' ' || flow))
		return QUOTED;
	if ((odd && has_end_mark(text)) || (flow && has_flow_mark(text)) ||
	    str_starts(text, STR("---")) || str_starts(text, STR("...")) ||
	    scalar_needs_quotes(text))
		return QUOTED;
	return PLAIN;
}

static void add_escape(struct buf *b, uint32_t c, bool json)
{
	static const char short_names[] = "\bb\tt\nn\ff\rr";

	for (size_t i = 0; short_names[i]; i += 2)
		if ((uint32_t)short_names[i] == c) {
			buf_printf(b, "\\%c", short_names[i + 1]);
			return;
		}
	if (c > 0xffff && json)
		buf_printf(b, "\\u%04x\\u%04x", 0xd7c0 + (c >> 10),
			   0xdc00 + (c & 0x3ff));
	else if (c > 0xffff)
		buf_printf(b, "\\U%08x", c);
	else
		buf_printf(b, "\\u%04x", c);
}

/* With `breaks`: a line may be broken behind the blanks or the line break that
 * end at `at`. */
static bool breaks_at(str text, size_t at)
{
	return text.n >= BREAK_TEXT_FROM && at < text.n &&
	       (text.p[at - 1] == '\n' ||
		(text.p[at - 1] == ' ' && !strchr(" \n", text.p[at])));
}

static void add_double_quoted(struct buf *b, str text, bool json, bool breaks)
{
	buf_addc(b, '"');
	for (size_t i = 0; i < text.n;) {
		uint32_t c;
		size_t n = utf8_decode(str_sub(text, i, text.n), &c);

		if (c == '"' || c == '\\')
			buf_printf(b, "\\%c", (char)c);
		else if (c < 0x20 || (c >= 0x7f && !utf8_printable(c)))
			add_escape(b, c, json);
		else
			buf_add(b, text.p + i, n);
		i += n;
		if (breaks && breaks_at(text, i))
			buf_addc(b, BREAK_TEXT);
	}
	buf_addc(b, '"');
}

static void add_single_quoted(struct buf *b, str text)
{
	buf_addc(b, '\'');
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\'')
			buf_addc(b, '\'');
		buf_addc(b, text.p[i]);
	}
	buf_addc(b, '\'');
}

/* Double quotes, unless only single ones avoid backslashes. */
static void add_quoted(struct buf *b, str text, bool breaks)
{
	if (str_find(text, 0, '"') < text.n || str_find(text, 0, '\\') < text.n)
		add_single_quoted(b, text);
	else
		add_double_quoted(b, text, false, breaks);
}

void emit_text(struct buf *b, str text, bool flow,
	       const struct emit_style *style)
{
	enum quoting q = quoting(text, flow, style->json);

	if (q == PLAIN)
		buf_adds(b, text);
	else if (q == ESCAPED || style->json)
		add_double_quoted(b, text, style->json, style->breaks);
	else
		add_quoted(b, text, style->breaks);
}

/* A large double spelled as in JSON, with digits only, would be read as an
 * integer, which is exact while the double is not. */
static void add_number(struct buf *b, const struct node *n)
{
	size_t from = b->n;
	str text;

	scalar_json(b, n);
	text = str_sub(buf_str(b), from, b->n);
	if (n->kind == NODE_FLOAT && text.n > 15 &&
	    str_find(text, 0, '.') == text.n &&
	    str_find(text, 0, 'e') == text.n)
		buf_addz(b, ".0");
}

static void add_scalar(struct buf *b, const struct node *n, bool flow,
		       const struct emit_style *style)
{
	str text = node_text(n);

	if (n->kind == NODE_STRING && style->quote == '"')
		add_double_quoted(b, text, style->json, style->breaks);
	else if (n->kind == NODE_STRING && style->quote &&
		 !needs_escapes(text, false))
		add_single_quoted(b, text);
	else if (n->kind == NODE_STRING)
		emit_text(b, text, flow, style);
	else
		add_number(b, n);
}

/* True if a literal block can show the text, and is worth it.  If it ended in
 * several line breaks, blank lines after it would become part of it. */
static bool literal_fits(str text)
{
	size_t line = 0;

	if (str_find(text, 0, '\n') == text.n || text.p[0] == '\n')
		return false;
	if (text.n > 1 && str_ends(text, STR("\n\n")))
		return false;
	while (line < text.n) {
		size_t end = str_find(text, line, '\n'), i = line;

		while (i < end && is_blank(text.p[i]))
			i++;
		if (i == end && end > line)
			return false;	/* a line of only blanks */
		line = end + 1;
	}
	return !needs_escapes(text, true);
}

static void add_literal(struct buf *b, str text, uint32_t column,
			const struct emit_style *style)
{
	bool blank_first = text.p[0] == ' ' || text.p[0] == '\t';
	uint32_t step = blank_first && style->step > 9 ? 9 : style->step;
	size_t line = 0;

	buf_addz(b, " |");
	if (blank_first)
		buf_printf(b, "%u", step);
	if (text.p[text.n - 1] != '\n')
		buf_addc(b, '-');
	while (line < text.n) {
		size_t end = str_find(text, line, '\n');

		buf_adds(b, style->eol);
		if (end > line)
			buf_fill(b, ' ', column + step);
		buf_adds(b, str_sub(text, line, end));
		line = end + 1;
	}
}

static void add_block_scalar_or_line(struct buf *b, const struct node *n,
				     uint32_t column,
				     const struct emit_style *style)
{
	if (n->kind == NODE_STRING && !style->flat &&
	    literal_fits(node_text(n))) {
		add_literal(b, node_text(n), column, style);
		return;
	}
	buf_addc(b, ' ');
	add_scalar(b, n, false, style);
}

static void add_entries(struct buf *b, const struct node *map, uint32_t column,
			const struct emit_style *style)
{
	for (uint32_t i = 0; i < map->n; i++) {
		if (i) {
			buf_adds(b, style->eol);
			buf_fill(b, ' ', column);
		}
		emit_entry(b, node_text(map->entries[i].key),
			   map->entries[i].value, column, style);
	}
}

/* Items with their dashes at `column`; if `begun`, the text is at `column`
 * already. */
static void add_items(struct buf *b, const struct node *list, uint32_t column,
		      bool begun, const struct emit_style *style)
{
	for (uint32_t i = 0; i < list->n; i++) {
		if (i || !begun) {
			buf_adds(b, style->eol);
			if (style->item && style->item(style->ctx, b,
						       list->items[i], column))
				continue;
			buf_fill(b, ' ', column);
		}
		buf_addc(b, '-');
		emit_item(b, list->items[i], column, style);
	}
}

static bool is_block(const struct node *n, const struct emit_style *style)
{
	return !node_is_scalar(n) && n->n && !style->json;
}

void emit_value(struct buf *b, const struct node *n, uint32_t column,
		const struct emit_style *style)
{
	if (node_is_scalar(n) && !style->json) {
		add_block_scalar_or_line(b, n, column, style);
	} else if (!is_block(n, style)) {
		buf_addc(b, ' ');
		emit_flow(b, n, style);
	} else if (n->kind == NODE_MAP) {
		buf_adds(b, style->eol);
		buf_fill(b, ' ', column + style->step);
		add_entries(b, n, column + style->step, style);
	} else {
		add_items(b, n, column + style->list_offset, false, style);
	}
}

void emit_item(struct buf *b, const struct node *n, uint32_t column,
	       const struct emit_style *style)
{
	if (!is_block(n, style)) {
		buf_fill(b, ' ', style->item_offset - 2);
		emit_value(b, n, column, style);
		return;
	}
	buf_fill(b, ' ', style->item_offset - 1);
	if (n->kind == NODE_MAP)
		add_entries(b, n, column + style->item_offset, style);
	else
		add_items(b, n, column + style->item_offset, true, style);
}

void emit_entry(struct buf *b, str key, const struct node *value,
		uint32_t column, const struct emit_style *style)
{
	if (key.n <= EMIT_SIMPLE_KEY_MAX / 6) {
		emit_text(b, key, false, style);
	} else {
		size_t from = b->n;

		emit_text(b, key, false, style);
		if (b->n - from > EMIT_SIMPLE_KEY_MAX) {
			b->n = from;
			buf_addz(b, "? ");
			emit_text(b, key, false, style);
			buf_adds(b, style->eol);
			buf_fill(b, ' ', column);
		}
	}
	buf_addc(b, ':');
	emit_value(b, value, column, style);
}

void emit_document(struct buf *b, const struct node *n,
		   const struct emit_style *style)
{
	if (!is_block(n, style)) {
		/* on one line: a literal block at the root has special rules */
		if (node_is_scalar(n))
			add_scalar(b, n, false, style);
		else
			emit_flow(b, n, style);
	} else if (n->kind == NODE_MAP) {
		add_entries(b, n, 0, style);
	} else {
		add_items(b, n, 0, true, style);
	}
}

static void add_flow_key(struct buf *b, str key,
			 const struct emit_style *style)
{
	if (style->quoted_keys)
		add_double_quoted(b, key, style->json, false);
	else
		emit_text(b, key, true, style);
}

void emit_flow_entry(struct buf *b, str key, const struct node *value,
		     const struct emit_style *style)
{
	size_t from = b->n;

	add_flow_key(b, key, style);
	if (!style->json && b->n - from > EMIT_SIMPLE_KEY_MAX) {
		b->n = from;
		buf_addz(b, "? ");
		add_flow_key(b, key, style);
		buf_addc(b, ' ');
	}
	buf_addz(b, style->tight ? ":" : ": ");
	emit_flow(b, value, style);
}

void emit_comma(struct buf *b, const struct emit_style *style)
{
	buf_addc(b, ',');
	if (style->breaks)
		buf_addc(b, BREAK_COMMA);
	else if (!style->tight)
		buf_addc(b, ' ');
}

/* The width of the text up to the next mark. */
static size_t width_to_mark(str text)
{
	size_t width = 0;

	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == BREAK_COMMA || text.p[i] == BREAK_TEXT)
			break;
		width += ((unsigned char)text.p[i] & 0xc0) != 0x80;
	}
	return width;
}

static void add_break(struct buf *b, bool text, char next, str indent, str eol)
{
	if (text)
		buf_addc(b, '\\');
	buf_adds(b, eol);
	buf_adds(b, indent);
	if (text && next == ' ')
		buf_addc(b, '\\');	/* or it is indentation */
}

void emit_fill(struct buf *b, size_t from, size_t column, str indent, str eol)
{
	struct buf marked = BUF_INIT;
	str text;

	buf_adds(&marked, str_sub(buf_str(b), from, b->n));
	b->n = from;
	text = buf_str(&marked);
	column += width_to_mark(text);
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		size_t width;

		if (c != BREAK_COMMA && c != BREAK_TEXT) {
			buf_addc(b, c);
			continue;
		}
		width = width_to_mark(str_sub(text, i + 1, text.n)) + 1;
		if (column + width > EMIT_WIDTH && column > indent.n) {
			add_break(b, c == BREAK_TEXT,
				  i + 1 < text.n ? text.p[i + 1] : '\0',
				  indent, eol);
			column = indent.n;
		} else if (c == BREAK_COMMA) {
			buf_addc(b, ' ');
		}
		column += width;
	}
	buf_release(&marked);
}

void emit_flow(struct buf *b, const struct node *n,
	       const struct emit_style *style)
{
	if (node_is_scalar(n)) {
		add_scalar(b, n, true, style);
		return;
	}
	buf_addc(b, n->kind == NODE_MAP ? '{' : '[');
	for (uint32_t i = 0; i < n->n; i++) {
		if (i)
			emit_comma(b, style);
		if (n->kind == NODE_MAP)
			emit_flow_entry(b, node_text(n->entries[i].key),
					n->entries[i].value, style);
		else
			emit_flow(b, n->items[i], style);
	}
	buf_addc(b, n->kind == NODE_MAP ? '}' : ']');
}

void emit_flow_lines_entry(struct buf *b, str key, const struct node *value,
			   const struct emit_lines *lines,
			   const struct emit_style *style)
{
	if (node_is_scalar(value) || !value->n ||
	    (!style->json && key.n > EMIT_SIMPLE_KEY_MAX / 6)) {
		emit_flow_entry(b, key, value, style);
		return;
	}
	add_flow_key(b, key, style);
	buf_addz(b, ": ");
	emit_flow_lines(b, value, lines, style);
}

/* True if each item, a map, begins on the line of the bracket or brace before
 * it. */
static bool is_cuddled(const struct node *n, const struct emit_style *style)
{
	return style->cuddled && n->kind == NODE_LIST &&
	       n->items[0]->kind == NODE_MAP && n->items[0]->n;
}

static void add_cuddled(struct buf *b, const struct node *list,
			const struct emit_lines *lines,
			const struct emit_style *style)
{
	buf_addc(b, '[');
	for (uint32_t i = 0; i < list->n; i++) {
		if (i)
			emit_comma(b, style);
		emit_flow_lines(b, list->items[i], lines, style);
	}
	buf_addc(b, ']');
}

void emit_flow_lines(struct buf *b, const struct node *n,
		     const struct emit_lines *lines,
		     const struct emit_style *style)
{
	struct buf indent = BUF_INIT;
	struct emit_lines inner = *lines;

	if (node_is_scalar(n) || !n->n) {
		emit_flow(b, n, style);
		return;
	}
	if (is_cuddled(n, style)) {
		add_cuddled(b, n, lines, style);
		return;
	}
	buf_adds(&indent, lines->indent);
	buf_adds(&indent, lines->unit);
	inner.indent = buf_str(&indent);
	buf_addc(b, n->kind == NODE_MAP ? '{' : '[');
	for (uint32_t i = 0; i < n->n; i++) {
		buf_adds(b, style->eol);
		buf_adds(b, inner.indent);
		if (n->kind == NODE_MAP)
			emit_flow_lines_entry(b, node_text(n->entries[i].key),
					      n->entries[i].value, &inner,
					      style);
		else
			emit_flow_lines(b, n->items[i], &inner, style);
		if (i + 1 < n->n || lines->trailing_comma)
			buf_addc(b, ',');
	}
	buf_adds(b, style->eol);
	buf_adds(b, lines->indent);
	buf_addc(b, n->kind == NODE_MAP ? '}' : ']');
	buf_release(&indent);
}
