/*
 * Istio's template functions, on data read from JSON and on views of a Pod and
 * a mesh.  The expected output of toYaml is that of sigs.k8s.io/yaml.
 */
#include <check.h>
#include <stdlib.h>

#include "istio/render.h"
#include "mesh/mesh.h"
#include "view/view.h"
#include "json/scan.h"
#include "tmpl/tmpl.h"

static struct arena arena = ARENA_INIT;

static const struct node *json(const char *text)
{
	struct source *source = arena_new(&arena, struct source);
	struct err e = ERR_INIT;
	const struct node *root;

	*source = (struct source)SOURCE_JSON("test.json", str_of(text));
	ck_assert_msg(!json_scan(&arena, source, 0, &root, &e), "%s: %s", text,
		      e.text);
	return root;
}

static int run(const char *text, struct value data, bool allow_env,
	       struct buf *out, struct err *e)
{
	struct tmpl_context context = {
		.arena = &arena,
		.limits = TMPL_LIMITS,
		.env = { .allow_env = allow_env },
	};
	const struct tmpl *t;
	uint32_t n = 0;

	while (istio_tables[n])
		n++;
	t = tmpl_parse(&arena, STR("t"), str_of(text), istio_tables, n, e);
	return t ? tmpl_exec(t, out, data, &context, e) : -1;
}

/* `want` begins with "! " where it is the end of an error. */
static void check(const char *text, struct value data, const char *want)
{
	struct buf out = BUF_INIT;
	struct err e = ERR_INIT;
	int rc = run(text, data, false, &out, &e);

	if (str_starts(str_of(want), STR("! ")))
		ck_assert_msg(rc != 0 && str_ends(str_of(e.text),
						  str_of(want + 2)),
			      "%s\n%s%s", text, buf_z(&out), e.text);
	else
		ck_assert_msg(rc == 0 && strcmp(buf_z(&out), want) == 0,
			      "%s\n%s%s", text, buf_z(&out), e.text);
	buf_release(&out);
}

/* Fields of the data, all of them strings, lists or maps. */
#define DATA "{" \
	"\"m\":{\"b\":\"2\",\"a\":\"1\"},\"html\":{\"k\":\"<&>\"}," \
	"\"nils\":{\"a\":null,\"b\":{\"c\":null},\"d\":[null,1,[null]]," \
		"\"e\":{\"f\":1,\"g\":null}}," \
	"\"full\":{\"a\":[1,{}],\"b\":{}},\"none\":[null,null]," \
	"\"lines\":\"a\\nb\\n\\nc\"}"

static const struct {
	const char *text, *want;
} plain[] = {
	/* texts */
	{ "{{ indent 3 .lines }}", "a\n   b\n   \n   c" },
	{ "{{ indent -2 .lines }}", "a\n  b\n  \n  c" },
	{ "{{ indent 0 .lines }}", "a\nb\n\nc" },
	{ "{{ indent 2 `` }}", "" },
	{ "{{ nindent 2 `a` }}", "\n  a" },
	{ "{{ directory `/a/b/c` }}|{{ directory `c` }}|{{ directory `/` }}",
	  "/a/b/||/" },
	{ "{{ contains `b` `abc` }} {{ contains `abc` `b` }} "
	  "{{ contains `` `` }}", "true false true" },
	{ "{{ toLower `ÄBC1` }}", "äbc1" },
	{ "{{ kubevirtInterfaces `a,b` }}{{ excludeInterfaces `c` }}",
	  "a,bc" },
	{ "{{ env `HOME` `default` }}", "default" },
	{ "{{ valueOrDefault `` 1 }} {{ valueOrDefault nil 2 }} "
	  "{{ valueOrDefault 0 3 }} {{ valueOrDefault .no `4` }}",
	  "1 2 0 4" },

	/* ports */
	{ "{{ excludeInboundPort 15020 `` }}", "15020" },
	{ "{{ excludeInboundPort 15020 `80, 443 ,,` }}", "80,443,15020" },
	{ "{{ excludeInboundPort `80` `443,80 ,80` }}", "443,80 ,80" },
	{ "{{ excludeInboundPort `80` `443, 80` }}", "443,80,80" },
	{ "{{ excludeInboundPort 0 ` a` }}|{{ excludeInboundPort ` ` `b` }}",
	  " a|b" },

	/* Multus */
	{ "{{ appendMultusNetwork `` `istio-cni` }}", "istio-cni" },
	{ "{{ appendMultusNetwork `a, istio-cni` `istio-cni` }}",
	  "a, istio-cni" },
	{ "{{ appendMultusNetwork `a,b` `istio-cni` }}", "a,b, istio-cni" },
	{ "{{ appendMultusNetwork `[{\"name\":\"a\"}]` `istio-cni` }}",
	  "[{\"name\":\"a\"}, {\"name\": \"istio-cni\"}]" },
	{ "{{ appendMultusNetwork `[{\"name\":\"a\"}]` `ns/b` }}",
	  "[{\"name\":\"a\"}, {\"name\": \"b\", \"namespace\": \"ns\"}]" },
	{ "{{ appendMultusNetwork `[{\"name\":\"b\"}]` `ns/b` }}",
	  "[{\"name\":\"b\"}, {\"name\": \"b\", \"namespace\": \"ns\"}]" },
	{ "{{ appendMultusNetwork `[{\"namespace\":\"ns\",\"name\":\"b\"}]` "
	  "`ns/b` }}", "[{\"namespace\":\"ns\",\"name\":\"b\"}]" },
	{ "{{ appendMultusNetwork `[\"a\"]` `b` }}", "[\"a\"]" },
	{ "{{ appendMultusNetwork `[{]` `b` }}", "[{]" },

	/* JSON */
	{ "{{ toJSON (strdict `b` `<` `a`) }}",
	  "{\"a\":\"\",\"b\":\"\\u003c\"}" },
	{ "{{ toJSON nil }}", "{}" },
	{ "{{ structToJSON .html }}", "{\"k\":\"\\u003c\\u0026\\u003e\"}" },
	{ "{{ structToJSON nil }} {{ structToJSON .none }}",
	  "{} [null,null]" },
	{ "{{ (fromJSON `{\"a\":[1,2]}`).a }}", "[1 2]" },
	{ "{{ fromJSON `{` }}", "{}" },
	{ "{{ toJSON .m }}", "! wrong type for value; expected "
	  "map[string]string; got map[string]interface {}" },

	/* maps of texts */
	{ "{{ isset (strdict `a` ``) `a` }} {{ isset (strdict) `a` }}",
	  "true false" },
	{ "{{ toJsonMap (strdict `a` `1` `b` `2`) (strdict `b` `3`) }}",
	  "{\"a\":\"1\",\"b\":\"3\"}" },
	{ "{{ toJsonMap }} {{ toJsonMap nil }}", "null {}" },
	{ "{{ omit (strdict `a` `1` `b` `2`) `a` `c` }}", "map[b:2]" },
	{ "{{ mergeMaps (strdict `a` `1`) (strdict `a` `2`) }}", "map[a:2]" },
	{ "{{ isset . `a` }}", "! wrong type for value; expected "
	  "map[string]string; got map[string]interface {}" },

	/* nil */
	{ "{{ omitNil .nils }}", "map[d:[1] e:map[f:1]]" },
	{ "{{ omitNil .full }} {{ omitNil .none }} {{ omitNil `a` }}",
	  "map[a:[1 map[]] b:map[]] <no value> a" },
	{ "{{ $d := dict }}{{ $_ := set $d `d` $d }}{{ omitNil $d }}",
	  "! error calling omitNil: nested too deeply" },
	{ "{{ toYaml (omitNil .none) }}", "null\n" },
};

START_TEST(test_plain)
{
	struct value data = value_of_node(&arena, &type_interface, json(DATA),
					  false);

	check(plain[_i].text, data, plain[_i].want);
}
END_TEST

START_TEST(test_env)
{
	struct buf out = BUF_INIT;
	struct err e = ERR_INIT;

	setenv("ISTIO_TEST", "seen", 1);
	setenv("ISTIO_EMPTY", "", 1);
	ck_assert_int_eq(run("{{ env `ISTIO_TEST` `a` }} "
			     "{{ env `ISTIO_EMPTY` `b` }}", VALUE_MISSING,
			     true, &out, &e), 0);
	ck_assert_str_eq(buf_z(&out), "seen b");
	buf_release(&out);
}
END_TEST

/* ---- toYaml ---- */

#define FORTY "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct {
	const char *json, *yaml;
} yaml[] = {
	{ "null", "null\n" },
	{ "true", "true\n" },
	{ "{}", "{}\n" },
	{ "[]", "[]\n" },
	{ "\"\"", "\"\"\n" },
	{ "{\"a\":{\"b\":[1,{\"c\":[],\"d\":null}]}}",
	  "a:\n  b:\n  - 1\n  - c: []\n    d: null\n" },
	{ "[[1,[2]],{\"a\":1,\"b\":2}]",
	  "- - 1\n  - - 2\n- a: 1\n  b: 2\n" },
	/* numbers */
	{ "[1,-1,1.5,1e7,1.5e7,1e-7,1e21,-0.5]",
	  "- 1\n- -1\n- 1.5\n- 10000000\n- 15000000\n- 1e-07\n- 1e+21\n"
	  "- -0.5\n" },
	{ "[1234567.5,0.0001,0.00001]",
	  "- 1.2345675e+06\n- 0.0001\n- 1e-05\n" },
	/* what would be read as something else */
	{ "[\"yes\",\"Null\",\"1\",\"0x1F\",\"1_0\",\".5\",\"1e3\",\"~\"]",
	  "- \"yes\"\n- \"Null\"\n- \"1\"\n- \"0x1F\"\n- \"1_0\"\n- \".5\"\n"
	  "- \"1e3\"\n- \"~\"\n" },
	{ "[\"2001-01-01\",\"2001-13-01\",\"12:30:45\",\"12:61\",\"<<\"]",
	  "- \"2001-01-01\"\n- 2001-13-01\n- \"12:30:45\"\n- 12:61\n- <<\n" },
	{ "[\"2001-1-2 3:4:5\",\"10Mi\",\"100m\",\"1.2.3\"]",
	  "- \"2001-1-2 3:4:5\"\n- 10Mi\n- 100m\n- 1.2.3\n" },
	/* what could not be read */
	{ "[\"a: b\",\"a:\",\"a #b\",\"a#b\",\"- a\",\"-a\",\"?\",\"it's\"]",
	  "- 'a: b'\n- 'a:'\n- 'a #b'\n- a#b\n- '- a'\n- -a\n- '?'\n"
	  "- it's\n" },
	{ "[\"'x'\",\" a\",\"a \",\"%a\",\"---\",\"{{ x }}\",\"a, b\"]",
	  "- '''x'''\n- ' a'\n- 'a '\n- '%a'\n- '---'\n- '{{ x }}'\n"
	  "- a, b\n" },
	{ "[\"a\\tb\",\"\\u0001\",\"\\u00a0\",\"\\ud83d\\ude00\",\"\\ufeff\"]",
	  "- \"a\\tb\"\n- \"\\x01\"\n- \302\240\n- \"\\U0001F600\"\n"
	  "- \"\\uFEFF\"\n" },
	{ "[\"\\ufeffab\",\"a\\r\\nb\"]",
	  "- \"\\uFEFF\\x61\\x62\"\n- \"a\\r\\nb\"\n" },
	/* a DEL, which YAML has not */
	{ "[\"a\\u007fb\"]", "" },
	/* several lines */
	{ "{\"a\":\"x\\ny\",\"b\":\"x\\n\",\"c\":\"x\\n\\n\",\"d\":\"\\n\"}",
	  "a: |-\n  x\n  y\nb: |\n  x\nc: |+\n  x\n\nd: |2+\n\n" },
	{ "[\" x\\ny\",\"x \\ny\",\"x\\n y\",\"x\\ny \"]",
	  "- |2-\n   x\n  y\n- \"x \\ny\"\n- |-\n  x\n   y\n- \"x\\ny \"\n" },
	{ "[\"a\\u2028b\"]", "- 'a\342\200\250  b'\n" },
	{ "\"a\\nb\"", "|-\n  a\n  b\n" },
	/* long ones */
	{ "{\"k\":\"" FORTY " " FORTY " b c\"}",
	  "k: " FORTY " " FORTY "\n  b c\n" },
	{ "{\"k\":\"" FORTY " " FORTY "  b c\"}",
	  "k: " FORTY " " FORTY "  b\n  c\n" },
	{ "[\"" FORTY " " FORTY ": b\"]",
	  "- '" FORTY " " FORTY ":\n  b'\n" },
	{ "[\"\\t" FORTY " " FORTY "  b\"]",
	  "- \"\\t" FORTY " " FORTY "\n  \\ b\"\n" },
	/* keys */
	{ "{\"a10\":1,\"a2\":1,\"B\":1,\"a\":1,\"_\":1,\"10\":1,\"9\":1}",
	  "_: 1\n\"9\": 1\n\"10\": 1\nB: 1\na: 1\na2: 1\na10: 1\n" },
	{ "{\"a/b\":1,\"a.b\":1,\"a-b\":1,\"ab\":1,\"a01\":1,\"a1\":1}",
	  "a-b: 1\na.b: 1\na/b: 1\na1: 1\na01: 1\nab: 1\n" },
	{ "{\"a\\nb\":[1],\"a\\nc\":{\"d\":1}}",
	  "? |-\n  a\n  b\n: - 1\n? |-\n  a\n  c\n: d: 1\n" },
	{ "{\"" FORTY FORTY FORTY "aaaaaaaaa\":1}",
	  "? " FORTY FORTY FORTY "aaaaaaaaa\n: 1\n" },
};

START_TEST(test_yaml)
{
	struct value data = value_of_node(&arena, &type_interface,
					  json(yaml[_i].json), false);

	check("{{ toYaml . }}", data, yaml[_i].yaml);
}
END_TEST

/* A map that was written is still there. */
START_TEST(test_yaml_again)
{
	struct value data = value_of_node(&arena, &type_interface,
					  json("{\"a\":\"b\",\"c\":[1]}"),
					  false);

	check("{{ $y := toYaml . }}{{ $x := repeat 1000 \"x\" }}{{ .a }} "
	      "{{ toYaml . }}", data, "b a: b\nc:\n- 1\n");
}
END_TEST

/* ---- views ---- */

#define POD "{\"metadata\":{\"annotations\":{\"a\":\"x\",\"n\":1}," \
	"\"labels\":{\"app.kubernetes.io/version\":\"v1\"}}," \
	"\"spec\":{\"containers\":[" \
	"{\"name\":\"web\",\"image\":\"r:1/i:2.0\",\"ports\":[" \
	"{\"containerPort\":80},{\"containerPort\":53,\"protocol\":\"UDP\"}," \
	"{\"containerPort\":443,\"protocol\":\"TCP\"}]}," \
	"{\"name\":\"istio-proxy\",\"ports\":[{\"containerPort\":15090}]}," \
	"{\"name\":\"side\"}]}}"

/* {{ .Meta }}, {{ .Spec }}, {{ .Proxy }} and {{ .Mesh }}, and one container
 * alone in {{ .One }}. */
static struct value views(const char *mesh_text)
{
	struct map *m = map_new(&arena, &type_map);
	const struct node *pod = json(POD);
	struct err e = ERR_INIT;
	struct mesh mesh;

	ck_assert_msg(!mesh_read(&arena, &mesh, RELEASE_NEWEST,
				 json(mesh_text), NULL, NULL, &e), "%s",
		      e.text);
	map_set(m, STR("Meta"), view_of(&arena, "ObjectMeta",
					node_get(pod, STR("metadata"))));
	map_set(m, STR("Spec"), view_of(&arena, "PodSpec",
					node_get(pod, STR("spec"))));
	map_set(m, STR("One"), view_of(&arena, "PodSpec", json(
		"{\"containers\":[{\"name\":\"web\",\"image\":"
		"\"r:1/i:2.0@sha256:ab\"}]}")));
	map_set(m, STR("Empty"), view_of(&arena, "PodSpec", NULL));
	map_set(m, STR("Proxy"), mesh_proxy_value(&arena, &mesh));
	map_set(m, STR("Mesh"), mesh_config_value(&arena, &mesh));
	return value_of_map(m, &type_map);
}

#define OTEL_MESH "{\"extensionProviders\":[{\"name\":\"o\"," \
	"\"opentelemetry\":{\"service\":\"s\",\"port\":1," \
	"\"serviceAttributeEnrichment\":\"OTEL_SEMANTIC_CONVENTIONS\"}}]}"
#define OTEL "{{ otelResourceAttributes .Mesh "

static const struct {
	const char *mesh, *text, *want;
} viewed[] = {
	{ "{}", "{{ annotation .Meta `a` `b` }} {{ annotation .Meta `n` 0 }} "
	  "{{ annotation .Meta `c` 15020 }} {{ annotation .Meta `c` nil }}",
	  "x 1 15020 <nil>" },
	{ "{}", "{{ annotation .Spec `a` `b` }}", "! error calling annotation:"
	  " wrong type for value; expected v1.ObjectMeta; got v1.PodSpec" },
	{ "{}", "{{ isset .Meta.Annotations `a` }}", "true" },
	{ "{}", "{{ includeInboundPorts .Spec.Containers }}",
	  "80,443,15090" },
	{ "{}", "{{ applicationPorts .Spec.Containers }}", "80,443" },
	{ "{}", "{{ includeInboundPorts .Empty.Containers }}", "" },
	{ "{}", "{{ includeInboundPorts .Spec }}", "! wrong type for value; "
	  "expected []v1.Container; got v1.PodSpec" },
	{ "{}", "{{ formatDuration .Proxy.DrainDuration }} "
	  "{{ formatDuration .Proxy.DiscoveryRefreshDelay }}", "45s 0s" },
	{ "{\"defaultConfig\":{\"drainDuration\":\"90s\"}}",
	  "{{ formatDuration .Proxy.DrainDuration }}", "1m30s" },
	{ "{}", "{{ protoToJSON .Proxy }}{{ protoToJSON nil }}", "{}{}" },
	{ "{\"defaultConfig\":{\"concurrency\":2}}",
	  "{{ protoToJSON .Proxy }}", "{\"concurrency\":2}" },
	{ "{}", "{{ protoToJSON .Proxy.Concurrency }} "
	  "{{ protoToJSON .Proxy.Tracing }}", "{} {}" },
	{ "{}", "{{ protoToJSON `a` }}", "! wrong type for value; expected "
	  "protoreflect.ProtoMessage; got string" },
	{ "{}", "{{ toYaml .One }}",
	  "containers:\n- image: r:1/i:2.0@sha256:ab\n  name: web\n"
	  "  resources: {}\n" },

	{ "{}", OTEL "nil nil `ns` .One.Containers }}", "" },
	{ OTEL_MESH, OTEL ".Meta.Annotations .Meta.Labels `ns` "
	  ".Spec.Containers }}", "service.namespace=ns,service.version=v1,"
	  "service.instance.id=ns.$(POD_NAME).web" },
	{ OTEL_MESH, OTEL "nil nil `ns` .One.Containers }}",
	  "service.namespace=ns,service.version=2.0@sha256:ab,"
	  "service.instance.id=ns.$(POD_NAME).web" },
	{ OTEL_MESH, OTEL "nil nil `` .Empty.Containers }}",
	  "" },
	{ OTEL_MESH, OTEL "nil nil `` .One.Containers }}",
	  "service.version=2.0@sha256:ab,"
	  "service.instance.id=.$(POD_NAME).web" },
	{ OTEL_MESH, OTEL "(strdict `resource.opentelemetry.io/"
	  "service.namespace` `a` `resource.opentelemetry.io/service.version` "
	  "`b` `resource.opentelemetry.io/service.instance.id` `c`) "
	  ".Meta.Labels `ns` .One.Containers }}", "service.namespace=a,"
	  "service.version=b,service.instance.id=c" },
};

START_TEST(test_views)
{
	check(viewed[_i].text, views(viewed[_i].mesh), viewed[_i].want);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("funcs");
	TCase *tc = tcase_create("templates");
	SRunner *sr = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tc, test_plain, 0, sizeof(plain) / sizeof(*plain));
	tcase_add_test(tc, test_env);
	tcase_add_loop_test(tc, test_yaml, 0, sizeof(yaml) / sizeof(*yaml));
	tcase_add_test(tc, test_yaml_again);
	tcase_add_loop_test(tc, test_views, 0,
			    sizeof(viewed) / sizeof(*viewed));
	suite_add_tcase(suite, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	arena_release(&arena);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
