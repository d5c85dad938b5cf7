/*
 * goyaml_text - how go-yaml v2 writes a text.
 *
 * Plain where it would be read as this text, else in double quotes if it would
 * be read as something else (true, 1, 2001-01-01), and in single quotes if it
 * could not be read (`a: b`, `[`); text with a line feed as a literal block.
 * What cannot be written in the style that was chosen is in double quotes.
 * Characters past U+FFFF count as not printable.
 */
#include "base/array.h"
#include "go/goyaml.h"

#include "go/gotime.h"
#include "tree/scalar.h"
#include "tree/utf8.h"

#define WIDTH 80

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

bool goyaml_has_break(str s)
{
	uint32_t c;
	size_t i;

	for (i = 0; i < s.n; i += utf8_decode(str_sub(s, i, s.n), &c))
		if (utf8_decode(str_sub(s, i, s.n), &c) && is_break(c))
			return true;
	return false;
}

/* ---- which style ---- */

/* What a text has that some style cannot have. */
struct traits {
	bool indicators;	/* would be structure */
	bool breaks, special;
	bool space_first, space_last, break_first, break_last;
	bool break_space, space_break;
};

/* May this character not stand at byte i of a plain text? */
static bool is_indicator(str s, size_t i, bool blank_before)
{
	bool blank_behind = i + 1 >= s.n || s.p[i + 1] == ' ' ||
			    s.p[i + 1] == '\t';

	if (s.p[i] == ':' || (i == 0 && (s.p[i] == '?' || s.p[i] == '-')))
		return blank_behind;
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
		n = utf8_decode(str_sub(s, i, s.n), &c);
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

/* Only the digits, as quick as go-yaml tells; then by its layouts. */
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

	while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9')
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

	if (i == s.n || s.p[i] < '0' || s.p[i] > '9')
		return false;
	while (i < s.n && ((s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '_'))
		i++;
	for (; i < s.n && s.p[i] == ':'; i += 1 + n, groups++) {
		for (n = 0; n < 2 && i + 1 + n < s.n &&
			    s.p[i + 1 + n] >= '0' && s.p[i + 1 + n] <= '9'; )
			n++;
		if (n == 0 || (n == 2 && s.p[i + 1] > '5'))
			return false;
	}
	if (i < s.n && s.p[i] == '.')
		for (i++; i < s.n && ((s.p[i] >= '0' && s.p[i] <= '9') ||
				      s.p[i] == '_'); )
			i++;
	return groups && i == s.n;
}

/* Would it be read as something else than text? */
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

static bool is_blank_at(str s, size_t i)
{
	return i < s.n && s.p[i] == ' ';
}

/* A character as it is. */
static void put(struct goyaml *y, str s, size_t i, size_t n)
{
	buf_add(y->b, s.p + i, n);
	y->column++;
}

static void put_break(struct goyaml *y, str s, size_t i, size_t n)
{
	buf_add(y->b, s.p + i, n);
	y->column = 0;
	y->fresh = true;
}

/* Does the line end here, at a blank?  Not next to another one. */
static bool folds(const struct text *t, size_t i, bool after_blank)
{
	return !t->one_line && !after_blank && t->y->column > WIDTH &&
	       !is_blank_at(t->s, i + 1);
}

/* Plain, or what stands between single quotes. */
static void write_flowing(const struct text *t, bool single)
{
	bool after_blank = false, after_break = false;
	struct goyaml *y = t->y;
	uint32_t c;
	size_t i, n;

	for (i = 0; i < t->s.n; i += n) {
		n = utf8_decode(str_sub(t->s, i, t->s.n), &c);
		if (c == ' ') {
			if (folds(t, i, after_blank) &&
			    (!single || (i > 0 && i + 1 < t->s.n)))
				goyaml_indent(y, t->column);
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
			goyaml_indent(y, t->column);
		if (single && c == '\'')
			put(y, t->s, i, 1);
		put(y, t->s, i, n);
		y->fresh = after_blank = after_break = false;
	}
}

static void write_single(const struct text *t)
{
	goyaml_mark(t->y, "'", false);
	write_flowing(t, true);
	t->y->blank = true;
	goyaml_mark(t->y, "'", false);
}

static void write_plain(const struct text *t)
{
	if (!t->y->blank) {
		buf_addc(t->y->b, ' ');
		t->y->column++;
	}
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

/* Behind a BOM at its front a whole text is escaped: go-yaml looks for one
 * there at every character. */
static void write_double(const struct text *t)
{
	bool after_blank = false, all = str_starts(t->s, STR("\xef\xbb\xbf"));
	struct goyaml *y = t->y;
	size_t i, n, before;
	uint32_t c;

	goyaml_mark(y, "\"", false);
	for (i = 0; i < t->s.n; i += n) {
		n = utf8_decode(str_sub(t->s, i, t->s.n), &c);
		if (all || !is_printable(c) || is_break(c) || c == '"' ||
		    c == '\\') {
			before = y->b->n;
			write_escape(y->b, c);
			y->column += y->b->n - before;
		} else if (c == ' ' && !t->one_line && !after_blank &&
			   y->column > WIDTH && i > 0 && i + 1 < t->s.n) {
			goyaml_indent(y, t->column);
			/* so that the blank that is next is not lost */
			if (is_blank_at(t->s, i + 1))
				put(y, STR("\\"), 0, 1);
		} else {
			put(y, t->s, i, n);
		}
		after_blank = c == ' ';
	}
	y->blank = true;
	goyaml_mark(y, "\"", false);
}

/* The header's hints: how far it is indented, where it begins with a blank,
 * and what becomes of the line breaks at the end. */
static void write_hints(struct goyaml *y, str s)
{
	uint32_t c, last = 0, one_before = 0;
	size_t i;

	if (s.p[0] == ' ' || (utf8_decode(s, &c) && is_break(c)))
		buf_addc(y->b, '0' + GOYAML_STEP);
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

	goyaml_mark(y, "|", false);
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
			goyaml_indent(y, t->column);
		put(y, t->s, i, n);
		y->fresh = after_break = false;
	}
}

void goyaml_text(struct goyaml *y, str s, size_t column, bool key)
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
