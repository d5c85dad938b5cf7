#include <check.h>
#include <stdlib.h>

#include "base/spelling.h"

static const struct {
	const char *word, *meant;
	uint32_t distance;
} cases[] = {
	{ "replicas", "replicas", 0 },
	{ "Replicas", "replicas", 0 },
	{ "replica", "replicas", 1 },
	{ "replicass", "replicas", 1 },
	{ "replicaz", "replicas", 1 },
	{ "relpicas", "replicas", 1 },
	{ "relpica", "replicas", 2 },
	{ "relpic", "replicas", SPELLING_FAR },
	{ "imagePullPolcy", "imagePullPolicy", 1 },
	{ "imgPulPolicy", "imagePullPolicy", 3 },
	{ "mgPulPolicy", "imagePullPolicy", SPELLING_FAR },
	/* in a short word one slip */
	{ "prot", "port", 1 },
	{ "path", "port", SPELLING_FAR },
	{ "", "a", 1 },
	{ "a", "", 1 },
	{ "", "", 0 },
	{ "ab", "ba", 1 },
	{ "a", "bb", SPELLING_FAR },
};

START_TEST(test_distance)
{
	ck_assert_msg(spelling_distance(str_of(cases[_i].word),
				    str_of(cases[_i].meant)) ==
		      cases[_i].distance, "%s, %s", cases[_i].word,
		      cases[_i].meant);
}
END_TEST

/* Words that exceed the table are too far. */
START_TEST(test_long)
{
	char a[82], b[82];

	memset(a, 'a', sizeof(a));
	memset(b, 'a', sizeof(b));
	b[40] = 'b';
	ck_assert_uint_eq(spelling_distance((str){ a, 80 }, (str){ b, 80 }), 1);
	ck_assert_uint_eq(spelling_distance((str){ a, 81 }, (str){ b, 81 }),
			  SPELLING_FAR);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("near");
	TCase *tc = tcase_create("near");
	SRunner *sr = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tc, test_distance, 0,
			    sizeof(cases) / sizeof(*cases));
	tcase_add_test(tc, test_long);
	suite_add_tcase(suite, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
