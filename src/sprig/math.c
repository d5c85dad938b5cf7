/*
 * math - sprig's numbers (numeric.go).
 *
 * Any value counts as a number, as in spf13/cast: what is not a number is 0,
 * and nothing is an error.  Whole numbers are int64 and wrap around, as Go's
 * do; add, max and the like drop fractions.
 *
 * addf, subf, mulf and divf compute with decimal fractions, as shopspring/
 * decimal does, so that 0.1 + 0.2 is 0.3: a float counts as the shortest
 * decimal that reads back as the same, and only the result becomes a float
 * again.  Sums and products are exact, quotients rounded to 16 places.  Digits
 * are kept in limbs of nine, so that powers of ten are shifts by whole limbs
 * and one short multiplication.  A number that comes from a float has at most
 * 17 digits, so one operand of each product and quotient fits 64 bits; long
 * division is not needed.
 */
#include "sprig/sprig.h"

#include <math.h>
#include <stdlib.h>

#include "base/decimal.h"
#include "go/strconv.h"

/* ---- values as numbers ---- */

/* "3.00" counts as 3: cut a point followed by zeros off the end. */
static str without_zeros(str s)
{
	size_t i = s.n;

	while (i && s.p[i - 1] == '0')
		i--;
	if (i && i < s.n && s.p[i - 1] == '.')
		return str_sub(s, 0, i - 1);
	return s;
}

/* A number that does not fit becomes what it does on amd64; Go leaves that
 * open. */
static int64_t int_of_float(double d)
{
	if (!(d >= -0x1p63 && d < 0x1p63))
		return INT64_MIN;
	return (int64_t)d;
}

/* Of named types only those that cast knows count as numbers. */
static bool is_number(const struct value *v)
{
	const struct type *t = v->type;

	if (t == &sprig_month || t == &sprig_weekday)
		return true;
	return t == &type_int || t == &type_int64 || t == &type_int32 ||
	       t == &type_uint || t == &type_uint64 || t == &type_uint32 ||
	       t == &type_uint8 || t == &type_float64;
}

/* cast.ToInt64, and ToInt, which is the same on 64 bits: a text in any of Go's
 * bases, a float without its fraction, a bool as 1 or 0, what a pointer points
 * to; else 0. */
int64_t convert_int(const struct value *from)
{
	struct value v = *from;
	int64_t n = 0;

	if (value_indirect(&v))
		return 0;
	if (value_kind(&v) == KIND_STRING)
		return parse_int(without_zeros(value_text(&v)), 0, &n) ? n : 0;
	if (value_kind(&v) == KIND_BOOL)
		return v.b;
	if (!is_number(&v))
		return 0;
	return value_kind(&v) == KIND_FLOAT64 ? int_of_float(v.f) : v.i;
}

/* cast.ToFloat64 */
static double convert_float(const struct value *from)
{
	struct value v = *from;
	double d = 0;

	if (value_indirect(&v))
		return 0;
	if (value_kind(&v) == KIND_STRING)
		return parse_float(value_text(&v), &d) ? d : 0;
	if (value_kind(&v) == KIND_BOOL)
		return v.b;
	if (!is_number(&v))
		return 0;
	if (value_kind(&v) == KIND_FLOAT64)
		return v.f;
	return kind_is_uint(value_kind(&v)) ? (double)v.u : (double)v.i;
}

static int64_t arg_int(const struct call *c, uint32_t i)
{
	return convert_int(&c->args[i]);
}

static double arg_float(const struct call *c, uint32_t i)
{
	return convert_float(&c->args[i]);
}

/* Arithmetic that wraps. */
static int64_t plus(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a + (uint64_t)b);
}

static int64_t times(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a * (uint64_t)b);
}

/* ---- whole numbers ---- */

static int add(struct call *c, struct value *out)
{
	int64_t sum = 0;
	uint32_t i;

	for (i = 0; i < c->n; i++)
		sum = plus(sum, arg_int(c, i));
	*out = value_int64(sum);
	return 0;
}

static int add1(struct call *c, struct value *out)
{
	*out = value_int64(plus(arg_int(c, 0), 1));
	return 0;
}

static int sub(struct call *c, struct value *out)
{
	uint64_t b = (uint64_t)arg_int(c, 1);

	*out = value_int64((int64_t)((uint64_t)arg_int(c, 0) - b));
	return 0;
}

static int mul(struct call *c, struct value *out)
{
	int64_t product = arg_int(c, 0);
	uint32_t i;

	for (i = 1; i < c->n; i++)
		product = times(product, arg_int(c, i));
	*out = value_int64(product);
	return 0;
}

static int divide_by_zero(struct call *c)
{
	return call_fail(c, "runtime error: integer divide by zero");
}

static int divide(struct call *c, struct value *out)
{
	int64_t a = arg_int(c, 0), b = arg_int(c, 1);

	if (b == 0)
		return divide_by_zero(c);
	*out = value_int64(b == -1 ? times(a, -1) : a / b);
	return 0;
}

static int mod(struct call *c, struct value *out)
{
	int64_t a = arg_int(c, 0), b = arg_int(c, 1);

	if (b == 0)
		return divide_by_zero(c);
	*out = value_int64(b == -1 ? 0 : a % b);
	return 0;
}

static int largest(struct call *c, struct value *out)
{
	int64_t n = arg_int(c, 0);
	uint32_t i;

	for (i = 1; i < c->n; i++)
		if (arg_int(c, i) > n)
			n = arg_int(c, i);
	*out = value_int64(n);
	return 0;
}

static int smallest(struct call *c, struct value *out)
{
	int64_t n = arg_int(c, 0);
	uint32_t i;

	for (i = 1; i < c->n; i++)
		if (arg_int(c, i) < n)
			n = arg_int(c, i);
	*out = value_int64(n);
	return 0;
}

/* ---- floats ---- */

/* math.Max; fmax would take the number of a number and NaN.  Infinity wins
 * over NaN in Go. */
static double max_float(double a, double b)
{
	if (isinf(a) && a > 0)
		return a;
	if (isinf(b) && b > 0)
		return b;
	if (isnan(a) || isnan(b))
		return (double)NAN;
	if (a > b)
		return a;
	return b > a || signbit(a) ? b : a;
}

static int maxf(struct call *c, struct value *out)
{
	double d = arg_float(c, 0);
	uint32_t i;

	for (i = 1; i < c->n; i++)
		d = max_float(d, arg_float(c, i));
	*out = value_float(d);
	return 0;
}

static int minf(struct call *c, struct value *out)
{
	double d = arg_float(c, 0);
	uint32_t i;

	for (i = 1; i < c->n; i++)
		d = -max_float(-d, -arg_float(c, i));
	*out = value_float(isnan(d) ? (double)NAN : d);
	return 0;
}

static int floor_of(struct call *c, struct value *out)
{
	*out = value_float(floor(arg_float(c, 0)));
	return 0;
}

static int ceil_of(struct call *c, struct value *out)
{
	*out = value_float(ceil(arg_float(c, 0)));
	return 0;
}

/* math.Pow(10, n): not always the nearest float, but the same one. */
static double power_of_ten(int64_t n)
{
	uint64_t left = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
	double product = 1, square = 0.625;	/* 10 = 0.625 * 2^4 */
	int exponent = 0, square_exponent = 4;

	for (; left; left >>= 1) {
		if (square_exponent > 1 << 12) {
			exponent += square_exponent;
			break;
		}
		if (left & 1) {
			product *= square;
			exponent += square_exponent;
		}
		square *= square;
		square_exponent *= 2;
		if (square < 0.5) {
			square *= 2;
			square_exponent--;
		}
	}
	if (n < 0)
		return ldexp(1 / product, -exponent);
	return ldexp(product, exponent);
}

/* Of a negative number the fraction is negative too, and below any threshold:
 * it is rounded down, as in sprig. */
static int round_to(struct call *c, struct value *out)
{
	double threshold = c->n > 2 ? c->args[2].f : 0.5;
	double scale = power_of_ten(call_int(c, 1));
	double scaled = scale * arg_float(c, 0), whole;
	double fraction = isinf(scaled) ? (double)NAN : modf(scaled, &whole);

	scaled = fraction >= threshold ? ceil(scaled) : floor(scaled);
	*out = value_float(scaled / scale);
	return 0;
}

/* ---- decimals ---- */

#define LIMB 1000000000u
#define LIMB_DIGITS 9
#define PLACES 16	/* of quotients */

__extension__ typedef unsigned __int128 wide;

/* (negative ? -1 : 1) * limbs * 10^exponent */
struct bigdec {
	bool negative;
	int64_t exponent;
	uint32_t n;			/* 0: zero */
	const uint32_t *limbs;		/* of nine digits, lowest first */
};

struct digits {
	uint32_t *limbs;
	uint32_t n;
};

static struct digits new_digits(struct arena *a, size_t n)
{
	return (struct digits){ arena_zalloc_array(a, n, sizeof(uint32_t)),
				(uint32_t)n };
}

static struct bigdec bigdec_new(bool negative, struct digits x,
				int64_t exponent)
{
	while (x.n && !x.limbs[x.n - 1])
		x.n--;
	return (struct bigdec){ negative && x.n, exponent, x.n, x.limbs };
}

static uint32_t ten_to(uint32_t n)
{
	uint32_t p = 1;

	while (n--)
		p *= 10;
	return p;
}

/* d must be finite. */
static struct bigdec bigdec_of(struct arena *a, double d)
{
	struct digits x = new_digits(a, 2);
	struct decimal shortest;
	uint64_t digits = 0;
	int i;

	decimal_shortest(&shortest, fabs(d), false);
	for (i = 0; i < shortest.n; i++)
		digits = digits * 10 + (uint64_t)(shortest.digits[i] - '0');
	x.limbs[0] = (uint32_t)(digits % LIMB);
	x.limbs[1] = (uint32_t)(digits / LIMB);
	return bigdec_new(d < 0, x, digits ? shortest.point - shortest.n : 0);
}

static double bigdec_float(const struct bigdec *d)
{
	struct buf b = BUF_INIT;
	double f;
	uint32_t i;

	buf_addz(&b, d->negative ? "-0" : "0");
	for (i = d->n; i-- > 0; )
		buf_printf(&b, "%09u", d->limbs[i]);
	buf_printf(&b, "e%lld", (long long)d->exponent);
	f = strtod(buf_z(&b), NULL);
	buf_release(&b);
	return f;
}

/* The digits of a decimal that came from a float. */
static uint64_t short_digits(const struct bigdec *d)
{
	uint64_t n = d->n > 1 ? d->limbs[1] : 0;

	return n * LIMB + (d->n > 0 ? d->limbs[0] : 0);
}

/* x * 10^power */
static struct digits scaled(struct arena *a, const struct bigdec *x,
			    uint64_t power)
{
	uint32_t shift = (uint32_t)(power / LIMB_DIGITS), i;
	uint32_t factor = ten_to((uint32_t)(power % LIMB_DIGITS));
	struct digits y = new_digits(a, (size_t)x->n + shift + 1);
	uint64_t carry = 0;

	for (i = 0; i < x->n; i++) {
		carry += (uint64_t)x->limbs[i] * factor;
		y.limbs[shift + i] = (uint32_t)(carry % LIMB);
		carry /= LIMB;
	}
	y.limbs[shift + i] = (uint32_t)carry;
	return y;
}

static uint32_t limb_at(struct digits x, uint32_t i)
{
	return i < x.n ? x.limbs[i] : 0;
}

static bool less(struct digits x, struct digits y)
{
	uint32_t i = x.n > y.n ? x.n : y.n;

	while (i-- > 0)
		if (limb_at(x, i) != limb_at(y, i))
			return limb_at(x, i) < limb_at(y, i);
	return false;
}

static struct digits sum(struct arena *a, struct digits x, struct digits y)
{
	struct digits z = new_digits(a, (size_t)(x.n > y.n ? x.n : y.n) + 1);
	uint32_t carry = 0, i;

	for (i = 0; i < z.n; i++) {
		carry += limb_at(x, i) + limb_at(y, i);
		z.limbs[i] = carry % LIMB;
		carry /= LIMB;
	}
	return z;
}

/* x - y, which must not be negative. */
static struct digits difference(struct arena *a, struct digits x,
				struct digits y)
{
	struct digits z = new_digits(a, x.n);
	uint32_t borrow = 0, i, take;

	for (i = 0; i < z.n; i++) {
		take = limb_at(y, i) + borrow;
		borrow = limb_at(x, i) < take;
		z.limbs[i] = limb_at(x, i) + (borrow ? LIMB : 0) - take;
	}
	return z;
}

/* x / by, in place; returns the remainder. */
static uint64_t divide_limbs(struct digits x, uint64_t by)
{
	uint64_t rest = 0;
	uint32_t i;

	for (i = x.n; i-- > 0; ) {
		wide part = (wide)rest * LIMB + x.limbs[i];

		x.limbs[i] = (uint32_t)(part / by);
		rest = (uint64_t)(part % by);
	}
	return rest;
}

/* x / 10^power, in place (power > 0); is what was cut off at least a half? */
static bool drop_digits(struct digits *x, uint64_t power)
{
	uint64_t shift = (power - 1) / LIMB_DIGITS;

	if (shift >= x->n) {
		x->n = 0;
		return false;
	}
	x->limbs += shift;
	x->n -= (uint32_t)shift;
	divide_limbs(*x, ten_to((uint32_t)((power - 1) % LIMB_DIGITS)));
	return divide_limbs(*x, 10) >= 5;
}

static struct bigdec add_signed(struct arena *a, const struct bigdec *x,
				const struct bigdec *y, bool y_negative)
{
	int64_t e = x->exponent < y->exponent ? x->exponent : y->exponent;
	struct digits p = scaled(a, x, (uint64_t)(x->exponent - e));
	struct digits q = scaled(a, y, (uint64_t)(y->exponent - e));

	if (x->negative == y_negative)
		return bigdec_new(y_negative, sum(a, p, q), e);
	if (less(p, q))
		return bigdec_new(y_negative, difference(a, q, p), e);
	return bigdec_new(x->negative, difference(a, p, q), e);
}

static struct bigdec bigdec_add(struct arena *a, const struct bigdec *x,
				const struct bigdec *y)
{
	return add_signed(a, x, y, y->negative);
}

static struct bigdec bigdec_sub(struct arena *a, const struct bigdec *x,
				const struct bigdec *y)
{
	return add_signed(a, x, y, !y->negative);
}

/* y must come from bigdec_of(), here and below: it is short. */
static struct bigdec bigdec_mul(struct arena *a, const struct bigdec *x,
				const struct bigdec *y)
{
	struct digits z = new_digits(a, (size_t)x->n + 3);
	uint64_t factor = short_digits(y);
	wide carry = 0;
	uint32_t i;

	for (i = 0; i < z.n; i++) {
		if (i < x->n)
			carry += (wide)x->limbs[i] * factor;
		z.limbs[i] = (uint32_t)(carry % LIMB);
		carry /= LIMB;
	}
	return bigdec_new(x->negative != y->negative, z,
			  x->exponent + y->exponent);
}

/* y must not be zero. */
static struct bigdec bigdec_div(struct arena *a, const struct bigdec *x,
				const struct bigdec *y)
{
	int64_t e = x->exponent - y->exponent + PLACES;
	struct digits q = scaled(a, x, e > 0 ? (uint64_t)e : 0);
	uint64_t by = short_digits(y), rest = divide_limbs(q, by);
	struct digits one = new_digits(a, 1);
	bool up = rest >= by - rest;

	/* The remainder of the division is less than one unit of what is
	 * dropped here, so it cannot raise it to a half. */
	if (e < 0)
		up = drop_digits(&q, (uint64_t)-e);
	one.limbs[0] = up;
	return bigdec_new(x->negative != y->negative, sum(a, q, one), -PLACES);
}

/* An upper bound of the bytes any of these takes. */
static size_t bigdec_cost(const struct bigdec *x, const struct bigdec *y)
{
	int64_t apart = x->exponent - y->exponent;
	uint64_t digits = (uint64_t)(apart < 0 ? -apart : apart);

	return ((size_t)x->n + y->n + digits / LIMB_DIGITS + 8) * 4 *
	       sizeof(uint32_t);
}

enum operation { ADD, SUB, MUL, DIV };

static int operate(struct call *c, enum operation op, struct bigdec *x,
		   const struct bigdec *y)
{
	static struct bigdec (*const operations[])(
		struct arena *, const struct bigdec *,
		const struct bigdec *) = {
		[ADD] = bigdec_add, [SUB] = bigdec_sub,
		[MUL] = bigdec_mul, [DIV] = bigdec_div,
	};

	if (call_charge(c, bigdec_cost(x, y), 1) != 0)
		return -1;
	if (op == DIV && y->n == 0)
		return call_fail(c, "decimal division by 0");
	*x = operations[op](c->arena, x, y);
	return 0;
}

static int to_decimal_number(struct call *c, double d, struct bigdec *out)
{
	struct buf b = BUF_INIT;

	if (isfinite(d)) {
		*out = bigdec_of(c->arena, d);
		return 0;
	}
	float_text(&b, d, 'g', -1);
	call_fail(c, "Cannot create a Decimal from %s", buf_z(&b));
	buf_release(&b);
	return -1;
}

/* x, and then one argument after the other. */
static int fold(struct call *c, struct value *out, enum operation op,
		double start, uint32_t i)
{
	struct bigdec x, y;

	if (to_decimal_number(c, start, &x) != 0)
		return -1;
	for (; i < c->n; i++)
		if (to_decimal_number(c, arg_float(c, i), &y) != 0 ||
		    operate(c, op, &x, &y) != 0)
			return -1;
	*out = value_float(bigdec_float(&x));
	return 0;
}

static int addf(struct call *c, struct value *out)
{
	return fold(c, out, ADD, 0, 0);
}

static int add1f(struct call *c, struct value *out)
{
	return fold(c, out, ADD, 1, 0);
}

static int subf(struct call *c, struct value *out)
{
	return fold(c, out, SUB, arg_float(c, 0), 1);
}

static int mulf(struct call *c, struct value *out)
{
	return fold(c, out, MUL, arg_float(c, 0), 1);
}

static int divf(struct call *c, struct value *out)
{
	return fold(c, out, DIV, arg_float(c, 0), 1);
}

/* ---- conversions ---- */

static int to_int(struct call *c, struct value *out)
{
	*out = value_int(arg_int(c, 0));
	return 0;
}

static int to_int64(struct call *c, struct value *out)
{
	*out = value_int64(arg_int(c, 0));
	return 0;
}

static int to_float64(struct call *c, struct value *out)
{
	*out = value_float(arg_float(c, 0));
	return 0;
}

/* Where the number does not fit the nearest one does. */
static int atoi_of(struct call *c, struct value *out)
{
	int64_t n;

	parse_int(call_str(c, 0), 10, &n);
	*out = value_int(n);
	return 0;
}

/* From octal, as file modes are written. */
static int to_decimal(struct call *c, struct value *out)
{
	struct buf b = BUF_INIT;
	int64_t n;

	if (sprig_strval(c, &b, &c->args[0]) != 0) {
		buf_release(&b);
		return -1;
	}
	if (!parse_int(buf_str(&b), 8, &n))
		n = 0;
	buf_release(&b);
	*out = value_int64(n);
	return 0;
}

/* ---- sequences ---- */

/* start, start + step, ... up to stop, which is not in it. */
struct sequence {
	int64_t start, stop, step;
};

/* How many numbers it has: none where the step leads away from stop. */
static uint64_t sequence_length(const struct sequence *s)
{
	uint64_t way, step;

	if (s->stop < s->start) {
		if (s->step >= 0)
			return 0;
		way = (uint64_t)s->start - (uint64_t)s->stop;
		step = 0 - (uint64_t)s->step;
	} else {
		if (s->step <= 0)
			return 0;
		way = (uint64_t)s->stop - (uint64_t)s->start;
		step = (uint64_t)s->step;
	}
	return way / step + (way % step != 0);
}

static int return_sequence(struct call *c, struct value *out,
			   struct sequence s)
{
	uint64_t n = sequence_length(&s), i;
	struct value *items;

	if (call_charge(c, n, sizeof(*items)) != 0)
		return -1;
	items = arena_array(c->arena, struct value, n);
	for (i = 0; i < n; i++)
		items[i] = value_int(plus(s.start, times((int64_t)i, s.step)));
	*out = value_list(&type_ints, n ? items : VALUE_EMPTY, (uint32_t)n);
	return 0;
}

static int until(struct call *c, struct value *out)
{
	int64_t n = call_int(c, 0);

	return return_sequence(c, out,
			       (struct sequence){ 0, n, n < 0 ? -1 : 1 });
}

static int until_step(struct call *c, struct value *out)
{
	return return_sequence(c, out,
			       (struct sequence){ call_int(c, 0),
						  call_int(c, 1),
						  call_int(c, 2) });
}

/* The arguments of seq: [[first] step] last.  False: it is empty. */
static bool seq_bounds(const struct call *c, struct sequence *s)
{
	int64_t last, towards;

	if (c->n < 1 || c->n > 3)
		return false;
	last = call_int(c, c->n - 1);
	s->start = c->n == 1 ? 1 : call_int(c, 0);
	towards = last < s->start ? -1 : 1;
	s->step = c->n == 3 ? call_int(c, 1) : towards;
	s->stop = plus(last, towards);
	return !(c->n == 3 && towards < 0 && s->step > 0);
}

static int seq(struct call *c, struct value *out)
{
	struct buf b = BUF_INIT;
	struct sequence s;
	uint64_t n, i;

	*out = value_str(STR(""));
	if (!seq_bounds(c, &s))
		return 0;
	n = sequence_length(&s);
	if (call_charge(c, n, 20) != 0)		/* digits of an int64 */
		return -1;
	for (i = 0; i < n; i++)
		buf_printf(&b, i ? " %lld" : "%lld",
			   (long long)plus(s.start,
					   times((int64_t)i, s.step)));
	return call_return_buf(c, out, &b);
}

static const struct func rows[] = {
	{ "add", "(...interface {}) int64", add },
	{ "add1", "(interface {}) int64", add1 },
	{ "sub", "(interface {}, interface {}) int64", sub },
	{ "mul", "(interface {}, ...interface {}) int64", mul },
	{ "div", "(interface {}, interface {}) int64", divide },
	{ "mod", "(interface {}, interface {}) int64", mod },
	{ "max", "(interface {}, ...interface {}) int64", largest },
	{ "biggest", "(interface {}, ...interface {}) int64", largest },
	{ "min", "(interface {}, ...interface {}) int64", smallest },
	{ "maxf", "(interface {}, ...interface {}) float64", maxf },
	{ "minf", "(interface {}, ...interface {}) float64", minf },
	{ "floor", "(interface {}) float64", floor_of },
	{ "ceil", "(interface {}) float64", ceil_of },
	{ "round", "(interface {}, int, ...float64) float64", round_to },
	{ "addf", "(...interface {}) float64", addf },
	{ "add1f", "(interface {}) float64", add1f },
	{ "subf", "(interface {}, ...interface {}) float64", subf },
	{ "mulf", "(interface {}, ...interface {}) float64", mulf },
	{ "divf", "(interface {}, ...interface {}) float64", divf },
	{ "int", "(interface {}) int", to_int },
	{ "int64", "(interface {}) int64", to_int64 },
	{ "float64", "(interface {}) float64", to_float64 },
	{ "atoi", "(string) int", atoi_of },
	{ "toDecimal", "(interface {}) int64", to_decimal },
	{ "until", "(int) []int", until },
	{ "untilStep", "(int, int, int) []int", until_step },
	{ "seq", "(...int) string", seq },
};

const struct func_table sprig_math = FUNC_TABLE(rows);
