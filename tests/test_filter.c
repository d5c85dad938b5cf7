#include <check.h>
#include <stdlib.h>

#include "k8s/selection.h"

static struct arena arena = ARENA_INIT;

/* A pattern and whether it matches Deployment shop/web of group apps. */
static const struct {
	const char *pattern;
	bool match;
} patterns[] = {
	{ "web", true },
	{ "Web", false },
	{ "we", false },
	{ "we?", true },
	{ "[vw]eb", true },
	{ "*", true },
	{ "deploy/web", true },
	{ "Deploy/web", true },
	{ "deployment/web", true },
	{ "DEPLOYMENTS/web", true },
	{ "deploys/web", false },
	{ "sts/web", false },
	{ "rs/web", false },
	{ "*/web", true },
	{ "*set/web", false },
	{ "*ment/web", true },
	{ "deployment.apps/web", true },
	{ "deploy.apps/web", true },
	{ "deployments.*/web", true },
	{ "deployment./web", false },
	{ "deployment.extensions/web", false },
	{ "shop/deploy/web", true },
	{ "sh*/*/w*", true },
	{ "default/deploy/web", false },
};

static struct object_filter choose_of(enum filter_sort sort, const char *text)
{
	struct object_filter c = { 0 };
	struct err e = ERR_INIT;

	c.rules = arena_array(&arena, struct filter_rule, 4);
	ck_assert_msg(!filter_add(&arena, &c, sort, text, &e), "%s", e.text);
	return c;
}

static const char *skips(const struct object_filter *c, bool *matched)
{
	const struct filter_object object = {
		"apps", "Deployment", "shop", "web", NULL,
	};

	return filter_skips(c, &object, matched);
}

START_TEST(test_pattern)
{
	const char *pattern = patterns[_i].pattern;
	struct object_filter only = choose_of(FILTER_ONLY, pattern);
	struct object_filter skip = choose_of(FILTER_SKIP, pattern);
	bool matched = false;

	ck_assert_msg(!skips(&only, &matched) == patterns[_i].match, "%s",
		      pattern);
	ck_assert(matched == patterns[_i].match);
	ck_assert_msg(!skips(&skip, &matched) != patterns[_i].match, "%s",
		      pattern);
}
END_TEST

static const char *const wrong[] = { "", "/", "a/", "/a", "a//b", "a/b/c/d" };

START_TEST(test_wrong)
{
	struct object_filter c = { 0 };
	struct err e = ERR_INIT;

	c.rules = arena_array(&arena, struct filter_rule, 1);
	ck_assert_int_eq(filter_add(&arena, &c, FILTER_ONLY, wrong[_i], &e),
			 -1);
	ck_assert_str_ne(e.text, "");
}
END_TEST

/* All rules are asked, so that each is known to have matched something. */
START_TEST(test_together)
{
	struct object_filter c = choose_of(FILTER_ONLY, "api");
	bool matched[4] = { false };
	struct err e = ERR_INIT;

	ck_assert_int_eq(filter_add(&arena, &c, FILTER_ONLY, "web", &e), 0);
	ck_assert_ptr_null(skips(&c, matched));
	ck_assert_int_eq(filter_add(&arena, &c, FILTER_SELECTOR, "!a", &e), 0);
	ck_assert_ptr_null(skips(&c, matched));
	ck_assert_int_eq(filter_add(&arena, &c, FILTER_SKIP, "w*", &e), 0);
	ck_assert_str_eq(skips(&c, matched), "left out by --skip");
	ck_assert(!matched[0] && matched[1] && matched[2] && matched[3]);
}
END_TEST

START_TEST(test_nothing)
{
	struct object_filter c = { 0 };

	ck_assert_ptr_null(skips(&c, NULL));
	c = choose_of(FILTER_SELECTOR, "a");
	ck_assert_str_eq(skips(&c, (bool[1]){ false }),
			 "not chosen by --selector");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("choose");
	TCase *tc = tcase_create("choose");
	SRunner *sr = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tc, test_pattern, 0,
			    sizeof(patterns) / sizeof(*patterns));
	tcase_add_loop_test(tc, test_wrong, 0, sizeof(wrong) / sizeof(*wrong));
	tcase_add_test(tc, test_together);
	tcase_add_test(tc, test_nothing);
	suite_add_tcase(suite, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	arena_release(&arena);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
