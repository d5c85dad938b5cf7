#include "base/os.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#ifdef __linux__
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/xattr.h>
#endif

void os_keep_memory(unsigned threads)
{
#ifdef __GLIBC__
	/* otherwise there is an arena for each of a thousand threads */
	mallopt(M_ARENA_MAX, (int)threads);
	mallopt(M_TRIM_THRESHOLD, 16 << 20);
	mallopt(M_MMAP_THRESHOLD, 1 << 20);
#else
	(void)threads;
#endif
}

#if defined(__linux__) && !defined(OS_PORTABLE)
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#endif

uint64_t os_now_ns(void)
{
	struct timespec t = { .tv_sec = 0 };

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

uint64_t os_now_ms(void)
{
	return os_now_ns() / 1000000;
}

#define STACK ((size_t)8 << 20)

static int start_thread(pthread_t *thread, void *(*work)(void *ctx), void *ctx)
{
	sigset_t all, before;
	pthread_attr_t attributes;
	int rc = pthread_attr_init(&attributes);

	if (rc)
		return rc;
	pthread_attr_setstacksize(&attributes, STACK);
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	rc = pthread_create(thread, &attributes, work, ctx);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	return rc;
}

unsigned os_threads(pthread_t *threads, unsigned n, void *(*work)(void *ctx),
		    void *ctx)
{
	unsigned started = 0;

	while (started < n && !start_thread(&threads[started], work, ctx))
		started++;
	return started;
}

static void reap(pid_t child)
{
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		continue;
}

#if defined(__linux__) && !defined(OS_PORTABLE)

/* Of cgroup v2, as a container sees its own: "QUOTA PERIOD", or "max PERIOD";
 * 0: no limit. */
static unsigned cores_of_cgroup(void)
{
	FILE *f = fopen("/sys/fs/cgroup/cpu.max", "re");
	unsigned long quota = 0, period = 0;

	if (!f)
		return 0;
	if (fscanf(f, "%lu %lu", &quota, &period) != 2)
		period = 0;
	fclose(f);
	return period ? (unsigned)((quota + period - 1) / period) : 0;
}

unsigned os_cores(void)
{
	cpu_set_t set;
	unsigned n = 1, limit = cores_of_cgroup();

	if (sched_getaffinity(0, sizeof(set), &set) == 0)
		n = (unsigned)CPU_COUNT(&set);
	return limit && limit < n ? limit : n;
}

void os_interrupt_less(void)
{
	const struct sched_param none = { .sched_priority = 0 };

	/* whoever has chosen another policy knows better */
	if (sched_getscheduler(0) == SCHED_OTHER)
		sched_setscheduler(0, SCHED_BATCH, &none);
}

int os_pipe(int ends[2])
{
	return pipe2(ends, O_CLOEXEC);
}

/* A kernel older than the field leaves it as it is. */
uint64_t os_received(int fd)
{
	struct tcp_info info = { .tcpi_bytes_received = 0 };
	socklen_t n = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &n) < 0)
		return 0;
	return info.tcpi_bytes_received;
}

struct timespec os_mtime(const struct stat *st)
{
	return st->st_mtim;
}

int os_watch(void)
{
	return inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
}

int os_watch_folder(int fd, const char *folder)
{
	const uint32_t events = IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_TO |
				IN_MOVED_FROM | IN_DELETE | IN_ATTRIB;

	return inotify_add_watch(fd, folder, events) < 0 ? -1 : 0;
}

/* The orphans become children of this process, not of init. */
void os_adopt_orphans(void)
{
	prctl(PR_SET_CHILD_SUBREAPER, 1);
}

/* Kill the children that this process has now: how many. */
static int kill_present(void)
{
	FILE *f = fopen("/proc/thread-self/children", "re");
	int n = 0, pid;

	if (!f)
		return 0;
	while (fscanf(f, "%d", &pid) == 1)
		n += kill((pid_t)pid, SIGKILL) == 0;
	fclose(f);
	return n;
}

/* One that dies leaves its own children to us, to be killed in a later round;
 * each round reaps one. */
void os_kill_children(pid_t child)
{
	kill(child, SIGKILL);
	reap(child);
	while (kill_present() > 0)
		waitpid(-1, NULL, 0);
}

/* Without /proc the file could not be given its name. */
int os_open_unnamed(int folder, mode_t mode)
{
	if (access("/proc/self/fd", X_OK) < 0)
		return -1;
	return openat(folder, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, mode);
}

int os_link_unnamed(int fd, int folder, const char *name)
{
	char self[64];

	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, self, folder, name, AT_SYMLINK_FOLLOW);
}

int os_open_folder(const char *path)
{
	return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

int os_rename_new(int folder, const char *from, const char *to)
{
	return renameat2(folder, from, folder, to, RENAME_NOREPLACE);
}

int os_exchange(int folder, const char *a, const char *b)
{
	return renameat2(folder, a, folder, b, RENAME_EXCHANGE);
}

/* The signal is one that is ignored unless a program asks for it. */
int os_hold(int fd)
{
	if (fcntl(fd, F_SETSIG, SIGURG) < 0)
		return -1;
	return fcntl(fd, F_SETLEASE, F_RDLCK);
}

bool os_is_wanted(int fd)
{
	return fcntl(fd, F_GETLEASE) != F_RDLCK;
}

void os_let_go(int fd)
{
	fcntl(fd, F_SETLEASE, F_UNLCK);
}

#define ACL "system.posix_acl_access"

int os_copy_acl(const char *from, int to)
{
	/* an entry has 8 bytes */
	char acl[8192];
	ssize_t n = getxattr(from, ACL, acl, sizeof(acl));

	if (n < 0)
		return errno == ENODATA || errno == ENOTSUP ? 0 : -1;
	return fsetxattr(to, ACL, acl, (size_t)n, 0);
}

#else

unsigned os_cores(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n > 0 ? (unsigned)n : 1;
}

void os_interrupt_less(void)
{
}

/* A program that another thread starts between the calls inherits the ends;
 * only one thread of the command makes pipes and starts programs. */
int os_pipe(int ends[2])
{
	if (pipe(ends) < 0)
		return -1;
	for (int i = 0; i < 2; i++)
		fcntl(ends[i], F_SETFD, FD_CLOEXEC);
	return 0;
}

uint64_t os_received(int fd)
{
	(void)fd;
	return 0;
}

struct timespec os_mtime(const struct stat *st)
{
#ifdef __APPLE__
	return st->st_mtimespec;
#else
	return st->st_mtim;
#endif
}

int os_watch(void)
{
	errno = ENOTSUP;
	return -1;
}

int os_watch_folder(int fd, const char *folder)
{
	(void)fd;
	(void)folder;
	errno = ENOTSUP;
	return -1;
}

int os_open_unnamed(int folder, mode_t mode)
{
	(void)folder;
	(void)mode;
	errno = ENOTSUP;
	return -1;
}

int os_link_unnamed(int fd, int folder, const char *name)
{
	(void)fd;
	(void)folder;
	(void)name;
	errno = ENOTSUP;
	return -1;
}

int os_open_folder(const char *path)
{
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

int os_rename_new(int folder, const char *from, const char *to)
{
	if (linkat(folder, from, folder, to, 0) < 0)
		return -1;
	return unlinkat(folder, from, 0);
}

int os_exchange(int folder, const char *a, const char *b)
{
	(void)folder;
	(void)a;
	(void)b;
	errno = ENOTSUP;
	return -1;
}

int os_hold(int fd)
{
	(void)fd;
	errno = ENOTSUP;
	return -1;
}

bool os_is_wanted(int fd)
{
	(void)fd;
	return false;
}

void os_let_go(int fd)
{
	(void)fd;
}

/* Here a list is apart from the mode, and is not kept. */
int os_copy_acl(const char *from, int to)
{
	(void)from;
	(void)to;
	return 0;
}

void os_adopt_orphans(void)
{
}

void os_kill_children(pid_t child)
{
	kill(child, SIGKILL);
	reap(child);
}

#endif
