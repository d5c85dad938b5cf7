/*
 * bigdec - exact arithmetic with decimal fractions.
 *
 * The digits stand in limbs of nine, so that powers of ten are shifts by whole
 * limbs and one short multiplication.  What comes from a float has 17 digits
 * at most, which makes one operand of each product and quotient fit 64 bits;
 * long division is not needed.
 */
#include "go/bigdec.h"

#include <math.h>
#include <stdlib.h>

#include "base/decimal.h"

#define LIMB 1000000000u
#define LIMB_DIGITS 9
#define PLACES 16	/* of quotients */

__extension__ typedef unsigned __int128 wide;

struct number {
	uint32_t *limbs;
	uint32_t n;
};

static struct number new_number(struct arena *a, size_t n)
{
	return (struct number){ arena_zalloc(a, n * sizeof(uint32_t)),
				(uint32_t)n };
}

static struct bigdec result(bool negative, struct number x, int64_t exponent)
{
	while (x.n && !x.limbs[x.n - 1])
		x.n--;
	return (struct bigdec){ negative && x.n, exponent, x.n, x.limbs };
}

static uint32_t power_of_ten(uint32_t n)
{
	uint32_t p = 1;

	while (n--)
		p *= 10;
	return p;
}

/* ---- from and to floats ---- */

struct bigdec bigdec_of(struct arena *a, double d)
{
	struct number x = new_number(a, 2);
	struct decimal shortest;
	uint64_t digits = 0;
	int i;

	decimal_shortest(&shortest, fabs(d), false);
	for (i = 0; i < shortest.n; i++)
		digits = digits * 10 + (uint64_t)(shortest.digits[i] - '0');
	x.limbs[0] = (uint32_t)(digits % LIMB);
	x.limbs[1] = (uint32_t)(digits / LIMB);
	return result(d < 0, x, digits ? shortest.point - shortest.n : 0);
}

double bigdec_float(const struct bigdec *d)
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

/* ---- digits ---- */

/* x * 10^power */
static struct number scaled(struct arena *a, const struct bigdec *x,
			    uint64_t power)
{
	uint32_t shift = (uint32_t)(power / LIMB_DIGITS), i;
	uint32_t factor = power_of_ten((uint32_t)(power % LIMB_DIGITS));
	struct number y = new_number(a, (size_t)x->n + shift + 1);
	uint64_t carry = 0;

	for (i = 0; i < x->n; i++) {
		carry += (uint64_t)x->limbs[i] * factor;
		y.limbs[shift + i] = (uint32_t)(carry % LIMB);
		carry /= LIMB;
	}
	y.limbs[shift + i] = (uint32_t)carry;
	return y;
}

static uint32_t limb(struct number x, uint32_t i)
{
	return i < x.n ? x.limbs[i] : 0;
}

static bool less(struct number x, struct number y)
{
	uint32_t i = x.n > y.n ? x.n : y.n;

	while (i-- > 0)
		if (limb(x, i) != limb(y, i))
			return limb(x, i) < limb(y, i);
	return false;
}

static struct number sum(struct arena *a, struct number x, struct number y)
{
	struct number z = new_number(a, (size_t)(x.n > y.n ? x.n : y.n) + 1);
	uint32_t carry = 0, i;

	for (i = 0; i < z.n; i++) {
		carry += limb(x, i) + limb(y, i);
		z.limbs[i] = carry % LIMB;
		carry /= LIMB;
	}
	return z;
}

/* x - y, which must not be negative. */
static struct number difference(struct arena *a, struct number x,
				struct number y)
{
	struct number z = new_number(a, x.n);
	uint32_t borrow = 0, i, take;

	for (i = 0; i < z.n; i++) {
		take = limb(y, i) + borrow;
		borrow = limb(x, i) < take;
		z.limbs[i] = limb(x, i) + (borrow ? LIMB : 0) - take;
	}
	return z;
}

/* x / by, in place: the rest. */
static uint64_t divide(struct number x, uint64_t by)
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

/* x / 10^power, in place (power > 0); was what fell off at least a half? */
static bool drop_digits(struct number *x, uint64_t power)
{
	uint64_t shift = (power - 1) / LIMB_DIGITS;

	if (shift >= x->n) {
		x->n = 0;
		return false;
	}
	x->limbs += shift;
	x->n -= (uint32_t)shift;
	divide(*x, power_of_ten((uint32_t)((power - 1) % LIMB_DIGITS)));
	return divide(*x, 10) >= 5;
}

/* ---- arithmetic ---- */

static struct bigdec add(struct arena *a, const struct bigdec *x,
			 const struct bigdec *y, bool y_negative)
{
	int64_t e = x->exponent < y->exponent ? x->exponent : y->exponent;
	struct number p = scaled(a, x, (uint64_t)(x->exponent - e));
	struct number q = scaled(a, y, (uint64_t)(y->exponent - e));

	if (x->negative == y_negative)
		return result(y_negative, sum(a, p, q), e);
	if (less(p, q))
		return result(y_negative, difference(a, q, p), e);
	return result(x->negative, difference(a, p, q), e);
}

struct bigdec bigdec_add(struct arena *a, const struct bigdec *x,
			 const struct bigdec *y)
{
	return add(a, x, y, y->negative);
}

struct bigdec bigdec_sub(struct arena *a, const struct bigdec *x,
			 const struct bigdec *y)
{
	return add(a, x, y, !y->negative);
}

struct bigdec bigdec_mul(struct arena *a, const struct bigdec *x,
			 const struct bigdec *y)
{
	struct number z = new_number(a, (size_t)x->n + 3);
	uint64_t factor = short_digits(y);
	wide carry = 0;
	uint32_t i;

	for (i = 0; i < z.n; i++) {
		if (i < x->n)
			carry += (wide)x->limbs[i] * factor;
		z.limbs[i] = (uint32_t)(carry % LIMB);
		carry /= LIMB;
	}
	return result(x->negative != y->negative, z,
		      x->exponent + y->exponent);
}

struct bigdec bigdec_div(struct arena *a, const struct bigdec *x,
			 const struct bigdec *y)
{
	int64_t e = x->exponent - y->exponent + PLACES;
	struct number q = scaled(a, x, e > 0 ? (uint64_t)e : 0);
	uint64_t by = short_digits(y), rest = divide(q, by);
	struct number one = new_number(a, 1);
	bool up = rest >= by - rest;

	/* The rest of the division counts for less than one unit of what is
	 * dropped here, so it cannot lift it to a half. */
	if (e < 0)
		up = drop_digits(&q, (uint64_t)-e);
	one.limbs[0] = up;
	return result(x->negative != y->negative, sum(a, q, one), -PLACES);
}

size_t bigdec_cost(const struct bigdec *x, const struct bigdec *y)
{
	int64_t apart = x->exponent - y->exponent;
	uint64_t digits = (uint64_t)(apart < 0 ? -apart : apart);

	return ((size_t)x->n + y->n + digits / LIMB_DIGITS + 8) * 4 *
	       sizeof(uint32_t);
}
