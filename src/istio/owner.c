/*
 * The workload behind a Pod that was made by one: from its owner references
 * and labels, as istio.io/istio pkg/kube/util.go (GetDeployMetaFromPod).
 */
#include "istio/owner.h"

static const struct node *controller(const struct node *meta)
{
	const struct node *refs = node_get(meta, STR("ownerReferences"));

	for (uint32_t i = 0; refs && refs->kind == NODE_LIST && i < refs->n;
	     i++) {
		const struct node *is = node_get(refs->items[i],
						 STR("controller"));

		if (is && is->kind == NODE_BOOL && *node_text(is).p == 't')
			return refs->items[i];
	}
	return NULL;
}

/* NAME without -HASH, where a label tells the hash. */
static bool without_hash(const struct injection *in, str label, str *name)
{
	str hash = pod_label(in->pod, label);

	if (!hash.n || !str_ends(*name, hash))
		return false;
	if (name->n > hash.n && name->p[name->n - hash.n - 1] == '-')
		name->n -= hash.n + 1;
	return true;
}

/* A Job that a CronJob made ends in 8 to 10 digits of a time. */
static bool without_time(str *name)
{
	size_t digits = 0;

	while (digits < name->n && name->p[name->n - 1 - digits] >= '0' &&
	       name->p[name->n - 1 - digits] <= '9')
		digits++;
	if (digits < 8 || digits > 10 || name->n < digits + 2 ||
	    name->p[name->n - digits - 1] != '-')
		return false;
	name->n -= digits + 1;
	return true;
}

void owner_of_pod(struct injection *in)
{
	const struct node *meta = injection_meta(in->pod);
	const struct node *owner = controller(meta);

	if (!owner || !node_string(node_get(meta, STR("generateName"))).n)
		return;
	in->api_version = node_string(node_get(owner, STR("apiVersion")));
	in->kind = node_string(node_get(owner, STR("kind")));
	in->name = node_string(node_get(owner, STR("name")));
	if (str_eq(in->kind, STR("ReplicaSet"))) {
		if (without_hash(in, STR("pod-template-hash"), &in->name)) {
			in->kind = STR("Deployment");
		} else if (without_hash(in, STR("rollouts-pod-template-hash"),
					&in->name)) {
			in->kind = STR("Rollout");
			in->api_version = STR("v1alpha1");
		}
	} else if (str_eq(in->kind, STR("ReplicationController"))) {
		str config = pod_label(in->pod, STR("deploymentconfig"));

		if (config.n) {
			in->name = config;
			in->kind = STR("DeploymentConfig");
		}
	} else if (str_eq(in->kind, STR("Job")) && without_time(&in->name)) {
		in->kind = STR("CronJob");
		in->api_version = STR("batch/v1");
	}
	if (!in->name.n)
		in->name = node_string(node_get(meta, STR("name")));
}
