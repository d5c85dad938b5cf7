/*
 * report - what happened to each object, for people and for CI systems.
 *
 * A report takes the events and errors of the library in their order, and is
 * written at once: only the warnings of one object are kept, and what SARIF and
 * Markdown want at the end.  Whatever bytes names and texts contain, a JSON
 * report is valid JSON in UTF-8, an XML report is valid XML, a report in lines
 * has no control characters, and one in Markdown no markup of others.
 *
 * Formats are rows of a table in report.c; each is one file here.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <stdbool.h>

#include "base/str.h"
#include "injector.h"

struct report;

struct report_options {
	const char *format;	/* "text", "json", ... */
	bool verbose;		/* include what is not a workload */
	bool check;		/* nothing is changed: what would be is a
				 * failure */
	bool uninject;		/* sidecars are removed */
	bool color;		/* for a terminal; only "text" has colors */
	/* As in injector_stream: each piece is whole entries. */
	int (*write)(void *ctx, const void *p, size_t n);
	/* Append the command that fixes what is found in a file, or if that
	 * is NULL in all files, if there is one.  NULL: there never is. */
	void (*fix)(void *ctx, struct buf *b, const char *file);
	void *ctx;
};

/* The name of format i, or NULL after the last. */
const char *report_format(size_t i);

/* Start a report; NULL if there is no such format. */
struct report *report_new(const struct report_options *options);
/* Add an event, or an error. */
void report_event(struct report *r, const struct injector_event *event);
void report_error(struct report *r, const struct injector_error *error);
/* Add how a file changed or would change, a unified diff; only some formats
 * have it. */
void report_diff(struct report *r, const char *file, str diff);
/* Write what is left and free *r.  0, or -1 if a write failed, with the errno
 * of the first failure. */
int report_end(struct report *r);
/* Free *r without writing anything. */
void report_drop(struct report *r);

/* Append a text as it can be shown to people: control characters, also those
 * beyond ASCII, bytes that are not UTF-8, and what looks like a line break
 * become \xNN, so that nothing in it is a line or a command of a terminal. */
void report_add_shown(struct buf *b, str text);
/* The same for the name of a file at the start of a line: GitHub's runner takes
 * a line that begins with "::" for a command. */
void report_add_file(struct buf *b, const char *name);

#endif
