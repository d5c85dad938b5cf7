/*
 * injection - one pod on its way through Istio's injection: what is known of
 * it, and what the steps before found out.
 *
 * It is the InjectionParameters of istio.io/istio pkg/kube/inject.  Everything
 * in it lives in `arena`, which is that of the document, or longer.  What
 * templates compute with is a multiple of what they print, and would add up in
 * a document of many pods: it has an arena of its own.
 */
#ifndef ISTIO_INJECTION_H
#define ISTIO_INJECTION_H

#include "istio/config.h"
#include "mesh/mesh.h"

typedef void injection_warn_fn(void *ctx, struct pos pos, const char *text);

/* What holds for all pods of a run. */
struct istio {
	struct inject_config inject;
	struct mesh mesh;
	const struct node *values;	/* a map, or NULL */
	str revision;			/* "" where none was given */
	bool native;			/* ENABLE_NATIVE_SIDECARS */
	bool policy;			/* --policy: obey all of `inject` */
	str compliance_policy;		/* COMPLIANCE_POLICY */
};

struct injection {
	struct arena *arena;
	struct arena *values;		/* of templates: see istio/data.h */
	const struct istio *istio;
	injection_warn_fn *warn;	/* never NULL */
	injection_warn_fn *warn_merge;	/* of unknown fields; may be NULL */
	void *ctx;

	/* The object: TypeMeta and DeploymentMeta. */
	str api_version, kind, name, namespace;
	const struct node *object;	/* for places only; may be NULL */
	/* The pod as it came: {metadata, spec}; of a CronJob the metadata of
	 * its jobTemplate.  The base of the merge. */
	const struct node *pod;
	struct mesh mesh;	/* with the pod's proxy.istio.io/config */
	bool native;		/* for this pod, its annotation included */
	str cluster, network;	/* ISTIO_META_CLUSTER_ID, _NETWORK; or "" */

	/* An earlier injection taken out: what templates see. */
	const struct node *stripped;
	/* All rendered templates merged onto {}: Istio's templatePod. */
	const struct node *rendered;
};

static inline const struct node *injection_meta(const struct node *pod)
{
	return node_get(pod, STR("metadata"));
}
/* The text of an annotation or label, or STR_NONE where there is none. */
str pod_annotation(const struct node *pod, str name);
str pod_label(const struct node *pod, str name);

#endif
