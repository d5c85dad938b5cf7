#include <check.h>
#include <stdlib.h>

#include "base/array.h"
#include "edit/hunks.h"

static struct arena arena = ARENA_INIT;

static str write(str from, str to)
{
	struct buf b = BUF_INIT;
	str hunks;

	hunks_write(&arena, from, to, &b);
	hunks = arena_str(&arena, buf_str(&b));
	buf_release(&b);
	return hunks;
}

/* The text with the hunks applied, or STR_NONE where they do not match. */
static str apply(str hunks, str from, struct err *e)
{
	struct buf b = BUF_INIT;
	str to = STR_NONE;

	if (!hunks_apply(&arena, hunks, from, &b, NULL, e))
		to = arena_str(&arena, b.n ? buf_str(&b) : STR(""));
	buf_release(&b);
	return to;
}

#define TEN "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n"

/* What the hunks begin with, up to their sums. */
static const struct {
	const char *from, *to, *hunks;
} cases[] = {
	{ "", "", "" },
	{ "a\n", "a\n", "" },
	{ "", "a", "1:1=\"a\"" },
	{ "a\n", "", "1:1-2" },
	{ "a: 80\nb\n", "a: http\nb\n", "1:4-2=\"http\"" },
	{ "a: 80\n", "a: 8080\n", "1:4-2=\"8080\"" },
	{ TEN, "0\n1\n2\n3\nx\n4\n5\n6\n7\n8\n9\n", "5:1=\"x\\n\"" },
	{ TEN, "0\n1\n2\n4\n5\n6\n7\n8\n9\n", "4:1-2" },
	{ "a\tb", "a\tb\t\"\\\n", "1:3-1=\"b\\x09\\\"\\\\\\n\"" },
	{ "a \r\n", "a \n", "1:3-1" },
	{ "x\n", "\xc3\xa9 \xe2\x80\xa8 \xc2\x85\xef\xbb\xbf\n",
	  "1:1-1=\"\xc3\xa9 \\xe2\\x80\\xa8 \\xc2\\x85\\xef\\xbb\\xbf\"" },
};

#define N_CASES (int)ARRAY_SIZE(cases)

START_TEST(leads_there)
{
	str from = str_of(cases[_i].from), to = str_of(cases[_i].to);
	str hunks = write(from, to), got;
	struct err e = ERR_INIT;

	ck_assert_msg(str_starts(hunks, str_of(cases[_i].hunks)), "%.*s",
		      STR_ARG(hunks));
	ck_assert_uint_eq(hunks.n != 0, cases[_i].hunks[0] != '\0');
	ck_assert_uint_eq(str_find(hunks, 0, '\n'), hunks.n);
	got = apply(hunks, from, &e);
	ck_assert_msg(str_eq(got, to), "%.*s: %s", STR_ARG(got), e.text);
}
END_TEST

/* A long line of JSON is divided into parts. */
START_TEST(long_lines_have_parts)
{
	struct buf b = BUF_INIT;
	str from, to, hunks;

	for (int i = 0; i < 100; i++)
		buf_printf(&b, "{\"a%d\":[1,2]},", i);
	from = arena_str(&arena, buf_str(&b));
	buf_addz(&b, "null");
	to = buf_str(&b);
	hunks = write(from, to);
	ck_assert_msg(str_starts(hunks, STR("2:1=\"null\"")), "%.*s",
		      STR_ARG(hunks));
	ck_assert_uint_lt(hunks.n, 40);
	ck_assert(str_eq(apply(hunks, from, NULL), to));
	buf_release(&b);
}
END_TEST

/* The place is found again where lines came or went, the right one of two. */
START_TEST(places_move)
{
	str from = STR("- name: a\n  port: 80\n  x: 1\n"
		       "- name: b\n  port: 80\n  x: 1\n");
	str to = STR("- name: a\n  port: 80\n  x: 1\n"
		     "- name: b\n  port: http\n  x: 1\n");
	str hunks = write(from, to);
	str edited = STR("# more\n# lines\n- name: a\n  port: 80\n  x: 1\n"
			 "- name: b\n  port: 80\n  x: 1\n- name: c\n");
	str want = STR("# more\n# lines\n- name: a\n  port: 80\n  x: 1\n"
		       "- name: b\n  port: http\n  x: 1\n- name: c\n");

	ck_assert(str_eq(apply(hunks, edited, NULL), want));
}
END_TEST

/* Another place that looks the same is not edited instead. */
START_TEST(edited_places_are_refused)
{
	str from = STR("- name: a\n  port: 80\n  x: 1\n"
		       "- name: b\n  port: 80\n  x: 1\n");
	str to = STR("- name: a\n  port: http\n  x: 1\n"
		     "- name: b\n  port: 80\n  x: 1\n");
	str edited = STR("- name: a\n  port: 81\n  x: 1\n"
			 "- name: b\n  port: 80\n  x: 1\n");
	struct err e = ERR_INIT;

	ck_assert_ptr_null(apply(write(from, to), edited, &e).p);
	ck_assert_ptr_nonnull(strstr(e.text, "line 2 "));
}
END_TEST

/* Nothing that is not a hunk is applied. */
START_TEST(malformed_hunks_are_refused)
{
	static const char *const malformed[] = {
		"x", "0", "1", "1:", "1:0", "1:1", "1:1~", "1:1~1", "1:1~1.",
		"1:1~1.12345", "1:1~1.12345g", "1:1~99.123456",
		"1:1=\"~1.123456", "1:1=\"\\x4\"~1.123456",
		"1:1=\"\\xZZ\"~1.123456", "1:1=\"a\\",
		"99999999999:1~1.123456", "1:1~1.123456,1:1~1.123456",
	};
	str from = STR("a: 1\n");

	for (size_t i = 0; i < ARRAY_SIZE(malformed); i++) {
		struct err e = ERR_INIT;

		ck_assert_ptr_null(apply(str_of(malformed[i]), from, &e).p);
		ck_assert_str_eq(e.text, "it is malformed");
	}
	ck_assert(str_eq(apply(write(from, STR("a: \x01\\\"\n")), from, NULL),
			 STR("a: \x01\\\"\n")));
}
END_TEST

static void forget(void)
{
	arena_release(&arena);
}

int main(void)
{
	Suite *s = suite_create("hunks");
	TCase *t = tcase_create("hunks");
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(t, NULL, forget);
	tcase_add_loop_test(t, leads_there, 0, N_CASES);
	tcase_add_test(t, long_lines_have_parts);
	tcase_add_test(t, places_move);
	tcase_add_test(t, edited_places_are_refused);
	tcase_add_test(t, malformed_hunks_are_refused);
	suite_add_tcase(s, t);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
