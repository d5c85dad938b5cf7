/*
 * edit/diff: the edits for a change of a map, a list, an anchor or a `<<`, in
 * words; and none for equal values.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "edit/splice.h"
#include "json/text.h"
#include "wanted.h"

static struct arena arena = ARENA_INIT;

/* What is wanted, in the notation of wanted.h; and the edits, as tell() has
 * them. */
static const struct {
	const char *in, *wanted, *edits;
} cases[] = {
	/* equal values, whatever the pointers */
	{ "a: 1\nb: [x, {c: d}]\n",
	  "{b: [x, {c: d}], a: 1}",
	  "" },
	{ "a: 0x10\nb: 'x'\nc: yes\n",
	  "{c: true, b: x, a: 16}",
	  "" },
	{ "a: &x {k: v}\nb: *x\nc: {<<: *x}\n",
	  "{a: {k: v}, b: {k: v}, c: {k: v}}",
	  "" },
	{ "a: 1\na: 2\n",
	  "{a: 2}",
	  "" },
	{ "a: []\nb: {}\nc: ~\n",
	  "{a: [], b: {}, c: null}",
	  "" },
	/* keys */
	{ "a: 1\nb: 2\n",
	  "{a: 1, k: 3, b: 2}",
	  "add k = 3 after a\n" },
	{ "a: 1\nb: 2\n",
	  "{k: 3, a: 1, b: 2}",
	  "add k = 3 after b\n" },
	{ "a: 1\nb: 2\n",
	  "{a: 1, b: 2, k: 3, l: 4}",
	  "add k = 3 after b\nadd l = 4 after b\n" },
	{ "a: 1\nb: 2\nc: 3\n",
	  "{b: 5, k: 4, c: 3}",
	  "delete a\nadd k = 4 after b\nset b = 5\n" },
	{ "a: 1\nb: 2\n",
	  "{b: 2, a: 1}",
	  "" },
	{ "a: 1\nb: 2\na: 3\n",
	  "{b: 2}",
	  "delete a#0\ndelete a#2\n" },
	{ "a: 1\nb: 2\na: 3\n",
	  "{a: 4, b: 2}",
	  "set a#2 = 4\n" },
	{ "a: {b: {c: 1}}\n",
	  "{a: {b: {c: 2}}}",
	  "set a.b.c = 2\n" },
	{ "a: {b: 1}\n",
	  "{a: {c: 1}}",
	  "set a = {\"c\":1}\n" },
	{ "a: 1\n",
	  "{b: 1}",
	  "set . = {\"b\":1}\n" },
	{ "a: 1\n",
	  "[a]",
	  "set . = [\"a\"]\n" },
	{ "a: {b: 1}\n",
	  "{a: {}}",
	  "set a = {}\n" },
	{ "a: {}\n",
	  "{a: {b: 1}}",
	  "set a = {\"b\":1}\n" },
	{ "a: 1\nb: 2\n",
	  "{k: 1, b: 2}",
	  "delete a\nadd k = 1 after b\n" },
	/* lists: by origin, by key, by position */
	{ "- {id: a, v: 1}\n- {id: b, v: 2}\n",
	  "[{$: '1', v: 3}, {$: '0', v: 4}]",
	  "remove 1\ninsert first = {\"id\":\"b\",\"v\":3}\nset 0.v = 4\n"
	  "(set 1.v = 3)\nmove 1\n" },
	{ "- {id: a, v: 1}\n- {id: b, v: 2}\n",
	  "!id [{id: b, v: 3}, {id: a, v: 1}]",
	  "remove 1\ninsert first = {\"id\":\"b\",\"v\":3}\n" },
	{ "- {id: a, v: 1}\n- {id: b, v: 2}\n",
	  "[{id: b, v: 3}, {id: a, v: 1}]",
	  "set 0.id = \"b\"\nset 0.v = 3\nset 1.id = \"a\"\nset 1.v = 1\n" },
	{ "- {id: a, v: 1}\n- {id: b, v: 2}\n",
	  "!id [$0, {id: c, v: 1}, {id: b, v: 2}]",
	  "insert 0 = {\"id\":\"c\",\"v\":1}\n" },
	{ "- {id: a}\n- {id: a, v: 1}\n- x\n",
	  "!id [{id: a}, {id: a, v: 2}, u]",
	  "remove 2\ninsert 1 = \"u\"\nset 1.v = 2\n" },
	{ "- {id: 1}\n- {id: '1'}\n",
	  "!id [{id: '1', v: 1}, {id: 1, v: 2}]",
	  "remove 1\ninsert first = {\"id\":\"1\",\"v\":1}\n"
	  "add 0.v = 2 after id\n" },
	{ "- a\n- b\n- c\n",
	  "!set [b, c, d]",
	  "remove 0\ninsert 2 = \"d\"\n" },
	{ "- a\n- b\n- c\n",
	  "[a, x, c]",
	  "set 1 = \"x\"\n" },
	{ "- a\n- b\n- c\n",
	  "[a, x, b, c]",
	  "insert 0 = \"x\"\n" },
	{ "- a\n- b\n- c\n",
	  "[a, c]",
	  "remove 1\n" },
	{ "- a\n- b\n- c\n",
	  "[x, v, z, w]",
	  "insert 2 = \"w\"\nset 0 = \"x\"\nset 1 = \"v\"\nset 2 = \"z\"\n" },
	{ "- a\n- b\n- c\n",
	  "[$0, $2]",
	  "remove 1\n" },
	{ "- a\n- b\n- c\n- d\n",
	  "[$1, $2, $3]",
	  "remove 0\n" },
	{ "- a\n",
	  "[]",
	  "set . = []\n" },
	{ "- {id: a}\n",
	  "!id [{id: b}]",
	  "set . = [{\"id\":\"b\"}]\n" },
	/* the longest run stays */
	{ "- a\n- b\n- c\n- d\n",
	  "[$3, $0, $1, $2]",
	  "remove 3\ninsert first = \"d\"\n" },
	{ "- a\n- b\n- c\n- d\n",
	  "[$1, $2, $3, $0]",
	  "remove 0\ninsert 3 = \"a\"\n" },
	{ "- a\n- b\n- c\n- d\n",
	  "[$3, $2, $1, $0]",
	  "remove 1\nremove 2\nremove 3\ninsert first = \"d\"\n"
	  "insert first = \"c\"\ninsert first = \"b\"\n" },
	{ "- a\n- b\n- c\n- d\n- e\n",
	  "[$2, $0, $3, $1, $4]",
	  "remove 2\nremove 3\ninsert first = \"c\"\ninsert 0 = \"d\"\n" },
	/* moves */
	{ "c:\n- id: a\n  v: 1\n- id: b\ni:\n- id: z\n",
	  "{c: [$c.1], i: [$i.0, $c.0]}",
	  "remove c.0\ninsert i.0 = {\"id\":\"a\",\"v\":1}\nmove c.0\n" },
	{ "c:\n- id: a\n  v: 1\n- id: b\ni:\n- id: z\n",
	  "{c: [$c.1], i: [{$: c.0, v: 2, w: 3}, $i.0]}",
	  "remove c.0\ninsert i.first = {\"id\":\"a\",\"v\":2,\"w\":3}\n"
	  "(add c.0.w = 3 after v)\n(set c.0.v = 2)\nmove c.0\n" },
	{ "c:\n- id: a\n- id: b\nz: 1\n",
	  "{z: 1, i: [$c.1, $c.0]}",
	  "delete c\nadd i = [{\"id\":\"b\"},{\"id\":\"a\"}] after z\n"
	  "move c.1\nmove c.0\n" },
	{ "c:\n- id: a\n- id: b\nz: 1\n",
	  "{z: 1, i: [$c.1, $c.1]}",
	  "delete c\nadd i = [{\"id\":\"b\"},{\"id\":\"b\"}] after z\n"
	  "move c.1\n" },
	{ "c:\n- id: a\n- id: b\n",
	  "{c: [$c.0, $c.1], i: [$c.0]}",
	  "add i = [{\"id\":\"a\"}] after c\n" },
	{ "c: [{id: a}, {id: b}]\nz: 1\n",
	  "{c: [$c.0], i: [$c.1]}",
	  "delete z\nadd i = [{\"id\":\"b\"}] after c\nremove c.1\n" },
	{ "c:\n- &x {id: a}\n- id: b\nz: *x\n",
	  "{c: [$c.1, $c.0], z: $z}",
	  "remove c.1\ninsert c.first = {\"id\":\"b\"}\nmove c.1\n" },
	{ "c:\n- l:\n  - a\n  - b\n- k\n",
	  "{c: [$c.1, {l: [$c.0.l.1]}]}",
	  "remove c.0\ninsert c.1 = {\"l\":[\"b\"]}\n" },
	/* flow gives up and is written anew */
	{ "{a: 1, b: 2}\n",
	  "{a: 1, c: 3}",
	  "delete b\nadd c = 3 after a\n" },
	{ "[a, b, c]\n",
	  "[$0, x, $2]",
	  "remove 1\ninsert 0 = \"x\"\n" },
	{ "[a, b, c]\n",
	  "[$0, $2]",
	  "remove 1\n" },
	{ "[a, b, c]\n",
	  "[$2, $0, $1]",
	  "remove 2\ninsert first = \"c\"\n" },
	{ "{a: {b: 1, c: 2}, d: 1}\n",
	  "{a: {b: 1}, d: 1, e: 2}",
	  "add e = 2 after d\ndelete a.c\n" },
	{ "a: [b: 1]\n",
	  "{a: [{b: 2}]}",
	  "set a.0 = {\"b\":2}\n" },
	/* merged keys */
	{ "a: &x {k: 1, l: 2}\nb:\n  <<: *x\n  m: 3\n",
	  "{a: $a, b: {k: 1, l: 5, m: 3}}",
	  "add b.l = 5 after m\n" },
	{ "a: &x {k: 1, l: 2}\nb:\n  <<: *x\n  m: 3\n",
	  "{a: $a, b: {l: 2, m: 3}}",
	  "expand b.<< = {\"l\":2}\n" },
	{ "a: &x {k: 1, l: 2}\nb:\n  k: 0\n  <<: *x\n",
	  "{a: $a, b: {l: 2}}",
	  "delete b.k\nexpand b.<< = {\"l\":2}\n" },
	{ "a: &x {k: 1, l: 2}\nb:\n  m: 3\n  <<: *x\n",
	  "{a: $a, b: {p: 4, m: 3, k: 1, l: 2}}",
	  "add b.p = 4 after <<\n" },
	{ "a: &x {k: 1}\nb:\n  <<: *x\n  m: 3\n",
	  "{a: $a, b: {m: 3}}",
	  "delete b.<<\n" },
	{ "a: &x {k: 1}\nc: &z {l: 1}\nb:\n  <<: [*x, *z]\n  m: 3\n",
	  "{a: $a, c: $c, b: {l: 1, m: 3}}",
	  "expand b.<< = {\"l\":1}\n" },
	{ "a: &x {k: 1}\nb: {<<: *x, m: 3}\n",
	  "{a: $a, b: {m: 3}}",
	  "delete b.<<\n" },
	{ "a: &x {k: 1}\nb:\n  <<: *x\n",
	  "{a: {k: 2}, b: {k: 1}}",
	  "set a.k = 2\nexpand b.<< = {\"k\":1}\n" },
	{ "a: &x {k: 1}\nb:\n  <<: *x\n  m: 1\n",
	  "{a: {k: 2}, b: {k: 3, m: 1}}",
	  "set a.k = 2\nadd b.k = 3 after m\nexpand b.<< = {}\n" },
	{ "a: &x {k: 1}\nb:\n  m: 1\n  <<: *x\n",
	  "{a: {k: 2}, b: {k: 3}}",
	  "set a.k = 2\ndelete b.m\nadd b.k = 3 after <<\nset b.<< = {}\n" },
	{ "a: &x {k: 1}\nb: {<<: *x, m: 1}\n",
	  "{a: {k: 2}, b: {k: 1, m: 1}}",
	  "set a.k = 2\nset b.<< = {\"k\":1}\n" },
	/* anchors */
	{ "a: &x 1\nb: *x\nc: 2\n",
	  "{a: 3, b: 1, c: 2}",
	  "set a = 3\nset b = 1\n" },
	{ "a: &x 1\nb: *x\nc: *x\n",
	  "{a: 3, b: 1, c: 1}",
	  "set a = 3\nset b = 1\nset c = 1\n" },
	{ "a: &x 1\nb: *x\nc: *x\nd: *x\n",
	  "{a: 3, b: 3, c: 1, d: 1}",
	  "set a = 3\nset c = 1\nset d = 1\n" },
	{ "a: &x 1\nb: *x\nc: *x\nd: *x\n",
	  "{a: 3, b: 1, c: 3, d: 1}",
	  "set a = 3\nset b = 1\nset d = 1\n" },
	{ "a: &x 1\nb: *x\nc: *x\n",
	  "{a: 3, b: 3, c: 3}",
	  "set a = 3\n" },
	{ "a: &x 1\nb: *x\nc: *x\n",
	  "{a: 1, b: 3, c: 1}",
	  "set b = 3\n" },
	{ "a: &x 1\nb: *x\nc: *x\n",
	  "{b: 1, c: 1}",
	  "delete a\nset b & = 1\n" },
	{ "a: &x 1\nb: *x\nc: *x\n",
	  "{c: 1}",
	  "delete a\ndelete b\nset c = 1\n" },
	{ "a: &x {k: 1}\nb: *x\n",
	  "{a: {k: 1}, b: {k: 2}}",
	  "set b = {\"k\":2}\n" },
	{ "a: &x {k: &z 1}\nb: *x\nc: *z\n",
	  "{b: {k: 1}, c: 1}",
	  "delete a\nset b = {\"k\":1}\nset c = 1\n" },
	{ "a: &x k\n*x : 1\n",
	  "{a: z, k: 1}",
	  "set a = \"z\"\nrename k\n" },
	{ "a: &x 1\nb: *x\na2: &x 2\nc: *x\n",
	  "{b: 1, a2: 2, c: 2}",
	  "delete a\nset b = 1\n" },
};

/* The way to the collection `to`, as a.0.b; false where it is not below n. */
static bool add_path(struct buf *b, const struct node *n,
		     const struct node *to)
{
	const struct entry *entries;
	uint32_t count = n->n;
	size_t length = b->n;

	if (n == to)
		return true;
	if (node_is_scalar(n) || n->flags & NODE_ALIAS)
		return false;
	entries = n->kind == NODE_MAP ? written_entries(n, &count) : NULL;
	for (uint32_t i = 0; i < count; i++) {
		if (entries)
			buf_adds(b, node_text(entries[i].key));
		else
			buf_printf(b, "%u", i);
		buf_addc(b, '.');
		if (add_path(b, entries ? entries[i].value : n->items[i], to))
			return true;
		b->n = length;
	}
	return false;
}

/* Entry or item `at`: keys by name, with a number where there are two. */
static void add_child(struct buf *b, const struct node *in, uint32_t at)
{
	uint32_t n, same = 0;
	const struct entry *entries;

	if (in->kind == NODE_LIST) {
		buf_printf(b, "%u", at);
		return;
	}
	entries = written_entries(in, &n);
	ck_assert_uint_lt(at, n);
	buf_adds(b, node_text(entries[at].key));
	for (uint32_t i = 0; i < n; i++)
		same += str_eq(node_text(entries[i].key),
			       node_text(entries[at].key));
	if (same > 1)
		buf_printf(b, "#%u", at);
}

static void add_value(struct buf *b, const struct node *n)
{
	buf_addz(b, " = ");
	json_write(b, n);
}

/* `set a.b = 1`, `add a.k = 1 after b`, `insert a.0 = 1` (behind item 0; at
 * a.first), `delete a.b`, `remove a.0`, `expand a.<< = {}`, `rename a.k`; with
 * `&` where an anchor is defined; in () what happens inside moved lines. */
static void tell(struct buf *b, const struct node *root, const struct edit *e)
{
	static const char *const names[] = { "none",   "set", "rename",
					     "delete", "expand", "add",
					     "remove", "insert" };

	buf_printf(b, "%s%s ", e->moved ? "(" : "", names[e->op]);
	if (!e->in)
		buf_addc(b, '.');
	else
		ck_assert(add_path(b, root, e->in));
	if (e->op == EDIT_ADD)
		buf_adds(b, node_text(e->key));
	else if (e->op == EDIT_INSERT && e->at == EDIT_FIRST)
		buf_addz(b, "first");
	else if (e->in)
		add_child(b, e->in, e->at);
	if (e->anchor)
		buf_addz(b, " &");
	if (e->node && e->op != EDIT_RENAME)
		add_value(b, e->node);
	if (e->op == EDIT_ADD) {
		buf_addz(b, " after ");
		add_child(b, e->in, e->at);
	}
	buf_addz(b, e->moved ? ")\n" : "\n");
}

/* `move a.0`: its lines go where it stands in the wanted tree. */
static void tell_move(struct buf *b, const struct node *root,
		      const struct move *move)
{
	buf_addz(b, "move ");
	ck_assert(add_path(b, root, move->in));
	buf_printf(b, "%u\n", move->at);
}

START_TEST(changes)
{
	struct document doc = wanted_document(&arena, str_of(cases[_i].in));
	const struct node *tree =
		wanted_from(&arena, doc.root, cases[_i].wanted);
	struct edits *edits = diff(&arena, &doc, tree);
	struct buf b = BUF_INIT;

	for (uint32_t i = 0; i < edits->n; i++)
		if (edits->list[i].op != EDIT_NONE)
			tell(&b, doc.root, &edits->list[i]);
	for (uint32_t i = 0; i < edits->n_moves; i++)
		tell_move(&b, doc.root, &edits->moves[i]);
	ck_assert_msg(!strcmp(buf_z(&b), cases[_i].edits),
		      "%s\nto be %s\nis\n%s\nnot\n%s", cases[_i].in,
		      cases[_i].wanted, buf_z(&b), cases[_i].edits);
	buf_release(&b);
	arena_reset(&arena);
}
END_TEST

/* Where the tree that comes back is built anew, node by node. */
START_TEST(copies_change_nothing)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct document doc =
			wanted_document(&arena, str_of(cases[i].in));
		struct document again =
			wanted_document(&arena, str_of(cases[i].in));

		ck_assert_uint_eq(diff(&arena, &doc, again.root)->n, 0);
		arena_reset(&arena);
	}
}
END_TEST

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* A list of n items in another order, each changed: by key, or by origin. */
static double time_of(uint32_t n, bool keyed)
{
	const struct node **items =
		arena_array(&arena, const struct node *, n);
	struct buf text = BUF_INIT, out = BUF_INIT;
	struct document doc;
	struct node *list;
	double start;

	for (uint32_t i = 0; i < n; i++)
		buf_printf(&text, "- n: x%u\n  v: %u\n", i, i);
	doc = wanted_document(&arena, buf_str(&text));
	for (uint32_t i = 0; i < n; i++) {
		const struct node *item = doc.root->items[(i * 7 + 3) % n];

		items[i] = node_with(&arena, item, STR("v"),
				     node_new_string(&arena, STR("w")));
		if (keyed)
			items[i] = node_new_map(&arena, NULL,
						items[i]->entries, 2);
	}
	list = node_new_list(&arena, NULL, items, n);
	if (keyed)
		node_extra(&arena, list)->merge_key = "n";
	start = now();
	splice(&arena, &doc, diff(&arena, &doc, list), &out);
	start = now() - start;
	buf_release(&text);
	buf_release(&out);
	arena_reset(&arena);
	return start;
}

START_TEST(long_lists_take_linear_time)
{
	double few = time_of(2000, _i), many = time_of(20000, _i);

	ck_assert_msg(many < few * 40 + 0.1, "%.3f s, then %.3f s", few, many);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("diff");
	TCase *tc = tcase_create("diff");
	SRunner *sr = srunner_create(s);
	int failed;

	suite_add_tcase(s, tc);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, changes, 0, ARRAY_SIZE(cases));
	tcase_add_test(tc, copies_change_nothing);
	tcase_add_loop_test(tc, long_lists_take_linear_time, 0, 2);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	arena_release(&arena);
	return failed != 0;
}
