/*
 * convert - any value as a number.
 *
 * Numbers in texts are read as Go's strconv reads them; which values are
 * numbers at all follows cast.ToInt64E and ToFloat64E.
 */
#include "sprig/convert.h"

#include <math.h>
#include <stdlib.h>

#include "sprig/types.h"

/* ---- texts ---- */

static int lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c | 0x20 : (unsigned char)c;
}

/* 36 for what is no digit. */
static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)lower(c);
	return c >= 'a' && c <= 'z' ? c - 'a' + 10 : 36;
}

static str without_sign(str s, bool *negative)
{
	*negative = s.n && s.p[0] == '-';
	if (s.n && (s.p[0] == '-' || s.p[0] == '+'))
		s = str_sub(s, 1, s.n);
	return s;
}

/* Do underscores stand only between digits, or behind a base's prefix?  The
 * text has no sign. */
static bool underscores_right(str s)
{
	bool hex = s.n >= 2 && s.p[0] == '0' && lower(s.p[1]) == 'x';
	bool after_digit = false, after_underscore = false;
	size_t i = 0;

	if (s.n >= 2 && s.p[0] == '0' && memchr("box", lower(s.p[1]), 3)) {
		i = 2;
		after_digit = true;
	}
	for (; i < s.n; i++) {
		if (s.p[i] == '_') {
			if (!after_digit)
				return false;
			after_digit = false;
			after_underscore = true;
		} else if (digit(s.p[i]) < (hex ? 16 : 10)) {
			after_digit = true;
			after_underscore = false;
		} else {
			if (after_underscore)
				return false;
			after_digit = false;
		}
	}
	return !after_underscore;
}

/* The base that a prefix names, which is taken off. */
static int prefixed_base(str *s)
{
	int base;

	if (!s->n || s->p[0] != '0')
		return 10;
	switch (s->n >= 3 ? lower(s->p[1]) : 0) {
	case 'b':
		base = 2;
		break;
	case 'o':
		base = 8;
		break;
	case 'x':
		base = 16;
		break;
	default:
		*s = str_sub(*s, 1, s->n);
		return 8;
	}
	*s = str_sub(*s, 2, s->n);
	return base;
}

bool parse_int(str s, int base, int64_t *out)
{
	bool negative, prefix = base == 0, fits;
	uint64_t n = 0, limit;
	str whole = without_sign(s, &negative);
	size_t i;

	*out = 0;
	if (!whole.n || (prefix && !underscores_right(whole)))
		return false;
	s = whole;
	if (prefix)
		base = prefixed_base(&s);
	limit = (uint64_t)INT64_MAX + negative;
	for (i = 0; i < s.n; i++) {
		unsigned d = (unsigned)digit(s.p[i]), b = (unsigned)base;

		if (prefix && s.p[i] == '_')
			continue;
		if (d >= b)
			return false;
		if (n > (UINT64_MAX - d) / b) {	/* what follows is not read */
			n = UINT64_MAX;
			break;
		}
		n = n * b + d;
	}
	fits = n <= limit;
	if (!fits)
		n = limit;
	*out = (int64_t)(negative ? 0 - n : n);
	return fits;
}

/* "inf", "infinity" and "nan", in any case. */
static bool parse_special(str s, bool negative, bool has_sign, double *out)
{
	char word[9] = "";
	size_t i;

	if (s.n >= sizeof(word))
		return false;
	for (i = 0; i < s.n; i++)
		word[i] = (char)lower(s.p[i]);
	if (strcmp(word, "nan") == 0 && !has_sign) {
		*out = (double)NAN;
		return true;
	}
	if (strcmp(word, "inf") != 0 && strcmp(word, "infinity") != 0)
		return false;
	*out = negative ? -(double)INFINITY : (double)INFINITY;
	return true;
}

static size_t digits(str s, size_t i, int base, bool *any)
{
	for (; i < s.n; i++) {
		if (digit(s.p[i]) < base)
			*any = true;
		else if (s.p[i] != '_')
			break;
	}
	return i;
}

/* Go's grammar of floats, which is narrower than strtod's: digits with a point
 * and an exponent, which a hexadecimal number must have. */
static bool is_float(str s)
{
	bool hex = s.n > 2 && s.p[0] == '0' && lower(s.p[1]) == 'x';
	bool mantissa = false, exponent = false;
	size_t i = hex ? 2 : 0, start;

	i = digits(s, i, hex ? 16 : 10, &mantissa);
	if (i < s.n && s.p[i] == '.')
		i = digits(s, i + 1, hex ? 16 : 10, &mantissa);
	if (!mantissa)
		return false;
	if (i == s.n)
		return !hex;
	if (lower(s.p[i]) != (hex ? 'p' : 'e'))
		return false;
	i++;
	if (i < s.n && (s.p[i] == '-' || s.p[i] == '+'))
		i++;
	start = i;
	i = digits(s, i, 10, &exponent);
	return i == s.n && exponent && s.p[start] != '_';
}

bool parse_float(str s, double *out)
{
	struct buf b = BUF_INIT;
	bool negative, underscores;
	str whole = without_sign(s, &negative);
	size_t i;

	if (parse_special(whole, negative, whole.n < s.n, out))
		return true;
	underscores = str_find(whole, 0, '_') < whole.n;
	if (!is_float(whole) || (underscores && !underscores_right(whole)))
		return false;
	for (i = 0; i < s.n; i++)
		if (s.p[i] != '_')
			buf_addc(&b, s.p[i]);
	*out = strtod(buf_z(&b), NULL);
	buf_release(&b);
	return isfinite(*out);
}

/* ---- values ---- */

/* "3.00" counts as 3: a point and at least one zero, at the end, come off. */
static str without_zeros(str s)
{
	size_t i = s.n;

	while (i && s.p[i - 1] == '0')
		i--;
	if (i && i < s.n && s.p[i - 1] == '.')
		return str_sub(s, 0, i - 1);
	return s;
}

/* What amd64 does, which Go leaves open, where the number does not fit. */
static int64_t int_of_float(double d)
{
	if (!(d >= -0x1p63 && d < 0x1p63))
		return INT64_MIN;
	return (int64_t)d;
}

/* Of types with names only those that cast knows count as numbers. */
static bool is_number(const struct value *v)
{
	const struct type *t = v->type;

	if (t == &sprig_month || t == &sprig_weekday)
		return true;
	return t == &type_int || t == &type_int64 || t == &type_int32 ||
	       t == &type_uint || t == &type_uint64 || t == &type_uint32 ||
	       t == &type_uint8 || t == &type_float64;
}

int64_t convert_int(const struct value *v)
{
	enum kind k = value_kind(v);
	int64_t n = 0;

	if (k == KIND_STRING)
		return parse_int(without_zeros(value_text(v)), 0, &n) ? n : 0;
	if (k == KIND_BOOL)
		return v->b;
	if (!is_number(v))
		return 0;
	return k == KIND_FLOAT64 ? int_of_float(v->f) : v->i;
}

double convert_float(const struct value *v)
{
	enum kind k = value_kind(v);
	double d = 0;

	if (k == KIND_STRING)
		return parse_float(value_text(v), &d) ? d : 0;
	if (k == KIND_BOOL)
		return v->b;
	if (!is_number(v))
		return 0;
	if (k == KIND_FLOAT64)
		return v->f;
	return kind_is_uint(k) ? (double)v->u : (double)v->i;
}
