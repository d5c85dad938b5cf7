/*
 * format_gitlab - GitLab's Code Quality report: a JSON array of issues
 * (docs.gitlab.com, "Code Quality report format").
 *
 * GitLab compares issues of two branches by their fingerprints.
 */
#include "report/writer.h"

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
	char print[REPORT_FINGERPRINT];

	if (!fails && event->outcome != INJECTOR_WARNING)
		return;
	report_add_message(&text, r, event);
	report_fingerprint(print, r, event);
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
	.name = "gitlab",
	.begin = report_json_begin,
	.event = gitlab_event,
	.end = report_json_end,
};
