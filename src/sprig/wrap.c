/*
 * wrap - sprig's functions that fit a text into a width.  Widths are bytes;
 * only the blank U+0020 ends a word.  As goutils does it.
 */
#include "sprig/sprig.h"

#define ELLIPSIS STR("...")

/* ---- abbrev ---- */

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

/* `from` is a byte that stays in sight: the start is left out before it, but
 * not so much that there is less than a width to show, and not for the sake of
 * four bytes. */
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

/* Where the last blank of s stands in [from, to); `to` where there is none. */
static size_t last_blank(str s, size_t from, size_t to)
{
	const char *at = memrchr(s.p + from, ' ', to - from);

	return at ? (size_t)(at - s.p) : to;
}

/* Where the line that starts at s[from] ends: at its last blank that fits,
 * else, in the middle of a long word, or behind it where those stay whole. */
static size_t line_end(str s, size_t from, size_t width, bool cut_words)
{
	size_t to = from + width + 1, at = last_blank(s, from, to);

	if (at < to)
		return at;
	return cut_words ? from + width : str_find(s, from + width, ' ');
}

static int wrap(struct call *c, struct value *out, str s, str sep,
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
	return wrap(c, out, call_str(c, 1), STR_NONE, false);
}

static int fn_wrap_with(struct call *c, struct value *out)
{
	return wrap(c, out, call_str(c, 2), call_str(c, 1), true);
}

static const struct func rows[] = {
	{ "abbrev", "(int, string) string", fn_abbrev },
	{ "abbrevboth", "(int, int, string) string", fn_abbrevboth },
	{ "wrap", "(int, string) string", fn_wrap },
	{ "wrapWith", "(int, string, string) string", fn_wrap_with },
};

const struct func_table sprig_wrap = FUNC_TABLE(rows);
