/*
 * The user and group of the user's own istio-proxy, where the init containers
 * must know of them (webhook.go: adjustInitContainerUser).
 *
 * With TPROXY the proxy runs as root whatever the user wrote.  The proxy of an
 * earlier injection is no user's: only what the annotation with the user's
 * settings says of it counts.
 */
#include "istio/post_step.h"

#include <string.h>

struct ids {
	bool has_user, has_group;
	int64_t user, group;
};

static bool get_id(const struct node *container, str field, int64_t *id)
{
	const struct node *security = node_get(container,
					       STR("securityContext"));

	return pod_get_int(node_get(security, field), id);
}

static struct ids ids_of_container(const struct node *c)
{
	struct ids ids = { false, false, 0, 0 };

	ids.has_user = get_id(c, STR("runAsUser"), &ids.user);
	ids.has_group = get_id(c, STR("runAsGroup"), &ids.group);
	return ids;
}

/* What the user set; -1 with the error. */
static int ids_wanted(const struct injection *in, bool tproxy, struct ids *ids,
		      struct err *e)
{
	struct pod_place place = pod_find(in->pod, PROXY_CONTAINER);
	struct injected injected = injected_read(in);
	const struct node *c = place.container, *first;
	struct overrides o;

	if (overrides_read(in, &o, e))
		return -1;
	if (injected_has(&injected, POD_CONTAINERS, PROXY_CONTAINER) ||
	    injected_has(&injected, POD_INIT_CONTAINERS, PROXY_CONTAINER)) {
		first = overrides_find(&o, POD_CONTAINERS, PROXY_CONTAINER);
		/* the pod has 0 by now */
		if (!first || tproxy || !c)
			c = first;
		else
			c = container_common(in->arena, c, first);
	}
	*ids = ids_of_container(c);
	return 0;
}

static const struct node *set_id(struct arena *a, const struct node *container,
				 str field, int64_t id)
{
	const struct node *security = node_get(container,
					       STR("securityContext"));
	int64_t old;

	if (get_id(container, field, &old) && old == id)
		return container;
	security = pod_put(a, "SecurityContext", security, field,
			   pod_int(a, id));
	return pod_put(a, "Container", container, STR("securityContext"),
		       security);
}

/* The argument behind "-u": whose traffic iptables lets through. */
static const struct node *set_argument(struct arena *a,
				       const struct node *container,
				       int64_t user)
{
	const struct node *args = node_get(container, STR("args"));
	str text = arena_printf(a, "%lld", (long long)user);
	const struct node **items;
	uint32_t i = 0;

	while (i < pod_count(args) && !pod_text_is(args->items[i], STR("-u")))
		i++;
	if (i + 1 >= pod_count(args) || pod_text_is(args->items[i + 1], text))
		return container;
	items = arena_array(a, const struct node *, args->n);
	memcpy(items, args->items, args->n * sizeof(*items));
	items[i + 1] = node_new_string(a, text);
	return node_with(a, container, STR("args"),
			 node_new_list(a, args, items, args->n));
}

static const struct node *adjust(struct arena *a, const struct node *container,
				 const struct ids *ids, bool tproxy)
{
	if (!tproxy && pod_text_is(node_get(container, STR("name")),
				   STR("istio-validation"))) {
		if (ids->has_user)
			container = set_id(a, container, STR("runAsUser"),
					   ids->user);
		if (ids->has_group)
			container = set_id(a, container, STR("runAsGroup"),
					   ids->group);
	}
	if (ids->has_user && ids->user)
		container = set_argument(a, container, ids->user);
	return container;
}

const struct node *post_user(const struct injection *in,
			     const struct node *pod, struct err *e)
{
	bool tproxy = str_eq(mesh_str(in->mesh.proxy, "interceptionMode"),
			     STR("TPROXY")) ||
		      pod_text_is(pod_note(pod, STR("sidecar.istio.io/"
						    "interceptionMode")),
				  STR("TPROXY"));
	struct pod_place sidecar, init;
	struct ids ids;

	if (ids_wanted(in, tproxy, &ids, e))
		return NULL;
	init = pod_find_in(pod, POD_INIT_CONTAINERS, STR("istio-init"));
	if (!init.container)
		init = pod_find_in(pod, POD_INIT_CONTAINERS,
				   STR("istio-validation"));
	if ((!ids.has_user && !ids.has_group) || !init.container)
		return pod;
	sidecar = pod_find(pod, PROXY_CONTAINER);
	if (!sidecar.container)
		return pod;
	if (tproxy && ids.has_user)
		pod = pod_replace(in->arena, pod, &sidecar,
				  set_id(in->arena, sidecar.container,
					 STR("runAsUser"), 0));
	return pod_replace(in->arena, pod, &init,
			   adjust(in->arena, init.container, &ids, tproxy));
}
