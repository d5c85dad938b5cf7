/*
 * diff - the edits that turn one tree into another.
 *
 * Compares the tree that was read (old) with the wanted one and lists edits:
 * operation, place, node; never text.  Values decide: what is equal
 * gets no edit, whatever the pointers are, so a template that produces the
 * same sidecar again changes nothing.
 *
 * Maps are compared by key, lists item by item.  A wanted item corresponds to
 * the old item that is its origin, else (extra->merge_key) to the one with the
 * same merge key, else to the one at its position.  An item whose origin is
 * removed from its place has moved, within the list or to another one.
 *
 *	old		wanted		edits
 *	a: 1		a: 2		SET 0 (2)
 *	b: 2		c:		ADD c (list) after entry 0
 *	c:		- x: 1		INSERT (y: 2) after item 0 of c
 *	- x: 1		- y: 2		DELETE 1
 *
 * Aliases: one whose value changes is replaced by its own copy, unless it
 * wants what its anchor changes to.  Where an anchor's value changes, the
 * aliases that want the old value get copies of it; where the anchor is
 * removed, the first of several such aliases takes it over.
 *
 * The result and all it needs live in the arena and refer to both trees.
 */
#ifndef EDIT_DIFF_H
#define EDIT_DIFF_H

#include "base/ptrmap.h"
#include "yaml/read.h"

enum edit_op {
	EDIT_NONE,	/* dropped */
	EDIT_SET,	/* the value becomes `node`; in NULL: the root's */
	EDIT_RENAME,	/* the key of `at`, an alias, is written as its text */
	EDIT_DELETE,	/* remove entry `at` of map `in` */
	EDIT_EXPAND,	/* the `<<` at `at` becomes the entries of map `node` */
	EDIT_ADD,	/* add key `key` to map `in` after its entry `at` */
	EDIT_REMOVE,	/* remove item `at` of list `in` */
	EDIT_INSERT,	/* insert `node` into list `in` after its item `at` */
};

/* EDIT_INSERT before the first item. */
#define EDIT_FIRST UINT32_MAX

/* `at` counts the entries of a map as written (tree/node.h, struct written).
 * Edits of one operation in one place are adjacent, in the order of the text
 * that they produce. */
struct edit {
	enum edit_op op;
	bool anchor;			/* SET: define the alias' anchor here */
	bool moved;			/* inside an item that moves */
	uint32_t at;
	const struct node *in;		/* a read collection, or NULL */
	const struct node *key;		/* of EDIT_ADD */
	const struct node *node;
};

/* An item that moves from its old place (list `in`, item `at`) to where an
 * edit puts `item`.  Its lines move along, changed by the n_edits edits from
 * number `first` on, which affect nothing else. */
struct move {
	const struct node *item;
	const struct node *in;
	uint32_t at;
	uint32_t first, n_edits;
};

struct edits {
	struct edit *list;
	uint32_t n;
	size_t cap;
	struct move *moves;
	uint32_t n_moves;
	size_t moves_cap;
	struct ptrmap by_item;		/* a moved item's number in moves */
};

/* The entries of a map as they are written. */
static inline const struct entry *written_entries(const struct node *map,
						  uint32_t *n)
{
	const struct written *w = map->extra ? map->extra->written : NULL;

	*n = w ? w->n : map->n;
	return w ? w->entries : map->entries;
}

/* The edits that turn doc->root into `wanted`. */
struct edits *diff(struct arena *a, const struct document *doc,
		   const struct node *wanted);
/* The move that brings `item` where an edit puts it, or NULL. */
const struct move *edits_move(const struct edits *edits,
			      const struct node *item);

#endif
