/*
 * chart - scan line by line, with as much of YAML's syntax as is needed to tell
 * quotes and block scalars: a quote counts only where a value may start, and a
 * block scalar continues while lines are indented deeper than its key.
 */
#include "helm/helm.h"

#include <string.h>

#include "base/array.h"

struct scan {
	str text;
	size_t at;
	size_t first;		/* what follows blanks and dashes */
	size_t column;		/* of that */
	size_t dash;		/* of the last dash before it */
	bool parses;
	size_t end;		/* of the action that was looked at last */
	bool counts;		/* it is one of a template */
};

static int peek(const struct scan *s, size_t ahead)
{
	return s->at + ahead < s->text.n ? s->text.p[s->at + ahead] : '\n';
}

static bool is_space(int c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* True if an action has words that only templates of Helm use. */
static bool names_helm(str action)
{
	static const char *const words[] = {
		".Values", ".Release", ".Chart", ".Capabilities", ".Files",
		"include \"", "template \"",
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (memmem(action.p, action.n, words[i], strlen(words[i])))
			return true;
	return false;
}

/* Find where the action at s->at ends, and whether it counts.  What is found
 * holds for all braces up to there, so that no text is searched twice. */
static void find_end(struct scan *s)
{
	str rest = str_sub(s->text, s->at, s->text.n);
	const char *end = memmem(rest.p, rest.n, "}}", 2);

	s->end = end ? (size_t)(end - s->text.p) : s->text.n;
	s->counts = end && (!s->parses ||
			    names_helm(str_sub(s->text, s->at, s->end)));
}

static bool is_action(struct scan *s)
{
	if (peek(s, 0) != '{' || peek(s, 1) != '{')
		return false;
	if (s->at >= s->end)
		find_end(s);
	return s->counts;
}

/* Behind the quoted text that begins here, maybe some lines below. */
static void skip_quoted(struct scan *s)
{
	int quote = peek(s, 0);

	for (s->at++; s->at < s->text.n; s->at++) {
		int c = peek(s, 0);

		if (c == '\\' && quote == '"')
			s->at++;
		else if (c == quote && quote == '\'' && peek(s, 1) == quote)
			s->at++;
		else if (c == quote)
			break;
	}
	s->at++;
}

/* Does a block scalar's header end this line?  `|`, `>`, with a digit or sign
 * and a comment at most. */
static bool is_header(const struct scan *s)
{
	size_t i = 1;

	if (peek(s, 0) != '|' && peek(s, 0) != '>')
		return false;
	while (strchr("+-123456789", peek(s, i)))
		i++;
	while (peek(s, i) == ' ' || peek(s, i) == '\t' || peek(s, i) == '\r')
		i++;
	return peek(s, i) == '\n' || peek(s, i) == '#';
}

static void next_line(struct scan *s)
{
	s->at = str_find(s->text, s->at, '\n') + 1;
}

static size_t indent(const struct scan *s)
{
	size_t n = 0;

	while (peek(s, n) == ' ')
		n++;
	return n;
}

/* Behind the lines of the block scalar whose header is here: those indented
 * deeper than its key or, where it is an item itself, than the dash. */
static void skip_block(struct scan *s)
{
	size_t outer = s->at == s->first ? s->dash : s->column;

	do
		next_line(s);
	while (s->at < s->text.n &&
	       (indent(s) > outer || is_space(peek(s, indent(s)))));
}

/* Skip what may precede the first key: blanks, dashes, `? `. */
static void begin_line(struct scan *s)
{
	size_t from = s->at;

	s->dash = 0;
	for (;; s->at++) {
		bool dash = peek(s, 0) == '-' || peek(s, 0) == '?';

		if (dash && peek(s, 1) == ' ')
			s->dash = s->at - from;
		else if (peek(s, 0) != ' ')
			break;
	}
	s->first = s->at;
	s->column = s->at - from;
}

/* May a value still begin behind this byte? */
static bool keeps_start(const struct scan *s, bool starts)
{
	int c = peek(s, 0);

	if (is_space(c))
		return starts;
	return strchr("[{,", c) || (c == ':' && is_space(peek(s, 1)));
}

/* Behind a tag or anchor. */
static void skip_word(struct scan *s)
{
	while (!is_space(peek(s, 0)))
		s->at++;
}

/* The rest of a line, up to an action (true) or the next line. */
static bool find_in_line(struct scan *s)
{
	bool starts = true;	/* a value may */

	begin_line(s);
	while (s->at < s->text.n && peek(s, 0) != '\n') {
		int c = peek(s, 0);

		if (is_action(s))
			return true;
		if (starts && is_header(s)) {
			skip_block(s);
			return false;
		}
		if (c == '#' && (starts || is_space(s->text.p[s->at - 1])))
			break;
		if (starts && (c == '!' || c == '&')) {
			skip_word(s);
		} else if (starts && (c == '"' || c == '\'')) {
			skip_quoted(s);
			starts = false;
		} else {
			starts = keeps_start(s, starts);
			s->at++;
		}
	}
	next_line(s);
	return false;
}

/* Most texts have no brace at all. */
static bool has_braces(str text)
{
	size_t at = str_find(text, 0, '{');

	while (at + 1 < text.n && text.p[at + 1] != '{')
		at = str_find(text, at + 1, '{');
	return at + 1 < text.n;
}

bool chart_is_template(str text, bool parses, size_t *at)
{
	struct scan s = { .text = text, .parses = parses };

	if (!has_braces(text))
		return false;
	while (s.at < text.n) {
		if (find_in_line(&s)) {
			*at = s.at;
			return true;
		}
	}
	return false;
}
