/*
 * bundled - the templates built into the library: those of templates/ and
 * templates/istio, as scripts/embed writes them into tables.
 */
#include "bundled.h"

#include <assert.h>
#include <string.h>

static const struct injector_bundled bundled[] = {
#include "bundled.inc"
};

static const struct injector_bundled istio[] = {
#include "istio.inc"
};

const struct injector_bundled *injector_bundled(size_t i)
{
	return i < sizeof(bundled) / sizeof(bundled[0]) ? &bundled[i] : NULL;
}

const struct injector_bundled *bundled_istio(const char *name)
{
	size_t i = 0, n = sizeof(istio) / sizeof(istio[0]);

	while (i < n && strcmp(istio[i].name, name))
		i++;
	assert(i < n);
	return &istio[i];
}
