/* unicode - see unicode.h. */
#include "go/unicode.h"

#include <utf8proc.h>

#include "tree/utf8.h"

static utf8proc_category_t category(uint32_t c)
{
	return utf8proc_category((utf8proc_int32_t)c);
}

bool char_is_upper(uint32_t c)
{
	return category(c) == UTF8PROC_CATEGORY_LU;
}

bool char_is_lower(uint32_t c)
{
	return category(c) == UTF8PROC_CATEGORY_LL;
}

bool char_is_title(uint32_t c)
{
	return category(c) == UTF8PROC_CATEGORY_LT;
}

bool char_is_letter(uint32_t c)
{
	utf8proc_category_t k = category(c);

	return k >= UTF8PROC_CATEGORY_LU && k <= UTF8PROC_CATEGORY_LO;
}

bool char_is_digit(uint32_t c)
{
	return category(c) == UTF8PROC_CATEGORY_ND;
}

bool char_is_number(uint32_t c)
{
	utf8proc_category_t k = category(c);

	return k >= UTF8PROC_CATEGORY_ND && k <= UTF8PROC_CATEGORY_NO;
}

bool char_is_punct(uint32_t c)
{
	utf8proc_category_t k = category(c);

	return k >= UTF8PROC_CATEGORY_PC && k <= UTF8PROC_CATEGORY_PO;
}

bool char_is_space(uint32_t c)
{
	utf8proc_category_t k;

	if (c < 0x80)
		return (c >= '\t' && c <= '\r') || c == ' ';
	k = category(c);
	return c == 0x85 ||
	       (k >= UTF8PROC_CATEGORY_ZS && k <= UTF8PROC_CATEGORY_ZP);
}

bool char_prints(uint32_t c)
{
	utf8proc_category_t k;

	if (c < 0x80)
		return c >= ' ' && c < 0x7f;
	k = category(c);
	return k >= UTF8PROC_CATEGORY_LU && k <= UTF8PROC_CATEGORY_SO;
}

uint32_t char_upper(uint32_t c)
{
	if (c == 0xdf)		/* UnicodeData.txt has no single capital */
		return c;
	return (uint32_t)utf8proc_toupper((utf8proc_int32_t)c);
}

uint32_t char_lower(uint32_t c)
{
	return (uint32_t)utf8proc_tolower((utf8proc_int32_t)c);
}

uint32_t char_title(uint32_t c)
{
	if (c == 0xdf)
		return c;
	return (uint32_t)utf8proc_totitle((utf8proc_int32_t)c);
}

uint32_t char_next(str *s)
{
	uint32_t c;
	size_t n = utf8_decode(*s, &c);

	*s = (str){ s->p + n, s->n - n };
	return c;
}

uint32_t char_last(str *s)
{
	uint32_t c;

	for (size_t k = 1; k <= 4 && k <= s->n; k++) {
		if (((unsigned char)s->p[s->n - k] & 0xc0) == 0x80)
			continue;
		if (utf8_decode(str_sub(*s, s->n - k, s->n), &c) != k)
			break;
		s->n -= k;
		return c;
	}
	s->n--;
	return 0xfffd;
}
