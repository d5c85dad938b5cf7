/*
 * report - the table of formats, and what is the same in all of them.
 */
#include "report/writer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

static const struct report_format *const formats[] = {
	&report_text, &report_line, &report_json, &report_github,
	&report_gitlab, &report_junit, &report_sarif, &report_markdown,
};

#define N_FORMATS (ARRAY_SIZE(formats))

const char *report_format(size_t i)
{
	return i < N_FORMATS ? formats[i]->name : NULL;
}

/* Write r->out.  Nothing is written after a failure. */
static void flush(struct report *r)
{
	if (r->out.n && !r->why &&
	    r->options.write(r->options.ctx, r->out.p, r->out.n))
		r->why = errno ? errno : EIO;
	buf_clear(&r->out);
}

struct report *report_new(const struct report_options *options)
{
	struct report *r;

	for (size_t i = 0; i < N_FORMATS; i++) {
		if (strcmp(formats[i]->name, options->format) != 0)
			continue;
		r = mem_alloc(sizeof(*r));
		*r = (struct report){
			.format = formats[i],
			.options = *options,
		};
		return r;
	}
	return NULL;
}

static void begin(struct report *r)
{
	if (!r->begun)
		r->format->begin(r);
	r->begun = true;
}

static void count(struct report_totals *t, const struct injector_event *event)
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
		t->skipped++;
		break;
	case INJECTOR_WARNING:
		t->warnings++;
		break;
	case INJECTOR_ERROR:
		t->errors++;
		break;
	case INJECTOR_PASSED:
	case INJECTOR_RULES:
		break;
	}
}

void report_event(struct report *r, const struct injector_event *event)
{
	if (event->outcome == INJECTOR_PASSED && !r->options.verbose)
		return;
	if (event->outcome == INJECTOR_RULES && !r->format->rules)
		return;
	begin(r);
	count(&r->totals, event);
	r->format->event(r, event);
	flush(r);
}

void report_error(struct report *r, const struct injector_error *error)
{
	const struct injector_event event = {
		.outcome = INJECTOR_ERROR,
		.file = error->file,
		.line = error->line,
		.column = error->column,
		.text = error->text,
	};

	report_event(r, &event);
}

void report_diff(struct report *r, const char *file, str diff)
{
	if (!r->format->diff)
		return;
	begin(r);
	r->format->diff(r, file, diff);
	flush(r);
}

void report_drop(struct report *r)
{
	buf_release(&r->out);
	buf_release(&r->file);
	buf_release(&r->held);
	buf_release(&r->held_for);
	mem_free(r);
}

int report_end(struct report *r)
{
	int why;

	begin(r);
	r->format->end(r);
	flush(r);
	why = r->why;
	report_drop(r);
	errno = why;
	return why ? -1 : 0;
}
