/*
 * format_junit - JUnit's XML, as CI systems read it: a testsuite for each file,
 * a testcase for each object, and one for each error and warning without one.
 *
 * The warnings of an object come before its outcome; until then they are in
 * r->held.  Totals are omitted: they would have to precede what they count, and
 * readers count for themselves.
 */
#include "report/writer.h"

#include "tree/utf8.h"

/* True for the characters of XML 1.0; the others cannot even be escaped. */
static bool is_xml(uint32_t c)
{
	return c == '\t' || c == '\n' || c == '\r' ||
	       (c >= ' ' && c != 0xfffe && c != 0xffff);
}

static void add_escape(struct buf *b, uint32_t c)
{
	switch (c) {
	case '&': buf_addz(b, "&amp;"); break;
	case '<': buf_addz(b, "&lt;"); break;
	case '>': buf_addz(b, "&gt;"); break;
	case '"': buf_addz(b, "&quot;"); break;
	default: buf_printf(b, "&#%u;", c); break;
	}
}

/* For an attribute or an element; bytes that are not UTF-8 become U+FFFD. */
static void add_xml(struct buf *b, str text)
{
	while (text.n) {
		uint32_t c;
		size_t n = utf8_decode(text, &c);

		if (c == '&' || c == '<' || c == '>' || c == '"' ||
		    (c < ' ' && is_xml(c)))
			add_escape(b, c);
		else if (is_xml(c))
			utf8_add(b, c);
		text = str_sub(text, n, text.n);
	}
}

static void add_attribute(struct buf *b, const char *name, str value)
{
	buf_printf(b, " %s=\"", name);
	add_xml(b, value);
	buf_addc(b, '"');
}

static void junit_begin(struct report *r)
{
	buf_addz(&r->out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
			  "<testsuites name=\"injector\">\n");
}

static void open_suite(struct report *r, const struct injector_event *event)
{
	bool other = r->any;

	if (!report_next_file(r, event))
		return;
	if (other)
		buf_addz(&r->out, "</testsuite>\n");
	buf_addz(&r->out, "<testsuite");
	add_attribute(&r->out, "name", buf_str(&r->file));
	buf_addz(&r->out, ">\n");
	r->any = true;
}

static void open_case(struct report *r, str name, unsigned line)
{
	buf_addz(&r->out, "<testcase");
	add_attribute(&r->out, "classname", buf_str(&r->file));
	add_attribute(&r->out, "name", name);
	add_attribute(&r->out, "file", buf_str(&r->file));
	if (line)
		buf_printf(&r->out, " line=\"%u\"", line);
	buf_addz(&r->out, " time=\"0\">");
}

static void close_case(struct report *r)
{
	buf_addz(&r->out, "</testcase>\n");
}

static void add_held(struct report *r)
{
	if (r->held.n) {
		buf_addz(&r->out, "<system-out>");
		add_xml(&r->out, buf_str(&r->held));
		buf_addz(&r->out, "</system-out>");
	}
	buf_clear(&r->held);
	buf_clear(&r->held_for);
}

/* Write held warnings whose object has no outcome. */
static void write_held(struct report *r)
{
	if (!r->held.n)
		return;
	buf_addz(&r->held_for, ": warnings");
	open_case(r, buf_str(&r->held_for), 0);
	add_held(r);
	close_case(r);
}

static void hold_warning(struct report *r, const struct injector_event *event)
{
	buf_addz(&r->held, or_else(event->file, "injector"));
	if (event->line)
		buf_printf(&r->held, ":%u:%u", event->line, event->column);
	buf_printf(&r->held, ": warning: %s", or_else(event->text, ""));
	if (event->warning)
		buf_printf(&r->held, " [%s]", event->warning);
	buf_addc(&r->held, '\n');
}

static void add_failure(struct report *r, const struct injector_event *event)
{
	struct buf text = BUF_INIT;

	report_add_message(&text, r, event);
	buf_addz(&r->out, "<failure");
	add_attribute(&r->out, "message", buf_str(&text));
	add_attribute(&r->out, "type", str_of(report_outcome(r, event)));
	buf_addc(&r->out, '>');
	buf_clear(&text);
	buf_addz(&text, or_else(event->file, "injector"));
	if (event->line)
		buf_printf(&text, ":%u:%u", event->line, event->column);
	buf_addz(&text, ": ");
	report_add_message(&text, r, event);
	add_xml(&r->out, buf_str(&text));
	buf_addz(&r->out, "</failure>");
	buf_release(&text);
}

static void add_skipped(struct report *r, const struct injector_event *event)
{
	buf_addz(&r->out, "<skipped");
	add_attribute(&r->out, "message",
		      str_of(event->outcome == INJECTOR_PASSED ?
			     "not a workload" : or_else(event->text, "")));
	buf_addz(&r->out, "/>");
}

static void add_case(struct report *r, const struct injector_event *event,
		     str name)
{
	open_case(r, name, event->line);
	if (report_fails(r, event))
		add_failure(r, event);
	else if (event->outcome == INJECTOR_SKIPPED ||
		 event->outcome == INJECTOR_PASSED)
		add_skipped(r, event);
	add_held(r);
	close_case(r);
}

static void junit_event(struct report *r, const struct injector_event *event)
{
	struct buf name = BUF_INIT;

	report_add_object(&name, event);
	if (!str_eq(buf_str(&name), buf_str(&r->held_for)))
		write_held(r);
	open_suite(r, event);
	if (event->outcome != INJECTOR_WARNING) {
		if (!name.n)
			buf_addz(&name, report_outcome(r, event));
		add_case(r, event, buf_str(&name));
	} else {
		hold_warning(r, event);
		if (name.n) {
			buf_clear(&r->held_for);
			buf_adds(&r->held_for, buf_str(&name));
		} else {
			add_case(r, event, str_of(or_else(event->warning,
							  "warning")));
		}
	}
	buf_release(&name);
}

static void junit_end(struct report *r)
{
	write_held(r);
	if (r->any)
		buf_addz(&r->out, "</testsuite>\n");
	buf_addz(&r->out, "</testsuites>\n");
}

const struct report_format report_junit = {
	.name = "junit",
	.begin = junit_begin,
	.event = junit_event,
	.end = junit_end,
};
