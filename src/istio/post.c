/*
 * The table of the steps after the merge, in the order of webhook.go (injectPod
 * calls reapplyOverwrittenContainers and postProcessPod), and the short steps:
 * user, cluster, settle and order.
 *
 * Injecting twice is injecting once.  Istio comes close to that by looking at
 * what the earlier injection left: the status annotation, the rewritten probes
 * and prometheus annotations, the environment of the proxy.  Where that is not
 * enough (the order of merged lists, a user's settings, a proxy that changes
 * between containers and initContainers) the steps do more; each says so.
 */
#include "istio/post.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "json/scan.h"
#include "tree/scalar.h"

const struct node *note_json(const struct injection *in,
			     const struct node *note, struct err *e)
{
	struct source *source = arena_new(in->arena, struct source);
	str text = pod_text(in->arena, note);
	struct err inner = ERR_INIT;
	const struct node *root;

	if (!text.p)
		text = STR("");
	*source = (struct source)SOURCE_JSON("", text);
	if (json_scan(in->arena, source, 0, &root, &inner)) {
		err_set(e, node_pos(note), "%s", inner.text);
		return NULL;
	}
	return root;
}

struct release agent_release(const struct injection *in,
			     const struct node *sidecar)
{
	str image = pod_text(in->arena, node_get(sidecar, STR("image")));
	struct release release;

	return release_of_image(image, &release) ? release :
						   in->istio->release;
}

/* ---- user ---- */

/*
 * The user and group of the user's own istio-proxy, which the init containers
 * must know (webhook.go: adjustInitContainerUser).  Releases without the rule
 * ignored them where the template has others: see post_record.c.
 *
 * With TPROXY the proxy runs as root whatever the user set.  The proxy of an
 * earlier injection is not the user's: only what the annotation with the user's
 * settings says about it counts.
 */

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

/* The user's settings of a proxy with their present values; with TPROXY, where
 * the user is 0 by now, with those of the record. */
static const struct node *as_set(const struct injection *in,
				 const struct node *now,
				 const struct node *first, bool tproxy)
{
	return first && now && !tproxy ?
		container_common(in->arena, now, first) : first;
}

/* The user's own proxy, as webhook.go's FindSidecar finds it in the Pod before
 * its first injection: in `containers`, else in `initContainers`.  What an
 * earlier injection put into one of them is the user's only as far as the
 * overrides say. */
static const struct node *users_proxy(const struct injection *in,
				      const struct overrides *o, bool tproxy)
{
	struct injected injected = injected_read(in);

	for (enum pod_list list = 0; list < POD_LISTS; list++) {
		const struct node *now, *first;

		now = pod_find_in(in->pod, list, PROXY_CONTAINER).container;
		if (!injected_has(&injected, list, PROXY_CONTAINER)) {
			if (now)
				return now;
			continue;
		}
		first = pod_named(overrides_list(o, list), PROXY_CONTAINER);
		if (first)
			return as_set(in, now, first, tproxy);
	}
	/* recorded in one list, injected into the other */
	return as_set(in, pod_find(in->pod, PROXY_CONTAINER).container,
		      overrides_find(o, POD_CONTAINERS, PROXY_CONTAINER),
		      tproxy);
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

/* Set the argument after "-u": the user whose traffic iptables does not
 * redirect. */
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

static const struct node *post_user(const struct injection *in,
			     const struct node *pod, struct err *e)
{
	bool tproxy = str_eq(mesh_str(in->mesh.proxy, "interceptionMode"),
			     STR("TPROXY")) ||
		      pod_text_is(pod_note(pod, STR("sidecar.istio.io/"
						    "interceptionMode")),
				  STR("TPROXY"));
	struct pod_place sidecar, init;
	struct overrides o;
	struct ids ids;

	if (!release_has(in->istio->release, RULE_OWN_PROXY_USER))
		return pod;
	if (overrides_read(in, &o, e))
		return NULL;
	ids = ids_of_container(users_proxy(in, &o, tproxy));
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

/* The user of the last container that has one, of the proxies or of the
 * application; 0 if none has. */
static int64_t last_user(const struct injection *in, bool proxy)
{
	bool both = release_has(in->istio->release, RULE_OPENSHIFT_INIT_USER);
	int64_t user = 0;

	for (enum pod_list list = 0; list < POD_LISTS; list++) {
		const struct node *containers = pod_containers(in->pod, list);

		for (uint32_t i = 0; i < pod_count(containers); i++) {
			const struct node *c = node_item(containers, i);
			const struct node *name = node_get(c, STR("name"));

			if (pod_text_is(name, PROXY_CONTAINER) != proxy ||
			    pod_text_is(name, STR("istio-validation")) ||
			    pod_text_is(name, STR("istio-init")) ||
			    (list != POD_CONTAINERS && !both))
				continue;
			get_id(c, STR("runAsUser"), &user);
		}
	}
	return user;
}

const struct node *pre_drop_user(const struct injection *in)
{
	struct pod_place proxy = pod_find(in->pod, PROXY_CONTAINER);
	const struct node *security = node_get(proxy.container,
					       STR("securityContext"));

	if (!injection_on_openshift(in) ||
	    !release_has(in->istio->release, RULE_OPENSHIFT_USER) ||
	    !security || security->kind != NODE_MAP ||
	    last_user(in, true) != last_user(in, false))
		return in->pod;
	security = node_with(in->arena, security, STR("runAsUser"), NULL);
	security = node_with(in->arena, security, STR("runAsGroup"), NULL);
	return pod_replace(in->arena, in->pod, &proxy,
			   node_with(in->arena, proxy.container,
				     STR("securityContext"), security));
}

/* ---- cluster ---- */

/*
 * in->envs in the proxy's environment (inject.go: overwriteClusterInfo,
 * updateClusterEnvs): they override what the template sets, and are last.
 */

static const struct node *env_entry(struct arena *a,
				    const struct proxy_env *env)
{
	struct entry *entries = arena_array(a, struct entry, 2);

	entries[0] = (struct entry){ node_new_string(a, STR("name")),
				     node_new_string(a, env->name) };
	entries[1] = (struct entry){ node_new_string(a, STR("value")),
				     node_new_string(a, env->value) };
	/* as an API server stores it, without an empty value */
	return node_new_map(a, NULL, entries, env->value.n ? 2 : 1);
}

static const struct node *with_envs(struct arena *a,
				    const struct node *container,
				    const struct proxy_envs *envs)
{
	const struct node *old = node_get(container, STR("env"));
	uint32_t n_old = pod_count(old), n = 0;
	const struct node **items;
	struct node *list;

	items = arena_array(a, const struct node *, (size_t)n_old + envs->n);
	for (uint32_t i = 0; i < n_old; i++) {
		str name = node_string(node_get(old->items[i], STR("name")));

		if (!proxy_env(envs, name).p)
			items[n++] = old->items[i];
	}
	for (uint32_t i = 0; i < envs->n; i++)
		items[n++] = env_entry(a, &envs->at[i]);
	list = node_new_list(a, old, items, n);
	node_extra(a, list)->merge_key = "name";
	return pod_put(a, "Container", container, STR("env"), list);
}

static const struct node *post_cluster(const struct injection *in,
				const struct node *pod, struct err *e)
{
	struct pod_place sidecar = pod_find(pod, PROXY_CONTAINER);

	(void)e;
	if (!sidecar.container || !in->envs.n)
		return pod;
	return pod_replace(in->arena, pod, &sidecar,
			   with_envs(in->arena, sidecar.container, &in->envs));
}

/* ---- settle and order ---- */

/*
 * post_settle is for an injection after an injection, which Istio leaves to
 * strategic merge: the template's items then come in the template's order and
 * the others are interleaved, which may change the order.  Here a merged list
 * with the same keys as before gets the order it had.
 *
 * post_order is webhook.go's reorderPod.
 */

/* The key of an item of a list. */
struct item_key {
	str key;
	uint32_t at;
};

static int compare(const void *a, const void *b)
{
	const struct item_key *x = a, *y = b;
	int by_key = str_cmp(x->key, y->key);

	return by_key ? by_key : (x->at > y->at) - (x->at < y->at);
}

/* The items sorted by their keys; NULL if one has none. */
static struct item_key *sorted(struct arena *a, const struct node *list,
			    str merge_key)
{
	struct item_key *keys = arena_array(a, struct item_key, list->n);

	for (uint32_t i = 0; i < list->n; i++) {
		const struct node *k = list->items[i];

		if (merge_key.n)
			k = node_get(k, merge_key);
		if (!k || !node_is_scalar(k))
			return NULL;
		keys[i] = (struct item_key){ node_text(k), i };
	}
	qsort(keys, list->n, sizeof(*keys), compare);
	return keys;
}

static const struct node *settle(struct arena *a, const struct node *old,
				 const struct node *new);

#define NONE UINT32_MAX

/* For each new item the old one with its key, or NONE; returns how many have
 * one. */
static uint32_t pair(const struct item_key *were, uint32_t n_were,
		     const struct item_key *are, uint32_t n_are, uint32_t *was)
{
	uint32_t i = 0, k = 0, n = 0;

	memset(was, 0xff, n_are * sizeof(*was));
	while (i < n_were && k < n_are) {
		int order = str_cmp(were[i].key, are[k].key);

		if (order == 0) {
			was[are[k].at] = were[i].at;
			n++;
		}
		i += order <= 0;
		k += order >= 0;
	}
	return n;
}

static const struct node *settle_list(struct arena *a, const struct node *old,
				      const struct node *new)
{
	const char *key = new->extra ? new->extra->merge_key : NULL;
	struct item_key *were = key ? sorted(a, old, str_of(key)) : NULL;
	struct item_key *are = were ? sorted(a, new, str_of(key)) : NULL;
	const struct node **items;
	struct node *list;
	uint32_t *was;
	bool all, same = true;

	if (!are)
		return new;
	was = arena_array(a, uint32_t, new->n);
	items = arena_array(a, const struct node *, new->n);
	all = pair(were, old->n, are, new->n, was) == new->n &&
	      old->n == new->n;
	for (uint32_t i = 0; i < new->n; i++) {
		const struct node *item = new->items[i];
		uint32_t at = all ? was[i] : i;

		items[at] = was[i] == NONE ? item :
			    settle(a, old->items[was[i]], item);
		same = same && at == i && items[at] == item;
	}
	if (same)
		return new;
	list = node_new_list(a, new, items, new->n);
	node_extra(a, list)->merge_key = key;
	return list;
}

static const struct node *settle_map(struct arena *a, const struct node *old,
				     const struct node *new)
{
	struct entry *entries = arena_array(a, struct entry, new->n);
	bool same = true;

	for (uint32_t i = 0; i < new->n; i++) {
		const struct node *was;

		entries[i] = new->entries[i];
		was = node_get(old, node_text(entries[i].key));
		if (was)
			entries[i].value = settle(a, was, entries[i].value);
		same = same && entries[i].value == new->entries[i].value;
	}
	return same ? new : node_new_map(a, new, entries, new->n);
}

static const struct node *settle(struct arena *a, const struct node *old,
				 const struct node *new)
{
	if (old == new || old->kind != new->kind)
		return new;
	if (new->kind == NODE_MAP)
		return settle_map(a, old, new);
	if (new->kind == NODE_LIST)
		return settle_list(a, old, new);
	return new;
}

static const struct node *post_settle(const struct injection *in,
			       const struct node *pod, struct err *e)
{
	(void)e;
	if (!pod_note(in->pod, NOTE_STATUS))
		return pod;
	return settle(in->arena, in->pod, pod);
}

enum end { FIRST, LAST };

/* Move the containers of that name to one end of the list. */
static const struct node *shift(struct arena *a, const struct node *pod,
				enum pod_list list, str name, enum end end)
{
	const struct node *old = pod_containers(pod, list);
	uint32_t n = pod_count(old), at = 0;
	const struct node **items = arena_array(a, const struct node *, n);

	for (int pass = 0; pass < 2; pass++) {
		for (uint32_t i = 0; i < n; i++) {
			const struct node *c = node_item(old, i);
			bool is = pod_text_is(node_get(c, STR("name")), name);

			if (is == ((pass == 0) == (end == FIRST)))
				items[at++] = c;
		}
	}
	return old ? pod_with_list(a, pod, list, items, n) : pod;
}

/* Does the application start after the proxy? */
static bool holds(const struct injection *in)
{
	const struct node *value =
		node_find(in->istio->values,
			  "global.proxy.holdApplicationUntilProxyStarts");

	return mesh_bool(in->mesh.proxy, "holdApplicationUntilProxyStarts") ||
	       (value && value->kind == NODE_BOOL && scalar_bool(value));
}

struct position {
	const char *name;
	enum end end;
};

/* With native sidecars init containers are in the mesh, too; without, they run
 * before traffic is captured, except for the one that checks whether the CNI
 * plugin captures it. */
static const struct position native[] = {
	{ "enable-core-dump", FIRST },
	{ "istio-proxy", FIRST },
	{ "istio-validation", FIRST },
	{ "istio-init", FIRST },
	{ NULL, FIRST },
}, plain[] = {
	{ "istio-validation", FIRST },
	{ "istio-init", LAST },
	{ "enable-core-dump", LAST },
	{ NULL, FIRST },
};

static const struct node *post_order(const struct injection *in,
			      const struct node *pod, struct err *e)
{
	const struct position *p = pod_find_in(pod, POD_INIT_CONTAINERS,
					       PROXY_CONTAINER).container ?
		native : plain;

	(void)e;
	/* if it is last, `kubectl exec` uses the application */
	pod = shift(in->arena, pod, POD_CONTAINERS, PROXY_CONTAINER,
		    holds(in) ? FIRST : LAST);
	for (; p->name; p++)
		pod = shift(in->arena, pod, POD_INIT_CONTAINERS,
			    str_of(p->name), p->end);
	return pod;
}

/* ---- the table ---- */

const struct post_step post_steps[] = {
	{ "overrides", post_overrides },
	{ "user", post_user },
	{ "cluster", post_cluster },
	{ "prometheus", post_prometheus },
	{ "secure port", post_secure_port },
	{ "probes", post_probes },
	{ "metadata", post_metadata },
	{ "kept", post_kept },
	{ "settle", post_settle },
	{ "order", post_order },
	{ NULL, NULL },
};
