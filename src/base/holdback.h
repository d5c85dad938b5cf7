/*
 * hold - output held back until it may be let go.
 *
 * Bytes wait in `pending`; those up to `safe` may be written.  They are, once
 * more than `limit` bytes wait, and all of them at the end; after an error the
 * rest is dropped with hold_release().
 */
#ifndef BASE_HOLDBACK_H
#define BASE_HOLDBACK_H

#include "base/str.h"

struct hold {
	struct buf pending;	/* append here */
	size_t safe;
	size_t limit;
	int (*write)(void *ctx, const void *p, size_t n);
	void *ctx;
};

/* Write what is safe if too much waits: 0, or -1 as `write` returned it. */
int hold_settle(struct hold *h);
/* Write all that waits. */
int hold_finish(struct hold *h);
void hold_release(struct hold *h);

#endif
