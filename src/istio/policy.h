/*
 * policy - does Istio inject this pod, and if not, why?
 *
 * As istio.io/istio pkg/kube/inject/inject.go, IntoObject and injectRequired:
 * the command ignores the Config's policy and selectors as kube-inject does,
 * unless istio->policy is set.
 */
#ifndef ISTIO_POLICY_H
#define ISTIO_POLICY_H

#include "istio/injection.h"

struct policy_answer {
	bool inject;
	/* For people: "host networking", "policy enabled", ... */
	str reason;
	/* What decided: a label, a field of the pod or of the Config; NULL
	 * where that stands in no text. */
	const struct node *at;
	/* Where not: Istio's own line, `Skipping injection because Deployment
	 * "ns/name" has host networking enabled`. */
	str line;
};

struct policy_answer policy_ask(const struct injection *in);

#endif
