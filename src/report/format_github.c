/*
 * format_github - GitHub's workflow commands: annotations at lines of files.
 *
 *	::warning file=web.yaml,line=3,col=5,title=job-sidecar::text
 *
 * Escapes as in its toolkit (actions/toolkit, command.ts): %, CR and LF
 * everywhere, `:` and `,` in properties too.
 */
#include "report/writer.h"

#include <string.h>

/* Other control characters cannot be escaped and become \xNN. */
static void add_escaped(struct buf *b, const char *text, const char *also)
{
	struct buf clean = BUF_INIT;

	for (const char *line = text; *line;) {
		size_t n = strcspn(line, "\r\n");
		struct buf part = BUF_INIT;

		buf_add(&part, line, n);
		report_add_shown(&clean, buf_str(&part));
		buf_release(&part);
		line += n;
		if (*line)
			buf_addc(&clean, *line++);
	}
	for (size_t i = 0; i < clean.n; i++) {
		char c = clean.p[i];

		if (strchr("%\r\n", c) || strchr(also, c))
			buf_printf(b, "%%%02X", (unsigned char)c);
		else
			buf_addc(b, c);
	}
	buf_release(&clean);
}

static void add_place(struct buf *b, const struct injector_event *event)
{
	if (!report_has_file(event))
		return;
	buf_addz(b, " file=");
	add_escaped(b, event->file, ":,");
	if (event->line)
		buf_printf(b, ",line=%u", event->line);
	if (event->line && event->column)
		buf_printf(b, ",col=%u", event->column);
}

static void github_event(struct report *r, const struct injector_event *event)
{
	bool fails = report_fails(r, event);
	const char *title = report_would_change(r, event) ?
				    report_title(event) : event->warning;
	struct buf text = BUF_INIT;
	struct buf *b = &r->out;

	if (!fails && event->outcome != INJECTOR_WARNING)
		return;
	buf_addz(b, fails ? "::error" : "::warning");
	add_place(b, event);
	if (title) {
		buf_addz(b, report_has_file(event) ? ",title=" : " title=");
		add_escaped(b, title, ":,");
	}
	buf_addz(b, "::");
	report_add_message(&text, r, event);
	add_escaped(b, buf_z(&text), "");
	buf_addc(b, '\n');
	buf_release(&text);
}

static void nothing(struct report *r)
{
	(void)r;
}

const struct report_format report_github = {
	.name = "github",
	.begin = nothing,
	.event = github_event,
	.end = nothing,
};
