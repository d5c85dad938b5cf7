/*
 * goyaml - a tree as sigs.k8s.io/yaml marshals it: what toYaml gives.
 *
 * That is go-yaml v2's block style byte for byte: keys in its natural order
 * (a2 before a10), a list at its key's column, text of several lines as a
 * literal block, other text on lines that are broken at the first blank past
 * 80 columns.  It is for templates, whose output is read again; what goes into
 * a manifest is written by yaml/emit.
 */
#ifndef GO_GOYAML_H
#define GO_GOYAML_H

#include "tree/node.h"

/* Appends the document, with its last line's end. */
void goyaml_write(struct buf *b, const struct node *n);

/* ---- the writer, between goyaml.c and goyaml_text.c ---- */

struct goyaml {
	struct buf *b;
	size_t column;		/* in characters */
	bool blank;		/* what is next needs no blank before it */
	bool fresh;		/* nothing but indentation and - ? : before it
				 * on this line */
};

enum { GOYAML_STEP = 2 };

/* To this column, on a new line if need be. */
void goyaml_indent(struct goyaml *y, size_t column);
/* A dash, a quote, ...: with a blank before it where one is needed. */
void goyaml_mark(struct goyaml *y, const char *mark, bool is_indentation);
/* Text as a scalar whose further lines stand at `column`; `key`: on one
 * line. */
void goyaml_text(struct goyaml *y, str s, size_t column, bool key);
/* Has it a line break, so that it can be no simple key? */
bool goyaml_has_break(str s);

#endif
