/*
 * What .gitignore leaves out is compared with what git says of the same random
 * trees, some of whose files are tracked, where git is there, and with what
 * gitignore(5) says of some.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/array.h"
#include "base/io.h"
#include "files/ignore.h"

static uint32_t random_state = 1;

static uint32_t any(uint32_t below)
{
	random_state = random_state * 1664525 + 1013904223;
	return (random_state >> 8) % below;
}

/* ---- lines ---- */

static const struct {
	const char *line, *path;
	bool folder, matches;
} lines[] = {
	{ "a", "a", false, true },
	{ "a", "b/a", false, true },
	{ "a", "a/b", false, false },
	{ "/a", "a", false, true },
	{ "/a", "b/a", false, false },
	{ "a/", "a", false, false },
	{ "a/", "a", true, true },
	{ "a/", "b/a", true, true },
	{ "a/b", "a/b", false, true },
	{ "a/b", "x/a/b", false, false },
	{ "**/a/b", "x/a/b", false, true },
	{ "*.yaml", "a/b.yaml", false, true },
	{ "a  ", "a", false, true },
	{ "a\\ ", "a ", false, true },
	{ "\\#a", "#a", false, true },
	{ "\\!a", "!a", false, true },
	{ "a/b**", "a/bc/d", false, true },
	{ "!a", "a", false, true },
};

START_TEST(line)
{
	struct ignore_rule r;

	ck_assert(ignore_rule_read(&r, str_of(lines[_i].line)));
	ck_assert(r.negated == (lines[_i].line[0] == '!'));
	ck_assert_msg(ignore_rule_matches(&r, str_of(lines[_i].path),
					  lines[_i].folder) ==
		      lines[_i].matches,
		      "\"%s\" and %s", lines[_i].line, lines[_i].path);
}
END_TEST

START_TEST(no_rule)
{
	struct ignore_rule r;

	ck_assert(!ignore_rule_read(&r, STR("")));
	ck_assert(!ignore_rule_read(&r, STR("   ")));
	ck_assert(!ignore_rule_read(&r, STR("# a")));
	ck_assert(!ignore_rule_read(&r, STR("!")));
	ck_assert(!ignore_rule_read(&r, STR("/")));
}
END_TEST

/* ---- trees ---- */

static const char *const names[] = { "a", "b", "ab", "a.b", "c d", "b!" };
#define N_NAMES ARRAY_SIZE(names)

static char work[] = "/tmp/injector-ignore-XXXXXX";

static void write_file(const char *path, str text)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	if (text.n)
		fwrite(text.p, 1, text.n, f);
	fclose(f);
}

static void add_pattern(struct buf *b)
{
	static const char *const pieces[] = {
		"a", "b", "ab", "a.b", "c d", "*", "**", "?", "[ab]", "[!a]",
		"\\a", "a*", "*b", "**b", "a**", "[a-", "/", "/", "/", "/", "/",
		" ", "b\\!",
	};
	size_t n = 1 + any(5);

	if (any(4) == 0)
		buf_addc(b, '!');
	if (any(4) == 0)
		buf_addc(b, '/');
	while (n--)
		buf_addz(b, pieces[any(ARRAY_SIZE(pieces))]);
	if (any(4) == 0)
		buf_addc(b, '/');
	if (any(10) == 0)
		buf_addz(b, any(2) ? "  " : "\\ ");
}

static void write_patterns(const char *path)
{
	struct buf b = BUF_INIT;
	size_t n = 1 + any(5);

	if (any(8) == 0)
		buf_addz(&b, "\xef\xbb\xbf");
	while (n--) {
		if (any(10) == 0)
			buf_addz(&b, any(2) ? "# words\n" : "\n");
		add_pattern(&b);
		if (n || any(4))
			buf_addz(&b, any(8) ? "\n" : "\r\n");
	}
	write_file(path, buf_str(&b));
	buf_release(&b);
}

static void make_tree(const char *folder, int depth)
{
	for (size_t i = 0; i < N_NAMES; i++) {
		char path[200];

		if (any(3) == 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		if (depth && any(2)) {
			ck_assert_int_eq(mkdir(path, 0777), 0);
			make_tree(path, depth - 1);
		} else {
			write_file(path, STR_NONE);
		}
	}
	if (any(depth == 2 ? 8 : 3)) {
		char path[200];

		if (depth < 2 && any(2))
			return;
		snprintf(path, sizeof(path), "%s/.gitignore", folder);
		write_patterns(path);
	}
}

/* What is not left out, a path a line, as `git ls-files` sorts them: by the
 * bytes of the paths.  Names here sort before their own followed by `/`. */
static void list(struct buf *out, struct arena *a, const struct ignore *level,
		 const char *folder)
{
	for (size_t i = 0; i < N_NAMES; i++) {
		const char *path = arena_printf(a, "%s%s%s", folder,
						*folder ? "/" : "",
						names[i]).p;
		struct stat st;

		if (stat(path, &st) < 0 ||
		    ignore_has(level, names[i], S_ISDIR(st.st_mode)))
			continue;
		if (S_ISDIR(st.st_mode))
			list(out, a, ignore_enter(level, path, names[i]),
			     path);
		else
			buf_printf(out, "%s\n", path);
	}
}

static int by_text(const void *a, const void *b)
{
	return str_cmp(*(const str *)a, *(const str *)b);
}

static void sort_lines(struct buf *b)
{
	struct buf sorted = BUF_INIT;
	str at[1000], rest = buf_str(b);
	size_t n = 0;

	while (rest.n && n < 1000)
		str_cut(rest, '\n', &at[n++], &rest);
	if (n)
		qsort(at, n, sizeof(*at), by_text);
	for (size_t i = 0; i < n; i++)
		buf_printf(&sorted, "%.*s\n", STR_ARG(at[i]));
	buf_release(b);
	*b = sorted;
}

/* Track some files, whether they are excluded or not, by an index of any
 * version, which may be split. */
static void track(void)
{
	static const char *const forms[] = {
		"--index-version 2", "--index-version 4", "--split-index",
		"--no-split-index",
	};
	struct buf command = BUF_INIT;

	buf_printf(&command, "rm -f .git/index .git/sharedindex.*; "
		   "find . -name .git -prune -o -type f -print | sort | "
		   "awk 'NR %% %u == 0' >.git/some; "
		   "git update-index %s --add --stdin <.git/some && "
		   "git update-index %s --add a b 2>/dev/null; true",
		   2 + any(4), forms[any(ARRAY_SIZE(forms))],
		   forms[any(ARRAY_SIZE(forms))]);
	ck_assert_int_eq(system(buf_z(&command)), 0);
	buf_release(&command);
}

static void ask_git(struct buf *out)
{
	FILE *f = popen("{ git ls-files -o --exclude-standard; "
			"git ls-files -c; } | sort -u | "
			"grep -v '\\(^\\|/\\)[.]gitignore$'", "r");
	char text[4096];
	size_t n;

	ck_assert_ptr_nonnull(f);
	while ((n = fread(text, 1, sizeof(text), f)))
		buf_add(out, text, n);
	pclose(f);
}

static void show_patterns(void)
{
	if (system("find . -name .git -prune -o -name .gitignore -print | "
		   "xargs -r head -99 >&2; cat .git/info/exclude >&2") < 0)
		fprintf(stderr, "they cannot be shown\n");
}

START_TEST(as_git_does)
{
	struct arena a = ARENA_INIT;
	struct buf ours = BUF_INIT, theirs = BUF_INIT;

	random_state = (uint32_t)_i * 7919 + 17;
	ck_assert_int_eq(system("find . -mindepth 1 -maxdepth 1 ! -name .git "
				"-exec rm -rf '{}' +"), 0);
	make_tree(".", 2);
	if (any(2))
		write_patterns(".git/info/exclude");
	else
		write_file(".git/info/exclude", STR_NONE);
	if (any(3) == 0)
		track();
	else
		ck_assert_int_eq(system("rm -f .git/index"), 0);
	list(&ours, &a, ignore_open(&a, ".", NULL, NULL), "");
	ask_git(&theirs);
	sort_lines(&ours);
	sort_lines(&theirs);
	if (!str_eq(buf_str(&ours), buf_str(&theirs)))
		show_patterns();
	ck_assert_str_eq(buf_z(&ours), buf_z(&theirs));
	buf_release(&ours);
	buf_release(&theirs);
	arena_release(&a);
}
END_TEST

/* ---- an index that is damaged ---- */

/* Two files, version 2, without extensions. */
static void make_index(struct buf *b)
{
	static const char *const files[] = { "a/b.yaml", "c" };

	buf_add(b, "DIRC\0\0\0\2\0\0\0\2", 12);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		size_t start = b->n;

		buf_fill(b, '\0', 40 + 20 + 2);
		b->p[b->n - 1] = (char)strlen(files[i]);
		buf_addz(b, files[i]);
		do
			buf_addc(b, '\0');
		while ((b->n - start) % 8);
	}
	buf_fill(b, '\0', 20);
}

static const struct git_index *parse(struct arena *a, str text)
{
	char *copy = malloc(text.n + 1);	/* for the sanitizers */
	const struct git_index *x;
	struct err e = ERR_INIT;

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, text.p, text.n);
	x = git_index_parse(a, "index", (str){ copy, text.n }, 20, &e);
	ck_assert(!x == e.set);
	for (size_t i = 0; x && i < x->n; i++)
		ck_assert_uint_le(x->names[i].n, GIT_INDEX_NAME_MAX);
	free(copy);
	return x;
}

START_TEST(index_is_read)
{
	struct arena a = ARENA_INIT;
	struct buf b = BUF_INIT;
	const struct git_index *x;
	struct err e = ERR_INIT;

	make_index(&b);
	x = git_index_parse(&a, "index", buf_str(&b), 20, &e);
	ck_assert_msg(x != NULL, "%s", e.text);
	ck_assert_uint_eq(x->n, 2);
	ck_assert(git_index_has(x, STR("a/b.yaml")));
	ck_assert(git_index_has(x, STR("c")));
	ck_assert(!git_index_has(x, STR("a")));
	ck_assert(git_index_has_below(x, STR("a/")));
	ck_assert(!git_index_has_below(x, STR("c/")));
	ck_assert(!git_index_has_below(x, STR("b/")));
	buf_release(&b);
	arena_release(&a);
}
END_TEST

START_TEST(index_is_damaged)
{
	struct arena a = ARENA_INIT;
	struct buf b = BUF_INIT;

	make_index(&b);
	/* the last 20 bytes are only skipped */
	for (size_t n = 0; n < b.n - 1; n++)
		ck_assert_ptr_null(parse(&a, str_sub(buf_str(&b), 0, n)));
	for (int i = 0; i < 20000; i++) {
		struct buf bad = BUF_INIT;

		buf_adds(&bad, buf_str(&b));
		for (uint32_t n = 1 + any(4); n; n--)
			bad.p[any((uint32_t)bad.n)] = (char)any(256);
		if (any(2))
			bad.p[7] = (char)(2 + any(3));
		parse(&a, buf_str(&bad));
		arena_reset(&a);
		buf_release(&bad);
	}
	buf_release(&b);
	arena_release(&a);
}
END_TEST

static bool begin_git(void)
{
	setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1);
	setenv("GIT_CONFIG_SYSTEM", "/dev/null", 1);
	setenv("LC_ALL", "C", 1);
	/* of a commit that this is run for */
	unsetenv("GIT_DIR");
	unsetenv("GIT_INDEX_FILE");
	unsetenv("GIT_WORK_TREE");
	return mkdtemp(work) && chdir(work) == 0 &&
	       system("git init -q . 2>/dev/null && mkdir -p .git/info") == 0;
}

static void end_git(void)
{
	struct buf command = BUF_INIT;

	buf_printf(&command, "rm -rf %s", work);
	if (chdir("/") < 0 || system(buf_z(&command)) != 0)
		fprintf(stderr, "%s stays behind\n", work);
	buf_release(&command);
}

int main(void)
{
	Suite *s = suite_create("ignore");
	TCase *t = tcase_create("ignore");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_set_timeout(t, 30);
	tcase_add_loop_test(t, line, 0, ARRAY_SIZE(lines));
	tcase_add_test(t, no_rule);
	tcase_add_test(t, index_is_read);
	tcase_add_test(t, index_is_damaged);
	if (begin_git())
		tcase_add_loop_test(t, as_git_does, 0, 200);
	else
		printf("git is not here: nothing is compared with it\n");
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	end_git();
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
