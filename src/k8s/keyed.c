#include "k8s/keyed.h"

#include "k8s/schema.h"

static const struct node *keyed_map(struct arena *a, const struct node *map,
				    const struct schema_type *type);

static const struct node *keyed_list(struct arena *a, const struct node *list,
				     const struct schema_field *f)
{
	const struct node **items = arena_array(a, const struct node *,
						list->n);
	struct node *out;

	for (uint32_t i = 0; i < list->n; i++)
		items[i] = keyed_map(a, list->items[i], schema_struct(f));
	out = node_new_list(a, list, items, list->n);
	if (f->flags & SCHEMA_MERGE)
		node_extra(a, out)->merge_key = schema_text(f->merge_key);
	return out;
}

static const struct node *keyed_map(struct arena *a, const struct node *map,
				    const struct schema_type *type)
{
	struct entry *entries;

	if (!type || map->kind != NODE_MAP)
		return map;
	entries = arena_array(a, struct entry, map->n);
	for (uint32_t i = 0; i < map->n; i++) {
		struct entry e = map->entries[i];
		const struct schema_field *f = schema_field(type,
							node_text(e.key));

		if (f && f->shape == SCHEMA_LIST && e.value->kind == NODE_LIST)
			e.value = keyed_list(a, e.value, f);
		else if (f && f->shape == SCHEMA_ONE)
			e.value = keyed_map(a, e.value, schema_struct(f));
		entries[i] = e;
	}
	return node_new_map(a, map, entries, map->n);
}

const struct node *keyed_pod(struct arena *a, const struct node *pod)
{
	return keyed_map(a, pod, schema_type(STR("PodTemplateSpec")));
}
