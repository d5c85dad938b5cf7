#include <check.h>
#include <stdlib.h>

#include "base/array.h"
#include "files/ignore.h"

static const struct {
	const char *pattern, *path;
	bool matches;
} cases[] = {
	{ "", "", true },
	{ "", "a", false },
	{ "a", "", false },
	{ "a.yaml", "a.yaml", true },
	{ "*", "a", true },
	{ "*", "", true },
	{ "*", ".hidden", true },
	{ "*", "a/b", false },
	{ "*.yaml", "a.yaml", true },
	{ "*.yaml", "a.yaml.yaml", true },
	{ "*.yaml", "a.yml", false },
	{ "*.yaml", "a/b.yaml", false },
	{ "a*b*c", "aXbYbZc", true },
	{ "a*b*c", "aXbYbZ", false },
	{ "?", "a", true },
	{ "?", "", false },
	{ "a?b", "a/b", false },
	{ "a/*/c", "a/b/c", true },
	{ "a/*/c", "a/c", false },
	{ "a/*", "a/b/c", false },

	/* any folders */
	{ "**", "a", true },
	{ "**", "a/b/c", true },
	{ "**/c", "c", true },
	{ "**/c", "a/b/c", true },
	{ "**/c", "a/b/xc", false },
	{ "a/**", "a", false },
	{ "a/**", "a/b", true },
	{ "a/**", "a/b/c", true },
	{ "a/**/d", "a/d", true },
	{ "a/**/d", "a/b/c/d", true },
	{ "a/**/d", "ad", false },
	{ "a/**/b/**/c", "a/x/b/y/b/c", true },
	{ "a/**/b/**/c", "a/x/y/c", false },
	{ "a/***/d", "a/b/c/d", true },
	{ "**/*.yaml", "a/b.yaml", true },
	{ "a**", "a/b", false },
	{ "a**", "abc", true },

	/* sets */
	{ "[ab]", "b", true },
	{ "[ab]", "c", false },
	{ "[!ab]", "c", true },
	{ "[^ab]", "a", false },
	{ "[a-c]x", "bx", true },
	{ "[a-c]x", "dx", false },
	{ "[a-]", "-", true },
	{ "[-a]", "-", true },
	{ "[]a]", "]", true },
	{ "[!]a]", "]", false },
	{ "[\\]]", "]", true },
	{ "[a-\\c]", "b", true },
	{ "[[:digit:]]", "7", true },
	{ "[[:digit:]]", "x", false },
	{ "[x[:alpha:]-]", "-", true },
	{ "[[:nonsense:]]", "n", false },
	{ "[[:x]", "x", true },
	{ "[a", "a", false },
	{ "[a", "[a", false },
	{ "[a/b]x", "ax", true },
	{ "x[/]y", "x/y", false },
	{ "[!a]", "/", false },

	/* quoted */
	{ "\\*", "*", true },
	{ "\\*", "a", false },
	{ "a\\/b", "a/b", true },
	{ "a\\", "a", false },
	{ "a\\", "a\\", false },
};

START_TEST(matches)
{
	ck_assert_msg(glob_match(str_of(cases[_i].pattern),
				 str_of(cases[_i].path)) == cases[_i].matches,
		      "\"%s\" and \"%s\"", cases[_i].pattern, cases[_i].path);
}
END_TEST

/* Backtracking over every star would take practically forever. */
START_TEST(is_not_exponential)
{
	struct buf pattern = BUF_INIT, path = BUF_INIT;

	for (int i = 0; i < 500; i++) {
		buf_addz(&pattern, "**/*a*a*a/");
		buf_addz(&path, "aaaaaaaaa/");
	}
	buf_addz(&pattern, "b");
	buf_addz(&path, "c");
	ck_assert(!glob_match(buf_str(&pattern), buf_str(&path)));
	buf_release(&pattern);
	buf_release(&path);
}
END_TEST

START_TEST(literal)
{
	ck_assert_uint_eq(glob_literal(STR("a/b.yaml")), 8);
	ck_assert_uint_eq(glob_literal(STR("a/*.yaml")), 2);
	ck_assert_uint_eq(glob_literal(STR("a\\*")), 1);
	ck_assert_uint_eq(glob_literal(STR("[a]")), 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("glob");
	TCase *t = tcase_create("glob");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_loop_test(t, matches, 0, ARRAY_SIZE(cases));
	tcase_add_test(t, is_not_exponential);
	tcase_add_test(t, literal);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
