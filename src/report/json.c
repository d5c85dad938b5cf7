/*
 * JSON: one array, an entry a line.  docs/report.schema.json describes it.
 */
#include "report/writer.h"

static void add_member(struct buf *b, const char *name, const char *text)
{
	if (!text)
		return;
	buf_printf(b, ",\"%s\":", name);
	report_add_json(b, text);
}

static void add_place(struct buf *b, unsigned line, unsigned column)
{
	if (line)
		buf_printf(b, ",\"line\":%u", line);
	if (line && column)
		buf_printf(b, ",\"column\":%u", column);
}

static void add_decided(struct buf *b, const struct injector_place *place)
{
	if (!place->line)
		return;
	buf_addz(b, ",\"decided\":{\"file\":");
	report_add_json(b, place->file ? place->file : "");
	add_place(b, place->line, place->column);
	buf_addc(b, '}');
}

static void add_templates(struct buf *b, const struct injector_event *event)
{
	buf_addz(b, ",\"templates\":[");
	for (size_t i = 0; i < event->n_templates; i++) {
		if (i)
			buf_addc(b, ',');
		report_add_json(b, event->templates[i]);
	}
	buf_addc(b, ']');
}

static void add_change(struct buf *b, const struct injector_change *c)
{
	buf_printf(b, "{\"what\":\"%s\",\"action\":\"%s\",\"pod\":%u",
		   report_part(c->part), report_action(c->action), c->pod);
	add_member(b, "container", c->container);
	add_member(b, "name", c->name);
	add_member(b, "from", c->from);
	add_member(b, "to", c->to);
	add_place(b, c->place.line, c->place.column);
	buf_addc(b, '}');
}

static void add_changes(struct buf *b, const struct injector_event *event)
{
	buf_addz(b, ",\"changes\":[");
	for (size_t i = 0; i < event->n_changes; i++) {
		if (i)
			buf_addc(b, ',');
		add_change(b, &event->changes[i]);
	}
	buf_addc(b, ']');
}

static void add_object(struct buf *b, const struct injector_event *event)
{
	if (!event->kind)
		return;
	add_member(b, "kind", event->kind);
	if (event->namespace_ && *event->namespace_)
		add_member(b, "namespace", event->namespace_);
	add_member(b, "name", event->name ? event->name : "");
}

static bool is_object(const struct injector_event *event)
{
	return event->outcome != INJECTOR_WARNING &&
	       event->outcome != INJECTOR_ERROR;
}

static void json_begin(struct report *r)
{
	buf_addc(&r->out, '[');
}

static void json_event(struct report *r, const struct injector_event *event)
{
	const char *outcome = report_outcome(r, event);
	struct buf *b = &r->out;

	buf_printf(b, "%s\n{\"type\":\"%s\",\"file\":", r->any ? "," : "",
		   is_object(event) ? "object" : outcome);
	r->any = true;
	report_add_json(b, event->file ? event->file : "");
	add_place(b, event->line, event->column);
	add_object(b, event);
	if (is_object(event)) {
		add_member(b, "outcome", outcome);
		add_member(b, "reason", event->text ? event->text : "");
		add_decided(b, &event->decided);
		add_templates(b, event);
		add_changes(b, event);
	} else {
		add_member(b, "warning", event->warning);
		add_member(b, "text", event->text ? event->text : "");
	}
	buf_addc(b, '}');
}

static void json_end(struct report *r)
{
	buf_addz(&r->out, "\n]\n");
}

const struct report_format report_json = {
	"json", json_begin, json_event, json_end,
};
