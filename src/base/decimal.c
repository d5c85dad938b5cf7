#include "base/decimal.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Whole numbers below have neighbours at most 1 away, so that none of their
 * digits can be spared but zeros at the end. */
#define WHOLE_MAX 0x1p53
#define WHOLE_MAX_NARROW 0x1p24

/* Does %.*e text read back as d, in the given width? */
static bool reads_back(const char *text, double d, bool narrow)
{
	return narrow ? strtof(text, NULL) == (float)d
		      : strtod(text, NULL) == d;
}

/* The digits of %.*e moved one up in the last place; false at a 9. */
static bool digit_up(char *text, int precision)
{
	char *last = text + (precision > 1 ? precision : 0);

	if (*last == '9')
		return false;
	++*last;
	return true;
}

static void whole(struct decimal *out, uint64_t u)
{
	char digits[24];
	int at = (int)sizeof(digits);

	do
		digits[--at] = (char)('0' + u % 10);
	while (u /= 10);
	out->n = out->point = (int)sizeof(digits) - at;
	memcpy(out->digits, digits + at, (size_t)out->n);
}

/* Rounding to n digits finds the shortest spelling but at a power of two:
 * there the gap below is half the gap above, and the neighbour above may be
 * near enough where the nearer one below is not. */
static void search(struct decimal *out, double d, bool narrow)
{
	char text[40];
	int exponent, n = narrow || d < DBL_MIN ? 1 : 15;
	bool power = frexp(d, &exponent) == 0.5;
	const char *e;

	for (; n <= 17; n++) {
		snprintf(text, sizeof(text), "%.*e", n - 1, d);
		if (reads_back(text, d, narrow))
			break;
		if (power && digit_up(text, n) && reads_back(text, d, narrow))
			break;
	}
	e = strchr(text, 'e');
	out->n = 0;
	for (const char *p = text; p < e; p++)
		if (*p != '.')
			out->digits[out->n++] = *p;
	out->point = (int)strtol(e + 1, NULL, 10) + 1;
}

void decimal_shortest(struct decimal *out, double d, bool narrow)
{
	if (d < (narrow ? WHOLE_MAX_NARROW : WHOLE_MAX) && d == floor(d))
		whole(out, (uint64_t)d);
	else
		search(out, d, narrow);
	while (out->n > 1 && out->digits[out->n - 1] == '0')
		out->n--;
}

void decimal_spell_e(struct buf *b, const struct decimal *dec, char e,
		     int width)
{
	int exponent = dec->point - 1;

	buf_addc(b, dec->digits[0]);
	if (dec->n > 1) {
		buf_addc(b, '.');
		buf_add(b, dec->digits + 1, (size_t)dec->n - 1);
	}
	buf_printf(b, "%c%c%0*d", e, exponent < 0 ? '-' : '+', width,
		   abs(exponent));
}

void decimal_spell_f(struct buf *b, const struct decimal *dec)
{
	size_t n = (size_t)dec->n;

	if (dec->point <= 0) {
		buf_addz(b, "0.");
		buf_fill(b, '0', (size_t)-dec->point);
		buf_add(b, dec->digits, n);
	} else if (n <= (size_t)dec->point) {
		buf_add(b, dec->digits, n);
		buf_fill(b, '0', (size_t)dec->point - n);
	} else {
		buf_add(b, dec->digits, (size_t)dec->point);
		buf_addc(b, '.');
		buf_add(b, dec->digits + dec->point, n - (size_t)dec->point);
	}
}
