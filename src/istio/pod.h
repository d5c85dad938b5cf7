/*
 * pod - parts of a Pod's tree, read and changed.
 *
 * What changes is a new version with the old node as its origin, and where
 * nothing does the very same node comes back, so that edit/diff finds what is
 * to be edited and no more.  A list of containers or of env keeps the mark that
 * it is merged by name.
 *
 * Fields that are absent, null or of the wrong kind read as Go's zero values; a
 * map that is absent or null is made when something is put in.
 */
#ifndef ISTIO_POD_H
#define ISTIO_POD_H

#include "tree/node.h"

#define PROXY_CONTAINER STR("istio-proxy")

enum pod_list { POD_CONTAINERS, POD_INIT_CONTAINERS, POD_LISTS };

/* "containers", "initContainers" */
str pod_list_key(enum pod_list list);
static inline enum pod_list pod_other(enum pod_list list)
{
	return list == POD_CONTAINERS ? POD_INIT_CONTAINERS : POD_CONTAINERS;
}

/* A scalar as Go has it that is decoded into a string by sigs.k8s.io/yaml: a
 * bool or number as its JSON, null as "".  STR_NONE for NULL and collections.
 */
str pod_text(struct arena *a, const struct node *n);
bool pod_text_is(const struct node *n, str text);
/* As strconv.ParseBool: false where it is no bool. */
bool pod_parse_bool(str text, bool *out);
/* Without the white space around it. */
str pod_trim(str text);
/* A whole number, also one written 80.0; false for anything else. */
bool pod_get_int(const struct node *n, int64_t *out);
struct node *pod_int(struct arena *a, int64_t i);

/* How many items a node has as a list: 0 for NULL and anything else. */
static inline uint32_t pod_count(const struct node *list)
{
	return list && list->kind == NODE_LIST ? list->n : 0;
}

/* `map` with `key` set, or with value NULL without it.  `type`, a row of the
 * schema or NULL, says where a new key goes: as merge.h has it. */
const struct node *pod_put(struct arena *a, const char *type,
			   const struct node *map, str key,
			   const struct node *value);

/* The node of an annotation or label, or NULL. */
const struct node *pod_note(const struct node *pod, str name);
/* The pod with this annotation or label; STR_NONE: without it. */
const struct node *pod_annotate(struct arena *a, const struct node *pod,
				str name, str value);
const struct node *pod_label_with(struct arena *a, const struct node *pod,
				  str name, str value);

/* The pod without annotations, labels and metadata that are empty maps. */
const struct node *pod_prune(struct arena *a, const struct node *pod);

/* A container and where it stands. */
struct pod_place {
	enum pod_list list;
	uint32_t at;
	const struct node *container;	/* NULL: nowhere */
};

/* spec.containers or spec.initContainers; NULL where that is no list. */
const struct node *pod_containers(const struct node *pod, enum pod_list list);
/* The first one of that name in a list of containers, or NULL. */
const struct node *pod_named(const struct node *containers, str name);
/* In one list of the pod; in `containers`, else in `initContainers`
 * (app_probe.go: FindContainerFromPod). */
struct pod_place pod_find_in(const struct node *pod, enum pod_list list,
			     str name);
struct pod_place pod_find(const struct node *pod, str name);

/* The pod with these in that list, in this order.  An empty list of
 * initContainers goes. */
const struct node *pod_with_list(struct arena *a, const struct node *pod,
				 enum pod_list list,
				 const struct node **items, uint32_t n);
/* The pod with another container in that place, or with NULL none. */
const struct node *pod_replace(struct arena *a, const struct node *pod,
			       const struct pod_place *place,
			       const struct node *container);
const struct node *pod_append(struct arena *a, const struct node *pod,
			      enum pod_list list,
			      const struct node *container);

/* The container's env entry of that name, or NULL. */
const struct node *pod_env(const struct node *container, str name);
/* The container with {name, value} behind its env; `replace`: in the place of
 * the first entry of that name, where there is one. */
const struct node *pod_with_env(struct arena *a, const struct node *container,
				str name, str value, bool replace);

#endif
