/*
 * patch - a JSON Patch (RFC 6902) that turns one tree into another.
 *
 * Applied to the old tree's JSON it gives the wanted one: operations stand in
 * an order in which each finds its place.  What is equal is left alone; lists
 * are compared as edit/match has it, so a container that is added before
 * another is one operation, and one that changes its place is a move.
 *
 * An object's members that are null, false, 0, "" or empty are set by `add`,
 * whole: an API server leaves many such out of what it stores, and `replace`,
 * or a path below, would fail where nothing is.
 */
#ifndef EDIT_PATCH_H
#define EDIT_PATCH_H

#include "tree/node.h"

/* Appends it to `out` as one line of JSON, `[]` where the trees are equal; says
 * how many operations it has. */
uint32_t patch_write(struct arena *a, const struct node *old,
		     const struct node *wanted, struct buf *out);

#endif
