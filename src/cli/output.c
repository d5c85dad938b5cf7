/*
 * The library reports a failed write under the name of the input; the output
 * keeps errno, so that the message can name the output instead.
 */
#include "cli/output.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/chars.h"

/*
 * ---- joining files ----
 *
 * Only the first lines of a file and the last bytes before it matter: `---` and
 * `...` at the start of a line end a document wherever they are, so no parser
 * is needed to find them.
 */

/* What a file begins with, after blank lines and comments. */
enum file_head { HEAD_OTHER, HEAD_MARK, HEAD_DIRECTIVE, HEAD_JSON };

/* Line breaks count as spaces. */
static size_t skip_space(str s, size_t at)
{
	while (at < s.n && (is_blank(s.p[at]) || s.p[at] == '\r' ||
			    s.p[at] == '\n'))
		at++;
	return at;
}

/* JSON rather than YAML in flow style: a brace, then a quoted key. */
static bool is_json(str s, size_t at)
{
	if (s.p[at] != '{')
		return false;
	at = skip_space(s, at + 1);
	return at < s.n && (s.p[at] == '"' || s.p[at] == '}');
}

static bool is_mark(str s, size_t at)
{
	str line = str_sub(s, at, s.n);

	return str_starts(line, STR("---")) &&
	       (line.n == 3 || skip_space(line, 3) > 3 || !line.p[3]);
}

static enum file_head head_of(str s)
{
	for (size_t line = 0; line < s.n;) {
		size_t at = skip_blanks(s, line);

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

/* What goes between all that was written and a file that begins with *first.
 * Cuts a byte order mark off *first, which only the start of a stream has. */
static str join_between(struct join *j, str *first)
{
	const str bom = STR("\xef\xbb\xbf");
	bool had_bom = str_starts(*first, bom);
	str rest = str_sub(*first, had_bom ? bom.n : 0, first->n);
	enum file_head head = head_of(rest);
	bool json = j->json && head == HEAD_JSON;
	/* The first line break is dropped where the stream ends in one. */
	str mark = STR("\n---\n");

	if (!j->begun) {
		j->json = head == HEAD_JSON;
		return STR_NONE;
	}
	j->json = json;
	*first = rest;
	/* A directive must follow the end of a document, which `---` is not. */
	if (head == HEAD_DIRECTIVE)
		mark = ends_in(j, "\n...\n") ? STR("\n") : STR("\n...\n");
	else if (json || head == HEAD_MARK || ends_in(j, "\n---\n"))
		mark = STR("\n");
	return str_sub(mark, j->tail[sizeof(j->tail) - 1] == '\n', mark.n);
}

static void join_wrote(struct join *j, str bytes)
{
	const size_t size = sizeof(j->tail);
	size_t n = bytes.n < size ? bytes.n : size;

	if (!n)
		return;
	memmove(j->tail, j->tail + n, size - n);
	memcpy(j->tail + size - n, bytes.p + bytes.n - n, n);
	j->begun = true;
}

/*
 * ---- replacing files ----
 *
 * A signal handler gets no argument, so the names of temporary files are the
 * one global variable of this program.  It changes only while the signals are
 * blocked.
 */

static const int signals[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };

#define N_SIGNALS (ARRAY_SIZE(signals))
#define N_NAMES 3

static struct {
	int folder;
	const char *volatile name;	/* NULL: none */
} names[N_NAMES];

void interrupt_tidy(void)
{
	for (int i = 0; i < N_NAMES; i++)
		if (names[i].name)
			unlinkat(names[i].folder, names[i].name, 0);
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
	pthread_sigmask(SIG_BLOCK, &set, before);
}

static void allow(const sigset_t *before)
{
	pthread_sigmask(SIG_SETMASK, before, NULL);
}

/* A signal that was ignored from the start (nohup) stays ignored. */
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

static void remember(const struct replacement *r)
{
	int i = 0;

	while (i < N_NAMES && names[i].name)
		i++;
	assert(i < N_NAMES);
	names[i].folder = r->folder;
	names[i].name = r->temp;
}

static void forget(const struct replacement *r)
{
	for (int i = 0; i < N_NAMES; i++)
		if (names[i].name == r->temp)
			names[i].name = NULL;
}

int interrupt_replace(struct replacement *r, const char *path,
		      const char *like, struct err *e)
{
	sigset_t before;
	int result;

	watch();
	block(&before);
	result = like ? io_create_like(r, path, like, e) :
			io_replace(r, path, e);
	if (!result && r->temp)
		remember(r);
	allow(&before);
	return result;
}

int interrupt_prepare(struct replacement *r, struct err *e)
{
	bool named = r->temp;
	sigset_t before;
	int result;

	block(&before);
	result = io_replace_prepare(r, e);
	if (!named && r->temp)
		remember(r);
	allow(&before);
	return result;
}

int interrupt_commit(struct replacement *r, struct err *e)
{
	sigset_t before;
	int result;

	block(&before);
	forget(r);
	result = io_replace_commit(r, e);
	allow(&before);
	return result;
}

int interrupt_commit_old(struct replacement *r, int fd,
			 const struct stat *old, bool *changed, struct err *e)
{
	sigset_t before;
	int result;

	block(&before);
	forget(r);
	result = io_replace_commit_old(r, fd, old, changed, e);
	if ((result < 0 || *changed) && r->temp)
		remember(r);
	allow(&before);
	return result;
}

void interrupt_abandon(struct replacement *r)
{
	sigset_t before;

	block(&before);
	forget(r);
	io_replace_abandon(r);
	allow(&before);
}

/* ---- the output of a run ---- */

int output_open(struct output *out, const char *path, struct err *e)
{
	struct stat st;

	*out = (struct output){
		.name = path ? path : "<stdout>",
		.to_file = path != NULL,
		.fd = STDOUT_FILENO,
		.join = { .tail = "\n\n\n\n\n" },
	};
	if (!path) {
		out->to_regular = fstat(STDOUT_FILENO, &st) == 0 &&
				  S_ISREG(st.st_mode);
		return 0;
	}
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

int output_commit(struct output *out, struct err *e)
{
	return out->to_file ? interrupt_commit(&out->file, e) : 0;
}

void output_abandon(struct output *out)
{
	if (out->to_file)
		interrupt_abandon(&out->file);
}
