/*
 * version - semantic versions, and constraints such as ">=1.2, <2 || ^3.1".
 *
 *	version    = [ "v" ] digits [ "." digits [ "." digits ] ]
 *	             [ "-" names ] [ "+" names ]
 *	names      = name { "." name }
 *	name       = ASCII letters, digits and hyphens
 *
 *	constraint = all { "||" all }			one must hold
 *	all        = single { ( blanks | "," ) single }	all must hold
 *	single     = [ operator ] [ "v" ] part [ "." part [ "." part ] ]
 *	             [ "-" names ] [ "+" names ]
 *	part       = digits, or x, X or * for any number
 *	operator   = = != > < >= => <= =< ~ ~> ^
 *	range      = single " - " single	is rewritten to ">= a, <= b"
 *
 * A part that is omitted or an x makes the constraint "dirty": it matches a
 * range of versions.  A version with a prerelease passes only constraints that
 * have one too.
 */
#include "sprig/sprig.h"

#include "base/array.h"
#include "base/chars.h"

/* ---- reading ---- */

static bool is_name(int64_t c)
{
	return is_alnum(c) || c == '-';
}

static bool all(str s, bool (*is)(int64_t c))
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (!is(s.p[i]))
			return false;
	return true;
}

/* The length of the sign and the names after it, without a trailing dot. */
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

static size_t pre_length(str s)
{
	return names_length(s, '-');
}

static size_t metadata_length(str s)
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

/* Cut the digits off the start of *s. */
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
	pre = pre_length(s);
	metadata = metadata_length(str_sub(s, pre, s.n));
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

/* Numbers come before names, nothing before both.  A number that does not fit
 * 64 bits is a name. */
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

/* Compare two prereleases that are not empty. */
static int cmp_pre(str a, str b)
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
	return cmp_pre(a->pre, b->pre);
}

/* Longer texts are refused; looking for ranges in them takes time. */
#define TEXT_MAX 4096

enum operator {
	EQUAL, NOT_EQUAL, GREATER, LESS, AT_LEAST, AT_MOST, TILDE, CARET,
};

struct constraint {
	enum operator operator;
	struct version version;
	/* Which part of the version is the first open one? */
	bool dirty, minor_dirty, patch_dirty;
};

/* ---- constraints: does one hold? ---- */

static bool not_equal(const struct constraint *c, const struct version *v)
{
	const struct version *w = &c->version;

	if (!c->dirty)
		return version_cmp(v, w) != 0;
	if (v->pre.n && !w->pre.n)
		return false;
	if (v->major != w->major)
		return true;
	if (c->minor_dirty)
		return false;
	if (v->minor != w->minor)
		return true;
	if (!c->patch_dirty)
		return v->patch != w->patch || version_cmp(v, w) != 0;
	return (v->pre.n || w->pre.n) && cmp_pre(v->pre, w->pre) != 0;
}

/* >11 means 12 or later, >11.1 means 11.2 or later. */
static bool greater(const struct constraint *c, const struct version *v)
{
	const struct version *w = &c->version;

	if (!c->dirty)
		return version_cmp(v, w) > 0;
	if (v->major != w->major)
		return v->major > w->major;
	if (c->minor_dirty)
		return false;
	if (c->patch_dirty)
		return v->minor > w->minor;
	return version_cmp(v, w) > 0;
}

static bool less(const struct constraint *c, const struct version *v)
{
	return version_cmp(v, &c->version) < 0;
}

static bool at_least(const struct constraint *c, const struct version *v)
{
	return version_cmp(v, &c->version) >= 0;
}

/* <=11 takes in 11.5. */
static bool at_most(const struct constraint *c, const struct version *v)
{
	const struct version *w = &c->version;

	if (!c->dirty)
		return version_cmp(v, w) <= 0;
	if (v->major != w->major)
		return v->major < w->major;
	return v->minor <= w->minor || c->minor_dirty;
}

static bool tilde(const struct constraint *c, const struct version *v)
{
	const struct version *w = &c->version;

	if (version_cmp(v, w) < 0)
		return false;
	/* ~0.0.0 and ~* are every version */
	if (!w->major && !w->minor && !w->patch && !c->minor_dirty &&
	    !c->patch_dirty)
		return true;
	return v->major == w->major &&
	       (v->minor == w->minor || c->minor_dirty);
}

static bool equal(const struct constraint *c, const struct version *v)
{
	if (c->dirty)
		return tilde(c, v);
	return version_cmp(v, &c->version) == 0;
}

/* The first number that is not 0 must stay. */
static bool caret(const struct constraint *c, const struct version *v)
{
	const struct version *w = &c->version;

	if (version_cmp(v, w) < 0)
		return false;
	if (w->major || c->minor_dirty)
		return v->major == w->major;
	if (v->major)
		return false;
	if (w->minor || c->patch_dirty)
		return v->minor == w->minor;
	return !v->minor && v->patch == w->patch;
}

static bool holds(const struct constraint *c, const struct version *v)
{
	static bool (*const checks[])(const struct constraint *,
				      const struct version *) = {
		[EQUAL] = equal, [NOT_EQUAL] = not_equal,
		[GREATER] = greater, [LESS] = less,
		[AT_LEAST] = at_least, [AT_MOST] = at_most,
		[TILDE] = tilde, [CARET] = caret,
	};

	if (v->pre.n && !c->version.pre.n && c->operator != NOT_EQUAL)
		return false;
	return checks[c->operator](c, v);
}

/* ---- constraints: reading ---- */

static bool is_separator(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r' && c != '\v');
}

/* The vertical bar is an error in the original's pattern; a version with one is
 * refused when it is read. */
static bool is_part(char c)
{
	return is_digit(c) || (c && strchr("xX*|", c));
}

static size_t part_length(str s)
{
	size_t i = 0;

	while (i < s.n && is_part(s.p[i]))
		i++;
	return i;
}

static str from(str s, size_t i)
{
	return str_sub(s, i, s.n);
}

/* The pieces of a version whose parts may be open. */
struct pattern {
	str part[3];
	str pre;	/* with its sign */
	size_t n;	/* bytes in all; 0: no version */
};

static struct pattern pattern_at(str s)
{
	struct pattern p = { .n = 0 };
	size_t at = s.n && s.p[0] == 'v', n;
	int i;

	for (i = 0; i < 3; i++) {
		if (i && (at >= s.n || s.p[at] != '.'))
			break;
		n = part_length(from(s, at + (i > 0)));
		if (!n)
			break;
		at += i > 0;
		p.part[i] = str_sub(s, at, at + n);
		at += n;
	}
	if (!p.part[0].n)
		return p;
	n = pre_length(from(s, at));
	p.pre = str_sub(s, at, at + n);
	at += n;
	p.n = at + metadata_length(from(s, at));
	return p;
}

static size_t blanks(str s)
{
	size_t i = 0;

	while (i < s.n && is_separator(s.p[i]))
		i++;
	return i;
}

static enum operator take_operator(str *s)
{
	static const struct {
		str text;
		enum operator operator;
	} table[] = {	/* longer ones first */
		{ { "!=", 2 }, NOT_EQUAL }, { { ">=", 2 }, AT_LEAST },
		{ { "=>", 2 }, AT_LEAST },  { { "<=", 2 }, AT_MOST },
		{ { "=<", 2 }, AT_MOST },   { { "~>", 2 }, TILDE },
		{ { "=", 1 }, EQUAL },	    { { ">", 1 }, GREATER },
		{ { "<", 1 }, LESS },	    { { "~", 1 }, TILDE },
		{ { "^", 1 }, CARET },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		if (!str_starts(*s, table[i].text))
			continue;
		*s = from(*s, table[i].text.n);
		return table[i].operator;
	}
	return EQUAL;
}

static bool is_open(str part)
{
	return !part.n ||
	       (part.n == 1 && (part.p[0] == '*' || (part.p[0] | 0x20) == 'x'));
}

/* The lowest version the pattern matches. */
static int constraint_version(struct constraint *c, struct arena *a,
			      const struct pattern *p, str whole,
			      struct buf *why)
{
	struct buf ignored = BUF_INIT;
	int r;

	c->dirty = true;
	if (is_open(p->part[0])) {
		whole = arena_printf(a, "0.0.0%.*s", STR_ARG(p->pre));
	} else if (is_open(p->part[1])) {
		c->minor_dirty = true;
		whole = arena_printf(a, "%.*s.0.0%.*s", STR_ARG(p->part[0]),
				     STR_ARG(p->pre));
	} else if (is_open(p->part[2])) {
		c->patch_dirty = true;
		whole = arena_printf(a, "%.*s.%.*s.0%.*s",
				     STR_ARG(p->part[0]), STR_ARG(p->part[1]),
				     STR_ARG(p->pre));
	} else {
		c->dirty = false;
	}
	r = version_parse(&c->version, whole, &ignored);
	buf_release(&ignored);
	if (r != 0)
		buf_addz(why, "constraint Parser Error");
	return r;
}

/* Cut one constraint off the start of *s. */
static bool take_pattern(struct constraint *c, struct pattern *p, str *s,
			 str *whole)
{
	*c = (struct constraint){ .operator = take_operator(s) };
	*s = from(*s, blanks(*s));
	*p = pattern_at(*s);
	*whole = str_sub(*s, 0, p->n);
	*s = from(*s, p->n);
	return p->n > 0;
}

/* Cut a separator off: blanks, or a comma among them.  False at the end, and if
 * there is none. */
static bool take_separator(str *s)
{
	size_t n = blanks(*s);

	*s = from(*s, n);
	if (!s->n || s->p[0] != ',')
		return n && s->n;
	*s = from(*s, 1);
	*s = from(*s, blanks(*s));
	return true;
}

static int improper(struct buf *why, str text)
{
	buf_addz(why, "improper constraint: ");
	buf_adds(why, text);
	return -1;
}

/* Is every piece a constraint?  All are checked before the version of any is
 * read, which decides which error is reported. */
static bool well_formed(str s)
{
	struct constraint c;
	struct pattern p;
	str whole;

	s = from(s, blanks(s));
	do {
		if (!take_pattern(&c, &p, &s, &whole))
			return false;
	} while (take_separator(&s));
	return s.n == 0;
}

/* Constraints that must all hold. */
static int check_all(bool *out, struct arena *a, str text,
		     const struct version *v, struct buf *why)
{
	struct constraint c;
	struct pattern p;
	str s = text, whole;

	if (!well_formed(text))
		return improper(why, text);
	*out = true;
	s = from(s, blanks(s));
	do {
		take_pattern(&c, &p, &s, &whole);
		if (constraint_version(&c, a, &p, whole, why) != 0)
			return -1;
		*out = *out && holds(&c, v);
	} while (take_separator(&s));
	return 0;
}

/* "a - b" at the start of s, blanks around it included: its length, or 0. */
static size_t range_at(str s, str *low, str *high)
{
	size_t at = blanks(s), n = pattern_at(from(s, at)).n;

	*low = str_sub(s, at, at + n);
	at += n;
	if (!n || !blanks(from(s, at)))
		return 0;
	at += blanks(from(s, at));
	if (at >= s.n || s.p[at] != '-' || !blanks(from(s, at + 1)))
		return 0;
	at += 1 + blanks(from(s, at + 1));
	n = pattern_at(from(s, at)).n;
	*high = str_sub(s, at, at + n);
	at += n;
	return n ? at + blanks(from(s, at)) : 0;
}

static str without_ranges(struct arena *a, str s)
{
	struct buf b = BUF_INIT;
	str low, high, result;
	size_t i = 0, n;

	while (i < s.n) {
		n = range_at(from(s, i), &low, &high);
		if (!n) {
			buf_addc(&b, s.p[i++]);
			continue;
		}
		buf_addz(&b, ">= ");
		buf_adds(&b, low);
		buf_addz(&b, ", <= ");
		buf_adds(&b, high);
		buf_addc(&b, ' ');
		i += n;
	}
	result = arena_str(a, buf_str(&b));
	buf_release(&b);
	return result;
}

/* The offset of the first "||" in s, or s.n. */
static size_t find_or(str s)
{
	size_t i = 0;

	while (i < s.n && !str_starts(from(s, i), STR("||")))
		i++;
	return i;
}

int constraint_check(bool *out, struct arena *a, str text,
		     const struct version *v, struct buf *why)
{
	bool one;
	size_t end;

	*out = false;
	if (text.n > TEXT_MAX)
		return improper(why, text);
	text = without_ranges(a, text);
	for (;;) {
		end = find_or(text);
		if (check_all(&one, a, str_sub(text, 0, end), v, why) != 0)
			return -1;
		*out = *out || one;
		if (end == text.n)
			return 0;
		text = from(text, end + 2);
	}
}
