/*
 * Cluster and network in the proxy's environment (inject.go:
 * overwriteClusterInfo, updateClusterEnvs): whatever the template says of
 * them, these values stand at the end.
 */
#include "base/array.h"
#include "istio/post_step.h"

/* The container without its env entries of that name. */
static const struct node *without(struct arena *a, const struct node *container,
				  str name)
{
	const struct node *env = node_get(container, STR("env"));
	const struct node **kept;
	struct node *list;
	uint32_t n = 0;

	if (!pod_named(env, name))
		return container;
	kept = arena_array(a, const struct node *, env->n);
	for (uint32_t i = 0; i < env->n; i++)
		if (!pod_text_is(node_get(env->items[i], STR("name")), name))
			kept[n++] = env->items[i];
	list = node_new_list(a, env, kept, n);
	node_extra(a, list)->merge_key = "name";
	return node_with(a, container, STR("env"), list);
}

const struct node *post_cluster(const struct injection *in,
				const struct node *pod, struct err *e)
{
	/* in byte order of the names */
	const struct { str name, value; } envs[] = {
		{ STR("ISTIO_META_CLUSTER_ID"), in->cluster },
		{ STR("ISTIO_META_NETWORK"), in->network },
	};
	const size_t n = ARRAY_SIZE(envs);
	struct pod_place sidecar = pod_find(pod, PROXY_CONTAINER);
	const struct node *c = sidecar.container;

	(void)e;
	if (!c)
		return pod;
	for (size_t i = 0; i < n; i++)
		if (envs[i].value.n)
			c = without(in->arena, c, envs[i].name);
	for (size_t i = 0; i < n; i++)
		if (envs[i].value.n)
			c = pod_with_env(in->arena, c, envs[i].name,
					 envs[i].value, false);
	if (c == sidecar.container)
		return pod;
	return pod_replace(in->arena, pod, &sidecar, c);
}
