/*
 * convert - any value as a number.
 */
#include "sprig/convert.h"

#include "go/strconv.h"
#include "sprig/types.h"

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
