/*
 * holdback - output that is held back until it is safe to write.
 *
 * Append to `pending`, and set `safe` to the length of what may be written.
 * holdback_settle() writes that once more than `limit` bytes are pending, and
 * holdback_finish() writes the rest at the end.  After an error call
 * holdback_release(), which drops what is pending.
 */
#ifndef BASE_HOLDBACK_H
#define BASE_HOLDBACK_H

#include "base/str.h"

struct holdback {
	struct buf pending;	/* append here */
	size_t safe;
	size_t limit;
	int (*write)(void *ctx, const void *p, size_t n);
	void *ctx;
};

/* Write what is safe if more than the limit is pending: 0, or -1 if `write`
 * failed. */
int holdback_settle(struct holdback *h);
/* Write all that is pending, in the same way. */
int holdback_finish(struct holdback *h);
void holdback_release(struct holdback *h);

#endif
