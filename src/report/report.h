/*
 * report - what happened to each object, for people and for CI systems.
 *
 * A report is fed with the events of the library, and with its errors, in the
 * order they happen, and writes as it goes: no more is held than one object's
 * warnings.  Whatever bytes names and texts have, a report in JSON is JSON in
 * UTF-8, one in XML is XML, and one in lines has no control characters.
 *
 * Formats are rows of a table in report.c; each is one file here.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <stdbool.h>

#include "injector.h"

struct report;

struct report_options {
	const char *format;	/* "text", "json", ... */
	bool verbose;		/* what is no workload, too */
	bool check;		/* nothing is written: what is injected only
				 * would be, and that is a failure */
	/* As in injector_stream: each piece is whole entries. */
	int (*write)(void *ctx, const void *p, size_t n);
	void *ctx;
};

/* The name of format i; NULL ends the walk from 0. */
const char *report_format(size_t i);

/* NULL: there is no such format. */
struct report *report_new(const struct report_options *options);
void report_event(struct report *r, const struct injector_event *event);
void report_error(struct report *r, const struct injector_error *error);
/* What is left to write, and the end of *r.  0, or -1 where a write failed:
 * errno is that of the first. */
int report_end(struct report *r);
/* The end of *r alone: nothing has been told, and nothing is written. */
void report_drop(struct report *r);

#endif
