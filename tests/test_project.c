/*
 * project: options from .injector.yaml and the environment, precedence, the
 * search for the file, and how it is printed.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "project/project.h"

static bool is_file(const char *word)
{
	return word != NULL;
}

static bool has_dot(const char *word)
{
	return strchr(word, '.') != NULL;
}

enum { FLAG, WORD, LIST, FILES, TEMPLATE, PAIRS, JSON, SECRET, NONE };

static const struct project_option table[] = {
	[FLAG] = { "dry-run", PROJECT_FLAG, 0, NULL, NULL },
	[WORD] = { "colour", PROJECT_WORD, 0, NULL, NULL },
	[LIST] = { "no-warn", PROJECT_WORDS, 0, NULL, NULL },
	[FILES] = { "values", PROJECT_WORDS, PROJECT_JSON, is_file, NULL },
	[TEMPLATE] = { "template", PROJECT_WORDS, 0, has_dot, NULL },
	[PAIRS] = { "set", PROJECT_WORDS, PROJECT_PAIRS, NULL, NULL },
	[JSON] = { "set-json", PROJECT_WORDS, PROJECT_JSON, NULL, NULL },
	[SECRET] = { "output", PROJECT_WORD, 0, is_file, "it would write" },
	[NONE] = { "help", PROJECT_NONE, 0, NULL, "it is a command" },
};

static const struct project_options options = { table, ARRAY_SIZE(table) };

/* "name=text name=text", one behind the other. */
static void check_settings(const struct project_settings *s, const char *want)
{
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < s->n; i++)
		buf_printf(&b, "%s%s=%s", i ? " " : "",
			   table[s->at[i].option].name, s->at[i].text);
	ck_assert_str_eq(buf_z(&b), want);
	buf_release(&b);
}

/* ---- files ---- */

static const struct {
	const char *text, *want;
} files[] = {
	{ "", "" },
	{ "# nothing\n", "" },
	{ "{}", "" },
	{ "dry-run: true", "dry-run=true" },
	{ "dry-run: no", "dry-run=false" },
	{ "dry-run:\ncolour: ~\nno-warn: null", "" },
	{ "colour: red", "colour=red" },
	{ "colour: 1.20", "colour=1.20" },
	{ "colour: 0x10", "colour=0x10" },
	{ "colour: yes", "colour=yes" },
	{ "no-warn: a", "no-warn=a" },
	{ "no-warn: [a, 1, true]", "no-warn=a no-warn=1 no-warn=true" },
	{ "no-warn: []", "" },
	{ "no-warn: &a [x]\nset: *a", "no-warn=x set=x" },

	/* relative to the file */
	{ "values: v.yaml", "values=../v.yaml" },
	{ "values: [a/v.yaml, ../b, /c]",
	  "values=../a/v.yaml values=../../b values=/c" },
	{ "values: [-]", "values=-" },
	{ "values: ['{a: 1}']", "values={a: 1}" },
	{ "template: [istio, a.yaml]", "template=istio template=../a.yaml" },

	/* maps */
	{ "values: {a: {b: [1, ~]}}", "values={\"a\":{\"b\":[1,null]}}" },
	{ "values: [v, {a: 1}]", "values=../v values={\"a\":1}" },
	{ "values: [{a: 'x://y'}, '{a: x://y}']",
	  "values={\"a\":\"x://y\"} values={a: x://y}" },
	{ "set-json: {a: {b: x}}", "set-json={\"a\":{\"b\":\"x\"}}" },
	{ "set: {a.b: c}", "set=a.b=c" },
	{ "set: {a: 1, b: true, c: ~}", "set=a=1 set=b=true set=c=null" },
	{ "set: {a: 'x,y\\z'}", "set=a=x\\,y\\\\z" },
	{ "set: {a: '{b}'}", "set=a=\\{b}" },
	{ "set: {a: 'b{c}'}", "set=a=b{c}" },
	{ "set: {a: ''}", "set=a=" },
	{ "set: [a=b, {c: d}]", "set=a=b set=c=d" },
};

START_TEST(test_file)
{
	struct project_settings s = PROJECT_SETTINGS_INIT;
	struct project_file file = {
		.path = "../.injector.yaml", .text = str_of(files[_i].text),
	};
	struct err e = ERR_INIT;

	ck_assert_msg(!project_read_file(&s, &options, &file, &e), "%s: %s",
		      files[_i].text, e.text);
	ck_assert_ptr_null(file.extends);
	check_settings(&s, files[_i].want);
	for (size_t i = 0; i < s.n; i++)
		ck_assert_int_eq(s.at[i].level, PROJECT_FILE);
	project_release(&s);
}
END_TEST

static const struct {
	const char *text;
	uint32_t line, column;
	const char *why;
} wrong[] = {
	{ "- a", 1, 1, "expected a map of options, found a list" },
	{ "text", 1, 1, "expected a map of options, found text" },
	{ "a: [", 1, 5, "" },
	{ "colour: a\n---\ncolour: b", 2, 1, "" },
	{ "\ncolor: red", 2, 1,
	  "unknown option \"color\"; did you mean \"colour\"?" },
	{ "no_warn: a", 1, 1,
	  "unknown option \"no_warn\"; did you mean \"no-warn\"?" },
	{ "elephant: 1", 1, 1, "unknown option \"elephant\"" },
	/* nothing is proposed that would be refused */
	{ "outputs: 1", 1, 1, "unknown option \"outputs\"" },
	{ "output: x", 1, 1,
	  "output cannot be set in this file: it would write" },
	{ "help: true", 1, 1,
	  "help cannot be set in this file: it is a command" },
	{ "colour: a\ncolour: b", 2, 1, "duplicate option \"colour\"" },
	{ "dry-run: 1", 1, 10,
	  "dry-run: expected true or false, found a number" },
	{ "dry-run: 'true'", 1, 10,
	  "dry-run: expected true or false, found text" },
	{ "dry-run: [true]", 1, 10,
	  "dry-run: expected true or false, found a list" },
	{ "colour: [a]", 1, 9, "colour: expected text, found a list" },
	{ "colour: {a: 1}", 1, 9, "colour: expected text, found a map" },
	{ "no-warn: {a: 1}", 1, 10, "no-warn: expected text, found a map" },
	{ "no-warn: [a, [b]]", 1, 14, "no-warn: expected text, found a list" },
	{ "no-warn: [a, ~]", 1, 14, "no-warn: expected text, found nothing" },
	{ "no-warn: ['']", 1, 11, "no-warn: the text is empty" },
	{ "colour: \"a\\0b\"", 1, 9, "colour: the text contains a NUL byte" },
	{ "set: {a: {b: 1}}", 1, 10, "set: expected text, found a map" },
	{ "set: {a: \"\\0\"}", 1, 10, "set: the text contains a NUL byte" },
	{ "values: https://example.com/v", 1, 9,
	  "values: .injector.yaml cannot trigger network access; pass this "
	  "address on the command line" },
	{ "values: {a: .inf}", 1, 13, "" },
	{ "extend: ../x", 1, 1,
	  "unknown option \"extend\"; did you mean \"extends\"?" },
	{ "extends: [a]", 1, 10,
	  "extends: expected the path of a file, found a list" },
	{ "extends: 7", 1, 10,
	  "extends: expected the path of a file, found a number" },
	{ "extends: ''", 1, 10, "extends: the text is empty" },
	{ "extends: https://example.com/x", 1, 10,
	  "extends: .injector.yaml cannot trigger network access; pass this "
	  "address on the command line" },
};

/* ---- files that extend each other ---- */

/* The nearest first. */
static const struct {
	const char *files[3], *want;
} chains[] = {
	{ { "no-warn: a", "no-warn: b" }, "no-warn=a" },
	{ { "no-warn: [a, b]", "colour: red\nno-warn: c" },
	  "colour=red no-warn=a no-warn=b" },
	{ { "dry-run: false", "dry-run: true" }, "dry-run=false" },
	/* texts of maps are combined, the nearest last */
	{ { "set: {a: 1}", "set: {a: 2, b: 3}" },
	  "set=a=2 set=b=3 set=a=1" },
	{ { "values: {a: 1}", "values: x" }, "values=x values={\"a\":1}" },
	{ { "", "template: a", "template: b\ncolour: c" },
	  "colour=c template=a" },
	{ { "set: {a: 1}", "", "set: {a: 3}" }, "set=a=3 set=a=1" },
};

START_TEST(test_inherit)
{
	struct project_settings s = PROJECT_SETTINGS_INIT;
	struct err e = ERR_INIT;

	for (unsigned i = 0; i < 3 && chains[_i].files[i]; i++) {
		struct project_file file = {
			.path = "f", .text = str_of(chains[_i].files[i]),
			.depth = i,
		};

		ck_assert_int_eq(project_read_file(&s, &options, &file, &e), 0);
	}
	project_inherit(&s, &options);
	check_settings(&s, chains[_i].want);
	project_release(&s);
}
END_TEST

START_TEST(test_extends)
{
	struct project_settings s = PROJECT_SETTINGS_INIT;
	struct project_file file = {
		.path = "tests/f.yaml", .text = STR("extends: ../b.yaml"),
	};
	struct err e = ERR_INIT;

	ck_assert_int_eq(project_read_file(&s, &options, &file, &e), 0);
	ck_assert_str_eq(file.extends, "b.yaml");
	ck_assert_uint_eq(file.extends_pos.column, 10);
	file.text = STR("extends:\n");
	ck_assert_int_eq(project_read_file(&s, &options, &file, &e), 0);
	ck_assert_ptr_null(file.extends);
	file.text = STR("extends: /b.yaml");
	ck_assert_int_eq(project_read_file(&s, &options, &file, &e), 0);
	ck_assert_str_eq(file.extends, "/b.yaml");
	project_release(&s);
}
END_TEST

START_TEST(test_wrong_file)
{
	struct project_settings s = PROJECT_SETTINGS_INIT;
	struct project_file file = {
		.path = "dir/f.yaml", .text = str_of(wrong[_i].text),
	};
	struct err e = ERR_INIT;

	ck_assert_msg(project_read_file(&s, &options, &file, &e), "%s",
		      wrong[_i].text);
	ck_assert_str_eq(e.pos.file, "dir/f.yaml");
	ck_assert_msg(e.pos.line == wrong[_i].line &&
		      e.pos.column == wrong[_i].column, "%s: %u:%u: %s",
		      wrong[_i].text, e.pos.line, e.pos.column, e.text);
	if (*wrong[_i].why)
		ck_assert_str_eq(e.text, wrong[_i].why);
	project_release(&s);
}
END_TEST

/* ---- the environment ---- */

START_TEST(test_variable)
{
	struct buf b = BUF_INIT;

	project_variable(&b, "no-warn");
	ck_assert_str_eq(buf_z(&b), "INJECTOR_NO_WARN");
	buf_clear(&b);
	project_variable(&b, "injectConfigFile");
	ck_assert_str_eq(buf_z(&b), "INJECTOR_INJECTCONFIGFILE");
	buf_release(&b);
}
END_TEST

START_TEST(test_environment)
{
	/* environ(7) is of these, though nobody writes to them */
	static const char *const set[] = {
		"PATH=/bin", "INJECTOR=build/injector", "INJECTOR_",
		"INJECTOR_COLOUR=red=1", "INJECTOR_NO_WARN=\na\r\n\nb c\n",
		"INJECTOR_VALUES=v.yaml", "INJECTOR_OUTPUT=out",
		"INJECTOR_DRY_RUN=1", "INJECTOR_SET=", "INJECTOR_HELP=1",
		"INJECTOR_no-warn=x", "INJECTOR_NO_WAR=x",
		"INJECTOR_NO_WARNS=x", "INJECTOR_PORT=tcp://10.0.0.1:80",
		NULL,
	};
	struct project_settings s = PROJECT_SETTINGS_INIT;

	project_read_environment(&s, &options, (char *const *)(uintptr_t)set);
	check_settings(&s, "colour=red=1 no-warn=a no-warn=b c values=v.yaml "
		       "output=out dry-run=1");
	for (size_t i = 0; i < s.n; i++)
		ck_assert_int_eq(s.at[i].level, PROJECT_ENVIRONMENT);
	ck_assert_str_eq(s.at[1].pos.file, "INJECTOR_NO_WARN");
	project_release(&s);
}
END_TEST

START_TEST(test_bool)
{
	static const struct {
		const char *text;
		int value;	/* -1: none */
	} words[] = {
		{ "true", 1 }, { "TRUE", 1 }, { "1", 1 }, { "Yes", 1 },
		{ "on", 1 }, { "t", 1 }, { "false", 0 }, { "0", 0 },
		{ "no", 0 }, { "Off", 0 }, { "N", 0 },
		{ "", -1 }, { "2", -1 }, { "maybe", -1 }, { "true ", -1 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		bool on = false;

		ck_assert_msg(project_bool(words[i].text, &on) ==
			      (words[i].value >= 0), "%s", words[i].text);
		if (words[i].value >= 0)
			ck_assert_msg(on == words[i].value, "%s",
				      words[i].text);
	}
}
END_TEST

/* ---- who is believed ---- */

static const enum project_level levels[] = {
	PROJECT_COMMAND_LINE, PROJECT_FILE, PROJECT_ENVIRONMENT,
};

static const char *const level_words[] = {
	[PROJECT_FILE] = "file",
	[PROJECT_ENVIRONMENT] = "environment",
	[PROJECT_COMMAND_LINE] = "line",
};

/* Each set of levels (a bit each) says an option twice, in an order that is not
 * that of the levels; the highest alone is left, as it was said. */
START_TEST(test_precedence)
{
	struct project_settings s = PROJECT_SETTINGS_INIT;
	enum project_level highest = PROJECT_DEFAULT;
	struct buf want = BUF_INIT;

	for (size_t i = 0; i < 2 * ARRAY_SIZE(levels); i++) {
		const struct project_setting setting = {
			.option = i % 2 ? LIST : WORD,
			.level = levels[i / 2],
			.text = level_words[levels[i / 2]],
		};

		if (!(_i & 1 << setting.level))
			continue;
		project_add(&s, &setting);
		project_add(&s, &setting);
		if (setting.level > highest)
			highest = setting.level;
	}
	project_settle(&s, options.n);
	if (highest)
		buf_printf(&want, "colour=%1$s colour=%1$s no-warn=%1$s "
			   "no-warn=%1$s", level_words[highest]);
	check_settings(&s, buf_z(&want));
	ck_assert(!project_last(&s, FLAG));
	if (highest)
		ck_assert(project_last(&s, LIST)->level == highest);
	else
		ck_assert(!project_last(&s, LIST));
	buf_release(&want);
	project_release(&s);
}
END_TEST

/* The precedence of one option does not affect another. */
START_TEST(test_levels_apart)
{
	static const struct project_setting said[] = {
		{ FLAG, PROJECT_COMMAND_LINE, "true", { 0 }, 0 },
		{ LIST, PROJECT_ENVIRONMENT, "e", { 0 }, 0 },
		{ LIST, PROJECT_FILE, "f", { 0 }, 0 },
		{ WORD, PROJECT_FILE, "w", { 0 }, 0 },
	};
	struct project_settings s = PROJECT_SETTINGS_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(said); i++)
		project_add(&s, &said[i]);
	project_settle(&s, options.n);
	check_settings(&s, "colour=w no-warn=e dry-run=true");
	project_drop(&s, LIST, PROJECT_ENVIRONMENT);
	project_drop(&s, WORD, PROJECT_ENVIRONMENT);
	project_drop(&s, FLAG, PROJECT_DEFAULT);
	check_settings(&s, "no-warn=e dry-run=true");
	project_release(&s);
}
END_TEST

/* ---- where the file is ---- */

static char folder[] = "/tmp/test_project.XXXXXX";

static void touch(const char *path)
{
	FILE *f;

	ck_assert(!chdir(folder));
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fclose(f);
}

static void enter(void)
{
	strcpy(folder + strlen(folder) - 6, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert(!chdir(folder));
	ck_assert(!mkdir("a", 0755) && !mkdir("a/b", 0755) &&
		  !mkdir("a/b/c", 0755));
}

static void leave(void)
{
	static const char *const all[] = {
		"a/b/c/.injector.yaml", "a/b/.injector.yaml",
		"a/.injector.yaml", ".injector.yaml", "a/.git", "a/b/.git",
		"a/b/c/link", "a/b/shared.yaml", "base.yaml", "a/x.yaml",
		"a/b/open/x.yaml", "a/b/open", "a/b/c", "a/b", "a",
	};

	ck_assert(!chdir(folder));
	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		remove(all[i]);
	ck_assert(!chdir("/") && !rmdir(folder));
}

static void check_found(const char *from, const char *want)
{
	struct buf path = BUF_INIT;

	ck_assert(!chdir(folder) && !chdir(from));
	ck_assert_int_eq(project_find(&path, STR_NONE, NULL),
			 *want != '\0');
	ck_assert_str_eq(buf_z(&path), want);
	buf_release(&path);
}

START_TEST(test_find)
{
	enter();
	check_found("a/b/c", "");
	touch(".injector.yaml");
	check_found(".", ".injector.yaml");
	check_found("a/b/c", "../../../.injector.yaml");
	touch("a/.injector.yaml");
	check_found("a/b/c", "../../.injector.yaml");
	check_found("a", ".injector.yaml");
	leave();
}
END_TEST

START_TEST(test_find_in_repository)
{
	enter();
	touch(".injector.yaml");
	touch("a/.git");
	check_found("a/b/c", "");
	check_found("a", "");
	touch("a/.injector.yaml");
	check_found("a/b/c", "../../.injector.yaml");
	ck_assert(!chdir(folder) && !mkdir("a/b/.git", 0755));
	check_found("a/b/c", "");
	leave();
}
END_TEST

/* What everybody may write to is not looked at, except from within. */
START_TEST(test_find_below_strangers)
{
	enter();
	touch("a/.injector.yaml");
	ck_assert(!chmod("a", 0777));
	check_found("a/b/c", "");
	check_found("a", ".injector.yaml");
	ck_assert(!chdir(folder) && !chmod("a", 0755));
	if (geteuid() == 0) {
		ck_assert(!chown("a", 12345, (gid_t)-1));
		check_found("a/b/c", "");
		/* of the same stranger */
		ck_assert(!chdir(folder) &&
			  !chown("a/b", 12345, (gid_t)-1));
		check_found("a/b", "../.injector.yaml");
	}
	leave();
}
END_TEST

/* A dangling link is found, so that it is reported. */
START_TEST(test_find_dangling)
{
	enter();
	ck_assert(!symlink("nowhere", "a/.injector.yaml"));
	check_found("a/b", "../.injector.yaml");
	leave();
}
END_TEST

/* May a/b/c/.injector.yaml extend this file? */
static void check_extended(const char *path, const char *why)
{
	struct err e = ERR_INIT;
	int result = project_check_extended(path, "a/b/c/.injector.yaml", &e);

	ck_assert_msg(result == (why ? -1 : 0), "%s: %s", path, e.text);
	if (why)
		ck_assert_msg(strstr(e.text, why), "%s: %s", path, e.text);
}

START_TEST(test_extended_files)
{
	enter();
	touch("a/b/c/.injector.yaml");
	touch("a/.injector.yaml");
	touch("a/b/shared.yaml");
	touch("base.yaml");
	check_extended("a/b/c/../../.injector.yaml", NULL);
	check_extended("a/b/c/../shared.yaml", NULL);
	check_extended("a/b/c/../../../base.yaml", NULL);
	check_extended("/dev/null", "is outside of the repository");
	check_extended("a/b/none.yaml", "cannot open");
	/* links count where they lead to */
	ck_assert(!symlink("/dev/null", "a/b/c/link"));
	check_extended("a/b/c/link", "is outside of the repository");
	/* the repository ends at a/b */
	touch("a/b/.git");
	check_extended("a/b/shared.yaml", NULL);
	check_extended("a/.injector.yaml", "is outside of the repository");
	leave();
}
END_TEST

START_TEST(test_extended_of_strangers)
{
	enter();
	touch("a/b/c/.injector.yaml");
	touch("a/x.yaml");
	ck_assert(!mkdir("a/b/open", 0777) && !chmod("a/b/open", 0777));
	touch("a/b/open/x.yaml");
	check_extended("a/b/open/x.yaml", "is outside");
	ck_assert(!chmod("a/b/open", 0755));
	check_extended("a/b/open/x.yaml", NULL);
	/* the search ends below a folder that everybody may write to */
	ck_assert(!chmod("a", 0777));
	check_extended("a/x.yaml", "is outside");
	check_extended("a/b/open/x.yaml", NULL);
	if (geteuid() == 0) {
		ck_assert(!chown("a/b/open", 12345, (gid_t)-1));
		check_extended("a/b/open/x.yaml", "is outside");
	}
	leave();
}
END_TEST

/* ---- showing ---- */

START_TEST(test_show)
{
	static const struct project_setting said[] = {
		{ FLAG, PROJECT_ENVIRONMENT, "1", { "INJECTOR_F", 0, 0 }, 0 },
		{ WORD, PROJECT_ENVIRONMENT, "hush", { "INJECTOR_C", 0, 0 },
		  0 },
		{ LIST, PROJECT_FILE, "a", { "x\n/.injector.yaml", 2, 5 }, 0 },
		{ LIST, PROJECT_FILE, "yes", { "f", 3, 1 }, 0 },
		{ TEMPLATE, PROJECT_COMMAND_LINE, "a: b", { 0 }, 0 },
		{ PAIRS, PROJECT_ENVIRONMENT, "p=hush",
		  { "INJECTOR_S", 0, 0 }, 0 },
		{ SECRET, PROJECT_COMMAND_LINE, "out", { 0 }, 0 },
	};
	static const char want[] =
		"dry-run: true  # INJECTOR_F\n"
		"colour:  # INJECTOR_C, not shown\n"
		"no-warn:\n"
		"  - a  # x?/.injector.yaml:2:5\n"
		"  - \"yes\"  # f:3:1\n"
		"values: v  # default\n"
		"template:\n"
		"  - \"a: b\"  # command line\n"
		"set:  # INJECTOR_S, not shown\n"
		"set-json: v  # default\n"
		"# output: out  # command line\n";
	struct project_settings s = PROJECT_SETTINGS_INIT;
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(said); i++)
		project_add(&s, &said[i]);
	for (size_t i = 0; i < NONE; i++)
		project_show(&b, &s, &options, i, "v");
	ck_assert_str_eq(buf_z(&b), want);
	buf_release(&b);
	project_release(&s);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("project");
	TCase *tc = tcase_create("project");
	SRunner *sr = srunner_create(s);
	int failed;

	suite_add_tcase(s, tc);
	tcase_add_loop_test(tc, test_file, 0, (int)ARRAY_SIZE(files));
	tcase_add_loop_test(tc, test_inherit, 0, ARRAY_SIZE(chains));
	tcase_add_test(tc, test_extends);
	tcase_add_loop_test(tc, test_wrong_file, 0, (int)ARRAY_SIZE(wrong));
	tcase_add_test(tc, test_variable);
	tcase_add_test(tc, test_environment);
	tcase_add_test(tc, test_bool);
	tcase_add_loop_test(tc, test_precedence, 0,
			    1 << (PROJECT_COMMAND_LINE + 1));
	tcase_add_test(tc, test_levels_apart);
	tcase_add_test(tc, test_find);
	tcase_add_test(tc, test_find_in_repository);
	tcase_add_test(tc, test_find_below_strangers);
	tcase_add_test(tc, test_find_dangling);
	tcase_add_test(tc, test_extended_files);
	tcase_add_test(tc, test_extended_of_strangers);
	tcase_add_test(tc, test_show);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
