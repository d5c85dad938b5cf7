/*
 * splice_internal - shared by the .c files of edit/splice; private to them.
 *
 * Calls go one way: splice.c takes the edits in turn and hands each to
 * splice_block.c or splice_flow.c, which turn it into cuts by cuts.c.  What
 * they need from splice.c, the lines of an item that moves, is a callback of
 * the emitter (style.item).
 */
#ifndef EDIT_SPLICE_INTERNAL_H
#define EDIT_SPLICE_INTERNAL_H

#include "edit/diff.h"
#include "edit/layout.h"

/* Replace bytes [from, to) by `text`. */
struct cut {
	size_t from, to;
	str text;
	/* Of insertions at one place the deepest collection's comes first,
	 * then the lower order, then the lower number. */
	size_t depth;
	uint32_t order;
	uint32_t number;
	bool open;		/* needs a line break behind it */
	/* The text now before the cut's end is a block scalar of something at
	 * `column` (with a `+` in its header, if `keeps`): see part_lines(). */
	bool lines;
	bool keeps;
	uint32_t column;
};

struct cuts {
	struct arena *arena;
	struct cut *list;
	uint32_t n;
	size_t cap;
};

struct splice {
	struct arena *arena;
	const struct document *doc;
	str text;
	size_t end;		/* of the text to edit: all, or a moved item */
	const struct edits *edits;
	struct cuts cuts;
	struct emit_style style;
	struct buf scratch;	/* the text of the next cut */
	bool bare;		/* see splice_bare() */
	/* Flow collection `tail_in` loses its last children; `tail_child` is
	 * the last one left.  The comma behind it is removed, unless a new
	 * child follows. */
	const struct node *tail_in;
	/* The line that was edited last, and how long it is by now. */
	struct {
		size_t from, to, grown;
	} line;
	uint32_t tail_child;
};

/* n adjacent edits of one operation in one collection; those of INSERT and ADD
 * are at one place. */
struct run {
	const struct edit *edits;
	uint32_t n;
};

/* Order of insertions at one place of one collection. */
enum { ORDER_VALUE, ORDER_COMMA, ORDER_CHILD };

/* ---- cuts.c ---- */

void cuts_sort(struct cuts *c);
/* Append [from, to) of text with the cuts made, in order; one that lies inside
 * another does not count.  True if the result ends with the text of an open
 * cut. */
bool cuts_write(const struct cuts *c, str text, size_t from, size_t to,
		struct buf *out);
/* Add a cut whose text is in scratch, which becomes empty.  `in` is the
 * collection that it edits, `last` the value that the text ends with; NULL:
 * the document, or nothing of interest. */
void splice_cut(struct splice *s, size_t from, size_t to,
		const struct node *in, uint32_t order,
		const struct node *last);
/* True if what the emitter writes for n ends in a scalar of several lines. */
bool splice_ends_in_lines(const struct node *n);
/* The block scalar at the end of the text of a read node, or NULL. */
const struct node *splice_last_block(const struct node *n);
/* What the header of a read block scalar says of its last line breaks: `+`, `-`
 * or 0. */
char splice_chomping(str t, const struct node *block);
/* Add a cut without text; valid until the next one. */
struct cut *splice_remove(struct splice *s, size_t from, size_t to,
			  const struct node *in);

/* ---- splice_block.c: edits in block collections, and of the root ---- */

void block_set(struct splice *s, const struct edit *e);
void block_expand(struct splice *s, const struct edit *e);
void block_insert(struct splice *s, struct run run);
void block_remove(struct splice *s, struct run run);

/* ---- splice_flow.c: edits in flow collections, JSON too ---- */

void flow_set(struct splice *s, const struct edit *e);
void flow_insert(struct splice *s, struct run run);
void flow_remove(struct splice *s, struct run run);
/* Remove the comma of tail_child; when all edits of a collection are done. */
void flow_drop_tail(struct splice *s);

#endif
