/*
 * The built-in templates: templates/ and templates/istio, which scripts/embed
 * writes as tables.
 */
#include "engine/settings.h"

#include <assert.h>
#include <string.h>

#include "base/array.h"

static const struct injector_builtin builtin[] = {
#include "builtin.inc"
};

static const struct builtin_text istio[] = {
#include "istio.inc"
};

const struct injector_builtin *injector_builtin(size_t i)
{
	return i < ARRAY_SIZE(builtin) ? &builtin[i] : NULL;
}

const struct injector_builtin *injector_builtin_values(void)
{
	return &builtin_istio("istio/values")->row;
}

const struct builtin_text *builtin_istio(const char *name)
{
	size_t i = 0, n = ARRAY_SIZE(istio);

	while (i < n && strcmp(istio[i].row.name, name))
		i++;
	assert(i < n);
	return &istio[i];
}
