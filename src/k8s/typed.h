/*
 * typed - objects compared with the types of the schema: are the known fields
 * of the right JSON type, which fields are unknown, and what does an object
 * look like as a patch made by Go's typed code?
 */
#ifndef K8S_TYPED_H
#define K8S_TYPED_H

#include "k8s/schema.h"
#include "tree/node.h"

/* ---- places: the path to where a walk is, for messages ---- */

/* Each step of a recursive walk has one of these on its stack; only an error
 * turns it into text: spec.containers[1].env. */
struct place {
	const struct place *up;		/* NULL at the root */
	str key;			/* key.p is NULL for a list's item */
	uint32_t index;
};

#define PLACE_ROOT ((struct place){ NULL, STR_NONE, 0 })

/* The place of a key in the map at `up`. */
static inline struct place place_key(const struct place *up, str key)
{
	return (struct place){ up, key, 0 };
}

/* The place of an item in the list at `up`. */
static inline struct place place_item(const struct place *up, uint32_t index)
{
	return (struct place){ up, STR_NONE, index };
}

/* Append the path; for the root: "the document". */
void place_text(struct buf *b, const struct place *place);

/* ---- checks ---- */

/*
 * As decoding into the Go types of k8s.io/api would: text in `replicas`, a map
 * in `containers`, or a quantity that is none, is an error.  Like
 * sigs.k8s.io/yaml when it reads for a Go type, a bool or number counts as text
 * where text is wanted.  null is valid everywhere, and unknown fields are not
 * an error.  A quantity or time with a variable that another tool replaces,
 * ${CPU}, is valid.
 */

/* What a check finds besides errors; each may be NULL. */
struct typed_hooks {
	/* A field that the type does not have. */
	void (*unknown)(void *ctx, const struct schema_type *type,
			const struct node *key, const struct place *place);
	/* A scalar that is no quantity or time, which is an error without this
	 * hook: "quantities must match ...". */
	void (*invalid)(void *ctx, const struct node *n,
			const struct place *place, const char *why);
	/* A bool or number where text is wanted. */
	void (*not_text)(void *ctx);
	void *ctx;
};

/* type: "Deployment", "PodTemplateSpec", ...: a row of the schema; an unknown
 * type checks nothing.  0, or -1 with the error: "spec.replicas: expected a
 * whole number, found text".  `hooks` may be NULL. */
int typed_check(const char *type, const struct node *object,
		const struct typed_hooks *hooks, struct err *e);
/* The same for what is JSON already, as the YAML of a template is: a bool or
 * number is not text; it has to be quoted. */
int typed_check_json(const char *type, const struct node *object,
		     struct err *e);
/* The same after typed_fold_keys(), in one walk for an object whose keys are
 * all spelled as the type spells them. */
int typed_check_folded(struct arena *a, const char *type,
		       const struct node **object, struct err *e);

/* ---- patches ---- */

/*
 * encoding/json leaves out fields with omitempty that have their zero value
 * (and are not pointers), and writes no nulls.  To merge hand-written trees
 * with the same result, the same has to be removed from them.
 */
enum typed_zero {
	/* Zero values and nulls are left out: a typed object as a patch. */
	TYPED_ZERO_OMITTED,
	/* Zero values delete, and so do nulls: a JSON patch after which the
	 * whole is read into its type.  Empty maps and lists that are merged
	 * have no effect. */
	TYPED_ZERO_DELETES,
};

/* n, a map, as a patch of the struct type "Pod", "Container", ...; n itself if
 * nothing is to be changed. */
const struct node *typed_patch(struct arena *a, const char *type,
			       const struct node *n, enum typed_zero zero);

/* ---- keys and texts ---- */

/* n, a map, with the keys of fields as the type spells them: like
 * encoding/json, `readonly` is taken for readOnly. */
const struct node *typed_fold_keys(struct arena *a, const char *type,
				   const struct node *n);

/* n, a map, with text for each bool and number where text is wanted, as which
 * sigs.k8s.io/yaml reads it.  `text` is called for each. */
typedef void typed_text_fn(void *ctx, const struct node *scalar, str text,
			   const struct place *place);
const struct node *typed_text(struct arena *a, const char *type,
			      const struct node *n, typed_text_fn *text,
			      void *ctx);

/* ---- quantities ---- */

/* `new`, a version of the struct `old`, with the quantities of `old` where
 * they are equal in value: "2" stays where `new` has "2000m".  `new` itself if
 * that changes nothing.  Either may be NULL. */
const struct node *typed_keep_quantities(struct arena *a, const char *type,
					 const struct node *old,
					 const struct node *new);

#endif
