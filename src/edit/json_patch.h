/*
 * json_patch - a JSON Patch (RFC 6902) that turns one tree into another.
 *
 * Applied to the JSON of the old tree it gives the JSON of the wanted one.
 * Equal values are left alone; lists are compared as edit/match does, so a
 * container inserted before another takes one operation, and one that changes
 * its position is a "move".
 *
 * Members of an object that are null, false, 0, "" or empty are replaced as a
 * whole, by "add": an API server drops many of those from what it stores, and
 * "replace", or a path below such a member, would fail where it is missing.
 */
#ifndef EDIT_JSON_PATCH_H
#define EDIT_JSON_PATCH_H

#include "tree/node.h"

/* Append the patch to `out` as one line of JSON, `[]` if the trees are equal.
 * Returns its number of operations.  The arena is used for working memory. */
uint32_t json_patch_write(struct arena *a, const struct node *old,
			  const struct node *wanted, struct buf *out);

#endif
