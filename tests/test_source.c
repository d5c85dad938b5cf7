#include <check.h>
#include <stdlib.h>

#include "base/array.h"
#include "tree/source.h"
#include "tree/utf8.h"

/* Some 40 KB: long and short lines, two-byte characters, CRLF, empty lines. */
static struct buf long_text(const char *head)
{
	struct buf b = BUF_INIT;

	buf_addz(&b, head);
	for (unsigned i = 0; i < 700; i++) {
		buf_printf(&b, "%u: ", i);
		for (unsigned k = 0; k < i % 90; k++)
			buf_addz(&b, k % 7 ? "x" : "\xc3\xa4");
		buf_addz(&b, i % 5 ? "\n" : "\r\n\n");
	}
	buf_fill(&b, 'y', 9000);
	return b;
}

static void same_pos(struct pos a, struct pos b, size_t at)
{
	ck_assert_msg(a.line == b.line && a.column == b.column,
		      "byte %zu: %u:%u, not %u:%u", at, a.line, a.column,
		      b.line, b.column);
	ck_assert_str_eq(a.file, b.file);
}

static const char *const heads[] = { "", "\xef\xbb\xbf", "\n" };

/* An index changes no answer, in whatever order the questions come. */
START_TEST(test_index)
{
	struct buf text = long_text(heads[_i]);
	struct source plain = SOURCE_YAML("f", buf_str(&text));
	struct arena a = ARENA_INIT;
	struct source forward, backward;

	plain.line = 5;
	plain.column = 3;
	forward = backward = plain;
	source_index(&a, &forward);
	source_index(&a, &backward);
	for (size_t at = 0; at <= text.n; at += 13)
		same_pos(source_pos(&forward, at), source_pos(&plain, at), at);
	for (size_t at = text.n + 1; at-- > 0;)
		if (at % 17 == 0 || at % 4096 < 3)
			same_pos(source_pos(&backward, at),
				 source_pos(&plain, at), at);
	arena_release(&a);
	buf_release(&text);
}
END_TEST

static const struct {
	const char *text;
	size_t at;
	uint32_t line, column;
} places[] = {
	{ "", 0, 1, 1 },
	{ "abc", 2, 1, 3 },
	{ "a\nb", 2, 2, 1 },
	{ "a\r\nb", 3, 2, 1 },
	{ "a\n", 2, 2, 1 },
	{ "\xc3\xa4" "b", 2, 1, 2 },
	{ "\xef\xbb\xbf" "ab", 0, 1, 1 },
	{ "\xef\xbb\xbf" "ab", 3, 1, 1 },
	{ "\xef\xbb\xbf" "ab", 4, 1, 2 },
};

START_TEST(test_place)
{
	const struct source s = SOURCE_JSON("f", str_of(places[_i].text));
	struct pos pos = source_pos(&s, places[_i].at);

	ck_assert_uint_eq(pos.line, places[_i].line);
	ck_assert_uint_eq(pos.column, places[_i].column);
}
END_TEST

/* A text within another file, and what a template rendered. */
START_TEST(test_map)
{
	const struct source template = {
		.name = "config.yaml", .line = 7, .column = 5, .indent = 4,
		.text = STR("a: {{ .x }}\nb: c\n"), .template = STR("t"),
	};
	const struct source_part parts[] = {
		{ .at = 0, .from = 0, .copied = true },
		{ .at = 3, .from = 6 },
		{ .at = 6, .from = 11, .copied = true },
	};
	const struct source_map map = { &template, parts, 3 };
	struct source rendered = {
		.name = "t", .text = STR("a: 123\nb: c\n"), .map = &map,
	};
	static const struct pos wanted[] = {
		{ "config.yaml", 7, 5 }, { "config.yaml", 7, 6 },
		{ "config.yaml", 7, 7 }, { "config.yaml", 7, 11 },
		{ "config.yaml", 7, 11 }, { "config.yaml", 7, 11 },
		{ "config.yaml", 7, 16 }, { "config.yaml", 8, 5 },
		{ "config.yaml", 8, 6 },
	};

	for (size_t at = 0; at < ARRAY_SIZE(wanted); at++)
		same_pos(source_pos(&rendered, at), wanted[at], at);
	rendered.text = STR("b: c\n");	/* the second of two documents */
	rendered.offset = 7;
	same_pos(source_pos(&rendered, 1), wanted[8], 1);
}
END_TEST

START_TEST(test_one_place)
{
	const struct source s = {
		.name = "f", .line = 3, .column = 4, .text = STR("a\nb"),
		.one_place = true,
	};

	same_pos(source_pos(&s, 2), (struct pos){ "f", 3, 4 }, 2);
}
END_TEST

static const struct {
	const char *text;
	bool rare;
} breaks[] = {
	{ "", false },			{ "a\nb\r\nc", false },
	{ "a\rb", true },		{ "a\r", true },
	{ "a\xc2\x85" "b", true },	{ "a\xc2\xa0" "b", false },
	{ "a\xe2\x80\xa8" "b", true },	{ "a\xe2\x80\xa9" "b", true },
	{ "a\xe2\x80\xa6" "b", false },
};

START_TEST(test_rare_breaks)
{
	ck_assert_int_eq(utf8_has_rare_breaks(str_of(breaks[_i].text)),
			 breaks[_i].rare);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("source");
	TCase *tc = tcase_create("source");
	SRunner *r;
	int failed;

	tcase_add_loop_test(tc, test_index, 0, ARRAY_SIZE(heads));
	tcase_add_loop_test(tc, test_place, 0, ARRAY_SIZE(places));
	tcase_add_test(tc, test_map);
	tcase_add_test(tc, test_one_place);
	tcase_add_loop_test(tc, test_rare_breaks, 0, ARRAY_SIZE(breaks));
	suite_add_tcase(s, tc);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
