/*
 * mesh: defaults, a MeshConfig over them, the settings of a Pod, and errors.
 * The meaning of an empty MeshConfig is compared with CONFORMANCE.
 */
#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/io.h"
#include "mesh/mesh.h"
#include "yaml/read.h"

#define PROXY "istio.mesh.v1alpha1.ProxyConfig"
#define MESH "istio.mesh.v1alpha1.MeshConfig"

static struct arena arena = ARENA_INIT;

static const struct node *yaml(str text)
{
	struct source *source = arena_new(&arena, struct source);
	struct err e = ERR_INIT;
	struct document doc;

	*source = (struct source)SOURCE_YAML("mesh.yaml", text);
	ck_assert_msg(!yaml_read(&arena, source, &doc, &e), "%.*s: %s",
		      STR_ARG(text), e.text);
	return doc.root;
}

static const char *json_of(const char *message, const struct node *n)
{
	struct buf b = BUF_INIT;
	const char *z;

	ck_assert_ptr_nonnull(n);
	proto_json(&b, proto_message(message), n);
	z = arena_str(&arena, buf_str(&b)).p;
	buf_release(&b);
	return z;
}

static struct mesh read_mesh(const char *text)
{
	struct err e = ERR_INIT;
	struct mesh mesh;

	ck_assert_msg(!mesh_read(&arena, &mesh, RELEASE_NEWEST,
				 yaml(str_of(text)), NULL, NULL, &e), "%s: %s",
		      text, e.text);
	return mesh;
}

/* ---- the mesh ---- */

START_TEST(defaults)
{
	const struct proto_message *m = proto_message(MESH);
	const struct node *again;
	struct mesh mesh;

	ck_assert_int_eq(mesh_read(&arena, &mesh, RELEASE_NEWEST, NULL, NULL,
				   NULL, NULL), 0);
	ck_assert_str_eq(json_of(PROXY, mesh.proxy), "{"
		"\"configPath\":\"./etc/istio/proxy\","
		"\"binaryPath\":\"/usr/local/bin/envoy\","
		"\"serviceCluster\":\"istio-proxy\",\"drainDuration\":\"45s\","
		"\"discoveryAddress\":\"istiod.istio-system.svc:15012\","
		"\"proxyAdminPort\":15000,"
		"\"controlPlaneAuthPolicy\":\"MUTUAL_TLS\","
		"\"statNameLength\":189,\"statusPort\":15020,"
		"\"terminationDrainDuration\":\"5s\"}");
	/* they are in canonical form, the order of fields included */
	again = proto_read(&arena, m, mesh.config, NULL, NULL, NULL);
	ck_assert_str_eq(json_of(MESH, again), json_of(MESH, mesh.config));
	for (uint32_t i = 0; i < again->n; i++)
		ck_assert(node_equal(again->entries[i].key,
				     mesh.config->entries[i].key));
	ck_assert(node_equal(mesh.config, read_mesh("{}").config));
	ck_assert(node_equal(mesh.config, read_mesh("defaultConfig: null")
			     .config));
}
END_TEST

/* What a field is in a mesh that is given. */
static const struct {
	const char *yaml, *path, *json;
} fields[] = {
	{ "enableTracing: false", "enableTracing", NULL },
	{ "trustDomain: td", "trustDomain", "td" },
	{ "defaultServiceExportTo: []", "defaultServiceExportTo", NULL },
	{ "outboundTrafficPolicy: {}", "outboundTrafficPolicy.mode", NULL },
	{ "trustDomain: null", "trustDomain", "cluster.local" },
	/* the proxy is merged */
	{ "defaultConfig: {statusPort: 1}", "defaultConfig.statusPort", "1" },
	{ "defaultConfig: {statusPort: 1}", "defaultConfig.proxyAdminPort",
	  "15000" },
	{ "defaultConfig: {tracing: {}}", "defaultConfig.tracing.zipkin",
	  NULL },
	{ "default_config: {statusPort: 1}", "defaultConfig.statusPort",
	  "15020" },
	{ "default_providers: {metrics: [a]}", "defaultProviders.metrics",
	  NULL },
};

START_TEST(gives)
{
	struct mesh mesh = read_mesh(fields[_i].yaml);
	const struct node *n = node_find(mesh.config, fields[_i].path);

	if (fields[_i].json)
		ck_assert_msg(n && str_eq(node_text(n),
					  str_of(fields[_i].json)), "%s",
			      fields[_i].yaml);
	else
		ck_assert_msg(!n, "%s", fields[_i].yaml);
	ck_assert_ptr_eq(mesh.proxy, node_find(mesh.config, "defaultConfig"));
}
END_TEST

static const char *part_of(const char *text, const char *key)
{
	struct entry *entries = arena_array(&arena, struct entry, 1);

	entries->key = node_new_string(&arena, str_of(key));
	entries->value = node_find(read_mesh(text).config, key);
	return json_of(MESH, node_new_map(&arena, NULL, entries, 1));
}

START_TEST(merges_providers)
{
	ck_assert_str_eq(part_of("extensionProviders:\n"
		"- {name: z, zipkin: {service: s}}\n"
		"- {name: envoy, prometheus: {}}\n"
		"- {name: z, datadog: {}}\n"
		"- {name: stackdriver}\n", "extensionProviders"),
		"{\"extensionProviders\":["
		"{\"name\":\"prometheus\",\"prometheus\":{}},"
		"{\"name\":\"stackdriver\"},"
		"{\"name\":\"envoy\",\"prometheus\":{}},"
		"{\"name\":\"z\",\"datadog\":{}}]}");
	ck_assert_str_eq(part_of("extensionProviders: []",
				 "extensionProviders"),
			 part_of("{}", "extensionProviders"));
	ck_assert_str_eq(part_of("trustDomainAliases: [b, a, b]",
				 "trustDomainAliases"),
			 "{\"trustDomainAliases\":[\"a\",\"b\"]}");
}
END_TEST

/* ---- pods ---- */

static const char pod_mesh[] =
	"defaultConfig: {proxyMetadata: {A: a, B: b}, drainDuration: 7s}";

/* The changes that protoToJSON writes. */
static const struct {
	const char *annotation, *json;
} pods[] = {
	{ NULL, "{\"drainDuration\":\"7s\",\"proxyMetadata\":{\"A\":\"a\","
	  "\"B\":\"b\"}}" },
	{ "", "{\"drainDuration\":\"7s\",\"proxyMetadata\":{\"A\":\"a\","
	  "\"B\":\"b\"}}" },
	{ "drainDuration: 45s\nproxyMetadata: {}",
	  "{\"proxyMetadata\":{\"A\":\"a\",\"B\":\"b\"}}" },
	{ "{\"drainDuration\": \"45s\", \"proxy_metadata\": {\"C\": \"c\", "
	  "\"A\": \"1\"}}", "{\"proxyMetadata\":{\"A\":\"1\",\"B\":\"b\","
	  "\"C\":\"c\"}}" },
	{ "drainDuration: 8s\nstatusPort: 15020\nconcurrency: 0\nunknown: 1",
	  "{\"drainDuration\":\"8s\",\"concurrency\":0,\"proxyMetadata\":"
	  "{\"A\":\"a\",\"B\":\"b\"}}" },
	{ "serviceCluster: x\ndrainDuration: 45.0s\nproxyAdminPort: 0",
	  "{\"serviceCluster\":\"x\",\"proxyMetadata\":{\"A\":\"a\","
	  "\"B\":\"b\"}}" },
};

START_TEST(of_pods)
{
	struct mesh mesh = read_mesh(pod_mesh), pod;
	const struct node *annotation = NULL;
	struct err e = ERR_INIT;

	if (pods[_i].annotation)
		annotation = node_new_string(&arena,
					     str_of(pods[_i].annotation));
	ck_assert_msg(!mesh_of_pod(&arena, &pod, &mesh, annotation, NULL, NULL,
				   &e), "%s",
		      e.text);
	ck_assert_str_eq(json_of(PROXY, mesh_proxy_changes(&arena,
							   RELEASE_NEWEST,
							   pod.proxy)),
			 pods[_i].json);
	ck_assert_ptr_eq(pod.proxy, node_find(pod.config, "defaultConfig"));
	/* the mesh itself is as it was */
	ck_assert_str_eq(json_of(PROXY, mesh_proxy_changes(&arena,
							   RELEASE_NEWEST,
							   mesh.proxy)),
			 pods[0].json);
}
END_TEST

/* Five of the headers stay as the mesh has them, where the Pod does not set
 * them. */
START_TEST(headers_of_pods)
{
	struct mesh mesh = read_mesh("defaultConfig: {proxyHeaders: {"
				     "forwardedClientCert: SANITIZE, "
				     "server: {disabled: true}, requestId: {}, "
				     "preserveHttp1HeaderCase: true}}"), pod;
	struct err e = ERR_INIT;

	ck_assert(!mesh_of_pod(&arena, &pod, &mesh, node_new_string(&arena,
		STR("proxyHeaders: {server: {value: x}}")), NULL, NULL, &e));
	ck_assert_str_eq(json_of(PROXY, mesh_proxy_changes(
					&arena, RELEASE_NEWEST, pod.proxy)),
			 "{\"proxyHeaders\":{\"forwardedClientCert\":"
			 "\"SANITIZE\",\"requestId\":{},\"server\":"
			 "{\"value\":\"x\"}}}");
}
END_TEST

static const struct {
	const char *annotation, *error;
} bad_pods[] = {
	{ "a: [", "could not parse proxy config: yaml: line 1: " },
	{ "- a", "could not parse proxy config: json: cannot unmarshal array "
	  "into Go value of type map[string]json.RawMessage" },
	{ "proxyMetadata: {A: 1}", "could not parse proxy config: json: "
	  "cannot unmarshal number into Go value of type string "
	  "(proxyMetadata.A)" },
};

START_TEST(refuses_pods)
{
	struct mesh mesh = read_mesh("{}"), pod;
	struct buf b = BUF_INIT;
	struct err e = ERR_INIT;
	const struct node *root;

	buf_addz(&b, "a:\n  b: \"");
	buf_addz(&b, bad_pods[_i].annotation);
	buf_addz(&b, "\"\n");
	root = yaml(buf_str(&b));
	ck_assert_int_eq(mesh_of_pod(&arena, &pod, &mesh,
				     node_find(root, "a.b"), NULL, NULL, &e),
			 -1);
	ck_assert_msg(str_starts(str_of(e.text), str_of(bad_pods[_i].error)),
		      "%s", e.text);
	ck_assert_str_eq(e.pos.file, "mesh.yaml");
	ck_assert_uint_eq(e.pos.line, 2);
	buf_release(&b);
}
END_TEST

/* ---- what is refused ---- */

#define PROXY_IS(text) "defaultConfig: {" text "}"
#define TLS_IS(text) PROXY_IS("tracing: {tlsSettings: {" text "}}")
#define LB_IS(text) "localityLbSetting: {" text "}"
#define CONNECTIONS(text) PROXY_IS("connectionSettings: {" text "}")
#define ZONES(text) "zoneAwareLbSetting: {" text "}"
#define TRAFFIC(text) "defaultTrafficPolicy: {" text "}"
#define RETRIES(text) "defaultInboundHttpRetryPolicy: {" text "}"
#define RETRY_FAULT "invalid default inbound http retry policy: "
#define TO(text) LB_IS("distribute: [{from: a, to: {" text "}}]")

static const struct {
	const char *yaml, *error;
} bad[] = {
	{ "5", "failed to convert to proto. json: cannot unmarshal number "
	  "into Go value of type map[string]json.RawMessage" },
	{ PROXY_IS("statusPort: x"), "failed to convert to proto. invalid "
	  "character 'x' looking for beginning of value "
	  "(defaultConfig.statusPort)" },
	{ "proxyListenPort: 0", "invalid proxy listen port: port number 0 "
	  "must be in the range 1..65535" },
	{ "connectTimeout: 1us", "invalid connect timeout: duration must be "
	  "greater than 1ms" },
	{ "connectTimeout: 1.0005s", "invalid connect timeout: only durations "
	  "to ms precision are supported" },
	{ "connectTimeout: 2h", "invalid connect timeout: time 2h0m0s must be "
	  ">1ms and <1h0m0s" },
	{ "protocolDetectionTimeout: 1us", "invalid protocol detection "
	  "timeout: only durations to ms precision are supported" },
	{ PROXY_IS("configPath: ''"), "config path must be set" },
	{ PROXY_IS("binaryPath: ''"), "binary path must be set" },
	{ PROXY_IS("serviceCluster: ''"), "service cluster must be "
	  "specified" },
	{ PROXY_IS("drainDuration: 0s"), "invalid drain duration: duration "
	  "must be greater than 1ms" },
	{ PROXY_IS("drainDuration: 1.5s"), "drain time only supports "
	  "durations to seconds precision" },
	{ PROXY_IS("discoveryAddress: ''"), "discovery address must be set "
	  "to the proxy discovery service" },
	{ PROXY_IS("discoveryAddress: foo"), "invalid discovery address: "
	  "unable to split \"foo\": address foo: missing port in address" },
	{ PROXY_IS("discoveryAddress: '::1:80'"), "invalid discovery address: "
	  "unable to split \"::1:80\": address ::1:80: too many colons in "
	  "address" },
	{ PROXY_IS("discoveryAddress: 'foo:x'"), "invalid discovery address: "
	  "port (x) is not a number: strconv.Atoi: parsing \"x\": invalid "
	  "syntax" },
	{ PROXY_IS("discoveryAddress: 'foo:0'"), "invalid discovery address: "
	  "port number 0 must be in the range 1..65535" },
	{ PROXY_IS("discoveryAddress: 'a_b:80'"), "invalid discovery address: "
	  "\"a_b\" is not a valid hostname or an IP address" },
	{ PROXY_IS("tracing: {zipkin: {address: z}}"), "invalid zipkin "
	  "config: unable to split \"z\": address z: missing port in "
	  "address" },
	{ PROXY_IS("tracing: {lightstep: {}}"), "invalid lightstep config: "
	  "address is required" },
	{ PROXY_IS("tracing: {lightstep: {address: 'a:1'}}"), "invalid "
	  "lightstep config: access token is required" },
	{ PROXY_IS("tracing: {datadog: {address: '$(HOST_IP)'}}"),
	  "invalid datadog config: unable to split \"127.0.0.1\": address "
	  "127.0.0.1: missing port in address" },
	{ TLS_IS("mode: MUTUAL"), "invalid tracing TLS config: client "
	  "certificate required for mutual tls" },
	{ TLS_IS("mode: MUTUAL, clientCertificate: c"), "invalid tracing TLS "
	  "config: private key required for mutual tls" },
	{ TLS_IS("mode: SIMPLE, credentialName: c, caCrl: x"),
	  "invalid tracing TLS config: cannot specify client certificates or "
	  "CA certificate or CA CRL If credentialName is set" },
	{ TLS_IS("mode: SIMPLE, insecureSkipVerify: true, subjectAltNames: "
		 "[a]"), "invalid tracing TLS config: cannot specify "
	  "CaCertificates or CredentialName or SubjectAltNames when "
	  "InsecureSkipVerify is set true" },
	{ PROXY_IS("statsdUdpAddress: s"), "invalid statsd udp address "
	  "\"s\": unable to split \"s\": address s: missing port in "
	  "address" },
	{ PROXY_IS("envoyAccessLogService: {address: s}"), "invalid envoy "
	  "access log service address \"s\": unable to split \"s\": address "
	  "s: missing port in address" },
	{ PROXY_IS("proxyAdminPort: 70000"), "invalid proxy admin port: port "
	  "number 70000 must be in the range 1..65535" },
	{ PROXY_IS("controlPlaneAuthPolicy: INHERIT"), "invalid "
	  "authentication policy: unrecognized control plane auth policy "
	  "\"INHERIT\"" },
	{ PROXY_IS("statusPort: 0"), "invalid status port: port number 0 must "
	  "be in the range 1..65535" },
	{ PROXY_IS("privateKeyProvider: {}"), "invalid private key provider "
	  "configuration: private key provider configuration is required" },
	{ PROXY_IS("privateKeyProvider: {qat: {}}"), "invalid private key "
	  "provider configuration: pollDelay is required" },
	{ PROXY_IS("privateKeyProvider: {cryptomb: {pollDelay: 0s}}"),
	  "invalid private key provider configuration: pollDelay must be non "
	  "zero" },
	{ LB_IS("distribute: [{}], failover: [{}]"), "can not simultaneously "
	  "specify 'distribute' and 'failover'" },
	{ LB_IS("failover: [{}], failoverPriority: "
		"[topology.kubernetes.io/zone]"), "can not simultaneously set "
	  "'failover' and topology label 'topology.kubernetes.io/zone' in "
	  "'failover_priority'" },
	{ LB_IS("failover: [{from: a, to: a}]"), "locality lb failover "
	  "settings must specify different regions" },
	{ LB_IS("failover: [{from: a, to: a/b}]"), "locality lb failover only "
	  "specify region" },
	{ LB_IS("failover: [{from: a, to: '*'}]"), "locality lb failover "
	  "region should not contain '*' wildcard" },
	{ TO("a: 0"), "locality weight must be in range [1, 100]" },
	{ TO("a: 99"), "total locality weight 99 != 100" },
	{ TO("a: 50, a/b: 50"), "locality a/b overlap with previous specified "
	  "ones" },
	{ TO("a/b/c: 50, a/b/*: 50"), NULL },
	{ TO("a/b/*: 50, a/b/c: 50"), "locality a/b/c overlap with previous "
	  "specified ones" },
	{ TO("a/*/c: 100"), "locality a/*/c wildcard '*' number can not "
	  "exceed 1 and must be in the end" },
	{ TO("a//c: 100"), "locality a//c must not contain empty "
	  "region/zone/subzone info" },
	{ "serviceSettings: [{hosts: [a.b, '*.c_d']}]", "serviceSettings[0], "
	  "host `*.c_d`: domain name \"c_d\" invalid (label \"c_d\" "
	  "invalid)" },
	{ "serviceSettings: [{hosts: ['**']}]", "serviceSettings[0], host "
	  "`**`: domain name \"**\" invalid (label \"**\" invalid)" },
	{ "serviceSettings: [{hosts: [a.5]}]", "serviceSettings[0], host "
	  "`a.5`: domain name \"5\" invalid (top level domain \"5\" cannot be "
	  "all-numeric)" },
	{ "trustDomain: ''", "trustDomain: empty domain name not allowed" },
	{ "trustDomain: a_b", "trustDomain: trust domain name \"a_b\" "
	  "invalid" },
	{ "trustDomainAliases: [a, b/c]", "trustDomainAliases[1], domain "
	  "`b/c` : trust domain name \"b/c\" invalid" },
	{ "meshMTLS: {ecdhCurves: [P-256]}", "mesh TLS does not support ECDH "
	  "curves configuration" },
	{ CONNECTIONS("listenerPerConnectionBufferLimitBytes: -1"), "invalid "
	  "connection settings: listener_per_connection_buffer_limit_bytes "
	  "must be non-negative" },
	{ CONNECTIONS("httpDrainTimeout: -1s"), "invalid connection settings: "
	  "http_drain_timeout must be non-negative" },
	{ CONNECTIONS("httpMaxConcurrentStreams: 0"), "invalid connection "
	  "settings: http_max_concurrent_streams must be positive" },
	{ CONNECTIONS("http2InitialStreamWindowSize: 65534"), "invalid "
	  "connection settings: http2_initial_stream_window_size must be at "
	  "least 65535" },
	{ ZONES("failoverPriority: [a, topology.istio.io/subzone]"),
	  "'failover_priority' for zone aware lb must not use topology label "
	  "'topology.istio.io/subzone'; region- and zone-level routing are "
	  "handled automatically" },
	{ ZONES("failover: [{from: a, to: a}]"), "zone aware lb failover "
	  "settings must specify different regions" },
	{ ZONES("failover: [{from: a/z, to: b}]"), "zone aware lb failover "
	  "only specifies region; zone and subzone failover are handled "
	  "automatically" },
	{ TRAFFIC("connectionPool: {}"), "connection pool must have at least "
	  "one field" },
	{ TRAFFIC("connectionPool: {http: {maxRetries: -1}}"), "max retries "
	  "must be non-negative" },
	{ TRAFFIC("connectionPool: {http: {idleTimeout: 0s}}"), "duration "
	  "must be greater than 1ms" },
	{ TRAFFIC("connectionPool: {http: {useClientProtocol: true, "
		  "h2UpgradePolicy: UPGRADE}}"), "use client protocol must "
	  "not be true when H2UpgradePolicy is UPGRADE" },
	{ TRAFFIC("connectionPool: {tcp: {idleTimeout: 1.5ms}}"), "only "
	  "durations to ms precision are supported" },
	{ TRAFFIC("connectionPool: {tcp: {tcpKeepalive: {time: 0s}}}"),
	  "duration must be greater than 1ms" },
	{ TRAFFIC("outlierDetection: {consecutiveLocalOriginFailures: 1}"),
	  "outlier detection consecutive local origin failures is specified, "
	  "but split external local origin errors is set to false" },
	{ TRAFFIC("outlierDetection: {minHealthPercent: 101}"),
	  "percentage 101 is not in range 0..100" },
	{ RETRIES("attempts: -1"), RETRY_FAULT "attempts cannot be negative" },
	{ RETRIES("retryOn: '503'"), RETRY_FAULT "http retry policy "
	  "configured when attempts are set to 0 (disabled)" },
	{ RETRIES("attempts: 1, retryOn: 'reset,306'"), RETRY_FAULT
	  "\"306\" is not a valid retryOn policy" },
	{ RETRIES("attempts: 1, backoff: 0s"), RETRY_FAULT "duration must be "
	  "greater than 1ms" },
	{ RETRIES("backoff: 1s"), RETRY_FAULT "backoff configured when "
	  "attempts are set to 0 (disabled)" },
	/* and what is not */
	{ CONNECTIONS("httpMaxConcurrentStreams: 1, httpIdleTimeout: 0s"),
	  NULL },
	{ TRAFFIC("connectionPool: {tcp: {idleTimeout: 0s}}"), NULL },
	{ RETRIES("attempts: 1, retryOn: '503,+200,5xx'"), NULL },
	{ "serviceSettings: [{hosts: ['*', '*-a.b.', 'a.b']}]", NULL },
	{ PROXY_IS("discoveryAddress: '[::1]:80'"), NULL },
	{ PROXY_IS("tracing: {zipkin: {address: '$(HOST_IP):9411'}}"), NULL },
	{ PROXY_IS("tracingServiceName: 0"), NULL },
	{ LB_IS("distribute: [{from: a/*, to: {a/*: 80, b: 20}}]"), NULL },
	{ TLS_IS("mode: SIMPLE, caCertificates: c"), NULL },
	{ "protocolDetectionTimeout: 0s\ntrustDomain: a.b.", NULL },
	{ "extensionProviders: [{name: broken, zipkin: {}}]", NULL },
};

START_TEST(refuses)
{
	struct err e = ERR_INIT;
	struct mesh mesh;
	int rc = mesh_read(&arena, &mesh, RELEASE_NEWEST,
			   yaml(str_of(bad[_i].yaml)), NULL, NULL, &e);

	ck_assert_int_eq(rc, bad[_i].error ? -1 : 0);
	if (!bad[_i].error)
		return;
	ck_assert_str_eq(e.text, bad[_i].error);
	ck_assert_str_eq(e.pos.file, "mesh.yaml");
}
END_TEST

static void remember(void *ctx, struct pos pos, const char *text)
{
	buf_printf(ctx, "%u:%u %s;", pos.line, pos.column, text);
}

START_TEST(warns_once)
{
	struct buf b = BUF_INIT;
	struct mesh mesh;

	ck_assert_int_eq(mesh_read(&arena, &mesh, RELEASE_NEWEST, yaml(STR(
		"defaultConfig: {a: 1}\ndefault_config: {}\n")), remember, &b,
		NULL), 0);
	ck_assert_str_eq(buf_z(&b), "1:17 unknown field \"a\" in " PROXY ";"
			 "2:1 default_config is ignored: Istio reads "
			 "defaultConfig only;");
	buf_release(&b);
}
END_TEST

START_TEST(accessors)
{
	const struct node *n = yaml(STR("a: {b: 5, c: true, d: x}"));

	ck_assert_int_eq(mesh_int(n, "a.b"), 5);
	ck_assert_int_eq(mesh_int(n, "a.x"), 0);
	ck_assert_int_eq(mesh_int(NULL, "a"), 0);
	ck_assert(mesh_bool(n, "a.c") && !mesh_bool(n, "a.b"));
	ck_assert(str_eq(mesh_str(n, "a.d"), STR("x")));
	ck_assert_uint_eq(mesh_str(n, "a").n, 0);
}
END_TEST

/* ---- the reference ---- */

static const struct node *slurped(const char *folder, const char *name)
{
	struct buf b = BUF_INIT;
	struct err e = ERR_INIT;
	char path[1024];
	str text;

	snprintf(path, sizeof(path), "%s/%s/%s", getenv("CONFORMANCE"), folder,
		 name);
	ck_assert_msg(!io_slurp(path, &b, &e), "%s", e.text);
	text = arena_str(&arena, buf_str(&b));
	buf_release(&b);
	return yaml(text);
}

/* Istio's own files are what they were when read and printed again. */
START_TEST(reference)
{
	const struct proto_message *m = proto_message(MESH);
	const struct node *want;
	struct dirent *entry;
	struct mesh mesh;
	char path[1024];
	uint32_t n = 0;
	DIR *dir;

	if (!getenv("CONFORMANCE")) {
		puts("skipped: CONFORMANCE is not set");
		return;
	}
	want = slurped("schema", "mesh-defaults.yaml");
	ck_assert_int_eq(mesh_read(&arena, &mesh, RELEASE_NEWEST, NULL, NULL,
				   NULL, NULL), 0);
	ck_assert(node_equal(mesh.config, want));
	snprintf(path, sizeof(path), "%s/istio/mesh", getenv("CONFORMANCE"));
	dir = opendir(path);
	ck_assert_ptr_nonnull(dir);
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		want = slurped("istio/mesh", entry->d_name);
		ck_assert_int_eq(mesh_read(&arena, &mesh, RELEASE_NEWEST, want,
					   NULL, NULL, NULL), 0);
		want = proto_read(&arena, m, want, NULL, NULL, NULL);
		ck_assert_msg(node_equal(mesh.config, want), "%s",
			      entry->d_name);
		n++;
	}
	closedir(dir);
	ck_assert_uint_gt(n, 0);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("mesh");
	Suite *s = suite_create("mesh");
	SRunner *runner = srunner_create(s);
	int failed;

	tcase_add_test(tc, defaults);
	tcase_add_loop_test(tc, gives, 0, sizeof(fields) / sizeof(*fields));
	tcase_add_test(tc, merges_providers);
	tcase_add_test(tc, headers_of_pods);
	tcase_add_loop_test(tc, of_pods, 0, sizeof(pods) / sizeof(*pods));
	tcase_add_loop_test(tc, refuses_pods, 0,
			    sizeof(bad_pods) / sizeof(*bad_pods));
	tcase_add_loop_test(tc, refuses, 0, sizeof(bad) / sizeof(*bad));
	tcase_add_test(tc, warns_once);
	tcase_add_test(tc, accessors);
	tcase_add_test(tc, reference);
	suite_add_tcase(s, tc);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	arena_release(&arena);
	return failed > 0;
}
