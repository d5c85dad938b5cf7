/*
 * funcs - the functions that Istio adds to sprig's for its templates
 * (istio.io/istio pkg/kube/inject/template.go: InjectionFuncmap), and toYaml
 * and toJson for everybody's.
 */
#ifndef ISTIO_FUNCS_H
#define ISTIO_FUNCS_H

#include "tmpl/func.h"

extern const struct func_table istio_funcs;

/* All tables a sidecar template may call: sprig's, then Istio's over them; up
 * to a NULL. */
extern const struct func_table *const istio_tables[];

#endif
