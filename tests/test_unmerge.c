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

static void add_items(struct buf *b, const char *item, int from, int to)
{
	for (int i = from; i < to; i++) {
		buf_addz(b, i > from ? "," : "");
		buf_printf(b, item, i);
	}
}

/* Of 40 items and 40 of the patch, 20 are the same: in long lists, too, by
 * texts, numbers however written, and the protocol of a port. */
static const struct {
	const char *field, *item, *of_patch;
	bool found;
} many[] = {
	{ "volumes", "{\"name\": \"v%d\"}", "{\"name\": \"v%d\"}", true },
	{ "containers", "{\"name\": %d}", "{\"name\": %d.0}", true },
	{ "containers", "{\"name\": %d}", "{\"name\": \"%d\"}", false },
	{ "containers", "{\"name\": [%d]}", "{\"name\": [%d]}", true },
};

START_TEST(finds_many)
{
	struct buf pod = BUF_INIT, patch = BUF_INIT;
	const struct node *left;

	buf_printf(&pod, "{\"spec\": {\"%s\": [", many[_i].field);
	buf_printf(&patch, "{\"spec\": {\"%s\": [", many[_i].field);
	add_items(&pod, many[_i].item, 0, 40);
	add_items(&patch, many[_i].of_patch, 20, 60);
	buf_addz(&pod, "]}}");
	buf_addz(&patch, "]}}");
	left = unmerge_pod(&arena, json(buf_z(&pod)), json(buf_z(&patch)));
	left = node_get(node_get(left, STR("spec")), str_of(many[_i].field));
	ck_assert_uint_eq(left->n, many[_i].found ? 20 : 40);
	buf_release(&pod);
	buf_release(&patch);
}
END_TEST

/* Ports are the same if their protocols are. */
START_TEST(finds_ports)
{
	struct buf pod = BUF_INIT, patch = BUF_INIT;
	const struct node *left;

	buf_addz(&pod, "{\"spec\": {\"containers\": [{\"name\": \"a\", "
		       "\"tty\": true, \"ports\": [");
	buf_addz(&patch, "{\"spec\": {\"containers\": [{\"name\": \"a\", "
			 "\"ports\": [");
	add_items(&pod, "{\"containerPort\": %d}", 1, 30);
	add_items(&patch, "{\"containerPort\": %d, \"protocol\": \"UDP\"}",
		  1, 10);
	buf_addz(&patch, ",");
	add_items(&patch, "{\"containerPort\": %d}", 1, 20);
	buf_addz(&pod, "]}]}}");
	buf_addz(&patch, "]}]}}");
	left = unmerge_pod(&arena, json(buf_z(&pod)), json(buf_z(&patch)));
	left = node_get(node_get(left, STR("spec")), STR("containers"));
	left = node_get(node_item(left, 0), STR("ports"));
	ck_assert_uint_eq(left->n, 10);
	buf_release(&pod);
	buf_release(&patch);
}
END_TEST

/* What a Pod and a patch have in common; `shared` with keys of other values. */
static const struct {
	const char *pod, *patch, *common, *shared;
} both[] = {
	{ "{\"metadata\": {\"labels\": {\"a\": \"1\"}}}",
	  "{\"metadata\": {\"labels\": {\"b\": \"1\"}}}", NULL, NULL },
	{ "{\"metadata\": {\"labels\": {\"a\": \"1\", \"b\": \"2\"}}}",
	  "{\"metadata\": {\"labels\": {\"a\": \"1\", \"b\": \"3\"}}}",
	  "{\"metadata\": {\"labels\": {\"a\": \"1\"}}}",
	  "{\"metadata\": {\"labels\": {\"a\": \"1\", \"b\": \"2\"}}}" },
	/* a field counts by its value */
	{ "{\"spec\": {\"dnsPolicy\": \"None\", \"hostPID\": true}}",
	  "{\"spec\": {\"dnsPolicy\": \"Default\", \"hostPID\": true}}",
	  "{\"spec\": {\"hostPID\": true}}",
	  "{\"spec\": {\"hostPID\": true}}" },
	/* the key of an item alone is nothing */
	{ "{\"spec\": {\"containers\": [{\"name\": \"a\", \"tty\": true}]}}",
	  "{\"spec\": {\"containers\": [{\"name\": \"a\", \"image\": "
	  "\"b\"}]}}", NULL, NULL },
	{ "{\"spec\": {\"containers\": [{\"name\": \"a\", \"image\": \"i\", "
	  "\"env\": [{\"name\": \"X\", \"value\": \"1\"}]}]}}",
	  "{\"spec\": {\"containers\": [{\"name\": \"a\", \"image\": \"j\", "
	  "\"env\": [{\"name\": \"X\", \"value\": \"2\"}]}]}}", NULL,
	  "{\"spec\": {\"containers\": [{\"name\": \"a\", "
	  "\"env\": [{\"name\": \"X\", \"value\": \"1\"}]}]}}" },
};

static void same(const struct node *found, const char *wanted)
{
	ck_assert_int_eq(found != NULL, wanted != NULL);
	ck_assert(!found || node_equal(found, json(wanted)));
}

START_TEST(finds_common)
{
	const struct node *pod = json(both[_i].pod);
	const struct node *patch = json(both[_i].patch);

	same(merge_common(&arena, pod, patch), both[_i].common);
	same(merge_shared(&arena, pod, patch), both[_i].shared);
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
	tcase_add_loop_test(t, finds_many, 0,
			    (int)(sizeof(many) / sizeof(*many)));
	tcase_add_test(t, finds_ports);
	tcase_add_loop_test(t, finds_common, 0,
			    (int)(sizeof(both) / sizeof(*both)));
	suite_add_tcase(s, t);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
