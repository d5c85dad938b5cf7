/*
 * bigdec - exact arithmetic with decimal fractions.
 *
 * sprig's addf, subf, mulf and divf compute with shopspring/decimal, so that
 * 0.1 + 0.2 is 0.3: a float counts as the shortest decimal that reads back as
 * the same, and only the result becomes a float again.  Sums and products are
 * exact, quotients rounded to 16 places.
 *
 * Numbers live in an arena and never change.
 */
#ifndef GO_BIGDEC_H
#define GO_BIGDEC_H

#include "base/arena.h"

/* (negative ? -1 : 1) * limbs * 10^exponent */
struct bigdec {
	bool negative;
	int64_t exponent;
	uint32_t n;			/* 0: zero */
	const uint32_t *limbs;		/* of nine digits, lowest first */
};

/* d must be finite. */
struct bigdec bigdec_of(struct arena *a, double d);
double bigdec_float(const struct bigdec *d);

struct bigdec bigdec_add(struct arena *a, const struct bigdec *x,
			 const struct bigdec *y);
struct bigdec bigdec_sub(struct arena *a, const struct bigdec *x,
			 const struct bigdec *y);
/* y must come from bigdec_of(), here and below: it is short. */
struct bigdec bigdec_mul(struct arena *a, const struct bigdec *x,
			 const struct bigdec *y);
/* y must not be zero. */
struct bigdec bigdec_div(struct arena *a, const struct bigdec *x,
			 const struct bigdec *y);
/* An upper bound of the bytes that any of these take. */
size_t bigdec_cost(const struct bigdec *x, const struct bigdec *y);

#endif
