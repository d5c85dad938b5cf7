/*
 * Amendments of one tree to another, in JSON: "from to present amendments".
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "edit/hunks.h"
#include "json/scan.h"

static struct arena arena = ARENA_INIT;

static const struct node *json(const char *text)
{
	struct source *source = arena_new(&arena, struct source);
	const struct node *root;
	struct err e = ERR_INIT;

	*source = (struct source){ .name = "", .text = str_of(text),
				   .line = 1, .column = 1, .json = true };
	ck_assert_msg(!json_scan(&arena, source, 0, &root, &e), "%s: %s", text,
		      e.text);
	return root;
}

static str write(const struct node *from, const struct node *to,
		 const struct node *present)
{
	struct buf b = BUF_INIT;
	str amends;

	amend_write(&arena, from, to, present, &b);
	amends = arena_str(&arena, b.n ? buf_str(&b) : STR(""));
	buf_release(&b);
	return amends;
}

static const struct {
	const char *from, *to, *present, *amends;
} cases[] = {
	{ "{}", "{}", "{}", "" },
	{ "{\"a\":1}", "{\"a\":2}", "{}", "/a=2~" },
	{ "{\"a\":1}", "{}", "{}", "/a!~" },
	{ "{\"a\":1}", "{\"b\":{},\"a\":1}", "{}", "/b+0={}" },
	{ "{\"a\":{\"b\":1}}", "{\"a\":{\"b\":\"x y\"}}", "{}",
	  "/a/b=\"x y\"~" },
	{ "{}", "{\"a/b\":\"\xc2\x85\xe2\x80\xa8\xef\xbb\xbf\x7f\"}", "{}",
	  "/\"a/b\"+0=\"\\u0085\\u2028\\ufeff\\u007f\"" },
	{ "{}", "{\"a\":\"@\",\"b\":\"@x\",\"c\":\"x@\"}", "{\"a\":[1]}",
	  "/a+0=\"@@\" /b+1=\"@@x\" /c+2=\"x@\"" },
	/* lists without names */
	{ "{\"a\":[1,2]}", "{\"a\":[1,3]}", "{}", "/a[1]=3~" },
	{ "{\"a\":[1,2]}", "{\"a\":[1]}", "{}", "/a=[1]~" },
	{ "{\"a\":[{\"b\":1},{\"b\":2}]}", "{\"a\":[{\"b\":1},{\"b\":3}]}",
	  "{}", "/a[1]/b=3~" },
	/* by name, also one that is a number */
	{ "{\"l\":[{\"name\":\"x\",\"v\":1},{\"name\":\"8\",\"v\":1}]}",
	  "{\"l\":[{\"name\":\"x\",\"v\":1},{\"name\":\"8\",\"v\":2}]}", "{}",
	  "/l[\"8\"]/v=2~" },
	{ "{\"l\":[{\"name\":\"x\"},{\"name\":\"y\"}]}",
	  "{\"l\":[{\"name\":\"z\"},{\"name\":\"x\"}]}", "{}",
	  "/l[y]!~" },
	{ "{\"l\":[{\"name\":\"x\"},{\"name\":\"y\"}]}",
	  "{\"l\":[{\"name\":\"y\"},{\"name\":\"x\"}]}", "{}",
	  "/l*=[\"y\",\"x\"]" },
	{ "{\"l\":[{\"kind\":\"P\",\"metadata\":{\"name\":\"a\"},\"v\":1}]}",
	  "{\"l\":[{\"kind\":\"P\",\"metadata\":{\"name\":\"a\"},\"v\":2}]}",
	  "{}", "/l[\"P/a\"]/v=2~" },
	/* what is present is not repeated */
	{ "{}", "{\"l\":[{\"name\":\"x\",\"v\":[1]},{\"name\":\"y\"}]}",
	  "{\"l\":[{\"name\":\"z\"},{\"name\":\"y\",\"w\":1},"
	  "{\"name\":\"x\",\"v\":[1]}]}",
	  "/l+0=[\"@x\",{\"name\":\"y\"}]" },
	{ "{}", "{\"l\":[{\"name\":\"x\",\"v\":{\"w\":1}}]}",
	  "{\"l\":[{\"name\":\"x\",\"v\":{\"w\":1},\"u\":2}]}",
	  "/l+0=[{\"name\":\"x\",\"v\":\"@\"}]" },
};

#define N_CASES (int)ARRAY_SIZE(cases)

START_TEST(leads_there)
{
	const struct node *from = json(cases[_i].from);
	const struct node *to = json(cases[_i].to), *got;
	const struct node *present = json(cases[_i].present);
	str amends = write(from, to, present);
	struct err e = ERR_INIT;

	ck_assert_msg(str_starts(amends, str_of(cases[_i].amends)), "%.*s",
		      STR_ARG(amends));
	ck_assert_uint_eq(amends.n != 0, cases[_i].amends[0] != '\0');
	got = amend_apply(&arena, amends, from, present, &e);
	ck_assert_msg(got && node_equal(got, to), "%.*s: %s", STR_ARG(amends),
		      e.text);
}
END_TEST

/* By name, the place is found wherever the item is. */
START_TEST(items_may_move)
{
	const struct node *from = json("{\"l\":[{\"name\":\"x\",\"v\":1}]}");
	const struct node *to = json("{\"l\":[{\"name\":\"x\",\"v\":2}]}");
	const struct node *moved = json("{\"l\":[{\"name\":\"n\",\"v\":1},"
					"{\"name\":\"x\",\"v\":1}]}");
	const struct node *want = json("{\"l\":[{\"name\":\"n\",\"v\":1},"
				       "{\"name\":\"x\",\"v\":2}]}");
	const struct node *got = amend_apply(&arena, write(from, to, from),
					     moved, moved, NULL);

	ck_assert(got && node_equal(got, want));
}
END_TEST

START_TEST(edited_values_are_refused)
{
	static const char *const edited[] = {
		"{\"l\":[{\"name\":\"x\",\"v\":3}]}",
		"{\"l\":[{\"name\":\"y\",\"v\":1}]}",
		"{\"l\":[{\"name\":\"x\"}]}", "{\"l\":{}}", "{\"l\":1}", "{}",
		"[]",
	};
	const struct node *from = json("{\"l\":[{\"name\":\"x\",\"v\":1}]}");
	const struct node *to = json("{\"l\":[{\"name\":\"x\",\"v\":2}]}");
	const struct node *now = json(edited[_i]);
	struct err e = ERR_INIT;

	ck_assert_ptr_null(amend_apply(&arena, write(from, to, from), now, now,
				       &e));
	ck_assert_ptr_nonnull(strstr(e.text, "/l[x]/v has been edited"));
}
END_TEST

/* What a reference names is gone. */
START_TEST(missing_references_are_refused)
{
	const struct node *from = json("{}"), *to, *present;
	struct err e = ERR_INIT;

	to = json("{\"l\":[{\"name\":\"x\",\"v\":1}]}");
	present = json("{\"l\":[{\"name\":\"x\",\"v\":1},{\"name\":\"y\"}]}");
	ck_assert_ptr_null(amend_apply(&arena, write(from, to, present), from,
				       from, &e));
	ck_assert_ptr_nonnull(strstr(e.text, "/l has been edited"));
}
END_TEST

START_TEST(malformed_amendments_are_refused)
{
	static const char *const malformed[] = {
		"x", "/", "/a", "/a=", "/a=1", "/a=1~", "/a=1~12345",
		"/a=1~12345g", "/a=\"~123456", "/a=[1~123456", "/a!", "/a!~1",
		"/a+=1", "/a+1", "/a+1=", "/a*=1", "/a*1", "/a[", "/a[]",
		"/a[x", "/a[\"x]=1~123456", "/\"a=1~123456", "/a?1",
		"/a!~123456x", "[0]!~12345", "/a b",
	};
	const struct node *from = json("{\"a\":1}");

	for (size_t i = 0; i < ARRAY_SIZE(malformed); i++) {
		struct err e = ERR_INIT;

		ck_assert_msg(!amend_apply(&arena, str_of(malformed[i]), from,
					   from, &e), "%s", malformed[i]);
		ck_assert_msg(!strcmp(e.text, "it is malformed"), "%s: %s",
			      malformed[i], e.text);
	}
}
END_TEST

static void forget(void)
{
	arena_release(&arena);
}

int main(void)
{
	Suite *s = suite_create("amend");
	TCase *t = tcase_create("amend");
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(t, NULL, forget);
	tcase_add_loop_test(t, leads_there, 0, N_CASES);
	tcase_add_test(t, items_may_move);
	tcase_add_loop_test(t, edited_values_are_refused, 0, 7);
	tcase_add_test(t, missing_references_are_refused);
	tcase_add_test(t, malformed_amendments_are_refused);
	suite_add_tcase(s, t);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
