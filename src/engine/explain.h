/*
 * explain - what happened to an object's Pods: the templates that were merged,
 * and the difference between the old and the new Pod.
 *
 * It is the difference in meaning: list items correspond by the key that
 * Kubernetes merges them by, and style does not count.  Values are shown in a
 * short form, and those of environment variables not at all.
 */
#ifndef ENGINE_EXPLAIN_H
#define ENGINE_EXPLAIN_H

#include "injector.h"
#include "tree/node.h"

struct summary {
	struct arena *arena;
	unsigned pod;			/* the number of Pods so far */
	const char **templates;
	size_t n_templates, templates_max;
	struct injector_change *changes;
	size_t n_changes, changes_max;
};

#define SUMMARY_INIT(memory) { .arena = (memory) }

/* Add a template that was merged, unless it is known. */
void summary_template(struct summary *s, str name);
/* Add the object's next Pod, {metadata, spec}, as it was and as it is now. */
void summary_pod(struct summary *s, const struct node *old,
		 const struct node *new);

#endif
