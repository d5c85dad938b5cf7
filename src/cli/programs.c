/*
 * A child process and its two users.  The parent reads both pipes with poll(2)
 * until they are closed or the time is up, then reaps the child.
 */
#include "cli/programs.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* ---- a child process ---- */

struct child_limits {
	uint64_t time;		/* milliseconds; 0: none */
	size_t output;		/* bytes on stdout */
};

enum child_end {
	CHILD_DONE,
	CHILD_NOT_STARTED,	/* the code is errno */
	CHILD_FAILED,		/* its exit status */
	CHILD_KILLED,		/* the signal */
	CHILD_TOO_SLOW,
	CHILD_SAID_TOO_MUCH,
};

/* How much of stderr is kept, in bytes. */
#define STDERR_MAX 4096

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

static enum child_end child_wait(struct child *c, int *code)
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

/*
 * Run argv as execvp(3) does and keep what it prints, and the beginning of
 * what it writes to stderr.  *code is errno, the exit status or the signal.
 */
static enum child_end child_run(const char *const *argv,
				const struct child_limits *l, struct buf *out,
				struct buf *errors, int *code)
{
	struct child c = {
		.from = { { .fd = -1 }, { .fd = -1 } },
		.kept = { out, errors },
		.most = { l->output, STDERR_MAX },
		.deadline = l->time ? now() + l->time : 0,
	};

	*code = start(&c, argv);
	return *code ? CHILD_NOT_STARTED : child_wait(&c, code);
}

/* ---- kubectl ---- */

/* A ConfigMap has at most 1 MiB; in JSON it may be six times that. */
#define OUTPUT_MAX ((size_t)16 << 20)
/* How much of its complaints goes into a message. */
#define COMPLAINT_MAX 600

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

int kubectl_run(const char *const *argv, uint64_t timeout, struct buf *out,
		struct err *e)
{
	const struct child_limits limits = { timeout, OUTPUT_MAX };
	struct buf said = BUF_INIT, why = BUF_INIT;
	int code;
	enum child_end end = child_run(argv, &limits, out, &said, &code);

	switch (end) {
	case CHILD_DONE:
	case CHILD_NOT_STARTED:
		break;
	case CHILD_FAILED:
		buf_printf(&why, "exit status %d", code);
		break;
	case CHILD_KILLED:
		buf_printf(&why, "killed by signal %d", code);
		break;
	case CHILD_TOO_SLOW:
		buf_printf(&why, "no answer in %g s (--kubeclient-timeout)",
			   (double)timeout / 1000);
		break;
	case CHILD_SAID_TOO_MUCH:
		buf_printf(&why, "answered with more than %zu bytes",
			   OUTPUT_MAX);
		break;
	}
	add_complaint(&why, &said);
	buf_release(&said);
	if (end == CHILD_DONE || end == CHILD_NOT_STARTED)
		buf_release(&why);
	if (end == CHILD_NOT_STARTED)
		return not_started(argv, code, e);
	return end == CHILD_DONE ? 0 : fail(argv, &why, e);
}

/* ---- curl ---- */

#define SECONDS 30
#define REDIRECTS "5"

static bool begins(const char *word, const char *scheme)
{
	return strncasecmp(word, scheme, strlen(scheme)) == 0;
}

bool fetch_is_url(const char *word)
{
	return begins(word, "https://") || begins(word, "http://");
}

void fetch_name(struct buf *out, const char *url)
{
	const char *host = strstr(url, "://") + 3;
	size_t n = strcspn(host, "/?#");
	const char *at = memrchr(host, '@', n);

	buf_add(out, url, (size_t)(host - url));
	buf_addz(out, at ? at + 1 : host);
}

/* What curl said first, without "curl: (22) " before it; advice follows. */
static str complaint(str said)
{
	str line, rest;
	size_t at;

	str_cut(said, '\n', &line, &rest);
	at = str_find(line, 0, ')');
	if (str_starts(line, STR("curl: (")) && at + 2 < line.n)
		line = str_sub(line, at + 2, line.n);
	return line;
}

static int refuse(enum child_end end, int code, size_t most, str said,
		  struct pos pos, struct err *e)
{
	switch (end) {
	case CHILD_DONE:
		break;
	case CHILD_NOT_STARTED:
		return err_set(e, pos, "cannot fetch it: curl, which is what "
			       "fetches: %s", strerror(code));
	case CHILD_FAILED:
		if (said.n)
			return err_set(e, pos, "cannot fetch it: %.*s",
				       STR_ARG(said));
		return err_set(e, pos, "cannot fetch it: curl ends with %d",
			       code);
	case CHILD_KILLED:
		return err_set(e, pos, "cannot fetch it: curl was killed by "
			       "signal %d", code);
	case CHILD_TOO_SLOW:
		return err_set(e, pos, "cannot fetch it: it takes more than %d "
			       "seconds", SECONDS);
	case CHILD_SAID_TOO_MUCH:
		return err_set(e, pos, "cannot fetch it: it has more than %zu "
			       "bytes (--max-document)", most);
	}
	return 0;
}

int fetch(const char *url, const char *name, size_t most, struct buf *out,
	  struct err *e)
{
	char seconds[16], size[32];
	const char *const argv[] = {
		"curl", "--disable", "--silent", "--show-error", "--fail",
		"--globoff", "--proto", "=https", "--proto-redir", "=https",
		"--location", "--max-redirs", REDIRECTS,
		"--max-time", seconds, "--max-filesize", size,
		"--url", url, NULL,
	};
	/* curl keeps time itself; it should not have to be killed */
	const struct child_limits limits = { (SECONDS + 2) * 1000, most };
	struct buf said = BUF_INIT;
	struct pos pos = { name, 0, 0 };
	enum child_end end;
	int code, result;

	if (!begins(url, "https://"))
		return err_set(e, pos, "is not fetched without encryption; "
			       "use https://");
	snprintf(seconds, sizeof(seconds), "%d", SECONDS);
	snprintf(size, sizeof(size), "%zu", most);
	end = child_run(argv, &limits, out, &said, &code);
	result = refuse(end, code, most, complaint(buf_str(&said)), pos, e);
	buf_release(&said);
	return result;
}
