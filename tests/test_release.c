/*
 * Istio's releases: how they are written, and which rules each has.
 */
#include <check.h>
#include <stdlib.h>

#include "base/array.h"
#include "mesh/release.h"

/* What a text names: 1.MINOR.PATCH, minor -1: nothing. */
static const struct {
	const char *text;
	int minor, patch;
} texts[] = {
	{ "1.24", 24, RELEASE_LAST_PATCH },
	{ "1.24.0", 24, 0 },
	{ "1.24.16", 24, 16 },
	{ "1.24.0-distroless", 24, 0 },
	{ "1.24.0-rc.1-debug", 24, 0 },
	{ "1.24-alpha.0123456789abcdef", 24, RELEASE_LAST_PATCH },
	{ "1.5.10", 5, 10 },
	{ "1.132.1", 132, 1 },
	{ "", -1, 0 },
	{ "latest", -1, 0 },
	{ "1", -1, 0 },
	{ "1.", -1, 0 },
	{ "1.x", -1, 0 },
	{ "1.24.", -1, 0 },
	{ "1.24.x", -1, 0 },
	{ "1.24.0.1", -1, 0 },
	{ "1.24_own", -1, 0 },
	{ "2.24.0", -1, 0 },
	{ "11.24.0", -1, 0 },
	{ "1.2024", -1, 0 },
	{ "1.24.2024", -1, 0 },
	{ "0123456789abcdef", -1, 0 },
	{ "sha256:0123456789abcdef", -1, 0 },
	{ "team-1.24.0", -1, 0 },
};

START_TEST(text_is_read)
{
	struct release r = { -1, 0 };
	bool read = release_read(str_of(texts[_i].text), &r);

	ck_assert_int_eq(read, texts[_i].minor >= 0);
	ck_assert_int_eq(r.minor, texts[_i].minor);
	ck_assert_int_eq(r.patch, texts[_i].patch);
}
END_TEST

static const struct {
	const char *image;
	int minor;
} images[] = {
	{ "docker.io/istio/proxyv2:1.24.0", 24 },
	{ "localhost:5000/proxyv2:1.24.0-distroless", 24 },
	{ "proxyv2:1.24@sha256:0123", 24 },
	{ "proxyv2", -1 },
	{ "auto", -1 },
	{ "", -1 },
	{ "example.com/1.24.0/proxyv2", -1 },
	{ "localhost:1.24/proxyv2", -1 },
	{ "proxyv2@sha256:0123", -1 },
	{ "proxyv2:latest", -1 },
};

START_TEST(image_is_read)
{
	struct release r = { -1, 0 };
	bool read = release_of_image(str_of(images[_i].image), &r);

	ck_assert_int_eq(read, images[_i].minor >= 0);
	ck_assert_int_eq(r.minor, images[_i].minor);
}
END_TEST

#define LAST RELEASE_LAST_PATCH

/* The last release without a rule and the first with it; then the backports,
 * the same way. */
static const struct {
	enum release_rule rule;
	struct release edges[4][2];
} rules[] = {
	{ RULE_PROXY_USER_RESET, { { { 20, 0 }, { 20, 1 } },
				   { { 20, 0 }, { 21, 0 } } } },
	{ RULE_OWNER_IS_CONTROLLER, { { { 20, LAST }, { 21, 0 } } } },
	{ RULE_FIELDS_1_21, { { { 20, LAST }, { 21, 0 } } } },
	{ RULE_OWNER_ROLLOUT, { { { 21, LAST }, { 22, 0 } } } },
	{ RULE_SHORT_DEPLOYMENT_META, { { { 21, LAST }, { 22, 0 } } } },
	{ RULE_NO_DEFAULT_TRACER, { { { 21, LAST }, { 22, 0 } } } },
	{ RULE_INBOUND_PASSTHROUGH, { { { 21, LAST }, { 22, 0 } } } },
	{ RULE_VARIANT_OF_VALUES, { { { 21, LAST }, { 22, 0 } } } },
	{ RULE_OWN_PROXY_USER, { { { 22, 0 }, { 22, 1 } },
				 { { 21, 2 }, { 21, 3 } },
				 { { 20, 6 }, { 20, 7 } },
				 { { 20, 6 }, { 23, 0 } } } },
	{ RULE_VALUES_REQUIRED, { { { 22, LAST }, { 23, 0 } } } },
	{ RULE_NATIVE_ANNOTATION, { { { 23, LAST }, { 24, 0 } } } },
	{ RULE_FIELDS_1_24, { { { 23, LAST }, { 24, 0 } } } },
	{ RULE_OPERATOR_LENIENT, { { { 23, LAST }, { 24, 0 } } } },
	{ RULE_OPENSHIFT_USER, { { { 22, LAST }, { 24, 0 } },
				 { { 23, 0 }, { 23, 1 } } } },
	{ RULE_NO_CORE_DUMP, { { { 24, LAST }, { 25, 0 } } } },
	{ RULE_FIELDS_1_25, { { { 24, LAST }, { 25, 0 } } } },
	{ RULE_AGENT_HOOKS, { { { 24, LAST }, { 25, 0 } } } },
	{ RULE_DNS_AUTO_DEPRECATED, { { { 24, LAST }, { 25, 0 } } } },
	{ RULE_MULTUS_NAMESPACE, { { { 22, LAST }, { 26, 0 } },
				   { { 23, 5 }, { 23, 6 } },
				   { { 24, 3 }, { 24, 4 } },
				   { { 25, 0 }, { 25, 1 } } } },
	{ RULE_INJECT_EXACT, { { { 26, LAST }, { 27, 0 } } } },
	{ RULE_NATIVE_AUTO, { { { 26, LAST }, { 27, 0 } } } },
	{ RULE_OPENSHIFT_INIT_USER, { { { 26, LAST }, { 27, 0 } } } },
	{ RULE_FIELDS_1_28, { { { 27, LAST }, { 28, 0 } } } },
	{ RULE_FIELDS_1_29, { { { 28, LAST }, { 29, 0 } } } },
	{ RULE_QUANTITIES_CHECKED, { { { 26, LAST }, { 29, 0 } },
				     { { 27, 5 }, { 27, 6 } },
				     { { 28, 3 }, { 28, 4 } } } },
	{ RULE_INTERFACES_CHECKED, { { { 29, LAST }, { 30, 0 } } } },
	{ RULE_FIELDS_1_31, { { { 30, LAST }, { 31, 0 } } } },
	{ RULE_VARIANT_IF_EMPTY, { { { 30, LAST }, { 31, 0 } } } },
	{ RULE_PROXY_INIT_IMAGE, { { { 30, LAST }, { 31, 0 } } } },
	{ RULE_AGENT_SCRAPE_TARGETS, { { { 30, LAST }, { 31, 0 } } } },
	{ RULE_SCRAPE_PORTS_CHECKED, { { { 30, LAST }, { 31, 0 } } } },
	{ RULE_AGENT_SECURE_PORT, { { { 30, LAST }, { 31, 0 } } } },
};

START_TEST(rule_has_its_releases)
{
	ck_assert_uint_eq(rules[_i].rule, (unsigned)_i + 1);
	for (size_t i = 0; i < 4 && rules[_i].edges[i][1].minor; i++) {
		const struct release *edge = rules[_i].edges[i];

		ck_assert(!release_has(edge[0], rules[_i].rule));
		ck_assert(release_has(edge[1], rules[_i].rule));
	}
	ck_assert(!release_has(RELEASE_OLDEST, rules[_i].rule));
	ck_assert(release_has(RELEASE_NEWEST, rules[_i].rule));
}
END_TEST

START_TEST(nearest_is_known)
{
	const struct release known = { 24, 6 };

	ck_assert_int_eq(release_known((struct release){ 19, 3 }).minor, 20);
	ck_assert_int_eq(release_known((struct release){ 32, 0 }).minor,
			 RELEASE_NEWEST.minor);
	ck_assert_int_eq(release_known(known).minor, 24);
	ck_assert_int_eq(release_known(known).patch, 6);
}
END_TEST

START_TEST(all_rules_are_here)
{
	ck_assert_uint_eq(ARRAY_SIZE(rules) + 1, RELEASE_RULES);
	ck_assert(release_has(RELEASE_OLDEST, RULE_ALWAYS));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("release");
	TCase *tc = tcase_create("release");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tc, text_is_read, 0, (int)ARRAY_SIZE(texts));
	tcase_add_loop_test(tc, image_is_read, 0, (int)ARRAY_SIZE(images));
	tcase_add_loop_test(tc, rule_has_its_releases, 0,
			    (int)ARRAY_SIZE(rules));
	tcase_add_test(tc, all_rules_are_here);
	tcase_add_test(tc, nearest_is_known);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
