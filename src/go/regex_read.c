/*
 * regex_read - characters, escapes and classes of regular expressions.
 *
 *	class:   "[" [ "^" ] item { item } "]"
 *	item:    "[:" name ":]" | named | char [ "-" char ]
 *	named:   "\d" | "\pN" | "\p{Name}" ...
 */
#include "go/regex_read.h"

#include "tree/utf8.h"

#define CHAR_MAX_CODE 0x10ffff
#define BAD_RANGE "invalid character class range"

/* ---- errors ---- */

int read_fail(struct reader *r, const char *what, size_t from, size_t to)
{
	str part = str_sub(r->text, from, to);
	struct buf b = BUF_INIT;

	buf_printf(&b, "error parsing regexp: %s: `", what);
	buf_adds(&b, part);
	buf_addc(&b, '`');
	*r->error = arena_str(r->arena, buf_str(&b));
	buf_release(&b);
	return -1;
}

/* Go names all that follows the first bad byte. */
int read_check(struct reader *r, size_t from, size_t to)
{
	str s = str_sub(r->text, from, to);
	uint32_t c;

	while (s.n) {
		size_t n = utf8_decode(s, &c);

		if (n == 1 && c == 0xfffd)
			return read_fail(r, "invalid UTF-8", to - s.n, to);
		s = str_sub(s, n, s.n);
	}
	return 0;
}

/* ---- reading ---- */

size_t read_find(const struct reader *r, size_t from, str s)
{
	const char *at = memmem(r->text.p + from, r->text.n - from, s.p, s.n);

	return at ? (size_t)(at - r->text.p) : NOWHERE;
}

int read_char(struct reader *r, uint32_t *c)
{
	size_t n;

	*c = 0xfffd;
	if (read_at_end(r))
		return 0;
	n = utf8_decode(str_sub(r->text, r->at, r->text.n), c);
	if (n == 1 && *c == 0xfffd)
		return read_fail(r, "invalid UTF-8", r->at, r->text.n);
	r->at += n;
	return 0;
}

/* ---- escapes ---- */

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

bool read_is_alnum(uint32_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z');
}

static int hex_digit(uint32_t c)
{
	if (c >= '0' && c <= '9')
		return (int)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (int)(c - 'a') + 10;
	if (c >= 'A' && c <= 'F')
		return (int)(c - 'A') + 10;
	return -1;
}

static int bad_escape(struct reader *r, size_t from)
{
	return read_fail(r, "invalid escape sequence", from, r->at);
}

/* \x{10FFFF}, behind the brace. */
static int braced_hex(struct reader *r, size_t from, uint32_t *out)
{
	uint32_t c, code = 0;
	bool any = false;

	for (;;) {
		if (read_at_end(r))
			return bad_escape(r, from);
		if (read_char(r, &c) < 0)
			return -1;
		if (c == '}')
			break;
		if (hex_digit(c) < 0)
			return bad_escape(r, from);
		code = code * 16 + (uint32_t)hex_digit(c);
		if (code > CHAR_MAX_CODE)
			return bad_escape(r, from);
		any = true;
	}
	if (!any)
		return bad_escape(r, from);
	*out = code;
	return 0;
}

static int hex_escape(struct reader *r, size_t from, uint32_t *out)
{
	uint32_t c, d;

	if (read_at_end(r))
		return bad_escape(r, from);
	if (read_char(r, &c) < 0)
		return -1;
	if (c == '{')
		return braced_hex(r, from, out);
	if (read_char(r, &d) < 0)
		return -1;
	if (hex_digit(c) < 0 || hex_digit(d) < 0)
		return bad_escape(r, from);
	*out = (uint32_t)(hex_digit(c) * 16 + hex_digit(d));
	return 0;
}

/* Up to three octal digits; a single one that is not 0 would be a
 * back-reference, which RE2 has not. */
static int octal_escape(struct reader *r, size_t from, uint32_t first,
			uint32_t *out)
{
	uint32_t code = first - '0';

	if (first != '0' && !is_octal(read_peek(r, 0)))
		return bad_escape(r, from);
	for (int i = 1; i < 3 && is_octal(read_peek(r, 0)); i++)
		code = code * 8 + (uint32_t)(r->text.p[r->at++] - '0');
	*out = code;
	return 0;
}

int read_escape(struct reader *r, uint32_t *out)
{
	static const char letters[] = "afnrtv", codes[] = "\a\f\n\r\t\v";
	size_t from = r->at++;
	const char *at;
	uint32_t c;

	if (read_at_end(r))
		return read_fail(r, "trailing backslash at end of expression",
				 r->at, r->at);
	if (read_char(r, &c) < 0)
		return -1;
	if (c < 0x80 && !read_is_alnum(c)) {
		*out = c;
		return 0;
	}
	if (c >= '0' && c <= '7')
		return octal_escape(r, from, c, out);
	if (c == 'x')
		return hex_escape(r, from, out);
	at = c < 0x80 ? strchr(letters, (int)c) : NULL;
	if (!at)
		return bad_escape(r, from);
	*out = (unsigned char)codes[at - letters];
	return 0;
}

/* ---- classes ---- */

struct regex_class *read_class_new(struct reader *r)
{
	struct regex_class *k = arena_new(r->arena, struct regex_class);

	k->arena = r->arena;
	return k;
}

/* The name of \pN or \p{Name}, with the place behind it. */
static int property_name(struct reader *r, str *name)
{
	size_t from = r->at, end;
	uint32_t c;

	r->at += 2;
	if (read_char(r, &c) < 0)
		return -1;
	*name = str_sub(r->text, from + 2, r->at);
	if (c != '{')
		return 0;
	end = read_find(r, from, STR("}"));
	if (end == NOWHERE) {
		if (read_check(r, from, r->text.n) < 0)
			return -1;
		return read_fail(r, BAD_RANGE, from, r->text.n);
	}
	if (read_check(r, from + 3, end) < 0)
		return -1;
	*name = str_sub(r->text, from + 3, end);
	r->at = end + 1;
	return 0;
}

static int parse_property(struct reader *r, struct regex_class *k)
{
	size_t from = r->at;
	bool negated = read_peek(r, 1) == 'P';
	str name;

	if (property_name(r, &name) < 0)
		return -1;
	if (str_starts(name, STR("^"))) {
		negated = !negated;
		name = str_sub(name, 1, name.n);
	}
	if (!class_add_property(k, name, negated, r->flags & REGEX_FOLD))
		return read_fail(r, BAD_RANGE, from, r->at);
	return 0;
}

int read_named(struct reader *r, struct regex_class *k)
{
	char c = read_peek(r, 1);

	if (read_peek(r, 0) != '\\')
		return 0;
	if (c == 'p' || c == 'P')
		return parse_property(r, k) < 0 ? -1 : 1;
	if (!class_add_perl(k, c, r->flags & REGEX_FOLD))
		return 0;
	r->at += 2;
	return 1;
}

/* [:alpha:] or [:^alpha:]; the results of read_named(). */
static int parse_posix(struct reader *r, struct regex_class *k)
{
	size_t from = r->at, end;
	bool negated;
	str name;

	if (!read_looking_at(r, STR("[:")))
		return 0;
	end = read_find(r, from + 2, STR(":]"));
	if (end == NOWHERE)
		return 0;
	name = str_sub(r->text, from + 2, end);
	negated = str_starts(name, STR("^"));
	if (negated)
		name = str_sub(name, 1, name.n);
	r->at = end + 2;
	if (!class_add_posix(k, name, negated, r->flags & REGEX_FOLD))
		return read_fail(r, BAD_RANGE, from, r->at);
	return 1;
}

static int class_char(struct reader *r, size_t class_from, uint32_t *c)
{
	if (read_at_end(r))
		return read_fail(r, "missing closing ]", class_from, r->text.n);
	if (read_peek(r, 0) == '\\')
		return read_escape(r, c);
	return read_char(r, c);
}

/* A character or a range; [a-] has no range. */
static int class_range(struct reader *r, size_t class_from,
		       struct regex_class *k)
{
	size_t from = r->at;
	uint32_t lo, hi;

	if (class_char(r, class_from, &lo) < 0)
		return -1;
	hi = lo;
	if (read_peek(r, 0) == '-' && read_peek(r, 1) != ']' &&
	    r->at + 1 < r->text.n) {
		r->at++;
		if (class_char(r, class_from, &hi) < 0)
			return -1;
		if (hi < lo)
			return read_fail(r, BAD_RANGE, from, r->at);
	}
	class_add_range(k, lo, hi, true);
	return 0;
}

int read_brackets(struct reader *r, struct regex_class *k)
{
	size_t from = r->at++;
	bool first = true;
	int found;

	if (read_peek(r, 0) == '^') {
		k->negated = true;
		r->at++;
	}
	/* A ] that comes first is one of the characters. */
	while (first || read_peek(r, 0) != ']') {
		first = false;
		found = parse_posix(r, k);
		if (!found)
			found = read_named(r, k);
		if (found < 0 || (!found && class_range(r, from, k) < 0))
			return -1;
	}
	r->at++;
	return 0;
}
