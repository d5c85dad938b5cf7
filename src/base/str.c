#include "base/str.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"

int str_cmp(str a, str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.p, b.p, n) : 0;

	if (c)
		return c;
	return (a.n > b.n) - (a.n < b.n);
}

bool str_ends(str s, str suffix)
{
	return s.n >= suffix.n &&
	       str_eq((str){ s.p + s.n - suffix.n, suffix.n }, suffix);
}

size_t str_find_last(str s, char c)
{
	for (size_t at = s.n; at > 0; at--)
		if (s.p[at - 1] == c)
			return at - 1;
	return s.n;
}

bool str_cut(str s, char sep, str *head, str *tail)
{
	size_t at = str_find(s, 0, sep);

	*head = str_sub(s, 0, at);
	*tail = str_sub(s, at + 1, s.n);
	return at < s.n;
}

uint32_t hash32(uint32_t h, const void *p, size_t n)
{
	const unsigned char *bytes = p;

	for (size_t i = 0; i < n; i++)
		h = hash32_add(h, bytes[i]);
	return h;
}

uint64_t hash64(uint64_t h, const void *p, size_t n)
{
	const unsigned char *bytes = p;

	for (size_t i = 0; i < n; i++)
		h = hash64_add(h, bytes[i]);
	return h;
}

#define MIXER 0x9e3779b97f4a7c15u

static uint64_t mix(uint64_t h, uint64_t w)
{
	h = (h ^ w) * MIXER;
	return h ^ h >> 32;
}

/* A bit of w changes only those of mix() above it, and 32 below: keys that
 * differ in their last letters would have the same lowest bits, which tables
 * take.  Here every bit changes them. */
static uint32_t mix_last(uint64_t h, uint64_t w)
{
	return (uint32_t)(mix(h, w) * MIXER >> 32);
}

uint32_t str_hash_local(str s)
{
	uint64_t h = s.n, w;

	if (s.n < 8) {
		for (size_t i = 0; i < s.n; i++)
			h = h << 8 | (unsigned char)s.p[i];
		return mix_last(h, 0);
	}
	for (size_t i = 0; i + 8 < s.n; i += 8) {
		memcpy(&w, s.p + i, 8);
		h = mix(h, w);
	}
	/* the last eight, some of them again */
	memcpy(&w, s.p + s.n - 8, 8);
	return mix_last(h, w);
}

void buf_reserve(struct buf *b, size_t more)
{
	size_t cap;

	if (b->cap - b->n >= more)
		return;
	if (more > PTRDIFF_MAX - b->n)
		mem_fail();
	cap = b->cap + b->cap / 2 + 192;
	if (cap < b->n + more)
		cap = b->n + more;
	b->p = mem_realloc(b->p, cap);
	b->cap = cap;
}

void buf_add(struct buf *b, const void *p, size_t n)
{
	if (!n)
		return;
	if (b->cap - b->n < n)
		buf_reserve(b, n);
	memcpy(b->p + b->n, p, n);
	b->n += n;
}

void buf_fill(struct buf *b, char c, size_t n)
{
	if (!n)
		return;
	buf_reserve(b, n);
	memset(b->p + b->n, c, n);
	b->n += n;
}

void buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	size_t room;
	int n;

	va_copy(again, ap);
	buf_reserve(b, 1);
	room = b->cap - b->n;
	n = vsnprintf(b->p + b->n, room, fmt, ap);
	if (n > 0 && (size_t)n >= room) {
		buf_reserve(b, (size_t)n + 1);
		vsnprintf(b->p + b->n, (size_t)n + 1, fmt, again);
	}
	if (n > 0)
		b->n += (size_t)n;
	va_end(again);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(b, fmt, ap);
	va_end(ap);
}

void buf_replace(struct buf *b, size_t from, size_t to, str s)
{
	size_t behind = b->n - to;

	buf_reserve(b, s.n);
	if (behind)
		memmove(b->p + from + s.n, b->p + to, behind);
	if (s.n)
		memcpy(b->p + from, s.p, s.n);
	b->n = from + s.n + behind;
}

void buf_drop(struct buf *b, size_t n)
{
	if (n >= b->n) {
		b->n = 0;
		return;
	}
	memmove(b->p, b->p + n, b->n - n);
	b->n -= n;
}

const char *buf_z(struct buf *b)
{
	buf_reserve(b, 1);
	b->p[b->n] = '\0';
	return b->p;
}

void buf_clear(struct buf *b)
{
	b->n = 0;
}

void buf_release(struct buf *b)
{
	mem_free(b->p);
	*b = (struct buf)BUF_INIT;
}
