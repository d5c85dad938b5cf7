#include <check.h>
#include <stdlib.h>

#include "istio/injection.h"
#include "json/scan.h"

static struct arena arena = ARENA_INIT;

static const struct node *json(const char *text)
{
	struct source *source = arena_new(&arena, struct source);
	struct err e = ERR_INIT;
	const struct node *root;

	*source = (struct source)SOURCE_JSON("test.json", str_of(text));
	ck_assert_msg(!json_scan(&arena, source, 0, &root, &e), "%s: %s", text,
		      e.text);
	return root;
}

static void gather(void *ctx, struct pos pos, const char *text)
{
	struct buf *b = ctx;

	buf_printf(b, "%u: %s\n", pos.column, text);
}

/* The policy for Deployment web in namespace shop.  `reason` NULL: it is
 * injected; the warnings have to start with `begin`. */
static void check(const struct istio *istio, const char *pod,
		  const char *reason, const char *begin)
{
	struct buf warnings = BUF_INIT;
	const struct injection in = {
		.arena = &arena,
		.istio = istio,
		.warn = gather,
		.ctx = &warnings,
		.kind = STR("Deployment"),
		.name = STR("web"),
		.namespace = STR("shop"),
		.pod = json(pod),
	};
	struct policy_decision answer = policy_decide(&in);

	ck_assert_msg(answer.inject == !reason, "%s: %.*s", pod,
		      STR_ARG(answer.reason));
	if (reason)
		ck_assert_msg(str_eq(answer.reason, str_of(reason)),
			      "%s: %.*s", pod, STR_ARG(answer.reason));
	ck_assert_msg(str_starts(buf_str(&warnings), str_of(begin)) &&
		      !begin[0] == !warnings.n, "%s: %s", pod,
		      buf_z(&warnings));
	buf_release(&warnings);
}

#define KEY "\"sidecar.istio.io/inject\":"
#define WITH(what) "{\"metadata\":{" what "},\"spec\":{}}"
#define LABEL(value) WITH("\"labels\":{" KEY value "}")
#define NOTE(value) WITH("\"annotations\":{" KEY value "}")
#define NO_LABEL "label sidecar.istio.io/inject is false"
#define NO_NOTE "annotation sidecar.istio.io/inject is false"
#define HOST "{\"spec\":{\"hostNetwork\":true}}"

static const struct {
	const char *pod, *reason, *warnings;
} manual[] = {
	{ "{\"spec\":{}}", NULL, "" },
	{ "{\"spec\":{\"hostNetwork\":false}}", NULL, "" },
	{ HOST, "host networking", "" },
	{ LABEL("\"true\""), NULL, "" },
	{ LABEL("\"false\""), NO_LABEL, "" },
	{ LABEL("false"), NO_LABEL, "" },
	{ LABEL("\"\""), NULL, "" },
	{ NOTE("\"false\""), NO_NOTE, "" },
	{ NOTE("\"true\""), NULL, "" },
	{ WITH("\"labels\":{" KEY "\"true\"},\"annotations\":{" KEY
	       "\"false\"}"), NULL, "" },
	{ WITH("\"labels\":{" KEY "\"\"},\"annotations\":{" KEY
	       "\"false\"}"), NULL, "" },
	{ LABEL("\"no\""), NULL,
	  "50: Invalid value for sidecar.istio.io/inject: \"no\". Only "
	  "'true' and 'false' are accepted." },
	{ NOTE("\"True\""), NULL,
	  "55: Invalid value for sidecar.istio.io/inject: \"True\"." },
	{ WITH("\"namespace\":\"kube-system\""), "namespace kube-system",
	  "" },
	{ WITH("\"namespace\":\"local-path-storage\""),
	  "namespace local-path-storage", "" },
	{ WITH("\"namespace\":\"kube-system2\""), NULL, "" },
};

START_TEST(test_manual)
{
	/* kube-inject ignores all of this */
	const struct istio istio = {
		.release = RELEASE_NEWEST,
		.inject = { .policy = STR("disabled") },
	};

	check(&istio, manual[_i].pod, manual[_i].reason, manual[_i].warnings);
}
END_TEST

#define SELECTOR(key) "{\"matchLabels\":{\"" key "\":\"x\"}}"

/* With --policy: never for pods with label n, always with label a. */
static const struct {
	const char *policy, *pod, *reason, *warnings;
} policies[] = {
	{ "enabled", "{\"spec\":{}}", NULL, "" },
	{ "disabled", "{\"spec\":{}}", "policy disabled", "" },
	{ "disabled", LABEL("\"true\""), NULL, "" },
	{ "enabled", LABEL("\"false\""), NO_LABEL, "" },
	{ "enabled", HOST, "host networking", "" },
	{ "enabled", WITH("\"labels\":{\"n\":\"x\"}"),
	  "neverInjectSelector matches", "" },
	{ "enabled", WITH("\"labels\":{\"n\":\"x\",\"a\":\"x\"}"),
	  "neverInjectSelector matches", "" },
	{ "disabled", WITH("\"labels\":{\"a\":\"x\"}"), NULL, "" },
	{ "disabled", WITH("\"labels\":{\"n\":\"x\"," KEY "\"true\"}"), NULL,
	  "" },
	{ "enabled", WITH("\"labels\":{\"n\":\"x\"," KEY "\"maybe\"}"),
	  "neverInjectSelector matches", "58: Invalid value for " },
	{ "on", "{\"spec\":{}}", "policy \"on\" is neither enabled nor "
	  "disabled", "0: Illegal value for autoInject:on, must be one of "
	  "[disabled,enabled]. Auto injection disabled!" },
	{ "", LABEL("\"true\""), "policy \"\" is neither enabled nor "
	  "disabled", "0: Illegal value for autoInject:," },
};

START_TEST(test_obeyed)
{
	const struct istio istio = {
		.release = RELEASE_NEWEST,
		.policy = true,
		.inject = {
			.policy = str_of(policies[_i].policy),
			.never = json("[{}," SELECTOR("n") "]"),
			.always = json("[" SELECTOR("a") ",null]"),
		},
	};

	check(&istio, policies[_i].pod, policies[_i].reason,
	      policies[_i].warnings);
}
END_TEST

START_TEST(test_bad_selector)
{
	const struct istio istio = {
		.release = RELEASE_NEWEST,
		.policy = true,
		.inject = {
			.policy = STR("enabled"),
			.never = json("[" SELECTOR("-") "," SELECTOR("n")
				      "]"),
		},
	};

	check(&istio, WITH("\"labels\":{\"n\":\"x\"}"),
	      "neverInjectSelector matches",
	      "18: Invalid selector for NeverInjectSelector: \"-\" is not a "
	      "valid label key\n");
}
END_TEST

/* The object's namespace counts with --policy, as a webhook knows it. */
START_TEST(test_namespace)
{
	struct istio istio = {
		.release = RELEASE_NEWEST,
		.inject = { .policy = STR("enabled") },
	};
	struct injection in = {
		.arena = &arena,
		.istio = &istio,
		.warn = gather,
		.name = STR("web"),
		.namespace = STR("kube-public"),
		.pod = json("{\"spec\":{}}"),
	};

	ck_assert(policy_decide(&in).inject);
	istio.policy = true;
	ck_assert(!policy_decide(&in).inject);
	in.pod = json(WITH("\"namespace\":\"shop\""));
	ck_assert(policy_decide(&in).inject);
}
END_TEST

static void check_line(const struct injection *in, const char *line)
{
	struct policy_decision answer = policy_decide(in);

	ck_assert_msg(str_eq(answer.line, str_of(line)), "%.*s",
		      STR_ARG(answer.line));
}

START_TEST(test_line)
{
	const struct istio istio = { .release = RELEASE_NEWEST };
	struct injection in = {
		.arena = &arena,
		.istio = &istio,
		.warn = gather,
		.kind = STR("Deployment"),
		.name = STR("web"),
		.namespace = STR("shop"),
		.pod = json(HOST),
	};

	check_line(&in, "Skipping injection because Deployment \"shop/web\" "
			"has host networking enabled");
	in.namespace = STR("");
	in.pod = json(LABEL("\"false\""));
	check_line(&in, "Skipping injection because Deployment \"web\" has "
			"sidecar injection disabled");
	in.kind = STR("");
	in.pod = json("{\"metadata\":{\"name\":\"own\",\"namespace\":"
		      "\"kube-public\"}}");
	check_line(&in, "Skipping injection because \"own\" has sidecar "
			"injection disabled");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("policy");
	TCase *tc = tcase_create("answers");
	SRunner *sr = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tc, test_manual, 0,
			    sizeof(manual) / sizeof(*manual));
	tcase_add_loop_test(tc, test_obeyed, 0,
			    sizeof(policies) / sizeof(*policies));
	tcase_add_test(tc, test_bad_selector);
	tcase_add_test(tc, test_namespace);
	tcase_add_test(tc, test_line);
	suite_add_tcase(suite, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	arena_release(&arena);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
