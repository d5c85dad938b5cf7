/*
 * The output is compared with the input as it comes.  Nothing is kept or
 * written while both are the same; the first difference begins the new file.
 * So a large file takes no more memory than a stream.  The output of a small
 * input, or for a diff, is gathered in memory, and the new file exists only for
 * as long as it takes to write it.
 */
#include "cli/rewrite.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "cli/input.h"
#include "cli/messages.h"
#include "cli/output.h"
#include "cli/precedence.h"
#include "cli/process.h"
#include "cli/programs.h"
#include "files/udiff.h"

/* How often a file is edited again because others write to it meanwhile. */
#define TRIES 5

struct rewrite {
	struct session *session;
	const struct target *target;
	const struct options *options;
	struct ahead *ahead;	/* or NULL */
	struct input input;
	const char *path;
	bool gathers;		/* the output, in memory */
	struct buf gathered;
	uint64_t same;		/* bytes so far that are the input's */
	bool differs;
	bool begun;
	struct replacement file;	/* where begun */
	struct err err;
};

/* ---- options ---- */

bool rewrite_wanted(const struct options *o)
{
	return o->write || o->check || o->diff;
}

static const char *first_that(const struct words *w,
			      bool (*is)(const char *word))
{
	for (size_t i = 0; i < w->n; i++)
		if (is(w->at[i]))
			return w->at[i];
	return NULL;
}

static bool is_stdin(const char *word)
{
	return strcmp(word, "-") == 0;
}

static enum status check_files(const struct options *o)
{
	struct buf name = BUF_INIT;
	const char *url = first_that(&o->files, fetch_is_url);
	enum status status = STATUS_DONE;

	if (o->recursive && !o->files.n)
		return usage_error("-R needs a folder, for example: -R .");
	if (!o->write)
		return STATUS_DONE;
	if (!o->files.n || first_that(&o->files, is_stdin))
		return usage_error("-w needs files; standard input cannot be "
				   "rewritten");
	if (url) {
		fetch_name(&name, url);
		status = usage_error("-w needs files; %s cannot be rewritten",
				     buf_z(&name));
	}
	buf_release(&name);
	return status;
}

/* A command that writes no manifests: its name.  NULL: it does. */
static const char *other_command(const struct options *o)
{
	if (o->command == COMMAND_RENDER)
		return "render";
	return o->command == COMMAND_EXPLAIN ? "explain" : NULL;
}

enum status rewrite_check_options(const struct options *o)
{
	const char *other = other_command(o);
	const struct {
		bool wrong;
		const char *why;
	} rules[] = {
		{ o->write && o->output, "-w and -o cannot be combined" },
		{ o->write && o->check,
		  "-w and --check cannot be combined; --check writes nothing" },
		{ rewrite_wanted(o) && o->output,
		  "--check and --diff cannot be combined with -o" },
		{ rewrite_wanted(o) && !other && o->format != INJECTOR_YAML,
		  "-w, --check and --diff edit text; --output-format is only "
		  "for stdout and -o" },
		{ !o->write && precedence_given(o, "backup"),
		  "--backup needs -w" },
		{ o->exit_code && !o->diff, "--exit-code needs --diff" },
		{ o->exit_code && o->check,
		  "--exit-code and --check cannot be combined; --check exits "
		  "with 3" },
		{ o->backup && strchr(o->backup, '/'),
		  "--backup takes a suffix, without \"/\"" },
		{ !o->recursive && (precedence_given(o, "include") ||
				    precedence_given(o, "exclude")),
		  "--include and --exclude need -R" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
		if (rules[i].wrong)
			return usage_error("%s", rules[i].why);
	if (other && rewrite_wanted(o))
		return usage_error("-w, --check and --diff cannot be used with "
				   "\"%s\"", other);
	return check_files(o);
}

/* ---- writing ---- */

static int refuse(struct rewrite *w, const char *why)
{
	return err_set(&w->err, (struct pos){ w->path, 0, 0 }, "%s", why);
}

static int write_failed(struct rewrite *w)
{
	return err_set(&w->err, (struct pos){ w->path, 0, 0 },
		       "cannot write: %s", strerror(errno));
}

static int check_target(struct rewrite *w)
{
	const struct stat *st = &w->input.st;

	if (!w->input.is_file)
		return refuse(w, "not a regular file, so it cannot be "
				 "replaced");
	if (st->st_nlink > 1)
		return refuse(w, "has another name (hard link), which would "
				 "keep the old text; use -o to replace only "
				 "this one");
	/* root may write to it nevertheless */
	if (!(st->st_mode & (S_IWUSR | S_IWGRP | S_IWOTH)))
		return refuse(w, "file is read-only");
	return 0;
}

/* Begin the new file with what it has in common with the old one. */
static int begin(struct rewrite *w)
{
	if (check_target(w) < 0)
		return -1;
	if (interrupt_replace(&w->file, w->path, NULL, &w->err) < 0)
		return -1;
	w->begun = true;
	return input_copy(&w->input, w->file.fd, w->same) < 0 ? write_failed(w)
							      : 0;
}

/* The `write` of an injector_stream: more of the new text. */
static int put(void *to, const void *p, size_t n)
{
	struct rewrite *w = to;
	int same;

	if (w->gathers) {
		buf_add(&w->gathered, p, n);
		return 0;
	}
	same = w->differs ? 0 : input_has(&w->input, w->same, (str){ p, n });
	if (same < 0)
		return write_failed(w);
	if (same) {
		w->same += n;
		return 0;
	}
	if (!w->differs && w->options->write && begin(w) < 0)
		return -1;
	w->differs = true;
	if (w->begun && io_write(w->file.fd, p, n) < 0)
		return write_failed(w);
	return 0;
}

/* The output is complete: set w->differs and complete the new file. */
static int finish(struct rewrite *w)
{
	const struct input *in = &w->input;

	if (w->gathers)
		w->differs = !str_eq(buf_str(&in->head), buf_str(&w->gathered));
	else if (!w->differs)
		w->differs = !input_ends_at(in, w->same);
	if (!w->differs || !w->options->write)
		return 0;
	if (!w->begun && begin(w) < 0)
		return -1;
	if (io_write(w->file.fd, w->gathered.p, w->gathered.n) < 0)
		return write_failed(w);
	return 0;
}

/* Copy the old text to another name, which must be free.  Renaming the file
 * instead would leave its own name without a file for a moment. */
static int back_up(struct rewrite *w, struct buf *path)
{
	const struct input *in = &w->input;
	uint64_t n = in->whole ? in->head.n : (uint64_t)in->st.st_size;
	struct err e = ERR_INIT;
	struct replacement copy;
	int result;

	buf_printf(path, "%s%s", w->path, w->options->backup);
	result = interrupt_replace(&copy, buf_z(path), w->path, &e);
	if (result == 0 && input_copy(in, copy.fd, n) < 0) {
		result = err_set(&e, POS_NONE, "%s", strerror(errno));
		interrupt_abandon(&copy);
	} else if (result == 0) {
		result = interrupt_commit(&copy, &e);
	}
	if (result < 0)
		err_set(&w->err, (struct pos){ w->path, 0, 0 },
			"cannot back up to \"%s\": %s", buf_z(path), e.text);
	return result;
}

/* If nobody wrote to the old file meanwhile. */
static int commit_if_same(struct rewrite *w, bool *again)
{
	int result = interrupt_commit_old(&w->file, w->input.fd, &w->input.st,
					  again, &w->err);

	w->begun = result < 0 || *again;
	return result;
}

static int back_up_and_commit(struct rewrite *w, bool *again)
{
	struct buf path = BUF_INIT;
	int result = back_up(w, &path);

	if (result == 0) {
		result = commit_if_same(w, again);
		if (result < 0 || *again)
			unlink(buf_z(&path));
	}
	buf_release(&path);
	return result;
}

/* Put the new file in place, unless the old one is not what was read. */
static int replace(struct rewrite *w, bool *again)
{
	if (interrupt_prepare(&w->file, &w->err) < 0)
		return -1;
	if (!w->options->backup)
		return commit_if_same(w, again);
	*again = !io_replaces(&w->file, &w->input.st);
	return *again ? 0 : back_up_and_commit(w, again);
}

/* ---- showing ---- */

static void add_diff(struct buf *b, const struct input *in, str now,
		     bool color)
{
	str name = str_of(in->name);

	while (str_starts(name, STR("/")))
		name = str_sub(name, 1, name.n);
	udiff(b, name, buf_str(&in->head), now, color);
}

/* To find the difference may take longer than the injection. */
static void diff_ahead(struct ahead *a)
{
	const struct session *s = a->session;
	str now;

	now.p = injector_draft_output(a->draft, &now.n);
	if (!now.p || !s->options->diff ||
	    str_eq(now, buf_str(&a->input.head)))
		return;
	add_diff(&a->diff, &a->input, now, messages_colored(STDOUT_FILENO));
	if (s->reporting->report)
		add_diff(&a->report_diff, &a->input, now, false);
}

/* The difference, from a thread if one has found it. */
static void add_diff_of(struct buf *b, const struct rewrite *w, bool color,
			struct buf *found)
{
	if (found && found->n)
		buf_adds(b, buf_str(found));
	else
		add_diff(b, &w->input, buf_str(&w->gathered), color);
}

/* A line for programs, which find the file by it; unless it could be taken for
 * something else. */
static void add_name(struct buf *b, const char *name)
{
	report_add_file(b, name);
	buf_addc(b, '\n');
}

/* The name or the difference, on stdout unless the report has them. */
static enum status show(const struct rewrite *w)
{
	const struct options *o = w->options;
	struct reporting *reporting = w->session->reporting;
	struct ahead *a = w->ahead;
	enum status status = STATUS_DONE;
	struct buf b = BUF_INIT;

	if (o->diff && reporting->report) {
		add_diff_of(&b, w, false, a ? &a->report_diff : NULL);
		reporting_diff(reporting, w->input.name, buf_str(&b));
		buf_clear(&b);
	}
	if (o->diff)
		add_diff_of(&b, w, messages_colored(STDOUT_FILENO),
			    a ? &a->diff : NULL);
	else if (o->check)
		add_name(&b, w->input.name);
	if (!reporting_takes_stdout(reporting))
		status = print_stdout(buf_str(&b));
	buf_release(&b);
	if (status == STATUS_DONE && (o->check || o->exit_code))
		return STATUS_FINDING;
	return status;
}

/* ---- a file ---- */

static enum status edit(struct rewrite *w, bool *again)
{
	struct reporting *reporting = w->session->reporting;
	const struct run run = {
		.session = w->session,
		.target = w->target,
		.input = &w->input,
		.draft = w->ahead ? w->ahead->draft : NULL,
		.write = put,
		.to = w,
	};
	struct injector_error error = { .line = 0 };
	enum run_end end;

	if (w->options->write)
		reporting_hold(reporting);
	end = run_input(&run, &error);
	if (end == RUN_SKIPPED)
		return STATUS_DONE;
	if (end == RUN_FAILED && !w->err.set)
		return reporting_error(reporting, &error);
	if (end == RUN_FAILED || finish(w) < 0)
		return reporting_err(reporting, &w->err);
	if (!w->differs)
		return STATUS_DONE;
	if (w->begun && replace(w, again) < 0)
		return reporting_err(reporting, &w->err);
	return *again ? STATUS_DONE : show(w);
}

static enum status try_file(struct session *s, const struct target *target,
			    bool *again)
{
	struct rewrite w = {
		.session = s,
		.options = s->options,
		.target = target,
		.ahead = jobs_take(s->jobs, target),
		.path = target->word,
		.err = ERR_INIT,
	};
	int result = jobs_open(w.ahead, target, s->options, &w.input, &w.err);
	enum status status;

	if (result == 0 && (s->options->diff || !w.input.is_file))
		result = input_read_all(&w.input, &w.err);
	w.gathers = w.input.whole;
	if (result < 0)
		status = reporting_err(s->reporting, &w.err);
	else
		status = edit(&w, again);
	if (s->reporting->holding)
		reporting_settle(s->reporting, *again ? FILE_AGAIN :
							FILE_WRITTEN,
				 w.input.name);
	if (w.begun)
		interrupt_abandon(&w.file);
	buf_release(&w.gathered);
	input_close(&w.input);
	return status;
}

static enum status rewrite_file(struct session *s,
				const struct target *target)
{
	enum status status = STATUS_DONE;
	bool again = true;
	struct err e = ERR_INIT;

	for (int i = 0; i < TRIES && again; i++) {
		again = false;
		status = try_file(s, target, &again);
	}
	if (!again)
		return status;
	err_set(&e, (struct pos){ target->word, 0, 0 },
		"left unchanged, because other programs keep writing to it, or "
		"have it open for that");
	return reporting_err(s->reporting, &e);
}

enum status rewrite_worse(enum status a, enum status b)
{
	static const enum status order[] = {
		STATUS_PIPE, STATUS_MISUSE, STATUS_FAILED, STATUS_FINDING,
	};

	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		if (a == order[i] || b == order[i])
			return order[i];
	return STATUS_DONE;
}

enum status rewrite_files(struct session *s, const struct inputs *inputs)
{
	const struct ahead like = { .session = s, .more = diff_ahead };
	enum status worst = STATUS_DONE;

	s->jobs = jobs_begin(&like, inputs);
	for (size_t i = 0; i < inputs->n && worst != STATUS_PIPE; i++) {
		worst = rewrite_worse(worst, rewrite_file(s, &inputs->at[i]));
		progress_file_done(s->reporting->progress);
	}
	jobs_end(s->jobs);
	return worst;
}
