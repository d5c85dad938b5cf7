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
	const struct injector *injector;
	struct arena arena;
	bool *matched;		/* by index of injector->choose.rules */
	struct namespaces namespaces;
	struct warned warned;	/* warnings that were reported */
	uint64_t valid_names[WARN_VALID_NAMES];
};

struct injector_batch *batch_new(const struct injector *in);
/* The warnings that need all streams. */
void batch_report(const struct injector_batch *b, injector_report_fn *report,
		  void *ctx);
void batch_free(struct injector_batch *b);

#endif
