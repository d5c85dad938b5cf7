#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "istio/render.h"
#include "json/scan.h"
#include "yaml/read.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))
#define BOM "\xef\xbb\xbf"

/* A template, and a pod for it. */
struct setup {
	struct arena arena, values;
	struct config_template config;
	struct istio istio;
	struct injection in;
	struct template *template;
};

static void warn(void *ctx, struct pos pos, const char *text)
{
	(void)ctx;
	(void)pos;
	ck_abort_msg("warned: %s", text);
}

static const struct node *tree(struct arena *a, const char *name,
			       const char *text)
{
	struct source *source = arena_new(a, struct source);
	struct err e = ERR_INIT;
	struct document doc;

	*source = (struct source)SOURCE_YAML(name, str_of(text));
	ck_assert_msg(!yaml_read(a, source, &doc, &e), "%s: %s", text, e.text);
	return doc.root;
}

static void begin(struct setup *s, enum template_sort sort, str text)
{
	*s = (struct setup){
		.config = { .name = STR("t.yaml"), .text = text,
			    .pos = { "t.yaml", 1, 1 }, .block = true },
	};
	s->istio.release = RELEASE_NEWEST;
	s->istio.mesh.config = s->istio.mesh.proxy = node_new(&s->arena,
							      NODE_MAP);
	s->template = template_new(&s->arena, sort, &s->config);
	s->in = (struct injection){
		.arena = &s->arena, .values = &s->values,
		.istio = &s->istio, .warn = warn,
		.api_version = STR("apps/v1"), .kind = STR("Deployment"),
		.name = STR("web"), .namespace = STR("shop"),
		.mesh = s->istio.mesh,
	};
	s->in.pod = s->in.stripped = tree(&s->arena, "pod.yaml",
		"# a pod\n"
		"metadata: {labels: {app: web}}\n"
		"spec: {containers: [{name: a}, {name: b}]}\n");
}

static int render(struct setup *s, struct rendering *out, struct err *e)
{
	const struct func_env env = { .allow_env = false };

	if (template_prepare(s->template, e))
		return -1;
	return template_render(s->template, &s->in, template_data(&s->in),
			       &env, out, e);
}

static void end(struct setup *s)
{
	template_release(s->template);
	arena_release(&s->values);
	arena_release(&s->arena);
}

/* Templates, and what they ask for. */
static const struct {
	const char *text, *wanted;
} good[] = {
	{ "spec: {}\n", "{\"spec\":{}}" },
	{ "metadata:\n  labels: {a: b}\n",
	  "{\"metadata\":{\"labels\":{\"a\":\"b\"}}}" },
	{ "{}", "{}" },
	{ "spec:\n  containers:\n  - name: p\n    ports:\n"
	  "    - containerPort: 80\n",
	  "{\"spec\":{\"containers\":[{\"name\":\"p\",\"ports\":"
	  "[{\"containerPort\":80}]}]}}" },

	/* what names the object goes */
	{ "apiVersion: v1\nkind: Pod\nspec: {}\n", "{\"spec\":{}}" },
	{ "kind: Pod\n", "{}" },

	/* forms of text */
	{ "{\"spec\": {\"hostname\": \"\\ud83d\\ude00\\/\"}}",
	  "{\"spec\":{\"hostname\":\"\xf0\x9f\x98\x80/\"}}" },
	{ "{spec: {hostname: a}} # flow\n", "{\"spec\":{\"hostname\":\"a\"}}" },
	{ "spec:\r\n  hostname: a\r\n", "{\"spec\":{\"hostname\":\"a\"}}" },
	{ BOM "spec:\n  hostname: a\n", "{\"spec\":{\"hostname\":\"a\"}}" },
	{ BOM "{\"spec\":{}}", "{\"spec\":{}}" },
	{ "# a comment\n---\n# another\nspec: {}\n...\n", "{\"spec\":{}}" },
	{ "--- {\"spec\": {}}\n", "{\"spec\":{}}" },
	{ "---\n{\"spec\": {}}\n", "{\"spec\":{}}" },
	{ "%YAML 1.1\n---\nspec: {}\n", "{\"spec\":{}}" },
	{ "# nothing\n---\nspec: {}\n---\n# nothing more\n---\n",
	  "{\"spec\":{}}" },
	{ "spec: {hostname: a}", "{\"spec\":{\"hostname\":\"a\"}}" },

	/* anchors, merges, duplicates */
	{ "metadata:\n  labels: &l {a: b}\n  annotations: *l\n",
	  "{\"metadata\":{\"labels\":{\"a\":\"b\"},"
	  "\"annotations\":{\"a\":\"b\"}}}" },
	{ "metadata:\n  labels: &l {a: b, c: d}\n"
	  "  annotations: {<<: *l, c: e}\n",
	  "{\"metadata\":{\"labels\":{\"a\":\"b\",\"c\":\"d\"},"
	  "\"annotations\":{\"a\":\"b\",\"c\":\"e\"}}}" },
	{ "spec: {hostname: a, hostname: b}\n",
	  "{\"spec\":{\"hostname\":\"b\"}}" },

	/* fields that are not known here, directives */
	{ "spec: {newThing: [1, {a: b}]}\n",
	  "{\"spec\":{\"newThing\":[1,{\"a\":\"b\"}]}}" },
	{ "spec:\n  $patch: replace\n  containers:\n"
	  "  - {name: a, $patch: delete}\n",
	  "{\"spec\":{\"$patch\":\"replace\",\"containers\":"
	  "[{\"name\":\"a\",\"$patch\":\"delete\"}]}}" },
	{ "spec: {terminationGracePeriodSeconds: null}\n",
	  "{\"spec\":{\"terminationGracePeriodSeconds\":null}}" },
};

static void check_overlay(struct setup *s, const char *wanted)
{
	struct rendering r;
	struct err e = ERR_INIT;

	ck_assert_msg(!render(s, &r, &e), "%.*s: %s", STR_ARG(s->config.text),
		      e.text);
	ck_assert(!e.set);
	ck_assert_msg(node_equal(r.overlay, tree(&s->arena, "wanted", wanted)),
		      "%.*s", STR_ARG(r.text));
}

START_TEST(test_good)
{
	struct setup s;

	begin(&s, TEMPLATE_FILE, str_of(good[_i].text));
	check_overlay(&s, good[_i].wanted);
	end(&s);
}
END_TEST

/* The first document of Istio's counts; nothing is an overlay too. */
static const struct {
	const char *text, *wanted;
} istio[] = {
	{ "", "{}" },
	{ "# nothing\n", "{}" },
	{ "spec: {hostname: a}\n---\n[", "{spec: {hostname: a}}" },
	{ "spec:\n", "{spec: null}" },
	{ "other: 1\n", "{other: 1}" },
	{ "{{ if false }}x{{ end }}", "{}" },
	{ "spec: {hostname: {{ .DeploymentMeta.Name }}}\n---\nx: [\n",
	  "{spec: {hostname: web}}" },
};

START_TEST(test_istio)
{
	struct setup s;

	begin(&s, TEMPLATE_ISTIO, str_of(istio[_i].text));
	check_overlay(&s, istio[_i].wanted);
	end(&s);
}
END_TEST

/* With actions. */
static const struct {
	const char *text, *wanted;
} rendered[] = {
	{ "spec: {}\n# {{ .Values.a }}\n", "{spec: {}}" },
	{ "spec:\n  hostname: {{ .Values.a | default \"b\" }} "
	  "# {{ .Values.c }}\n",
	  "{spec: {hostname: b}}" },
	{ "metadata:\n  labels:\n    a: {{ .Values.a }}\n    a: b # twice\n",
	  "{metadata: {labels: {a: b}}}" },
	{ "spec: {hostname: <no value>{{ \"\" }}}\n",
	  "{spec: {hostname: <no value>}}" },
	{ "metadata: {labels: {of: {{ .DeploymentMeta.Name }}}}\n",
	  "{metadata: {labels: {of: web}}}" },
	{ "metadata:\n  annotations:\n"
	  "    is: {{ .TypeMeta.Kind }} {{ .TypeMeta.APIVersion }}\n"
	  "    at: {{ .DeploymentMeta }}\n",
	  "{metadata: {annotations: {is: Deployment apps/v1, at: shop/web}}}" },
	{ "spec:\n  containers:\n{{- range .Spec.Containers }}\n"
	  "  - name: {{ .Name }}-log\n{{- end }}\n",
	  "{spec: {containers: [{name: a-log}, {name: b-log}]}}" },
	{ "spec: {hostname: {{ index .ObjectMeta.Labels \"app\" | quote }}}\n",
	  "{spec: {hostname: web}}" },
	{ "metadata: {labels: {r: {{ .Revision | default \"none\" }}, "
	  "u: \"{{ .ProxyUID }}\"}}\n",
	  "{metadata: {labels: {r: none, u: '1337'}}}" },
	{ "{{ $v := .Values }}{{ $_ := set $v \"a\" \"b\" }}"
	  "spec: {hostname: {{ .Values.a }}}\n", "{spec: {hostname: b}}" },
	{ "# {{/* nothing */}}\nspec: {}\n", "{spec: {}}" },
	/* for this workload: nothing */
	{ "{{ .Revision }}", "{}" },
	{ "{\"spec\": {\"hostname\": {{ toJson .DeploymentMeta.Name }}}}",
	  "{spec: {hostname: web}}" },
};

START_TEST(test_rendered)
{
	struct setup s;

	begin(&s, TEMPLATE_FILE, str_of(rendered[_i].text));
	check_overlay(&s, rendered[_i].wanted);
	/* what one execution sets the next one does not see */
	check_overlay(&s, rendered[_i].wanted);
	end(&s);
}
END_TEST

/* What goes wrong with actions; `line` 0: at the pod. */
static const struct {
	const char *text, *words;
	unsigned line, column;
} failing[] = {
	{ "spec: {}\n# {{ if }}\n", "template: t.yaml:2: missing value for if",
	  2, 0 },
	{ "{{ nothing }}",
	  "template: t.yaml:1: function \"nothing\" not "
	  "defined",
	  1, 0 },
	{ "spec:\n  a: {{ .Nothing }}\n",
	  "template: t.yaml:2:8: executing "
	  "\"t.yaml\" at <.Nothing>: can't evaluate field Nothing in type "
	  "*inject.SidecarTemplateData",
	  0, 0 },
	{ "{{ fail \"no port\" }}", "error calling fail: no port", 0, 0 },
	{ "spec: {}\n# {{ .Revision }}\nspec: [\n",
	  "(rendered for Deployment web at pod.yaml:2:1)", 4, 1 },
	{ "# {{ .Revision }}\nspec:\n  hostname: a: b\n",
	  "mapping values are not allowed in this context (rendered for "
	  "Deployment web at pod.yaml:2:1: \"hostname: a: b\")", 3, 14 },
	{ "# {{ .Revision }}\nspec:\n  containers: {{ .ProxyUID }}\n",
	  "spec.containers: expected a list, found 1337 (rendered for "
	  "Deployment web at pod.yaml:2:1: \"containers: 1337\")", 3, 18 },
	{ "metadata:\n  annotations:\n    a: {{ .NativeSidecars }}\n",
	  "metadata.annotations.a: expected text, found true or false", 3, 11 },
	{ "a: {{ .ProxyUID }}\n", "`metadata` or `spec`, found `a` (rendered "
	  "for Deployment web at pod.yaml:2:1: \"a: 1337\")", 1, 1 },
	{ "spec: {}\n# {{ .Revision }}\n---\nspec: {}\n",
	  "a second one starts", 3, 1 },

	/* the place in the template, wherever that is in the output */
	{ "{{- range list 1 2 3 }}\n# {{ . }}\n{{ end }}\nspec:\n  a: [\n",
	  "(rendered for", 6, 1 },
	{ "{{ define \"x\" }}\n  hostNetwork: 1\n{{ end -}}\nspec:\n"
	  "{{- template \"x\" }}\n", "spec.hostNetwork", 2, 16 },
	{ "spec: {}\n{{ $a := 1 }}\n---\n{{ if $a }}[]{{ end }}\n",
	  "a second one starts", 3, 1 },
	{ "# {{ .ProxyUID }}\n---\n# c\nspec:\n  hostNetwork: \xc3\xa4\n",
	  "\"hostNetwork: \xc3\xa4\"", 5, 16 },
	{ "{{ \"spec:\\n  a: b\\n  hostNetwork: 1\" }}\n",
	  "\"hostNetwork: 1\"", 1, 4 },

	/* values are not shown: they may be secrets */
	{ "spec:\n  hostname: a{{ .Values.p | default \"b: c\" }}z"
	  "{{ .Revision }}\n",
	  "\"hostname: a{{ .Values.p | default \"b: c\" }}z", 2, 17 },
	{ "{{ $s := 7 }}spec:\n  hostname: {{ $s }}\n",
	  "\"hostname: {{ $s }}\"", 2, 16 },
	{ "spec:\n  hostname: {{ with 7 }}{{ . }}{{ end }}\n",
	  "\"hostname: {{ . }}\"", 2, 28 },
	{ "spec:\n  hostname: {{ range list 7 8 }}{{ . | int }}{{ end }}\n",
	  "\"hostname: {{ . | int }}{{ . | int }}\"", 2, 36 },

	/* no value */
	{ "spec:\n  a: x{{ .Values.a.b }}\n", "\".Values.a.b\" has no value; "
	  "set it with --set a.b=... (rendered for Deployment web at "
	  "pod.yaml:2:1: \"a: x<no value>\")", 2, 10 },
	{ "spec:\n  a: {{- .Values.b -}}\n", "\".Values.b\" has no value; set",
	  2, 10 },
	{ "spec:\n  a: '{{ index .Values \"}}\" }}'\n",
	  "\"index .Values \"}}\"\" has no value; use \"default\" or \"if\"",
	  2, 10 },
	{ "spec:\n  {{ .Values.key }}: 1\n", "\".Values.key\" has no", 2, 6 },
	{ "spec:\n  a: |\n    x\n    y {{ .Values.z }}\n", "\".Values.z\"", 4,
	  10 },
	{ "spec: {a: [b, {c: {{ .Values.z }}}]}\n", "\".Values.z\"", 1, 22 },
	{ "spec:\n  a: {{ printf \"%v\" .Values.b }}\n",
	  "\"printf \"%v\" .Values.b\" has no", 2, 9 },
	{ "spec:\n  a: x-{{ .Values.b | toString }}\n",
	  "\".Values.b | toString\" has no", 2, 11 },
	{ "# {{ .Values.a }}\nspec:\n  a: {{ .Values.b }}\n",
	  "\".Values.b\" has no", 3, 9 },
};

START_TEST(test_failing)
{
	struct setup s;
	struct rendering r;
	struct err e = ERR_INIT;

	begin(&s, TEMPLATE_FILE, str_of(failing[_i].text));
	ck_assert_int_eq(render(&s, &r, &e), -1);
	ck_assert_msg(strstr(e.text, failing[_i].words), "%s: %s",
		      failing[_i].text, e.text);
	if (failing[_i].line) {
		ck_assert_str_eq(e.pos.file, "t.yaml");
		ck_assert_uint_eq(e.pos.line, failing[_i].line);
		ck_assert_uint_eq(e.pos.column, failing[_i].column);
	} else {
		ck_assert_str_eq(e.pos.file, "pod.yaml");
		ck_assert_uint_eq(e.pos.line, 2);
		ck_assert_uint_eq(e.pos.column, 1);
	}
	end(&s);
}
END_TEST

#define NO_MAP                                                                 \
	"a template must be a map with `metadata` or `spec` of a Pod, "        \
	"not "
#define NO_POD                                                                 \
	"a template is a part of a Pod: expected `metadata` or `spec`, "       \
	"found "

/* Templates that are refused, words of why, and where. */
static const struct {
	const char *text, *words;
	unsigned line, column;
} bad[] = {
	{ "", "this template is empty", 1, 1 },
	{ "\n\n", "this template is empty", 1, 1 },
	{ "# only\n# comments\n", "this template is empty", 1, 1 },
	{ "---\n", "this template is empty", 1, 1 },
	{ BOM, "this template is empty", 1, 1 },
	{ "- a\n", NO_MAP "a list", 1, 1 },
	{ "# c\n\n  - a\n", NO_MAP "a list", 3, 3 },
	{ "[]", NO_MAP "a list", 1, 1 },
	{ "text\n", NO_MAP "text", 1, 1 },
	{ "--- 7\n", NO_MAP "a number", 1, 5 },
	{ "--- ~\n", NO_MAP "nothing", 1, 5 },
	{ "spec: {}\n---\nspec: {}\n", "single document", 2, 1 },
	{ "spec: {}\n---\n# c\n---\n\n[\n", "single document", 4, 1 },
	{ "{\"spec\":{}} {\"spec\":{}}", "single document", 1, 13 },
	{ "containers: []\n", NO_POD "`containers`", 1, 1 },
	{ "spec: {}\nstatus: {}\n", NO_POD "`status`", 2, 1 },
	{ "spec: {}\n\"\": {}\n", NO_POD "``", 2, 1 },
	{ "spec: {}\n$patch: delete\n", NO_POD "`$patch`", 2, 1 },

	/* types */
	{ "metadata: {labels: {a: b}}\nspec:\n", "spec: is empty",
	  2, 6 },
	{ "spec: []\n", "spec: expected a map, found a list", 1, 7 },
	{ "spec: text\n", "spec: expected a map, found text", 1, 7 },
	{ "metadata: {labels: [a]}\n",
	  "metadata.labels: expected a map, found a list", 1, 20 },
	{ "spec:\n  containers: {name: a}\n",
	  "spec.containers: expected a list, found a map", 2, 15 },
	{ "spec:\n  containers:\n  - a\n",
	  "spec.containers[0]: expected a map, found text", 3, 5 },
	{ "{\"spec\": {\"priority\": \"x\"}}",
	  "spec.priority: expected a whole number, found text", 1, 23 },

	/* no meaning in JSON */
	{ "spec: {}\nmetadata: {annotations: {a: .inf}}\n", "", 2, 29 },
	{ "spec: {? [a] : b}\n", "", 1, 10 },

	/* syntax; places count characters */
	{ "spec: [\n", "while parsing", 2, 1 },
	{ "spec:\n\tcontainers: []\n", "cannot start any token", 2, 1 },
	{ "metadata: {name: \xc3\xa9\xc3\xa9, labels: []}\n",
	  "metadata.labels: expected a map", 1, 30 },
	{ "spec: *nowhere\n", "undefined alias *nowhere", 1, 7 },
	{ "\xff\xfes\0", "UTF-16", 1, 1 },
	{ "spec: \xff\n", "", 1, 7 },
};

START_TEST(test_bad)
{
	struct setup s;
	struct err e = ERR_INIT;

	begin(&s, TEMPLATE_FILE, str_of(bad[_i].text));
	ck_assert_msg(template_prepare(s.template, &e) == -1, "%s",
		      bad[_i].text);
	ck_assert(e.set);
	ck_assert(e.text[0]);
	ck_assert_msg(strstr(e.text, bad[_i].words), "%s: %s", bad[_i].text,
		      e.text);
	ck_assert_str_eq(e.pos.file, "t.yaml");
	ck_assert_msg(e.pos.line == bad[_i].line &&
		      e.pos.column == bad[_i].column, "%s: %s at %u:%u",
		      bad[_i].text, e.text, e.pos.line, e.pos.column);
	/* and again */
	ck_assert_int_eq(template_prepare(s.template, NULL), -1);
	end(&s);
}
END_TEST

/* Only `n` bytes are the text. */
START_TEST(test_length)
{
	struct setup s;

	begin(&s, TEMPLATE_FILE, (str){ "spec: {} ]", 8 });
	check_overlay(&s, "{spec: {}}");
	end(&s);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("render");
	TCase *tc = tcase_create("templates");
	SRunner *sr = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tc, test_good, 0, COUNT(good));
	tcase_add_loop_test(tc, test_bad, 0, COUNT(bad));
	tcase_add_loop_test(tc, test_istio, 0, COUNT(istio));
	tcase_add_loop_test(tc, test_rendered, 0, COUNT(rendered));
	tcase_add_loop_test(tc, test_failing, 0, COUNT(failing));
	tcase_add_test(tc, test_length);
	suite_add_tcase(suite, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
