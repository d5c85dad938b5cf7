/*
 * The new file of a replacement has no name until it is complete, where the
 * system has such files (base/os.h): then there is nothing to remove, however
 * the program ends.  Elsewhere it is a hidden file beside the old one.
 */
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/os.h"

#define CHUNK (size_t)(64 * 1024)
#define NAME_TRIES 100
/* Milliseconds that another program may have a file locked, or open for
 * writing. */
#define LOCK_TRIES 1000
#define HOLD_TRIES 100

static int fail(struct err *e, const char *path, const char *what)
{
	return err_set(e, (struct pos){ path, 0, 0 }, "%s: %s", what,
		       strerror(errno));
}

/* Should the call be made again?  Standard input and output may have been made
 * non-blocking by another program that shares them. */
static bool try_again(int fd, short events)
{
	struct pollfd wait = { .fd = fd, .events = events };

	if (errno == EINTR)
		return true;
	if (errno != EAGAIN && errno != EWOULDBLOCK)
		return false;
	return poll(&wait, 1, -1) >= 0 || errno == EINTR;
}

int64_t io_read(int fd, void *p, size_t n)
{
	ssize_t got;

	do
		got = read(fd, p, n);
	while (got < 0 && try_again(fd, POLLIN));
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

		if (put < 0 && try_again(fd, POLLOUT))
			continue;
		if (put < 0)
			return -1;
		at += put;
		n -= (size_t)put;
	}
	return 0;
}

/* open(2), which a signal may interrupt on a network. */
static int open_file(const char *path, int flags)
{
	int fd;

	do
		fd = open(path, flags | O_CLOEXEC);
	while (fd < 0 && errno == EINTR);
	return fd;
}

int io_open(const char *path, struct stat *st, struct err *e)
{
	int fd = open_file(path, O_RDONLY);

	if (fd < 0)
		return fail(e, path, "cannot open");
	if (fstat(fd, st) < 0)
		fail(e, path, "cannot read");
	else if (S_ISDIR(st->st_mode))
		err_set(e, (struct pos){ path, 0, 0 },
			"is a folder; name the files in it");
	else
		return fd;
	close(fd);
	return -1;
}

static void close_file(void *ctx)
{
	close(*(int *)ctx);
}

size_t io_room(const struct stat *st)
{
	if (!S_ISREG(st->st_mode) || st->st_size < 0 ||
	    st->st_size > PTRDIFF_MAX / 2)
		return CHUNK;
	return (size_t)st->st_size + 2;
}

int io_slurp(const char *path, struct buf *out, struct err *e)
{
	struct mem_cleanup cleanup;
	struct stat st;
	int fd = io_open(path, &st, e);
	int64_t got;

	if (fd < 0)
		return -1;
	mem_defer(&cleanup, close_file, &fd);
	buf_reserve(out, io_room(&st));
	do {
		if (out->n == out->cap)
			buf_reserve(out, CHUNK);
		got = io_read(fd, out->p + out->n, out->cap - out->n);
		if (got > 0)
			out->n += (size_t)got;
	} while (got > 0);
	if (got < 0)
		fail(e, path, "cannot read");
	mem_settle(&cleanup);
	close(fd);
	return got < 0 ? -1 : 0;
}

bool io_is_absent(int why)
{
	return why == ENOENT || why == ENOTDIR || why == EACCES;
}

int io_cannot_look(const char *path, struct err *e)
{
	return err_set(e, (struct pos){ path, 0, 0 }, "cannot look at it: %s",
		       strerror(errno));
}

/* The start of the last name of a path that ends with a slash. */
static size_t last_name(const struct buf *folder)
{
	size_t at = folder->n - 1;

	while (at && folder->p[at - 1] != '/')
		at--;
	return at;
}

/* Is the folder without its last name the one it is in?  -1 with errno. */
static int has_plain_name(struct buf *folder, size_t at)
{
	str name = str_sub(buf_str(folder), at, folder->n - 1);
	struct stat st;
	int plain;

	if (!name.n || str_eq(name, STR(".")) || str_eq(name, STR("..")))
		return 0;
	folder->n--;
	plain = lstat(buf_z(folder), &st) < 0 ? -1 : S_ISDIR(st.st_mode);
	folder->n++;
	folder->p[folder->n - 1] = '/';
	return plain;
}

static bool is_same_file(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev;
}

int io_parent(struct buf *folder)
{
	struct stat here, above;
	size_t at = folder->n ? last_name(folder) : 0;
	int plain = folder->n ? has_plain_name(folder, at) : 0;

	if (plain > 0) {
		folder->n = at;
		return 1;
	}
	if (plain < 0 || stat(folder->n ? buf_z(folder) : ".", &here) < 0)
		return io_is_absent(errno) ? 0 : -1;
	buf_addz(folder, "../");
	if (stat(buf_z(folder), &above) < 0)
		return io_is_absent(errno) ? 0 : -1;
	return !is_same_file(&here, &above);
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

/* ---- replacing a file ---- */

/* A name in the folder that is free, by what `make` does with it: 0 when it
 * worked, else -1 with errno. */
static int with_free_name(struct replacement *r,
			  int (*make)(struct replacement *r))
{
	struct buf name = BUF_INIT;
	int result = -1;

	for (unsigned i = 0; i < NAME_TRIES; i++) {
		buf_clear(&name);
		buf_printf(&name, ".injector-%ld-%u", (long)getpid(), i);
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
	r->fd = openat(r->folder, r->temp,
		       O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
		       r->like ? 0600 : 0666);
	return r->fd < 0 ? -1 : 0;
}

static int link_unnamed(struct replacement *r)
{
	return os_link_unnamed(r->fd, r->folder, r->temp);
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

/* Open the folder that a path leads to, and keep the name in it. */
static int enter_folder(struct replacement *r, const char *path, struct err *e)
{
	const char *slash = strrchr(path, '/');
	const char *last = slash ? slash + 1 : path;
	struct buf folder = BUF_INIT;

	if (slash)
		buf_add(&folder, path, (size_t)(last - path));
	else
		buf_addc(&folder, '.');
	do
		r->folder = os_open_folder(buf_z(&folder));
	while (r->folder < 0 && errno == EINTR);
	buf_release(&folder);
	if (r->folder < 0)
		return fail(e, r->path, "cannot write");
	r->name = mem_alloc(strlen(last) + 1);
	strcpy(r->name, last);
	return 0;
}

/* What is behind the name: sets folder, name and like or, for what cannot be
 * replaced but can be written to, fd. */
static int find_target(struct replacement *r, struct err *e)
{
	struct stat st;
	bool exists = stat(r->path, &st) == 0;

	if (!exists && (errno != ENOENT || lstat(r->path, &st) == 0))
		return fail(e, r->path, "cannot write");
	if (!exists)
		return enter_folder(r, r->path, e);
	if (S_ISDIR(st.st_mode))
		return err_set(e, (struct pos){ r->path, 0, 0 },
			       "is a folder; name a file in it");
	if (!S_ISREG(st.st_mode)) {
		r->fd = open_file(r->path, O_WRONLY);
		return r->fd < 0 ? fail(e, r->path, "cannot write") : 0;
	}
	/* Renaming would get past the protection of a read-only file. */
	if (access(r->path, W_OK) < 0)
		return fail(e, r->path, "cannot write");
	r->real = real_path(r->path);
	if (!r->real)
		return fail(e, r->path, "cannot write");
	r->like = r->real;
	return enter_folder(r, r->real, e);
}

static void release(struct replacement *r)
{
	if (r->folder >= 0)
		close(r->folder);
	mem_free(r->name);
	mem_free(r->temp);
	mem_free(r->real);
}

static int make_file(struct replacement *r, struct err *e)
{
	r->fd = os_open_unnamed(r->folder, r->like ? 0600 : 0666);
	if (r->fd >= 0 || with_free_name(r, make_named) == 0)
		return 0;
	return fail(e, r->path, "cannot make a file in its folder");
}

int io_replace(struct replacement *r, const char *path, struct err *e)
{
	*r = (struct replacement){ .fd = -1, .folder = -1, .path = path };
	if (find_target(r, e) == 0 && (r->fd >= 0 || make_file(r, e) == 0))
		return 0;
	release(r);
	return -1;
}

int io_create_like(struct replacement *r, const char *path, const char *like,
		   struct err *e)
{
	struct stat st;

	*r = (struct replacement){ .fd = -1, .folder = -1, .path = path,
				   .like = like, .fresh = true };
	if (lstat(path, &st) == 0) {
		errno = EEXIST;
		return fail(e, path, "cannot write");
	}
	if (enter_folder(r, path, e) == 0 && make_file(r, e) == 0)
		return 0;
	release(r);
	return -1;
}

static bool is_as_it_was(const struct stat *now, const struct stat *st)
{
	return is_same_file(now, st) && now->st_size == st->st_size &&
	       os_mtime(now).tv_sec == os_mtime(st).tv_sec &&
	       os_mtime(now).tv_nsec == os_mtime(st).tv_nsec;
}

/* Does a name in the folder stand for this file, as it was? */
static bool is_at(const struct replacement *r, const char *name,
		  const struct stat *st)
{
	struct stat now;

	return fstatat(r->folder, name, &now, AT_SYMLINK_NOFOLLOW) == 0 &&
	       is_as_it_was(&now, st);
}

bool io_replaces(const struct replacement *r, const struct stat *st)
{
	return r->folder >= 0 && is_at(r, r->name, st);
}

/* The owner first: changing it clears the set-id bits of the mode. */
static int keep_mode(const struct replacement *r)
{
	bool closes = false;
	struct stat st;

	if (!r->like)
		return 0;
	/* it may have been removed meanwhile */
	if (stat(r->like, &st) < 0)
		return errno == ENOENT ? 0 : -1;
	/* Somebody else's file may be ours now, but never open to a group that
	 * it was not open to. */
	if (fchown(r->fd, st.st_uid, st.st_gid) < 0 &&
	    fchown(r->fd, (uid_t)-1, st.st_gid) < 0) {
		st.st_mode &= (mode_t)~(S_ISUID | S_ISGID);
		closes = true;
	}
	/* With an ACL, the bits of the group are those of its mask. */
	if (os_copy_acl(r->like, r->fd) < 0 || closes)
		st.st_mode &= (mode_t)~S_IRWXG;
	return fchmod(r->fd, st.st_mode & 07777);
}

static int sync_file(int fd)
{
	int result;

	do
		result = fsync(fd);
	while (result < 0 && errno == EINTR);
	return result;
}

int io_replace_prepare(struct replacement *r, struct err *e)
{
	if (r->prepared || r->folder < 0)
		return 0;
	if (keep_mode(r) < 0 || sync_file(r->fd) < 0 ||
	    (!r->temp && with_free_name(r, link_unnamed) < 0))
		return fail(e, r->path, "cannot replace the file");
	r->prepared = true;
	return 0;
}

static int put_in_place(struct replacement *r)
{
	if (r->fresh)
		return os_rename_new(r->folder, r->temp, r->name);
	return renameat(r->folder, r->temp, r->folder, r->name);
}

/* fsync(2) has said that the bytes of a file are on disk; of what is written to
 * directly, nothing has yet. */
static int close_new(struct replacement *r, struct err *e)
{
	int result = 0;

	if (close(r->fd) < 0 && r->folder < 0 && errno != EINTR)
		result = fail(e, r->path, "cannot write");
	release(r);
	return result;
}

int io_replace_commit(struct replacement *r, struct err *e)
{
	int result = io_replace_prepare(r, e);

	if (result == 0 && r->folder >= 0 && put_in_place(r) < 0)
		result = fail(e, r->path, "cannot replace the file");
	if (result == 0)
		return close_new(r, e);
	io_replace_abandon(r);
	return -1;
}

/* ---- replacing a file as it was ---- */

static void nap(void)
{
	nanosleep(&(struct timespec){ 0, 1000000 }, NULL);
}

/* False if another program has it locked for too long; true also where files
 * cannot be locked. */
static bool lock(int fd)
{
	for (int i = 0; i < LOCK_TRIES; i++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0 ||
		    (errno != EWOULDBLOCK && errno != EINTR))
			return true;
		nap();
	}
	return false;
}

/* Keep other programs from opening the file, since what they wrote to it after
 * it has lost its name would be lost.  1; 0 where that is not possible; -1 if
 * one has it open for writing. */
static int hold(int fd)
{
	int result = os_hold(fd);

	for (int i = 0; i < HOLD_TRIES && result < 0 && errno == EAGAIN; i++) {
		nap();
		result = os_hold(fd);
	}
	if (result < 0)
		return errno == EAGAIN ? -1 : 0;
	return 1;
}

/* The other file stays, under the name that the new one had. */
static int keep_beside(struct replacement *r, const char *what, struct err *e)
{
	int why = errno;

	err_set(e, (struct pos){ r->path, 0, 0 }, "%s is left in \"%s\" beside "
		"it: %s", what, r->temp, strerror(why));
	mem_free(r->temp);
	r->temp = NULL;
	return -1;
}

/* What came out of the name by an exchange is not what was read: put it back.
 * What comes out then must be the new file, as it was written; what is not has
 * been written by another program just now, and is kept. */
static int put_back(struct replacement *r, const struct stat *new,
		    struct err *e)
{
	if (os_exchange(r->folder, r->temp, r->name) == 0) {
		if (is_at(r, r->temp, new))
			return 0;
		errno = EBUSY;
	}
	return keep_beside(r, "changed by other programs while it was "
			      "replaced; what one of them wrote", e);
}

/* As put_in_place(), unless the old file is another one by now, or a program is
 * waiting to open it. */
static int exchange(struct replacement *r, int held, const struct stat *old,
		    bool *changed, struct err *e)
{
	struct stat new;
	bool possible;

	if (fstat(r->fd, &new) < 0)
		return fail(e, r->path, "cannot replace the file");
	possible = os_exchange(r->folder, r->temp, r->name) == 0;
	*changed = possible ? !is_at(r, r->temp, old) ||
				      (held >= 0 && os_is_wanted(held)) :
			      errno == ENOENT;
	if (possible && *changed)
		return put_back(r, &new, e);
	if (!possible && !*changed && put_in_place(r) < 0)
		return fail(e, r->path, "cannot replace the file");
	if (possible && unlinkat(r->folder, r->temp, 0) < 0 && errno != ENOENT)
		return keep_beside(r, "replaced, but the old text", e);
	return 0;
}

int io_replace_commit_old(struct replacement *r, int fd,
			  const struct stat *old, bool *changed,
			  struct err *e)
{
	int held, result = 0;

	if (io_replace_prepare(r, e) < 0)
		return -1;
	held = lock(fd) ? hold(fd) : -1;
	*changed = held < 0 || !io_replaces(r, old);
	if (!*changed)
		result = exchange(r, held ? fd : -1, old, changed, e);
	if (held > 0)
		os_let_go(fd);
	return result < 0 || *changed ? result : close_new(r, e);
}

void io_replace_abandon(struct replacement *r)
{
	close(r->fd);
	if (r->temp)
		unlinkat(r->folder, r->temp, 0);
	release(r);
}
