/*
 * One handle in many threads gives each of them the output of a single thread.
 *
 * Each round uses a new handle, so that the threads compete for templates that
 * are parsed on first use.  `make tsan` runs this under ThreadSanitizer.
 */
#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/str.h"
#include "injector.h"

enum {
	N_THREADS = 8,
	N_TEMPLATES = 12,
#ifdef __SANITIZE_THREAD__	/* which makes it 20 times as slow */
	N_ROUNDS = 1,
	N_INPUTS = 5,
#else
	N_ROUNDS = 2,
	N_INPUTS = 15,
#endif
};

/* ---- one run ---- */

struct run {
	str in;
	struct buf out;
	unsigned warnings;
};

static int64_t read_all(void *ctx, void *p, size_t n)
{
	struct run *run = ctx;
	str head = str_sub(run->in, 0, n);

	if (head.n)
		memcpy(p, head.p, head.n);
	run->in = str_sub(run->in, head.n, run->in.n);
	return (int64_t)head.n;
}

static int write_all(void *ctx, const void *p, size_t n)
{
	struct run *run = ctx;

	buf_add(&run->out, p, n);
	return 0;
}

static void count(void *ctx, const struct injector_event *event)
{
	struct run *run = ctx;

	run->warnings += event->outcome == INJECTOR_WARNING;
}

static struct run run(const struct injector *in, str text)
{
	struct run r = { text, BUF_INIT, 0 };
	const struct injector_stream stream = {
		.size = sizeof(stream), .name = "input.yaml",
		.read = read_all, .write = write_all, .report = count,
		.ctx = &r,
	};
	struct injector_error error = { .text = "" };

	if (injector_run(in, &stream, &error))
		buf_printf(&r.out, "error: %u: %s", error.line, error.text);
	return r;
}

/* ---- many threads ---- */

struct crowd {
	const struct injector *in;
	pthread_barrier_t start;
	const struct buf *inputs;
	struct run *wanted;
};

struct member {
	struct crowd *crowd;
	pthread_t thread;
	unsigned first, wrong;
};

static bool same_run(const struct run *a, const struct run *b)
{
	return a->warnings == b->warnings &&
	       str_eq(buf_str(&a->out), buf_str(&b->out));
}

static void *work(void *ctx)
{
	struct member *m = ctx;

	pthread_barrier_wait(&m->crowd->start);
	for (unsigned i = 0; i < N_INPUTS; i++) {
		unsigned at = (m->first + i) % N_INPUTS;
		struct run r = run(m->crowd->in,
				   buf_str(&m->crowd->inputs[at]));

		m->wrong += !same_run(&r, &m->crowd->wanted[at]);
		buf_release(&r.out);
	}
	return NULL;
}

static struct injector *handle(const struct injector_options *options)
{
	struct injector_error error;
	struct injector *in = injector_new(options, &error);

	ck_assert_msg(in, "%s:%u: %s", error.file, error.line, error.text);
	return in;
}

/* Run all threads on a new handle. */
static void meet(struct crowd *crowd, const struct injector_options *options)
{
	struct injector *in = handle(options);
	struct member members[N_THREADS];

	crowd->in = in;
	pthread_barrier_init(&crowd->start, NULL, N_THREADS);
	for (unsigned i = 0; i < N_THREADS; i++) {
		members[i] = (struct member){ .crowd = crowd, .first = i };
		ck_assert_int_eq(pthread_create(&members[i].thread, NULL, work,
						&members[i]), 0);
	}
	for (unsigned i = 0; i < N_THREADS; i++)
		pthread_join(members[i].thread, NULL);
	for (unsigned i = 0; i < N_THREADS; i++)
		ck_assert_uint_eq(members[i].wrong, 0);
	pthread_barrier_destroy(&crowd->start);
	injector_free(in);
}

/* Compare all threads with one thread, whose output becomes the input of the
 * next task. */
static void task(struct injector_options *options, enum injector_task what,
		 struct buf *inputs)
{
	struct run wanted[N_INPUTS];
	struct crowd crowd = { .inputs = inputs, .wanted = wanted };
	struct injector *in;

	options->task = what;
	in = handle(options);
	for (unsigned i = 0; i < N_INPUTS; i++)
		wanted[i] = run(in, buf_str(&inputs[i]));
	ck_assert_msg(!str_starts(buf_str(&wanted[0].out), STR("error")), "%s",
		      buf_z(&wanted[0].out));
	injector_free(in);
	for (unsigned i = 0; i < N_ROUNDS; i++)
		meet(&crowd, options);
	for (unsigned i = 0; i < N_INPUTS; i++) {
		buf_release(&inputs[i]);
		inputs[i] = wanted[i].out;
	}
}

static void tasks(struct injector_options *options, struct buf *inputs)
{
	struct buf was[N_INPUTS] = { BUF_INIT };

	for (unsigned i = 0; i < N_INPUTS; i++)
		buf_adds(&was[i], buf_str(&inputs[i]));
	task(options, INJECTOR_INJECT, inputs);
	for (unsigned i = 0; i < N_INPUTS; i++)
		ck_assert(!str_eq(buf_str(&was[i]), buf_str(&inputs[i])));
	task(options, INJECTOR_REFRESH, inputs);
	task(options, INJECTOR_UNINJECT, inputs);
	for (unsigned i = 0; i < N_INPUTS; i++) {
		ck_assert_str_eq(buf_z(&was[i]), buf_z(&inputs[i]));
		buf_release(&was[i]);
		buf_release(&inputs[i]);
	}
}

/* ---- inputs ---- */

static void add_documents(struct buf *b, unsigned i, const char *templates)
{
	/* a mistyped label and a liveness probe, for the warnings */
	buf_printf(b, "# document %u\napiVersion: apps/v1\nkind: Deployment\n"
		   "metadata:\n  name: d%u\nspec:\n  template:\n    metadata:\n"
		   "      labels: {app: a%u, istio.io/no-such: \"x\"}\n"
		   "      annotations:\n"
		   "        prometheus.io/scrape: \"true\"\n", i, i, i);
	if (templates)
		buf_printf(b, "        inject.istio.io/templates: %s\n",
			   templates);
	buf_addz(b, "    spec:\n      containers:\n      - name: app\n"
		 "        image: app:1 # pinned\n"
		 "        livenessProbe: {httpGet: {port: 8080}}\n"
		 "---\napiVersion: v1\nkind: Namespace\n"
		 "metadata: {name: restricted, labels: "
		 "{pod-security.kubernetes.io/enforce: restricted}}\n");
}

/* ---- the ways of injecting ---- */

START_TEST(own_templates)
{
	static const char text[] =
		"{{- $d := dict \"a\" 1.5 \"b\" (list 1 2) }}\n"
		"metadata:\n  annotations:\n"
		"    note-%u: {{ $d | toJson | quote }}\n"
		"    at-%u: {{ (toDate \"2006-01-02\" \"2020-02-03\").Year | "
		"quote }}\n"
		"spec:\n  containers:\n  - name: side-%u\n"
		"    image: {{ .Values.image }}:"
		"{{ regexReplaceAll \"a+\" \"caab\" \"x\" }}\n"
		"    securityContext: {runAsUser: 0}\n";
	static const struct injector_text values = {
		"values.yaml", "image: side\n", 12,
	};
	struct buf names[N_TEMPLATES] = { BUF_INIT };
	struct buf texts[N_TEMPLATES] = { BUF_INIT };
	struct injector_text templates[N_TEMPLATES];
	struct injector_options options = {
		.size = sizeof(options),
		.templates = templates,
		.n_templates = N_TEMPLATES,
		.values = &values,
		.n_values = 1,
	};
	struct buf inputs[N_INPUTS] = { BUF_INIT };

	for (unsigned i = 0; i < N_TEMPLATES; i++) {
		buf_printf(&names[i], "template-%u.yaml", i);
		buf_printf(&texts[i], text, i, i, i);
		templates[i] = (struct injector_text){
			buf_z(&names[i]), buf_z(&texts[i]), texts[i].n,
		};
	}
	for (unsigned i = 0; i < N_INPUTS; i++)
		add_documents(&inputs[i], i, NULL);
	tasks(&options, inputs);
	for (unsigned i = 0; i < N_TEMPLATES; i++) {
		buf_release(&names[i]);
		buf_release(&texts[i]);
	}
}
END_TEST

/* Each pod asks for other templates, so that all are parsed at once. */
START_TEST(istio_configuration)
{
	struct buf config = BUF_INIT;
	struct buf inputs[N_INPUTS] = { BUF_INIT };
	struct injector_text text = { .name = "config.yaml" };
	struct injector_istio istio = {
		.size = sizeof(istio), .inject_config = &text,
	};
	struct injector_options options = {
		.size = sizeof(options), .istio = &istio,
	};

	buf_addz(&config, "policy: enabled\ntemplates:\n");
	for (unsigned i = 0; i < N_TEMPLATES; i++)
		buf_printf(&config, "  t%u: |\n    metadata:\n      labels:\n"
			   "        l%u: {{ .ObjectMeta.Name | default "
			   "\"me\" }}\n    spec:\n      containers:\n"
			   "      - name: istio-proxy\n"
			   "        image: proxy:%u\n"
			   "        args: [{{ add 1 %u | quote }}]\n",
			   i, i, i, i);
	for (unsigned i = 0; i < N_TEMPLATES; i += 3)
		buf_printf(&config, "  plain%u: |\n    spec:\n"
			   "      volumes:\n      - name: v%u\n"
			   "        emptyDir: {}\n", i, i);
	text.text = buf_z(&config);
	text.length = config.n;
	for (unsigned i = 0; i < N_INPUTS; i++) {
		char names[64];

		snprintf(names, sizeof(names), "\"t%u,plain%u\"",
			 i % N_TEMPLATES, i % N_TEMPLATES / 3 * 3);
		add_documents(&inputs[i], i, names);
	}
	tasks(&options, inputs);
	buf_release(&config);
}
END_TEST

START_TEST(builtin_profile)
{
	static const char *const names[] = {
		"sidecar", "gateway", "grpc-agent",
	};
	struct injector_istio istio = {
		.size = sizeof(istio), .builtin = true,
	};
	struct injector_options options = {
		.size = sizeof(options), .istio = &istio,
	};
	struct buf inputs[N_INPUTS] = { BUF_INIT };

	for (unsigned i = 0; i < N_INPUTS; i++)
		add_documents(&inputs[i], i, names[i % ARRAY_SIZE(names)]);
	tasks(&options, inputs);
}
END_TEST

/* ---- admission ---- */

#define REVIEW "{\"kind\":\"AdmissionReview\",\"apiVersion\":" \
	"\"admission.k8s.io/v1\",\"request\":{\"uid\":\"%u\",\"kind\":{" \
	"\"group\":\"\",\"version\":\"v1\",\"kind\":\"Pod\"}," \
	"\"operation\":\"CREATE\",\"namespace\":\"web\",\"object\":{" \
	"\"metadata\":{\"name\":\"p%u\",\"annotations\":{" \
	"\"inject.istio.io/templates\":\"%s\"}},\"spec\":{\"containers\":[{" \
	"\"name\":\"app\",\"image\":\"app\"}]}}}}"

static const char *const review_templates[] = {
	"sidecar", "gateway", "grpc-agent", "no-such",
};

/* The answer for Pod i, to be freed. */
static char *answer_for(const struct injector *in, unsigned i)
{
	const char *name = review_templates[i % ARRAY_SIZE(review_templates)];
	struct buf request = BUF_INIT;
	char *answer;

	buf_printf(&request, REVIEW, i, i, name);
	if (injector_admit(in, request.p, request.n, NULL, &answer, NULL,
			   NULL))
		answer = NULL;
	buf_release(&request);
	return answer;
}

struct admitter {
	const struct injector *in;
	pthread_barrier_t *start;
	char *const *wanted;
	pthread_t thread;
	unsigned first, wrong;
};

static void *admit_all(void *ctx)
{
	struct admitter *a = ctx;

	pthread_barrier_wait(a->start);
	for (unsigned i = 0; i < N_INPUTS; i++) {
		unsigned at = (a->first + i) % N_INPUTS;
		char *answer = answer_for(a->in, at);

		a->wrong += !answer || strcmp(answer, a->wanted[at]) != 0;
		injector_free_text(answer);
	}
	return NULL;
}

START_TEST(reviews)
{
	const struct injector_istio istio = {
		.size = sizeof(istio), .builtin = true,
	};
	const struct injector_options options = {
		.size = sizeof(options), .istio = &istio,
	};
	struct injector *alone = handle(&options), *in = handle(&options);
	struct admitter admitters[N_THREADS];
	pthread_barrier_t start;
	char *wanted[N_INPUTS];

	for (unsigned i = 0; i < N_INPUTS; i++) {
		wanted[i] = answer_for(alone, i);
		ck_assert_ptr_nonnull(wanted[i]);
	}
	pthread_barrier_init(&start, NULL, N_THREADS);
	for (unsigned i = 0; i < N_THREADS; i++) {
		admitters[i] = (struct admitter){
			.in = in, .start = &start, .wanted = wanted,
			.first = i,
		};
		ck_assert_int_eq(pthread_create(&admitters[i].thread, NULL,
						admit_all, &admitters[i]), 0);
	}
	for (unsigned i = 0; i < N_THREADS; i++)
		pthread_join(admitters[i].thread, NULL);
	for (unsigned i = 0; i < N_THREADS; i++)
		ck_assert_uint_eq(admitters[i].wrong, 0);
	pthread_barrier_destroy(&start);
	for (unsigned i = 0; i < N_INPUTS; i++)
		injector_free_text(wanted[i]);
	injector_free(in);
	injector_free(alone);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("threads");
	TCase *tc = tcase_create("threads");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, own_templates);
	tcase_add_test(tc, istio_configuration);
	tcase_add_test(tc, builtin_profile);
	tcase_add_test(tc, reviews);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
