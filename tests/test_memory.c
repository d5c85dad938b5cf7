/*
 * Out of memory: every allocation of a call fails in turn.
 *
 * The Makefile links this program with --wrap, so that malloc() and its kin are
 * those below also for libyaml and PCRE2, where their archives are installed.
 * A call that fails must say so and nothing else, and the next call must give
 * what it would have given.  Leaks are AddressSanitizer's to find.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/str.h"
#include "injector.h"

/* ---- allocations that fail ---- */

/* Out of how many allocations one fails.  A build with tiny blocks makes ten
 * times as many. */
#ifdef HURT
#define STEP 13
#else
#define STEP 1
#endif

/* Those of a call that is armed are counted; one of them fails, from 1. */
static size_t n_allocations, fail_at;
static bool armed;

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);

static bool fails(void)
{
	return armed && ++n_allocations == fail_at;
}

void *__wrap_malloc(size_t n)
{
	return fails() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
	return fails() ? NULL : __real_realloc(p, n);
}

/* ---- calls ---- */

struct output {
	char bytes[1 << 16];
	size_t n;
	unsigned events;
};

struct input {
	const char *text;
	struct output *out;
};

static int64_t read_all(void *ctx, void *p, size_t n)
{
	struct input *in = ctx;
	size_t left = strlen(in->text);

	n = n < left ? n : left;
	memcpy(p, in->text, n);
	in->text += n;
	return (int64_t)n;
}

static int write_all(void *ctx, const void *p, size_t n)
{
	struct input *in = ctx;

	if (n > sizeof(in->out->bytes) - in->out->n)
		return -1;
	memcpy(in->out->bytes + in->out->n, p, n);
	in->out->n += n;
	return 0;
}

static void count(void *ctx, const struct injector_event *event)
{
	struct input *in = ctx;

	in->out->events += event->text != NULL;
}

static struct injector_stream stream_of(struct input *input)
{
	return (struct injector_stream){
		.size = sizeof(struct injector_stream), .name = "input.yaml",
		.read = read_all, .write = write_all, .report = count,
		.ctx = input,
	};
}

static int run_stream(const struct injector *in, const char *text,
		      struct output *out, struct injector_error *error)
{
	struct input input = { text, out };
	const struct injector_stream stream = stream_of(&input);

	out->n = out->events = 0;
	return injector_run(in, &stream, error);
}

static int run_batch(const struct injector *in, const char *text,
		     struct output *out, struct injector_error *error)
{
	struct input input = { text, out };
	const struct injector_stream stream = stream_of(&input);
	struct injector_batch *batch = injector_batch_new(in);
	int result;

	out->n = out->events = 0;
	result = injector_batch_run(batch, &stream, error);
	if (result && error->code == INJECTOR_NO_MEMORY &&
	    injector_batch_run(batch, &stream, NULL) == 0)
		error->code = INJECTOR_IO;	/* it must not go on */
	injector_batch_end(batch, count, &input);
	return result;
}

/* Memory that runs out while the draft is made is no error of the stream's. */
static int run_draft(const struct injector *in, const char *text,
		     struct output *out, struct injector_error *error)
{
	struct input input = { text, out };
	const struct injector_stream stream = stream_of(&input);
	struct injector_batch *batch = injector_batch_new(in);
	struct injector_draft *draft = injector_draft_new(in, &stream);
	int result = -1;

	out->n = out->events = 0;
	*error = (struct injector_error){
		.code = INJECTOR_NO_MEMORY, .text = "out of memory",
	};
	if (draft) {
		result = injector_batch_run_draft(batch, draft, &stream,
						  error);
	} else if (!armed) {
		input = (struct input){ text, out };
		result = injector_batch_run(batch, &stream, error);
	}
	injector_draft_free(draft);
	injector_batch_end(batch, count, &input);
	return result;
}

static int run_text(const struct injector *in, const char *text,
		    struct output *out, struct injector_error *error)
{
	const struct injector_text input = { "input.yaml", text, strlen(text) };
	char *result = NULL;

	out->n = out->events = 0;
	if (injector_inject_text(in, &input, &result, &out->n, NULL, NULL,
				 error)) {
		return result ? 1 : -1;
	}
	memcpy(out->bytes, result, out->n);
	injector_free_text(result);
	return 0;
}

static void count_decision(void *ctx, const struct injector_decision *decision)
{
	struct output *out = ctx;

	out->events += decision->code == INJECTOR_OK;
}

static int run_admit(const struct injector *in, const char *text,
		     struct output *out, struct injector_error *error)
{
	const struct injector_admission admission = {
		.size = sizeof(admission), .path = "/inject/cluster/c",
		.warnings = true, .decided = count_decision, .ctx = out,
	};
	char *result = NULL;

	out->n = out->events = 0;
	if (injector_admit(in, text, strlen(text), &admission, &result,
			   &out->n, error))
		return result ? 1 : -1;
	memcpy(out->bytes, result, out->n);
	injector_free_text(result);
	return 0;
}

typedef int run_fn(const struct injector *in, const char *text,
		   struct output *out, struct injector_error *error);

/* ---- failing in turn ---- */

static void check_error(const struct injector_error *error)
{
	ck_assert_int_eq(error->code, INJECTOR_NO_MEMORY);
	ck_assert_str_eq(error->text, "out of memory");
	ck_assert_str_eq(error->file, "");
}

/* A handle, each of the allocations that it takes having failed before. */
static struct injector *new_handle(const struct injector_options *options,
				   size_t step, size_t *n_failed)
{
	struct injector_error error = { .text = "" };
	struct injector *in = NULL;

	for (fail_at = 1; !in; fail_at += step) {
		n_allocations = 0;
		armed = true;
		in = injector_new(options, &error);
		armed = false;
		if (!in) {
			check_error(&error);
			++*n_failed;
		}
	}
	return in;
}

/* What a text gives, and the same with each allocation failing in turn.  The
 * handle is new, so that templates are parsed in the runs that fail. */
static void fail_runs(const struct injector_options *options, run_fn *run,
		      const char *text, size_t step, struct output *wanted,
		      size_t *n_failed)
{
	static struct output out;
	struct injector_error error = { .text = "" };
	struct injector *in = injector_new(options, &error);
	int result = -1;

	ck_assert_msg(in, "%s: %s", error.file, error.text);
	ck_assert_msg(!run(in, text, wanted, &error), "%u: %s", error.line,
		      error.text);
	injector_free(in);
	in = injector_new(options, &error);
	for (fail_at = 1; result; fail_at += step) {
		n_allocations = 0;
		armed = true;
		result = run(in, text, &out, &error);
		armed = false;
		ck_assert_int_le(result, 0);
		if (result) {
			check_error(&error);
			++*n_failed;
		}
		if (*n_failed % 64 == 0 || !result) {
			ck_assert_int_eq(run(in, text, &out, &error), 0);
			ck_assert_uint_eq(out.n, wanted->n);
			ck_assert_mem_eq(out.bytes, wanted->bytes, out.n);
			ck_assert_uint_eq(out.events, wanted->events);
		}
	}
	injector_free(in);
}

static const char deployment[] =
	"# a comment\n"
	"apiVersion: apps/v1\nkind: Deployment\n"
	"metadata: {name: web, labels: {app: 'we''b'}}\n"
	"spec:\n  template:\n    metadata:\n"
	"      labels: {app: web, istio.io/no-such: \"x\"}\n"
	"      annotations:\n        a: \"\\x41\"\n"
	"    spec:\n      containers:\n      - name: app\n"
	"        image: app:1 # pinned\n"
	"        livenessProbe: {httpGet: {port: 8080}}\n"
	"        env: [{name: A, value: 'x'}, {name: B, value: y}]\n"
	"---\n{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": "
	"{\"name\": \"p\"}, \"spec\": {\"containers\": [{\"name\": \"app\", "
	"\"image\": \"a\"}]}}\n"
	"---\napiVersion: v1\nkind: Namespace\n? metadata\n"
	": {name: &n \"n\", labels: {a: *n}}\n...\n";

/* Every task, each given what the one before makes; of the allocations, each
 * step-th fails. */
static void tasks(struct injector_options *options, run_fn *run, size_t step)
{
	static struct output wanted;
	static char text[sizeof(wanted.bytes)];
	static const enum injector_task all[] = {
		INJECTOR_INJECT, INJECTOR_REFRESH, INJECTOR_UNINJECT,
	};
	size_t n_failed = 0;

	strcpy(text, deployment);
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		options->task = all[i];
		injector_free(new_handle(options, step, &n_failed));
		fail_runs(options, run, text, step, &wanted, &n_failed);
		memcpy(text, wanted.bytes, wanted.n);
		text[wanted.n] = '\0';
	}
	options->task = INJECTOR_INJECT;
	options->render = true;
	fail_runs(options, run, text, step, &wanted, &n_failed);
	options->render = false;
	printf("%zu allocations failed, one by one\n", n_failed);
	ck_assert_uint_gt(n_failed, 50);
}

static run_fn *const runs[] = {
	run_stream, run_batch, run_draft, run_text,
};

START_TEST(own_templates)
{
	static const char plain[] =
		"spec: {containers: [{name: log, image: \"log:1\"}]}\n";
	static const char text[] =
		"{{- $d := dict \"a\" 1.5 \"b\" (list 1 2) }}\n"
		"metadata:\n  annotations:\n"
		"    note: {{ $d | toJson | quote }}\n"
		"    at: {{ dateInZone \"15:04\" (toDate \"2006-01-02\" "
		"\"2020-02-03\") \"Europe/Berlin\" | quote }}\n"
		"spec:\n  containers:\n  - name: side\n"
		"    image: {{ .Values.image }}:"
		"{{ regexReplaceAll \"a+\" \"caab\" \"x\" }}\n"
		"    args: [{{ printf \"%5.2f\" 1.5 | quote }}]\n";
	static const struct injector_text values = {
		"values.yaml", "image: \"si\\x64e\"\n", 17,
	};
	static const struct injector_text templates[] = {
		{ "plain.yaml", plain, sizeof(plain) - 1 },
		{ "text.yaml", text, sizeof(text) - 1 },
	};
	static const struct injector_setting setting = {
		INJECTOR_SET, "a.b[1]=c",
	};
	static const char *const selectors[] = { "app notin (x,y)" };
	struct injector_options options = {
		.size = sizeof(options),
		.templates = templates,
		.n_templates = ARRAY_SIZE(templates),
		.values = &values,
		.n_values = 1,
		.settings = &setting,
		.n_settings = 1,
		.selectors = selectors,
		.n_selectors = 1,
	};

	tasks(&options, runs[_i], _i ? 4 * STEP : STEP);
}
END_TEST

START_TEST(istio_configuration)
{
	static const char config[] =
		"policy: enabled\ntemplates:\n"
		"  sidecar: |\n    metadata:\n      labels:\n"
		"        l: {{ .ObjectMeta.Name | default \"none\" }}\n"
		"    spec:\n      containers:\n      - name: istio-proxy\n"
		"        image: proxy\n"
		"        args: [{{ .MeshConfig.ConnectTimeout | quote }}]\n"
		"      volumes:\n      - name: v\n"
		"        emptyDir: {}\n";
	static const struct injector_text text = {
		"config.yaml", config, sizeof(config) - 1,
	};
	static const struct injector_text mesh = {
		"mesh.yaml", "connectTimeout: 5s\n", 19,
	};
	struct injector_istio istio = {
		.size = sizeof(istio), .inject_config = &text,
		.mesh_config = &mesh,
	};
	struct injector_options options = {
		.size = sizeof(options), .istio = &istio,
	};

	tasks(&options, runs[_i], _i ? 4 * STEP : STEP);
}
END_TEST

START_TEST(builtin_profile)
{
	struct injector_istio istio = {
		.size = sizeof(istio), .builtin = true,
	};
	struct injector_options options = {
		.size = sizeof(options), .istio = &istio,
	};

	tasks(&options, run_stream, 5 * STEP);
}
END_TEST

START_TEST(admission)
{
	static const char review[] = "{\"kind\":\"AdmissionReview\","
		"\"apiVersion\":\"admission.k8s.io/v1\",\"request\":{"
		"\"uid\":\"\\u0041\",\"kind\":{\"group\":\"\","
		"\"version\":\"v1\",\"kind\":\"Pod\"},"
		"\"operation\":\"CREATE\",\"namespace\":\"web\","
		"\"object\":{\"metadata\":{\"generateName\":\"p-\","
		"\"managedFields\":[{}]},\"spec\":{\"containers\":[{"
		"\"name\":\"app\",\"image\":\"a\"}]}}}}";
	static struct output wanted;
	const struct injector_istio istio = {
		.size = sizeof(istio), .builtin = true,
	};
	const struct injector_options options = {
		.size = sizeof(options), .istio = &istio,
	};
	size_t n_failed = 0;

	fail_runs(&options, run_admit, review, 1, &wanted, &n_failed);
	ck_assert_uint_gt(n_failed, 50);
}
END_TEST

/* ---- the limit ---- */

START_TEST(limit)
{
	static const struct injector_text template = {
		"t.yaml", "spec: {containers: [{name: s, image: s}]}\n", 42,
	};
	static struct output out;
	struct injector_options options = {
		.size = sizeof(options), .templates = &template,
		.n_templates = 1, .max_memory = 10000,
	};
	struct injector_error error = { .text = "" };
	struct injector *in = injector_new(&options, &error);

	ck_assert_ptr_nonnull(in);
	ck_assert_int_eq(runs[_i](in, deployment, &out, &error), -1);
	ck_assert_int_eq(error.code, INJECTOR_NO_MEMORY);
	ck_assert_str_eq(error.text, "needs more memory than the limit of "
			 "10000 bytes (max_memory)");
	injector_free(in);
	options.max_memory = 1 << 20;
	in = injector_new(&options, &error);
	ck_assert_int_eq(runs[_i](in, "kind: Pod\nspec: {containers: "
				  "[{name: a, image: a}]}\n", &out, &error), 0);
	injector_free(in);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("memory");
	TCase *tc = tcase_create("memory");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_set_timeout(tc, 300);
	tcase_add_loop_test(tc, own_templates, 0, ARRAY_SIZE(runs));
	tcase_add_loop_test(tc, istio_configuration, 0, ARRAY_SIZE(runs));
	tcase_add_test(tc, builtin_profile);
	tcase_add_test(tc, admission);
	tcase_add_loop_test(tc, limit, 0, ARRAY_SIZE(runs));
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
