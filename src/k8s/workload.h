/*
 * workload - where each kind of object keeps its pod template(s).
 *
 * One table, by API group and kind: the group counts, not the kind alone
 * (`Service` of serving.knative.dev is one, that of the core group is none).
 * Any version of a group will do.  A kind with several templates has a row for
 * each; its rows stand together, in the order of the fields:
 *
 *	for (w = workload_find(object); w; w = workload_next(w))
 *		... follow w->path ...
 *
 * A path that leads nowhere in an object is no error: an AdvancedCronJob has
 * one template or the other, a Rollout may name a Deployment instead.
 */
#ifndef K8S_WORKLOAD_H
#define K8S_WORKLOAD_H

#include "tree/node.h"

struct workload {
	const char *group;	/* "" for the core group */
	const char *kind;
	/* Keys from the object to its pod template, "spec.template"; "" for a
	 * Pod, which is its own.  A part "*" means: every item of this list. */
	const char *path;
	/* Row of k8s/schema that describes the object; NULL: custom kind. */
	const char *type;
};

/* The first row for an object, by its apiVersion and kind, or NULL. */
const struct workload *workload_find(const struct node *object);
/* The same of a table other than workload_table, of
 * which workload_sort() has put the rows of a kind together. */
const struct workload *workload_find_in(const struct workload *table,
					const struct node *object);
/* The next row of the same kind, or NULL. */
const struct workload *workload_next(const struct workload *w);
/* Is it a List, or a *List of one of the workloads (then `items` holds
 * objects, which may leave out apiVersion and kind)? For a typed list *item
 * is the first row of its items, else NULL.  An item that does name its kind
 * goes by that; it may be a list again. */
bool workload_is_list(const struct node *object, const struct workload **item);
bool workload_is_list_in(const struct workload *table,
			 const struct node *object,
			 const struct workload **item);
/* Put rows in the order of a table: kinds together, the rows of one as they
 * are.  The last row has kind NULL. */
void workload_sort(struct workload *rows, size_t n);
/*
 * What Istio's kube-inject makes of an object (inject/initializer.go).  It goes
 * by the kind alone, whatever the API group: its scheme has the kinds as
 * unversioned types.
 */
struct workload_istio {
	/* The row by which an object is read that is of no known group. */
	struct workload any;
	/* Where the Pod's labels and annotations stand, if not in the template
	 * itself; else NULL. */
	const char *metadata;
	/* Without a template it is an error, as the Go type has a pointer. */
	bool template_required;
};
/* NULL: it passes the object by. */
const struct workload_istio *workload_istio(const struct node *object);
/* All rows, ending with kind NULL: for documentation and tests. */
extern const struct workload workload_table[];

#endif
