/*
 * scan - read JSON (RFC 8259) into a tree (tree/node.h) with byte spans.
 *
 * Reads what libyaml cannot (surrogate pairs, raw DEL, a line break before a
 * colon, keys of more than 1024 bytes), with the meaning of JSON: \/ is /, a
 * lone surrogate becomes U+FFFD as in encoding/json.  Collections have
 * NODE_FLOW, strings STYLE_DOUBLE, other scalars STYLE_PLAIN.  Of duplicate
 * keys the last counts, and extra->written has them all.  A number's kind
 * follows from its spelling as in YAML (tree/scalar.h); one that exceeds a
 * double (1e400) is a NODE_FLOAT with NODE_BAD, so that a document with it can
 * be copied.  Errors: nesting deeper than NODE_DEPTH_MAX, invalid UTF-8.
 * Blanks around the value and a BOM before it are allowed.
 *
 * The tree lives in the arena; strings without escapes are views into
 * source->text, which must outlive it.
 */
#ifndef JSON_SCAN_H
#define JSON_SCAN_H

#include "tree/node.h"

/* Read the value in source->text from byte `from` on (after a `---`).  Returns
 * 0 with *root, or -1 with the error and its place. */
int json_scan(struct arena *a, const struct source *source, size_t from,
	      const struct node **root, struct err *e);
/* The same, but leave out of a List what the sieve does not keep. */
int json_scan_sieved(struct arena *a, const struct source *source, size_t from,
		     struct sieve *sieve, const struct node **root,
		     struct err *e);
/* The value that bytes [from, to) of the text are. */
int json_scan_part(struct arena *a, const struct source *source, size_t from,
		   size_t to, const struct node **root, struct err *e);
/* The same, but the value at a path of keys, which ends with NULL, is checked
 * and becomes a NODE_NULL with its span: large parts that nobody looks at cost
 * no memory. */
int json_scan_without(struct arena *a, const struct source *source,
		      const char *const *path, const struct node **root,
		      struct err *e);

#endif
