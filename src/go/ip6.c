/*
 * ip6 - is a text an IPv6 address?
 *
 * Go asks package net/netip that about hosts in brackets; the grammar is that
 * of RFC 4291, with a zone behind a percent sign, and the words of the errors
 * are that package's.
 */
#include "go/ip6.h"

#include "go/goquote.h"

struct address {
	str text;
	struct buf *why;
};

static str from(str s, size_t i)
{
	return str_sub(s, i, s.n);
}

/* `at`: the rest that it is about, or empty. */
static int fail(const struct address *a, const char *what, str at)
{
	buf_addz(a->why, "ParseAddr(");
	quote_text(a->why, a->text, false);
	buf_printf(a->why, "): %s", what);
	if (at.n) {
		buf_addz(a->why, " (at ");
		quote_text(a->why, at, false);
		buf_addc(a->why, ')');
	}
	return -1;
}

/* a.b.c.d */
static int check_4(const struct address *a, str s)
{
	unsigned value = 0, digits = 0, dots = 0;
	size_t i;

	for (i = 0; i < s.n; i++) {
		if (s.p[i] == '.') {
			if (i == 0 || i + 1 == s.n || s.p[i - 1] == '.')
				return fail(a, "IPv4 field must have at least "
					       "one digit", from(s, i));
			if (dots++ == 3)
				return fail(a, "IPv4 address too long",
					    STR_NONE);
			value = digits = 0;
			continue;
		}
		if (s.p[i] < '0' || s.p[i] > '9')
			return fail(a, "unexpected character", from(s, i));
		if (digits++ == 1 && value == 0)
			return fail(a, "IPv4 field has octet with leading zero",
				    STR_NONE);
		value = value * 10 + (unsigned)(s.p[i] - '0');
		if (value > 255)
			return fail(a, "IPv4 field has value >255", STR_NONE);
	}
	return dots < 3 ? fail(a, "IPv4 address too short", STR_NONE) : 0;
}

static size_t hex_digits(str s)
{
	size_t i = 0;

	while (i < s.n && ((s.p[i] >= '0' && s.p[i] <= '9') ||
			   ((s.p[i] | 0x20) >= 'a' && (s.p[i] | 0x20) <= 'f')))
		i++;
	return i;
}

/* The colon behind a group, and a second one, which stands for zeros.
 * *fields: how many bytes there were so far. */
static int check_colon(const struct address *a, str *s, bool *zeros)
{
	if (s->p[0] != ':')
		return fail(a, "unexpected character, want colon", *s);
	if (s->n == 1)
		return fail(a, "colon must be followed by more characters",
			    *s);
	*s = from(*s, 1);
	if (s->p[0] != ':')
		return 0;
	if (*zeros)
		return fail(a, "multiple :: in address", *s);
	*zeros = true;
	*s = from(*s, 1);
	return 0;
}

static int check_embedded(const struct address *a, str s, unsigned bytes,
			  bool zeros)
{
	if (!zeros && bytes != 12)
		return fail(a, "embedded IPv4 address must replace the final "
			       "2 fields of the address", s);
	if (bytes + 4 > 16)
		return fail(a, "too many hex fields to fit an embedded IPv4 at "
			       "the end of the address", s);
	return check_4(a, s);
}

/* The address without its zone. */
static int check_6(const struct address *a, str s)
{
	bool zeros = str_starts(s, STR("::"));
	unsigned bytes = 0;
	size_t n;

	if (zeros)
		s = from(s, 2);
	while (bytes < 16 && !(s.n == 0 && zeros)) {
		n = hex_digits(s);
		if (n > 4)
			return fail(a, "each group must have 4 or less digits",
				    s);
		if (n == 0)
			return fail(a, "each colon-separated field must have "
				       "at least one digit", s);
		if (n < s.n && s.p[n] == '.') {
			if (check_embedded(a, s, bytes, zeros) != 0)
				return -1;
			bytes += 4;
			s = STR_NONE;
			break;
		}
		bytes += 2;
		s = from(s, n);
		if (!s.n)
			break;
		if (check_colon(a, &s, &zeros) != 0)
			return -1;
	}
	if (s.n)
		return fail(a, "trailing garbage after address", s);
	if (bytes < 16 && !zeros)
		return fail(a, "address string too short", STR_NONE);
	if (bytes == 16 && zeros)
		return fail(a, "the :: must expand to at least one field of "
			       "zeros", STR_NONE);
	return 0;
}

int ip_check(str s, bool *is_4, struct buf *why)
{
	struct address a = { s, why };
	size_t i = 0, percent;

	while (i < s.n && !memchr(".:%", s.p[i], 3))
		i++;
	*is_4 = i < s.n && s.p[i] == '.';
	if (i == s.n)
		return fail(&a, "unable to parse IP", STR_NONE);
	if (s.p[i] == '%')
		return fail(&a, "missing IPv6 address", STR_NONE);
	if (*is_4)
		return check_4(&a, s);
	percent = str_find(s, 0, '%');
	if (percent + 1 == s.n)
		return fail(&a, "zone must be a non-empty string", STR_NONE);
	return check_6(&a, str_sub(s, 0, percent));
}
