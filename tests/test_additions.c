/*
 * Records of what a merge added to a Pod: what is written for two Pods, what
 * is left when that is removed again, and random merges there and back.
 */
#include <check.h>
#include <stdlib.h>

#include "base/array.h"
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

#define POD(containers) "{\"spec\": {\"containers\": [" containers "]}}"
#define WEB "{\"name\": \"web\"}"
#define LOG "{\"name\": \"log\", \"image\": \"log:1\", " \
	"\"env\": [{\"name\": \"A\", \"value\": \"1\"}]}"

/* `left`: what removing the record from `new` gives; NULL: `old`. */
static const struct {
	const char *old, *new, *record, *left;
} cases[] = {
	{ "{}", "{}", "", NULL },
	{ POD(WEB), POD(LOG ", " WEB), "containers[log]", NULL },
	{ POD(WEB), POD(LOG ", " WEB ", {\"name\": \"b\"}"),
	  "containers[log,b]", NULL },
	/* in the application's container */
	{ POD(WEB), POD("{\"name\": \"web\", \"env\": [{\"name\": \"A\"}], "
			"\"tty\": true}"),
	  "containers[web{env[A],tty}]", NULL },
	{ POD("{\"name\": \"web\", \"env\": [{\"name\": \"A\"}]}"),
	  POD("{\"name\": \"web\", \"env\": [{\"name\": \"B\"}, "
	      "{\"name\": \"A\", \"value\": \"1\"}]}"),
	  "containers[web{env[B,A{value}]}]",
	  NULL },
	/* new maps are recorded part by part, empty ones as a whole */
	{ "{\"spec\": {}}",
	  "{\"spec\": {\"securityContext\": {\"fsGroup\": 1, "
	  "\"sysctls\": []}, \"volumes\": [{\"name\": \"v\", "
	  "\"emptyDir\": {}}], \"affinity\": {}}}",
	  "securityContext{fsGroup,sysctls},volumes[v],affinity", "{}" },
	{ "{\"metadata\": {\"labels\": {\"a\": \"1\"}}}",
	  "{\"metadata\": {\"labels\": {\"a\": \"1\", \"b\": \"2\"}, "
	  "\"annotations\": {\"prometheus.io/port\": \"1\", "
	  "\"odd \\\"key\\\" \\u00e9\": \"\"}}}",
	  "labels{b},annotations{/port,\"odd \\\"key\\\" \\xc3\\xa9\"}", NULL },
	/* numbers are merge keys, too; of equal ones the first counts */
	{ POD("{\"name\": \"web\", \"ports\": [{\"containerPort\": 80}]}"),
	  POD("{\"name\": \"web\", \"ports\": [{\"containerPort\": 80}, "
	      "{\"containerPort\": 53, \"protocol\": \"TCP\"}, "
	      "{\"containerPort\": 53, \"protocol\": \"UDP\"}]}"),
	  "containers[web{ports[53]}]", NULL },
	/* lists without a merge key, and replaced values */
	{ POD(WEB), "{\"spec\": {\"containers\": [" WEB "], "
	  "\"tolerations\": [{\"key\": \"a\"}]}}",
	  "tolerations", NULL },
	{ POD("{\"name\": \"web\", \"image\": \"a\", \"args\": [\"a\"]}"),
	  POD("{\"name\": \"web\", \"image\": \"b\", \"args\": [\"b\"]}"),
	  "", POD("{\"name\": \"web\", \"image\": \"b\", \"args\": [\"b\"]}") },
	{ "{\"metadata\": {\"labels\": {\"a.io/x\": \"1\"}}}",
	  "{\"metadata\": {\"labels\": {\"a.io/x\": \"1\", "
	  "\"b.io/x\": \"2\", \"c.io/y\": \"3\", \"/z\": \"\"}}}",
	  "labels{b.io/x,/y,\"/z\"}", NULL },
	{ "{\"spec\": {}}", "{\"spec\": {\"initContainers\": "
	  "[{\"name\": \"a\"}], \"init\": 1, \"labels\": 2}}",
	  "init[a],\"init\",^spec{labels}", "{}" },
	/* fields that the schema does not have */
	{ "{\"1\": {\"a\": 1}}", "{\"1\": {\"a\": 1, \"b/c\": {\"d\": 1}}, "
	  "\"more\": [1]}",
	  "^1{/c{d}},^more", NULL },
};

START_TEST(writes_and_removes)
{
	const struct node *old = json(cases[_i].old);
	const struct node *new = json(cases[_i].new), *left;
	struct buf b = BUF_INIT;

	additions_write(&arena, old, new, &b);
	ck_assert_str_eq(buf_z(&b), cases[_i].record);
	left = additions_remove(&arena, new, buf_str(&b));
	ck_assert_ptr_nonnull(left);
	ck_assert(node_equal(left, cases[_i].left ? json(cases[_i].left) :
						    old));
	buf_release(&b);
}
END_TEST

/* A Pod that was edited since: what is recorded goes, what is new stays. */
START_TEST(ignores_what_is_gone)
{
	const struct node *pod = json(POD(
		"{\"name\": \"web\", \"env\": [{\"name\": \"MINE\"}]}, "
		"{\"name\": \"log\", \"image\": \"log:2\"}"));
	const struct node *left = additions_remove(&arena, pod, STR(
		"containers[log,gone,web{env[A,B]},away{env[A]}],volumes[v],"
		"labels{x},affinity{nodeAffinity}"));

	ck_assert(node_equal(left, json(POD(
		"{\"name\": \"web\", \"env\": [{\"name\": \"MINE\"}]}"))));
}
END_TEST

static const char *const malformed[] = {
	",", "containers[", "containers[]", "containers[a", "labels{",
	"labels{}", "labels{a", "labels{a}x", "\"a", "labels{a},", "^", "a]",
	"a}", "labels{a,,b}", "containers[a{]}",
};

START_TEST(refuses_malformed)
{
	const struct node *pod = json(POD(WEB));
	struct buf deep = BUF_INIT;

	ck_assert_ptr_null(additions_remove(&arena, pod,
					    str_of(malformed[_i])));
	for (int i = 0; i < 100000; i++)
		buf_addz(&deep, "a{");
	ck_assert_ptr_null(additions_remove(&arena, pod, buf_str(&deep)));
	buf_release(&deep);
}
END_TEST

static void forget(void)
{
	arena_release(&arena);
}

int main(void)
{
	Suite *s = suite_create("additions");
	TCase *t = tcase_create("additions");
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(t, NULL, forget);
	tcase_add_loop_test(t, writes_and_removes, 0, (int)ARRAY_SIZE(cases));
	tcase_add_test(t, ignores_what_is_gone);
	tcase_add_loop_test(t, refuses_malformed, 0,
			    (int)ARRAY_SIZE(malformed));
	suite_add_tcase(s, t);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
