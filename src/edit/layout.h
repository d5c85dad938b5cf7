/*
 * layout - where things stand in the text of a document that was read.
 *
 * Offsets are bytes.  A line ends with LF, CRLF or a lone CR, as for libyaml;
 * a BOM belongs to no line.  Columns count characters from 0.
 */
#ifndef EDIT_LAYOUT_H
#define EDIT_LAYOUT_H

#include "tree/node.h"
#include "yaml/emit.h"

size_t line_start(str t, size_t at);
/* The line break that ends the line, or t.n. */
size_t line_end(str t, size_t at);
/* The first byte of the next line, or t.n. */
size_t line_next(str t, size_t at);
uint32_t line_column(str t, size_t at);
/* Past spaces and tabs. */
size_t skip_blanks(str t, size_t at);
/* Past blanks, line breaks and comments; past commas too, if `commas`. */
size_t skip_gap(str t, size_t at, bool commas);
/* Nothing but blanks before it on its line. */
bool blank_before(str t, size_t at);
/* Nothing but blanks, or a comment, behind it on its line. */
bool blank_behind(str t, size_t at);
/* The line break in use around a place; LF where none is near. */
str line_break_at(str t, size_t at);
/* Does the node's text go over several lines? */
bool spans_lines(str t, const struct node *n);

/* Where the lines begin that belong to what starts the line at `start`: above
 * it, comments right at its column, down to `floor`. */
size_t comments_above(str t, size_t start, size_t floor);
/* The line behind what ends at `end` and behind the comments that follow it
 * from column `least` on. */
size_t behind_comments(str t, size_t end, uint32_t least);

/* Where the content of a read node starts, past its anchor and tag. */
size_t content_start(const struct node *n);
/* The number of children as written. */
uint32_t child_count(const struct node *in);
/* Where child k of a read collection starts: at its dash in a block list, at
 * its `?` or key in a map. */
size_t child_start(str t, const struct node *in, uint32_t k);
/* Where its value ends. */
size_t child_end(const struct node *in, uint32_t k);
const struct node *child_value(const struct node *in, uint32_t k);
/* Behind the colon of entry k; 0 where it has none. */
size_t colon_end(str t, const struct node *map, uint32_t k);
/* The comma behind child k of a flow collection; t.n where there is none. */
size_t comma_behind(str t, const struct node *in, uint32_t k);
/* The column that the keys or dashes of a block collection share. */
uint32_t child_column(str t, const struct node *in);

/* The quote around a text that was read, or 0. */
char quote_of(const struct node *n);

/* The habits of a document: how far things are indented, by a vote of its
 * first collections. */
void layout_style(str t, const struct node *root, struct emit_style *style);

/* The same of a document in flow style, JSON or KYAML: blanks, quotes, and how
 * lists of maps are broken into lines, by the first that shows it. */
void layout_flow_style(str t, const struct node *root,
		       struct emit_style *style);

#endif
