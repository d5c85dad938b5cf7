#include "tmpl/format.h"

#include "go/strconv.h"
#include "go/unicode.h"
#include "tree/utf8.h"

#define RUNE_ERROR 0xfffdu
#define RUNE_MAX 0x10ffffu
/* The digits of %#g without a precision. */
#define SHARP_DIGITS 6

static const char lower_digits[] = "0123456789abcdef";
static const char upper_digits[] = "0123456789ABCDEF";

/* May n more bytes be written? */
static bool room(struct format *f, size_t n)
{
	if (f->out->n > f->limit || n > f->limit - f->out->n)
		f->full = true;
	return !f->full;
}

void format_bytes(struct format *f, str s)
{
	if (room(f, s.n))
		buf_adds(f->out, s);
}

static void format_byte(struct format *f, char c)
{
	if (room(f, 1))
		buf_addc(f->out, c);
}

void format_z(struct format *f, const char *z)
{
	format_bytes(f, str_of(z));
}

/* ---- padding ---- */

static size_t count_runes(str s)
{
	size_t n = 0;
	uint32_t c;

	for (size_t i = 0; i < s.n; n++)
		i += (unsigned char)s.p[i] < 0x80
			     ? 1
			     : utf8_decode(str_sub(s, i, s.n), &c);
	return n;
}

/* Zeros only on the left. */
static void fill(struct format *f, size_t n)
{
	bool zeros = f->spec.zero && !f->spec.minus;

	if (room(f, n))
		buf_fill(f->out, zeros ? '0' : ' ', n);
}

/* The width left after n characters. */
static size_t width_left(const struct format *f, size_t n)
{
	size_t width = f->spec.has_width ? (size_t)f->spec.width : 0;

	return width > n ? width - n : 0;
}

void format_padded(struct format *f, str s)
{
	size_t more = 0;

	if (f->spec.has_width)
		more = width_left(f, count_runes(s));
	if (more && !f->spec.minus)
		fill(f, more);
	format_bytes(f, s);
	if (more && f->spec.minus)
		fill(f, more);
}

/* The same for numbers, which already have their zeros. */
static void pad_blank(struct format *f, str s)
{
	bool zero = f->spec.zero;

	f->spec.zero = false;
	format_padded(f, s);
	f->spec.zero = zero;
}

/* ---- text ---- */

/* As many characters of s as the precision allows. */
static str truncated(const struct format *f, str s)
{
	size_t i = 0;
	uint32_t c;

	if (!f->spec.has_precision)
		return s;
	for (int n = f->spec.precision; n > 0 && i < s.n; n--)
		i += utf8_decode(str_sub(s, i, s.n), &c);
	return str_sub(s, 0, i);
}

void format_text(struct format *f, str s)
{
	format_padded(f, truncated(f, s));
}

void format_quoted(struct format *f, str s)
{
	struct buf *b = &f->scratch;

	s = truncated(f, s);
	if (!room(f, s.n))
		return;
	buf_clear(b);
	if (f->spec.sharp && quote_can_raw(s)) {
		buf_addc(b, '`');
		buf_adds(b, s);
		buf_addc(b, '`');
	} else {
		quote_text(b, s, f->spec.plus);
	}
	format_padded(f, buf_str(b));
}

/* "0x" once, or with the blank flag before every byte. */
void format_hex(struct format *f, str s, bool upper)
{
	const char *digits = upper ? upper_digits : lower_digits;
	const struct spec *spec = &f->spec;
	struct buf *b = &f->scratch;

	if (spec->has_precision)
		s = str_sub(s, 0, (size_t)spec->precision);
	if (!room(f, 2 * s.n))
		return;
	buf_clear(b);
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (spec->space && i > 0)
			buf_addc(b, ' ');
		if (spec->sharp && (spec->space || i == 0)) {
			buf_addc(b, '0');
			buf_addc(b, upper ? 'X' : 'x');
		}
		buf_addc(b, digits[c >> 4]);
		buf_addc(b, digits[c & 15]);
	}
	format_padded(f, buf_str(b));
}

/* ---- integers ---- */

#define DIGITS_MAX 64	/* of a uint64 in base 2 */

/* Write the digits of u at the end of `place`. */
static str digits_of(char *place, uint64_t u, unsigned base, bool upper)
{
	const char *digits = upper ? upper_digits : lower_digits;
	char *end = place + DIGITS_MAX, *p = end;

	if (base == 10)
		do
			*--p = (char)('0' + u % 10);
		while (u /= 10);
	else
		do
			*--p = digits[u % base];
		while (u /= base);
	return (str){ p, (size_t)(end - p) };
}

/* The least number of digits: the precision, else a width filled with zeros. */
static size_t digits_wanted(const struct spec *spec, bool negative)
{
	size_t n = 0;

	if (spec->has_precision)
		n = (size_t)spec->precision;
	else if (spec->zero && !spec->minus && spec->has_width) {
		n = (size_t)spec->width;
		if (n && (negative || spec->plus || spec->space))
			n--;
	}
	return n;
}

static void add_sign(struct buf *b, const struct spec *spec, bool negative)
{
	if (negative)
		buf_addc(b, '-');
	else if (spec->plus)
		buf_addc(b, '+');
	else if (spec->space)
		buf_addc(b, ' ');
}

/* `zeroed`: the digits start with a zero. */
static void add_prefix(struct buf *b, const struct spec *spec, unsigned base,
		       uint32_t verb, bool zeroed)
{
	if (verb == 'O')
		buf_addz(b, "0o");
	if (!spec->sharp)
		return;
	if (base == 2)
		buf_addz(b, "0b");
	else if (base == 16)
		buf_addz(b, verb == 'X' ? "0X" : "0x");
	else if (base == 8 && !zeroed)
		buf_addc(b, '0');
}

void format_integer(struct format *f, uint64_t u, bool is_signed,
		    unsigned base, uint32_t verb)
{
	bool negative = is_signed && u >> 63;
	const struct spec *spec = &f->spec;
	struct buf *b = &f->scratch;
	char place[DIGITS_MAX];
	size_t wanted = digits_wanted(spec, negative);
	str digits;

	buf_clear(b);
	if (spec->has_precision && spec->precision == 0 && u == 0) {
		pad_blank(f, STR(""));
		return;
	}
	digits = digits_of(place, negative ? 0 - u : u, base, verb == 'X');
	add_sign(b, spec, negative);
	add_prefix(b, spec, base, verb,
		   wanted > digits.n || digits.p[0] == '0');
	if (wanted > digits.n)
		buf_fill(b, '0', wanted - digits.n);
	buf_adds(b, digits);
	pad_blank(f, buf_str(b));
}

/* ---- characters ---- */

static uint32_t rune_of(uint64_t u)
{
	return u > RUNE_MAX || (u >= 0xd800 && u < 0xe000) ? RUNE_ERROR
							   : (uint32_t)u;
}

void format_rune(struct format *f, uint64_t u)
{
	buf_clear(&f->scratch);
	utf8_add(&f->scratch, rune_of(u));
	format_padded(f, buf_str(&f->scratch));
}

void format_quoted_rune(struct format *f, uint64_t u)
{
	buf_clear(&f->scratch);
	quote_rune(&f->scratch, rune_of(u), f->spec.plus);
	format_padded(f, buf_str(&f->scratch));
}

void format_unicode(struct format *f, uint64_t u)
{
	const struct spec *spec = &f->spec;
	struct buf *b = &f->scratch;
	int digits = 4;

	if (spec->has_precision && spec->precision > digits)
		digits = spec->precision;
	buf_clear(b);
	buf_printf(b, "U+%0*llX", digits, (unsigned long long)u);
	if (spec->sharp && u <= RUNE_MAX && char_prints((uint32_t)u)) {
		buf_addz(b, " '");
		utf8_add(b, (uint32_t)u);
		buf_addc(b, '\'');
	}
	pad_blank(f, buf_str(b));
}

/* ---- floats ---- */

/* Count the digits from the first that is not 0 (or the x of 0x) up to the
 * exponent, which starts at *tail. */
static int significant(str number, bool hex, size_t *tail, bool *point)
{
	bool seen = false;
	int n = 0;
	size_t i;

	*point = false;
	for (i = 0; i < number.n; i++) {
		char c = number.p[i];

		if (c == 'p' || c == 'P' || (!hex && (c == 'e' || c == 'E')))
			break;
		if (c == '.') {
			*point = true;
			continue;
		}
		seen = seen || c != '0';
		n += seen;
	}
	*tail = i;
	return n;
}

/* The # flag: always a point, and %g keeps its zeros.  The number starts at
 * byte 1 of b, after its sign. */
static void add_sharp(struct buf *b, char verb, int precision)
{
	bool hex = verb == 'x' || verb == 'X', point;
	str number = str_sub(buf_str(b), 1, b->n);
	bool zero = str_eq(number, STR("0"));
	int wanted = 0;
	char exponent[8];
	size_t tail, n;

	if (verb == 'g' || verb == 'G' || verb == 'x')
		wanted = precision < 0 ? SHARP_DIGITS : precision;
	wanted -= significant(number, hex, &tail, &point);
	n = number.n - tail;
	memcpy(exponent, number.p + tail, n);
	b->n = tail + 1;
	if (!point) {
		/* a lone 0 is a digit */
		wanted -= zero;
		buf_addc(b, '.');
	}
	if (wanted > 0)
		buf_fill(b, '0', (size_t)wanted);
	buf_add(b, exponent, n);
}

/* NaN and infinities are not padded with zeros.  An infinity always has its
 * sign, a NaN only on request. */
static bool put_no_number(struct format *f, str signed_text)
{
	char first = signed_text.p[1];

	if (first != 'I' && first != 'N')
		return false;
	if (first == 'N' && !f->spec.plus && signed_text.p[0] == '+')
		signed_text = str_sub(signed_text, 1, signed_text.n);
	pad_blank(f, signed_text);
	return true;
}

void format_float(struct format *f, double d, char verb, int precision)
{
	const struct spec *spec = &f->spec;
	struct buf *b = &f->scratch;
	str text;

	if (spec->has_precision)
		precision = spec->precision;
	buf_clear(b);
	buf_addc(b, '+');
	float_text(b, d, verb, precision);
	if (b->p[1] == '-' || b->p[1] == '+')
		buf_drop(b, 1);
	if (spec->space && b->p[0] == '+' && !spec->plus)
		b->p[0] = ' ';
	if (put_no_number(f, buf_str(b)))
		return;
	if (spec->sharp && verb != 'b')
		add_sharp(b, verb, precision);
	text = buf_str(b);
	if (!spec->plus && text.p[0] == '+') {
		format_padded(f, str_sub(text, 1, text.n));
		return;
	}
	if (spec->zero && !spec->minus && width_left(f, text.n)) {
		format_byte(f, text.p[0]);
		fill(f, width_left(f, text.n));
		text = str_sub(text, 1, text.n);
		format_bytes(f, text);
		return;
	}
	format_padded(f, text);
}
