/*
 * mem - memory that never runs out in the middle of the code.
 *
 * Allocation functions return memory or do not return.  A public function of
 * the library does its work in mem_protect(), which is left at once when memory
 * runs out or a limit is reached: what was allocated is freed, and the caller
 * gets an error.  So the code between needs no checks, as in Lua, whose
 * protected calls are the model; both are made of sigsetjmp().
 *
 * Every block is linked into the pool of the innermost call at that time, and
 * stays in it when it is reallocated.  A pool may outlive the call: that of a
 * handle holds what injector_new() made.  Blocks of an arena or a buf are
 * blocks like any others; linking costs a few instructions for each of them,
 * and nothing for what an arena hands out.
 *
 * What is not memory (a file, a parser of another library) and held across an
 * allocation is named with mem_defer(); a mutex is held across a call to
 * mem_protect(), and never across an allocation in the same call.
 *
 * A call also runs in the C locale, so that no number is read or written by the
 * rules of the host program's LC_NUMERIC, and no letter changed by those of its
 * LC_CTYPE, here or in a library below.
 *
 * Threads: the innermost call is that of a thread, the only variable of the
 * library that is not part of a handle.  A pool is used by one thread at a
 * time.  Outside of all calls, as in tests, blocks belong to no pool, the
 * locale is the program's, and running out of memory aborts.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

/* ---- blocks ---- */

/* n bytes, aligned for any type, not cleared.  n may be 0. */
void *mem_alloc(size_t n);
/* The same for n elements; sizes that overflow count as out of memory. */
void *mem_alloc_array(size_t n, size_t size);
#define mem_array(type, n) ((type *)mem_alloc_array((n), sizeof(type)))
void *mem_realloc(void *p, size_t n);
/* p may be NULL. */
void mem_free(void *p);
/* mem_alloc() that returns NULL where that would fail, for callers that have
 * an answer to it, such as the allocators given to other libraries. */
void *mem_try(size_t n);
/* Leave the innermost call as out of memory. */
_Noreturn void mem_fail(void);

/* ---- pools ---- */

struct mem_block;

struct mem_pool {
	struct mem_block *blocks;
	size_t used;		/* bytes, with the heads of blocks */
};

#define MEM_POOL_INIT { NULL, 0 }

/* Free all blocks of the pool. */
void mem_pool_release(struct mem_pool *pool);
/* Take a block out of its pool, to be freed with mem_free() at any time. */
void mem_detach(void *p);

/* ---- calls ---- */

enum mem_result {
	MEM_OK,
	MEM_OUT,		/* the system has no more memory */
	MEM_LIMIT,		/* the call would need more than its limit */
};

/*
 * fn(ctx), with all allocations in *pool.  `limit` is the number of bytes by
 * which the pool may grow, 0 for any number.  If the result is not MEM_OK, fn
 * was abandoned and the pool is empty: what ctx points to in it is gone.
 */
enum mem_result mem_protect(struct mem_pool *pool, size_t limit,
			    void (*fn)(void *ctx), void *ctx);

/* What has to be closed if the call is abandoned; the caller's variable. */
struct mem_cleanup {
	void (*fn)(void *ctx);
	void *ctx;
	struct mem_cleanup *outer;
};

/* Run fn(ctx) if the call is abandoned before mem_settle(c).  Cleanups are
 * settled in reverse order, before their functions return. */
void mem_defer(struct mem_cleanup *c, void (*fn)(void *ctx), void *ctx);
void mem_settle(struct mem_cleanup *c);

/*
 * A function of the host program, such as the one that writes output, runs
 * outside of the innermost call: its memory lives longer, and it sees the
 * host's locale.  Call mem_leave() before it, and mem_return() with the result
 * after it.
 */
struct mem_call;
struct mem_call *mem_leave(void);
void mem_return(struct mem_call *call);

#endif
