/*
 * workload - where each kind of object has its Pod template(s), and visiting
 * them.
 *
 * One table, by API group and kind: `Service` of serving.knative.dev is a
 * workload, that of the core group is not.  Any version of a group matches.  A
 * kind with several templates has a row for each; its rows are adjacent, in the
 * order of the fields:
 *
 *	for (w = workload_find(object); w; w = workload_next(w))
 *		... follow w->path ...
 *
 * A path that leads nowhere in an object is not an error: an AdvancedCronJob
 * has one template or the other, a Rollout may refer to a Deployment instead.
 */
#ifndef K8S_WORKLOAD_H
#define K8S_WORKLOAD_H

#include "tree/node.h"

struct workload {
	const char *group;	/* "" for the core group */
	const char *kind;
	/* Keys from the object to its Pod template, "spec.template"; "" for a
	 * Pod, which is its own.  A part "*" means every item of a list. */
	const char *path;
	/* Row of k8s/schema that describes the object; NULL: custom kind. */
	const char *type;
};

/* All rows, ending with kind NULL: for documentation and tests. */
extern const struct workload workload_table[];

/* The first row for an object, by its apiVersion and kind, or NULL. */
const struct workload *workload_find(const struct node *object);
/* The same in another table, which was sorted with workload_sort(). */
const struct workload *workload_find_in(const struct workload *table,
					const struct node *object);
/* The next row of the same kind, or NULL. */
const struct workload *workload_next(const struct workload *w);
/* Has the Pod spec of this custom kind a field that Kubernetes' own lacks? */
bool workload_has_field(const struct workload *w, str key);
/* Is the object a List, a wrapper of other tools (a ResourceList of kustomize's
 * functions, a Template of OpenShift), or a *List of one of the workloads?  The
 * items of the latter may omit apiVersion and kind; *item is then the first row
 * of their kind, for a List it is NULL.  An item that has a kind is of that
 * kind; it may be a list again. */
bool workload_is_list(const struct node *object, const struct workload **item);
bool workload_is_list_in(const struct workload *table,
			 const struct node *object,
			 const struct workload **item);
/* Is the object a ResourceList, the input of KRM functions? */
bool workload_is_resource_list(const struct node *object);
/* The key of the items of such an object: "items", or "objects". */
str workload_items_key(const struct node *list);
/* Make rows adjacent that have the same kind, in their present order.  The
 * last row has kind NULL. */
void workload_sort(struct workload *rows, size_t n);

/*
 * How Istio's kube-inject reads an object (inject/initializer.go): by the kind
 * alone, regardless of the API group, since its scheme has the kinds as
 * unversioned types.
 */
struct workload_istio {
	/* The row for an object of an unknown group. */
	struct workload any;
	/* The path to the Pod's labels and annotations if they are not in the
	 * template itself, else NULL. */
	const char *metadata;
	/* A missing template is an error, as the Go type has a pointer. */
	bool template_required;
};
/* NULL: kube-inject passes the object through. */
const struct workload_istio *workload_istio(const struct node *object);

/* ---- visiting the Pod templates of an object ---- */

struct pods_visitor {
	/* Only the kinds that kube-inject injects, as it reads them: see
	 * workload_istio(). */
	bool istio;
	/* Before the templates of an object: returns the version to visit; NULL
	 * with the error set. */
	const struct node *(*object)(void *ctx, const struct node *object,
				     const struct workload *workload,
				     struct err *e);
	/* A template, {metadata, spec}, of that object, at `path` in it:
	 * returns its new version or itself; NULL with the error set. */
	const struct node *(*pod)(void *ctx, const struct node *pod,
				  const char *path, struct err *e);
	/* The object has none: a Deployment without `spec.template`. */
	void (*missing)(void *ctx);
	/* After its templates: returns the version to keep, `old` (as it was
	 * before `object`) or `now`. */
	const struct node *(*done)(void *ctx, const struct node *old,
				   const struct node *now);
	void *ctx;
	/* An object that is not a workload; may be NULL. */
	void (*passed)(void *ctx, const struct node *object);
	/* The user's own rows, which take precedence over all others, also with
	 * `istio`; or NULL. */
	const struct workload *own;
};

/*
 * Visit the Pod templates of an object, including those of the items of Lists,
 * nested ones too.  What the visitor returns replaces the template; everything
 * above it becomes a new version of itself, all else is shared.
 *
 * Returns the root's new version, or the root; NULL with the error set: an
 * explicit null or a scalar in place of a template, or on the path to one, is
 * an error.
 */
const struct node *pods_visit(struct arena *a, const struct node *root,
			      const struct pods_visitor *visitor,
			      struct err *e);

#endif
