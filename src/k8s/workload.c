/*
 * The built-in kinds are those of k8s.io/api, under every group that has
 * served them (extensions was the first home of most).  Paths of custom kinds
 * are those of their projects' Go types: openshift/api apps/v1, argoproj's
 * Rollout, Knative's RevisionTemplateSpec, openkruise/kruise apis/apps,
 * kubernetes-sigs/jobset and kubernetes-sigs/lws.
 *
 * To add a kind: its rows here, together, and a line in tests/test_workload.c.
 */
#include "k8s/workload.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

#define DEEP "spec.template."	/* a workload's template inside a workload */

const struct workload workload_table[] = {
	{ "", "Pod", "", "Pod" },
	{ "", "PodTemplate", "template", "PodTemplate" },
	{ "", "ReplicationController", "spec.template",
	  "ReplicationController" },
	{ "apps", "Deployment", "spec.template", "Deployment" },
	{ "apps", "StatefulSet", "spec.template", "StatefulSet" },
	{ "apps", "DaemonSet", "spec.template", "DaemonSet" },
	{ "apps", "ReplicaSet", "spec.template", "ReplicaSet" },
	{ "batch", "Job", "spec.template", "Job" },
	{ "batch", "CronJob", "spec.jobTemplate.spec.template", "CronJob" },
	{ "extensions", "Deployment", "spec.template", "Deployment" },
	{ "extensions", "DaemonSet", "spec.template", "DaemonSet" },
	{ "extensions", "ReplicaSet", "spec.template", "ReplicaSet" },
	{ "extensions", "Job", "spec.template", "Job" },

	/* OpenShift; before 3.6 it had no group of its own */
	{ "apps.openshift.io", "DeploymentConfig", "spec.template", NULL },
	{ "", "DeploymentConfig", "spec.template", NULL },

	{ "argoproj.io", "Rollout", "spec.template", NULL },

	{ "serving.knative.dev", "Service", "spec.template", NULL },
	{ "serving.knative.dev", "Configuration", "spec.template", NULL },

	{ "apps.kruise.io", "CloneSet", "spec.template", NULL },
	{ "apps.kruise.io", "StatefulSet", "spec.template", NULL },
	{ "apps.kruise.io", "DaemonSet", "spec.template", NULL },
	{ "apps.kruise.io", "BroadcastJob", "spec.template", NULL },
	{ "apps.kruise.io", "AdvancedCronJob",
	  DEEP "jobTemplate.spec.template", NULL },
	{ "apps.kruise.io", "AdvancedCronJob",
	  DEEP "broadcastJobTemplate.spec.template", NULL },
	{ "apps.kruise.io", "UnitedDeployment",
	  DEEP "statefulSetTemplate.spec.template", NULL },
	{ "apps.kruise.io", "UnitedDeployment",
	  DEEP "advancedStatefulSetTemplate.spec.template", NULL },
	{ "apps.kruise.io", "UnitedDeployment",
	  DEEP "cloneSetTemplate.spec.template", NULL },
	{ "apps.kruise.io", "UnitedDeployment",
	  DEEP "deploymentTemplate.spec.template", NULL },

	{ "jobset.x-k8s.io", "JobSet",
	  "spec.replicatedJobs.*.template.spec.template", NULL },
	{ "leaderworkerset.x-k8s.io", "LeaderWorkerSet",
	  "spec.leaderWorkerTemplate.leaderTemplate", NULL },
	{ "leaderworkerset.x-k8s.io", "LeaderWorkerSet",
	  "spec.leaderWorkerTemplate.workerTemplate", NULL },

	{ NULL, NULL, NULL, NULL },
};

/* Knative's RevisionSpec embeds the PodSpec. */
static const struct {
	const char *group, *key;
} own_fields[] = {
	{ "serving.knative.dev", "containerConcurrency" },
	{ "serving.knative.dev", "timeoutSeconds" },
	{ "serving.knative.dev", "responseStartTimeoutSeconds" },
	{ "serving.knative.dev", "idleTimeoutSeconds" },
};

bool workload_has_field(const struct workload *w, str key)
{
	for (size_t i = 0; i < ARRAY_SIZE(own_fields); i++)
		if (strcmp(w->group, own_fields[i].group) == 0 &&
		    str_eq(key, str_of(own_fields[i].key)))
			return true;
	return false;
}

static const struct workload *find(const struct workload *table, str group,
				   str kind)
{
	for (const struct workload *w = table; w->kind; w++)
		if (kind.n && *w->kind == *kind.p &&
		    str_eq(str_of(w->kind), kind) &&
		    str_eq(str_of(w->group), group))
			return w;
	return NULL;
}

#define ANY(kind, path) { "", kind, path, NULL }

static const struct workload_istio istio_kinds[] = {
	{ ANY("Deployment", "spec.template"), NULL, false },
	{ ANY("StatefulSet", "spec.template"), NULL, false },
	{ ANY("DaemonSet", "spec.template"), NULL, false },
	{ ANY("ReplicaSet", "spec.template"), NULL, false },
	{ ANY("Pod", ""), NULL, false },
	{ ANY("ReplicationController", "spec.template"), NULL, true },
	{ ANY("Job", "spec.template"), NULL, false },
	/* inject.go, IntoObject: the Job's metadata, not its template's */
	{ ANY("CronJob", "spec.jobTemplate.spec.template"),
	  "spec.jobTemplate.metadata", false },
	{ ANY("DeploymentConfig", "spec.template"), NULL, true },
};

const struct workload_istio *workload_istio(const struct node *object)
{
	str kind = node_string(node_get(object, STR("kind")));

	for (size_t i = 0; i < ARRAY_SIZE(istio_kinds); i++)
		if (str_eq(str_of(istio_kinds[i].any.kind), kind))
			return &istio_kinds[i];
	return NULL;
}

/* The group of "GROUP/VERSION" or "VERSION" (the core group); false if the
 * object has no apiVersion. */
static bool group_of(const struct node *object, str *group)
{
	str api = node_string(node_get(object, STR("apiVersion"))), version;

	if (!str_cut(api, '/', group, &version)) {
		*group = STR("");
		version = api;
	}
	return version.n > 0;
}

const struct workload *workload_find_in(const struct workload *table,
					const struct node *object)
{
	str group;

	if (!group_of(object, &group))
		return NULL;
	return find(table, group, node_string(node_get(object, STR("kind"))));
}

const struct workload *workload_find(const struct node *object)
{
	return workload_find_in(workload_table, object);
}

const struct workload *workload_next(const struct workload *w)
{
	const struct workload *next = w + 1;

	if (!next->kind || !str_eq(str_of(next->kind), str_of(w->kind)) ||
	    !str_eq(str_of(next->group), str_of(w->group)))
		return NULL;
	return next;
}

/* KRM Functions Specification; OpenShift, also before it had groups. */
static const struct wrapper {
	const char *key, *group, *kind;
} wrappers[] = {
	{ "items", "config.kubernetes.io", "ResourceList" },
	{ "objects", "template.openshift.io", "Template" },
	{ "objects", "", "Template" },
};

static const struct wrapper *wrapper_of(const struct node *object)
{
	str kind = node_string(node_get(object, STR("kind"))), group;

	/* the kind first: it is asked of every document */
	for (size_t i = 0; i < ARRAY_SIZE(wrappers); i++)
		if (str_eq(str_of(wrappers[i].kind), kind) &&
		    group_of(object, &group) &&
		    str_eq(str_of(wrappers[i].group), group))
			return &wrappers[i];
	return NULL;
}

bool workload_is_resource_list(const struct node *object)
{
	return wrapper_of(object) == &wrappers[0];
}

str workload_items_key(const struct node *list)
{
	const struct wrapper *w = wrapper_of(list);

	return w ? str_of(w->key) : STR("items");
}

bool workload_is_list_in(const struct workload *table,
			 const struct node *object,
			 const struct workload **item)
{
	str kind = node_string(node_get(object, STR("kind"))), group;

	*item = NULL;
	if (wrapper_of(object))
		return true;
	if (!str_ends(kind, STR("List")) || !group_of(object, &group))
		return false;
	kind.n -= STR("List").n;
	if (!kind.n)
		return !group.n;
	*item = find(table, group, kind);
	return *item != NULL;
}

bool workload_is_list(const struct node *object, const struct workload **item)
{
	return workload_is_list_in(workload_table, object, item);
}

/* qsort() is not stable, so equal rows are ordered by their former index. */
struct numbered {
	struct workload row;
	size_t number;
};

static int compare(const void *a, const void *b)
{
	const struct numbered *x = a, *y = b;
	int by_group = strcmp(x->row.group, y->row.group);
	int by_kind = strcmp(x->row.kind, y->row.kind);

	if (by_group || by_kind)
		return by_group ? by_group : by_kind;
	return x->number < y->number ? -1 : 1;
}

void workload_sort(struct workload *rows, size_t n)
{
	struct numbered *all = mem_alloc_array(n, sizeof(*all));

	for (size_t i = 0; i < n; i++)
		all[i] = (struct numbered){ rows[i], i };
	qsort(all, n, sizeof(*all), compare);
	for (size_t i = 0; i < n; i++)
		rows[i] = all[i].row;
	mem_free(all);
}

/* ---- visiting pod templates ---- */

struct visit {
	struct arena *arena;
	const struct pods_visitor *visitor;
	const char *path;	/* of the row that is followed, for messages */
	/* The object, if the Pod's metadata are elsewhere in it. */
	const struct node *object;
	const struct workload_istio *istio;
	const struct node *metadata;	/* what they became */
	bool found;		/* a template, by any row of the object */
	struct err *err;
};

/* The new version of one item, or NULL with the error set. */
typedef const struct node *item_fn(struct visit *v, const struct node *item,
				   const void *arg);

/* The list with new versions of its items; itself if none changes. */
static const struct node *with_items(struct visit *v, const struct node *list,
				     item_fn *become, const void *arg)
{
	const struct node **items = NULL;

	for (uint32_t i = 0; i < list->n; i++) {
		const struct node *now = become(v, list->items[i], arg);

		if (!now)
			return NULL;
		if (!items && now != list->items[i]) {
			items = arena_array(v->arena, const struct node *,
					    list->n);
			memcpy(items, list->items, i * sizeof(*items));
		}
		if (items)
			items[i] = now;
	}
	return items ? node_new_list(v->arena, list, items, list->n) : list;
}

static int wrong(struct visit *v, const struct node *n, const char *want,
		 str rest)
{
	size_t walked = strlen(v->path) - rest.n;

	while (walked && v->path[walked - 1] == '.')
		walked--;
	return err_set(v->err, node_pos(n), "%.*s: expected %s, found %s",
		       (int)walked, v->path, want, node_kind_name(n));
}

/* A Pod whose metadata are not those of its template: the visitor gets them as
 * one Pod, and its new version is split again. */
static const struct node *visit_split_pod(struct visit *v,
					  const struct node *template)
{
	const struct node *meta = node_find(v->object, v->istio->metadata);
	const struct node *own = node_get(template, STR("metadata"));
	const struct node *pod = node_with(v->arena, template, STR("metadata"),
					   meta);
	const struct node *now = v->visitor->pod(v->visitor->ctx, pod, v->path,
						 v->err);

	if (!now || now == pod)
		return now ? template : NULL;
	v->metadata = node_get(now, STR("metadata"));
	return node_with(v->arena, now, STR("metadata"), own);
}

/* In Go, all structs on the path to the template exist; a pointer may be
 * nil. */
static const struct node *missing_for_istio(struct visit *v,
					    const struct node *n)
{
	if (!v->istio->template_required)
		return node_new(v->arena, NODE_MAP);
	err_set(v->err, node_pos(n), "spec.template is required value");
	return NULL;
}

/* The value of a key that is there and not null, or NULL: to Kubernetes null
 * and absent are the same. */
static const struct node *get_value(const struct node *map, str key)
{
	const struct node *value = node_get(map, key);

	return value && value->kind != NODE_NULL ? value : NULL;
}

static const struct node *visit_pod(struct visit *v, const struct node *n)
{
	const struct pods_visitor *visitor = v->visitor;
	const str spec = STR("spec");
	const struct node *pod = n, *now;

	if (node_get(n, spec) && !get_value(n, spec))
		pod = node_with(v->arena, n, spec, NULL);
	if (v->istio && v->istio->metadata)
		now = visit_split_pod(v, pod);
	else
		now = visitor->pod(visitor->ctx, pod, v->path, v->err);
	return now == pod ? n : now;
}

static const struct node *follow(struct visit *v, const struct node *n,
				 str rest);

static const struct node *follow_item(struct visit *v, const struct node *item,
				      const void *rest)
{
	return follow(v, item, *(const str *)rest);
}

/* Visit the template at `rest` of the path, which starts at n. */
static const struct node *follow(struct visit *v, const struct node *n,
				 str rest)
{
	const struct node *old, *now;
	str key, tail;

	if (rest.n && rest.p[0] == '*') {
		if (n->kind == NODE_LIST) {
			str_cut(rest, '.', &key, &tail);
			return with_items(v, n, follow_item, &tail);
		}
		wrong(v, n, "a list", rest);
		return NULL;
	}
	if (n->kind != NODE_MAP) {
		wrong(v, n, "a map", rest);
		return NULL;
	}
	if (!rest.n) {
		v->found = true;
		return visit_pod(v, n);
	}
	str_cut(rest, '.', &key, &tail);
	old = get_value(n, key);
	if (!old && v->istio)
		old = missing_for_istio(v, n);
	if (!old)
		return v->istio ? NULL : n;
	now = follow(v, old, tail);
	if (!now || now == old)
		return now ? n : NULL;
	return node_with(v->arena, n, key, now);
}

/* The object with `value` at a path of keys, the last of which may be new. */
static const struct node *with_path(struct arena *a, const struct node *n,
				    str path, const struct node *value)
{
	str key, rest;

	if (!str_cut(path, '.', &key, &rest))
		return node_with(a, n, key, value);
	return node_with(a, n, key,
			 with_path(a, node_get(n, key), rest, value));
}

static const struct node *visit_workload(struct visit *v,
					 const struct node *object,
					 const struct workload *w)
{
	const struct pods_visitor *visitor = v->visitor;
	const struct node *now = visitor->object(visitor->ctx, object, w,
						 v->err);

	if (!now)
		return NULL;
	v->found = false;
	v->object = now;
	v->metadata = v->istio && v->istio->metadata ?
			      node_find(now, v->istio->metadata) : NULL;
	for (; w; w = v->istio ? NULL : workload_next(w)) {
		v->path = w->path;
		now = follow(v, now, str_of(w->path));
		if (!now)
			return NULL;
	}
	if (v->istio && v->istio->metadata &&
	    v->metadata != node_find(now, v->istio->metadata))
		now = with_path(v->arena, now, str_of(v->istio->metadata),
				v->metadata);
	if (!v->found)
		visitor->missing(visitor->ctx);
	return visitor->done(visitor->ctx, object, now);
}

static const struct node *visit(struct visit *v, const struct node *object,
				const struct workload *known);

static const struct node *visit_item(struct visit *v, const struct node *item,
				     const void *known)
{
	return visit(v, item, known);
}

static const struct node *visit_list(struct visit *v, const struct node *object,
				     const struct workload *item)
{
	str key = workload_items_key(object);
	const struct node *list = node_get(object, key), *now;

	if (!list || list->kind != NODE_LIST)
		return object;
	now = with_items(v, list, visit_item, item);
	if (!now || now == list)
		return now ? object : NULL;
	return node_with(v->arena, object, key, now);
}

static const struct node *pass(struct visit *v, const struct node *object)
{
	if (v->visitor->passed)
		v->visitor->passed(v->visitor->ctx, object);
	return object;
}

/* As kube-inject: by the kind, in any API group; but an object without a
 * template and of a group that is not built in is something else with that
 * kind. */
static const struct node *visit_istio(struct visit *v,
				      const struct node *object,
				      const struct workload *w)
{
	v->istio = workload_istio(object);
	if (!v->istio)
		return pass(v, object);
	if (!w && !node_find(object, v->istio->any.path))
		return pass(v, object);
	return visit_workload(v, object, w ? w : &v->istio->any);
}

/* The row of a kind of the user's own.  Where it is Istio's way no other kind's
 * items are visited without knowing theirs. */
static const struct workload *own_row(const struct visit *v,
				      const struct node *object,
				      const struct workload *known)
{
	const struct workload *own = v->visitor->own;

	if (!own)
		return NULL;
	if (v->visitor->istio && !node_get(object, STR("kind")))
		return known;
	return workload_find_in(own, object);
}

/* `known`: the row for an object of a typed list, which may omit its kind. */
static const struct node *visit(struct visit *v, const struct node *object,
				const struct workload *known)
{
	const struct workload *own, *w, *item;

	if (object->kind != NODE_MAP)
		return object;
	own = v->visitor->own;
	if (own && workload_is_list_in(own, object, &item) && item)
		return visit_list(v, object, item);
	own = own_row(v, object, known);
	if (own) {
		v->istio = NULL;
		return visit_workload(v, object, own);
	}
	if (workload_is_list(object, &item))
		return v->visitor->istio && item ?
			       pass(v, object) : visit_list(v, object, item);
	w = workload_find(object);
	if (v->visitor->istio)
		return visit_istio(v, object, w);
	if (!w && !node_get(object, STR("kind")))
		w = known;
	return w ? visit_workload(v, object, w) : pass(v, object);
}

const struct node *pods_visit(struct arena *a, const struct node *root,
			      const struct pods_visitor *visitor,
			      struct err *e)
{
	struct visit v = { .arena = a, .visitor = visitor, .err = e };

	return visit(&v, root, NULL);
}
