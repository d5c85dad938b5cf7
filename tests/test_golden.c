/*
 * The golden cases: the output of the command for testdata/SUITE/CASE/.
 *
 *	input.yaml, .json	the manifest
 *	args			one argument a line, the case's own or those
 *				of its suite; else -t template.yaml, likewise
 *	expected.yaml, .json	stdout, byte for byte; without it, none
 *	expected.log		stderr of a run that succeeds; none without it
 *	expected.err		stderr of a run that fails, after a first line
 *				`exit: N` where the status is not 1
 *	before			why undo gives another text than the input
 *	once			why a second run may change the output
 *	notes			of a suite: the output has undo notes;
 *				without it, --no-undo is added
 *
 * The command runs in the case's folder.  Where args name neither the input
 * nor `-`, `-f INPUT` is added; stdin is the input in any case.  Unless `once`
 * is there, a second run must not change the output, nor must --verify.  Undo
 * must restore the input, unless that has the sidecar already (`before`).
 *
 * $TESTDATA (default testdata) is the folder, $INJECTOR (default
 * build/injector) the command; $CASE, if set, lists the suites (SUITE) and
 * cases (SUITE/CASE) to run, separated by blanks.  scripts/golden-update writes
 * expected files.
 */
#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "base/str.h"

#define ARGS_MAX 62

/* Check's loop tests get nothing but an index.  Filled before they run, then
 * only read. */
static struct {
	char injector[PATH_MAX];
	glob_t cases;
} golden;

struct result {
	int status;
	struct buf out, err;
};

struct args {
	struct buf text;		/* what `at` points into */
	char *at[ARGS_MAX + 2];
	int n;
};

static bool present(const char *name)
{
	return access(name, F_OK) == 0;
}

/* The file STEM.*, or "". */
static void find_file(char name[NAME_MAX + 1], const char *stem)
{
	DIR *d = opendir(".");
	struct dirent *entry;

	ck_assert_ptr_nonnull(d);
	*name = '\0';
	while ((entry = readdir(d))) {
		const char *found = entry->d_name;

		if (strncmp(found, stem, strlen(stem)) == 0 &&
		    strcmp(found, "expected.err") != 0 &&
		    strcmp(found, "expected.log") != 0)
			strcpy(name, found);
	}
	closedir(d);
}

static void slurp(const char *name, struct buf *b)
{
	struct err e = ERR_INIT;

	ck_assert_msg(io_slurp(name, b, &e) == 0, "%s: %s", name, e.text);
}

static void add_arg(struct args *a, const char *arg)
{
	ck_assert_int_lt(a->n, ARGS_MAX);
	a->at[a->n++] = (char *)(uintptr_t)arg;
	a->at[a->n] = NULL;
}

static void read_args(struct args *a, const char *name)
{
	str line, rest;

	slurp(name, &a->text);
	buf_z(&a->text);
	rest = buf_str(&a->text);
	while (rest.n) {
		str_cut(rest, '\n', &line, &rest);
		if (line.p + line.n < a->text.p + a->text.n)
			a->text.p[line.p + line.n - a->text.p] = '\0';
		if (line.n)
			add_arg(a, line.p);
	}
}

static void make_args(struct args *a, const char *input)
{
	bool named = false;

	add_arg(a, golden.injector);
	if (present("args")) {
		read_args(a, "args");
	} else if (present("../args")) {
		read_args(a, "../args");
	} else {
		add_arg(a, "-t");
		add_arg(a, present("template.yaml") ? "template.yaml"
						    : "../template.yaml");
	}
	for (int i = 1; i < a->n && !named; i++)
		named = strcmp(a->at[i], "-") == 0 ||
			strcmp(a->at[i], input) == 0;
	if (!named) {
		add_arg(a, "-f");
		add_arg(a, input);
	}
	if (!present("../notes"))
		add_arg(a, "--no-undo");
}

/* Read the input from stdin instead. */
static void read_stdin_instead(struct args *a, const char *input)
{
	for (int i = 1; i < a->n; i++)
		if (strcmp(a->at[i], input) == 0)
			a->at[i] = (char *)(uintptr_t)"-";
}

static int memory_file(str content)
{
	int fd = memfd_create("golden", 0);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(io_write(fd, content.p, content.n), 0);
	lseek(fd, 0, SEEK_SET);
	return fd;
}

static void take(int fd, struct buf *b)
{
	int64_t n;

	lseek(fd, 0, SEEK_SET);
	do {
		buf_reserve(b, 65536);
		n = io_read(fd, b->p + b->n, 65536);
		ck_assert_int_ge(n, 0);
		b->n += (size_t)n;
	} while (n > 0);
	close(fd);
}

static void run(const struct args *a, str input, struct result *r)
{
	int in = memory_file(input);
	int out = memory_file(STR_NONE), err = memory_file(STR_NONE);
	pid_t child = fork();

	ck_assert_int_ge(child, 0);
	if (child == 0) {
		dup2(in, STDIN_FILENO);
		dup2(out, STDOUT_FILENO);
		dup2(err, STDERR_FILENO);
		execv(a->at[0], a->at);
		_exit(127);
	}
	ck_assert_int_eq(waitpid(child, &r->status, 0), child);
	close(in);
	r->out = r->err = (struct buf)BUF_INIT;
	take(out, &r->out);
	take(err, &r->err);
	/* As a shell has it. */
	r->status = WIFEXITED(r->status) ? WEXITSTATUS(r->status)
					 : 128 + WTERMSIG(r->status);
}

/* 0, or -1 with the first line that differs. */
static int same(const char *what, struct buf *got, struct buf *want,
		struct err *e)
{
	size_t at = 0, line = 1;

	if (str_eq(buf_str(got), buf_str(want)))
		return 0;
	while (at < got->n && at < want->n && got->p[at] == want->p[at])
		line += got->p[at++] == '\n';
	while (at && got->p[at - 1] != '\n')
		at--;
	return err_set(e, POS_NONE, "%s differs from line %zu, which is: %s",
		       what, line, buf_z(got) + at);
}

static int has_status(const struct result *r, int status, struct err *e)
{
	if (r->status == status)
		return 0;
	return err_set(e, POS_NONE, "exit status %d, not %d: %.*s", r->status,
		       status, STR_ARG(buf_str(&r->err)));
}

static int check_failure(struct result *r, struct err *e)
{
	const str exit_line = STR("exit: ");
	struct buf want = BUF_INIT;
	int status = 1, result;

	slurp("expected.err", &want);
	if (str_starts(buf_str(&want), exit_line)) {
		status = atoi(buf_z(&want) + exit_line.n);
		buf_drop(&want, str_find(buf_str(&want), 0, '\n') + 1);
	}
	result = has_status(r, status, e);
	if (result == 0)
		result = same("stderr", &r->err, &want, e);
	buf_release(&want);
	return result;
}

static int check_success(struct result *r, struct err *e)
{
	struct buf want = BUF_INIT;
	int result = has_status(r, 0, e);

	if (present("expected.log"))
		slurp("expected.log", &want);
	if (result == 0)
		result = same("stderr", &r->err, &want, e);
	buf_release(&want);
	return result;
}

/* A second run must write the same. */
static int check_again(const char *what, const struct args *a, str input,
		       struct result *r, struct err *e)
{
	struct result again;
	int result;

	run(a, input, &again);
	result = has_status(&again, 0, e);
	if (result == 0)
		result = same(what, &again.out, &r->out, e);
	buf_release(&again.out);
	buf_release(&again.err);
	return result;
}

static int check_other_runs(struct args *a, const char *input, str text,
			    struct result *r, struct err *e)
{
	if (!present("once")) {
		struct args second = *a;

		read_stdin_instead(&second, input);
		if (check_again("the output of a second run", &second,
				buf_str(&r->out), r, e))
			return -1;
	}
	add_arg(a, "--verify");
	return check_again("the output with --verify", a, text, r, e);
}

/* The same command with notes, then `uninject` of its output. */
static int check_way_back(const struct args *a, const char *input, str text,
			  struct err *e)
{
	struct args there = { .text = BUF_INIT }, back = { .text = BUF_INIT };
	struct result r, before;
	struct buf want = BUF_INIT;
	int result;

	for (int i = 1; i < a->n; i++)
		if (strncmp(a->at[i], "--output-format", 15) == 0)
			return 0;
	if (strcmp(a->at[1], "render") == 0 ||
	    strcmp(a->at[1], "explain") == 0 || present("before"))
		return 0;
	for (int i = 0; i < a->n; i++) {
		if (strcmp(a->at[i], "--no-undo") == 0)
			continue;
		add_arg(&there, a->at[i]);
		add_arg(&back, a->at[i]);
		if (i == 0)
			add_arg(&back, "uninject");
	}
	read_stdin_instead(&back, input);
	run(&there, text, &r);
	run(&back, buf_str(&r.out), &before);
	buf_adds(&want, text);
	result = has_status(&before, 0, e);
	if (result == 0 && !str_eq(buf_str(&r.out), text))
		result = same("the text after undo", &before.out, &want, e);
	buf_release(&want);
	buf_release(&r.out);
	buf_release(&r.err);
	buf_release(&before.out);
	buf_release(&before.err);
	return result;
}

static int check_output(struct result *r, const char *expected, struct err *e)
{
	struct buf want = BUF_INIT;
	int result;

	if (*expected)
		slurp(expected, &want);
	result = same("stdout", &r->out, &want, e);
	buf_release(&want);
	return result;
}

/* In the case's folder. */
static int check_case(struct err *e)
{
	char input[NAME_MAX + 1], expected[NAME_MAX + 1];
	struct args args = { .text = BUF_INIT };
	struct buf text = BUF_INIT;
	bool fails = present("expected.err");
	struct result r;
	int result;

	find_file(input, "input.");
	find_file(expected, "expected.");
	if (!*input)
		return err_set(e, POS_NONE, "has no input.*");
	if (!*expected && !fails)
		return err_set(e, POS_NONE, "has no expected.*");
	slurp(input, &text);
	make_args(&args, input);
	run(&args, buf_str(&text), &r);
	result = fails ? check_failure(&r, e) : check_success(&r, e);
	if (result == 0)
		result = check_output(&r, expected, e);
	if (result == 0 && !fails)
		result = check_other_runs(&args, input, buf_str(&text), &r, e);
	if (result == 0 && !fails)
		result = check_way_back(&args, input, buf_str(&text), e);
	buf_release(&text);
	buf_release(&args.text);
	buf_release(&r.out);
	buf_release(&r.err);
	return result;
}

START_TEST(golden_case)
{
	const char *folder = golden.cases.gl_pathv[_i];
	int back = open(".", O_RDONLY | O_DIRECTORY);
	struct err e = ERR_INIT;

	ck_assert_int_ge(back, 0);
	ck_assert_msg(chdir(folder) == 0, "%s: cannot go there", folder);
	ck_assert_msg(check_case(&e) == 0, "%s: %s", folder, e.text);
	ck_assert_int_eq(fchdir(back), 0);
	close(back);
}
END_TEST

/* Adds the folders that have an expected file; others under testdata are data
 * of other tests.  The pattern ends with "expected.*", so that the files of one
 * folder follow each other. */
static void find_cases(const char *pattern)
{
	glob_t found;

	if (glob(pattern, 0, NULL, &found) != 0)
		return;
	for (size_t i = 0; i < found.gl_pathc; i++) {
		char *folder = found.gl_pathv[i];
		size_t n = golden.cases.gl_pathc;

		*strrchr(folder, '/') = '\0';
		if (n && strcmp(golden.cases.gl_pathv[n - 1], folder) == 0)
			continue;
		glob(folder, n ? GLOB_APPEND : 0, NULL, &golden.cases);
	}
	globfree(&found);
}

static void find_all_cases(void)
{
	const char *root = getenv("TESTDATA");
	const char *chosen = getenv("CASE");
	char pattern[PATH_MAX];
	str rest = str_of(chosen && *chosen ? chosen : "*"), name;

	if (!root)
		root = "testdata";
	while (rest.n) {
		str_cut(rest, ' ', &name, &rest);
		snprintf(pattern, sizeof(pattern), "%s/%.*s%s/expected.*",
			 root, STR_ARG(name),
			 memchr(name.p, '/', name.n) ? "" : "/*");
		find_cases(pattern);
	}
}

int main(void)
{
	const char *injector = getenv("INJECTOR");
	Suite *s;
	TCase *t;
	SRunner *sr;
	int failed;

	if (!injector)
		injector = "build/injector";
	find_all_cases();
	if (!realpath(injector, golden.injector) || !golden.cases.gl_pathc) {
		fprintf(stderr, "golden: no %s\n", golden.cases.gl_pathc
						   ? injector : "case found");
		return EXIT_FAILURE;
	}
	s = suite_create("golden");
	t = tcase_create("golden");
	tcase_add_loop_test(t, golden_case, 0, (int)golden.cases.gl_pathc);
	suite_add_tcase(s, t);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	globfree(&golden.cases);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
