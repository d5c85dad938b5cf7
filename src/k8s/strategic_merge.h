/*
 * strategic_merge - Kubernetes' strategic merge of a patch into a Pod, as in
 * k8s.io/apimachinery's strategicpatch: merge keys, $patch, $setElementOrder,
 * $deleteFromPrimitiveList, $retainKeys, nulls that delete, and the resulting
 * order of list items (new items come first):
 *
 *	base                    patch                   result
 *	containers:             containers:             containers:
 *	- name: app             - name: proxy           - name: proxy
 *	  image: app:1            image: proxy:2          image: proxy:2
 *	- name: log             - name: app             - name: app
 *	  image: log:1            image: app:2            image: app:2
 *	                                                - name: log
 *	                                                  image: log:1
 *
 * The result shares every unchanged node with `base`, or is `base` itself if
 * nothing changes; a value that the patch sets to what it is counts as
 * unchanged.  A merged map, list or list item is a derived node whose origin is
 * that of base.  New nodes are those of `patch`, which keep their positions; if
 * nulls or directives are removed from one, the result derives from it.  A new
 * key is inserted after the existing key that precedes it in the API's field
 * order (k8s/schema), else last; in maps without a schema (labels) last.  A
 * list that was merged by key has that key in extra->merge_key, for edit/diff.
 *
 * Strict mode is Kubernetes' behavior to the letter.  Lenient mode differs
 * where that would reject a Pod newer than the schema: an unknown map field is
 * merged by key, an unknown list field replaced, each with a warning.  Nor does
 * it copy the nulls and directives of a new item into the Pod.
 */
#ifndef K8S_STRATEGIC_MERGE_H
#define K8S_STRATEGIC_MERGE_H

#include "tree/node.h"

typedef void merge_warn_fn(void *ctx, struct pos pos, const char *text);

struct merge_options {
	bool strict;
	merge_warn_fn *warn;		/* lenient only; may be NULL */
	void *ctx;
	/* An item of base without its merge key matches nothing, instead of
	 * being an error: custom kinds may fill in the names of containers. */
	bool nameless;
	/* Ports are merged by containerPort and protocol.  By Kubernetes' key,
	 * the former, 53/UDP of the patch would replace 53/TCP of base. */
	bool by_protocol;
	/* The path of base in its object, for messages: "spec.template"; NULL
	 * or "": base is the object. */
	const char *path;
};

/* base, patch: a Pod or Pod template ({metadata, spec}); NULL or a null node
 * count as {}.  NULL with the error set, at its position in the patch if the
 * patch is invalid, else in the base. */
const struct node *merge_pod(struct arena *a, const struct node *base,
			     const struct node *patch,
			     const struct merge_options *options,
			     struct err *e);

/* Mark the lists of a Pod that was read with their merge keys
 * (extra->merge_key), as a merge does, for edit/diff. */
const struct node *merge_mark_keys(struct arena *a, const struct node *pod);

/* The Pod without what a merge of the patch has put into it; `pod` itself if
 * that is nothing.  Values that equal those of the patch are removed; so is an
 * item merged by key that has no other fields than the patch's item, whatever
 * their values.  What the patch deleted or replaced is not restored.  Maps and
 * lists that become empty are removed. */
const struct node *unmerge_pod(struct arena *a, const struct node *pod,
			       const struct node *patch);

/* What the Pod and the patch have in common: keys with equal values, and such
 * parts of items that are merged by key, of the first 100 in each list.  A part
 * of the Pod, or NULL if that is nothing; unmerge_pod() with it removes just
 * that. */
const struct node *merge_common(struct arena *a, const struct node *pod,
				const struct node *patch);
/* The same with those labels, annotations and other entries of maps without a
 * schema that differ in their values, and items that have no other fields than
 * the patch's (but no such containers or volumes). */
const struct node *merge_shared(struct arena *a, const struct node *pod,
				const struct node *patch);

/*
 * Records of what a merge added, so that it can be removed without the patch
 * (see additions.c for the format, which is one line):
 *
 *	volumes[cache],containers[log,web{env[LEVEL]}]
 *
 * Replaced values are not recorded.
 */
/* Append what `new` has and `old` does not; nothing if that is nothing. */
void additions_write(struct arena *a, const struct node *old,
		     const struct node *new, struct buf *out);
/* The Pod without it; names that the Pod does not have are ignored, maps and
 * lists that become empty are removed.  NULL if the record is malformed. */
const struct node *additions_remove(struct arena *a, const struct node *pod,
				    str record);

#endif
