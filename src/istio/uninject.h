/*
 * uninject - an injected pod as it was before, as far as the pod can tell.
 *
 * The annotation sidecar.istio.io/status names what came in; the proxy's
 * environment has the probes and the annotations of Prometheus that lead to the
 * agent since; proxy.istio.io/overrides has what the user had set of
 * containers that a template has, too.  Labels and annotations that Istio's
 * templates give go if they have the values that these give.  A list or map
 * that becomes empty goes with its last item.
 *
 * What it cannot tell (a port's name, a label that the user had set to the same
 * value) is for the caller to remember.
 */
#ifndef ISTIO_UNINJECT_H
#define ISTIO_UNINJECT_H

#include "istio/injection.h"

/* Does the pod say that it was injected? */
bool istio_was_injected(const struct node *pod);
/* in->pod without its sidecar, or the very same where it has none; NULL with
 * the error where its annotations make no sense.  `in` has arena and pod. */
const struct node *istio_uninject(const struct injection *in, struct err *e);

#endif
