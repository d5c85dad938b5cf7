/*
 * An earlier injection taken out, before the templates run and before they are
 * merged (inject.go: stripPod and the move in RunTemplate; webhook.go:
 * reinsertOverrides).
 *
 * A proxy that was injected into a list where the templates no longer have it
 * (containers, or with native sidecars initContainers) leaves that list.  One
 * that becomes a native sidecar is moved as it is, as in Istio, which takes it
 * for the user's.  Beyond Istio: if the user's own settings are known, and if a
 * native sidecar becomes a container, which Istio does not support, only what
 * no template sets again is kept: what the steps after the merge had put into
 * its environment, the fields that the user had set, and unknown fields.
 *
 * What templates see must be what they saw the first time.  Istio appends the
 * user's own containers to those that are left, so the templates list them in
 * another order; here they have the places that they had.
 */
#include "istio/post.h"

#include <string.h>

#include "k8s/schema.h"

/* The Pod without the injected containers of a list; those that the user has,
 * too, as the user wrote them.  The proxy is no longer where the user had it.
 */
static const struct node *remove_injected(const struct injection *in,
					  const struct node *pod,
					  enum pod_list list,
					  const struct injected *injected,
					  const struct overrides *o)
{
	const struct node *old = pod_containers(pod, list);
	const struct node **kept = arena_array(in->arena, const struct node *,
					       pod_count(old));
	uint32_t n = 0;

	for (uint32_t i = 0; i < pod_count(old); i++) {
		const struct node *c = old->items[i];
		str name = pod_text(in->arena, node_get(c, STR("name")));

		if (injected_has(injected, list, name))
			c = str_eq(name, PROXY_CONTAINER) ? NULL :
			    pod_named(overrides_list(o, list), name);
		if (c)
			kept[n++] = c;
	}
	return old ? pod_with_list(in->arena, pod, list, kept, n) : pod;
}

static const struct node *strip(const struct injection *in,
				const struct overrides *o)
{
	struct injected injected = injected_read(in);
	const struct node *pod = in->pod;

	if (!injected.status)
		return pod;
	for (enum pod_list list = 0; list < POD_LISTS; list++)
		pod = remove_injected(in, pod, list, &injected, o);
	pod = prometheus_strip(in, pod);
	pod = pod_annotate(in->arena, pod, NOTE_STATUS, STR_NONE);
	return pod_prune(in->arena, injection_without_note(in, pod));
}

/* Two proxies in one list are ambiguous, and Kubernetes rejects them. */
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
			return err_set(e, node_pos(name), "duplicate "
				       "container name istio-proxy");
		found = true;
	}
	return 0;
}

/*
 * Where the user had the proxy among the containers.  An injection moves it to
 * one end, but its environment has recorded the ports of all containers in
 * their order, OpenTelemetry's attributes name the first container, and the
 * status may list the user's containers.  The end if nothing tells, as in
 * Istio.
 */

#define ENV_PORTS STR("ISTIO_META_POD_PORTS")
#define ENV_OTEL STR("OTEL_RESOURCE_ATTRIBUTES")

struct port {
	int64_t number;
	str name, protocol;
};

/* The ports of containers, one after the other. */
struct ports {
	struct port *at;
	uint32_t n;
};

static void add_ports(struct arena *a, struct ports *out,
		      const struct node *list)
{
	for (uint32_t i = 0; i < pod_count(list); i++) {
		const struct node *one = node_item(list, i);
		struct port *port = &out->at[out->n++];

		*port = (struct port){
			.name = pod_text(a, node_get(one, STR("name"))),
			.protocol = pod_text(a, node_get(one,
							 STR("protocol"))),
		};
		pod_get_int(node_get(one, STR("containerPort")),
			    &port->number);
		/* an API server's default */
		if (!port->protocol.n)
			port->protocol = STR("TCP");
	}
}

static bool same_port(const struct port *a, const struct port *b)
{
	return a->number == b->number && str_eq(a->name, b->name) &&
	       str_eq(a->protocol, b->protocol);
}

static struct ports own_ports(struct arena *a, const struct node *container)
{
	const struct node *list = node_get(container, STR("ports"));
	struct ports ports = { arena_array(a, struct port, pod_count(list)),
			       0 };

	add_ports(a, &ports, list);
	return ports;
}

static struct ports ports_of(struct arena *a, const struct node *containers)
{
	struct ports ports = { NULL, 0 };
	uint32_t n = 0;

	for (uint32_t i = 0; i < pod_count(containers); i++)
		n += pod_count(node_get(node_item(containers, i),
					STR("ports")));
	ports.at = arena_array(a, struct port, n);
	for (uint32_t i = 0; i < pod_count(containers); i++)
		add_ports(a, &ports, node_get(node_item(containers, i),
					      STR("ports")));
	return ports;
}

/* Are the n ports at `at` in a the first ones of b? */
static bool begins(const struct ports *a, uint32_t at, const struct ports *b,
		   uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (!same_port(&a->at[at + i], &b->at[i]))
			return false;
	return true;
}

/* The text of a variable of the injected proxy, in whichever list it is; or
 * NULL. */
static const struct node *recorded(const struct injection *in, str env)
{
	for (enum pod_list list = 0; list < POD_LISTS; list++) {
		const struct node *proxy = pod_find_in(in->pod, list,
						       PROXY_CONTAINER)
						   .container;
		const struct node *found = pod_env(proxy, env);

		if (found)
			return node_get(found, STR("value"));
	}
	return NULL;
}

/* Those that the proxy was told of; false if it was not. */
static bool recorded_ports(const struct injection *in, struct ports *all)
{
	const struct node *value = recorded(in, ENV_PORTS);
	const struct node *list = value ? note_json(in, value, NULL) : NULL;

	*all = (struct ports){ arena_array(in->arena, struct port,
					   pod_count(list)), 0 };
	add_ports(in->arena, all, list);
	return list;
}

/* The index of a container with ports `own` among the others, so that all their
 * ports are `all`; false if there is none. */
static bool place_by_ports(struct arena *a, const struct node *others,
			   const struct ports *own, const struct ports *all,
			   uint32_t *at)
{
	const struct ports rest = ports_of(a, others);
	uint32_t head = 0, tail = 0, before = rest.n;

	*at = pod_count(others);
	if (all->n != rest.n + own->n)
		return false;
	while (head < rest.n && same_port(&rest.at[head], &all->at[head]))
		head++;
	while (tail < rest.n && same_port(&rest.at[rest.n - tail - 1],
					  &all->at[all->n - tail - 1]))
		tail++;
	for (; *at > 0 && before > head; --*at)
		before -= pod_count(node_get(others->items[*at - 1],
					     STR("ports")));
	return before <= head && rest.n - before <= tail &&
	       begins(all, before, own, own->n);
}

/* By the status: a template that goes through the user's containers lists them
 * in their order.  The proxy is before the one that follows it there. */
static uint32_t place_by_status(const struct injection *in,
				const struct node *others)
{
	struct injected injected = injected_read(in);
	const struct node *names = node_get(injected.status,
					    pod_list_key(POD_CONTAINERS));
	uint32_t n = pod_count(others), i = 0, at = n;

	while (i < pod_count(names) &&
	       !pod_text_is(node_item(names, i), PROXY_CONTAINER))
		i++;
	if (i + 1 < pod_count(names)) {
		str next = pod_text(in->arena, node_item(names, i + 1));

		for (at = 0; at < n; at++)
			if (pod_text_is(node_get(others->items[at],
						 STR("name")), next))
				break;
	}
	return at;
}

static bool is_first(const struct injection *in)
{
	str otel = pod_text(in->arena, recorded(in, ENV_OTEL));

	return otel.p && strstr(arena_str(in->arena, otel).p,
				".$(POD_NAME).istio-proxy");
}

static uint32_t place_of_proxy(const struct injection *in,
			       const struct node *others,
			       const struct ports *own)
{
	uint32_t n = pod_count(others), at = place_by_status(in, others);
	struct ports all;

	if (is_first(in))
		return 0;
	if (at == n && own->n && recorded_ports(in, &all) &&
	    !place_by_ports(in->arena, others, own, &all, &at))
		at = n;
	return at;
}

/* The list in which the user had a proxy that is recorded as an override among
 * the init containers.  Istio records it in the list where the template has it,
 * so it is there if it became a native sidecar, too; but only those of the
 * containers have their ports among the Pod's, and a user who puts one among
 * the init containers gives it a restartPolicy. */
static enum pod_list written_in(const struct injection *in,
				const struct node *pod,
				const struct node *container,
				const struct ports *own)
{
	const struct node *others = pod_containers(pod, POD_CONTAINERS);
	struct ports rest, all;
	uint32_t at;

	if (own->n && recorded_ports(in, &all)) {
		rest = ports_of(in->arena, others);
		if (rest.n == all.n && begins(&all, 0, &rest, rest.n))
			return POD_INIT_CONTAINERS;
		if (place_by_ports(in->arena, others, own, &all, &at))
			return POD_CONTAINERS;
	}
	return is_first(in) || !node_get(container, STR("restartPolicy")) ?
		       POD_CONTAINERS : POD_INIT_CONTAINERS;
}

/* The Pod with the user's container, recorded in a list, where the user had
 * it. */
static const struct node *put_back(const struct injection *in,
				   const struct node *pod, enum pod_list list,
				   const struct node *container)
{
	str name = pod_text(in->arena, node_get(container, STR("name")));
	bool proxy = str_eq(name, PROXY_CONTAINER);
	const struct node **items, *old;
	struct ports own;
	uint32_t n, at;

	own = own_ports(in->arena, container);
	if (proxy && list == POD_INIT_CONTAINERS)
		list = written_in(in, pod, container, &own);
	if (pod_find_in(pod, list, name).container)
		return pod;
	old = pod_containers(pod, list);
	n = at = pod_count(old);
	items = arena_array(in->arena, const struct node *, n + 1);
	if (proxy && list == POD_CONTAINERS && n)
		at = place_of_proxy(in, old, &own);
	for (uint32_t i = 0; i < n; i++)
		items[i + (i >= at)] = old->items[i];
	items[at] = container;
	return pod_with_list(in->arena, pod, list, items, n + 1);
}

const struct node *pre_strip(const struct injection *in, struct err *e)
{
	const struct node *pod;
	struct overrides o;

	if (check_single(in, POD_CONTAINERS, e) ||
	    check_single(in, POD_INIT_CONTAINERS, e) ||
	    overrides_read(in, &o, e))
		return NULL;
	pod = strip(in, &o);
	for (enum pod_list list = 0; list < POD_LISTS; list++) {
		const struct node *user = overrides_list(&o, list);

		for (uint32_t i = 0; i < pod_count(user); i++)
			pod = put_back(in, pod, list, node_item(user, i));
	}
	return pod;
}

/* The entries of its env that no template sets. */
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

/* What is kept of an injected container that moves to the other list. */
static const struct node *remains(const struct injection *in,
				  enum pod_list list, const struct node *old)
{
	const struct schema_type *type = schema_type(STR("Container"));
	struct entry *entries = arena_array(in->arena, struct entry, old->n);
	const struct node *user = NULL;
	struct overrides o;
	uint32_t n = 0;

	/* pre_strip() has reported an invalid annotation */
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

/* The list in which the templates have the proxy; false if not exactly one. */
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
	/* it is there already */
	if (pod_find_in(pod, to, PROXY_CONTAINER).container)
		return pod;
	return pod_append(in->arena, pod, to, container);
}

/* Is the proxy in both lists of the templates because a template of the user's
 * has it in `containers` before Istio's makes it a native sidecar? */
static bool wanders(const struct injection *in, const struct injected *injected)
{
	return in->native &&
	       injected_has(injected, POD_CONTAINERS, PROXY_CONTAINER) &&
	       injected_has(injected, POD_INIT_CONTAINERS, PROXY_CONTAINER);
}

/* Istio does the same, and forgets it with the next injection. */
static void warn_kept(const struct injection *in, const struct node *proxy)
{
	if (in->afresh)
		return;
	in->warn(in->ctx, node_pos(proxy),
		 "istio-proxy was injected as a container; the native sidecar "
		 "keeps its image and settings, as with istioctl; --refresh "
		 "takes those of the templates");
}

/* The injected proxy leaves the list where the templates so far do not have
 * it. */
static const struct node *move_injected(const struct injection *in,
					const struct node *pod,
					const struct injected *injected,
					const struct pod_place *from)
{
	const struct node *left;

	if (from->list == POD_CONTAINERS || !wanders(in, injected)) {
		left = remains(in, from->list, from->container);
		if (left == from->container)
			warn_kept(in, left);
		return move(in, pod, from, left);
	}
	/* to be moved again before the template that moved it first */
	if (pod_find_in(pod, POD_CONTAINERS, PROXY_CONTAINER).container)
		return pod;
	return move(in, pod, from, from->container);
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
			return move_injected(in, pod, &injected, &old);
	}
	old = pod_find_in(pod, POD_CONTAINERS, PROXY_CONTAINER);
	if (!in->native || !old.container ||
	    !pod_find_in(in->rendered, POD_INIT_CONTAINERS,
			 PROXY_CONTAINER).container)
		return pod;
	if (injected_has(&injected, POD_CONTAINERS, PROXY_CONTAINER))
		return move(in, pod, &old, old.container);
	/* the user's own */
	pod = pod_replace(in->arena, pod, &old, NULL);
	return pod_append(in->arena, pod, POD_INIT_CONTAINERS, old.container);
}
