/*
 * warnings - what will go wrong with a workload after its injection.
 *
 * Each warning has a name, by which it can be suppressed, and a position: that
 * of the node it is about if it was read from the document, else that of its
 * object.  Warnings depend on the Pod after the injection and on what the
 * templates rendered, never on what changed: the second injection of a file,
 * which changes nothing, has the same warnings as the first.
 */
#ifndef CHECK_WARNINGS_H
#define CHECK_WARNINGS_H

#include "injector.h"
#include "k8s/schema.h"
#include "k8s/typed.h"
#include "tree/node.h"

/* In the order of warn_table. */
enum warning {
	WARN_ANNOTATION_TYPO,
	WARN_CONFIGURATION,
	WARN_DOUBLE_INJECTION,
	WARN_DUPLICATE_KEY,
	WARN_DUPLICATE_NAME,
	WARN_DUPLICATE_PORT,
	WARN_HELM_TEMPLATE,
	WARN_INVALID_VALUE,
	WARN_ISTIO,
	WARN_ISTIO_RELEASE,
	WARN_JOB_SIDECAR,
	WARN_LABEL_VALUE,
	WARN_MISPLACED_ANNOTATION,
	WARN_MISSING_FIELD,
	WARN_MISSING_VOLUME,
	WARN_NAMESPACE_DISABLED,
	WARN_NO_MATCH,
	WARN_NOT_A_WORKLOAD,
	WARN_NOT_TEXT,
	WARN_PARTIAL,
	WARN_PORT_COLLISION,
	WARN_RESTRICTED,
	WARN_UNDO,
	WARN_UNION,
	WARN_UNKNOWN_FIELD,
	N_WARNINGS,
};

/* In warn_table.c; sorted by name; the last one has none. */
extern const struct injector_warning warn_table[N_WARNINGS + 1];

/* Add the warning with this name to a set, which has a bit for each: 0; -1
 * with the error if there is none. */
int warn_named(uint32_t *set, str name, struct err *e);
/* Is the warning in the set? */
static inline bool warn_has(uint32_t set, enum warning which)
{
	return set >> which & 1;
}

/* Receives warnings.  `at` may be NULL: the object. */
typedef void warn_emit_fn(void *ctx, enum warning which, const struct node *at,
			  const char *text);

/* The number of hashes of names that were found to be valid: workloads have
 * the same few again and again. */
#define WARN_VALID_NAMES 256

/* A Pod and the object it belongs to. */
struct warn {
	struct arena *arena;
	uint64_t *valid_names;		/* WARN_VALID_NAMES; 0: free */
	uint32_t off;			/* suppressed warnings */
	warn_emit_fn *emit;
	void *ctx;
	const char *kind, *namespace, *name;
	const struct node *pod;		/* {metadata, spec} */
	/* Parts of a Pod as the templates rendered them. */
	const struct node *const *given;
	uint32_t n_given;
	const struct node *given_names;	/* of their containers, by warn_pod() */
};

/* Warn about labels or annotations whose names resemble Istio's, or have one
 * of its prefixes, but are unknown. */
void warn_names(const struct warn *w, const struct node *names);
/* Warn about a Pod that was injected. */
void warn_pod(const struct warn *w);

/* ---- warn_objects.c: objects that are not injected as expected ---- */

/* Warn about an object that is not a workload, but nearly: its kind is in the
 * wrong case, or its apiVersion is that of something else. */
void warn_wrong_kind(const struct warn *w, const struct node *object);
/* Warn about a custom resource, which is not a workload, with a Pod spec. */
void warn_hidden_pod(const struct warn *w, const struct node *object);

/* Where the labels and annotations of a workload's Pods are. */
struct misplaced {
	bool istio;			/* the sidecar is Istio's */
	const char *path;		/* of that metadata in the object */
	const struct node *right;	/* it, or NULL: absent, or several */
};

/* Warn about labels and annotations in `meta`, other metadata of the workload,
 * that only have an effect on Pods, unless the Pods have them as well. */
void warn_misplaced(const struct warn *w, const struct node *meta,
		    const struct misplaced *m);

/* Append "unknown field; did you mean NAME?". */
void warn_no_field(struct buf *out, const struct schema_type *type,
		const struct node *key);
/* Append what is wrong with a key that the type does not have, with the field
 * that may be meant; `path` leads to the root of the place, or is "". */
void warn_field(struct buf *out, const char *path,
		const struct schema_type *type, const struct node *key,
		const struct place *place);

/* ---- pod_security.c: what the Pod Security Standards forbid ---- */

/* As kubernetes.io, "Pod Security Standards", for Linux; SELinux, AppArmor and
 * sysctls, which no sidecar sets, are not checked. */
enum security_level { SECURITY_BASELINE, SECURITY_RESTRICTED, SECURITY_LEVELS };

extern const char *const security_level_names[SECURITY_LEVELS];

/* Append what the level forbids in the Pod, "istio-init: adds NET_ADMIN; ...",
 * the first few.  False if it forbids nothing. */
bool security_forbids(enum security_level level, const struct node *pod,
		      struct buf *out);

/* ---- warnings that were emitted already ---- */

/*
 * A template is used for many workloads, and an error in it is reported once.
 * The set keeps hashes, and only so many that memory stays flat.
 */
struct warned {
	uint64_t *slots;	/* 0: free */
	uint32_t n;
};

#define WARNED_INIT { NULL, 0 }

/* By which the set knows a warning; never 0. */
uint64_t warned_key(struct pos pos, const char *text);
/* Add a warning; true if it is new. */
bool warned_first(struct warned *w, uint64_t key);
void warned_release(struct warned *w);

/* ---- for the files of this folder ---- */

/* Emit a text, and release it. */
void warn_emit(const struct warn *w, enum warning which, const struct node *at,
	       struct buf *text);

#define WARN_CONTAINERS "containers"
#define WARN_INIT_CONTAINERS "initContainers"

/* A list of spec by its name, or NULL. */
const struct node *warn_list(const struct node *pod, const char *name);
/* The name of a container. */
str warn_name(const struct node *container);
/* Does the container keep running beside the others?  Of init containers, only
 * native sidecars do. */
bool warn_runs_on(const struct node *container, const char *list);

#endif
