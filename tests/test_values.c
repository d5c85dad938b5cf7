/*
 * Values: files that override each other, and settings that override files.
 * The expected results are those of helm.sh/helm/v3 v3.18; that null removes a
 * key is what helm does when it passes the values to a chart.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "helm/helm.h"
#include "json/scan.h"
#include "json/text.h"

static struct arena arena = ARENA_INIT;

static const struct node *json(const char *text)
{
	struct source *source = arena_new(&arena, struct source);
	struct err e = ERR_INIT;
	const struct node *root;

	if (!text)
		return NULL;
	*source = (struct source)SOURCE_JSON("test.json", str_of(text));
	ck_assert_msg(!json_scan(&arena, source, 0, &root, &e), "%s: %s", text,
		      e.text);
	return root;
}

static void same(const char *what, const struct node *got, const char *want)
{
	struct buf b = BUF_INIT;

	json_write(&b, got);
	ck_assert_msg(!strcmp(buf_z(&b), want), "%s:\n got %s\nwant %s", what,
		      b.p, want);
	buf_release(&b);
}

/* One setting over `base`; NULL if it is refused. */
static const struct node *set_one(const struct node *base,
				  enum setting_kind kind, str setting,
				  struct err *e)
{
	struct values v = VALUES_INIT(&arena, base);

	return values_set(&v, kind, setting, e) ? NULL : values_done(&v);
}

static const struct {
	const char *base, *over, *result;
} merges[] = {
	{ NULL, "{\"a\":null}", "{\"a\":null}" },
	{ "null", "{\"a\":1}", "{\"a\":1}" },
	{ "{\"a\":1}", NULL, "{\"a\":1}" },
	{ "{\"a\":1}", "null", "{\"a\":1}" },
	{ "{\"a\":1,\"b\":2}", "{\"c\":3,\"a\":4}",
	  "{\"a\":4,\"b\":2,\"c\":3}" },
	{ "{\"a\":{\"b\":1,\"c\":2}}", "{\"a\":{\"b\":{\"d\":1}}}",
	  "{\"a\":{\"b\":{\"d\":1},\"c\":2}}" },
	{ "{\"a\":{\"b\":1}}", "{\"a\":2}", "{\"a\":2}" },
	{ "{\"a\":[1,2]}", "{\"a\":[3]}", "{\"a\":[3]}" },
	{ "{\"a\":1,\"b\":2}", "{\"a\":null,\"c\":null}", "{\"b\":2}" },
	{ "{\"a\":{\"b\":1}}", "{\"a\":{\"b\":null}}", "{\"a\":{}}" },
	{ "{\"a\":null}", "{\"b\":{\"c\":null,\"d\":[null]}}",
	  "{\"a\":null,\"b\":{\"d\":[null]}}" },
};

START_TEST(merge)
{
	const struct node *base = json(merges[_i].base);
	const struct node *over = json(merges[_i].over);

	same(merges[_i].over ? merges[_i].over : "nothing",
	     values_merge(&arena, base, over), merges[_i].result);
}
END_TEST

/* Numbers of --set are int64 in Go, also after a merge. */
START_TEST(whole_numbers)
{
	struct err e = ERR_INIT;
	const struct node *base = set_one(json("{\"a\":{\"c\":1}}"), SETTING,
					  STR("a.b=12,l={3,x}"), &e);
	const struct node *all = set_one(base, SETTING_JSON, STR("a.d=4"), &e);
	const struct node *list;

	all = values_merge(&arena, all, json("{\"a\":{\"e\":5}}"));
	list = node_find(all, "l");
	ck_assert(node_find(all, "a.b")->flags & NODE_GO_INT);
	ck_assert(node_item(list, 0)->flags & NODE_GO_INT);
	ck_assert(!(node_item(list, 1)->flags & NODE_GO_INT));
	ck_assert(!(node_find(all, "a.c")->flags & NODE_GO_INT));
	ck_assert(!(node_find(all, "a.d")->flags & NODE_GO_INT));
	ck_assert(!(node_find(all, "a.e")->flags & NODE_GO_INT));
}
END_TEST

START_TEST(merge_nothing)
{
	const struct node *map = json("{\"a\":null}");

	ck_assert_ptr_null(values_merge(&arena, NULL, NULL));
	ck_assert_ptr_eq(values_merge(&arena, map, NULL), map);
	ck_assert_ptr_eq(values_merge(&arena, NULL, map), map);
}
END_TEST

#define PLAIN SETTING
#define TEXT SETTING_STRING
#define JSON SETTING_JSON
#define NESTED "{\"a\":{\"b\":1},\"l\":[1,{\"c\":2}]}"

/* result NULL: an error. */
static const struct {
	enum setting_kind kind;
	const char *base, *setting, *result;
} settings[] = {
	{ PLAIN, NULL, "", "{}" },
	{ PLAIN, NULL, "a=b", "{\"a\":\"b\"}" },
	{ PLAIN, NULL, "a=", "{\"a\":\"\"}" },
	{ PLAIN, NULL, "a=1,b.c=x", "{\"a\":1,\"b\":{\"c\":\"x\"}}" },
	{ PLAIN, NULL, "a=x\\,y,b\\.c=1", "{\"a\":\"x,y\",\"b.c\":1}" },
	{ PLAIN, NULL, "a=x=y", "{\"a\":\"x=y\"}" },
	{ PLAIN, NULL, "a={x,1,null}", "{\"a\":[\"x\",1,null]}" },
	{ PLAIN, NULL, "a={x\\,y,{},b=2", "{\"a\":[\"x,y\",\"{\"],\"b\":2}" },
	{ PLAIN, NULL, "a={}", "{\"a\":[\"\"]}" },
	{ PLAIN, NULL, "a=\xff", "{\"a\":\"\xef\xbf\xbd\"}" },

	/* what is guessed */
	{ PLAIN, NULL, "a=True,b=FALSE", "{\"a\":true,\"b\":false}" },
	{ PLAIN, NULL, "a=0,b=-05,c=+7", "{\"a\":0,\"b\":-5,\"c\":7}" },
	{ PLAIN, NULL, "a=007,b=1.5,c=1e3",
	  "{\"a\":\"007\",\"b\":\"1.5\",\"c\":\"1e3\"}" },
	{ PLAIN, NULL, "a=9223372036854775807,b=9223372036854775808",
	  "{\"a\":9223372036854775807,\"b\":\"9223372036854775808\"}" },
	{ TEXT, NULL, "a=true,b=1,c={1},d=null",
	  "{\"a\":\"true\",\"b\":\"1\",\"c\":[\"1\"],\"d\":\"null\"}" },

	/* on what is there */
	{ PLAIN, NESTED, "a.b=2", "{\"a\":{\"b\":2},\"l\":[1,{\"c\":2}]}" },
	{ PLAIN, NESTED, "a.c=2,l=x", "{\"a\":{\"b\":1,\"c\":2},\"l\":\"x\"}" },
	{ PLAIN, NESTED, "a=null", "{\"l\":[1,{\"c\":2}]}" },
	{ PLAIN, NESTED, "a.b=null,a.c=1",
	  "{\"a\":{\"c\":1},\"l\":[1,{\"c\":2}]}" },
	{ PLAIN, NESTED, "x.y=null",
	  "{\"a\":{\"b\":1},\"l\":[1,{\"c\":2}],\"x\":{}}" },
	{ PLAIN, NESTED, "l[1].c=3,l[1].d=4",
	  "{\"a\":{\"b\":1},\"l\":[1,{\"c\":3,\"d\":4}]}" },
	{ PLAIN, NESTED, "l[0].x=1",
	  "{\"a\":{\"b\":1},\"l\":[{\"x\":1},{\"c\":2}]}" },
	{ PLAIN, NESTED, "l[3]=1",
	  "{\"a\":{\"b\":1},\"l\":[1,{\"c\":2},null,1]}" },
	{ PLAIN, NULL, "l[0]=null", "{\"l\":[null]}" },
	{ PLAIN, NULL, "l[1][0].a=1", "{\"l\":[null,[{\"a\":1}]]}" },
	{ PLAIN, "{\"l\":[[1],2]}", "l[0][1]=3", "{\"l\":[[1,3],2]}" },
	{ PLAIN, "{\"a\":null}", "b=1", "{\"a\":null,\"b\":1}" },

	/* helm's oddities */
	{ PLAIN, NULL, "a[0]", "{\"a\":[]}" },
	{ PLAIN, NULL, "a[0].b=", "{\"a\":[]}" },
	{ PLAIN, "{\"a\":[{}]}", "a[0].b=", "{\"a\":[{\"b\":\"\"}]}" },
	{ PLAIN, NULL, "a.", "{}" },
	{ PLAIN, NULL, "=1", "{}" },
	{ PLAIN, NULL, "a={1}b=2", "{\"a\":[1],\"b\":2}" },

	{ PLAIN, NULL, "a", NULL },
	{ PLAIN, NULL, "a,b=1", NULL },
	{ PLAIN, NULL, "a.b", NULL },
	{ PLAIN, NULL, "a.=1", NULL },
	{ PLAIN, NULL, "a={x", NULL },
	{ PLAIN, NULL, "a[0", NULL },
	{ PLAIN, NULL, "a[]=1", NULL },
	{ PLAIN, NULL, "a[x]=1", NULL },
	{ PLAIN, NULL, "a[-1]=1", NULL },
	{ PLAIN, NULL, "a[65537]=1", NULL },
	{ PLAIN, NULL, "a[99999999999999999999]=1", NULL },
	{ PLAIN, NULL, "a[0]b=1", NULL },
	{ PLAIN, NESTED, "a[0]=1", NULL },
	{ PLAIN, NESTED, "l.a=1", NULL },
	{ PLAIN, NESTED, "l[0][0]=1", NULL },
	{ PLAIN, NESTED, "a=null,a.b=1", NULL },
	{ PLAIN, "[]", "a=1", NULL },

	{ JSON, NULL, "a={\"b\":[1,2.5,\"},\"]},c = true , d=",
	  "{\"a\":{\"b\":[1,2.5,\"},\"]},\"c \":true}" },
	{ JSON, NULL, "a=1 b=2", "{\"a\":1,\"b\":2}" },
	{ JSON, NULL, "a=\"x\"b=2", "{\"a\":\"x\",\"b\":2}" },
	{ JSON, NULL, "a={\"b\":null,\"c\":[null]},a.d=-1.5e3",
	  "{\"a\":{\"c\":[null],\"d\":-1500}}" },
	{ JSON, NESTED, "l[1]={},l[0]=,a=null", "{\"l\":[null,{}]}" },
	{ JSON, NESTED, " {\"a\":{\"c\":2},\"l\":null}",
	  "{\"a\":{\"b\":1,\"c\":2}}" },
	{ JSON, NULL, "a=b", NULL },
	{ JSON, NULL, "a={\"b\":1", NULL },
	{ JSON, NULL, "a=[1}", NULL },
	{ JSON, NULL, "a=1e999", NULL },
	{ JSON, NULL, "a=01", NULL },
	{ JSON, NULL, "{\"a\":1} b", NULL },
};

START_TEST(set)
{
	const char *setting = settings[_i].setting;
	struct err e = ERR_INIT;
	const struct node *got = set_one(json(settings[_i].base),
					 settings[_i].kind, str_of(setting),
					 &e);

	if (!settings[_i].result) {
		ck_assert_msg(!got, "%s: want an error", setting);
		ck_assert_msg(e.set && strstr(e.text, setting), "%s", e.text);
		ck_assert_uint_eq(e.pos.line, 0);
		return;
	}
	ck_assert_msg(got, "%s", e.text);
	same(setting, got, settings[_i].result);
}
END_TEST

/* Several settings, one after another; result NULL: the last is an error. */
static const struct {
	const char *base, *settings[4], *result;
} sequences[] = {
	{ NULL, { "a=1", "a=null", "a.b=2" }, "{\"a\":{\"b\":2}}" },
	{ "{\"a\":{\"b\":1}}", { "a.b=null", "a.c=null", "c=1" },
	  "{\"a\":{},\"c\":1}" },
	{ NULL, { "a.b=1", "a.b=null", "a.=1" }, NULL },
	{ NULL, { "a.b=null", "a.b=1,a.c=null", "a.b=2" },
	  "{\"a\":{\"b\":2}}" },
	{ NULL, { "l[2]=null", "l[0].a=1", "l[0].b=2" },
	  "{\"l\":[{\"a\":1,\"b\":2},null,null]}" },
	{ NULL, { "a={1}", "a=null", "a[1]=2" }, "{\"a\":[null,2]}" },
};

START_TEST(sequence)
{
	struct values v = VALUES_INIT(&arena, json(sequences[_i].base));
	const char *const *setting = sequences[_i].settings;
	struct err e = ERR_INIT;
	int failed = 0;

	for (; !failed && *setting; setting++)
		failed = values_set(&v, SETTING, str_of(*setting), &e);
	if (!sequences[_i].result) {
		ck_assert(failed && !*setting);
		return;
	}
	ck_assert_msg(!failed, "%s", e.text);
	same(setting[-1], values_done(&v), sequences[_i].result);
}
END_TEST

/* The longest settings, with what they cost only once. */
START_TEST(together)
{
	struct values v = VALUES_INIT(&arena, NULL);
	struct err e = ERR_INIT;
	const struct node *all;
	char text[40];
	size_t used;

	for (int i = 0; i < 20000; i++) {
		snprintf(text, sizeof(text), "k%d=1,l[%d]=x,m.n.o%d=null", i,
			 i, i);
		ck_assert(!values_set(&v, SETTING, str_of(text), &e));
	}
	used = arena.used;
	ck_assert_uint_lt(used, 64u << 20);
	values_add(&v, json("{\"k1\":null,\"k2\":2,\"new\":{\"a\":null}}"));
	all = values_done(&v);
	ck_assert_uint_eq(all->n, 20002);
	ck_assert_uint_eq(node_get(all, STR("l"))->n, 20000);
	ck_assert_uint_eq(node_find(all, "m.n")->n, 0);
	ck_assert_ptr_null(node_get(all, STR("k1")));
	ck_assert(str_eq(node_text(node_get(all, STR("k2"))), STR("2")));
	ck_assert_uint_eq(node_get(all, STR("new"))->n, 0);
	ck_assert(str_eq(node_text(node_get(all, STR("k19999"))), STR("1")));
}
END_TEST

/* A short text may not make lists without end. */
START_TEST(filled)
{
	struct values v = VALUES_INIT(&arena, NULL);
	struct err e = ERR_INIT;
	char text[40];

	for (int i = 0; i < 16; i++) {
		snprintf(text, sizeof(text), "a[%d][65536]=1", i);
		ck_assert(!values_set(&v, SETTING, str_of(text), &e));
	}
	ck_assert(values_set(&v, SETTING, STR("b[65536]=1"), &e));
	ck_assert_msg(strstr(e.text, "without a value"), "%s", e.text);
}
END_TEST

/* "a.b" repeated so that there are `names` of them. */
static void deep(unsigned names, const char *between, bool well)
{
	struct buf b = BUF_INIT;
	struct err e = ERR_INIT;
	const struct node *got;

	buf_addc(&b, 'a');
	for (unsigned i = 1; i < names; i++)
		buf_addz(&b, between);
	buf_addz(&b, "=1");
	got = set_one(NULL, SETTING, buf_str(&b), &e);
	ck_assert_msg(well ? got != NULL : !got && e.set, "%u x %s", names,
		      between);
	buf_release(&b);
}

START_TEST(depth)
{
	deep(31, ".a", true);
	deep(32, ".a", false);
	deep(500, "[0]", true);
	deep(502, "[0]", false);
	deep(200, "[0].a", true);
	deep(100000, "[0].a", false);
}
END_TEST

/* What is large is found by its keys, and the base stays as it was. */
START_TEST(many)
{
	struct buf b = BUF_INIT;
	struct err e = ERR_INIT;
	const struct node *base, *more;

	for (int i = 0; i < 3000; i++)
		buf_printf(&b, "k%d=%d,", i, i);
	base = set_one(NULL, SETTING, buf_str(&b), &e);
	ck_assert_msg(base, "%s", e.text);
	ck_assert_uint_eq(base->n, 3000);
	more = set_one(base, SETTING, STR("k7=x,new=y,k8=null"), &e);
	ck_assert_msg(more, "%s", e.text);
	ck_assert_uint_eq(more->n, 3000);
	ck_assert(str_eq(node_string(node_get(more, STR("k7"))), STR("x")));
	ck_assert(str_eq(node_string(node_get(more, STR("new"))), STR("y")));
	ck_assert_ptr_null(node_get(more, STR("k8")));
	ck_assert_ptr_eq(node_get(more, STR("k9")), node_get(base, STR("k9")));
	ck_assert(str_eq(node_text(node_get(base, STR("k7"))), STR("7")));
	ck_assert_uint_eq(base->n, 3000);
	buf_release(&b);
}
END_TEST

/* New things stand in no file, a changed map is a version of the old one. */
START_TEST(places)
{
	const struct node *base = json(NESTED);
	const struct node *got = set_one(base, SETTING_JSON,
					 STR("a.c={\"d\":1}"), NULL);

	ck_assert_ptr_eq(got->origin, base);
	ck_assert_ptr_eq(node_find(got, "a")->origin, node_find(base, "a"));
	ck_assert_ptr_eq(node_find(got, "l"), node_find(base, "l"));
	ck_assert_uint_eq(node_pos(node_find(got, "a.c.d")).line, 0);
}
END_TEST

#define COUNT(array) (int)(sizeof(array) / sizeof(*(array)))

int main(void)
{
	Suite *s = suite_create("values");
	TCase *tc = tcase_create("values");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_loop_test(tc, merge, 0, COUNT(merges));
	tcase_add_test(tc, merge_nothing);
	tcase_add_test(tc, whole_numbers);
	tcase_add_loop_test(tc, set, 0, COUNT(settings));
	tcase_add_loop_test(tc, sequence, 0, COUNT(sequences));
	tcase_add_test(tc, together);
	tcase_add_test(tc, filled);
	tcase_add_test(tc, depth);
	tcase_add_test(tc, many);
	tcase_add_test(tc, places);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	arena_release(&arena);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
