/*
 * bundle - what is to be remembered from one stream of a run to the next.
 *
 * It grows with the namespaces of the streams and what is wrong with them, up
 * to a limit, and not with their length.
 */
#ifndef BUNDLE_H
#define BUNDLE_H

#include "handle.h"
#include "warn/namespaces.h"
#include "warn/told.h"

struct injector_bundle {
	const struct injector *injector;
	struct arena arena;
	bool *matched;		/* by rule of injector->choose */
	struct namespaces namespaces;
	struct told told;
	uint64_t right_names[WARN_RIGHT_NAMES];
};

#endif
