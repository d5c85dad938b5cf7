/*
 * namespaces - what is known about the namespaces of a batch: what their
 * manifests say, and an example of a workload for which that matters.
 *
 * A Namespace may come before or after its workloads, or in another file; so
 * its warnings are emitted at the end, once for each, at the label in question.
 */
#ifndef CHECK_NAMESPACES_H
#define CHECK_NAMESPACES_H

#include "check/warnings.h"

/* A label and its position. */
struct namespace_label {
	const char *text;	/* NULL: absent */
	struct pos pos;
};

struct namespace {
	str name;
	/* of automatic injection, "istio-injection=enabled" and any other
	 * value; of Pod security */
	struct namespace_label injects, refuses, enforces;
	/* With Istio's sidecar, "Deployment shop/web"; NULL: none.  The second
	 * one did not ask for it by itself. */
	const char *injected, *unasked;
	/* By level, what it forbids in one of its workloads. */
	const char *forbidden[SECURITY_LEVELS];
};

struct namespaces {
	struct arena *arena;	/* of the batch */
	struct namespace *at;
	uint32_t n, room;
	uint32_t *slots;	/* index + 1, by name */
	uint32_t mask;
	uint32_t most;		/* others are ignored */
};

/* A stream may be endless. */
#define NAMESPACES_MOST 8192

#define NAMESPACES_INIT(arena) { (arena), NULL, 0, 0, NULL, 0, NAMESPACES_MOST }

/* Read the Namespaces among these objects: one, or a List. */
void namespaces_read(struct namespaces *all, const struct node *object);
/* Record a Pod that was injected; `istio`: with Istio's sidecar. */
void namespaces_injected(struct namespaces *all, const struct warn *w,
			 bool istio);

/* Add what was recorded about later objects, as if it had been recorded here.
 * Its texts are copied. */
void namespaces_merge(struct namespaces *all, const struct namespaces *later);

/* All of it was merged: from here on record what a later merge has to add.
 * False if it has to be forgotten instead, as it is too much. */
bool namespaces_merged(struct namespaces *all);

typedef void namespaces_emit_fn(void *ctx, enum warning which, struct pos pos,
				const char *text);
/* Emit the warnings about all of them. */
void namespaces_end(const struct namespaces *all, namespaces_emit_fn *emit,
		    void *ctx);

#endif
