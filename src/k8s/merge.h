/*
 * merge - Kubernetes' strategic merge of a patch into a Pod, as
 * k8s.io/apimachinery's strategicpatch does it: merge keys, $patch,
 * $setElementOrder, $deleteFromPrimitiveList, $retainKeys, nulls that delete,
 * and the order of list items that comes of it (new items come first).
 *
 * The result shares every untouched node with `base`, or is `base` itself
 * where nothing changes; a value that the patch gives as it is already counts
 * as untouched.  A merged map or list is a derived node whose origin is the
 * base's; a merged item of a list likewise.  What is new are nodes of `patch`,
 * which keep their own places; those from which nulls or directives had to go
 * are derived from them.  A new key stands after the existing key that
 * precedes it in the API's field order (k8s/schema), else last; in maps
 * without a schema (labels) last.  A list that was merged by key says so in
 * extra->merge_key, for edit/diff.
 *
 * Strict is Kubernetes' behaviour to the letter.  Lenient differs where that
 * would refuse a Pod newer than the schema: an unknown map field is merged by
 * key, an unknown list field replaced, each with a warning; and where it would
 * copy nulls and directives of a new item into the Pod: they are left out.
 */
#ifndef K8S_MERGE_H
#define K8S_MERGE_H

#include "tree/node.h"

typedef void merge_warn_fn(void *ctx, struct pos pos, const char *text);

struct merge_options {
	bool strict;
	merge_warn_fn *warn;		/* lenient only; may be NULL */
	void *ctx;
	/* Where base stands in its object, for messages: "spec.template"; NULL
	 * or "": it is the object. */
	const char *path;
};

/* base, patch: a Pod or pod template ({metadata, spec}); NULL or a null node
 * count as {}.  NULL with the error set: its place is in the patch where the
 * patch is at fault, else in the base. */
const struct node *merge_pod(struct arena *a, const struct node *base,
			     const struct node *patch,
			     const struct merge_options *options,
			     struct err *e);

#endif
