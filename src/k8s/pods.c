#include "k8s/pods.h"

#include <string.h>

struct visit {
	struct arena *arena;
	const struct pods_visitor *visitor;
	const char *path;	/* of the row that is followed, for messages */
	/* The object, where the Pod's metadata stand elsewhere in it. */
	const struct node *object;
	const struct workload_istio *istio;
	const struct node *metadata;	/* what they became */
	bool found;		/* a template, by any row of the object */
	struct err *err;
};

/* What becomes of one item, or NULL with the error set. */
typedef const struct node *item_fn(struct visit *v, const struct node *item,
				   const void *arg);

/* The list with what becomes of its items; itself where all stay. */
static const struct node *with_items(struct visit *v, const struct node *list,
				     item_fn *become, const void *arg)
{
	const struct node **items = NULL;

	for (uint32_t i = 0; i < list->n; i++) {
		const struct node *now = become(v, list->items[i], arg);

		if (!now)
			return NULL;
		if (!items && now != list->items[i]) {
			items = arena_array(v->arena, const struct node *,
					    list->n);
			memcpy(items, list->items, i * sizeof(*items));
		}
		if (items)
			items[i] = now;
	}
	return items ? node_new_list(v->arena, list, items, list->n) : list;
}

static int wrong(struct visit *v, const struct node *n, const char *want,
		 str rest)
{
	size_t walked = strlen(v->path) - rest.n;

	while (walked && v->path[walked - 1] == '.')
		walked--;
	return err_set(v->err, node_pos(n), "%.*s: want %s, found %s",
		       (int)walked, v->path, want, node_kind_name(n));
}

/* A Pod whose metadata are not its template's: shown as one, and what comes
 * back is taken apart again. */
static const struct node *visit_split_pod(struct visit *v,
					  const struct node *template)
{
	const struct node *meta = node_find(v->object, v->istio->metadata);
	const struct node *own = node_get(template, STR("metadata"));
	const struct node *pod = node_with(v->arena, template, STR("metadata"),
					   meta);
	const struct node *now = v->visitor->pod(v->visitor->ctx, pod, v->path,
						 v->err);

	if (!now || now == pod)
		return now ? template : NULL;
	v->metadata = node_get(now, STR("metadata"));
	return node_with(v->arena, now, STR("metadata"), own);
}

/* In Go's structs nothing on the way to the template is missing; a pointer is
 * nil. */
static const struct node *missing_for_istio(struct visit *v,
					    const struct node *n)
{
	if (!v->istio->template_required)
		return node_new(v->arena, NODE_MAP);
	err_set(v->err, node_pos(n), "spec.template is required value");
	return NULL;
}

static const struct node *follow(struct visit *v, const struct node *n,
				 str rest);

static const struct node *follow_item(struct visit *v, const struct node *item,
				      const void *rest)
{
	return follow(v, item, *(const str *)rest);
}

/* The value that `rest` of the path leads to from n is the template. */
static const struct node *follow(struct visit *v, const struct node *n,
				 str rest)
{
	const struct node *old, *now;
	str key, tail;

	if (rest.n && rest.p[0] == '*') {
		if (n->kind == NODE_LIST) {
			str_cut(rest, '.', &key, &tail);
			return with_items(v, n, follow_item, &tail);
		}
		wrong(v, n, "a list", rest);
		return NULL;
	}
	if (n->kind != NODE_MAP) {
		wrong(v, n, "a map", rest);
		return NULL;
	}
	if (!rest.n) {
		v->found = true;
		if (v->istio && v->istio->metadata)
			return visit_split_pod(v, n);
		return v->visitor->pod(v->visitor->ctx, n, v->path, v->err);
	}
	str_cut(rest, '.', &key, &tail);
	old = node_get(n, key);
	if (!old && v->istio)
		old = missing_for_istio(v, n);
	if (!old)
		return v->istio ? NULL : n;
	now = follow(v, old, tail);
	if (!now || now == old)
		return now ? n : NULL;
	return node_with(v->arena, n, key, now);
}

/* The object with `value` at a path of keys, which may end in a new one. */
static const struct node *with_path(struct arena *a, const struct node *n,
				    str path, const struct node *value)
{
	str key, rest;

	if (!str_cut(path, '.', &key, &rest))
		return node_with(a, n, key, value);
	return node_with(a, n, key,
			 with_path(a, node_get(n, key), rest, value));
}

static const struct node *visit_workload(struct visit *v,
					 const struct node *object,
					 const struct workload *w)
{
	const struct pods_visitor *visitor = v->visitor;
	const struct node *now = object;

	if (!visitor->object(visitor->ctx, object, w, v->err))
		return NULL;
	v->found = false;
	v->object = object;
	v->metadata = v->istio && v->istio->metadata ?
			      node_find(object, v->istio->metadata) : NULL;
	for (; w; w = v->istio ? NULL : workload_next(w)) {
		v->path = w->path;
		now = follow(v, now, str_of(w->path));
		if (!now)
			return NULL;
	}
	if (v->istio && v->istio->metadata &&
	    v->metadata != node_find(now, v->istio->metadata))
		now = with_path(v->arena, now, str_of(v->istio->metadata),
				v->metadata);
	if (!v->found)
		visitor->missing(visitor->ctx);
	visitor->done(visitor->ctx, now != object);
	return now;
}

static const struct node *visit(struct visit *v, const struct node *object,
				const struct workload *known);

static const struct node *visit_item(struct visit *v, const struct node *item,
				     const void *known)
{
	return visit(v, item, known);
}

static const struct node *visit_list(struct visit *v, const struct node *object,
				     const struct workload *item)
{
	const struct node *list = node_get(object, STR("items")), *now;

	if (!list || list->kind != NODE_LIST)
		return object;
	now = with_items(v, list, visit_item, item);
	if (!now || now == list)
		return now ? object : NULL;
	return node_with(v->arena, object, STR("items"), now);
}

static const struct node *pass(struct visit *v, const struct node *object)
{
	if (v->visitor->passed)
		v->visitor->passed(v->visitor->ctx, object);
	return object;
}

/* As kube-inject: by the kind, in any API group; but what has no template and
 * is none of Kubernetes' own is something else of that name. */
static const struct node *visit_istio(struct visit *v,
				      const struct node *object,
				      const struct workload *w)
{
	v->istio = workload_istio(object);
	if (!v->istio)
		return pass(v, object);
	if (!w && !node_find(object, v->istio->any.path))
		return pass(v, object);
	return visit_workload(v, object, w ? w : &v->istio->any);
}

/* The row of a kind of the user's own.  Where it is Istio's way no other kind's
 * items are visited without knowing theirs. */
static const struct workload *own_row(const struct visit *v,
				      const struct node *object,
				      const struct workload *known)
{
	const struct workload *own = v->visitor->own;

	if (!own)
		return NULL;
	if (v->visitor->istio && !node_get(object, STR("kind")))
		return known;
	return workload_find_in(own, object);
}

/* `known`: the row of an object in a typed list, which may leave it out. */
static const struct node *visit(struct visit *v, const struct node *object,
				const struct workload *known)
{
	const struct workload *own, *w, *item;

	if (object->kind != NODE_MAP)
		return object;
	own = v->visitor->own;
	if (own && workload_is_list_in(own, object, &item) && item)
		return visit_list(v, object, item);
	own = own_row(v, object, known);
	if (own) {
		v->istio = NULL;
		return visit_workload(v, object, own);
	}
	if (workload_is_list(object, &item))
		return v->visitor->istio && item ?
			       pass(v, object) : visit_list(v, object, item);
	w = workload_find(object);
	if (v->visitor->istio)
		return visit_istio(v, object, w);
	if (!w && !node_get(object, STR("kind")))
		w = known;
	return w ? visit_workload(v, object, w) : pass(v, object);
}

const struct node *pods_visit(struct arena *a, const struct node *root,
			      const struct pods_visitor *visitor,
			      struct err *e)
{
	struct visit v = { .arena = a, .visitor = visitor, .err = e };

	return visit(&v, root, NULL);
}
