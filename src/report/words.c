/*
 * words - words, messages and escapes that the formats share.
 */
#include "base/arena.h"
#include "report/writer.h"
#include "tree/utf8.h"

bool report_fails(const struct report *r, const struct injector_event *event)
{
	return event->outcome == INJECTOR_ERROR ||
	       report_would_change(r, event);
}

bool report_would_change(const struct report *r,
			 const struct injector_event *event)
{
	return r->options.check && (event->outcome == INJECTOR_INJECTED ||
				    event->outcome == INJECTOR_UNINJECTED);
}

const char *report_outcome(const struct report *r,
			   const struct injector_event *event)
{
	static const char *const words[] = {
		[INJECTOR_INJECTED] = "injected",
		[INJECTOR_UNCHANGED] = "unchanged",
		[INJECTOR_UNINJECTED] = "uninjected",
		[INJECTOR_SKIPPED] = "skipped",
		[INJECTOR_WARNING] = "warning",
		[INJECTOR_PASSED] = "not-a-workload",
		[INJECTOR_ERROR] = "error",
		[INJECTOR_RULES] = "rules",
	};

	if (report_would_change(r, event))
		return "would-change";
	return words[event->outcome];
}

const char *report_part(enum injector_part part)
{
	static const char *const words[] = {
		[INJECTOR_CONTAINER] = "container",
		[INJECTOR_INIT_CONTAINER] = "initContainer",
		[INJECTOR_VOLUME] = "volume",
		[INJECTOR_PORT] = "port",
		[INJECTOR_PROBE] = "probe",
		[INJECTOR_LABEL] = "label",
		[INJECTOR_ANNOTATION] = "annotation",
		[INJECTOR_FIELD] = "field",
	};

	return words[part];
}

const char *report_action(enum injector_action action)
{
	static const char *const words[] = {
		[INJECTOR_ADDED] = "added",
		[INJECTOR_CHANGED] = "changed",
		[INJECTOR_REMOVED] = "removed",
	};

	return words[action];
}

void report_add_object(struct buf *b, const struct injector_event *event)
{
	if (!event->kind)
		return;
	buf_printf(b, "%s ", or_else(event->kind, "(no kind)"));
	if (event->namespace_ && *event->namespace_)
		buf_printf(b, "%s/", event->namespace_);
	buf_addz(b, or_else(event->name, "(no name)"));
}

void report_add_message(struct buf *b, const struct report *r,
			const struct injector_event *event)
{
	if (report_would_change(r, event)) {
		report_add_object(b, event);
		buf_addz(b, event->outcome == INJECTOR_UNINJECTED ?
				    " would change: it has the sidecar" :
				    " would change: its sidecar is missing or "
				    "out of date");
		return;
	}
	buf_addz(b, or_else(event->text, "no reason given"));
}

bool report_has_file(const struct injector_event *event)
{
	return event->file && *event->file && *event->file != '<';
}

bool report_next_file(struct report *r, const struct injector_event *event)
{
	str file = str_of(or_else(event->file, "injector"));

	if (r->any && str_eq(buf_str(&r->file), file))
		return false;
	buf_clear(&r->file);
	buf_adds(&r->file, file);
	return true;
}

void report_add_clean(struct buf *b, const char *text)
{
	str rest = str_of(text);

	while (rest.n) {
		uint32_t c;
		size_t n = utf8_decode(rest, &c);
		bool bad = (n == 1 && c == 0xfffd) || c < ' ' ||
			   !utf8_printable(c);

		for (size_t i = 0; bad && i < n; i++)
			buf_printf(b, "\\x%02x", (unsigned char)rest.p[i]);
		if (!bad)
			buf_add(b, rest.p, n);
		rest = str_sub(rest, n, rest.n);
	}
}

/* ---- JSON ---- */

static int add_piece(const char *piece, size_t n, void *out)
{
	buf_add(out, piece, n);
	return 0;
}

json_t *report_json_text(const char *text)
{
	struct buf repaired = BUF_INIT;
	json_t *value;

	utf8_repair(&repaired, str_of(text));
	value = json_stringn(buf_z(&repaired), repaired.n);
	buf_release(&repaired);
	return value;
}

/* Both fail only for lack of memory, also of what they are passed. */
void report_set(json_t *object, const char *name, json_t *value)
{
	if (json_object_set_new(object, name, value))
		mem_fail();
}

void report_append(json_t *list, json_t *value)
{
	if (json_array_append_new(list, value))
		mem_fail();
}

void report_add_json(struct report *r, json_t *entry)
{
	buf_addz(&r->out, r->any ? ",\n" : "\n");
	r->any = true;
	if (!entry || json_dump_callback(entry, add_piece, &r->out,
					 JSON_COMPACT))
		mem_fail();
	json_decref(entry);
}

void report_json_begin(struct report *r)
{
	buf_addc(&r->out, '[');
}

void report_json_end(struct report *r)
{
	buf_addz(&r->out, "\n]\n");
}
