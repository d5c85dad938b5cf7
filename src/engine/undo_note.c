#include "engine/run.h"

#include "edit/layout.h"

#define MARK STR("# injector-undo: ")
#define VERSION STR("v1 ")

/* Is the line `v1 TAG HUNKS`? */
static bool is_of(str line, str tag, str *hunks)
{
	str name;

	if (!str_starts(line, VERSION))
		return false;
	str_cut(str_sub(line, VERSION.n, line.n), ' ', &name, hunks);
	return str_eq(name, tag);
}

/* The first line from byte `at` on that begins with the mark. */
static size_t next_mark(str text, size_t at)
{
	while (at < text.n) {
		const char *p = memmem(text.p + at, text.n - at, MARK.p,
				       MARK.n);

		if (!p)
			break;
		at = (size_t)(p - text.p);
		if (line_start(text, at) == at)
			return at;
		at += MARK.n;
	}
	return text.n;
}

bool undo_note_find(str text, str tag, struct undo_note *out)
{
	for (size_t at = next_mark(text, 0); at < text.n;
	     at = next_mark(text, line_end(text, at))) {
		size_t end = line_end(text, at);

		if (!is_of(str_sub(text, at + MARK.n, end), tag, &out->hunks))
			continue;
		out->from = at;
		out->to = line_next(text, at);
		/* the last line: its note added the line break before it */
		if (out->to == end) {
			out->from -= at && text.p[at - 1] == '\n';
			out->from -= out->from &&
				     text.p[out->from - 1] == '\r';
		}
		return true;
	}
	return false;
}

static void add_line(struct buf *out, str tag, str hunks)
{
	buf_adds(out, MARK);
	buf_adds(out, VERSION);
	buf_adds(out, tag);
	buf_addc(out, ' ');
	buf_adds(out, hunks);
}

void undo_note_add(struct buf *out, str text, str tag, str hunks, size_t start)
{
	str eol = line_break_at(text, text.n);
	bool open = text.n && text.p[text.n - 1] != '\n';
	size_t at = text.n;

	if (start != SIZE_MAX) {
		at = start;
	} else if (open) {
		buf_adds(out, text);
		buf_adds(out, eol);
		add_line(out, tag, hunks);
		return;
	} else if (at) {
		/* before the mark that ends the document */
		size_t last = line_start(text, at - 1);

		if (str_starts(str_sub(text, last, at), STR("...")))
			at = last;
	}
	buf_adds(out, str_sub(text, 0, at));
	add_line(out, tag, hunks);
	buf_adds(out, eol);
	buf_adds(out, str_sub(text, at, text.n));
}

bool undo_value_find(str value, str tag, struct undo_note *out)
{
	str line, rest = value;

	while (rest.n) {
		size_t at = (size_t)(rest.p - value.p);

		str_cut(rest, '\n', &line, &rest);
		if (!is_of(line, tag, &out->hunks))
			continue;
		out->from = at;
		out->to = rest.n ? (size_t)(rest.p - value.p) : value.n;
		return true;
	}
	return false;
}

void undo_value_put(struct buf *out, str value, str tag, str hunks)
{
	struct undo_note note = { value.n, value.n, STR_NONE };
	struct buf b = BUF_INIT;

	undo_value_find(value, tag, &note);
	buf_adds(&b, str_sub(value, 0, note.from));
	buf_adds(&b, str_sub(value, note.to, value.n));
	if (hunks.n) {
		if (b.n && b.p[b.n - 1] != '\n')
			buf_addc(&b, '\n');
		buf_adds(&b, VERSION);
		buf_adds(&b, tag);
		buf_addc(&b, ' ');
		buf_adds(&b, hunks);
	}
	while (b.n && b.p[b.n - 1] == '\n')
		b.n--;
	buf_adds(out, buf_str(&b));
	buf_release(&b);
}
