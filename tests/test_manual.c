/*
 * man/injector-template.5 describes exactly the functions in the tables.
 * The page names them in lines `.It Ic name , name Ar argument`.
 */
#include <check.h>
#include <stdlib.h>

#include "base/io.h"
#include "istio/render.h"
#include "tmpl/func.h"

#define PAGE "man/injector-template.5"

static struct arena arena;
static struct map *named;

/* "Ic name , name Ar argument": the names after Ic. */
static void read_item(str line)
{
	bool is_name = false;
	str word;

	while (line.n) {
		str_cut(line, ' ', &word, &line);
		if (str_eq(word, STR("Ic")) || str_eq(word, STR("Ar")))
			is_name = word.p[0] == 'I';
		else if (is_name && !str_eq(word, STR(",")))
			map_set(named, word, value_int(0));
	}
}

static void setup(void)
{
	struct buf page = BUF_INIT;
	struct err e = ERR_INIT;
	str rest, line;

	arena = (struct arena)ARENA_INIT;
	named = map_new(&arena, &type_map);
	if (io_slurp(PAGE, &page, &e) < 0)
		ck_abort_msg("%s", e.text);
	rest = arena_str(&arena, buf_str(&page));
	buf_release(&page);
	while (rest.n) {
		str_cut(rest, '\n', &line, &rest);
		if (str_starts(line, STR(".It Ic ")))
			read_item(str_sub(line, 4, line.n));
	}
}

static void teardown(void)
{
	arena_release(&arena);
}

/* Every function of the table must be named; its entry is set to 1. */
static void check_table(const struct func_table *t)
{
	uint32_t i;
	str name;

	for (i = 0; i < t->n; i++) {
		name = str_of(t->funcs[i].name);
		ck_assert_msg(map_has(named, name),
			      "%s does not describe \"%s\"", PAGE,
			      t->funcs[i].name);
		map_set(named, name, value_int(1));
	}
}

START_TEST(functions)
{
	const struct map_entry *names;
	uint32_t i;

	check_table(&builtins_table);
	for (i = 0; istio_tables[i]; i++)
		check_table(istio_tables[i]);
	names = map_entries(named);
	for (i = 0; i < map_len(named); i++)
		ck_assert_msg(names[i].value.i == 1,
			      "%s describes \"%.*s\", an unknown function",
			      PAGE, STR_ARG(names[i].key));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("manual");
	TCase *tc = tcase_create("manual");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, functions);
	suite_add_tcase(s, tc);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
