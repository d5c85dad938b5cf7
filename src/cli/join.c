/*
 * Only the first bytes of a file and the last of what came before are looked
 * at, as lines: `---` and `...` at the start of a line end a document wherever
 * they stand, and need no parser to be found.
 */
#include "cli/join.h"

#include <string.h>

enum head { HEAD_OTHER, HEAD_MARK, HEAD_DIRECTIVE, HEAD_JSON };

static size_t skip_blanks(str s, size_t at, const char *blanks)
{
	while (at < s.n && s.p[at] && strchr(blanks, s.p[at]))
		at++;
	return at;
}

/* JSON rather than YAML in flow style: a brace, then a quoted key. */
static bool is_json(str s, size_t at)
{
	if (s.p[at] != '{')
		return false;
	at = skip_blanks(s, at + 1, " \t\r\n");
	return at < s.n && (s.p[at] == '"' || s.p[at] == '}');
}

static bool is_mark(str s, size_t at)
{
	str line = str_sub(s, at, s.n);

	return str_starts(line, STR("---")) &&
	       (line.n == 3 || strchr(" \t\r\n", line.p[3]));
}

/* What a file begins with, after blank lines and comments. */
static enum head head_of(str s)
{
	for (size_t line = 0; line < s.n;) {
		size_t at = skip_blanks(s, line, " \t");

		if (at < s.n && !strchr("#\r\n", s.p[at])) {
			if (is_mark(s, line))
				return HEAD_MARK;
			if (s.p[line] == '%')
				return HEAD_DIRECTIVE;
			return is_json(s, at) ? HEAD_JSON : HEAD_OTHER;
		}
		while (at < s.n && s.p[at] != '\n' && s.p[at] != '\r')
			at++;
		line = at + 1;
	}
	return HEAD_OTHER;
}

static bool ends_in(const struct join *j, const char *five)
{
	return memcmp(j->tail, five, sizeof(j->tail)) == 0;
}

str join_between(struct join *j, str *first)
{
	const str bom = STR("\xef\xbb\xbf");
	bool had_bom = str_starts(*first, bom);
	str rest = str_sub(*first, had_bom ? bom.n : 0, first->n);
	enum head head = head_of(rest);
	bool json = j->json && head == HEAD_JSON;
	/* With a line break to be left out where there is one. */
	str mark = STR("\n---\n");

	if (!j->begun) {
		j->json = head == HEAD_JSON;
		return STR_NONE;
	}
	j->json = json;
	*first = rest;
	/* A directive is one only after the end of a document, which `---`
	 * is not. */
	if (head == HEAD_DIRECTIVE)
		mark = ends_in(j, "\n...\n") ? STR("\n") : STR("\n...\n");
	else if (json || head == HEAD_MARK || ends_in(j, "\n---\n"))
		mark = STR("\n");
	return str_sub(mark, j->tail[sizeof(j->tail) - 1] == '\n', mark.n);
}

void join_wrote(struct join *j, str bytes)
{
	const size_t size = sizeof(j->tail);
	size_t n = bytes.n < size ? bytes.n : size;

	if (!n)
		return;
	memmove(j->tail, j->tail + n, size - n);
	memcpy(j->tail + size - n, bytes.p + bytes.n - n, n);
	j->begun = true;
}
