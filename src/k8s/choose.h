/*
 * choose - which objects of a batch a run is about.
 *
 * Patterns name objects, KIND/NAME, NAME or NAMESPACE/KIND/NAME, each part a
 * glob; selectors ask for labels of the object itself, as kubectl get -l does.
 * Chosen is what one of the patterns of CHOOSE_ONLY matches, where there are
 * any, none of CHOOSE_SKIP, and all selectors.
 *
 * A KIND is that of the object in any case, also in the plural or as kubectl
 * shortens it (deploy, sts), and may have the API group behind a dot
 * (deployment.apps).
 */
#ifndef K8S_CHOOSE_H
#define K8S_CHOOSE_H

#include "tree/node.h"

enum choose_sort { CHOOSE_ONLY, CHOOSE_SKIP, CHOOSE_SELECTOR, CHOOSE_SORTS };

struct choose_rule {
	enum choose_sort sort;
	const char *text;		/* as it was given */
	/* Globs; NULL: any. */
	const char *namespace, *kind, *group, *name;
	const struct node *selector;
};

struct choose {
	struct choose_rule *rules;	/* with room for all */
	uint32_t n;
	bool only;			/* there are such */
};

/* What is asked of an object; texts may be empty. */
struct choose_object {
	const char *group, *kind, *namespace, *name;
	const struct node *labels;
};

/* The option that a rule is given by: "--only". */
extern const char *const choose_options[CHOOSE_SORTS];

/* One more rule; `text` must outlive it.  0 or -1 with the error. */
int choose_add(struct arena *a, struct choose *c, enum choose_sort sort,
	       const char *text, struct err *e);
/* NULL: it is chosen; else why not.  Rules that match are marked in
 * matched[], by their index. */
const char *choose_skips(const struct choose *c,
			 const struct choose_object *object, bool *matched);

#endif
