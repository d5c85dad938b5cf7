/*
 * words - words, messages and escapes that the formats share.
 */
#include "base/arena.h"
#include "base/array.h"
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

const char *report_phrase(const struct report *r,
			  const struct injector_event *event)
{
	if (report_would_change(r, event))
		return "would change";
	return event->outcome == INJECTOR_PASSED ? "not a workload" :
						   report_outcome(r, event);
}

static void add_count(struct buf *b, size_t n, const char *what,
		      const char *several)
{
	if (!n)
		return;
	if (b->p[b->n - 1] != ' ')
		buf_addz(b, ", ");
	buf_printf(b, "%zu %s%s", n, what, n == 1 ? "" : several);
}

void report_add_totals(struct buf *b, const struct report *r)
{
	const struct report_totals *t = &r->totals;
	size_t n = t->changed + t->unchanged + t->skipped;

	buf_printf(b, "%zu workload%s", n, n == 1 ? "" : "s");
	buf_addz(b, n ? ": " : "");
	add_count(b, t->changed, r->options.check ? "would change" :
		  r->options.uninject ? "uninjected" : "injected", "");
	add_count(b, t->unchanged, "unchanged", "");
	add_count(b, t->skipped, "skipped", "");
	if (t->warnings || t->errors)
		buf_addz(b, "; ");
	add_count(b, t->warnings, "warning", "s");
	add_count(b, t->errors, "error", "s");
}

/* ---- fingerprints ---- */

/* The byte between two texts never occurs in UTF-8. */
static uint64_t hash_text(uint64_t h, const char *text)
{
	for (; text && *text; text++)
		h = hash64_add(h, (unsigned char)*text);
	return hash64_add(h, 0xff);
}

void report_fingerprint(char *print, const struct report *r,
			const struct injector_event *event)
{
	const char *check = or_else(event->warning, report_outcome(r, event));
	uint64_t h = hash_text(hash_text(HASH64, check), event->file);

	if (event->kind) {
		h = hash_text(hash_text(h, event->kind), event->namespace_);
		h = hash_text(h, event->name);
	} else {
		h = hash64_add(h, event->line);
		h = hash64_add(h, event->column);
	}
	if (!report_would_change(r, event))
		h = hash_text(h, event->text);
	snprintf(print, REPORT_FINGERPRINT, "%016llx", (unsigned long long)h);
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

/* ---- what would change ---- */

static bool is_container(const struct injector_change *c)
{
	return c->part == INJECTOR_CONTAINER ||
	       c->part == INJECTOR_INIT_CONTAINER;
}

const char *report_title(const struct injector_event *event)
{
	if (event->outcome == INJECTOR_UNINJECTED)
		return "sidecar to remove";
	for (size_t i = 0; i < event->n_changes; i++)
		if (is_container(&event->changes[i]) &&
		    event->changes[i].action == INJECTOR_ADDED)
			return "sidecar missing";
	return "sidecar out of date";
}

static void add_separator(struct buf *b, size_t start)
{
	if (b->n > start)
		buf_addz(b, ", ");
}

/* Containers by name and image, of the rest how many. */
static void add_parts(struct buf *b, const struct injector_event *event,
		      enum injector_action action)
{
	static const char *const words[] = {
		[INJECTOR_VOLUME] = "volume",
		[INJECTOR_PORT] = "port",
		[INJECTOR_PROBE] = "probe",
		[INJECTOR_LABEL] = "label",
		[INJECTOR_ANNOTATION] = "annotation",
		[INJECTOR_FIELD] = "other field",
	};
	size_t counts[ARRAY_SIZE(words)] = { 0 }, start = b->n;

	for (size_t i = 0; i < event->n_changes; i++) {
		const struct injector_change *c = &event->changes[i];

		if (c->action != action)
			continue;
		if (!is_container(c)) {
			counts[c->part]++;
			continue;
		}
		add_separator(b, start);
		buf_printf(b, "%scontainer %s",
			   c->part == INJECTOR_CONTAINER ? "" : "init ",
			   c->name);
		if (c->to && action != INJECTOR_REMOVED)
			buf_printf(b, " %s", c->to);
	}
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (!counts[i])
			continue;
		add_separator(b, start);
		buf_printf(b, "%zu %s%s", counts[i], words[i],
			   counts[i] == 1 ? "" : "s");
	}
}

void report_add_changes(struct buf *b, const struct injector_event *event)
{
	static const struct {
		enum injector_action action;
		const char *verb;
	} actions[] = {
		{ INJECTOR_ADDED, "adds" },
		{ INJECTOR_CHANGED, "changes" },
		{ INJECTOR_REMOVED, "removes" },
	};
	size_t start = b->n;

	for (size_t i = 0; i < ARRAY_SIZE(actions); i++) {
		struct buf parts = BUF_INIT;

		add_parts(&parts, event, actions[i].action);
		if (parts.n)
			buf_printf(b, "%s%s %s", b->n > start ? "; " : "",
				   actions[i].verb, buf_z(&parts));
		buf_release(&parts);
	}
}

/* "Deployment default/web: sidecar missing (adds container x).  Fix: ..." */
static void add_finding(struct buf *b, const struct report *r,
			const struct injector_event *event)
{
	struct buf more = BUF_INIT;

	report_add_object(b, event);
	buf_printf(b, ": %s", report_title(event));
	report_add_changes(&more, event);
	if (more.n)
		buf_printf(b, " (%s)", buf_z(&more));
	buf_clear(&more);
	if (r->options.fix && report_has_file(event))
		r->options.fix(r->options.ctx, &more, event->file);
	if (more.n)
		buf_printf(b, ". Fix: %s", buf_z(&more));
	buf_release(&more);
}

void report_add_message(struct buf *b, const struct report *r,
			const struct injector_event *event)
{
	if (report_would_change(r, event))
		add_finding(b, r, event);
	else
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

void report_add_shown(struct buf *b, str rest)
{
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

size_t report_first_bytes(str text, size_t characters)
{
	size_t at = 0;
	uint32_t c;

	while (characters-- && at < text.n)
		at += utf8_decode(str_sub(text, at, text.n), &c);
	return at;
}

void report_add_file(struct buf *b, const char *name)
{
	if (str_starts(str_of(name), STR("::")))
		buf_addz(b, "./");
	report_add_shown(b, str_of(name));
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

void report_dump_json(struct buf *b, json_t *value)
{
	if (!value || json_dump_callback(value, add_piece, b, JSON_COMPACT))
		mem_fail();
	json_decref(value);
}

void report_add_json(struct report *r, json_t *entry)
{
	buf_addz(&r->out, r->any ? ",\n" : "\n");
	r->any = true;
	report_dump_json(&r->out, entry);
}

void report_json_begin(struct report *r)
{
	buf_addc(&r->out, '[');
}

void report_json_end(struct report *r)
{
	buf_addz(&r->out, "\n]\n");
}
