/*
 * The new file of a replacement has no name until it is complete, where the
 * system has such files (base/os.h): then there is nothing to remove, however
 * the program ends.  Elsewhere it is a hidden file beside the old one.
 */
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/os.h"

#define CHUNK (size_t)(64 * 1024)
#define NAME_TRIES 100

static int fail(struct err *e, const char *path, const char *what)
{
	return err_set(e, (struct pos){ path, 0, 0 }, "%s: %s", what,
		       strerror(errno));
}

int64_t io_read(int fd, void *p, size_t n)
{
	ssize_t got;

	do
		got = read(fd, p, n);
	while (got < 0 && errno == EINTR);
	return got;
}

int64_t io_read_at(int fd, void *p, size_t n, uint64_t from)
{
	char *at = p;
	size_t have = 0;

	while (have < n) {
		ssize_t got = pread(fd, at + have, n - have,
				    (off_t)(from + have));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		have += (size_t)got;
	}
	return (int64_t)have;
}

int io_write(int fd, const void *p, size_t n)
{
	const char *at = p;

	while (n) {
		ssize_t put = write(fd, at, n);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -1;
		at += put;
		n -= (size_t)put;
	}
	return 0;
}

int io_open(const char *path, struct err *e)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return fail(e, path, "cannot open");
	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		close(fd);
		return err_set(e, (struct pos){ path, 0, 0 },
			       "is a folder; name the files in it");
	}
	return fd;
}

static void close_file(void *ctx)
{
	close(*(int *)ctx);
}

int io_slurp(const char *path, struct buf *out, struct err *e)
{
	struct mem_cleanup cleanup;
	int fd = io_open(path, e);
	int64_t got;

	if (fd < 0)
		return -1;
	mem_defer(&cleanup, close_file, &fd);
	do {
		buf_reserve(out, CHUNK);
		got = io_read(fd, out->p + out->n, CHUNK);
		if (got > 0)
			out->n += (size_t)got;
	} while (got > 0);
	if (got < 0)
		fail(e, path, "cannot read");
	mem_settle(&cleanup);
	close(fd);
	return got < 0 ? -1 : 0;
}

/* The start of the last name of a path that ends with a slash. */
static size_t last_name(const struct buf *folder)
{
	size_t at = folder->n - 1;

	while (at && folder->p[at - 1] != '/')
		at--;
	return at;
}

/* Is the folder without its last name the one it is in? */
static bool has_plain_name(struct buf *folder, size_t at)
{
	str name = str_sub(buf_str(folder), at, folder->n - 1);
	struct stat st;
	bool plain;

	if (!name.n || str_eq(name, STR(".")) || str_eq(name, STR("..")))
		return false;
	folder->n--;
	plain = lstat(buf_z(folder), &st) == 0 && S_ISDIR(st.st_mode);
	folder->n++;
	folder->p[folder->n - 1] = '/';
	return plain;
}

static bool is_same_file(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev;
}

bool io_parent(struct buf *folder)
{
	struct stat here, above;
	size_t at = folder->n ? last_name(folder) : 0;

	if (stat(folder->n ? buf_z(folder) : ".", &here) < 0)
		return false;
	if (folder->n && has_plain_name(folder, at))
		folder->n = at;
	else
		buf_addz(folder, "../");
	return stat(folder->n ? buf_z(folder) : ".", &above) == 0 &&
	       !is_same_file(&here, &above);
}

void io_claim_standard(void)
{
	for (int fd = 0; fd <= 2; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			continue;
		/* The lowest free number is this one. */
		open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY);
	}
}

bool io_same_file(int a, int b)
{
	struct stat x, y;

	return fstat(a, &x) == 0 && fstat(b, &y) == 0 &&
	       S_ISREG(x.st_mode) && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino;
}

/* A name beside r->real that is free, by what `make` does with it: 0 when it
 * worked, else -1 with errno. */
static int with_free_name(struct replacement *r,
			  int (*make)(struct replacement *r))
{
	const char *slash = strrchr(r->real, '/');
	int folder = slash ? (int)(slash - r->real) + 1 : 0;
	struct buf name = BUF_INIT;
	int result = -1;

	for (unsigned i = 0; i < NAME_TRIES; i++) {
		buf_clear(&name);
		buf_printf(&name, "%.*s.injector-%ld-%u", folder, r->real,
			   (long)getpid(), i);
		buf_z(&name);
		r->temp = name.p;
		result = make(r);
		if (result == 0 || errno != EEXIST)
			break;
	}
	if (result < 0) {
		int why = errno;

		buf_release(&name);
		r->temp = NULL;
		errno = why;
	}
	return result;
}

static int make_named(struct replacement *r)
{
	r->fd = open(r->temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
		     r->like ? 0600 : 0666);
	return r->fd < 0 ? -1 : 0;
}

static int link_unnamed(struct replacement *r)
{
	return os_link_unnamed(r->fd, r->temp);
}

static int open_unnamed(const struct replacement *r)
{
	const char *slash = strrchr(r->real, '/');
	struct buf folder = BUF_INIT;
	int fd;

	if (slash)
		buf_add(&folder, r->real, (size_t)(slash - r->real) + 1);
	else
		buf_addc(&folder, '.');
	fd = os_open_unnamed(buf_z(&folder), r->like ? 0600 : 0666);
	buf_release(&folder);
	return fd;
}

/* realpath(3) in memory of ours; NULL with errno set. */
static char *real_path(const char *path)
{
	char *found = realpath(path, NULL), *copy;
	size_t n;

	if (!found)
		return NULL;
	n = strlen(found) + 1;
	copy = mem_try(n);
	if (copy)
		memcpy(copy, found, n);
	free(found);
	if (!copy)
		mem_fail();
	return copy;
}

/* What is behind the name: sets real and like or, for what cannot be replaced
 * but can be written to, fd. */
static int find_target(struct replacement *r, struct err *e)
{
	struct stat st;
	bool exists = stat(r->path, &st) == 0;

	if (!exists && (errno != ENOENT || lstat(r->path, &st) == 0))
		return fail(e, r->path, "cannot write");
	if (!exists) {
		r->real = mem_alloc(strlen(r->path) + 1);
		strcpy(r->real, r->path);
		return 0;
	}
	if (S_ISDIR(st.st_mode))
		return err_set(e, (struct pos){ r->path, 0, 0 },
			       "is a folder; name a file in it");
	if (!S_ISREG(st.st_mode)) {
		r->fd = open(r->path, O_WRONLY | O_CLOEXEC);
		return r->fd < 0 ? fail(e, r->path, "cannot write") : 0;
	}
	/* Renaming would get past the protection of a read-only file. */
	if (access(r->path, W_OK) < 0)
		return fail(e, r->path, "cannot write");
	r->real = real_path(r->path);
	if (!r->like)
		r->like = r->real;
	return r->real ? 0 : fail(e, r->path, "cannot write");
}

int io_replace(struct replacement *r, const char *path, struct err *e)
{
	return io_replace_like(r, path, NULL, e);
}

int io_replace_like(struct replacement *r, const char *path, const char *like,
		    struct err *e)
{
	*r = (struct replacement){ .fd = -1, .path = path, .like = like };
	if (find_target(r, e) < 0)
		return -1;
	if (r->fd >= 0)
		return 0;
	r->fd = open_unnamed(r);
	if (r->fd < 0 && with_free_name(r, make_named) < 0) {
		fail(e, path, "cannot make a file in its folder");
		mem_free(r->real);
		return -1;
	}
	return 0;
}

/* The owner first: changing it clears the set-id bits of the mode. */
static int keep_mode(const struct replacement *r)
{
	struct stat st;

	if (!r->like || stat(r->like, &st) < 0)
		return 0;
	if (fchown(r->fd, st.st_uid, st.st_gid) < 0 &&
	    fchown(r->fd, (uid_t)-1, st.st_gid) < 0) {
		/* Somebody else's file may be ours now, but never open to a
		 * group that it was not open to. */
		st.st_mode &= (mode_t)~(S_ISUID | S_ISGID | S_IRWXG);
	}
	return fchmod(r->fd, st.st_mode & 07777);
}

static int finish(struct replacement *r)
{
	if (keep_mode(r) < 0 || fsync(r->fd) < 0)
		return -1;
	if (!r->temp && with_free_name(r, link_unnamed) < 0)
		return -1;
	return rename(r->temp, r->real);
}

int io_replace_commit(struct replacement *r, struct err *e)
{
	int result = 0;

	if (r->real && finish(r) < 0) {
		fail(e, r->path, "cannot replace the file");
		io_replace_abandon(r);
		return -1;
	}
	if (close(r->fd) < 0)
		result = fail(e, r->path, "cannot write");
	mem_free(r->temp);
	mem_free(r->real);
	return result;
}

void io_replace_abandon(struct replacement *r)
{
	close(r->fd);
	if (r->temp)
		unlink(r->temp);
	mem_free(r->temp);
	mem_free(r->real);
}
