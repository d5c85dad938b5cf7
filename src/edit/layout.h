/*
 * layout - find lines, comments and children in the text of a document, and
 * recognize its style.
 *
 * Offsets are bytes.  A line ends with LF, CRLF or a lone CR, as for libyaml;
 * a BOM belongs to no line.  Columns count characters from 0.
 */
#ifndef EDIT_LAYOUT_H
#define EDIT_LAYOUT_H

#include "base/chars.h"
#include "tree/node.h"
#include "yaml/emit.h"

/* ---- lines ---- */

/* The first byte of the line that byte `at` is in. */
size_t line_start(str t, size_t at);
/* The line break that ends the line, or t.n. */
size_t line_end(str t, size_t at);
/* The first byte of the next line, or t.n. */
size_t line_next(str t, size_t at);
/* The column of byte `at`. */
uint32_t line_column(str t, size_t at);
/* Skip blanks, line breaks and comments, and commas if `commas`. */
size_t skip_gap(str t, size_t at, bool commas);
/* True if only blanks precede `at` on its line. */
bool blank_before(str t, size_t at);
/* True if only blanks, or a comment, follow on the line. */
bool blank_behind(str t, size_t at);
/* The kind of line break in use around a place; LF if none is near. */
str line_break_at(str t, size_t at);
/* True if the node's text has more than one line. */
bool spans_lines(str t, const struct node *n);

/* ---- comments ---- */

/* The start of the comments that belong to the line at `start`: those directly
 * above it at its column, but none before `floor`. */
size_t comments_above(str t, size_t start, size_t floor);
/* The line after what ends at `end`, and after the comments that follow at
 * column `least` or deeper. */
size_t behind_comments(str t, size_t end, uint32_t least);

/* ---- nodes ---- */

/* Where the content of a read node starts, after its anchor and tag. */
size_t content_start(const struct node *n);
/* The number of children as written. */
uint32_t child_count(const struct node *in);
/* Where child k of a read collection starts: at its dash in a block list, at
 * its `?` or key in a map. */
size_t child_start(str t, const struct node *in, uint32_t k);
/* Where the value of child k ends. */
size_t child_end(const struct node *in, uint32_t k);
/* The value of child k. */
const struct node *child_value(const struct node *in, uint32_t k);
/* The byte after the colon of entry k; 0 if it has none. */
size_t colon_end(str t, const struct node *map, uint32_t k);
/* The comma behind child k of a flow collection; t.n if there is none. */
size_t comma_behind(str t, const struct node *in, uint32_t k);
/* The common column of the keys or dashes of a block collection. */
uint32_t child_column(str t, const struct node *in);
/* The quote around a read string, or 0. */
char quote_of(const struct node *n);

/* ---- style ---- */

/* Set the indentation that the document uses: a majority vote of its first
 * collections. */
void layout_style(str t, const struct node *root, struct emit_style *style);
/* The same for a document in flow style, JSON or KYAML: spacing, quotes, and
 * how lists of maps are broken into lines, as in the first of each. */
void layout_flow_style(str t, const struct node *root,
		       struct emit_style *style);

#endif
