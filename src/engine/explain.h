/*
 * summary - what happened to an object's pods, for those who want to know:
 * templates merged, and the difference between a pod and what became of it.
 *
 * The difference is that of meaning: items of lists go by the key that
 * Kubernetes merges them by, and how something is written does not count.  It
 * names things and shows values only where they tell something at a glance.
 */
#ifndef ENGINE_EXPLAIN_H
#define ENGINE_EXPLAIN_H

#include "injector.h"
#include "tree/lines.h"

struct summary {
	struct arena *arena;
	struct lines *lines;
	unsigned pod;			/* pods compared so far */
	const char **templates;
	size_t n_templates, templates_room;
	struct injector_change *changes;
	size_t n_changes, changes_room;
};

#define SUMMARY_INIT(memory, places) { .arena = (memory), .lines = (places) }

/* A template was merged; each name is kept once. */
void summary_template(struct summary *s, str name);
/* The next pod of the object, {metadata, spec}, and what became of it. */
void summary_pod(struct summary *s, const struct node *was,
		 const struct node *now);

#endif
