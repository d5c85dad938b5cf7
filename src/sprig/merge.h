/*
 * merge - maps merged into maps, and values copied to their depths.
 *
 * merge is what sprig makes of mergo 1.0: the target's own values win, except
 * for zero ones ("", 0, false, nil, [] and {}), which count as absent; with
 * `overwrite` the source's win, zero or not.  Maps on both sides are merged in
 * place, whoever else holds the target's; a map that only the source has is
 * shared, not copied.  Lists are values like others.
 */
#ifndef SPRIG_MERGE_H
#define SPRIG_MERGE_H

#include "tmpl/func.h"

enum merge_outcome {
	MERGE_DONE,
	MERGE_MISFIT,	/* a pointer in the target, something else to merge */
	MERGE_FAILED,	/* the call has an error */
};

/* Merge the map `from` into `to`, a map of type t. */
enum merge_outcome merge_into(struct call *c, struct map *to,
			      const struct type *t, const struct value *from,
			      bool overwrite);

/* copystructure.Copy: 0, or -1 with the call's error. */
int copy_deep(struct call *c, struct value *out, const struct value *v);

#endif
