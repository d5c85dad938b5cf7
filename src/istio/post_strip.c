/*
 * An earlier injection, before the templates run and before they are merged
 * (inject.go: stripPod and the move in RunTemplate; webhook.go:
 * reinsertOverrides).
 *
 * A proxy that was injected into the list where the templates no longer have it
 * (containers, or with native sidecars initContainers) leaves it.  To become a
 * native one it moves as it is, as with Istio, which takes it for the user's.
 * Beyond Istio: where the user's own settings are known, and on the way back,
 * which Istio does not know at all, only that is kept of it which no template
 * gives again: what the steps after the merge had put into its environment, the
 * fields that the user had set and those that Kubernetes' API does not know.
 */
#include "istio/post_step.h"

#include "k8s/schema.h"

static const struct node *remove_injected(const struct injection *in,
					  const struct node *pod,
					  enum pod_list list,
					  const struct injected *injected)
{
	const struct node *old = pod_containers(pod, list);
	const struct node **kept = arena_array(in->arena, const struct node *,
					       pod_count(old));
	uint32_t n = 0;

	for (uint32_t i = 0; i < pod_count(old); i++) {
		const struct node *name = node_get(old->items[i], STR("name"));
		str text = pod_text(in->arena, name);

		if (!injected_has(injected, list, text))
			kept[n++] = old->items[i];
	}
	return old ? pod_with_list(in->arena, pod, list, kept, n) : pod;
}

static const struct node *strip(const struct injection *in)
{
	struct injected injected = injected_read(in);
	const struct node *pod = in->pod;

	if (!injected.status)
		return pod;
	for (enum pod_list list = 0; list < POD_LISTS; list++)
		pod = remove_injected(in, pod, list, &injected);
	pod = prometheus_strip(in, pod);
	return pod_annotate(in->arena, pod, NOTE_STATUS, STR_NONE);
}

/* Where the user had written a container that is kept as an override.  Istio
 * files it under the list where the template has it, so a proxy that became a
 * native sidecar stands with the init containers; but who writes one there
 * gives it its restartPolicy. */
static enum pod_list written_in(const struct injection *in, enum pod_list list,
				const struct node *container)
{
	str name = pod_text(in->arena, node_get(container, STR("name")));

	return list == POD_INIT_CONTAINERS && str_eq(name, PROXY_CONTAINER) &&
	       !node_get(container, STR("restartPolicy")) ?
		       POD_CONTAINERS : list;
}

/* Of two proxies in one list nobody can say which is meant, and Kubernetes
 * takes none of them. */
static int check_single(const struct injection *in, enum pod_list list,
			struct err *e)
{
	const struct node *all = pod_containers(in->pod, list);
	bool found = false;

	for (uint32_t i = 0; i < pod_count(all); i++) {
		const struct node *name = node_get(all->items[i], STR("name"));

		if (!pod_text_is(name, PROXY_CONTAINER))
			continue;
		if (found)
			return err_set(e, node_pos(name), "another container "
				       "is called istio-proxy, too");
		found = true;
	}
	return 0;
}

const struct node *pre_strip(const struct injection *in, struct err *e)
{
	const struct node *pod = strip(in);
	struct overrides o;

	if (check_single(in, POD_CONTAINERS, e) ||
	    check_single(in, POD_INIT_CONTAINERS, e) ||
	    overrides_read(in, &o, e))
		return NULL;
	for (enum pod_list list = 0; list < POD_LISTS; list++) {
		const struct node *user = overrides_list(&o, list);

		for (uint32_t i = 0; i < pod_count(user); i++) {
			const struct node *c = node_item(user, i);
			const struct node *name = node_get(c, STR("name"));
			enum pod_list was = written_in(in, list, c);

			if (!pod_find_in(pod, was, pod_text(in->arena, name))
				     .container)
				pod = pod_append(in->arena, pod, was, c);
		}
	}
	return pod;
}

/* The entries of its env that no template gives. */
static const struct node *env_remains(const struct injection *in,
				      const struct node *env,
				      const struct node *user)
{
	const struct node **kept = arena_array(in->arena, const struct node *,
					       pod_count(env));
	struct node *list;
	uint32_t n = 0;

	for (uint32_t i = 0; i < pod_count(env); i++) {
		const struct node *name = node_get(env->items[i], STR("name"));

		if (pod_text_is(name, ENV_PROMETHEUS) ||
		    pod_text_is(name, ENV_PROBERS) ||
		    pod_env(user, pod_text(in->arena, name)))
			kept[n++] = env->items[i];
	}
	if (!n)
		return NULL;
	list = node_new_list(in->arena, env, kept, n);
	node_extra(in->arena, list)->merge_key = "name";
	return list;
}

/* What is kept of an injected container that goes from a list to the other. */
static const struct node *remains(const struct injection *in,
				  enum pod_list list, const struct node *old)
{
	const struct schema_type *type = schema_type(STR("Container"));
	struct entry *entries = arena_array(in->arena, struct entry, old->n);
	const struct node *user = NULL;
	struct overrides o;
	uint32_t n = 0;

	/* a bad annotation has been told of by pre_strip() */
	if (!overrides_read(in, &o, NULL))
		user = overrides_find(&o, list, PROXY_CONTAINER);
	if (!user && list == POD_CONTAINERS)
		return old;
	if (user)
		user = container_common(in->arena, old, user);
	for (uint32_t i = 0; i < old->n; i++) {
		struct entry e = old->entries[i];
		str key = node_text(e.key);

		if (str_eq(key, STR("env")))
			e.value = env_remains(in, e.value, user);
		else if (!str_eq(key, STR("name")) && schema_field(type, key))
			e.value = node_get(user, key);
		if (e.value)
			entries[n++] = e;
	}
	return node_new_map(in->arena, old, entries, n);
}

/* The list where the templates have the proxy, if it is one. */
static bool proxy_list(const struct injection *in, enum pod_list *list)
{
	bool in_plain = pod_find_in(in->rendered, POD_CONTAINERS,
				    PROXY_CONTAINER).container;
	bool in_init = pod_find_in(in->rendered, POD_INIT_CONTAINERS,
				   PROXY_CONTAINER).container;

	*list = in_init ? POD_INIT_CONTAINERS : POD_CONTAINERS;
	return in_plain != in_init;
}

static const struct node *move(const struct injection *in,
			       const struct node *pod,
			       const struct pod_place *from,
			       const struct node *container)
{
	enum pod_list to = pod_other(from->list);

	pod = pod_replace(in->arena, pod, from, NULL);
	/* it was there, too: now that one is all */
	if (pod_find_in(pod, to, PROXY_CONTAINER).container)
		return pod;
	return pod_append(in->arena, pod, to, container);
}

const struct node *pre_move_proxy(const struct injection *in,
				  const struct node *pod)
{
	struct injected injected = injected_read(in);
	struct pod_place old;
	enum pod_list to;

	if (proxy_list(in, &to)) {
		old = pod_find_in(pod, pod_other(to), PROXY_CONTAINER);
		if (old.container &&
		    injected_has(&injected, old.list, PROXY_CONTAINER))
			return move(in, pod, &old,
				    remains(in, old.list, old.container));
	}
	/* the user's own */
	old = pod_find_in(pod, POD_CONTAINERS, PROXY_CONTAINER);
	if (!in->native || !old.container ||
	    injected_has(&injected, POD_CONTAINERS, PROXY_CONTAINER) ||
	    !pod_find_in(in->rendered, POD_INIT_CONTAINERS,
			 PROXY_CONTAINER).container)
		return pod;
	pod = pod_replace(in->arena, pod, &old, NULL);
	return pod_append(in->arena, pod, POD_INIT_CONTAINERS, old.container);
}
