/*
 * The shapes of containers: one as Go's typed code would send it as a patch,
 * and what of one has a counterpart in another.
 */
#include "istio/post_step.h"

#include "k8s/patch.h"
#include "k8s/schema.h"

const struct node *container_as_sent(struct arena *a,
				     const struct node *container)
{
	return patch_typed(a, "Container", container, PATCH_ZERO_GONE);
}

static const struct node *common(struct arena *a,
				 const struct schema_type *type,
				 const struct node *now,
				 const struct node *shape);

/* The items of `list` under their merge keys. */
static const struct node *by_key(struct arena *a, const struct node *list,
				 str key)
{
	struct entry *entries = arena_array(a, struct entry, list->n);
	uint32_t n = 0;

	for (uint32_t i = 0; i < list->n; i++) {
		const struct node *k = node_get(list->items[i], key);

		if (k && node_is_scalar(k))
			entries[n++] = (struct entry){ k, list->items[i] };
	}
	return node_new_map(a, NULL, entries, n);
}

static const struct node *common_items(struct arena *a,
				       const struct schema_field *f,
				       const struct node *now,
				       const struct node *shape)
{
	str key = str_of(schema_text(f->merge_key));
	const struct node **items, *shapes;
	uint32_t n = 0;

	if (!(f->flags & SCHEMA_MERGE) || !key.n)
		return now;
	items = arena_array(a, const struct node *, now->n);
	shapes = by_key(a, shape, key);
	for (uint32_t i = 0; i < now->n; i++) {
		const struct node *k = node_get(now->items[i], key);
		const struct node *s = k && node_is_scalar(k) ?
			node_get(shapes, node_text(k)) : NULL;

		if (s)
			items[n++] = common(a, schema_struct(f),
					    now->items[i], s);
	}
	return node_new_list(a, now, items, n);
}

static const struct node *common_value(struct arena *a,
				       const struct schema_field *f,
				       const struct node *now,
				       const struct node *shape)
{
	if (!f || now->kind != shape->kind)
		return now;
	if (now->kind == NODE_LIST)
		return common_items(a, f, now, shape);
	if (now->kind == NODE_MAP)
		return common(a, f->shape == SCHEMA_ONE ? schema_struct(f) :
			      NULL, now, shape);
	return now;
}

/* The keys that both maps have, with the values of `now`; type NULL: a map of
 * scalars. */
static const struct node *common(struct arena *a,
				 const struct schema_type *type,
				 const struct node *now,
				 const struct node *shape)
{
	struct entry *entries;
	uint32_t n = 0;

	if (now->kind != NODE_MAP || shape->kind != NODE_MAP)
		return now;
	entries = arena_array(a, struct entry, now->n);
	for (uint32_t i = 0; i < now->n; i++) {
		struct entry e = now->entries[i];
		str key = node_text(e.key);
		const struct node *s = node_get(shape, key);

		if (!s)
			continue;
		e.value = common_value(a, type ? schema_field(type, key) : NULL,
				       e.value, s);
		entries[n++] = e;
	}
	return node_new_map(a, now, entries, n);
}

const struct node *container_common(struct arena *a, const struct node *now,
				    const struct node *shape)
{
	return common(a, schema_type(STR("Container")), now, shape);
}
