/*
 * batch - what is remembered from one stream of a batch to the next.
 *
 * It grows with the number of namespaces and of different warnings, up to a
 * limit, and not with the length of the streams.
 */
#ifndef ENGINE_BATCH_H
#define ENGINE_BATCH_H

#include "engine/settings.h"
#include "check/namespaces.h"
#include "check/warnings.h"

struct injector_batch {
	struct mem_pool pool;	/* of all that follows, and of the runs */
	bool abandoned;		/* a run was; what follows is not valid */
	const struct injector *injector;
	struct arena arena;
	bool *matched;		/* by index of injector->filter.rules */
	struct namespaces namespaces;
	struct warned warned;	/* warnings that were reported */
	uint64_t valid_names[WARN_VALID_NAMES];
};

/* Fill *b, which is all zero but for the handle, with memory of its pool. */
void batch_init(struct injector_batch *b);
/* The warnings that need all streams. */
void batch_report(const struct injector_batch *b, injector_report_fn *report,
		  void *ctx);
void batch_release(struct injector_batch *b);

#endif
