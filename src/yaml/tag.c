/*
 * tag - kinds of tagged scalars.
 *
 * Without a tag plain text is resolved and anything else is text.  The types
 * of yaml.org are resolved even where they are quoted and must fit; any other
 * tag, `!` too, makes text (go-yaml v2: resolve.go, decode.go's scalar).
 */
#include "yaml/tag.h"

#include <ctype.h>
#include <string.h>

#include "base/array.h"
#include "tree/scalar.h"
#include "tree/utf8.h"

#define CORE "tag:yaml.org,2002:"

static const struct core_tag {
	str tag;
	unsigned kinds;		/* those that fit, as bits */
	const char *why_bad;
} core_tags[] = {
	{ STR(CORE "null"), 1 << NODE_NULL, "a !!null that is not null" },
	{ STR(CORE "bool"), 1 << NODE_BOOL,
	  "a !!bool that is neither true nor false" },
	{ STR(CORE "int"), 1 << NODE_INT | 1 << NODE_UINT,
	  "an !!int that is not a whole number" },
	{ STR(CORE "float"), 1 << NODE_INT | 1 << NODE_FLOAT,
	  "a !!float that is not a number" },
};

/* Groups of four characters, padding only at the end, line ends anywhere. */
static bool base64_decode(str s, struct buf *out)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "abcdefghijklmnopqrstuvwxyz0123456789+/";
	uint32_t bits = 0;
	int have = 0, padding = 0;

	for (size_t i = 0; i < s.n; i++) {
		const char *hit;

		if (s.p[i] == '\n' || s.p[i] == '\r')
			continue;
		if (have == 0 && padding)
			return false;
		hit = s.p[i] == '=' ? alphabet
				    : memchr(alphabet, s.p[i], 64);
		if (!hit || (padding && s.p[i] != '='))
			return false;
		padding += s.p[i] == '=';
		bits = bits << 6 | (uint32_t)(hit - alphabet);
		if (++have < 4)
			continue;
		if (padding > 2)
			return false;
		for (int byte = 0; byte < 3 - padding; byte++)
			buf_addc(out, (char)(bits >> (16 - 8 * byte) & 0xff));
		have = 0;
	}
	return have == 0;
}

/* Each byte that is no UTF-8 becomes U+FFFD, as encoding/json writes it. */
static str utf8_mended(struct arena *a, str s)
{
	struct buf b = BUF_INIT;
	str out;

	while (s.n) {
		uint32_t c;
		size_t n = utf8_decode(s, &c);

		utf8_add(&b, c);
		s = str_sub(s, n, s.n);
	}
	out = arena_str(a, buf_str(&b));
	buf_release(&b);
	return out;
}

static struct meaning binary(struct arena *a, str text)
{
	struct meaning m = { NODE_STRING, text, NULL };
	struct buf b = BUF_INIT;

	if (base64_decode(text, &b))
		m.text = utf8_mended(a, buf_str(&b));
	else
		m.why_bad = "a !!binary that is not base64";
	buf_release(&b);
	return m;
}

/* Up to `most` digits at *s as a number, or -1. */
static int number(str *s, size_t least, size_t most)
{
	size_t n = 0;
	int value = 0;

	while (n < most && n < s->n && isdigit((unsigned char)s->p[n]))
		value = value * 10 + (s->p[n++] - '0');
	*s = str_sub(*s, n, s->n);
	return n < least ? -1 : value;
}

static bool take(str *s, const char *set)
{
	if (!s->n || !s->p[0] || !strchr(set, s->p[0]))
		return false;
	*s = str_sub(*s, 1, s->n);
	return true;
}

static int days_in(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30,
				    31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

/* 15:4:5.999, then for `zoned` Z or +07:00, then nothing. */
static bool clock_time(str s, bool zoned)
{
	int hour, minute, second;

	hour = number(&s, 1, 2);
	if (hour < 0 || hour > 23 || !take(&s, ":"))
		return false;
	minute = number(&s, 1, 2);
	if (minute < 0 || minute > 59 || !take(&s, ":"))
		return false;
	second = number(&s, 1, 2);
	if (second < 0 || second > 59)
		return false;
	if (s.n > 1 && isdigit((unsigned char)s.p[1]) && take(&s, ".,"))
		number(&s, 1, s.n);
	if (!zoned || take(&s, "Z"))
		return !s.n;
	if (!take(&s, "+-"))
		return false;
	hour = number(&s, 2, 2);
	if (hour < 0 || hour > 24 || !take(&s, ":"))
		return false;
	minute = number(&s, 2, 2);
	return minute >= 0 && minute <= 60 && !s.n;
}

/* The four layouts that go-yaml takes for !!timestamp. */
static bool is_timestamp(str s)
{
	int year, month, day;

	year = number(&s, 4, 4);
	if (year < 0 || !take(&s, "-"))
		return false;
	month = number(&s, 1, 2);
	if (month < 1 || month > 12 || !take(&s, "-"))
		return false;
	day = number(&s, 1, 2);
	if (day < 1 || day > days_in(year, month))
		return false;
	if (!s.n)
		return true;
	if (take(&s, "Tt"))
		return clock_time(s, true);
	return take(&s, " ") && clock_time(s, false);
}

static struct meaning typed(const struct core_tag *core, str text)
{
	struct meaning m = { scalar_kind(text), text, NULL };

	if (!(core->kinds & 1u << m.kind)) {
		m.kind = NODE_STRING;
		m.why_bad = core->why_bad;
	} else if (core->kinds & 1 << NODE_FLOAT) {
		m.kind = NODE_FLOAT;
	}
	return m;
}

struct meaning tag_resolve(struct arena *a, str tag, str text, bool plain)
{
	struct meaning m = { NODE_STRING, text, NULL };

	if (!tag.n) {
		if (plain)
			m.kind = scalar_kind(text);
		return m;
	}
	for (size_t i = 0; i < ARRAY_SIZE(core_tags); i++)
		if (str_eq(core_tags[i].tag, tag))
			return typed(&core_tags[i], text);
	if (str_eq(tag, STR(CORE "binary")))
		return binary(a, text);
	if (str_eq(tag, STR(CORE "timestamp")) && !is_timestamp(text))
		m.why_bad = "a !!timestamp that is not a time";
	return m;
}
