/*
 * anchors - the names of one document while it is read.
 *
 * A name may be defined again; an alias means the last definition before it.
 */
#ifndef YAML_ANCHORS_H
#define YAML_ANCHORS_H

#include "yaml/read.h"

/* What reading knows of an anchored node beyond struct anchor. */
struct anchored {
	str name;
	const struct node *node;
	/* What an alias gives: `node`, but where that is a key, whose node has
	 * the JSON key only, a node with the scalar or collection itself. */
	const struct node *value;
	uint64_t weight;	/* nodes that decoding it visits */
	uint32_t height;	/* how deep it nests */
	uint32_t n_uses;
	bool open;		/* still being read: an alias would recur */
};

struct use {
	uint32_t anchor;
	const struct node *alias;
};

struct anchors {
	struct buf records;	/* of struct anchored, in text order */
	struct buf uses;	/* of struct use, in text order */
	uint32_t *table;	/* name to its latest record + 1 */
	uint32_t mask;		/* of the table; it is at most half full */
	uint32_t names;
};

void anchors_init(struct anchors *t);
void anchors_release(struct anchors *t);
/* The number of the new record; it is open. */
uint32_t anchors_define(struct anchors *t, str name, const struct node *node);
/* The number of the latest record of a name, or -1. */
int64_t anchors_find(const struct anchors *t, str name);
/* Valid until the next definition. */
struct anchored *anchors_at(const struct anchors *t, uint32_t number);
void anchors_use(struct anchors *t, uint32_t number,
		 const struct node *alias);
/* Hand the records over to the document. */
void anchors_store(const struct anchors *t, struct arena *a,
		   struct document *doc);

#endif
