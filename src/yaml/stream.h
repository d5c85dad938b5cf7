/*
 * stream - cut a stream of manifests into documents, byte for byte.
 *
 * Joined again, the pieces are the input.  A piece ends before a line `---`
 * (unless only blank lines, comments and directives precede it), after a
 * line `...`, and at the end of input; %YAML and %TAG right above a `---`
 * belong to what follows.  After `...` a new document must begin with `---`; if
 * it does not, the piece continues, so that reading it fails as reading the
 * stream does.  Lines are libyaml's: LF, CR, CRLF, NEL, LS and PS end one.
 *
 * A piece that begins with `{` or `[` and is lexically JSON also ends after its
 * value if another `{` or `[` follows: so JSON values may be concatenated.
 * (JSON cannot have `---` at the start of a line within a string.)
 *
 * A BOM may begin the stream, or the line below a `---` that has nothing else
 * on its line: kubectl reads each document by itself.  It belongs to the piece.
 *
 * One piece is held at a time: memory is that of the largest document.  Errors:
 * UTF-16 and UTF-32, and a document larger than `max_document` bytes.
 */
#ifndef YAML_STREAM_H
#define YAML_STREAM_H

#include "base/err.h"
#include "base/str.h"

/* Read up to n bytes into p.  Returns how many, 0 at the end, -1 with errno
 * set. */
typedef int64_t stream_read_fn(void *ctx, void *p, size_t n);

struct stream;

/* One document of the stream. */
struct piece {
	str text;		/* valid until the next call */
	uint32_t line, column;	/* of its first byte in the file */
	bool blank;		/* only blanks, comments and a `---` */
	bool json;		/* begins with { or [, maybe after a `---` */
	size_t mark;		/* the byte after its `---`; 0: it has none */
};

/* `name` is the file name for messages; it is not copied. */
struct stream *stream_new(stream_read_fn *read, void *ctx, const char *name,
			  size_t max_document);
/* Returns 1 with a piece, 0 at the end, -1 with an error. */
int stream_next(struct stream *s, struct piece *out, struct err *e);
void stream_free(struct stream *s);

#endif
