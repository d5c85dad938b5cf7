/*
 * Drafts and threads: whatever is injected ahead of its turn, the batch ends as
 * without that.  Each case is a batch of streams, run document by document;
 * with drafts, all of which are made before the first is taken; and in threads.
 * What is compared are all calls of `write` and `report`, in their order, and
 * the errors.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/str.h"
#include "injector.h"

/* Documents of a long stream.  ThreadSanitizer takes 50 times as long, and sees
 * in the first few chunks what it can see. */
#ifdef __SANITIZE_THREAD__
#define LONG 300
#define SLOW true
#else
#define LONG 1500
#define SLOW false
#endif

/* ---- a batch ---- */

struct source {
	const char *name;
	str rest;
	struct buf *log;
	uint64_t wrote;
};

static int64_t read_some(void *ctx, void *p, size_t n)
{
	struct source *s = ctx;
	str head = str_sub(s->rest, 0, n);

	if (head.n)
		memcpy(p, head.p, head.n);
	s->rest = str_sub(s->rest, head.n, s->rest.n);
	return (int64_t)head.n;
}

static int64_t fail_to_read(void *ctx, void *p, size_t n)
{
	(void)ctx;
	(void)p;
	(void)n;
	errno = EIO;
	return -1;
}

static int log_write(void *ctx, const void *p, size_t n)
{
	struct source *s = ctx;

	buf_printf(s->log, "write %zu: ", n);
	/* of long outputs the sum is enough */
	buf_printf(s->log, "%llx\n", (unsigned long long)hash64(HASH64, p, n));
	if (n < 4096)
		buf_add(s->log, p, n);
	s->wrote += n;
	return 0;
}

static void log_event(void *ctx, const struct injector_event *e)
{
	struct buf *log = ctx;

	buf_printf(log, "event %d %s:%u:%u %s %s/%s %s [%s]\n", e->outcome,
		   e->file ? e->file : "", e->line, e->column,
		   e->kind ? e->kind : "", e->namespace_ ? e->namespace_ : "",
		   e->name ? e->name : "", e->text, e->warning ? e->warning :
								 "");
	for (size_t i = 0; i < e->n_changes; i++)
		buf_printf(log, "  %s\n", e->changes[i].name);
}

static void log_stream_event(void *ctx, const struct injector_event *e)
{
	struct source *s = ctx;

	log_event(s->log, e);
}

static struct injector_stream stream_of(struct source *s)
{
	return (struct injector_stream){
		.size = sizeof(struct injector_stream),
		.name = s->name,
		.read = strcmp(s->name, "unreadable.yaml") == 0 ?
				fail_to_read : read_some,
		.write = log_write,
		.report = log_stream_event,
		.ctx = s,
		.found = true,
		.manifests_only = strcmp(s->name, "joined.yaml") == 0,
	};
}

#define TEXTS_MAX 8

struct batch_case {
	str texts[TEXTS_MAX];
	unsigned n, refused;		/* texts; those without a draft */
	const char *names[TEXTS_MAX];	/* NULL: by number */
	struct injector_options options;
};

static const char *name_of(const struct batch_case *c, unsigned i)
{
	static const char *const names[] = {
		"a.yaml", "b.yaml", "c.yaml", "d.yaml",
		"e.yaml", "f.yaml", "g.yaml", "h.yaml",
	};

	return c->names[i] ? c->names[i] : names[i];
}

static void make_drafts(const struct batch_case *c, const struct injector *in,
			struct injector_draft **drafts)
{
	unsigned refused = 0;

	for (unsigned i = 0; i < c->n; i++) {
		struct source s = { name_of(c, i), c->texts[i], NULL, 0 };
		struct injector_stream stream = stream_of(&s);

		drafts[i] = injector_draft_new(in, &stream);
		refused += !drafts[i];
	}
	ck_assert_uint_eq(refused, c->refused);
}

/* A draft of text i in the memory of another one. */
static struct injector_draft *again(const struct batch_case *c,
				    const struct injector *in, unsigned i,
				    struct injector_draft *used)
{
	struct source s = { name_of(c, i), c->texts[i], NULL, 0 };
	struct injector_stream stream = stream_of(&s);

	return injector_draft_again(used, in, &stream);
}

enum way { ONE_BY_ONE, WITH_DRAFTS, AGAIN, IN_THREADS };

static struct buf run_batch(const struct batch_case *c, enum way way)
{
	struct injector_draft *drafts[TEXTS_MAX] = { NULL };
	struct injector_draft *used = NULL;
	struct injector_error error = { .text = "" };
	struct injector *in = injector_new(&c->options, &error);
	struct injector_batch *b;
	struct buf log = BUF_INIT;

	ck_assert_msg(in, "%s", error.text);
	if (way == WITH_DRAFTS)
		make_drafts(c, in, drafts);
	b = injector_batch_new(in);
	for (unsigned i = 0; i < c->n; i++) {
		struct source s = { name_of(c, i), c->texts[i], &log, 0 };
		struct injector_stream stream = stream_of(&s);
		int result;

		if (way == AGAIN) {
			drafts[i] = again(c, in, i, used);
			used = drafts[i];
		}
		stream.threads = way == IN_THREADS ? 4 : 0;
		result = drafts[i] ?
			injector_batch_run_draft(b, drafts[i], &stream,
						 &error) :
			injector_batch_run(b, &stream, &error);

		buf_printf(&log, "= %d\n", result);
		if (result)
			buf_printf(&log, "error %d %s:%u:%u %s\n", error.code,
				   error.file, error.line, error.column,
				   error.text);
		if (way != AGAIN)
			injector_draft_free(drafts[i]);
	}
	injector_draft_free(used);
	injector_batch_end(b, log_event, &log);
	injector_free(in);
	return log;
}

/* Returns what happened, to be released. */
static struct buf same_batch(const struct batch_case *c)
{
	struct buf plain = run_batch(c, ONE_BY_ONE), other;

	for (enum way way = WITH_DRAFTS; way <= IN_THREADS; way++) {
		other = run_batch(c, way);
		ck_assert(str_eq(buf_str(&other), buf_str(&plain)));
		buf_release(&other);
	}
	return plain;
}

/* ---- texts ---- */

#define SIDECAR "spec:\n  containers:\n  - name: side\n    image: side:1\n" \
	"    securityContext: {runAsUser: 0}\n"
#define CONFIG "policy: enabled\nneverInjectSelector:\n" \
	"- matchExpressions: [{key: a, operator: Bad}]\n" \
	"defaultTemplates: [sidecar]\ntemplates:\n  sidecar: |\n" \
	"    spec:\n      containers: [{name: istio-proxy, image: p}]\n"
#define POD(name) "apiVersion: v1\nkind: Pod\nmetadata: {name: " name \
	", namespace: shop}\nspec:\n  containers:\n" \
	"  - {name: app, image: app}\n"
#define NAMESPACE "apiVersion: v1\nkind: Namespace\nmetadata:\n" \
	"  name: shop\n" \
	"  labels: {istio-injection: enabled}\n"
#define SHOP(level) "apiVersion: v1\nkind: Namespace\nmetadata:\n" \
	"  name: shop\n" \
	"  labels: {pod-security.kubernetes.io/enforce: " level "}\n"
#define FUNCTION "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\n" \
	"items:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: f}\n" \
	"  spec: {containers: [{name: app, image: app}]}\n"

static const struct injector_text sidecar = {
	"sidecar.yaml", SIDECAR, sizeof(SIDECAR) - 1,
};

#define OPTIONS { .size = sizeof(struct injector_options), \
	.templates = &sidecar, .n_templates = 1 }

static unsigned count(struct buf *log, const char *text)
{
	const char *at = buf_z(log);
	unsigned n = 0;

	for (; (at = strstr(at, text)); at++)
		n++;
	return n;
}

/* A warning about the configuration is reported once, whoever meets it. */
START_TEST(warnings)
{
	static const struct injector_text config = {
		"config.yaml", CONFIG, sizeof(CONFIG) - 1,
	};
	static const struct injector_istio istio = {
		.size = sizeof(istio), .inject_config = &config,
		.policy = true,
	};
	const struct batch_case c = {
		.n = 3,
		.options = {
			.size = sizeof(struct injector_options),
			.istio = &istio,
		},
		.texts = {
			STR(POD("a") "---\n" POD("b")), STR(POD("c")),
			STR(POD("d") "---\n" NAMESPACE),
		},
	};
	struct buf log = same_batch(&c);

	ck_assert_uint_eq(count(&log, "event 0 "), 4);
	ck_assert_uint_eq(count(&log, "Invalid selector"), 1);
	ck_assert_uint_eq(count(&log, "double-injection"), 1);
	buf_release(&log);
}
END_TEST

/* A pattern that matches in one stream only, and one that does nowhere. */
START_TEST(patterns)
{
	static const char *const only[] = { "Pod/b", "Pod/none" };
	struct batch_case c = {
		.n = 3, .options = OPTIONS,
		.texts = { STR(POD("a")), STR(POD("b")), STR(POD("c")) },
	};
	struct buf log;

	c.options.only = only;
	c.options.n_only = 2;
	c.options.explain = true;
	log = same_batch(&c);
	ck_assert_uint_eq(count(&log, "--only Pod/none: no workload"), 1);
	ck_assert_uint_eq(count(&log, "no workload"), 1);
	buf_release(&log);
}
END_TEST

/* A label counts until another manifest of its namespace; so it does in memory
 * that is used again. */
START_TEST(labels)
{
	const struct batch_case c = {
		.n = 5, .options = OPTIONS,
		.texts = {
			STR(SHOP("baseline") "---\n" POD("a")), STR(POD("b")),
			STR(SHOP("restricted") "---\n" POD("c")),
			STR(POD("d")),
			STR("apiVersion: v1\nkind: Namespace\n"
			    "metadata: {name: other, labels: {a: b}}\n"),
		},
	};
	struct buf log = same_batch(&c);

	ck_assert_uint_eq(count(&log, "enforces pod security"), 1);
	ck_assert_uint_eq(count(&log, "restricted, which rejects Pod shop/a"),
			  1);
	buf_release(&log);
}
END_TEST

/* More namespaces than are remembered. */
START_TEST(namespaces)
{
	struct batch_case c = { .n = 3, .options = OPTIONS };
	struct buf many = BUF_INIT, log;

	for (int i = 0; i < 40; i++)
		buf_printf(&many, "---\napiVersion: v1\nkind: Pod\n"
			   "metadata: {name: p, namespace: n%d}\n"
			   "spec: {containers: [{name: a, image: a}]}\n", i);
	c.texts[0] = buf_str(&many);
	c.texts[1] = STR(POD("a"));
	c.texts[2] = STR(POD("b") "---\n" SHOP("restricted"));
	log = same_batch(&c);
	ck_assert_uint_eq(count(&log, "which rejects Pod shop/a"), 1);
	buf_release(&log);
	buf_release(&many);
}
END_TEST

/* What comes before an error is reported; what comes behind it is not. */
START_TEST(errors)
{
	const struct batch_case c = {
		.n = 5, .options = OPTIONS,
		.names = { NULL, NULL, "unreadable.yaml" },
		.texts = {
			STR(POD("a") "---\n" POD("b") "---\nspec: [\n---\n"
			    POD("c")),
			STR(POD("d") "---\n" NAMESPACE "---\n"
			    "apiVersion: v1\nkind: Pod\nspec: 1\n"),
			STR(POD("e")),
			STR("\xff\xfe" "a"),
			STR(POD("f") "---\n" NAMESPACE),
		},
	};
	struct buf log = same_batch(&c);

	ck_assert_uint_eq(count(&log, "error 1 a.yaml:"), 1);
	ck_assert_uint_eq(count(&log, "error 1 b.yaml:"), 1);
	ck_assert_uint_eq(count(&log, "error 4 unreadable.yaml:"), 1);
	ck_assert_uint_eq(count(&log, "error 1 d.yaml:"), 1);
	ck_assert_uint_eq(count(&log, "event 0 "), 1);
	buf_release(&log);
}
END_TEST

/* The answer to a function has warnings, so it has to wait for its turn. */
START_TEST(functions)
{
	const struct batch_case c = {
		.n = 3, .refused = 2, .options = OPTIONS,
		.texts = {
			STR(POD("a")), STR(FUNCTION),
			STR(POD("b") "---\n" FUNCTION),
		},
	};
	struct buf log = same_batch(&c);

	ck_assert_uint_eq(count(&log, "= 0"), 3);
	buf_release(&log);
}
END_TEST

/* A text whose output is written in several parts, with a document in it that
 * is left out. */
START_TEST(parts)
{
	struct batch_case c = {
		.n = 1, .options = OPTIONS, .names = { "joined.yaml" },
	};
	struct buf text = BUF_INIT, log;

	for (unsigned i = 0; i < 9000; i++) {
		buf_printf(&text, "---\napiVersion: v1\nkind: Pod\n"
			   "metadata: {name: p%u}\nspec:\n  containers:\n"
			   "  - name: app\n    image: app\n", i);
		buf_printf(&text, "    args: [\"%500u\"]\n", i);
		if (i % 3000 == 2999)
			buf_addz(&text, "---\na: {{ .b }}\nc: [\n");
	}
	c.texts[0] = buf_str(&text);
	log = same_batch(&c);
	ck_assert_uint_ge(count(&log, "write "), 2);
	buf_release(&text);
	buf_release(&log);
}
END_TEST

/* So many documents are left out that the events about them are let go, and all
 * that is written by then, which is less than the mark that follows. */
START_TEST(left_out)
{
	struct batch_case c = {
		.n = 1, .options = OPTIONS, .names = { "joined.yaml" },
	};
	struct buf text = BUF_INIT, log;
	const char *end;

	buf_addz(&text, POD("a"));
	for (unsigned i = 0; i < 40000; i++)
		buf_addz(&text, "---\na: {{ .b }}\nc: [\n");
	c.texts[0] = buf_str(&text);
	log = same_batch(&c);
	ck_assert_uint_eq(count(&log, "write "), 1);
	ck_assert_uint_eq(count(&log, "[helm-template]"), 40000);
	end = strstr(buf_z(&log), "undo: ");
	ck_assert_ptr_nonnull(end);
	ck_assert(str_starts(str_of(strchr(end, '\n')), STR("\nevent ")));
	buf_release(&text);
	buf_release(&log);
}
END_TEST

/* Several chunks of everything that threads meet: warnings that are reported
 * once, namespaces, calls of functions, a large document, one that cannot be
 * read and is left as it is, JSON; at last, if wanted, an error. */
static void add_long(struct buf *b, unsigned n, bool fails)
{
	for (unsigned i = 0; i < n; i++) {
		buf_printf(b, "---\n" POD("p%u")
			   "  - {name: b, image: b, %s: true}\n", i,
			   i % 7 ? "tty" : "ttx");
		if (i % 50 == 0)
			buf_printf(b, "---\n" NAMESPACE "  annotations: "
				   "{a: \"%u\", a: b}\n", i);
		if (i % 400 == 100)
			buf_addz(b, "---\n" FUNCTION);
		if (i % 300 == 200)
			buf_addz(b, "---\na: {{ .b }}\nc: [\n");
		if (i % 100 == 99)
			buf_printf(b, "---\n{\"kind\": \"Job\"}\n{\"kind\": "
				   "\"ConfigMap\", \"n\": %u}\n", i);
		if (i == n / 2)
			buf_printf(b, "---\nkind: ConfigMap\ndata: "
				   "{a: \"%1500000u\"}\n", i);
		if (fails && i == n / 3 * 2)
			buf_addz(b, "---\napiVersion: v1\nkind: Pod\n"
				 "spec: 1\n");
	}
}

START_TEST(long_stream)
{
	struct batch_case c = {
		.n = 2, .refused = 2, .options = OPTIONS,
	};
	struct buf texts[2] = { BUF_INIT, BUF_INIT }, log;

	for (unsigned i = 0; i < 2; i++) {
		add_long(&texts[i], LONG, _i && !i);
		c.texts[i] = buf_str(&texts[i]);
	}
	c.options.explain = true;
	log = same_batch(&c);
	ck_assert_uint_eq(count(&log, "= -1"), _i ? 1 : 0);
	ck_assert_uint_ge(count(&log, "[helm-template]"), 1);
	for (unsigned i = 0; i < 2; i++)
		buf_release(&texts[i]);
	buf_release(&log);
}
END_TEST

/* The output cannot be written, from the second part on. */
static int refuse_write(void *ctx, const void *p, size_t n)
{
	struct source *s = ctx;

	if (s->wrote) {
		errno = ENOSPC;
		return -1;
	}
	return log_write(ctx, p, n);
}

START_TEST(full_disk)
{
	struct injector_options options = OPTIONS;
	struct injector *in = injector_new(&options, NULL);
	struct buf text = BUF_INIT, logs[2] = { BUF_INIT, BUF_INIT };

	add_long(&text, 20000, false);
	for (unsigned i = 0; i < 2; i++) {
		struct source s = { "a.yaml", buf_str(&text), &logs[i], 0 };
		struct injector_stream stream = stream_of(&s);
		struct injector_error error = { .text = "" };

		stream.threads = i ? 3 : 1;
		stream.write = refuse_write;
		ck_assert_int_eq(injector_run(in, &stream, &error), -1);
		ck_assert_int_eq(error.code, INJECTOR_IO);
		buf_printf(&logs[i], "%s", error.text);
	}
	ck_assert(str_eq(buf_str(&logs[0]), buf_str(&logs[1])));
	ck_assert_uint_eq(count(&logs[0], "write "), 1);
	for (unsigned i = 0; i < 2; i++)
		buf_release(&logs[i]);
	buf_release(&text);
	injector_free(in);
}
END_TEST

/* A draft that is not used, or cannot be made. */
START_TEST(unused)
{
	struct injector_options options = OPTIONS;
	struct injector *in = injector_new(&options, NULL);
	struct source s = { "a.yaml", STR(POD("a")), NULL, 0 };
	struct injector_stream stream = stream_of(&s);
	struct injector_draft *d = injector_draft_new(in, &stream);

	ck_assert_ptr_nonnull(d);
	injector_draft_free(d);
	injector_draft_free(NULL);
	stream.write = NULL;
	ck_assert_ptr_null(injector_draft_new(in, &stream));
	injector_free(in);
	options.max_memory = 1000;
	in = injector_new(&options, NULL);
	s.rest = STR(POD("a"));
	stream = stream_of(&s);
	ck_assert_ptr_null(injector_draft_new(in, &stream));
	injector_free(in);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("draft");
	TCase *tc = tcase_create("draft");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, warnings);
	tcase_add_test(tc, patterns);
	tcase_add_test(tc, labels);
	tcase_add_test(tc, namespaces);
	tcase_add_test(tc, errors);
	tcase_add_test(tc, functions);
	tcase_add_loop_test(tc, long_stream, 0, 2);
	tcase_add_test(tc, unused);
	if (!SLOW) {
		tcase_add_test(tc, parts);
		tcase_add_test(tc, left_out);
		tcase_add_test(tc, full_disk);
	}
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
