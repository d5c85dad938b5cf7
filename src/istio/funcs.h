/*
 * funcs - the functions that Istio adds to sprig's for its templates
 * (istio.io/istio pkg/kube/inject/template.go: InjectionFuncmap), a table per
 * family; toYaml is for everybody's.
 *
 * They hide errors as Istio does: what cannot be written as JSON is "{}", as
 * YAML "".  Some replace sprig's of the same name and take other arguments:
 * contains and env, indent and omit.
 */
#ifndef ISTIO_FUNCS_H
#define ISTIO_FUNCS_H

#include "tmpl/func.h"

extern const struct func_table
	istio_text_funcs,	/* indent, directory, env, ... */
	istio_data_funcs,	/* toJSON, toYaml, omitNil, ... */
	istio_pod_funcs;	/* annotation, includeInboundPorts, ... */

/* All tables a sidecar template may call: sprig's, then Istio's over them; up
 * to a NULL. */
extern const struct func_table *const istio_tables[];

/* strings.TrimSpace */
str funcs_trim(str s);

#endif
