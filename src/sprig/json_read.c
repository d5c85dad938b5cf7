/*
 * json_read - JSON text to values.
 *
 * json/scan reads JSON for this program; its errors are for people who look at
 * a file.  A template that asks for fromJson wants what Go does: every number
 * a float64, bad UTF-8 replaced, and errors in the words of encoding/json,
 * whose scanner is a machine of states each of which knows what it looked for.
 */
#include "sprig/json_read.h"

#include "sprig/convert.h"
#include "sprig/nest.h"
#include "tmpl/map.h"
#include "go/strconv.h"
#include "tree/utf8.h"

struct reader {
	struct arena *arena;
	str text;
	size_t at;
	int depth;
	struct buf *why;
	bool misfit;		/* has *why a number that does not fit? */
};

static int read_value(struct reader *r, struct value *out);

/* ---- errors ---- */

/* The character in single quotes; a byte counts as a character. */
static void quote_byte(struct buf *out, uint8_t c)
{
	if (c == '"')
		buf_addz(out, "'\"'");
	else
		quote_rune(out, c, false);
}

static int fail_at(struct reader *r, uint8_t c, const char *where)
{
	buf_clear(r->why);
	buf_addz(r->why, "invalid character ");
	quote_byte(r->why, c);
	buf_addc(r->why, ' ');
	buf_addz(r->why, where);
	return -1;
}

/* What stands here is wrong, or there is nothing more. */
static int fail(struct reader *r, const char *where)
{
	if (r->at < r->text.n)
		return fail_at(r, (uint8_t)r->text.p[r->at], where);
	buf_clear(r->why);
	buf_addz(r->why, "unexpected end of JSON input");
	return -1;
}

/* The same inside a number, a word or an escape: Go finds the text's end by a
 * blank that it puts there, and takes that for the mistake. */
static int fail_inside(struct reader *r, const char *where)
{
	if (r->at < r->text.n)
		return fail(r, where);
	return fail_at(r, ' ', where);
}

/* The next byte; NUL, which is as wrong as any, at the end. */
static char peek(const struct reader *r)
{
	return r->at < r->text.n ? r->text.p[r->at] : '\0';
}

static bool skip(struct reader *r, char c)
{
	if (peek(r) != c || r->at >= r->text.n)
		return false;
	r->at++;
	return true;
}

static char skip_blanks(struct reader *r)
{
	while (r->at < r->text.n && strchr(" \t\r\n", peek(r)) && peek(r))
		r->at++;
	return peek(r);
}

/* ---- scalars ---- */

static bool digits(struct reader *r)
{
	size_t start = r->at;

	while (peek(r) >= '0' && peek(r) <= '9')
		r->at++;
	return r->at > start;
}

static int read_number(struct reader *r, struct value *out)
{
	size_t start = r->at;
	double d;
	str s;

	skip(r, '-');
	if (!skip(r, '0') && !digits(r))
		return fail_inside(r, "in numeric literal");
	if (skip(r, '.') && !digits(r))
		return fail_inside(r, "after decimal point in numeric literal");
	if (skip(r, 'e') || skip(r, 'E')) {
		if (!skip(r, '+'))
			skip(r, '-');
		if (!digits(r))
			return fail_inside(r, "in exponent of numeric literal");
	}
	s = str_sub(r->text, start, r->at);
	*out = VALUE_NIL;
	if (parse_float(s, &d)) {
		*out = value_float(d);
	} else if (!r->misfit) {
		r->misfit = true;
		buf_addz(r->why, "json: cannot unmarshal number ");
		buf_adds(r->why, s);
		buf_addz(r->why, " into Go value of type float64");
	}
	return 0;
}

/* true, false or null, of which the first letter is known. */
static int read_word(struct reader *r, const char *word)
{
	char where[48];
	size_t i;

	for (i = 0; word[i]; i++) {
		if (skip(r, word[i]))
			continue;
		memcpy(where, "in literal ", 11);
		memcpy(where + 11, word, strlen(word));
		memcpy(where + 11 + strlen(word), " (expecting 'x')", 17);
		where[11 + strlen(word) + 13] = word[i];
		return fail_inside(r, where);
	}
	return 0;
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int read_hex(struct reader *r, uint32_t *out)
{
	int i;

	*out = 0;
	for (i = 0; i < 4; i++, r->at++) {
		if (r->at >= r->text.n || hex(peek(r)) < 0)
			return fail_inside(r, "in \\u hexadecimal "
					      "character escape");
		*out = *out << 4 | (uint32_t)hex(peek(r));
	}
	return 0;
}

/* The second half of a surrogate pair, if it follows: else nothing is read. */
static bool read_low(struct reader *r, uint32_t *low)
{
	size_t i;

	if (!str_starts(str_sub(r->text, r->at, r->text.n), STR("\\u")) ||
	    r->at + 6 > r->text.n)
		return false;
	*low = 0;
	for (i = r->at + 2; i < r->at + 6; i++) {
		if (hex(r->text.p[i]) < 0)
			return false;
		*low = *low << 4 | (uint32_t)hex(r->text.p[i]);
	}
	if (*low < 0xdc00 || *low > 0xdfff)
		return false;
	r->at += 6;
	return true;
}

static int read_escape(struct reader *r, struct buf *b)
{
	static const char names[] = "\"\\/bfnrt", bytes[] = "\"\\/\b\f\n\r\t";
	const char *p;
	uint32_t c, low;

	p = peek(r) ? strchr(names, peek(r)) : NULL;
	if (p) {
		buf_addc(b, bytes[p - names]);
		r->at++;
		return 0;
	}
	if (!skip(r, 'u'))
		return fail_inside(r, "in string escape code");
	if (read_hex(r, &c) != 0)
		return -1;
	if (c >= 0xd800 && c <= 0xdfff) {
		if (c < 0xdc00 && read_low(r, &low))
			c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
		else
			c = 0xfffd;
	}
	utf8_add(b, c);
	return 0;
}

/* Behind the opening quote. */
static int read_text(struct reader *r, str *out)
{
	struct buf b = BUF_INIT;
	uint32_t c;

	while (!skip(r, '"')) {
		if (r->at >= r->text.n || (uint8_t)peek(r) < ' ') {
			buf_release(&b);
			return fail(r, "in string literal");
		}
		if (skip(r, '\\')) {
			if (read_escape(r, &b) == 0)
				continue;
			buf_release(&b);
			return -1;
		}
		r->at += utf8_decode(str_sub(r->text, r->at, r->text.n), &c);
		utf8_add(&b, c);
	}
	*out = arena_str(r->arena, buf_str(&b));
	buf_release(&b);
	return 0;
}

/* ---- collections ---- */

static int go_deeper(struct reader *r)
{
	if (r->depth++ < NEST_MAX)
		return 0;
	buf_clear(r->why);
	buf_addz(r->why, "exceeded max depth");
	return -1;
}

/* Behind the opening bracket. */
static int read_list(struct reader *r, struct value *out)
{
	struct items l = ITEMS_INIT(r->arena);
	struct value v;

	if (go_deeper(r) != 0)
		return -1;
	if (skip_blanks(r) != ']') {
		do {
			if (read_value(r, &v) != 0)
				return -1;
			items_add(&l, v);
			skip_blanks(r);
		} while (skip(r, ','));
	}
	if (!skip(r, ']'))
		return fail(r, "after array element");
	r->depth--;
	*out = items_list(&l, &type_list);
	return 0;
}

static int read_entry(struct reader *r, struct map *m)
{
	struct value v;
	str key;

	skip_blanks(r);
	if (!skip(r, '"'))
		return fail(r, "looking for beginning of object key string");
	if (read_text(r, &key) != 0)
		return -1;
	skip_blanks(r);
	if (!skip(r, ':'))
		return fail(r, "after object key");
	if (read_value(r, &v) != 0)
		return -1;
	map_set(m, key, v);
	skip_blanks(r);
	return 0;
}

/* Behind the opening brace. */
static int read_map(struct reader *r, struct value *out)
{
	struct map *m = map_new(r->arena, &type_map);

	if (go_deeper(r) != 0)
		return -1;
	if (skip_blanks(r) != '}') {
		do {
			if (read_entry(r, m) != 0)
				return -1;
		} while (skip(r, ','));
	}
	if (!skip(r, '}'))
		return fail(r, "after object key:value pair");
	r->depth--;
	*out = value_of_map(m, &type_map);
	return 0;
}

static int read_value(struct reader *r, struct value *out)
{
	char c = skip_blanks(r);
	str s;

	switch (c) {
	case '{':
		r->at++;
		return read_map(r, out);
	case '[':
		r->at++;
		return read_list(r, out);
	case '"':
		r->at++;
		if (read_text(r, &s) != 0)
			return -1;
		*out = value_str(s);
		return 0;
	case 't':
	case 'f':
		*out = value_bool(c == 't');
		return read_word(r, c == 't' ? "true" : "false");
	case 'n':
		*out = VALUE_NIL;
		return read_word(r, "null");
	default:
		if (c == '-' || (c >= '0' && c <= '9'))
			return read_number(r, out);
		return fail(r, "looking for beginning of value");
	}
}

int json_read(struct value *out, struct arena *a, str text, struct buf *why)
{
	struct reader r = { .arena = a, .text = text, .why = why };

	if (read_value(&r, out) != 0) {
		*out = VALUE_NIL;
		return -1;
	}
	skip_blanks(&r);
	if (r.at < r.text.n) {
		*out = VALUE_NIL;
		return fail(&r, "after top-level value");
	}
	return r.misfit ? -1 : 0;
}
