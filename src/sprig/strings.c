/*
 * strings - sprig's functions from text to text: trimming, cutting, replacing,
 * indenting.  Lengths and offsets are bytes, as in Go, so a cut may fall
 * inside a character.
 */
#include "sprig/sprig.h"

#include "go/unicode.h"
#include "tree/utf8.h"

static int give(struct value *out, str s)
{
	*out = value_str(s);
	return 0;
}

/* Where `part` first stands in s at or after `from`; s.n where nowhere. */
static size_t find_text(str s, size_t from, str part)
{
	const char *at;

	if (s.n < from || !part.n)
		return s.n;
	at = memmem(s.p + from, s.n - from, part.p, part.n);
	return at ? (size_t)(at - s.p) : s.n;
}

/* ---- asking ---- */

static int fn_contains(struct call *c, struct value *out)
{
	str part = call_str(c, 0), s = call_str(c, 1);

	*out = value_bool(!part.n || find_text(s, 0, part) < s.n);
	return 0;
}

static int fn_has_prefix(struct call *c, struct value *out)
{
	*out = value_bool(str_starts(call_str(c, 1), call_str(c, 0)));
	return 0;
}

static int fn_has_suffix(struct call *c, struct value *out)
{
	*out = value_bool(str_ends(call_str(c, 1), call_str(c, 0)));
	return 0;
}

static int fn_plural(struct call *c, struct value *out)
{
	return give(out, call_str(c, call_int(c, 2) == 1 ? 0 : 1));
}

/* ---- trimming ---- */

static bool in_set(uint32_t c, str set)
{
	while (set.n)
		if (char_next(&set) == c)
			return true;
	return false;
}

static int fn_trim(struct call *c, struct value *out)
{
	str s = call_str(c, 0), rest = s;

	while (rest.n && char_is_space(char_next(&rest)))
		s = rest;
	rest = s;
	while (rest.n && char_is_space(char_last(&rest)))
		s = rest;
	return give(out, s);
}

static int fn_trim_all(struct call *c, struct value *out)
{
	str set = call_str(c, 0), s = call_str(c, 1), rest = s;

	while (rest.n && in_set(char_next(&rest), set))
		s = rest;
	rest = s;
	while (rest.n && in_set(char_last(&rest), set))
		s = rest;
	return give(out, s);
}

static int fn_trim_prefix(struct call *c, struct value *out)
{
	str prefix = call_str(c, 0), s = call_str(c, 1);

	return give(out, str_starts(s, prefix) ? str_sub(s, prefix.n, s.n) :
			 s);
}

static int fn_trim_suffix(struct call *c, struct value *out)
{
	str suffix = call_str(c, 0), s = call_str(c, 1);

	return give(out, str_ends(s, suffix) ?
			 str_sub(s, 0, s.n - suffix.n) : s);
}

/* goutils takes each byte for a character, so of a text of several bytes a
 * character Latin-1 is left; a text without blanks comes back as it was. */
static int fn_nospace(struct call *c, struct value *out)
{
	str s = call_str(c, 0);
	struct buf b = BUF_INIT;
	size_t kept = 0;

	for (size_t i = 0; i < s.n; i++) {
		unsigned char byte = (unsigned char)s.p[i];

		if (char_is_space(byte))
			continue;
		utf8_add(&b, byte);
		kept++;
	}
	if (kept < s.n)
		return call_return_buf(c, out, &b);
	buf_release(&b);
	return give(out, s);
}

/* ---- cutting ---- */

static int fn_trunc(struct call *c, struct value *out)
{
	int64_t width = call_int(c, 0);
	str s = call_str(c, 1);
	int64_t n = (int64_t)s.n;

	if (width < 0 && n + width > 0)
		s = str_sub(s, (size_t)(n + width), s.n);
	else if (width >= 0 && n > width)
		s = str_sub(s, 0, (size_t)width);
	return give(out, s);
}

/* Go checks the end of s[from:to] before the start. */
static int slice(struct call *c, struct value *out, str s, int64_t from,
		 int64_t to)
{
	static const char message[] =
		"runtime error: slice bounds out of range ";

	if (to < 0)
		return call_fail(c, "%s[:%lld]", message, (long long)to);
	if (to > (int64_t)s.n)
		return call_fail(c, "%s[:%lld] with length %zu", message,
				 (long long)to, s.n);
	if (from > to)
		return call_fail(c, "%s[%lld:%lld]", message, (long long)from,
				 (long long)to);
	return give(out, str_sub(s, (size_t)from, (size_t)to));
}

static int fn_substr(struct call *c, struct value *out)
{
	int64_t from = call_int(c, 0), to = call_int(c, 1);
	str s = call_str(c, 2);

	if (from < 0)
		return slice(c, out, s, 0, to);
	if (to < 0 || to > (int64_t)s.n)
		to = (int64_t)s.n;
	return slice(c, out, s, from, to);
}

/* The first letter of each word; bytes for characters as in nospace. */
static int fn_initials(struct call *c, struct value *out)
{
	str s = call_str(c, 0);
	struct buf b = BUF_INIT;
	bool gap = true;

	for (size_t i = 0; i < s.n; i++) {
		unsigned char byte = (unsigned char)s.p[i];
		bool space = char_is_space(byte);

		if (gap && !space)
			utf8_add(&b, byte);
		gap = space;
	}
	return call_return_buf(c, out, &b);
}

/* ---- making more ---- */

static int fn_repeat(struct call *c, struct value *out)
{
	int64_t count = call_int(c, 0);
	str s = call_str(c, 1);
	struct buf b = BUF_INIT;

	if (count < 0)
		return call_fail(c, "strings: negative Repeat count");
	if (count == 0 || s.n == 0)
		return give(out, STR_NONE);
	if ((uint64_t)count > (uint64_t)INT64_MAX / s.n)
		return call_fail(c, "strings: Repeat output length overflow");
	if (call_charge(c, (size_t)count, s.n) < 0)
		return -1;
	buf_reserve(&b, (size_t)count * s.n);
	for (int64_t i = 0; i < count; i++)
		buf_adds(&b, s);
	return call_return_buf(c, out, &b);
}

static size_t count_lines(str s)
{
	size_t n = 1;

	for (size_t i = str_find(s, 0, '\n'); i < s.n;
	     i = str_find(s, i + 1, '\n'))
		n++;
	return n;
}

/* Blanks before every line, empty ones and the one after a final newline
 * included. */
static int indent(struct call *c, struct buf *b)
{
	int64_t width = call_int(c, 0);
	str s = call_str(c, 1);
	size_t from = 0;

	if (width < 0)
		return call_fail(c, "strings: negative Repeat count");
	if (call_charge(c, count_lines(s), (size_t)width) < 0)
		return -1;
	buf_fill(b, ' ', (size_t)width);
	for (size_t at; (at = str_find(s, from, '\n')) < s.n; from = at + 1) {
		buf_adds(b, str_sub(s, from, at + 1));
		buf_fill(b, ' ', (size_t)width);
	}
	buf_adds(b, str_sub(s, from, s.n));
	return 0;
}

static int fn_indent(struct call *c, struct value *out)
{
	struct buf b = BUF_INIT;

	if (indent(c, &b) < 0)
		return -1;
	return call_return_buf(c, out, &b);
}

static int fn_nindent(struct call *c, struct value *out)
{
	struct buf b = BUF_INIT;

	buf_addc(&b, '\n');
	if (indent(c, &b) < 0) {
		buf_release(&b);
		return -1;
	}
	return call_return_buf(c, out, &b);
}

/* The empty text stands before each character and at the end. */
static int replace_empty(struct call *c, struct value *out, str by, str s)
{
	struct buf b = BUF_INIT;

	if (call_charge(c, s.n + 1, by.n + 1) < 0)
		return -1;
	buf_adds(&b, by);
	while (s.n) {
		const char *from = s.p;

		char_next(&s);
		buf_add(&b, from, (size_t)(s.p - from));
		buf_adds(&b, by);
	}
	return call_return_buf(c, out, &b);
}

static size_t count_text(str s, str part)
{
	size_t n = 0;

	for (size_t at = find_text(s, 0, part); at < s.n;
	     at = find_text(s, at + part.n, part))
		n++;
	return n;
}

static int fn_replace(struct call *c, struct value *out)
{
	str old = call_str(c, 0), by = call_str(c, 1), s = call_str(c, 2);
	struct buf b = BUF_INIT;
	size_t from = 0;

	if (!old.n)
		return replace_empty(c, out, by, s);
	if (call_charge(c, count_text(s, old), by.n) < 0)
		return -1;
	for (size_t at; (at = find_text(s, from, old)) < s.n;
	     from = at + old.n) {
		buf_adds(&b, str_sub(s, from, at));
		buf_adds(&b, by);
	}
	buf_adds(&b, str_sub(s, from, s.n));
	return call_return_buf(c, out, &b);
}

static const struct func rows[] = {
	{ "contains", "(string, string) bool", fn_contains },
	{ "hasPrefix", "(string, string) bool", fn_has_prefix },
	{ "hasSuffix", "(string, string) bool", fn_has_suffix },
	{ "indent", "(int, string) string", fn_indent },
	{ "initials", "(string) string", fn_initials },
	{ "nindent", "(int, string) string", fn_nindent },
	{ "nospace", "(string) string", fn_nospace },
	{ "plural", "(string, string, int) string", fn_plural },
	{ "repeat", "(int, string) string", fn_repeat },
	{ "replace", "(string, string, string) string", fn_replace },
	{ "substr", "(int, int, string) string", fn_substr },
	{ "trim", "(string) string", fn_trim },
	{ "trimAll", "(string, string) string", fn_trim_all },
	{ "trimPrefix", "(string, string) string", fn_trim_prefix },
	{ "trimSuffix", "(string, string) string", fn_trim_suffix },
	{ "trimall", "(string, string) string", fn_trim_all },
	{ "trunc", "(int, string) string", fn_trunc },
};

const struct func_table sprig_strings = FUNC_TABLE(rows);
