/*
 * strings - sprig's functions on texts: trimming, cutting, replacing,
 * indenting; fitting into a width; quoting, joining and splitting.
 *
 * Lengths, offsets and widths are bytes, as in Go, so a cut may fall inside a
 * character.  abbrev, wrap, nospace and initials are goutils'.
 */
#include "sprig/sprig.h"

#include <stdlib.h>

#include "go/strconv.h"
#include "go/unicode.h"
#include "tmpl/printf.h"
#include "tree/utf8.h"

static int give(struct value *out, str s)
{
	*out = value_str(s);
	return 0;
}

/* The offset of `part` in s at or after `from`, or s.n. */
static size_t find_text(str s, size_t from, str part)
{
	const char *at;

	if (s.n < from || !part.n)
		return s.n;
	at = memmem(s.p + from, s.n - from, part.p, part.n);
	return at ? (size_t)(at - s.p) : s.n;
}

/* ---- tests ---- */

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

/* goutils takes each byte for a character, which turns UTF-8 into Latin-1; a
 * text without blanks is returned as it is. */
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

/* ---- growing ---- */

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

/* The empty text is found before each character and at the end. */
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

/* ---- abbrev ---- */

#define ELLIPSIS STR("...")

/* The first bytes and the ellipsis, `width` together, where s is longer. */
static void add_short(struct buf *b, str s, size_t width)
{
	if (s.n <= width) {
		buf_adds(b, s);
		return;
	}
	buf_adds(b, str_sub(s, 0, width - ELLIPSIS.n));
	buf_adds(b, ELLIPSIS);
}

static int fn_abbrev(struct call *c, struct value *out)
{
	int64_t width = call_int(c, 0);
	str s = call_str(c, 1);
	struct buf b = BUF_INIT;

	if (width < 4 || width >= (int64_t)s.n) {
		*out = value_str(s);
		return 0;
	}
	add_short(&b, s, (size_t)width);
	return call_return_buf(c, out, &b);
}

/* `from` is a byte that stays visible: the text before it is omitted, unless
 * less than a width would be left to show, or it is at most four bytes. */
static int fn_abbrevboth(struct call *c, struct value *out)
{
	int64_t from = call_int(c, 0), width = call_int(c, 1), room;
	str s = call_str(c, 2);
	int64_t n = (int64_t)s.n;
	struct buf b = BUF_INIT;

	if (width < 4 || (from > 0 && width < 7) || n <= width) {
		*out = value_str(s);
		return 0;
	}
	room = width - (int64_t)ELLIPSIS.n;
	if (from > n - room)
		from = n - room;
	if (from <= 4) {
		add_short(&b, s, (size_t)width);
		return call_return_buf(c, out, &b);
	}
	buf_adds(&b, ELLIPSIS);
	add_short(&b, str_sub(s, (size_t)from, s.n), (size_t)room);
	return call_return_buf(c, out, &b);
}

/* ---- wrap ---- */

/* The offset of the last blank of s in [from, to), or `to`. */
static size_t last_blank(str s, size_t from, size_t to)
{
	return from + str_find_last(str_sub(s, from, to), ' ');
}

/* The end of the line that starts at s[from]: its last blank that fits, else in
 * the middle of a long word, or after it if words are not cut. */
static size_t line_end(str s, size_t from, size_t width, bool cut_words)
{
	size_t to = from + width + 1, at = last_blank(s, from, to);

	if (at < to)
		return at;
	return cut_words ? from + width : str_find(s, from + width, ' ');
}

static int wrap_text(struct call *c, struct value *out, str s, str sep,
		     bool cut_words)
{
	int64_t limit = call_int(c, 0);
	size_t width = limit < 1 ? 1 : (size_t)limit, from = 0;
	struct buf b = BUF_INIT;

	if (!sep.n)
		sep = STR("\n");
	if (call_charge(c, s.n / width + 1, sep.n + 1) < 0)
		return -1;
	while (from < s.n && s.n - from > width) {
		size_t to;

		if (s.p[from] == ' ') {
			from++;
			continue;
		}
		to = line_end(s, from, width, cut_words);
		buf_adds(&b, str_sub(s, from, to));
		from = to;
		if (to == s.n)
			break;
		buf_adds(&b, sep);
		if (s.p[to] == ' ')
			from++;
	}
	buf_adds(&b, str_sub(s, from, s.n));
	return call_return_buf(c, out, &b);
}

static int fn_wrap(struct call *c, struct value *out)
{
	return wrap_text(c, out, call_str(c, 1), STR_NONE, false);
}

static int fn_wrap_with(struct call *c, struct value *out)
{
	return wrap_text(c, out, call_str(c, 2), call_str(c, 1), true);
}

/* ---- values as texts ---- */

int sprig_strval(struct call *c, struct buf *b, const struct value *v)
{
	if (!value_is_string(v))
		return call_add_printed(c, b, v, 1);
	buf_adds(b, value_text(v));
	return 0;
}

/* The strval in the arena. */
static int strval(struct call *c, struct value *out, const struct value *v)
{
	struct buf b = BUF_INIT;

	if (value_is_string(v)) {
		*out = value_concrete(*v);
		return 0;
	}
	if (sprig_strval(c, &b, v) < 0) {
		buf_release(&b);
		return -1;
	}
	return call_return_buf(c, out, &b);
}

/* Sprig's strslice: append the strval of each item that is not nil; if v is not
 * a list, that of v.  For items_list(l, &type_strings). */
static int strslice(struct call *c, struct items *l, const struct value *v)
{
	struct value text;

	if (value_is_nothing(v))
		return 0;
	if (value_kind(v) != KIND_SLICE) {
		if (strval(c, &text, v) < 0)
			return -1;
		items_add(l, text);
		return 0;
	}
	for (uint32_t i = 0; i < v->n; i++) {
		if (value_is_nothing(&v->items[i]))
			continue;
		if (strval(c, &text, &v->items[i]) < 0)
			return -1;
		items_add(l, text);
	}
	return 0;
}

/* ---- many values as one text ---- */

/* Join the arguments that are not nil with blanks; `add` appends each. */
static int join_args(struct call *c, struct value *out,
		     int (*add)(struct call *c, struct buf *b,
				const struct value *v))
{
	struct buf b = BUF_INIT;
	bool first = true;

	for (uint32_t i = 0; i < c->n; i++) {
		if (value_is_nothing(&c->args[i]))
			continue;
		if (!first)
			buf_addc(&b, ' ');
		first = false;
		if (add(c, &b, &c->args[i]) < 0) {
			buf_release(&b);
			return -1;
		}
	}
	return call_return_buf(c, out, &b);
}

static int add_quoted(struct call *c, struct buf *b, const struct value *v)
{
	struct value text;

	if (strval(c, &text, v) < 0)
		return -1;
	quote_text(b, value_text(&text), false);
	return 0;
}

static int add_squoted(struct call *c, struct buf *b, const struct value *v)
{
	buf_addc(b, '\'');
	if (sprig_strval(c, b, v) < 0)
		return -1;
	buf_addc(b, '\'');
	return 0;
}

static int fn_quote(struct call *c, struct value *out)
{
	return join_args(c, out, add_quoted);
}

static int fn_squote(struct call *c, struct value *out)
{
	return join_args(c, out, add_squoted);
}

static int fn_cat(struct call *c, struct value *out)
{
	return join_args(c, out, sprig_strval);
}

static int fn_to_string(struct call *c, struct value *out)
{
	return strval(c, out, &c->args[0]);
}

static int fn_to_strings(struct call *c, struct value *out)
{
	struct items l = ITEMS_INIT(c->arena);

	if (c->args[0].type == &type_strings) {
		*out = c->args[0];
		return 0;
	}
	if (strslice(c, &l, &c->args[0]) < 0)
		return -1;
	*out = items_list(&l, &type_strings);
	return 0;
}

static int fn_join(struct call *c, struct value *out)
{
	struct items l = ITEMS_INIT(c->arena);
	struct buf b = BUF_INIT;

	if (strslice(c, &l, &c->args[1]) < 0 ||
	    call_charge(c, l.n, call_str(c, 0).n + 1) < 0)
		return -1;
	for (uint32_t i = 0; i < l.n; i++) {
		if (i > 0)
			buf_adds(&b, call_str(c, 0));
		buf_adds(&b, value_text(&l.at[i]));
	}
	return call_return_buf(c, out, &b);
}

static int compare_texts(const void *a, const void *b)
{
	return str_cmp(value_text(a), value_text(b));
}

/* Go sorts a []string in place; here the argument is not changed. */
static int fn_sort_alpha(struct call *c, struct value *out)
{
	struct items l = ITEMS_INIT(c->arena);
	struct value text;

	if (value_is_nothing(&c->args[0])) {	/* strslice would drop it */
		if (strval(c, &text, &c->args[0]) < 0)
			return -1;
		items_add(&l, text);
	} else if (strslice(c, &l, &c->args[0]) < 0) {
		return -1;
	}
	if (l.n > 1)
		qsort(l.at, l.n, sizeof(*l.at), compare_texts);
	*out = items_list(&l, &type_strings);
	return 0;
}

/* ---- one text as many ---- */

/* Cut the part before the first separator off *rest, as strings.SplitN does;
 * with an empty separator a part is a character.  False if nothing is left to
 * cut. */
static bool split_first(str *rest, str sep, str *part)
{
	str s = *rest;
	const char *at;

	if (!sep.n) {
		if (!s.n)
			return false;
		char_next(rest);
		*part = (str){ s.p, s.n - rest->n };
		return rest->n > 0;
	}
	at = s.n >= sep.n ? memmem(s.p, s.n, sep.p, sep.n) : NULL;
	if (!at)
		return false;
	*part = (str){ s.p, (size_t)(at - s.p) };
	*rest = str_sub(s, part->n + sep.n, s.n);
	return true;
}

/* At most `limit` parts, the last of which is the rest; negative: all. */
static void split(struct items *l, str s, str sep, int64_t limit)
{
	str rest = s, before = s, part;

	if (limit == 0 || (!sep.n && !s.n))
		return;
	while (limit < 0 || (int64_t)l->n < limit - 1) {
		before = rest;
		if (!split_first(&rest, sep, &part)) {
			rest = before;
			break;
		}
		items_add(l, value_str(part));
	}
	items_add(l, value_str(rest));
}

static int fn_split_list(struct call *c, struct value *out)
{
	struct items l = ITEMS_INIT(c->arena);

	split(&l, call_str(c, 1), call_str(c, 0), -1);
	*out = items_list(&l, &type_strings);
	return 0;
}

/* The parts under "_0", "_1", ... */
static int split_map(struct call *c, struct value *out, str s, int64_t limit)
{
	struct items l = ITEMS_INIT(c->arena);
	struct map *m = map_new(c->arena, &type_string_map);

	split(&l, s, call_str(c, 0), limit);
	for (uint32_t i = 0; i < l.n; i++)
		map_set(m, arena_printf(c->arena, "_%u", i), l.at[i]);
	*out = value_of_map(m, &type_string_map);
	return 0;
}

static int fn_split(struct call *c, struct value *out)
{
	return split_map(c, out, call_str(c, 1), -1);
}

static int fn_splitn(struct call *c, struct value *out)
{
	return split_map(c, out, call_str(c, 2), call_int(c, 1));
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
	{ "abbrev", "(int, string) string", fn_abbrev },
	{ "abbrevboth", "(int, int, string) string", fn_abbrevboth },
	{ "wrap", "(int, string) string", fn_wrap },
	{ "wrapWith", "(int, string, string) string", fn_wrap_with },
	{ "cat", "(...interface {}) string", fn_cat },
	{ "join", "(string, interface {}) string", fn_join },
	{ "quote", "(...interface {}) string", fn_quote },
	{ "sortAlpha", "(interface {}) []string", fn_sort_alpha },
	{ "split", "(string, string) map[string]string", fn_split },
	{ "splitList", "(string, string) []string", fn_split_list },
	{ "splitn", "(string, int, string) map[string]string", fn_splitn },
	{ "squote", "(...interface {}) string", fn_squote },
	{ "toString", "(interface {}) string", fn_to_string },
	{ "toStrings", "(interface {}) []string", fn_to_strings },
};

const struct func_table sprig_strings = FUNC_TABLE(rows);
