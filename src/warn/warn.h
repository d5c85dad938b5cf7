/*
 * warn - what will go wrong with a workload after its injection, told before
 * it does.
 *
 * Each warning has a name, by which it can be turned off, and a place: that of
 * the node it is about, where it was read from the document, else that of its
 * object.  What is looked at are the pod as it is after the injection and what
 * the templates gave, never what changed: so the second injection of a file,
 * which changes nothing, has the same warnings as the first.
 */
#ifndef WARN_WARN_H
#define WARN_WARN_H

#include "injector.h"
#include "k8s/place.h"
#include "k8s/schema.h"
#include "tree/node.h"

/* In the order of warn_table. */
enum warning {
	WARN_ANNOTATION_TYPO,
	WARN_CONFIGURATION,
	WARN_DOUBLE_INJECTION,
	WARN_DUPLICATE_KEY,
	WARN_ISTIO,
	WARN_JOB_SIDECAR,
	WARN_LABEL_VALUE,
	WARN_NO_MATCH,
	WARN_PORT_COLLISION,
	WARN_RESTRICTED,
	WARN_UNKNOWN_FIELD,
	N_WARNINGS,
};

/* In order of name, ending with one that has none. */
extern const struct injector_warning warn_table[N_WARNINGS + 1];

/* A set of warnings, a bit each, with that of this name: 0; -1 with the error
 * where there is none. */
int warn_named(uint32_t *set, str name, struct err *e);
static inline bool warn_has(uint32_t set, enum warning which)
{
	return set >> which & 1;
}

/* Where warnings go.  `at` may be NULL: the object. */
typedef void warn_tell_fn(void *ctx, enum warning which, const struct node *at,
			  const char *text);

/* Hashes of names that were found to be right: workloads have the same few
 * again and again. */
#define WARN_RIGHT_NAMES 256

/* A pod and what it is the pod of. */
struct warn {
	uint64_t *right_names;		/* as many as that, 0: free */
	uint32_t off;			/* not to be told */
	warn_tell_fn *tell;
	void *ctx;
	const char *kind, *namespace, *name;
	const struct node *pod;		/* {metadata, spec} */
	/* Pieces of a pod as the templates gave them. */
	const struct node *const *given;
	uint32_t n_given;
};

/* Labels or annotations with a name that is nearly one of Istio's, or that
 * begins as those do. */
void warn_names(const struct warn *w, const struct node *names);
/* A pod that was injected. */
void warn_pod(const struct warn *w);

/* What is wrong with a key that the type has not, with the field that may be
 * meant; `path` leads to the root of the place, or is "". */
void warn_field(struct buf *out, const char *path,
		const struct schema_type *type, const struct node *key,
		const struct place *place);

/* ---- for the files of this folder ---- */

/* All of a text in a buffer, which is then released. */
void warn_tell(const struct warn *w, enum warning which, const struct node *at,
	       struct buf *text);

#define WARN_CONTAINERS "containers"
#define WARN_INIT_CONTAINERS "initContainers"

/* A list of spec by its name, or NULL. */
const struct node *warn_list(const struct node *pod, const char *name);
str warn_name(const struct node *container);
/* Runs beside the others: no init container, but a native sidecar is one. */
bool warn_runs_on(const struct node *container, const char *list);
/* Does a template give the container of that name: with an image, not only
 * changes to one? */
bool warn_is_given(const struct warn *w, str name);

#endif
