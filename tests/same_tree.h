/*
 * same_tree - compare two trees of one text, node by node.
 */
#ifndef TESTS_SAME_TREE_H
#define TESTS_SAME_TREE_H

#include "yaml/read.h"

static inline bool same_node(const struct node *a, const struct node *b);

static inline bool same_entries(const struct entry *a, const struct entry *b,
				uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (!same_node(a[i].key, b[i].key) ||
		    !same_node(a[i].value, b[i].value))
			return false;
	return true;
}

static inline bool same_extra(const struct node_extra *a,
			      const struct node_extra *b)
{
	if (!a || !b)
		return a == b;
	if (a->content != b->content || !a->written != !b->written ||
	    !a->index != !b->index || !a->why_bad != !b->why_bad)
		return false;
	return !a->written ||
	       (a->written->n == b->written->n &&
		same_entries(a->written->entries, b->written->entries,
			     a->written->n));
}

/* In all that a text without anchors and tags can give them. */
static inline bool same_node(const struct node *a, const struct node *b)
{
	if (a->kind != b->kind || a->style != b->style ||
	    a->flags != b->flags || a->start != b->start ||
	    a->end != b->end || a->n != b->n || !same_extra(a->extra, b->extra))
		return false;
	if (a->kind == NODE_MAP)
		return same_entries(a->entries, b->entries, a->n);
	if (a->kind != NODE_LIST)
		return str_eq(node_text(a), node_text(b));
	for (uint32_t i = 0; i < a->n; i++)
		if (!same_node(a->items[i], b->items[i]))
			return false;
	return true;
}

static inline bool same_document(const struct document *a,
				 const struct document *b)
{
	return same_node(a->root, b->root) && a->n_anchors == b->n_anchors &&
	       a->n_duplicates == b->n_duplicates;
}

#endif
