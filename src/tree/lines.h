/*
 * lines - line and column of many nodes of one text.
 *
 * node_pos() counts from the text's start, which is right for an error, of
 * which there is one; asked for every object of a long list it would be
 * quadratic.  Here what was counted is kept, a place every few thousand bytes.
 */
#ifndef TREE_LINES_H
#define TREE_LINES_H

#include "tree/node.h"

struct lines {
	struct arena *arena;
	const struct source *source;
	struct pos *at;		/* of every LINES_STEP-th byte */
	size_t n;		/* so many of them are known */
};

#define LINES_STEP ((size_t)4096)
#define LINES_INIT(arena, source) { (arena), (source), NULL, 0 }

/* As node_pos(); nodes of other texts are let through to it. */
struct pos lines_pos(struct lines *l, const struct node *n);

/* Has the text a break of YAML's that is no line feed: NEL, U+2028 or 2029, a
 * bare CR?  Then its lines are not what line feeds make of it. */
bool lines_are_rare(str text);

#endif
