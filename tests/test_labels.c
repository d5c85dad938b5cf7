#include <check.h>
#include <stdlib.h>

#include "json/scan.h"
#include "k8s/labels.h"

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

#define EXPRESSION(key, operator, values) \
	"{\"matchExpressions\":[{\"key\":\"" key "\",\"operator\":\"" \
	operator "\",\"values\":" values "}]}"

/* A selector, labels, and whether they match. */
static const struct {
	const char *selector, *labels;
	bool match;
} cases[] = {
	{ "{}", "{}", true },
	{ "null", "{\"a\":\"b\"}", true },
	{ "{\"matchLabels\":{\"a\":\"b\"}}", "{\"a\":\"b\",\"c\":\"d\"}",
	  true },
	{ "{\"matchLabels\":{\"a\":\"b\"}}", "{\"a\":\"B\"}", false },
	{ "{\"matchLabels\":{\"a\":\"b\"}}", "{}", false },
	{ "{\"matchLabels\":{\"a\":\"\"}}", "{\"a\":\"\"}", true },
	{ "{\"matchLabels\":{\"a\":\"\"}}", "{}", false },
	{ "{\"matchLabels\":{\"a\":\"b\",\"c\":\"d\"}}", "{\"a\":\"b\"}",
	  false },
	/* as Go reads what is no text */
	{ "{\"matchLabels\":{\"a\":true}}", "{\"a\":\"true\"}", true },
	{ "{\"matchLabels\":{\"a\":\"1.5\"}}", "{\"a\":1.50}", true },
	{ "{\"matchLabels\":{\"a\":null}}", "{\"a\":\"\"}", true },

	{ EXPRESSION("a", "In", "[\"x\",\"y\"]"), "{\"a\":\"y\"}", true },
	{ EXPRESSION("a", "In", "[\"x\",\"y\"]"), "{\"a\":\"z\"}", false },
	{ EXPRESSION("a", "In", "[\"x\",\"y\"]"), "{}", false },
	{ EXPRESSION("a", "NotIn", "[\"x\"]"), "{\"a\":\"x\"}", false },
	{ EXPRESSION("a", "NotIn", "[\"x\"]"), "{\"a\":\"y\"}", true },
	{ EXPRESSION("a", "NotIn", "[\"x\"]"), "{}", true },
	{ EXPRESSION("a", "Exists", "[]"), "{\"a\":\"\"}", true },
	{ EXPRESSION("a", "Exists", "null"), "{}", false },
	{ EXPRESSION("a", "DoesNotExist", "[]"), "{\"a\":\"\"}", false },
	{ EXPRESSION("a", "DoesNotExist", "[]"), "{}", true },
	{ EXPRESSION("example.com/a", "Exists", "[]"),
	  "{\"example.com/a\":\"x\"}", true },
	/* all must hold */
	{ "{\"matchLabels\":{\"a\":\"b\"},\"matchExpressions\":["
	  "{\"key\":\"c\",\"operator\":\"Exists\"}]}", "{\"a\":\"b\"}",
	  false },
	{ "{\"matchLabels\":{\"a\":\"b\"},\"matchExpressions\":["
	  "{\"key\":\"c\",\"operator\":\"Exists\"}]}",
	  "{\"a\":\"b\",\"c\":\"\"}", true },
};

START_TEST(test_match)
{
	struct err e = ERR_INIT;

	ck_assert_msg(labels_match(json(cases[_i].selector),
				   json(cases[_i].labels), &e) ==
		      cases[_i].match, "%s %s", cases[_i].selector,
		      cases[_i].labels);
	ck_assert(!e.set);
}
END_TEST

#define LONG_64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
	"aaaaaaaaaaaaaaaa"

/* Selectors at fault, and what their error says; columns are of the place. */
static const struct {
	const char *selector, *text;
	uint32_t column;
} wrong[] = {
	{ EXPRESSION("a", "in", "[\"x\"]"),
	  "\"in\" is not a valid label selector operator", 44 },
	{ "{\"matchExpressions\":[{\"key\":\"a\"}]}",
	  "\"\" is not a valid label selector operator", 22 },
	{ EXPRESSION("a", "In", "[]"), "operator In needs values", 58 },
	{ EXPRESSION("a", "NotIn", "null"), "operator NotIn needs values",
	  61 },
	{ EXPRESSION("a", "Exists", "[\"x\"]"),
	  "operator Exists takes no values", 62 },
	{ EXPRESSION("a b", "Exists", "[]"),
	  "\"a b\" is not a valid label key", 29 },
	{ EXPRESSION("", "Exists", "[]"), "\"\" is not a valid label key",
	  29 },
	{ EXPRESSION("a/b/c", "Exists", "[]"),
	  "\"a/b/c\" is not a valid label key", 29 },
	{ EXPRESSION("/b", "Exists", "[]"),
	  "\"/b\" is not a valid label key", 29 },
	{ EXPRESSION("A.com/b", "Exists", "[]"),
	  "\"A.com/b\" is not a valid label key", 29 },
	{ EXPRESSION("a..com/b", "Exists", "[]"),
	  "\"a..com/b\" is not a valid label key", 29 },
	{ EXPRESSION(LONG_64, "Exists", "[]"),
	  "\"" LONG_64 "\" is not a valid label key", 29 },
	{ EXPRESSION("a", "In", "[\"x\",\"-x\"]"),
	  "\"-x\" is not a valid label value", 63 },
	{ "{\"matchLabels\":{\"a\":\"x_\"}}",
	  "\"x_\" is not a valid label value", 21 },
	/* behind what does not match */
	{ "{\"matchLabels\":{\"c\":\"d\",\"-\":\"d\"}}",
	  "\"-\" is not a valid label key", 25 },
};

START_TEST(test_wrong)
{
	struct err e = ERR_INIT;

	ck_assert_int_eq(labels_match(json(wrong[_i].selector), NULL, &e), -1);
	ck_assert_str_eq(e.text, wrong[_i].text);
	ck_assert_uint_eq(e.pos.column, wrong[_i].column);
}
END_TEST

START_TEST(test_empty)
{
	ck_assert(labels_selector_empty(json("{}")));
	ck_assert(labels_selector_empty(json("null")));
	ck_assert(labels_selector_empty(json("{\"matchLabels\":{},"
					     "\"matchExpressions\":[]}")));
	ck_assert(!labels_selector_empty(json("{\"matchLabels\":{\"a\":"
					      "\"b\"}}")));
	ck_assert(!labels_selector_empty(json(EXPRESSION("a", "Exists",
							 "[]"))));
}
END_TEST

/* As apimachinery's labels.Parse has it: a text, labels, 1 match, 0 none, -1
 * no selector. */
static const struct {
	const char *text, *labels;
	int match;
} texts[] = {
	{ "", "{}", 1 },
	{ " ", "{\"a\":\"b\"}", 1 },
	{ "a=b", "{\"a\":\"b\"}", 1 },
	{ "a==b", "{\"a\":\"b\"}", 1 },
	{ " a = b ", "{\"a\":\"b\"}", 1 },
	{ "a=b", "{\"a\":\"c\"}", 0 },
	{ "a=b", "{}", 0 },
	{ "a=", "{\"a\":\"\"}", 1 },
	{ "a=,b", "{\"a\":\"\",\"b\":\"x\"}", 1 },
	{ "a!=b", "{\"a\":\"b\"}", 0 },
	{ "a!=b", "{\"a\":\"c\"}", 1 },
	{ "a!=b", "{}", 1 },
	{ "a", "{\"a\":\"\"}", 1 },
	{ "a", "{}", 0 },
	{ "!a", "{}", 1 },
	{ "! a", "{\"a\":\"b\"}", 0 },
	{ "a in (x,y)", "{\"a\":\"y\"}", 1 },
	{ "a in(x,y)", "{\"a\":\"z\"}", 0 },
	{ "a in ( x , y )", "{\"a\":\"x\"}", 1 },
	{ "a in (x,)", "{\"a\":\"\"}", 1 },
	{ "a in ()", "{\"a\":\"\"}", 1 },
	{ "a notin (x,y)", "{\"a\":\"y\"}", 0 },
	{ "a notin (x,y)", "{}", 1 },
	{ "in in (in)", "{\"in\":\"in\"}", 1 },
	{ "a=b,c!=d,e in (x,y),!f", "{\"a\":\"b\",\"e\":\"x\"}", 1 },
	{ "a=b,c!=d,e in (x,y),!f",
	  "{\"a\":\"b\",\"e\":\"x\",\"f\":\"\"}", 0 },
	{ "example.com/a=b", "{\"example.com/a\":\"b\"}", 1 },

	{ ",", "{}", -1 },
	{ "a,", "{}", -1 },
	{ "a,,b", "{}", -1 },
	{ ",a", "{}", -1 },
	{ "!", "{}", -1 },
	{ "=b", "{}", -1 },
	{ "a!b", "{}", -1 },
	{ "a b", "{}", -1 },
	{ "a=b c", "{}", -1 },
	{ "!a=b", "{}", -1 },
	{ "a in", "{}", -1 },
	{ "a in x", "{}", -1 },
	{ "a in (x", "{}", -1 },
	{ "a in (x y)", "{}", -1 },
	{ "a in (x))", "{}", -1 },
	{ "a===b", "{}", -1 },
	{ "a= =b", "{}", -1 },
	{ "a! =b", "{}", -1 },
	{ "-a=b", "{}", -1 },
	{ "a=-b", "{}", -1 },
	{ "a/b/c=d", "{}", -1 },
};

START_TEST(test_text)
{
	const char *text = texts[_i].text;
	struct err e = ERR_INIT;
	const struct node *selector = labels_selector_of(&arena, str_of(text),
							 &e);
	int match = selector ? labels_match(selector, json(texts[_i].labels),
					    &e) : -1;

	ck_assert_msg(match == texts[_i].match, "%s: %d %s", text, match,
		      e.text);
	ck_assert(e.set == (match < 0));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("labels");
	TCase *tc = tcase_create("selectors");
	SRunner *sr = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tc, test_match, 0, sizeof(cases) / sizeof(*cases));
	tcase_add_loop_test(tc, test_wrong, 0, sizeof(wrong) / sizeof(*wrong));
	tcase_add_loop_test(tc, test_text, 0, sizeof(texts) / sizeof(*texts));
	tcase_add_test(tc, test_empty);
	suite_add_tcase(suite, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	arena_release(&arena);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
