/*
 * strconv - numbers and quoted strings.
 *
 * Strings are escaped as in strconv/quote.go: \a \b \f \n \r \t \v, \xNN for
 * the other ASCII control characters and for bytes that are not UTF-8, \uNNNN
 * or \UNNNNNNNN for characters that do not print.
 *
 * Floats are spelled as in strconv/ftoa.go.  With a precision, C's printf
 * rounds and spells e, f and g as Go does (exactly, halves to even); without
 * one the digits come from base/decimal.  Hexadecimal is done here: C's %a
 * gives subnormal numbers a leading 0, and exponents no leading zero.
 */
#include "go/strconv.h"

#include <math.h>
#include <stdlib.h>

#include "base/chars.h"
#include "base/decimal.h"
#include "go/unicode.h"
#include "tree/utf8.h"

#define RUNE_ERROR 0xfffdu
#define RUNE_MAX 0x10ffffu
#define BYTE_ORDER_MARK 0xfeffu

#define MANTISSA_BITS 52
#define MANTISSA_TOP (UINT64_C(1) << MANTISSA_BITS)
#define EXPONENT_BITS 0x7ff
#define EXPONENT_BIAS 1023
/* In hexadecimal the leading 1 is this bit, followed by 15 digits. */
#define HEX_TOP 60
#define HEX_DIGITS 15
/* %g of the shortest digits uses an exponent from this one on. */
#define G_EXPONENT 6

/* ---- quoting ---- */

static const char short_escapes[] = {
	['\a'] = 'a', ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n',
	['\r'] = 'r', ['\t'] = 't', ['\v'] = 'v',
};

static void add_escape(struct buf *out, uint32_t c)
{
	if (c < sizeof(short_escapes) && short_escapes[c]) {
		buf_addc(out, '\\');
		buf_addc(out, short_escapes[c]);
	} else if (c < 0x80) {
		buf_printf(out, "\\x%02x", c);
	} else if (c < 0x10000) {
		buf_printf(out, "\\u%04x", c);
	} else {
		buf_printf(out, "\\U%08x", c);
	}
}

static void add_rune(struct buf *out, uint32_t c, char mark, bool ascii)
{
	if (c == (unsigned char)mark || c == '\\') {
		buf_addc(out, '\\');
		buf_addc(out, (char)c);
	} else if ((c < 0x80 || !ascii) && char_prints(c)) {
		utf8_add(out, c);
	} else {
		add_escape(out, c);
	}
}

/* The number of bytes from i on that stand for themselves in double quotes. */
static size_t plain_run(str s, size_t i)
{
	size_t from = i;

	while (i < s.n && s.p[i] >= ' ' && s.p[i] < 0x7f && s.p[i] != '"' &&
	       s.p[i] != '\\')
		i++;
	return i - from;
}

void quote_text(struct buf *out, str s, bool ascii)
{
	uint32_t c;
	size_t n;

	buf_reserve(out, s.n + 2);
	buf_addc(out, '"');
	for (size_t i = 0; i < s.n; i += n) {
		n = plain_run(s, i);
		if (n) {
			buf_add(out, s.p + i, n);
			continue;
		}
		n = utf8_decode(str_sub(s, i, s.n), &c);
		if (n == 1 && c == RUNE_ERROR)
			buf_printf(out, "\\x%02x", (unsigned char)s.p[i]);
		else
			add_rune(out, c, '"', ascii);
	}
	buf_addc(out, '"');
}

void quote_rune(struct buf *out, uint32_t c, bool ascii)
{
	if (c > RUNE_MAX || (c >= 0xd800 && c < 0xe000))
		c = RUNE_ERROR;
	buf_addc(out, '\'');
	add_rune(out, c, '\'', ascii);
	buf_addc(out, '\'');
}

bool quote_can_raw(str s)
{
	uint32_t c;
	size_t n;

	for (size_t i = 0; i < s.n; i += n) {
		n = utf8_decode(str_sub(s, i, s.n), &c);
		if ((c < ' ' && c != '\t') || c == '`' || c == 0x7f ||
		    c == BYTE_ORDER_MARK || (n == 1 && c == RUNE_ERROR))
			return false;
	}
	return true;
}

/* ---- parsing numbers ---- */

static int lower(char c)
{
	return is_upper(c) ? c | 0x20 : (unsigned char)c;
}

/* The value of a digit of any base up to 36; 36 for other characters. */
static int digit(char c)
{
	if (is_digit(c))
		return c - '0';
	return is_alpha(c) ? lower(c) - 'a' + 10 : 36;
}

static str without_sign(str s, bool *negative)
{
	*negative = s.n && s.p[0] == '-';
	if (s.n && (s.p[0] == '-' || s.p[0] == '+'))
		s = str_sub(s, 1, s.n);
	return s;
}

bool underscores_fit(str s)
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

/* Take a prefix off, and return the base it names. */
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
	if (!whole.n || (prefix && !underscores_fit(whole)))
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
		if (n > (UINT64_MAX - d) / b) {	/* the rest is not read */
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
	if (!is_float(whole) || (underscores && !underscores_fit(whole)))
		return false;
	for (i = 0; i < s.n; i++)
		if (s.p[i] != '_')
			buf_addc(&b, s.p[i]);
	*out = strtod(buf_z(&b), NULL);
	buf_release(&b);
	return isfinite(*out);
}

/* ---- unquoting ---- */

/* Cut n digits off *s. */
static bool cut_digits(str *s, size_t n, int base, uint32_t *out)
{
	int d;

	*out = 0;
	if (s->n < n)
		return false;
	for (; n; n--) {
		d = digit(s->p[0]);
		if (d >= base)
			return false;
		*out = *out * (uint32_t)base + (uint32_t)d;
		*s = str_sub(*s, 1, s->n);
	}
	return true;
}

/* Cut what follows a backslash off *s.  `byte`: it names a byte, not a
 * character. */
static bool cut_escape(str *s, char quote, uint32_t *c, bool *byte)
{
	static const char names[] = "abfnrtv\\", values[] = "\a\b\f\n\r\t\v\\";
	const char *name;
	char e;

	if (!s->n)
		return false;
	e = s->p[0];
	if (e >= '0' && e <= '7') {
		*byte = true;
		return cut_digits(s, 3, 8, c) && *c <= 0xff;
	}
	*s = str_sub(*s, 1, s->n);
	name = e ? strchr(names, e) : NULL;
	if (name || e == quote) {
		*c = (unsigned char)(name ? values[name - names] : e);
		return true;
	}
	*byte = e == 'x';
	if (e != 'x' && e != 'u' && e != 'U')
		return false;
	return cut_digits(s, e == 'x' ? 2 : e == 'u' ? 4 : 8, 16, c) &&
	       (*byte || (*c <= 0x10ffff && (*c < 0xd800 || *c > 0xdfff)));
}

bool unquote_char(str *s, char quote, uint32_t *c, bool *byte)
{
	size_t n;

	*byte = false;
	if (!s->n || s->p[0] == quote || s->p[0] == '\n')
		return false;
	n = utf8_decode(*s, c);
	*s = str_sub(*s, n, s->n);
	return *c != '\\' || cut_escape(s, quote, c, byte);
}

static str unquote_raw(struct arena *a, str s)
{
	char *p;
	size_t i, n = 0;

	if (str_find(s, 0, '\r') == s.n)
		return s;
	p = arena_alloc(a, s.n);
	for (i = 0; i < s.n; i++)
		if (s.p[i] != '\r')
			p[n++] = s.p[i];
	return (str){ p, n };
}

int unquote(str *out, struct arena *a, str quoted)
{
	struct buf b = BUF_INIT;
	char quote = quoted.p[0];
	str s = str_sub(quoted, 1, quoted.n - 1);
	size_t n;
	bool byte, ok = true;
	uint32_t c;

	if (quote == '`') {
		*out = unquote_raw(a, s);
		return 0;
	}
	if (quote == '"' && plain_run(s, 0) == s.n) {
		*out = s;
		return 0;
	}
	while (s.n && ok) {
		n = quote == '"' ? plain_run(s, 0) : 0;
		if (n) {
			buf_add(&b, s.p, n);
			s = str_sub(s, n, s.n);
			continue;
		}
		ok = unquote_char(&s, quote, &c, &byte);
		if (ok && byte)
			buf_addc(&b, (char)c);
		else if (ok)
			utf8_add(&b, c);
	}
	*out = arena_str(a, buf_str(&b));
	buf_release(&b);
	return ok ? 0 : -1;
}

/* ---- spelling floats ---- */

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

/* Round to `digits` hexadecimal digits after the point, halves to even. */
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
