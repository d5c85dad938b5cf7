/*
 * Undo through include/injector.h: which notes are written, what they restore
 * in a document that was edited afterwards, and refresh after an upgrade.
 *
 * test_golden.c checks that each golden case can be undone.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "injector.h"

static struct arena arena = ARENA_INIT;

struct pass {
	enum injector_task task;
	const char *template, *name;	/* NULL: Istio, called "t" */
	bool no_undo;
	const char *tag;		/* of Istio's image */
	const char *error;		/* what it says, and where */
	unsigned line;
};

static const char config[] =
	"templates:\n"
	"  sidecar: |\n"
	"    metadata:\n"
	"      labels: {security.istio.io/tlsMode: istio}\n"
	"    spec:\n"
	"      containers:\n"
	"      - name: istio-proxy\n"
	"        image: \"p:{{ .Values.global.tag }}\"\n"
	"      volumes: [{name: istio-data, emptyDir: {}}]\n";

static const char logger[] =
	"metadata: {labels: {logs: \"on\"}}\n"
	"spec:\n"
	"  containers: [{name: log, image: \"log:1\"}]\n"
	"  volumes: [{name: logs, emptyDir: {}}]\n";
static const char logger_2[] =
	"metadata: {labels: {logs: \"on\"}}\n"
	"spec:\n"
	"  containers: [{name: log, image: \"log:2\"}]\n"
	"  volumes: [{name: logs, emptyDir: {}}]\n";
static const char tracer[] =
	"spec: {containers: [{name: trace, image: \"trace:1\"}]}\n";

struct input {
	str text;
	struct buf *out;
};

static int64_t read_text(void *ctx, void *p, size_t n)
{
	struct input *in = ctx;

	if (n > in->text.n)
		n = in->text.n;
	if (n)
		memcpy(p, in->text.p, n);
	in->text = str_sub(in->text, n, in->text.n);
	return (int64_t)n;
}

static int write_text(void *ctx, const void *p, size_t n)
{
	struct input *in = ctx;

	buf_add(in->out, p, n);
	return 0;
}

static struct injector *make(const struct pass *p)
{
	const struct injector_text sidecar = {
		"config", config, sizeof(config) - 1,
	};
	const struct injector_text file = {
		p->name ? p->name : "t",
		p->template, p->template ? strlen(p->template) : 0,
	};
	const struct injector_setting tag = {
		INJECTOR_SET_STRING,
		arena_printf(&arena, "global.tag=%s", p->tag ? p->tag : "1").p,
	};
	const struct injector_setting probes = {
		INJECTOR_SET, "sidecarInjectorWebhook.rewriteAppHTTPProbe=true",
	};
	const struct injector_setting settings[] = { tag, probes };
	struct injector_istio istio = INJECTOR_ISTIO_INIT;
	struct injector_options options = {
		.size = sizeof(options),
		.istio = &istio,
		.task = p->task, .no_undo = p->no_undo, .verify = true,
		.settings = settings, .n_settings = 2,
	};
	struct injector_error error;
	struct injector *in;

	if (p->template) {
		options.templates = &file;
		options.n_templates = 1;
	} else {
		istio.inject_config = &sidecar;
	}
	in = injector_new(&options, &error);
	ck_assert_msg(in != NULL, "%s", error.text);
	return in;
}

/* The output for the text; "" if an error is expected. */
static const char *run(struct pass p, const char *text)
{
	struct injector *in = make(&p);
	struct buf out = BUF_INIT;
	struct input input = { str_of(text), &out };
	const struct injector_stream stream = {
		.size = sizeof(stream), .name = "in.yaml",
		.read = read_text, .write = write_text,
		.report = NULL, .ctx = &input,
	};
	struct injector_error error = { .line = 0 };
	int status = injector_run(in, &stream, &error);
	const char *result = arena_str(&arena, buf_str(&out)).p;

	if (p.error) {
		ck_assert_int_eq(status, -1);
		ck_assert_msg(strstr(error.text, p.error), "%s", error.text);
		ck_assert_uint_eq(error.line, p.line);
	} else {
		ck_assert_msg(!status, "%u: %s", error.line, error.text);
	}
	buf_release(&out);
	injector_free(in);
	return result ? result : "";
}

static const char *replaced(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);

	ck_assert_msg(at != NULL, "no %s in %s", from, text);
	return arena_printf(&arena, "%.*s%s%s", (int)(at - text), text, to,
			    at + strlen(from)).p;
}

#define INJECT(t) ((struct pass){ INJECTOR_INJECT, t, NULL, false, \
				  NULL, NULL, 0 })
#define UNINJECT(t) ((struct pass){ INJECTOR_UNINJECT, t, NULL, false, \
				    NULL, NULL, 0 })
#define ISTIO NULL

static const char simple[] =
	"apiVersion: v1\n"
	"kind: Pod\n"
	"metadata:\n"
	"  name: web  # the shop\n"
	"spec:\n"
	"  containers:\n"
	"  # The program.\n"
	"  - name: web\n"
	"    image: web:1\n"
	"    readinessProbe:\n"
	"      httpGet:\n"
	"        path: /ready\n"
	"        port: 8080\n"
	"  restartPolicy: Never\n";

/* What becomes block, what the user had already, a port's name. */
static const char odd[] =
	"apiVersion: v1\n"
	"kind: Pod\n"
	"metadata:\n"
	"  name: web\n"
	"  labels: {app: web, security.istio.io/tlsMode: istio, logs: 'on'}\n"
	"  annotations: {}\n"
	"spec:\n"
	"  containers:\n"
	"  - name: web\n"
	"    image: web:1\n"
	"    ports: [{name: http, containerPort: 8080}]\n"
	"    readinessProbe:\n"
	"      httpGet: {path: /ready, port: http}\n"
	"    terminationMessagePath: /dev/log\n"
	"    tty: true\n"
	"  volumes:   # none\n"
	"  dnsPolicy: Default\n"
	"  restartPolicy: Never\n";

static const char *const kinds[] = { ISTIO, logger };
/* Templates of one's own are recorded in any case; see below for others. */
static const char *const log_notes[] = {
	NULL, "\n# injector-undo: v2 t +labels{logs},containers[log],"
	      "volumes[logs]\n",
};

START_TEST(leaves_no_notes_where_none_are_needed)
{
	const char *with = run(INJECT(kinds[_i]), simple);

	ck_assert_ptr_nonnull(strstr(with, "image: "));
	ck_assert_str_ne(with, simple);
	if (log_notes[_i])
		ck_assert_msg(strstr(with, log_notes[_i]), "%s", with);
	else
		ck_assert_ptr_null(strstr(with, "injector"));
	ck_assert_str_eq(run(UNINJECT(kinds[_i]), with), simple);
}
END_TEST

START_TEST(notes_lead_back)
{
	const char *with = run(INJECT(kinds[_i]), odd);

	ck_assert_ptr_nonnull(strstr(with, "\n# injector-undo: v2 "));
	ck_assert_str_eq(run(INJECT(kinds[_i]), with), with);
	ck_assert_str_eq(run(UNINJECT(kinds[_i]), with), odd);
	ck_assert_str_eq(run(UNINJECT(kinds[_i]), odd), odd);
}
END_TEST

/* Line breaks of YAML 1.1 other than LF and CRLF do not disturb a note. */
START_TEST(rare_line_breaks_lead_back)
{
	static const char *const breaks[] = {
		"\xc2\x85", "\xe2\x80\xa8", "\xe2\x80\xa9",
	};
	const char *value, *text, *with;

	for (size_t i = 0; i < ARRAY_SIZE(breaks); i++) {
		value = arena_printf(&arena, "{app: \"w%seb\"", breaks[i]).p;
		text = replaced(odd, "{app: web", value);
		with = run(INJECT(kinds[_i]), text);
		ck_assert_ptr_nonnull(strstr(with, "\n# injector-undo: v2 "));
		ck_assert_str_eq(run(UNINJECT(kinds[_i]), with), text);
		text = arena_printf(&arena, "# one%s# two\n%s", breaks[i],
				    odd).p;
		with = run(INJECT(kinds[_i]), text);
		ck_assert_str_eq(run(UNINJECT(kinds[_i]), with), text);
	}
	text = arena_printf(&arena, "%s# bare\r", odd).p;
	ck_assert_str_eq(run(UNINJECT(kinds[_i]),
			     run(INJECT(kinds[_i]), text)), text);
}
END_TEST

START_TEST(no_undo_leaves_none)
{
	struct pass there = INJECT(kinds[_i]), back = UNINJECT(kinds[_i]);
	const char *with, *without;

	there.no_undo = back.no_undo = true;
	with = run(there, odd);
	ck_assert_ptr_null(strstr(with, "injector"));
	without = run(UNINJECT(kinds[_i]), with);
	ck_assert_ptr_null(strstr(without, "name: log"));
	ck_assert_ptr_null(strstr(without, "istio-proxy"));
	/* existing notes are ignored */
	ck_assert_str_eq(run(back, run(INJECT(kinds[_i]), odd)), without);
}
END_TEST

START_TEST(edits_elsewhere_stay)
{
	const char *name = "  name: web\n";
	const char *more = "  # one\n  # more\n  name: shop\n";
	const char *last = "  restartPolicy: Never\n";
	const char *other = "  # at last\n  restartPolicy: Always\n";
	const char *with = run(INJECT(kinds[_i]), odd);

	with = replaced(replaced(with, name, more), last, other);
	ck_assert_str_eq(run(UNINJECT(kinds[_i]), with),
			 replaced(replaced(odd, name, more), last, other));
}
END_TEST

/* What the note restores was edited: the port that the proxy remembers. */
START_TEST(edits_across_are_refused)
{
	const char *with = run(INJECT(ISTIO), odd);
	const char *edited = replaced(with, "\"port\":8080", "\"port\":8081");
	struct pass back = UNINJECT(ISTIO);
	unsigned line = 1;

	for (const char *p = edited; p != strstr(edited, "# injector-undo");
	     p++)
		line += *p == '\n';
	back.error = "--no-undo";
	back.line = line;
	ck_assert_str_eq(run(back, edited), "");
	back = UNINJECT(ISTIO);
	back.no_undo = true;
	edited = run(back, edited);
	ck_assert_ptr_null(strstr(edited, "istio-proxy"));
	ck_assert_ptr_nonnull(strstr(edited, "port: 8081"));
}
END_TEST

static const char *with_crlf(const char *text)
{
	struct buf b = BUF_INIT;
	const char *crlf;

	for (; *text; text++) {
		if (*text == '\n')
			buf_addc(&b, '\r');
		buf_addc(&b, *text);
	}
	crlf = arena_str(&arena, buf_str(&b)).p;
	buf_release(&b);
	return crlf;
}

START_TEST(line_ends_may_change)
{
	const char *crlf = with_crlf(odd);

	ck_assert_str_eq(run(UNINJECT(kinds[_i]),
			     with_crlf(run(INJECT(kinds[_i]), odd))), crlf);
	ck_assert_str_eq(with_crlf(run(UNINJECT(kinds[_i]), odd)), crlf);
}
END_TEST

/* A formatter changed lines that hunks are about: their meaning is restored. */
START_TEST(formatting_may_change)
{
	const char *with = run(INJECT(kinds[_i]), odd);
	const char *text = run(UNINJECT(kinds[_i]),
			       replaced(with, "{name: http, containerPort: "
					"8080}", "{ name: 'http',\n        "
					"containerPort: 8080 }"));

	ck_assert_ptr_nonnull(strstr(text, "{ name: 'http',\n"));
	ck_assert_ptr_nonnull(strstr(text, "port: http}"));
	ck_assert_ptr_nonnull(strstr(text, "  volumes: "));
}
END_TEST

START_TEST(damaged_notes_are_refused)
{
	static const char *const records[] = {
		"0", "1:0~1.000000", "1:1", "1:1=\"a~1.000000", "x:1~1.000000",
		"1:1~1.00000g", "1:1~9.000000", "1:1-99999999999~1.000000",
		"99:1-5~1.000000",
	};
	const char *with = run(INJECT(ISTIO), simple);
	struct pass back = UNINJECT(ISTIO);
	unsigned line = 1;

	for (const char *p = with; *p; p++)
		line += *p == '\n';
	back.error = "cannot undo with this note";
	back.line = line;
	with = arena_printf(&arena, "%s# injector-undo: v2 istio %s\n", with,
			    records[_i]).p;
	run(back, with);
}
END_TEST

START_TEST(json_has_an_annotation_where_it_must)
{
	static const struct {
		const char *text;
		bool noted;
	} cases[] = {
		{ "{\"kind\": \"Pod\", \"apiVersion\": \"v1\", \"metadata\": "
		  "{\"name\": \"a\", \"annotations\": {\"a\": \"b\"}}, "
		  "\"spec\": {\"containers\": [{\"name\": \"a\"}]}}\n", false },
		{ "{\"kind\": \"Pod\", \"apiVersion\": \"v1\", \"metadata\": "
		  "{\"name\": \"a\", \"annotations\": {} }, \"spec\": "
		  "{\"volumes\": null, \"containers\":[{\"name\": \"a\"}]}}",
		  true },
	};
	const char *with = run(INJECT(ISTIO), cases[_i].text);
	const char *note = strstr(with, "\"injector/undo\": \"v2 istio ");

	ck_assert_int_eq(note != NULL, cases[_i].noted);
	ck_assert_str_eq(run(INJECT(ISTIO), with), with);
	ck_assert_str_eq(run(UNINJECT(ISTIO), with), cases[_i].text);
}
END_TEST

/* After an upgrade, undo still restores the text without sidecar. */
START_TEST(upgrades_can_be_undone)
{
	const char *texts[] = { simple, odd };
	const char *text = texts[_i];
	struct pass later = INJECT(ISTIO);

	later.tag = "2";
	text = run(later, run(INJECT(ISTIO), text));
	ck_assert_ptr_nonnull(strstr(text, "p:2"));
	ck_assert_str_eq(run(UNINJECT(ISTIO), text), texts[_i]);
	text = run(INJECT(logger_2), run(INJECT(logger), texts[_i]));
	ck_assert_ptr_nonnull(strstr(text, "log:2"));
	ck_assert_str_eq(run(UNINJECT(logger_2), text), texts[_i]);
}
END_TEST

START_TEST(refresh_edits_what_changed)
{
	const char *texts[] = { simple, odd };
	struct pass anew = { .task = INJECTOR_REFRESH, .tag = "2" };
	const char *with = run(INJECT(ISTIO), texts[_i]), *now;

	/* somebody said something of the sidecar */
	with = replaced(with, "- name: istio-proxy\n",
			"- name: istio-proxy   # Envoy\n");
	now = run(anew, with);
	ck_assert_str_eq(now, replaced(with, "p:1", "p:2"));
	ck_assert_str_eq(run(UNINJECT(ISTIO), now), texts[_i]);
	anew.tag = "1";
	ck_assert_str_eq(run(anew, with), with);
	ck_assert_str_eq(run(anew, texts[_i]), run(INJECT(ISTIO), texts[_i]));
}
END_TEST

START_TEST(two_sidecars_go_in_any_order)
{
	struct pass there = INJECT(tracer), back = UNINJECT(tracer);
	const char *one = run(INJECT(logger), odd), *both;

	there.name = back.name = "dir/trace.yaml";
	both = run(there, one);
	ck_assert_str_eq(run(back, both), one);
	ck_assert_str_eq(run(back, run(UNINJECT(logger), both)), odd);
}
END_TEST

/* A container of the user is not mistaken for an older sidecar. */
START_TEST(an_only_container_stays)
{
	const char patch[] = "spec: {containers: [{name: web, image: web:2}]}";
	const char text[] =
		"apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n"
		"  containers:\n  - name: web\n    image: web:1\n";

	ck_assert_str_eq(run(UNINJECT(patch), text), text);
	ck_assert_str_eq(run(UNINJECT(patch), run(INJECT(patch), text)), text);
}
END_TEST

START_TEST(only_the_injected_are_touched)
{
	const char text[] =
		"apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n"
		"  containers:\n  - name: web\n  volumes:\n"
		"  - name: logs\n    emptyDir: {}\n"
		"---\nkind: ConfigMap\ndata: {a: \"# injector-undo: v2 t\"}\n";

	ck_assert_str_eq(run(UNINJECT(kinds[_i]), text), text);
}
END_TEST

START_TEST(a_senseless_status_is_refused)
{
	const char text[] =
		"apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n"
		"  annotations:\n    sidecar.istio.io/status: '{'\n"
		"spec: {containers: []}\n";
	struct pass back = UNINJECT(ISTIO);

	back.error = "sidecar.istio.io/status";
	back.line = 6;
	run(back, text);
}
END_TEST

static void forget(void)
{
	arena_release(&arena);
}

int main(void)
{
	Suite *s = suite_create("uninject");
	TCase *t = tcase_create("uninject");
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(t, NULL, forget);
	tcase_add_loop_test(t, leaves_no_notes_where_none_are_needed, 0, 2);
	tcase_add_loop_test(t, notes_lead_back, 0, 2);
	tcase_add_loop_test(t, rare_line_breaks_lead_back, 0, 2);
	tcase_add_loop_test(t, no_undo_leaves_none, 0, 2);
	tcase_add_loop_test(t, edits_elsewhere_stay, 0, 2);
	tcase_add_test(t, edits_across_are_refused);
	tcase_add_loop_test(t, line_ends_may_change, 0, 2);
	tcase_add_loop_test(t, formatting_may_change, 0, 2);
	tcase_add_loop_test(t, damaged_notes_are_refused, 0, 9);
	tcase_add_loop_test(t, json_has_an_annotation_where_it_must, 0, 2);
	tcase_add_loop_test(t, upgrades_can_be_undone, 0, 2);
	tcase_add_loop_test(t, refresh_edits_what_changed, 0, 2);
	tcase_add_test(t, two_sidecars_go_in_any_order);
	tcase_add_test(t, an_only_container_stays);
	tcase_add_loop_test(t, only_the_injected_are_touched, 0, 2);
	tcase_add_test(t, a_senseless_status_is_refused);
	suite_add_tcase(s, t);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
