#include <check.h>
#include <stdlib.h>

#include "json/scan.h"
#include "k8s/selection.h"

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

/* Pods, and the word of the reason that names what decides; NULL: inject. */
static void check(const struct skip_rule *rules, const struct node *pod,
		  const char *namespace, const char *reason)
{
	const struct skip_rule *r = skip_rule_match(rules, pod,
						   str_of(namespace));

	ck_assert_pstr_eq(r ? r->reason : NULL, reason);
}

#define ISTIO "\"sidecar.istio.io/inject\":"
#define KEY "\"injector/inject\":"
#define LABEL "label injector/inject is false"
#define NOTE "annotation injector/inject is false"
#define HOST "host networking"

/* A pod, its namespace, and why it is skipped. */
static const struct {
	const char *pod, *namespace, *reason;
} cases[] = {
	{ "{\"spec\":{}}", "", NULL },
	{ "{\"spec\":{}}", "default", NULL },
	{ "{\"metadata\":{\"labels\":null},\"spec\":{}}", "default", NULL },
	{ "{\"spec\":{\"hostNetwork\":false}}", "default", NULL },
	{ "{\"spec\":{\"hostNetwork\":null}}", "default", NULL },
	{ "{\"spec\":{\"hostNetwork\":true}}", "default", HOST },
	{ "{\"spec\":{}}", "kube-system", "namespace kube-system" },
	{ "{\"spec\":{}}", "kube-public", "namespace kube-public" },
	{ "{\"spec\":{}}", "kube-node-lease", "namespace kube-node-lease" },
	{ "{\"spec\":{}}", "local-path-storage",
	  "namespace local-path-storage" },
	{ "{\"spec\":{}}", "kube-system-2", NULL },
	{ "{\"metadata\":{}}", "default", "no pod spec" },
	{ "{\"spec\":null}", "default", "no pod spec" },
	{ "{}", "kube-system", "namespace kube-system" },
	{ "{\"spec\":{\"hostNetwork\":true}}", "kube-system", HOST },

	/* the label alone, the annotation alone */
	{ "{\"metadata\":{\"labels\":{" KEY "\"false\"}},\"spec\":{}}", "",
	  LABEL },
	{ "{\"metadata\":{\"annotations\":{" KEY "\"false\"}},\"spec\":{}}", "",
	  NOTE },
	{ "{\"metadata\":{\"labels\":{" KEY "\"true\"}},\"spec\":{}}", "",
	  NULL },
	{ "{\"metadata\":{\"labels\":{\"inject\":\"false\"}},\"spec\":{}}", "",
	  NULL },

	/* a yes overrules nothing that follows, the label's no comes first */
	{ "{\"metadata\":{\"labels\":{" KEY "\"true\"}},"
	  "\"spec\":{\"hostNetwork\":true}}", "", HOST },
	{ "{\"metadata\":{\"labels\":{" KEY "\"true\"}},\"spec\":{}}",
	  "kube-system", "namespace kube-system" },
	{ "{\"metadata\":{\"labels\":{" KEY "\"no\"}},"
	  "\"spec\":{\"hostNetwork\":true}}", "kube-system", LABEL },

	/* Istio's label counts, its annotation does not */
	{ "{\"metadata\":{\"labels\":{" ISTIO "\"false\"}},\"spec\":{}}", "",
	  "label sidecar.istio.io/inject is false" },
	{ "{\"metadata\":{\"annotations\":{" ISTIO "\"false\"}},"
	  "\"spec\":{}}", "", NULL },
	{ "{\"metadata\":{\"labels\":{" ISTIO "\"false\"},"
	  "\"annotations\":{" KEY "\"true\"}},\"spec\":{}}", "", NULL },
	{ "{\"metadata\":{\"labels\":{" ISTIO "\"false\"," KEY "\"\"}},"
	  "\"spec\":{}}", "", NULL },

	/* both: the label alone speaks, even an empty one */
	{ "{\"metadata\":{\"labels\":{" KEY "\"true\"},"
	  "\"annotations\":{" KEY "\"false\"}},\"spec\":{}}", "", NULL },
	{ "{\"metadata\":{\"labels\":{" KEY "\"false\"},"
	  "\"annotations\":{" KEY "\"true\"}},\"spec\":{}}", "", LABEL },
	{ "{\"metadata\":{\"labels\":{" KEY "\"\"},"
	  "\"annotations\":{" KEY "\"false\"}},\"spec\":{}}", "", NULL },
};

START_TEST(test_default)
{
	check(skip_rules_default, json(cases[_i].pod), cases[_i].namespace,
	      cases[_i].reason);
}
END_TEST

START_TEST(test_no_pod)
{
	check(skip_rules_default, NULL, "default", "no pod spec");
}
END_TEST

START_TEST(test_without)
{
	const struct node *host = json("{\"spec\":{\"hostNetwork\":true}}");
	struct err e = ERR_INIT;
	const struct skip_rule *rules = skip_rules_without(&arena,
		skip_rules_default, STR("host-network"), &e);

	check(rules, host, "default", NULL);
	check(rules, host, "kube-system", "namespace kube-system");
	rules = skip_rules_without(&arena, rules,
				   STR("system-namespace,host-network"), &e);
	check(rules, host, "kube-system", NULL);
	check(rules, json("{\"metadata\":{\"labels\":{" KEY "\"no\"}},"
			  "\"spec\":{}}"), "", LABEL);
	check(rules, NULL, "default", "no pod spec");
	ck_assert(!skip_rules_without(&arena, rules, STR("host-network,"), &e));
	ck_assert_str_eq(e.text, "unknown reason to skip \"\" (expected "
			 "host-network or system-namespace)");
}
END_TEST

/* Which texts mean false, and how scalars of other types are read. */
static const struct {
	const char *value;
	bool no;
} values[] = {
	{ "\"\"", false },	  { "\"y\"", false },
	{ "\"yes\"", false },	  { "\"true\"", false },
	{ "\"on\"", false },	  { "\"TRUE\"", false },
	{ "\"On\"", false },	  { "true", false },
	{ "null", false },	  { "\"false\"", true },
	{ "\"False\"", true },	  { "\"n\"", true },
	{ "\"no\"", true },	  { "\"off\"", true },
	{ "\"0\"", true },	  { "\"1\"", true },
	{ "\"disabled\"", true }, { "\"tru\"", true },
	{ "\"true \"", true },	  { "false", true },
	{ "0", true },		  { "1", true },
};

START_TEST(test_says_no)
{
	str text = arena_printf(&arena, "{\"metadata\":{\"labels\":{" KEY
				"%s}},\"spec\":{}}", values[_i].value);

	check(skip_rules_default, json(text.p), "",
	      values[_i].no ? LABEL : NULL);
}
END_TEST

/* Rules that come from elsewhere. */
START_TEST(test_own_rules)
{
	static const struct skip_rule rules[] = {
		{ SKIP_LABEL, "app", "web", "a", NULL },
		{ SKIP_FIELD, "securityContext.runAsUser", "15", "b", NULL },
		{ SKIP_ANNOTATION, "app", "", "c", NULL },
		{ SKIP_NO_SPEC, NULL, NULL, NULL, NULL },
	};

	check(rules, json("{\"metadata\":{\"labels\":{\"app\":\"web\"}}}"), "",
	      "a");
	check(rules, json("{\"metadata\":{\"labels\":{\"app\":\"db\"}}}"), "",
	      NULL);
	check(rules, json("{\"spec\":{\"securityContext\":"
			  "{\"runAsUser\":15}}}"), "kube-system", "b");
	check(rules, json("{\"spec\":{\"securityContext\":"
			  "{\"runAsUser\":150}}}"), "", NULL);
	check(rules, json("{\"metadata\":{\"annotations\":{\"app\":null}}}"),
	      "", "c");
	check(rules, json("{\"metadata\":{\"annotations\":{}}}"), "", NULL);
	check(rules + 3, json("{}"), "kube-system", NULL);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("select");
	TCase *tc = tcase_create("rules");
	SRunner *sr = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tc, test_default, 0,
			    sizeof(cases) / sizeof(*cases));
	tcase_add_loop_test(tc, test_says_no, 0,
			    sizeof(values) / sizeof(*values));
	tcase_add_test(tc, test_no_pod);
	tcase_add_test(tc, test_without);
	tcase_add_test(tc, test_own_rules);
	suite_add_tcase(suite, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	arena_release(&arena);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
