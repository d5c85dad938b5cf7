/*
 * post - the steps around the merge, in Istio's order
 * (pkg/kube/inject/webhook.go: injectPod, postProcessPod).
 *
 * Each step takes the Pod so far and returns the Pod after it: a new version
 * that shares what did not change, or the same node.
 */
#ifndef ISTIO_POST_H
#define ISTIO_POST_H

#include "istio/injection.h"
#include "istio/pod_tree.h"

/* Before the templates run: in->pod without what an earlier injection added,
 * for the templates' data only (stripPod, reinsertOverrides). */
const struct node *pre_strip(const struct injection *in, struct err *e);
/* What a webhook on OpenShift does first: the Pod without the user of its own
 * proxy if that is the application's, since OpenShift gives one to all
 * containers (webhook.go: isSidecarUserMatchingAppUser). */
const struct node *pre_drop_user(const struct injection *in);
/* Before a rendered template is merged, when in->rendered includes it: the
 * user's own istio-proxy moves to the list where the templates have it
 * (RunTemplate). */
const struct node *pre_move_proxy(const struct injection *in,
				  const struct node *pod);

struct post_step {
	const char *name;	/* for debugging and documentation */
	/* NULL with the error set. */
	const struct node *(*run)(const struct injection *in,
				  const struct node *pod, struct err *e);
};

/* In order; the last one has no name. */
extern const struct post_step post_steps[];

/* ---- the steps, and what they and removal.c share ---- */

#define NOTE_STATUS STR("sidecar.istio.io/status")
#define NOTE_OVERRIDES STR("proxy.istio.io/overrides")

#define ENV_PROBERS STR("ISTIO_KUBE_APP_PROBERS")
#define ENV_PROMETHEUS STR("ISTIO_PROMETHEUS_ANNOTATIONS")

/* The value of an annotation, or STR_NONE. */
static inline str note_text(const struct injection *in, const struct node *pod,
			    str name)
{
	return pod_text(in->arena, pod_note(pod, name));
}
/* The JSON text of an annotation as a tree; NULL with the error, at the
 * position of the annotation. */
const struct node *note_json(const struct injection *in,
			     const struct node *note, struct err *e);

/* The release of the agent in the Pod's proxy: that of its image, else the one
 * whose rules are followed. */
struct release agent_release(const struct injection *in,
			     const struct node *sidecar);

/* post_record.c: what in->pod records of an earlier injection. */
struct injected {
	bool before;			/* the annotation is there */
	const struct node *status;	/* NULL if it is invalid */
};

struct injected injected_read(const struct injection *in);
/* Does the status list that container? */
bool injected_has(const struct injected *injected, enum pod_list list,
		  str name);
/* The Pod with the network's label, the status, and the annotations that the
 * configuration adds. */
const struct node *post_metadata(const struct injection *in,
				 const struct node *pod, struct err *e);

/* The user's containers that templates changed. */
struct overrides {
	const struct node *all;		/* {containers, initContainers} */
};

/* Read the annotation of in->pod: 0, or -1 with the error. */
int overrides_read(const struct injection *in, struct overrides *out,
		   struct err *e);
/* One of the two lists, or NULL. */
static inline const struct node *overrides_list(const struct overrides *o,
						enum pod_list list)
{
	const struct node *n = node_get(o->all, pod_list_key(list));

	return n && n->kind == NODE_LIST ? n : NULL;
}
/* Find a container in that list, else in the other: at the first injection it
 * may have been in another list than now. */
const struct node *overrides_find(const struct overrides *o,
				  enum pod_list list, str name);
/* Merge the user's settings over those of the templates, and record them. */
const struct node *post_overrides(const struct injection *in,
				  const struct node *pod, struct err *e);

/* `now` reduced to the fields that `shape`, another version of the container,
 * has, too; lists that are merged by key are reduced to the items with its
 * keys. */
const struct node *container_common(struct arena *a, const struct node *now,
				    const struct node *shape);

/* post_kept.c: the Pod with what the user has changed in in->former since it
 * was injected. */
const struct node *post_kept(const struct injection *in,
			     const struct node *pod, struct err *e);

/* post_probes.c: redirect probes to the agent. */
const struct node *post_probes(const struct injection *in,
			       const struct node *pod, struct err *e);
/* The container with the probes that it had according to ENV_PROBERS, which is
 * passed as JSON. */
const struct node *probes_restore(const struct injection *in,
				  const struct node *container,
				  const struct node *probers);

/* post_prometheus.c: redirect the scraping of metrics to the agent. */
const struct node *post_prometheus(const struct injection *in,
				   const struct node *pod, struct err *e);
/* The annotation with the agent's port for mutual TLS. */
const struct node *post_secure_port(const struct injection *in,
				    const struct node *pod, struct err *e);
/* The Pod without its prometheus.io annotations if they point to the agent. */
const struct node *prometheus_strip(const struct injection *in,
				    const struct node *pod);
/* The Pod with those it had according to ENV_PROMETHEUS, which is passed as
 * JSON or NULL. */
const struct node *prometheus_restore(const struct injection *in,
				      const struct node *pod,
				      const struct node *known);

#endif
