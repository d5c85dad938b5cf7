/*
 * cuts - replacements in a text, gathered in any order and written at once.
 */
#ifndef EDIT_CUTS_H
#define EDIT_CUTS_H

#include "tree/node.h"

/* Bytes [from, to) become `text`. */
struct cut {
	size_t from, to;
	str text;
	size_t depth;	/* of two that insert at one place: the deeper first, */
	uint32_t order;	/* then the lower */
	uint32_t number;
	bool open;	/* needs a line break behind it */
	bool lines;	/* ends in a block scalar, of something at `column`, */
	bool keeps;	/* whose header has a + */
	uint32_t column;
};

struct cuts {
	struct arena *arena;
	struct cut *list;
	uint32_t n, cap;
};

/* The text must live as long as the arena. `depth` grows with the start of the
 * collection that the cut belongs to. Valid until the next call. */
struct cut *cuts_add(struct cuts *c, size_t from, size_t to, str text,
		     size_t depth, uint32_t order);
void cuts_sort(struct cuts *c);
/* Append [from, to) of text, cut; a cut inside another one does not count.
 * True if what was written ends with the text of a cut that is open. */
bool cuts_write(const struct cuts *c, str text, size_t from, size_t to,
		struct buf *out);

#endif
