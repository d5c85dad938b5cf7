/*
 * A piece of a pod turned back into what it was, which is known as JSON of Go's
 * types.  What is the same stays the very node, so that its text stays; keys
 * keep the order of the pod, where JSON has that of Go's structs.
 */
#include "istio/post_step.h"

/* The item of `list` that has the name of `item`, or is equal to it. */
static const struct node *same_item(const struct node *list,
				    const struct node *item)
{
	const struct node *name = node_get(item, STR("name"));

	for (uint32_t i = 0; i < list->n; i++) {
		const struct node *other = list->items[i];

		if (name ? node_get(other, STR("name")) &&
			   node_equal(node_get(other, STR("name")), name) :
			   node_equal(other, item))
			return other;
	}
	return NULL;
}

static const struct node *restore_list(struct arena *a, const struct node *now,
				       const struct node *was)
{
	const struct node **items = arena_array(a, const struct node *, was->n);

	for (uint32_t i = 0; i < was->n; i++) {
		const struct node *item = same_item(now, was->items[i]);

		items[i] = item ? restore_node(a, item, was->items[i]) :
				  was->items[i];
	}
	return node_new_list(a, now, items, was->n);
}

static const struct node *restore_map(struct arena *a, const struct node *now,
				      const struct node *was)
{
	struct entry *entries = arena_array(a, struct entry, now->n + was->n);
	uint32_t n = 0;

	for (uint32_t i = 0; i < now->n; i++) {
		struct entry e = now->entries[i];
		const struct node *value = node_get(was, node_text(e.key));

		if (!value)
			continue;
		e.value = restore_node(a, e.value, value);
		entries[n++] = e;
	}
	for (uint32_t i = 0; i < was->n; i++)
		if (!node_get(now, node_text(was->entries[i].key)))
			entries[n++] = was->entries[i];
	return node_new_map(a, now, entries, n);
}

const struct node *restore_node(struct arena *a, const struct node *now,
				const struct node *was)
{
	if (node_equal(now, was))
		return now;
	if (now->kind != was->kind || node_is_scalar(now))
		return was;
	return now->kind == NODE_MAP ? restore_map(a, now, was) :
				       restore_list(a, now, was);
}
