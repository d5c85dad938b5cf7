/*
 * format - what is written of a document where it is not its text, edited.
 *
 * A line each, which ends in a line break, so that lines of several documents
 * and files are one stream for kubectl and jq.
 */
#ifndef ENGINE_FORMATS_H
#define ENGINE_FORMATS_H

#include "tree/node.h"

/* Append the document in JSON; an empty one is nothing.  It has passed
 * node_check(). */
void format_json(struct buf *out, const struct node *root);
/*
 * Append, for each object that is different in the two trees, which are a
 * document as read and with sidecars: what it is, as far as the document says,
 * and the JSON Patch.  The objects in a List are objects of their own.
 */
void format_patches(struct arena *a, const struct node *old,
		    const struct node *now, struct buf *out);

#endif
