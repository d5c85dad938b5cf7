/*
 * math - sprig's numbers (numeric.go).
 *
 * Whole numbers are int64 and wrap around, as Go's do; add, max and the like
 * cut fractions off.  The functions with an f compute with decimals
 * (sprig/bigdec.h), except for maxf and minf.
 */
#include <math.h>

#include "sprig/convert.h"
#include "go/bigdec.h"
#include "sprig/sprig.h"
#include "go/strconv.h"

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
