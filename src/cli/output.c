/*
 * Three layers: join_* decides what goes between two files of one stream,
 * interrupt_* replaces a file so that no signal leaves anything behind, and
 * output_* uses both.
 *
 * The library reports a failed write under the name of the input; the output
 * remembers errno, so that the message can name the output instead.
 */
#include "cli/output.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "cli/messages.h"

/* ---- joining files ---- */

enum head { HEAD_OTHER, HEAD_MARK, HEAD_DIRECTIVE, HEAD_JSON };

static size_t skip_any(str s, size_t at, const char *blanks)
{
	while (at < s.n && s.p[at] && strchr(blanks, s.p[at]))
		at++;
	return at;
}

/* JSON rather than YAML in flow style: a brace, then a quoted key. */
static bool is_json(str s, size_t at)
{
	if (s.p[at] != '{')
		return false;
	at = skip_any(s, at + 1, " \t\r\n");
	return at < s.n && (s.p[at] == '"' || s.p[at] == '}');
}

static bool is_mark(str s, size_t at)
{
	str line = str_sub(s, at, s.n);

	return str_starts(line, STR("---")) &&
	       (line.n == 3 || strchr(" \t\r\n", line.p[3]));
}

/* What a file begins with, after blank lines and comments. */
static enum head head_of(str s)
{
	for (size_t line = 0; line < s.n;) {
		size_t at = skip_any(s, line, " \t");

		if (at < s.n && !strchr("#\r\n", s.p[at])) {
			if (is_mark(s, line))
				return HEAD_MARK;
			if (s.p[line] == '%')
				return HEAD_DIRECTIVE;
			return is_json(s, at) ? HEAD_JSON : HEAD_OTHER;
		}
		while (at < s.n && s.p[at] != '\n' && s.p[at] != '\r')
			at++;
		line = at + 1;
	}
	return HEAD_OTHER;
}

static bool ends_in(const struct join *j, const char *five)
{
	return memcmp(j->tail, five, sizeof(j->tail)) == 0;
}

str join_between(struct join *j, str *first)
{
	const str bom = STR("\xef\xbb\xbf");
	bool had_bom = str_starts(*first, bom);
	str rest = str_sub(*first, had_bom ? bom.n : 0, first->n);
	enum head head = head_of(rest);
	bool json = j->json && head == HEAD_JSON;
	/* With a line break to be left out where there is one. */
	str mark = STR("\n---\n");

	if (!j->begun) {
		j->json = head == HEAD_JSON;
		return STR_NONE;
	}
	j->json = json;
	*first = rest;
	/* A directive is one only after the end of a document, which `---`
	 * is not. */
	if (head == HEAD_DIRECTIVE)
		mark = ends_in(j, "\n...\n") ? STR("\n") : STR("\n...\n");
	else if (json || head == HEAD_MARK || ends_in(j, "\n---\n"))
		mark = STR("\n");
	return str_sub(mark, j->tail[sizeof(j->tail) - 1] == '\n', mark.n);
}

void join_wrote(struct join *j, str bytes)
{
	const size_t size = sizeof(j->tail);
	size_t n = bytes.n < size ? bytes.n : size;

	if (!n)
		return;
	memmove(j->tail, j->tail + n, size - n);
	memcpy(j->tail + size - n, bytes.p + bytes.n - n, n);
	j->begun = true;
}

/* ---- replacing files ---- */

static const int signals[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };

#define N_SIGNALS (ARRAY_SIZE(signals))
#define N_NAMES 3

static const char *volatile names[N_NAMES];

void interrupt_tidy(void)
{
	for (int i = 0; i < N_NAMES; i++)
		if (names[i])
			unlink(names[i]);
}

static void on_signal(int number)
{
	interrupt_tidy();
	signal(number, SIG_DFL);
	raise(number);
}

static void block(sigset_t *before)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < N_SIGNALS; i++)
		sigaddset(&set, signals[i]);
	sigprocmask(SIG_BLOCK, &set, before);
}

static void allow(const sigset_t *before)
{
	sigprocmask(SIG_SETMASK, before, NULL);
}

/* Who was started with a signal ignored (nohup) goes on to ignore it. */
static void watch(void)
{
	for (size_t i = 0; i < N_SIGNALS; i++) {
		struct sigaction action;

		if (sigaction(signals[i], NULL, &action) < 0 ||
		    action.sa_handler != SIG_DFL)
			continue;
		action = (struct sigaction){ .sa_handler = on_signal };
		sigemptyset(&action.sa_mask);
		sigaction(signals[i], &action, NULL);
	}
}

static void remember(const char *name)
{
	int i = 0;

	while (i < N_NAMES && names[i])
		i++;
	assert(i < N_NAMES);
	names[i] = name;
}

static void forget(const char *name)
{
	for (int i = 0; i < N_NAMES; i++)
		if (names[i] == name)
			names[i] = NULL;
}

int interrupt_replace(struct replacement *r, const char *path,
		      const char *like, struct err *e)
{
	sigset_t before;
	int result;

	watch();
	block(&before);
	result = io_replace_like(r, path, like, e);
	if (!result && r->temp)
		remember(r->temp);
	allow(&before);
	return result;
}

int interrupt_commit(struct replacement *r, struct err *e)
{
	sigset_t before;
	int result;

	block(&before);
	forget(r->temp);
	result = io_replace_commit(r, e);
	allow(&before);
	return result;
}

void interrupt_abandon(struct replacement *r)
{
	sigset_t before;

	block(&before);
	forget(r->temp);
	io_replace_abandon(r);
	allow(&before);
}

/* ---- the output of a run ---- */

int output_open(struct output *out, const char *path, struct err *e)
{
	*out = (struct output){
		.name = path ? path : "<stdout>",
		.to_file = path != NULL,
		.fd = STDOUT_FILENO,
		.join = JOIN_INIT,
	};
	if (!path)
		return 0;
	if (interrupt_replace(&out->file, path, NULL, e) < 0)
		return -1;
	out->fd = out->file.fd;
	return 0;
}

void output_next_file(struct output *out)
{
	out->file_begins = true;
}

static int put(struct output *out, str bytes)
{
	if (io_write(out->fd, bytes.p, bytes.n) < 0) {
		out->why = errno;
		return -1;
	}
	join_wrote(&out->join, bytes);
	return 0;
}

int output_write(void *ctx, const void *p, size_t n)
{
	struct output *out = ctx;
	str bytes = { p, n };

	if (out->file_begins && n) {
		out->file_begins = false;
		if (put(out, join_between(&out->join, &bytes)) < 0)
			return -1;
	}
	return put(out, bytes);
}

enum status output_failed(const struct output *out)
{
	char text[160];

	if (out->why == EPIPE)
		return STATUS_PIPE;
	snprintf(text, sizeof(text), "cannot write: %s", strerror(out->why));
	return print_error(out->name, 0, 0, text);
}

int output_commit(struct output *out, struct err *e)
{
	return out->to_file ? interrupt_commit(&out->file, e) : 0;
}

void output_abandon(struct output *out)
{
	if (out->to_file)
		interrupt_abandon(&out->file);
}
