/*
 * Functions on parts of the Pod and of the mesh, which are views (view.h,
 * proto.h); they read the trees behind them.
 */
#include "istio/render.h"

#include "go/gotime.h"
#include "k8s/labels.h"
#include "mesh/mesh.h"
#include "tmpl/printf.h"
#include "tree/scalar.h"

static int wrong_type(struct call *c, uint32_t i, const char *expected)
{
	return call_fail(c, "wrong type for value; expected %s; got %s",
			 expected, value_type_name(&c->args[i]));
}

/* Is the argument of this Go type? */
static int expect(struct call *c, uint32_t i, const char *type)
{
	if (value_is_nothing(&c->args[i]) ||
	    strcmp(c->args[i].type->name, type) != 0)
		return wrong_type(c, i, type);
	return 0;
}

/* A message, or a nil pointer to one: its node or NULL. */
static int expect_message(struct call *c, uint32_t i, const char *type,
			  const struct node **out)
{
	const struct proto_message *m;

	if (expect(c, i, type) != 0)
		return -1;
	return proto_of_value(&c->args[i], &m, out) ? 0 :
		wrong_type(c, i, type);
}

/* ---- annotations ---- */

static int annotation(struct call *c, struct value *out)
{
	const struct node *note;
	struct buf b = BUF_INIT;
	str text;

	if (expect(c, 0, "v1.ObjectMeta") != 0)
		return -1;
	note = node_get(node_get(c->args[0].object, STR("annotations")),
			call_str(c, 1));
	if (!note)
		return call_print(c, out, &c->args[2], 1);
	text = labels_text(note, &b);
	*out = value_str(b.n ? arena_str(c->arena, text) : text);
	buf_release(&b);
	return 0;
}

/* ---- ports ---- */

#define CONTAINERS "[]v1.Container"

static void add_ports(struct buf *b, const struct node *container)
{
	const struct node *ports = node_get(container, STR("ports")), *number;
	str protocol;
	int64_t port;
	uint32_t i;

	if (!ports || ports->kind != NODE_LIST)
		return;
	for (i = 0; i < ports->n; i++) {
		protocol = node_string(node_get(ports->items[i],
						STR("protocol")));
		if (str_eq(protocol, STR("UDP")) ||
		    str_eq(protocol, STR("SCTP")))
			continue;
		number = node_get(ports->items[i], STR("containerPort"));
		if (!number || !scalar_int64(number, &port))
			port = 0;
		buf_printf(b, "%s%lld", b->n ? "," : "", (long long)port);
	}
}

/* The TCP ports of all containers but the one of this name. */
static int return_ports(struct call *c, struct value *out, str except)
{
	const struct value *list = &c->args[0];
	struct buf b = BUF_INIT;
	uint32_t i;

	if (expect(c, 0, CONTAINERS) != 0)
		return -1;
	for (i = 0; !value_is_nil(list) && i < list->n; i++) {
		const struct node *n = list->items[i].object;

		if (!except.n ||
		    !str_eq(node_string(node_get(n, STR("name"))), except))
			add_ports(&b, n);
	}
	return call_return_buf(c, out, &b);
}

static int include_inbound_ports(struct call *c, struct value *out)
{
	return return_ports(c, out, STR_NONE);
}

static int application_ports(struct call *c, struct value *out)
{
	return return_ports(c, out, STR("istio-proxy"));
}

/* ---- messages ---- */

static int format_duration(struct call *c, struct value *out)
{
	const struct node *n;
	struct buf b = BUF_INIT;
	int64_t seconds, d;
	int32_t nanos;

	if (expect_message(c, 0, "*durationpb.Duration", &n) != 0)
		return -1;
	proto_duration(n, &seconds, &nanos);
	/* a time.Duration saturates */
	if (__builtin_mul_overflow(seconds, 1000000000, &d) ||
	    __builtin_add_overflow(d, nanos, &d))
		d = seconds < 0 ? INT64_MIN : INT64_MAX;
	duration_text(&b, d);
	return call_return_buf(c, out, &b);
}

/* For a ProxyConfig, only the fields that differ from the defaults. */
static int proto_to_json(struct call *c, struct value *out)
{
	const struct proto_message *m;
	struct buf b = BUF_INIT;
	const struct node *n = NULL;

	if (!value_is_nothing(&c->args[0]) &&
	    !proto_of_value(&c->args[0], &m, &n))
		return wrong_type(c, 0, "protoreflect.ProtoMessage");
	if (!n) {
		*out = value_str(STR("{}"));
		return 0;
	}
	if (m == proto_message("istio.mesh.v1alpha1.ProxyConfig"))
		n = mesh_proxy_changes(c->arena, call_release(c), n);
	proto_json(&b, m, n);
	return call_return_buf(c, out, &b);
}

/* ---- OpenTelemetry ---- */

#define OTEL "resource.opentelemetry.io/"

/* Does one of the mesh's providers use these attributes? */
static bool wants_attributes(const struct node *config)
{
	const struct node *list = node_get(config, STR("extensionProviders"));
	uint32_t i;

	for (i = 0; list && list->kind == NODE_LIST && i < list->n; i++)
		if (str_eq(mesh_str(list->items[i], "opentelemetry."
				    "serviceAttributeEnrichment"),
			   STR("OTEL_SEMANTIC_CONVENTIONS")))
			return true;
	return false;
}

static str text_in(struct map *m, str key)
{
	struct value v;

	return map_get(m, key, &v) ? value_text(&v) : STR_NONE;
}

/* tag@digest of an image, or the part that is present. */
static str image_version(str image)
{
	str name, digest, rest;
	size_t i;

	str_cut(image, '@', &name, &digest);
	for (i = name.n; i > 0 && name.p[i - 1] != '/'; i--)
		if (name.p[i - 1] == ':')
			return str_sub(image, i, image.n);
	return str_cut(image, '@', &rest, &digest) ? digest : STR_NONE;
}

static void add_attribute(struct buf *b, const char *name, str value)
{
	if (value.n)
		buf_printf(b, "%s%s=%.*s", b->n ? "," : "", name,
			   STR_ARG(value));
}

/* The first container, or NULL. */
static const struct node *first_container(const struct value *list)
{
	return !value_is_nil(list) && list->n ? list->items[0].object : NULL;
}

/* From an annotation, a label, or the image of the Pod's only container. */
static str service_version(const struct call *c)
{
	str s = text_in(call_map(c, 1), STR(OTEL "service.version"));
	const struct node *first = first_container(&c->args[4]);

	if (!s.n)
		s = text_in(call_map(c, 2), STR("app.kubernetes.io/version"));
	if (s.n || !first || c->args[4].n != 1)
		return s;
	return image_version(node_string(node_get(first, STR("image"))));
}

/* namespace.pod.container, the Pod's name as a reference since it is not known
 * before the Pod exists; the container is the first. */
static void add_instance(struct buf *b, const struct call *c)
{
	str given = text_in(call_map(c, 1), STR(OTEL "service.instance.id"));
	const struct node *first = first_container(&c->args[4]);
	struct buf id = BUF_INIT;

	if (first)
		buf_printf(&id, "%.*s.$(POD_NAME).%.*s",
			   STR_ARG(call_str(c, 3)),
			   STR_ARG(node_string(node_get(first, STR("name")))));
	add_attribute(b, "service.instance.id", given.n ? given :
						buf_str(&id));
	buf_release(&id);
}

/*
 * OTEL_RESOURCE_ATTRIBUTES by OpenTelemetry's conventions for Kubernetes
 * (semconv, "Specify resource attributes using Kubernetes annotations"): from
 * annotations, else derived from the Pod.
 */
static int otel_resource_attributes(struct call *c, struct value *out)
{
	const struct node *config;
	struct buf b = BUF_INIT;
	str namespace;

	*out = value_str(STR(""));
	if (expect_message(c, 0, "*v1alpha1.MeshConfig", &config) != 0 ||
	    expect(c, 4, CONTAINERS) != 0)
		return -1;
	if (!wants_attributes(config))
		return 0;
	namespace = text_in(call_map(c, 1), STR(OTEL "service.namespace"));
	add_attribute(&b, "service.namespace", namespace.n ? namespace :
							     call_str(c, 3));
	add_attribute(&b, "service.version", service_version(c));
	add_instance(&b, c);
	return call_return_buf(c, out, &b);
}

static const struct func rows[] = {
	{ "annotation", "(interface {}, string, interface {}) string",
	  annotation },
	{ "includeInboundPorts", "(interface {}) string",
	  include_inbound_ports },
	{ "applicationPorts", "(interface {}) string", application_ports },
	{ "formatDuration", "(interface {}) string", format_duration },
	{ "protoToJSON", "(interface {}) string", proto_to_json },
	{ "otelResourceAttributes", "(interface {}, map[string]string, "
	  "map[string]string, string, interface {}) string",
	  otel_resource_attributes },
};

const struct func_table istio_pod_funcs = FUNC_TABLE(rows);
