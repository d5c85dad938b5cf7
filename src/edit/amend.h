/*
 * amend - what one tree lacks of another one, in readable short form.
 *
 *	/spec/containers[web]/readinessProbe/httpGet/port="http"~3fa9c1
 *	/metadata/labels+1={}
 *	/spec/containers[log]!~c07d11
 *	/spec/volumes+0=["@data","@cache"]
 *	/spec/volumes*=["cache","data"]
 *
 * An amendment is a path and an operation:
 *
 *	=VALUE~SUM	replace the value there
 *	!~SUM		remove it
 *	+N=VALUE	add it as entry or item N of what it is in
 *	*=NAMES		put the items of the list into this order
 *
 * A path has keys behind `/` and items in brackets: by name, or by number where
 * items have none.  The name of an item is its `name`, else its `kind` and
 * `metadata.name`, if it is unique in the list.  Keys and names with other
 * characters than letters, digits, `_`, `-` and `.` are in double quotes.  SUM is
 * a checksum of the old value.
 *
 * VALUE is JSON without blanks outside strings.  A text "@" means what the
 * `present` tree has at that place, "@NAME" in a list the item of that name: so
 * what is still in the present text is not repeated.  "@@" begins a text with a
 * real `@`.  NEL, U+2028 and the like are escaped, so that amendments can be in a
 * YAML comment.
 *
 * Style, comments and the order of keys are not part of a tree.
 */
#ifndef EDIT_AMEND_H
#define EDIT_AMEND_H

#include "tree/node.h"

/* Append the amendments that turn map `from` into map `to`, separated by
 * blanks; nothing if they are equal.  `present` is the tree that amend_apply()
 * will be given. */
void amend_write(struct arena *a, const struct node *from,
		 const struct node *to, const struct node *present,
		 struct buf *out);
/* `from` with the amendments applied.  NULL with an error (without a place) if
 * they are malformed, or if a value they are about is missing or another one.
 */
const struct node *amend_apply(struct arena *a, str amends,
			       const struct node *from,
			       const struct node *present, struct err *e);

#endif
