/*
 * Warnings about an injected Pod, whatever its namespace.
 */
#include "check/judge.h"

#include "base/array.h"
#include "k8s/labels.h"
#include "tree/scalar.h"

/* ---- containers of the templates ---- */

/* Without an image it only changes one of the Pod's. */
static uint32_t add_names(const struct node *pod, const char *name,
			  struct entry *entries)
{
	const struct node *list = warn_list(pod, name);
	uint32_t n = 0;

	for (uint32_t i = 0; list && i < list->n; i++) {
		const struct node *item = list->items[i];

		if (node_get(item, STR("image")) && warn_name(item).p)
			entries[n++] = (struct entry){
				node_get(item, STR("name")), item };
	}
	return n;
}

static uint32_t count(const struct node *pod, const char *name)
{
	const struct node *list = warn_list(pod, name);

	return list ? list->n : 0;
}

/* A map whose keys are the names of the containers that templates define. */
static const struct node *given_names(const struct warn *w)
{
	struct entry *entries;
	uint32_t n = 0;

	for (uint32_t i = 0; i < w->n_given; i++)
		n += count(w->given[i], WARN_CONTAINERS) +
		     count(w->given[i], WARN_INIT_CONTAINERS);
	entries = arena_array(w->arena, struct entry, n);
	n = 0;
	for (uint32_t i = 0; i < w->n_given; i++) {
		n += add_names(w->given[i], WARN_CONTAINERS, entries + n);
		n += add_names(w->given[i], WARN_INIT_CONTAINERS, entries + n);
	}
	return node_new_map(w->arena, NULL, entries, n);
}

static bool is_given(const struct warn *w, str name)
{
	return node_get(w->given_names, name) != NULL;
}

/* ---- job-sidecar ---- */

static const char *const kinds_that_end[] = {
	"Job", "CronJob", "BroadcastJob", "AdvancedCronJob", "JobSet",
};

static bool ends(const struct warn *w)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds_that_end); i++)
		if (strcmp(w->kind, kinds_that_end[i]) == 0)
			return true;
	return false;
}

static void warn_job(const struct warn *w)
{
	const struct node *list = warn_list(w->pod, WARN_CONTAINERS);
	const struct node *sidecar = NULL;
	struct buf b = BUF_INIT;
	uint32_t given = 0;

	if (!ends(w))
		return;
	for (uint32_t i = 0; list && i < list->n; i++) {
		if (!is_given(w, warn_name(list->items[i])))
			continue;
		sidecar = sidecar ? sidecar : list->items[i];
		given++;
	}
	/* if all are from templates, one of them does the work of the Job */
	if (!sidecar || given == list->n)
		return;
	buf_printf(
		&b,
		"%s %s/%s will not complete, because its container %.*s "
		"keeps running when the others are done; use a native sidecar "
		"(an init container with restartPolicy Always)",
		w->kind, w->namespace, w->name, STR_ARG(warn_name(sidecar)));
	warn_emit(w, WARN_JOB_SIDECAR, NULL, &b);
}

/* ---- label-value ---- */

/* apimachinery: TotalAnnotationSizeLimitB, keys and values */
#define ANNOTATIONS_MAX ((size_t)256 << 10)

static void warn_label(const struct warn *w, const struct entry *label,
		       struct buf *room)
{
	struct buf b = BUF_INIT;
	str value;

	if (judge_has_variable(label->key) || judge_has_variable(label->value))
		return;
	buf_clear(room);
	value = labels_text(label->value, room);
	if (!labels_is_key(node_text(label->key))) {
		buf_printf(&b, "\"%.*s\" is not a valid label key",
			   STR_ARG(node_text(label->key)));
		warn_emit(w, WARN_LABEL_VALUE, label->key, &b);
	} else if (!labels_is_value(value)) {
		buf_printf(&b, "label %.*s: \"%.*s\" is not a valid value%s",
			   STR_ARG(node_text(label->key)), STR_ARG(value),
			   value.n > 63 ? ", which has at most 63 characters" :
			   "");
		warn_emit(w, WARN_LABEL_VALUE, label->value, &b);
	}
}

static void warn_labels(const struct warn *w)
{
	const struct node *labels = node_find(w->pod, "metadata.labels");
	struct buf room = BUF_INIT;

	for (uint32_t i = 0; labels && labels->kind == NODE_MAP &&
			     i < labels->n; i++)
		warn_label(w, &labels->entries[i], &room);
	buf_release(&room);
}

static void warn_annotations(const struct warn *w)
{
	const struct node *notes = node_find(w->pod, "metadata.annotations");
	struct buf b = BUF_INIT;
	size_t sum = 0;

	if (!notes || notes->kind != NODE_MAP)
		return;
	for (uint32_t i = 0; i < notes->n; i++)
		sum += notes->entries[i].key->n +
		       (node_is_scalar(notes->entries[i].value) ?
			notes->entries[i].value->n : 0);
	if (sum <= ANNOTATIONS_MAX)
		return;
	buf_printf(&b, "the annotations have %zu bytes; Kubernetes accepts at "
		   "most %zu", sum, ANNOTATIONS_MAX);
	warn_emit(w, WARN_LABEL_VALUE, notes, &b);
}

/* ---- port-collision ---- */

/* istio.io, "Ports used by Istio": those of the proxy, and of pilot-agent
 * beside it. */
static const int32_t proxy_ports[] = {
	15000, 15001, 15002, 15004, 15006, 15008, 15020, 15021, 15053, 15090,
};

struct port {
	const struct node *container, *port;
	bool given;
};

/* More than any Pod written by a person has. */
#define PORTS_MAX 128

struct ports {
	struct port at[PORTS_MAX];
	uint32_t n;
	bool proxy;		/* istio-proxy is among the given */
};

static void add_ports(struct ports *ports, const struct node *container,
		      bool given)
{
	const struct node *list = node_get(container, STR("ports"));

	for (uint32_t i = 0; list && list->kind == NODE_LIST && i < list->n &&
			     ports->n < PORTS_MAX; i++)
		ports->at[ports->n++] = (struct port){
			container, list->items[i], given };
}

static void find_ports(const struct warn *w, struct ports *ports,
		       const char *name)
{
	const struct node *list = warn_list(w->pod, name);

	for (uint32_t i = 0; list && i < list->n; i++) {
		str container = warn_name(list->items[i]);
		bool given = is_given(w, container);

		if (!warn_runs_on(list->items[i], name))
			continue;
		add_ports(ports, list->items[i], given);
		ports->proxy |= given && str_eq(container, STR("istio-proxy"));
	}
}

static str protocol_of(const struct port *port)
{
	str protocol = node_string(node_get(port->port, STR("protocol")));

	return protocol.n ? protocol : STR("TCP");
}

/* 0 where there is none. */
static int64_t number_of(const struct port *port, str key)
{
	const struct node *n = node_get(port->port, key);
	int64_t number = 0;

	return n && n->kind == NODE_INT && scalar_int64(n, &number) ? number :
								      0;
}

static void warn_collision(const struct warn *w, const struct port *port,
			   str key, str other)
{
	struct buf b = BUF_INIT;

	buf_printf(&b, "%.*s %lld of container %.*s is also a port of the "
		   "sidecar's container %.*s", STR_ARG(key),
		   (long long)number_of(port, key),
		   STR_ARG(warn_name(port->container)), STR_ARG(other));
	warn_emit(w, WARN_PORT_COLLISION, node_get(port->port, key), &b);
}

static const struct port *same_port(const struct ports *ports,
				    const struct port *port, str key)
{
	int64_t number = number_of(port, key);

	for (uint32_t i = 0; number && i < ports->n; i++)
		if (ports->at[i].given &&
		    number_of(&ports->at[i], key) == number &&
		    str_eq(protocol_of(&ports->at[i]), protocol_of(port)))
			return &ports->at[i];
	return NULL;
}

static bool is_of_proxy(const struct port *port)
{
	int64_t number = number_of(port, STR("containerPort"));

	for (size_t i = 0; i < ARRAY_SIZE(proxy_ports);
	     i++)
		if (proxy_ports[i] == number)
			return str_eq(protocol_of(port), STR("TCP"));
	return false;
}

static void warn_port(const struct warn *w, const struct ports *ports,
		      const struct port *port)
{
	static const char *const keys[] = { "containerPort", "hostPort" };
	bool warned = false;

	for (size_t i = 0; i < 2; i++) {
		str key = str_of(keys[i]);
		const struct port *other = same_port(ports, port, key);

		if (other)
			warn_collision(w, port, key,
				       warn_name(other->container));
		warned |= other && i == 0;
	}
	if (!warned && ports->proxy && is_of_proxy(port))
		warn_collision(w, port, STR("containerPort"),
			       STR("istio-proxy"));
}

static void warn_ports(const struct warn *w)
{
	struct ports ports;

	ports.n = 0;
	ports.proxy = false;
	find_ports(w, &ports, WARN_CONTAINERS);
	find_ports(w, &ports, WARN_INIT_CONTAINERS);
	for (uint32_t i = 0; i < ports.n; i++)
		if (!ports.at[i].given)
			warn_port(w, &ports, &ports.at[i]);
}

/* ---- all of them ---- */

static const struct {
	enum warning which;
	void (*check)(const struct warn *w);
} checks[] = {
	{ WARN_JOB_SIDECAR, warn_job },
	{ WARN_LABEL_VALUE, warn_labels },
	{ WARN_LABEL_VALUE, warn_annotations },
	{ WARN_PORT_COLLISION, warn_ports },
};

void warn_pod(const struct warn *warn)
{
	struct warn w = *warn;

	w.given_names = given_names(warn);
	for (size_t i = 0; i < ARRAY_SIZE(checks); i++)
		if (!warn_has(w.off, checks[i].which))
			checks[i].check(&w);
}
