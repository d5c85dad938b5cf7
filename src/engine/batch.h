/*
 * batch - what is to be remembered from one stream of a run to the next.
 *
 * It grows with the namespaces of the streams and what is wrong with them, up
 * to a limit, and not with their length.
 */
#ifndef ENGINE_BATCH_H
#define ENGINE_BATCH_H

#include "engine/settings.h"
#include "warn/namespaces.h"
#include "warn/told.h"

struct injector_batch {
	const struct injector *injector;
	struct arena arena;
	bool *matched;		/* by rule of injector->choose */
	struct namespaces namespaces;
	struct told told;
	uint64_t right_names[WARN_RIGHT_NAMES];
};

#endif
