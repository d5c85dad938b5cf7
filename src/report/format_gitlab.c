/*
 * format_gitlab - GitLab's Code Quality report: a JSON array of issues
 * (docs.gitlab.com, "Code Quality report format").
 *
 * GitLab compares issues of two branches by their fingerprints.  So the
 * fingerprint of an issue with an object does not depend on its line, and
 * stays the same when something above it changes; others depend on their place.
 */
#include "report/writer.h"

/* The byte between two texts never occurs in UTF-8. */
static uint64_t add_text(uint64_t h, const char *text)
{
	for (; text && *text; text++)
		h = hash64_add(h, (unsigned char)*text);
	return hash64_add(h, 0xff);
}

static uint64_t fingerprint(const struct injector_event *event,
			    const char *check, const char *text)
{
	uint64_t h = add_text(add_text(HASH64, check), event->file);

	if (event->kind) {
		h = add_text(add_text(h, event->kind), event->namespace_);
		h = add_text(h, event->name);
	} else {
		h = hash64_add(h, event->line);
		h = hash64_add(h, event->column);
	}
	return add_text(h, text);
}

/* GitLab wants paths from the repository's root. */
static const char *path_of(const struct injector_event *event)
{
	const char *path = or_else(event->file, "injector");

	while (path[0] == '.' && path[1] == '/')
		path += 2;
	return path;
}

static void gitlab_event(struct report *r, const struct injector_event *event)
{
	const char *check = or_else(event->warning, report_outcome(r, event));
	bool fails = report_fails(r, event);
	struct buf text = BUF_INIT;
	char print[17];

	if (!fails && event->outcome != INJECTOR_WARNING)
		return;
	report_add_message(&text, r, event);
	snprintf(print, sizeof(print), "%016llx", (unsigned long long)
		 fingerprint(event, check, buf_z(&text)));
	report_add_json(r, json_pack(
		"{s:o, s:o, s:s, s:s, s:{s:o, s:{s:I}}}",
		"description", report_json_text(buf_z(&text)),
		"check_name", report_json_text(check),
		"fingerprint", print,
		"severity", fails ? "major" : "minor",
		"location", "path", report_json_text(path_of(event)),
		"lines", "begin", (json_int_t)(event->line ? event->line : 1)));
	buf_release(&text);
}

const struct report_format report_gitlab = {
	"gitlab", report_json_begin, gitlab_event, report_json_end, false,
};
