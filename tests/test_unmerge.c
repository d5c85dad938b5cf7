#include <check.h>
#include <stdlib.h>

#include "json/scan.h"
#include "k8s/strategic_merge.h"

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

/* `was` NULL: nothing is removed. */
static const struct {
	const char *pod, *patch, *was;
} cases[] = {
	{ "{}", "{}", NULL },
	{ "{\"a\": 1}", "{\"b\": 1}", NULL },
	{ "{\"metadata\": {\"labels\": {\"a\": \"1\", \"b\": \"2\"}}}",
	  "{\"metadata\": {\"labels\": {\"b\": \"2\"}}}",
	  "{\"metadata\": {\"labels\": {\"a\": \"1\"}}}" },
	{ "{\"metadata\": {\"labels\": {\"b\": \"2\"}}, \"spec\": {}}",
	  "{\"metadata\": {\"labels\": {\"b\": \"2\"}}}",
	  "{\"spec\": {}}" },
	/* edited since, or the user's */
	{ "{\"metadata\": {\"labels\": {\"b\": \"3\"}}}",
	  "{\"metadata\": {\"labels\": {\"b\": \"2\"}}}", NULL },
	/* an item goes as a whole, of another version, too */
	{ "{\"spec\": {\"containers\": [{\"name\": \"a\"}, "
	  "{\"name\": \"b\", \"image\": \"b:1\"}]}}",
	  "{\"spec\": {\"containers\": "
	  "[{\"name\": \"b\", \"image\": \"b:2\", \"tty\": true}]}}",
	  "{\"spec\": {\"containers\": [{\"name\": \"a\"}]}}" },
	/* one with more in it loses what was given */
	{ "{\"spec\": {\"containers\": [{\"name\": \"a\", \"tty\": true, "
	  "\"env\": [{\"name\": \"X\"}, {\"name\": \"Y\"}]}]}}",
	  "{\"spec\": {\"containers\": [{\"name\": \"a\", "
	  "\"env\": [{\"name\": \"Y\"}]}]}}",
	  "{\"spec\": {\"containers\": [{\"name\": \"a\", \"tty\": true, "
	  "\"env\": [{\"name\": \"X\"}]}]}}" },
	/* sets of texts, lists without keys, fields that nobody knows */
	{ "{\"metadata\": {\"finalizers\": [\"a\", \"b\"]}}",
	  "{\"metadata\": {\"finalizers\": [\"b\"]}}",
	  "{\"metadata\": {\"finalizers\": [\"a\"]}}" },
	{ "{\"spec\": {\"tolerations\": [{\"key\": \"a\"}]}}",
	  "{\"spec\": {\"tolerations\": [{\"key\": \"b\"}]}}", NULL },
	{ "{\"spec\": {\"more\": [1]}}", "{\"spec\": {\"more\": [1]}}", "{}" },
	/* directives put nothing in */
	{ "{\"spec\": {\"containers\": [{\"name\": \"a\"}]}}",
	  "{\"spec\": {\"$patch\": \"replace\", \"hostname\": null}}", NULL },
};

#define N_CASES (int)(sizeof(cases) / sizeof(*cases))

START_TEST(leads_back)
{
	const struct node *pod = json(cases[_i].pod);
	const struct node *left = unmerge_pod(&arena, pod,
					      json(cases[_i].patch));

	if (!cases[_i].was)
		ck_assert_ptr_eq(left, pod);
	else
		ck_assert(node_equal(left, json(cases[_i].was)));
}
END_TEST

static void forget(void)
{
	arena_release(&arena);
}

int main(void)
{
	Suite *s = suite_create("unmerge");
	TCase *t = tcase_create("unmerge");
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(t, NULL, forget);
	tcase_add_loop_test(t, leads_back, 0, N_CASES);
	suite_add_tcase(s, t);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
