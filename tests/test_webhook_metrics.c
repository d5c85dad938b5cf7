/*
 * webhook/metrics: the page is in Prometheus' text format, as a parser in this
 * file has it, whatever reasons are; and it counts.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "tree/utf8.h"
#include "webhook/install.h"
#include "webhook/webhook.h"

/* ---- a webhook ---- */

static struct webhook webhook;
static struct buf page;

static struct identity *identity(void)
{
	const struct certs_request request = { "web", "shop", 0, NULL };
	struct certs certs;
	struct err e = ERR_INIT;
	struct identity *made;

	ck_assert_msg(certs_make(&certs, &request, &e) == 0, "%s", e.text);
	made = identity_new(buf_str(&certs.certificate), buf_str(&certs.key),
			    STR_NONE, &e);
	ck_assert_msg(made != NULL, "%s", e.text);
	certs_release(&certs);
	return made;
}

static void setup(void)
{
	struct serve_options options = SERVE_OPTIONS_INIT;
	struct err e = ERR_INIT;

	options.listen = "127.0.0.1:0";
	webhook = (struct webhook){
		.metrics = METRICS_INIT,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.identity = identity(),
		.started = 1234567890,
	};
	webhook.tls = serve_start(&options, &e);
	ck_assert_msg(webhook.tls != NULL, "%s", e.text);
	page = (struct buf)BUF_INIT;
}

static void teardown(void)
{
	serve_stop(webhook.tls, 0);
	identity_free(webhook.identity);
	buf_release(&page);
}

/* ---- the text format ---- */

#define SAMPLES 400

/* A line: the name of the metric, its labels as they are written, a value. */
struct sample {
	str name, labels;
	double value;
};

struct parsed {
	struct sample at[SAMPLES];
	size_t n;
	str typed;		/* the metric that # TYPE named last */
	str type;
};

static struct parsed parsed;

static bool is_name(str s)
{
	if (!s.n || (s.p[0] >= '0' && s.p[0] <= '9'))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyz"
			    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_:", s.p[i]))
			return false;
	return true;
}

/* The labels between braces, from s.p[*i] on; values may have anything in them,
 * with three escapes. */
static void check_labels(str s, size_t *i)
{
	while (s.p[*i] != '}') {
		size_t begin = *i;

		while (s.p[*i] != '=')
			ck_assert_uint_lt(++*i, s.n);
		ck_assert(is_name(str_sub(s, begin, *i)));
		ck_assert_int_eq(s.p[++*i], '"');
		for (++*i; s.p[*i] != '"'; ++*i) {
			ck_assert_uint_lt(*i, s.n);
			if (s.p[*i] == '\\')
				ck_assert(strchr("\\\"n", s.p[++*i]) != NULL);
		}
		if (s.p[++*i] == ',')
			++*i;
	}
}

/* HELP and TYPE of each metric, once, before its samples. */
static void read_comment(str line)
{
	str word, rest;

	str_cut(str_sub(line, 2, line.n), ' ', &word, &rest);
	if (str_eq(word, STR("HELP"))) {
		str_cut(rest, ' ', &parsed.typed, &rest);
		ck_assert_uint_gt(rest.n, 0);
		for (size_t i = 0; i < parsed.n; i++)
			ck_assert(!str_eq(parsed.at[i].name, parsed.typed));
		return;
	}
	ck_assert(str_eq(word, STR("TYPE")));
	str_cut(rest, ' ', &word, &parsed.type);
	ck_assert(str_eq(word, parsed.typed));
	ck_assert(str_eq(parsed.type, STR("counter")) ||
		  str_eq(parsed.type, STR("gauge")) ||
		  str_eq(parsed.type, STR("histogram")));
	ck_assert(str_eq(parsed.type, STR("counter")) ==
		  str_ends(parsed.typed, STR("_total")));
}

static bool belongs(str name)
{
	str end = str_sub(name, parsed.typed.n, name.n);

	if (!str_starts(name, parsed.typed))
		return false;
	if (!str_eq(parsed.type, STR("histogram")))
		return !end.n;
	return str_eq(end, STR("_bucket")) || str_eq(end, STR("_sum")) ||
	       str_eq(end, STR("_count"));
}

static void read_sample(str line)
{
	struct sample *s = &parsed.at[parsed.n++];
	size_t i = 0, begin;
	char *end;

	ck_assert_uint_lt(parsed.n, SAMPLES);
	while (i < line.n && line.p[i] != '{' && line.p[i] != ' ')
		i++;
	s->name = str_sub(line, 0, i);
	ck_assert(is_name(s->name));
	ck_assert(belongs(s->name));
	begin = i;
	if (line.p[i] == '{') {
		i++;
		check_labels(line, &i);
		i++;
	}
	s->labels = str_sub(line, begin, i);
	ck_assert_int_eq(line.p[i], ' ');
	s->value = strtod(line.p + i + 1, &end);
	ck_assert_int_eq(*end, '\n');
	for (size_t k = 0; k + 1 < parsed.n; k++)
		ck_assert(!str_eq(parsed.at[k].name, s->name) ||
			  !str_eq(parsed.at[k].labels, s->labels));
}

static void read_page(void)
{
	str rest, line;

	buf_clear(&page);
	metrics_write(&webhook, &page);
	buf_z(&page);
	parsed.n = 0;
	ck_assert_int_eq(page.p[page.n - 1], '\n');
	for (rest = str_sub(buf_str(&page), 0, page.n - 1); rest.n;) {
		str_cut(rest, '\n', &line, &rest);
		if (str_starts(line, STR("# ")))
			read_comment(line);
		else
			read_sample(line);
	}
	for (rest = buf_str(&page); rest.n;) {
		uint32_t c;
		size_t n = utf8_decode(rest, &c);

		ck_assert(c != 0xfffd || n > 1);
		rest = str_sub(rest, n, rest.n);
	}
}

static double value_of(const char *name, const char *labels)
{
	for (size_t i = 0; i < parsed.n; i++)
		if (str_eq(parsed.at[i].name, str_of(name)) &&
		    str_eq(parsed.at[i].labels, str_of(labels)))
			return parsed.at[i].value;
	ck_abort_msg("no %s%s in\n%s", name, labels, page.p);
	return 0;
}

static double value(const char *name)
{
	return value_of(name, "");
}

/* ---- the page ---- */

START_TEST(nothing_yet)
{
	static const char *const zero[] = {
		"sidecar_injection_requests_total",
		"sidecar_injection_success_total",
		"sidecar_injection_failure_total",
		"sidecar_injection_skip_total",
		"sidecar_injection_time_seconds_count",
		"injector_admission_seconds_count",
		"injector_connections", "injector_tls_handshake_errors_total",
		"injector_draining",
	};

	read_page();
	for (size_t i = 0; i < ARRAY_SIZE(zero); i++)
		ck_assert_msg(value(zero[i]) < 1, "%s", zero[i]);
	ck_assert(value("injector_certificate_expiry_seconds") > 86400);
	ck_assert(value("process_resident_memory_bytes") > 1e5);
	ck_assert(value("process_open_fds") > 3);
	ck_assert(value("process_start_time_seconds") > 1234567889);
	ck_assert(value("process_cpu_seconds_total") >= 0);
}
END_TEST

START_TEST(decisions)
{
	struct metrics *m = &webhook.metrics;

	metrics_decision(m, "injected", "policy enabled", 200000);
	metrics_decision(m, "injected", "policy enabled", 300000);
	metrics_decision(m, "unchanged", "policy enabled", 100000);
	metrics_decision(m, "skipped", "host networking", 50000);
	metrics_decision(m, "denied", "failed injection", 2000000000);
	metrics_decision(m, "error", "failed injection", 70000000000);
	read_page();
	ck_assert_double_eq(value("sidecar_injection_requests_total"), 6);
	ck_assert_double_eq(value("sidecar_injection_success_total"), 3);
	ck_assert_double_eq(value("sidecar_injection_skip_total"), 1);
	ck_assert_double_eq(value("sidecar_injection_failure_total"), 2);
	ck_assert_double_eq(value_of("injector_admission_total",
			"{result=\"injected\",reason=\"policy enabled\"}"), 2);
	ck_assert_double_eq(value_of("injector_admission_total",
			"{result=\"denied\",reason=\"failed injection\"}"), 1);
	ck_assert_double_eq_tol(value("injector_admission_seconds_sum"),
				72.00065, 1e-6);
}
END_TEST

static void check_histogram(const char *name, double total)
{
	char sample[80];
	double before = 0;
	str bucket;

	snprintf(sample, sizeof(sample), "%s_bucket", name);
	bucket = str_of(sample);
	for (size_t i = 0; i < parsed.n; i++) {
		if (!str_eq(parsed.at[i].name, bucket))
			continue;
		ck_assert_double_ge(parsed.at[i].value, before);
		before = parsed.at[i].value;
	}
	ck_assert_double_eq(value_of(sample, "{le=\"+Inf\"}"), total);
	ck_assert_double_eq(before, total);
	snprintf(sample, sizeof(sample), "%s_count", name);
	ck_assert_double_eq(value(sample), total);
}

/* A bound belongs to its bucket. */
START_TEST(histograms)
{
	const char *name = "injector_admission_seconds_bucket";
	struct metrics *m = &webhook.metrics;

	metrics_decision(m, "injected", "r", 100000);
	metrics_decision(m, "injected", "r", 100001);
	metrics_decision(m, "injected", "r", 60000000000);
	metrics_decision(m, "injected", "r", 0);
	read_page();
	check_histogram("injector_admission_seconds", 4);
	check_histogram("sidecar_injection_time_seconds", 4);
	ck_assert_double_eq(value_of(name, "{le=\"0.0001\"}"), 2);
	ck_assert_double_eq(value_of(name, "{le=\"0.00025\"}"), 3);
	ck_assert_double_eq(value_of(name, "{le=\"10\"}"), 3);
	ck_assert_double_eq(value_of("sidecar_injection_time_seconds_bucket",
				     "{le=\"60\"}"), 4);
}
END_TEST

/* Reasons come from a configuration; the page stays readable. */
START_TEST(hostile_reasons)
{
	char reason[400];
	double all = 0;

	metrics_decision(&webhook.metrics, "skipped", "a \"b\" \\ c\nd", 1);
	for (size_t n = 100; n < 125; n++) {
		/* a character of two bytes wherever it is cut */
		memset(reason, 'x', sizeof(reason));
		memcpy(reason + n, "\xc3\xa9\xc3\xa9", 5);
		metrics_decision(&webhook.metrics, "skipped", reason, 1);
	}
	for (int i = 0; i < 1000; i++) {
		snprintf(reason, sizeof(reason), "reason %d", i);
		metrics_decision(&webhook.metrics, "skipped", reason, 1);
		metrics_decision(&webhook.metrics, "denied", reason, 1);
	}
	read_page();
	ck_assert_double_eq(value_of("injector_admission_total",
		"{result=\"skipped\",reason=\"a \\\"b\\\" \\\\ c\\nd\"}"), 1);
	ck_assert_double_ge(value_of("injector_admission_total",
			"{result=\"skipped\",reason=\"other\"}"), 900);
	ck_assert_double_ge(value_of("injector_admission_total",
			"{result=\"denied\",reason=\"other\"}"), 900);
	for (size_t i = 0; i < parsed.n; i++)
		if (str_eq(parsed.at[i].name, STR("injector_admission_total")))
			all += parsed.at[i].value;
	ck_assert_double_eq(all, 2026);
}
END_TEST

START_TEST(loads)
{
	struct metrics *m = &webhook.metrics;

	metrics_loaded(m, &m->rules, true);
	metrics_loaded(m, &m->rules, false);
	metrics_loaded(m, &m->certificate, true);
	read_page();
	ck_assert_double_eq(value("injector_config_last_reload_successful"), 0);
	ck_assert_double_eq(value("injector_certificate_last_reload_"
				  "successful"), 1);
	ck_assert_double_eq(value_of("injector_config_reloads_total",
				     "{result=\"success\"}"), 1);
	ck_assert_double_eq(value_of("injector_config_reloads_total",
				     "{result=\"failure\"}"), 1);
	ck_assert_double_eq(value_of("injector_certificate_reloads_total",
				     "{result=\"failure\"}"), 0);
	ck_assert_double_gt(value("injector_config_last_reload_success_"
				  "timestamp_seconds"), 1.6e9);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("webhook_metrics");
	TCase *t = tcase_create("metrics");
	SRunner *runner = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, nothing_yet);
	tcase_add_test(t, decisions);
	tcase_add_test(t, histograms);
	tcase_add_test(t, hostile_reasons);
	tcase_add_test(t, loads);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
