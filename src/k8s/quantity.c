/*
 * A text is SIGN NUMERATOR [. DENOMINATOR] SUFFIX.  Up to 18 digits are read
 * into an int64, which covers most of them; all others are computed on decimal
 * digits, where scaling moves the point and only binary suffixes need
 * arithmetic.
 */
#include "k8s/quantity.h"

#include <stdlib.h>

#include "base/array.h"

#define DIGITS_MAX 18	/* so many fit int64, whichever they are */
#define SCALE_MIN (-9)	/* nano */

/* The messages of Kubernetes. */
static const char wrong_form[] = "quantities must match the regular "
	"expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
static const char wrong_suffix[] = "unable to parse quantity's suffix";
static const char wrong_number[] = "unable to parse numeric part of quantity";

static const struct suffix {
	str text;
	int32_t exponent;	/* of 10, or of 2 */
	enum quantity_format format;
} suffixes[] = {
	{ STR("n"), -9, QUANTITY_DECIMAL_SI },
	{ STR("u"), -6, QUANTITY_DECIMAL_SI },
	{ STR("m"), -3, QUANTITY_DECIMAL_SI },
	{ STR(""), 0, QUANTITY_DECIMAL_SI },
	{ STR("k"), 3, QUANTITY_DECIMAL_SI },
	{ STR("M"), 6, QUANTITY_DECIMAL_SI },
	{ STR("G"), 9, QUANTITY_DECIMAL_SI },
	{ STR("T"), 12, QUANTITY_DECIMAL_SI },
	{ STR("P"), 15, QUANTITY_DECIMAL_SI },
	{ STR("E"), 18, QUANTITY_DECIMAL_SI },
	{ STR("Ki"), 10, QUANTITY_BINARY_SI },
	{ STR("Mi"), 20, QUANTITY_BINARY_SI },
	{ STR("Gi"), 30, QUANTITY_BINARY_SI },
	{ STR("Ti"), 40, QUANTITY_BINARY_SI },
	{ STR("Pi"), 50, QUANTITY_BINARY_SI },
	{ STR("Ei"), 60, QUANTITY_BINARY_SI },
};

#define N_SUFFIXES (ARRAY_SIZE(suffixes))

const char *quantity_format_name(enum quantity_format format)
{
	static const char *const names[] = {
		[QUANTITY_NONE] = "",
		[QUANTITY_DECIMAL_SI] = "DecimalSI",
		[QUANTITY_BINARY_SI] = "BinarySI",
		[QUANTITY_DECIMAL_EXPONENT] = "DecimalExponent",
	};

	return names[format];
}

/* Go's int32 arithmetic wraps. */
static int32_t minus(int32_t a, int32_t b)
{
	return (int32_t)((uint32_t)a - (uint32_t)b);
}

/* ---- texts ---- */

struct parts {
	bool negative;
	str numerator, denominator;	/* the former without its zeros */
	str suffix;
	str number;			/* all before the suffix, sign off */
};

static size_t span(str s, size_t from, const char *of)
{
	while (from < s.n && s.p[from] && strchr(of, s.p[from]))
		from++;
	return from;
}

/* -1 if the text does not have the form.  Without any digit it is 0, as in
 * Go. */
static int split(struct parts *p, str text)
{
	static const char decimal[] = "0123456789";
	size_t at = text.n && (text.p[0] == '-' || text.p[0] == '+');
	size_t start = at, end;

	*p = (struct parts){ .negative = at && text.p[0] == '-' };
	at = span(text, at, "0");
	end = span(text, at, decimal);
	p->numerator = str_sub(text, at, end);
	at = end;
	if (at < text.n && text.p[at] == '.') {
		end = span(text, at + 1, decimal);
		p->denominator = str_sub(text, at + 1, end);
		at = end;
	}
	p->number = str_sub(text, start, at);
	p->suffix = str_sub(text, at, text.n);
	at = span(text, at, "eEinumkKMGTP");
	at += at < text.n && (text.p[at] == '-' || text.p[at] == '+');
	return span(text, at, decimal) == text.n ? 0 : -1;
}

/* strconv.ParseInt for 32 bits. */
static int parse_exponent(str s, int32_t *out)
{
	bool negative = s.n && s.p[0] == '-';
	size_t i = s.n && (s.p[0] == '-' || s.p[0] == '+');
	uint64_t limit = (uint64_t)INT64_MAX + negative, n = 0, digit;

	if (i == s.n)
		return -1;
	for (; i < s.n; i++) {
		digit = (uint64_t)(unsigned char)s.p[i] - '0';
		if (digit > 9 || n > (limit - digit) / 10)
			return -1;
		n = n * 10 + digit;
	}
	*out = (int32_t)(uint32_t)(negative ? 0 - n : n);
	return 0;
}

static int interpret(str s, int32_t *exponent, enum quantity_format *format)
{
	for (size_t i = 0; i < N_SUFFIXES; i++)
		if (str_eq(s, suffixes[i].text)) {
			*exponent = suffixes[i].exponent;
			*format = suffixes[i].format;
			return 0;
		}
	*format = QUANTITY_DECIMAL_EXPONENT;
	if (s.n < 2 || (s.p[0] != 'e' && s.p[0] != 'E'))
		return -1;
	return parse_exponent(str_sub(s, 1, s.n), exponent);
}

/* ---- small amounts ---- */

/* How many more digits an int64 is sure to hold. */
static int64_t spare_digits(const struct parts *p, int32_t exponent,
			    enum quantity_format format)
{
	int64_t n = (int64_t)(p->numerator.n ? p->numerator.n : 1);

	if (format != QUANTITY_BINARY_SI)
		return DIGITS_MAX - n - (int64_t)p->denominator.n;
	if (p->denominator.n)
		return -1;
	return DIGITS_MAX - 4 - n - exponent * 3 / 10;
}

/* Is the text surely canonical?  It may be even if this returns false. */
static bool is_canonical(const struct parts *p, const struct quantity *q,
			 int64_t value)
{
	if (q->format == QUANTITY_BINARY_SI)
		return value & 7;
	if (q->scale % 3 || !p->numerator.n)
		return false;
	return p->numerator.n + p->denominator.n < 3 || value % 1000;
}

/* False if it does not fit an int64. */
static bool parse_small(struct quantity *q, const struct parts *p,
			int32_t exponent, str text)
{
	bool binary = q->format == QUANTITY_BINARY_SI;
	int64_t value = 0, result;

	if (spare_digits(p, exponent, q->format) < 0)
		return false;
	q->scale = minus(binary ? 0 : exponent, (int32_t)p->denominator.n);
	if (q->scale < SCALE_MIN)
		return false;
	for (size_t i = 0; i < p->numerator.n; i++)
		value = value * 10 + (p->numerator.p[i] - '0');
	for (size_t i = 0; i < p->denominator.n; i++)
		value = value * 10 + (p->denominator.p[i] - '0');
	if (__builtin_mul_overflow(value, (int64_t)1 << (binary ? exponent : 0),
				   &result))
		return false;
	q->value = p->negative ? -result : result;
	if (is_canonical(p, q, value))
		q->text = text;
	return true;
}

/* ---- digits ---- */

static void multiply(struct buf *b, uint32_t by)
{
	uint32_t carry = 0;
	size_t i;

	for (i = b->n; i-- > 0;) {
		carry += (uint32_t)(b->p[i] - '0') * by;
		b->p[i] = (char)('0' + carry % 10);
		carry /= 10;
	}
	for (; carry; carry /= 10) {
		buf_addc(b, '0');
		memmove(b->p + 1, b->p, b->n - 1);
		b->p[0] = (char)('0' + carry % 10);
	}
}

static void strip_front(struct buf *b)
{
	size_t zeros = span(buf_str(b), 0, "0");

	buf_drop(b, zeros);
}

/* Divide if there is no remainder. */
static bool divide_exactly(struct buf *b, uint32_t by)
{
	uint32_t rest = 0;
	size_t i;

	for (i = 0; i < b->n; i++)
		rest = (rest * 10 + (uint32_t)(b->p[i] - '0')) % by;
	if (rest)
		return false;
	for (i = 0; i < b->n; i++) {
		rest = rest * 10 + (uint32_t)(b->p[i] - '0');
		b->p[i] = (char)('0' + rest / by);
		rest %= by;
	}
	strip_front(b);
	return true;
}

static void add_one(struct buf *b)
{
	size_t i = b->n;

	while (i > 0 && b->p[i - 1] == '9')
		b->p[--i] = '0';
	if (i > 0) {
		b->p[i - 1]++;
		return;
	}
	buf_addc(b, '0');
	b->p[0] = '1';
}

/* Cut off the last n digits; true if any of them was not 0. */
static bool cut_digits(struct buf *b, int64_t n)
{
	size_t keep = n < (int64_t)b->n ? b->n - (size_t)n : 0;
	bool any = span(buf_str(b), keep, "0") < b->n;

	b->n = keep;
	return any;
}

/* The number of digits before the point; zero or less for fractions. */
static int64_t whole_digits(const struct quantity *q)
{
	return (int64_t)q->digits.n + q->scale;
}

static bool over_max(const struct quantity *q)
{
	static const str max = { "9223372036854775807", 19 };
	str whole = str_sub(buf_str(&q->digits), 0, max.n);
	int c;

	if (!q->digits.n || whole_digits(q) != (int64_t)max.n)
		return q->digits.n && whole_digits(q) > (int64_t)max.n;
	c = str_cmp(whole, max);
	return c > 0 || (c == 0 && q->digits.n > max.n &&
			 span(buf_str(&q->digits), max.n, "0") < q->digits.n);
}

static void parse_big(struct quantity *q, const struct parts *p,
		      int32_t exponent)
{
	struct buf *b = &q->digits;

	q->big = true;
	q->negative = p->negative;
	buf_adds(b, p->numerator);
	buf_adds(b, p->denominator);
	strip_front(b);
	q->scale = minus(q->format == QUANTITY_BINARY_SI ? 0 : exponent,
			 (int32_t)p->denominator.n);
	if (q->format == QUANTITY_BINARY_SI)
		for (int32_t i = 0; i < exponent; i += 10)
			multiply(b, 1024);
	if (b->n && q->scale < SCALE_MIN) {
		if (cut_digits(b, (int64_t)SCALE_MIN - q->scale))
			add_one(b);
		q->scale = SCALE_MIN;
	}
	if (q->format != QUANTITY_BINARY_SI)
		return;
	if (over_max(q)) {
		buf_clear(b);
		buf_addz(b, "9223372036854775807");
		q->scale = 0;
	} else if (b->n && whole_digits(q) <= 0) {
		q->format = QUANTITY_DECIMAL_SI;
	}
}

int quantity_parse(struct quantity *q, str text, struct err *e)
{
	struct parts p;
	int32_t exponent = 0;

	*q = (struct quantity)QUANTITY_ZERO;
	if (!text.n || split(&p, text))
		return err_set(e, POS_NONE, "%s", wrong_form);
	if (interpret(p.suffix, &exponent, &q->format)) {
		q->format = QUANTITY_NONE;
		return err_set(e, POS_NONE, "%s", wrong_suffix);
	}
	if (str_eq(text, STR("0"))) {
		q->text = text;
		return 0;
	}
	if (parse_small(q, &p, exponent, text))
		return 0;
	if (span(p.number, 0, ".") == p.number.n) {
		*q = (struct quantity)QUANTITY_ZERO;
		return err_set(e, POS_NONE, "%s", wrong_number);
	}
	parse_big(q, &p, exponent);
	return 0;
}

void quantity_release(struct quantity *q)
{
	buf_release(&q->digits);
}

/* ---- canonical text ---- */

int quantity_sign(const struct quantity *q)
{
	if (!q->big)
		return (q->value > 0) - (q->value < 0);
	if (!q->digits.n)
		return 0;
	return q->negative ? -1 : 1;
}

/* The same amount as digits; the caller releases it. */
static struct quantity spelled(const struct quantity *q)
{
	struct quantity s = { q->format, true, q->negative, 0, q->scale,
			      BUF_INIT, STR_NONE };

	if (q->big) {
		buf_adds(&s.digits, buf_str(&q->digits));
	} else {
		s.negative = q->value < 0;
		if (q->value)
			buf_printf(&s.digits, "%llu",
				   (unsigned long long)llabs(q->value));
	}
	return s;
}

/* Strictly between -1024 and 1024? */
static bool under_1024(const struct quantity *q)
{
	int64_t whole = whole_digits(q);
	uint32_t n = 0;

	if (whole > 4)
		return false;
	for (int64_t i = 0; i < whole; i++)
		n = n * 10 + (uint32_t)(i < (int64_t)q->digits.n ?
					q->digits.p[i] - '0' : 0);
	return n < 1024;
}

/* Make a binary amount, whose scale is 0 or less, a whole number; false if it
 * has a fraction. */
static bool make_whole(struct quantity *q)
{
	size_t cut = (size_t)(-q->scale);
	size_t keep = cut < q->digits.n ? q->digits.n - cut : 0;

	if (span(buf_str(&q->digits), keep, "0") < q->digits.n)
		return false;
	q->digits.n = keep;
	q->scale = 0;
	return true;
}

/* A missing suffix is left out, as in Go. */
static void add_suffix(struct buf *b, enum quantity_format format,
		       int64_t exponent)
{
	if (format != QUANTITY_DECIMAL_SI && format != QUANTITY_BINARY_SI) {
		if (exponent)
			buf_printf(b, "e%lld", (long long)exponent);
		return;
	}
	for (size_t i = 0; i < N_SUFFIXES; i++)
		if (suffixes[i].format == format &&
		    suffixes[i].exponent == exponent)
			buf_adds(b, suffixes[i].text);
}

static void decimal_text(struct buf *b, struct quantity *q)
{
	int64_t exponent = q->scale;

	while (q->digits.n && q->digits.p[q->digits.n - 1] == '0') {
		q->digits.n--;
		exponent++;
	}
	for (; exponent % 3; exponent--)
		buf_addc(&q->digits, '0');
	buf_adds(b, buf_str(&q->digits));
	add_suffix(b, q->format, exponent);
}

static void binary_text(struct buf *b, struct quantity *q)
{
	int64_t exponent = 0;

	while (divide_exactly(&q->digits, 1024))
		exponent += 10;
	buf_adds(b, buf_str(&q->digits));
	add_suffix(b, QUANTITY_BINARY_SI, exponent);
}

void quantity_text(struct buf *b, const struct quantity *q)
{
	struct quantity s;

	if (q->text.n) {
		buf_adds(b, q->text);
		return;
	}
	if (!quantity_sign(q)) {
		buf_addc(b, '0');
		return;
	}
	s = spelled(q);
	if (s.negative)
		buf_addc(b, '-');
	if (s.format == QUANTITY_BINARY_SI && !under_1024(&s) &&
	    make_whole(&s)) {
		binary_text(b, &s);
	} else {
		if (s.format == QUANTITY_BINARY_SI)
			s.format = QUANTITY_DECIMAL_SI;
		decimal_text(b, &s);
	}
	quantity_release(&s);
}

int64_t quantity_scaled(const struct quantity *q, int32_t scale)
{
	struct quantity s = spelled(q);
	int64_t shift = (int64_t)s.scale - scale, result = 0;

	if (shift < 0 && cut_digits(&s.digits, -shift))
		add_one(&s.digits);
	if (shift > 0 && s.digits.n)
		buf_fill(&s.digits, '0', shift < 20 ? (size_t)shift : 20);
	for (size_t i = 0; i < s.digits.n; i++)
		if (__builtin_mul_overflow(result, 10, &result) ||
		    __builtin_add_overflow(result, s.digits.p[i] - '0',
					   &result)) {
			result = 0;
			break;
		}
	if (s.negative)
		result = -result;
	quantity_release(&s);
	return result;
}

static void strip_end(struct quantity *q)
{
	for (; q->digits.n && q->digits.p[q->digits.n - 1] == '0'; q->scale++)
		q->digits.n--;
}

bool quantity_equal(const struct quantity *a, const struct quantity *b)
{
	struct quantity s = spelled(a), t = spelled(b);
	bool equal;

	strip_end(&s);
	strip_end(&t);
	equal = str_eq(buf_str(&s.digits), buf_str(&t.digits)) &&
		(!s.digits.n || (s.scale == t.scale &&
				 s.negative == t.negative));
	quantity_release(&s);
	quantity_release(&t);
	return equal;
}
