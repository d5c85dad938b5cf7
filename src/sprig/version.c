/*
 * version - semantic versions.
 *
 *	version  = [ "v" ] digits [ "." digits [ "." digits ] ]
 *	           [ "-" names ] [ "+" names ]
 *	names    = name { "." name }
 *	name     = letters, digits and hyphens of ASCII
 */
#include "sprig/version.h"

/* ---- reading ---- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_name(char c)
{
	return is_digit(c) || c == '-' || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z');
}

static bool all(str s, bool (*is)(char c))
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (!is(s.p[i]))
			return false;
	return true;
}

/* The sign and the names behind it; a dot without a name is not part of it. */
static size_t names_length(str s, char sign)
{
	size_t i = 1, end = 0;

	if (!s.n || s.p[0] != sign)
		return 0;
	while (i < s.n && is_name(s.p[i])) {
		while (i < s.n && is_name(s.p[i]))
			i++;
		end = i;
		if (i < s.n && s.p[i] == '.')
			i++;
	}
	return end;
}

size_t version_pre_length(str s)
{
	return names_length(s, '-');
}

size_t version_metadata_length(str s)
{
	return names_length(s, '+');
}

static int fail(struct buf *why, const char *what)
{
	buf_addz(why, what);
	return -1;
}

int version_check_pre(str s, struct buf *why)
{
	str rest = s, part;
	bool more = true;

	while (more) {
		more = str_cut(rest, '.', &part, &rest);
		if (all(part, is_digit)) {
			if (part.n > 1 && part.p[0] == '0')
				return fail(why,
					    "Version segment starts with 0");
		} else if (!all(part, is_name)) {
			return fail(why, "Invalid Prerelease string");
		}
	}
	return 0;
}

int version_check_metadata(str s, struct buf *why)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (!is_name(s.p[i]) && s.p[i] != '.')
			return fail(why, "Invalid Metadata string");
	return 0;
}

/* The digits at the start of *s, which are taken off. */
static str take_digits(str *s)
{
	size_t i = 0;
	str digits;

	while (i < s->n && is_digit(s->p[i]))
		i++;
	digits = str_sub(*s, 0, i);
	*s = str_sub(*s, i, s->n);
	return digits;
}

static bool fits(str digits, uint64_t *out)
{
	size_t i;

	*out = 0;
	for (i = 0; i < digits.n; i++) {
		uint64_t d = (uint64_t)(digits.p[i] - '0');

		if (*out > (UINT64_MAX - d) / 10)
			return false;
		*out = *out * 10 + d;
	}
	return true;
}

static int segment(uint64_t *out, str digits, struct buf *why)
{
	if (fits(digits, out))
		return 0;
	buf_addz(why, "Error parsing version segment: "
		      "strconv.ParseUint: parsing \"");
	buf_adds(why, digits);
	buf_addz(why, "\": value out of range");
	return -1;
}

int version_parse(struct version *v, str s, struct buf *why)
{
	str digits[3] = { STR_NONE, STR_NONE, STR_NONE };
	size_t pre, metadata;
	int i;

	*v = (struct version){ .original = s };
	if (s.n && s.p[0] == 'v')
		s = str_sub(s, 1, s.n);
	digits[0] = take_digits(&s);
	for (i = 1; i < 3 && s.n > 1 && s.p[0] == '.' && is_digit(s.p[1]);
	     i++) {
		s = str_sub(s, 1, s.n);
		digits[i] = take_digits(&s);
	}
	pre = version_pre_length(s);
	metadata = version_metadata_length(str_sub(s, pre, s.n));
	if (!digits[0].n || pre + metadata != s.n)
		return fail(why, "Invalid Semantic Version");
	v->pre = str_sub(s, 1, pre);
	v->metadata = str_sub(s, pre + 1, s.n);
	if (segment(&v->major, digits[0], why) != 0 ||
	    segment(&v->minor, digits[1], why) != 0 ||
	    segment(&v->patch, digits[2], why) != 0)
		return -1;
	return version_check_pre(v->pre, why);
}

void version_text(struct buf *out, const struct version *v)
{
	buf_printf(out, "%llu.%llu.%llu", (unsigned long long)v->major,
		   (unsigned long long)v->minor, (unsigned long long)v->patch);
	if (v->pre.n) {
		buf_addc(out, '-');
		buf_adds(out, v->pre);
	}
	if (v->metadata.n) {
		buf_addc(out, '+');
		buf_adds(out, v->metadata);
	}
}

/* ---- comparing ---- */

static int cmp(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* Numbers come before names, nothing before both.  What looks like a number
 * but does not fit 64 bits is a name. */
static int cmp_part(str a, str b)
{
	uint64_t x = 0, y = 0;
	bool a_number = all(a, is_digit) && fits(a, &x);
	bool b_number = all(b, is_digit) && fits(b, &y);

	if (str_eq(a, b))
		return 0;
	if (!a.n || !b.n)
		return a.n ? 1 : -1;
	if (a_number && b_number)
		return x > y ? 1 : -1;
	if (a_number != b_number)
		return a_number ? -1 : 1;
	return str_cmp(a, b) > 0 ? 1 : -1;
}

int version_cmp_pre(str a, str b)
{
	bool more_a = true, more_b = true;
	str part_a, part_b;
	int d;

	while (more_a || more_b) {
		more_a = str_cut(a, '.', &part_a, &a);
		more_b = str_cut(b, '.', &part_b, &b);
		d = cmp_part(part_a, part_b);
		if (d)
			return d;
		a = more_a ? a : STR_NONE;
		b = more_b ? b : STR_NONE;
	}
	return 0;
}

int version_cmp(const struct version *a, const struct version *b)
{
	int d = cmp(a->major, b->major);

	if (!d)
		d = cmp(a->minor, b->minor);
	if (!d)
		d = cmp(a->patch, b->patch);
	if (d || (!a->pre.n && !b->pre.n))
		return d;
	if (!a->pre.n || !b->pre.n)	/* a release is later */
		return a->pre.n ? -1 : 1;
	return version_cmp_pre(a->pre, b->pre);
}
