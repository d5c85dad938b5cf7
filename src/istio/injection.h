/*
 * injection - Istio's injection of one Pod, and its removal.
 *
 * A struct injection is a Pod on its way through: what is known about it, and
 * what the earlier steps found out (InjectionParameters of istio.io/istio
 * pkg/kube/inject).  istio_inject() goes from the checks of the annotations to
 * the last step (IntoObject, injectPod):
 *
 *	in->pod ── policy_decide, annotations_check
 *	   │  pre_strip (post.h)       take out an earlier injection
 *	in->stripped ── template_data (render.h)
 *	   │  template_render          for each template the Pod selects
 *	   │  merge_pod                overlay onto Pod, and onto in->rendered
 *	   │  post_steps (post.h)      overrides, probes, metrics, order, ...
 *	   ▼
 *	the Pod with its sidecar
 *
 * Everything lives in `arena`, that of the document, or longer.  What templates
 * compute with is a multiple of what they print, and would add up in a document
 * with many Pods: it has an arena of its own, `values`.
 */
#ifndef ISTIO_INJECTION_H
#define ISTIO_INJECTION_H

#include "istio/istio_config.h"
#include "mesh/mesh.h"
#include "mesh/release.h"
#include "tmpl/func.h"

struct template;
struct rendering;

/* User and group of the proxy, except on OpenShift. */
#define PROXY_ID 1337

typedef void injection_warn_fn(void *ctx, struct pos pos, const char *text);

/* `path`, of the probe's httpGet, still leads to the agent. */
typedef void injection_lost_fn(void *ctx, const struct node *path,
			       const char *text);

/* What is the same for all Pods of a run. */
struct istio {
	struct inject_config inject;
	struct mesh mesh;
	const struct node *values;	/* a map, or NULL */
	str revision;			/* "" if none was given */
	bool native;			/* as `native_variable` has it */
	/* Variables of istiod that templates ask for, "" if not set:
	 * ENABLE_NATIVE_SIDECARS and PILOT_ENABLE_INBOUND_PASSTHROUGH. */
	str native_variable, inbound_variable;
	bool policy;			/* --policy: honor all of `inject` */
	str compliance_policy;		/* COMPLIANCE_POLICY */
	struct release release;		/* whose rules are followed; known */
};

/* A variable of the proxy's environment. */
struct proxy_env {
	str name, value;
};

/* Sorted by name, in byte order; each name once. */
struct proxy_envs {
	struct proxy_env *at;
	uint32_t n;
};

struct injection {
	struct arena *arena;
	struct arena *values;		/* of templates: see render.h */
	const struct istio *istio;
	injection_warn_fn *warn;	/* never NULL */
	injection_warn_fn *warn_merge;	/* about unknown fields; may be NULL */
	injection_warn_fn *warn_config;	/* about proxy.istio.io/config; may be
					 * NULL */
	/* About a probe that a removal cannot restore; may be NULL. */
	injection_lost_fn *lost;
	void *ctx;
	bool afresh;		/* an earlier injection will be removed: this
				 * one only tells what is there */
	/* The Pod as it was before an earlier injection was removed from it, or
	 * NULL: what the user has changed in its sidecar is to be kept. */
	const struct node *former;

	/* The object: TypeMeta and DeploymentMeta. */
	str api_version, kind, name, namespace;
	const struct node *object;	/* for positions only; may be NULL */
	bool nameless;		/* containers may be: see merge_options */
	/* An annotation of the caller's, which templates do not see. */
	str note;
	const struct proxy_envs *path_envs;	/* of the webhook, or NULL */
	/* The Pod's Namespace, whose annotations have the ids of the proxy on
	 * OpenShift; or NULL. */
	const struct node *namespace_object;
	/* The original Pod, {metadata, spec}, and the base of the merge; for a
	 * CronJob, the metadata are those of its jobTemplate. */
	const struct node *pod;
	/* The same before an earlier injection, if the caller knows that. */
	const struct node *original;
	struct mesh mesh;	/* with the Pod's proxy.istio.io/config */
	bool native;		/* for this Pod, its annotation considered */
	/* What the proxy's environment gets whatever the template sets: of the
	 * webhook's path, then ISTIO_META_CLUSTER_ID and _NETWORK. */
	struct proxy_envs envs;

	/* Without an earlier injection: what templates see. */
	const struct node *stripped;
	/* All rendered templates merged onto {}: Istio's templatePod. */
	const struct node *rendered;
};

/* The metadata of a Pod, or NULL. */
static inline const struct node *injection_meta(const struct node *pod)
{
	return node_get(pod, STR("metadata"));
}
/* Does the Namespace of a webhook's request have OpenShift's ids? */
bool injection_on_openshift(const struct injection *in);
/* Is the owner of a bare Pod its controller?  For a webhook it always was. */
static inline bool injection_asks_owner(const struct injection *in)
{
	return in->path_envs || release_has(in->istio->release,
					    RULE_OWNER_IS_CONTROLLER);
}
/* The text of an annotation or label, or STR_NONE if absent. */
str pod_annotation(const struct node *pod, str name);
str pod_label(const struct node *pod, str name);

/* The Pod without in->note. */
const struct node *injection_without_note(const struct injection *in,
					  const struct node *pod);

/* Fill in what follows from the Pod and the configuration.  The caller has set
 * arena, istio, warn, ctx, pod and the object's api_version, kind, name and
 * namespace; a Pod that a controller made (it has a generateName) gets those
 * of its owner, as pkg/kube/util.go: GetDeployMetaFromPod, if the release asks
 * for it. */
void injection_prepare(struct injection *in);
/* The value of a variable in in->envs, or STR_NONE. */
str proxy_env(const struct proxy_envs *envs, str name);
/* The variables that the path of a webhook's URL sets, as webhook.go:
 * parseInjectEnvs; the texts are copied. */
struct proxy_envs proxy_envs_of_path(struct arena *a, str path);
/* Apply the Pod's own proxy.istio.io/config to in->mesh. */
int injection_mesh(struct injection *in, struct err *e);

/* ---- policy.c: does Istio inject this Pod, and if not, why? ---- */

/*
 * As inject.go: IntoObject and injectRequired.  Like kube-inject, it ignores
 * the Config's policy and selectors unless istio->policy is set.
 */
struct policy_decision {
	bool inject;
	/* For people: "host networking", "policy enabled", ... */
	str reason;
	/* What decided: a label, a field of the Pod or of the Config; NULL if
	 * it is in no text. */
	const struct node *at;
	/* If not injected, Istio's own line: `Skipping injection because
	 * Deployment "ns/name" has host networking enabled`. */
	str line;
};

struct policy_decision policy_decide(const struct injection *in);

/* ---- annotations.c ---- */

/* Check the annotations that the release validates before it injects
 * (validate.go), with its messages.  `meta` is the Pod's metadata or NULL.  0;
 * or -1 with the error at the first annotation: it lists all that are invalid,
 * as Istio. */
int annotations_check(const struct node *meta, struct release release,
		      struct err *e);

/* ---- injecting ---- */

/* Receives what a template printed. */
typedef void rendered_fn(void *ctx, const struct template *t,
			 const struct rendering *r);

struct istio_run {
	const struct istio *istio;
	struct template **templates;	/* those of istio->inject, in order */
	struct func_env env;
	rendered_fn *rendered;		/* may be NULL */
	void *ctx;
};

/* Prepare the templates, those of istio->inject in order, of a Pod that selects
 * none, to find their errors before any Pod comes. */
int istio_prepare(const struct istio *istio, struct template **templates,
		  struct err *e);
/* The Pod with its sidecar, or the same node if decision->inject is false;
 * NULL with the error set. */
const struct node *istio_inject(const struct istio_run *run,
				struct injection *in,
				struct policy_decision *decision,
				struct err *e);

/* ---- removal.c ---- */

/* Does the Pod say that it was injected? */
bool istio_was_injected(const struct node *pod);
/*
 * Can the earlier injection be removed before the next?  All of Istio's
 * templates that have a proxy note their revision, since 1.17.  A Pod without
 * that is of before, or was put together by hand: its proxy is merged with the
 * next one's, as in Istio.
 */
bool istio_is_renewable(const struct injection *in);
/* After an injection: has the proxy of in->pod something of an earlier release,
 * which the templates do not set? */
bool istio_is_stale(const struct injection *in);
/*
 * in->pod as it was before its injection, as far as the Pod can tell; the same
 * node if it has no sidecar; NULL with the error if its annotations are
 * invalid.  `in` has arena and pod.
 *
 * The annotation sidecar.istio.io/status names what was added; the environment
 * of the proxy has the probes and the annotations of Prometheus that were
 * redirected to the agent; proxy.istio.io/overrides has the user's settings of
 * containers that a template defines, too.  Labels and annotations that Istio's
 * templates set are removed if they have the values that those set.  A list or
 * map that becomes empty is removed.
 *
 * What the Pod cannot tell (a port's name, a label that the user had set to the
 * same value) is up to the caller to record.
 */
const struct node *istio_uninject(const struct injection *in, struct err *e);

#endif
