/*
 * pod_tree - parts of a Pod's tree, read and changed.
 *
 * A change makes a new version with the old node as its origin; what does not
 * change stays the same node, so that edit/diff finds what is to be edited and
 * no more.  Lists of containers and of env keep the mark that they are merged
 * by name.
 *
 * Fields that are absent, null or of the wrong kind read as Go's zero values; a
 * map that is absent or null is created when something is put into it.
 */
#ifndef ISTIO_POD_TREE_H
#define ISTIO_POD_TREE_H

#include "tree/node.h"

#define PROXY_CONTAINER STR("istio-proxy")

enum pod_list { POD_CONTAINERS, POD_INIT_CONTAINERS, POD_LISTS };

/* "containers", "initContainers" */
str pod_list_key(enum pod_list list);
/* The other list. */
static inline enum pod_list pod_other(enum pod_list list)
{
	return list == POD_CONTAINERS ? POD_INIT_CONTAINERS : POD_CONTAINERS;
}

/* A scalar as sigs.k8s.io/yaml decodes it into a Go string: a bool or number
 * as its JSON, null as "".  STR_NONE for NULL and collections. */
str pod_text(struct arena *a, const struct node *n);
/* Is that the text of the scalar? */
bool pod_text_is(const struct node *n, str text);
/* strconv.ParseBool: false if the text is not a bool. */
bool pod_parse_bool(str text, bool *out);
/* The text without ASCII white space around it. */
str pod_trim(str text);
/* A whole number, also if written 80.0; false for anything else. */
bool pod_get_int(const struct node *n, int64_t *out);
struct node *pod_int(struct arena *a, int64_t i);

/* The number of items of a node as a list: 0 for NULL and anything else. */
static inline uint32_t pod_count(const struct node *list)
{
	return list && list->kind == NODE_LIST ? list->n : 0;
}

/* `map` with `key` set; value NULL removes it.  `type`, a row of the schema or
 * NULL, determines where a new key is inserted: see strategic_merge.h. */
const struct node *pod_put(struct arena *a, const char *type,
			   const struct node *map, str key,
			   const struct node *value);

/* The node of an annotation's value, or NULL. */
const struct node *pod_note(const struct node *pod, str name);
/* The Pod with this annotation or label; STR_NONE removes it. */
const struct node *pod_annotate(struct arena *a, const struct node *pod,
				str name, str value);
const struct node *pod_label_with(struct arena *a, const struct node *pod,
				  str name, str value);

/* The Pod without annotations, labels and metadata that are empty maps. */
const struct node *pod_prune(struct arena *a, const struct node *pod);

/* A container and its place in the Pod. */
struct pod_place {
	enum pod_list list;
	uint32_t at;
	const struct node *container;	/* NULL: not found */
};

/* spec.containers or spec.initContainers; NULL if that is not a list. */
const struct node *pod_containers(const struct node *pod, enum pod_list list);
/* The first item with that name in a list of containers, or NULL. */
const struct node *pod_named(const struct node *containers, str name);
/* Find a container in one list of the Pod. */
struct pod_place pod_find_in(const struct node *pod, enum pod_list list,
			     str name);
/* Find it in `containers`, else in `initContainers` (app_probe.go:
 * FindContainerFromPod). */
struct pod_place pod_find(const struct node *pod, str name);

/* The Pod with these containers in that list, in this order.  An empty list of
 * initContainers is removed. */
const struct node *pod_with_list(struct arena *a, const struct node *pod,
				 enum pod_list list,
				 const struct node **items, uint32_t n);
/* The Pod with another container in that place; NULL removes it. */
const struct node *pod_replace(struct arena *a, const struct node *pod,
			       const struct pod_place *place,
			       const struct node *container);
/* The Pod with the container at the end of that list. */
const struct node *pod_append(struct arena *a, const struct node *pod,
			      enum pod_list list,
			      const struct node *container);

/* The container's env entry of that name, or NULL. */
const struct node *pod_env(const struct node *container, str name);
/* The container with {name, value} appended to its env; with `replace`, in
 * place of the first entry of that name, if there is one. */
const struct node *pod_with_env(struct arena *a, const struct node *container,
				str name, str value, bool replace);

/* `now` changed back to `was`, which is known as JSON of Go's types, with as
 * few new nodes as possible: what is equal stays the same node, and keys keep
 * their order. */
const struct node *pod_restore(struct arena *a, const struct node *now,
			       const struct node *was);

#endif
