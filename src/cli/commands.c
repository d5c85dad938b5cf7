/*
 * inject (also render, explain and uninject) to one output, and the small
 * commands.  Files edited one by one are in rewrite.c.
 *
 * With one output the first failure ends the run: stdout then has the whole
 * documents that came before it, and a file named by -o is left unchanged.
 */
#include "cli/commands.h"

#include <unistd.h>

#include "base/err.h"
#include "base/io.h"
#include "base/str.h"
#include "cli/cluster.h"
#include "cli/configuration.h"
#include "cli/input.h"
#include "cli/messages.h"
#include "cli/output.h"
#include "cli/process.h"
#include "cli/rewrite.h"
#include "engine/capture.h"
#include "injector.h"
#include "project/project.h"

/* ---- capture ---- */

static enum status write_capture(const struct options *o,
			    const struct captured *captured)
{
	struct injector_error error = { .line = 0 };
	struct err e = ERR_INIT;
	struct output out;
	enum status status = STATUS_DONE;

	if (output_open(&out, o->output, &e) < 0)
		return print_err(&e);
	output_next_file(&out);
	if (capture_write(captured, output_write, &out, &error) < 0)
		status = out.why ? print_write_error(out.name, out.why)
				 : print_error(error.file, error.line,
					       error.column, error.text);
	if (status != STATUS_DONE)
		output_abandon(&out);
	else if (output_commit(&out, &e) < 0)
		status = print_err(&e);
	return status;
}

enum status cmd_capture(const struct options *o)
{
	struct cluster c = CLUSTER_INIT;
	struct captured captured;
	enum status status;

	if (o->files.n)
		return usage_error("capture reads a cluster and takes no files "
				   "(found \"%s\")", o->files.at[0]);
	status = cluster_load_all(&c, o);
	captured = cluster_captured(&c);
	if (status == STATUS_DONE)
		status = write_capture(o, &captured);
	cluster_release(&c);
	return status;
}

/* ---- config ---- */

/* The default of an option; NULL: none. */
static const char *default_of(const struct project_option *o)
{
	if (strcmp(o->name, "max-document") == 0)
		return "256Mi";
	return o->shape == PROJECT_FLAG ? "false" : NULL;
}

enum status cmd_config(const struct options *o)
{
	struct buf b = BUF_INIT;
	enum status status;

	if (!o->project.n)
		buf_addz(&b, "# no " PROJECT_FILE_NAME "\n");
	for (size_t i = 0; i < o->known.n; i++) {
		const struct project_option *known = &o->known.at[i];

		if (known->shape && (!known->refused ||
				     project_last(&o->settings, i)))
			project_show(&b, &o->settings, &o->known, i,
				     default_of(known));
	}
	status = print_stdout(buf_str(&b));
	buf_release(&b);
	return status;
}

/* ---- --list-templates ---- */

enum status cmd_list_templates(void)
{
	const struct injector_builtin *t;
	struct buf b = BUF_INIT;
	enum status status;

	for (size_t i = 0; (t = templates_named(i)); i++)
		buf_printf(&b, "%-16s %s\n", t->name, t->summary);
	status = print_stdout(buf_str(&b));
	buf_release(&b);
	return status;
}

/* ---- inject ---- */

static bool writes_manifests(const struct options *o)
{
	return o->command != COMMAND_EXPLAIN && o->command != COMMAND_RENDER &&
	       o->format == INJECTOR_YAML;
}

/* Reading and writing the same file would never end. */
static bool is_stdout(const struct input *in, const struct output *out)
{
	return !out->to_file && in->fd >= 0 &&
	       io_same_file(in->fd, STDOUT_FILENO);
}

static enum status inject_input(const struct run *run, struct output *out)
{
	const struct session *session = run->session;
	struct injector_error error = { .line = 0 };
	str all = buf_str(&run->input->head);
	enum run_end end;
	struct err e = ERR_INIT;

	if (is_stdout(run->input, out)) {
		err_set(&e, (struct pos){ run->input->name, 0, 0 }, "stdout "
			"is redirected to this file; use -w to edit it in "
			"place");
		return reporting_err(session->reporting, &e);
	}
	/* lines of JSON need no marks between them */
	if (session->options->format == INJECTOR_YAML)
		output_next_file(out);
	end = run_input(run, &error);
	if (end == RUN_SKIPPED && writes_manifests(session->options))
		output_write(out, all.p, all.n);
	if (out->why)
		return print_write_error(out->name, out->why);
	if (end == RUN_FAILED)
		return reporting_error(session->reporting, &error);
	return STATUS_DONE;
}

static enum status open_and_inject(const struct session *s, const char *word,
				   struct output *out)
{
	bool explains = s->options->command == COMMAND_EXPLAIN;
	struct input input;
	const struct run run = {
		s, &input, explains ? run_discard : output_write, out,
	};
	struct err e = ERR_INIT;
	enum status status;

	if (input_open(&input, word, s->options, &e) < 0)
		status = reporting_err(s->reporting, &e);
	else
		status = inject_input(&run, out);
	input_close(&input);
	return status;
}

/* Explain writes no manifests, so it continues after a failure. */
static enum status inject_inputs(const struct session *s,
				 const struct words *words, struct output *out)
{
	bool continues = s->options->command == COMMAND_EXPLAIN;
	enum status status = STATUS_DONE;

	for (size_t i = 0; i < words->n; i++) {
		status = rewrite_worse(status,
				       open_and_inject(s, words->at[i], out));
		progress_file_done(s->reporting->progress);
		if (status != STATUS_DONE && !continues)
			break;
	}
	return status;
}

static enum status inject_to_output(const struct session *s,
				    const struct words *words)
{
	struct err e = ERR_INIT;
	struct output out;
	enum status status;

	if (output_open(&out, s->options->output, &e) < 0)
		return reporting_err(s->reporting, &e);
	if (out.to_file)
		reporting_hold(s->reporting);
	status = inject_inputs(s, words, &out);
	if (status != STATUS_DONE)
		output_abandon(&out);
	else if (output_commit(&out, &e) < 0)
		status = reporting_err(s->reporting, &e);
	if (s->reporting->holding)
		reporting_settle(s->reporting, status == STATUS_DONE ?
						       FILE_WRITTEN :
						       FILE_FAILED);
	return status;
}

/* If a folder cannot be read, nothing is written to one output; files edited
 * one by one are edited as far as they were found. */
static enum status inject_found(const struct session *s, size_t *n_inputs)
{
	bool alone = rewrite_wanted(s->options);
	bool continues = alone || s->options->command == COMMAND_EXPLAIN;
	struct inputs inputs;
	enum status found = inputs_find(&inputs, s->options, s->reporting);
	enum status status = STATUS_DONE;

	*n_inputs = inputs.words.n;
	progress_files(s->reporting->progress, *n_inputs);
	if (found == STATUS_DONE || continues)
		status = alone ? rewrite_files(s, &inputs.words)
			       : inject_to_output(s, &inputs.words);
	inputs_release(&inputs);
	return rewrite_worse(found, status);
}

static enum status inject(const struct options *o,
			  const struct injector_options *options,
			  struct reporting *reporting)
{
	struct injector_error error = { .line = 0 };
	struct injector *in = injector_new(options, &error);
	struct session session = { in, o, reporting, NULL };
	enum status status;
	size_t n_inputs;
	bool complete;

	if (error.code == INJECTOR_MISUSE)
		return usage_error("%s", error.text);
	if (!in)
		return reporting_error(reporting, &error);
	session.batch = injector_batch_new(in);
	status = inject_found(&session, &n_inputs);
	complete = status == STATUS_DONE || status == STATUS_FINDING;
	injector_batch_end(session.batch, complete ? reporting_event : NULL,
			    reporting);
	injector_free(in);
	return reporting_summary(reporting, status, n_inputs);
}

static enum status check_sidecar(const struct options *o)
{
	if (o->templates.n && (o->inject_config || o->inject_map))
		return usage_error("-t and --injectConfig%s cannot be "
				   "combined: annotations choose from the "
				   "templates of an injection configuration",
				   o->inject_config ? "File" : "MapName");
	if (o->command == COMMAND_RENDER && o->format != INJECTOR_YAML)
		return usage_error("--output-format cannot be used with "
				   "\"render\", which writes no manifests");
	return STATUS_DONE;
}

enum status cmd_inject(const struct options *o)
{
	struct configuration c;
	struct reporting reporting;
	struct progress progress;
	enum status status = check_sidecar(o);

	if (status == STATUS_DONE)
		status = rewrite_check_options(o);
	if (status != STATUS_DONE)
		return status;
	if (!o->files.n && isatty(STDIN_FILENO))
		return usage_error("no files given, and stdin is a terminal; "
				   "use -f - to read it anyway");
	progress_begin(&progress, o);
	status = reporting_open(&reporting, o, &progress);
	if (status != STATUS_DONE)
		return status;
	status = configuration_load(&c, o, &reporting);
	if (status == STATUS_DONE)
		status = inject(o, &c.options, &reporting);
	configuration_release(&c);
	return reporting_close(&reporting, status);
}
