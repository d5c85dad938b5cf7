/*
 * hunks - the difference of two texts, or of two trees, in short readable form.
 *
 * Texts differ by hunks, trees by amendments (amend.c); undo notes have both.
 *
 * A hunk is LINE:COLUMN[-REMOVED][="ADDED"]~LINES.CHECKSUM:
 *
 *	12:17-4="http"~2.9f02c1		replace 4 bytes in line 12
 *	30:1="  a: {}\n"~1.c07d11	insert a line before line 30
 *	41:1-24~1.77e0ab		remove 24 bytes
 *
 * COLUMN counts bytes from 1.  Lines longer than HUNKS_LINE are divided into
 * parts, LINE.PART, which end behind `,`, `{` or `[`: JSON may have just one
 * line.
 *
 * The checksum covers what is removed and as many LINES (or parts) on each
 * side as are needed to tell the place from others nearby.  It shows whether
 * the text is still the one that the hunk was made for, and finds the place
 * again if lines were added or removed elsewhere: the nearest one that matches,
 * relative to the hunk before.
 *
 * Amendments:
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
 * characters than letters, digits, `_`, `-` and `.` are in double quotes.  SUM
 * is a checksum of the old value.
 *
 * VALUE is JSON without blanks outside strings.  A text "@" means what the
 * `present` tree has at that place, "@NAME" in a list the item of that name: so
 * what is still in the present text is not repeated.  "@@" begins a text with a
 * real `@`.  NEL, U+2028 and the like are escaped, so that amendments can be in
 * a YAML comment.
 *
 * Style, comments and the order of keys are not part of a tree.
 */
#ifndef EDIT_HUNKS_H
#define EDIT_HUNKS_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "tree/node.h"

/* Longer lines, in bytes, are divided into parts. */
#define HUNKS_LINE 240

/* Append the hunks that turn `from` into `to`, separated by blanks; nothing if
 * the texts are equal.  The arena is used for working memory. */
void hunks_write(struct arena *a, str from, str to, struct buf *out);
/* Append `from` with the hunks applied.  `from` may have CRLF where the text of
 * the hunks had LF, or the other way round: added text then has them as well.
 * -1 with an error (without a place) if hunks are malformed or do not match;
 * nothing is appended then.  With `left_out`, hunks that do not match are left
 * out, and counted there. */
int hunks_apply(struct arena *a, str hunks, str from, struct buf *out,
		size_t *left_out, struct err *e);

/* ---- amend.c, amend_write.c: amendments ---- */

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

/* For these two files: the name of an item, or STR_NONE. */
str amend_name(struct arena *a, const struct node *item);
/* A list as a map by name, entry i being item i; NULL if an item has no name,
 * or that of another one, or it is not a list. */
const struct node *amend_names(struct arena *a, const struct node *list);
/* The checksum of a value. */
uint32_t amend_sum(const struct node *n);

#endif
