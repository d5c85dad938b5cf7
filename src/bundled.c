/*
 * bundled - the templates built into the library: those of templates/, as
 * scripts/embed writes them into a table.
 */
#include "injector.h"

static const struct injector_bundled bundled[] = {
#include "bundled.inc"
};

const struct injector_bundled *injector_bundled(size_t i)
{
	return i < sizeof(bundled) / sizeof(bundled[0]) ? &bundled[i] : NULL;
}
