/*
 * The spellings of Go's strconv/ftoa.go.  With a precision, C's printf rounds
 * and spells e, f and g as Go does (exactly, halves to even); without one the
 * digits come from base/decimal.  Hexadecimal is done here: C's %a leaves the
 * leading digit of denormal numbers 0 and spells exponents without a leading
 * zero.
 */
#include "tmpl/number.h"

#include <math.h>
#include <stdlib.h>

#include "base/decimal.h"

#define MANTISSA_BITS 52
#define MANTISSA_TOP (UINT64_C(1) << MANTISSA_BITS)
#define EXPONENT_BITS 0x7ff
#define EXPONENT_BIAS 1023
/* In hexadecimal the leading 1 stands here, 15 digits below it. */
#define HEX_TOP 60
#define HEX_DIGITS 15
/* %g of the shortest digits: with an exponent from this one on. */
#define G_EXPONENT 6

/* d = mantissa * 2^(exponent - MANTISSA_BITS) */
struct binary {
	uint64_t mantissa;
	int exponent;
};

static struct binary binary_of(double d)
{
	struct binary b;
	uint64_t bits;

	memcpy(&bits, &d, sizeof(bits));
	b.exponent = (int)(bits >> MANTISSA_BITS & EXPONENT_BITS);
	b.mantissa = bits & (MANTISSA_TOP - 1);
	if (b.exponent)
		b.mantissa |= MANTISSA_TOP;
	else
		b.exponent++;		/* a denormal number */
	b.exponent -= EXPONENT_BIAS;
	return b;
}

static void spell_binary(struct buf *out, double d)
{
	struct binary b = binary_of(d);

	buf_printf(out, "%llup%+d", (unsigned long long)b.mantissa,
		   b.exponent - MANTISSA_BITS);
}

/* Round to `digits` hexadecimal digits behind the point, halves to even. */
static void hex_round(struct binary *b, int digits)
{
	int shift = digits * 4;
	uint64_t below = (UINT64_C(1) << HEX_TOP) - 1;
	uint64_t rest = (b->mantissa << shift) & below;

	b->mantissa >>= HEX_TOP - shift;
	if ((rest | (b->mantissa & 1)) > UINT64_C(1) << (HEX_TOP - 1))
		b->mantissa++;
	b->mantissa <<= HEX_TOP - shift;
	if (b->mantissa >> (HEX_TOP + 1)) {
		b->mantissa >>= 1;
		b->exponent++;
	}
}

static void spell_hex(struct buf *out, double d, char verb, int precision)
{
	const char *digits = verb == 'x' ? "0123456789abcdef"
					 : "0123456789ABCDEF";
	struct binary b = binary_of(d);

	if (!b.mantissa)
		b.exponent = 0;
	b.mantissa <<= HEX_TOP - MANTISSA_BITS;
	for (; b.mantissa && !(b.mantissa >> HEX_TOP); b.exponent--)
		b.mantissa <<= 1;
	if (precision >= 0 && precision < HEX_DIGITS)
		hex_round(&b, precision);
	buf_addc(out, '0');
	buf_addc(out, verb);
	buf_addc(out, (char)('0' + (b.mantissa >> HEX_TOP & 1)));
	b.mantissa <<= 4;
	if (precision > 0 || (precision < 0 && b.mantissa))
		buf_addc(out, '.');
	for (int i = 0; precision < 0 ? b.mantissa != 0 : i < precision; i++) {
		buf_addc(out, digits[b.mantissa >> HEX_TOP]);
		b.mantissa <<= 4;
	}
	buf_printf(out, "%c%c%02d", verb == 'x' ? 'p' : 'P',
		   b.exponent < 0 ? '-' : '+', abs(b.exponent));
}

static void spell_shortest(struct buf *out, double d, char verb)
{
	struct decimal dec;
	bool upper = verb == 'E' || verb == 'G';
	bool e = verb == 'e' || verb == 'E';

	decimal_shortest(&dec, d, false);
	if (verb == 'g' || verb == 'G')
		e = dec.point - 1 < -4 || dec.point - 1 >= G_EXPONENT;
	if (e)
		decimal_spell_e(out, &dec, upper ? 'E' : 'e', 2);
	else
		decimal_spell_f(out, &dec);
}

static void spell_rounded(struct buf *out, double d, char verb, int precision)
{
	switch (verb) {
	case 'e':
		buf_printf(out, "%.*e", precision, d);
		break;
	case 'E':
		buf_printf(out, "%.*E", precision, d);
		break;
	case 'f':
		buf_printf(out, "%.*f", precision, d);
		break;
	case 'g':
		buf_printf(out, "%.*g", precision, d);
		break;
	default:
		buf_printf(out, "%.*G", precision, d);
	}
}

void float_text(struct buf *out, double d, char verb, int precision)
{
	if (isnan(d) || isinf(d)) {
		buf_addz(out, isnan(d) ? "NaN" : d < 0 ? "-Inf" : "+Inf");
		return;
	}
	if (signbit(d)) {
		buf_addc(out, '-');
		d = -d;
	}
	if (verb == 'b')
		spell_binary(out, d);
	else if (verb == 'x' || verb == 'X')
		spell_hex(out, d, verb, precision);
	else if (precision < 0)
		spell_shortest(out, d, verb);
	else
		spell_rounded(out, d, verb, precision);
}
