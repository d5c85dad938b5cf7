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
#include <unistd.h>

#include "base/chars.h"
#include "base/os.h"

/* ---- a child process ---- */

/* When to kill it. */
struct child_limits {
	uint64_t time;		/* milliseconds; 0: none */
	size_t output;		/* bytes on stdout */
};

enum child_end {
	CHILD_DONE,
	CHILD_NOT_STARTED,	/* or cannot be read; *code is errno */
	CHILD_FAILED,		/* *code is its exit status */
	CHILD_KILLED,		/* *code is the signal */
	CHILD_TIMED_OUT,
	CHILD_TOO_LARGE,	/* it printed too much */
};

/* How much of stderr is kept, in bytes. */
#define STDERR_MAX 4096

enum { STDOUT, STDERR, N_PIPES };

struct child {
	pid_t pid;
	struct pollfd from[N_PIPES];	/* fd -1: closed */
	struct buf *kept[N_PIPES];
	size_t most[N_PIPES];		/* bytes to keep */
	bool too_large;
	int why;			/* errno of a read that failed */
	uint64_t deadline;		/* ms; 0: none */
};

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
	/* ignored here, which the child would inherit */
	sigemptyset(&restored);
	sigaddset(&restored, SIGPIPE);
	sigaddset(&restored, SIGXFSZ);
	posix_spawnattr_setsigdefault(&attr, &restored);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF);
	/* posix_spawn(3) does not write to the words */
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

		if (os_pipe(ends) < 0) {
			why = errno;
			break;
		}
		c->from[i] = (struct pollfd){ ends[0], POLLIN, 0 };
		to[i] = ends[1];
	}
	os_adopt_orphans();
	if (!why)
		why = spawn(&c->pid, argv, to);
	for (size_t i = 0; i < N_PIPES; i++)
		if (to[i] >= 0)
			close(to[i]);
	if (why)
		close_pipes(c);
	return why;
}

/* Milliseconds until the deadline, as poll(2) takes them: -1 for ever. */
static int time_left(const struct child *c)
{
	uint64_t t = os_now_ms();

	if (!c->deadline)
		return -1;
	return t < c->deadline ? (int)(c->deadline - t) : 0;
}

static void read_some(struct child *c, size_t which)
{
	char bytes[16384];
	ssize_t n;

	if (c->from[which].fd < 0 || !c->from[which].revents)
		return;
	n = read(c->from[which].fd, bytes, sizeof(bytes));
	if (n > 0 && c->kept[which]->n + (size_t)n <= c->most[which]) {
		buf_add(c->kept[which], bytes, (size_t)n);
	} else if (n > 0) {
		c->too_large |= which == STDOUT;
	} else if (n == 0) {
		close(c->from[which].fd);
		c->from[which].fd = -1;
	} else if (errno != EINTR && errno != EAGAIN) {
		c->why = errno;
	}
}

/* Read until it has closed both pipes; false if its time is up first, or it
 * prints too much. */
static bool read_all(struct child *c)
{
	while (c->from[STDOUT].fd >= 0 || c->from[STDERR].fd >= 0) {
		int n = poll(c->from, N_PIPES, time_left(c));

		if (n == 0)
			return false;
		if (n < 0 && errno != EINTR)
			return false;
		for (size_t i = 0; n > 0 && i < N_PIPES; i++)
			read_some(c, i);
		if (c->too_large || c->why)
			return false;
	}
	return true;
}

/* Wait until it exits; having closed its output it has little left to do. */
static bool reap(struct child *c, int *how)
{
	const struct timespec nap = { 0, 2000000 };
	pid_t got;

	while ((got = waitpid(c->pid, how, WNOHANG)) != c->pid) {
		if (got < 0 && errno != EINTR)
			return false;
		if (time_left(c) == 0)
			return false;
		nanosleep(&nap, NULL);
	}
	return true;
}

static enum child_end child_wait(struct child *c, int *code)
{
	bool complete = read_all(c);
	int how = 0;

	close_pipes(c);
	if (!complete || !reap(c, &how)) {
		os_kill_children(c->pid);
		*code = c->why;
		if (c->why)
			return CHILD_NOT_STARTED;
		return c->too_large ? CHILD_TOO_LARGE : CHILD_TIMED_OUT;
	}
	if (WIFSIGNALED(how)) {
		*code = WTERMSIG(how);
		return CHILD_KILLED;
	}
	*code = WEXITSTATUS(how);
	return *code ? CHILD_FAILED : CHILD_DONE;
}

/* Run argv as execvp(3) does and keep its stdout and the beginning of its
 * stderr. */
static enum child_end child_run(const char *const *argv,
				const struct child_limits *l, struct buf *out,
				struct buf *errors, int *code)
{
	struct child c = {
		.from = { { .fd = -1 }, { .fd = -1 } },
		.kept = { out, errors },
		.most = { l->output, STDERR_MAX },
		.deadline = l->time ? os_now_ms() + l->time : 0,
	};

	*code = start(&c, argv);
	return *code ? CHILD_NOT_STARTED : child_wait(&c, code);
}

/* ---- kubectl ---- */

/* A ConfigMap has at most 1 MiB; escaped in JSON it may be six times that. */
#define OUTPUT_MAX ((size_t)16 << 20)
/* How much of its stderr goes into a message. */
#define DETAILS_MAX 600

static void add_command(struct buf *b, const char *const *argv)
{
	for (size_t i = 0; argv[i]; i++)
		buf_printf(b, "%s%s", i ? " " : "", argv[i]);
}

/* A line of kubectl's log, "E1123 04:05:45.730910 ...", which says at greater
 * length what its last line says. */
static bool is_log(str line)
{
	if (line.n <= 5 || !memchr("EWIF", *line.p, 4))
		return false;
	for (size_t i = 1; i < 5; i++)
		if (!is_digit(line.p[i]))
			return false;
	return !is_digit(line.p[5]);
}

static void add_lines(struct buf *b, struct buf *errors, bool log)
{
	str line, rest = { buf_z(errors), errors->n };

	while (rest.n) {
		str_cut(rest, '\n', &line, &rest);
		if (!line.n || is_log(line) != log)
			continue;
		if (b->n)
			buf_addz(b, "; ");
		buf_adds(b, line);
	}
}

/* Its lines in one, or the end of them; those of its log only if there are no
 * others. */
static void add_details(struct buf *b, struct buf *errors)
{
	struct buf lines = BUF_INIT;

	add_lines(&lines, errors, false);
	if (!lines.n)
		add_lines(&lines, errors, true);
	if (lines.n > DETAILS_MAX) {
		buf_drop(&lines, lines.n - DETAILS_MAX);
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

static int cannot_run(const char *const *argv, int why, struct err *e)
{
	return err_set(e, POS_NONE, "cannot run %s to read from the cluster: "
		       "%s", argv[0], strerror(why));
}

int kubectl_run(const char *const *argv, uint64_t timeout, struct buf *out,
		struct err *e)
{
	const struct child_limits limits = { timeout, OUTPUT_MAX };
	struct buf errors = BUF_INIT, why = BUF_INIT;
	int code;
	enum child_end end = child_run(argv, &limits, out, &errors, &code);

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
	case CHILD_TIMED_OUT:
		buf_printf(&why, "no answer in %g s (--kubeclient-timeout)",
			   (double)timeout / 1000);
		break;
	case CHILD_TOO_LARGE:
		buf_printf(&why, "answered with more than %zu bytes",
			   OUTPUT_MAX);
		break;
	}
	add_details(&why, &errors);
	buf_release(&errors);
	if (end == CHILD_DONE || end == CHILD_NOT_STARTED)
		buf_release(&why);
	if (end == CHILD_NOT_STARTED)
		return cannot_run(argv, code, e);
	return end == CHILD_DONE ? 0 : fail(argv, &why, e);
}

/* ---- curl ---- */

/* Its time limit, and how many redirects it follows. */
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
	str name = { host, strcspn(host, "/?#") };
	size_t at = str_find_last(name, '@');

	buf_add(out, url, (size_t)(host - url));
	buf_addz(out, at < name.n ? host + at + 1 : host);
}

/* The first line of its stderr, without "curl: (22) "; the rest is advice. */
static str first_line(str errors)
{
	str line, rest;
	size_t at;

	str_cut(errors, '\n', &line, &rest);
	at = str_find(line, 0, ')');
	if (str_starts(line, STR("curl: (")) && at + 2 < line.n)
		line = str_sub(line, at + 2, line.n);
	return line;
}

static int refuse(enum child_end end, int code, size_t most, str errors,
		  struct pos pos, struct err *e)
{
	switch (end) {
	case CHILD_DONE:
		break;
	case CHILD_NOT_STARTED:
		return err_set(e, pos, "cannot fetch: cannot run curl: %s",
			       strerror(code));
	case CHILD_FAILED:
		if (errors.n)
			return err_set(e, pos, "cannot fetch: %.*s",
				       STR_ARG(errors));
		return err_set(e, pos, "cannot fetch: curl exited with status "
			       "%d", code);
	case CHILD_KILLED:
		return err_set(e, pos, "cannot fetch: curl was killed by "
			       "signal %d", code);
	case CHILD_TIMED_OUT:
		return err_set(e, pos, "cannot fetch: no complete answer in %d "
			       "seconds", SECONDS);
	case CHILD_TOO_LARGE:
		return err_set(e, pos, "cannot fetch: more than %zu bytes "
			       "(--max-document)", most);
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
	/* curl has its own limit; killing it is the last resort */
	const struct child_limits limits = { (SECONDS + 2) * 1000, most };
	struct buf errors = BUF_INIT;
	struct pos pos = { name, 0, 0 };
	enum child_end end;
	int code, result;

	if (!begins(url, "https://"))
		return err_set(e, pos, "cannot fetch without encryption; use "
			       "https://");
	snprintf(seconds, sizeof(seconds), "%d", SECONDS);
	snprintf(size, sizeof(size), "%zu", most);
	end = child_run(argv, &limits, out, &errors, &code);
	result = refuse(end, code, most, first_line(buf_str(&errors)), pos, e);
	buf_release(&errors);
	return result;
}
