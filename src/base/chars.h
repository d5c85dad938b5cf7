/*
 * chars - classes of ASCII characters, for grammars that know no others.
 *
 * Unlike <ctype.h> these do not depend on the locale, and take a byte or a
 * code point of any integer type.  go/unicode.h has Unicode's classes.
 */
#ifndef BASE_CHARS_H
#define BASE_CHARS_H

#include <endian.h>

#include "base/str.h"

static inline bool is_digit(int64_t c)
{
	return c >= '0' && c <= '9';
}

static inline bool is_upper(int64_t c)
{
	return c >= 'A' && c <= 'Z';
}

static inline bool is_lower(int64_t c)
{
	return c >= 'a' && c <= 'z';
}

static inline bool is_alpha(int64_t c)
{
	return is_upper(c) || is_lower(c);
}

static inline bool is_alnum(int64_t c)
{
	return is_alpha(c) || is_digit(c);
}

/* A space or a tab. */
static inline bool is_blank(int64_t c)
{
	return c == ' ' || c == '\t';
}

/* The value of a hexadecimal digit, or -1. */
static inline int hex_value(int64_t c)
{
	if (is_digit(c))
		return (int)(c - '0');
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? (int)(c - 'a' + 10) : -1;
}

/*
 * Eight bytes at once: zero if none of them is one of those asked for, else
 * with bit 7 set in each that is, and perhaps in bytes above it.
 */
#define EACH_BYTE(b) (0x0101010101010101u * (uint64_t)(b))

/* The bytes at p, the first of them lowest. */
static inline uint64_t bytes_at(const char *p)
{
	uint64_t w;

	memcpy(&w, p, sizeof(w));
	return le64toh(w);
}

/* Bytes that are less than n, at most 0x80. */
static inline uint64_t bytes_below(uint64_t w, unsigned char n)
{
	return (w - EACH_BYTE(n)) & ~w & EACH_BYTE(0x80);
}

static inline uint64_t bytes_that_are(uint64_t w, unsigned char c)
{
	return bytes_below(w ^ EACH_BYTE(c), 1);
}

/* Bytes that are not ASCII. */
static inline uint64_t bytes_beyond(uint64_t w)
{
	return w & EACH_BYTE(0x80);
}

/* Which of the bytes is the first with a bit in `found`, which is not zero. */
static inline size_t bytes_first(uint64_t found)
{
	return (size_t)__builtin_ctzll(found) / 8;
}

/* Offset of the first byte at or after `at` that is not a blank, or s.n. */
static inline size_t skip_blanks(str s, size_t at)
{
	while (at < s.n && is_blank(s.p[at]))
		at++;
	return at;
}

#endif
