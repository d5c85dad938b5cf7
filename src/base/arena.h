/*
 * arena - memory for things that die together.
 *
 * Nothing allocated here is freed by itself: arena_reset() forgets it all and
 * keeps one block for the next round, arena_release() gives everything back.
 * Two arenas live in a run: one for configuration and templates, one reset
 * after each document.
 *
 * There is no failing allocation in this project: when the system has no more
 * memory, mem_on_failure is called, which must not return (the default writes
 * a line to stderr and aborts; a command prints and exits).
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

#include "base/str.h"

extern void (*mem_on_failure)(void);
/* Call it; does not return. */
_Noreturn void mem_fail(void);
void *mem_alloc(size_t n);
void *mem_realloc(void *p, size_t n);

struct arena_block;

struct arena {
	struct arena_block *blocks;	/* newest first */
	char *at, *end;			/* what is left of the newest */
	size_t used;			/* bytes taken from the system */
};

#define ARENA_INIT { NULL, NULL, NULL, 0 }

#define ARENA_ALIGN ((size_t)8)	/* nothing here is wider */

/* Make room for n bytes; for arena_alloc() only. */
void arena_grow(struct arena *a, size_t n);

/* n bytes, aligned to 8, not cleared; n may be 0. */
static inline void *arena_alloc(struct arena *a, size_t n)
{
	void *p;

	n = (n + ARENA_ALIGN - 1) & ~(ARENA_ALIGN - 1);
	/* with `<=` an empty arena has a place for 0 bytes, too */
	if ((size_t)(a->end - a->at) <= n)
		arena_grow(a, n);
	p = a->at;
	a->at += n;
	return p;
}

/* The same, cleared. */
void *arena_zalloc(struct arena *a, size_t n);
#define arena_new(a, type) ((type *)arena_zalloc((a), sizeof(type)))
/* An array of n elements, not cleared; too many count as out of memory. */
void *arena_alloc_array(struct arena *a, size_t n, size_t size);
#define arena_array(a, type, n) \
	((type *)arena_alloc_array((a), (n), sizeof(type)))
/* A copy of s, with a NUL behind it that does not count. */
str arena_str(struct arena *a, str s);
str arena_printf(struct arena *a, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Forget what was allocated since *mark was a copy of *a. */
void arena_rewind(struct arena *a, const struct arena *mark);
void arena_reset(struct arena *a);
void arena_release(struct arena *a);

#endif
