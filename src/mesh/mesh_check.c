/*
 * What Istio rejects in a valid MeshConfig, with its messages
 * (pkg/config/validation/agent/validation.go: ValidateMeshConfig).  Istio
 * collects all errors; this stops at the first, at whose position it is
 * reported.  What Istio only logs (extension providers, unknown curves) is
 * accepted.
 */
#include "mesh/mesh.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/chars.h"
#include "go/gotime.h"
#include "go/net.h"

#define MILLISECOND 1000000
#define SECOND (1000 * (int64_t)MILLISECOND)

/* How a rule reports an error: at a node (or its parent if it is absent), after
 * the callers' prefix. */
struct fault {
	struct err *err;
	const struct node *at;
	const char *prefix;
};

static int fault(const struct fault *f, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static int fault(const struct fault *f, const char *fmt, ...)
{
	char text[400];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return err_set(f->err, node_pos(f->at), "%s%s", f->prefix, text);
}

static struct fault fault_at(struct err *e, const struct node *parent,
			     const struct node *n, const char *prefix)
{
	return (struct fault){ e, n ? n : parent, prefix };
}

/* ---- names and addresses ---- */

static bool is_label(str s)
{
	if (!s.n || s.n > 63 || s.p[0] == '-' || s.p[s.n - 1] == '-')
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!is_alnum(s.p[i]) && s.p[i] != '-')
			return false;
	return true;
}

/* A label, `*`, or `*` or `*-` before a label. */
static bool is_wildcard_label(str s)
{
	if (s.n && s.p[0] == '*') {
		s = str_sub(s, 1, s.n);
		if (!s.n)
			return true;
		if (s.p[0] == '-')
			s = str_sub(s, 1, s.n);
	}
	return is_label(s);
}

/* strconv.Atoi, for numbers that fit. */
static bool is_number(str s, int64_t *out)
{
	size_t i = s.n && (s.p[0] == '-' || s.p[0] == '+');

	*out = 0;
	if (i == s.n || s.n - i > 18)
		return false;
	for (; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		*out = *out * 10 + (s.p[i] - '0');
	}
	if (s.p[0] == '-')
		*out = -*out;
	return true;
}

/* Labels with dots between them: 0, or -1 with the error.  A last one may be
 * empty ("istio.io."). */
static int check_labels(const struct fault *f, str domain)
{
	str label, rest = domain, top = domain;
	int64_t number;
	bool more;

	while (str_cut(top, '.', &label, &rest))
		top = rest;
	if (is_number(top, &number))
		return fault(f, "domain name \"%.*s\" invalid (top level "
			     "domain \"%.*s\" cannot be all-numeric)",
			     STR_ARG(domain), STR_ARG(top));
	rest = domain;
	do {
		more = str_cut(rest, '.', &label, &rest);
		if (!more && !label.n)
			return 0;
		if (!is_label(label))
			return fault(f, "domain name \"%.*s\" invalid (label "
				     "\"%.*s\" invalid)", STR_ARG(domain),
				     STR_ARG(label));
	} while (more);
	return 0;
}

static int check_length(const struct fault *f, str domain)
{
	if (domain.n > 255)
		return fault(f, "domain name \"%.*s\" too long (max 255)",
			     STR_ARG(domain));
	if (!domain.n)
		return fault(f, "empty domain name not allowed");
	return 0;
}

static bool is_host(str s)
{
	const struct fault quiet = { .prefix = "" };
	struct buf why = BUF_INIT;
	bool is_4, is_ip;

	if (check_length(&quiet, s) == 0 && check_labels(&quiet, s) == 0)
		return true;
	is_ip = ip_check(s, &is_4, &why) == 0;
	buf_release(&why);
	return is_ip;
}

static int check_port(const struct fault *f, int64_t port)
{
	if (port >= 1 && port <= 65535)
		return 0;
	return fault(f, "port number %lld must be in the range 1..65535",
		     (long long)port);
}

/* net.SplitHostPort: NULL, or what is wrong. */
static const char *split_address(str s, str *host, str *port)
{
	size_t i = s.n, close;

	while (i > 0 && s.p[i - 1] != ':')
		i--;
	if (i == 0)
		return "missing port in address";
	*port = str_sub(s, i, s.n);
	*host = str_sub(s, 0, i - 1);
	if (s.p[0] == '[') {
		close = str_find(s, 0, ']');
		if (close == s.n)
			return "missing ']' in address";
		if (close + 1 == s.n)
			return "missing port in address";
		if (close + 2 != i)
			return s.p[close + 1] == ':' ?
			       "too many colons in address" :
			       "missing port in address";
		*host = str_sub(s, 1, close);
		if (str_find(*host, 0, '[') < host->n)
			return "unexpected '[' in address";
	} else if (str_find(*host, 0, ':') < host->n) {
		return "too many colons in address";
	} else if (str_find(s, 0, '[') < s.n) {
		return "unexpected '[' in address";
	} else if (str_find(s, 0, ']') < s.n) {
		return "unexpected ']' in address";
	}
	return NULL;
}

static int check_address(const struct fault *f, str s)
{
	const char *why;
	str host, port;
	int64_t number;

	why = split_address(s, &host, &port);
	if (why)
		return fault(f, "unable to split \"%.*s\": address %.*s: %s",
			     STR_ARG(s), STR_ARG(s), why);
	if (!is_number(port, &number))
		return fault(f, "port (%.*s) is not a number: strconv.Atoi: "
			     "parsing \"%.*s\": invalid syntax", STR_ARG(port),
			     STR_ARG(port));
	if (check_port(f, number) < 0)
		return -1;
	if (!is_host(host))
		return fault(f, "\"%.*s\" is not a valid hostname or an IP "
			     "address", STR_ARG(host));
	return 0;
}

/* An address, whose host may be $(HOST_IP). */
static int check_host_ip(const struct fault *f, str s)
{
	static const char mark[] = "$(HOST_IP)";
	struct buf b = BUF_INIT;
	const char *at = s.n ? memmem(s.p, s.n, mark, strlen(mark)) : NULL;
	int rc;

	if (!at)
		return check_address(f, s);
	buf_add(&b, s.p, (size_t)(at - s.p));
	buf_addz(&b, "127.0.0.1");
	buf_adds(&b, str_sub(s, (size_t)(at - s.p) + strlen(mark), s.n));
	rc = check_address(f, buf_str(&b));
	buf_release(&b);
	return rc;
}

/* ---- durations ---- */

static int64_t duration_of(const struct node *n)
{
	int64_t seconds;
	int32_t nanos;

	proto_duration(n, &seconds, &nanos);
	return seconds * SECOND + nanos;
}

static int check_duration(const struct fault *f, int64_t d)
{
	if (d < MILLISECOND)
		return fault(f, "duration must be greater than 1ms");
	if (d % MILLISECOND != 0)
		return fault(f, "only durations to ms precision are "
			     "supported");
	return 0;
}

static int check_connect_timeout(const struct node *config, struct err *e)
{
	const struct node *n = node_find(config, "connectTimeout");
	const struct fault f = fault_at(e, config, n,
					"invalid connect timeout: ");
	int64_t d = duration_of(n);
	struct buf b = BUF_INIT;

	if (check_duration(&f, d) < 0)
		return -1;
	if (d <= 3600 * SECOND)
		return 0;
	duration_text(&b, d);
	fault(&f, "time %s must be >1ms and <1h0m0s", buf_z(&b));
	buf_release(&b);
	return -1;
}

static int check_detection_timeout(const struct node *config, struct err *e)
{
	const struct node *n = node_find(config, "protocolDetectionTimeout");
	const struct fault f = fault_at(e, config, n, "invalid protocol "
					"detection timeout: ");

	if (duration_of(n) % MILLISECOND == 0)
		return 0;
	return fault(&f, "only durations to ms precision are supported");
}

static int check_drain(const struct node *proxy, struct err *e)
{
	const struct node *n = node_find(proxy, "drainDuration");
	struct fault f = fault_at(e, proxy, n, "invalid drain duration: ");
	int64_t d = duration_of(n);

	if (check_duration(&f, d) < 0)
		return -1;
	f.prefix = "";
	if (d % SECOND != 0)
		return fault(&f, "drain time only supports durations to "
			     "seconds precision");
	return 0;
}

/* ---- the proxy ---- */

/* Texts that must not be empty. */
static int check_required(const struct node *proxy, struct err *e)
{
	const struct node *cluster = node_find(proxy, "serviceCluster");
	const struct fault f = { e, proxy, "" };

	if (!mesh_str(proxy, "configPath").n)
		return fault(&f, "config path must be set");
	if (!mesh_str(proxy, "binaryPath").n)
		return fault(&f, "binary path must be set");
	if (cluster && !node_string(cluster).n)
		return fault(&f, "service cluster must be specified");
	if (!cluster && !node_find(proxy, "tracingServiceName"))
		return fault(&f, "oneof service cluster or tracing service "
			     "name must be specified");
	return 0;
}

static int check_discovery(const struct node *proxy, struct err *e)
{
	const struct node *n = node_find(proxy, "discoveryAddress");
	struct fault f = fault_at(e, proxy, n, "");

	if (!n)
		return fault(&f, "discovery address must be set to the proxy "
			     "discovery service");
	f.prefix = "invalid discovery address: ";
	return check_address(&f, node_string(n));
}

static int check_tls(const struct node *tls, struct err *e)
{
	const struct fault f = { e, tls, "invalid tracing TLS config: " };
	str mode = mesh_str(tls, "mode"), name = mesh_str(tls,
							  "credentialName");
	bool simple = str_eq(mode, STR("SIMPLE"));
	bool mutual = str_eq(mode, STR("MUTUAL"));
	bool ca = mesh_str(tls, "caCertificates").n > 0;
	bool names = node_find(tls, "subjectAltNames");
	bool pair = mesh_str(tls, "clientCertificate").n ||
		    mesh_str(tls, "privateKey").n ||
		    mesh_str(tls, "caCrl").n;

	/* it must be in the namespace of the config, which is none */
	if (str_starts(name, STR("configmap://")))
		return fault(&f, "invalid configmap:// credentialName: "
			     "namespace must match the configuration "
			     "namespace \"\"");
	if (mesh_bool(tls, "insecureSkipVerify") && simple &&
	    (ca || name.n || names))
		return fault(&f, "cannot specify CaCertificates or "
			     "CredentialName or SubjectAltNames when "
			     "InsecureSkipVerify is set true");
	if (mesh_bool(tls, "insecureSkipVerify") && mutual && (ca || names))
		return fault(&f, "cannot specify CaCertificates or "
			     "SubjectAltNames when InsecureSkipVerify is set "
			     "true");
	if ((simple || mutual) && name.n)
		return !ca && !pair ? 0 :
		       fault(&f, "cannot specify client certificates or CA "
			     "certificate or CA CRL If credentialName is set");
	if (mutual && !mesh_str(tls, "clientCertificate").n)
		return fault(&f, "client certificate required for mutual tls");
	if (mutual && !mesh_str(tls, "privateKey").n)
		return fault(&f, "private key required for mutual tls");
	return 0;
}

static int check_lightstep(const struct node *n, struct err *e)
{
	struct fault f = { e, n, "invalid lightstep config: " };

	if (!mesh_str(n, "address").n)
		return fault(&f, "address is required");
	f.prefix = "invalid lightstep config: invalid lightstep address: ";
	if (check_address(&f, mesh_str(n, "address")) < 0)
		return -1;
	f.prefix = "invalid lightstep config: ";
	if (!mesh_str(n, "accessToken").n)
		return fault(&f, "access token is required");
	return 0;
}

static int check_tracing(const struct node *proxy, struct err *e)
{
	const struct node *tracing = node_find(proxy, "tracing");
	const struct node *lightstep = node_get(tracing, STR("lightstep"));
	const struct node *zipkin = node_get(tracing, STR("zipkin"));
	const struct node *datadog = node_get(tracing, STR("datadog"));
	const struct node *tls = node_get(tracing, STR("tlsSettings"));
	const struct fault at_zipkin = { e, zipkin, "invalid zipkin config: " };
	const struct fault at_datadog = { e, datadog,
					  "invalid datadog config: " };

	if (lightstep && check_lightstep(lightstep, e) < 0)
		return -1;
	if (zipkin &&
	    check_host_ip(&at_zipkin, mesh_str(zipkin, "address")) < 0)
		return -1;
	if (datadog &&
	    check_host_ip(&at_datadog, mesh_str(datadog, "address")) < 0)
		return -1;
	return tls ? check_tls(tls, e) : 0;
}

/* Optional addresses. */
static int check_services(const struct node *proxy, struct err *e)
{
	static const struct {
		const char *path, *what;
	} services[] = {
		{ "statsdUdpAddress", "statsd udp" },
		{ "envoyMetricsServiceAddress", "envoy metrics service" },
		{ "envoyMetricsService.address", "envoy metrics service" },
		{ "envoyAccessLogService.address",
		  "envoy access log service" },
	};
	char prefix[200];

	for (size_t i = 0; i < ARRAY_SIZE(services); i++) {
		const struct node *n = node_find(proxy, services[i].path);
		const struct fault f = { e, n, prefix };

		if (!node_string(n).n)
			continue;
		snprintf(prefix, sizeof(prefix), "invalid %s address "
			 "\"%.*s\": ", services[i].what,
			 STR_ARG(node_string(n)));
		if (check_address(&f, node_string(n)) < 0)
			return -1;
	}
	return 0;
}

static int check_port_field(const struct node *m, const char *name,
			    const char *prefix, struct err *e)
{
	const struct fault f = fault_at(e, m, node_find(m, name), prefix);

	return check_port(&f, mesh_int(m, name));
}

static int check_policy(const struct node *proxy, struct err *e)
{
	const struct node *n = node_find(proxy, "controlPlaneAuthPolicy");
	const struct fault f = { e, n, "invalid authentication policy: " };

	if (!n || str_eq(node_text(n), STR("MUTUAL_TLS")))
		return 0;
	return fault(&f, "unrecognized control plane auth policy \"%.*s\"",
		     STR_ARG(node_text(n)));
}

static int check_key_provider(const struct node *proxy, struct err *e)
{
	static const char *const names[] = { "cryptomb", "qat" };
	const struct node *provider = node_find(proxy, "privateKeyProvider");
	const struct fault f = { e, provider, "invalid private key provider "
				 "configuration: " };

	if (!provider)
		return 0;
	for (size_t i = 0; i < 2; i++) {
		const struct node *n = node_find(provider, names[i]);
		const struct node *delay = node_get(n, STR("pollDelay"));

		if (n && !delay)
			return fault(&f, "pollDelay is required");
		if (n)
			return duration_of(delay) ? 0 :
			       fault(&f, "pollDelay must be non zero");
	}
	return fault(&f, "private key provider configuration is required");
}

/* The least value of fields that need one, if they are set. */
struct least {
	const char *field, *name;
	int64_t value;
	bool duration;		/* the value is one */
};

static int check_least(const struct node *m, const struct least *least,
		       size_t n, const char *prefix, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		const struct node *field = node_find(m, least[i].field);
		const struct fault f = { e, field, prefix };
		int64_t value = least[i].duration ? duration_of(field) :
						    mesh_int(m, least[i].field);

		if (!field || value >= least[i].value)
			continue;
		if (least[i].value > 1)
			return fault(&f, "%s must be at least %lld",
				     least[i].name, (long long)least[i].value);
		return fault(&f, "%s must be %s", least[i].name,
			     least[i].value ? "positive" : "non-negative");
	}
	return 0;
}

static int check_connections(const struct node *proxy, struct err *e)
{
	static const char prefix[] = "invalid connection settings: ";
	static const struct least least[] = {
		{ "listenerPerConnectionBufferLimitBytes",
		  "listener_per_connection_buffer_limit_bytes", 0, false },
		{ "clusterPerConnectionBufferLimitBytes",
		  "cluster_per_connection_buffer_limit_bytes", 0, false },
		{ "httpIdleTimeout", "http_idle_timeout", 0, true },
		{ "httpMaxConnectionDuration",
		  "http_max_connection_duration", 0, true },
		{ "httpDrainTimeout", "http_drain_timeout", 0, true },
		{ "httpRequestTimeout", "http_request_timeout", 0, true },
		{ "httpRequestHeadersTimeout",
		  "http_request_headers_timeout", 0, true },
		{ "httpStreamIdleTimeout",
		  "http_stream_idle_timeout", 0, true },
		{ "httpMaxStreamDuration",
		  "http_max_stream_duration", 0, true },
		{ "httpMaxConcurrentStreams",
		  "http_max_concurrent_streams", 1, false },
		{ "http2InitialStreamWindowSize",
		  "http2_initial_stream_window_size", 65535, false },
		{ "http2InitialConnectionWindowSize",
		  "http2_initial_connection_window_size", 65535, false },
		{ "listenerConnectionLimit",
		  "listener_connection_limit", 1, false },
		{ "globalDownstreamConnectionLimit",
		  "global_downstream_connection_limit", 1, false },
	};
	const struct node *m = node_find(proxy, "connectionSettings");

	return check_least(m, least, ARRAY_SIZE(least), prefix, e);
}

int mesh_check_proxy(const struct node *proxy, struct err *e)
{
	if (check_required(proxy, e) < 0 || check_drain(proxy, e) < 0 ||
	    check_discovery(proxy, e) < 0 || check_tracing(proxy, e) < 0 ||
	    check_services(proxy, e) < 0 ||
	    check_port_field(proxy, "proxyAdminPort",
			     "invalid proxy admin port: ", e) < 0 ||
	    check_policy(proxy, e) < 0 ||
	    check_port_field(proxy, "statusPort", "invalid status port: ",
			     e) < 0)
		return -1;
	if (check_key_provider(proxy, e) < 0)
		return -1;
	return check_connections(proxy, e);
}

/* ---- localities: ValidateLocalityLbSetting ---- */

/* region/zone/subzone; a part that is missing matches any.  The localities of
 * one list must not overlap. */
struct locality {
	str text, part[3];
	uint32_t n;		/* parts */
	const struct node *at;
};

static int locality_error(struct err *e, const struct node *at,
			  const char *before, str text, const char *behind)
{
	return err_set(e, node_pos(at), "%s%.*s%s", before, STR_ARG(text),
		       behind);
}

static int split(struct locality *l, const struct node *at, str text,
		 struct err *e)
{
	size_t star = str_find(text, 0, '*');
	str rest = text;
	bool more;

	if (star + 1 < text.n)
		return locality_error(
			e, at, "locality ", text,
			" wildcard '*' number "
			"can not exceed 1 and must be in the end");
	*l = (struct locality){ .text = text, .at = at };
	do {
		if (l->n == 2) {
			l->part[l->n++] = rest;
			break;
		}
		more = str_cut(rest, '/', &l->part[l->n++], &rest);
	} while (more);
	for (uint32_t i = 0; i < l->n; i++)
		if (!l->part[i].n)
			return locality_error(
				e, at, "locality ", text,
				" must not "
				"contain empty region/zone/subzone info");
	return 0;
}

static bool is_star(str s)
{
	return str_eq(s, STR("*"));
}

static bool overlaps(const struct locality *before, const struct locality *l)
{
	if (is_star(before->part[0]))
		return true;
	if (!str_eq(before->part[0], l->part[0]))
		return false;
	if (l->n == 1 || before->n == 1 || is_star(before->part[1]))
		return true;
	if (!str_eq(before->part[1], l->part[1]))
		return false;
	if (l->n == 2 || before->n == 2 || is_star(before->part[2]))
		return true;
	return str_eq(before->part[2], l->part[2]);
}

/* Lists are short: every pair is compared. */
static int check_overlaps(const struct locality *list, uint32_t n,
			  struct err *e)
{
	for (uint32_t i = 1; i < n; i++)
		for (uint32_t k = 0; k < i; k++)
			if (overlaps(&list[k], &list[i]))
				return locality_error(
					e, list[i].at, "locality ",
					list[i].text,
					" overlap with "
					"previous specified ones");
	return 0;
}

static int check_destinations(const struct node *item, struct err *e)
{
	const struct node *to = node_find(item, "to");
	uint32_t n = to ? to->n : 0;
	struct locality *list = mem_alloc_array(n, sizeof(*list));
	uint64_t total = 0;
	int rc = 0;

	for (uint32_t i = 0; i < n && rc == 0; i++) {
		int64_t weight = mesh_int(to->entries[i].value, "");

		total += (uint64_t)weight;
		if (weight < 1 || weight > 100)
			rc = err_set(e, node_pos(to->entries[i].value),
				     "locality weight must be in range "
				     "[1, 100]");
	}
	if (rc == 0 && total != 100)
		rc = err_set(e, node_pos(to ? to : item), "total locality "
			     "weight %llu != 100", (unsigned long long)total);
	for (uint32_t i = 0; i < n && rc == 0; i++)
		rc = split(&list[i], to->entries[i].key,
			   node_text(to->entries[i].key), e);
	if (rc == 0)
		rc = check_overlaps(list, n, e);
	mem_free(list);
	return rc;
}

static int check_distribute(const struct node *items, struct err *e)
{
	uint32_t n = items ? items->n : 0;
	struct locality *list = mem_alloc_array(n, sizeof(*list));
	int rc = 0;

	for (uint32_t i = 0; i < n && rc == 0; i++)
		rc = check_destinations(node_item(items, i), e);
	for (uint32_t i = 0; i < n && rc == 0; i++)
		rc = split(&list[i], node_item(items, i),
			   mesh_str(node_item(items, i), "from"), e);
	if (rc == 0)
		rc = check_overlaps(list, n, e);
	mem_free(list);
	return rc;
}

/* `what` is the setting that the messages name, `region` why there is only
 * that. */
static int check_failover(const struct node *items, const char *what,
			  const char *region, struct err *e)
{
	for (uint32_t i = 0; items && i < items->n; i++) {
		const struct node *item = node_item(items, i);
		str from = mesh_str(item, "from"), to = mesh_str(item, "to");
		const struct fault f = { e, item, what };

		if (str_eq(from, to))
			return fault(&f, " lb failover settings must specify "
				     "different regions");
		if (str_find(from, 0, '/') < from.n ||
		    str_find(to, 0, '/') < to.n)
			return fault(&f, " lb failover only %s", region);
		if (str_find(from, 0, '*') < from.n ||
		    str_find(to, 0, '*') < to.n)
			return fault(&f, " lb failover region should not "
				     "contain '*' wildcard");
	}
	return 0;
}

/* Topology labels that failover covers already: `before` and `behind` are the
 * message around the label. */
static int check_priority(const struct node *items, const char *before,
			  const char *behind, struct err *e)
{
	static const char *const topology[] = {
		"topology.kubernetes.io/region", "topology.kubernetes.io/zone",
		"topology.istio.io/subzone",
	};

	for (uint32_t i = 0; items && i < items->n; i++)
		for (size_t k = 0; k < 3; k++)
			if (str_eq(node_string(node_item(items, i)),
				   str_of(topology[k])))
				return locality_error(
					e, node_item(items, i), before,
					str_of(topology[k]), behind);
	return 0;
}

static int check_localities(const struct node *setting, struct err *e)
{
	const struct node *distribute = node_get(setting, STR("distribute"));
	const struct node *failover = node_get(setting, STR("failover"));

	if (distribute && failover)
		return err_set(e, node_pos(setting), "can not simultaneously "
			       "specify 'distribute' and 'failover'");
	if (failover &&
	    check_priority(node_get(setting, STR("failoverPriority")),
			   "can not simultaneously set 'failover' and "
			   "topology label '", "' in 'failover_priority'",
			   e) < 0)
		return -1;
	if (check_distribute(distribute, e) < 0)
		return -1;
	return check_failover(failover, "locality", "specify region", e);
}

/* ValidateZoneAwareLbSetting */
static int check_zones(const struct node *setting, struct err *e)
{
	if (check_priority(node_get(setting, STR("failoverPriority")),
			   "'failover_priority' for zone aware lb must not "
			   "use topology label '", "'; region- and zone-level "
			   "routing are handled automatically", e) < 0)
		return -1;
	return check_failover(node_get(setting, STR("failover")), "zone aware",
			      "specifies region; zone and subzone failover "
			      "are handled automatically", e);
}

/* ---- connections to other workloads, and from them ---- */

/* Durations that, if they are set, are at least a millisecond. */
static int check_times(const struct node *m, const char *const fields[],
		       size_t n, const char *prefix, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		const struct node *field = node_find(m, fields[i]);
		const struct fault f = { e, field, prefix };

		if (field && check_duration(&f, duration_of(field)) < 0)
			return -1;
	}
	return 0;
}

static int check_http(const struct node *http, struct err *e)
{
	static const struct least least[] = {
		{ "http1MaxPendingRequests", "http1 max pending requests",
		  0, false },
		{ "http2MaxRequests", "http2 max requests", 0, false },
		{ "maxRequestsPerConnection", "max requests per connection",
		  0, false },
		{ "maxRetries", "max retries", 0, false },
		{ "maxConcurrentStreams", "max concurrent streams", 0, false },
	};
	static const char *const times[] = { "idleTimeout" };

	if (check_least(http, least, ARRAY_SIZE(least), "", e) < 0 ||
	    check_times(http, times, 1, "", e) < 0)
		return -1;
	if (str_eq(mesh_str(http, "h2UpgradePolicy"), STR("UPGRADE")) &&
	    mesh_bool(http, "useClientProtocol"))
		return err_set(e, node_pos(http), "use client protocol must "
			       "not be true when H2UpgradePolicy is UPGRADE");
	return 0;
}

static int check_tcp(const struct node *tcp, struct err *e)
{
	static const struct least least[] = {
		{ "maxConnections", "max connections", 0, false },
	};
	static const char *const times[] = {
		"connectTimeout", "maxConnectionDuration",
		"tcpKeepalive.time", "tcpKeepalive.interval",
	};
	static const char *const idle[] = { "idleTimeout" };
	int64_t d = duration_of(node_find(tcp, idle[0]));

	if (check_least(tcp, least, ARRAY_SIZE(least), "", e) < 0 ||
	    check_times(tcp, times, ARRAY_SIZE(times), "", e) < 0)
		return -1;
	/* less than a millisecond switches it off */
	return d / MILLISECOND ? check_times(tcp, idle, 1, "", e) : 0;
}

static int check_percent(const struct node *m, const char *field,
			 struct err *e)
{
	int64_t n = mesh_int(m, field);

	if (n >= 0 && n <= 100)
		return 0;
	return err_set(e, node_pos(node_find(m, field)), "percentage %lld is "
		       "not in range 0..100", (long long)n);
}

static int check_outliers(const struct node *m, struct err *e)
{
	static const char *const times[] = { "baseEjectionTime", "interval" };

	if (check_times(m, times, ARRAY_SIZE(times), "", e) < 0)
		return -1;
	if (!mesh_bool(m, "splitExternalLocalOriginErrors") &&
	    mesh_int(m, "consecutiveLocalOriginFailures") > 0)
		return err_set(e, node_pos(m), "outlier detection consecutive "
			       "local origin failures is specified, but split "
			       "external local origin errors is set to false");
	if (check_percent(m, "maxEjectionPercent", e) < 0)
		return -1;
	return check_percent(m, "minHealthPercent", e);
}

static int check_traffic(const struct node *policy, struct err *e)
{
	const struct node *pool = node_find(policy, "connectionPool");
	const struct node *http = node_find(pool, "http");
	const struct node *tcp = node_find(pool, "tcp");

	if (pool && !http && !tcp)
		return err_set(e, node_pos(pool), "connection pool must have "
			       "at least one field");
	if (check_http(http, e) < 0 || check_tcp(tcp, e) < 0)
		return -1;
	return check_outliers(node_find(policy, "outlierDetection"), e);
}

/* Has Go's net/http a text for this status? */
static bool is_http_status(int64_t n)
{
	static const struct {
		int first, last;
	} ranges[] = {
		{ 100, 103 }, { 200, 208 }, { 226, 226 }, { 300, 305 },
		{ 307, 308 }, { 400, 418 }, { 421, 426 }, { 428, 429 },
		{ 431, 431 }, { 451, 451 }, { 500, 508 }, { 510, 511 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(ranges); i++)
		if (n >= ranges[i].first && n <= ranges[i].last)
			return true;
	return false;
}

/* A status, or a name that Envoy knows. */
static bool is_retry_on(str name)
{
	static const char *const names[] = {
		"5xx", "gateway-error", "reset", "reset-before-request",
		"connect-failure", "retriable-4xx", "refused-stream",
		"retriable-status-codes", "retriable-headers",
		"envoy-ratelimited", "http3-post-connect-failure",
		"cancelled", "deadline-exceeded", "internal",
		"resource-exhausted", "unavailable",
	};
	int64_t status;

	if (is_number(name, &status) && is_http_status(status))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (str_eq(name, str_of(names[i])))
			return true;
	return false;
}

static int check_retries(const struct node *m, struct err *e)
{
	static const char *const times[] = { "perTryTimeout", "backoff" };
	const struct fault f = { e, m, "invalid default inbound http retry "
				 "policy: " };
	int64_t attempts = mesh_int(m, "attempts");
	str on = mesh_str(m, "retryOn"), name, rest;
	bool more = on.n > 0;

	if (attempts < 0)
		return fault(&f, "attempts cannot be negative");
	if (attempts == 0 && (on.n || node_find(m, "perTryTimeout") ||
			      node_find(m, "retryRemoteLocalities")))
		return fault(&f, "http retry policy configured when attempts "
			     "are set to 0 (disabled)");
	for (rest = on; more;) {
		more = str_cut(rest, ',', &name, &rest);
		if (!is_retry_on(name))
			return fault(&f, "\"%.*s\" is not a valid retryOn "
				     "policy", STR_ARG(name));
	}
	if (check_times(m, times, ARRAY_SIZE(times), f.prefix, e) < 0)
		return -1;
	if (attempts == 0 && node_find(m, "backoff"))
		return fault(&f, "backoff configured when attempts are set to "
			     "0 (disabled)");
	return 0;
}

/* ---- the rest ---- */

static int check_services_hosts(const struct node *config, struct err *e)
{
	const struct node *list = node_find(config, "serviceSettings");
	char prefix[400];

	for (uint32_t i = 0; list && i < list->n; i++) {
		const struct node *hosts = node_find(node_item(list, i),
						     "hosts");

		for (uint32_t k = 0; hosts && k < hosts->n; k++) {
			str host = node_string(node_item(hosts, k)), label;
			str rest = STR_NONE;
			const struct fault f = { e, node_item(hosts, k),
						 prefix };

			snprintf(prefix, sizeof(prefix), "serviceSettings[%u]"
				 ", host `%.*s`: ", i, STR_ARG(host));
			if (check_length(&f, host) < 0)
				return -1;
			str_cut(host, '.', &label, &rest);
			if (!is_wildcard_label(label))
				return fault(&f, "domain name \"%.*s\" "
					     "invalid (label \"%.*s\" "
					     "invalid)", STR_ARG(host),
					     STR_ARG(label));
			if (label.n < host.n && check_labels(&f, rest) < 0)
				return -1;
		}
	}
	return 0;
}

static int check_trust_domain(const struct fault *f, str domain)
{
	str label, rest = domain;
	bool more;

	if (!domain.n)
		return fault(f, "empty domain name not allowed");
	do {
		more = str_cut(rest, '.', &label, &rest);
		if (!more && !label.n)
			return 0;
		if (!is_label(label))
			return fault(f, "trust domain name \"%.*s\" invalid",
				     STR_ARG(domain));
	} while (more);
	return 0;
}

static int check_trust(const struct node *config, struct err *e)
{
	const struct node *n = node_find(config, "trustDomain");
	const struct node *list = node_find(config, "trustDomainAliases");
	struct fault f = fault_at(e, config, n, "trustDomain: ");
	char prefix[400];

	if (check_trust_domain(&f, node_string(n)) < 0)
		return -1;
	for (uint32_t i = 0; list && i < list->n; i++) {
		str alias = node_string(node_item(list, i));

		snprintf(prefix, sizeof(prefix), "trustDomainAliases[%u], "
			 "domain `%.*s` : ", i, STR_ARG(alias));
		f.at = node_item(list, i);
		f.prefix = prefix;
		if (check_trust_domain(&f, alias) < 0)
			return -1;
	}
	return 0;
}

/* Settings that came with 1.31; a release without them ignores them. */
static int check_newer(const struct node *config, struct err *e)
{
	if (check_zones(node_find(config, "zoneAwareLbSetting"), e) < 0 ||
	    check_traffic(node_find(config, "defaultTrafficPolicy"), e) < 0)
		return -1;
	return check_retries(node_find(config, "defaultInboundHttpRetryPolicy"),
			     e);
}

int mesh_check(const struct node *config, struct release release,
	       struct err *e)
{
	const struct node *curves = node_find(config, "meshMTLS.ecdhCurves");

	if (check_port_field(config, "proxyListenPort",
			     "invalid proxy listen port: ", e) < 0 ||
	    check_connect_timeout(config, e) < 0 ||
	    check_detection_timeout(config, e) < 0 ||
	    mesh_check_proxy(node_find(config, "defaultConfig"), e) < 0 ||
	    check_localities(node_find(config, "localityLbSetting"),
				e) < 0 ||
	    check_services_hosts(config, e) < 0 || check_trust(config, e) < 0)
		return -1;
	if (curves)
		return err_set(e, node_pos(curves), "mesh TLS does not "
			       "support ECDH curves configuration");
	return release_has(release, RULE_FIELDS_1_31) ?
	       check_newer(config, e) : 0;
}
