/* literal - see literal.h; the rules are strconv's. */
#include "tmpl/literal.h"

#include <math.h>
#include <stdlib.h>

#include "base/chars.h"
#include "go/strconv.h"

/* ---- numbers ---- */

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
}

/* The base that a prefix names, and the number without it. */
static unsigned cut_base(str *s)
{
	char c = s->n > 2 ? (char)(s->p[1] | 0x20) : '\0';
	unsigned base = c == 'x' ? 16 : c == 'o' ? 8 : c == 'b' ? 2 : 0;

	if (s->n < 2 || s->p[0] != '0')
		return 10;
	*s = str_sub(*s, base ? 2 : 1, s->n);
	return base ? base : 8;
}

/* An underscore stands between two digits or between prefix and digit. */
static bool underscores_fit(str s)
{
	bool hex, after_digit = false;
	size_t i = 0;
	char c;

	if (s.n && (s.p[0] == '+' || s.p[0] == '-'))
		s = str_sub(s, 1, s.n);
	c = s.n >= 2 && s.p[0] == '0' ? (char)(s.p[1] | 0x20) : '\0';
	hex = c == 'x';
	if (hex || c == 'o' || c == 'b') {
		after_digit = true;
		i = 2;
	}
	for (; i < s.n; i++) {
		c = s.p[i];
		if (c == '_' && !after_digit)
			return false;
		if (i && s.p[i - 1] == '_' && digit(c) >= (hex ? 16 : 10))
			return false;
		after_digit = digit(c) < (hex ? 16 : 10);
	}
	return !s.n || s.p[s.n - 1] != '_';
}

/* Digits without sign, in the base that they name: strconv.ParseUint(s, 0). */
static bool read_uint(str s, uint64_t *out)
{
	unsigned base = cut_base(&s);
	uint64_t u = 0;
	size_t i;
	int d;

	*out = 0;
	if (!s.n)
		return false;
	for (i = 0; i < s.n; i++) {
		if (s.p[i] == '_')
			continue;
		d = digit(s.p[i]);
		if (d >= (int)base ||
		    __builtin_mul_overflow(u, base, &u) ||
		    __builtin_add_overflow(u, (unsigned)d, &u))
			return false;
	}
	*out = u;
	return true;
}

/* The shape of a float: digits with a point among them, an exponent; a
 * hexadecimal one must have its p. */
static bool float_shape(const char *s)
{
	bool hex = false, digits = false, point = false;
	int base = 10;

	if (*s == '+' || *s == '-')
		s++;
	if (s[0] == '0' && (s[1] | 0x20) == 'x' && s[2]) {
		hex = true;
		base = 16;
		s += 2;
	}
	for (; digit(*s) < base || (*s == '.' && !point); s++) {
		point = point || *s == '.';
		digits = digits || *s != '.';
	}
	if (!digits)
		return false;
	if ((*s | 0x20) != (hex ? 'p' : 'e'))
		return !hex && !*s;
	s++;
	if (*s == '+' || *s == '-')
		s++;
	if (!(*s >= '0' && *s <= '9'))
		return false;
	while (*s >= '0' && *s <= '9')
		s++;
	return !*s;
}

static bool read_float(str s, double *out)
{
	struct buf b = BUF_INIT;
	size_t i;
	bool ok;

	if (!underscores_fit(s))
		return false;
	for (i = 0; i < s.n; i++)
		if (s.p[i] != '_')
			buf_addc(&b, s.p[i]);
	ok = float_shape(buf_z(&b));
	if (ok)
		*out = strtod(buf_z(&b), NULL);
	buf_release(&b);
	return ok && isfinite(*out);
}

/* The integers that a float is, if it is one. */
static void integers_of_float(struct number *n)
{
	double whole = trunc(n->f);
	bool is_whole = whole <= n->f && whole >= n->f;

	if (!n->is_int && is_whole && n->f >= -0x1p63 && n->f < 0x1p63) {
		n->is_int = true;
		n->i = (int64_t)n->f;
	}
	if (!n->is_uint && is_whole && n->f >= 0 && n->f < 0x1p64) {
		n->is_uint = true;
		n->u = (uint64_t)n->f;
	}
}

/* A complex constant without imaginary part is every other type, too. */
static void set_complex(struct number *n, double re, double im)
{
	n->is_complex = true;
	n->complex[0] = re;
	n->complex[1] = im;
	n->is_float = fpclassify(im) == FP_ZERO;
	if (n->is_float) {
		n->f = re;
		integers_of_float(n);
	}
}

/* As int and uint; a sign belongs to an int only, but -0 is 0. */
static void read_integers(struct number *n, str text)
{
	bool sign = text.p[0] == '-' || text.p[0] == '+';
	bool negative = text.p[0] == '-';
	uint64_t u;

	if (!underscores_fit(text) ||
	    !read_uint(str_sub(text, sign, text.n), &u))
		return;
	n->is_uint = !sign || !u;
	n->u = n->is_uint ? u : 0;
	if (negative && u <= (uint64_t)INT64_MAX + 1)
		n->i = (int64_t)(0 - u);
	else if (!negative && u <= INT64_MAX)
		n->i = (int64_t)u;
	else
		return;
	n->is_int = true;
}

static bool has_any(str s, const char *set)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (strchr(set, s.p[i]))
			return true;
	return false;
}

static int refuse(struct buf *why, const char *what, str text)
{
	buf_addz(why, what);
	quote_text(why, text, false);
	return -1;
}

int number_read(struct number *n, str text, struct buf *why)
{
	double f;

	*n = (struct number){ .text = text };
	if (text.p[text.n - 1] == 'i' &&
	    read_float(str_sub(text, 0, text.n - 1), &f)) {
		set_complex(n, 0, f);
		return 0;
	}
	read_integers(n, text);
	n->is_float = n->is_int || n->is_uint;
	if (n->is_float) {
		n->f = n->is_int ? (double)n->i : (double)n->u;
		return 0;
	}
	if (!read_float(text, &n->f))
		return refuse(why, "illegal number syntax: ", text);
	if (!has_any(text, ".eEpP"))
		return refuse(why, "integer overflow: ", text);
	n->is_float = true;
	integers_of_float(n);
	return 0;
}

int number_read_complex(struct number *n, str text, struct buf *why)
{
	size_t cut = text.n - 1;
	double re, im;

	*n = (struct number){ .text = text };
	/* The last sign that does not belong to an exponent. */
	while (cut > 1 && !((text.p[cut] == '+' || text.p[cut] == '-') &&
			    !strchr("eEpP", text.p[cut - 1])))
		cut--;
	if (!read_float(str_sub(text, 0, cut), &re) ||
	    !read_float(str_sub(text, cut, text.n - 1), &im)) {
		buf_addz(why, "syntax error scanning complex number");
		return -1;
	}
	set_complex(n, re, im);
	return 0;
}

int number_read_char(struct number *n, str text, struct buf *why)
{
	str s = str_sub(text, 1, text.n);
	uint32_t c;
	bool byte;

	*n = (struct number){ .text = text };
	if (!unquote_char(&s, '\'', &c, &byte)) {
		buf_addz(why, "invalid syntax");
		return -1;
	}
	if (!str_eq(s, STR("'"))) {
		buf_printf(why, "malformed character constant: %.*s",
			   STR_ARG(text));
		return -1;
	}
	n->is_int = n->is_uint = n->is_float = true;
	n->i = c;
	n->u = c;
	n->f = c;
	return 0;
}
