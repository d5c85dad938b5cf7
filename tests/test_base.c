#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/holdback.h"
#include "base/ptrmap.h"
#include "base/str.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))
#define ck_assert_text(s, z) \
	ck_assert_msg(str_eq((s), str_of(z)), "`%.*s`, want `%s`", \
		      STR_ARG(s), (z))

/* Two texts: their order, does a begin with b, does it end with b. */
static const struct {
	str a, b;
	int order;
	bool starts, ends;
} pairs[] = {
	{ { NULL, 0 }, { NULL, 0 }, 0, true, true },
	{ { NULL, 0 }, { "", 0 }, 0, true, true },
	{ { "a", 1 }, { NULL, 0 }, 1, true, true },
	{ { NULL, 0 }, { "a", 1 }, -1, false, false },
	{ { "a", 1 }, { "a", 1 }, 0, true, true },
	{ { "a", 1 }, { "b", 1 }, -1, false, false },
	{ { "aba", 3 }, { "a", 1 }, 1, true, true },
	{ { "abc", 3 }, { "ab", 2 }, 1, true, false },
	{ { "abc", 3 }, { "bc", 2 }, -1, false, true },
	{ { "ab", 2 }, { "abc", 3 }, -1, false, false },
	{ { "bc", 2 }, { "abc", 3 }, 1, false, false },
	{ { "B", 1 }, { "a", 1 }, -1, false, false },
	{ { "\xc3\xa9", 2 }, { "z", 1 }, 1, false, false },
	{ { "a\0b", 3 }, { "a\0c", 3 }, -1, false, false },
	{ { "a\0b", 3 }, { "a", 1 }, 1, true, false },
	{ { "\0", 1 }, { "", 0 }, 1, true, true },
};

static int sign(int n)
{
	return (n > 0) - (n < 0);
}

START_TEST(test_compare)
{
	str a = pairs[_i].a, b = pairs[_i].b;

	ck_assert_int_eq(sign(str_cmp(a, b)), pairs[_i].order);
	ck_assert_int_eq(sign(str_cmp(b, a)), -pairs[_i].order);
	ck_assert_int_eq(str_eq(a, b), pairs[_i].order == 0);
	ck_assert_int_eq(str_starts(a, b), pairs[_i].starts);
	ck_assert_int_eq(str_ends(a, b), pairs[_i].ends);
	ck_assert(str_hash(a) != str_hash(b) || pairs[_i].order == 0);
}
END_TEST

/* Each byte counts, and neither the place nor what follows does. */
START_TEST(test_hash)
{
	char text[64], copy[64];

	for (size_t n = 0; n < 40; n++) {
		str a = { text, n }, b = { copy + 3, n };
		uint32_t hash;

		memset(text, 'x', sizeof(text));
		memset(copy, 'y', sizeof(copy));
		memset(copy + 3, 'x', n);
		hash = str_hash_local(a);
		ck_assert_uint_eq(hash, str_hash_local(b));
		for (size_t i = 0; i < n; i++) {
			text[i] = 'z';
			ck_assert_uint_ne(hash, str_hash_local(a));
			text[i] = 'x';
		}
		a.n++;
		ck_assert_uint_ne(hash, str_hash_local(a));
	}
}
END_TEST

/* Keys that differ in two letters only, wherever, are spread over a table: the
 * most that share a slot of as many. */
static unsigned most_in_slot(char *text, size_t n, size_t at)
{
	unsigned in_slot[64 * 64] = { 0 }, most = 0;

	for (unsigned i = 0; i < COUNT(in_slot); i++) {
		unsigned *slot;

		text[at] = (char)('0' + i % 64);
		text[at + 1] = (char)('0' + i / 64);
		slot = &in_slot[str_hash_local((str){ text, n }) %
				COUNT(in_slot)];
		if (++*slot > most)
			most = *slot;
	}
	text[at] = text[at + 1] = 'x';
	return most;
}

START_TEST(test_hash_spreads)
{
	char text[40];

	memset(text, 'x', sizeof(text));
	for (size_t n = 2; n <= sizeof(text); n++)
		for (size_t at = 0; at + 2 <= n; at++)
			ck_assert_uint_lt(most_in_slot(text, n, at), 20);
}
END_TEST

START_TEST(test_str_of)
{
	ck_assert_uint_eq(str_of(NULL).n, 0);
	ck_assert_uint_eq(str_of("").n, 0);
	ck_assert_uint_eq(str_of("abc").n, 3);
	ck_assert_uint_eq(STR("a\0b").n, 3);
}
END_TEST

/* "abcdef", from, to. */
static const struct {
	size_t from, to;
	const char *sub;
} subs[] = {
	{ 0, 6, "abcdef" },  { 0, 0, "" },    { 1, 3, "bc" }, { 5, 6, "f" },
	{ 6, 6, "" },	     { 4, 99, "ef" }, { 7, 99, "" },  { 4, 2, "" },
	{ 0, SIZE_MAX, "abcdef" }, { SIZE_MAX, SIZE_MAX, "" },
};

START_TEST(test_sub)
{
	str whole = STR("abcdef");
	str sub = str_sub(whole, subs[_i].from, subs[_i].to);

	ck_assert_text(sub, subs[_i].sub);
	ck_assert(sub.p >= whole.p && sub.p + sub.n <= whole.p + whole.n);
	sub = str_sub(STR_NONE, subs[_i].from, subs[_i].to);
	ck_assert(!sub.p && !sub.n);
}
END_TEST

START_TEST(test_find)
{
	str s = STR("a.b\0.");

	ck_assert_uint_eq(str_find(s, 0, '.'), 1);
	ck_assert_uint_eq(str_find(s, 1, '.'), 1);
	ck_assert_uint_eq(str_find(s, 2, '.'), 4);
	ck_assert_uint_eq(str_find(s, 0, '\0'), 3);
	ck_assert_uint_eq(str_find(s, 5, '.'), 5);
	ck_assert_uint_eq(str_find(s, 99, '.'), 5);
	ck_assert_uint_eq(str_find(s, 0, 'x'), 5);
	ck_assert_uint_eq(str_find(STR_NONE, 0, 'x'), 0);
}
END_TEST

static const struct {
	const char *text, *head, *tail;
	bool cut;
} cuts[] = {
	{ "a.b", "a", "b", true },    { "a.b.c", "a", "b.c", true },
	{ "a", "a", "", false },      { "a.", "a", "", true },
	{ ".a", "", "a", true },      { "", "", "", false },
	{ ".", "", "", true },	      { "..", "", ".", true },
};

START_TEST(test_cut)
{
	str head, tail;

	ck_assert_int_eq(str_cut(str_of(cuts[_i].text), '.', &head, &tail),
			 cuts[_i].cut);
	ck_assert_text(head, cuts[_i].head);
	ck_assert_text(tail, cuts[_i].tail);
}
END_TEST

/* The text that is cut may be where its tail goes. */
START_TEST(test_cut_in_place)
{
	str rest = STR("spec.template.spec"), key;
	int n = 0;

	while (rest.n) {
		str_cut(rest, '.', &key, &rest);
		n++;
	}
	ck_assert_int_eq(n, 3);
	ck_assert_text(key, "spec");
}
END_TEST

START_TEST(test_buf)
{
	struct buf b = BUF_INIT;

	ck_assert_str_eq(buf_z(&b), "");
	ck_assert_uint_eq(b.n, 0);
	buf_add(&b, NULL, 0);
	buf_adds(&b, STR_NONE);
	buf_fill(&b, ' ', 0);
	ck_assert_uint_eq(b.n, 0);
	buf_addz(&b, "ab");
	buf_addc(&b, 'c');
	buf_adds(&b, STR("d\0e"));
	buf_fill(&b, '-', 3);
	buf_printf(&b, "%d%s", 42, "");
	ck_assert_uint_eq(b.n, 11);
	ck_assert(!memcmp(buf_z(&b), "abcd\0e---42", 12));
	buf_drop(&b, 5);
	ck_assert_text(buf_str(&b), "e---42");
	buf_drop(&b, 0);
	ck_assert_text(buf_str(&b), "e---42");
	buf_drop(&b, 6);
	ck_assert_uint_eq(b.n, 0);
	buf_addz(&b, "x");
	buf_drop(&b, 99);
	ck_assert_uint_eq(b.n, 0);
	buf_addz(&b, "y");
	buf_clear(&b);
	ck_assert(!b.n && b.cap);
	buf_release(&b);
	ck_assert(!b.p && !b.n && !b.cap);
	buf_release(&b);
}
END_TEST

static bool all_are(const char *p, size_t n, char c)
{
	while (n && *p == c) {
		p++;
		n--;
	}
	return !n;
}

/* Whatever the pieces, the text is the same, and room is where it was said. */
START_TEST(test_buf_grows)
{
	struct buf b = BUF_INIT;

	for (unsigned i = 0; i < 3000; i++)
		switch (i % 4) {
		case 0:
			buf_addc(&b, (char)i);
			break;
		case 1:
			buf_fill(&b, (char)i, i);
			break;
		case 2:
			buf_reserve(&b, i);
			ck_assert_uint_ge(b.cap - b.n, i);
			memset(b.p + b.n, (int)i, i);
			b.n += i;
			break;
		default:
			buf_printf(&b, "%0*d", (int)i, 0);
		}
	for (size_t i = 0, at = 0; i < 3000; i++) {
		size_t n = i % 4 ? i : 1;

		ck_assert_uint_le(at + n, b.n);
		ck_assert(all_are(b.p + at, n, i % 4 == 3 ? '0' : (char)i));
		at += n;
		if (i == 2999)
			ck_assert_uint_eq(at, b.n);
	}
	buf_release(&b);
}
END_TEST

START_TEST(test_arena_alloc)
{
	struct arena a = ARENA_INIT;
	static const size_t sizes[] = { 0, 1, 7, 8, 9, 100, 255, 4096, 65536,
					65537, 1 << 20, 5 << 20, 3, 0, 1 };
	char *at[COUNT(sizes)];

	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < COUNT(sizes); i++) {
			at[i] = arena_alloc(&a, sizes[i]);
			ck_assert_uint_eq((uintptr_t)at[i] % 8, 0);
			if (sizes[i])
				memset(at[i], (int)i, sizes[i]);
		}
		for (size_t i = 0; i < COUNT(sizes); i++)
			ck_assert(all_are(at[i], sizes[i], (char)i));
		arena_reset(&a);
		ck_assert_uint_le(a.used, 64 * 1024);
	}
	arena_release(&a);
	ck_assert(!a.blocks && !a.used);
	arena_reset(&a);
	arena_release(&a);
}
END_TEST

START_TEST(test_arena_zalloc)
{
	struct arena a = ARENA_INIT;

	for (int round = 0; round < 2; round++) {
		for (size_t n = 0; n < 3000; n += 7) {
			char *p = arena_zalloc(&a, n);

			ck_assert(all_are(p, n, '\0'));
			if (n)
				memset(p, 0xff, n);
		}
		arena_reset(&a);
	}
	arena_release(&a);
}
END_TEST

START_TEST(test_arena_texts)
{
	struct arena a = ARENA_INIT;
	str empty = arena_str(&a, STR_NONE), s = arena_str(&a, STR("a\0b"));
	str long_one = arena_printf(&a, "%0100000d|%s", 0, "end");

	ck_assert(empty.p && !empty.n && !empty.p[0]);
	ck_assert(s.n == 3 && !memcmp(s.p, "a\0b", 4));
	ck_assert_uint_eq(long_one.n, 100004);
	ck_assert_str_eq(long_one.p + 100000, "|end");
	ck_assert_uint_eq(arena_printf(&a, "%s", "").n, 0);
	arena_release(&a);
}
END_TEST

START_TEST(test_ptrmap)
{
	enum { N = 5000 };
	struct arena a = ARENA_INIT;
	struct ptrmap m = PTRMAP_INIT(&a);
	static char things[N * 2];

	ck_assert_uint_eq(ptrmap_get(&m, things), PTRMAP_NONE);
	for (uint32_t i = 0; i < N; i++) {
		ptrmap_put(&m, &things[i], i);
		ck_assert_uint_eq(m.n, i + 1);
	}
	for (uint32_t i = 0; i < N; i++)
		ck_assert_uint_eq(ptrmap_get(&m, &things[i]), i);
	for (uint32_t i = N; i < 2 * N; i++)
		ck_assert_uint_eq(ptrmap_get(&m, &things[i]), PTRMAP_NONE);
	ck_assert_uint_eq(ptrmap_get(&m, NULL), PTRMAP_NONE);
	for (uint32_t i = 0; i < N; i += 2)
		ptrmap_put(&m, &things[i], i + 7);
	ck_assert_uint_eq(m.n, N);
	for (uint32_t i = 0; i < N; i++)
		ck_assert_uint_eq(ptrmap_get(&m, &things[i]),
				  i % 2 ? i : i + 7);
	arena_release(&a);
}
END_TEST

START_TEST(test_err)
{
	struct err e = ERR_INIT;
	char long_text[1000];

	ck_assert_int_eq(err_set(NULL, POS_NONE, "nobody asks"), -1);
	ck_assert_int_eq(err_set(&e, (struct pos){ "f", 2, 3 }, "%s %d", "a",
				 1), -1);
	ck_assert_int_eq(err_set(&e, POS_NONE, "the second"), -1);
	ck_assert(e.set);
	ck_assert_str_eq(e.text, "a 1");
	ck_assert_str_eq(e.pos.file, "f");
	ck_assert_uint_eq(e.pos.line, 2);
	ck_assert_uint_eq(e.pos.column, 3);

	memset(long_text, 'x', sizeof(long_text));
	long_text[sizeof(long_text) - 1] = '\0';
	e = (struct err)ERR_INIT;
	err_set(&e, POS_NONE, "%s", long_text);
	ck_assert_uint_eq(strlen(e.text), sizeof(e.text) - 1);
}
END_TEST

/* A writer that notes the sizes of what it gets, and fails when told to. */
struct writer {
	struct buf all, sizes;
	int fails;
};

static int note(void *ctx, const void *p, size_t n)
{
	struct writer *w = ctx;

	if (w->fails) {
		errno = ENOSPC;
		return -1;
	}
	buf_add(&w->all, p, n);
	buf_printf(&w->sizes, "%zu ", n);
	return 0;
}

START_TEST(test_hold)
{
	struct writer w = { BUF_INIT, BUF_INIT, 0 };
	struct holdback h = { BUF_INIT, 0, 4, note, &w };

	ck_assert_int_eq(holdback_finish(&h), 0);	/* nothing: no call */
	buf_addz(&h.pending, "abcd");
	h.safe = 3;
	/* no more than the limit */
	ck_assert_int_eq(holdback_settle(&h), 0);
	buf_addz(&h.pending, "e");
	h.safe = 0;
	ck_assert_int_eq(holdback_settle(&h), 0);	/* nothing is safe */
	ck_assert_uint_eq(w.all.n, 0);
	h.safe = 3;
	ck_assert_int_eq(holdback_settle(&h), 0);
	ck_assert_str_eq(buf_z(&w.all), "abc");
	ck_assert_uint_eq(h.safe, 0);
	ck_assert_text(buf_str(&h.pending), "de");
	buf_addz(&h.pending, "fghi");
	h.safe = 6;
	ck_assert_int_eq(holdback_settle(&h), 0);	/* all of it is safe */
	ck_assert_uint_eq(h.pending.n, 0);
	buf_addz(&h.pending, "j");
	ck_assert_int_eq(holdback_finish(&h), 0);
	ck_assert_int_eq(holdback_finish(&h), 0);
	ck_assert_str_eq(buf_z(&w.all), "abcdefghij");
	ck_assert_str_eq(buf_z(&w.sizes), "3 6 1 ");
	holdback_release(&h);
	buf_release(&w.all);
	buf_release(&w.sizes);
}
END_TEST

START_TEST(test_hold_fails)
{
	struct writer w = { BUF_INIT, BUF_INIT, 1 };
	struct holdback h = { BUF_INIT, 0, 4, note, &w };

	buf_addz(&h.pending, "abcdef");
	h.safe = 3;
	errno = 0;
	ck_assert_int_eq(holdback_settle(&h), -1);
	ck_assert_int_eq(errno, ENOSPC);
	errno = 0;
	ck_assert_int_eq(holdback_finish(&h), -1);
	ck_assert_int_eq(errno, ENOSPC);
	ck_assert_uint_eq(w.all.n, 0);
	holdback_release(&h);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("base");
	TCase *tc = tcase_create("base");
	SRunner *sr = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tc, test_compare, 0, COUNT(pairs));
	tcase_add_test(tc, test_hash);
	tcase_add_test(tc, test_hash_spreads);
	tcase_add_test(tc, test_str_of);
	tcase_add_loop_test(tc, test_sub, 0, COUNT(subs));
	tcase_add_test(tc, test_find);
	tcase_add_loop_test(tc, test_cut, 0, COUNT(cuts));
	tcase_add_test(tc, test_cut_in_place);
	tcase_add_test(tc, test_buf);
	tcase_add_test(tc, test_buf_grows);
	tcase_add_test(tc, test_arena_alloc);
	tcase_add_test(tc, test_arena_zalloc);
	tcase_add_test(tc, test_arena_texts);
	tcase_add_test(tc, test_ptrmap);
	tcase_add_test(tc, test_err);
	tcase_add_test(tc, test_hold);
	tcase_add_test(tc, test_hold_fails);
	suite_add_tcase(suite, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
