/*
 * reporting - what happened, told to people and reported to programs.
 *
 * Without --report it is lines on stderr, by cli/say.  A report comes besides
 * them; where it goes to stderr itself it takes their place, since a program
 * that reads it cannot read them.  `injector explain` says nothing but errors
 * on stderr: all else is its report, on stdout.
 */
#ifndef CLI_REPORTING_H
#define CLI_REPORTING_H

#include "base/err.h"
#include "base/io.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "injector.h"
#include "report/report.h"

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
