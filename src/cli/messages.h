/*
 * messages - everything the program says: text on stdout, messages on stderr,
 * the progress line, and the events of a run, for people and for --report.
 *
 * A message is one line, "FILE:LINE:COLUMN: text", or "injector: text" where
 * no file is concerned.  Control characters are shown as \xNN: names and texts
 * come from files, and a terminal interprets them.  On a terminal the place is
 * colored by how serious the message is.
 */
#ifndef CLI_MESSAGES_H
#define CLI_MESSAGES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "cli/options.h"
#include "cli/output.h"
#include "engine/event_queue.h"
#include "injector.h"
#include "report/report.h"

/* ---- one message ---- */

enum message_level {
	MESSAGE_INFO,
	MESSAGE_WARNING,
	MESSAGE_ERROR,
};

/* A line, without its end. */
typedef void message_fn(void *ctx, enum message_level level, str line);

/* The program's name in messages, and what receives them instead of stderr, if
 * not NULL.  To be called before other threads start. */
void messages_begin(const char *program, message_fn *line, void *ctx);
const char *messages_program(void);
/* The command, for where to find help; NULL: none. */
void messages_command(const char *word);

/* The argument of --color, by number; until it is known, auto. */
enum color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };
void messages_color(enum color when);
/* Is what goes to this descriptor colored?  If nothing else is said: on a
 * terminal that can, unless NO_COLOR is set. */
bool messages_colored(int fd);
/* Text that was asked for (--help, a list), on stdout. */
enum status print_stdout(str text);
/* What to do next, where the text itself is for programs: on stderr. */
void print_hint(const char *text);
/* "injector: text", and where to find help.  STATUS_MISUSE. */
enum status usage_error(const char *fmt, ...)
	__attribute__((format(printf, 1, 2)));
/* An error; file NULL or "", line and column 0 if unknown.  STATUS_FAILED. */
enum status print_error(const char *file, unsigned line, unsigned column,
			const char *text);
enum status print_err(const struct err *e);
/* What happened to an object, or a warning. */
void print_event(const struct options *o, const struct injector_event *event);
/* Do these options keep all files as they are, for --check or --diff? */
bool messages_only_look(const struct options *o);
/* Writing to `name` failed with this errno.  STATUS_FAILED; or STATUS_PIPE,
 * and nothing is printed, for a pipe that nobody reads any more. */
enum status print_write_error(const char *name, int why);

/* ---- progress ---- */

/*
 * A line on stderr that overwrites itself.  It appears after a second and
 * disappears at the end, and only where stderr is a terminal to which nothing
 * else is written; never in CI, whose logs would keep every version of it, nor
 * with -q.
 */
struct progress {
	bool wanted, shown;
	size_t files, n_files;		/* done, of how many */
	uint64_t bytes;			/* read so far */
	uint64_t next;			/* when to write the line again, ms */
};

void progress_begin(struct progress *p, const struct options *o);
/* This is the number of files. */
void progress_files(struct progress *p, size_t n);
/* So many more bytes were read. */
void progress_read(struct progress *p, size_t bytes);
/* One more file is done. */
void progress_file_done(struct progress *p);
/* Remove the line: at the end, and before anything else is printed. */
void progress_hide(struct progress *p);

/* ---- reporting.c: events ---- */

/*
 * Without --report, events become lines on stderr.  A report in a file is
 * written in addition to them.  Else it is on stdout, alone, and only errors
 * are on stderr as well; or where manifests are written there, it is on stderr
 * and replaces all lines, because a program that reads it could not read them.
 *
 * A run that skipped a workload, or found none, ends with a line on stderr; so
 * does one that wrote files, or found some to be changed.
 */

/* How many workloads, and how many errors. */
struct tally {
	size_t changed, unchanged, skipped, excluded, failed;
};

struct reporting {
	const struct options *options;
	struct progress *progress;	/* hidden before each message */
	struct report *report;		/* NULL: none */
	const char *name;		/* of the report's file */
	int fd;
	struct replacement file;	/* where to_file */
	bool to_file;
	struct tally tally;
	struct buf said;		/* about releases, once each: lines */
	/* Between reporting_hold() and reporting_settle(): */
	bool holding;
	struct event_queue held;	/* if anybody sees them */
	struct buf held_diff;
	struct tally held_tally;
};

/* Prints what is wrong.  Call reporting_close() in any case. */
enum status reporting_open(struct reporting *r, const struct options *o,
			   struct progress *progress);
/* Is the report on stdout, where nothing else may be? */
bool reporting_takes_stdout(const struct reporting *r);
/* An injector_report_fn; ctx is the struct reporting. */
void reporting_event(void *ctx, const struct injector_event *event);
/* A warning of the command's own, by which --no-warn may know it; `name` may be
 * NULL. */
void reporting_warn(struct reporting *r, struct pos pos, const char *name,
		    const char *text);
/* A line that is not about an event, unless messages are not wanted. */
void reporting_hint(struct reporting *r, const char *text);
/* How a file changed, or would: a unified diff, for the report. */
void reporting_diff(struct reporting *r, const char *file, str diff);

/* Whose rules a handle follows: with -v and in reports, unless it was said
 * already.  NULL: nobody's. */
void reporting_rules(struct reporting *r, const struct injector_rules *rules);

/* What became of the file that held events are about. */
enum file_end {
	FILE_WRITTEN,		/* or not to be changed */
	FILE_FAILED,
	FILE_AGAIN,		/* it will be edited again */
};

/* Hold the events of objects, with -v or a report in memory: the file that they
 * are about may not be written after all. */
void reporting_hold(struct reporting *r);
/* Report those that are true, then the difference in this file, and hold no
 * more. */
void reporting_settle(struct reporting *r, enum file_end end,
		      const char *file);
/* Report and print an error.  If events are held, it settles them: nothing is
 * written after an error.  STATUS_FAILED. */
enum status reporting_error(struct reporting *r,
			    const struct injector_error *error);
enum status reporting_err(struct reporting *r, const struct err *e);
/* Print how many were injected and skipped, or that there was no workload in
 * any of `n_inputs` inputs.  The status of the run becomes STATUS_FINDING where
 * --fail-on-skip or --fail-on-empty says so. */
enum status reporting_summary(struct reporting *r, enum status status,
			      size_t n_inputs);
/* The run ended with this status: complete the report, or drop it after misuse.
 * Returns the status, or that of a report that cannot be written. */
enum status reporting_close(struct reporting *r, enum status status);

#endif
