/*
 * edit/json_patch: the operations for a change, and that applying them gives
 * the wanted tree.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "edit/json_patch.h"
#include "edits.h"
#include "json/text.h"
#include "jsonpatch.h"

static struct arena arena = ARENA_INIT;

/* A document, what is wanted of it (see wanted.h), and the patch with ' for ".
 */
static const struct {
	const char *in, *wanted, *patch;
} cases[] = {
	{ "a: 1\nb: [x, {c: d}]\n", "{b: [x, {c: d}], a: 1}", "[]" },
	{ "a: &x {k: v}\nb: *x\nc: {<<: *x}\n",
	  "{a: {k: v}, b: {k: v}, c: {k: v}}", "[]" },
	/* maps */
	{ "a: 1\nb: 2\n", "{a: 1, k: 3, b: 2}",
	  "[{'op':'add','path':'/k','value':3}]" },
	{ "a: 1\nb: 2\n", "{b: 5}",
	  "[{'op':'remove','path':'/a'},"
	  "{'op':'replace','path':'/b','value':5}]" },
	{ "a: {b: {c: x}}\n", "{a: {b: {c: 2}}}",
	  "[{'op':'replace','path':'/a/b/c','value':2}]" },
	{ "a: {b: 1}\n", "{a: {c: 1}}",
	  "[{'op':'replace','path':'/a','value':{'c':1}}]" },
	{ "a: {b: 1}\n", "[a]", "[{'op':'replace','path':'','value':['a']}]" },
	{ "x: 1\na/b~c: 1\n", "{x: 1, a/b~c: 2, ~1: 1, '': 3}",
	  "[{'op':'replace','path':'/a~1b~0c','value':2},"
	  "{'op':'add','path':'/~01','value':1},"
	  "{'op':'add','path':'/','value':3}]" },
	{ "a: &x {k: v}\nb: *x\n", "{a: {k: v}, b: {k: v, l: w}}",
	  "[{'op':'add','path':'/b/l','value':'w'}]" },
	/* what an API server may not have kept is set whole */
	{ "a: null\nb: 1\n", "{a: {k: v}, b: 1}",
	  "[{'op':'add','path':'/a','value':{'k':'v'}}]" },
	{ "a: {}\nb: 1\n", "{a: {k: v}, b: 1}",
	  "[{'op':'add','path':'/a','value':{'k':'v'}}]" },
	{ "a: []\nb: 1\n", "{a: [v], b: 1}",
	  "[{'op':'add','path':'/a','value':['v']}]" },
	{ "a: false\nb: 0\nc: ''\nd: 0.0\n", "{a: true, b: 1, c: x, d: 0}",
	  "[{'op':'add','path':'/a','value':true},"
	  "{'op':'add','path':'/b','value':1},"
	  "{'op':'add','path':'/c','value':'x'}]" },
	/* lists */
	{ "l: [a, b]\n", "{l: []}",
	  "[{'op':'replace','path':'/l','value':[]}]" },
	{ "[a, b]\n", "[a, x, b]", "[{'op':'add','path':'/1','value':'x'}]" },
	{ "[a, b]\n", "[a, b, x, z]",
	  "[{'op':'add','path':'/2','value':'x'},"
	  "{'op':'add','path':'/3','value':'z'}]" },
	{ "[a, b, c, d]\n", "[$0, $3]",
	  "[{'op':'remove','path':'/2'},{'op':'remove','path':'/1'}]" },
	{ "[{id: a, v: x}, {id: b}, {id: c}]\n",
	  "!id [{id: new}, {id: a, v: w}, {id: c}]",
	  "[{'op':'remove','path':'/1'},"
	  "{'op':'add','path':'/0','value':{'id':'new'}},"
	  "{'op':'replace','path':'/1/v','value':'w'}]" },
	{ "[{id: a}]\n", "!id [{id: b}]",
	  "[{'op':'replace','path':'','value':[{'id':'b'}]}]" },
	/* moves */
	{ "[{a: 1}, {a: 1}, b]\n", "[$1, $0, $2]", "[]" },
	{ "[a, a, b]\n", "[$1, a, $2]", "[]" },
	{ "[a, b, c, d]\n", "[$3, $0, $1, $2]",
	  "[{'op':'move','from':'/3','path':'/0'}]" },
	{ "[a, b, c, d]\n", "[$1, $2, $3, $0]",
	  "[{'op':'move','from':'/0','path':'/3'}]" },
	{ "[{id: a, v: x}, {id: b}]\n", "[$1, {$: '0', v: w}]",
	  "[{'op':'move','from':'/1','path':'/0'},"
	  "{'op':'replace','path':'/1/v','value':'w'}]" },
	{ "[a, b, c, d, e]\n", "[new, $4, $1, $2, $0]",
	  "[{'op':'remove','path':'/3'},"
	  "{'op':'add','path':'/0','value':'new'},"
	  "{'op':'move','from':'/4','path':'/1'},"
	  "{'op':'move','from':'/2','path':'/4'}]" },
};

/* Is `patch` right for these two?  Else what it says, in the arena. */
static const char *fault(const struct node *old, const struct node *wanted,
			 str patch)
{
	const struct node *now = jsonpatch_apply(&arena, old, patch);
	struct buf b = BUF_INIT;
	const char *told;

	if (now && node_equal(now, wanted))
		return NULL;
	json_write(&b, old);
	buf_addz(&b, "\nwanted ");
	json_write(&b, wanted);
	buf_addz(&b, now ? "\ngot " : "\ndoes not fit: ");
	if (now)
		json_write(&b, now);
	buf_printf(&b, "\npatch %.*s", STR_ARG(patch));
	told = arena_str(&arena, buf_str(&b)).p;
	buf_release(&b);
	return told;
}

START_TEST(operations)
{
	struct document doc = wanted_document(&arena, str_of(cases[_i].in));
	const struct node *wanted = wanted_from(&arena, doc.root,
						cases[_i].wanted);
	struct buf out = BUF_INIT;
	uint32_t n = json_patch_write(&arena, doc.root, wanted, &out), ops = 0;
	const char *wrong = fault(doc.root, wanted, buf_str(&out));

	ck_assert_msg(!wrong, "%s", wrong);
	for (size_t i = 0; i < out.n; i++)
		if (out.p[i] == '"')
			out.p[i] = '\'';
	ck_assert_str_eq(buf_z(&out), cases[_i].patch);
	for (const char *p = cases[_i].patch; (p = strstr(p, "{'op'")); p++)
		ops++;
	ck_assert_uint_eq(n, ops);
	buf_release(&out);
}
END_TEST

static void check_draw(const struct node *root, uint64_t seed, FILE *to)
{
	const struct node *wanted = edits_draw(&arena, root, seed);
	struct buf out = BUF_INIT;
	const char *wrong;

	json_patch_write(&arena, root, wanted, &out);
	wrong = fault(root, wanted, buf_str(&out));
	ck_assert_msg(!wrong, "%s", wrong);
	if (to) {
		struct buf line = BUF_INIT;

		buf_addc(&line, '[');
		json_write(&line, root);
		buf_printf(&line, ",%.*s,", STR_ARG(buf_str(&out)));
		json_write(&line, wanted);
		fprintf(to, "%.*s]\n", (int)line.n, line.p);
		buf_release(&line);
	}
	buf_release(&out);
}

static const char *const drawn[] = {
	"a: 1\nb: [x, y, {c: d}]\nc: {d: {e: f}, 'g/h': [1, 2, 3, 4, 5]}\n",
	"[[a, b, c, d, e, f], [], {}, [{n: 1}, {n: 2}, {n: 3}, {n: 4}]]\n",
	"kind: Pod\nmetadata: {annotations: null, labels: {app: web}}\n"
	"spec:\n  containers:\n  - {name: a, env: [{name: x, value: z}]}\n"
	"  - {name: b, ports: [{containerPort: 80}]}\n  - {name: c}\n",
};

/* With a file in $PATCHES, lines [old, patch, wanted] for another program that
 * applies patches. */
START_TEST(random_changes)
{
	struct document doc = wanted_document(&arena, str_of(drawn[_i]));
	const char *path = getenv("PATCHES");
	FILE *to = path ? fopen(path, "a") : NULL;

	for (uint64_t seed = 1; seed < 4000; seed++)
		check_draw(doc.root, seed * 0x9e3779b97f4a7c15u, to);
	if (to)
		fclose(to);
}
END_TEST

/* Any order of a list, items gone and come: each move finds its item. */
START_TEST(random_orders)
{
	struct document doc = wanted_document(&arena,
		STR("[{n: 0}, {n: 1}, {n: 2}, {n: 3}, {n: 4}, {n: 5}, {n: 6}, "
		    "{n: 7}]"));
	struct dice d = { .arena = &arena, .state = 1 };

	for (int round = 0; round < 5000; round++) {
		const struct node *items[16], *list;
		uint32_t n = 0, from = roll(&d, 8);
		struct buf out = BUF_INIT;
		const char *wrong;

		for (uint32_t i = 0; i < 8; i++)
			if (roll(&d, 8))
				items[n++] = doc.root->items[(i + from) % 8];
		for (uint32_t i = roll(&d, 4); n && i > 0; i--) {
			uint32_t x = roll(&d, n), y = roll(&d, n);
			const struct node *swap = items[x];

			items[x] = items[y];
			items[y] = swap;
		}
		for (uint32_t i = roll(&d, 3); i > 0; i--) {
			uint32_t at = roll(&d, n + 1);

			memmove(items + at + 1, items + at,
				(n++ - at) * sizeof(*items));
			items[at] = any_text(&d);
		}
		list = node_new_list(&arena, doc.root, items, n);
		json_patch_write(&arena, doc.root, list, &out);
		wrong = fault(doc.root, list, buf_str(&out));
		ck_assert_msg(!wrong, "%s", wrong);
		buf_release(&out);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("patch");
	TCase *tc = tcase_create("patch");
	SRunner *sr = srunner_create(s);
	int failed;

	suite_add_tcase(s, tc);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, operations, 0, ARRAY_SIZE(cases));
	tcase_add_loop_test(tc, random_changes, 0,
			    ARRAY_SIZE(drawn));
	tcase_add_test(tc, random_orders);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	arena_release(&arena);
	return failed != 0;
}
