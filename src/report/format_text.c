/*
 * format_text - for people, in 80 columns: a heading for each file, a few lines
 * for each object.
 *
 *	web.yaml
 *	  3:1 Deployment default/web: injected
 *	    because     label sidecar.istio.io/inject is true (14:9)
 *	    containers  + istio-proxy example.com/proxyv2:1.0
 *	    probes      ~ web: readinessProbe httpGet :8080/ready ->
 *	                  httpGet :15020/app-health/web/readyz
 */
#include "base/array.h"
#include "report/writer.h"

#include "tree/utf8.h"

#define COLUMNS 80
#define LABEL_COLUMN 4
#define TEXT_COLUMN 16

/* Where to break a line of that many columns: after a blank, else after a comma
 * (of JSON), else there. */
static size_t line_end(str text, size_t columns)
{
	static const char ends[] = { ' ', ',' };
	size_t all = report_first_bytes(text, columns);

	if (all == text.n)
		return all;
	for (size_t i = 0; i < sizeof(ends); i++)
		for (size_t at = all; at > 0; at--)
			if (text.p[at - 1] == ends[i])
				return at;
	return all;
}

/* Append text from this column on, with further lines two columns deeper. */
static void add_wrapped(struct buf *b, str text, size_t column)
{
	size_t n = line_end(text, COLUMNS - column);

	for (;;) {
		str line = str_sub(text, 0, n);

		while (line.n && line.p[line.n - 1] == ' ')
			line.n--;
		buf_adds(b, line);
		buf_addc(b, '\n');
		text = str_sub(text, n, text.n);
		if (!text.n)
			return;
		buf_fill(b, ' ', column + 2);
		n = line_end(text, COLUMNS - column - 2);
	}
}

/* The same in a color, an SGR sequence without its ends; NULL: none. */
static void add_colored(struct report *r, str text, size_t column,
			const char *color)
{
	struct buf *b = &r->out;

	if (!r->options.color || !color) {
		add_wrapped(b, text, column);
		return;
	}
	buf_printf(b, "\033[%sm", color);
	add_wrapped(b, text, column);
	b->n--;
	buf_addz(b, "\033[m\n");
}

static void add_label(struct buf *b, const char *label)
{
	size_t start = b->n;

	buf_fill(b, ' ', LABEL_COLUMN);
	buf_addz(b, label);
	buf_fill(b, ' ', start + TEXT_COLUMN - b->n);
}

static void add_row(struct report *r, const char *label, const char *text,
		    const char *color)
{
	struct buf clean = BUF_INIT;

	add_label(&r->out, label);
	report_add_shown(&clean, str_of(text));
	add_colored(r, buf_str(&clean), TEXT_COLUMN, color);
	buf_release(&clean);
}

/* ---- changes ---- */

/* In the order of the output. */
static const struct {
	enum injector_part part;
	const char *label;
} rows[] = {
	{ INJECTOR_INIT_CONTAINER, "init" },
	{ INJECTOR_CONTAINER, "containers" },
	{ INJECTOR_PORT, "ports" },
	{ INJECTOR_PROBE, "probes" },
	{ INJECTOR_VOLUME, "volumes" },
	{ INJECTOR_FIELD, "fields" },
	{ INJECTOR_LABEL, "labels" },
	{ INJECTOR_ANNOTATION, "annotations" },
};

#define GREEN "32"
#define YELLOW "33"
#define RED "31"
#define MAGENTA "35"
#define BOLD "1"

static void add_change(struct report *r, const char *label,
		       const struct injector_change *c)
{
	static const struct {
		char mark;
		const char *color;
	} actions[] = {
		[INJECTOR_ADDED] = { '+', GREEN },
		[INJECTOR_CHANGED] = { '~', YELLOW },
		[INJECTOR_REMOVED] = { '-', RED },
	};
	bool value = c->part == INJECTOR_LABEL ||
		     c->part == INJECTOR_ANNOTATION;
	struct buf text = BUF_INIT;

	buf_addc(&text, actions[c->action].mark);
	if (c->container)
		buf_printf(&text, " %s:", c->container);
	buf_printf(&text, " %s%s", c->name,
		   value && (c->from || c->to) ? ":" : "");
	if (c->from)
		buf_printf(&text, " %s", c->from);
	if (c->from && c->to)
		buf_addz(&text, " ->");
	if (c->to)
		buf_printf(&text, " %s", c->to);
	add_row(r, label, buf_z(&text), actions[c->action].color);
	buf_release(&text);
}

static void add_pod(struct report *r, const struct injector_change *at,
		    size_t n)
{
	for (size_t row = 0; row < ARRAY_SIZE(rows); row++) {
		const char *label = rows[row].label;

		for (size_t i = 0; i < n; i++) {
			if (at[i].part != rows[row].part)
				continue;
			add_change(r, label, &at[i]);
			label = "";
		}
	}
}

static const char *color_of_mark(char mark)
{
	return mark == '+' ? GREEN : mark == '~' ? YELLOW : NULL;
}

static void add_picture(struct report *r, const struct injector_event *event,
			unsigned pod)
{
	struct buf lines = BUF_INIT;
	const char *label = "pod";
	str line, rest;

	report_picture(&lines, event, pod, COLUMNS - TEXT_COLUMN);
	for (rest = buf_str(&lines); rest.n; label = "") {
		str_cut(rest, '\n', &line, &rest);
		add_label(&r->out, label);
		add_colored(r, line, TEXT_COLUMN,
			    color_of_mark(line.n ? line.p[0] : ' '));
	}
	buf_release(&lines);
}

/* Changes of one Pod are adjacent. */
static void add_changes(struct report *r, const struct injector_event *event)
{
	const struct injector_change *at = event->changes;
	size_t n = event->n_changes, end;
	bool several = n && at[n - 1].pod > 0;

	for (size_t i = 0; i < n; i = end) {
		for (end = i; end < n && at[end].pod == at[i].pod;)
			end++;
		if (several)
			buf_printf(&r->out, "    pod template %u\n",
				   at[i].pod + 1);
		add_pod(r, at + i, end - i);
		add_picture(r, event, at[i].pod);
	}
}

/* ---- entries ---- */

static void add_place(struct buf *b, unsigned line, unsigned column)
{
	buf_printf(b, "%u", line);
	if (column)
		buf_printf(b, ":%u", column);
}

static void add_reason(struct report *r, const struct injector_event *event)
{
	const struct injector_place *place = &event->decided;
	struct buf text = BUF_INIT;

	if (!event->text || !*event->text)
		return;
	buf_addz(&text, event->text);
	if (place->line) {
		buf_addz(&text, " (");
		if (place->file && !str_eq(str_of(place->file),
					   str_of(event->file)))
			buf_printf(&text, "%s:", place->file);
		add_place(&text, place->line, place->column);
		buf_addc(&text, ')');
	}
	add_row(r, "because", buf_z(&text), NULL);
	buf_release(&text);
}

static void add_templates(struct report *r, const struct injector_event *event)
{
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < event->n_templates; i++)
		buf_printf(&text, "%s%s", i ? ", " : "", event->templates[i]);
	if (text.n)
		add_row(r, "templates", buf_z(&text), NULL);
	buf_release(&text);
}

static const char *color_of(const struct injector_event *event)
{
	static const char *const colors[] = {
		[INJECTOR_INJECTED] = GREEN,
		[INJECTOR_UNINJECTED] = GREEN,
		[INJECTOR_SKIPPED] = YELLOW,
		[INJECTOR_WARNING] = MAGENTA,
		[INJECTOR_ERROR] = RED,
	};

	return event->outcome < ARRAY_SIZE(colors) ? colors[event->outcome] :
						     NULL;
}

/* "3:1 Deployment default/web: injected", "7:5 warning: text [name]" */
static void add_first_line(struct report *r,
			   const struct injector_event *event)
{
	bool object = event->outcome != INJECTOR_WARNING &&
		      event->outcome != INJECTOR_ERROR;
	struct buf text = BUF_INIT, clean = BUF_INIT;

	if (event->line) {
		add_place(&text, event->line, event->column);
		buf_addc(&text, ' ');
	}
	if (object)
		report_add_object(&text, event);
	buf_printf(&text, "%s%s", object ? ": " : "",
		   report_phrase(r, event));
	if (!object)
		buf_printf(&text, ": %s", or_else(event->text, ""));
	if (event->warning)
		buf_printf(&text, " [%s]", event->warning);
	report_add_shown(&clean, buf_str(&text));
	buf_addz(&r->out, "  ");
	add_colored(r, buf_str(&clean), 2, color_of(event));
	buf_release(&text);
	buf_release(&clean);
}

static void text_event(struct report *r, const struct injector_event *event)
{
	struct buf file = BUF_INIT;

	if (report_next_file(r, event)) {
		report_add_shown(&file, buf_str(&r->file));
		add_colored(r, buf_str(&file), 0, BOLD);
	}
	buf_release(&file);
	r->any = true;
	if (event->outcome == INJECTOR_RULES) {
		buf_printf(&r->out, "  %s\n", event->rules->text);
		return;
	}
	add_first_line(r, event);
	if (event->outcome == INJECTOR_WARNING ||
	    event->outcome == INJECTOR_ERROR)
		return;
	add_reason(r, event);
	add_templates(r, event);
	add_changes(r, event);
}

static void nothing(struct report *r)
{
	(void)r;
}

/* How many there were, unless it can be seen at once. */
static void text_end(struct report *r)
{
	const struct report_totals *t = &r->totals;

	if (t->changed + t->unchanged + t->skipped < 2)
		return;
	buf_addc(&r->out, '\n');
	report_add_totals(&r->out, r);
	buf_addc(&r->out, '\n');
}

/* As it is: it can be applied. */
static void text_diff(struct report *r, const char *file, str diff)
{
	(void)file;
	buf_adds(&r->out, diff);
}

const struct report_format report_text = {
	.name = "text",
	.begin = nothing,
	.event = text_event,
	.end = text_end,
	.diff = text_diff,
	.rules = true,
};
