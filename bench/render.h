/*
 * render - the template to measure the template engine with, and its data.
 *
 * The template is one file, the data a JSON object whose parts are what a
 * sidecar template sees: ObjectMeta and Spec as Go's struct types have them,
 * all else as plain maps.
 */
#ifndef BENCH_RENDER_H
#define BENCH_RENDER_H

#include "tmpl/tmpl.h"

struct render {
	struct arena perm;		/* template and data */
	struct arena doc;		/* reset for each execution */
	const struct tmpl *tmpl;
	const struct node *data;
	struct buf out;
};

/* What a template's text has; a branch is an if, range or with. */
struct render_counts {
	uint32_t actions, branches, calls;
};

int render_load(struct render *r, const char *template, const char *data,
		struct err *e);
struct render_counts render_count(const struct render *r);
/* Execute once: what was made is in r->out. */
int render_once(struct render *r, struct err *e);

#endif
