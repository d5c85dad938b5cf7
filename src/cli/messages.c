/*
 * Lines are written by write(2), each at once, so that those of several
 * programs on one terminal or log do not mix, and nothing waits in a buffer
 * when the program ends.
 */
#include "cli/messages.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/os.h"

/* ---- one message ---- */

static struct {
	const char *program, *command;
	message_fn *line;
	void *ctx;
	enum color color;
} messages = { .program = "injector" };

void messages_begin(const char *program, message_fn *line, void *ctx)
{
	messages.program = program;
	messages.line = line;
	messages.ctx = ctx;
}

const char *messages_program(void)
{
	return messages.program;
}

void messages_command(const char *word)
{
	messages.command = word;
}

static bool is_set(const char *variable)
{
	const char *value = getenv(variable);

	return value && *value;
}

static bool is_dumb_terminal(void)
{
	const char *term = getenv("TERM");

	return term && strcmp(term, "dumb") == 0;
}

void messages_color(enum color when)
{
	messages.color = when;
}

bool messages_colored(int fd)
{
	if (messages.color != COLOR_AUTO)
		return messages.color == COLOR_ALWAYS;
	return !is_set("NO_COLOR") && !is_dumb_terminal() && isatty(fd);
}

/* A part of a line in a color, an SGR sequence without its ends. */
static void add_colored(struct buf *b, const char *color, str text)
{
	if (text.n && color)
		buf_printf(b, "\033[%sm", color);
	report_add_shown(b, text);
	if (text.n && color)
		buf_addz(b, "\033[m");
}

#define WARNING "warning:"

/* A line whose first `place` bytes say where.  A failure to write to stderr is
 * ignored: it could not be reported. */
static void print_line(enum message_level level, str line, size_t place)
{
	static const char *const colors[] = {
		[MESSAGE_INFO] = "1",
		[MESSAGE_WARNING] = "1",
		[MESSAGE_ERROR] = "1;31",
	};
	bool colored = !messages.line && messages_colored(STDERR_FILENO);
	str rest = str_sub(line, place, line.n);
	size_t label = colored && str_starts(rest, STR(WARNING)) ?
			       strlen(WARNING) : 0;
	struct buf b = BUF_INIT;

	add_colored(&b, colored ? colors[level] : NULL,
		    str_sub(line, 0, place));
	add_colored(&b, "1;35", str_sub(rest, 0, label));
	report_add_shown(&b, str_sub(rest, label, rest.n));
	if (messages.line) {
		messages.line(messages.ctx, level, buf_str(&b));
	} else {
		buf_addc(&b, '\n');
		(void)io_write(STDERR_FILENO, b.p, b.n);
	}
	buf_release(&b);
}

/* Returns its length. */
static size_t add_place(struct buf *b, const char *file, unsigned line,
			unsigned column)
{
	report_add_file(b, file && *file ? file : messages.program);
	if (line)
		buf_printf(b, ":%u", line);
	if (line && column)
		buf_printf(b, ":%u", column);
	buf_addz(b, ": ");
	return b->n;
}

enum status print_error(const char *file, unsigned line, unsigned column,
			const char *text)
{
	struct buf b = BUF_INIT;
	size_t place = add_place(&b, file, line, column);

	buf_addz(&b, text);
	print_line(MESSAGE_ERROR, buf_str(&b), place);
	buf_release(&b);
	return STATUS_FAILED;
}

enum status print_err(const struct err *e)
{
	return print_error(e->pos.file, e->pos.line, e->pos.column, e->text);
}

enum status print_write_error(const char *name, int why)
{
	char text[160];

	if (why == EPIPE)
		return STATUS_PIPE;
	snprintf(text, sizeof(text), "cannot write: %s", strerror(why));
	return print_error(name, 0, 0, text);
}

enum status print_stdout(str text)
{
	if (io_write(STDOUT_FILENO, text.p, text.n) == 0)
		return STATUS_DONE;
	return print_write_error("<stdout>", errno);
}

void print_hint(const char *text)
{
	struct buf b = BUF_INIT;
	size_t place = add_place(&b, NULL, 0, 0);

	buf_addz(&b, text);
	print_line(MESSAGE_INFO, buf_str(&b), place);
	buf_release(&b);
}

enum status usage_error(const char *fmt, ...)
{
	char text[1000];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	print_error(NULL, 0, 0, text);
	snprintf(text, sizeof(text), "see \"%s%s%s --help\"", messages.program,
		 messages.command ? " " : "",
		 messages.command ? messages.command : "");
	print_error(NULL, 0, 0, text);
	return STATUS_MISUSE;
}

static const char *or_else(const char *text, const char *otherwise)
{
	return text && *text ? text : otherwise;
}

bool messages_only_look(const struct options *o)
{
	return (o->check || o->diff) && !o->write;
}

static void add_outcome(struct buf *b, const struct options *o,
			const struct injector_event *event)
{
	static const char *const words[] = {
		[INJECTOR_INJECTED] = "injected",
		[INJECTOR_UNCHANGED] = "unchanged",
		[INJECTOR_SKIPPED] = "skipped",
		[INJECTOR_UNINJECTED] = "uninjected",
	};

	bool would = messages_only_look(o) && event_needs_writing(event);

	buf_printf(b, "%s %s/%s %s%s", or_else(event->kind, "(no kind)"),
		   or_else(event->namespace_, "default"),
		   or_else(event->name, "(no name)"), would ? "would be " : "",
		   words[event->outcome]);
	if (event->outcome == INJECTOR_SKIPPED)
		buf_printf(b, ": %s", or_else(event->text, "no reason given"));
}

void print_event(const struct options *o,
			const struct injector_event *event)
{
	bool warning = event->outcome == INJECTOR_WARNING;
	struct buf b = BUF_INIT;
	/* where an object is changes with what is injected before it */
	size_t place = add_place(&b, event->file, warning ? event->line : 0,
				 event->column);

	if (warning) {
		buf_printf(&b, WARNING " %s", or_else(event->text, ""));
		if (event->warning)
			buf_printf(&b, " [%s]", event->warning);
	} else if (event->outcome == INJECTOR_RULES) {
		buf_addz(&b, event->rules->text);
	} else {
		add_outcome(&b, o, event);
	}
	print_line(warning ? MESSAGE_WARNING : MESSAGE_INFO, buf_str(&b),
		   place);
	buf_release(&b);
}

/* ---- progress ---- */

enum { FIRST_MS = 1000, AGAIN_MS = 100 };

/* Do manifests, differences or a report go to the terminal as well? */
static bool shares_terminal(const struct options *o)
{
	bool silent = o->output || (o->write && !o->diff);

	return (o->report && !o->report_file) ||
	       (!silent && isatty(STDOUT_FILENO));
}

void progress_begin(struct progress *p, const struct options *o)
{
	*p = (struct progress){
		.wanted = !o->quiet && isatty(STDERR_FILENO) &&
			  !shares_terminal(o) && !is_set("CI") &&
			  !is_dumb_terminal(),
	};
	if (p->wanted)
		p->next = os_now_ms() + FIRST_MS;
}

void progress_files(struct progress *p, size_t n)
{
	p->n_files = n;
}

/* Move the cursor to the first column and erase the line. */
#define ERASE "\r\033[K"

static void show_progress(struct progress *p)
{
	struct buf b = BUF_INIT;
	uint64_t time;

	if (!p->wanted)
		return;
	time = os_now_ms();
	if (time < p->next)
		return;
	if (p->n_files > 1)
		buf_printf(&b, ERASE "%s: %zu of %zu files", messages.program,
			   p->files, p->n_files);
	else
		buf_printf(&b, ERASE "%s: %.1f MiB", messages.program,
			   (double)p->bytes / (1 << 20));
	(void)io_write(STDERR_FILENO, b.p, b.n);
	buf_release(&b);
	p->shown = true;
	p->next = time + AGAIN_MS;
}

void progress_read(struct progress *p, size_t bytes)
{
	p->bytes += bytes;
	show_progress(p);
}

void progress_file_done(struct progress *p)
{
	p->files++;
	show_progress(p);
}

void progress_hide(struct progress *p)
{
	const str erase = STR(ERASE);

	if (p->shown)
		(void)io_write(STDERR_FILENO, erase.p, erase.n);
	p->shown = false;
}
