/*
 * keyed - a pod that was read, its lists marked with the keys by which
 * strategic merge knows their items (extra->merge_key), for edit/diff.
 */
#ifndef K8S_KEYED_H
#define K8S_KEYED_H

#include "tree/node.h"

const struct node *keyed_pod(struct arena *a, const struct node *pod);

#endif
