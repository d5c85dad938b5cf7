/*
 * The mesh's configuration, as istio's pkg/config/mesh/mesh.go makes it: the
 * fields of the given MeshConfig replace those of the defaults as a whole, with
 * the exceptions of mend().
 */
#include "mesh/mesh.h"

#include <assert.h>
#include <stdlib.h>

#include "base/array.h"
#include "json/scan.h"
#include "tree/scalar.h"
#include "yaml/read.h"

#define CONFIG_MESSAGE "istio.mesh.v1alpha1.MeshConfig"
#define PROXY_MESSAGE "istio.mesh.v1alpha1.ProxyConfig"

static const struct node *string_field(struct arena *a, const char *z)
{
	return node_new_string(a, str_of(z));
}

/* ---- defaults ---- */

/* mesh.go: DefaultProxyConfig, in the order of its fields. */
static const struct {
	const char *name;
	enum node_kind kind;
	const char *text;
} proxy_defaults[] = {
	{ "configPath", NODE_STRING, "./etc/istio/proxy" },
	{ "binaryPath", NODE_STRING, "/usr/local/bin/envoy" },
	{ "serviceCluster", NODE_STRING, "istio-proxy" },
	{ "drainDuration", NODE_STRING, "45s" },
	{ "discoveryAddress", NODE_STRING, "istiod.istio-system.svc:15012" },
	{ "proxyAdminPort", NODE_INT, "15000" },
	{ "controlPlaneAuthPolicy", NODE_STRING, "MUTUAL_TLS" },
	{ "statNameLength", NODE_INT, "189" },
	{ "statusPort", NODE_INT, "15020" },
	{ "terminationDrainDuration", NODE_STRING, "5s" },
};

#define N_PROXY_DEFAULTS (ARRAY_SIZE(proxy_defaults))

/* mesh.go: DefaultMeshConfig, in canonical form. */
static const struct source config_defaults = {
	.name = "defaults",
	.text = { .p =
"{\"proxyListenPort\":15001,\"proxyInboundListenPort\":15006,"
"\"connectTimeout\":\"10s\",\"protocolDetectionTimeout\":\"0s\","
"\"ingressClass\":\"istio\",\"ingressService\":\"istio-ingressgateway\","
"\"ingressControllerMode\":\"STRICT\",\"enableTracing\":true,"
"\"defaultConfig\":{},\"outboundTrafficPolicy\":{\"mode\":\"ALLOW_ANY\"},"
"\"inboundTrafficPolicy\":{},\"enableAutoMtls\":true,"
"\"trustDomain\":\"cluster.local\",\"defaultServiceExportTo\":[\"*\"],"
"\"defaultVirtualServiceExportTo\":[\"*\"],"
"\"defaultDestinationRuleExportTo\":[\"*\"],"
"\"rootNamespace\":\"istio-system\",\"localityLbSetting\":{\"enabled\":true},"
"\"dnsRefreshRate\":\"60s\",\"enablePrometheusMerge\":true,"
"\"extensionProviders\":[{\"name\":\"prometheus\",\"prometheus\":{}},"
"{\"name\":\"stackdriver\",\"stackdriver\":{}},{\"name\":\"envoy\","
"\"envoyFileAccessLog\":{\"path\":\"/dev/stdout\"}}],"
"\"defaultProviders\":{}}" },
	.line = 1,
	.column = 1,
	.json = true,
};

/* Until 1.21, the address of a tracer. */
static const struct node *default_tracing(struct arena *a)
{
	static const char *const path[] = { "zipkin", "address" };
	const struct node *value = string_field(a, "zipkin.istio-system:9411");

	for (size_t i = ARRAY_SIZE(path); i-- > 0;) {
		struct entry *entry = arena_new(a, struct entry);

		*entry = (struct entry){ string_field(a, path[i]), value };
		value = node_new_map(a, NULL, entry, 1);
	}
	return value;
}

static const struct node *default_proxy(struct arena *a,
					struct release release)
{
	struct entry *entries = arena_array(a, struct entry,
					    N_PROXY_DEFAULTS + 1);
	uint32_t n = N_PROXY_DEFAULTS;

	for (size_t i = 0; i < N_PROXY_DEFAULTS; i++) {
		struct node *value = node_new(a, proxy_defaults[i].kind);

		value->text = proxy_defaults[i].text;
		value->n = (uint32_t)strlen(value->text);
		entries[i].key = string_field(a, proxy_defaults[i].name);
		entries[i].value = value;
	}
	if (!release_has(release, RULE_NO_DEFAULT_TRACER))
		entries[n++] = (struct entry){ string_field(a, "tracing"),
					       default_tracing(a) };
	return node_new_map(a, NULL, entries, n);
}

static const struct node *default_config(struct arena *a,
					 struct release release)
{
	struct source *source = arena_new(a, struct source);
	const struct node *root;
	int rc;

	*source = config_defaults;
	source->text.n = strlen(source->text.p);
	rc = json_scan(a, source, 0, &root, NULL);
	assert(rc == 0);
	(void)rc;
	if (!release_has(release, RULE_INBOUND_PASSTHROUGH))
		root = node_with(a, root, STR("inboundTrafficPolicy"), NULL);
	return node_with(a, root, STR("defaultConfig"),
			 default_proxy(a, release));
}

/* ---- applying ---- */

/* Who receives warnings, and the prefix of errors. */
struct applying {
	struct arena *arena;
	struct release release;
	proto_warn_fn *warn;
	void *ctx;
	const char *prefix;
	struct err *err;
};

static const struct node *apply(const struct applying *in, const char *message,
				const struct node *base,
				const struct node *given)
{
	struct err inner = ERR_INIT;
	const struct node *n = proto_apply(in->arena, proto_message(message),
					   base, given, in->warn, in->ctx,
					   &inner);

	if (!n)
		err_set(in->err, inner.pos, "%s%s", in->prefix, inner.text);
	return n;
}

/* base's entries, replaced by those of `over` with the same key, and the others
 * of `over` after them. */
static const struct node *merge_map(struct arena *a, const struct node *base,
				    const struct node *over)
{
	uint32_t n = 0, more = over ? over->n : 0;
	struct entry *entries;

	if (!more)
		return base;
	entries = arena_array(a, struct entry, base->n + more);
	for (uint32_t i = 0; i < base->n; i++) {
		const struct node *value = node_get(
			over, node_text(base->entries[i].key));

		entries[n] = base->entries[i];
		if (value)
			entries[n].value = value;
		n++;
	}
	for (uint32_t i = 0; i < more; i++)
		if (!node_get(base, node_text(over->entries[i].key)))
			entries[n++] = over->entries[i];
	return node_new_map(a, base, entries, n);
}

/* proxyHeaders: those that correctProxyHeaders() keeps from `base` if `over`
 * does not set them. */
static const struct node *merge_headers(struct arena *a,
					const struct node *base,
					const struct node *over)
{
	static const char *const kept[] = {
		"forwardedClientCert", "requestId", "attemptCount", "server",
		"envoyDebugHeaders",
	};
	const struct node *value;

	for (size_t i = 0; over && i < ARRAY_SIZE(kept); i++) {
		value = node_get(base, str_of(kept[i]));
		if (value && !node_get(over, str_of(kept[i])))
			over = node_with(a, over, str_of(kept[i]), value);
	}
	return over;
}

/* Apply a ProxyConfig to another one; their proxyMetadata is merged, and some
 * of their proxyHeaders. */
static const struct node *apply_proxy(const struct applying *in,
				      const struct node *base,
				      const struct node *given)
{
	static const struct {
		const char *name;
		const struct node *(*merge)(struct arena *a,
					    const struct node *base,
					    const struct node *over);
	} merged[] = {
		{ "proxyMetadata", merge_map },
		{ "proxyHeaders", merge_headers },
	};
	const struct node *proxy = apply(in, PROXY_MESSAGE, base, given);
	struct entry *entries = arena_array(in->arena, struct entry,
					    ARRAY_SIZE(merged));
	uint32_t n = 0;

	for (size_t i = 0; proxy && i < ARRAY_SIZE(merged); i++) {
		str name = str_of(merged[i].name);
		const struct node *old = node_get(base, name);
		const struct node *new = node_get(proxy, name);

		if (!old || new == old)
			continue;
		entries[n].key = string_field(in->arena, merged[i].name);
		entries[n++].value = merged[i].merge(in->arena, old, new);
	}
	if (!n)
		return proxy;
	return proto_overlay(in->arena, proto_message(PROXY_MESSAGE), proxy,
			     node_new_map(in->arena, given, entries, n));
}

/* ---- fields of newer releases ---- */

/* Fields of ProxyConfig that came after 1.20 (istio.io/api
 * mesh/v1alpha1/proxy.proto): an earlier release drops them. */
static const struct {
	const char *path;
	enum release_rule rule;
} newer_fields[] = {
	{ "privateKeyProvider.cryptomb.fallback", RULE_FIELDS_1_21 },
	{ "privateKeyProvider.qat.fallback", RULE_FIELDS_1_21 },
	{ "proxyHeaders.setCurrentClientCertDetails", RULE_FIELDS_1_24 },
	{ "proxyHeaders.preserveHttp1HeaderCase", RULE_FIELDS_1_25 },
	{ "tracing.enableIstioTags", RULE_FIELDS_1_25 },
	{ "proxyHeaders.xForwardedHost", RULE_FIELDS_1_28 },
	{ "proxyHeaders.xForwardedPort", RULE_FIELDS_1_28 },
	{ "statsCompression", RULE_FIELDS_1_29 },
	{ "fileFlushInterval", RULE_FIELDS_1_29 },
	{ "fileFlushMinSizeKb", RULE_FIELDS_1_29 },
	{ "connectionSettings", RULE_FIELDS_1_31 },
};

static void warn_newer(const struct applying *in, const struct node *field,
		       const char *path)
{
	struct buf b = BUF_INIT;

	if (!in->warn)
		return;
	buf_printf(&b, "%s is dropped: Istio 1.%d does not have this field",
		   path, in->release.minor);
	in->warn(in->ctx, node_pos(field), buf_z(&b));
	buf_release(&b);
}

/* The map without the field at that path, which it has. */
static const struct node *without(struct arena *a, const struct node *map,
				  str path)
{
	str key, rest;

	if (!str_cut(path, '.', &key, &rest))
		return node_with(a, map, key, NULL);
	return node_with(a, map, key, without(a, node_get(map, key), rest));
}

static const struct node *drop_newer(const struct applying *in,
				     const struct node *proxy)
{
	for (size_t i = 0; proxy && i < ARRAY_SIZE(newer_fields); i++) {
		const char *path = newer_fields[i].path;
		const struct node *field;

		if (release_has(in->release, newer_fields[i].rule))
			continue;
		field = node_find(proxy, path);
		if (!field)
			continue;
		warn_newer(in, field, path);
		proxy = without(in->arena, proxy, str_of(path));
	}
	return proxy;
}

/* ---- the exceptions ---- */

/* The value of a key in a tree that was read; NULL for null. */
static const struct node *get_set(const struct node *given, const char *key)
{
	const struct node *n = node_get(given, str_of(key));

	return n && n->kind != NODE_NULL ? n : NULL;
}

/* Providers replace those of the same name, the others are appended.  There are
 * few, and the same look-up finds duplicate names. */
static const struct node *merge_providers(struct arena *a,
					  const struct node *base,
					  const struct node *over)
{
	const struct node **items;
	uint32_t n = base->n;

	if (!over || over == base)
		return base;
	items = arena_array(a, const struct node *, base->n + over->n);
	memcpy(items, base->items, base->n * sizeof(*items));
	for (uint32_t i = 0; i < over->n; i++) {
		const struct node *p = node_item(over, i);
		str name = mesh_str(p, "name");
		uint32_t k = 0;

		while (k < n && !str_eq(mesh_str(items[k], "name"), name))
			k++;
		items[k] = p;
		n += k == n;
	}
	return node_new_list(a, over, items, n);
}

static int by_text(const void *x, const void *y)
{
	const struct node *const *a = x, *const *b = y;

	return str_cmp(node_text(*a), node_text(*b));
}

/* A sorted list of texts without duplicates. */
static const struct node *sorted_set(struct arena *a, const struct node *list)
{
	const struct node **items;
	uint32_t n = 0;

	if (!list)
		return node_new_list(a, NULL, NULL, 0);
	items = arena_array(a, const struct node *, list->n);
	memcpy(items, list->items, list->n * sizeof(*items));
	qsort(items, list->n, sizeof(*items), by_text);
	for (uint32_t i = 0; i < list->n; i++)
		if (n == 0 || by_text(&items[n - 1], &items[i]) != 0)
			items[n++] = items[i];
	return node_new_list(a, list, items, n);
}

static void warn_spelling(const struct applying *in, const struct node *given,
			  const char *snake, const char *camel)
{
	int64_t i = node_index(given, str_of(snake));
	struct buf b = BUF_INIT;

	if (i < 0 || !in->warn)
		return;
	buf_printf(&b, "%s is ignored: Istio reads %s only", snake, camel);
	in->warn(in->ctx, node_pos(given->entries[i].key), buf_z(&b));
	buf_release(&b);
}

/*
 * What ApplyMeshConfig does after all fields were replaced: defaultConfig is
 * applied to the defaults' one, and as defaultProviders found by this spelling
 * only; extensionProviders are merged; trustDomainAliases become a sorted set.
 */
static const struct node *mend(const struct applying *in,
			       const struct node *base,
			       const struct node *given,
			       const struct node *config)
{
	static const char *const keys[] = {
		"defaultConfig", "extensionProviders", "defaultProviders",
		"trustDomainAliases",
	};
	struct entry *entries = arena_array(in->arena, struct entry, 4);
	/* its unknown fields were reported already */
	const struct applying quiet = { in->arena, in->release, NULL, NULL,
		"could not parse proxy config: ", in->err };

	for (size_t i = 0; i < 4; i++)
		entries[i].key = string_field(in->arena, keys[i]);
	entries[0].value = apply_proxy(&quiet, node_find(base, keys[0]),
				       get_set(given, keys[0]));
	entries[0].value = drop_newer(in, entries[0].value);
	entries[1].value = merge_providers(in->arena, node_find(base, keys[1]),
					   node_find(config, keys[1]));
	entries[2].value = node_find(get_set(given, keys[2]) ? config : base,
				     keys[2]);
	entries[3].value = sorted_set(in->arena, node_find(config, keys[3]));
	if (!entries[0].value)
		return NULL;
	return proto_overlay(in->arena, proto_message(CONFIG_MESSAGE), config,
			     node_new_map(in->arena, given, entries, 4));
}

/* ValidateMeshConfigProxyConfig: its only warning about what still works. */
static void warn_deprecated(const struct applying *in,
			    const struct node *config)
{
	static const char name[] = "ISTIO_META_DNS_AUTO_ALLOCATE";
	const struct node *metadata = node_find(config, "defaultConfig."
						"proxyMetadata");
	const struct node *at = node_get(metadata, str_of(name));
	struct buf b = BUF_INIT;

	if (!at || !in->warn ||
	    !release_has(in->release, RULE_DNS_AUTO_DEPRECATED))
		return;
	buf_printf(&b, "%s is deprecated; see \"DNS auto allocation V2\" in "
		   "Istio's documentation", name);
	in->warn(in->ctx, node_pos(at), buf_z(&b));
	buf_release(&b);
}

int mesh_read(struct arena *a, struct mesh *out, struct release release,
	      const struct node *given, proto_warn_fn *warn, void *ctx,
	      struct err *e)
{
	const struct applying in = { a, release, warn, ctx,
				     "failed to convert to proto. ", e };
	const struct node *base = default_config(a, release), *config = base;

	if (given && given->kind != NODE_NULL) {
		if (node_check(given, e) < 0)
			return -1;
		config = apply(&in, CONFIG_MESSAGE, base, given);
		if (!config)
			return -1;
		warn_spelling(&in, given, "default_config", "defaultConfig");
		warn_spelling(&in, given, "default_providers",
			      "defaultProviders");
		config = mend(&in, base, given, config);
		if (!config || mesh_check(config, release, e) < 0)
			return -1;
		warn_deprecated(&in, config);
	}
	out->config = config;
	out->proxy = node_get(config, STR("defaultConfig"));
	out->release = release;
	return 0;
}

/* ---- pods ---- */

struct in_annotation {
	const struct node *annotation;
	proto_warn_fn *warn;
	void *ctx;
};

/* Blanks at the start of the first line that has other characters. */
static uint32_t first_indent(str text)
{
	uint32_t n = 0;

	for (size_t i = 0; i < text.n && (text.p[i] == ' ' ||
			    text.p[i] == '\r' || text.p[i] == '\n'); i++)
		n = text.p[i] == ' ' ? n + 1 : 0;
	return n;
}

/* By how much the lines of a literal block are indented. */
static uint32_t block_indent(const struct node *block)
{
	str head, lines;

	str_cut(str_sub(block->source->text, block->start, block->end), '\n',
		&head, &lines);
	return first_indent(lines) - first_indent(node_text(block));
}

/* A place in the annotation's text as a place in the file: in a literal block,
 * whose lines follow its header, that line. */
static void warn_in_annotation(void *ctx, struct pos pos, const char *text)
{
	const struct in_annotation *in = ctx;
	const struct node *n = node_origin(in->annotation);
	struct pos place = node_pos(in->annotation);

	if (n && n->style == STYLE_LITERAL) {
		place.line += pos.line;
		place.column = pos.column + block_indent(n);
	}
	in->warn(in->ctx, place, text);
}

int mesh_of_pod(struct arena *a, struct mesh *out, const struct mesh *mesh,
		const struct node *annotation, proto_warn_fn *warn, void *ctx,
		struct err *e)
{
	struct in_annotation place = { annotation, warn, ctx };
	struct applying in = {
		.arena = a, .release = mesh->release,
		.warn = warn ? warn_in_annotation : NULL,
		.ctx = &place, .prefix = "",
	};
	struct err inner = ERR_INIT;
	struct document doc;
	struct source *source;

	*out = *mesh;
	if (!annotation)
		return 0;
	in.err = &inner;
	source = arena_new(a, struct source);
	*source = (struct source){ .text = node_string(annotation),
				   .line = 1, .column = 1 };
	if (yaml_read_first(a, source, &doc, &inner) < 0 ||
	    node_check(doc.root, &inner) < 0)
		return err_set(e, node_pos(annotation), "could not parse proxy "
			       "config: yaml: line %u: %s", inner.pos.line,
			       inner.text);
	if (doc.root->kind == NODE_NULL)
		return 0;
	out->proxy = drop_newer(&in, apply_proxy(&in, mesh->proxy, doc.root));
	if (!out->proxy)
		return err_set(e, node_pos(annotation),
			       "could not parse proxy config: %s", inner.text);
	out->config = node_with(a, mesh->config, STR("defaultConfig"),
				out->proxy);
	return 0;
}

/* ---- asking ---- */

int64_t mesh_int(const struct node *message, const char *path)
{
	const struct node *n = message ? node_find(message, path) : NULL;
	int64_t i = 0;

	if (n && node_is_scalar(n))
		scalar_int64(n, &i);
	return i;
}

bool mesh_bool(const struct node *message, const char *path)
{
	const struct node *n = message ? node_find(message, path) : NULL;

	return n && n->kind == NODE_BOOL && scalar_bool(n);
}

str mesh_str(const struct node *message, const char *path)
{
	return message ? node_string(node_find(message, path)) : STR_NONE;
}

struct value mesh_config_value(struct arena *a, const struct mesh *mesh)
{
	return proto_view(a, proto_message(CONFIG_MESSAGE), mesh->config);
}

struct value mesh_proxy_value(struct arena *a, const struct mesh *mesh)
{
	return proto_view(a, proto_message(PROXY_MESSAGE), mesh->proxy);
}

const struct node *mesh_proxy_changes(struct arena *a, struct release release,
				      const struct node *proxy)
{
	const struct node *tracing = node_get(proxy, STR("tracing"));

	if (tracing && !release_has(release, RULE_NO_DEFAULT_TRACER) &&
	    node_equal(tracing, default_tracing(a)))
		proxy = node_with(a, proxy, STR("tracing"), NULL);
	for (size_t i = 0; i < N_PROXY_DEFAULTS; i++) {
		str name = str_of(proxy_defaults[i].name);
		const struct node *n = node_get(proxy, name);

		if (n && str_eq(node_text(n), str_of(proxy_defaults[i].text)))
			proxy = node_with(a, proxy, name, NULL);
	}
	return proxy;
}
