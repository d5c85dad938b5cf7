/*
 * Lines go out by write(2), each at once, so that those of several programs
 * on one terminal or log do not mix, and nothing waits in a buffer when the
 * program ends.
 */
#include "cli/say.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"

/* There is nobody left to tell when this fails. */
static void say_line(str line)
{
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < line.n; i++) {
		unsigned char c = (unsigned char)line.p[i];

		if (c < ' ' || c == 0x7f)
			buf_printf(&b, "\\x%02x", c);
		else
			buf_addc(&b, (char)c);
	}
	buf_addc(&b, '\n');
	(void)io_write(STDERR_FILENO, b.p, b.n);
	buf_release(&b);
}

enum status say_out(str text)
{
	if (io_write(STDOUT_FILENO, text.p, text.n) == 0)
		return STATUS_DONE;
	if (errno == EPIPE)
		return STATUS_PIPE;
	return say_error("<stdout>", 0, 0, strerror(errno));
}

enum status say_try_help(void)
{
	say_line(STR("injector: try `injector --help'"));
	return STATUS_MISUSE;
}

enum status say_misuse(const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	say_error(NULL, 0, 0, text);
	return say_try_help();
}

static void add_place(struct buf *b, const char *file, unsigned line,
		      unsigned column)
{
	buf_addz(b, file && *file ? file : "injector");
	if (line)
		buf_printf(b, ":%u", line);
	if (line && column)
		buf_printf(b, ":%u", column);
	buf_addz(b, ": ");
}

enum status say_error(const char *file, unsigned line, unsigned column,
		      const char *text)
{
	struct buf b = BUF_INIT;

	add_place(&b, file, line, column);
	buf_addz(&b, text);
	say_line(buf_str(&b));
	buf_release(&b);
	return STATUS_FAILED;
}

enum status say_err(const struct err *e)
{
	return say_error(e->pos.file, e->pos.line, e->pos.column, e->text);
}

static const char *or_else(const char *text, const char *otherwise)
{
	return text && *text ? text : otherwise;
}

static void add_outcome(struct buf *b, const struct injector_event *event)
{
	static const char *const words[] = {
		[INJECTOR_INJECTED] = "injected",
		[INJECTOR_UNCHANGED] = "unchanged",
		[INJECTOR_SKIPPED] = "skipped",
		[INJECTOR_UNINJECTED] = "uninjected",
	};

	buf_printf(b, "%s %s/%s %s", or_else(event->kind, "(no kind)"),
		   or_else(event->namespace_, "default"),
		   or_else(event->name, "(no name)"), words[event->outcome]);
	if (event->outcome == INJECTOR_SKIPPED)
		buf_printf(b, ": %s", or_else(event->text, "no reason given"));
}

void say_event(const struct injector_event *event)
{
	struct buf b = BUF_INIT;

	if (event->outcome == INJECTOR_WARNING) {
		add_place(&b, event->file, event->line, event->column);
		buf_printf(&b, "warning: %s", or_else(event->text, ""));
		if (event->warning)
			buf_printf(&b, " [%s]", event->warning);
	} else {
		add_outcome(&b, event);
	}
	say_line(buf_str(&b));
	buf_release(&b);
}

void say_notice(const struct injector_event *event)
{
	struct buf b = BUF_INIT;

	add_place(&b, event->file, event->line, event->column);
	buf_addz(&b, event->notice);
	say_line(buf_str(&b));
	buf_release(&b);
}
