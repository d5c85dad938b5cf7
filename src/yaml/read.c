/*
 * read - pass libyaml's events to yaml/build.c.
 *
 * The only file that includes <yaml.h>.  libyaml's marks count characters
 * after a BOM; only read_event() and the errors use them.  Its scanner is
 * quadratic in nesting depth, but looks at most 1024 characters ahead for the
 * colon of a key: so counting depth by events stops it in time.
 */
#include "yaml/read.h"

#include <string.h>
#include <yaml.h>

#include "tree/utf8.h"
#include "yaml/build.h"

#define DIRECTIVES_MAX 1000

struct reader {
	yaml_parser_t parser;
	struct places places;
	struct build build;
};

static size_t byte_of(struct reader *r, yaml_mark_t mark)
{
	return places_byte(&r->places, mark.index);
}

static str text_of(const yaml_char_t *z)
{
	return z ? str_of((const char *)z) : STR_NONE;
}

/* An error at a byte that YAML does not allow, which has no mark. */
static int reader_error(struct reader *r)
{
	const yaml_parser_t *p = &r->parser;
	struct pos pos = source_pos(r->build.source,
				    r->places.bom + p->problem_offset);

	if (p->problem_value < 0)
		return err_set(r->build.err, pos, "%s", p->problem);
	return err_set(r->build.err, pos, "%s (%s%0*X)", p->problem,
		       strstr(p->problem, "octet") ? "0x" : "U+",
		       strstr(p->problem, "octet") ? 2 : 4,
		       (unsigned)p->problem_value);
}

/* libyaml accepts a BOM at the start of a line, but is one column off after it;
 * Go's parser reads it as text.  True with the error set if one is at `at` or
 * above it. */
static bool has_bom_inside(struct reader *r, size_t at)
{
	str text = str_sub(r->build.source->text, 0, at);
	size_t line = text.n;

	if (r->places.ascii)
		return false;
	while (line > r->places.bom) {
		line--;
		if ((line && text.p[line - 1] != '\n') ||
		    !str_starts(str_sub(text, line, text.n), STR(UTF8_BOM)))
			continue;
		err_set(r->build.err, source_pos(r->build.source, line),
			"a byte order mark (U+FEFF) is allowed only at the "
			"start of a file, or of a document directly below "
			"its ---; remove it");
		return true;
	}
	return false;
}

static int parser_error(struct reader *r)
{
	const yaml_parser_t *p = &r->parser;
	struct pos pos;

	if (p->error == YAML_MEMORY_ERROR)
		mem_fail();
	if (p->error == YAML_READER_ERROR)
		return reader_error(r);
	if (has_bom_inside(r, byte_of(r, p->problem_mark)))
		return -1;
	pos = source_pos(r->build.source, byte_of(r, p->problem_mark));
	if (!p->context)
		return err_set(r->build.err, pos, "%s", p->problem);
	return err_set(r->build.err, pos, "%s %s", p->problem, p->context);
}

static enum node_style style_of(yaml_scalar_style_t style)
{
	switch (style) {
	case YAML_SINGLE_QUOTED_SCALAR_STYLE:
		return STYLE_SINGLE;
	case YAML_DOUBLE_QUOTED_SCALAR_STYLE:
		return STYLE_DOUBLE;
	case YAML_LITERAL_SCALAR_STYLE:
		return STYLE_LITERAL;
	case YAML_FOLDED_SCALAR_STYLE:
		return STYLE_FOLDED;
	default:
		return STYLE_PLAIN;
	}
}

static int scalar_event(struct build *b, struct build_event *ev,
			const yaml_event_t *event)
{
	ev->anchor = text_of(event->data.scalar.anchor);
	ev->tag = text_of(event->data.scalar.tag);
	ev->text.p = (const char *)event->data.scalar.value;
	ev->text.n = event->data.scalar.length;
	ev->style = style_of(event->data.scalar.style);
	return build_scalar(b, ev);
}

static int read_event(struct reader *r, const yaml_event_t *event)
{
	struct build *b = &r->build;
	struct build_event ev = { 0 };

	ev.start = byte_of(r, event->start_mark);
	ev.end = byte_of(r, event->end_mark);
	ev.one_line = event->start_mark.line == event->end_mark.line;
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return scalar_event(b, &ev, event);
	case YAML_ALIAS_EVENT:
		ev.text = text_of(event->data.alias.anchor);
		return build_alias(b, &ev);
	case YAML_SEQUENCE_START_EVENT:
		ev.anchor = text_of(event->data.sequence_start.anchor);
		ev.tag = text_of(event->data.sequence_start.tag);
		ev.flow = event->data.sequence_start.style ==
			  YAML_FLOW_SEQUENCE_STYLE;
		return build_open(b, NODE_LIST, &ev);
	case YAML_MAPPING_START_EVENT:
		ev.anchor = text_of(event->data.mapping_start.anchor);
		ev.tag = text_of(event->data.mapping_start.tag);
		ev.flow = event->data.mapping_start.style ==
			  YAML_FLOW_MAPPING_STYLE;
		return build_open(b, NODE_MAP, &ev);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return build_close(b, ev.end);
	case YAML_DOCUMENT_START_EVENT:
		if (b->doc->root)
			return err_set(b->err, source_pos(b->source, ev.start),
				       "a second document begins here, but "
				       "only one is expected");
		b->root_at = ev.end;
		return 0;
	default:
		return 0;
	}
}

static void delete_event(void *ctx)
{
	yaml_event_delete(ctx);
}

/* Read to the end of the text, or of its first document. */
static int read_events(struct reader *r, bool first)
{
	yaml_event_type_t last =
		first ? YAML_DOCUMENT_END_EVENT : YAML_STREAM_END_EVENT;
	struct mem_cleanup cleanup;
	yaml_event_t event;
	bool done = false;
	int result = 0;

	while (!result && !done) {
		if (!yaml_parser_parse(&r->parser, &event))
			return parser_error(r);
		mem_defer(&cleanup, delete_event, &event);
		result = read_event(r, &event);
		mem_settle(&cleanup);
		done = event.type == last ||
		       event.type == YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
	}
	return result;
}

static void no_document(struct build *b)
{
	struct node *n = arena_new(b->arena, struct node);

	n->kind = NODE_NULL;
	n->text = "";
	n->start = n->end = (uint32_t)b->root_at;
	n->source = b->source;
	b->doc->root = n;
}

/* Limit the directives: libyaml compares each with all before it. */
static int check_directives(const struct source *source, size_t from,
			    struct err *e)
{
	str text = source->text;
	size_t at = place_skip_gap(text, from);

	for (int n = 0; at < text.n && text.p[at] == '%'; n++) {
		if (n == DIRECTIVES_MAX)
			return err_set(e, source_pos(source, at),
				       "more than %d directives",
				       DIRECTIVES_MAX);
		at = place_skip_gap(text, place_line_end(text, at));
	}
	return 0;
}

/* Most documents are read here. */
static bool read_quickly(struct arena *a, const struct source *source,
			 struct sieve *sieve, str raw, struct document *doc)
{
	const struct arena mark = *a;
	struct build b;
	bool ok;

	build_init(&b, a, source, doc, NULL);
	b.sieve = sieve;
	b.raw = raw;
	ok = quick_read(&b);
	if (ok)
		build_finish(&b);
	build_release(&b);
	if (!ok) {
		arena_rewind(a, &mark);
		*doc = (struct document){ .source = source };
	}
	return ok;
}

str yaml_unindent(struct arena *a, str lines, size_t indent)
{
	char *text = arena_alloc(a, lines.n), *to = text;

	for (size_t at = 0, end; at < lines.n; at = end) {
		str line;

		end = str_find(lines, at, '\n');
		end += end < lines.n;
		line = str_sub(lines, at + indent, end);
		if (!line.n)	/* blank */
			line = str_sub(lines, end - 1, end);
		memcpy(to, line.p, line.n);
		to += line.n;
	}
	arena_trim(a, text, (size_t)(to - text));
	return (str){ text, (size_t)(to - text) };
}

bool yaml_read_quickly(struct arena *a, const struct source *source, str raw,
		       struct document *doc)
{
	*doc = (struct document){ .source = source };
	return source->text.n < UINT32_MAX &&
	       read_quickly(a, source, NULL, raw, doc);
}

static void delete_parser(void *ctx)
{
	yaml_parser_delete(ctx);
}

/* What to read of a text. */
enum extent {
	ALL,
	ALL_LINES,	/* as read by lines: the last has an end */
	FIRST,		/* its first document */
};

/* The text for libyaml, from byte `from` on. */
static str text_to_parse(struct arena *a, const struct source *source,
			 enum extent extent, size_t from)
{
	str text = source->text.n ? source->text : STR("");
	char *ended;

	text = str_sub(text, from, text.n);
	if (extent != ALL_LINES || !text.n || text.p[text.n - 1] == '\n' ||
	    text.p[text.n - 1] == '\r')
		return text;
	ended = arena_alloc(a, text.n + 1);
	memcpy(ended, text.p, text.n);
	ended[text.n] = '\n';
	return (str){ ended, text.n + 1 };
}

static int read_text(struct arena *a, const struct source *source,
		     enum extent extent, struct document *doc, struct err *e)
{
	struct mem_cleanup cleanup;
	struct reader r;
	str text;
	int result;

	places_init(&r.places, source->text);
	if (check_directives(source, r.places.bom, e))
		return -1;
	build_init(&r.build, a, source, doc, e);
	text = text_to_parse(a, source, extent, r.places.bom);
	if (!yaml_parser_initialize(&r.parser))
		mem_fail();
	mem_defer(&cleanup, delete_parser, &r.parser);
	yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&r.parser, (const unsigned char *)text.p,
				     text.n);
	result = read_events(&r, extent == FIRST);
	mem_settle(&cleanup);
	yaml_parser_delete(&r.parser);
	if (!result && doc->root && doc->root->start > r.places.bom &&
	    has_bom_inside(&r, doc->root->start))
		result = -1;
	if (!result) {
		if (!doc->root)
			no_document(&r.build);
		build_finish(&r.build);
	}
	build_release(&r.build);
	return result;
}

static int read_either(struct arena *a, const struct source *source,
		       enum extent extent, struct sieve *sieve,
		       struct document *doc, struct err *e)
{
	*doc = (struct document){ .source = source };
	if (source->text.n >= UINT32_MAX)
		return err_set(e, source_pos(source, 0),
			       "the document is too large: the limit is "
			       "4 GiB");
	if (sieve) {
		sieve->used = true;
		sieve->dropped = 0;
	}
	if (read_quickly(a, source, sieve, STR_NONE, doc))
		return 0;
	if (sieve) {
		sieve->used = false;
		sieve->dropped = 0;
	}
	return read_text(a, source, extent, doc, e);
}

int yaml_read(struct arena *a, const struct source *source,
	      struct document *doc, struct err *e)
{
	return read_either(a, source, ALL, NULL, doc, e);
}

int yaml_read_lines(struct arena *a, const struct source *source,
		    struct document *doc, struct err *e)
{
	return read_either(a, source, ALL_LINES, NULL, doc, e);
}

int yaml_read_first(struct arena *a, const struct source *source,
		    struct document *doc, struct err *e)
{
	return read_either(a, source, FIRST, NULL, doc, e);
}

int yaml_read_sieved(struct arena *a, const struct source *source,
		     struct sieve *sieve, struct document *doc, struct err *e)
{
	return read_either(a, source, ALL_LINES, sieve, doc, e);
}

const struct node *yaml_read_item(struct arena *a, const struct source *source,
				  size_t from, size_t to)
{
	struct document doc = { .source = source };
	struct build b;
	bool ok;

	build_init(&b, a, source, &doc, NULL);
	ok = quick_read_part(&b, from, to);
	build_release(&b);
	return ok && doc.root->kind == NODE_LIST && doc.root->n == 1 ?
		       doc.root->items[0] : NULL;
}

int yaml_read_fully(struct arena *a, const struct source *source,
		    struct document *doc, struct err *e)
{
	*doc = (struct document){ .source = source };
	return read_text(a, source, ALL, doc, e);
}
