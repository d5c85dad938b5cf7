/*
 * The events of a run: to stderr, to a report, and counted.
 */
#include "cli/messages.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "cli/option_table.h"
#include "cli/programs.h"

/* ---- the report: begin and end ---- */

static int write_report(void *ctx, const void *p, size_t n)
{
	const struct reporting *r = ctx;

	return io_write(r->fd, p, n);
}

/* Is the report on stderr or stdout?  Programs read it there, and people read
 * both together. */
static bool replaces_messages(const struct reporting *r)
{
	return r->report && (r->fd == STDERR_FILENO || r->fd == STDOUT_FILENO);
}

bool reporting_takes_stdout(const struct reporting *r)
{
	return r->report && r->fd == STDOUT_FILENO;
}

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
	status = usage_error("unknown report format \"%s\" (expected %s)",
			     word, buf_z(&names));
	buf_release(&names);
	return status;
}

/* Are manifests, or the answer of admit, written to stdout? */
static bool uses_stdout(const struct options *o)
{
	if (o->command == COMMAND_ADMIT)
		return true;
	return o->command != COMMAND_EXPLAIN && !o->output && !o->write &&
	       !o->check && !o->diff;
}

/* More are not listed in a message. */
#define NAMES_MAX 3

/* The command that fixes what was found in all files, if they can be named. */
static void add_fix(struct buf *b, const struct options *o)
{
	for (size_t i = 0; i < o->files.n; i++)
		if (strcmp(o->files.at[i], "-") == 0 ||
		    fetch_is_url(o->files.at[i]))
			return;
	if (o->files.n)
		suggest_fix(b, o, o->files.n > NAMES_MAX ? "FILE..." : NULL);
}

/* For report_options.fix. */
static void add_fix_of(void *ctx, struct buf *b, const char *file)
{
	const struct reporting *r = ctx;

	if (!file)
		add_fix(b, r->options);
	else if (!fetch_is_url(file))
		suggest_fix(b, r->options, file);
}

static enum status open_report(struct reporting *r, const struct options *o)
{
	const char *path = o->report_file;
	bool to_stdout = path ? strcmp(path, "-") == 0 : !uses_stdout(o);
	struct err e = ERR_INIT;

	if (to_stdout && uses_stdout(o))
		return usage_error("--report-file - needs a free stdout; write "
				   "the manifests to a file with -o, or the "
				   "report");
	r->fd = to_stdout ? STDOUT_FILENO : STDERR_FILENO;
	r->name = to_stdout ? "<stdout>" : "<stderr>";
	if (!path || to_stdout)
		return STATUS_DONE;
	if (interrupt_replace(&r->file, path, NULL, &e) < 0)
		return print_err(&e);
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

	*r = (struct reporting){
		.options = o, .progress = progress, .held = EVENT_QUEUE_INIT,
	};
	if (!o->report && !o->report_file && o->command != COMMAND_EXPLAIN)
		return STATUS_DONE;
	if (!is_format(format))
		return unknown_format(format);
	if (o->command == COMMAND_EXPLAIN && o->output)
		return usage_error("-o cannot be used with \"explain\", which "
				   "writes no manifests; use --report-file");
	status = open_report(r, o);
	if (status == STATUS_DONE)
		r->report = report_new(&(struct report_options){
			.format = format,
			.verbose = o->verbose,
			.check = messages_only_look(o),
			.uninject = o->command == COMMAND_UNINJECT,
			.color = messages_colored(r->fd),
			.fix = add_fix_of,
			.write = write_report,
			.ctx = r,
		});
	return status;
}

enum status reporting_close(struct reporting *r, enum status status)
{
	struct err e = ERR_INIT;

	progress_hide(r->progress);
	queue_release(&r->held);
	buf_release(&r->held_diff);
	buf_release(&r->said);
	if (!r->report)
		return status;
	if (status == STATUS_MISUSE) {
		report_drop(r->report);
	} else if (report_end(r->report) < 0) {
		status = print_write_error(r->name, errno);
	} else if (r->to_file) {
		r->to_file = false;
		if (interrupt_commit(&r->file, &e) < 0)
			status = print_err(&e);
	}
	if (r->to_file)
		interrupt_abandon(&r->file);
	return status;
}

/* ---- events, to stderr and the report ---- */

/* Istioctl's sentence about an object that is skipped. */
static void print_notice(const struct injector_event *event)
{
	print_error(event->file, event->line, event->column, event->notice);
}

/* Warnings unless -q, other events with -v, and istioctl's notices. */
static void print_wanted(const struct reporting *r,
			 const struct injector_event *event)
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
		print_event(o, event);
	else
		print_notice(event);
}

static void count(struct tally *t, const struct injector_event *event)
{
	switch (event->outcome) {
	case INJECTOR_INJECTED:
	case INJECTOR_UNINJECTED:
		t->changed++;
		break;
	case INJECTOR_UNCHANGED:
		t->unchanged++;
		break;
	case INJECTOR_SKIPPED:
		t->skipped += !event->excluded;
		t->excluded += event->excluded;
		break;
	case INJECTOR_WARNING:
	case INJECTOR_PASSED:
	case INJECTOR_ERROR:
	case INJECTOR_RULES:
		break;
	}
}

static void show_event(void *ctx, const struct injector_event *event)
{
	const struct reporting *r = ctx;
	const struct options *o = r->options;
	bool unwanted = o->quiet && event->outcome == INJECTOR_WARNING;

	if (r->report && !unwanted)
		report_event(r->report, event);
	if (o->command != COMMAND_EXPLAIN && !replaces_messages(r))
		print_wanted(r, event);
}

void reporting_hint(struct reporting *r, const char *text)
{
	const struct options *o = r->options;

	if (o->quiet || o->command == COMMAND_EXPLAIN || replaces_messages(r))
		return;
	progress_hide(r->progress);
	print_hint(text);
}

void reporting_diff(struct reporting *r, const char *file, str diff)
{
	if (r->report && r->holding)
		buf_adds(&r->held_diff, diff);
	else if (r->report)
		report_diff(r->report, file, diff);
}

/* Was a line about releases said, of this or another handle? */
static bool was_said(struct reporting *r, const char *text)
{
	str line, rest = buf_str(&r->said);

	while (rest.n) {
		str_cut(rest, '\n', &line, &rest);
		if (str_eq(line, str_of(text)))
			return true;
	}
	buf_addz(&r->said, text);
	buf_addc(&r->said, '\n');
	return false;
}

void reporting_event(void *ctx, const struct injector_event *event)
{
	struct reporting *r = ctx;

	/* once, however many projects the files have */
	if (event->warning && strcmp(event->warning, "istio-release") == 0 &&
	    was_said(r, event->text))
		return;
	count(r->holding ? &r->held_tally : &r->tally, event);
	/* without them an object is at most a notice of why it is skipped */
	if (r->holding && (r->report || r->options->verbose))
		queue_add(&r->held, event, 0);
	else
		show_event(r, event);
}

/* Is it in --no-warn, where "a,b" is two? */
static bool is_unwanted(const struct options *o, const char *name)
{
	for (size_t i = 0; i < o->no_warn.n; i++) {
		str one, rest = str_of(o->no_warn.at[i]);
		bool more = true;

		while (more) {
			more = str_cut(rest, ',', &one, &rest);
			if (str_eq(one, str_of(name)))
				return true;
		}
	}
	return false;
}

void reporting_warn(struct reporting *r, struct pos pos, const char *name,
		    const char *text)
{
	const struct injector_event event = {
		.outcome = INJECTOR_WARNING,
		.file = pos.file,
		.line = pos.line,
		.column = pos.column,
		.text = text,
		.warning = name,
	};

	if (!name || !is_unwanted(r->options, name))
		reporting_event(r, &event);
}

void reporting_rules(struct reporting *r, const struct injector_rules *rules)
{
	const struct injector_event event = {
		.outcome = INJECTOR_RULES, .rules = rules,
	};

	if (rules && !was_said(r, rules->text))
		show_event(r, &event);
}

void reporting_hold(struct reporting *r)
{
	r->holding = true;
	r->held_tally = (struct tally){ 0 };
}

static void add_tally(struct tally *to, const struct tally *t)
{
	to->changed += t->changed;
	to->unchanged += t->unchanged;
	to->skipped += t->skipped;
	to->excluded += t->excluded;
}

void reporting_settle(struct reporting *r, enum file_end end, const char *file)
{
	r->holding = false;
	if (end == FILE_WRITTEN)
		queue_report(&r->held, 0, show_event, r);
	else if (end == FILE_FAILED)
		queue_report_unwritten(&r->held, show_event, r);
	queue_clear(&r->held);
	if (end == FILE_WRITTEN && r->held_diff.n)
		reporting_diff(r, file, buf_str(&r->held_diff));
	buf_clear(&r->held_diff);
	if (end == FILE_FAILED)
		r->held_tally.changed = 0;
	if (end != FILE_AGAIN)
		add_tally(&r->tally, &r->held_tally);
}

enum status reporting_error(struct reporting *r,
			    const struct injector_error *error)
{
	if (r->holding)
		reporting_settle(r, FILE_FAILED, NULL);
	r->tally.failed++;
	if (r->report)
		report_error(r->report, error);
	progress_hide(r->progress);
	if (!r->report || r->fd != STDERR_FILENO)
		print_error(error->file, error->line, error->column,
			    error->text);
	return STATUS_FAILED;
}

enum status reporting_err(struct reporting *r, const struct err *e)
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

/* ---- the summary ---- */

static void add_count(struct buf *b, size_t n, const char *what)
{
	if (b->n && b->p[b->n - 1] != ' ')
		buf_addz(b, ", ");
	buf_printf(b, "%zu %s", n, what);
}

/* "3 injected, 1 unchanged, 2 skipped" */
static void add_tallies(struct buf *b, const struct options *o,
			const struct tally *t)
{
	const char *done = o->command == COMMAND_UNINJECT ? "uninjected" :
			   o->command == COMMAND_RENDER ? "rendered" :
							  "injected";
	struct buf what = BUF_INIT;

	buf_printf(&what, "%s%s", messages_only_look(o) ? "would be " : "",
		   done);
	if (t->changed || !t->unchanged)
		add_count(b, t->changed, buf_z(&what));
	if (t->unchanged)
		add_count(b, t->unchanged, "unchanged");
	if (t->skipped)
		add_count(b, t->skipped, "skipped");
	if (t->failed)
		add_count(b, t->failed, "failed");
	if (t->skipped && !o->verbose)
		buf_addz(b, "; -v for reasons");
	buf_release(&what);
}

/* "no workload found in web.yaml, shop.yaml" */
static void add_none(struct buf *b, const struct options *o)
{
	const struct words *files = &o->files;

	buf_addz(b, "no workload found in ");
	for (size_t i = 0; i < files->n && i < NAMES_MAX; i++) {
		if (i)
			buf_addz(b, ", ");
		if (strcmp(files->at[i], "-") == 0)
			buf_addz(b, "<stdin>");
		else if (fetch_is_url(files->at[i]))
			fetch_name(b, files->at[i]);
		else
			buf_addz(b, files->at[i]);
	}
	if (!files->n)
		buf_addz(b, "<stdin>");
	if (files->n > NAMES_MAX)
		buf_printf(b, " and %zu more", files->n - NAMES_MAX);
}

/* "50 files: 48 injected, 2 skipped" */
static void add_summary(struct buf *b, const struct options *o,
			const struct tally *t, size_t n_inputs)
{
	struct buf fix = BUF_INIT;

	if (o->write || o->check || o->diff)
		buf_printf(b, "%zu file%s: ", n_inputs,
			   n_inputs == 1 ? "" : "s");
	add_tallies(b, o, t);
	if (o->check && t->changed)
		add_fix(&fix, o);
	if (fix.n)
		buf_printf(b, "; to fix: %s", buf_z(&fix));
	buf_release(&fix);
}

static bool is_complete(enum status status)
{
	return status == STATUS_DONE || status == STATUS_FINDING;
}

enum status reporting_summary(struct reporting *r, enum status status,
			      size_t n_inputs)
{
	const struct options *o = r->options;
	const struct tally *t = &r->tally;
	bool empty = is_complete(status) &&
		     !(t->changed || t->unchanged || t->skipped);
	struct buf b = BUF_INIT;

	/* an empty folder was reported, and what the options exclude is
	 * missing on purpose */
	if (empty && n_inputs && (!t->excluded || o->fail_on_empty))
		add_none(&b, o);
	else if (t->skipped || (!empty && o->write) ||
		 (o->check && t->changed))
		add_summary(&b, o, t, n_inputs);
	if (b.n)
		reporting_hint(r, buf_z(&b));
	buf_release(&b);
	if (is_complete(status) && ((o->fail_on_skip && t->skipped) ||
				    (o->fail_on_empty && empty)))
		return STATUS_FINDING;
	return status;
}
