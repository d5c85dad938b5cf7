/*
 * A sidecar is removed before it is injected again, and comes out as if it were
 * the first time.  What the user has changed in it meanwhile is kept: of three
 * versions of a container,
 *
 *	recorded	what the user had set before the first injection, by
 *			the annotation with overrides (post_record.c)
 *	old		what is in the manifest
 *	new		what the injection has made of the recorded one
 *
 * the differences between the first two go into the third, but for what Istio's
 * templates set.  Of these all releases are known by name, so that nothing of a
 * former release stays.
 */
#include "istio/post.h"

#include "base/array.h"
#include "k8s/schema.h"

/* ---- what is Istio's ---- */

/* Sorted; those that the steps set are among them. */
static const char *const variables[] = {
	"CA_ADDR", "COMPLIANCE_POLICY", "DISABLE_ENVOY", "GODEBUG",
	"GOMAXPROCS", "GOMEMLIMIT", "GRPC_GO_LOG_SEVERITY_LEVEL",
	"GRPC_GO_LOG_VERBOSITY_LEVEL", "GRPC_XDS_BOOTSTRAP",
	"GRPC_XDS_EXPERIMENTAL_SECURITY_SUPPORT", "HOST_IP", "INSTANCE_IP",
	"ISTIO_BOOTSTRAP_OVERRIDE", "ISTIO_CPU_LIMIT",
	"ISTIO_KUBE_APP_PROBERS", "ISTIO_META_APP_CONTAINERS",
	"ISTIO_META_CLUSTER_ID", "ISTIO_META_DNS_CAPTURE",
	"ISTIO_META_GENERATOR", "ISTIO_META_INTERCEPTION_MODE",
	"ISTIO_META_MESH_ID", "ISTIO_META_NETWORK", "ISTIO_META_NODE_NAME",
	"ISTIO_META_OWNER", "ISTIO_META_POD_PORTS",
	"ISTIO_META_WORKLOAD_NAME", "ISTIO_PROMETHEUS_ANNOTATIONS",
	"JWT_POLICY", "OTEL_RESOURCE_ATTRIBUTES", "OUTPUT_CERTS",
	"PILOT_CERT_PROVIDER", "POD_NAME", "POD_NAMESPACE", "PROXY_CONFIG",
	"REWRITE_PROBE_LEGACY_LOCALHOST_DESTINATION", "SERVICE_ACCOUNT",
	"TRUST_DOMAIN",
};

/* Fields of the containers below, lists of which go item by item. */
static const char *const fields[] = {
	"args", "env", "image", "imagePullPolicy", "lifecycle", "name",
	"ports", "readinessProbe", "resources", "restartPolicy",
	"securityContext", "startupProbe", "volumeMounts",
};

static const char *const containers[] = {
	"istio-proxy", "istio-init", "istio-validation",
};

static bool is_in(const char *const *names, size_t n, const struct node *name)
{
	for (size_t i = 0; i < n; i++)
		if (pod_text_is(name, str_of(names[i])))
			return true;
	return false;
}

static bool is_variable(const struct node *status, const struct node *item)
{
	(void)status;
	return is_in(variables, ARRAY_SIZE(variables),
		     node_get(item, STR("name")));
}

/* Is a volume that the templates define mounted? */
static bool is_mount(const struct node *status, const struct node *item)
{
	const struct node *volumes = node_get(status, STR("volumes"));
	const struct node *name = node_get(item, STR("name"));

	for (uint32_t i = 0; name && i < pod_count(volumes); i++)
		if (node_is_scalar(name) &&
		    pod_text_is(volumes->items[i], node_text(name)))
			return true;
	return false;
}

/* Ports of the proxy and its agent. */
static bool is_port(const struct node *status, const struct node *item)
{
	int64_t port;

	(void)status;
	return pod_get_int(node_get(item, STR("containerPort")), &port) &&
	       port >= 15000 && port < 15100;
}

/* The lists of a container that templates add items to, and which items are
 * Istio's. */
static const struct shared {
	const char *list;
	bool (*is_istios)(const struct node *status, const struct node *item);
} shared[] = {
	{ "env", is_variable },
	{ "ports", is_port },
	{ "volumeMounts", is_mount },
};

/* ---- three versions ---- */

struct kept {
	struct arena *arena;
	const struct node *status;	/* of the former injection */
	bool istios;		/* the container is one of Istio's */
};

/* The item with the same key, or NULL. */
static const struct node *find(const struct node *list, str key,
			       const struct node *item)
{
	const struct node *name = node_get(item, key);

	for (uint32_t i = 0; name && node_is_scalar(name) &&
	     i < pod_count(list); i++)
		if (pod_text_is(node_get(list->items[i], key),
				node_text(name)))
			return list->items[i];
	return NULL;
}

/* Can a template have added the item to the list of a container? */
static bool is_added(const struct kept *k, const struct schema_field *f,
		     const struct node *item)
{
	for (size_t i = 0; i < ARRAY_SIZE(shared); i++)
		if (str_eq(str_of(schema_text(f->json)),
			   str_of(shared[i].list)))
			return shared[i].is_istios(k->status, item);
	return k->istios;
}

/* A list that is merged by key, whose items change, go and come. */
static const struct node *change_items(const struct kept *k,
				       const struct schema_field *f,
				       const struct node *recorded,
				       const struct node *old,
				       const struct node *new)
{
	const str key = str_of(schema_text(f->merge_key));
	uint32_t n_new = pod_count(new), n = 0;
	const struct node **items = arena_array(k->arena, const struct node *,
						(size_t)n_new + old->n);
	struct node *list;
	bool same;

	for (uint32_t i = 0; i < n_new; i++) {
		const struct node *item = new->items[i];
		const struct node *was = find(recorded, key, item);
		const struct node *is = find(old, key, item);

		if (was && !is && node_equal(was, item))
			continue;
		items[n++] = was && is && !node_equal(was, is) ? is : item;
	}
	for (uint32_t i = 0; i < old->n; i++)
		if (!find(recorded, key, old->items[i]) &&
		    !find(new, key, old->items[i]) &&
		    !is_added(k, f, old->items[i]))
			items[n++] = old->items[i];
	same = n == n_new;
	for (uint32_t i = 0; same && i < n; i++)
		same = items[i] == new->items[i];
	if (same)
		return new;
	list = node_new_list(k->arena, new, items, n);
	node_extra(k->arena, list)->merge_key = schema_text(f->merge_key);
	return list;
}

static const struct node *change_map(const struct kept *k,
				     const struct schema_type *type,
				     const struct node *recorded,
				     const struct node *old,
				     const struct node *new);

static bool is_keyed(const struct schema_field *f, const struct node *list)
{
	return f && (f->flags & SCHEMA_MERGE) && *schema_text(f->merge_key) &&
	       list->kind == NODE_LIST;
}

/* The new value of a field, perhaps NULL, that was recorded. */
static const struct node *change_value(const struct kept *k,
				       const struct schema_field *f,
				       const struct node *recorded,
				       const struct node *old,
				       const struct node *new)
{
	if (node_equal(recorded, old))
		return new;
	if (is_keyed(f, old) && is_keyed(f, recorded))
		return change_items(k, f, recorded, old, new);
	if (old->kind != NODE_MAP || recorded->kind != NODE_MAP || !new ||
	    new->kind != NODE_MAP)
		return old;
	return change_map(k, f && f->shape == SCHEMA_ONE ? schema_struct(f) :
			  NULL, recorded, old, new);
}

/* The same for one that was not: is it the user's? */
static const struct node *add_value(const struct kept *k,
				    const struct schema_type *type, str key,
				    const struct node *old,
				    const struct node *new)
{
	const struct schema_field *f = schema_field(type, key);
	bool top = type == schema_type(STR("Container"));

	for (size_t i = 0; top && i < ARRAY_SIZE(shared); i++)
		if (is_keyed(f, old) && str_eq(key, str_of(shared[i].list)))
			return change_items(k, f, NULL, old, new);
	if (new || (k->istios && !top))
		return new;
	for (size_t i = 0; k->istios && i < ARRAY_SIZE(fields); i++)
		if (str_eq(key, str_of(fields[i])))
			return NULL;
	return old;
}

/* A container, or a map in it: of the recorded keys what was changed and
 * removed, and keys that came. */
static const struct node *change_map(const struct kept *k,
				     const struct schema_type *type,
				     const struct node *recorded,
				     const struct node *old,
				     const struct node *new)
{
	const char *name = type ? schema_text(type->name) : NULL;
	const struct node *value;

	for (uint32_t i = 0; i < old->n; i++) {
		str key = node_text(old->entries[i].key);
		const struct schema_field *f = schema_field(type, key);
		const struct node *was = node_get(recorded, key);
		const struct node *now = node_get(new, key);
		const struct node *is = old->entries[i].value;

		value = was ? change_value(k, f, was, is, now) :
			      add_value(k, type, key, is, now);
		if (value != now)
			new = pod_put(k->arena, name, new, key, value);
	}
	for (uint32_t i = 0; recorded && i < recorded->n; i++) {
		str key = node_text(recorded->entries[i].key);

		value = node_get(new, key);
		if (value && !node_get(old, key) &&
		    node_equal(value, recorded->entries[i].value))
			new = node_with(k->arena, new, key, NULL);
	}
	return new;
}

/* ---- containers ---- */

static const struct node *change_container(const struct kept *k,
					   const struct overrides *o,
					   enum pod_list list,
					   const struct node *old,
					   const struct node *new)
{
	const struct node *recorded = overrides_find(o, list,
		pod_text(k->arena, node_get(new, STR("name"))));

	/* one of the user's own that no template had */
	if (!recorded && !k->istios)
		return new;
	return change_map(k, schema_type(STR("Container")), recorded, old, new);
}

/* The container of a template, as it is after the former injection, perhaps in
 * the other list; NULL if that had no template for it. */
static const struct node *old_container(const struct kept *k,
					const struct node *former,
					enum pod_list list, str name)
{
	const struct injected injected = { true, k->status };

	if (!injected_has(&injected, list, name))
		list = pod_other(list);
	return injected_has(&injected, list, name) ?
		       pod_find_in(former, list, name).container : NULL;
}

static const struct node *change_list(struct kept *k,
				      const struct injection *in,
				      const struct overrides *o,
				      enum pod_list list,
				      const struct node *pod)
{
	const struct node *now = pod_containers(pod, list);
	uint32_t n = pod_count(now);
	const struct node **items = arena_array(k->arena, const struct node *,
						n);

	for (uint32_t i = 0; i < n; i++) {
		const struct node *at = node_get(now->items[i], STR("name"));
		str name = pod_text(k->arena, at);
		const struct node *old = NULL;

		if (pod_find_in(in->rendered, list, name).container)
			old = old_container(k, in->former, list, name);
		k->istios = is_in(containers, ARRAY_SIZE(containers), at);
		items[i] = now->items[i];
		if (old)
			items[i] = change_container(k, o, list, old, items[i]);
	}
	return now ? pod_with_list(k->arena, pod, list, items, n) : pod;
}

/* ---- labels and annotations ---- */

/* Those that the templates leave as they are.  They are the user's where the
 * Pod without its sidecar has them, too. */
static const struct lasting {
	const char *field, *name;
} lasting[] = {
	{ "labels", "security.istio.io/tlsMode" },
	{ "labels", "networking.istio.io/tunnel" },
	{ "labels", "service.istio.io/canonical-name" },
	{ "labels", "service.istio.io/canonical-revision" },
	{ "annotations", "kubectl.kubernetes.io/default-container" },
	{ "annotations", "kubectl.kubernetes.io/default-logs-container" },
};

static str text_at(const struct injection *in, const struct node *pod,
		   const struct lasting *l)
{
	const struct node *map = node_get(injection_meta(pod),
					  str_of(l->field));

	return pod_text(in->arena, node_get(map, str_of(l->name)));
}

/* Is one the beginning of the other?  Releases cut long names differently. */
static bool is_cut(str a, str b)
{
	return str_starts(a, b) || str_starts(b, a);
}

static const struct node *change_metadata(const struct injection *in,
					  const struct node *pod)
{
	for (size_t i = 0; i < ARRAY_SIZE(lasting); i++) {
		const struct lasting *l = &lasting[i];
		str old = text_at(in, in->former, l);
		str new = text_at(in, pod, l), name = str_of(l->name);

		if (!old.p || !new.p || is_cut(old, new) ||
		    text_at(in, in->pod, l).p)
			continue;
		pod = str_eq(str_of(l->field), STR("labels")) ?
			      pod_label_with(in->arena, pod, name, old) :
			      pod_annotate(in->arena, pod, name, old);
	}
	return pod;
}

const struct node *post_kept(const struct injection *in,
			     const struct node *pod, struct err *e)
{
	struct kept k = { .arena = in->arena };
	struct injection former = *in;
	struct overrides o;

	if (!in->former)
		return pod;
	former.pod = in->former;
	k.status = injected_read(&former).status;
	if (!k.status)
		return pod;
	if (overrides_read(&former, &o, e))
		return NULL;
	for (enum pod_list list = 0; list < POD_LISTS; list++)
		pod = change_list(&k, in, &o, list, pod);
	return change_metadata(in, pod);
}

/* ---- what is left of an earlier release ---- */

/* Has a map, or one in it, a key that the other has not? */
static bool has_more(const struct node *a, const struct node *b)
{
	for (uint32_t i = 0; a->kind == NODE_MAP && i < a->n; i++) {
		const struct node *other = node_get(b, node_text(
							a->entries[i].key));

		if (!other || has_more(a->entries[i].value, other))
			return true;
	}
	return false;
}

/* Variables that the steps after the templates set. */
static bool is_of_steps(const struct node *name)
{
	static const char *const names[] = {
		"ISTIO_KUBE_APP_PROBERS", "ISTIO_META_CLUSTER_ID",
		"ISTIO_META_NETWORK", "ISTIO_PROMETHEUS_ANNOTATIONS",
	};

	return is_in(names, ARRAY_SIZE(names), name);
}

bool istio_is_stale(const struct injection *in)
{
	const struct node *proxy = pod_find(in->pod, PROXY_CONTAINER).container;
	const struct node *rendered = pod_find(in->rendered, PROXY_CONTAINER)
					      .container;
	const struct node *env = node_get(proxy, STR("env")), *user = NULL;
	struct overrides o;

	if (!istio_is_renewable(in) || !rendered)
		return false;
	if (!overrides_read(in, &o, NULL))
		user = overrides_find(&o, POD_CONTAINERS, PROXY_CONTAINER);
	for (uint32_t i = 0; i < pod_count(env); i++) {
		const struct node *name = node_get(env->items[i], STR("name"));
		const struct node *new;

		if (!is_variable(NULL, env->items[i]) || is_of_steps(name) ||
		    pod_env(user, pod_text(in->arena, name)))
			continue;
		new = pod_env(rendered, pod_text(in->arena, name));
		if (!new || has_more(env->items[i], new))
			return true;
	}
	return false;
}
