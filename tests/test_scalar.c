/*
 * tree/scalar: types, spellings and quoting, and the results of
 * sigs.k8s.io/yaml for 344 documents.
 */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "json/scan.h"
#include "json/text.h"
#include "tree/scalar.h"
#include "yaml/read.h"

static const struct {
	const char *text;
	enum node_kind kind;
	const char *json;	/* NULL: not looked at */
	const char *key;
} kinds[] = {
	{ "", NODE_NULL, "null", NULL },
	{ "~", NODE_NULL, "null", NULL },
	{ "NULL", NODE_NULL, "null", NULL },
	{ "nULL", NODE_STRING, NULL, "nULL" },
	{ "y", NODE_BOOL, "true", "true" },
	{ "Off", NODE_BOOL, "false", "false" },
	{ "oFF", NODE_STRING, NULL, "oFF" },
	{ "0", NODE_INT, "0", "0" },
	{ "-0", NODE_INT, "0", "0" },
	{ "017", NODE_INT, "15", "15" },
	{ "0o17", NODE_INT, "15", "15" },
	{ "-0x1F", NODE_INT, "-31", "-31" },
	{ "0b-1", NODE_INT, "-1", "-1" },
	{ "1_000", NODE_INT, "1000", "1000" },
	{ "_1", NODE_STRING, NULL, "_1" },
	{ "0x", NODE_STRING, NULL, "0x" },
	{ "9223372036854775807", NODE_INT, "9223372036854775807", NULL },
	{ "9223372036854775808", NODE_UINT, "9223372036854775808", NULL },
	{ "-9223372036854775808", NODE_INT, "-9223372036854775808", NULL },
	{ "-9223372036854775809", NODE_FLOAT, "-9223372036854776000", NULL },
	{ "18446744073709551616", NODE_FLOAT, "18446744073709552000", NULL },
	{ "0x10000000000000000", NODE_STRING, NULL, NULL },
	{ "08", NODE_FLOAT, "8", "8" },
	{ "1.0", NODE_FLOAT, "1", "1" },
	{ "-0.0", NODE_FLOAT, "-0", "-0" },
	{ "1e-7", NODE_FLOAT, "1e-7", "1e-07" },
	{ "1e21", NODE_FLOAT, "1e+21", "1e+21" },
	{ "1e6", NODE_FLOAT, "1000000", "1e+06" },
	{ "100000.5", NODE_FLOAT, "100000.5", "100000.5" },
	{ "3.14159265358979", NODE_FLOAT, "3.14159265358979", "3.1415927" },
	{ "5e-324", NODE_FLOAT, "5e-324", "0" },
	{ "1e300", NODE_FLOAT, "1e+300", ".inf" },
	{ "1e400", NODE_STRING, NULL, NULL },
	{ "1e-400", NODE_FLOAT, "0", "0" },
	{ ".5_5", NODE_FLOAT, "0.55", "0.55" },
	{ ".5_", NODE_STRING, NULL, NULL },
	{ ".5__5", NODE_STRING, NULL, NULL },
	{ "5.684341886080801486968994140625e-14", NODE_FLOAT,
	  "5.684341886080802e-14", NULL },
	{ "12:30:45", NODE_STRING, NULL, NULL },
	{ "2001-12-14", NODE_STRING, NULL, NULL },
	{ "-.inf", NODE_FLOAT, NULL, "-.inf" },
	{ ".NaN", NODE_FLOAT, NULL, ".nan" },
	{ ".Nan", NODE_STRING, NULL, NULL },
	{ "<<", NODE_STRING, NULL, "<<" },
};

static void assert_text(const struct buf *b, const char *want, const char *of)
{
	ck_assert_msg(str_eq(buf_str(b), str_of(want)), "%s: %.*s, not %s", of,
		      STR_ARG(buf_str(b)), want);
}

START_TEST(kinds_and_spellings)
{
	struct node n = { .kind = 0 };
	struct buf b = BUF_INIT;

	n.text = kinds[_i].text;
	n.n = (uint32_t)strlen(n.text);
	n.kind = (uint8_t)scalar_kind(node_text(&n));
	ck_assert_msg(n.kind == kinds[_i].kind, "%s is kind %d", n.text,
		      n.kind);
	if (kinds[_i].json) {
		scalar_json(&b, &n);
		assert_text(&b, kinds[_i].json, n.text);
	}
	buf_clear(&b);
	if (kinds[_i].key) {
		scalar_key_text(&b, &n);
		assert_text(&b, kinds[_i].key, n.text);
	}
	buf_release(&b);
}
END_TEST

static bool equal(const char *a, const char *b)
{
	struct node x = { .text = a, .n = (uint32_t)strlen(a) };
	struct node y = { .text = b, .n = (uint32_t)strlen(b) };

	x.kind = (uint8_t)scalar_kind(node_text(&x));
	y.kind = (uint8_t)scalar_kind(node_text(&y));
	return scalar_equal(&x, &y);
}

START_TEST(equality_is_of_values)
{
	ck_assert(equal("1", "1.0"));
	ck_assert(equal("017", "15"));
	ck_assert(equal("yes", "true"));
	ck_assert(equal("~", ""));
	ck_assert(equal("1e3", "1000"));
	ck_assert(equal(".nan", ".NaN"));
	ck_assert(equal("9223372036854775808", "9223372036854775808.0"));
	ck_assert(!equal("9007199254740993", "9007199254740992.0"));
	ck_assert(!equal("-1", "18446744073709551615"));
	ck_assert(!equal("true", "1"));
	ck_assert(!equal("a", "b"));
	ck_assert(!equal("~", "0"));
}
END_TEST

START_TEST(numbers_into_integers)
{
	struct node n = { .kind = NODE_FLOAT, .text = "1e3", .n = 3 };
	int64_t i;
	uint64_t u;

	ck_assert(scalar_int64(&n, &i) && i == 1000);
	n.text = "1.5";
	ck_assert(!scalar_int64(&n, &i));
	n = (struct node){ .kind = NODE_INT, .text = "-1", .n = 2 };
	ck_assert(scalar_int64(&n, &i) && i == -1);
	ck_assert(!scalar_uint64(&n, &u));
	ck_assert_double_eq(scalar_double(&n), -1);
	n = (struct node){ .kind = NODE_UINT, .text = "18446744073709551615",
			   .n = 20 };
	ck_assert(!scalar_int64(&n, &i));
	ck_assert(scalar_uint64(&n, &u) && u == UINT64_MAX);
}
END_TEST

static const char *const quoted[] = {
	"",	   "~",		 "null",       "yes",	   "No",     "y",
	"on",	   "=",		 "<<",	       ".inf",	   "-.INF",  ".nan",
	"1",	   "-1",	 "+1",	       "1.5",	   "1.",     ".5",
	"1e3",	   "1e+3",	 "0x1F",       "0o7",	   "017",    "0b1",
	"1_000",   "1,000",	 "12:30",      "12:30:45", "1:2.5",  "-1:30",
	"0b-1",	   "2001-01-01", "2001-1-1 1", "1_",	   "+_1",    "1e400",
	"2001-12-14t21:59:43.10-05:00",
};

static const char *const unquoted[] = {
	"a",	  "nginx:1.2",	"1.2.3",	"10.0.0.1", "100m",   "1Gi",
	"8080-tcp", "v1",	"yesterday",	"a=b",	    "<",      "0xyz",
	"1.2.3-4", "2001-01-01x", "20010-01-01", "x1",	    "0o8",
	"10.0.0.0/8", "12:ab", "true-ish",
};

START_TEST(quotes)
{
	for (size_t i = 0; i < ARRAY_SIZE(quoted); i++)
		ck_assert_msg(scalar_needs_quotes(str_of(quoted[i])),
			      "%s wants quotes", quoted[i]);
	for (size_t i = 0; i < ARRAY_SIZE(unquoted); i++)
		ck_assert_msg(!scalar_needs_quotes(str_of(unquoted[i])),
			      "%s wants no quotes", unquoted[i]);
}
END_TEST

/* The documents that libyaml itself answers otherwise. */
static const char *const differing[] = {
	"key/empty-flow-seq",
	"key/empty-flow-map",
	"double/single-quote-escaped",
	"tag/comma-in-tag",
	"tag/in-block-eats-flow-indicators",
	"flow/plain-key-no-space-at-end",
	"flow/plain-colon-then-comma",
	"doc/second-has-control-character-far-away",
	"bytes/bom-at-line-start",
	"double/slash-escape-is-an-error",
	"flow/json-slash-escape",
	"flow/question-mark-in-plain",
	"flow/question-mark-ends-plain-in-map",
	"flow/url",
	"doc/yaml-1.2",
	"tag/in-flow-before-comma",
	"bytes/bom-after-blank-line",
	"bytes/bom-after-marker-alone",
};

static bool may_differ(str name)
{
	for (size_t i = 0; i < ARRAY_SIZE(differing); i++)
		if (str_eq(name, str_of(differing[i])))
			return true;
	return false;
}

/* One member of a line {"name": .., "json" | "error": .., "yaml": ..}, read by
 * itself: within the line the deepest of them would be too deep.  A quote
 * inside a string is escaped, so that no string looks like a member. */
static const struct node *member(struct arena *a, str line, const char *key,
				 const char *next)
{
	const char *from = memmem(line.p, line.n, key, strlen(key));
	struct source *source = arena_new(a, struct source);
	const struct node *value = NULL;
	struct err e = ERR_INIT;
	const char *end;

	if (!from)
		return NULL;
	from += strlen(key);
	source->text = (str){ from, (size_t)(line.p + line.n - from) };
	end = memmem(from, source->text.n, next, strlen(next));
	ck_assert_msg(end != NULL, "no %s: %.*s", next, STR_ARG(line));
	source->text.n = (size_t)(end - from);
	if (json_scan(a, source, 0, &value, &e))
		ck_abort_msg("%s: %.*s", e.text, STR_ARG(source->text));
	return value;
}

/* Does the document read as the table says?  `got` is what it reads as. */
static bool agrees(struct arena *a, str yaml, const struct node *want,
		   struct buf *got)
{
	const struct source source = SOURCE_YAML("case", yaml);
	struct document doc;
	struct err e = ERR_INIT;
	struct buf json = BUF_INIT;
	bool same;

	if (yaml_read_first(a, &source, &doc, &e) ||
	    node_check(doc.root, &e)) {
		buf_addz(got, e.text);
		return !want;
	}
	json_write_go(got, doc.root);
	if (want)
		json_write_go(&json, want);
	same = want && str_eq(buf_str(got), buf_str(&json));
	buf_release(&json);
	return same;
}

static bool run_case(str line)
{
	struct arena a = ARENA_INIT;
	struct buf got = BUF_INIT;
	bool ok, allowed;
	str name = node_string(member(&a, line, "{\"name\": ", ", \""));
	str yaml = node_string(member(&a, line, ", \"yaml\": ", "}\n"));

	ok = agrees(&a, yaml,
		    member(&a, line, ", \"json\": ", ", \"yaml\": "), &got);
	allowed = may_differ(name);
	if (!ok)
		printf("%s %.*s: %.*s\n", allowed ? "differs" : "FAILED",
		       STR_ARG(name), STR_ARG(buf_str(&got)));
	buf_release(&got);
	arena_release(&a);
	return ok || allowed;
}

START_TEST(table)
{
	const char *folder = getenv("CONFORMANCE");
	char path[4096], *line = NULL;
	size_t room = 0;
	int passed = 0, failed = 0;
	ssize_t n;
	FILE *f;

	if (!folder) {
		puts("skipped: CONFORMANCE is not set");
		return;
	}
	snprintf(path, sizeof(path), "%s/scalars/cases.jsonl", folder);
	f = fopen(path, "r");
	ck_assert_msg(f != NULL, "cannot open %s", path);
	while ((n = getline(&line, &room, f)) > 0) {
		if (run_case((str){ line, (size_t)n }))
			passed++;
		else
			failed++;
	}
	free(line);
	fclose(f);
	printf("scalars: %d passed, %d failed\n", passed, failed);
	fflush(stdout);	/* a failed assertion ends the process at once */
	ck_assert_int_eq(failed, 0);
	ck_assert_int_gt(passed, 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("scalar");
	TCase *tc = tcase_create("scalar");
	SRunner *sr = srunner_create(s);
	int failed;

	suite_add_tcase(s, tc);
	tcase_add_loop_test(tc, kinds_and_spellings, 0,
			    ARRAY_SIZE(kinds));
	tcase_add_test(tc, equality_is_of_values);
	tcase_add_test(tc, numbers_into_integers);
	tcase_add_test(tc, quotes);
	tcase_add_test(tc, table);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
