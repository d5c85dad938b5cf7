/*
 * format_json - one JSON array, an entry a line; docs/report.schema.json
 * describes it.
 */
#include "report/writer.h"

/* Set a member unless the text is NULL. */
static void set_text(json_t *object, const char *name, const char *text)
{
	if (text)
		report_set(object, name, report_json_text(text));
}

static void set_number(json_t *object, const char *name, unsigned n)
{
	report_set(object, name, json_integer(n));
}

static void set_place(json_t *object, unsigned line, unsigned column)
{
	if (line)
		set_number(object, "line", line);
	if (line && column)
		set_number(object, "column", column);
}

static void set_decided(json_t *entry, const struct injector_place *place)
{
	json_t *decided;

	if (!place->line)
		return;
	decided = json_object();
	set_text(decided, "file", or_else(place->file, ""));
	set_place(decided, place->line, place->column);
	report_set(entry, "decided", decided);
}

static json_t *templates_of(const struct injector_event *event)
{
	json_t *list = json_array();

	for (size_t i = 0; i < event->n_templates; i++)
		report_append(list, report_json_text(event->templates[i]));
	return list;
}

static json_t *change_of(const struct injector_change *c)
{
	json_t *change = json_object();

	set_text(change, "what", report_part(c->part));
	set_text(change, "action", report_action(c->action));
	set_number(change, "pod", c->pod);
	set_text(change, "container", c->container);
	set_text(change, "name", c->name);
	set_text(change, "from", c->from);
	set_text(change, "to", c->to);
	set_place(change, c->place.line, c->place.column);
	return change;
}

static json_t *changes_of(const struct injector_event *event)
{
	json_t *list = json_array();

	for (size_t i = 0; i < event->n_changes; i++)
		report_append(list, change_of(&event->changes[i]));
	return list;
}

static void set_object(json_t *entry, const struct injector_event *event)
{
	if (!event->kind)
		return;
	set_text(entry, "kind", event->kind);
	if (event->namespace_ && *event->namespace_)
		set_text(entry, "namespace", event->namespace_);
	set_text(entry, "name", or_else(event->name, ""));
}

static void set_fix(struct report *r, json_t *entry,
		    const struct injector_event *event)
{
	struct buf fix = BUF_INIT;

	if (!report_would_change(r, event) || !report_has_file(event) ||
	    !r->options.fix)
		return;
	r->options.fix(r->options.ctx, &fix, event->file);
	if (fix.n)
		set_text(entry, "fix", buf_z(&fix));
	buf_release(&fix);
}

static bool is_object(const struct injector_event *event)
{
	return event->outcome != INJECTOR_RULES &&
	       event->outcome != INJECTOR_WARNING &&
	       event->outcome != INJECTOR_ERROR;
}

/* Whose rules are followed; `from` is absent if nothing told. */
static void set_rules(json_t *entry, const struct injector_rules *rules)
{
	set_text(entry, "release", rules->release);
	if (*rules->from)
		set_text(entry, "from", rules->from);
	set_text(entry, "text", rules->text);
}

static void json_event(struct report *r, const struct injector_event *event)
{
	const char *outcome = report_outcome(r, event);
	json_t *entry = json_object();

	set_text(entry, "type", is_object(event) ? "object" : outcome);
	set_text(entry, "file", or_else(event->file, ""));
	set_place(entry, event->line, event->column);
	set_object(entry, event);
	if (is_object(event)) {
		set_text(entry, "outcome", outcome);
		set_text(entry, "reason", or_else(event->text, ""));
		set_decided(entry, &event->decided);
		set_fix(r, entry, event);
		report_set(entry, "templates", templates_of(event));
		report_set(entry, "changes", changes_of(event));
	} else if (event->outcome == INJECTOR_RULES) {
		set_rules(entry, event->rules);
	} else {
		set_text(entry, "warning", event->warning);
		set_text(entry, "text", or_else(event->text, ""));
	}
	report_add_json(r, entry);
}

static void json_diff(struct report *r, const char *file, str diff)
{
	json_t *entry = json_object();
	struct buf text = BUF_INIT;

	buf_adds(&text, diff);
	set_text(entry, "type", "diff");
	set_text(entry, "file", file);
	set_text(entry, "text", buf_z(&text));
	buf_release(&text);
	report_add_json(r, entry);
}

const struct report_format report_json = {
	.name = "json",
	.begin = report_json_begin,
	.event = json_event,
	.end = report_json_end,
	.diff = json_diff,
	.rules = true,
};
