/*
 * Istio's configuration: which files are understood, what is read from them,
 * and the positions of errors and templates.
 */
#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/io.h"
#include "istio/istio_config.h"
#include "json/text.h"

static struct arena arena = ARENA_INIT;
static struct buf warnings = BUF_INIT;

static void warn(void *ctx, struct pos pos, const char *text)
{
	(void)ctx;
	buf_printf(&warnings, "%u:%u: %s\n", pos.line, pos.column, text);
}

static const struct config_reader reader = { &arena, warn, NULL };

static struct config_file file_of(const char *text)
{
	buf_clear(&warnings);
	return (struct config_file){ "f", text, strlen(text) };
}

static struct inject_config inject(const char *text)
{
	struct config_file file = file_of(text);
	struct inject_config c;
	struct err e = ERR_INIT;

	ck_assert_msg(!config_read_inject(&reader, &file, &c, &e),
		      "%s\n%u:%u: %s", text, e.pos.line, e.pos.column, e.text);
	return c;
}

static void same_text(str got, const char *want)
{
	ck_assert_msg(str_eq(got, str_of(want)), "got  <%.*s>\nwant <%s>",
		      STR_ARG(got), want);
}

static void same_template(const struct config_template *t, const char *want)
{
	same_text(config_template_text(&arena, t), want);
}

static void same_tree(const struct node *got, const char *want)
{
	struct buf b = BUF_INIT;

	if (got)
		json_write(&b, got);
	same_text(buf_str(&b), want);
	buf_release(&b);
}

START_TEST(all_fields)
{
	struct inject_config c = inject(
		"policy: disabled\n"
		"defaultTemplates: [b]\n"
		"templates:\n"
		"  b: |\n"
		"    x: {{ .y }}\n"
		"\n"
		"  a: 1\n"
		"  c:\n"
		"aliases: {both: [a, b]}\n"
		"neverInjectSelector:\n"
		"- matchLabels: {app: x}\n"
		"alwaysInjectSelector:\n"
		"- matchExpressions: [{key: app, operator: In, values: [z]}]\n"
		"injectedAnnotations: {a: true}\n");

	same_text(c.policy, "disabled");
	same_tree(c.default_templates, "[\"b\"]");
	same_tree(c.aliases, "{\"both\":[\"a\",\"b\"]}");
	same_tree(c.never, "[{\"matchLabels\":{\"app\":\"x\"}}]");
	same_tree(c.always, "[{\"matchExpressions\":[{\"key\":\"app\","
			    "\"operator\":\"In\",\"values\":[\"z\"]}]}]");
	same_tree(c.injected_annotations, "{\"a\":true}");
	ck_assert_uint_eq(c.n_templates, 3);
	same_text(c.templates[0].name, "a");
	same_template(&c.templates[0], "1");
	same_template(config_template(&c, STR("b")), "x: {{ .y }}\n");
	same_template(config_template(&c, STR("c")), "");
	ck_assert_ptr_null(config_template(&c, STR("d")));
	ck_assert_uint_eq(warnings.n, 0);
}
END_TEST

START_TEST(no_fields)
{
	struct inject_config c = inject("Policy: enabled\nTemplates: {A: x}\n"
					"aliases:\ndefaultTemplates: []\n"
					"sidecar: y\n");

	same_text(c.policy, "enabled");
	ck_assert_ptr_null(c.aliases);
	ck_assert_ptr_null(c.default_templates);
	ck_assert_ptr_null(c.never);
	same_template(config_template(&c, STR("A")), "x");
	same_text(buf_str(&warnings),
		  "5:1: unknown field \"sidecar\" of the injection Config\n");

	/* a trap for control planes of old, in the files of all releases */
	c = inject("template: '{{ No_Such_Function }}'\ntemplates: {a: x}\n");
	ck_assert_uint_eq(c.n_templates, 1);
	ck_assert_uint_eq(warnings.n, 0);

	c = inject("policy: enabled\n");
	ck_assert_uint_eq(c.n_templates, 0);
	same_text(buf_str(&warnings),
		  "1:1: the injection Config has no templates\n");
}
END_TEST

#define SPEC "spec:\n  a: {{ .b }}\n"

/* Files and the text of the template `sidecar` in them. */
static const struct {
	const char *file, *text;
} sidecars[] = {
	/* bare templates: YAML or not */
	{ SPEC, SPEC },
	{ "\xef\xbb\xbf" SPEC, SPEC },
	{ "{{ if .x }}\r\nspec:\r\n{{ end }}\r\n",
	  "{{ if .x }}\r\nspec:\r\n{{ end }}\r\n" },
	{ "apiVersion: v1\nkind: Pod\nspec: {}\n",
	  "apiVersion: v1\nkind: Pod\nspec: {}\n" },
	{ "spec: {}\n---\nspec: {}\n", "spec: {}\n---\nspec: {}\n" },

	/* Configs */
	{ "templates:\n  sidecar: |-\n    a\n     b\n", "a\n b" },
	{ "templates:\n  sidecar: |\n    a\n\n    \n   \n      b\n\n\n  c: d\n",
	  "a\n\n\n\n  b\n" },
	{ "templates:\n  sidecar: |-\n   a\n\npolicy: |\n  enabled\n", "a" },
	{ "templates:\n  sidecar: |\n    a", "a" },
	{ "Templates:\n  sidecar: |\n    a\n    b\n", "a\nb\n" },
	{ "\xef\xbb\xbftemplates:\r\n  sidecar: |\r\n    a\r\n    b\r\n",
	  "a\nb\n" },
	{ "templates: {sidecar: \"a\\nb\"}", "a\nb" },
	{ "x: &t |\n  a\ntemplates:\n  sidecar: *t\n", "a\n" },
	{ "{\"templates\":{\"sidecar\":\"{{a}}\\u00e9\"}}", "{{a}}\xc3\xa9" },

	/* ConfigMaps: a block, quotes, JSON */
	{ "kind: ConfigMap\ndata:\n  config: |\n    templates:\n"
	  "      sidecar: |\n        a\n    policy: enabled\n", "a\n" },
	{ "kind: ConfigMap\ndata:\n  config: |\n    templates:\n"
	  "      sidecar: |\n        a\n", "a\n" },
	{ "kind: ConfigMap\ndata:\n  config: |-\n    templates:\n"
	  "      sidecar: |\n        a\n\n  x: y\n", "a" },
	{ "kind: ConfigMap\ndata:\n  config: |\n    ---\n    templates:\n"
	  "      sidecar: |\n        a\n", "a\n" },
	{ "kind: ConfigMap\ndata:\n  config: |2\n    templates:\n"
	  "      sidecar: a\n", "a" },
	{ "kind: ConfigMap\ndata:\n  config: \"templates:\\n  sidecar: a\"\n",
	  "a" },
	{ "{\"kind\":\"ConfigMap\",\"data\":{\"config\":"
	  "\"templates:\\n  sidecar: |\\n    a\\n\"}}", "a\n" },
	{ "kind: ConfigMap\ndata:\n  config: |\n    {\"templates\":\n"
	  "    {\"sidecar\":\"a\"}}\n", "a" },
	{ "{\"config\":\"templates: {sidecar: a}\",\"values\":\"{}\"}", "a" },
	{ "x: &c |\n  templates: {sidecar: a}\nkind: ConfigMap\n"
	  "data: {config: *c}\n", "a" },

	/* one of several */
	{ "kind: List\nitems:\n- kind: Pod\n- kind: ConfigMapList\n  items:\n"
	  "  - kind: ConfigMap\n    data: {mesh: x}\n  - kind: ConfigMap\n"
	  "    data: {config: 'templates: {sidecar: a}'}\n", "a" },
	{ "# a comment\n---\nkind: ConfigMap\ndata: {mesh: x}\n---\n---\n"
	  "kind: ConfigMap\ndata: {config: 'templates: {sidecar: a}'}\n", "a" },
	{ "{\"global\":{}}\n{\"templates\":{\"sidecar\":\"a\"}}\n", "a" },
	{ "rootNamespace: x\n---\ntemplates: {sidecar: a}\n---\nglobal: {}\n",
	  "a" },
	{ "kind: ConfigMap\nmetadata: {name: istio-sidecar-injector-b}\n"
	  "data: {config: 'templates: {sidecar: b}'}\n---\nkind: ConfigMap\n"
	  "metadata: {name: istio-sidecar-injector}\n"
	  "data: {config: 'templates: {sidecar: a}'}\n", "a" },
	{ "templates: {sidecar: b}\n---\nkind: ConfigMap\n"
	  "data: {config: 'templates: {sidecar: a}'}\n", "a" },
};

START_TEST(sidecar)
{
	struct inject_config c = inject(sidecars[_i].file);
	const struct config_template *t = config_template(&c, STR("sidecar"));

	ck_assert_msg(t, "%s", sidecars[_i].file);
	same_template(t, sidecars[_i].text);
}
END_TEST

/* A template's place, and that of its line 2, column 3. */
static const struct {
	const char *file, *first, *second;
} places[] = {
	{ "a\nb {{ x }}\n", "f:1:1", "f:2:3" },
	{ "templates:\n  sidecar: |\n    a\n    bcd\n", "f:3:5", "f:4:7" },
	{ "templates:\r\n  sidecar: |2\r\n\r\n     a\r\n", "f:3:5", "f:4:7" },
	{ "templates:\n  sidecar: |-\n\n\n       a\n", "f:3:8", "f:4:10" },
	{ "x: &t |\n  a\n  b\ntemplates:\n  sidecar: *t\n", "f:2:3", "f:3:5" },
	{ "templates:\n  sidecar: \"a\\nb\"\n", "f:2:12", "f:2:0" },
	{ "templates:\n  sidecar: >\n    a\n", "f:2:12", "f:2:0" },
	{ "a: b\n---\ntemplates:\n  sidecar: |\n    a\n", "f:5:5", "f:6:7" },
	{ "kind: ConfigMap\ndata:\n  config: |\n    templates:\n"
	  "      sidecar: |\n        a\n        b\n", "f:6:9", "f:7:11" },
	{ "kind: ConfigMap\ndata:\n  config: \"templates:\\n  sidecar: |\\n"
	  "    a\\n\"\n", "f, data.config:3:5", "f, data.config:4:7" },
};

static void same_pos(struct pos pos, const char *want)
{
	char got[80];

	snprintf(got, sizeof(got), "%s:%u:%u", pos.file, pos.line, pos.column);
	ck_assert_str_eq(got, want);
}

START_TEST(place)
{
	struct inject_config c = inject(places[_i].file);

	same_pos(c.templates[0].pos, places[_i].first);
	same_pos(config_template_pos(&c.templates[0], 2, 3), places[_i].second);
	ck_assert_uint_eq(config_template_pos(&c.templates[0], 2, 0).column, 0);
}
END_TEST

typedef int read_fn(const struct config_reader *r,
		    const struct config_file *file, const struct node **out,
		    struct err *e);

static const struct {
	read_fn *read;
	const char *file, *tree;
} trees[] = {
	{ config_read_values, "global: {hub: x}\n", "{\"global\":{\"hub\":"
						    "\"x\"}}" },
	{ config_read_values, "{\"a\":null}", "{\"a\":null}" },
	{ config_read_values, "{a: b}", "{\"a\":\"b\"}" },
	{ config_read_values, "", "" },
	{ config_read_values, "# nothing\n", "" },
	{ config_read_values, "null\n", "" },
	{ config_read_values, "templates: {}\n", "{\"templates\":{}}" },
	{ config_read_values, "kind: ConfigMap\ndata:\n  values: |-\n    {\n"
			      "      \"a\": 1\n    }\n", "{\"a\":1}" },
	{ config_read_values, "kind: ConfigMap\ndata: {values: ''}\n", "" },
	{ config_read_values, "{\"values\":\"{\\\"a\\\":1}\",\"config\":\"\"}",
	  "{\"a\":1}" },
	{ config_read_values, "templates: {}\n---\nglobal: {}\n---\na: b\n",
	  "{\"global\":{}}" },
	{ config_read_mesh, "rootNamespace: x\n", "{\"rootNamespace\":\"x\"}" },
	{ config_read_mesh, "", "" },
	{ config_read_mesh, "templates: {}\n---\nglobal: {}\n---\na: b\n",
	  "{\"a\":\"b\"}" },
	{ config_read_mesh, "kind: Namespace\n---\nkind: ConfigMap\n"
			    "metadata: {name: istio-canary}\n"
			    "data: {mesh: 'a: c'}\n---\nkind: ConfigMap\n"
			    "metadata: {name: istio}\ndata:\n  mesh: |\n"
			    "    a: b\n", "{\"a\":\"b\"}" },
};

START_TEST(tree)
{
	struct config_file file = file_of(trees[_i].file);
	struct err e = ERR_INIT;
	const struct node *n;

	ck_assert_msg(!trees[_i].read(&reader, &file, &n, &e), "%s:\n%s",
		      trees[_i].file, e.text);
	same_tree(n, trees[_i].tree);
}
END_TEST

/* As config_read_values, for the table of errors. */
static int read_inject(const struct config_reader *r,
		       const struct config_file *file, const struct node **out,
		       struct err *e)
{
	struct inject_config c;

	(void)out;
	return config_read_inject(r, file, &c, e);
}

static int read_operator(const struct config_reader *r,
			 const struct config_file *file,
			 const struct node **out, struct err *e)
{
	struct config_operator o;

	(void)out;
	return config_read_operator(r, file, &o, e);
}

/* Files, the position of the error, and words of its text. */
static const struct {
	read_fn *read;
	const char *file, *pos, *words;
} errors[] = {
	{ read_inject, "", "f:0:0", "the file is empty" },
	{ read_inject, "a: [\n", "f:2:1", "" },
	{ read_inject, "policy: x\ntemplates:\n  a: {{ b }\n", "f:4:1", "" },
	{ read_inject, "{\"templates\": {\"a\": \"{{ b }}\"", "f:1:30", "" },
	{ read_inject, "templates: []\n", "f:1:12",
	  "templates: expected a map, found a list" },
	{ read_inject, "templates:\n  a: x\n  b: {c: d}\n", "f:3:6",
	  "templates.b: expected text, found a map" },
	{ read_inject, "templates: {a: x}\nneverInjectSelector:\n  a: b\n",
	  "f:3:3", "neverInjectSelector: expected a list, found a map" },
	{ read_inject, "alwaysInjectSelector: [1]\n", "f:1:24",
	  "alwaysInjectSelector[0]: expected a map, found a number" },
	{ read_inject, "alwaysInjectSelector: [{}, {matchLabels: x}]\n",
	  "f:1:42", "alwaysInjectSelector[1].matchLabels: expected a map" },
	{ read_inject, "defaultTemplates: sidecar\n", "f:1:19",
	  "defaultTemplates: expected a list" },
	{ read_inject, "aliases: {a: b}\n", "f:1:14",
	  "aliases.a: expected a list" },
	{ read_inject, "aliases: {a: [[b]]}\n", "f:1:15",
	  "aliases.a[0]: expected text" },
	{ read_inject, "injectedAnnotations: {a: []}\n", "f:1:26",
	  "injectedAnnotations.a: expected text" },
	{ read_inject, "policy: enabled\ntemplate: |\n  x\n", "f:2:11",
	  "the former field `template`" },
	{ read_inject, "policy: .inf\n", "f:1:9", "" },
	{ read_inject, "kind: ConfigMap\ndata: {mesh: x}\n", "f:1:1",
	  "no ConfigMap here has data.config" },
	{ read_inject, "kind: ConfigMap\ndata: {config: []}\n", "f:2:16",
	  "data.config: expected text, found a list" },
	{ read_inject, "kind: ConfigMap\ndata:\n  config: |\n    - a\n",
	  "f:4:5", "the injection Config is a list" },
	{ read_inject, "kind: ConfigMap\ndata:\n  config: |\n    a: b\n"
		       "    templates:\n      a: [b]\n", "f:6:10",
	  "templates.a: expected text" },
	{ read_inject, "kind: ConfigMap\ndata:\n  config: |\n    a: 'b\n",
	  "f:5:1", "" },
	{ read_inject, "kind: ConfigMap\ndata: {config: \"a: [\\n\\nb\"}\n",
	  "f, data.config:3:2", "" },
	{ read_inject, "kind: ConfigMap\ndata: {config: a}\n---\n"
		       "kind: ConfigMap\ndata: {config: b}\n", "f:5:16",
	  "2 ConfigMaps with data.config, of which none is named" },
	{ read_inject, "templates: {a: b}\n---\ntemplates: {}\n", "f:3:1",
	  "more than one of the 2 documents" },

	{ config_read_values, "- a\n", "f:1:1", "the values are a list" },
	{ config_read_values, "a: .nan\n", "f:1:4", "" },
	{ config_read_values, "{\"a\": 1,\n \"b\" 2}\n", "f:2:6", "JSON" },
	{ config_read_values, "kind: IstioOperator\n", "f:1:1",
	  "found kind IstioOperator" },
	{ config_read_values, "kind: ConfigMap\ndata: {}\n", "f:1:1",
	  "data.values" },
	{ config_read_values, "kind: ConfigMap\ndata:\n  values: |\n"
			      "    {\"a\": 1,\n     \"b\" 2}\n", "f:5:10",
	  "JSON" },
	{ config_read_values, "a: b\n---\nc: d\n", "f:3:1",
	  "none of the 2 documents" },
	{ config_read_mesh, "a: b\n---\nc: d\n", "f:3:1", "more than one" },
	{ config_read_mesh, "text", "f:1:1", "the MeshConfig is text" },

	{ read_operator, "", "f:0:0", "no IstioOperator" },
	{ read_operator, "kind: Pod\n", "f:0:0", "no IstioOperator" },
	{ read_operator, "kind: IstioOperator\n---\nkind: IstioOperator\n",
	  "f:3:1", "a second IstioOperator; only one is allowed" },
	{ read_operator, "spec: []\n", "f:1:7", "spec: expected a map" },
	{ read_operator, "spec: {values: 1}\n", "f:1:16",
	  "spec.values: expected a map, found a number" },
	{ read_operator, "spec: {meshConfig: a}\n", "f:1:20",
	  "spec.meshConfig: expected a map" },
};

START_TEST(error)
{
	struct config_file file = file_of(errors[_i].file);
	struct err e = ERR_INIT;
	const struct node *n;

	ck_assert_msg(errors[_i].read(&reader, &file, &n, &e), "%s",
		      errors[_i].file);
	ck_assert_msg(strstr(e.text, errors[_i].words), "%s:\n%s",
		      errors[_i].file, e.text);
	same_pos(e.pos, errors[_i].pos);
}
END_TEST

#define PILOT "\"pilot\":{\"enabled\":true,\"cni\":{\"enabled\":false}}"

static const struct {
	const char *file, *values, *mesh;
} operators[] = {
	{ "kind: IstioOperator\n",
	  "{\"defaultRevision\":\"default\",\"global\":{\"istioNamespace\":"
	  "\"istio-system\",\"configValidation\":true}," PILOT "}", "" },
	{ "kind: Namespace\n---\nkind: IstioOperator\nspec:\n  hub: h\n"
	  "  tag: 1\n  revision: r\n  meshConfig: {a: b}\n"
	  "  compatibilityVersion: v\n",
	  "{\"defaultRevision\":\"default\",\"global\":{\"istioNamespace\":"
	  "\"istio-system\",\"configValidation\":true,\"hub\":\"h\",\"tag\":1},"
	  PILOT ",\"revision\":\"r\",\"meshConfig\":{\"a\":\"b\"},"
	  "\"compatibilityVersion\":\"v\"}", "{\"a\":\"b\"}" },
	/* the values have the last word */
	{ "spec:\n  hub: h\n  components:\n    cni: {enabled: true}\n"
	  "    pilot: {enabled: false}\n  values:\n    defaultRevision: ''\n"
	  "    global: {hub: g, istioNamespace: i}\n    pilot: {cni: {a: b}}\n",
	  "{\"defaultRevision\":\"\",\"global\":{\"istioNamespace\":\"i\","
	  "\"configValidation\":true,\"hub\":\"g\"},\"pilot\":{\"enabled\":"
	  "false,\"cni\":{\"enabled\":true,\"a\":\"b\"}}}", "" },
};

START_TEST(operator)
{
	struct config_file file = file_of(operators[_i].file);
	struct config_operator o;
	struct err e = ERR_INIT;

	ck_assert_msg(!config_read_operator(&reader, &file, &o, &e), "%s",
		      e.text);
	same_tree(o.values, operators[_i].values);
	same_tree(o.mesh, operators[_i].mesh);
	ck_assert_uint_eq(warnings.n, 0);
}
END_TEST

START_TEST(profile)
{
	struct config_file file = file_of("spec:\n  profile: demo\n");
	struct config_operator o;

	ck_assert(!config_read_operator(&reader, &file, &o, NULL));
	same_text(buf_str(&warnings), "2:12: the values of the profile "
				      "\"demo\" are not known here\n");
}
END_TEST

/* Until 1.23: what is unknown, "" for nothing. */
static const struct {
	const char *file, *pos, *words;
} strict[] = {
	{ "apiVersion: v1\nkind: IstioOperator\nmetadata: {name: a}\nspec:\n"
	  "  hub: h\n  tag: 1\n  components: {pilot: {k8s: {a: b}}}\n"
	  "  meshConfig: {trustDomain: t}\n  values: {a: b}\n", "", "" },
	{ "specs: {}\n", "f:1:1", "\"specs\"" },
	{ "spec: {hubs: h}\n", "f:1:8", "\"spec.hubs\"" },
	{ "spec: {components: {galley: {}}}\n", "f:1:21",
	  "\"spec.components.galley\"" },
	{ "spec: {components: {base: {hub: h}}}\n", "f:1:28",
	  "\"spec.components.base.hub\"" },
	{ "spec: {meshConfig: {a: b, c: d}}\n", "f:1:21",
	  "unknown field \"a\"" },
};

START_TEST(operator_is_strict)
{
	struct config_file file = file_of(strict[_i].file);
	struct config_operator o;
	struct err e = ERR_INIT;
	int rc;

	ck_assert(!config_read_operator(&reader, &file, &o, &e));
	rc = config_check_operator(reader.arena, (struct release){ 23, 0 }, &o,
				   &e);
	ck_assert_int_eq(rc, *strict[_i].pos ? -1 : 0);
	ck_assert_msg(strstr(e.text, strict[_i].words), "%s", e.text);
	if (rc)
		same_pos(e.pos, strict[_i].pos);
}
END_TEST

/* As `data.KEY` of a ConfigMap in a literal block. */
static void wrap(struct buf *b, const char *key, str text)
{
	buf_printf(b, "apiVersion: v1\nkind: ConfigMap\ndata:\n  %s: |\n", key);
	for (size_t at = 0, to; at < text.n; at = to) {
		to = str_find(text, at, '\n') + 1;
		buf_addz(b, text.p[at] == '\n' ? "" : "    ");
		buf_adds(b, str_sub(text, at, to));
	}
	if (!str_ends(text, STR("\n")))
		buf_addc(b, '\n');
}

/* A real Config, bare and in a ConfigMap, gives the same templates, and their
 * first lines stand where they are said to. */
static void same_wrapped(const char *path, str text)
{
	struct config_file bare = { path, text.p, text.n }, wrapped = bare;
	struct inject_config a, b;
	struct buf map = BUF_INIT;
	struct err e = ERR_INIT;

	wrap(&map, "config", text);
	wrapped.text = map.p;
	wrapped.length = map.n;
	ck_assert_msg(!config_read_inject(&reader, &bare, &a, &e) &&
			      !config_read_inject(&reader, &wrapped, &b, &e),
		      "%s: %s", path, e.text);
	ck_assert_uint_gt(a.n_templates, 1);
	ck_assert_uint_eq(a.n_templates, b.n_templates);
	for (uint32_t i = 0; i < a.n_templates; i++) {
		struct config_template *x = &a.templates[i];
		struct config_template *y = &b.templates[i];

		ck_assert(str_eq(config_template_text(&arena, x),
				 config_template_text(&arena, y)));
		ck_assert(x->block && y->block);
		ck_assert_uint_eq(x->pos.line + 4, y->pos.line);
		ck_assert_uint_eq(x->pos.column + 4, y->pos.column);
	}
	buf_release(&map);
}

START_TEST(reference)
{
	const char *root = getenv("CONFORMANCE");
	char folder[4096], path[8192];
	struct dirent **list;
	int n, read = 0;

	if (!root) {
		puts("skipped: CONFORMANCE is not set");
		return;
	}
	snprintf(folder, sizeof(folder), "%s/istio/config", root);
	n = scandir(folder, &list, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		struct buf text = BUF_INIT;
		struct err e = ERR_INIT;

		snprintf(path, sizeof(path), "%s/%s", folder, list[i]->d_name);
		if (str_ends(str_of(path), STR(".yaml"))) {
			ck_assert_msg(!io_slurp(path, &text, &e), "%s", e.text);
			same_wrapped(path, buf_str(&text));
			read++;
		}
		buf_release(&text);
		free(list[i]);
	}
	free(list);
	ck_assert_int_gt(read, 0);
}
END_TEST

#define COUNT(array) (int)(sizeof(array) / sizeof(*(array)))

int main(void)
{
	Suite *s = suite_create("config");
	TCase *tc = tcase_create("config");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_test(tc, all_fields);
	tcase_add_test(tc, no_fields);
	tcase_add_loop_test(tc, sidecar, 0, COUNT(sidecars));
	tcase_add_loop_test(tc, place, 0, COUNT(places));
	tcase_add_loop_test(tc, tree, 0, COUNT(trees));
	tcase_add_loop_test(tc, error, 0, COUNT(errors));
	tcase_add_loop_test(tc, operator, 0, COUNT(operators));
	tcase_add_test(tc, profile);
	tcase_add_loop_test(tc, operator_is_strict, 0,
			    (int)(sizeof(strict) / sizeof(*strict)));
	tcase_add_test(tc, reference);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	arena_release(&arena);
	buf_release(&warnings);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
