/*
 * The removal of a sidecar: the steps of an injection undone, last step first.
 *
 *	status, overrides       read from the annotations of the Pod
 *	remove_metadata         labels and annotations that Istio sets
 *	remove_network          the network of Istio's CNI plugin, for Multus
 *	remove_sysctl           the low ports of a gateway
 *	prometheus_restore      annotations that the proxy's environment has
 *	remove_items            containers, volumes and secrets of the status
 *	restore_probes          probes that the proxy's environment has
 *
 * Istio has only part of that (inject.go: stripPod), for the templates of a
 * second injection; it does not restore probes and metadata.
 */
#include "istio/injection.h"

#include <string.h>

#include "base/array.h"
#include "istio/post.h"

struct removal {
	const struct injection *in;
	struct arena *arena;
	struct injected injected;
	struct overrides overrides;
	const struct node *proxy;	/* as it was injected, or NULL */
	const struct node *moved;	/* the user's, out of its list */
};

bool istio_was_injected(const struct node *pod)
{
	return pod_note(pod, NOTE_STATUS);
}

bool istio_is_renewable(const struct injection *in)
{
	return pod_note(in->pod, STR("istio.io/rev")) &&
	       injected_read(in).status;
}

/* ---- containers, volumes, secrets ---- */

/* The Pod with that list as spec.KEY; an empty one is removed. */
static const struct node *with_list(struct arena *a, const struct node *pod,
				    str key, const struct node *list)
{
	const struct node *spec = node_get(pod, STR("spec"));

	if (list == node_get(spec, key))
		return pod;
	spec = node_with(a, spec, key, list->n ? list : NULL);
	return node_with(a, pod, STR("spec"), spec);
}

/* What remains of an item that the status names: the user's part of it. */
static const struct node *users_own(const struct removal *r, str key,
				    const struct node *item)
{
	enum pod_list list = 0;
	const struct node *user;
	str name = pod_text(r->arena, node_get(item, STR("name")));

	while (list < POD_LISTS && !str_eq(key, pod_list_key(list)))
		list++;
	user = list < POD_LISTS ? overrides_find(&r->overrides, list, name) :
				  NULL;
	if (!user)
		return NULL;
	/* the placeholder is not recorded */
	if (!node_get(user, STR("image")))
		user = node_with(r->arena, user, STR("image"),
				 node_new_string(r->arena, STR("auto")));
	return pod_restore(r->arena, item, user);
}

/* A map whose keys are the names in a list of the status. */
static const struct node *name_set(struct arena *a, const struct node *names)
{
	struct entry *entries = arena_array(a, struct entry, names->n);

	for (uint32_t i = 0; i < names->n; i++)
		entries[i] = (struct entry){ names->items[i], names->items[i] };
	return node_new_map(a, NULL, entries, names->n);
}

static bool is_named(const struct removal *r, const struct node *names,
		     const struct node *item)
{
	str name = pod_text(r->arena, node_get(item, STR("name")));

	return name.p && node_get(names, name);
}

/* Did the template turn a container into an init container?  A user's native
 * sidecar would have a restartPolicy. */
static bool is_moved(const struct removal *r, str key, const struct node *item)
{
	return str_eq(key, STR("initContainers")) &&
	       pod_text_is(node_get(item, STR("name")), PROXY_CONTAINER) &&
	       injected_has(&r->injected, POD_INIT_CONTAINERS,
			    PROXY_CONTAINER) &&
	       !node_get(item, STR("restartPolicy"));
}

static const struct node *remove_items(struct removal *r,
				       const struct node *pod, str key)
{
	const struct node *list = node_get(node_get(pod, STR("spec")), key);
	const struct node *names = node_get(r->injected.status, key);
	const struct node **items;
	uint32_t n = 0;
	bool same = true;

	if (!pod_count(list) || !pod_count(names))
		return pod;
	names = name_set(r->arena, names);
	items = arena_array(r->arena, const struct node *, list->n);
	for (uint32_t i = 0; i < list->n; i++) {
		const struct node *item = list->items[i];

		if (is_named(r, names, item))
			item = users_own(r, key, item);
		if (item && is_moved(r, key, item)) {
			r->moved = item;
			item = NULL;
		}
		same = same && item == list->items[i];
		if (item)
			items[n++] = item;
	}
	return same ? pod : with_list(r->arena, pod, key,
				      node_new_list(r->arena, list, items, n));
}

/* ---- probes ---- */

static const struct node *env_json(const struct removal *r, str name)
{
	const struct node *entry = pod_env(r->proxy, name);
	const struct node *value = node_get(entry, STR("value"));

	return value ? note_json(r->in, value, NULL) : NULL;
}

static const struct node *restore_probes(const struct removal *r,
					 const struct node *pod)
{
	const struct node *probers = env_json(r, ENV_PROBERS);

	for (enum pod_list l = 0; l < POD_LISTS; l++) {
		const struct node *list = pod_containers(pod, l);
		uint32_t n = pod_count(list);
		const struct node **items = arena_array(r->arena,
					const struct node *, n);
		bool same = true;

		for (uint32_t i = 0; i < n; i++) {
			items[i] = probes_restore(r->in, list->items[i],
						  probers);
			same = same && items[i] == list->items[i];
		}
		if (!same)
			pod = with_list(r->arena, pod, pod_list_key(l),
					node_new_list(r->arena, list, items,
						      n));
	}
	return pod;
}

/* ---- labels and annotations ---- */

/* What Istio's templates and steps set.  With a value, it is removed if it has
 * that value; the rules are those of is_given(). */
enum rule { ANY, NETWORK, REDIRECTED, GRPC };

static const struct given {
	const char *field, *name, *value;
	enum rule rule;
} given[] = {
	{ "labels", "security.istio.io/tlsMode", "istio", ANY },
	{ "labels", "networking.istio.io/tunnel", "http", ANY },
	{ "labels", "service.istio.io/canonical-name", NULL, ANY },
	{ "labels", "service.istio.io/canonical-revision", NULL, ANY },
	{ "labels", "topology.istio.io/network", NULL, NETWORK },
	{ "annotations", "istio.io/rev", NULL, ANY },
	{ "annotations", "kubectl.kubernetes.io/default-container", NULL, ANY },
	{ "annotations", "kubectl.kubernetes.io/default-logs-container", NULL,
	  ANY },
	{ "annotations", "sidecar.istio.io/interceptionMode", NULL,
	  REDIRECTED },
	{ "annotations", "traffic.sidecar.istio.io/includeOutboundIPRanges",
	  "*", REDIRECTED },
	{ "annotations", "traffic.sidecar.istio.io/excludeOutboundIPRanges",
	  "", REDIRECTED },
	{ "annotations", "traffic.sidecar.istio.io/includeInboundPorts", "*",
	  REDIRECTED },
	{ "annotations", "traffic.sidecar.istio.io/excludeInboundPorts",
	  "15020", REDIRECTED },
	{ "annotations", "sidecar.istio.io/rewriteAppHTTPProbers", "false",
	  GRPC },
	{ "annotations", "sidecar.istio.io/status", NULL, ANY },
	{ "annotations", "proxy.istio.io/overrides", NULL, ANY },
};

/* Does a CNI plugin, which reads annotations, redirect the traffic? */
static bool is_redirected(const struct removal *r)
{
	return injected_has(&r->injected, POD_INIT_CONTAINERS,
			    STR("istio-validation"));
}

/* Is it a proxyless gRPC agent, without Envoy? */
static bool is_grpc(const struct removal *r)
{
	const struct node *env = pod_env(r->proxy,
					 STR("ISTIO_META_GENERATOR"));

	return pod_text_is(node_get(env, STR("value")), STR("grpc")) ||
	       injected_has(&r->injected, POD_INIT_CONTAINERS,
			    STR("grpc-bootstrap-init"));
}

static bool is_given(const struct removal *r, const struct given *g,
		     const struct node *value)
{
	const struct node *env;

	switch (g->rule) {
	case ANY:
		break;
	case NETWORK:
		env = pod_env(r->proxy, STR("ISTIO_META_NETWORK"));
		return env && pod_text_is(node_get(env, STR("value")),
					  pod_text(r->arena, value));
	case REDIRECTED:
		if (!is_redirected(r))
			return false;
		break;
	case GRPC:
		if (!is_grpc(r))
			return false;
		break;
	}
	return !g->value || pod_text_is(value, str_of(g->value));
}

/* The Pod without the entry; a map that becomes empty is removed, too. */
static const struct node *without_meta(struct arena *a, const struct node *pod,
				       str field, str name)
{
	const struct node *meta = node_get(pod, STR("metadata"));
	const struct node *map = node_get(meta, field);

	map = node_with(a, map, name, NULL);
	meta = node_with(a, meta, field, map->n ? map : NULL);
	return node_with(a, pod, STR("metadata"), meta->n ? meta : NULL);
}

static const struct node *remove_metadata(const struct removal *r,
					  const struct node *pod)
{
	for (size_t i = 0; i < ARRAY_SIZE(given); i++) {
		const struct given *g = &given[i];
		const struct node *meta = node_get(pod, STR("metadata"));
		const struct node *map = node_get(meta, str_of(g->field));
		const struct node *value = node_get(map, str_of(g->name));

		if (value && is_given(r, g, value))
			pod = without_meta(r->arena, pod, str_of(g->field),
					   str_of(g->name));
	}
	return pod;
}

/* Of the networks of Multus, the last is Istio's. */
static const struct node *remove_network(const struct removal *r,
					 const struct node *pod)
{
	const str name = STR("k8s.v1.cni.cncf.io/networks");
	const str istio = STR("istio-cni"), own = STR("default/istio-cni");
	str text = pod_text(r->arena, pod_note(pod, name));
	size_t n = text.n;

	if (!text.p || !is_redirected(r))
		return pod;
	if (str_eq(text, istio) || str_eq(text, own))
		return without_meta(r->arena, pod, STR("annotations"), name);
	if (!str_ends(text, own))
		return pod;
	for (n -= own.n; n && strchr(", ", text.p[n - 1]);)
		n--;
	return pod_annotate(r->arena, pod, name, str_sub(text, 0, n));
}

/* ---- a gateway's low ports ---- */

static bool is_gateway(const struct node *proxy)
{
	const struct node *args = node_get(proxy, STR("args"));

	return pod_count(args) > 1 &&
	       pod_text_is(args->items[1], STR("router"));
}

static const struct node *remove_sysctl(const struct removal *r,
					const struct node *pod)
{
	const str key = STR("securityContext");
	const struct node *spec = node_get(pod, STR("spec"));
	const struct node *security = node_get(spec, key);
	const struct node *list = node_get(security, STR("sysctls"));

	if (!is_gateway(r->proxy) || pod_count(list) != 1 || security->n != 1 ||
	    !pod_text_is(node_get(list->items[0], STR("name")),
			 STR("net.ipv4.ip_unprivileged_port_start")))
		return pod;
	return node_with(r->arena, pod, STR("spec"),
			 node_with(r->arena, spec, key, NULL));
}

const struct node *istio_uninject(const struct injection *in, struct err *e)
{
	static const char *const lists[] = {
		"initContainers", "containers", "volumes", "imagePullSecrets",
	};
	struct removal r = { .in = in, .arena = in->arena };
	const struct node *pod = in->pod;

	r.injected = injected_read(in);
	if (!r.injected.before)
		return pod;
	if (!r.injected.status) {
		err_set(e, node_pos(pod_note(pod, NOTE_STATUS)),
			"annotation %.*s was not written by an injector; "
			"cannot tell what to remove",
			STR_ARG(NOTE_STATUS));
		return NULL;
	}
	if (overrides_read(in, &r.overrides, e))
		return NULL;
	r.proxy = pod_find(pod, PROXY_CONTAINER).container;
	pod = remove_metadata(&r, pod);
	pod = remove_network(&r, pod);
	pod = remove_sysctl(&r, pod);
	pod = prometheus_restore(in, pod, env_json(&r, ENV_PROMETHEUS));
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		pod = remove_items(&r, pod, str_of(lists[i]));
	if (r.moved)
		pod = pod_append(r.arena, pod, POD_CONTAINERS, r.moved);
	return restore_probes(&r, pod);
}
