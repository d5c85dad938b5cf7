/*
 * pods - visit the pod templates of an object, and put others in their place.
 *
 * Opens Lists, nested ones too, and follows each row of k8s/workload.  What
 * the visitor returns replaces the template; everything above it becomes a new
 * version of itself, all else is shared.  An object that is no workload is
 * returned as it is.
 */
#ifndef K8S_PODS_H
#define K8S_PODS_H

#include "k8s/workload.h"

struct pods_visitor {
	/* Only what kube-inject takes, and as it takes it: see
	 * workload_istio(). */
	bool istio;
	/* Before the templates of an object; false with the error set stops. */
	bool (*object)(void *ctx, const struct node *object,
		       const struct workload *workload, struct err *e);
	/* A template, {metadata, spec}, of that object, at `path` in it:
	 * returns its new version or itself; NULL with the error set. */
	const struct node *(*pod)(void *ctx, const struct node *pod,
				  const char *path, struct err *e);
	/* It has none: a Deployment without `spec.template`. */
	void (*missing)(void *ctx);
	/* After its templates: one of them changed. */
	void (*done)(void *ctx, bool changed);
	void *ctx;
	/* An object that is no workload; may be NULL. */
	void (*passed)(void *ctx, const struct node *object);
	/* Rows of the user's own, which go before all others, also where only
	 * what kube-inject takes is wanted; or NULL. */
	const struct workload *own;
};

/* The root's new version, or itself; NULL with the error set: an explicit null
 * or a scalar where a template, or the way to one, should be is an error. */
const struct node *pods_visit(struct arena *a, const struct node *root,
			      const struct pods_visitor *visitor,
			      struct err *e);

#endif
