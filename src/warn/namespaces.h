/*
 * namespaces - what is known of the namespaces of a batch: what their
 * manifests say, and an example of a workload for which that matters.
 *
 * A Namespace may come before or after its workloads, or in another file; so
 * it is told at the end, once for each, at the label in question.
 */
#ifndef WARN_NAMESPACES_H
#define WARN_NAMESPACES_H

#include "warn/security.h"
#include "warn/warn.h"

/* A label and where it stands. */
struct namespace_label {
	const char *text;	/* NULL: not there */
	struct pos pos;
};

struct namespace {
	str name;
	/* of automatic injection, "istio-injection=enabled"; of enforcement */
	struct namespace_label injects, enforces;
	/* "Deployment shop/web"; NULL: none */
	const char *injected;
	/* By level, what it forbids of which one. */
	const char *forbidden[SECURITY_LEVELS];
};

struct namespaces {
	struct arena *arena;	/* of the batch */
	struct namespace *at;
	uint32_t n, room;
	uint32_t *slots;	/* index + 1, by name */
	uint32_t mask;
};

#define NAMESPACES_INIT(arena) { (arena), NULL, 0, 0, NULL, 0 }

/* Where a node stands. */
typedef struct pos namespaces_pos_fn(void *ctx, const struct node *n);

/* The Namespaces among these objects: one, or a List. */
void namespaces_read(struct namespaces *all, const struct node *root,
		     namespaces_pos_fn *pos, void *ctx);
/* A pod was injected; with Istio's sidecar. */
void namespaces_injected(struct namespaces *all, const struct warn *w,
			 bool istio);

typedef void namespaces_tell_fn(void *ctx, enum warning which, struct pos pos,
				const char *text);
/* What there is to tell of all of them. */
void namespaces_end(const struct namespaces *all, namespaces_tell_fn *tell,
		    void *ctx);

#endif
