/*
 * strategic_walk - what the files of strategic merge share: strategic_merge.c
 * walks the maps, strategic_list.c merges two lists and orders their items;
 * unmerge.c and additions.c go the way back.
 */
#ifndef K8S_STRATEGIC_WALK_H
#define K8S_STRATEGIC_WALK_H

#include "k8s/schema.h"
#include "k8s/strategic_merge.h"
#include "k8s/typed.h"

#define KEY_PATCH STR("$patch")
#define KEY_RETAIN STR("$retainKeys")
#define KEY_ORDER STR("$setElementOrder")
#define KEY_DELETE STR("$deleteFromPrimitiveList")

struct merge {
	struct arena *a;
	const struct merge_options *options;
	const struct source *base;	/* the text of base, or NULL */
	struct err *e;
};

/* What the schema knows about a value. */
struct scope {
	enum {
		SCOPE_UNKNOWN,	/* below an unknown field */
		SCOPE_STRUCT,	/* fields of `type` */
		SCOPE_OTHER,	/* known, but not a struct: labels */
	} kind;
	const struct schema_type *type;
};

/* How a field's list is merged. */
struct list_rule {
	struct scope items;
	bool merge;		/* else it is replaced */
	bool deletes;		/* the patch lists items to delete */
	const char *key;	/* "" if items have none: scalars */
};

/* What undoing knows about a value: the type of a map or of a list's items, and
 * the key by which a list is merged: "" if its items are scalars, NULL if it is
 * replaced. */
struct kind {
	const struct schema_type *type;
	const char *key;
};

/* Of this field of a type, which may be NULL. */
struct kind field_kind(const struct schema_type *type, str name);

/* Set the error, "PATH: ..." at the node's position; returns NULL. */
const void *merge_fail(struct merge *m, const struct place *place,
		       const struct node *at, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* Merge two maps. */
const struct node *merge_map(struct merge *m, const struct node *base,
			     const struct node *patch, struct scope scope,
			     const struct place *place);
/* The patch's value for a field that base does not have: without the maps that
 * hold $patch and, with `nulls`, without null entries.  NULL if nothing is left
 * because the value itself holds $patch. */
const struct node *merge_prune(struct merge *m, const struct node *value,
			       bool nulls);
/* Merge two lists whose rule is to merge, or to delete.  Go does that in
 * base's own array; `left`, if not NULL, has space for base->n nodes and
 * receives what that array holds in the end. */
const struct node *merge_list(struct merge *m, const struct node *base,
			      const struct node *patch,
			      const struct list_rule *rule,
			      const struct place *place,
			      const struct node **left);
/* Merge two lists in the order that the patch gives ($setElementOrder); base or
 * patch may be NULL, not both. */
const struct node *merge_in_order(struct merge *m, const struct node *base,
				  const struct node *patch,
				  const struct node *order,
				  const struct list_rule *rule,
				  const struct place *place);

#endif
