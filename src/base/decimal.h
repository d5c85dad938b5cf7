/*
 * decimal - the shortest decimal digits of a float.
 *
 * Shortest: no decimal of fewer digits reads back as the same double (or, of
 * a narrow one, the same float); of several it is the nearest.
 */
#ifndef BASE_DECIMAL_H
#define BASE_DECIMAL_H

#include "base/str.h"

/* 0.DIGITS * 10^point */
struct decimal {
	char digits[24];
	int n, point;
};

/* Of a finite d >= 0; zero is the one digit 0 at point 1. */
void decimal_shortest(struct decimal *out, double d, bool narrow);

/* d.ddde+XX, the exponent with at least `width` digits. */
void decimal_spell_e(struct buf *b, const struct decimal *dec, char e,
		     int width);
/* ddd.ddd */
void decimal_spell_f(struct buf *b, const struct decimal *dec);

#endif
