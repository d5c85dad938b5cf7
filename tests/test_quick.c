/*
 * yaml/quick: which texts it reads, that libyaml reads the same, and which
 * texts are left to libyaml.
 */
#include <check.h>

#include "base/array.h"
#include "same_tree.h"
#include "yaml/build.h"

static const struct {
	const char *text;
	bool taken;
} cases[] = {
	{ "a: b\n", true },
	{ "a: b", true },
	{ "---\na: b\n", true },
	{ "# c\n\n--- # c\n\na: b # c\n# c", true },
	{ "a b: c d \"e\" f#g  # h\n", true },
	{ "a:\n- b\n- c: d\n  e: f\ng:\n  - h\n", true },
	{ "a:\n  b:\nc:\n", true },
	{ "- a:\n  - b\n-   c\n", true },
	{ "a: |\n  b\n   c\n\n  d\n\n\ne: |-\n f\n", true },
	{ "'a''b': \"c\\n\\\"\"\n", true },
	{ "a: {}\nb: []\nc: [d, {e: f, \"g\":h,}]\n", true },
	{ "a: {\n\"b\":\n", false },
	{ "a: [\n  b,  # c\n\n  'd'\n ]\n", true },
	{ "true: 1\na: c\na: d\n", true },
	{ "a: \xc3\xa4\n", false },
	{ "a: x\xc3\xa4 # \xe2\x82\xac\n", true },
	{ "a: -b\n--c: --d\n", true },
	{ "# c\n{\"a\":{\"b\":[]}}\n# d", true },

	{ "", false },
	{ "---\n", false },
	{ "a\n", false },
	{ "a: b\n  c\n", false },
	{ "a: b: c\n", false },
	{ "a: b\n c: d\n", false },
	{ " a: b\nc: d\n", false },
	{ "- a\nb: c\n", false },
	{ "a: b\n- c\n", false },
	{ "a:\n  - b\n - c\n", false },
	{ "a: 'b\n  c'\n", false },
	{ "a: \"\\x41\"\n", false },
	{ "a: &b c\n", false },
	{ "<<: {a: b}\n", false },
	{ "a: *b\n", false },
	{ "a: !!str b\n", false },
	{ "a: >\n  b\n", false },
	{ "a: |2\n  b\n", false },
	{ "a: |\n\n  b\n", false },
	{ "a: |\n  b", false },
	{ "a:\tb\n", false },
	{ "a: b\r\n", false },
	{ "a: b\xe2\x80\xa8\n", false },
	{ "a: b\n---\nc: d\n", false },
	{ "a: b\n...\n", false },
	{ "%YAML 1.1\n---\na: b\n", false },
	{ "? a\n: b\n", false },
	{ "a: [b c]\n", false },
	{ "a: [b: c]\n", false },
	{ "a: [\n---\n]\n", false },
	{ "{a: b}: c\n", false },
	{ "{a: b}\n{c: d}\n", false },
};

START_TEST(taken_as_libyaml_does)
{
	struct arena arena = ARENA_INIT;
	const struct source source =
		SOURCE_YAML("in.yaml", str_of(cases[_i].text));
	struct document quick = { .source = &source }, fully;
	struct build b;
	bool taken;

	build_init(&b, &arena, &source, &quick, NULL);
	taken = quick_read(&b);
	ck_assert_msg(taken == cases[_i].taken, "%s", cases[_i].text);
	if (taken) {
		build_finish(&b);
		ck_assert_int_eq(yaml_read_fully(&arena, &source, &fully,
						 NULL), 0);
		ck_assert_msg(same_document(&quick, &fully), "%s",
			      cases[_i].text);
	}
	build_release(&b);
	arena_release(&arena);
}
END_TEST

/* What was built in vain takes no memory. */
START_TEST(nothing_stays_behind)
{
	struct arena arena = ARENA_INIT;
	struct buf text = BUF_INIT;
	struct source source = SOURCE_YAML("in.yaml", STR_NONE);
	struct document doc;
	size_t fully;

	for (int i = 0; i < 100000; i++)
		buf_addz(&text, "- a: b\n");
	buf_addz(&text, "- &c d\n");
	source.text = buf_str(&text);
	ck_assert_int_eq(yaml_read_fully(&arena, &source, &doc, NULL), 0);
	fully = arena.used;
	arena_release(&arena);
	ck_assert_int_eq(yaml_read(&arena, &source, &doc, NULL), 0);
	ck_assert_uint_eq(arena.used, fully);
	ck_assert_uint_eq(doc.n_anchors, 1);
	arena_release(&arena);
	buf_release(&text);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("quick");
	TCase *tc = tcase_create("quick");
	SRunner *sr = srunner_create(s);
	int failed;

	suite_add_tcase(s, tc);
	tcase_add_loop_test(tc, taken_as_libyaml_does, 0,
			    ARRAY_SIZE(cases));
	tcase_add_test(tc, nothing_stays_behind);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
