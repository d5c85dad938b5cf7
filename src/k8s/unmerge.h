/*
 * unmerge - a pod without what a strategic merge of a patch has put into it.
 *
 * What the pod has as the patch has it goes; of items that are merged by key,
 * one that has nothing but what the patch's item has goes as a whole, whatever
 * its values are by now.  What the patch deleted or replaced does not come
 * back.  Maps and lists that become empty go.
 */
#ifndef K8S_UNMERGE_H
#define K8S_UNMERGE_H

#include "tree/node.h"

/* A version of pod, or pod itself where nothing goes. */
const struct node *unmerge_pod(struct arena *a, const struct node *pod,
			       const struct node *patch);

#endif
