/*
 * stream - cut a stream of manifests into documents, byte for byte.
 *
 * Joined again, the pieces are the input.  A piece ends before a line `---`
 * (unless only blank lines, comments and directives stand before it), after a
 * line `...`, and at the end of input; %YAML and %TAG right above a `---`
 * belong to what follows.  After `...` a new document must begin with `---`;
 * where it does not, the piece goes on, so that reading it fails as reading
 * the stream does.  Lines are libyaml's: LF, CR, CRLF, NEL, LS and PS end one.
 *
 * A piece that begins with `{` or `[` and is lexically JSON also ends after its
 * value, where another `{` or `[` follows: so JSON values may stand one after
 * the other.  JSON has no `---` inside strings at the start of a line (a line
 * break is not allowed there).
 *
 * One piece is held at a time: memory is that of the largest document.  UTF-16
 * and UTF-32 are refused by name, a document over `max_document` bytes too.
 */
#ifndef YAML_STREAM_H
#define YAML_STREAM_H

#include "base/err.h"
#include "base/str.h"

/* Up to n bytes into p: how many, 0 at the end, -1 with errno set. */
typedef int64_t stream_read_fn(void *ctx, void *p, size_t n);

struct stream;

struct piece {
	str text;		/* valid until the next call */
	uint32_t line, column;	/* of its first byte in the file */
	bool blank;		/* nothing but blanks, comments and a `---` */
	bool json;		/* begins with { or [, perhaps behind a `---` */
	size_t mark;		/* behind its `---`; 0: it has none */
};

struct stream *stream_new(stream_read_fn *read, void *ctx, const char *name,
			  size_t max_document);
/* 1 with a piece, 0 at the end, -1 with an error. */
int stream_next(struct stream *s, struct piece *out, struct err *e);
void stream_free(struct stream *s);

#endif
