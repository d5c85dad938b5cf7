/*
 * inject - Istio's injection of one pod, from the annotations' checks to the
 * last of the steps (istio.io/istio pkg/kube/inject: IntoObject, injectPod).
 */
#ifndef ISTIO_INJECT_H
#define ISTIO_INJECT_H

#include "istio/injection.h"
#include "istio/policy.h"
#include "istio/render.h"

/* What a template printed, for those who want to see it. */
typedef void rendered_fn(void *ctx, const struct template *t,
			 const struct rendering *r);

struct istio_run {
	const struct istio *istio;
	struct template **templates;	/* of istio->inject, in its order */
	struct func_env env;
	rendered_fn *rendered;		/* may be NULL */
	void *ctx;
};

/* Fill in what follows from the pod and the configuration: `in` has arena,
 * istio, warn, ctx, the object's api_version, kind, name, namespace, and pod.
 * Istio's data of a Pod that something else made name that. */
void injection_prepare(struct injection *in);
/* The pod's own proxy.istio.io/config over in->mesh. */
int injection_mesh(struct injection *in, struct err *e);

/* The pod with its sidecar, or the very same with answer->inject false; NULL
 * with the error set. */
const struct node *istio_inject(const struct istio_run *run,
				struct injection *in,
				struct policy_answer *answer, struct err *e);

#endif
