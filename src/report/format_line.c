/*
 * format_line - a line for each object, warning and error, for grep and eyes:
 *
 *	web.yaml:2:1: Deployment shop/web: injected with istio: adds ...
 */
#include "report/writer.h"

static void add_place(struct buf *b, const struct injector_event *event)
{
	buf_addz(b, or_else(event->file, "injector"));
	if (event->line)
		buf_printf(b, ":%u", event->line);
	if (event->line && event->column)
		buf_printf(b, ":%u", event->column);
	buf_addz(b, ": ");
}

static void add_object(struct buf *b, const struct report *r,
		       const struct injector_event *event)
{
	struct buf changes = BUF_INIT;

	report_add_object(b, event);
	buf_printf(b, ": %s", report_phrase(r, event));
	for (size_t i = 0; i < event->n_templates; i++)
		buf_printf(b, "%s%s", i ? ", " : " with ",
			   event->templates[i]);
	report_add_changes(&changes, event);
	if (event->outcome == INJECTOR_SKIPPED)
		buf_printf(b, ": %s", or_else(event->text, "no reason given"));
	else if (changes.n)
		buf_printf(b, ": %s", buf_z(&changes));
	buf_release(&changes);
}

static void line_event(struct report *r, const struct injector_event *event)
{
	struct buf line = BUF_INIT;

	add_place(&line, event);
	if (event->outcome == INJECTOR_WARNING ||
	    event->outcome == INJECTOR_ERROR)
		buf_printf(&line, "%s: %s", report_phrase(r, event),
			   or_else(event->text, ""));
	else
		add_object(&line, r, event);
	if (event->warning)
		buf_printf(&line, " [%s]", event->warning);
	report_add_shown(&r->out, buf_str(&line));
	buf_addc(&r->out, '\n');
	buf_release(&line);
}

static void nothing(struct report *r)
{
	(void)r;
}

const struct report_format report_line = {
	.name = "line",
	.begin = nothing,
	.event = line_event,
	.end = nothing,
};
