/*
 * mesh/proto: what jsonpb accepts, refuses and writes, and what templates see.
 * The expected results are those of github.com/golang/protobuf/jsonpb and of
 * text/template on istio.io/api.
 */
#include <check.h>
#include <stdlib.h>

#include "mesh/proto.h"
#include "tmpl/tmpl.h"
#include "yaml/read.h"

#define PROXY "istio.mesh.v1alpha1.ProxyConfig"
#define MESH "istio.mesh.v1alpha1.MeshConfig"

static struct arena arena = ARENA_INIT;

static const struct node *yaml(const char *text)
{
	struct source *source = arena_new(&arena, struct source);
	struct err e = ERR_INIT;
	struct document doc;

	*source = (struct source)SOURCE_YAML("t.yaml", str_of(text));
	ck_assert_msg(!yaml_read(&arena, source, &doc, &e), "%s: %s", text,
		      e.text);
	return doc.root;
}

static const char *json_of(const char *message, const struct node *n)
{
	struct buf b = BUF_INIT;
	const char *z;

	proto_json(&b, proto_message(message), n);
	z = arena_str(&arena, buf_str(&b)).p;
	buf_release(&b);
	return z;
}

/* ---- reading and writing ---- */

static const struct {
	const char *message, *yaml, *json;
} good[] = {
	{ PROXY, "", "{}" },
	{ PROXY, "null", "{}" },
	{ PROXY, "{}", "{}" },
	/* names, order, zero values */
	{ PROXY, "statusPort: 1\nconfigPath: a",
	  "{\"configPath\":\"a\",\"statusPort\":1}" },
	{ PROXY, "status_port: 1", "{\"statusPort\":1}" },
	{ PROXY, "statusPort: 2\nstatus_port: 1", "{\"statusPort\":2}" },
	{ PROXY, "status_port: 1\nstatusPort: 2", "{\"statusPort\":2}" },
	{ PROXY, "configPath: ''\nstatusPort: 0\nextraStatTags: []\n"
	  "proxyMetadata: {}\ncontrolPlaneAuthPolicy: NONE", "{}" },
	{ PROXY, "tracing: {}\nsds: null", "{\"tracing\":{}}" },
	{ PROXY, "unknown: 1\nconfigPath: a", "{\"configPath\":\"a\"}" },
	/* numbers */
	{ PROXY, "statusPort: \"5\"", "{\"statusPort\":5}" },
	{ PROXY, "statusPort: 5.0", "{\"statusPort\":5}" },
	{ PROXY, "statusPort: 1e3", "{\"statusPort\":1000}" },
	{ PROXY, "statusPort: 0x10", "{\"statusPort\":16}" },
	{ PROXY, "statusPort: \" 7 \"", "{\"statusPort\":7}" },
	{ PROXY, "statusPort: \"null\"", "{}" },
	{ PROXY, "statusPort: -2147483648", "{\"statusPort\":-2147483648}" },
	{ PROXY, "tracing: {sampling: 12.50}",
	  "{\"tracing\":{\"sampling\":12.5}}" },
	{ PROXY, "tracing: {sampling: 1e22}",
	  "{\"tracing\":{\"sampling\":1e+22}}" },
	{ PROXY, "tracing: {sampling: \"NaN\"}",
	  "{\"tracing\":{\"sampling\":\"NaN\"}}" },
	{ PROXY, "tracing: {stackdriver: {maxNumberOfAttributes: 9}}",
	  "{\"tracing\":{\"stackdriver\":{\"maxNumberOfAttributes\":\"9\"}}}" },
	/* bools and wrappers */
	{ PROXY, "holdApplicationUntilProxyStarts: yes",
	  "{\"holdApplicationUntilProxyStarts\":true}" },
	{ PROXY, "holdApplicationUntilProxyStarts: false\nconcurrency: 0",
	  "{\"concurrency\":0,\"holdApplicationUntilProxyStarts\":false}" },
	{ PROXY, "concurrency: null", "{}" },
	/* enums */
	{ PROXY, "interceptionMode: TPROXY",
	  "{\"interceptionMode\":\"TPROXY\"}" },
	{ PROXY, "interceptionMode: 1", "{\"interceptionMode\":\"TPROXY\"}" },
	{ PROXY, "interceptionMode: 77", "{\"interceptionMode\":77}" },
	{ PROXY, "controlPlaneAuthPolicy: 1000",
	  "{\"controlPlaneAuthPolicy\":\"INHERIT\"}" },
	/* durations */
	{ PROXY, "drainDuration: 1m30s", "{\"drainDuration\":\"90s\"}" },
	{ PROXY, "drainDuration: 0s", "{\"drainDuration\":\"0s\"}" },
	{ PROXY, "drainDuration: 1.5s", "{\"drainDuration\":\"1.500s\"}" },
	{ PROXY, "drainDuration: -1us",
	  "{\"drainDuration\":\"-0.000001s\"}" },
	{ PROXY, "drainDuration: 7ns",
	  "{\"drainDuration\":\"0.000000007s\"}" },
	/* oneofs: zero is something, the last declared counts, null is not */
	{ PROXY, "serviceCluster: ''", "{\"serviceCluster\":\"\"}" },
	{ PROXY, "tracingServiceName: CANONICAL_NAME_ONLY\nserviceCluster: a",
	  "{\"tracingServiceName\":\"CANONICAL_NAME_ONLY\"}" },
	{ PROXY, "serviceCluster: a\ntracingServiceName: null",
	  "{\"serviceCluster\":\"a\"}" },
	/* lists and maps: null is a zero value */
	{ PROXY, "extraStatTags: [b, null, a]",
	  "{\"extraStatTags\":[\"b\",\"\",\"a\"]}" },
	{ PROXY, "proxyMetadata: {b: '<&>', a: null}",
	  "{\"proxyMetadata\":{\"a\":\"\",\"b\":\"\\u003c\\u0026\\u003e\"}}" },
	{ PROXY, "tracing: {customTags: {a: null, b: {literal: {value: x}}}}",
	  "{\"tracing\":{\"customTags\":{\"a\":{},"
	  "\"b\":{\"literal\":{\"value\":\"x\"}}}}}" },
	{ MESH, "configSources: [{subscribedResources: [null, 0, "
	  "SERVICE_REGISTRY]}]", "{\"configSources\":[{\"subscribedResources\""
	  ":[\"SERVICE_REGISTRY\",\"SERVICE_REGISTRY\","
	  "\"SERVICE_REGISTRY\"]}]}" },
	{ MESH, "localityLbSetting: {distribute: [{to: {b: 1, a: null}}]}",
	  "{\"localityLbSetting\":{\"distribute\":[{\"to\":{\"a\":0,"
	  "\"b\":1}}]}}" },
	{ MESH, "extensionProviders: [{envoyFileAccessLog: {logFormat: "
	  "{labels: {b: [1, null], a: x}}}}]", "{\"extensionProviders\":[{"
	  "\"envoyFileAccessLog\":{\"logFormat\":{\"labels\":{\"a\":\"x\","
	  "\"b\":[1,null]}}}}]}" },
};

START_TEST(reads)
{
	const struct proto_message *m = proto_message(good[_i].message);
	struct err e = ERR_INIT;
	const struct node *n, *again;

	n = proto_read(&arena, m, yaml(good[_i].yaml), NULL, NULL, &e);
	ck_assert_msg(n, "%s: %s", good[_i].yaml, e.text);
	ck_assert_str_eq(json_of(good[_i].message, n), good[_i].json);
	again = proto_read(&arena, m, n, NULL, NULL, &e);
	ck_assert_msg(again && node_equal(n, again), "%s", good[_i].yaml);
}
END_TEST

#define NOT "json: cannot unmarshal "

static const struct {
	const char *yaml, *error;
	uint32_t column;
} bad[] = {
	{ "5", NOT "number into Go value of type map[string]json.RawMessage",
	  1 },
	{ "proxyMetadata: {A: 1}",
	  NOT "number into Go value of type string (proxyMetadata.A)", 20 },
	{ "configPath: {}",
	  NOT "object into Go value of type string (configPath)", 13 },
	{ "extraStatTags: a", NOT "string into Go value of type "
	  "[]json.RawMessage (extraStatTags)", 16 },
	{ "extraStatTags: [a, true]", NOT "bool into Go value of type string "
	  "(extraStatTags[1])", 20 },
	{ "statusPort: 1.5", NOT "number 1.5 into Go value of type int32 "
	  "(statusPort)", 13 },
	{ "statusPort: \"1e3\"", NOT "number 1e3 into Go value of type int32 "
	  "(statusPort)", 13 },
	{ "statusPort: 2147483648", NOT "number 2147483648 into Go value of "
	  "type int32 (statusPort)", 13 },
	{ "fileFlushMinSizeKb: -1", NOT "number -1 into Go value of type "
	  "uint32 (fileFlushMinSizeKb)", 21 },
	{ "statusPort: true", NOT "bool into Go value of type int32 "
	  "(statusPort)", 13 },
	{ "statusPort: \"true\"", NOT "bool into Go value of type int32 "
	  "(statusPort)", 13 },
	{ "statusPort: ''", "unexpected end of JSON input (statusPort)", 13 },
	{ "statusPort: x", "invalid character 'x' looking for beginning of "
	  "value (statusPort)", 13 },
	{ "holdApplicationUntilProxyStarts: \"true\"", NOT "string into Go "
	  "value of type bool (holdApplicationUntilProxyStarts)", 34 },
	{ "interceptionMode: tproxy", "unknown value \"\\\"tproxy\\\"\" for "
	  "enum istio.mesh.v1alpha1.ProxyConfig.InboundInterceptionMode "
	  "(interceptionMode)", 19 },
	{ "interceptionMode: on", NOT "bool into Go value of type "
	  "protoreflect.EnumNumber (interceptionMode)", 19 },
	{ "drainDuration: 5", NOT "number into Go value of type string "
	  "(drainDuration)", 16 },
	{ "drainDuration: '5'", "bad Duration: time: missing unit in duration "
	  "\"5\" (drainDuration)", 16 },
	{ "tracing: {sampling: 1, customTags: {a: []}}", NOT "array into Go "
	  "value of type map[string]json.RawMessage (tracing.customTags.a)",
	  40 },
};

START_TEST(refuses)
{
	struct err e = ERR_INIT;

	ck_assert_msg(!proto_read(&arena, proto_message(PROXY),
				  yaml(bad[_i].yaml), NULL, NULL, &e), "%s",
		      bad[_i].yaml);
	ck_assert_str_eq(e.text, bad[_i].error);
	ck_assert_uint_eq(e.pos.line, 1);
	ck_assert_uint_eq(e.pos.column, bad[_i].column);
}
END_TEST

static void remember(void *ctx, struct pos pos, const char *text)
{
	buf_printf(ctx, "%u:%u %s;", pos.line, pos.column, text);
}

START_TEST(warns)
{
	struct buf b = BUF_INIT;

	ck_assert(proto_read(&arena, proto_message(PROXY),
			     yaml("a: 1\ntracing: {zipkin: {b: 2}}\n"),
			     remember, &b, NULL));
	ck_assert_str_eq(buf_z(&b), "1:1 unknown field \"a\" in " PROXY ";"
			 "2:20 unknown field \"b\" in "
			 "istio.mesh.v1alpha1.Tracing.Zipkin;");
	buf_release(&b);
}
END_TEST

START_TEST(applies)
{
	const struct proto_message *m = proto_message(PROXY);
	const struct node *base = proto_read(&arena, m, yaml(
		"serviceCluster: a\nstatusPort: 1\nmeshId: m\n"
		"tracing: {sampling: 5}\n"), NULL, NULL, NULL);
	const struct node *n = proto_apply(&arena, m, base, yaml(
		"tracingServiceName: 1\nstatusPort: 0\nmeshId: null\n"
		"tracing: {maxPathTagLength: 2}\n"), NULL, NULL, NULL);

	ck_assert_str_eq(json_of(PROXY, n), "{\"tracingServiceName\":"
			 "\"CANONICAL_NAME_ONLY\",\"tracing\":{"
			 "\"maxPathTagLength\":2},\"meshId\":\"m\"}");
	ck_assert_ptr_eq(proto_apply(&arena, m, base, NULL, NULL, NULL, NULL),
			 base);
}
END_TEST

/* ---- templates ---- */

static const char view_yaml[] =
	"serviceCluster: sc\n"
	"drainDuration: 1.5s\n"
	"concurrency: 0\n"
	"interceptionMode: TPROXY\n"
	"tracing: {sampling: 12.5, tlsSettings: {caCertificates: ca}}\n"
	"proxyMetadata: {B: b, A: a}\n"
	"extraStatTags: [x, z]\n"
	"holdApplicationUntilProxyStarts: true\n"
	"readinessProbe: {exec: {command: [c]}}\n";

#define AT(column, what) "template: t:1:" column ": executing \"t\" at <" \
	what ">: "

static const struct {
	const char *text, *output;
} views[] = {
	{ "{{ .StatusPort }} {{ .ConfigPath }}|", "0 |" },
	{ "{{ printf \"%T %T %T\" . .Tracing .StatusPort }}",
	  "*v1alpha1.ProxyConfig *v1alpha1.Tracing int32" },
	{ "{{ printf \"%T %T\" .InterceptionMode .Concurrency }}",
	  "v1alpha1.ProxyConfig_InboundInterceptionMode "
	  "*wrapperspb.Int32Value" },
	/* getters, on nil pointers too */
	{ "{{ .GetTracing.GetTlsSettings.GetCaCertificates }}", "ca" },
	{ "{{ .GetSds.GetEnabled }} {{ .Sds.GetK8SSaJwtPath }}|", "false |" },
	{ "{{ .GetTracing.GetZipkin.GetAddress }}|", "|" },
	{ "{{ if .GetTracing.GetZipkin }}y{{ else }}n{{ end }}", "n" },
	{ "{{ .HoldApplicationUntilProxyStarts.GetValue }} "
	  "{{ .HoldApplicationUntilProxyStarts.Value }} "
	  "{{ .StatsCompression.GetValue }}", "true true false" },
	{ "{{ if .Concurrency }}{{ .Concurrency.Value }}{{ end }}", "0" },
	{ "{{ .Tracing.Sampling }}", "12.5" },
	/* enums */
	{ "{{ .InterceptionMode }} {{ .InterceptionMode.String }}",
	  "TPROXY TPROXY" },
	{ "{{ .ControlPlaneAuthPolicy }} {{ eq .InterceptionMode 1 }}",
	  "NONE true" },
	{ "{{ if .ControlPlaneAuthPolicy }}y{{ else }}n{{ end }}", "n" },
	/* durations */
	{ "{{ .DrainDuration.Seconds }} {{ .DrainDuration.GetNanos }} "
	  "{{ .DrainDuration.AsDuration }} {{ .FileFlushInterval.AsDuration }}",
	  "1 500000000 1.5s 0s" },
	{ "{{ .DrainDuration }}", "seconds:1 nanos:500000000" },
	/* maps and lists */
	{ "{{ range $k, $v := .ProxyMetadata }}{{ $k }}={{ $v }};{{ end }}",
	  "A=a;B=b;" },
	{ "{{ index .ProxyMetadata \"B\" }}{{ len .RuntimeValues }}", "b0" },
	{ "{{ index .ExtraStatTags 1 }}{{ len .GetExtraStatTags }}", "z2" },
	/* oneofs */
	{ "{{ .GetServiceCluster }} {{ .ClusterName.ServiceCluster }} "
	  "{{ printf \"%T\" .ClusterName }}",
	  "sc sc *v1alpha1.ProxyConfig_ServiceCluster" },
	{ "{{ .ClusterName }} {{ .GetTracingServiceName }}",
	  "{sc} APP_LABEL_AND_NAMESPACE" },
	{ "{{ with .ReadinessProbe.GetExec }}{{ . }}{{ end }}",
	  "command:\"c\"" },
	{ "{{ if .Tracing.Tracer }}y{{ else }}n{{ end }}", "n" },
	{ "{{ .Tracing }} {{ .Sds }}",
	  "sampling:12.5 tls_settings:{ca_certificates:\"ca\"} <nil>" },
	{ "{{ .Sds.String }}", "<nil>" },
	/* errors */
	{ "{{ .Foo }}", AT("3", ".Foo") "can't evaluate field Foo in type "
	  "*v1alpha1.ProxyConfig" },
	{ "{{ .ServiceCluster }}", AT("3", ".ServiceCluster") "can't evaluate "
	  "field ServiceCluster in type *v1alpha1.ProxyConfig" },
	{ "{{ .Tracing.Zipkin }}", AT("11", ".Tracing.Zipkin") "can't "
	  "evaluate field Zipkin in type *v1alpha1.Tracing" },
	{ "{{ .GetFoo }}", AT("3", ".GetFoo") "can't evaluate field GetFoo in "
	  "type *v1alpha1.ProxyConfig" },
	{ "{{ .Sds.Enabled }}", AT("7", ".Sds.Enabled") "nil pointer "
	  "evaluating *v1alpha1.SDS.Enabled" },
	{ "{{ .Sds.Foo }}", AT("7", ".Sds.Foo") "can't evaluate field Foo in "
	  "type *v1alpha1.SDS" },
	{ "{{ .GetSds 1 }}", AT("3", ".GetSds") "wrong number of args for "
	  "GetSds: want 0 got 1" },
	{ "{{ eq .InterceptionMode \"TPROXY\" }}",
	  AT("3", "eq .InterceptionMode \"TPROXY\"") "error calling eq: "
	  "incompatible types for comparison: "
	  "v1alpha1.ProxyConfig_InboundInterceptionMode and string" },
};

START_TEST(templates)
{
	const struct proto_message *m = proto_message(PROXY);
	struct tmpl_context context = { .arena = &arena,
					.limits = TMPL_LIMITS };
	struct err e = ERR_INIT;
	struct buf b = BUF_INIT;
	const struct tmpl *t = tmpl_parse(&arena, STR("t"),
					  str_of(views[_i].text), NULL, 0, &e);
	const struct node *n = proto_read(&arena, m, yaml(view_yaml), NULL,
					  NULL, &e);

	ck_assert_msg(t && n, "%s", e.text);
	if (tmpl_exec(t, &b, proto_view(&arena, m, n), &context, &e) < 0)
		buf_addz(&b, e.text);
	ck_assert_str_eq(buf_z(&b), views[_i].output);
	buf_release(&b);
}
END_TEST

START_TEST(values)
{
	const struct proto_message *m = proto_message(PROXY), *found;
	const struct node *n = yaml("{}"), *node;
	struct value v = proto_view(&arena, m, n);
	struct value none = proto_view(&arena, m, NULL);
	struct value text = value_z("a");

	ck_assert(proto_of_value(&v, &found, &node));
	ck_assert_ptr_eq(found, m);
	ck_assert_ptr_eq(node, n);
	ck_assert(value_true(&v) && !value_true(&none));
	ck_assert(proto_of_value(&none, &found, &node) && !node);
	ck_assert(!proto_of_value(&text, &found, &node));
	ck_assert_str_eq(proto_duration_type()->name, "*durationpb.Duration");
	ck_assert_ptr_null(proto_message("istio.mesh.v1alpha1.Nothing"));
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("proto");
	Suite *s = suite_create("proto");
	SRunner *runner = srunner_create(s);
	int failed;

	tcase_add_loop_test(tc, reads, 0, sizeof(good) / sizeof(*good));
	tcase_add_loop_test(tc, refuses, 0, sizeof(bad) / sizeof(*bad));
	tcase_add_test(tc, warns);
	tcase_add_test(tc, applies);
	tcase_add_loop_test(tc, templates, 0, sizeof(views) / sizeof(*views));
	tcase_add_test(tc, values);
	suite_add_tcase(s, tc);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	arena_release(&arena);
	return failed > 0;
}
