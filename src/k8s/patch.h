/*
 * patch - an object of the API as a strategic merge patch, the way Go's typed
 * code would have made it.
 *
 * encoding/json leaves out fields with omitempty that have their zero value
 * (and are no pointers), and writes no nulls.  Who merges trees that were
 * written by hand has to do the same to get the same objects.
 */
#ifndef K8S_PATCH_H
#define K8S_PATCH_H

#include "tree/node.h"

enum patch_zero {
	/* Zero values and nulls are not there: a typed object as a patch. */
	PATCH_ZERO_GONE,
	/* Zero values delete, nulls too: a patch of JSON after which the whole
	 * is read into its type.  Empty maps and lists that are merged do
	 * nothing. */
	PATCH_ZERO_DELETES,
};

/* n, a map, as the struct type "Pod", "Container", ...; n itself where nothing
 * is to be changed. */
const struct node *patch_typed(struct arena *a, const char *type,
			       const struct node *n, enum patch_zero zero);

#endif
