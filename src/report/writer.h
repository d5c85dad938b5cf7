/*
 * writer - what the formats share: the report they write to and the words they
 * have in common.
 */
#ifndef REPORT_WRITER_H
#define REPORT_WRITER_H

#include "base/str.h"
#include "report/report.h"

struct report_format {
	const char *name;
	/* Each appends to r->out, which is written when it returns. */
	void (*begin)(struct report *r);
	void (*event)(struct report *r, const struct injector_event *event);
	void (*end)(struct report *r);
};

struct report {
	const struct report_format *format;
	struct report_options options;
	struct buf out;
	int why;		/* errno of the first write that failed */
	bool begun;
	bool any;		/* an entry was written */
	struct buf file;	/* whose entries are written */
	/* The warnings of an object, until it is told what became of it. */
	struct buf held, held_for;
};

extern const struct report_format report_text, report_json, report_github,
	report_gitlab, report_junit;

static inline const char *or_else(const char *text, const char *otherwise)
{
	return text && *text ? text : otherwise;
}

/* With --check: it is not as it is to be. */
bool report_would_change(const struct report *r,
			 const struct injector_event *event);
/* "injected", "would-change", "warning", ... */
const char *report_outcome(const struct report *r,
			   const struct injector_event *event);
/* Is it one that a CI job ought to fail for, and not a warning? */
bool report_fails(const struct report *r, const struct injector_event *event);
/* "container", "added" */
const char *report_part(enum injector_part part);
const char *report_action(enum injector_action action);

/* "Deployment default/web"; nothing where no object is named. */
void report_add_object(struct buf *b, const struct injector_event *event);
/* What a warning, an error or a failure says, in one sentence. */
void report_add_message(struct buf *b, const struct report *r,
			const struct injector_event *event);
/* Is it a file of the user's, and not <stdin>? */
bool report_has_file(const struct injector_event *event);
/* Has the file changed since the last entry?  Then it is remembered. */
bool report_next_file(struct report *r, const struct injector_event *event);

/* A text in one line: control characters and bytes that are no UTF-8 are
 * shown as \xNN. */
void report_add_clean(struct buf *b, const char *text);
/* A text in JSON, in quotes; bytes that are no UTF-8 become U+FFFD. */
void report_add_json(struct buf *b, const char *text);

#endif
