/*
 * diff - what to change in a document so that it means something else.
 *
 * Compares the tree that was read with the one that is wanted and lists the
 * edits: operation, place, node; never text.  Values come first: what is equal
 * gets no edit, whatever the pointers say, so a template that produces the
 * same sidecar again changes nothing.
 *
 * Maps are compared by key, lists item by item: a new item stands for the old
 * one that is its origin, else (extra->merge_key) the one with the same merge
 * key, else the one at its position.  An item whose origin was removed from
 * its own place has moved, to another position or another list.
 *
 * Aliases: a use whose value changes is replaced by its own copy, unless it
 * wants what its anchor changes to.  Where an anchor's value changes, the uses
 * that still want the old one get copies of it; where the anchor goes, the
 * first of them takes it over.
 */
#ifndef EDIT_DIFF_H
#define EDIT_DIFF_H

#include "base/ptrmap.h"
#include "yaml/read.h"

enum edit_op {
	EDIT_NONE,	/* taken back */
	EDIT_SET,	/* the value becomes `node`; in NULL: the root's */
	EDIT_RENAME,	/* the key of `at` is spelled out as `node`'s text */
	EDIT_DELETE,	/* entry `at` of map `in` goes */
	EDIT_EXPAND,	/* the `<<` at `at` becomes the entries of map `node` */
	EDIT_ADD,	/* map `in` gets key `node` after its entry `at` */
	EDIT_REMOVE,	/* item `at` of list `in` goes */
	EDIT_INSERT,	/* list `in` gets `node` after its item `at` */
};

/* EDIT_INSERT before the first item. */
#define EDIT_FIRST UINT32_MAX

/* `at` counts the entries of a map as written (node.h, struct written). Edits
 * of one sort in one place stand together, in the order they are to have. */
struct edit {
	enum edit_op op;
	bool anchor;			/* SET: define the alias' anchor here */
	bool moved;			/* belongs to a move */
	uint32_t at;
	const struct node *in;		/* a read collection, or NULL */
	const struct node *key;		/* of EDIT_ADD */
	const struct node *node;
};

/* An item that left its place (list `in`, item `at`) for the one where `item`
 * is put; its lines go along, changed by n_edits edits from number `first` on,
 * which concern nothing else. */
struct move {
	const struct node *item;
	const struct node *in;
	uint32_t at;
	uint32_t first, n_edits;
};

struct edits {
	struct edit *list;
	uint32_t n, cap;
	struct move *moves;
	uint32_t n_moves, moves_cap;
	struct ptrmap by_item;		/* a moved item's number in moves */
};

/* How a map's entries stand in its text. */
static inline const struct entry *written_entries(const struct node *map,
						  uint32_t *n)
{
	const struct written *w = map->extra ? map->extra->written : NULL;

	*n = w ? w->n : map->n;
	return w ? w->entries : map->entries;
}

/* The edits that turn doc->root into `wanted`; all in the arena. */
struct edits *diff(struct arena *a, const struct document *doc,
		   const struct node *wanted);
/* The move that brings `item` where an edit puts it, or NULL. */
const struct move *edits_move(const struct edits *edits,
			      const struct node *item);

#endif
