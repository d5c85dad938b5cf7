#include "cli/kubectl.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A ConfigMap has at most 1 MiB; in JSON it may be six times that. */
#define OUTPUT_MAX ((size_t)16 << 20)
/* How much of its complaints goes into a message. */
#define COMPLAINT_MAX 600

enum { STDOUT, STDERR, N_PIPES };

struct child {
	pid_t pid;
	struct pollfd from[N_PIPES];	/* fd -1: closed */
	struct buf kept[N_PIPES];
	uint64_t deadline;		/* 0: none */
};

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* ---- starting ---- */

static int spawn(pid_t *pid, const char *const *argv, const int to[N_PIPES])
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t restored;
	int why;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null",
					 O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, to[STDOUT], STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, to[STDERR], STDERR_FILENO);
	posix_spawnattr_init(&attr);
	/* which we ignore, and would be ignored there */
	sigemptyset(&restored);
	sigaddset(&restored, SIGPIPE);
	posix_spawnattr_setsigdefault(&attr, &restored);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF);
	/* the words are only read, whatever the type says */
	why = posix_spawnp(pid, argv[0], &actions, &attr,
			   (char *const *)(uintptr_t)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
	return why;
}

static void close_pipes(struct child *c)
{
	for (size_t i = 0; i < N_PIPES; i++) {
		if (c->from[i].fd >= 0)
			close(c->from[i].fd);
		c->from[i].fd = -1;
	}
}

/* 0 or errno. */
static int start(struct child *c, const char *const *argv)
{
	int to[N_PIPES] = { -1, -1 };
	int why = 0;

	for (size_t i = 0; i < N_PIPES && !why; i++) {
		int ends[2];

		if (pipe2(ends, O_CLOEXEC) < 0) {
			why = errno;
			break;
		}
		c->from[i] = (struct pollfd){ ends[0], POLLIN, 0 };
		to[i] = ends[1];
	}
	if (!why)
		why = spawn(&c->pid, argv, to);
	for (size_t i = 0; i < N_PIPES; i++)
		if (to[i] >= 0)
			close(to[i]);
	if (why)
		close_pipes(c);
	return why;
}

/* ---- listening ---- */

/* Milliseconds to wait, as poll(2) has it. */
static int patience(const struct child *c)
{
	uint64_t t = now();

	if (!c->deadline)
		return -1;
	return t < c->deadline ? (int)(c->deadline - t) : 0;
}

static void listen_to(struct child *c, size_t which)
{
	char bytes[16384];
	ssize_t n;

	if (c->from[which].fd < 0 || !c->from[which].revents)
		return;
	n = read(c->from[which].fd, bytes, sizeof(bytes));
	if (n > 0 && c->kept[which].n <= OUTPUT_MAX) {
		buf_add(&c->kept[which], bytes, (size_t)n);
	} else if (n == 0 || (n < 0 && errno != EINTR)) {
		close(c->from[which].fd);
		c->from[which].fd = -1;
	}
}

/* All it says, until it has closed both or its time is up. */
static bool hear(struct child *c)
{
	while (c->from[STDOUT].fd >= 0 || c->from[STDERR].fd >= 0) {
		int n = poll(c->from, N_PIPES, patience(c));

		if (n == 0)
			return false;
		if (n < 0 && errno != EINTR)
			return false;
		for (size_t i = 0; n > 0 && i < N_PIPES; i++)
			listen_to(c, i);
	}
	return true;
}

/* Its end; what has closed its output has little left to do. */
static bool await(struct child *c, int *how)
{
	const struct timespec nap = { 0, 2000000 };
	pid_t got;

	while ((got = waitpid(c->pid, how, WNOHANG)) != c->pid) {
		if (got < 0 && errno != EINTR)
			return false;
		if (patience(c) == 0)
			return false;
		nanosleep(&nap, NULL);
	}
	return true;
}

/* ---- messages ---- */

static void add_command(struct buf *b, const char *const *argv)
{
	for (size_t i = 0; argv[i]; i++)
		buf_printf(b, "%s%s", i ? " " : "", argv[i]);
}

/* A line of its log, "E1123 04:05:45.730910 ...", which repeats in more words
 * what it says at the end. */
static bool is_log(str line)
{
	return line.n > 5 && memchr("EWIF", *line.p, 4) &&
	       strspn(line.p + 1, "0123456789") == 4;
}

static void add_lines(struct buf *b, struct buf *said, bool log)
{
	str line, rest = { buf_z(said), said->n };

	while (rest.n) {
		str_cut(rest, '\n', &line, &rest);
		if (!line.n || is_log(line) != log)
			continue;
		if (b->n)
			buf_addz(b, "; ");
		buf_adds(b, line);
	}
}

/* Its lines in one, or the end of them; those of its log where there is
 * nothing else. */
static void add_complaint(struct buf *b, struct buf *said)
{
	struct buf lines = BUF_INIT;

	add_lines(&lines, said, false);
	if (!lines.n)
		add_lines(&lines, said, true);
	if (lines.n > COMPLAINT_MAX) {
		buf_drop(&lines, lines.n - COMPLAINT_MAX);
		memcpy(lines.p, "...", 3);
	}
	if (lines.n)
		buf_printf(b, ": %s", buf_z(&lines));
	buf_release(&lines);
}

static int fail(const char *const *argv, struct buf *why, struct err *e)
{
	struct buf command = BUF_INIT;

	add_command(&command, argv);
	err_set(e, POS_NONE, "%s: %s", buf_z(&command), buf_z(why));
	buf_release(&command);
	buf_release(why);
	return -1;
}

static int not_started(const char *const *argv, int why, struct err *e)
{
	return err_set(e, POS_NONE, "cannot run %s, which is what asks the "
		       "cluster: %s", argv[0], strerror(why));
}

static int ended_badly(const char *const *argv, struct child *c, int how,
		       struct err *e)
{
	struct buf why = BUF_INIT;

	if (WIFSIGNALED(how))
		buf_printf(&why, "killed by signal %d", WTERMSIG(how));
	else
		buf_printf(&why, "exit status %d", WEXITSTATUS(how));
	add_complaint(&why, &c->kept[STDERR]);
	return fail(argv, &why, e);
}

static int too_slow(const char *const *argv, struct child *c,
		    uint64_t timeout, struct err *e)
{
	struct buf why = BUF_INIT;

	buf_printf(&why, "no answer in %g s (--kubeclient-timeout)",
		   (double)timeout / 1000);
	add_complaint(&why, &c->kept[STDERR]);
	return fail(argv, &why, e);
}

static int end(struct child *c, const char *const *argv, uint64_t timeout,
	       struct err *e)
{
	bool heard = hear(c);
	int how = 0;

	close_pipes(c);
	if (!heard || !await(c, &how)) {
		kill(c->pid, SIGKILL);
		while (waitpid(c->pid, &how, 0) < 0 && errno == EINTR)
			;
		return too_slow(argv, c, timeout, e);
	}
	if (!WIFEXITED(how) || WEXITSTATUS(how))
		return ended_badly(argv, c, how, e);
	return 0;
}

int kubectl_run(const char *const *argv, uint64_t timeout, struct buf *out,
		struct err *e)
{
	struct child c = {
		.from = { { .fd = -1 }, { .fd = -1 } },
		.kept = { BUF_INIT, BUF_INIT },
		.deadline = timeout ? now() + timeout : 0,
	};
	int why = start(&c, argv);
	int result = why ? not_started(argv, why, e)
			 : end(&c, argv, timeout, e);

	buf_release(&c.kept[STDERR]);
	if (result == 0)
		*out = c.kept[STDOUT];
	else
		buf_release(&c.kept[STDOUT]);
	return result;
}
