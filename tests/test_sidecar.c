#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "json/scan.h"
#include "sidecar.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))
#define BOM "\xef\xbb\xbf"

static struct injector_template template(const char *text)
{
	return (struct injector_template){ "t.yaml", text, strlen(text) };
}

/* Templates, and what they ask for. */
static const struct {
	const char *text, *wanted;
} good[] = {
	{ "spec: {}\n", "{\"spec\":{}}" },
	{ "metadata:\n  labels: {a: b}\n",
	  "{\"metadata\":{\"labels\":{\"a\":\"b\"}}}" },
	{ "{}", "{}" },
	{ "spec:\n  containers:\n  - name: p\n    ports:\n"
	  "    - containerPort: 80\n",
	  "{\"spec\":{\"containers\":[{\"name\":\"p\",\"ports\":"
	  "[{\"containerPort\":80}]}]}}" },

	/* what names the object goes */
	{ "apiVersion: v1\nkind: Pod\nspec: {}\n", "{\"spec\":{}}" },
	{ "kind: Pod\n", "{}" },

	/* forms of text */
	{ "{\"spec\": {\"hostname\": \"\\ud83d\\ude00\\/\"}}",
	  "{\"spec\":{\"hostname\":\"\xf0\x9f\x98\x80/\"}}" },
	{ "{spec: {hostname: a}} # flow\n", "{\"spec\":{\"hostname\":\"a\"}}" },
	{ "spec:\r\n  hostname: a\r\n", "{\"spec\":{\"hostname\":\"a\"}}" },
	{ BOM "spec:\n  hostname: a\n", "{\"spec\":{\"hostname\":\"a\"}}" },
	{ BOM "{\"spec\":{}}", "{\"spec\":{}}" },
	{ "# a comment\n---\n# another\nspec: {}\n...\n", "{\"spec\":{}}" },
	{ "--- {\"spec\": {}}\n", "{\"spec\":{}}" },
	{ "---\n{\"spec\": {}}\n", "{\"spec\":{}}" },
	{ "%YAML 1.1\n---\nspec: {}\n", "{\"spec\":{}}" },
	{ "# nothing\n---\nspec: {}\n---\n# nothing more\n---\n",
	  "{\"spec\":{}}" },
	{ "spec: {hostname: a}", "{\"spec\":{\"hostname\":\"a\"}}" },

	/* anchors, merges, duplicates */
	{ "metadata:\n  labels: &l {a: b}\n  annotations: *l\n",
	  "{\"metadata\":{\"labels\":{\"a\":\"b\"},"
	  "\"annotations\":{\"a\":\"b\"}}}" },
	{ "metadata:\n  labels: &l {a: b, c: d}\n"
	  "  annotations: {<<: *l, c: e}\n",
	  "{\"metadata\":{\"labels\":{\"a\":\"b\",\"c\":\"d\"},"
	  "\"annotations\":{\"a\":\"b\",\"c\":\"e\"}}}" },
	{ "spec: {hostname: a, hostname: b}\n",
	  "{\"spec\":{\"hostname\":\"b\"}}" },

	/* fields that are not known here, directives */
	{ "spec: {newThing: [1, {a: b}]}\n",
	  "{\"spec\":{\"newThing\":[1,{\"a\":\"b\"}]}}" },
	{ "spec:\n  $patch: replace\n  containers:\n"
	  "  - {name: a, $patch: delete}\n",
	  "{\"spec\":{\"$patch\":\"replace\",\"containers\":"
	  "[{\"name\":\"a\",\"$patch\":\"delete\"}]}}" },
	{ "spec: {terminationGracePeriodSeconds: null}\n",
	  "{\"spec\":{\"terminationGracePeriodSeconds\":null}}" },
};

START_TEST(test_good)
{
	struct injector_template t = template(good[_i].text);
	struct source source = { "wanted", str_of(good[_i].wanted), 1, 1,
				 true };
	struct arena arena = ARENA_INIT;
	struct sidecars s;
	struct err e = ERR_INIT;
	const struct node *wanted;

	ck_assert_msg(!sidecars_read(&s, &t, 1, &e), "%s: %s", good[_i].text,
		      e.text);
	ck_assert(!e.set);
	ck_assert_uint_eq(s.n, 1);
	ck_assert_ptr_eq(s.rules, select_default);
	ck_assert(!json_scan(&arena, &source, 0, &wanted, &e));
	ck_assert_msg(node_equal(s.list[0].overlay, wanted), "%s",
		      good[_i].text);
	sidecars_release(&s);
	arena_release(&arena);
}
END_TEST

#define NO_MAP "a template is a map with `metadata` or `spec` of a Pod, " \
	"this is "
#define NO_POD "a template is a piece of a Pod: want `metadata` or `spec`, " \
	"found "

/* Templates that are refused, words of why, and where. */
static const struct {
	const char *text, *words;
	unsigned line, column;
} bad[] = {
	{ "", "this template is empty", 1, 1 },
	{ "\n\n", "this template is empty", 1, 1 },
	{ "# only\n# comments\n", "this template is empty", 1, 1 },
	{ "---\n", "this template is empty", 1, 1 },
	{ BOM, "this template is empty", 1, 1 },
	{ "- a\n", NO_MAP "a list", 1, 1 },
	{ "# c\n\n  - a\n", NO_MAP "a list", 3, 3 },
	{ "[]", NO_MAP "a list", 1, 1 },
	{ "text\n", NO_MAP "text", 1, 1 },
	{ "--- 7\n", NO_MAP "a number", 1, 5 },
	{ "--- ~\n", NO_MAP "nothing", 1, 5 },
	{ "spec: {}\n---\nspec: {}\n", "here is another", 2, 1 },
	{ "spec: {}\n---\n# c\n---\n\n[\n", "here is another", 4, 1 },
	{ "{\"spec\":{}} {\"spec\":{}}", "here is another", 1, 13 },
	{ "containers: []\n", NO_POD "`containers`", 1, 1 },
	{ "spec: {}\nstatus: {}\n", NO_POD "`status`", 2, 1 },
	{ "spec: {}\n\"\": {}\n", NO_POD "``", 2, 1 },
	{ "spec: {}\n$patch: delete\n", NO_POD "`$patch`", 2, 1 },

	/* types */
	{ "metadata: {labels: {a: b}}\nspec:\n", "spec: has nothing in it",
	  2, 6 },
	{ "spec: []\n", "spec: want a map, found a list", 1, 7 },
	{ "spec: text\n", "spec: want a map, found text", 1, 7 },
	{ "metadata: {labels: [a]}\n",
	  "metadata.labels: want a map, found a list", 1, 20 },
	{ "spec:\n  containers: {name: a}\n",
	  "spec.containers: want a list, found a map", 2, 15 },
	{ "spec:\n  containers:\n  - a\n",
	  "spec.containers[0]: want a map, found text", 3, 5 },
	{ "{\"spec\": {\"priority\": \"x\"}}",
	  "spec.priority: want a whole number, found text", 1, 23 },

	/* no meaning in JSON */
	{ "spec: {}\nmetadata: {annotations: {a: .inf}}\n", "", 2, 29 },
	{ "spec: {? [a] : b}\n", "", 1, 10 },

	/* syntax; places count characters */
	{ "spec: [\n", "while parsing", 2, 1 },
	{ "spec:\n\tcontainers: []\n", "cannot start any token", 2, 1 },
	{ "metadata: {name: \xc3\xa9\xc3\xa9, labels: []}\n",
	  "metadata.labels: want a map", 1, 30 },
	{ "spec: *nowhere\n", "no anchor &nowhere", 1, 7 },
	{ "\xff\xfes\0", "UTF-16", 1, 1 },
	{ "spec: \xff\n", "", 1, 7 },
};

START_TEST(test_bad)
{
	struct injector_template t = template(bad[_i].text);
	struct sidecars s;
	struct err e = ERR_INIT;

	ck_assert_msg(sidecars_read(&s, &t, 1, &e) == -1, "%s", bad[_i].text);
	ck_assert(e.set);
	ck_assert(e.text[0]);
	ck_assert_msg(strstr(e.text, bad[_i].words), "%s: %s", bad[_i].text,
		      e.text);
	ck_assert_str_eq(e.pos.file, "t.yaml");
	ck_assert_msg(e.pos.line == bad[_i].line &&
		      e.pos.column == bad[_i].column, "%s: %s at %u:%u",
		      bad[_i].text, e.text, e.pos.line, e.pos.column);
	sidecars_release(&s);
}
END_TEST

/* The error is that of the first bad one, and has its name. */
START_TEST(test_several)
{
	const struct injector_template list[] = {
		{ "a", "spec: {}", 8 }, { "b", "spec: {hostname: x}", 19 },
		{ "c", "", 0 },		{ "d", "[]", 2 },
	};
	struct sidecars s;
	struct err e = ERR_INIT;

	ck_assert_int_eq(sidecars_read(&s, list, 0, &e), 0);
	ck_assert_uint_eq(s.n, 0);
	sidecars_release(&s);
	ck_assert_int_eq(sidecars_read(&s, list, 2, &e), 0);
	ck_assert_uint_eq(s.n, 2);
	ck_assert_ptr_nonnull(node_find(s.list[1].overlay, "spec.hostname"));
	sidecars_release(&s);
	ck_assert_int_eq(sidecars_read(&s, list, 4, &e), -1);
	ck_assert_str_eq(e.pos.file, "c");
	sidecars_release(&s);
	ck_assert_int_eq(sidecars_read(&s, list, 4, NULL), -1);
	sidecars_release(&s);
}
END_TEST

/* Only `length` bytes are the text. */
START_TEST(test_length)
{
	const struct injector_template t = { "t", "spec: {} ]", 8 };
	struct sidecars s;
	struct err e = ERR_INIT;

	ck_assert_int_eq(sidecars_read(&s, &t, 1, &e), 0);
	sidecars_release(&s);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sidecar");
	TCase *tc = tcase_create("templates");
	SRunner *sr = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tc, test_good, 0, COUNT(good));
	tcase_add_loop_test(tc, test_bad, 0, COUNT(bad));
	tcase_add_test(tc, test_several);
	tcase_add_test(tc, test_length);
	suite_add_tcase(suite, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
