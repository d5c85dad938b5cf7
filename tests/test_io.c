/* base/io: reading, writing and replacing files, and all ways of failing. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#ifdef __linux__
#include <sys/xattr.h>
#endif
#include <unistd.h>

#include "base/array.h"
#include "base/io.h"

static char folder[] = "/tmp/test_io.XXXXXX";

/* A path in the folder of this run; good until the next but 15. */
static const char *in_folder(const char *name)
{
	static char paths[16][128];
	static int next;
	char *path = paths[next++ % 16];

	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

static void assert_content(const char *path, const char *text)
{
	struct buf b = BUF_INIT;
	struct err e = ERR_INIT;

	ck_assert_msg(io_slurp(path, &b, &e) == 0, "%s", e.text);
	ck_assert_str_eq(buf_z(&b), text);
	buf_release(&b);
}

static unsigned files_in_folder(void)
{
	char command[64];
	unsigned n = 0;
	FILE *p;

	snprintf(command, sizeof(command), "ls -A %s | wc -l", folder);
	p = popen(command, "r");
	ck_assert_ptr_nonnull(p);
	ck_assert_int_eq(fscanf(p, "%u", &n), 1);
	pclose(p);
	return n;
}

static void set_up(void)
{
	memcpy(folder + sizeof(folder) - 7, "XXXXXX", 6);
	ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void tear_down(void)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -rf %s", folder);
	ck_assert_int_eq(system(command), 0);
}

START_TEST(slurp_reads_all)
{
	struct buf text = BUF_INIT, back = BUF_INIT;
	const char *path = in_folder("large");
	struct err e = ERR_INIT;

	buf_addz(&back, "kept");
	for (int i = 0; i < 50000; i++)
		buf_printf(&text, "line %d\n", i);
	write_file(path, buf_z(&text));
	ck_assert_int_eq(io_slurp(path, &back, &e), 0);
	ck_assert(str_eq(str_sub(buf_str(&back), 0, 4), STR("kept")));
	ck_assert(str_eq(str_sub(buf_str(&back), 4, back.n), buf_str(&text)));
	buf_release(&text);
	buf_release(&back);
}
END_TEST

START_TEST(open_says_why)
{
	struct err e = ERR_INIT, f = ERR_INIT;
	const char *absent = in_folder("absent");
	struct stat st;

	ck_assert_int_eq(io_open(absent, &st, &e), -1);
	ck_assert_str_eq(e.pos.file, absent);
	ck_assert_uint_eq(e.pos.line, 0);
	ck_assert_ptr_nonnull(strstr(e.text, "No such file"));
	ck_assert_int_eq(io_open(folder, &st, &f), -1);
	ck_assert_ptr_nonnull(strstr(f.text, "is a folder"));
}
END_TEST

static void no_op(int sig)
{
	(void)sig;
}

/* A pipe holds less than this, the reader is slow, and signals arrive without
 * SA_RESTART: write(2) is partial and interrupted many times. */
START_TEST(write_survives_interruptions)
{
	const size_t size = 2 << 20;
	struct sigaction act = { .sa_handler = no_op };
	char *bytes = malloc(size);
	int ends[2], status;
	pid_t reader;

	ck_assert_ptr_nonnull(bytes);
	memset(bytes, 'x', size);
	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(sigaction(SIGUSR1, &act, NULL), 0);
	reader = fork();
	if (reader == 0) {
		char part[20000];
		size_t total = 0;
		int64_t n;

		close(ends[1]);
		while ((n = io_read(ends[0], part, sizeof(part))) > 0) {
			total += (size_t)n;
			kill(getppid(), SIGUSR1);
		}
		_exit(n == 0 && total == size ? 0 : 1);
	}
	close(ends[0]);
	ck_assert_int_eq(io_write(ends[1], bytes, size), 0);
	close(ends[1]);
	while (waitpid(reader, &status, 0) < 0)
		ck_assert_int_eq(errno, EINTR);
	ck_assert_int_eq(status, 0);
	free(bytes);
}
END_TEST

START_TEST(write_tells_of_a_full_disk_and_a_closed_pipe)
{
	int full = open("/dev/full", O_WRONLY), ends[2];

	if (full >= 0) {
		ck_assert_int_eq(io_write(full, "x", 1), -1);
		ck_assert_int_eq(errno, ENOSPC);
		close(full);
	}
	ck_assert_int_eq(pipe(ends), 0);
	close(ends[0]);
	signal(SIGPIPE, SIG_IGN);
	ck_assert_int_eq(io_write(ends[1], "x", 1), -1);
	ck_assert_int_eq(errno, EPIPE);
	close(ends[1]);
}
END_TEST

static void replace(const char *path, const char *text)
{
	struct replacement r;
	struct err e = ERR_INIT;

	ck_assert_msg(io_replace(&r, path, &e) == 0, "%s", e.text);
	ck_assert_int_eq(io_write(r.fd, text, strlen(text)), 0);
	ck_assert_msg(io_replace_commit(&r, &e) == 0, "%s", e.text);
}

START_TEST(replace_makes_a_file)
{
	struct stat st;
	mode_t mask = umask(027);
	const char *path = in_folder("new");

	replace(path, "text\n");
	umask(mask);
	assert_content(path, "text\n");
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0640);
	ck_assert_uint_eq(files_in_folder(), 1);
}
END_TEST

/* The case of -f x -o x: who reads the file meanwhile sees the old one. */
START_TEST(replace_keeps_the_old_until_the_end)
{
	const char *path = in_folder("file");
	struct replacement r;
	struct err e = ERR_INIT;
	struct stat st;

	write_file(path, "old");
	ck_assert_int_eq(chmod(path, 0751), 0);
	ck_assert_int_eq(io_replace(&r, path, &e), 0);
	ck_assert_int_eq(io_write(r.fd, "new", 3), 0);
	assert_content(path, "old");
	ck_assert_int_eq(io_replace_commit(&r, &e), 0);
	assert_content(path, "new");
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0751);
	ck_assert_uint_eq(files_in_folder(), 1);
}
END_TEST

START_TEST(abandon_leaves_nothing)
{
	const char *path = in_folder("file"), *absent = in_folder("absent");
	struct replacement r;
	struct err e = ERR_INIT;

	write_file(path, "old");
	ck_assert_int_eq(io_replace(&r, path, &e), 0);
	ck_assert_int_eq(io_write(r.fd, "new", 3), 0);
	io_replace_abandon(&r);
	assert_content(path, "old");
	ck_assert_int_eq(io_replace(&r, absent, &e), 0);
	io_replace_abandon(&r);
	ck_assert_int_eq(access(absent, F_OK), -1);
	ck_assert_uint_eq(files_in_folder(), 1);
}
END_TEST

START_TEST(replace_follows_links)
{
	const char *file = in_folder("file"), *link = in_folder("link");
	const char *dangling = in_folder("dangling");
	struct replacement r;
	struct err e = ERR_INIT;
	struct stat st;

	write_file(file, "old");
	ck_assert_int_eq(symlink("file", link), 0);
	replace(link, "new");
	ck_assert_int_eq(lstat(link, &st), 0);
	ck_assert(S_ISLNK(st.st_mode));
	assert_content(file, "new");
	ck_assert_int_eq(symlink("nowhere", dangling), 0);
	ck_assert_int_eq(io_replace(&r, dangling, &e), -1);
	ck_assert_str_eq(e.pos.file, dangling);
}
END_TEST

START_TEST(replace_writes_to_devices_directly)
{
	const char *fifo = in_folder("fifo");
	struct stat st;
	int reader;
	char got[4] = "";

	replace("/dev/null", "text");
	ck_assert_int_eq(stat("/dev/null", &st), 0);
	ck_assert(S_ISCHR(st.st_mode));
	ck_assert_int_eq(mkfifo(fifo, 0600), 0);
	reader = open(fifo, O_RDONLY | O_NONBLOCK);
	replace(fifo, "abc");
	ck_assert_int_eq(io_read(reader, got, 3), 3);
	ck_assert_str_eq(got, "abc");
	close(reader);
}
END_TEST

/* Where a file cannot be without a name, as in a root without /proc, the new
 * content is in a file beside the old one.  Only root may go there. */
START_TEST(replace_works_with_a_named_file)
{
	pid_t child;
	int status;

	if (geteuid() != 0)
		return;
	child = fork();
	if (child == 0) {
		struct replacement r;

		if (chroot(folder) < 0 || chdir("/") < 0)
			_exit(2);
		write_file("file", "old");
		if (io_replace(&r, "file", NULL) < 0 || !r.temp ||
		    access(r.temp, F_OK) < 0 || io_write(r.fd, "new", 3) < 0 ||
		    io_replace_commit(&r, NULL) < 0)
			_exit(3);
		if (io_replace(&r, "file", NULL) < 0)
			_exit(4);
		io_replace_abandon(&r);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	assert_content(in_folder("file"), "new");
	ck_assert_uint_eq(files_in_folder(), 1);
}
END_TEST

START_TEST(replace_says_why_not)
{
	const char *deep = in_folder("no/such/folder");
	struct replacement r;
	struct err e = ERR_INIT, f = ERR_INIT;

	ck_assert_int_eq(io_replace(&r, deep, &e), -1);
	ck_assert_str_eq(e.pos.file, deep);
	ck_assert_ptr_nonnull(strstr(e.text, "No such file"));
	ck_assert_int_eq(io_replace(&r, folder, &f), -1);
	ck_assert_ptr_nonnull(strstr(f.text, "is a folder"));
}
END_TEST

/* What happens to the path in between does not lead elsewhere. */
START_TEST(replace_stays_in_its_folder)
{
	const char *sub = in_folder("sub"), *path = in_folder("sub/file");
	struct replacement r;
	struct err e = ERR_INIT;

	ck_assert_int_eq(mkdir(sub, 0700), 0);
	write_file(path, "old");
	ck_assert_int_eq(io_replace(&r, path, &e), 0);
	ck_assert_int_eq(io_write(r.fd, "new", 3), 0);
	ck_assert_int_eq(rename(sub, in_folder("moved")), 0);
	ck_assert_int_eq(mkdir(sub, 0700), 0);
	write_file(path, "other");
	ck_assert_int_eq(io_replace_commit(&r, &e), 0);
	assert_content(in_folder("moved/file"), "new");
	assert_content(path, "other");
}
END_TEST

START_TEST(commit_can_fail)
{
	const char *sub = in_folder("sub"), *path = in_folder("sub/file");
	struct replacement r;
	struct err e = ERR_INIT;

	ck_assert_int_eq(mkdir(sub, 0700), 0);
	ck_assert_int_eq(io_replace(&r, path, &e), 0);
	if (r.temp)
		unlinkat(r.folder, r.temp, 0);
	ck_assert_int_eq(rmdir(sub), 0);
	ck_assert_int_eq(io_replace_commit(&r, &e), -1);
	ck_assert_ptr_nonnull(strstr(e.text, "cannot replace"));
}
END_TEST

/* Asked right before the new file is put in place. */
START_TEST(replace_knows_the_file)
{
	const char *path = in_folder("file"), *other = in_folder("other");
	struct replacement r;
	struct stat st;

	write_file(path, "old");
	write_file(other, "old");
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(io_replace(&r, path, NULL), 0);
	ck_assert(io_replaces(&r, &st));
	ck_assert_int_eq(io_replace_prepare(&r, NULL), 0);
	ck_assert(io_replaces(&r, &st));
	write_file(path, "longer");
	ck_assert(!io_replaces(&r, &st));
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert(io_replaces(&r, &st));
	ck_assert_int_eq(rename(other, path), 0);
	ck_assert(!io_replaces(&r, &st));
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(symlink("other", path), 0);
	ck_assert(!io_replaces(&r, &st));
	io_replace_abandon(&r);
}
END_TEST

/* A backup: a stranger's link may be there already. */
START_TEST(create_takes_no_name_that_is_taken)
{
	static const char *const names[] = { "file", "link", "dangling" };
	const char *like = in_folder("like"), *new = in_folder("new");
	struct replacement r;
	struct stat st;

	write_file(like, "x");
	write_file(in_folder("file"), "old");
	ck_assert_int_eq(chmod(like, 0640), 0);
	ck_assert_int_eq(symlink("file", in_folder("link")), 0);
	ck_assert_int_eq(symlink("nowhere", in_folder("dangling")), 0);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct err e = ERR_INIT;

		ck_assert_int_eq(io_create_like(&r, in_folder(names[i]), like,
						&e), -1);
		ck_assert_ptr_nonnull(strstr(e.text, "File exists"));
	}
	ck_assert_int_eq(io_create_like(&r, new, like, NULL), 0);
	ck_assert_int_eq(io_write(r.fd, "new", 3), 0);
	ck_assert_int_eq(io_replace_commit(&r, NULL), 0);
	assert_content(new, "new");
	ck_assert_int_eq(stat(new, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0640);
	/* taken in the meantime */
	ck_assert_int_eq(unlink(new), 0);
	ck_assert_int_eq(io_create_like(&r, new, like, NULL), 0);
	ck_assert_int_eq(symlink("file", new), 0);
	ck_assert_int_eq(io_replace_commit(&r, NULL), -1);
	assert_content(in_folder("file"), "old");
	ck_assert_uint_eq(files_in_folder(), 5);
}
END_TEST

#if defined(__linux__) && !defined(OS_PORTABLE)
/* user::rw- user:65534:r-- group::--- mask::r-- other::---, as acl(5) and the
 * kernel have it: the mode's bits of the group are then those of the mask. */
static const unsigned char acl[] = {
	2, 0, 0, 0,
	1, 0, 6, 0, 0xff, 0xff, 0xff, 0xff,
	2, 0, 4, 0, 0xfe, 0xff, 0x00, 0x00,
	4, 0, 0, 0, 0xff, 0xff, 0xff, 0xff,
	16, 0, 4, 0, 0xff, 0xff, 0xff, 0xff,
	32, 0, 0, 0, 0xff, 0xff, 0xff, 0xff,
};

START_TEST(replace_keeps_an_acl)
{
	const char *path = in_folder("file"), *name = "system.posix_acl_access";
	unsigned char got[sizeof(acl)];
	struct stat st;

	write_file(path, "old");
	if (setxattr(path, name, acl, sizeof(acl), 0) < 0)
		return;		/* the file system has none */
	replace(path, "new");
	assert_content(path, "new");
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(getxattr(path, name, got, sizeof(got)), sizeof(got));
	ck_assert_mem_eq(got, acl, sizeof(acl));
	ck_assert_uint_eq(st.st_mode & 07777, 0640);
}
END_TEST
#endif

/* A pipe that a shell or another program has made non-blocking. */
START_TEST(descriptors_that_do_not_block)
{
	static char text[300000];
	size_t n = 0;
	char part[4096];
	int to[2], back[2], status;
	pid_t child;

	ck_assert(pipe(to) == 0 && pipe(back) == 0);
	memset(text, 'x', sizeof(text));
	child = fork();
	if (child == 0) {
		close(to[1]);
		usleep(50000);
		for (;;) {
			int64_t got = io_read(to[0], part, sizeof(part));

			if (got <= 0)
				_exit(io_write(back[1], "end", 3) ? 1 : 0);
			n += (size_t)got;
			if (n == sizeof(text))
				usleep(50000);
		}
	}
	fcntl(to[0], F_SETFL, O_NONBLOCK);
	fcntl(to[1], F_SETFL, O_NONBLOCK);
	fcntl(back[0], F_SETFL, O_NONBLOCK);
	ck_assert_int_eq(io_write(to[1], text, sizeof(text)), 0);
	close(to[1]);
	ck_assert_int_eq(io_read(back[0], part, sizeof(part)), 3);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(same_file_is_known_by_its_inode)
{
	const char *path = in_folder("file"), *other = in_folder("other");
	int a, b, c, null = open("/dev/null", O_RDONLY);

	write_file(path, "x");
	write_file(other, "x");
	a = open(path, O_RDONLY);
	b = open(path, O_WRONLY | O_APPEND);
	c = open(other, O_RDONLY);
	ck_assert(io_same_file(a, b));
	ck_assert(!io_same_file(a, c));
	ck_assert(!io_same_file(null, null));
	close(a);
	close(b);
	close(c);
	close(null);
}
END_TEST

START_TEST(closed_standard_descriptors_are_claimed)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		int fd;

		close(STDIN_FILENO);
		close(STDERR_FILENO);
		io_claim_standard();
		fd = open("/dev/null", O_RDONLY);
		_exit(fd > STDERR_FILENO &&
		      io_write(STDERR_FILENO, "x", 1) < 0 ? 0 : 1);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("io");
	TCase *t = tcase_create("io");
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, slurp_reads_all);
	tcase_add_test(t, open_says_why);
	tcase_add_test(t, write_survives_interruptions);
	tcase_add_test(t, write_tells_of_a_full_disk_and_a_closed_pipe);
	tcase_add_test(t, replace_makes_a_file);
	tcase_add_test(t, replace_keeps_the_old_until_the_end);
	tcase_add_test(t, abandon_leaves_nothing);
	tcase_add_test(t, replace_follows_links);
	tcase_add_test(t, replace_writes_to_devices_directly);
	tcase_add_test(t, replace_works_with_a_named_file);
	tcase_add_test(t, replace_says_why_not);
	tcase_add_test(t, commit_can_fail);
	tcase_add_test(t, replace_stays_in_its_folder);
	tcase_add_test(t, replace_knows_the_file);
	tcase_add_test(t, create_takes_no_name_that_is_taken);
#if defined(__linux__) && !defined(OS_PORTABLE)
	tcase_add_test(t, replace_keeps_an_acl);
#endif
	tcase_add_test(t, descriptors_that_do_not_block);
	tcase_add_test(t, same_file_is_known_by_its_inode);
	tcase_add_test(t, closed_standard_descriptors_are_claimed);
	suite_add_tcase(s, t);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
