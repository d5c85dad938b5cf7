#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#ifdef HURT
#define BLOCK 256	/* the build that hurts: hardly two things a block */
#else
#define BLOCK (size_t)(64 * 1024)
#endif
#define BLOCK_MAX (size_t)(4 * 1024 * 1024)

struct arena_block {
	struct arena_block *next;
	size_t size;		/* of data */
	max_align_t data[];
};

/* Blocks grow with the arena, so that a large document takes few of them.
 * Their sizes are multiples of the alignment, as arena_alloc() expects. */
void arena_grow(struct arena *a, size_t n)
{
	size_t size = a->used / 8 < BLOCK ? BLOCK : a->used / 8;
	struct arena_block *b;

	if (n > PTRDIFF_MAX - sizeof(*b) - ARENA_ALIGN)
		mem_fail();
	if (size > BLOCK_MAX)
		size = BLOCK_MAX;
	if (size <= n)
		size = n + 1;
	size = ARENA_ROUND(size);
	b = mem_alloc(sizeof(*b) + size);
	b->next = a->blocks;
	b->size = size;
	a->blocks = b;
	a->at = (char *)b->data;
	a->end = a->at + size;
	a->used += size;
}

void *arena_zalloc(struct arena *a, size_t n)
{
	void *p = arena_alloc(a, n);

	if (n)
		memset(p, 0, n);
	return p;
}

void *arena_zalloc_array(struct arena *a, size_t n, size_t size)
{
	void *p = arena_alloc_array(a, n, size);

	if (n)
		memset(p, 0, n * size);
	return p;
}

str arena_str(struct arena *a, str s)
{
	char *p = arena_alloc(a, s.n + 1);

	if (s.n)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	return (str){ p, s.n };
}

str arena_printf(struct arena *a, const char *fmt, ...)
{
	char *at = a->at, *p;
	va_list ap, again;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(at, (size_t)(a->end - at), fmt, ap);
	va_end(ap);
	if (n < 0)
		n = 0;
	p = arena_alloc(a, (size_t)n + 1);
	if (p != at)
		vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	p[n] = '\0';
	return (str){ p, (size_t)n };
}

void arena_rewind(struct arena *a, const struct arena *mark)
{
	while (a->blocks != mark->blocks) {
		struct arena_block *next = a->blocks->next;

		mem_free(a->blocks);
		a->blocks = next;
	}
	*a = *mark;
}

/* The oldest block, the last of the list, is the one of the usual size. */
void arena_reset(struct arena *a)
{
	struct arena_block *b = a->blocks;

	if (!b)
		return;
	while (b->next) {
		struct arena_block *next = b->next;

		mem_free(b);
		b = next;
	}
#ifdef HURT
	memset(b->data, 0xdd, b->size);
#endif
	a->blocks = b;
	a->at = (char *)b->data;
	a->end = a->at + b->size;
	a->used = b->size;
}

void arena_release(struct arena *a)
{
	while (a->blocks) {
		struct arena_block *next = a->blocks->next;

		mem_free(a->blocks);
		a->blocks = next;
	}
	*a = (struct arena)ARENA_INIT;
}
