/*
 * sidecar - the templates of a run, ready to be merged.
 *
 * A template is one document of plain YAML or JSON: a piece of a Pod, with
 * `metadata`, `spec` or both; of a whole Pod what makes it that one
 * (apiVersion, kind, its name and namespace) is left out.  It is read and
 * checked once.
 */
#ifndef SIDECAR_H
#define SIDECAR_H

#include "injector.h"
#include "k8s/select.h"

struct sidecar {
	struct source source;
	const struct node *overlay;
};

struct sidecars {
	struct arena arena;
	struct sidecar *list;
	size_t n;
	const struct select_rule *rules;	/* who is left out */
};

/* Read n templates, whose texts must outlive the struct; 0, or -1 with the
 * error and its place in the template.  Release it either way. */
int sidecars_read(struct sidecars *s, const struct injector_template *templates,
		  size_t n, struct err *e);
void sidecars_release(struct sidecars *s);

#endif
