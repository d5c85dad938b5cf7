/*
 * arena - memory for things that have the same lifetime.
 *
 * Nothing in an arena is freed on its own: arena_reset() frees all of it but
 * one block, which is used again, and arena_release() frees everything.  A
 * handle has one arena for its configuration and one for each template;
 * a run has one for the current document, which is reset after each.
 *
 * Allocation does not fail: see base/mem.h.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/str.h"

struct arena_block;

struct arena {
	struct arena_block *blocks;	/* newest first */
	char *at, *end;			/* what is left of the newest */
	size_t used;			/* bytes taken from the system */
};

#define ARENA_INIT { NULL, NULL, NULL, 0 }

#define ARENA_ALIGN ((size_t)8)	/* no type here needs more */
#define ARENA_ROUND(n) (((n) + ARENA_ALIGN - 1) & ~(ARENA_ALIGN - 1))

/* Add a block with more than n bytes; for arena_alloc() only. */
void arena_grow(struct arena *a, size_t n);

/* n bytes, aligned to 8, not cleared; n may be 0. */
static inline void *arena_alloc(struct arena *a, size_t n)
{
	void *p;

	/* What is left is a multiple of the alignment, so that rounding n up
	 * cannot exceed it.  `<=` gives an empty arena an address, too. */
	if ((size_t)(a->end - a->at) <= n)
		arena_grow(a, n);
	p = a->at;
	a->at += ARENA_ROUND(n);
	return p;
}

/* Give back what the newest allocation, p, has beyond n bytes. */
static inline void arena_trim(struct arena *a, void *p, size_t n)
{
	a->at = (char *)p + ARENA_ROUND(n);
}

/* The same as arena_alloc(), cleared. */
void *arena_zalloc(struct arena *a, size_t n);
#define arena_new(a, type) ((type *)arena_zalloc((a), sizeof(type)))
/* An array of n elements, not cleared; too many count as out of memory. */
static inline void *arena_alloc_array(struct arena *a, size_t n, size_t size)
{
	if (size && n > PTRDIFF_MAX / size)
		mem_fail();
	return arena_alloc(a, n * size);
}
#define arena_array(a, type, n) \
	((type *)arena_alloc_array((a), (n), sizeof(type)))
/* An array of n elements, cleared. */
#define arena_zarray(a, type, n) \
	((type *)arena_zalloc_array((a), (n), sizeof(type)))
void *arena_zalloc_array(struct arena *a, size_t n, size_t size);
/* A copy of s, followed by a NUL that its length does not include. */
str arena_str(struct arena *a, str s);
str arena_printf(struct arena *a, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Free what was allocated since *mark was a copy of *a. */
void arena_rewind(struct arena *a, const struct arena *mark);
void arena_reset(struct arena *a);
void arena_release(struct arena *a);

#endif
