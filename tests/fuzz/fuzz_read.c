/*
 * Any bytes through yaml/stream and yaml/read: the pieces joined are the
 * input, a text that is read without cutting is one piece, a piece has the
 * verdict that it has within the stream, and every node's place is what
 * tree/node.h promises.
 */
#include <stdlib.h>
#include <yaml.h>

#include "../spans.h"
#include "base/chars.h"
#include "json/scan.h"
#include "tree/utf8.h"
#include "yaml/stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	str rest;
	size_t step;
};

static int64_t take(void *ctx, void *p, size_t n)
{
	struct input *in = ctx;

	if (n > in->step)
		n = in->step;
	if (n > in->rest.n)
		n = in->rest.n;
	if (n)
		memcpy(p, in->rest.p, n);
	in->rest = str_sub(in->rest, n, in->rest.n);
	return (int64_t)n;
}

static bool libyaml_accepts(str text)
{
	yaml_parser_t parser;
	yaml_event_t event;
	bool end = false, ok = true;

	if (!yaml_parser_initialize(&parser))
		abort();
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	if (str_starts(text, STR("\xef\xbb\xbf")))
		text = str_sub(text, 3, text.n);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text.p,
				     text.n);
	while (ok && !end) {
		ok = yaml_parser_parse(&parser, &event);
		end = ok && event.type == YAML_STREAM_END_EVENT;
		if (ok)
			yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	return ok;
}

static void read_piece(const struct piece *piece)
{
	struct arena a = ARENA_INIT;
	const struct source source = { .name = "fuzz", .text = piece->text,
				       .line = piece->line,
				       .column = piece->column,
				       .json = piece->json };
	struct spans spans = { .rereads = 100 };
	struct document doc;
	struct err e = ERR_INIT;
	const char *fault;

	if (yaml_read(&a, &source, &doc, &e)) {
		if (!e.set)
			abort();
	} else {
		fault = spans_fault(&spans, &doc);
		if (fault) {
			fprintf(stderr, "%s\n", fault);
			abort();
		}
		node_check(doc.root, &e);
	}
	arena_release(&a);
}

/* Two JSON values without a mark between them are one error to libyaml. */
static bool begins_json(str text)
{
	return text.n && (text.p[0] == '{' || text.p[0] == '[');
}

/* What istio/config_documents takes for one document without cutting. */
static bool is_read_whole(str text)
{
	struct arena a = ARENA_INIT;
	const struct source source = SOURCE_YAML("fuzz", text);
	struct document doc;
	struct err e = ERR_INIT;
	bool whole = false;

	if (text.n && text.p[0] == '{')
		whole = !json_scan(&a, &source, 0, &doc.root, &e);
	else if (text.n && is_alpha(text.p[0]))
		whole = yaml_read_quickly(&a, &source, STR_NONE, &doc);
	arena_release(&a);
	return whole;
}

/* A BOM below a `---` begins a document, as kubectl reads it; to libyaml it is
 * an odd character of the text. */
static bool has_later_bom(str text)
{
	return text.n && memmem(text.p + 1, text.n - 1, UTF8_BOM,
				strlen(UTF8_BOM));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t steps[] = { 1, 3, 7, 4096 };
	struct input in = { { (const char *)data, size }, 0 };
	str whole = in.rest;
	struct stream *s;
	struct piece piece;
	struct err e = ERR_INIT;
	size_t at = 0;
	int more;
	bool one = is_read_whole(whole);
	bool accepted = true, comparable = str_find(whole, 0, '%') == size &&
					   !has_later_bom(whole);

	in.step = steps[size % 4];
	s = stream_new(take, &in, "fuzz", 1 << 20);
	while ((more = stream_next(s, &piece, &e)) > 0) {
		if (!piece.text.n || at + piece.text.n > size ||
		    !str_eq(piece.text,
			    str_sub(whole, at, at + piece.text.n)))
			abort();
		if (one && (piece.text.n < size || piece.mark || piece.blank ||
			    piece.json != begins_json(whole)))
			abort();
		if (at && begins_json(piece.text))
			comparable = false;
		at += piece.text.n;
		accepted = accepted && libyaml_accepts(piece.text);
		read_piece(&piece);
	}
	if (more < 0 ? !e.set : at != size)
		abort();
	if (more == 0 && comparable && accepted != libyaml_accepts(whole))
		abort();
	stream_free(s);
	return 0;
}
