/*
 * told - which warnings were given already.
 *
 * A template is used for every workload, and what is wrong with it is told
 * once.  Kept are hashes, and of so many only that memory stays flat.
 */
#ifndef WARN_TOLD_H
#define WARN_TOLD_H

#include "base/arena.h"
#include "base/err.h"

struct told {
	uint64_t *slots;	/* 0: free */
	uint32_t n;
};

#define TOLD_INIT { NULL, 0 }

/* True the first time. */
bool told_add(struct told *t, struct pos pos, const char *text);
void told_release(struct told *t);

#endif
