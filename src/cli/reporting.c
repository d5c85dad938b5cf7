#include "cli/reporting.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/interrupt.h"
#include "cli/say.h"

static int write_report(void *ctx, const void *p, size_t n)
{
	const struct reporting *r = ctx;

	return io_write(r->fd, p, n);
}

/* Does the report take the place of the messages? */
static bool is_alone(const struct reporting *r)
{
	return r->report && r->fd == STDERR_FILENO;
}

/* ---- begin and end ---- */

static bool is_format(const char *word)
{
	for (size_t i = 0; report_format(i); i++)
		if (strcmp(report_format(i), word) == 0)
			return true;
	return false;
}

static enum status unknown_format(const char *word)
{
	struct buf names = BUF_INIT;
	enum status status;

	for (size_t i = 0; report_format(i); i++)
		buf_printf(&names, "%s%s", i ? ", " : "", report_format(i));
	status = say_misuse("--report: `%s' is none of %s", word,
			    buf_z(&names));
	buf_release(&names);
	return status;
}

/* Manifests, names of files that would change, or differences. */
static bool uses_stdout(const struct options *o)
{
	if (o->check || o->diff)
		return true;
	return o->command != COMMAND_EXPLAIN && !o->output && !o->write;
}

static enum status open_file(struct reporting *r, const struct options *o)
{
	const char *path = o->report_file;
	bool explains = o->command == COMMAND_EXPLAIN;
	bool to_stdout = path ? strcmp(path, "-") == 0 : explains;
	struct err e = ERR_INIT;

	if (to_stdout && uses_stdout(o))
		return say_misuse("--report-file: stdout is for what else is "
				  "written");
	r->fd = to_stdout ? STDOUT_FILENO : STDERR_FILENO;
	r->name = to_stdout ? "<stdout>" : "<stderr>";
	if (!path || to_stdout)
		return STATUS_DONE;
	if (interrupt_replace(&r->file, path, NULL, &e) < 0)
		return say_err(&e);
	r->to_file = true;
	r->fd = r->file.fd;
	r->name = path;
	return STATUS_DONE;
}

enum status reporting_open(struct reporting *r, const struct options *o,
			   struct progress *progress)
{
	const char *format = o->report ? o->report : "text";
	enum status status;

	*r = (struct reporting){ .options = o, .progress = progress };
	if (!o->report && !o->report_file && o->command != COMMAND_EXPLAIN)
		return STATUS_DONE;
	if (!is_format(format))
		return unknown_format(format);
	if (o->command == COMMAND_EXPLAIN && o->output)
		return say_misuse("explain writes no manifests; its report "
				  "goes to --report-file");
	status = open_file(r, o);
	if (status == STATUS_DONE)
		r->report = report_new(&(struct report_options){
			.format = format,
			.verbose = o->verbose,
			.check = o->check,
			.write = write_report,
			.ctx = r,
		});
	return status;
}

static enum status write_failed(const struct reporting *r)
{
	char text[160];

	if (errno == EPIPE)
		return STATUS_PIPE;
	snprintf(text, sizeof(text), "cannot write: %s", strerror(errno));
	return say_error(r->name, 0, 0, text);
}

enum status reporting_close(struct reporting *r, enum status status)
{
	struct err e = ERR_INIT;

	progress_hide(r->progress);
	if (!r->report)
		return status;
	if (status == STATUS_MISUSE) {
		report_drop(r->report);
	} else if (report_end(r->report) < 0) {
		status = write_failed(r);
	} else if (r->to_file) {
		r->to_file = false;
		if (interrupt_commit(&r->file, &e) < 0)
			status = say_err(&e);
	}
	if (r->to_file)
		interrupt_abandon(&r->file);
	return status;
}

/* ---- what happens in between ---- */

/* The lines of -v, the warnings, and istioctl's words on what is skipped. */
static void tell(const struct reporting *r, const struct injector_event *event)
{
	const struct options *o = r->options;
	bool wanted = event->outcome == INJECTOR_WARNING ? !o->quiet
							 : o->verbose;

	if (event->outcome == INJECTOR_PASSED)
		return;
	if (!wanted && (!event->notice || o->quiet))
		return;
	progress_hide(r->progress);
	if (wanted)
		say_event(event);
	else
		say_notice(event);
}

void reporting_event(void *ctx, const struct injector_event *event)
{
	const struct reporting *r = ctx;
	const struct options *o = r->options;
	bool unwanted = o->quiet && event->outcome == INJECTOR_WARNING;

	if (r->report && !unwanted)
		report_event(r->report, event);
	if (o->command != COMMAND_EXPLAIN && !is_alone(r))
		tell(r, event);
}

enum status reporting_error(const struct reporting *r,
			    const struct injector_error *error)
{
	if (r->report)
		report_error(r->report, error);
	progress_hide(r->progress);
	if (!is_alone(r))
		say_error(error->file, error->line, error->column,
			  error->text);
	return STATUS_FAILED;
}

enum status reporting_err(const struct reporting *r, const struct err *e)
{
	struct injector_error error = {
		.line = e->pos.line,
		.column = e->pos.column,
	};

	if (e->pos.file)
		snprintf(error.file, sizeof(error.file), "%s", e->pos.file);
	snprintf(error.text, sizeof(error.text), "%s", e->text);
	return reporting_error(r, &error);
}
