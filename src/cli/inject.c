/*
 * The command: each file through the library, to one output.
 *
 * The first failure ends it.  On stdout stand then whole documents of what
 * came before; a file named by -o is left as it was.
 */
#include <unistd.h>

#include "base/err.h"
#include "base/io.h"
#include "base/str.h"
#include "cli/commands.h"
#include "cli/configuration.h"
#include "cli/output.h"
#include "cli/reporting.h"
#include "cli/say.h"
#include "injector.h"

/* One file on its way; the ctx of an injector_stream. */
struct run {
	const struct options *options;
	struct reporting *reporting;
	struct output *out;
	struct injector_bundle *bundle;	/* all files are one */
	int fd;
};

static int64_t run_read(void *ctx, void *p, size_t n)
{
	const struct run *run = ctx;

	return io_read(run->fd, p, n);
}

static int run_write(void *ctx, const void *p, size_t n)
{
	const struct run *run = ctx;

	if (run->options->command == COMMAND_EXPLAIN)
		return 0;
	return output_write(run->out, p, n);
}

static void run_report(void *ctx, const struct injector_event *event)
{
	reporting_event(((const struct run *)ctx)->reporting, event);
}

static enum status inject_fd(const struct injector *in, struct run *run,
			     const char *name)
{
	const struct injector_stream stream = {
		.name = name,
		.read = run_read,
		.write = run_write,
		.report = run_report,
		.ctx = run,
		.bundle = run->bundle,
	};
	struct injector_error error = { .line = 0 };

	output_next_file(run->out);
	if (injector_run(in, &stream, &error) == 0)
		return STATUS_DONE;
	if (run->out->why)
		return output_failed(run->out);
	return reporting_error(run->reporting, &error);
}

static enum status inject_file(const struct injector *in, struct run *run,
			       const char *path)
{
	enum status status;
	struct err e = ERR_INIT;

	if (str_eq(str_of(path), STR("-"))) {
		run->fd = STDIN_FILENO;
		return inject_fd(in, run, "<stdin>");
	}
	run->fd = io_open(path, &e);
	if (run->fd < 0)
		return reporting_err(run->reporting, &e);
	if (!run->out->to_file && io_same_file(run->fd, STDOUT_FILENO)) {
		err_set(&e, (struct pos){ path, 0, 0 }, "is the file that "
			"stdout goes to; to edit it in place, use -o");
		status = reporting_err(run->reporting, &e);
	} else {
		status = inject_fd(in, run, path);
	}
	close(run->fd);
	return status;
}

/* Where nothing is written a failure is no reason to look no further. */
static enum status inject_files(const struct injector *in,
				const struct options *o,
				struct reporting *reporting,
				struct output *out)
{
	static const char *const standard_input[] = { "-" };
	const char *const *files = o->files.n ? o->files.at : standard_input;
	size_t n = o->files.n ? o->files.n : 1;
	struct run run = {
		.options = o,
		.reporting = reporting,
		.out = out,
		.bundle = injector_bundle_new(in),
	};
	bool goes_on = o->command == COMMAND_EXPLAIN;
	enum status status = STATUS_DONE;

	for (size_t i = 0; i < n && (goes_on || status == STATUS_DONE); i++) {
		enum status one = inject_file(in, &run, files[i]);

		status = one == STATUS_DONE ? status : one;
	}
	injector_bundle_end(run.bundle,
			    status == STATUS_DONE ? run_report : NULL, &run);
	return status;
}

static enum status inject(const struct options *o,
			  const struct injector_options *options,
			  struct reporting *reporting)
{
	struct injector_error error = { .line = 0 };
	struct injector *in = injector_new(options, &error);
	struct err e = ERR_INIT;
	struct output out;
	enum status status;

	if (!in && error.misuse)
		return say_misuse("%s", error.text);
	if (!in)
		return reporting_error(reporting, &error);
	if (output_open(&out, o->output, &e) < 0) {
		status = reporting_err(reporting, &e);
	} else {
		status = inject_files(in, o, reporting, &out);
		if (status != STATUS_DONE)
			output_abandon(&out);
		else if (output_commit(&out, &e) < 0)
			status = reporting_err(reporting, &e);
	}
	injector_free(in);
	return status;
}

static enum status check_sidecar(const struct options *o)
{
	if (o->templates.n && (o->inject_config || o->inject_map))
		return say_misuse("either -t or --injectConfig%s: its "
				  "templates are chosen by annotation",
				  o->inject_config ? "File" : "MapName");
	return STATUS_DONE;
}

enum status cmd_inject(const struct options *o)
{
	struct configuration c;
	struct reporting reporting;
	enum status status = check_sidecar(o);

	if (status != STATUS_DONE)
		return status;
	if (!o->files.n && isatty(STDIN_FILENO))
		return say_misuse("no files, and stdin is a terminal "
				  "(-f - reads it all the same)");
	status = reporting_open(&reporting, o);
	if (status != STATUS_DONE)
		return status;
	status = configuration_load(&c, o, &reporting);
	if (status == STATUS_DONE)
		status = inject(o, &c.options, &reporting);
	configuration_release(&c);
	return reporting_close(&reporting, status);
}
