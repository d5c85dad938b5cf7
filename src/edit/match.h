/*
 * match - pair the items of a wanted list with those of the old list.
 *
 * A wanted item corresponds to the old item that is its origin, else
 * (extra->merge_key) to the one with the same merge key.  In a list without
 * either, equal items at both ends correspond, then the rest by position.
 *
 * Takes n log n time for n items; everything lives in the arena.
 */
#ifndef EDIT_MATCH_H
#define EDIT_MATCH_H

#include "tree/node.h"

#define MATCH_NONE UINT32_MAX

struct match {
	const struct node *old, *wanted;
	uint32_t *old_at;	/* by wanted item: the old one, or MATCH_NONE */
	bool *taken;		/* by old item: it is matched */
	bool *stays;		/* by wanted item: matched, keeps its place */
	uint32_t staying;	/* how many of them stay */
};

/* Match two lists. */
struct match match_lists(struct arena *a, const struct node *old,
			 const struct node *wanted);

#endif
