#include "base/mem.h"

#include <locale.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>

#if defined(__APPLE__) || defined(__FreeBSD__)
#include <xlocale.h>
#endif

struct mem_block {
	struct mem_block *next, *previous;
	struct mem_pool *pool;		/* NULL: none */
	size_t size;			/* with this head */
	max_align_t data[];
};

struct mem_call {
	struct mem_call *outer, *outermost;
	struct mem_pool *pool;
	size_t most;			/* bytes in the pool */
	struct mem_cleanup *cleanups;	/* innermost first */
	locale_t own, host;		/* within the call, and outside */
	enum mem_result result;
	struct mem_block *kept;		/* by the outermost one */
	unsigned n_kept;
	sigjmp_buf back;
};

static _Thread_local struct mem_call *innermost;

/* ---- blocks kept ---- */

/*
 * Arenas and the buffers of streams take the same few blocks of 64 KiB for one
 * document after the other.  Those that were freed last are kept: they are in
 * the processor's cache, and libc merges and splits such blocks, with a lock
 * where there are threads.
 */
#define KEPT_LEAST ((size_t)64 << 10)
#define KEPT_SIZE (KEPT_LEAST + 128)
#ifdef HURT
#define KEPT_MOST 0	/* a sanitizer sees uses of what was freed */
#else
#define KEPT_MOST 8
#endif

static struct mem_block *get_block(size_t size)
{
	struct mem_call *c = innermost ? innermost->outermost : NULL;
	struct mem_block *b = c && size == KEPT_SIZE ? c->kept : NULL;

	if (!b)
		return malloc(size);
	c->kept = b->next;
	c->n_kept--;
	return b;
}

static void free_block(struct mem_block *b)
{
	struct mem_call *c = innermost ? innermost->outermost : NULL;

	if (!c || b->size != KEPT_SIZE || c->n_kept == KEPT_MOST) {
		free(b);
		return;
	}
	b->next = c->kept;
	c->kept = b;
	c->n_kept++;
}

static void free_kept(struct mem_call *c)
{
	while (c->kept) {
		struct mem_block *next = c->kept->next;

		free(c->kept);
		c->kept = next;
	}
}

/* ---- blocks ---- */

static struct mem_block *block_of(void *p)
{
	return (struct mem_block *)(void *)
		((char *)p - offsetof(struct mem_block, data));
}

static void link_block(struct mem_block *b, struct mem_pool *pool)
{
	b->pool = pool;
	b->previous = NULL;
	b->next = pool ? pool->blocks : NULL;
	if (!pool)
		return;
	if (b->next)
		b->next->previous = b;
	pool->blocks = b;
	pool->used += b->size;
}

static void unlink_block(struct mem_block *b)
{
	if (!b->pool)
		return;
	if (b->next)
		b->next->previous = b->previous;
	if (b->previous)
		b->previous->next = b->next;
	else
		b->pool->blocks = b->next;
	b->pool->used -= b->size;
	b->pool = NULL;
}

/* The size of a block with n bytes, or 0 where that is too large or would go
 * over the limit of the call, which is noted. */
static size_t block_size(const struct mem_pool *pool, size_t n)
{
	struct mem_call *call = innermost;
	size_t size = sizeof(struct mem_block) + n;

	if (size > KEPT_LEAST && size < KEPT_SIZE)
		size = KEPT_SIZE;
	if (call)
		call->result = MEM_OUT;
	if (n > PTRDIFF_MAX - sizeof(struct mem_block))
		return 0;
	if (!call || pool != call->pool ||
	    (size <= call->most && pool->used <= call->most - size))
		return size;
	call->result = MEM_LIMIT;
	return 0;
}

void *mem_try(size_t n)
{
	struct mem_pool *pool = innermost ? innermost->pool : NULL;
	size_t size = block_size(pool, n);
	struct mem_block *b = size ? get_block(size) : NULL;

	if (!b)
		return NULL;
	b->size = size;
	link_block(b, pool);
	return b->data;
}

void *mem_alloc(size_t n)
{
	void *p = mem_try(n);

	if (!p)
		mem_fail();
	return p;
}

void *mem_alloc_array(size_t n, size_t size)
{
	if (size && n > PTRDIFF_MAX / size)
		mem_fail();
	return mem_alloc(n * size);
}

void *mem_realloc(void *p, size_t n)
{
	struct mem_block *b, *moved;
	struct mem_pool *pool;
	size_t size;

	if (!p)
		return mem_alloc(n);
	b = block_of(p);
	pool = b->pool;
	unlink_block(b);
	size = block_size(pool, n);
	moved = size ? realloc(b, size) : NULL;
	if (moved)
		moved->size = size;
	link_block(moved ? moved : b, pool);
	if (!moved)
		mem_fail();
	return moved->data;
}

void mem_free(void *p)
{
	if (!p)
		return;
	unlink_block(block_of(p));
	free_block(block_of(p));
}

/* ---- pools ---- */

void mem_pool_release(struct mem_pool *pool)
{
	struct mem_block *b = pool->blocks;

	*pool = (struct mem_pool)MEM_POOL_INIT;
	while (b) {
		struct mem_block *next = b->next;

		free_block(b);
		b = next;
	}
}

void mem_detach(void *p)
{
	unlink_block(block_of(p));
}

/* ---- calls ---- */

/* The whole jump happens while the frames below still exist, in which the
 * cleanups lie. */
_Noreturn void mem_fail(void)
{
	struct mem_call *call = innermost;

	if (!call)
		abort();
	if (call->result == MEM_OK)
		call->result = MEM_OUT;
	while (call->cleanups) {
		struct mem_cleanup *c = call->cleanups;

		call->cleanups = c->outer;
		c->fn(c->ctx);
	}
	siglongjmp(call->back, 1);
}

/* In a function of its own, so that no variable of the caller changes between
 * sigsetjmp() and the jump. */
static void run(struct mem_call *call, void (*fn)(void *ctx), void *ctx)
{
	if (sigsetjmp(call->back, 0))
		return;
	fn(ctx);
	call->result = MEM_OK;
}

enum mem_result mem_protect(struct mem_pool *pool, size_t limit,
			    void (*fn)(void *ctx), void *ctx)
{
	struct mem_call call = {
		.outer = innermost,
		.pool = pool,
		.most = limit && limit < PTRDIFF_MAX - pool->used ?
				pool->used + limit : PTRDIFF_MAX,
		.result = MEM_OUT,
	};

	call.own = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	if (!call.own) {
		mem_pool_release(pool);
		return MEM_OUT;
	}
	call.outermost = call.outer ? call.outer->outermost : &call;
	call.host = uselocale(call.own);
	innermost = &call;
	run(&call, fn, ctx);
	innermost = call.outer;
	uselocale(call.host);
	freelocale(call.own);
	free_kept(&call);
	if (call.result != MEM_OK)
		mem_pool_release(pool);
	return call.result;
}

void mem_defer(struct mem_cleanup *c, void (*fn)(void *ctx), void *ctx)
{
	struct mem_call *call = innermost;

	*c = (struct mem_cleanup){ fn, ctx, call ? call->cleanups : NULL };
	if (call)
		call->cleanups = c;
}

void mem_settle(struct mem_cleanup *c)
{
	if (innermost)
		innermost->cleanups = c->outer;
}

struct mem_call *mem_leave(void)
{
	struct mem_call *call = innermost;

	if (!call)
		return NULL;
	uselocale(call->host);
	innermost = call->outer;
	return call;
}

void mem_return(struct mem_call *call)
{
	if (!call)
		return;
	uselocale(call->own);
	innermost = call;
}
