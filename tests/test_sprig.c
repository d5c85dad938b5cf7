/*
 * sprig: the templates of testdata/sprig/FILE.test and their output.  $TESTDATA
 * (default testdata) is the parent folder.
 *
 * A record is a line with a template, then a line with "= " and the output, or
 * with "! " and the end of the error's text.  Between records there may be
 * empty lines and lines with `#`.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/io.h"
#include "sprig/sprig.h"
#include "tmpl/tmpl.h"

static int run(struct arena *a, str text, struct buf *out, struct err *e)
{
	struct tmpl_context context = { .arena = a,
					.limits = TMPL_LIMITS };
	const struct tmpl *t;
	uint32_t n = 0;

	while (sprig_tables[n])
		n++;
	t = tmpl_parse(a, STR("t"), text, sprig_tables, n, e);
	return t ? tmpl_exec(t, out, VALUE_MISSING, &context, e) : -1;
}

static bool record_passes(str text, str want)
{
	bool fails = str_starts(want, STR("! "));
	struct arena a = ARENA_INIT;
	struct buf out = BUF_INIT;
	struct err e = ERR_INIT;
	int rc = run(&a, text, &out, &e);
	str got = rc < 0 ? str_of(e.text) : buf_str(&out);
	bool ok;

	ck_assert_msg(fails || str_starts(want, STR("= ")),
		      "no result: %.*s", STR_ARG(want));
	want = str_sub(want, 2, want.n);
	ok = fails ? rc < 0 && str_ends(got, want) :
		     rc == 0 && str_eq(got, want);
	if (!ok)
		printf("%.*s\n\tmakes %.*s\n\tinstead of %.*s\n",
		       STR_ARG(text), STR_ARG(got), STR_ARG(want));
	buf_release(&out);
	arena_release(&a);
	return ok;
}

static void check_file(const char *name)
{
	const char *folder = getenv("TESTDATA");
	struct buf path = BUF_INIT, file = BUF_INIT;
	struct err e = ERR_INIT;
	int passed = 0, failed = 0;
	str rest, line, want;

	buf_printf(&path, "%s/sprig/%s.test", folder ? folder : "testdata",
		   name);
	ck_assert_msg(io_slurp(buf_z(&path), &file, &e) == 0, "%s", e.text);
	rest = buf_str(&file);
	while (rest.n) {
		str_cut(rest, '\n', &line, &rest);
		if (!line.n || line.p[0] == '#')
			continue;
		str_cut(rest, '\n', &want, &rest);
		if (record_passes(line, want))
			passed++;
		else
			failed++;
	}
	buf_release(&path);
	buf_release(&file);
	ck_assert_int_eq(failed, 0);
	ck_assert_int_gt(passed, 0);
}

START_TEST(text)
{
	check_file("text");
}
END_TEST

START_TEST(regex)
{
	check_file("regex");
}
END_TEST

START_TEST(values)
{
	check_file("values");
}
END_TEST

START_TEST(own)
{
	check_file("own");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("sprig");
	TCase *tc = tcase_create("records");
	SRunner *sr = srunner_create(s);
	int failed;

	setenv("TZ", "UTC", 1);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, text);
	tcase_add_test(tc, regex);
	tcase_add_test(tc, values);
	tcase_add_test(tc, own);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
