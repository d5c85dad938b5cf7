/*
 * goyaml - go-yaml v2's emitter.
 *
 * A text is plain if it would be read back as this text; in double quotes if it
 * would be read as something else (true, 1, 2001-01-01); in single quotes if it
 * could not be read at all (`a: b`, `[`); with a line feed it is a literal
 * block.  If that style cannot hold it, it is in double quotes.  Characters
 * past U+FFFF count as not printable.
 *
 * Columns and the two flags of struct goyaml are those of libyaml's emitter, of
 * which go-yaml is a port; its oddities (a list in a map is not indented, but a
 * list in a list is, and one after a `?`) follow from them.
 */
#include "go/goyaml.h"

#include <math.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/chars.h"
#include "base/decimal.h"
#include "go/gotime.h"
#include "go/unicode.h"
#include "tree/scalar.h"
#include "tree/utf8.h"

#define STEP 2			/* of the indentation */
#define WIDTH 80		/* lines are broken after it */
#define SIMPLE_KEY_MAX 128	/* longer keys get a `?` */

struct goyaml {
	struct buf *b;
	size_t column;		/* in characters */
	bool blank;		/* the next item needs no blank before it */
	bool fresh;		/* this line has only indentation and - ? : */
};

/* Go to this column, on a new line if needed. */
static void indent(struct goyaml *y, size_t column)
{
	if (!y->fresh || y->column > column ||
	    (y->column == column && !y->blank)) {
		buf_addc(y->b, '\n');
		y->column = 0;
	}
	buf_fill(y->b, ' ', column - y->column);
	y->column = column;
	y->blank = true;
	y->fresh = true;
}

static void put_blank(struct goyaml *y)
{
	if (!y->blank) {
		buf_addc(y->b, ' ');
		y->column++;
	}
}

/* A dash, a quote, ...: with a blank before it if one is needed. */
static void put_mark(struct goyaml *y, const char *mark, bool is_indentation)
{
	put_blank(y);
	buf_addz(y->b, mark);
	y->column += strlen(mark);
	y->blank = false;
	y->fresh = y->fresh && is_indentation;
}

/* ---- characters ---- */

static bool is_break(uint32_t c)
{
	return c == '\n' || c == '\r' || c == 0x85 || c == 0x2028 ||
	       c == 0x2029;
}

static bool is_printable(uint32_t c)
{
	return c == '\n' || (c >= 0x20 && c <= 0x7e) ||
	       (c >= 0xa0 && c <= 0xfffd && c != 0xfeff);
}

/* The bytes of the character at byte i; or of all those there that are ordinary
 * wherever they are, of which *c is one: most words have no others. */
static size_t next_characters(str s, size_t i, uint32_t *c)
{
	size_t from = i;

	while (i < s.n && (is_alnum((unsigned char)s.p[i]) || s.p[i] == '_' ||
			   s.p[i] == '.' || s.p[i] == '/'))
		i++;
	if (i == from)
		return utf8_decode(str_sub(s, i, s.n), c);
	*c = 'a';
	return i - from;
}

/* Does it have a line break, so that it cannot be a simple key? */
static bool has_break(str s)
{
	uint32_t c;
	size_t i, n;

	for (i = 0; i < s.n; i += n) {
		n = next_characters(s, i, &c);
		if (is_break(c))
			return true;
	}
	return false;
}

/* ---- which style ---- */

/* Properties of a text that rule out some style. */
struct traits {
	bool indicators;	/* would be structure */
	bool breaks, special;
	bool space_first, space_last, break_first, break_last;
	bool break_space, space_break;
};

/* Is the character at byte i not allowed there in a plain text? */
static bool is_indicator(str s, size_t i, bool blank_before)
{
	bool blank_after = i + 1 >= s.n || is_blank(s.p[i + 1]);

	if (s.p[i] == ':' || (i == 0 && (s.p[i] == '?' || s.p[i] == '-')))
		return blank_after;
	if (s.p[i] == '#')
		return blank_before;
	return i == 0 && s.p[i] && strchr(",[]{}&*!|>'\"%@`", s.p[i]);
}

static struct traits find_traits(str s)
{
	struct traits t = { .indicators = str_starts(s, STR("---")) ||
					  str_starts(s, STR("...")) };
	bool space = false, broken = false, blank_before = true;
	uint32_t c;
	size_t i, n;

	for (i = 0; i < s.n; i += n) {
		n = next_characters(s, i, &c);
		t.indicators |= is_indicator(s, i, blank_before);
		t.special |= !is_printable(c);
		t.breaks |= is_break(c);
		t.break_space |= broken && c == ' ';
		t.space_break |= space && is_break(c);
		space = c == ' ';
		broken = is_break(c);
		blank_before = space || broken || c == '\t' || c == 0;
		t.space_first |= i == 0 && space;
		t.break_first |= i == 0 && broken;
		t.space_last = space;
		t.break_last = broken;
	}
	return t;
}

/* First the quick check of the digits that go-yaml does, then its layouts. */
static bool is_timestamp(str s)
{
	static const char *const layouts[] = {
		"2006-1-2T15:4:5.999999999Z07:00",
		"2006-1-2t15:4:5.999999999Z07:00",
		"2006-1-2 15:4:5.999999999", "2006-1-2",
	};
	struct arena a = ARENA_INIT;
	struct buf why = BUF_INIT;
	struct gotime t;
	bool is = false;
	size_t i = 0;

	while (i < s.n && is_digit(s.p[i]))
		i++;
	if (i != 4 || i == s.n || s.p[i] != '-')
		return false;
	for (i = 0; i < ARRAY_SIZE(layouts) && !is; i++)
		is = gotime_parse(&t, &a, str_of(layouts[i]), s, &zone_utc,
				  &why) == 0;
	buf_release(&why);
	arena_release(&a);
	return is;
}

/* [-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)? */
static bool is_base_60(str s)
{
	size_t i = s.n && (s.p[0] == '-' || s.p[0] == '+'), groups = 0, n;

	if (i == s.n || !is_digit(s.p[i]))
		return false;
	while (i < s.n && (is_digit(s.p[i]) || s.p[i] == '_'))
		i++;
	for (; i < s.n && s.p[i] == ':'; i += 1 + n, groups++) {
		for (n = 0; n < 2 && i + 1 + n < s.n &&
			    is_digit(s.p[i + 1 + n]); )
			n++;
		if (n == 0 || (n == 2 && s.p[i + 1] > '5'))
			return false;
	}
	if (i < s.n && s.p[i] == '.')
		for (i++; i < s.n && (is_digit(s.p[i]) || s.p[i] == '_'); )
			i++;
	return groups && i == s.n;
}

/* Would it be read as something other than text? */
static bool resolves(str s)
{
	return !s.n || scalar_kind(s) != NODE_STRING || is_timestamp(s) ||
	       is_base_60(s);
}

static enum node_style choose_style(str s, bool key)
{
	struct traits t = find_traits(s);
	bool no_single = t.break_space || t.space_break || t.special;
	bool no_plain = no_single || t.indicators || t.breaks ||
			t.space_first || t.space_last || t.break_first ||
			t.break_last;

	if (s.n && memchr(s.p, '\n', s.n))
		return key || t.space_last || t.space_break || t.special ?
			STYLE_DOUBLE : STYLE_LITERAL;
	if (resolves(s))
		return STYLE_DOUBLE;
	if (!no_plain)
		return STYLE_PLAIN;
	return no_single ? STYLE_DOUBLE : STYLE_SINGLE;
}

/* ---- writing ---- */

struct text {
	struct goyaml *y;
	str s;
	size_t column;		/* of further lines */
	bool one_line;
};

static bool is_space_at(str s, size_t i)
{
	return i < s.n && s.p[i] == ' ';
}

/* A character as it is. */
static void put(struct goyaml *y, str s, size_t i, size_t n)
{
	buf_add(y->b, s.p + i, n);
	y->column++;
}

/* What next_characters() found. */
static void put_all(struct goyaml *y, str s, size_t i, size_t n, uint32_t c)
{
	buf_add(y->b, s.p + i, n);
	y->column += c < 0x80 ? n : 1;
}

static void put_break(struct goyaml *y, str s, size_t i, size_t n)
{
	buf_add(y->b, s.p + i, n);
	y->column = 0;
	y->fresh = true;
}

/* Does the line end here, at a blank?  Not next to another blank. */
static bool folds(const struct text *t, size_t i, bool after_blank)
{
	return !t->one_line && !after_blank && t->y->column > WIDTH &&
	       !is_space_at(t->s, i + 1);
}

/* Plain, or the inside of single quotes. */
static void write_flowing(const struct text *t, bool single)
{
	bool after_blank = false, after_break = false;
	struct goyaml *y = t->y;
	uint32_t c;
	size_t i, n;

	for (i = 0; i < t->s.n; i += n) {
		n = next_characters(t->s, i, &c);
		if (c == ' ') {
			if (folds(t, i, after_blank) &&
			    (!single || (i > 0 && i + 1 < t->s.n)))
				indent(y, t->column);
			else
				put(y, t->s, i, n);
			after_blank = true;
			continue;
		}
		if (is_break(c)) {
			put_break(y, t->s, i, n);
			after_break = true;
			continue;
		}
		if (after_break)
			indent(y, t->column);
		if (single && c == '\'')
			put(y, t->s, i, 1);
		put_all(y, t->s, i, n, c);
		y->fresh = after_blank = after_break = false;
	}
}

static void write_single(const struct text *t)
{
	put_mark(t->y, "'", false);
	write_flowing(t, true);
	t->y->blank = true;
	put_mark(t->y, "'", false);
}

static void write_plain(const struct text *t)
{
	put_blank(t->y);
	write_flowing(t, false);
	t->y->blank = t->y->fresh = false;
}

static void write_escape(struct buf *b, uint32_t c)
{
	static const struct {
		uint32_t c;
		char letter;
	} letters[] = {
		{ 0, '0' },	{ 7, 'a' },	 { 8, 'b' },
		{ 9, 't' },	{ 10, 'n' },	 { 11, 'v' },
		{ 12, 'f' },	{ 13, 'r' },	 { 27, 'e' },
		{ '"', '"' },	{ '\\', '\\' },	 { 0x85, 'N' },
		{ 0xa0, '_' },	{ 0x2028, 'L' }, { 0x2029, 'P' },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(letters); i++)
		if (c == letters[i].c) {
			buf_addc(b, '\\');
			buf_addc(b, letters[i].letter);
			return;
		}
	if (c <= 0xff)
		buf_printf(b, "\\x%02X", (unsigned)c);
	else if (c <= 0xffff)
		buf_printf(b, "\\u%04X", (unsigned)c);
	else
		buf_printf(b, "\\U%08X", (unsigned)c);
}

/* A text that starts with a BOM is escaped as a whole: go-yaml checks for one
 * at the start of the text at every character. */
static void write_double(const struct text *t)
{
	bool after_blank = false, all = str_starts(t->s, STR("\xef\xbb\xbf"));
	struct goyaml *y = t->y;
	size_t i, n, before;
	uint32_t c;

	put_mark(y, "\"", false);
	for (i = 0; i < t->s.n; i += n) {
		n = utf8_decode(str_sub(t->s, i, t->s.n), &c);
		if (all || !is_printable(c) || is_break(c) || c == '"' ||
		    c == '\\') {
			before = y->b->n;
			write_escape(y->b, c);
			y->column += y->b->n - before;
		} else if (c == ' ' && !t->one_line && !after_blank &&
			   y->column > WIDTH && i > 0 && i + 1 < t->s.n) {
			indent(y, t->column);
			/* so that the next blank is not lost */
			if (is_space_at(t->s, i + 1))
				put(y, STR("\\"), 0, 1);
		} else {
			put(y, t->s, i, n);
		}
		after_blank = c == ' ';
	}
	y->blank = true;
	put_mark(y, "\"", false);
}

/* The header's indicators: the indentation, if the text starts with a blank,
 * and the treatment of line breaks at the end. */
static void write_hints(struct goyaml *y, str s)
{
	uint32_t c, last = 0, one_before = 0;
	size_t i;

	if (s.p[0] == ' ' || (utf8_decode(s, &c) && is_break(c)))
		buf_addc(y->b, '0' + STEP);
	for (i = 0; i < s.n; i += utf8_decode(str_sub(s, i, s.n), &c)) {
		one_before = last;
		utf8_decode(str_sub(s, i, s.n), &last);
	}
	if (!is_break(last))
		buf_addc(y->b, '-');
	else if (!one_before || is_break(one_before))
		buf_addc(y->b, '+');
}

static void write_literal(const struct text *t)
{
	struct goyaml *y = t->y;
	bool after_break = true;
	uint32_t c;
	size_t i, n;

	put_mark(y, "|", false);
	write_hints(y, t->s);
	put_break(y, STR("\n"), 0, 1);
	y->blank = true;
	for (i = 0; i < t->s.n; i += n) {
		n = utf8_decode(str_sub(t->s, i, t->s.n), &c);
		if (is_break(c)) {
			put_break(y, t->s, i, n);
			after_break = true;
			continue;
		}
		if (after_break)
			indent(y, t->column);
		put(y, t->s, i, n);
		y->fresh = after_break = false;
	}
}

/* Write a text as a scalar whose further lines start at `column`; `key`: on one
 * line. */
static void write_text(struct goyaml *y, str s, size_t column, bool key)
{
	const struct text t = { y, s, column, key };

	switch (choose_style(s, key)) {
	case STYLE_PLAIN:
		write_plain(&t);
		break;
	case STYLE_SINGLE:
		write_single(&t);
		break;
	case STYLE_LITERAL:
		write_literal(&t);
		break;
	default:
		write_double(&t);
		break;
	}
}

/* ---- the order of keys ---- */

/* The number at the start of s; Go's sum wraps around. */
static uint64_t front_number(str s, uint64_t n, size_t *characters)
{
	uint32_t c;

	*characters = 0;
	while (s.n) {
		c = char_next(&s);
		if (!char_is_digit(c))
			break;
		n = n * 10 + (c - '0');
		(*characters)++;
	}
	return n;
}

/* Does `before` end with a number other than 0? */
static bool ends_with_number(str before)
{
	uint32_t c;

	while (before.n) {
		c = char_last(&before);
		if (!char_is_digit(c))
			return false;
		if (c != '0')
			return true;
	}
	return false;
}

/* a and b start with the first characters that differ, ca and cb; `before` is
 * their common prefix. */
static int compare_difference(str before, str a, str b, uint32_t ca,
			      uint32_t cb)
{
	bool letter_a = char_is_letter(ca), letter_b = char_is_letter(cb);
	uint64_t na, nb, start = 0;
	size_t digits_a, digits_b;

	if (letter_a != letter_b)
		return letter_b ? -1 : 1;
	if (!letter_a) {
		if (ca == '0' || cb == '0')
			start = ends_with_number(before);
		na = front_number(a, start, &digits_a);
		nb = front_number(b, start, &digits_b);
		if (na != nb)
			return (int64_t)na < (int64_t)nb ? -1 : 1;
		if (digits_a != digits_b)
			return digits_a < digits_b ? -1 : 1;
	}
	return ca < cb ? -1 : 1;
}

/* go-yaml's keyList.Less: letters last, numbers by value. */
static int compare_keys(const void *x, const void *y)
{
	str a = node_text(((const struct entry *)x)->key);
	str b = node_text(((const struct entry *)y)->key), whole = a;
	str rest_a, rest_b;
	uint32_t ca, cb;

	while (a.n && b.n) {
		rest_a = a;
		rest_b = b;
		ca = char_next(&a);
		cb = char_next(&b);
		if (ca != cb)
			return compare_difference(
				str_sub(whole, 0, whole.n - rest_a.n),
				rest_a, rest_b, ca, cb);
	}
	return a.n ? 1 : b.n ? -1 : 0;
}

/* ---- numbers, booleans, null ---- */

/* strconv.FormatFloat(d, 'g', -1, 64) */
static void add_float(struct buf *b, double d)
{
	struct decimal dec;

	if (signbit(d))
		buf_addc(b, '-');
	decimal_shortest(&dec, fabs(d), false);
	if (dec.point - 1 < -4 || dec.point - 1 >= 6)
		decimal_spell_e(b, &dec, 'e', 2);
	else
		decimal_spell_f(b, &dec);
}

static void write_number(struct goyaml *y, const struct node *n)
{
	size_t before;

	put_blank(y);
	before = y->b->n;
	if (n->kind == NODE_FLOAT)
		add_float(y->b, scalar_double(n));
	else
		scalar_json(y->b, n);
	y->column += y->b->n - before;
	y->blank = y->fresh = false;
}

/* ---- collections ---- */

/* What contains a value. */
enum place { AT_ROOT, IN_LIST, IN_MAP };

static void write_node(struct goyaml *y, const struct node *n, size_t column,
		       enum place place);

static void write_key(struct goyaml *y, str key, size_t column)
{
	bool simple = !has_break(key) && key.n <= SIMPLE_KEY_MAX;

	indent(y, column);
	if (!simple)
		put_mark(y, "?", true);
	write_text(y, key, column + STEP, simple);
	if (simple) {
		buf_addc(y->b, ':');
		y->column++;
		y->blank = y->fresh = false;
	} else {
		indent(y, column);
		put_mark(y, ":", true);
	}
}

static void write_map(struct goyaml *y, const struct node *n, size_t column,
		      enum place place)
{
	struct entry *sorted = mem_alloc_array(n->n, sizeof(*sorted));
	uint32_t i;

	if (place != AT_ROOT)
		column += STEP;
	memcpy(sorted, n->entries, n->n * sizeof(*sorted));
	qsort(sorted, n->n, sizeof(*sorted), compare_keys);
	for (i = 0; i < n->n; i++) {
		write_key(y, node_text(sorted[i].key), column);
		write_node(y, sorted[i].value, column, IN_MAP);
	}
	mem_free(sorted);
}

static void write_list(struct goyaml *y, const struct node *n, size_t column,
		       enum place place)
{
	uint32_t i;

	if (place == IN_LIST || (place == IN_MAP && y->fresh))
		column += STEP;
	for (i = 0; i < n->n; i++) {
		indent(y, column);
		put_mark(y, "-", true);
		write_node(y, n->items[i], column, IN_LIST);
	}
}

/* `column` is that of the surrounding collection. */
static void write_node(struct goyaml *y, const struct node *n, size_t column,
		       enum place place)
{
	if (n->kind == NODE_STRING)
		write_text(y, node_text(n), column + STEP, false);
	else if (node_is_scalar(n))
		write_number(y, n);
	else if (n->n == 0)
		put_mark(y, n->kind == NODE_MAP ? "{}" : "[]", false);
	else if (n->kind == NODE_MAP)
		write_map(y, n, column, place);
	else
		write_list(y, n, column, place);
}

void goyaml_write(struct buf *b, const struct node *n)
{
	struct goyaml y = { .b = b, .blank = true, .fresh = true };

	write_node(&y, n, 0, AT_ROOT);
	indent(&y, 0);
}
