/*
 * What the steps around the merge share: see post.h for the steps, and each
 * post_*.c for what it does.
 */
#ifndef ISTIO_POST_STEP_H
#define ISTIO_POST_STEP_H

#include "istio/pod.h"
#include "istio/post.h"

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
/* The JSON text in an annotation as a tree; NULL with the error, which stands
 * at the annotation. */
const struct node *note_json(const struct injection *in,
			     const struct node *note, struct err *e);

/* post_status.c: what in->pod says of an earlier injection. */
struct injected {
	bool before;			/* the annotation is there */
	const struct node *status;	/* NULL where it makes no sense */
};

struct injected injected_read(const struct injection *in);
bool injected_has(const struct injected *injected, enum pod_list list,
		  str name);
/* The pod with the network's label, the status, and the annotations that the
 * configuration adds. */
const struct node *post_metadata(const struct injection *in,
				 const struct node *pod, struct err *e);

/* post_override.c: the containers of the user that templates changed. */
struct overrides {
	const struct node *all;		/* {containers, initContainers} */
};

/* The annotation of in->pod: 0, or -1 with the error. */
int overrides_read(const struct injection *in, struct overrides *out,
		   struct err *e);
static inline const struct node *overrides_list(const struct overrides *o,
						enum pod_list list)
{
	const struct node *n = node_get(o->all, pod_list_key(list));

	return n && n->kind == NODE_LIST ? n : NULL;
}
/* In one list, else in the other: where the container stood when it was
 * injected first, and where it stands now, may differ. */
const struct node *overrides_find(const struct overrides *o,
				  enum pod_list list, str name);
const struct node *post_overrides(const struct injection *in,
				  const struct node *pod, struct err *e);

/* post_shape.c: a container as a patch made of Go's type would have it: no
 * nulls, no zero values that are left out. */
const struct node *container_as_sent(struct arena *a,
				     const struct node *container);
/* `now` with the fields only that `shape`, another version of the container,
 * has, too; of lists merged by key the items with its keys. */
const struct node *container_common(struct arena *a, const struct node *now,
				    const struct node *shape);

/* post_user.c */
const struct node *post_user(const struct injection *in,
			     const struct node *pod, struct err *e);
/* post_cluster.c */
const struct node *post_cluster(const struct injection *in,
				const struct node *pod, struct err *e);

/* post_prometheus.c */
const struct node *post_prometheus(const struct injection *in,
				   const struct node *pod, struct err *e);
/* The pod without its prometheus.io annotations, if they lead to the agent. */
const struct node *prometheus_strip(const struct injection *in,
				    const struct node *pod);
/* The pod with those that ENV_PROMETHEUS, as JSON or NULL, says it had. */
const struct node *prometheus_restore(const struct injection *in,
				      const struct node *pod,
				      const struct node *known);

/* post_probes.c */
const struct node *post_probes(const struct injection *in,
			       const struct node *pod, struct err *e);

/* The container with the probes that ENV_PROBERS, as JSON, says it had. */
const struct node *probes_restore(const struct injection *in,
				  const struct node *container,
				  const struct node *probers);

/* restore.c: `now` changed to `was`, with as little of it new as can be. */
const struct node *restore_node(struct arena *a, const struct node *now,
				const struct node *was);

/* post_probers.c: what ISTIO_KUBE_APP_PROBERS holds. */
struct probers;

struct probers *probers_new(struct arena *a);
/* Note the probe (or lifecycle handler) of a container that the agent is to
 * do, under the path at which it is asked to; a second one replaces it. */
void probers_add(struct probers *p, str path, const struct node *prober);
/* Its JSON, keys in byte order; "" where it is empty. */
str probers_json(struct probers *p);

/* post_order.c */
const struct node *post_settle(const struct injection *in,
			       const struct node *pod, struct err *e);
const struct node *post_order(const struct injection *in,
			      const struct node *pod, struct err *e);

#endif
