/*
 * diff_internal - shared by the .c files that compare trees; private to them.
 *
 * Calls go one way: diff.c compares the trees, aliases.c then
 * corrects the aliases, and both add to the list of edits in edits.c.
 * match.c also serves json_patch.c.
 */
#ifndef EDIT_DIFF_INTERNAL_H
#define EDIT_DIFF_INTERNAL_H

#include "edit/diff.h"

struct diff {
	struct arena *arena;
	const struct document *doc;
	struct edits *out;
	/* The wanted value of each old node with an extra (an anchor, a map
	 * with `<<`) that was compared: `compared` has its number in `wanted`.
	 */
	struct ptrmap compared;
	const struct node **wanted;
	size_t n_wanted, wanted_cap;
	/* Offsets of all used anchors and their aliases, sorted. */
	uint32_t *marks;
	uint32_t n_marks;
};

/* ---- edits.c: the list of edits ---- */

/* Append an edit; valid until the next one. */
struct edit *diff_add(struct diff *d, enum edit_op op, const struct node *in,
		      uint32_t at, const struct node *node);
/* The old value at an edit's place. */
const struct node *diff_old_value(const struct diff *d, const struct edit *e);
/* The written entry that gives entry i of a map. */
static inline uint32_t written_at(const struct node *map, uint32_t i)
{
	const struct written *w = map->extra ? map->extra->written : NULL;

	return w ? w->from[i] : i;
}
/*
 * The entries that the `<<` at written entry w gives its map, as a map.
 * `wanted` has the new value of each entry of the map, or NULL for one that is
 * removed; without `wanted` all entries are kept as they are.
 */
const struct node *diff_expansion(struct arena *a, const struct node *map,
				  uint32_t w, const struct node *const *wanted);

/* ---- aliases.c ---- */

/* Record where anchors and their aliases are; before the other two. */
void aliases_note(struct diff *d);
/* True if the text of a node can move: it neither defines an anchor in use nor
 * contains an alias. */
bool aliases_may_move(const struct diff *d, const struct node *n);
/* Add the edits that give each alias its wanted value where the other edits
 * change or remove its anchor. */
void aliases_settle(struct diff *d);

/* ---- match.c ---- */

/*
 * Pair the items of a wanted list with those of the old list.
 *
 * A wanted item corresponds to the old item that is its origin, else
 * (extra->merge_key) to the one with the same merge key.  In a list without
 * either, equal items at both ends correspond, then the rest by position.
 *
 * Takes n log n time for n items; everything lives in the arena.
 */

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
