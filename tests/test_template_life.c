/*
 * A template over its life: inject with template A, edit A at random into B.
 * Then refreshing with B gives the objects of a fresh injection with B, and
 * uninjecting with B, before or after, gives the original bytes.
 *
 * LIFE_RUNS in the environment says how many times per form of text.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/str.h"
#include "injector.h"
#include "json/scan.h"
#include "yaml/read.h"

#define RUNS 150

static uint32_t seed;

static uint32_t below(uint32_t n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % n;
}

/* ---- templates ---- */

#define CONTAINERS 3
#define VARIABLES 3

struct container {
	bool used, native;
	int name, image, tag, arg;	/* numbers that names are made of */
	int variables[VARIABLES];	/* 0: none */
	int port, mount;		/* 0: none */
};

/* What a template adds; an edit changes one thing. */
struct template {
	struct container containers[CONTAINERS];
	int volume;		/* used where a container mounts it */
	int label, annotation;	/* 0: none */
	int variable;		/* of the application's container; 0: none */
	int fs_group;		/* 0: none */
	int grace;		/* replaces the base's value; 0: none */
	bool secret;
};

static void make_container(struct container *c)
{
	*c = (struct container){
		.used = below(3) > 0, .native = below(3) == 0,
		.name = (int)below(100), .image = (int)below(3),
		.tag = (int)below(9), .arg = (int)below(3),
		.port = below(2) ? 8000 + (int)below(9) : 0,
		.mount = (int)below(3),
	};
	for (int i = 0; i < VARIABLES; i++)
		c->variables[i] = (int)below(3);
}

static struct template make_template(void)
{
	struct template t = {
		.volume = (int)below(5), .label = (int)below(3),
		.annotation = (int)below(3), .variable = (int)below(3),
		.fs_group = (int)below(3), .grace = (int)below(3),
		.secret = below(2),
	};

	for (int i = 0; i < CONTAINERS; i++)
		make_container(&t.containers[i]);
	t.containers[0].used = true;
	return t;
}

static void edit_container(struct container *c)
{
	switch (below(8)) {
	case 0: c->name = (int)below(100); break;	/* renamed */
	case 1: c->image = (int)below(3); break;	/* another registry */
	case 2: c->tag = (int)below(9); break;
	case 3: c->variables[below(VARIABLES)] = (int)below(3); break;
	case 4: c->native = !c->native; break;
	case 5: c->port = c->port ? 0 : 8000; break;
	case 6: c->mount = (int)below(3); break;
	case 7: c->arg = (int)below(3); break;
	}
}

static void edit_template(struct template *t)
{
	struct container *last = &t->containers[CONTAINERS - 1];

	switch (below(9)) {
	case 0: t->volume = (int)below(5); break;
	case 1: t->label = (int)below(3); break;
	case 2: t->annotation = (int)below(3); break;
	case 3: t->variable = (int)below(3); break;
	case 4: t->fs_group = (int)below(3); break;
	case 5: t->grace = (int)below(3); break;
	case 6: t->secret = !t->secret; break;
	case 7: last->used = !last->used; break;	/* a second sidecar */
	default: edit_container(&t->containers[below(CONTAINERS)]);
	}
}

static void write_container(struct buf *b, const struct container *c, int i)
{
	static const char *const registries[] = { "a.io/x", "b.io/y", "z" };

	buf_printf(b, "  - name: s%d-%d\n    image: %s/side:%d\n", i, c->name,
		   registries[c->image], c->tag);
	if (c->native)
		buf_addz(b, "    restartPolicy: Always\n");
	if (c->arg)
		buf_printf(b, "    args: [--level, \"%d\"]\n", c->arg);
	buf_addz(b, "    env:\n    - {name: FIXED, value: x}\n");
	for (int v = 0; v < VARIABLES; v++)
		if (c->variables[v])
			buf_printf(b, "    - {name: V%d, value: \"%d\"}\n", v,
				   c->variables[v]);
	if (c->port)
		buf_printf(b, "    ports: [{containerPort: %d}]\n",
			   c->port + 10 * i);
	if (c->mount)
		buf_printf(b, "    volumeMounts: [{name: data, "
			   "mountPath: /m%d}]\n", c->mount);
}

/* The list with the native containers, or with the others. */
static void write_containers(struct buf *b, const struct template *t,
			     bool native)
{
	buf_addz(b, native ? "  initContainers:\n" : "  containers:\n");
	if (!native)
		buf_addz(b, "  - name: log\n    image: log:1\n");
	else
		buf_addz(b, "  - name: first\n    image: i:1\n");
	for (int i = 0; i < CONTAINERS; i++)
		if (t->containers[i].used && t->containers[i].native == native)
			write_container(b, &t->containers[i], i);
	if (!native && t->variable)
		buf_printf(b, "  - name: web\n    env: [{name: ADDED, "
			   "value: \"%d\"}]\n", t->variable);
}

static const char *write_template(struct buf *b, const struct template *t)
{
	buf_clear(b);
	buf_addz(b, "metadata:\n  labels:\n    fixed: \"1\"\n");
	if (t->label)
		buf_printf(b, "    example.com/l%d: \"on\"\n", t->label);
	if (t->annotation)
		buf_printf(b, "  annotations: {n%d: \"a b\"}\n", t->annotation);
	buf_addz(b, "spec:\n");
	write_containers(b, t, true);
	write_containers(b, t, false);
	buf_printf(b, "  volumes:\n  - name: data\n    emptyDir: "
		   "{sizeLimit: %dMi}\n", t->volume + 1);
	if (t->volume > 2)
		buf_printf(b, "  - {name: v%d, emptyDir: {}}\n", t->volume);
	if (t->fs_group)
		buf_printf(b, "  securityContext: {fsGroup: %d}\n",
			   t->fs_group);
	if (t->grace)
		buf_printf(b, "  terminationGracePeriodSeconds: %d\n",
			   t->grace);
	if (t->secret)
		buf_addz(b, "  imagePullSecrets: [{name: pull}]\n");
	return buf_z(b);
}

/* ---- runs ---- */

static void tell(void *ctx, const struct injector_event *event)
{
	(void)ctx;
	(void)event;
}

/* To be released with injector_free_text(). */
static char *run(enum injector_task task, const char *template_,
		 const char *text)
{
	const struct injector_text file = {
		"side.yaml", template_, strlen(template_),
	};
	const struct injector_text input = { "in.yaml", text, strlen(text) };
	struct injector_options options = {
		.size = sizeof(options), .task = task, .verify = true,
		.templates = &file, .n_templates = 1,
	};
	struct injector_error e;
	struct injector *in = injector_new(&options, &e);
	char *out = NULL;

	ck_assert_msg(in != NULL, "%s\n%s", e.text, template_);
	ck_assert_msg(!injector_inject_text(in, &input, &out, NULL, tell, NULL,
					    &e),
		      "%s:%u:%u: %s\n%s\n%s", e.file, e.line, e.column, e.text,
		      template_, text);
	injector_free(in);
	return out;
}

/* Comments, and so the note of a YAML text, are not part of it. */
static const struct node *read_objects(struct arena *a, const char *text)
{
	struct source *source = arena_new(a, struct source);
	struct document *doc = arena_new(a, struct document);
	struct err e = ERR_INIT;

	*source = (struct source){ .name = "out", .text = str_of(text),
				   .line = 1, .column = 1 };
	doc->source = source;
	ck_assert_msg(!yaml_read_lines(a, source, doc, &e), "%s", e.text);
	return doc->root;
}

static void same_objects(const char *a, const char *b, const char *template_)
{
	struct arena arena = ARENA_INIT;

	ck_assert_msg(node_equal(read_objects(&arena, a),
				 read_objects(&arena, b)),
		      "fresh:\n%s\nrefreshed:\n%s\ntemplate:\n%s", a, b,
		      template_);
	arena_release(&arena);
}

/* ---- the property ---- */

#define HEAD "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n"

static const char *const bases[] = {
	HEAD "spec:\n"
	"  template:\n"
	"    metadata:\n"
	"      labels: {app: web}   # the app\n"
	"    spec:\n"
	"      terminationGracePeriodSeconds: 30\n"
	"      containers:\n"
	"      # The program.\n"
	"      - name: web\n"
	"        image: web:1\n"
	"        env:\n"
	"        - name: MINE\n"
	"          value: \"1\"\n"
	"      volumes:\n"
	"      - name: mine\n"
	"        emptyDir: {}\n",
	HEAD "spec:\r\n"
	"  template:\r\n"
	"    spec:\r\n"
	"      containers:\r\n"
	"        - name: web\r\n"
	"          image: web:1\r\n"
	"      volumes: []   # none yet\r\n",
	HEAD "spec: {template: {metadata: {}, spec: {containers: "
	"[{name: web, image: web:1}]}}}\n",
	"{\"apiVersion\": \"v1\", \"kind\": \"Pod\", "
	"\"metadata\": {\"name\": \"web\"}, \"spec\": {\"containers\": "
	"[{\"name\": \"web\", \"image\": \"web:1\", \"env\": []}]}}\n",
	"{\n  \"apiVersion\": \"v1\",\n  \"kind\": \"List\",\n  \"items\": [\n"
	"    {\n      \"apiVersion\": \"v1\",\n      \"kind\": \"Pod\",\n"
	"      \"metadata\": {\"name\": \"a\"},\n      \"spec\": {\n"
	"        \"containers\": [\n          {\n"
	"            \"name\": \"web\",\n"
	"            \"image\": \"web:1\"\n          }\n        ]\n      }\n"
	"    },\n    {\n      \"apiVersion\": \"v1\",\n"
	"      \"kind\": \"Pod\",\n"
	"      \"metadata\": {\"name\": \"b\"},\n      \"spec\": {\n"
	"        \"containers\": [\n          {\n"
	"            \"name\": \"web\",\n"
	"            \"image\": \"web:2\"\n          }\n        ]\n      }\n"
	"    }\n  ]\n}\n",
};

static void live_once(const char *base)
{
	struct template t = make_template();
	struct buf a = BUF_INIT, b = BUF_INIT;
	char *injected, *fresh, *refreshed, *back, *back_again;

	write_template(&a, &t);
	for (uint32_t i = below(4) + 1; i--;)
		edit_template(&t);
	write_template(&b, &t);
	injected = run(INJECTOR_INJECT, buf_z(&a), base);
	fresh = run(INJECTOR_INJECT, buf_z(&b), base);
	refreshed = run(INJECTOR_REFRESH, buf_z(&b), injected);
	back = run(INJECTOR_UNINJECT, buf_z(&b), injected);
	back_again = run(INJECTOR_UNINJECT, buf_z(&a), refreshed);
	same_objects(fresh, refreshed, buf_z(&b));
	ck_assert_str_eq(back, base);
	ck_assert_str_eq(back_again, base);
	injector_free_text(injected);
	injector_free_text(fresh);
	injector_free_text(refreshed);
	injector_free_text(back);
	injector_free_text(back_again);
	buf_release(&a);
	buf_release(&b);
}

START_TEST(survives_edits)
{
	const char *runs = getenv("LIFE_RUNS");
	int n = runs ? atoi(runs) : RUNS;

	for (int i = 0; i < n; i++) {
		seed = (uint32_t)(_i * 1000003 + i);
		live_once(bases[_i]);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("template_life");
	TCase *tc = tcase_create("template_life");
	SRunner *sr;
	int failed;

	tcase_add_loop_test(tc, survives_edits, 0, (int)ARRAY_SIZE(bases));
	tcase_set_timeout(tc, 300);
	suite_add_tcase(suite, tc);
	sr = srunner_create(suite);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
