/*
 * Values that nothing reads: not Istio's profile, whose tree has all of its
 * values, nor a template.  The names that templates use are known without their
 * paths (tmpl/tmpl.h), so an unused value may be missed, but a used one is
 * never reported.
 */
#include "engine/settings.h"

#include <string.h>

#include "base/array.h"
#include "base/chars.h"
#include "base/spelling.h"

/* Values of Istio's charts beside those of the profile (values_types.proto and
 * the charts' values.yaml).  They are for other parts of Istio than sidecars,
 * but whoever passes a whole file of them has made no mistake. */
static const char *const istio_values[] = {
	"affinity", "ambient", "base", "cni", "compatibilityVersion",
	"defaultRevision", "experimental", "gateway", "gatewayClasses",
	"gateways", "global", "istio_cni", "istiodRemote", "meshConfig",
	"ownerName", "pilot", "platform", "profile", "resourceScope",
	"revision", "revisionTags", "sidecarInjectorWebhook", "telemetry",
	"ztunnel",
};

/* Among them those of earlier releases, and those that Istio itself reads. */
static const char *const istio_globals[] = {
	"arch", "certSigners", "configCluster", "configRootNamespace",
	"configValidation", "defaultConfigVisibilitySettings",
	"defaultNodeSelector", "defaultPodDisruptionBudget",
	"defaultResources", "defaultTolerations", "enableAnalysis",
	"externalIstiod", "hub", "imagePullPolicy", "imagePullSecrets",
	"istiod", "jwtPolicy", "meshNetworks", "multiCluster",
	"namespace", "networkPolicy", "omitSidecarInjectorConfigMap",
	"oneNamespace", "operatorManageWebhooks", "platform",
	"podDNSSearchNamespaces", "priorityClassName", "proxy_init",
	"remotePilotAddress", "resourceScope", "trustBundleName",
	"trustDomain", "waypoint", "tag", "tracer", "useMCP", "variant",
	"ipFamilies", "ipFamilyPolicy", "autoscalingv2API", "agentgateway",
};

/* Fields of global.proxy that have no default, or that no template reads. */
static const char *const istio_proxy[] = {
	"autoInject", "capNetBindService", "enableCoreDump",
	"holdApplicationUntilProxyStarts", "lifecycle", "statusPort", "tracer",
};

static const char *const istio_webhook[] = {
	"alwaysInjectSelector", "defaultTemplates", "enableNamespacesByDefault",
	"injectedAnnotations", "injectionPath", "injectionURL",
	"neverInjectSelector", "reinvocationPolicy", "rewriteAppHTTPProbe",
	"templates",
};

/* What the injection reads of meshConfig in the values of the profile; the
 * rest is for istiod. */
static const char *const mesh_fields[] = {
	"defaultConfig", "defaultProviders", "enablePrometheusMerge",
	"extensionProviders", "inboundTrafficPolicy", "proxyInboundListenPort",
	"proxyListenPort", "trustDomain",
};

static bool is_in(const char *const *names, size_t n, str name)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(str_of(names[i]), name))
			return true;
	return false;
}

static bool is_path(const struct buf *path, const char *want)
{
	return str_eq(buf_str(path), str_of(want));
}

/* Names that the profile's tree does not have, by the path of their map. */
static const struct {
	const char *path;
	const char *const *names;
	size_t n;
} beside[] = {
	{ "", istio_values, ARRAY_SIZE(istio_values) },
	{ "global.", istio_globals, ARRAY_SIZE(istio_globals) },
	{ "global.proxy.", istio_proxy, ARRAY_SIZE(istio_proxy) },
	{ "sidecarInjectorWebhook.", istio_webhook, ARRAY_SIZE(istio_webhook) },
	{ "meshConfig.", mesh_fields, ARRAY_SIZE(mesh_fields) },
};

/* Are the values of the template there: otelCollector of otel-collector? */
static bool is_key_of(str key, const char *template)
{
	size_t n = 0;

	for (const char *c = template; *c; c++) {
		bool capital = c > template && c[-1] == '-' && is_lower(*c);

		if (*c == '-')
			continue;
		if (n == key.n || key.p[n++] != (capital ? *c - 'a' + 'A' : *c))
			return false;
	}
	return n == key.n;
}

/* One file may have the values of all built-in templates. */
static bool is_of_builtin(str name)
{
	const struct injector_builtin *b;

	for (size_t i = 0; (b = injector_builtin(i)); i++)
		if (is_key_of(name, b->name))
			return true;
	return false;
}

static bool is_of_others(const struct buf *path, str name)
{
	if (!path->n && is_of_builtin(name))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(beside); i++)
		if (is_path(path, beside[i].path) &&
		    is_in(beside[i].names, beside[i].n, name))
			return true;
	return false;
}

/* The tree has all names of these maps, but for the table above. */
static bool is_complete(const struct buf *path, str name)
{
	static const char *const whole[] = {
		"global", "sidecarInjectorWebhook",
	};

	return path->n || is_in(whole, ARRAY_SIZE(whole), name);
}

struct search {
	const struct unused_values *in;
	struct buf path;		/* of the map, ending with a dot */
	bool parsed;
	struct tmpl_uses uses;		/* of all templates, once parsed */
};

/* To parse all templates takes longer than the injection of a Pod. */
static const struct tmpl_uses *uses(struct search *s)
{
	if (s->parsed)
		return &s->uses;
	s->parsed = true;
	for (size_t k = 0; k < ARRAY_SIZE(s->in->lists); k++) {
		const struct template_list *list = s->in->lists[k];

		for (uint32_t i = 0; i < list->n && !s->uses.all; i++)
			template_uses(list->at[i], &s->uses);
	}
	tmpl_uses_end(&s->uses);
	return &s->uses;
}

/* The name that may be meant, in the arena of the uses; or NULL. */
static const char *guess(struct search *s, const struct node *known,
			 str name)
{
	const struct name_set *names = &uses(s)->names;
	struct spelling best = SPELLING(name);

	for (uint32_t i = 0; known && i < known->n; i++)
		spelling_try(&best, arena_str(s->in->arena,
				node_text(known->entries[i].key)).p);
	/* among them are texts of any kind, such as separators */
	for (uint32_t i = 0; !known && i < names->n; i++)
		if (names->at[i].n && is_alpha(names->at[i].p[0]) &&
		    (!i || !str_eq(names->at[i], names->at[i - 1])))
			spelling_try(&best, arena_str(s->in->arena,
						  names->at[i]).p);
	return best.found;
}

static void report(struct search *s, const struct node *known,
		   const struct node *key)
{
	str name = node_text(key);
	const char *meant = guess(s, known, name);
	struct buf b = BUF_INIT;

	buf_printf(&b, "value %.*s%.*s has no effect",
		   STR_ARG(buf_str(&s->path)), STR_ARG(name));
	if (!s->path.n && s->in->profile && str_eq(name, STR("values")))
		buf_addz(&b, "; leave out \"values.\", which is only in an "
			     "IstioOperator");
	else if (is_path(&s->path, "meshConfig."))
		buf_addz(&b, " on sidecars");
	else if (meant)
		buf_printf(&b, "; did you mean %.*s%s?",
			   STR_ARG(buf_str(&s->path)), meant);
	s->in->warn(s->in->ctx, node_pos(key), buf_z(&b));
	buf_release(&b);
}

static void search_map(struct search *s, const struct node *given,
		       const struct node *known);

static void search_below(struct search *s, const struct entry *e,
			 const struct node *known)
{
	size_t n = s->path.n;

	buf_printf(&s->path, "%.*s.", STR_ARG(node_text(e->key)));
	search_map(s, e->value, known);
	s->path.n = n;
}

/* `known` is the map of the profile at this path, or NULL. */
static void search_entry(struct search *s, const struct entry *e,
			 const struct node *known)
{
	str name = node_text(e->key);
	const struct node *below = node_get(known, name);
	bool map = e->value->kind == NODE_MAP;

	if (below) {
		if (map && below->kind == NODE_MAP && below->n &&
		    is_complete(&s->path, name))
			search_below(s, e, below);
	} else if (s->in->profile && !s->path.n &&
		   str_eq(name, STR("meshConfig"))) {
		if (map)
			search_below(s, e, NULL);
	} else if (uses(s)->all) {
		return;
	} else if (tmpl_uses_name(uses(s), name)) {
		if (map && !tmpl_uses_whole(uses(s), name))
			search_below(s, e, NULL);
	} else if (!is_of_others(&s->path, name)) {
		report(s, known, e->key);
	}
}

static void search_map(struct search *s, const struct node *given,
		       const struct node *known)
{
	for (uint32_t i = 0; i < given->n; i++)
		search_entry(s, &given->entries[i], known);
}

void unused_values_find(const struct unused_values *in,
			const struct node *given)
{
	struct search s = { .in = in, .uses = { .arena = in->arena } };

	if (given && given->kind == NODE_MAP)
		search_map(&s, given, in->profile);
	buf_release(&s.path);
}
