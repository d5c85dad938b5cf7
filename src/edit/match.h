/*
 * match - which item of a list stands for which of its old version.
 *
 * A wanted item stands for the old one that is its origin, else
 * (extra->merge_key) for the one with the same merge key, else, where the list
 * knows neither, for the one at its position.
 */
#ifndef EDIT_MATCH_H
#define EDIT_MATCH_H

#include "tree/node.h"

#define MATCH_NONE UINT32_MAX

struct match {
	const struct node *old, *wanted;
	uint32_t *was;		/* by wanted item: the old one, or MATCH_NONE */
	bool *taken;		/* by old item: there is one that it was */
	bool *stays;		/* by wanted item: matched, and in place */
	uint32_t staying;	/* so many of them */
};

/* Two lists; all in the arena. */
struct match match_lists(struct arena *a, const struct node *old,
			 const struct node *wanted);

#endif
