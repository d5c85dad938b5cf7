/*
 * writer - what the formats share: the report they write to, and words.
 *
 * JSON is written with jansson.  An entry is built, appended to the output as
 * one line and forgotten, so that a report of any length takes little memory.
 */
#ifndef REPORT_WRITER_H
#define REPORT_WRITER_H

#include <jansson.h>

#include "base/str.h"
#include "report/report.h"

struct report_format {
	const char *name;
	/* Each appends to r->out, which is written when it returns. */
	void (*begin)(struct report *r);
	void (*event)(struct report *r, const struct injector_event *event);
	void (*end)(struct report *r);
	/* A unified diff of a file; NULL: left out. */
	void (*diff)(struct report *r, const char *file, str diff);
	bool rules;		/* it has entries for INJECTOR_RULES */
};

struct report_totals {
	/* workloads; and the rest */
	size_t changed, unchanged, skipped;
	size_t warnings, errors;
};

struct report {
	const struct report_format *format;
	struct report_options options;
	struct buf out;
	int why;		/* errno of the first write that failed */
	bool begun;
	bool any;		/* an entry was written */
	struct buf file;	/* the file of the last entry */
	/* The warnings of an object, until its outcome is known. */
	struct buf held, held_for;
	struct report_totals totals;	/* of the events so far */
	size_t rows_left_out, diffs_left_out;	/* of markdown */
};

extern const struct report_format report_text, report_json, report_github,
	report_gitlab, report_junit, report_line, report_sarif, report_markdown;

static inline const char *or_else(const char *text, const char *otherwise)
{
	return text && *text ? text : otherwise;
}

/* True with --check if injection (or removal) would change the object. */
bool report_would_change(const struct report *r,
			 const struct injector_event *event);
/* "injected", "would-change", "warning", ... */
const char *report_outcome(const struct report *r,
			   const struct injector_event *event);
/* The same for people: "injected", "would change". */
const char *report_phrase(const struct report *r,
			  const struct injector_event *event);
/* Append "3 workloads: 2 injected, 1 skipped; 1 warning". */
void report_add_totals(struct buf *b, const struct report *r);
/* True if a CI job should fail for it: an error, or an object to change. */
bool report_fails(const struct report *r, const struct injector_event *event);
/* "container", "added" */
const char *report_part(enum injector_part part);
const char *report_action(enum injector_action action);

/* Append "Deployment default/web"; nothing without an object. */
void report_add_object(struct buf *b, const struct injector_event *event);
/* What is wrong with an object that would change: "sidecar missing". */
const char *report_title(const struct injector_event *event);
/* Append what the changes are: "adds container x; changes 2 ports". */
void report_add_changes(struct buf *b, const struct injector_event *event);
/* Append the message of a warning, an error or a failure: what is wrong, and
 * the command that fixes it. */
void report_add_message(struct buf *b, const struct report *r,
			const struct injector_event *event);
/* Print 16 digits and a NUL that stay the same when what the finding is about
 * has moved in its file: they depend on the place only if it names no object.
 * Those of an object that would change do not depend on how it would. */
#define REPORT_FINGERPRINT 17
void report_fingerprint(char *print, const struct report *r,
			const struct injector_event *event);
/* True for a real file, not <stdin>. */
bool report_has_file(const struct injector_event *event);
/* True if the file differs from that of the last entry; r->file is updated. */
bool report_next_file(struct report *r, const struct injector_event *event);

/* Bytes of the first characters of a text in UTF-8. */
size_t report_first_bytes(str text, size_t characters);

/* ---- picture.c ---- */

/* Append a Pod template of an object in lines of at most so many columns, the
 * first a heading, the others with a mark of what changes in front; nothing if
 * its containers are unknown. */
void report_picture(struct buf *b, const struct injector_event *event,
		    unsigned pod, size_t columns);

/* ---- JSON ---- */

/* A string; bytes that are not UTF-8 become U+FFFD. */
json_t *report_json_text(const char *text);
/* Set a member, append an item; `value` is taken over. */
void report_set(json_t *object, const char *name, json_t *value);
void report_append(json_t *list, json_t *value);
/* Append a value, which is taken over, in one line.  NULL counts as out of
 * memory, as jansson means it. */
void report_dump_json(struct buf *b, json_t *value);
/* Append an entry, which is taken over, to the array that begin opens and end
 * closes. */
void report_add_json(struct report *r, json_t *entry);
void report_json_begin(struct report *r);
void report_json_end(struct report *r);

#endif
