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
	/* Where not: for people, "host networking", "sidecar injection
	 * disabled", ...; and Istio's own line, `Skipping injection because
	 * Deployment "ns/name" has host networking enabled`. */
	str reason, line;
};

struct policy_answer policy_ask(const struct injection *in);

#endif
