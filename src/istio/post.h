/*
 * post - the steps around the merge, in Istio's order
 * (pkg/kube/inject/webhook.go: injectPod, postProcessPod).
 *
 * Each step takes the pod so far and gives the pod after it: a new version
 * that shares what did not change, or the very same.
 */
#ifndef ISTIO_POST_H
#define ISTIO_POST_H

#include "istio/injection.h"

/* Before the templates run: in->pod without what an earlier injection added,
 * for the templates' data only (stripPod, reinsertOverrides). */
const struct node *pre_strip(const struct injection *in, struct err *e);
/* Before the merge of a rendered template whose sum is in->rendered: the
 * user's own istio-proxy moves to where the template has it (RunTemplate). */
const struct node *pre_move_proxy(const struct injection *in,
				  const struct node *pod);

struct post_step {
	const char *name;	/* for debugging and documentation */
	/* NULL with the error set. */
	const struct node *(*run)(const struct injection *in,
				  const struct node *pod, struct err *e);
};

/* In order, up to one without a name. */
extern const struct post_step post_steps[];

#endif
