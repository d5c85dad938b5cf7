#include "k8s/pods.h"

#include <string.h>

struct visit {
	struct arena *arena;
	const struct pods_visitor *visitor;
	const char *path;	/* of the row that is followed, for messages */
	bool found;		/* a template, by any row of the object */
	struct err *err;
};

/* A list with some of its items replaced; NULL items are the old ones. */
static const struct node *with_items(struct arena *a, const struct node *list,
				     const struct node **items)
{
	struct node *n;

	for (uint32_t i = 0; i < list->n; i++)
		if (!items[i])
			items[i] = list->items[i];
	n = node_new_list(a, list, items, list->n);
	return n;
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

static const struct node *follow(struct visit *v, const struct node *n,
				 str rest);

static const struct node *follow_items(struct visit *v, const struct node *list,
				       str rest)
{
	const struct node **items = NULL;
	str star, tail;

	if (list->kind != NODE_LIST) {
		wrong(v, list, "a list", rest);
		return NULL;
	}
	str_cut(rest, '.', &star, &tail);
	for (uint32_t i = 0; i < list->n; i++) {
		const struct node *old = list->items[i];
		const struct node *now = follow(v, old, tail);

		if (!now)
			return NULL;
		if (now == old)
			continue;
		if (!items)
			items = arena_zalloc(v->arena,
					     list->n * sizeof(*items));
		items[i] = now;
	}
	return items ? with_items(v->arena, list, items) : list;
}

/* The value that `rest` of the path leads to from n is the template. */
static const struct node *follow(struct visit *v, const struct node *n,
				 str rest)
{
	const struct node *old, *now;
	str key, tail;

	if (rest.n && rest.p[0] == '*')
		return follow_items(v, n, rest);
	if (n->kind != NODE_MAP) {
		wrong(v, n, "a map", rest);
		return NULL;
	}
	if (!rest.n) {
		v->found = true;
		return v->visitor->pod(v->visitor->ctx, n, v->path, v->err);
	}
	str_cut(rest, '.', &key, &tail);
	old = node_get(n, key);
	if (!old)
		return n;
	now = follow(v, old, tail);
	if (!now || now == old)
		return now ? n : NULL;
	return node_with(v->arena, n, key, now);
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
	for (; w; w = workload_next(w)) {
		v->path = w->path;
		now = follow(v, now, str_of(w->path));
		if (!now)
			return NULL;
	}
	if (!v->found)
		visitor->missing(visitor->ctx);
	visitor->done(visitor->ctx, now != object);
	return now;
}

static const struct node *visit(struct visit *v, const struct node *object,
				const struct workload *known);

static const struct node *visit_list(struct visit *v, const struct node *object,
				     const struct workload *item)
{
	const struct node *list = node_get(object, STR("items"));
	const struct node **items = NULL;

	if (!list || list->kind != NODE_LIST)
		return object;
	for (uint32_t i = 0; i < list->n; i++) {
		const struct node *old = list->items[i];
		const struct node *now = visit(v, old, item);

		if (!now)
			return NULL;
		if (now == old)
			continue;
		if (!items)
			items = arena_zalloc(v->arena,
					     list->n * sizeof(*items));
		items[i] = now;
	}
	if (!items)
		return object;
	return node_with(v->arena, object, STR("items"),
			 with_items(v->arena, list, items));
}

/* `known`: the row of an object in a typed list, which may leave it out. */
static const struct node *visit(struct visit *v, const struct node *object,
				const struct workload *known)
{
	const struct workload *w, *item;

	if (object->kind != NODE_MAP)
		return object;
	if (workload_is_list(object, &item))
		return visit_list(v, object, item);
	w = workload_find(object);
	if (!w && !node_get(object, STR("kind")))
		w = known;
	return w ? visit_workload(v, object, w) : object;
}

const struct node *pods_visit(struct arena *a, const struct node *root,
			      const struct pods_visitor *visitor,
			      struct err *e)
{
	struct visit v = { .arena = a, .visitor = visitor, .err = e };

	return visit(&v, root, NULL);
}
