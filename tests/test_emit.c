/*
 * yaml/emit: scalars and collections read as the same value again, here and by
 * readers of YAML 1.1 and YAML 1.2.
 */
#include <check.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "wanted.h"
#include "yaml/emit.h"

static struct arena arena = ARENA_INIT;
static const struct emit_style block = EMIT_STYLE_DEFAULT;
static const struct emit_style json = {
	.step = 2, .item_offset = 2, .json = true, .eol = { "\n", 1 }
};

/* A text, as it is written behind a key and in a flow collection. */
static const struct {
	str text;
	const char *plain, *flow;
} quoting[] = {
	/* texts to all readers */
	{ STR("a"), "a", "a" },
	{ STR("two words"), "two words", "two words" },
	{ STR("1.2.3"), "1.2.3", "1.2.3" },
	{ STR("10.0.0.1"), "10.0.0.1", "10.0.0.1" },
	{ STR("100m"), "100m", "100m" },
	{ STR("-c"), "-c", "\"-c\"" },
	{ STR("--flag=a"), "--flag=a", "\"--flag=a\"" },
	{ STR("/bin/sh"), "/bin/sh", "/bin/sh" },
	{ STR("a:b"), "a:b", "\"a:b\"" },
	{ STR("a#b"), "a#b", "a#b" },
	{ STR("http://a/b?c=d#e"), "http://a/b?c=d#e", "\"http://a/b?c=d#e\"" },
	{ STR("a, b"), "a, b", "\"a, b\"" },
	{ STR("a]"), "a]", "\"a]\"" },
	{ STR("it's"), "it's", "it's" },
	{ STR("say \"hi\""), "say \"hi\"", "say \"hi\"" },
	{ STR("back\\slash"), "back\\slash", "back\\slash" },
	{ STR("\xc3\xa9t\xc3\xa9"), "\xc3\xa9t\xc3\xa9", "\xc3\xa9t\xc3\xa9" },
	{ STR("\xf0\x9f\x98\x80"), "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80" },
	/* something else to some reader */
	{ STR(""), "\"\"", "\"\"" },
	{ STR("~"), "\"~\"", "\"~\"" },
	{ STR("null"), "\"null\"", "\"null\"" },
	{ STR("Null"), "\"Null\"", "\"Null\"" },
	{ STR("true"), "\"true\"", "\"true\"" },
	{ STR("yes"), "\"yes\"", "\"yes\"" },
	{ STR("Off"), "\"Off\"", "\"Off\"" },
	{ STR("y"), "\"y\"", "\"y\"" },
	{ STR("N"), "\"N\"", "\"N\"" },
	{ STR("0"), "\"0\"", "\"0\"" },
	{ STR("-0"), "\"-0\"", "\"-0\"" },
	{ STR("+12"), "\"+12\"", "\"+12\"" },
	{ STR("0644"), "\"0644\"", "\"0644\"" },
	{ STR("0o7"), "\"0o7\"", "\"0o7\"" },
	{ STR("0x1F"), "\"0x1F\"", "\"0x1F\"" },
	{ STR("0b01"), "\"0b01\"", "\"0b01\"" },
	{ STR("1_000"), "\"1_000\"", "\"1_000\"" },
	{ STR("12:30"), "\"12:30\"", "\"12:30\"" },
	{ STR("12:30:45.5"), "\"12:30:45.5\"", "\"12:30:45.5\"" },
	{ STR("1e3"), "\"1e3\"", "\"1e3\"" },
	{ STR("1.5E+3"), "\"1.5E+3\"", "\"1.5E+3\"" },
	{ STR(".5"), "\".5\"", "\".5\"" },
	{ STR("5."), "\"5.\"", "\"5.\"" },
	{ STR("-.inf"), "\"-.inf\"", "\"-.inf\"" },
	{ STR(".NaN"), "\".NaN\"", "\".NaN\"" },
	{ STR("2001-01-01"), "\"2001-01-01\"", "\"2001-01-01\"" },
	{ STR("2001-1-1 12:00:00"), "\"2001-1-1 12:00:00\"",
	  "\"2001-1-1 12:00:00\"" },
	{ STR("2001-12-14t21:59:43.10-05:00"),
	  "\"2001-12-14t21:59:43.10-05:00\"",
	  "\"2001-12-14t21:59:43.10-05:00\"" },
	{ STR("="), "\"=\"", "\"=\"" },
	{ STR("<<"), "\"<<\"", "\"<<\"" },
	/* marks of the language */
	{ STR("-"), "\"-\"", "\"-\"" },
	{ STR("- a"), "\"- a\"", "\"- a\"" },
	{ STR("?"), "\"?\"", "\"?\"" },
	{ STR("? a"), "\"? a\"", "\"? a\"" },
	{ STR(":"), "\":\"", "\":\"" },
	{ STR(":a"), "\":a\"", "\":a\"" },
	{ STR("a: b"), "\"a: b\"", "\"a: b\"" },
	{ STR("a:"), "\"a:\"", "\"a:\"" },
	{ STR("a #b"), "\"a #b\"", "\"a #b\"" },
	{ STR("# a"), "\"# a\"", "\"# a\"" },
	{ STR("[a"), "\"[a\"", "\"[a\"" },
	{ STR("{{ .x }}"), "\"{{ .x }}\"", "\"{{ .x }}\"" },
	{ STR("&a"), "\"&a\"", "\"&a\"" },
	{ STR("*a"), "\"*a\"", "\"*a\"" },
	{ STR("!a"), "\"!a\"", "\"!a\"" },
	{ STR("|"), "\"|\"", "\"|\"" },
	{ STR(">"), "\">\"", "\">\"" },
	{ STR("%a"), "\"%a\"", "\"%a\"" },
	{ STR("@a"), "\"@a\"", "\"@a\"" },
	{ STR("`a"), "\"`a\"", "\"`a\"" },
	{ STR("'"), "\"'\"", "\"'\"" },
	{ STR("\"a\": b"), "'\"a\": b'", "'\"a\": b'" },
	{ STR("it's: \"\\\""), "'it''s: \"\\\"'", "'it''s: \"\\\"'" },
	{ STR("---"), "\"---\"", "\"---\"" },
	{ STR("--- a"), "\"--- a\"", "\"--- a\"" },
	{ STR("..."), "\"...\"", "\"...\"" },
	{ STR(" a"), "\" a\"", "\" a\"" },
	{ STR("a "), "\"a \"", "\"a \"" },
	/* only an escape can show it */
	{ STR("a\tb"), "\"a\\tb\"", "\"a\\tb\"" },
	{ STR("a\t"), "\"a\\t\"", "\"a\\t\"" },
	{ STR("a\rb"), "\"a\\rb\"", "\"a\\rb\"" },
	{ STR("a\r\nb"), "\"a\\r\\nb\"", "\"a\\r\\nb\"" },
	{ STR("\x01\x7f"), "\"\\u0001\\u007f\"", "\"\\u0001\\u007f\"" },
	{ STR("\0a"), "\"\\u0000a\"", "\"\\u0000a\"" },
	{ STR("a\xc2\x85z"), "\"a\\u0085z\"", "\"a\\u0085z\"" },
	{ STR("a\xe2\x80\xa8z"), "\"a\\u2028z\"", "\"a\\u2028z\"" },
	{ STR("\xef\xbb\xbf"
	      "a"),
	  "\"\\ufeffa\"", "\"\\ufeffa\"" },
	{ STR("\xf3\xa0\x80\x81"), NULL, NULL },
	/* several lines */
	{ STR("a\n"), "|\n    a", "\"a\\n\"" },
	{ STR("a\nb"), "|-\n    a\n    b", "\"a\\nb\"" },
	{ STR("a\n\n  b\n"), "|\n    a\n\n      b", "\"a\\n\\n  b\\n\"" },
	{ STR(" a\nb\n"), "|2\n     a\n    b", "\" a\\nb\\n\"" },
	{ STR("\ta\nb"), "|2-\n    \ta\n    b", "\"\\ta\\nb\"" },
	{ STR("# a\n---\n"), "|\n    # a\n    ---", "\"# a\\n---\\n\"" },
	{ STR("a \nb\t\n"), "|\n    a \n    b\t", "\"a \\nb\\t\\n\"" },
	{ STR("\n"), "\"\\n\"", "\"\\n\"" },
	{ STR("\na"), "\"\\na\"", "\"\\na\"" },
	{ STR("a\n\n"), "\"a\\n\\n\"", "\"a\\n\\n\"" },
	{ STR("a\n  \nb"), "\"a\\n  \\nb\"", "\"a\\n  \\nb\"" },
	{ STR("a\n\x01"), "\"a\\n\\u0001\"", "\"a\\n\\u0001\"" },
	{ STR("a\r\nb\r\n"), "\"a\\r\\nb\\r\\n\"", "\"a\\r\\nb\\r\\n\"" },
};

/* Text and key at once, in lists and maps of either style. */
static const struct node *tree_of(str text)
{
	struct entry *entry = arena_array(&arena, struct entry, 2);
	const struct node **items = arena_array(&arena, const struct node *, 3);
	const struct node *n = node_new_string(&arena, text), *map;

	entry[0] = (struct entry){ n, n };
	entry[1] =
		(struct entry){ node_new_string(&arena, STR("the last")), n };
	map = node_new_map(&arena, NULL, entry, 2);
	items[0] = n;
	items[1] = map;
	items[2] = n;
	return node_new_list(&arena, NULL, items, 3);
}

static void check_reads(struct buf *b, const struct node *want)
{
	struct source source = SOURCE_YAML("out", buf_str(b));
	struct document doc;
	struct err e = ERR_INIT;

	ck_assert_msg(!yaml_read(&arena, &source, &doc, &e), "%s:\n%.*s",
		      e.text, STR_ARG(source.text));
	ck_assert_msg(node_equal(doc.root, want), "another meaning:\n%.*s",
		      STR_ARG(source.text));
	buf_clear(b);
}

static void check_json_reads(struct buf *b, const struct node *want)
{
	struct source source = SOURCE_JSON("out", buf_str(b));
	const struct node *root;
	struct err e = ERR_INIT;

	ck_assert_msg(!json_scan(&arena, &source, 0, &root, &e), "%s:\n%.*s",
		      e.text, STR_ARG(source.text));
	ck_assert_msg(node_equal(root, want), "another meaning:\n%.*s",
		      STR_ARG(source.text));
	buf_clear(b);
}

static void check_everywhere(const struct node *tree)
{
	struct emit_style style = block;
	struct emit_lines lines = { STR("  "), STR("   "), true };
	struct buf b = BUF_INIT;

	emit_document(&b, tree, &block);
	buf_addc(&b, '\n');
	check_reads(&b, tree);
	style = (struct emit_style){ .step = 4,
				     .list_offset = 2,
				     .item_offset = 4,
				     .eol = STR("\r\n") };
	emit_document(&b, tree, &style);
	buf_addz(&b, "\r\n");
	check_reads(&b, tree);
	emit_flow(&b, tree, &block);
	check_reads(&b, tree);
	style = block;
	style.quote = '"';
	buf_addz(&b, "  ");
	emit_flow_lines(&b, tree, &lines, &style);
	check_reads(&b, tree);
	style.quote = '\'';
	style.quoted_keys = true;
	emit_flow(&b, tree, &style);
	check_reads(&b, tree);
	emit_document(&b, tree, &style);
	buf_addc(&b, '\n');
	check_reads(&b, tree);
	emit_flow(&b, tree, &json);
	check_json_reads(&b, tree);
	style = json;
	style.tight = style.cuddled = true;
	lines.trailing_comma = false;
	emit_flow_lines(&b, tree, &lines, &style);
	check_json_reads(&b, tree);
	buf_release(&b);
}

START_TEST(quotes)
{
	const struct node *n = node_new_string(&arena, quoting[_i].text);
	struct buf b = BUF_INIT;

	emit_value(&b, n, 2, &block);
	if (quoting[_i].plain)
		ck_assert_str_eq(buf_z(&b) + 1, quoting[_i].plain);
	buf_clear(&b);
	emit_flow(&b, n, &block);
	if (quoting[_i].flow)
		ck_assert_str_eq(buf_z(&b), quoting[_i].flow);
	buf_release(&b);
	check_everywhere(tree_of(quoting[_i].text));
	check_everywhere(n);
	arena_reset(&arena);
}
END_TEST

/* What a plain scalar is not text to: the types of yaml.org/type and those of
 * the core schema of YAML 1.2, as their pages give them. */
static const char typed[] =
	"^(~|null|Null|NULL|"
	"y|Y|yes|Yes|YES|n|N|no|No|NO|true|True|TRUE|false|False|FALSE|"
	"on|On|ON|off|Off|OFF|=|<<|"
	"[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(0|[1-9][0-9_]*)|"
	"[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(:[0-5]?[0-9])+|"
	"[-+]?([0-9][0-9_]*)?\\.[0-9.]*([eE][-+][0-9]+)?|"
	"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+\\.[0-9_]*|"
	"[-+]?\\.(inf|Inf|INF)|\\.(nan|NaN|NAN)|"
	"[0-9]{4}-[0-9]{2}-[0-9]{2}|"
	"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}"
	":[0-9]{2}(\\.[0-9]*)?([ \t]*(Z|[-+][0-9]{1,2}(:[0-9]{2})?))?|"
	"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+|"
	"[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?)$";

/* Floats by the letter of yaml.org/type, but to no reader: `1.2.3`, `-.`,
 * `.e-0`. */
static bool is_pedantic(const char *z)
{
	const char *point = strchr(z, '.');

	return point && (strchr(point + 1, '.') ||
			 strcspn(z, "0123456789") >= strcspn(z, "eE"));
}

/* All short texts of the characters that types are made of. */
START_TEST(no_plain_text_is_typed)
{
	static const char set[] = "0178_.:-+eEx~=<yno";
	const size_t k = sizeof(set) - 1;
	uint32_t plain = 0, quoted = 0;
	struct buf b = BUF_INIT;
	regex_t re;

	ck_assert(!regcomp(&re, typed, REG_EXTENDED | REG_NOSUB));
	for (size_t i = 0; i < k * k * k * k; i++) {
		char z[] = { set[i % k], set[i / k % k], set[i / k / k % k],
			     set[i / k / k / k], 0 };
		size_t n = 1 + i % 4;

		z[n] = 0;
		buf_clear(&b);
		emit_text(&b, str_of(z), false, &block);
		if (b.p[0] == '"') {
			quoted++;
			continue;
		}
		plain++;
		ck_assert_msg(is_pedantic(z) || regexec(&re, z, 0, NULL, 0),
			      "%s is written plain", z);
	}
	regfree(&re);
	buf_release(&b);
	ck_assert_uint_gt(plain, 1000);
	ck_assert_uint_gt(quoted, 1000);
}
END_TEST

/* Any bytes of UTF-8 read back. */
START_TEST(random_texts_read_back)
{
	static const char *const parts[] = {
		"a",
		"b c",
		"\n",
		"\n",
		" ",
		"\t",
		":",
		"#",
		"-",
		"?",
		",",
		"[",
		"}",
		"'",
		"\"",
		"\\",
		"1",
		"0",
		"\r",
		"\xc2\x85",
		"|",
		">",
		"&",
		"*",
		"!",
		"%",
		"\xe2\x80\xa9",
		"\xef\xbb\xbf",
		"\xc3\xa9",
		"\xf0\x9f\x98\x80",
		"---",
		"...",
		"~",
		"=",
	};
	uint32_t state = 1;

	for (int i = 0; i < 1000; i++) {
		struct buf b = BUF_INIT;

		for (uint32_t n = (state >> 8) % 9; n > 0; n--) {
			state = state * 1664525 + 1013904223;
			buf_addz(&b, parts[(state >> 16) %
					   ARRAY_SIZE(parts)]);
		}
		state = state * 1664525 + 1013904223;
		check_everywhere(tree_of(arena_str(&arena, buf_str(&b))));
		buf_release(&b);
		arena_reset(&arena);
	}
}
END_TEST

/* A tree, in YAML, and how it is written behind the key `k` at column 2. */
static const struct {
	const char *tree;
	struct emit_style style;
	const char *out;
} layouts[] = {
	{ "{a: {b: [1, {c: 2, d: 3}]}, e: [[1, 2], []]}", EMIT_STYLE_DEFAULT,
	  "\n    a:\n      b:\n      - 1\n      - c: 2\n        d: 3\n"
	  "    e:\n    - - 1\n      - 2\n    - []" },
	{ "{a: {b: [1, {c: 2, d: 3}]}, e: [[1, 2], {}]}",
	  { .step = 4,
	    .list_offset = 2,
	    .item_offset = 3,
	    .eol = { "\r\n", 2 } },
	  "\r\n      a:\r\n          b:\r\n            -  1\r\n"
	  "            -  c: 2\r\n               d: 3\r\n"
	  "      e:\r\n        -  -  1\r\n           -  2\r\n"
	  "        -  {}" },
	{ "{a: [\"b\\n\"], c: \"d\\ne\"}", EMIT_STYLE_DEFAULT,
	  "\n    a:\n    - |\n      b\n    c: |-\n      d\n      e" },
	{ "{a: \"d\\ne\"}",
	  { .step = 2, .item_offset = 2, .flat = true, .eol = { "\n", 1 } },
	  "\n    a: \"d\\ne\"" },
	{ "{a: \" d\\ne\"}",
	  { .step = 12, .item_offset = 2, .eol = { "\n", 1 } },
	  "\n              a: |9-\n                        d\n"
	  "                       e" },
	{ "[0644, 0x1F, 1_000, 1.50, yes, Off, ~, 0o17, '0644']",
	  { .json = true, .eol = { "\n", 1 } },
	  " [420, 31, 1000, 1.5, true, false, null, 15, \"0644\"]" },
	{ "{a: 1, '0644': [x, 'true', {b: -c}], 17: z}",
	  { .json = true, .tight = true, .eol = { "\n", 1 } },
	  " {\"a\":1,\"0644\":[\"x\",\"true\",{\"b\":\"-c\"}],"
	  "\"17\":\"z\"}" },
	{ "[\"\\U0001F600\\u0001\\u0085\"]",
	  { .json = true, .eol = { "\n", 1 } },
	  " [\"\xf0\x9f\x98\x80\\u0001\\u0085\"]" },
};

START_TEST(layout)
{
	struct document doc = wanted_document(&arena, str_of(layouts[_i].tree));
	struct buf b = BUF_INIT;

	emit_value(&b, doc.root, 2, &layouts[_i].style);
	ck_assert_str_eq(buf_z(&b), layouts[_i].out);
	buf_release(&b);
	arena_reset(&arena);
}
END_TEST

/* The same in flow, over lines that begin at column 2, three more a level. */
static const struct {
	const char *tree;
	bool trailing_comma;
	struct emit_style style;
	const char *out;
} flows[] = {
	{ "{a: 1, b: {}, c: [x, {d: e}]}", false, EMIT_STYLE_DEFAULT,
	  "{\n     a: 1,\n     b: {},\n     c: [\n        x,\n        {\n"
	  "           d: e\n        }\n     ]\n  }" },
	{ "{a: [{b: 1}, {c: x}], d: [y1, z1]}",
	  true,
	  { .quote = '"', .cuddled = true, .eol = { "\n", 1 } },
	  "{\n     a: [{\n        b: 1,\n     }, {\n        c: \"x\",\n"
	  "     }],\n     d: [\n        \"y1\",\n        \"z1\",\n     ],\n"
	  "  }" },
	{ "{a: [b, \"it's\", \"c\\n\", true]}",
	  false,
	  { .quote = '\'', .quoted_keys = true, .eol = { "\n", 1 } },
	  "{\n     \"a\": [\n        'b',\n        'it''s',\n"
	  "        \"c\\n\",\n        true\n     ]\n  }" },
	{ "{a: [{b: 1}], c: [x]}",
	  false,
	  { .json = true, .eol = { "\r\n", 2 } },
	  "{\r\n     \"a\": [\r\n        {\r\n           \"b\": 1\r\n"
	  "        }\r\n     ],\r\n     \"c\": [\r\n        \"x\"\r\n"
	  "     ]\r\n  }" },
};

START_TEST(flow_lines)
{
	struct document doc = wanted_document(&arena, str_of(flows[_i].tree));
	struct emit_lines lines = { STR("  "), STR("   "),
				    flows[_i].trailing_comma };
	struct buf b = BUF_INIT;

	emit_flow_lines(&b, doc.root, &lines, &flows[_i].style);
	ck_assert_str_eq(buf_z(&b), flows[_i].out);
	check_reads(&b, doc.root);
	buf_release(&b);
	arena_reset(&arena);
}
END_TEST

static const struct node *map_of_long_key(char c, size_t n)
{
	struct entry *entries = arena_array(&arena, struct entry, 2);
	char *key = arena_alloc(&arena, n);

	memset(key, c, n);
	entries[0].key = node_new_string(&arena, (str){ key, n });
	entries[0].value = node_new_string(&arena, STR("v"));
	entries[1].key = node_new_string(&arena, STR("last"));
	entries[1].value = node_new_map(&arena, NULL, entries, 1);
	return node_new_map(&arena, NULL, entries, 2);
}

/* libyaml takes keys of 1024 bytes at most, unless behind a `?`; escapes make
 * them longer. */
START_TEST(long_keys)
{
	static const size_t lengths[] = { 166,	170,  900,  999, 1000,
					  1001, 1023, 1025, 5000 };

	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		struct buf b = BUF_INIT;

		emit_document(&b, map_of_long_key('a', lengths[i]), &block);
		ck_assert_int_eq(b.p[0] == '?',
				 lengths[i] > EMIT_SIMPLE_KEY_MAX);
		buf_release(&b);
		check_everywhere(map_of_long_key('a', lengths[i]));
		check_everywhere(map_of_long_key(1, lengths[i]));
		check_everywhere(map_of_long_key('\n', lengths[i]));
		arena_reset(&arena);
	}
}
END_TEST

static bool put_item(void *ctx, struct buf *b, const struct node *item,
		     uint32_t column)
{
	if (item != ctx)
		return false;
	buf_printf(b, "<%u>", column);
	return true;
}

/* Whoever moves lines writes an item instead; not the one on a dash's line. */
START_TEST(items_of_somebody_else)
{
	struct document doc =
		wanted_document(&arena, STR("[[a, b], {k: [c, d]}]"));
	struct emit_style style = block;
	struct buf b = BUF_INIT;

	style.item = put_item;
	style.ctx = (void *)(uintptr_t)wanted_at(doc.root, STR("1.k.1"));
	emit_value(&b, doc.root, 0, &style);
	ck_assert_str_eq(buf_z(&b), "\n- - a\n  - b\n- k:\n  - c\n<2>");
	buf_clear(&b);
	style.ctx = (void *)(uintptr_t)wanted_at(doc.root, STR("0.0"));
	emit_value(&b, doc.root, 0, &style);
	ck_assert_str_eq(buf_z(&b), "\n- - a\n  - b\n- k:\n  - c\n  - d");
	buf_release(&b);
	arena_reset(&arena);
}
END_TEST

/* An alias is written as the value that it stands for. */
START_TEST(aliases_are_values)
{
	struct document doc =
		wanted_document(&arena, STR("{a: &x {b: 1}, c: *x}"));
	struct buf b = BUF_INIT;

	emit_document(&b, doc.root, &block);
	ck_assert_str_eq(buf_z(&b), "a:\n  b: 1\nc:\n  b: 1");
	buf_release(&b);
	arena_reset(&arena);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("emit");
	TCase *tc = tcase_create("emit");
	SRunner *sr = srunner_create(s);
	int failed;

	suite_add_tcase(s, tc);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, quotes, 0, ARRAY_SIZE(quoting));
	tcase_add_test(tc, no_plain_text_is_typed);
	tcase_add_test(tc, random_texts_read_back);
	tcase_add_loop_test(tc, layout, 0, ARRAY_SIZE(layouts));
	tcase_add_loop_test(tc, flow_lines, 0, ARRAY_SIZE(flows));
	tcase_add_test(tc, long_keys);
	tcase_add_test(tc, items_of_somebody_else);
	tcase_add_test(tc, aliases_are_values);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	arena_release(&arena);
	return failed != 0;
}
