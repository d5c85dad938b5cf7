/*
 * scan - RFC 8259 text to a tree (tree/node.h) with byte spans.
 *
 * Reads what libyaml cannot (surrogate pairs, raw DEL, a newline before a
 * colon, keys over 1024 bytes) and reads it as JSON: \/ is /, a lone surrogate
 * becomes U+FFFD as encoding/json has it.  Collections carry NODE_FLOW, texts
 * STYLE_DOUBLE, other scalars STYLE_PLAIN.  Duplicate keys: the last counts,
 * and extra->written has them all.  Numbers: NODE_INT, NODE_UINT or NODE_FLOAT
 * by their spelling, as tree/scalar has it for YAML; one that no double can
 * hold (1e400) is a NODE_FLOAT with NODE_BAD, so that a document which is only
 * copied may have it.  Nesting over NODE_DEPTH_MAX is refused, bad UTF-8 too.
 * Blanks around the value are allowed, and a BOM before it.
 *
 * Texts without escapes are views into source->text, which must outlive the
 * tree.
 */
#ifndef JSON_SCAN_H
#define JSON_SCAN_H

#include "tree/node.h"

/* The value that stands in source->text from byte `from` on (behind a `---`):
 * 0 with *root, or -1 with the error and its place. */
int json_scan(struct arena *a, const struct source *source, size_t from,
	      const struct node **root, struct err *e);

#endif
