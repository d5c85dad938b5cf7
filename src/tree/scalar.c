/*
 * scalar - the kinds of plain scalars.
 *
 * The rules are those of go-yaml v2 (resolve.go), which sigs.k8s.io/yaml uses:
 * words are looked up as written; a text that begins with a sign or a digit is
 * tried without its underscores as an integer of Go's base 0 (0x, 0o, 0b, a
 * leading 0 for octal), then as a decimal float.  Sexagesimal numbers and dates
 * are strings.  A number out of range is a string, except decimal integers
 * beyond uint64, which become floats.
 *
 * Floats are spelled as by encoding/json, and in keys as by
 * FormatFloat(x, 'g', -1, 32).
 *
 * Nodes keep numbers as they are written, so every use calls number_read(); it
 * accepts all that scalar_kind() calls a number.
 */
#include "tree/scalar.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/chars.h"
#include "base/decimal.h"

struct number {
	enum node_kind kind;	/* NODE_INT, NODE_UINT or NODE_FLOAT */
	int64_t i;
	uint64_t u;		/* of NODE_UINT */
	double d;
};

/* Sorted by first letter, in either case: see word_groups[]. */
static const struct word {
	str text;
	enum node_kind kind;
	double value;		/* of a float; of a bool 0 or 1 */
} words[] = {
	{ STR("~"), NODE_NULL, 0 },
	{ STR("y"), NODE_BOOL, 1 },
	{ STR("Y"), NODE_BOOL, 1 },
	{ STR("yes"), NODE_BOOL, 1 },
	{ STR("Yes"), NODE_BOOL, 1 },
	{ STR("YES"), NODE_BOOL, 1 },
	{ STR("n"), NODE_BOOL, 0 },
	{ STR("N"), NODE_BOOL, 0 },
	{ STR("no"), NODE_BOOL, 0 },
	{ STR("No"), NODE_BOOL, 0 },
	{ STR("NO"), NODE_BOOL, 0 },
	{ STR("null"), NODE_NULL, 0 },
	{ STR("Null"), NODE_NULL, 0 },
	{ STR("NULL"), NODE_NULL, 0 },
	{ STR("on"), NODE_BOOL, 1 },
	{ STR("On"), NODE_BOOL, 1 },
	{ STR("ON"), NODE_BOOL, 1 },
	{ STR("off"), NODE_BOOL, 0 },
	{ STR("Off"), NODE_BOOL, 0 },
	{ STR("OFF"), NODE_BOOL, 0 },
	{ STR("true"), NODE_BOOL, 1 },
	{ STR("True"), NODE_BOOL, 1 },
	{ STR("TRUE"), NODE_BOOL, 1 },
	{ STR("false"), NODE_BOOL, 0 },
	{ STR("False"), NODE_BOOL, 0 },
	{ STR("FALSE"), NODE_BOOL, 0 },
	{ STR(".inf"), NODE_FLOAT, INFINITY },
	{ STR(".Inf"), NODE_FLOAT, INFINITY },
	{ STR(".INF"), NODE_FLOAT, INFINITY },
	{ STR(".nan"), NODE_FLOAT, NAN },
	{ STR(".NaN"), NODE_FLOAT, NAN },
	{ STR(".NAN"), NODE_FLOAT, NAN },
	{ STR("+.inf"), NODE_FLOAT, INFINITY },
	{ STR("+.Inf"), NODE_FLOAT, INFINITY },
	{ STR("+.INF"), NODE_FLOAT, INFINITY },
	{ STR("-.inf"), NODE_FLOAT, -INFINITY },
	{ STR("-.Inf"), NODE_FLOAT, -INFINITY },
	{ STR("-.INF"), NODE_FLOAT, -INFINITY },
};

#define WORD_LONGEST 5

/* The words that begin with a byte are [from, to). */
static const struct {
	uint8_t from, to;
} word_groups[256] = {
	['~'] = { 0, 1 },
	['y'] = { 1, 6 },
	['Y'] = { 1, 6 },
	['n'] = { 6, 14 },
	['N'] = { 6, 14 },
	['o'] = { 14, 20 },
	['O'] = { 14, 20 },
	['t'] = { 20, 23 },
	['T'] = { 20, 23 },
	['f'] = { 23, 26 },
	['F'] = { 23, 26 },
	['.'] = { 26, 32 },
	['+'] = { 32, 35 },
	['-'] = { 35, 38 },
};

/* FormatFloat's 'g' with the shortest digits uses `e` from this exponent on. */
#define G_EXPONENT 6

static const struct word *word_find(str text)
{
	size_t i = word_groups[(unsigned char)text.p[0]].from;
	size_t to = word_groups[(unsigned char)text.p[0]].to;

	if (text.n > WORD_LONGEST)
		return NULL;
	for (; i < to; i++)
		if (words[i].text.n == text.n &&
		    bytes_eq(words[i].text.p, text.p, text.n))
			return &words[i];
	return NULL;
}

/* Digits of a base with an optional sign.  With `wide`, numbers without a sign
 * may be up to uint64. */
static bool integer_read(str s, unsigned base, bool wide, struct number *out)
{
	bool negative = s.n && s.p[0] == '-';
	bool sign = negative || (s.n && s.p[0] == '+');
	uint64_t u = 0, limit = (uint64_t)INT64_MAX + (negative ? 1 : 0);

	if (sign)
		s = str_sub(s, 1, s.n);
	else if (wide)
		limit = UINT64_MAX;
	if (!s.n)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		int value = hex_value(s.p[i]);
		unsigned d = value < 0 ? base : (unsigned)value;

		if (d >= base || u > (limit - d) / base)
			return false;
		u = u * base + d;
	}
	out->kind = u > (uint64_t)INT64_MAX && !negative ? NODE_UINT : NODE_INT;
	out->u = u;
	out->i = negative ? (int64_t)(0 - u) : (int64_t)u;
	out->d = negative ? -(double)u : (double)u;
	return true;
}

/* An integer of Go's base 0, whose sign precedes the prefix. */
static bool integer_base0(str s, struct number *out)
{
	char digits[80];
	size_t sign = s.n && (s.p[0] == '-' || s.p[0] == '+');
	str rest = str_sub(s, sign, s.n);
	unsigned base = 10;
	size_t prefix = 0;

	if (rest.n > 1 && rest.p[0] == '0') {
		char c = (char)(rest.p[1] | 0x20);

		base = 8;
		prefix = 1;
		if (rest.n > 2 && (c == 'x' || c == 'o' || c == 'b')) {
			base = c == 'x' ? 16 : c == 'o' ? 8 : 2;
			prefix = 2;
		}
	}
	rest = str_sub(rest, prefix, rest.n);
	/* leading zeros do not count, and a sign here is invalid */
	while (rest.n > 1 && rest.p[0] == '0')
		rest = str_sub(rest, 1, rest.n);
	if (!rest.n || hex_value(rest.p[0]) < 0 ||
	    rest.n >= sizeof(digits))
		return false;
	memcpy(digits, s.p, sign);
	memcpy(digits + sign, rest.p, rest.n);
	return integer_read((str){ digits, sign + rest.n }, base, true, out);
}

/* go-yaml's second attempt at binary numbers that integer_base0() rejected:
 * `0b-1` is -1. */
static bool integer_binary(str s, struct number *out)
{
	return str_starts(s, STR("0b")) &&
	       integer_read(str_sub(s, 2, s.n), 2, false, out);
}

/* ^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$ */
static bool looks_float(str s)
{
	const char *p = s.p, *end = s.p + s.n, *from;
	size_t whole, part = 0;

	if (p < end && (*p == '-' || *p == '+'))
		p++;
	for (from = p; p < end && is_digit(*p); p++)
		;
	whole = (size_t)(p - from);
	if (p < end && *p == '.') {
		for (from = ++p; p < end && is_digit(*p); p++)
			;
		part = (size_t)(p - from);
	}
	if (!whole && !part)
		return false;
	if (p < end && (*p == 'e' || *p == 'E')) {
		p++;
		if (p < end && (*p == '-' || *p == '+'))
			p++;
		for (from = p; p < end && is_digit(*p); p++)
			;
		if (p == from)
			return false;
	}
	return p == end;
}

/* True if all underscores are between two digits, as in literals of Go. */
static bool underscores_between_digits(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '_' &&
		    (i == 0 || i + 1 == s.n || !is_digit(s.p[i - 1]) ||
		     !is_digit(s.p[i + 1])))
			return false;
	return true;
}

/* s ends in NUL.  False if it is out of range. */
static bool float_read(str s, struct number *out)
{
	if (!looks_float(s))
		return false;
	out->kind = NODE_FLOAT;
	out->d = strtod(s.p, NULL);
	return !isinf(out->d);
}

static bool number_plain(str text, bool dot, struct number *out)
{
	char room[512];
	char *plain = text.n < sizeof(room) ? room : mem_alloc(text.n + 1);
	size_t n = 0;
	bool ok;
	str s;

	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] != '_')
			plain[n++] = text.p[i];
	plain[n] = '\0';
	s = (str){ plain, n };
	ok = dot ? float_read(s, out)
		 : integer_base0(s, out) || float_read(s, out) ||
			   integer_binary(s, out);
	if (plain != room)
		mem_free(plain);
	return ok;
}

/* Port numbers and the like, which are the most frequent. */
static bool short_decimal(str s, int64_t *out)
{
	int64_t i = 0;

	if (!s.n || s.n > 18 || (s.n > 1 && s.p[0] == '0'))
		return false;
	for (size_t at = 0; at < s.n; at++) {
		if (!is_digit(s.p[at]))
			return false;
		i = i * 10 + (s.p[at] - '0');
	}
	*out = i;
	return true;
}

/* The bytes that numbers have. */
static const bool of_number[256] = {
	['0'] = true, ['1'] = true, ['2'] = true, ['3'] = true, ['4'] = true,
	['5'] = true, ['6'] = true, ['7'] = true, ['8'] = true, ['9'] = true,
	['a'] = true, ['b'] = true, ['c'] = true, ['d'] = true, ['e'] = true,
	['f'] = true, ['A'] = true, ['B'] = true, ['C'] = true, ['D'] = true,
	['E'] = true, ['F'] = true, ['x'] = true, ['X'] = true, ['o'] = true,
	['O'] = true, ['_'] = true, ['.'] = true, ['+'] = true, ['-'] = true,
};

/* Has it no other?  Most of what begins with a digit and is no number is an
 * amount, 100m, or a duration. */
static bool may_be_number(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!of_number[(unsigned char)s.p[i]])
			return false;
	return true;
}

/* Read a text that begins with a sign, a digit or a point. */
static bool signed_read(str text, struct number *out)
{
	const struct word *w = word_find(text);
	bool dot = text.p[0] == '.';

	if (w) {
		out->kind = w->kind;
		out->d = w->value;
		return true;
	}
	return may_be_number(text) &&
	       (!dot || underscores_between_digits(text)) &&
	       number_plain(text, dot, out);
}

static bool number_read(str text, struct number *out)
{
	int64_t i;
	char c;

	*out = (struct number){ NODE_STRING, 0, 0, 0 };
	if (!text.n)
		return false;
	c = text.p[0];
	if (is_digit(c) && short_decimal(text, &i)) {
		*out = (struct number){ NODE_INT, i, (uint64_t)i, (double)i };
		return true;
	}
	return (is_digit(c) || c == '+' || c == '-' || c == '.') &&
	       signed_read(text, out);
}

static enum node_kind number_kind(str text)
{
	struct number number;

	return number_read(text, &number) ? number.kind : NODE_STRING;
}

enum node_kind scalar_kind(str text)
{
	const struct word *w;
	int64_t i;

	if (!text.n)
		return NODE_NULL;
	if (is_digit(text.p[0]))
		return short_decimal(text, &i) ? NODE_INT : number_kind(text);
	/* most begin with any other byte */
	if (!word_groups[(unsigned char)text.p[0]].to)
		return NODE_STRING;
	w = word_find(text);
	return w ? w->kind : number_kind(text);
}

bool scalar_bool(const struct node *n)
{
	const struct word *w;

	if (n->kind != NODE_BOOL || !n->n)
		return false;
	w = word_find(node_text(n));
	return w && w->value != 0;
}

/* Make a float that is an integer in [-2^63, 2^64) one. */
static void float_whole(struct number *v)
{
	if (v->kind != NODE_FLOAT || v->d != trunc(v->d))
		return;
	if (v->d >= -0x1p63 && v->d < 0x1p63) {
		v->kind = NODE_INT;
		v->i = (int64_t)v->d;
		v->u = (uint64_t)v->i;
	} else if (v->d > 0 && v->d < 0x1p64) {
		v->kind = NODE_UINT;
		v->u = (uint64_t)v->d;
	}
}

bool scalar_int64(const struct node *n, int64_t *out)
{
	struct number v;

	if (!number_read(node_text(n), &v))
		return false;
	float_whole(&v);
	*out = v.i;
	return v.kind == NODE_INT;
}

bool scalar_uint64(const struct node *n, uint64_t *out)
{
	struct number v;

	if (!number_read(node_text(n), &v))
		return false;
	float_whole(&v);
	*out = v.u;
	return v.kind == NODE_UINT || (v.kind == NODE_INT && v.i >= 0);
}

double scalar_double(const struct node *n)
{
	struct number v;

	return number_read(node_text(n), &v) ? v.d : 0;
}

void scalar_double_text(struct buf *b, double d)
{
	struct decimal dec;

	if (signbit(d))
		buf_addc(b, '-');
	d = fabs(d);
	if (d == 0) {
		buf_addc(b, '0');
		return;
	}
	decimal_shortest(&dec, d, false);
	if (d < 1e-6 || d >= 1e21)
		/* e-07 is e-7 in JSON */
		decimal_spell_e(b, &dec, 'e', d < 1 ? 1 : 2);
	else
		decimal_spell_f(b, &dec);
}

static void float_key_text(struct buf *b, double d)
{
	float f = (float)d;
	struct decimal dec;

	if (isnan(f)) {
		buf_addz(b, ".nan");
		return;
	}
	if (signbit(f))
		buf_addc(b, '-');
	f = fabsf(f);
	if (isinf(f)) {
		buf_addz(b, ".inf");
		return;
	}
	if (f == 0) {
		buf_addc(b, '0');
		return;
	}
	decimal_shortest(&dec, (double)f, true);
	/* the limits of %g for the shortest digits */
	if (dec.point - 1 < -4 || dec.point - 1 >= G_EXPONENT)
		decimal_spell_e(b, &dec, 'e', 2);
	else
		decimal_spell_f(b, &dec);
}

static void number_json(struct buf *b, const struct number *v)
{
	if (v->kind == NODE_INT)
		buf_printf(b, "%lld", (long long)v->i);
	else if (v->kind == NODE_UINT)
		buf_printf(b, "%llu", (unsigned long long)v->u);
	else
		scalar_double_text(b, v->d);
}

/* The node's kind decides: `!!float 1` is a float. */
static void node_number(const struct node *n, struct number *out)
{
	number_read(node_text(n), out);
	if (n->kind == NODE_FLOAT)
		out->kind = NODE_FLOAT;
}

void scalar_json(struct buf *b, const struct node *n)
{
	struct number v;
	int64_t i;

	if (n->kind == NODE_NULL) {
		buf_addz(b, "null");
	} else if (n->kind == NODE_BOOL) {
		buf_addz(b, scalar_bool(n) ? "true" : "false");
	} else if (n->kind == NODE_INT && short_decimal(node_text(n), &i)) {
		buf_adds(b, node_text(n));
	} else {
		node_number(n, &v);
		number_json(b, &v);
	}
}

void scalar_key_text(struct buf *b, const struct node *n)
{
	struct number v;

	if (n->kind == NODE_STRING) {
		buf_adds(b, node_text(n));
	} else if (n->kind == NODE_FLOAT) {
		node_number(n, &v);
		float_key_text(b, v.d);
	} else {
		scalar_json(b, n);
	}
}

/* 1 and 1.0 are the same number in JSON; 2^53 + 1 and 2^53 are not. */
static bool number_equal(const struct node *a, const struct node *b)
{
	struct number x, y;

	node_number(a, &x);
	node_number(b, &y);
	float_whole(&x);
	float_whole(&y);
	if (x.kind != y.kind)
		return false;
	if (x.kind == NODE_FLOAT)
		return x.d == y.d || (isnan(x.d) && isnan(y.d));
	return x.kind == NODE_INT ? x.i == y.i : x.u == y.u;
}

static bool is_number(const struct node *n)
{
	return n->kind == NODE_INT || n->kind == NODE_UINT ||
	       n->kind == NODE_FLOAT;
}

bool scalar_equal(const struct node *a, const struct node *b)
{
	if (is_number(a) && is_number(b))
		return (a->kind == b->kind &&
			str_eq(node_text(a), node_text(b))) ||
		       number_equal(a, b);
	if (a->kind != b->kind)
		return false;
	if (a->kind == NODE_BOOL)
		return scalar_bool(a) == scalar_bool(b);
	return a->kind == NODE_NULL || str_eq(node_text(a), node_text(b));
}

/* ---- quotes ---- */

/*
 * Does a string need quotes to be read back as a string?
 *
 * Not only sigs.k8s.io/yaml reads the output: other tools resolve the types of
 * YAML 1.1 (yaml.org/type: sexagesimal numbers, dates, `=`) or of YAML 1.2's
 * core schema (`0o7`), and implementations extend both (commas in numbers,
 * words in any case).  A needless quote is harmless, a missing one changes the
 * value: in doubt, quote.  But `1.2.3`, `10.0.0.1`, `100m` and `8080-tcp` are
 * strings to all of them.
 */
/* A text that begins with any other byte is a string to all readers. */
static const bool typed_lead[256] = {
	['n'] = true, ['N'] = true, ['t'] = true, ['T'] = true, ['f'] = true,
	['F'] = true, ['y'] = true, ['Y'] = true, ['o'] = true, ['O'] = true,
	['~'] = true, ['<'] = true, ['='] = true, ['.'] = true, ['+'] = true,
	['-'] = true, ['_'] = true, ['0'] = true, ['1'] = true, ['2'] = true,
	['3'] = true, ['4'] = true, ['5'] = true, ['6'] = true, ['7'] = true,
	['8'] = true, ['9'] = true,
};

/* Two texts of n letters and marks, in any case: most differ early. */
static bool same_letters(const char *a, const char *b, size_t n)
{
	size_t i = 0;

	while (i < n && (a[i] | 0x20) == (b[i] | 0x20))
		i++;
	return i == n;
}

/* A word in any case, or one that only YAML 1.1 knows. */
static bool typed_word(str s)
{
	size_t i = word_groups[(unsigned char)s.p[0]].from;
	size_t to = word_groups[(unsigned char)s.p[0]].to;

	if (s.n > WORD_LONGEST)
		return false;
	for (; i < to; i++)
		if (words[i].text.n == s.n &&
		    same_letters(words[i].text.p, s.p, s.n))
			return true;
	return str_eq(s, STR("<<")) || str_eq(s, STR("=")) ||
	       str_eq(s, STR("."));
}

/* s without its first bytes that are in `set`. */
static str skip(str s, const char *set)
{
	size_t i = 0;

	while (i < s.n && s.p[i] && strchr(set, s.p[i]))
		i++;
	return str_sub(s, i, s.n);
}

static bool has(str s, char c)
{
	return s.n && s.p[0] == c;
}

/* 0x1F, 0o17, 0b01 with underscores, any case. */
static bool prefixed_number(str s)
{
	if (s.n < 3 || s.p[0] != '0')
		return false;
	switch (s.p[1]) {
	case 'x':
	case 'X':
		return !skip(str_sub(s, 2, s.n), "0123456789abcdefABCDEF_").n;
	case 'o':
	case 'O':
		return !skip(str_sub(s, 2, s.n), "01234567_").n;
	case 'b':
	case 'B':
		return !skip(str_sub(s, 2, s.n), "01_").n;
	default:
		return false;
	}
}

/* Digits, at most one point, an exponent; or 190:20:30.15. */
static bool decimal_number(str s)
{
	static const char digits[] = "0123456789_,";
	str rest = skip(s, digits);
	size_t n = s.n - rest.n;

	if (n && has(rest, ':')) {
		while (has(rest, ':'))
			rest = skip(str_sub(rest, 1, rest.n), digits);
		if (has(rest, '.'))
			rest = skip(str_sub(rest, 1, rest.n), digits);
		return !rest.n;
	}
	if (has(rest, '.')) {
		str after = skip(str_sub(rest, 1, rest.n), digits);

		n += rest.n - after.n - 1;
		rest = after;
	}
	if (!n)
		return false;
	if (has(rest, 'e') || has(rest, 'E')) {
		rest = str_sub(rest, 1, rest.n);
		if (has(rest, '+') || has(rest, '-'))
			rest = str_sub(rest, 1, rest.n);
		rest = skip(rest, digits);
	}
	return !rest.n;
}

/* 2001-12-14, optionally followed by a time. */
static bool date(str s)
{
	static const char digits[] = "0123456789";
	str rest = skip(s, digits);

	if (s.n - rest.n != 4)
		return false;
	for (int part = 0; part < 2; part++) {
		str before = str_sub(rest, 1, rest.n);

		if (!has(rest, '-'))
			return false;
		rest = skip(before, digits);
		if (before.n == rest.n || before.n - rest.n > 2)
			return false;
	}
	return !rest.n || strchr("Tt \t", rest.p[0]);
}

bool scalar_needs_quotes(str text)
{
	str s = text;

	if (!text.n)
		return true;
	if (!typed_lead[(unsigned char)text.p[0]])
		return false;
	/* what is no number is a word */
	if (is_alpha(text.p[0]))
		return typed_word(text);
	if (typed_word(text) || scalar_kind(text) != NODE_STRING)
		return true;
	if (has(s, '+') || has(s, '-'))
		s = str_sub(s, 1, s.n);
	return s.n && (memchr("0123456789._", s.p[0], 12) != NULL) &&
	       (prefixed_number(s) || decimal_number(s) || date(s));
}
