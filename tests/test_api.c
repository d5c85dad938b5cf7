/*
 * include/injector.h: texts in one call, structs of other versions, copies of
 * the caller's texts, and the code of each kind of failure.
 */
#include <check.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "injector.h"

#define POD "apiVersion: v1\nkind: Pod\n" \
	"spec: {containers: [{name: a, image: i}]}\n"
#define SIDECAR "spec: {containers: [{name: log, image: log}]}\n"

static struct injector_text text_of(const char *name, const char *text)
{
	return (struct injector_text){ name, text, strlen(text) };
}

static struct injector *logger(enum injector_task task)
{
	const struct injector_text t = text_of("log.yaml", SIDECAR);
	const struct injector_options options = {
		.size = sizeof(options), .task = task,
		.templates = &t, .n_templates = 1,
	};
	struct injector *in = injector_new(&options, NULL);

	ck_assert_ptr_nonnull(in);
	return in;
}

/* ---- a text in one call ---- */

static void count(void *ctx, const struct injector_event *event)
{
	ck_assert_str_eq(event->file, "pod.yaml");
	++*(unsigned *)ctx;
}

START_TEST(text_goes_both_ways)
{
	struct injector *in = logger(INJECTOR_INJECT);
	struct injector *back = logger(INJECTOR_UNINJECT);
	struct injector_text pod = text_of("pod.yaml", POD);
	struct injector_error error;
	unsigned events = 0;
	char *out = NULL, *again = NULL;
	size_t n = 0;

	ck_assert(!injector_inject_text(in, &pod, &out, &n, count, &events,
					&error));
	ck_assert_int_eq(error.code, INJECTOR_OK);
	ck_assert_uint_eq(events, 1);
	ck_assert_uint_eq(n, strlen(out));
	ck_assert_ptr_nonnull(strstr(out, "name: log"));
	pod = text_of("pod.yaml", out);
	ck_assert(!injector_inject_text(back, &pod, &again, NULL, NULL, NULL,
					NULL));
	ck_assert_str_eq(again, POD);
	injector_free_text(out);
	injector_free_text(again);
	injector_free(in);
	injector_free(back);
}
END_TEST

START_TEST(empty_text_is_a_text)
{
	struct injector *in = logger(INJECTOR_INJECT);
	const struct injector_text none = { "none", NULL, 0 };
	char *out = NULL;
	size_t n = 1;

	ck_assert(!injector_inject_text(in, &none, &out, &n, NULL, NULL,
					NULL));
	ck_assert_str_eq(out, "");
	ck_assert_uint_eq(n, 0);
	injector_free_text(out);
	injector_free_text(NULL);
	injector_free(in);
}
END_TEST

START_TEST(text_that_fails)
{
	struct injector *in = logger(INJECTOR_INJECT);
	const struct injector_text bad = text_of("bad.yaml", POD "---\na: [");
	struct injector_error error;
	char *out = (char *)"x";
	size_t n = 1;

	ck_assert_int_eq(injector_inject_text(in, &bad, &out, &n, NULL, NULL,
					      &error), -1);
	ck_assert_ptr_null(out);
	ck_assert_uint_eq(n, 0);
	ck_assert_int_eq(error.code, INJECTOR_INVALID);
	ck_assert_str_eq(error.file, "bad.yaml");
	ck_assert_uint_ge(error.line, 5);
	injector_free(in);
}
END_TEST

/* ---- what the caller passed may go ---- */

START_TEST(handle_keeps_copies)
{
	char name[] = "log.yaml";
	char body[] = "spec: {hostname: '{{ .Values.h }}'}";
	char values[] = "h: one", setting[] = "h=two", only[] = "web*";
	char path[] = "spec.pod", kind[] = "Widget", group[] = "example.com";
	const char *patterns[] = { only };
	struct injector_text t = text_of(name, body);
	struct injector_text v = text_of(name, values);
	const struct injector_setting s = { INJECTOR_SET, setting };
	const struct injector_kind k = { group, kind, path };
	const struct injector_options options = {
		.size = sizeof(options),
		.templates = &t, .n_templates = 1,
		.values = &v, .n_values = 1,
		.settings = &s, .n_settings = 1,
		.only = patterns, .n_only = 1,
		.kinds = &k, .n_kinds = 1,
	};
	const struct injector_text widget = text_of("w.yaml",
		"apiVersion: example.com/v1\nkind: Widget\n"
		"metadata: {name: web}\nspec: {pod: {spec: {containers: "
		"[{name: a}]}}}\n");
	struct injector *in = injector_new(&options, NULL);
	char *out = NULL;

	memset(name, 'x', sizeof(name) - 1);
	memset(body, 'x', sizeof(body) - 1);
	memset(values, 'x', sizeof(values) - 1);
	memset(setting, 'x', sizeof(setting) - 1);
	memset(only, 'x', sizeof(only) - 1);
	memset(path, 'x', sizeof(path) - 1);
	memset(kind, 'x', sizeof(kind) - 1);
	memset(group, 'x', sizeof(group) - 1);
	ck_assert_ptr_nonnull(in);
	ck_assert(!injector_inject_text(in, &widget, &out, NULL, NULL, NULL,
					NULL));
	ck_assert_ptr_nonnull(strstr(out, "hostname: two"));
	injector_free_text(out);
	injector_free(in);
}
END_TEST

/* A copy without a NUL behind it, which a sanitizer would see read. */
static struct injector_text bare_text(const char *name, const char *text)
{
	size_t n = strlen(text);
	char *p = malloc(n ? n : 1);

	ck_assert_ptr_nonnull(p);
	memcpy(p, text, n);
	return (struct injector_text){ name, p, n };
}

START_TEST(texts_that_stay)
{
	struct injector_text config = bare_text("config",
		"templates:\n  sidecar: |\n    metadata:\n      labels:\n"
		"        a: \"{{ .Values.v }}\"\n    spec:\n"
		"      hostname: {{ .MeshConfig.RootNamespace }}");
	struct injector_text mesh = bare_text("mesh", "rootNamespace: root");
	struct injector_text values[] = {
		bare_text("1", "{\"v\":1,\"w\":2}"), bare_text("2", "v: 3"),
		bare_text("3", ""), { "4", NULL, 0 },
	};
	struct injector_istio istio = {
		.size = sizeof(istio), .inject_config = &config,
		.mesh_config = &mesh,
	};
	const struct injector_options options = {
		.size = sizeof(options), .istio = &istio, .texts_stay = true,
		.values = values, .n_values = ARRAY_SIZE(values),
	};
	const struct injector_text pod = text_of("pod.yaml", POD);
	struct injector *in = injector_new(&options, NULL);
	char *out = NULL;

	ck_assert_ptr_nonnull(in);
	ck_assert(!injector_inject_text(in, &pod, &out, NULL, NULL, NULL,
					NULL));
	ck_assert_ptr_nonnull(strstr(out, "a: \"3\""));
	ck_assert_ptr_nonnull(strstr(out, "hostname: root"));
	injector_free_text(out);
	injector_free(in);
	free((char *)config.text);
	free((char *)mesh.text);
	for (size_t i = 0; i < ARRAY_SIZE(values); i++)
		free((char *)values[i].text);
}
END_TEST

/* ---- structs of other versions ---- */

/* A later version, with a field that this library does not have. */
struct later_options {
	struct injector_options now;
	size_t field;
};

START_TEST(larger_struct)
{
	struct injector_text t = text_of("t", SIDECAR);
	struct later_options o = { .now = { .size = sizeof(o),
					    .templates = &t,
					    .n_templates = 1 } };
	struct injector_error error;
	struct injector *in = injector_new(&o.now, &error);

	ck_assert_msg(in != NULL, "%s", error.text);
	injector_free(in);
	o.field = 1;
	ck_assert_ptr_null(injector_new(&o.now, &error));
	ck_assert_int_eq(error.code, INJECTOR_MISUSE);
	ck_assert_ptr_nonnull(strstr(error.text, "does not have"));
}
END_TEST

/* What follows the size that an earlier version has is not looked at. */
START_TEST(smaller_struct)
{
	static const char *const unknown[] = { "no-such-warning" };
	struct injector_text t = text_of("t", SIDECAR);
	struct injector_options o = {
		.size = offsetof(struct injector_options, only),
		.templates = &t, .n_templates = 1,
		.no_warnings = unknown, .n_no_warnings = 1,
	};
	struct injector_error error;
	struct injector *in = injector_new(&o, &error);

	ck_assert_msg(in != NULL, "%s", error.text);
	injector_free(in);
	o.size = sizeof(o);
	ck_assert_ptr_null(injector_new(&o, &error));
}
END_TEST

START_TEST(no_size)
{
	struct injector *in = logger(INJECTOR_INJECT);
	struct injector_options options = { .size = 0 };
	struct injector_istio istio = { .builtin = true };
	struct injector_stream stream = { .name = "x" };
	struct injector_error error;

	ck_assert_ptr_null(injector_new(&options, &error));
	ck_assert_int_eq(error.code, INJECTOR_MISUSE);
	ck_assert_ptr_nonnull(strstr(error.text, "struct injector_options"));
	options.size = sizeof(options);
	options.istio = &istio;
	ck_assert_ptr_null(injector_new(&options, &error));
	ck_assert_ptr_nonnull(strstr(error.text, "struct injector_istio"));
	ck_assert_int_eq(injector_run(in, &stream, &error), -1);
	ck_assert_int_eq(error.code, INJECTOR_MISUSE);
	stream.size = SIZE_MAX;
	ck_assert_int_eq(injector_run(in, &stream, &error), -1);
	ck_assert_ptr_nonnull(strstr(error.text, "struct injector_stream"));
	injector_free(in);
}
END_TEST

/* ---- events wait for what they say ---- */

#define PODS 100
#define PADDING ((size_t)64 << 10)

/* More Pods than are held back, then a document that is wrong. */
struct pods {
	unsigned read, written, injected;
	char text[PADDING];
	size_t at, n;
};

static void next_pod(struct pods *s)
{
	static const char wrong[] = "---\nkind: [\n";

	s->at = 0;
	if (s->read++ < PODS) {
		memset(s->text, '#', PADDING);
		memcpy(s->text, "---\n" POD, sizeof("---\n" POD) - 1);
		s->text[PADDING - 1] = '\n';
		s->n = PADDING;
	} else {
		memcpy(s->text, wrong, sizeof(wrong) - 1);
		s->n = s->read == PODS + 1 ? sizeof(wrong) - 1 : 0;
	}
}

static int64_t read_pods(void *ctx, void *p, size_t n)
{
	struct pods *s = ctx;

	if (s->at == s->n)
		next_pod(s);
	if (n > s->n - s->at)
		n = s->n - s->at;
	memcpy(p, s->text + s->at, n);
	s->at += n;
	return (int64_t)n;
}

static int write_pods(void *ctx, const void *p, size_t n)
{
	static const char sidecar[] = "name: log";
	struct pods *s = ctx;
	const char *text = p, *end = text + n;

	while ((text = memmem(text, (size_t)(end - text), sidecar,
			      strlen(sidecar)))) {
		text += strlen(sidecar);
		s->written++;
	}
	return 0;
}

static void note_pod(void *ctx, const struct injector_event *event)
{
	struct pods *s = ctx;

	s->injected += event->outcome == INJECTOR_INJECTED;
	ck_assert_uint_le(s->injected, s->written);
	ck_assert_str_eq(event->kind, "Pod");
	ck_assert_uint_gt(event->line, 0);
}

START_TEST(injected_when_written)
{
	static struct pods pods;
	struct injector *in = logger(INJECTOR_INJECT);
	struct injector_stream stream = {
		.size = sizeof(stream), .name = "pods.yaml",
		.read = read_pods, .write = write_pods, .report = note_pod,
		.ctx = &pods,
	};
	struct injector_error error;

	ck_assert_int_eq(injector_run(in, &stream, &error), -1);
	ck_assert_int_eq(error.code, INJECTOR_INVALID);
	ck_assert_uint_gt(pods.written, 0);
	ck_assert_uint_lt(pods.written, PODS);
	ck_assert_uint_eq(pods.injected, pods.written);
	injector_free(in);
}
END_TEST

/* ---- codes ---- */

static int64_t no_read(void *ctx, void *p, size_t n)
{
	(void)ctx;
	(void)p;
	(void)n;
	errno = EIO;
	return -1;
}

static int64_t read_pod(void *ctx, void *p, size_t n)
{
	str *rest = ctx;

	if (n > rest->n)
		n = rest->n;
	memcpy(p, rest->p, n);
	*rest = str_sub(*rest, n, rest->n);
	return (int64_t)n;
}

static int no_write(void *ctx, const void *p, size_t n)
{
	(void)ctx;
	(void)p;
	(void)n;
	errno = ENOSPC;
	return -1;
}

START_TEST(code_of_io)
{
	struct injector *in = logger(INJECTOR_INJECT);
	str rest = STR(POD);
	struct injector_stream stream = {
		.size = sizeof(stream), .name = "x", .read = no_read,
		.write = no_write, .ctx = &rest,
	};
	struct injector_error error;

	ck_assert_int_eq(injector_run(in, &stream, &error), -1);
	ck_assert_int_eq(error.code, INJECTOR_IO);
	ck_assert_uint_eq(error.line, 0);
	stream.read = read_pod;
	ck_assert_int_eq(injector_run(in, &stream, &error), -1);
	ck_assert_int_eq(error.code, INJECTOR_IO);
	ck_assert_uint_eq(error.line, 0);
	injector_free(in);
}
END_TEST

START_TEST(code_of_misuse)
{
	static const char *const unknown[] = { "no-such-warning" };
	struct injector_options options = {
		.size = sizeof(options),
		.no_warnings = unknown, .n_no_warnings = 1,
	};
	struct injector_text t = text_of("t", "spec: [");
	struct injector_error error;

	ck_assert_ptr_null(injector_new(&options, &error));
	ck_assert_int_eq(error.code, INJECTOR_MISUSE);
	options = (struct injector_options){
		.size = sizeof(options), .templates = &t, .n_templates = 1,
	};
	ck_assert_ptr_null(injector_new(&options, &error));
	ck_assert_int_eq(error.code, INJECTOR_INVALID);
}
END_TEST

/* Numbers outside of the enums, and a stream without functions. */
START_TEST(code_of_unknown_values)
{
	const struct injector_setting setting = {
		(enum injector_setting_kind)3, "a=b",
	};
	const struct injector_options unknown[] = {
		{ .size = sizeof(*unknown), .task = (enum injector_task)3 },
		{ .size = sizeof(*unknown), .format = (enum injector_format)3 },
		{ .size = sizeof(*unknown), .settings = &setting,
		  .n_settings = 1 },
	};
	const struct injector_stream stream = INJECTOR_STREAM_INIT;
	struct injector *in = logger(INJECTOR_INJECT);
	struct injector_error error;

	for (size_t i = 0; i < ARRAY_SIZE(unknown); i++) {
		ck_assert_ptr_null(injector_new(&unknown[i], &error));
		ck_assert_int_eq(error.code, INJECTOR_MISUSE);
		ck_assert_ptr_nonnull(strstr(error.text, "unknown "));
	}
	ck_assert_int_eq(injector_run(in, &stream, &error), -1);
	ck_assert_int_eq(error.code, INJECTOR_MISUSE);
	injector_free(in);
}
END_TEST

/* The record does not fit the lines that it is about. */
START_TEST(code_of_an_edited_injection)
{
	static const char text[] =
		"apiVersion: v1\nkind: Pod\nspec:\n"
		"  containers: [{name: a}, {name: log, image: log}]\n"
		"# injector-undo: v1 log 4:3-1=\"x\"~1.000000\n";
	struct injector *in = logger(INJECTOR_UNINJECT);
	const struct injector_text edited = text_of("pod.yaml", text);
	struct injector_error error;
	char *out;

	ck_assert_int_eq(injector_inject_text(in, &edited, &out, NULL, NULL,
					      NULL, &error), -1);
	ck_assert_int_eq(error.code, INJECTOR_CANNOT_EDIT);
	ck_assert_uint_eq(error.line, 5);
	injector_free(in);
}
END_TEST

/* ---- long names ---- */

static const struct {
	const char *begin, *middle, *end, *file;
} names[] = {
	{ "/a/", "b", "/c.yaml", ".../c.yaml" },
	{ "/a/", "dir/", "c.yaml", ".../dir/" },
	{ "", "\xc3\xa9", ".yaml", ".../\xc3\xa9" },
	{ "", "bb/", "", ".../bb/" },
};

START_TEST(tail_of_a_name)
{
	struct injector *in = logger(INJECTOR_INJECT);
	struct injector_text bad = text_of(NULL, "[");
	struct injector_error error;
	char name[1024];
	const char *file = names[_i].file, *end = names[_i].end;
	char *out;

	strcpy(name, names[_i].begin);
	while (strlen(name) < 900)
		strcat(name, names[_i].middle);
	strcat(name, end);
	bad.name = name;
	ck_assert_int_eq(injector_inject_text(in, &bad, &out, NULL, NULL, NULL,
					      &error), -1);
	ck_assert_msg(!strncmp(error.file, file, strlen(file)), "%s",
		      error.file);
	ck_assert_str_eq(error.file + strlen(error.file) - strlen(end), end);
	ck_assert_ptr_nonnull(strstr(name, error.file + 4));
	injector_free(in);
}
END_TEST

START_TEST(version)
{
	ck_assert_str_eq(injector_version(), INJECTOR_VERSION);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("api");
	TCase *tc = tcase_create("api");
	SRunner *sr = srunner_create(suite);
	int failed;

	tcase_add_test(tc, text_goes_both_ways);
	tcase_add_test(tc, empty_text_is_a_text);
	tcase_add_test(tc, text_that_fails);
	tcase_add_test(tc, handle_keeps_copies);
	tcase_add_test(tc, texts_that_stay);
	tcase_add_test(tc, larger_struct);
	tcase_add_test(tc, smaller_struct);
	tcase_add_test(tc, no_size);
	tcase_add_test(tc, injected_when_written);
	tcase_add_test(tc, code_of_io);
	tcase_add_test(tc, code_of_misuse);
	tcase_add_test(tc, code_of_unknown_values);
	tcase_add_test(tc, code_of_an_edited_injection);
	tcase_add_loop_test(tc, tail_of_a_name, 0,
			    sizeof(names) / sizeof(*names));
	tcase_add_test(tc, version);
	suite_add_tcase(suite, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
