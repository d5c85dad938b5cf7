/*
 * preload - loaded before libc by tests/faults_*.sh: a chosen call of a libc
 * function fails, as if the system had failed it.
 *
 * FAULT=NAME:N:ERROR	the N-th call of NAME, from 1, fails with ERROR: the
 *			name of an errno; or `short`: it transfers half of the
 *			bytes; or `stop`: it waits for SIGCONT, then works
 * FAULT=NAME:N+:ERROR	and so do all that follow
 * FAULT_PATH=END	only calls on paths that end so count
 * FAULT_LOG=FILE	gets a line "NAME N PATH" for each call that failed, or
 *			for each call at all without FAULT
 *
 * Writes to standard error count as a function of their own, `message`, so that
 * a program whose writes fail can still say so.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define VISIBLE __attribute__((visibility("default")))
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum function {
	ACCESS, CLOSE, FCHMOD, FCHOWN, FSETXATTR, FSTAT, FSTATAT, FSYNC,
	GETXATTR, LINKAT, LSTAT, MESSAGE, OPEN, OPENAT, OPENDIR, PIPE2, POLL,
	PREAD, READ, READDIR, REALPATH, RENAMEAT, RENAMEAT2, SPAWN, STAT,
	THREAD, UNLINK, UNLINKAT, WAITPID, WRITE, N_FUNCTIONS,
};

static const char *const names[] = {
	"access", "close", "fchmod", "fchown", "fsetxattr", "fstat", "fstatat",
	"fsync", "getxattr", "linkat", "lstat", "message", "open", "openat",
	"opendir", "pipe2", "poll", "pread", "read", "readdir", "realpath",
	"renameat", "renameat2", "spawn", "stat", "thread", "unlink",
	"unlinkat", "waitpid", "write",
};
_Static_assert(COUNT(names) == N_FUNCTIONS, "a name for each function");

enum { SHORT = -1, STOP = -2 };

static const struct {
	const char *name;
	int number;
} errors[] = {
	{ "EACCES", EACCES }, { "EAGAIN", EAGAIN }, { "EDQUOT", EDQUOT },
	{ "EINTR", EINTR },   { "EINVAL", EINVAL }, { "EIO", EIO },
	{ "EMFILE", EMFILE },
	{ "ENFILE", ENFILE }, { "ENOMEM", ENOMEM }, { "ENOSPC", ENOSPC },
	{ "EPERM", EPERM },   { "EROFS", EROFS },   { "ESTALE", ESTALE },
	{ "short", SHORT },   { "stop", STOP },
};

static struct {
	enum function function;	/* N_FUNCTIONS: none */
	unsigned long n;
	bool on;		/* from there on */
	int error;
	const char *log, *path;
} fault = { .function = N_FUNCTIONS };

static _Atomic unsigned long counts[N_FUNCTIONS];

/* The tests would pass without any fault. */
static void refuse(const char *what)
{
	fprintf(stderr, "preload: wrong FAULT: %s\n", what);
	_exit(99);
}

static void read_fault(const char *text)
{
	const char *colon = strchr(text, ':');
	size_t i = 0, n = colon ? (size_t)(colon - text) : 0;
	char *end;

	while (i < N_FUNCTIONS && (strlen(names[i]) != n ||
				   strncmp(names[i], text, n) != 0))
		i++;
	if (i == N_FUNCTIONS)
		refuse(text);
	fault.function = (enum function)i;
	fault.n = strtoul(colon + 1, &end, 10);
	fault.on = *end == '+';
	end += fault.on;
	for (i = 0; *end == ':' && i < COUNT(errors); i++)
		if (strcmp(errors[i].name, end + 1) == 0)
			fault.error = errors[i].number;
	if (!fault.n || !fault.error)
		refuse(text);
}

/* Programs that this one starts are left alone. */
__attribute__((constructor)) static void begin(void)
{
	const char *text = getenv("FAULT");

	fault.log = getenv("FAULT_LOG");
	fault.path = getenv("FAULT_PATH");
	if (text && *text)
		read_fault(text);
	unsetenv("LD_PRELOAD");
}

/* That of a descriptor, unless it is known. */
static const char *path_of(int fd, const char *path, char *target, size_t size)
{
	char link[64];
	long n;

	if (path)
		return path;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = syscall(SYS_readlinkat, AT_FDCWD, link, target, size - 1);
	target[n < 0 ? 0 : n] = '\0';
	return target;
}

static bool is_meant(const char *path)
{
	size_t n = strlen(path), end = fault.path ? strlen(fault.path) : 0;

	return n >= end && (!end || strcmp(path + n - end, fault.path) == 0);
}

static void add_line(enum function f, unsigned long n, const char *path)
{
	char line[4400];
	long log = syscall(SYS_openat, AT_FDCWD, fault.log,
			   O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	int length;

	if (log < 0)
		refuse("its log");
	length = snprintf(line, sizeof(line), "%s %lu %s\n", names[f], n, path);
	(void)!syscall(SYS_write, log, line, (size_t)length);
	syscall(SYS_close, log);
}

/* Does this call fail?  Sets errno; for `short` it is 0. */
static bool fails(enum function f, int fd, const char *path)
{
	int before = errno;
	char target[4096];
	unsigned long n;
	bool hit;

	if (fault.path || fault.log)
		path = path_of(fd, path, target, sizeof(target));
	if (fault.path && !is_meant(path))
		return false;
	n = ++counts[f];
	hit = f == fault.function &&
	      (n == fault.n || (fault.on && n > fault.n));
	if (fault.log && (hit || fault.function == N_FUNCTIONS))
		add_line(f, n, path);
	if (hit && fault.error == STOP)
		raise(SIGSTOP);
	hit = hit && fault.error != STOP;
	errno = !hit ? before : fault.error == SHORT ? 0 : fault.error;
	return hit;
}

/* How much of n bytes a call transfers: -1 if it fails. */
static ssize_t allowed(enum function f, int fd, size_t n)
{
	if (!fails(f, fd, NULL))
		return (ssize_t)n;
	if (errno)
		return -1;
	return (ssize_t)(n > 1 ? n / 2 : n);
}

/* The function that this one hides. */
#define NEXT(name)                                                             \
	static __typeof__(name) *next;                                         \
	if (!next)                                                             \
		*(void **)&next = dlsym(RTLD_NEXT, #name)

/* ---- data ---- */

VISIBLE ssize_t read(int fd, void *p, size_t n)
{
	ssize_t most = allowed(READ, fd, n);

	NEXT(read);
	return most < 0 ? -1 : next(fd, p, (size_t)most);
}

VISIBLE ssize_t pread(int fd, void *p, size_t n, off_t from)
{
	ssize_t most = allowed(PREAD, fd, n);

	NEXT(pread);
	return most < 0 ? -1 : next(fd, p, (size_t)most, from);
}

VISIBLE ssize_t write(int fd, const void *p, size_t n)
{
	ssize_t most = allowed(fd == STDERR_FILENO ? MESSAGE : WRITE, fd, n);

	NEXT(write);
	return most < 0 ? -1 : next(fd, p, (size_t)most);
}

VISIBLE int fsync(int fd)
{
	NEXT(fsync);
	return fails(FSYNC, fd, NULL) ? -1 : next(fd);
}

/* ---- descriptors ---- */

VISIBLE int open(const char *path, int flags, ...)
{
	va_list more;
	mode_t mode;

	NEXT(open);
	va_start(more, flags);
	mode = flags & O_CREAT ? va_arg(more, mode_t) : 0;
	va_end(more);
	return fails(OPEN, -1, path) ? -1 : next(path, flags, mode);
}

/* What open() is called where the compiler checks its arguments. */
int __open_2(const char *path, int flags);
VISIBLE int __open_2(const char *path, int flags)
{
	return open(path, flags);
}

VISIBLE int openat(int folder, const char *path, int flags, ...)
{
	va_list more;
	mode_t mode;

	NEXT(openat);
	va_start(more, flags);
	mode = va_arg(more, mode_t);
	va_end(more);
	return fails(OPENAT, -1, path) ? -1 : next(folder, path, flags, mode);
}

/* Linux closes it even if it reports an error. */
VISIBLE int close(int fd)
{
	bool hit = fails(CLOSE, fd, NULL);
	int why = errno;

	NEXT(close);
	if (!hit)
		return next(fd);
	next(fd);
	errno = why;
	return -1;
}

VISIBLE int pipe2(int ends[2], int flags)
{
	NEXT(pipe2);
	return fails(PIPE2, -1, "") ? -1 : next(ends, flags);
}

VISIBLE int poll(struct pollfd *fds, nfds_t n, int timeout)
{
	NEXT(poll);
	return fails(POLL, -1, "") ? -1 : next(fds, n, timeout);
}

/* ---- attributes ---- */

VISIBLE int access(const char *path, int mode)
{
	NEXT(access);
	return fails(ACCESS, -1, path) ? -1 : next(path, mode);
}

VISIBLE int stat(const char *path, struct stat *st)
{
	NEXT(stat);
	return fails(STAT, -1, path) ? -1 : next(path, st);
}

VISIBLE int lstat(const char *path, struct stat *st)
{
	NEXT(lstat);
	return fails(LSTAT, -1, path) ? -1 : next(path, st);
}

VISIBLE int fstat(int fd, struct stat *st)
{
	NEXT(fstat);
	return fails(FSTAT, fd, NULL) ? -1 : next(fd, st);
}

VISIBLE int fstatat(int folder, const char *path, struct stat *st, int flags)
{
	NEXT(fstatat);
	return fails(FSTATAT, -1, path) ? -1 : next(folder, path, st, flags);
}

VISIBLE int fchmod(int fd, mode_t mode)
{
	NEXT(fchmod);
	return fails(FCHMOD, fd, NULL) ? -1 : next(fd, mode);
}

VISIBLE int fchown(int fd, uid_t owner, gid_t group)
{
	NEXT(fchown);
	return fails(FCHOWN, fd, NULL) ? -1 : next(fd, owner, group);
}

ssize_t getxattr(const char *path, const char *name, void *value, size_t n);
VISIBLE ssize_t getxattr(const char *path, const char *name, void *value,
			 size_t n)
{
	NEXT(getxattr);
	return fails(GETXATTR, -1, path) ? -1 : next(path, name, value, n);
}

int fsetxattr(int fd, const char *name, const void *value, size_t n, int flags);
VISIBLE int fsetxattr(int fd, const char *name, const void *value, size_t n,
		      int flags)
{
	NEXT(fsetxattr);
	return fails(FSETXATTR, fd, NULL) ? -1 :
					    next(fd, name, value, n, flags);
}

/* ---- folders ---- */

VISIBLE DIR *opendir(const char *path)
{
	NEXT(opendir);
	return fails(OPENDIR, -1, path) ? NULL : next(path);
}

VISIBLE struct dirent *readdir(DIR *folder)
{
	NEXT(readdir);
	return fails(READDIR, dirfd(folder), NULL) ? NULL : next(folder);
}

VISIBLE char *realpath(const char *path, char *to)
{
	NEXT(realpath);
	return fails(REALPATH, -1, path) ? NULL : next(path, to);
}

VISIBLE int linkat(int from, const char *old, int to, const char *new,
		   int flags)
{
	NEXT(linkat);
	return fails(LINKAT, -1, new) ? -1 : next(from, old, to, new, flags);
}

VISIBLE int renameat(int from, const char *old, int to, const char *new)
{
	NEXT(renameat);
	return fails(RENAMEAT, -1, new) ? -1 : next(from, old, to, new);
}

VISIBLE int renameat2(int from, const char *old, int to, const char *new,
		      unsigned flags)
{
	NEXT(renameat2);
	return fails(RENAMEAT2, -1, new) ? -1 :
					   next(from, old, to, new, flags);
}

VISIBLE int unlink(const char *path)
{
	NEXT(unlink);
	return fails(UNLINK, -1, path) ? -1 : next(path);
}

VISIBLE int unlinkat(int folder, const char *path, int flags)
{
	NEXT(unlinkat);
	return fails(UNLINKAT, -1, path) ? -1 : next(folder, path, flags);
}

/* ---- processes ---- */

VISIBLE int posix_spawnp(pid_t *pid, const char *program,
			 const posix_spawn_file_actions_t *actions,
			 const posix_spawnattr_t *attributes,
			 char *const argv[], char *const environment[])
{
	NEXT(posix_spawnp);
	if (fails(SPAWN, -1, program))
		return errno;
	return next(pid, program, actions, attributes, argv, environment);
}

VISIBLE int pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
			   void *(*run)(void *), void *ctx)
{
	NEXT(pthread_create);
	return fails(THREAD, -1, "") ? errno :
				       next(thread, attributes, run, ctx);
}

VISIBLE pid_t waitpid(pid_t pid, int *how, int options)
{
	NEXT(waitpid);
	return fails(WAITPID, -1, "") ? -1 : next(pid, how, options);
}
