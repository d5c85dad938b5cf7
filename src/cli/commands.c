/*
 * inject (also render, explain and uninject) to one output, and the small
 * commands.  Files edited one by one are in rewrite.c.
 *
 * With one output the first failure ends the run: stdout then has the whole
 * documents that came before it, and a file named by -o is left unchanged.
 */
#include "cli/commands.h"

#include <string.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/io.h"
#include "base/str.h"
#include "cli/cluster.h"
#include "cli/configuration.h"
#include "cli/input.h"
#include "cli/messages.h"
#include "cli/option_table.h"
#include "cli/output.h"
#include "cli/process.h"
#include "cli/programs.h"
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
static const char *default_of(const struct options *o,
			      const struct project_option *option)
{
	bool istio = !o->inject_config && !o->inject_map && !o->from_cluster;

	if (strcmp(option->name, "max-document") == 0)
		return "256Mi";
	if (strcmp(option->name, "template") == 0 && istio)
		return "istio";
	return option->shape == PROJECT_FLAG ? "false" : NULL;
}

static void drop_line(void *ctx, enum message_level level, str line)
{
	(void)ctx;
	(void)level;
	(void)line;
}

static void add_rules_of(struct buf *b, const struct configuration *c)
{
	struct injector_options options = c->options;
	const struct injector_rules *rules;
	struct injector *in;

	options.report = NULL;
	in = injector_new(&options, NULL);
	rules = in ? injector_rules(in) : NULL;
	if (rules)
		buf_printf(b, "# %s\n", rules->text);
	injector_free(in);
}

/* Whose rules of Istio are followed.  The options are shown without their
 * files, too: what cannot be read, or only from a cluster, is left out. */
static void add_rules(struct buf *b, const struct options *o)
{
	struct progress progress = { .wanted = false };
	struct reporting reporting = { .options = o, .progress = &progress };
	struct configuration c;

	if (cluster_is_read(o) || handles_read_stdin(o))
		return;
	messages_begin(messages_program(), drop_line, NULL);
	if (configuration_load(&c, o, &reporting) == STATUS_DONE)
		add_rules_of(b, &c);
	configuration_release(&c);
	messages_begin(messages_program(), NULL, NULL);
}

/* The files named are those that are asked about. */
static bool is_shown(const struct options *o, size_t i)
{
	const struct project_option *known = &o->known.at[i];

	if (!known->shape || i == OPTION_ROW_FILES)
		return false;
	return !known->refused || project_last(&o->settings, i);
}

static void show_options(struct buf *b, const struct options *o)
{
	if (!o->project.n)
		buf_addz(b, "# no " PROJECT_FILE_NAME "\n");
	else if (o->extended.n)
		buf_printf(b, "# %.*s", STR_ARG(buf_str(&o->project)));
	for (size_t i = 0; i < o->extended.n; i++)
		buf_printf(b, " extends %s%s", o->extended.at[i],
			   i + 1 < o->extended.n ? ", which" : "\n");
	for (size_t i = 0; i < o->known.n; i++)
		if (is_shown(o, i))
			project_show(b, &o->settings, &o->known, i,
				     default_of(o, &o->known.at[i]));
	add_rules(b, o);
}

/* That of the file must exist. */
static int check_folder(const char *file, struct err *e)
{
	const char *slash = strrchr(file, '/');
	struct buf folder = BUF_INIT;
	struct stat st;
	bool exists;

	buf_add(&folder, file, slash ? (size_t)(slash + 1 - file) : 0);
	exists = !folder.n || fetch_is_url(file) ||
		 stat(buf_z(&folder), &st) == 0;
	buf_release(&folder);
	return exists ? 0 : err_set(e, (struct pos){ file, 0, 0 },
				    "cannot open its folder: %s",
				    strerror(errno));
}

/* What holds for one file, which need not exist. */
static enum status show_file(struct buf *b, const struct options *o,
			     const char *file)
{
	struct options own = OPTIONS_INIT;
	struct buf path = BUF_INIT;
	enum status status;
	struct err e = ERR_INIT;

	if (check_folder(file, &e))
		return print_err(&e);
	buf_printf(b, "# %s\n", file);
	status = handles_project_of(&path, o, file);
	if (status == STATUS_DONE && !path.n) {
		show_options(b, o);
	} else if (status == STATUS_DONE) {
		status = options_parse_project(&own, o, buf_z(&path));
		if (status == STATUS_DONE)
			show_options(b, &own);
	}
	options_release(&own);
	buf_release(&path);
	return status;
}

enum status cmd_config(const struct options *o)
{
	struct buf b = BUF_INIT;
	enum status status = STATUS_DONE;

	if (!o->files.n)
		show_options(&b, o);
	for (size_t i = 0; i < o->files.n && status == STATUS_DONE; i++) {
		if (i)
			buf_addz(&b, "---\n");
		status = show_file(&b, o, o->files.at[i]);
	}
	if (status == STATUS_DONE)
		status = print_stdout(buf_str(&b));
	buf_release(&b);
	return status;
}

/* ---- template, --list-templates ---- */

/* Those of one purpose, or all; a line each. */
static void add_templates(struct buf *b, const char *purpose)
{
	const struct injector_builtin *t;

	for (size_t i = 0; (t = templates_named(i)); i++)
		if (!purpose || strcmp(t->purpose, purpose) == 0)
			buf_printf(b, "%s%-26s %s\n", purpose ? "  " : "",
				   t->name, t->summary);
}

static enum status print_text(struct buf *b)
{
	enum status status = print_stdout(buf_str(b));

	buf_release(b);
	return status;
}

enum status cmd_list_templates(void)
{
	struct buf b = BUF_INIT;
	enum status status;

	add_templates(&b, NULL);
	status = print_text(&b);
	if (status == STATUS_DONE)
		print_hint("\"injector template NAME\" prints one with its "
			   "values");
	return status;
}

/* Is there a template of the same purpose before this one? */
static bool is_listed(size_t i)
{
	const char *purpose = templates_named(i)->purpose;
	size_t k = 0;

	while (strcmp(templates_named(k)->purpose, purpose) != 0)
		k++;
	return k < i;
}

static enum status list_by_purpose(void)
{
	const struct injector_builtin *t;
	struct buf b = BUF_INIT;

	for (size_t i = 0; (t = templates_named(i)); i++) {
		if (is_listed(i))
			continue;
		buf_printf(&b, "%s:\n", t->purpose);
		add_templates(&b, t->purpose);
		buf_addc(&b, '\n');
	}
	buf_addz(&b, "\"injector template NAME\" prints one with its "
		     "values.\n");
	return print_text(&b);
}

enum status cmd_template(const struct options *o)
{
	const struct injector_builtin *t;

	if (!o->files.n)
		return list_by_purpose();
	if (o->files.n > 1)
		return usage_error("template takes one name (found \"%s\")",
				   o->files.at[1]);
	t = templates_find(o->files.at[0]);
	if (!t)
		return templates_unknown(o->files.at[0], false);
	if (!t->text)
		t = injector_builtin_values();
	return print_stdout((str){ t->text, t->length });
}

/* ---- inject ---- */

/* Reading and writing the same file would never end. */
static bool is_stdout(const struct input *in, const struct output *out)
{
	return out->to_regular && in->fd >= 0 &&
	       io_same_file(in->fd, STDOUT_FILENO);
}

static enum status inject_input(const struct run *run, struct output *out)
{
	const struct session *session = run->session;
	struct injector_error error = { .line = 0 };
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
	if (out->why)
		return print_write_error(out->name, out->why);
	if (end == RUN_FAILED)
		return reporting_error(session->reporting, &error);
	return STATUS_DONE;
}

static enum status open_and_inject(struct session *s,
				   const struct target *target,
				   struct output *out)
{
	bool explains = s->options->command == COMMAND_EXPLAIN;
	struct ahead *ahead = jobs_take(s->jobs, target);
	struct input input;
	const struct run run = {
		.session = s,
		.target = target,
		.input = &input,
		.draft = ahead ? ahead->draft : NULL,
		.write = explains ? run_discard : output_write,
		.to = out,
		.joins = true,
	};
	struct err e = ERR_INIT;
	enum status status;

	if (jobs_open(ahead, target, s->options, &input, &e) < 0)
		status = reporting_err(s->reporting, &e);
	else
		status = inject_input(&run, out);
	input_close(&input);
	return status;
}

/* Explain writes no manifests, so it continues after a failure. */
static enum status inject_inputs(struct session *s, const struct inputs *in,
				 struct output *out)
{
	const struct ahead like = { .session = s, .joins = true };
	bool continues = s->options->command == COMMAND_EXPLAIN;
	enum status status = STATUS_DONE;

	s->jobs = jobs_begin(&like, in);
	for (size_t i = 0; i < in->n; i++) {
		status = rewrite_worse(status,
				       open_and_inject(s, &in->at[i], out));
		progress_file_done(s->reporting->progress);
		if (status != STATUS_DONE && !continues)
			break;
	}
	jobs_end(s->jobs);
	return status;
}

static enum status inject_to_output(struct session *s,
				    const struct inputs *in)
{
	struct err e = ERR_INIT;
	struct output out;
	enum status status;

	if (output_open(&out, s->options->output, &e) < 0)
		return reporting_err(s->reporting, &e);
	if (out.to_file)
		reporting_hold(s->reporting);
	status = inject_inputs(s, in, &out);
	if (status != STATUS_DONE)
		output_abandon(&out);
	else if (output_commit(&out, &e) < 0)
		status = reporting_err(s->reporting, &e);
	if (s->reporting->holding)
		reporting_settle(s->reporting, status == STATUS_DONE ?
						       FILE_WRITTEN :
						       FILE_FAILED, NULL);
	return status;
}

/* If a folder cannot be read, nothing is written to one output; files edited
 * one by one are edited as far as they were found. */
static enum status inject_found(struct session *s, struct handles *handles,
				size_t *n_inputs)
{
	bool alone = rewrite_wanted(s->options);
	bool continues = alone || s->options->command == COMMAND_EXPLAIN;
	struct inputs inputs;
	enum status found = inputs_find(&inputs, s->options, s->reporting);
	enum status status = STATUS_DONE;

	if (found == STATUS_DONE || continues)
		status = handles_assign(handles, &inputs);
	*n_inputs = inputs.n;
	progress_files(s->reporting->progress, inputs.n);
	if (status == STATUS_DONE && (found == STATUS_DONE || continues))
		status = alone ? rewrite_files(s, &inputs)
			       : inject_to_output(s, &inputs);
	inputs_release(&inputs);
	return rewrite_worse(found, status);
}

static enum status inject(const struct options *o, struct reporting *reporting)
{
	struct session session = {
		.options = o,
		.reporting = reporting,
		.arena = ARENA_INIT,
	};
	struct handles handles;
	size_t n_inputs = 0;
	enum status status = handles_begin(&handles, o, reporting);
	bool begun = status == STATUS_DONE;

	if (begun) {
		status = inject_found(&session, &handles, &n_inputs);
		session_report_charts(&session);
	}
	handles_end(&handles, status == STATUS_DONE ||
			      status == STATUS_FINDING);
	arena_release(&session.arena);
	return begun ? reporting_summary(reporting, status, n_inputs) : status;
}

enum status cmd_inject(const struct options *o)
{
	struct reporting reporting;
	struct progress progress;
	enum status status = handles_check_options(o);

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
	status = reporting_close(&reporting, inject(o, &reporting));
	/* as of diff(1): 1 for differences, 2 for trouble */
	if (o->exit_code && status == STATUS_FINDING)
		return STATUS_FAILED;
	if (o->exit_code && status == STATUS_FAILED)
		return STATUS_MISUSE;
	return status;
}
