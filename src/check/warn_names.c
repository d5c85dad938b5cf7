/*
 * Labels and annotations that look like those of Istio or of injector.
 *
 * The names are those of istio.io/api 1.31 (annotation/annotations.yaml,
 * label/labels.yaml), and those that only Istio's code or its templates ask
 * for.  Below most prefixes Istio reads these and no others, so that any other
 * name is a mistake; below the loose ones others have names of their own, and
 * only one that resembles a known name is reported.
 */
#include "check/warnings.h"

#include "base/array.h"
#include "base/spelling.h"

struct prefix {
	const char *prefix;
	bool loose;
	const char *names;	/* with a space before and behind each */
};

static const struct prefix prefixes[] = {
	{ "sidecar.istio.io", false,
	  " agentLogLevel bootstrapOverride capNetBindService"
	  " componentLogLevel discoveryAddress extraStatTags inject"
	  " interceptionMode logLevel nativeSidecar proxyCPU proxyCPULimit"
	  " proxyImage proxyImageType proxyMemory proxyMemoryLimit"
	  " rewriteAppHTTPProbers statsCompression statsEvictionInterval"
	  " statsFlushInterval statsHistogramBins statsHistogramBuckets"
	  " statsInclusionPrefixes statsInclusionRegexps"
	  " statsInclusionSuffixes status userVolume userVolumeMount " },
	{ "traffic.sidecar.istio.io", false,
	  " excludeInboundPorts excludeInterfaces excludeOutboundIPRanges"
	  " excludeOutboundPorts includeInboundPorts includeOutboundIPRanges"
	  " includeOutboundPorts kubevirtInterfaces " },
	{ "status.sidecar.istio.io", false, " port " },
	{ "readiness.status.sidecar.istio.io", false,
	  " applicationPorts failureThreshold initialDelaySeconds"
	  " periodSeconds " },
	{ "proxy.istio.io", false, " config overrides " },
	{ "inject.istio.io", false, " templates " },
	{ "prometheus.istio.io", false,
	  " merge-metrics scrape-targets secure-port " },
	{ "topology.istio.io", false,
	  " cluster controlPlaneClusters locality network subzone " },
	{ "ambient.istio.io", false,
	  " bypass-inbound-capture dns-capture redirection"
	  " waypoint-inbound-binding " },
	{ "security.istio.io", false, " tlsMode " },
	{ "service.istio.io", false,
	  " canonical-name canonical-revision workload-name " },
	{ "istio.io", true,
	  " autoRegistrationGroup connectedAt dataplane-mode disconnectedAt"
	  " dry-run ingress-use-waypoint reroute-virtual-interfaces rev tag"
	  " use-waypoint use-waypoint-canary use-waypoint-canary-namespace"
	  " use-waypoint-canary-weight use-waypoint-namespace waypoint-for"
	  " workloadController " },
	{ "networking.istio.io", true,
	  " enable-autoallocate-ip exportTo gatewayPort service-type"
	  " traffic-distribution tunnel " },
	{ "traffic.istio.io", true, " nodeSelector " },
	{ "gateway.istio.io", true,
	  " controller-version managed name-override service-account " },
	{ "prometheus.io", true, " path port scheme scrape " },
	{ "injector", true, " inject undo " },
};

#define N_PREFIXES (ARRAY_SIZE(prefixes))

/* Has no prefix; only namespaces have it, but that is what it is for. */
#define INJECTION_LABEL STR("istio-injection")

struct name_guess {
	const struct prefix *prefix;	/* NULL: none */
	str name;
	uint32_t distance;
};

static void guess_name(struct name_guess *guess, const struct prefix *prefix,
		       str name, uint32_t distance)
{
	str known, rest = str_of(prefix->names + 1);

	while (rest.n) {
		uint32_t d;

		str_cut(rest, ' ', &known, &rest);
		d = spelling_distance(name, known);
		if (d == SPELLING_FAR || d + distance >= guess->distance)
			continue;
		*guess = (struct name_guess){ prefix, known, d + distance };
	}
}

/* As far off in all as one long word may be. */
#define GUESS_MAX 4

static struct name_guess guess(str prefix, str name)
{
	struct name_guess best = { NULL, STR_NONE, GUESS_MAX };

	for (size_t i = 0; i < N_PREFIXES; i++) {
		uint32_t d = spelling_distance(prefix,
					       str_of(prefixes[i].prefix));

		if (d != SPELLING_FAR)
			guess_name(&best, &prefixes[i], name, d);
	}
	return best;
}

/* The row of a prefix as it is written, or NULL. */
static const struct prefix *find_prefix(str prefix)
{
	for (size_t i = 0; i < N_PREFIXES; i++)
		if (str_eq(prefix, str_of(prefixes[i].prefix)))
			return &prefixes[i];
	return NULL;
}

static bool knows(const struct prefix *prefix, str name)
{
	str known, rest = str_of(prefix->names + 1);

	while (rest.n) {
		str_cut(rest, ' ', &known, &rest);
		if (str_eq(known, name))
			return true;
	}
	return false;
}

static void warn_unknown(const struct warn *w, const struct node *key,
			 str meant)
{
	struct buf b = BUF_INIT;

	buf_printf(&b, "unknown name %.*s",
		   STR_ARG(node_text(key)));
	if (meant.n)
		buf_printf(&b, "; did you mean %.*s?", STR_ARG(meant));
	warn_emit(w, WARN_ANNOTATION_TYPO, key, &b);
}

static void warn_guess(const struct warn *w, const struct node *key,
		       const struct name_guess *g)
{
	struct buf b = BUF_INIT;

	buf_printf(&b, "%s/%.*s", g->prefix->prefix, STR_ARG(g->name));
	warn_unknown(w, key, buf_str(&b));
	buf_release(&b);
}

static bool warn_bare(const struct warn *w, const struct node *key)
{
	str name = node_text(key);

	if (str_eq(name, INJECTION_LABEL) ||
	    spelling_distance(name, INJECTION_LABEL) == SPELLING_FAR)
		return false;
	warn_unknown(w, key, INJECTION_LABEL);
	return true;
}

/* False where there is nothing wrong with it. */
static bool warn_key(const struct warn *w, const struct node *key)
{
	const struct prefix *known;
	struct name_guess g;
	str prefix, name;

	if (!str_cut(node_text(key), '/', &prefix, &name))
		return warn_bare(w, key);
	known = find_prefix(prefix);
	if (known && knows(known, name))
		return false;
	g = guess(prefix, name);
	if (g.prefix)
		warn_guess(w, key, &g);
	else if (known && !known->loose)
		warn_unknown(w, key, STR_NONE);
	return g.prefix || (known && !known->loose);
}

void warn_names(const struct warn *w, const struct node *names)
{
	if (!names || names->kind != NODE_MAP ||
	    warn_has(w->off, WARN_ANNOTATION_TYPO))
		return;
	for (uint32_t i = 0; i < names->n; i++) {
		const struct node *key = names->entries[i].key;
		str name = node_text(key);
		uint64_t hash = hash64(HASH64, name.p, name.n);
		uint64_t *right = &w->valid_names[hash % WARN_VALID_NAMES];

		if (*right != hash && !warn_key(w, key))
			*right = hash;
	}
}
