/*
 * constraint - which versions a text such as ">=1.2, <2 || ^3.1" lets through.
 *
 *	text       = all { "||" all }
 *	all        = single { ( blanks | "," ) single }		all must hold
 *	single     = [ operator ] [ "v" ] part [ "." part [ "." part ] ]
 *	             [ "-" names ] [ "+" names ]
 *	part       = digits, or x, X or * for any number
 *	operator   = = != > < >= => <= =< ~ ~> ^
 *	range      = single " - " single	is rewritten to ">= a, <= b"
 *
 * A part that is left out or is an x makes the constraint "dirty": it speaks
 * of a range of versions.  A version with a prerelease passes only constraints
 * that have one too.
 */
#include "base/array.h"
#include "sprig/version.h"

/* Longer texts are no constraints; looking for ranges in them takes time. */
#define TEXT_MAX 4096

enum operator {
	EQUAL, NOT_EQUAL, GREATER, LESS, AT_LEAST, AT_MOST, TILDE, CARET,
};

struct constraint {
	enum operator operator;
	struct version version;
	/* Which part of the version is the first that is open? */
	bool dirty, minor_dirty, patch_dirty;
};

/* ---- does it hold? ---- */

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
	return (v->pre.n || w->pre.n) && version_cmp_pre(v->pre, w->pre) != 0;
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

/* ---- reading ---- */

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r' && c != '\v');
}

/* The upright bar is a slip of the original's pattern; what has one is
 * refused when the version is read. */
static bool is_part(char c)
{
	return (c >= '0' && c <= '9') || (c && strchr("xX*|", c));
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

/* The pieces of a version that may have open parts. */
struct pattern {
	str part[3];
	str pre;	/* with its sign */
	size_t n;	/* bytes in all; 0: there is none */
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
	n = version_pre_length(from(s, at));
	p.pre = str_sub(s, at, at + n);
	at += n;
	p.n = at + version_metadata_length(from(s, at));
	return p;
}

static size_t blanks(str s)
{
	size_t i = 0;

	while (i < s.n && is_blank(s.p[i]))
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

/* The lowest version that the pattern speaks of. */
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

/* One constraint from the start of *s, which it is taken off. */
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

/* Take a separator off: blanks, or a comma among them.  False at the end, and
 * where there is none. */
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

/* Is every piece a constraint?  That is found out for all of them before the
 * version of any is read, which decides over the error. */
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

/* Constraints of which all must hold. */
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

/* Where "||" next stands in s, or its length. */
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
