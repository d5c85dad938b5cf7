/*
 * messages - everything the program says: text on stdout, messages on stderr,
 * the progress line, and the events of a run, for people and for --report.
 *
 * A message is one line, "FILE:LINE:COLUMN: text", or "injector: text" where
 * no file is concerned.  Control characters are shown as \xNN: names and texts
 * come from files, and a terminal interprets them.
 *
 * Without --report, events become lines on stderr.  A report is written in
 * addition to them; on stderr it replaces them, because a program that reads
 * the report could not read the lines.  `injector explain` writes only errors
 * to stderr; everything else is in its report, on stdout.
 *
 * The progress line overwrites itself on stderr.  It appears after a second
 * and disappears at the end, and only where stderr is a terminal to which
 * nothing else is written; never in CI, whose logs would keep every version of
 * it, nor with -q.
 */
#ifndef CLI_MESSAGES_H
#define CLI_MESSAGES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/io.h"
#include "base/str.h"
#include "cli/options.h"
#include "injector.h"
#include "report/report.h"

/* Text asked for (--help, a list), on stdout. */
enum status print_stdout(str text);
/* "injector: text" and where to find help.  STATUS_MISUSE. */
enum status usage_error(const char *fmt, ...)
	__attribute__((format(printf, 1, 2)));
/* Only where to find help, after getopt's own message. */
enum status say_try_help(void);
/* An error, with its place.  STATUS_FAILED. */
enum status print_error(const char *file, unsigned line, unsigned column,
		      const char *text);
enum status print_err(const struct err *e);
/* What happened to an object, or a warning. */
void print_event(const struct injector_event *event);
/* The event's notice. */
void print_notice(const struct injector_event *event);

struct progress {
	bool wanted, shown;
	size_t files, n_files;		/* done, of how many */
	uint64_t bytes;			/* read */
	uint64_t next;			/* when to write the line again, ms */
};

void progress_begin(struct progress *p, const struct options *o);
/* It is this many files. */
void progress_files(struct progress *p, size_t n);
void progress_read(struct progress *p, size_t bytes);
void progress_file_done(struct progress *p);
/* Take the line away: at the end, and before anything else is said. */
void progress_hide(struct progress *p);

struct reporting {
	const struct options *options;
	struct progress *progress;	/* gives way to all that is said */
	struct report *report;		/* NULL: there is none */
	const char *name;		/* of where it goes */
	int fd;
	struct replacement file;	/* where to_file */
	bool to_file;
};

/* Says what is wrong.  Ended by reporting_close() in any case. */
enum status reporting_open(struct reporting *r, const struct options *o,
			   struct progress *progress);
/* As injector_report_fn, ctx being the struct reporting. */
void reporting_event(void *ctx, const struct injector_event *event);
/* An error.  STATUS_FAILED. */
enum status reporting_error(const struct reporting *r,
			    const struct injector_error *error);
enum status reporting_err(const struct reporting *r, const struct err *e);
/* What has been done ends with this status: the report's last words, but none
 * after misuse.  The status, or that of a report that cannot be written. */
enum status reporting_close(struct reporting *r, enum status status);

#endif
