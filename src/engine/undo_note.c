#include "engine/run.h"

#include "base/chars.h"
#include "edit/layout.h"

#define MARK STR("# injector-undo: ")
#define LAYOUT STR("layout")

/* The version of a note, and the rest of the line behind it; 0 if unknown. */
static int take_version(str *line)
{
	static const str versions[] = { STR("v1 "), STR("v2 ") };

	for (int i = 0; i < 2; i++)
		if (str_starts(*line, versions[i])) {
			*line = str_sub(*line, versions[i].n, line->n);
			return i + 1;
		}
	return 0;
}

/* Cut the first field off `rest`: it ends at a blank outside of quotes. */
static str take_field(str *rest)
{
	bool quoted = false;
	str all = *rest;
	size_t i = 0;

	for (; i < all.n && (quoted || all.p[i] != ' '); i++) {
		if (all.p[i] == '"')
			quoted = !quoted;
		else if (quoted && all.p[i] == '\\')
			i += i + 1 < all.n;
	}
	*rest = str_sub(all, i + (i < all.n), all.n);
	return str_sub(all, 0, i);
}

/* Cut the leading fields that begin with `c` off `rest`. */
static str take_fields(str *rest, char c)
{
	str all = *rest;
	size_t n = 0;

	while (rest->n && *rest->p == c) {
		take_field(rest);
		n = (size_t)(rest->p - all.p);
	}
	n -= n && n <= all.n && all.p[n - 1] == ' ';
	return str_sub(all, 0, n);
}

/* Is the line a note of `tag`? */
static bool is_of(str line, str tag, struct undo_note *out)
{
	str name, rest, word;

	out->version = take_version(&line);
	if (!out->version)
		return false;
	str_cut(line, ' ', &name, &rest);
	out->added = out->amends = STR_NONE;
	out->layout = false;
	if (out->version > 1) {
		out->added = take_fields(&rest, '+');
		out->amends = take_fields(&rest, '/');
		word = rest;
		out->layout = str_eq(take_field(&word), LAYOUT);
		if (out->layout)
			rest = word;
	}
	out->hunks = rest;
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

		if (!is_of(str_sub(text, at + MARK.n, end), tag, out))
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

str undo_note_tag(str text)
{
	size_t at = next_mark(text, 0);
	str line = str_sub(text, at, line_end(text, at)), tag;

	if (!line.n)
		return STR_NONE;
	line = str_sub(line, MARK.n, line.n);
	take_version(&line);
	str_cut(line, ' ', &tag, &line);
	return tag;
}

bool undo_note_is_empty(const struct undo_note *note)
{
	return !note->added.n && !note->amends.n && !note->hunks.n;
}

bool undo_note_equal(const struct undo_note *a, const struct undo_note *b)
{
	return str_eq(a->added, b->added) && str_eq(a->amends, b->amends) &&
	       a->layout == b->layout && str_eq(a->hunks, b->hunks);
}

/* ---- records ---- */

void undo_records_write(struct buf *out, const struct record *records,
			uint32_t n_pods)
{
	const struct record *r = records, *next;

	for (; r; r = next) {
		uint32_t last = r->pod;

		for (next = r->next; next && next->pod == last + 1 &&
				     str_eq(next->text, r->text);
		     next = next->next)
			last++;
		buf_addz(out, r == records ? "+" : " +");
		if (n_pods > 1 && last > r->pod)
			buf_printf(out, "%u-%u:", r->pod, last);
		else if (n_pods > 1)
			buf_printf(out, "%u:", r->pod);
		buf_adds(out, r->text);
	}
}

static bool take_number(str *s, uint32_t *out)
{
	const char *from = s->p;

	*out = 0;
	while (s->n && is_digit(*s->p) && *out < UINT32_MAX / 10 - 1) {
		*out = *out * 10 + (uint32_t)(*s->p - '0');
		*s = str_sub(*s, 1, s->n);
	}
	return s->p > from;
}

/* Split a field into the numbers of Pods and the record. */
static bool take_pods(str *field, uint32_t *first, uint32_t *last)
{
	*field = str_sub(*field, 1, field->n);
	*first = *last = 0;
	if (!take_number(field, first))
		return true;
	*last = *first;
	if (str_starts(*field, STR("-"))) {
		*field = str_sub(*field, 1, field->n);
		if (!take_number(field, last))
			return false;
	}
	if (!str_starts(*field, STR(":")))
		return false;
	*field = str_sub(*field, 1, field->n);
	return true;
}

bool undo_record_find(str *added, uint32_t pod, str *record)
{
	while (added->n) {
		str rest = *added, field = take_field(&rest);
		uint32_t first, last;

		if (take_pods(&field, &first, &last) && last >= pod) {
			*record = field;
			return first <= pod;
		}
		*added = rest;
	}
	return false;
}

/* ---- writing ---- */

static void add_part(struct buf *out, str part)
{
	if (!part.n)
		return;
	buf_addc(out, ' ');
	buf_adds(out, part);
}

static void add_line(struct buf *out, str tag, const struct undo_note *note)
{
	buf_addz(out, "v2 ");
	buf_adds(out, tag);
	add_part(out, note->added);
	add_part(out, note->amends);
	if (note->layout && note->hunks.n)
		add_part(out, LAYOUT);
	add_part(out, note->hunks);
}

/* Before the mark `...` that ends the document, or at the end. */
static size_t comment_at(str text)
{
	size_t last = text.n ? line_start(text, text.n - 1) : 0;

	return str_starts(str_sub(text, last, text.n), STR("...")) ? last :
								     text.n;
}

void undo_note_add(struct buf *out, size_t from, str tag,
		   const struct undo_note *note)
{
	struct buf line = BUF_INIT;
	str text = str_sub(buf_str(out), from, out->n);
	size_t at = comment_at(text);
	bool open = at == text.n && at && text.p[at - 1] != '\n';
	/* a CR at the end must not become part of the line break added */
	str eol = open && text.p[at - 1] == '\r' ? STR("\r\n") :
						   line_break_at(text, text.n);

	if (open)
		buf_adds(&line, eol);
	buf_adds(&line, MARK);
	add_line(&line, tag, note);
	if (!open)
		buf_adds(&line, eol);
	buf_replace(out, from + at, from + at, buf_str(&line));
	buf_release(&line);
}

bool undo_value_find(str value, str tag, struct undo_note *out)
{
	str line, rest = value;

	while (rest.n) {
		size_t at = (size_t)(rest.p - value.p);

		str_cut(rest, '\n', &line, &rest);
		if (!is_of(line, tag, out))
			continue;
		out->from = at;
		out->to = rest.n ? (size_t)(rest.p - value.p) : value.n;
		return true;
	}
	return false;
}

void undo_value_put(struct buf *out, str value, str tag,
		    const struct undo_note *note)
{
	struct undo_note old;
	struct buf b = BUF_INIT;

	if (!undo_value_find(value, tag, &old))
		old.from = old.to = value.n;
	buf_adds(&b, str_sub(value, 0, old.from));
	buf_adds(&b, str_sub(value, old.to, value.n));
	if (note && !undo_note_is_empty(note)) {
		if (b.n && b.p[b.n - 1] != '\n')
			buf_addc(&b, '\n');
		add_line(&b, tag, note);
	}
	while (b.n && b.p[b.n - 1] == '\n')
		b.n--;
	buf_adds(out, buf_str(&b));
	buf_release(&b);
}
