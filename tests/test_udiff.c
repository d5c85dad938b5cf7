#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "files/udiff.h"

static uint32_t random_state = 1;

static uint32_t any(uint32_t below)
{
	random_state = random_state * 1664525 + 1013904223;
	return (random_state >> 8) % below;
}

static const struct {
	const char *name, *old, *new, *diff;
} cases[] = {
	{ "x", "", "", "" },
	{ "x", "a\nb\n", "a\nb\n", "" },
	{ "x", "", "a\n", "--- a/x\n+++ b/x\n@@ -0,0 +1 @@\n+a\n" },
	{ "x", "a\n", "", "--- a/x\n+++ b/x\n@@ -1 +0,0 @@\n-a\n" },
	{ "x", "a\nb\nc\n", "a\nB\nc\n",
	  "--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n" },
	{ "x", "1\n2\n3\n4\n5\n6\n", "1\n2\n3\n4\nnew\n5\n6\n",
	  "--- a/x\n+++ b/x\n@@ -2,5 +2,6 @@\n 2\n 3\n 4\n+new\n 5\n 6\n" },
	/* what is shown around them meets: one hunk */
	{ "x", "a\n1\n2\n3\n4\n5\n6\nb\n", "A\n1\n2\n3\n4\n5\n6\nB\n",
	  "--- a/x\n+++ b/x\n@@ -1,8 +1,8 @@\n"
	  "-a\n+A\n 1\n 2\n 3\n 4\n 5\n 6\n-b\n+B\n" },
	/* and does not */
	{ "x", "a\n1\n2\n3\n4\n5\n6\n7\nb\n", "A\n1\n2\n3\n4\n5\n6\n7\nB\n",
	  "--- a/x\n+++ b/x\n@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n 3\n"
	  "@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-b\n+B\n" },

	/* ends */
	{ "x", "a", "a\n", "--- a/x\n+++ b/x\n@@ -1 +1 @@\n"
	  "-a\n\\ No newline at end of file\n+a\n" },
	{ "x", "a\nb", "A\nb", "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n"
	  "-a\n+A\n b\n\\ No newline at end of file\n" },
	{ "x", "a\r\n", "a\n",
	  "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\r\n+a\n" },

	/* names */
	{ "d/e f", "a\n", "", "--- a/d/e f\t\n+++ b/d/e f\t\n"
	  "@@ -1 +0,0 @@\n-a\n" },
	{ "\33\"\\", "a\n", "", "--- \"a/\\033\\\"\\\\\"\n"
	  "+++ \"b/\\033\\\"\\\\\"\n@@ -1 +0,0 @@\n-a\n" },
};

START_TEST(is_unified)
{
	struct buf out = BUF_INIT;

	udiff(&out, str_of(cases[_i].name), str_of(cases[_i].old),
	      str_of(cases[_i].new), false);
	ck_assert_str_eq(buf_z(&out), cases[_i].diff);
	buf_release(&out);
}
END_TEST

START_TEST(has_colors)
{
	struct buf out = BUF_INIT;

	udiff(&out, STR("x"), STR("a\nb\n"), STR("a\nc\n"), true);
	ck_assert_str_eq(buf_z(&out),
			 "\33[1m--- a/x\33[m\n\33[1m+++ b/x\33[m\n"
			 "\33[36m@@ -1,2 +1,2 @@\33[m\n a\n"
			 "\33[31m-b\33[m\n\33[32m+c\33[m\n");
	buf_release(&out);
}
END_TEST

/* ---- properties ---- */

/* Takes the line at the front of *text off, which must be this one. */
static void take(str *text, str line, bool ended)
{
	ck_assert_msg(str_starts(*text, line), "want %.*s, have %.*s",
		      STR_ARG(line), STR_ARG(str_sub(*text, 0, 40)));
	*text = str_sub(*text, line.n, text->n);
	if (ended) {
		ck_assert(str_starts(*text, STR("\n")));
		*text = str_sub(*text, 1, text->n);
	}
}

/* Goes through both texts by what the diff says, from its first hunk on; how
 * many lines changed. */
static size_t follow(str diff, str old, str new)
{
	str a = old, b = new, line, next;
	size_t changes = 0, na = 1, nb = 1;	/* lines come next */

	while (str_cut(diff, '\n', &line, &diff)) {
		bool ended = !str_starts(diff, STR("\\"));
		str text = str_sub(line, 1, line.n);
		size_t from_a, from_b;

		if (line.p[0] == '@') {
			/* the lines that are not shown are the same */
			sscanf(line.p, "@@ -%zu", &from_a);
			sscanf(memchr(line.p, '+', line.n), "+%zu", &from_b);
			for (; na < from_a; na++, nb++) {
				str_cut(a, '\n', &next, &a);
				take(&b, next, true);
			}
			ck_assert(nb == from_b || nb == from_b + 1);
			continue;
		}
		ck_assert(line.p[0] == '-' || line.p[0] == '+' ||
			  line.p[0] == ' ');
		if (line.p[0] != '+')
			take(&a, text, ended), na++;
		if (line.p[0] != '-')
			take(&b, text, ended), nb++;
		changes += line.p[0] != ' ';
		if (!ended)
			str_cut(diff, '\n', &line, &diff);
	}
	ck_assert(str_eq(a, b));
	return changes;
}

/* The diff's hunks lead from one text to the other: how many lines changed. */
static size_t check_diff(str old, str new)
{
	struct buf out = BUF_INIT;
	str line, rest;
	size_t n = 0;

	udiff(&out, STR("x"), old, new, false);
	ck_assert((out.n == 0) == str_eq(old, new));
	buf_z(&out);		/* for sscanf() */
	rest = buf_str(&out);
	if (out.n) {
		str_cut(rest, '\n', &line, &rest);
		str_cut(rest, '\n', &line, &rest);
		n = follow(rest, old, new);
	}
	buf_release(&out);
	return n;
}

#define LINES 24

/* Lines of one letter, the last maybe without its end. */
static size_t make(char *text, uint32_t letters)
{
	size_t n = any(LINES), at = 0;

	for (size_t i = 0; i < n; i++) {
		text[at++] = (char)('a' + any(letters));
		text[at++] = '\n';
	}
	return at && any(4) == 0 ? at - 1 : at;
}

static str line_at(str text, size_t i)
{
	return str_sub(text, 2 * i, 2 * i + 2);
}

/* The longest sequence of lines that both have. */
static size_t common(str a, str b)
{
	size_t most[LINES + 1][LINES + 1] = { { 0 } };
	size_t n = (a.n + 1) / 2, m = (b.n + 1) / 2;

	for (size_t i = 1; i <= n; i++) {
		for (size_t j = 1; j <= m; j++) {
			size_t x = most[i - 1][j], y = most[i][j - 1];

			most[i][j] = x > y ? x : y;
			if (str_eq(line_at(a, i - 1), line_at(b, j - 1)) &&
			    most[i][j] <= most[i - 1][j - 1])
				most[i][j] = most[i - 1][j - 1] + 1;
		}
	}
	return most[n][m];
}

START_TEST(is_true_and_shortest)
{
	char x[2 * LINES], y[2 * LINES];

	for (int i = 0; i < 5000; i++) {
		uint32_t letters = 1 + any(6);
		str a = { x, make(x, letters) }, b = { y, make(y, letters) };
		size_t n = (a.n + 1) / 2 + (b.n + 1) / 2 - 2 * common(a, b);

		ck_assert_uint_eq(check_diff(a, b), n);
	}
}
END_TEST

/* Documents that are all alike, each with as many new lines as it had: many
 * rounds. */
START_TEST(is_linear)
{
	struct buf a = BUF_INIT, b = BUF_INIT;

	for (int doc = 0; doc < 2000; doc++) {
		for (int i = 0; i < 50; i++) {
			buf_printf(&a, "line %d\n", i);
			buf_printf(&b, "line %d\n", i);
		}
		for (int i = 0; i < 50; i++)
			buf_printf(&b, "new %d\n", i);
	}
	ck_assert_uint_eq(check_diff(buf_str(&a), buf_str(&b)), 2000 * 50);
	buf_release(&a);
	buf_release(&b);
}
END_TEST

/* New lines that a document has elsewhere make no diff longer. */
START_TEST(is_shortest_of_many)
{
	struct buf a = BUF_INIT, b = BUF_INIT;

	for (int doc = 0; doc < 500; doc++) {
		for (int i = 0; i < 20; i++) {
			buf_printf(&a, "line %d\n", i);
			buf_printf(&b, "line %d\n", i);
			if (i % 6 == 5)
				buf_printf(&b, "new\nline %d\nnew %d\n",
					   i - 3, doc);
		}
	}
	ck_assert_uint_eq(check_diff(buf_str(&a), buf_str(&b)), 500 * 9);
	ck_assert_uint_eq(check_diff(buf_str(&b), buf_str(&a)), 500 * 9);
	buf_release(&a);
	buf_release(&b);
}
END_TEST

/* Nothing in common but here and there. */
START_TEST(is_linear_in_differences)
{
	struct buf a = BUF_INIT, b = BUF_INIT;

	for (int i = 0; i < 20000; i++) {
		buf_printf(&a, "old %u\n", any(1000000));
		buf_printf(&b, "%s %u\n", any(10) ? "new" : "old",
			   any(1000000));
	}
	check_diff(buf_str(&a), buf_str(&b));
	buf_release(&a);
	buf_release(&b);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("udiff");
	TCase *t = tcase_create("udiff");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_set_timeout(t, 20);
	tcase_add_loop_test(t, is_unified, 0, ARRAY_SIZE(cases));
	tcase_add_test(t, has_colors);
	tcase_add_test(t, is_true_and_shortest);
	tcase_add_test(t, is_linear);
	tcase_add_test(t, is_shortest_of_many);
	tcase_add_test(t, is_linear_in_differences);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
