/*
 * diff_walk - what the parts of edit/diff share; for nobody else.
 */
#ifndef EDIT_DIFF_WALK_H
#define EDIT_DIFF_WALK_H

#include "edit/diff.h"

struct diff {
	struct arena *arena;
	const struct document *doc;
	struct edits *out;
	/* What became of the nodes with an extra (anchors, maps with `<<`)
	 * that were compared: number in now. */
	struct ptrmap compared;
	const struct node **now;
	uint32_t n_now, now_cap;
	uint32_t *marks;	/* see anchors_note() */
	uint32_t n_marks;
};

/* Room for one more in an array in the arena that doubles when it is full. */
void *diff_grown(struct arena *a, void *list, uint32_t n, uint32_t *cap,
		 size_t size);

struct edit *diff_add(struct diff *d, enum edit_op op, const struct node *in,
		      uint32_t at, const struct node *node);
/* The value that stands at an edit's place, as read. */
const struct node *diff_old_value(const struct diff *d, const struct edit *e);
/* Compare the value at `at` of `in` with the wanted one. */
void diff_value(struct diff *d, const struct node *in, uint32_t at,
		const struct node *old, const struct node *wanted);
/* Compare inside a collection: false, and no edit, where nothing of it would
 * stay in its place. */
bool diff_map(struct diff *d, const struct node *old,
	      const struct node *wanted);
bool diff_list(struct diff *d, const struct node *old,
	       const struct node *wanted);
/* The entries that the `<<` at written entry w gives its map, as a map; with
 * `now`, which has a value or NULL for each entry of the map, only those that
 * are still wanted, with that value. */
const struct node *diff_expansion(struct arena *a, const struct node *map,
				  uint32_t w, const struct node *const *now);

#endif
