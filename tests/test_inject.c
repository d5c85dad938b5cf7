/*
 * The library through include/injector.h alone, as its users see it.
 */
#include <check.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "injector.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))
#define MIB ((size_t)1 << 20)
#define HELD_BACK (4 * MIB)
#define BOM "\xef\xbb\xbf"

struct text {
	char *p;
	size_t n, cap;
};

static void add(struct text *t, const void *p, size_t n)
{
	if (t->n + n + 1 > t->cap) {
		t->cap = (t->n + n + 1) * 2;
		t->p = realloc(t->p, t->cap);
		if (!t->p)
			abort();
	}
	if (n)
		memcpy(t->p + t->n, p, n);
	t->n += n;
	t->p[t->n] = '\0';
}

static void addz(struct text *t, const char *z)
{
	add(t, z, strlen(z));
}

/* A run: its input, its output, and when reading or writing fails. */
struct run {
	const char *in;
	size_t n, at;
	size_t chunk;		/* at most so much a read; 0: what is asked */
	size_t fail_read;	/* from this byte on; 0: never */
	int fail_write;		/* from this write on, counted from 1 */
	int error;		/* errno of what fails */
	int reads_after, writes_after;	/* calls after a failure */
	bool failed;
	size_t read_at_first_write, first_write;
	int writes;
	struct text ends;	/* the last bytes of each write, ENDING each */
	struct text out, log;
};

#define ENDING 5

static int64_t read_some(void *ctx, void *p, size_t n)
{
	struct run *r = ctx;

	r->reads_after += r->failed;
	if (r->fail_read && r->at >= r->fail_read) {
		r->failed = true;
		errno = r->error;
		return -1;
	}
	if (r->chunk && n > r->chunk)
		n = r->chunk;
	if (n > r->n - r->at)
		n = r->n - r->at;
	if (n)
		memcpy(p, r->in + r->at, n);
	r->at += n;
	return (int64_t)n;
}

static int write_all(void *ctx, const void *p, size_t n)
{
	struct run *r = ctx;
	static const char nothing[ENDING];

	r->writes_after += r->failed;
	if (r->fail_write && r->writes + 1 >= r->fail_write) {
		r->failed = true;
		errno = r->error;
		return -1;
	}
	if (!r->writes++) {
		r->read_at_first_write = r->at;
		r->first_write = n;
	}
	add(&r->out, p, n);
	add(&r->ends, r->out.n < ENDING ? nothing :
					  r->out.p + r->out.n - ENDING, ENDING);
	return 0;
}

/* One line per event. */
static void note(void *ctx, const struct injector_event *e)
{
	static const char *const outcomes[] = {
		[INJECTOR_INJECTED] = "injected",
		[INJECTOR_UNCHANGED] = "unchanged",
		[INJECTOR_SKIPPED] = "skipped",
		[INJECTOR_WARNING] = "warning",
	};
	struct run *r = ctx;
	char line[1000];

	snprintf(line, sizeof(line), "%s:%u:%u %s %s %s/%s%s%s\n", e->file,
		 e->line, e->column, outcomes[e->outcome],
		 e->kind ? e->kind : "?", e->namespace_ ? e->namespace_ : "?",
		 e->name ? e->name : "?", e->text[0] ? ": " : "", e->text);
	addz(&r->log, line);
}

static int start(const struct injector *in, struct run *r,
		 struct injector_error *error)
{
	const struct injector_stream stream = {
		.size = sizeof(stream), .name = "in.yaml",
		.read = read_some, .write = write_all,
		.report = note, .ctx = r,
	};

	addz(&r->out, "");
	addz(&r->log, "");
	return injector_run(in, &stream, error);
}

static void finish(struct run *r)
{
	free(r->out.p);
	free(r->log.p);
	free(r->ends.p);
}

static struct injector *with(const char *template, size_t max_document)
{
	struct injector_text t = { "t.yaml", template, strlen(template) };
	struct injector_options options = { .size = sizeof(options),
					    .templates = &t,
					    .n_templates = 1,
					    .max_document = max_document,
					    .verify = true };
	struct injector_error error;
	struct injector *in = injector_new(&options, &error);

	ck_assert_msg(in, "%s", error.text);
	return in;
}

static struct run text_run(const char *text)
{
	return (struct run){ .in = text, .n = strlen(text) };
}

#define PROXY "spec: {containers: [{name: p, image: i}]}\n"
#define POD "apiVersion: v1\nkind: Pod\n"
#define HAS "spec: {containers: [{name: p, image: i}]}\n"
#define HAS_NOT "spec: {containers: [{name: a, image: i}]}\n"

/* Streams and their events. */
static const struct {
	const char *text, *log;
} events[] = {
	{ "", "" },
	{ "# nothing\n", "" },
	{ "a: b\n---\n- c\n--- d\n---\n", "" },
	{ POD HAS_NOT, "in.yaml:1:1 injected Pod default/\n" },
	{ POD HAS, "in.yaml:1:1 unchanged Pod default/\n" },
	{ "# c\n\n" POD "metadata: {name: web, namespace: s}\n" HAS_NOT,
	  "in.yaml:3:1 injected Pod s/web\n" },
	{ POD "metadata: {generateName: g-}\n" HAS,
	  "in.yaml:1:1 unchanged Pod default/g-\n" },
	{ POD "metadata: {generateName: g-, name: web, namespace: \"\"}\n" HAS,
	  "in.yaml:1:1 unchanged Pod default/web\n" },
	{ POD "metadata: {name: \"a b\", namespace: \xc3\xa9}\n" HAS,
	  "in.yaml:1:1 unchanged Pod \xc3\xa9/a b\n" },

	/* skipped, and why */
	{ POD "metadata: {namespace: kube-system}\n" HAS_NOT,
	  "in.yaml:1:1 skipped Pod kube-system/: namespace kube-system\n" },
	{ POD "spec: {hostNetwork: true}\n",
	  "in.yaml:1:1 skipped Pod default/: host networking\n" },
	{ POD "metadata: {labels: {injector/inject: \"false\"}}\n" HAS,
	  "in.yaml:1:1 skipped Pod default/: "
	  "label injector/inject is false\n" },
	{ POD, "in.yaml:1:1 skipped Pod default/: no pod spec\n" },
	{ "apiVersion: apps/v1\nkind: Deployment\nspec: {replicas: 1}\n",
	  "in.yaml:1:1 skipped Deployment default/: no pod spec\n" },
	{ "apiVersion: apps/v1\nkind: Deployment\nmetadata: "
	  "{namespace: kube-public}\n",
	  "in.yaml:1:1 skipped Deployment kube-public/: "
	  "namespace kube-public\n" },

	/* some pods of an object skipped, some not */
	{ "apiVersion: leaderworkerset.x-k8s.io/v1\nkind: LeaderWorkerSet\n"
	  "spec:\n  leaderWorkerTemplate:\n"
	  "    leaderTemplate: {spec: {hostNetwork: true}}\n"
	  "    workerTemplate: {" HAS_NOT "}\n",
	  "in.yaml:1:1 injected LeaderWorkerSet default/\n" },

	/* several documents, Lists, values of JSON */
	{ "a: b\n---\n" POD HAS "---\n# c\n" POD HAS_NOT "...\n",
	  "in.yaml:3:1 unchanged Pod default/\n"
	  "in.yaml:8:1 injected Pod default/\n" },
	{ "apiVersion: v1\nkind: List\nitems:\n"
	  "- {apiVersion: v1, kind: Pod, " HAS "}\n"
	  "- {apiVersion: v1, kind: Service}\n"
	  "- apiVersion: v1\n  kind: Pod\n  metadata: {name: two}\n",
	  "in.yaml:4:3 unchanged Pod default/\n"
	  "in.yaml:7:3 skipped Pod default/two: no pod spec\n" },
	{ "apiVersion: v1\nkind: PodList\nitems:\n- metadata: {name: a}\n",
	  "in.yaml:4:3 skipped Pod default/a: no pod spec\n" },
	{ "{\"apiVersion\":\"v1\",\"kind\":\"Pod\"}\n"
	  "{\"kind\":\"x\"} {\"apiVersion\":\"v1\",\"kind\":\"Pod\","
	  "\"spec\":{}}",
	  "in.yaml:1:1 skipped Pod default/: no pod spec\n"
	  "in.yaml:2:14 injected Pod default/\n" },
	{ BOM POD HAS, "in.yaml:1:1 unchanged Pod default/\n" },
	{ "apiVersion: v1\r\nkind: Pod\r\n---\r\n" POD,
	  "in.yaml:1:1 skipped Pod default/: no pod spec\n"
	  "in.yaml:4:1 skipped Pod default/: no pod spec\n" },

	/* warnings */
	{ "a: 1\n\xc3\xa9: {b: 1, b: 2}\na: 2\n",
	  "in.yaml:2:11 warning ? ?/?: duplicate key \"b\"; "
	  "Kubernetes uses the last one\n"
	  "in.yaml:3:1 warning ? ?/?: duplicate key \"a\"; "
	  "Kubernetes uses the last one\n" },
	{ POD HAS "kind: Pod\n",
	  "in.yaml:4:1 warning ? ?/?: duplicate key \"kind\"; "
	  "Kubernetes uses the last one\n"
	  "in.yaml:1:1 unchanged Pod default/\n" },
};

START_TEST(test_events)
{
	struct injector *in = with(PROXY, 0);
	struct run r = text_run(events[_i].text);
	struct injector_error error;

	ck_assert_msg(!start(in, &r, &error), "%s", error.text);
	ck_assert_str_eq(r.log.p, events[_i].log);
	if (!strstr(r.log.p, "injected"))
		ck_assert_str_eq(r.out.p, events[_i].text);
	else
		ck_assert(strstr(r.out.p, "p") && r.out.n > r.n);
	ck_assert_int_eq(r.writes, r.out.n > 0);
	finish(&r);
	injector_free(in);
}
END_TEST

/* An unknown field of a template is an error at its place there, unless the
 * template may have it. */
START_TEST(test_unknown_field)
{
	static const char *const off = "unknown-field";
	const struct injector_text t = {
		"t.yaml", "# the template\nspec:\n  things: [b]\n", 35,
	};
	struct injector_options options = { .size = sizeof(options),
					    .templates = &t,
					    .n_templates = 1 };
	struct injector *in = injector_new(&options, NULL);
	struct run r = text_run(POD "metadata: {name: web}\n"
				"spec: {things: [a]}\n");
	struct injector_error e;

	ck_assert_int_eq(start(in, &r, &e), -1);
	ck_assert_str_eq(e.file, "t.yaml");
	ck_assert_uint_eq(e.line, 3);
	ck_assert_uint_eq(e.column, 11);
	ck_assert_str_eq(e.text, "spec.things: unknown field");
	finish(&r);
	injector_free(in);

	options.no_warnings = &off;
	options.n_no_warnings = 1;
	in = injector_new(&options, NULL);
	r = text_run(POD "metadata: {name: web}\nspec: {things: [a]}\n");
	ck_assert_int_eq(start(in, &r, NULL), 0);
	ck_assert_str_eq(r.log.p, "in.yaml:1:1 injected Pod default/web\n");
	ck_assert_ptr_eq(strstr(r.out.p, POD "metadata: {name: web}\n"
					 "spec: {things: [b]}\n"),
			 r.out.p);
	finish(&r);
	injector_free(in);
}
END_TEST

/* The column counts characters after the last line break. */
static unsigned width(const char *text)
{
	const char *line = strrchr(text, '\n');
	unsigned n = 0;

	for (line = line ? line + 1 : text; *line; line++)
		n += (*line & 0xc0) != 0x80;
	return strncmp(text, BOM, 3) || strchr(text, '\n') ? n : n - 1;
}

/* Places of objects far into a long text, with wide characters in it, on
 * many lines or on one. */
static const struct {
	const char *begin, *item, *end;
	unsigned line, per_line;
} places[] = {
	{ "apiVersion: v1\nkind: PodList\nitems:\n- ",
	  "metadata:\n    name: \xc3\xa9\n- ", "null\n", 4, 2 },
	{ BOM "apiVersion: v1\nkind: PodList\nitems: [",
	  "{metadata: {name: \xc3\xa9}}, ", "]\n", 3, 0 },
	{ "a: b\n---\n{\"apiVersion\":\"v1\",\"kind\":\"PodList\","
	  "\"a\":\"\xc3\xa9\",\"items\":[",
	  "{\"metadata\":{\"name\":\"\xc3\xa9\"}},", "1]}", 3, 0 },
	{ BOM "{\"apiVersion\":\"v1\",\"kind\":\"PodList\",\"items\":[",
	  "{\"metadata\":{\"name\":\"\xc3\xa9\"}},", "1]}", 1, 0 },
};

START_TEST(test_places)
{
	enum { N = 3000 };
	struct injector *in = with(PROXY, 0);
	struct text text = { 0 }, want = { 0 };
	unsigned column = width(places[_i].begin) + 1;
	struct run r;
	struct injector_error e;
	char event[100];

	addz(&text, places[_i].begin);
	for (unsigned i = 0; i < N; i++) {
		snprintf(event, sizeof(event), "in.yaml:%u:%u skipped Pod "
			 "default/\xc3\xa9: no pod spec\n",
			 places[_i].line + i * places[_i].per_line, column);
		addz(&want, event);
		addz(&text, places[_i].item);
		if (!places[_i].per_line)
			column += width(places[_i].item);
	}
	addz(&text, places[_i].end);
	r = text_run(text.p);
	ck_assert_msg(!start(in, &r, &e), "%u:%u: %s", e.line, e.column,
		      e.text);
	ck_assert_msg(!strcmp(r.log.p, want.p), "%.200s", r.log.p);
	finish(&r);
	free(text.p);
	free(want.p);
	injector_free(in);
}
END_TEST

/* Errors in a manifest and their places. */
static const struct {
	const char *text, *words;
	unsigned line, column;
} errors[] = {
	{ "a: [\n", "while parsing", 2, 1 },
	{ "a: b\n---\nc: d\n---\n# e\nf: [\n", "while parsing", 7, 1 },
	{ BOM "a: b\n---\n\xc3\xa9: \"\xc3\xa9\" x\n", "", 3, 8 },
	{ "a: b\n---\n\xc3\xa9\xc3\xa9: {b: *c}\n", "undefined alias *c",
	  3, 9 },
	{ "a: b\r\n---\r\nc: *d\r\n", "undefined alias *d", 3, 4 },
	{ "a: \xff\n", "", 1, 4 },
	{ POD "spec: [a]\n", "spec: expected a map, found a list", 3, 7 },
	{ "---\n" POD "metadata: {name: \xc3\xa9\xc3\xa9, labels: x}\n",
	  "metadata.labels: expected a map, found text", 4, 30 },
	{ BOM POD "spec: {hostname: \xc3\xa9, containers: x}\n",
	  "spec.containers: expected a list, found text", 3, 33 },
	{ BOM "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"spec\":7}",
	  "spec: expected a map, found 7", 1, 40 },
	{ "{\"kind\":\"x\"}\n{\"kind\":\"\xc3\xa9\"} {\"kind\":",
	  "", 2, 22 },
	{ "apiVersion: apps/v1\nkind: Deployment\nspec:\n  replicas: two\n",
	  "spec.replicas: expected a whole number, found text", 4, 13 },
	{ "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n"
	  "  kind: Pod\n  spec: {containers: {}}\n",
	  "spec.containers: expected a list, found a map", 6, 22 },
	{ "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nspec:\n"
	  "  template: {spec: {containers: [{image: [a]}]}}\n",
	  "spec.containers[0].image: expected text, found a list", 4, 42 },
	{ POD "metadata: {annotations: {a: .inf}}\n", "", 3, 29 },
	{ POD "spec: {containers: [{name: a}, {}]}\n", "name", 3, 32 },
};

START_TEST(test_errors)
{
	struct injector *in = with(PROXY, 0);
	struct run r = text_run(errors[_i].text);
	struct injector_error e;

	ck_assert_msg(start(in, &r, &e) == -1, "%s", errors[_i].text);
	ck_assert_msg(strstr(e.text, errors[_i].words), "%s", e.text);
	ck_assert_msg(e.line == errors[_i].line &&
		      e.column == errors[_i].column, "%s: %s at %u:%u",
		      errors[_i].text, e.text, e.line, e.column);
	ck_assert_str_eq(e.file, "in.yaml");
	ck_assert_int_eq(r.writes, 0);
	finish(&r);
	injector_free(in);
}
END_TEST

START_TEST(test_template_errors)
{
	static const struct injector_text templates[] = {
		{ "good", PROXY, sizeof(PROXY) - 1 },
		{ "bad", "# c\nspec:\n  containers: x\n", 26 },
	};
	struct injector_options options = { .size = sizeof(options),
					    .templates = templates,
					    .n_templates = 2 };
	struct injector_error e;

	ck_assert(!injector_new(&options, &e));
	ck_assert_str_eq(e.file, "bad");
	ck_assert_uint_eq(e.line, 3);
	ck_assert_uint_eq(e.column, 15);
	ck_assert_str_eq(e.text,
			 "spec.containers: expected a list, found text");
	ck_assert(!injector_new(&options, NULL));
	injector_free(NULL);
}
END_TEST

/* Templates are merged in order. */
START_TEST(test_several_templates)
{
	static const char one[] = "spec: {hostname: a, nodeName: one}";
	static const char two[] = "spec: {hostname: b}";
	static const struct injector_text templates[] = {
		{ "one", one, sizeof(one) - 1 },
		{ "two", two, sizeof(two) - 1 },
	};
	struct injector_options options = { .size = sizeof(options),
					    .templates = templates,
					    .n_templates = 2,
					    .verify = true };
	struct injector *in = injector_new(&options, NULL);
	struct run r = text_run(POD "spec: {nodeName: x}\n");

	ck_assert_int_eq(start(in, &r, NULL), 0);
	ck_assert_ptr_nonnull(strstr(r.out.p, "hostname: b"));
	ck_assert_ptr_nonnull(strstr(r.out.p, "nodeName: one"));
	ck_assert_ptr_null(strstr(r.out.p, "hostname: a"));
	finish(&r);
	injector_free(in);
	options.n_templates = 0;
	in = injector_new(&options, NULL);
	r = text_run(POD "spec: {nodeName: x}\n");
	ck_assert_int_eq(start(in, &r, NULL), 0);
	ck_assert_str_eq(r.out.p, POD "spec: {nodeName: x}\n");
	finish(&r);
	injector_free(in);
}
END_TEST

/* Sorts of documents in a long stream: `unit` again and again, with a comment
 * of some length in it; every write but the last ends with `end`. */
static const struct {
	const char *before, *after, *end;
} streams[] = {
	{ "---\n# ", "\na: b\n", "\n---\n" },
	{ "---\n# ", "\n" POD HAS_NOT, "\n---\n" },
	{ "--- # ", "\na: b\n", "xxxx\n" },
	{ "--- {a: \"", "\",\n  b: c}\n", "}\n---" },
	{ "---\r\n# ", "\r\na: b\r\n", "---\r\n" },
	{ "{\"a\":\"", "\"}\n", "xx\"}\n" },
	{ "{\"a\":\"", "\"}", "xxx\"}" },
	{ "%YAML 1.1\n---\n# ", "\na: b\n...\n", "\n---\n" },
};

static void long_stream(struct text *t, int i, size_t n)
{
	char comment[2000];

	memset(comment, 'x', sizeof(comment));
	while (t->n < n) {
		addz(t, streams[i].before);
		add(t, comment, sizeof(comment));
		addz(t, streams[i].after);
	}
}

START_TEST(test_held_back)
{
	struct injector *in = with(PROXY, 0);
	struct text t = { 0 };
	struct run r;
	struct injector_error e;

	long_stream(&t, _i, 20 * MIB);
	r = text_run(t.p);
	ck_assert_msg(!start(in, &r, &e), "%s", e.text);
	/* the document over the limit still waits for a mark */
	ck_assert_uint_ge(r.first_write, HELD_BACK - 3000);
	ck_assert_int_ge(r.writes, 4);
	ck_assert_int_le(r.writes, 6);
	for (int i = 0; i + 1 < r.writes; i++)
		ck_assert_mem_eq(r.ends.p + i * ENDING, streams[_i].end,
				 ENDING);
	if (!strstr(streams[_i].after, "Pod"))
		ck_assert(r.out.n == t.n && !memcmp(r.out.p, t.p, t.n));
	finish(&r);
	free(t.p);
	injector_free(in);
}
END_TEST

/* Output below the limit is written at the end. */
START_TEST(test_held_to_the_end)
{
	struct injector *in = with(PROXY, 0);
	struct text t = { 0 };
	struct run r;

	long_stream(&t, 0, HELD_BACK - 3000);
	r = text_run(t.p);
	ck_assert_int_eq(start(in, &r, NULL), 0);
	ck_assert_int_eq(r.writes, 1);
	ck_assert_uint_eq(r.read_at_first_write, t.n);
	finish(&r);
	free(t.p);
	injector_free(in);
}
END_TEST

/* An error late in the stream: the output has whole documents. */
START_TEST(test_late_error)
{
	struct injector *in = with(PROXY, 0);
	struct text t = { 0 };
	struct run r, again;
	struct injector_error e;
	size_t good;

	long_stream(&t, _i, 6 * MIB);
	good = t.n;
	addz(&t, "\n---\n]\n---\n");
	long_stream(&t, _i, good + 5 * MIB);
	r = text_run(t.p);
	ck_assert_int_eq(start(in, &r, &e), -1);
	ck_assert_uint_gt(e.line, 0);
	ck_assert_int_ge(r.writes, 1);
	ck_assert_int_le(r.writes, 2);
	ck_assert_mem_eq(r.out.p + r.out.n - ENDING, streams[_i].end, ENDING);
	again = (struct run){ .in = r.out.p, .n = r.out.n };
	ck_assert_int_eq(start(in, &again, NULL), 0);
	ck_assert_uint_eq(again.out.n, r.out.n);
	finish(&again);
	finish(&r);
	free(t.p);
	injector_free(in);
}
END_TEST

START_TEST(test_read_fails)
{
	struct injector *in = with(PROXY, 0);
	struct run r = text_run("a: b\n---\nc: d\n");
	struct injector_error e;

	r.chunk = 1;
	r.error = EIO;
	r.fail_read = 9;
	ck_assert_int_eq(start(in, &r, &e), -1);
	ck_assert_str_eq(e.file, "in.yaml");
	ck_assert_uint_eq(e.line, 0);
	ck_assert_uint_eq(e.column, 0);
	ck_assert_ptr_nonnull(strstr(e.text, "cannot read"));
	ck_assert_ptr_nonnull(strstr(e.text, strerror(EIO)));
	ck_assert_int_eq(r.writes, 0);
	ck_assert_int_eq(r.reads_after, 0);
	finish(&r);
	injector_free(in);
}
END_TEST

/* The first write fails, or the second. */
START_TEST(test_write_fails)
{
	struct injector *in = with(PROXY, 0);
	struct text t = { 0 };
	struct run r;
	struct injector_error e;

	long_stream(&t, 0, 10 * MIB);
	r = text_run(t.p);
	r.error = ENOSPC;
	r.fail_write = _i;
	ck_assert_int_eq(start(in, &r, &e), -1);
	ck_assert_str_eq(e.file, "in.yaml");
	ck_assert_uint_eq(e.line, 0);
	ck_assert_ptr_nonnull(strstr(e.text, "cannot write"));
	ck_assert_ptr_nonnull(strstr(e.text, strerror(ENOSPC)));
	ck_assert_int_eq(r.writes, _i - 1);
	ck_assert_int_eq(r.writes_after, 0);
	ck_assert_int_eq(r.reads_after, 0);
	finish(&r);
	free(t.p);
	injector_free(in);
}
END_TEST

/* The size of reads does not matter. */
static const size_t chunks[] = { 1, 2, 3, 7, 64, 4096 };

START_TEST(test_chunks)
{
	static const char text[] =
		BOM "# \xe2\x82\xac\r\n" POD HAS_NOT "...\n%YAML 1.1\n---\n"
		POD "spec:\n  containers:\n  - name: \"\xf0\x9f\x98\x80\"\n"
		"---\n{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"spec\":{}}\n"
		"{\"a\":[\"}\\\"{\"]}{\"b\":1}\n--- |\n ---\n...\n";
	struct injector *in = with(PROXY, 0);
	struct run whole = text_run(text), r = text_run(text);
	struct injector_error e;

	ck_assert_msg(!start(in, &whole, &e), "%s", e.text);
	r.chunk = chunks[_i];
	ck_assert_msg(!start(in, &r, &e), "%s", e.text);
	ck_assert_str_eq(r.out.p, whole.out.p);
	ck_assert_str_eq(r.log.p, whole.log.p);
	ck_assert_ptr_nonnull(strstr(r.log.p, "in.yaml:14:1 injected"));
	finish(&whole);
	finish(&r);
	injector_free(in);
}
END_TEST

/* max_document limits a document, not the stream. */
START_TEST(test_max_document)
{
	static const char text[] = "a: 34567890\n---\n89012345\n---\nb: c\n";
	struct injector_error e;
	struct injector *in = with(PROXY, 13);
	struct run r = text_run(text);

	ck_assert_msg(!start(in, &r, &e), "%s", e.text);
	ck_assert_str_eq(r.out.p, text);
	finish(&r);
	injector_free(in);

	in = with(PROXY, SIZE_MAX);
	r = text_run(text);
	ck_assert_msg(!start(in, &r, &e), "%s", e.text);
	finish(&r);
	injector_free(in);

	in = with(PROXY, 12);
	r = text_run(text);
	r.chunk = 1;
	ck_assert_int_eq(start(in, &r, &e), -1);
	ck_assert_uint_eq(e.line, 2);
	ck_assert_uint_eq(e.column, 1);
	ck_assert_ptr_nonnull(strstr(e.text, "larger than 12 bytes"));
	ck_assert_int_eq(r.writes, 0);
	finish(&r);
	injector_free(in);
}
END_TEST

/* A NULL report and a NULL error. */
START_TEST(test_nobody_asks)
{
	struct injector *in = with(PROXY, 0);
	struct run r = text_run(POD HAS_NOT "---\n" POD "a: 1\na: 2\n");
	struct injector_stream stream = {
		.size = sizeof(stream), .name = "x", .read = read_some,
		.write = write_all, .ctx = &r,
	};

	ck_assert_int_eq(injector_run(in, &stream, NULL), 0);
	finish(&r);
	r = text_run("[");
	ck_assert_int_eq(injector_run(in, &stream, NULL), -1);
	finish(&r);
	injector_free(in);
}
END_TEST

/* A name that does not fit into the error. */
START_TEST(test_long_name)
{
	struct injector *in = with(PROXY, 0);
	struct run r = text_run("[");
	struct injector_error e;
	struct injector_stream stream = {
		.size = sizeof(stream), .read = read_some,
		.write = write_all, .ctx = &r,
	};
	char name[1000];

	memset(name, 'n', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	stream.name = name;
	ck_assert_int_eq(injector_run(in, &stream, &e), -1);
	ck_assert_uint_eq(strlen(e.file), sizeof(e.file) - 1);
	ck_assert_uint_eq(e.line, 1);
	finish(&r);
	injector_free(in);
}
END_TEST

/* One handle, two threads, each with the same text several times. */
struct thread {
	const struct injector *in;
	const struct text *text;
	struct text out;
	int failed;
};

static void *run_thread(void *ctx)
{
	struct thread *t = ctx;

	for (int i = 0; i < 20; i++) {
		struct run r = { .in = t->text->p, .n = t->text->n,
				 .chunk = 1000 };

		t->failed |= start(t->in, &r, NULL);
		add(&t->out, r.out.p, r.out.n);
		add(&t->out, r.log.p, r.log.n);
		finish(&r);
	}
	return NULL;
}

START_TEST(test_threads)
{
	struct injector *in = with("metadata: {labels: &l {a: b, c: d},\n"
				   "  annotations: *l}\n" PROXY, 0);
	struct text text = { 0 };
	struct thread t[2] = { 0 };
	pthread_t id[2];

	for (int i = 0; i < 50; i++)
		addz(&text, POD HAS_NOT "---\n" POD HAS "a: 1\na: 2\n---\n");
	for (size_t i = 0; i < COUNT(t); i++) {
		t[i] = (struct thread){ .in = in, .text = &text };
		ck_assert(!pthread_create(&id[i], NULL, run_thread, &t[i]));
	}
	for (size_t i = 0; i < COUNT(t); i++)
		ck_assert(!pthread_join(id[i], NULL));
	ck_assert(!t[0].failed && !t[1].failed);
	ck_assert(t[0].out.n && t[0].out.n == t[1].out.n);
	ck_assert(!memcmp(t[0].out.p, t[1].out.p, t[0].out.n));
	free(t[0].out.p);
	free(t[1].out.p);
	free(text.p);
	injector_free(in);
}
END_TEST

START_TEST(test_builtin)
{
	static char values[8192];
	struct injector_text required = { .name = "values.yaml",
					  .text = values };
	FILE *f = fopen("testdata/sidecars/values.yaml", "r");
	size_t n = 0;

	ck_assert_ptr_nonnull(f);
	required.length = fread(values, 1, sizeof(values), f);
	ck_assert_uint_lt(required.length, sizeof(values));
	fclose(f);
	for (const struct injector_builtin *b; (b = injector_builtin(n)); n++) {
		struct injector_text t = { b->name, b->text, b->length };
		struct injector_options options = { .size = sizeof(options),
					    .templates = &t,
						    .n_templates = 1,
						    .values = &required,
						    .n_values = 1,
						    .verify = true };
		struct injector_error e;
		struct injector *in = injector_new(&options, &e);
		struct run r = text_run(POD "metadata: {name: p}\n"
			"spec:\n  containers:\n"
			"  - {name: a, image: i, ports: [{containerPort: 1}]}\n"
			"  volumes: [{name: v, configMap: {name: c}}]\n");

		ck_assert_msg(in, "%s:%u: %s", b->name, e.line, e.text);
		ck_assert(b->summary[0] && !b->text[b->length]);
		ck_assert_msg(!start(in, &r, &e), "%s: %s", b->name, e.text);
		ck_assert_ptr_nonnull(strstr(r.log.p, "injected"));
		finish(&r);
		injector_free(in);
	}
	ck_assert_uint_gt(n, 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("inject");
	TCase *tc = tcase_create("run"), *large = tcase_create("large");
	SRunner *sr = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tc, test_events, 0, COUNT(events));
	tcase_add_test(tc, test_unknown_field);
	tcase_add_loop_test(tc, test_places, 0, COUNT(places));
	tcase_add_loop_test(tc, test_errors, 0, COUNT(errors));
	tcase_add_test(tc, test_template_errors);
	tcase_add_test(tc, test_several_templates);
	tcase_add_test(tc, test_read_fails);
	tcase_add_loop_test(tc, test_chunks, 0, COUNT(chunks));
	tcase_add_test(tc, test_max_document);
	tcase_add_test(tc, test_nobody_asks);
	tcase_add_test(tc, test_long_name);
	tcase_add_test(tc, test_threads);
	tcase_add_test(tc, test_builtin);
	tcase_add_loop_test(large, test_held_back, 0, COUNT(streams));
	tcase_add_test(large, test_held_to_the_end);
	tcase_add_loop_test(large, test_late_error, 0, COUNT(streams));
	tcase_add_loop_test(large, test_write_fails, 1, 3);
	tcase_set_timeout(large, 120);
	suite_add_tcase(suite, tc);
	suite_add_tcase(suite, large);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
