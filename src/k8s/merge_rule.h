/*
 * What the parts of strategic merge share: merge.c goes through maps,
 * merge_list.c merges two lists, merge_order.c puts items in order.
 */
#ifndef K8S_MERGE_RULE_H
#define K8S_MERGE_RULE_H

#include "k8s/merge.h"
#include "k8s/place.h"
#include "k8s/schema.h"

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

/* What the schema knows of a value. */
struct scope {
	enum {
		SCOPE_UNKNOWN,	/* below a field that it does not know */
		SCOPE_STRUCT,	/* fields of `type` */
		SCOPE_OTHER,	/* anything else that it knows: labels */
	} kind;
	const struct schema_type *type;
};

/* How a field's list is merged. */
struct list_rule {
	struct scope items;
	bool merge;		/* else it is replaced */
	bool deletes;		/* the patch says what goes */
	const char *key;	/* "" where items have none: scalars */
};

/* Go's type of a decoded JSON value: what makes two merge keys comparable and
 * the items of a list alike. */
enum go_type {
	GO_NIL, GO_BOOL, GO_INT64, GO_FLOAT64, GO_STRING, GO_MAP, GO_LIST,
};

enum go_type merge_go_type(const struct node *n);

/* Set the error, "PATH: ..." at the node's place; always NULL. */
const void *merge_fail(struct merge *m, const struct place *place,
		       const struct node *at, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

const struct node *merge_map(struct merge *m, const struct node *base,
			     const struct node *patch, struct scope scope,
			     const struct place *place);
/* A patch's value for a place where base has nothing to merge it with: without
 * the maps that hold $patch, and without its null entries where `nulls`.
 * NULL where nothing is left, as the value itself holds $patch. */
const struct node *merge_prune(struct merge *m, const struct node *value,
			       bool nulls);
/* Two lists whose rule is to merge, or to delete.  Go does it in base's own
 * array; `left`, where not NULL, has room for base->n nodes and is filled with
 * what that array holds in the end. */
const struct node *merge_list(struct merge *m, const struct node *base,
			      const struct node *patch,
			      const struct list_rule *rule,
			      const struct place *place,
			      const struct node **left);
/* A list whose order the patch gives ($setElementOrder); base or patch may be
 * NULL, not both. */
const struct node *merge_in_order(struct merge *m, const struct node *base,
				  const struct node *patch,
				  const struct node *order,
				  const struct list_rule *rule,
				  const struct place *place);
/* Are the items of both lists of one type, and that not null or a list?  0
 * with *type, or -1 with the error. */
int merge_same_types(struct merge *m, const struct node *base,
		     const struct node *patch, const struct place *place,
		     enum go_type *type);
/* The value by which an item is known: the item itself for scalars, else that
 * under `key`; NULL with the error where it has none. */
const struct node *merge_item_key(struct merge *m, const struct node *item,
				  const char *key, const struct place *list,
				  uint32_t index);

/* Numbers for the keys of items: equal keys, equal numbers, from 0. */
struct ids {
	const struct node **keys;	/* by number */
	uint32_t n;
	uint32_t *slots;		/* number + 1, by hash */
	uint32_t mask;
};

/* Room for `n` different keys. */
struct ids ids_new(struct arena *a, uint32_t n);
uint32_t ids_of(struct ids *ids, const struct node *key);

/* An item on its way into the result. */
struct item {
	const struct node *node;
	uint32_t id;
};

#define RANK_NONE UINT32_MAX

/* By id: the first place in the patch (or in $setElementOrder) and in base. */
struct ranks {
	uint32_t *patch, *base;
};

struct ranks ranks_new(struct arena *a, uint32_t n);
/* Sort the items as Kubernetes does. */
void merge_order(struct arena *a, struct item *items, uint32_t n,
		 const struct ranks *ranks);
/* The items as a new version of `base`, or `base` itself where they are its
 * own in its order. */
const struct node *merge_items_node(struct arena *a, const struct node *base,
				    const struct item *items, uint32_t n,
				    const struct list_rule *rule);

#endif
