/*
 * mapping - what a map means: keys as JSON has them, `<<`, a key twice.
 */
#ifndef YAML_MAPPING_H
#define YAML_MAPPING_H

#include "tree/node.h"

/* Is this scalar, read in a key's place, a merge key?  `tag` is its own. */
bool mapping_is_merge(str text, str tag, bool plain);
/* May this be the value of a merge key? */
bool mapping_merges(const struct node *value);
/* Turn a node into the key that it stands for (see tree/node.h: text). */
void mapping_key(struct arena *a, struct node *key);
/*
 * Fill a map's entries from what is written, pairs of key and value.
 * merge[i] says that pair i is a `<<` that acts; NULL: none does.
 * Keys that stand twice are added to `twice` (of const struct node *).
 */
void mapping_fill(struct arena *a, struct node *map,
		  const struct entry *written, uint32_t n, const bool *merge,
		  struct buf *twice);

#endif
