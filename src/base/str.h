/*
 * str - text as pointer and length, and a buffer that grows.
 *
 * A `str` is a view of bytes that live elsewhere; it owns nothing and is passed
 * by value.  Its bytes may include NULs and need not end in one.  `p` may be
 * NULL where n is 0, so do not pass it to memcpy() and its like unchecked; the
 * functions here accept it.
 *
 * A `struct buf` owns its bytes: initialize it with BUF_INIT and end it with
 * buf_release().  Its bytes move when it grows, so a str of them is valid until
 * the next addition.  They do not end in a NUL until buf_z() adds one, and `p`
 * is NULL until something is added.
 *
 * Allocation does not fail: see base/mem.h.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct str {
	const char *p;
	size_t n;
} str;

/* A string literal as a str; STR_NONE is the empty text at no place. */
#define STR(literal) ((str){ "" literal, sizeof(literal) - 1 })
#define STR_NONE ((str){ NULL, 0 })
/* The two arguments of printf's %.*s, which takes an int: of a text of 2 GiB
 * or more it prints INT_MAX bytes.  Output that must be complete is made with
 * buf_adds(). */
#define STR_ARG(s) ((s).n < INT_MAX ? (int)(s).n : INT_MAX), (s).p

/* Of a literal the compiler counts the bytes. */
static inline str str_of(const char *z)
{
	return (str){ z, z ? strlen(z) : 0 };
}
/* memcmp() == 0, for keys: most are so short that the call is what costs. */
static inline bool bytes_eq(const char *a, const char *b, size_t n)
{
	uint64_t v, w;
	uint32_t x, y;

	if (n < 4) {
		while (n && a[n - 1] == b[n - 1])
			n--;
		return !n;
	}
	if (n < 8) {
		memcpy(&x, a, 4);
		memcpy(&y, b, 4);
		if (x != y)
			return false;
		memcpy(&x, a + n - 4, 4);
		memcpy(&y, b + n - 4, 4);
		return x == y;
	}
	for (size_t i = 0; i + 8 < n; i += 8) {
		memcpy(&v, a + i, 8);
		memcpy(&w, b + i, 8);
		if (v != w)
			return false;
	}
	memcpy(&v, a + n - 8, 8);
	memcpy(&w, b + n - 8, 8);
	return v == w;
}
static inline bool str_eq(str a, str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}
/* Byte order, the shorter first where one begins the other; as strcmp. */
int str_cmp(str a, str b);
static inline bool str_starts(str s, str prefix)
{
	return s.n >= prefix.n && str_eq((str){ s.p, prefix.n }, prefix);
}
bool str_ends(str s, str suffix);
/* Bytes [from, to) of s; both are clamped to its length. */
static inline str str_sub(str s, size_t from, size_t to)
{
	if (to > s.n)
		to = s.n;
	if (from > to)
		from = to;
	return (str){ s.p ? s.p + from : NULL, to - from };
}
/* Offset of the first `c` at or after `from`, or s.n where there is none. */
static inline size_t str_find(str s, size_t from, char c)
{
	const char *hit = from < s.n ? memchr(s.p + from, c, s.n - from) : NULL;

	return hit ? (size_t)(hit - s.p) : s.n;
}
/* Offset of the last `c`, or s.n where there is none. */
size_t str_find_last(str s, char c);
/* Split at the first `sep`; false, with head = s, where there is none. */
bool str_cut(str s, char sep, str *head, str *tail);
/*
 * FNV-1a: a hash for tables and fingerprints, not for secrets.  Start with
 * the offset basis, HASH32 or HASH64, and add bytes (or whole numbers).
 */
#define HASH32 2166136261u
#define HASH64 14695981039346656037u
static inline uint32_t hash32_add(uint32_t h, uint32_t c)
{
	return (h ^ c) * 16777619u;
}
static inline uint64_t hash64_add(uint64_t h, uint32_t c)
{
	return (h ^ c) * 1099511628211u;
}
uint32_t hash32(uint32_t h, const void *p, size_t n);
uint64_t hash64(uint64_t h, const void *p, size_t n);
/* The hash of one key. */
static inline uint32_t str_hash(str s)
{
	return hash32(HASH32, s.p, s.n);
}
/* Another, by eight bytes at once, for tables in memory only: it differs
 * between machines. */
uint32_t str_hash_local(str s);

struct buf {
	char *p;
	size_t n, cap;
};

#define BUF_INIT { NULL, 0, 0 }

/* Room for `more` further bytes; p[n] may be written up to that. */
void buf_reserve(struct buf *b, size_t more);
void buf_add(struct buf *b, const void *p, size_t n);
static inline void buf_adds(struct buf *b, str s)
{
	buf_add(b, s.p, s.n);
}
static inline void buf_addc(struct buf *b, char c)
{
	if (b->n == b->cap)
		buf_reserve(b, 1);
	b->p[b->n++] = c;
}
static inline void buf_addz(struct buf *b, const char *z)
{
	buf_add(b, z, strlen(z));
}
/* n times the byte c. */
void buf_fill(struct buf *b, char c, size_t n);
void buf_printf(struct buf *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));
/* Put s in the place of bytes [from, to). */
void buf_replace(struct buf *b, size_t from, size_t to, str s);
/* Drop the first n bytes. */
void buf_drop(struct buf *b, size_t n);
/* The text so far, followed by a NUL that n does not count. */
const char *buf_z(struct buf *b);
static inline str buf_str(const struct buf *b)
{
	return (str){ b->p, b->n };
}
void buf_clear(struct buf *b);
void buf_release(struct buf *b);

#endif
