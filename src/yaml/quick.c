/*
 * quick - read the YAML that most manifests are written in, without libyaml.
 *
 * It accepts one document of maps and lists, in block or flow style, whose keys
 * and scalars are on one line each, literal blocks, and comments.  It leaves
 * to libyaml what is not certain: tabs, CR and rare line breaks, anchors,
 * aliases, tags, directives, `?`, folded scalars, scalars of several lines,
 * unusual escapes, and everything invalid.
 *
 * Invariant: what it accepts gives the events that libyaml gives.  So libyaml
 * decides on every text, its errors and its tree (tests/fuzz/fuzz_quick.c
 * compares the two).
 *
 * Each line is read once, from its first character to its last.  Its column
 * shows which collections end before it; then it is
 *
 *	text    = flow | {line}
 *	line    = entry | "-" blanks (entry | value)
 *	entry   = scalar ":" [blanks value]
 *	value   = scalar | flow | literal
 *	flow    = "[" {inner ","} "]" | "{" {scalar ":" blanks inner ","} "}"
 *	inner   = scalar | flow
 *
 * where the last comma is optional, and a flow collection may continue on the
 * lines that follow.
 *
 * An entry without a value waits for the next line (`pending`), which is its
 * collection or shows that the value is missing:
 *
 *	a:		column 0: opens a map; entry a is pending
 *	  b: 1		column 2 > 0: opens the map that is a's value
 *	c: 2		column 0: closes that map; an entry of the first
 *
 * A plain scalar would continue on a line that is deeper than its collection;
 * no collection can begin there, so such a line is left to libyaml.
 */
#include "yaml/build.h"

#include "base/chars.h"
#include "tree/utf8.h"

/* Well below the limits of libyaml (1024 characters) and NODE_DEPTH_MAX. */
#define KEY_MAX 128
#define LEVELS_MAX 64
#define FLOW_MAX 8

/* An open block collection. */
struct level {
	size_t column;
	bool list;
};

struct quick {
	struct build *b;
	str text;
	size_t at;
	size_t line;		/* where the line at `at` begins */
	struct level levels[LEVELS_MAX];
	uint32_t depth;
	bool pending;		/* a key has no value yet */
	struct buf scratch;	/* value of a scalar with escapes */
};

/* What may begin a plain scalar, besides a `-` before something else. */
static const bool leads[256] = {
	['0'] = true, ['1'] = true, ['2'] = true, ['3'] = true, ['4'] = true,
	['5'] = true, ['6'] = true, ['7'] = true, ['8'] = true, ['9'] = true,
	['a'] = true, ['b'] = true, ['c'] = true, ['d'] = true, ['e'] = true,
	['f'] = true, ['g'] = true, ['h'] = true, ['i'] = true, ['j'] = true,
	['k'] = true, ['l'] = true, ['m'] = true, ['n'] = true, ['o'] = true,
	['p'] = true, ['q'] = true, ['r'] = true, ['s'] = true, ['t'] = true,
	['u'] = true, ['v'] = true, ['w'] = true, ['x'] = true, ['y'] = true,
	['z'] = true, ['A'] = true, ['B'] = true, ['C'] = true, ['D'] = true,
	['E'] = true, ['F'] = true, ['G'] = true, ['H'] = true, ['I'] = true,
	['J'] = true, ['K'] = true, ['L'] = true, ['M'] = true, ['N'] = true,
	['O'] = true, ['P'] = true, ['Q'] = true, ['R'] = true, ['S'] = true,
	['T'] = true, ['U'] = true, ['V'] = true, ['W'] = true, ['X'] = true,
	['Y'] = true, ['Z'] = true, ['_'] = true, ['.'] = true, ['/'] = true,
	['$'] = true, ['('] = true, ['+'] = true, ['='] = true, ['~'] = true,
};

/* The end of the text counts as the end of a line. */
static char peek(const struct quick *q, size_t at)
{
	return at < q->text.n ? q->text.p[at] : '\n';
}

static bool ends(char c)
{
	return c == ' ' || c == '\n';
}

static void skip_spaces(struct quick *q)
{
	while (peek(q, q->at) == ' ')
		q->at++;
}

/* The same for the indentation of a line. */
static inline size_t skip_indent(const struct quick *q, size_t at)
{
	for (; at + 8 <= q->text.n; at += 8) {
		uint64_t other = bytes_at(q->text.p + at) ^ EACH_BYTE(' ');

		if (other)
			return at + bytes_first(other);
	}
	while (peek(q, at) == ' ')
		at++;
	return at;
}

static void skip_line(struct quick *q)
{
	size_t end = str_find(q->text, q->at, '\n');

	q->at = end < q->text.n ? end + 1 : end;
}

/* Nothing but blanks and a comment up to the line's end. */
static bool finish_line(struct quick *q)
{
	skip_spaces(q);
	if (peek(q, q->at) == '\n') {
		q->at += q->at < q->text.n;
		return true;
	}
	if (peek(q, q->at) != '#' || peek(q, q->at - 1) != ' ')
		return false;
	skip_line(q);
	return true;
}

/* ---- scalars on one line ---- */

/* A scalar, and its value: a view of the source or in the arena. */
struct scalar {
	size_t start, end;
	str text;
	enum node_style style;
};

/* Bytes that end a plain scalar, or need a look. */
static uint64_t plain_stops(uint64_t w)
{
	return bytes_that_are(w, '\n') | bytes_that_are(w, ':') |
	       bytes_that_are(w, '#');
}

static uint64_t double_stops(uint64_t w)
{
	return bytes_that_are(w, '\n') | bytes_that_are(w, '"') |
	       bytes_that_are(w, '\\');
}

/* The first of such bytes at or after `at`, or the end of the text. */
static inline size_t next_stop(const struct quick *q, size_t at,
			       uint64_t (*stops)(uint64_t))
{
	const char *p = q->text.p;
	uint64_t found;

	for (; at + 8 <= q->text.n; at += 8) {
		found = stops(bytes_at(p + at));
		if (found)
			return at + bytes_first(found);
	}
	while (at < q->text.n && !(stops((unsigned char)p[at]) & 0x80))
		at++;
	return at;
}

static bool scan_plain(const struct quick *q, struct scalar *s)
{
	const char *p = q->text.p;
	size_t i = s->start;
	char c = peek(q, i);

	if (!leads[(unsigned char)c] && !(c == '-' && !ends(peek(q, i + 1))))
		return false;
	for (;; i++) {
		i = next_stop(q, i, plain_stops);
		c = peek(q, i);
		if (c == '\n' || (c == ':' && ends(peek(q, i + 1))) ||
		    (c == '#' && p[i - 1] == ' '))
			break;
	}
	while (p[i - 1] == ' ')
		i--;
	s->style = STYLE_PLAIN;
	s->end = i;
	s->text = (str){ p + s->start, i - s->start };
	return true;
}

/* In flow context: only characters that are part of a scalar everywhere. */
static bool scan_plain_flow(const struct quick *q, struct scalar *s)
{
	size_t i = s->start;
	char c = peek(q, i);

	if (c == '-' && !leads[(unsigned char)peek(q, i + 1)] &&
	    peek(q, i + 1) != '-')
		return false;
	while (leads[(unsigned char)c] || c == '-' || c == '@')
		c = peek(q, ++i);
	s->style = STYLE_PLAIN;
	s->end = i;
	s->text = str_sub(q->text, s->start, i);
	return i > s->start && peek(q, s->start) != '@';
}

static bool scan_single(struct quick *q, struct scalar *s)
{
	size_t i = s->start + 1, from = i;
	bool doubled = false;

	for (;; i++) {
		if (peek(q, i) == '\n')
			return false;
		if (peek(q, i) != '\'')
			continue;
		if (peek(q, i + 1) != '\'')
			break;
		doubled = true;
		i++;
	}
	s->style = STYLE_SINGLE;
	s->end = i + 1;
	s->text = str_sub(q->text, from, i);
	if (!doubled)
		return true;
	buf_clear(&q->scratch);
	for (; from < i; from++) {
		buf_addc(&q->scratch, q->text.p[from]);
		from += q->text.p[from] == '\'';
	}
	s->text = arena_str(q->b->arena, buf_str(&q->scratch));
	return true;
}

static bool add_escape(struct buf *b, char c)
{
	if (c == 'n')
		c = '\n';
	else if (c == 't')
		c = '\t';
	else if (c != '"' && c != '\\')
		return false;
	buf_addc(b, c);
	return true;
}

static bool scan_double(struct quick *q, struct scalar *s)
{
	size_t i = s->start + 1, from = i;
	bool escaped = false;

	for (;; i += 2) {
		i = next_stop(q, i, double_stops);
		if (peek(q, i) == '\n')
			return false;
		if (peek(q, i) == '"')
			break;
		escaped = true;
	}
	s->style = STYLE_DOUBLE;
	s->end = i + 1;
	s->text = str_sub(q->text, from, i);
	if (!escaped)
		return true;
	buf_clear(&q->scratch);
	for (; from < i; from++) {
		char c = q->text.p[from];

		if (c != '\\')
			buf_addc(&q->scratch, c);
		else if (!add_escape(&q->scratch, peek(q, ++from)))
			return false;
	}
	s->text = arena_str(q->b->arena, buf_str(&q->scratch));
	return true;
}

/* Read the scalar at q->at, which moves behind it. */
static bool scan_scalar(struct quick *q, struct scalar *s, bool flow)
{
	bool ok;

	s->start = q->at;
	if (peek(q, q->at) == '\'')
		ok = scan_single(q, s);
	else if (peek(q, q->at) == '"')
		ok = scan_double(q, s);
	else
		ok = flow ? scan_plain_flow(q, s) : scan_plain(q, s);
	if (ok)
		q->at = s->end;
	return ok;
}

/* Always true, for what is read in turn. */
static bool add_scalar(struct quick *q, const struct scalar *s)
{
	build_text(q->b, s->style, s->start, s->end, s->text);
	return true;
}

/* True if a colon follows, so that the scalar is a key.  In flow context the
 * value may follow a quoted key immediately, as in JSON. */
static inline bool at_colon(const struct quick *q, const struct scalar *key,
			    bool flow)
{
	return peek(q, q->at) == ':' && key->end - key->start <= KEY_MAX &&
	       (ends(peek(q, q->at + 1)) ||
		(flow && key->style != STYLE_PLAIN));
}

/* ---- flow collections ---- */

/* Skip to the next token, perhaps on another line; a document marker there
 * would be an error. */
static bool skip_gap(struct quick *q)
{
	for (skip_spaces(q); q->at < q->text.n; skip_spaces(q)) {
		char c = q->text.p[q->at];

		if (c != '\n' && !(c == '#' && ends(peek(q, q->at - 1))))
			return true;
		skip_line(q);
		if (peek(q, q->at) == '-' || peek(q, q->at) == '.')
			return false;
	}
	return false;
}

static bool flow(struct quick *q, int depth);

static bool inner(struct quick *q, int depth)
{
	struct scalar s;
	char c = peek(q, q->at);

	if (c == '[' || c == '{')
		return flow(q, depth + 1);
	return scan_scalar(q, &s, true) && add_scalar(q, &s);
}

static bool flow_key(struct quick *q)
{
	struct scalar key;

	if (!scan_scalar(q, &key, true) || !at_colon(q, &key, true))
		return false;
	add_scalar(q, &key);
	q->at++;
	skip_spaces(q);
	return true;
}

static bool flow(struct quick *q, int depth)
{
	bool map = peek(q, q->at) == '{';
	char close = map ? '}' : ']';

	if (depth == FLOW_MAX)
		return false;
	build_begin(q->b, map ? NODE_MAP : NODE_LIST, true, q->at);
	q->at++;
	for (bool more = true; more; q->at += more) {
		if (!skip_gap(q))
			return false;
		if (peek(q, q->at) == close)
			break;
		if ((map && !flow_key(q)) || !inner(q, depth) || !skip_gap(q))
			return false;
		more = peek(q, q->at) == ',';
	}
	if (peek(q, q->at) != close)
		return false;
	q->at++;
	return !build_close(q->b, q->at);
}

/* ---- literal blocks ---- */

/* To the end of the lines that are indented by `indent`; *lines are those up
 * to the last that is not blank.  Not accepted: a blank line with more spaces
 * than that, and a last line without a line break. */
static bool literal_lines(struct quick *q, size_t indent, str *lines)
{
	size_t from = q->at, to = from;

	while (q->at < q->text.n) {
		size_t text = skip_indent(q, q->at);
		size_t blanks = text - q->at;
		size_t end = str_find(q->text, text, '\n');

		if (end == q->text.n)
			return false;
		if (text == end) {
			if (blanks > indent)
				return false;
		} else if (blanks < indent) {
			break;
		} else {
			to = end;
		}
		q->at = end + 1;
	}
	*lines = str_sub(q->text, from, to);
	return true;
}

static bool literal(struct quick *q)
{
	bool strip = peek(q, q->at + 1) == '-';
	size_t start = q->at, end, indent;
	str lines;

	q->at += strip ? 2 : 1;
	if (peek(q, q->at) != '\n')
		return false;
	skip_line(q);
	indent = skip_indent(q, q->at) - q->at;
	if (peek(q, q->at + indent) == '\n' ||
	    indent <= q->levels[q->depth - 1].column ||
	    !literal_lines(q, indent, &lines))
		return false;
	end = (size_t)(lines.p + lines.n - q->text.p);
	lines.n += !strip;
	build_literal(q->b, start, end, lines, indent);
	return true;
}

/* ---- blocks ---- */

static bool open(struct quick *q, bool list, size_t column)
{
	if (q->depth == LEVELS_MAX)
		return false;
	build_begin(q->b, list ? NODE_LIST : NODE_MAP, false,
		    q->line + column);
	q->levels[q->depth++] = (struct level){ column, list };
	return true;
}

/* The key has no value. */
static bool leave_empty(struct quick *q)
{
	const struct build_event ev = { .start = q->at, .end = q->at,
					.text = STR(""), .one_line = true };

	q->pending = false;
	return !build_scalar(q->b, &ev);
}

/* A value that is a flow collection or a literal block. */
static bool collection(struct quick *q)
{
	char c = peek(q, q->at);

	if (c == '|')
		return literal(q);
	return (c == '[' || c == '{') && flow(q, 0) && finish_line(q);
}

static bool is_collection(char c)
{
	return c == '|' || c == '[' || c == '{';
}

/* What follows the colon of a key. */
static bool entry_value(struct quick *q)
{
	struct scalar s;

	skip_spaces(q);
	if (peek(q, q->at) == '\n' || peek(q, q->at) == '#') {
		q->pending = true;
		return finish_line(q);
	}
	if (is_collection(peek(q, q->at)))
		return collection(q);
	return scan_scalar(q, &s, false) && finish_line(q) && add_scalar(q, &s);
}

/* An entry, from the colon behind its key. */
static bool entry_of(struct quick *q, const struct scalar *key)
{
	add_scalar(q, key);
	q->at++;
	return entry_value(q);
}

static bool entry(struct quick *q)
{
	struct scalar key;

	return scan_scalar(q, &key, false) && at_colon(q, &key, false) &&
	       entry_of(q, &key);
}

/* A list item, from its dash.  A map may begin on that line. */
static bool item(struct quick *q)
{
	struct scalar s;

	q->at++;
	skip_spaces(q);
	if (is_collection(peek(q, q->at)))
		return collection(q);
	if (!scan_scalar(q, &s, false))
		return false;
	if (!at_colon(q, &s, false))
		return finish_line(q) && add_scalar(q, &s);
	return open(q, false, s.start - q->line) && entry_of(q, &s);
}

/* Close the collections that end before a line at this column.  A list may have
 * its dashes at the column of the key whose value it is. */
static bool close_before(struct quick *q, size_t column, bool dash)
{
	while (q->depth) {
		const struct level *top = &q->levels[q->depth - 1];

		if (top->column < column ||
		    (top->column == column && (dash || !top->list)))
			break;
		if (build_close(q->b, 0))
			return false;
		q->depth--;
	}
	return true;
}

static bool line(struct quick *q)
{
	size_t column = q->at - q->line;
	bool dash = peek(q, q->at) == '-' && ends(peek(q, q->at + 1));
	const struct level *top = q->levels + q->depth - 1;

	if (!q->depth ||
	    (q->pending && column + dash > top->column)) {
		q->pending = false;
		if (!open(q, dash, column))
			return false;
	} else if ((q->pending && !leave_empty(q)) ||
		   !close_before(q, column, dash) || !q->depth) {
		return false;
	}
	top = q->levels + q->depth - 1;
	if (top->column != column || top->list != dash)
		return false;
	return dash ? item(q) : entry(q);
}

/* To the first character of the next line with content. */
static bool next_line(struct quick *q)
{
	while (q->at < q->text.n) {
		q->line = q->at;
		q->at = skip_indent(q, q->at);
		if (q->at == q->text.n)
			break;
		if (peek(q, q->at) != '\n' && peek(q, q->at) != '#')
			return true;
		skip_line(q);
	}
	return false;
}

static bool at_mark(const struct quick *q)
{
	str line;

	if (q->at != q->line)
		return false;
	line = str_sub(q->text, q->at, q->at + 3);
	return str_eq(line, STR("---")) || str_eq(line, STR("..."));
}

/* The block collection that begins on this line, if there is one, and no other
 * after it. */
static bool lines(struct quick *q, bool more)
{
	for (; more; more = next_line(q))
		if (at_mark(q) || !line(q))
			return false;
	if (!q->depth || (q->pending && !leave_empty(q)))
		return false;
	while (q->depth--)
		if (build_close(q->b, 0))
			return false;
	return true;
}

static bool document(struct quick *q)
{
	bool more = next_line(q);

	if (more && at_mark(q)) {
		q->at += 3;
		if (q->text.p[q->line] != '-' || !finish_line(q))
			return false;
		more = next_line(q);
	}
	if (more && (peek(q, q->at) == '{' || peek(q, q->at) == '['))
		return flow(q, 0) && finish_line(q) && !next_line(q);
	return lines(q, more);
}

static bool is_simple(unsigned char c)
{
	return (c >= 0x20 && c < 0x7f) || c == '\n';
}

/* How many bytes are simple, at least: all up to the first block that has one
 * that is not.  Blocks have a size that compilers make vector code for. */
static size_t skip_simple(str text)
{
	const size_t block = 32;
	size_t i;

	for (i = 0; i + block <= text.n; i += block) {
		const unsigned char *p = (const void *)(text.p + i);
		unsigned char odd = 0;

		for (size_t k = 0; k < block; k++)
			odd |= (unsigned char)!is_simple(p[k]);
		if (odd)
			break;
	}
	return i;
}

/* True if LF is the only line break, and all else is printable. */
static bool all_simple(str text)
{
	for (size_t i = skip_simple(text); i < text.n;) {
		uint32_t c = (unsigned char)text.p[i];
		size_t n;

		if (is_simple((unsigned char)c)) {
			i++;
			continue;
		}
		n = utf8_decode(str_sub(text, i, text.n), &c);
		if (n == 1 || !utf8_printable(c))
			return false;
		i += n;
		i += skip_simple(str_sub(text, i, text.n));
	}
	return true;
}

bool quick_read(struct build *b)
{
	struct quick q = { .b = b, .text = b->source->text,
			   .scratch = BUF_INIT };
	bool ok = all_simple(q.text) && document(&q);

	buf_release(&q.scratch);
	return ok;
}

bool quick_read_part(struct build *b, size_t from, size_t to)
{
	struct quick q = { .b = b, .text = str_sub(b->source->text, 0, to),
			   .at = from, .scratch = BUF_INIT };
	bool ok = next_line(&q) && lines(&q, true);

	buf_release(&q.scratch);
	return ok;
}
