/*
 * stream - find the documents of a stream by the starts of its lines.
 *
 * libyaml takes `---` and `...` at the start of a line as markers everywhere,
 * also in block scalars, and rejects them in quotes and brackets.  So looking
 * at the start of each line is exact, and a piece read alone gives the result
 * that it gives within the stream.  (With one exception: a document that is a
 * plain scalar of several lines, the last of which begins with %YAML or %TAG.)
 *
 *	# comment	|
 *	---		| first piece
 *	a: 1		|
 *	---		| second piece
 *	b: 2		|
 *
 * The state of the search is kept in struct stream, so an incomplete piece is
 * never searched again from its start when more text arrives; only comments
 * and directives between two documents are.
 */
#include "yaml/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/chars.h"
#include "yaml/build.h"

#ifdef HURT
#define CHUNK 1
#else
#define CHUNK (size_t)(64 * 1024)
#endif

/* How many bytes classify a line: %YAML and the widest line break. */
#define LINE_HEAD 8

/* ---- where a JSON value ends ---- */

/*
 * Looks at tokens only: strings, numbers, literals and how many brackets are
 * open.  Anything that is not a token of JSON (a bare word, YAML's quotes, a
 * comment, a line break in a string) switches it off.
 */
enum json_state {
	JSON_OFF,	/* this is not JSON, or not wanted */
	JSON_BETWEEN,	/* tokens */
	JSON_STRING,
	JSON_ESCAPE,	/* behind a backslash */
	JSON_HEX,	/* in \u0000 */
	JSON_NUMBER,
	JSON_WORD,
	JSON_DONE,	/* behind the value */
};

struct json_cut {
	enum json_state state;
	uint64_t depth;
	int hex;		/* digits left */
	const char *word;	/* the rest of the literal */
};

static void json_cut_init(struct json_cut *j)
{
	*j = (struct json_cut){ JSON_BETWEEN, 0, 0, NULL };
}

static bool among(unsigned char c, const char *set)
{
	return c && strchr(set, c);
}

/* The first byte of a token. */
static void token(struct json_cut *j, unsigned char c)
{
	static const char *const words[] = { "true", "false", "null" };

	if (among(c, "{[")) {
		j->depth++;
	} else if (among(c, "}]")) {
		j->state = --j->depth ? JSON_BETWEEN : JSON_DONE;
	} else if (c == '"') {
		j->state = JSON_STRING;
	} else if (c == '-' || is_digit(c)) {
		j->state = JSON_NUMBER;
	} else if (!among(c, " \t\r\n,:")) {
		j->state = JSON_OFF;
		for (size_t i = 0; i < 3; i++)
			if (c == (unsigned char)words[i][0]) {
				j->word = words[i] + 1;
				j->state = JSON_WORD;
			}
	}
}

static void string(struct json_cut *j, unsigned char c)
{
	if (c == '"')
		j->state = JSON_BETWEEN;
	else if (c == '\\')
		j->state = JSON_ESCAPE;
	else if (c < 0x20)
		j->state = JSON_OFF;
}

static void escape(struct json_cut *j, unsigned char c)
{
	j->state = JSON_OFF;
	if (among(c, "\"\\/bfnrt"))
		j->state = JSON_STRING;
	if (c == 'u') {
		j->state = JSON_HEX;
		j->hex = 4;
	}
}

static void hex(struct json_cut *j, unsigned char c)
{
	if (hex_value(c) < 0)
		j->state = JSON_OFF;
	else if (--j->hex == 0)
		j->state = JSON_STRING;
}

/* A number or a word ends here: with a delimiter, or this is not JSON. */
static void token_end(struct json_cut *j, unsigned char c)
{
	j->state = JSON_OFF;
	if (among(c, " \t\r\n,:]}")) {
		j->state = JSON_BETWEEN;
		token(j, c);
	}
}

static bool json_cut_step(struct json_cut *j, unsigned char c)
{
	switch (j->state) {
	case JSON_OFF:
		break;
	case JSON_BETWEEN:
		token(j, c);
		break;
	case JSON_STRING:
		string(j, c);
		break;
	case JSON_ESCAPE:
		escape(j, c);
		break;
	case JSON_HEX:
		hex(j, c);
		break;
	case JSON_NUMBER:
		if (!is_digit(c) && !among(c, "+-.eE"))
			token_end(j, c);
		break;
	case JSON_WORD:
		if (!*j->word)
			token_end(j, c);
		else if (c != (unsigned char)*j->word++)
			j->state = JSON_OFF;
		break;
	case JSON_DONE:
		if (among(c, "{["))
			return true;
		if (!among(c, " \t\r\n"))
			j->state = JSON_OFF;
		break;
	}
	return false;
}

/* ---- the stream ---- */

enum where {
	AT_LINE,	/* at the start of a line */
	AT_BLANKS,	/* behind it, only blanks so far */
	IN_LINE,	/* behind the first other character */
};

struct stream {
	stream_read_fn *read;
	void *ctx;
	const char *name;
	size_t max_document;
	struct buf buf;
	size_t start;		/* of the piece, in buf */
	size_t at;		/* how far it was looked at */
	uint32_t line, column;	/* of the piece's start in the file */
	uint32_t breaks;	/* LFs between the piece's start and `at` */
	bool begun, eof;
	bool only_lf;		/* no other byte in buf may begin a break */
	/* of the piece */
	enum where where;
	bool marked;		/* has its `---` */
	size_t mark;		/* behind it, from the piece's start */
	bool content;		/* has anything to read */
	bool first_seen;	/* its first character but blanks */
	bool ended;		/* has its `...` */
	bool on_end_line;	/* is still on that line */
	size_t end;		/* of that line: where the piece ends */
	bool directives;	/* %YAML or %TAG since the last content */
	size_t directives_at;
	struct json_cut json;
	bool is_json;
};

struct stream *stream_new(stream_read_fn *read, void *ctx, const char *name,
			  size_t max_document)
{
	struct stream *s = mem_alloc(sizeof(*s));

	*s = (struct stream){ .read = read,
			      .ctx = ctx,
			      .name = name,
			      .max_document = max_document,
			      .line = 1,
			      .column = 1 };
	return s;
}

void stream_free(struct stream *s)
{
	if (!s)
		return;
	buf_release(&s->buf);
	mem_free(s);
}

static struct pos here(const struct stream *s)
{
	return (struct pos){ s->name, s->line, s->column };
}

static void compact(struct stream *s)
{
	size_t gone = s->start;

	if (!gone)
		return;
	buf_drop(&s->buf, gone);
	s->start = 0;
	s->at -= gone;
	if (s->ended && !s->on_end_line)
		s->end -= gone;
	if (s->directives)
		s->directives_at -= gone;
}

static int too_large(const struct stream *s, struct err *e)
{
	return err_set(e, here(s),
		       "the document is larger than %zu bytes"
		       " (see --max-document)",
		       s->max_document);
}

/* A line break other than LF, or what may be the beginning of one at the end of
 * the chunk: CR, NEL, U+2028 or U+2029. */
static bool other_break(str rest)
{
	const unsigned char *p = (const void *)rest.p;

	switch (p[0]) {
	case '\r':
		return true;
	case 0xc2:
		return rest.n < 2 || p[1] == 0x85;
	case 0xe2:
		return rest.n < 3 || (p[1] == 0x80 && (p[2] & 0xfe) == 0xa8);
	default:
		return false;
	}
}

/* Is one of eight bytes CR, or not ASCII? */
static bool may_break(const char *p)
{
	uint64_t w;

	memcpy(&w, p, 8);
	return bytes_that_are(w, '\r') | bytes_beyond(w);
}

/* True if LF is the only byte that may begin a line break. */
static bool only_lf(str text)
{
	for (size_t i = 0; i < text.n; i++) {
		while (text.n - i >= 8 && !may_break(text.p + i))
			i += 8;
		if (i < text.n && other_break(str_sub(text, i, text.n)))
			return false;
	}
	return true;
}

/* How much to read: a chunk, or what there is room for.  So a short text is not
 * moved to find out that it ends. */
static size_t make_room(struct stream *s)
{
	if (s->buf.cap - s->buf.n <= CHUNK / 4)
		buf_reserve(&s->buf, CHUNK);
	return s->buf.cap - s->buf.n < CHUNK ? s->buf.cap - s->buf.n : CHUNK;
}

/* Read more text. */
static int fill(struct stream *s, struct err *e)
{
	size_t have = s->buf.n - s->start, room, known;
	int64_t n;

	/* the head of the next line may be there already */
	if (have > LINE_HEAD && have - LINE_HEAD > s->max_document)
		return too_large(s, e);
	compact(s);
	room = make_room(s);
	n = s->read(s->ctx, s->buf.p + s->buf.n, room);
	if (n < 0)
		return err_set(e, (struct pos){ s->name, 0, 0 },
			       "cannot read: %s", strerror(errno));
	/* text left of other pieces is short, or not searched again */
	known = s->only_lf ? s->buf.n : 0;
	s->only_lf = s->only_lf || s->buf.n < CHUNK;
	s->buf.n += (size_t)n;
	s->only_lf = s->only_lf &&
		     only_lf(str_sub(buf_str(&s->buf), known, s->buf.n));
	s->eof = n == 0;
	return 0;
}

/* The first four bytes show the encoding: by a BOM, or by the position of the
 * NULs of an ASCII character.  Longer patterns come first. */
static const struct encoding {
	const char *name;
	size_t n;
	unsigned char byte[4], mask[4];
} encodings[] = {
	{ "UTF-32 (little endian)", 4, { 0xff, 0xfe, 0, 0 },
	  { 0xff, 0xff, 0xff, 0xff } },
	{ "UTF-32 (big endian)", 4, { 0, 0, 0xfe, 0xff },
	  { 0xff, 0xff, 0xff, 0xff } },
	{ "UTF-32 (little endian)", 4, { 0, 0, 0, 0 },
	  { 0, 0xff, 0xff, 0xff } },
	{ "UTF-32 (big endian)", 4, { 0, 0, 0, 0 }, { 0xff, 0xff, 0xff, 0 } },
	{ "UTF-16 (little endian)", 2, { 0xff, 0xfe }, { 0xff, 0xff } },
	{ "UTF-16 (big endian)", 2, { 0xfe, 0xff }, { 0xff, 0xff } },
	{ "UTF-16 (little endian)", 2, { 0, 0 }, { 0, 0xff } },
	{ "UTF-16 (big endian)", 2, { 0, 0 }, { 0xff, 0 } },
};

static bool encoded(const struct encoding *enc, str text)
{
	if (text.n < enc->n)
		return false;
	for (size_t i = 0; i < enc->n; i++)
		if (((unsigned char)text.p[i] & enc->mask[i]) != enc->byte[i])
			return false;
	return true;
}

/* Skip a BOM, reject what is not UTF-8. */
static int begin(struct stream *s, struct err *e)
{
	while (s->buf.n < 4 && !s->eof)
		if (fill(s, e))
			return -1;
	s->begun = true;
	for (size_t i = 0; i < ARRAY_SIZE(encodings); i++)
		if (encoded(&encodings[i], buf_str(&s->buf)))
			return err_set(e, here(s),
				       "the text is %s; only UTF-8 is "
				       "supported",
				       encodings[i].name);
	if (str_starts(buf_str(&s->buf), STR("\xef\xbb\xbf")))
		s->at = 3;
	return 0;
}

/* The bytes that may begin a line break. */
static const bool break_lead[256] = {
	['\n'] = true, ['\r'] = true, [0xc2] = true, [0xe2] = true,
};

static str rest_of(const struct stream *s)
{
	return (str){ s->buf.p + s->at, s->buf.n - s->at };
}

/* True if more text could make s->at a line break, or a wider one. */
static bool break_unsure(const struct stream *s)
{
	return !s->eof && s->buf.n - s->at < 3 && s->buf.p[s->at] != '\n' &&
	       break_lead[(unsigned char)s->buf.p[s->at]];
}

/* True if the line begins with `mark` and a blank or line break. */
static bool line_begins(str line, str mark)
{
	str after = str_sub(line, mark.n, line.n);

	return str_starts(line, mark) &&
	       (!after.n || after.p[0] == ' ' || after.p[0] == '\t' ||
		yaml_break_width(after));
}

/* A line `---`.  True: the piece ends before it, at *cut. */
static bool see_start(struct stream *s, size_t *cut)
{
	if (s->ended) {
		*cut = s->end;
		return true;
	}
	if (s->marked || s->content) {
		*cut = s->directives ? s->directives_at : s->at;
		return true;
	}
	s->marked = true;
	s->directives = false;
	s->at += 3;
	s->mark = s->at - s->start;
	s->where = AT_BLANKS;
	return false;
}

/* A line `...`.  Without a document before it that is an error, which the
 * reader reports. */
static void see_end(struct stream *s)
{
	if (!s->marked)
		s->content = true;
	s->ended = s->on_end_line = true;
	s->directives = false;
	s->first_seen = true;
	s->json.state = JSON_OFF;
	s->at += 3;
	s->where = AT_BLANKS;
}

/* A line of %YAML or %TAG. */
static bool see_directive(struct stream *s, size_t *cut)
{
	if (s->ended) {
		*cut = s->end;
		return true;
	}
	if (!s->directives)
		s->directives_at = s->at;
	s->directives = true;
	s->first_seen = true;
	s->json.state = JSON_OFF;
	s->where = IN_LINE;
	return false;
}

/* True if the rest of a line no longer matters. */
static bool settled(const struct stream *s)
{
	return s->content && !s->ended && !s->directives;
}

/* Is s->at the start of the line below the piece's `---`, with nothing else on
 * that one?  kubectl reads a document from here, so it may have a BOM. */
static bool is_behind_mark(const struct stream *s)
{
	str text = str_sub(buf_str(&s->buf), s->start, s->at);
	size_t at = s->mark;

	if (!s->marked || s->content)
		return false;
	at = skip_blanks(text, at);
	text = str_sub(text, at, text.n);
	return text.n && yaml_break_width(text) == text.n;
}

/* These three move s->at on.  True if the piece ends, at *cut.  They leave s as
 * it is if there is too little text. */
static bool at_line(struct stream *s, size_t *cut)
{
	str line = rest_of(s);

	if (!line.n || (line.n < LINE_HEAD && !s->eof))
		return false;
	if (str_starts(line, STR("\xef\xbb\xbf")) && is_behind_mark(s)) {
		s->at += 3;
		return false;
	}
	if (line.p[0] != '-' && line.p[0] != '.' && line.p[0] != '%') {
		s->where = settled(s) ? IN_LINE : AT_BLANKS;
		return false;
	}
	if (line_begins(line, STR("---")))
		return see_start(s, cut);
	if (line_begins(line, STR("%YAML")) || line_begins(line, STR("%TAG")))
		return see_directive(s, cut);
	if (line_begins(line, STR("...")))
		see_end(s);
	else
		s->where = AT_BLANKS;
	return false;
}

static bool at_blanks(struct stream *s)
{
	char c;

	while (s->at < s->buf.n &&
	       is_blank(s->buf.p[s->at]))
		s->at++;
	if (s->at == s->buf.n || break_unsure(s))
		return false;
	s->where = IN_LINE;
	if (yaml_break_width(rest_of(s)))
		return false;
	c = s->buf.p[s->at];
	if (!s->first_seen && (c == '{' || c == '[')) {
		s->is_json = true;
		json_cut_init(&s->json);
	}
	/* a comment may be between `---` and JSON, not above it */
	s->first_seen = s->first_seen || c != '#' || !s->marked;
	if (c == '#')
		return false;
	s->content = true;
	s->ended = s->on_end_line = false;
	s->directives = false;
	return false;
}

static void next_line(struct stream *s, size_t width)
{
	s->at += width;
	s->breaks += s->buf.p[s->at - 1] == '\n';
	s->where = AT_LINE;
	if (s->on_end_line)
		s->end = s->at;
	s->on_end_line = false;
}

/* To the next byte that may begin a line break. */
static void skip_to_lead(struct stream *s)
{
	const char *p = s->buf.p + s->at, *end = s->buf.p + s->buf.n;

	if (s->only_lf)
		p = memchr(p, '\n', (size_t)(end - p));
	else
		while (p < end && !break_lead[(unsigned char)*p])
			p++;
	if (!p)
		p = end;
	s->at = (size_t)(p - s->buf.p);
}

static bool in_line(struct stream *s, size_t *cut)
{
	for (;; s->at++) {
		unsigned char c;
		size_t width;

		if (s->json.state == JSON_OFF)
			skip_to_lead(s);
		if (s->at == s->buf.n)
			return false;
		c = (unsigned char)s->buf.p[s->at];
		if (s->json.state != JSON_OFF && json_cut_step(&s->json, c)) {
			*cut = s->at;
			return true;
		}
		/* JSON may have NEL, LS and PS in strings */
		if (!break_lead[c] || s->json.state == JSON_STRING)
			continue;
		if (break_unsure(s))
			return false;
		width = yaml_break_width(rest_of(s));
		if (width) {
			next_line(s, width);
			return false;
		}
	}
}

static bool look(struct stream *s, size_t *cut)
{
	switch (s->where) {
	case AT_LINE:
		return at_line(s, cut);
	case AT_BLANKS:
		return at_blanks(s);
	default:
		return in_line(s, cut);
	}
}

/* Find the end of the piece. */
static int find_cut(struct stream *s, size_t *cut, struct err *e)
{
	for (;;) {
		size_t at = s->at;
		enum where where = s->where;

		if (look(s, cut))
			return 0;
		if (s->at != at || s->where != where)
			continue;
		if (s->eof)
			break;
		if (fill(s, e))
			return -1;
	}
	*cut = s->ended && !s->on_end_line ? s->end : s->buf.n;
	return 0;
}

/* Move line and column behind a piece, which ends at s->at or some lines before
 * it. */
static void advance(struct stream *s, size_t cut)
{
	const char *p = s->buf.p;
	size_t line = cut;

	s->line += s->breaks;
	for (size_t i = cut; i < s->at; i++)
		s->line -= p[i] == '\n';
	while (line > s->start && p[line - 1] != '\n')
		line--;
	if (line > s->start)
		s->column = 1;
	for (; line < cut; line++)
		s->column += ((unsigned char)p[line] & 0xc0) != 0x80;
}

static void next_piece(struct stream *s, size_t cut)
{
	s->start = s->at = cut;
	s->breaks = 0;
	s->where = AT_LINE;
	s->marked = s->content = s->first_seen = false;
	s->ended = s->on_end_line = s->directives = s->is_json = false;
	s->json.state = JSON_OFF;
}

int stream_next(struct stream *s, struct piece *out, struct err *e)
{
	size_t cut;

	if ((!s->begun && begin(s, e)) || find_cut(s, &cut, e))
		return -1;
	if (cut == s->start)
		return 0;
	out->text = str_sub(buf_str(&s->buf), s->start, cut);
	if (out->text.n > s->max_document)
		return too_large(s, e);
	out->line = s->line;
	out->column = s->column;
	out->blank = !s->content && !s->directives;
	out->json = s->is_json;
	out->mark = s->marked ? s->mark : 0;
	advance(s, cut);
	next_piece(s, cut);
	return 1;
}
