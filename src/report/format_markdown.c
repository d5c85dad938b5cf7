/*
 * format_markdown - GitHub's Markdown, for $GITHUB_STEP_SUMMARY and comments of
 * pull requests: totals, a table of what changes, is skipped or is wrong, the
 * command that fixes it, and differences to unfold.
 *
 * The totals are first and the differences last, so both parts are held until
 * the end: the table in r->held, differences in r->held_for.  GitHub refuses
 * more than 1 MiB; what exceeds the limits below is counted and left out.
 *
 * Texts may come from anybody's pull request.  They contain no markup, links,
 * or mentions of users when they are shown.
 */
#include "report/writer.h"

#include <string.h>

#define ROWS_MAX ((size_t)400 << 10)
#define DIFFS_MAX ((size_t)500 << 10)

/* ---- texts ---- */

static void add_entity(struct buf *b, char c)
{
	buf_printf(b, "&#%d;", c);
}

/* In <code>, where only HTML and the bars of the table count. */
static void add_code(struct buf *b, const char *text)
{
	struct buf clean = BUF_INIT;

	report_add_shown(&clean, str_of(text));
	buf_addz(b, "<code>");
	for (size_t i = 0; i < clean.n; i++)
		if (strchr("&<>|`*_[]\\~$", clean.p[i]))
			add_entity(b, clean.p[i]);
		else
			buf_addc(b, clean.p[i]);
	buf_addz(b, "</code>");
	buf_release(&clean);
}

/* Would GitHub make a link of what follows this character? */
static bool begins_link(str text, size_t at)
{
	str rest = str_sub(text, at + 1, text.n);

	switch (text.p[at]) {
	case '@':
	case '#':
		return true;
	case ':':
		return str_starts(rest, STR("//"));
	case 'w':
	case 'W':
		return rest.n && rest.p[0] == '.';
	}
	return false;
}

/* In a sentence: @NAME, #1 and addresses are not links. */
static void add_text(struct buf *b, const char *text)
{
	struct buf clean = BUF_INIT;

	report_add_shown(&clean, str_of(text));
	for (size_t i = 0; i < clean.n; i++) {
		if (strchr("&<>|`*_[]\\~$!", clean.p[i]))
			add_entity(b, clean.p[i]);
		else
			buf_addc(b, clean.p[i]);
		if (begins_link(buf_str(&clean), i))
			buf_addz(b, "<!-- -->");
	}
	buf_release(&clean);
}

/* ---- the table ---- */

static void add_place(struct buf *b, const struct injector_event *event)
{
	struct buf place = BUF_INIT;

	buf_addz(&place, or_else(event->file, "injector"));
	if (event->line)
		buf_printf(&place, ":%u", event->line);
	add_code(b, buf_z(&place));
	buf_release(&place);
}

/* What changes, or why not. */
static void add_what(struct buf *b, const struct injector_event *event)
{
	struct buf what = BUF_INIT;

	report_add_changes(&what, event);
	if (!what.n || event->outcome == INJECTOR_SKIPPED ||
	    event->outcome == INJECTOR_WARNING) {
		buf_clear(&what);
		buf_addz(&what, or_else(event->text, ""));
	}
	if (event->warning)
		buf_printf(&what, " [%s]", event->warning);
	add_text(b, buf_z(&what));
	buf_release(&what);
}

/* Is it counted only?  Also what is not a workload. */
static bool is_dull(const struct report *r, const struct injector_event *event)
{
	return !r->options.verbose &&
	       (event->outcome == INJECTOR_UNCHANGED ||
		event->outcome == INJECTOR_PASSED);
}

static void markdown_event(struct report *r,
			   const struct injector_event *event)
{
	struct buf row = BUF_INIT, object = BUF_INIT;

	if (is_dull(r, event))
		return;
	report_add_object(&object, event);
	buf_addz(&row, "| ");
	add_place(&row, event);
	buf_addz(&row, " | ");
	if (object.n)
		add_code(&row, buf_z(&object));
	buf_printf(&row, " | %s | ", report_would_change(r, event) ?
					      report_title(event) :
					      report_phrase(r, event));
	add_what(&row, event);
	buf_addz(&row, " |\n");
	if (r->held.n + row.n > ROWS_MAX)
		r->rows_left_out++;
	else
		buf_adds(&r->held, buf_str(&row));
	buf_release(&row);
	buf_release(&object);
}

/* ---- differences ---- */

/* Longer than any run of backticks in the text. */
static size_t fence_for(str text)
{
	size_t longest = 2, run = 0;

	for (size_t i = 0; i < text.n; i++) {
		run = text.p[i] == '`' ? run + 1 : 0;
		if (run > longest)
			longest = run;
	}
	return longest + 1;
}

/* Other bytes than UTF-8 and control characters as \xNN, by line. */
static void add_lines(struct buf *b, str text)
{
	struct buf copy = BUF_INIT;
	str line;

	while (text.n) {
		str_cut(text, '\n', &line, &text);
		buf_clear(&copy);
		for (size_t i = 0; i < line.n; i++)
			if (line.p[i] == '\t')
				buf_fill(&copy, ' ', 8 - copy.n % 8);
			else if (line.p[i])
				buf_addc(&copy, line.p[i]);
		report_add_shown(b, buf_str(&copy));
		buf_addc(b, '\n');
	}
	buf_release(&copy);
}

static void markdown_diff(struct report *r, const char *file, str diff)
{
	size_t fence = fence_for(diff);
	struct buf b = BUF_INIT;

	buf_addz(&b, "<details><summary>");
	add_code(&b, file);
	buf_addz(&b, "</summary>\n\n");
	buf_fill(&b, '`', fence);
	buf_addz(&b, "diff\n");
	add_lines(&b, diff);
	buf_fill(&b, '`', fence);
	buf_addz(&b, "\n\n</details>\n\n");
	if (r->held_for.n + b.n > DIFFS_MAX)
		r->diffs_left_out++;
	else
		buf_adds(&r->held_for, buf_str(&b));
	buf_release(&b);
}

/* ---- all of it ---- */

static void add_left_out(struct buf *b, size_t n, const char *what)
{
	if (n)
		buf_printf(b, "%zu more %s%s left out.\n\n", n, what,
			   n == 1 ? " is" : "s are");
}

static void add_fix(struct report *r)
{
	struct buf fix = BUF_INIT;

	if (r->options.check && r->totals.changed && r->options.fix)
		r->options.fix(r->options.ctx, &fix, NULL);
	if (fix.n) {
		size_t fence = fence_for(buf_str(&fix));

		buf_addz(&r->out, "To fix it:\n\n");
		buf_fill(&r->out, '`', fence);
		buf_addz(&r->out, "sh\n");
		add_lines(&r->out, buf_str(&fix));
		buf_fill(&r->out, '`', fence);
		buf_addz(&r->out, "\n\n");
	}
	buf_release(&fix);
}

static void nothing(struct report *r)
{
	(void)r;
}

static void markdown_end(struct report *r)
{
	struct buf *b = &r->out;

	buf_addz(b, "### injector: ");
	report_add_totals(b, r);
	buf_addz(b, "\n\n");
	if (r->held.n) {
		buf_addz(b, "| file | workload | result | what |\n"
			    "|---|---|---|---|\n");
		buf_adds(b, buf_str(&r->held));
		buf_addc(b, '\n');
	}
	add_left_out(b, r->rows_left_out, "row");
	add_fix(r);
	buf_adds(b, buf_str(&r->held_for));
	add_left_out(b, r->diffs_left_out, "difference");
}

const struct report_format report_markdown = {
	.name = "markdown",
	.begin = nothing,
	.event = markdown_event,
	.end = markdown_end,
	.diff = markdown_diff,
};
