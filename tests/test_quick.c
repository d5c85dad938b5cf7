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

/* Lists whose items are read again, each by itself. */
static const char *const lists[] = {
	"items:\n- a: b\n- c\n",
	"kind: List\nitems:\n# c\n- a: |\n    b\n\n\n    c\n\n# d\n\n- e:\n"
	"- f:\n  - g\n  -   h: i\n      j:\nlast: {k: [l]}\n",
	"items:\n  - {a: b, c: [\n  d]}\n  # e\n  - f: g\n  -   h:\n"
	"      # i\n      - j\n\n  # k\nlast: m\n",
	"--- # a\nitems:\n-  a: 'b''c'\n   d: \"e\\nf\"\n- g: |-\n    h\n\n",
};

static bool keeps_none(void *ctx, const struct node *item)
{
	(void)ctx;
	(void)item;
	return false;
}

/* The line of an item's dash, or of the key behind the list. */
static size_t line_of(str text, const struct node *list, uint32_t k)
{
	size_t at = k ? list->items[k - 1]->end : list->start;
	const char *dash;

	if (k == list->n) {
		dash = memmem(text.p + at, text.n - at, "\nlast:", 6);
		return dash ? (size_t)(dash - text.p) + 1 : text.n;
	}
	while (text.p[at] != '-' || text.p[at + 1] != ' ')
		at = text.p[at] == '#' ? str_find(text, at, '\n') : at + 1;
	while (at && text.p[at - 1] != '\n')
		at--;
	return at;
}

START_TEST(items_by_themselves)
{
	struct arena arena = ARENA_INIT;
	const struct source source = SOURCE_YAML("in.yaml", str_of(lists[_i]));
	struct sieve sieve = { .keeps = keeps_none };
	struct document whole, outline;
	const struct node *list, *empty;

	ck_assert(!yaml_read_lines(&arena, &source, &whole, NULL));
	ck_assert(!yaml_read_sieved(&arena, &source, &sieve, &outline, NULL));
	ck_assert(sieve.used);
	list = node_get(whole.root, SIEVE_KEY);
	empty = node_get(outline.root, SIEVE_KEY);
	ck_assert_uint_eq(list->n, empty->n);
	for (uint32_t k = 0; k < list->n; k++) {
		const struct node *left = empty->items[k], *item;

		ck_assert_uint_eq(left->start, list->items[k]->start);
		ck_assert_uint_eq(left->end, list->items[k]->end);
		ck_assert(node_is_scalar(left) || !left->n);
		item = yaml_read_item(&arena, &source,
				      line_of(source.text, list, k),
				      line_of(source.text, list, k + 1));
		ck_assert_msg(item && same_node(item, list->items[k]),
			      "item %u of\n%s", k, lists[_i]);
	}
	arena_release(&arena);
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
	tcase_add_loop_test(tc, items_by_themselves, 0, ARRAY_SIZE(lists));
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
