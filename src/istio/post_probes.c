/*
 * Probes and lifecycle handlers that use the network are redirected to the
 * agent, since the kubelet cannot speak mutual TLS; the proxy's environment
 * tells the agent what to request from the application (webhook.go:
 * applyRewrite, mergeOrAppendProbers; app_probe.go).
 *
 * A probe that points to the agent was rewritten before.  Istio recognizes it
 * by the mesh's status port; after an earlier injection its path counts, too,
 * since an annotation of the Pod may set another port.
 */
#include "istio/post.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "json/text.h"
#include "k8s/gojson.h"
#include "tree/scalar.h"

/* ---- probers ---- */

/*
 * The value of ISTIO_KUBE_APP_PROBERS, app_probe.go's KubeAppProbers: a map
 * from the path that the kubelet requests from the agent to the Prober, which
 * describes how to probe the application.
 *
 * A prober is a tree {httpGet | tcpSocket | grpc, timeoutSeconds}, like a probe
 * and like the parsed JSON; only the fields of Go's struct are written.
 */

struct prober {
	str path;
	const struct node *node;
	size_t at;			/* the later one counts */
};

struct probers {
	struct arena *arena;
	struct prober *list;
	size_t n, capacity;
};

static struct probers *probers_new(struct arena *a)
{
	struct probers *p = arena_new(a, struct probers);

	p->arena = a;
	return p;
}

/* Add the probe (or lifecycle handler) of a container under the path that is
 * requested from the agent; a second one replaces it. */
static void probers_add(struct probers *p, str path, const struct node *prober)
{
	p->list = arena_extend(p->arena, p->list, p->n, &p->capacity,
			       sizeof(*p->list));
	p->list[p->n] = (struct prober){ path, prober, p->n };
	p->n++;
}

static int compare(const void *a, const void *b)
{
	const struct prober *x = a, *y = b;
	int by_path = str_cmp(x->path, y->path);

	return by_path ? by_path : (x->at > y->at) - (x->at < y->at);
}

static void write_prober(struct buf *b, const struct node *prober)
{
	static const struct { const char *key, *type; } actions[] = {
		{ "httpGet", "HTTPGetAction" },
		{ "tcpSocket", "TCPSocketAction" },
		{ "grpc", "GRPCAction" },
	};
	const struct node *timeout = node_get(prober, STR("timeoutSeconds"));
	int64_t seconds = 0;
	bool first = true;

	if (prober->kind == NODE_NULL) {
		buf_addz(b, "null");
		return;
	}
	buf_addc(b, '{');
	for (size_t i = 0; i < ARRAY_SIZE(actions); i++) {
		const struct node *action = node_get(prober,
						     str_of(actions[i].key));

		if (!action || action->kind != NODE_MAP)
			continue;
		buf_printf(b, "%s\"%s\":", first ? "" : ",", actions[i].key);
		gojson_write(b, actions[i].type, action);
		first = false;
	}
	if (pod_get_int(timeout, &seconds) && seconds)
		buf_printf(b, "%s\"timeoutSeconds\":%lld", first ? "" : ",",
			   (long long)seconds);
	buf_addc(b, '}');
}

/* Its JSON, keys in byte order; "" if it is empty. */
static str probers_json(struct probers *p)
{
	struct buf b = BUF_INIT;
	str text;

	if (!p->n)
		return STR("");
	qsort(p->list, p->n, sizeof(*p->list), compare);
	for (size_t i = 0; i < p->n; i++) {
		const struct prober *one = &p->list[i];

		if (i + 1 < p->n && str_eq(one->path, one[1].path))
			continue;
		buf_addc(&b, b.n ? ',' : '{');
		json_write_text_go(&b, one->path);
		buf_addc(&b, ':');
		write_prober(&b, one->node);
	}
	buf_addc(&b, '}');
	text = arena_str(p->arena, buf_str(&b));
	buf_release(&b);
	return text;
}

/* ---- probes ---- */

/* What is rewritten in a container, and the path that is requested from the
 * agent (the agent's server.go: FormatProberURL). */
static const struct probe {
	const char *parent, *key;	/* parent NULL: the container */
	const char *area, *name;
	bool grpc;
} probes[] = {
	{ NULL, "readinessProbe", "app-health", "readyz", true },
	{ NULL, "livenessProbe", "app-health", "livez", true },
	{ NULL, "startupProbe", "app-health", "startupz", true },
	{ "lifecycle", "preStop", "app-lifecycle", "prestopz", false },
	{ "lifecycle", "postStart", "app-lifecycle", "poststartz", false },
};

#define N_PROBES (ARRAY_SIZE(probes))
/* Those of health come first; an agent that does not serve the hooks exits if
 * it is told of them (its server.go: validateAppKubeProber). */
#define N_HEALTH 3

static str agent_path(struct arena *a, const struct probe *p,
		      const struct node *container)
{
	str name = pod_text(a, node_get(container, STR("name")));

	return arena_printf(a, "/%s/%.*s/%s", p->area, STR_ARG(name), p->name);
}

static const struct node *probe_of(const struct probe *p,
				   const struct node *container)
{
	const struct node *in = p->parent ?
		node_get(container, str_of(p->parent)) : container;

	return node_get(in, str_of(p->key));
}

static const struct node *action_of(const struct node *probe, str key)
{
	const struct node *action = node_get(probe, key);

	return action && action->kind == NODE_MAP ? action : NULL;
}

struct rewrite {
	const struct injection *in;
	bool before;			/* there was an earlier injection */
	int64_t mesh_port, port;
	size_t n_probes;		/* of `probes`, that are rewritten */
	struct probers *probers;
};

/* The container's port with this name, or NULL. */
static const struct node *named_port(const struct node *container, str name)
{
	const struct node *ports = node_get(container, STR("ports"));
	const struct node *found = NULL;

	for (uint32_t i = 0; i < pod_count(ports); i++)
		if (name.n && pod_text_is(node_get(ports->items[i],
						   STR("name")), name))
			found = node_get(ports->items[i],
					 STR("containerPort"));
	return found;
}

/* The action with its port as a number; NULL if there is no such port, or if it
 * is the agent's. */
static const struct node *resolve(const struct rewrite *r,
				  const struct node *container,
				  const struct node *action, str path)
{
	const struct node *port = node_get(action, STR("port"));
	int64_t number = 0;

	if (r->before && pod_text_is(node_get(action, STR("path")), path))
		return NULL;
	/* a number, once the variable is replaced */
	if (decode_is_variable(port))
		return action;
	if (!port || port->kind != NODE_STRING) {
		pod_get_int(port, &number);
		return number == r->mesh_port ? NULL : action;
	}
	port = named_port(container, node_text(port));
	if (!port)
		return NULL;
	return node_with(r->in->arena, action, STR("port"), port);
}

/* The key of the probe's action, the first in Go's order; NULL if it does not
 * use the network. */
static const char *action_key(const struct probe *p, const struct node *probe)
{
	if (action_of(probe, STR("httpGet")))
		return "httpGet";
	if (action_of(probe, STR("tcpSocket")))
		return "tcpSocket";
	return p->grpc && action_of(probe, STR("grpc")) ? "grpc" : NULL;
}

/* Record what the agent has to request. */
static void note_probe(const struct rewrite *r, const struct probe *p,
		       const struct node *container)
{
	const struct node *probe = probe_of(p, container), *action, *prober;
	const char *key = action_key(p, probe);
	struct arena *a = r->in->arena;
	str path;

	if (!key)
		return;
	path = agent_path(a, p, container);
	action = node_get(probe, str_of(key));
	/* gRPC's port is always a number */
	if (strcmp(key, "grpc") != 0)
		action = resolve(r, container, action, path);
	if (!action)
		return;
	prober = pod_put(a, NULL, NULL, str_of(key), action);
	if (!p->parent)
		prober = pod_put(a, NULL, prober, STR("timeoutSeconds"),
				 node_get(probe, STR("timeoutSeconds")));
	probers_add(r->probers, path, prober);
}

/* The request to the agent.  Kubelet -> HTTP -> agent -> HTTPS -> application.
 * */
static const struct node *ask_agent(const struct rewrite *r,
				    const struct node *action, str path)
{
	const struct node *port = node_get(action, STR("port"));
	struct arena *a = r->in->arena;
	int64_t old;

	if (!pod_text_is(node_get(action, STR("path")), path))
		action = pod_put(a, "HTTPGetAction", action, STR("path"),
				 node_new_string(a, path));
	if (!pod_get_int(port, &old) || old != r->port)
		action = pod_put(a, "HTTPGetAction", action, STR("port"),
				 pod_int(a, r->port));
	if (pod_text_is(node_get(action, STR("scheme")), STR("HTTPS")))
		action = pod_put(a, "HTTPGetAction", action, STR("scheme"),
				 node_new_string(a, STR("HTTP")));
	return action;
}

/* The probe for the kubelet: by HTTP. */
static const struct node *rewritten(const struct rewrite *r,
				    const struct probe *p,
				    const struct node *probe, const char *key,
				    str path)
{
	const char *type = p->parent ? "LifecycleHandler" : "Probe";
	const struct node *http = action_of(probe, STR("httpGet"));
	struct arena *a = r->in->arena;

	if (!http)
		probe = pod_put(a, type, probe, str_of(key), NULL);
	return pod_put(a, type, probe, STR("httpGet"),
		       ask_agent(r, http, path));
}

/* The container with another probe in that place. */
static const struct node *put_probe(struct arena *a, const struct probe *p,
				    const struct node *container,
				    const struct node *probe)
{
	const struct node *parent;

	if (!p->parent)
		return pod_put(a, "Container", container, str_of(p->key),
			       probe);
	parent = pod_put(a, "Lifecycle",
			 node_get(container, str_of(p->parent)),
			 str_of(p->key), probe);
	return pod_put(a, "Container", container, str_of(p->parent), parent);
}

static const struct node *rewrite_probe(const struct rewrite *r,
					const struct probe *p,
					const struct node *container)
{
	const struct node *old = probe_of(p, container);
	const char *key = action_key(p, old);
	struct arena *a = r->in->arena;

	if (!key)
		return container;
	return put_probe(a, p, container,
			 rewritten(r, p, old, key,
				   agent_path(a, p, container)));
}

static const struct node *rewrite_list(const struct rewrite *r,
				       const struct node *pod,
				       enum pod_list list)
{
	const struct node *old = pod_containers(pod, list);
	uint32_t n = pod_count(old);
	const struct node **items = arena_array(r->in->arena,
						const struct node *, n);

	for (uint32_t i = 0; i < n; i++) {
		items[i] = old->items[i];
		if (pod_text_is(node_get(items[i], STR("name")),
				PROXY_CONTAINER))
			continue;
		for (size_t k = 0; k < r->n_probes; k++)
			note_probe(r, &probes[k], items[i]);
		for (size_t k = 0; k < r->n_probes; k++)
			items[i] = rewrite_probe(r, &probes[k], items[i]);
	}
	return old ? pod_with_list(r->in->arena, pod, list, items, n) : pod;
}

/* The probers of an earlier injection come first: they describe the probes
 * before they were rewritten.  False if they are invalid. */
static bool add_known(const struct rewrite *r, const struct node *entry)
{
	const struct node *value = node_get(entry, STR("value")), *known;

	known = note_json(r->in, value, NULL);
	if (!known || (known->kind != NODE_MAP && known->kind != NODE_NULL)) {
		r->in->warn(r->in->ctx, node_pos(value),
			    "ISTIO_KUBE_APP_PROBERS is not a JSON map; new "
			    "probes are not added to it");
		return false;
	}
	for (uint32_t i = 0; known->kind == NODE_MAP && i < known->n; i++)
		probers_add(r->probers, node_text(known->entries[i].key),
			    known->entries[i].value);
	return true;
}

/* Put the probes into the proxy's environment, if there are any. */
static const struct node *tell(const struct rewrite *r,
			       const struct node *sidecar)
{
	const struct node *entry = pod_env(sidecar, ENV_PROBERS);
	str json = probers_json(r->probers);

	if (!json.n)
		return sidecar;
	if (r->before && entry) {
		if (!add_known(r, entry))
			return sidecar;
		json = probers_json(r->probers);
	}
	return pod_with_env(r->in->arena, sidecar, ENV_PROBERS, json,
			    r->before);
}

static bool wanted(const struct injection *in, const struct node *pod)
{
	str own = note_text(in, pod,
			    STR("sidecar.istio.io/rewriteAppHTTPProbers"));
	const struct node *value =
		node_find(in->istio->values,
			  "sidecarInjectorWebhook.rewriteAppHTTPProbe");
	bool yes;

	if (pod_parse_bool(own, &yes))
		return yes;
	return value && value->kind == NODE_BOOL && scalar_bool(value);
}

/* The port of the agent: that of the Pod, else that of the mesh.  An annotation
 * that is not a number is reported before the templates run. */
static int64_t status_port(const struct injection *in, const struct node *pod)
{
	str own = note_text(in, pod, STR("status.sidecar.istio.io/port"));

	if (!own.p)
		return mesh_int(in->mesh.proxy, "statusPort");
	return strtoll(own.p, NULL, 10);
}

const struct node *post_probes(const struct injection *in,
			       const struct node *pod, struct err *e)
{
	struct pod_place sidecar = pod_find(pod, PROXY_CONTAINER);
	struct rewrite r = { .in = in };

	(void)e;
	if (!sidecar.container || !wanted(in, pod))
		return pod;
	r.before = pod_note(in->pod, NOTE_STATUS);
	r.mesh_port = mesh_int(in->mesh.proxy, "statusPort");
	r.port = status_port(in, pod);
	r.n_probes = release_has(agent_release(in, sidecar.container),
				 RULE_AGENT_HOOKS) ? N_PROBES : N_HEALTH;
	r.probers = probers_new(in->arena);
	for (enum pod_list list = POD_LISTS; list-- > 0;)
		pod = rewrite_list(&r, pod, list);
	/* it is not one of those that were rewritten */
	return pod_replace(in->arena, pod, &sidecar,
			   tell(&r, sidecar.container));
}

/* ---- restoring ---- */

/* The path at which the probe asks the agent, as rewrite_probe() writes it, or
 * NULL.  The container may have another name since. */
static const struct node *agent_of(const struct probe *p,
				   const struct node *probe)
{
	const struct node *path = node_get(action_of(probe, STR("httpGet")),
					   STR("path"));
	str area, name, rest = node_string(path);

	if (!str_starts(rest, STR("/")))
		return NULL;
	rest = str_sub(rest, 1, rest.n);
	if (!str_cut(rest, '/', &area, &rest) ||
	    !str_cut(rest, '/', &name, &rest))
		return NULL;
	return str_eq(area, str_of(p->area)) && name.n &&
	       str_eq(rest, str_of(p->name)) ? path : NULL;
}

static void tell_lost(const struct injection *in, const struct probe *p,
		      const struct node *container, const struct node *path)
{
	const char *text;

	if (!in->lost)
		return;
	text = arena_printf(in->arena, "%s of container %.*s is not restored: "
			    "it asks Istio's agent for %.*s, and "
			    "ISTIO_KUBE_APP_PROBERS of istio-proxy does not "
			    "contain the original; restore it by hand", p->key,
			    STR_ARG(pod_text(in->arena,
					     node_get(container, STR("name")))),
			    STR_ARG(node_text(path))).p;
	in->lost(in->ctx, path, text);
}

static const struct node *restore_probe(const struct injection *in,
					const struct probe *p,
					const struct node *container,
					const struct node *probers)
{
	static const char *const others[] = { "tcpSocket", "grpc" };
	const char *type = p->parent ? "LifecycleHandler" : "Probe";
	const struct node *probe = probe_of(p, container), *prober, *was;
	const struct node *path = agent_of(p, probe);
	struct arena *a = in->arena;

	if (!path)
		return container;
	prober = node_get(probers, node_text(path));
	if (!action_key(p, prober)) {
		tell_lost(in, p, container, path);
		return container;
	}
	was = action_of(prober, STR("httpGet"));
	probe = pod_put(a, type, probe, STR("httpGet"),
			was ? pod_restore(a, node_get(probe, STR("httpGet")),
					  was) : NULL);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		was = action_of(prober, str_of(others[i]));
		if (was)
			probe = pod_put(a, type, probe, str_of(others[i]), was);
	}
	return put_probe(a, p, container, probe);
}

const struct node *probes_restore(const struct injection *in,
				  const struct node *container,
				  const struct node *probers)
{
	for (size_t i = 0; i < N_PROBES; i++)
		container = restore_probe(in, &probes[i], container, probers);
	return container;
}
