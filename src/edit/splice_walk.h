/*
 * splice_walk - what the parts of edit/splice share; for nobody else.
 */
#ifndef EDIT_SPLICE_WALK_H
#define EDIT_SPLICE_WALK_H

#include "edit/cuts.h"
#include "edit/diff.h"
#include "edit/layout.h"

struct splice {
	struct arena *arena;
	const struct document *doc;
	str text;
	size_t end;		/* of the lines to be changed: all, or a move */
	const struct edits *edits;
	struct cuts cuts;
	struct emit_style style;
	struct buf scratch;	/* a text on its way into a cut */
	bool bare;		/* see splice_bare() */
	/* The comma behind child `tail_child` of flow collection `tail_in`, the
	 * last that stays: it goes, unless a new child comes behind it. */
	const struct node *tail_in;
	uint32_t tail_child;
};

/* A run of edits of one sort: n of them; INSERT and ADD share their place. */
struct run {
	const struct edit *edits;
	uint32_t n;
};

/* Order among cuts that insert at one place of one collection. */
enum { ORDER_VALUE, ORDER_COMMA, ORDER_CHILD };

/* A cut with what stands in scratch, which is empty afterwards. `last`: what
 * the text ends with. */
void splice_cut(struct splice *s, size_t from, size_t to,
		const struct node *in, uint32_t order,
		const struct node *last);
/* Does what is written for n end in a text of several lines? */
bool splice_ends_in_lines(const struct node *n);
/* The block scalar that the text of a read node ends in, or NULL. */
const struct node *splice_last_block(const struct node *n);
/* A cut without text; valid until the next one. */
struct cut *splice_remove(struct splice *s, size_t from, size_t to,
			  const struct node *in);

void block_set(struct splice *s, const struct edit *e);
void block_expand(struct splice *s, const struct edit *e);
void block_insert(struct splice *s, struct run run);
void block_remove(struct splice *s, struct run run);

void flow_set(struct splice *s, const struct edit *e);
void flow_insert(struct splice *s, struct run run);
void flow_remove(struct splice *s, struct run run);
/* When all edits of a collection are done. */
void flow_drop_tail(struct splice *s);

#endif
