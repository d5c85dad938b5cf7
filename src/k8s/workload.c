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

/* The group of "GROUP/VERSION" or "VERSION" (the core group); false where the
 * object does not say. */
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

bool workload_is_list_in(const struct workload *table,
			 const struct node *object,
			 const struct workload **item)
{
	str kind = node_string(node_get(object, STR("kind"))), group;

	*item = NULL;
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

/* Rows lie in one array before qsort() moves them, so what is equal is put by
 * a number that each brings along. */
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
	struct numbered *all = mem_alloc(n * sizeof(*all));

	for (size_t i = 0; i < n; i++)
		all[i] = (struct numbered){ rows[i], i };
	qsort(all, n, sizeof(*all), compare);
	for (size_t i = 0; i < n; i++)
		rows[i] = all[i].row;
	free(all);
}
