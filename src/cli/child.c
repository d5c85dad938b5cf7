#include "cli/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* How much of its complaints is kept. */
#define COMPLAINT_MAX 4096

enum { STDOUT, STDERR, N_PIPES };

struct child {
	pid_t pid;
	struct pollfd from[N_PIPES];	/* fd -1: closed */
	struct buf *kept[N_PIPES];
	size_t most[N_PIPES];		/* that it may say */
	bool too_much;
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
	if (n > 0 && c->kept[which]->n + (size_t)n <= c->most[which]) {
		buf_add(c->kept[which], bytes, (size_t)n);
	} else if (n > 0) {
		c->too_much |= which == STDOUT;
	} else if (n == 0 || errno != EINTR) {
		close(c->from[which].fd);
		c->from[which].fd = -1;
	}
}

/* All it says, until it has closed both; false if its time is up first, or it
 * says too much. */
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
		if (c->too_much)
			return false;
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

static enum child_end end(struct child *c, int *code)
{
	bool heard = hear(c);
	int how = 0;

	close_pipes(c);
	if (!heard || !await(c, &how)) {
		kill(c->pid, SIGKILL);
		while (waitpid(c->pid, &how, 0) < 0 && errno == EINTR)
			;
		return c->too_much ? CHILD_SAID_TOO_MUCH : CHILD_TOO_SLOW;
	}
	if (WIFSIGNALED(how)) {
		*code = WTERMSIG(how);
		return CHILD_KILLED;
	}
	*code = WEXITSTATUS(how);
	return *code ? CHILD_FAILED : CHILD_DONE;
}

enum child_end child_run(const char *const *argv, const struct child_limits *l,
			 struct buf *out, struct buf *complaint, int *code)
{
	struct child c = {
		.from = { { .fd = -1 }, { .fd = -1 } },
		.kept = { out, complaint },
		.most = { l->output, COMPLAINT_MAX },
		.deadline = l->time ? now() + l->time : 0,
	};

	*code = start(&c, argv);
	return *code ? CHILD_NOT_STARTED : end(&c, code);
}
