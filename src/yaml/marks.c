
/*
 * marks - byte offsets from libyaml's marks, and places that no mark gives: the
 * content behind properties, and where a block scalar ends.
 */
#include <string.h>

#include "base/array.h"
#include "base/chars.h"
#include "tree/utf8.h"
#include "yaml/build.h"

static bool all_ascii(str s)
{
	size_t i = 0;

	for (; i + 8 <= s.n; i += 8) {
		uint64_t word;

		memcpy(&word, s.p + i, 8);
		if (word & 0x8080808080808080u)
			return false;
	}
	for (; i < s.n; i++)
		if (s.p[i] & 0x80)
			return false;
	return true;
}

static bool continues(str text, size_t at)
{
	return at < text.n && (text.p[at] & 0xc0) == 0x80;
}

size_t places_walk(struct places *m, size_t index)
{
	while (m->index < index && m->byte < m->text.n) {
		do
			m->byte++;
		while (continues(m->text, m->byte));
		m->index++;
	}
	while (m->index > index && m->byte > m->bom) {
		do
			m->byte--;
		while (continues(m->text, m->byte));
		m->index--;
	}
	return m->byte;
}

size_t yaml_break_width(str rest)
{
	if (!rest.n)
		return 0;
	switch (rest.p[0]) {
	case '\n':
		return 1;
	case '\r':
		return rest.n > 1 && rest.p[1] == '\n' ? 2 : 1;
	case '\xc2':
		return str_starts(rest, STR("\xc2\x85")) ? 2 : 0;
	case '\xe2':
		return str_starts(rest, STR("\xe2\x80\xa8")) ||
		       str_starts(rest, STR("\xe2\x80\xa9")) ? 3 : 0;
	default:
		return 0;
	}
}

static size_t break_width(str s, size_t at)
{
	return yaml_break_width(str_sub(s, at, s.n));
}

size_t place_line_end(str s, size_t at)
{
	while (at < s.n && !break_width(s, at))
		at++;
	return at;
}

static bool has_bom(str text, size_t at)
{
	return str_starts(str_sub(text, at, text.n), STR(UTF8_BOM));
}

/* libyaml ignores a BOM at the start of any line; elsewhere it is text. */
static size_t skip_bom(str text, size_t at)
{
	return has_bom(text, at) ? at + 3 : at;
}

/* Where to begin: behind a BOM at the start, or on the line below the `---`
 * (as in yaml/stream). */
static size_t text_start(str text)
{
	size_t start = skip_bom(text, 0), at = start;

	while (at < text.n && text.p[at] != '-') {
		size_t line = skip_blanks(text, at);

		if (line < text.n && !strchr("#\r\n", text.p[line]))
			return start;
		at = place_line_end(text, line);
		at += break_width(text, at);
	}
	if (!str_starts(str_sub(text, at, text.n), STR("---")))
		return start;
	at = skip_blanks(text, at + 3);
	at += break_width(text, at);
	return has_bom(text, at) ? at + 3 : start;
}

void places_init(struct places *m, str text)
{
	m->text = text;
	m->bom = text_start(text);
	m->ascii = !m->bom && all_ascii(text);
	m->index = 0;
	m->byte = m->bom;
}

size_t place_skip_gap(str text, size_t at)
{
	while (at < text.n) {
		size_t width = break_width(text, at);

		if (width)
			at = skip_bom(text, at + width);
		else if (is_blank(text.p[at]))
			at++;
		else if (text.p[at] == '#')
			at = place_line_end(text, at);
		else
			break;
	}
	return at;
}

bool place_is_colon(str text, size_t at, bool flow)
{
	if (at >= text.n || text.p[at] != ':')
		return false;
	return flow || at + 1 == text.n || is_blank(text.p[at + 1]) ||
	       break_width(text, at + 1);
}

static size_t skip_tag(str text, size_t at)
{
	if (at + 1 < text.n && text.p[at + 1] == '<')
		return str_find(text, at, '>') + 1;
	while (at < text.n && !is_blank(text.p[at]) && text.p[at] != ',' &&
	       !break_width(text, at))
		at++;
	return at;
}

static size_t skip_anchor(str text, size_t at)
{
	do
		at++;
	while (at < text.n && (is_alnum(text.p[at]) || text.p[at] == '_' ||
			       text.p[at] == '-'));
	return at;
}

size_t place_content(str text, size_t at, int properties)
{
	while (properties-- > 0) {
		at = text.p[at] == '&' ? skip_anchor(text, at)
				       : skip_tag(text, at);
		at = place_skip_gap(text, at);
	}
	return at;
}

/* The start of the line break that ends at `at`. */
static size_t before_break(str s, size_t at)
{
	static const str breaks[] = { STR("\r\n"),	   STR("\n"),
				      STR("\r"),	   STR("\xc2\x85"),
				      STR("\xe2\x80\xa8"),
				      STR("\xe2\x80\xa9") };

	for (size_t i = 0; i < ARRAY_SIZE(breaks); i++)
		if (str_ends(str_sub(s, 0, at), breaks[i]))
			return at - breaks[i].n;
	return at;
}

static size_t spaces(str s, size_t at)
{
	size_t n = 0;

	while (at + n < s.n && s.p[at + n] == ' ')
		n++;
	return n;
}

/*
 * The indentation of a block scalar: its text begins with the same number of
 * blank lines as the value, and the first line after them has that many more
 * spaces in the text than in the value.
 */
static size_t block_indent(str text, size_t first_line, str value, size_t at)
{
	size_t line = first_line, width;

	for (size_t v = 0; v < at; v += width) {
		width = break_width(value, v);
		line = place_line_end(text, line);
		line += break_width(text, line);
	}
	return spaces(text, line) - spaces(value, at);
}

/* If a line of at most `indent` spaces ends at *end, move *end to its start. */
static bool drop_blank_line(str text, size_t first_line, size_t indent,
			    size_t *end)
{
	size_t last = before_break(text, *end), line = last;

	while (line > first_line && text.p[line - 1] == ' ')
		line--;
	if (last == *end || line <= first_line || last - line > indent ||
	    before_break(text, line) == line)
		return false;
	*end = line;
	return true;
}

size_t place_block_end(str text, size_t content, size_t end, str value)
{
	size_t header = content + 1, first_line, lead = 0, indent, width;
	bool keep = false;

	for (; header < end && strchr("+-123456789", text.p[header]); header++)
		keep = keep || text.p[header] == '+';
	while ((width = break_width(value, lead)))
		lead += width;
	if (lead == value.n && !(keep && lead))
		return header;
	if (!keep) {
		first_line = place_line_end(text, header);
		first_line += break_width(text, first_line);
		indent = block_indent(text, first_line, value, lead);
		while (drop_blank_line(text, first_line, indent, &end))
			;
	}
	return before_break(text, end);
}
