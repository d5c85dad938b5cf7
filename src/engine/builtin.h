/*
 * builtin - the texts of templates/istio, which are no templates to choose but
 * make up the configuration of src/profile.c.
 */
#ifndef ENGINE_BUILTIN_H
#define ENGINE_BUILTIN_H

#include "injector.h"

/* By the file's name without its ending, such as "istio/sidecar". */
const struct injector_builtin *builtin_istio(const char *name);

#endif
