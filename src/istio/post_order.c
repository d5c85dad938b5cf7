/*
 * The order of containers, and of everything that was merged.
 *
 * post_order is webhook.go's reorderPod.
 *
 * post_settle is for an injection after an injection, which Istio leaves to
 * strategic merge: what the template gives then comes in the template's order,
 * the rest is woven in, and another order may be the outcome.  Here a merged
 * list that has the same keys as before is put in the order it had.
 */
#include "istio/post_step.h"

#include <stdlib.h>
#include <string.h>

#include "tree/scalar.h"

/* An item of a list, to be found by its key. */
struct keyed {
	str key;
	uint32_t at;
};

static int compare(const void *a, const void *b)
{
	const struct keyed *x = a, *y = b;
	int by_key = str_cmp(x->key, y->key);

	return by_key ? by_key : (x->at > y->at) - (x->at < y->at);
}

/* The items in the order of their keys; NULL where one has none. */
static struct keyed *sorted(struct arena *a, const struct node *list,
			    str merge_key)
{
	struct keyed *keys = arena_array(a, struct keyed, list->n);

	for (uint32_t i = 0; i < list->n; i++) {
		const struct node *k = list->items[i];

		if (merge_key.n)
			k = node_get(k, merge_key);
		if (!k || !node_is_scalar(k))
			return NULL;
		keys[i] = (struct keyed){ node_text(k), i };
	}
	qsort(keys, list->n, sizeof(*keys), compare);
	return keys;
}

static const struct node *settle(struct arena *a, const struct node *old,
				 const struct node *new);

#define NONE UINT32_MAX

/* For each new item the old one with its key, or NONE; how many have one. */
static uint32_t pair(const struct keyed *were, uint32_t n_were,
		     const struct keyed *are, uint32_t n_are, uint32_t *was)
{
	uint32_t i = 0, k = 0, n = 0;

	memset(was, 0xff, n_are * sizeof(*was));
	while (i < n_were && k < n_are) {
		int order = str_cmp(were[i].key, are[k].key);

		if (order == 0) {
			was[are[k].at] = were[i].at;
			n++;
		}
		i += order <= 0;
		k += order >= 0;
	}
	return n;
}

static const struct node *settle_list(struct arena *a, const struct node *old,
				      const struct node *new)
{
	const char *key = new->extra ? new->extra->merge_key : NULL;
	struct keyed *were = key ? sorted(a, old, str_of(key)) : NULL;
	struct keyed *are = were ? sorted(a, new, str_of(key)) : NULL;
	const struct node **items;
	struct node *list;
	uint32_t *was;
	bool all, same = true;

	if (!are)
		return new;
	was = arena_array(a, uint32_t, new->n);
	items = arena_array(a, const struct node *, new->n);
	all = pair(were, old->n, are, new->n, was) == new->n &&
	      old->n == new->n;
	for (uint32_t i = 0; i < new->n; i++) {
		const struct node *item = new->items[i];
		uint32_t at = all ? was[i] : i;

		items[at] = was[i] == NONE ? item :
			    settle(a, old->items[was[i]], item);
		same = same && at == i && items[at] == item;
	}
	if (same)
		return new;
	list = node_new_list(a, new, items, new->n);
	node_extra(a, list)->merge_key = key;
	return list;
}

static const struct node *settle_map(struct arena *a, const struct node *old,
				     const struct node *new)
{
	struct entry *entries = arena_array(a, struct entry, new->n);
	bool same = true;

	for (uint32_t i = 0; i < new->n; i++) {
		const struct node *was;

		entries[i] = new->entries[i];
		was = node_get(old, node_text(entries[i].key));
		if (was)
			entries[i].value = settle(a, was, entries[i].value);
		same = same && entries[i].value == new->entries[i].value;
	}
	return same ? new : node_new_map(a, new, entries, new->n);
}

static const struct node *settle(struct arena *a, const struct node *old,
				 const struct node *new)
{
	if (old == new || old->kind != new->kind)
		return new;
	if (new->kind == NODE_MAP)
		return settle_map(a, old, new);
	if (new->kind == NODE_LIST)
		return settle_list(a, old, new);
	return new;
}

const struct node *post_settle(const struct injection *in,
			       const struct node *pod, struct err *e)
{
	(void)e;
	if (!pod_note(in->pod, NOTE_STATUS))
		return pod;
	return settle(in->arena, in->pod, pod);
}

enum end { FIRST, LAST };

/* The containers of that name at one end of the list. */
static const struct node *shift(struct arena *a, const struct node *pod,
				enum pod_list list, str name, enum end end)
{
	const struct node *old = pod_containers(pod, list);
	uint32_t n = pod_count(old), at = 0;
	const struct node **items = arena_array(a, const struct node *, n);

	for (int pass = 0; pass < 2; pass++) {
		for (uint32_t i = 0; i < n; i++) {
			const struct node *c = node_item(old, i);
			bool is = pod_text_is(node_get(c, STR("name")), name);

			if (is == ((pass == 0) == (end == FIRST)))
				items[at++] = c;
		}
	}
	return old ? pod_with_list(a, pod, list, items, n) : pod;
}

/* Does the application wait for the proxy? */
static bool holds(const struct injection *in)
{
	const struct node *value =
		node_find(in->istio->values,
			  "global.proxy.holdApplicationUntilProxyStarts");

	return mesh_bool(in->mesh.proxy, "holdApplicationUntilProxyStarts") ||
	       (value && value->kind == NODE_BOOL && scalar_bool(value));
}

struct position {
	const char *name;
	enum end end;
};

/* With native sidecars init containers are in the mesh, too; without, they run
 * before traffic is captured, all but the one that checks whether the CNI
 * plugin has seen to that. */
static const struct position native[] = {
	{ "enable-core-dump", FIRST },
	{ "istio-proxy", FIRST },
	{ "istio-validation", FIRST },
	{ "istio-init", FIRST },
	{ NULL, FIRST },
}, plain[] = {
	{ "istio-validation", FIRST },
	{ "istio-init", LAST },
	{ "enable-core-dump", LAST },
	{ NULL, FIRST },
};

const struct node *post_order(const struct injection *in,
			      const struct node *pod, struct err *e)
{
	const struct position *p = pod_find_in(pod, POD_INIT_CONTAINERS,
					       PROXY_CONTAINER).container ?
		native : plain;

	(void)e;
	/* when it is last, `kubectl exec` goes to the application */
	pod = shift(in->arena, pod, POD_CONTAINERS, PROXY_CONTAINER,
		    holds(in) ? FIRST : LAST);
	for (; p->name; p++)
		pod = shift(in->arena, pod, POD_INIT_CONTAINERS,
			    str_of(p->name), p->end);
	return pod;
}
