#include "k8s/patch.h"

#include "k8s/schema.h"
#include "tree/scalar.h"

struct typing {
	struct arena *arena;
	enum patch_zero zero;
	const struct node *null;	/* what deletes */
};

/* A field that encoding/json leaves out for its zero value. */
static bool left_out(const struct schema_field *f, const struct node *value)
{
	int64_t i;

	if (!(f->flags & SCHEMA_OMITEMPTY))
		return false;
	if (f->shape != SCHEMA_ONE)
		return value->n == 0;
	if (f->flags & SCHEMA_POINTER)
		return false;
	switch ((enum node_kind)value->kind) {
	case NODE_STRING:
		return value->n == 0;
	case NODE_BOOL:
		return !scalar_bool(value);
	case NODE_INT:
		return scalar_int64(value, &i) && i == 0;
	default:
		return false;
	}
}

/* Does an empty value, merged, leave what is there? */
static bool merges(const struct schema_field *f)
{
	return f->shape == SCHEMA_MAP || f->flags & SCHEMA_MERGE;
}

static const struct node *as_struct(struct typing *t,
				    const struct schema_type *type,
				    const struct node *map);

static const struct node *as_list(struct typing *t,
				  const struct schema_type *type,
				  const struct node *list)
{
	const struct node **items = arena_array(t->arena, const struct node *,
						list->n);
	bool same = true;

	for (uint32_t i = 0; i < list->n; i++) {
		items[i] = as_struct(t, type, list->items[i]);
		same = same && items[i] == list->items[i];
	}
	return same ? list : node_new_list(t->arena, list, items, list->n);
}

/* What becomes of a field's value; NULL: it is not there. */
static const struct node *as_field(struct typing *t,
				   const struct schema_field *f,
				   const struct node *value)
{
	const struct schema_type *of = schema_struct(f);

	if (left_out(f, value))
		return t->zero == PATCH_ZERO_GONE || merges(f) ? NULL :
								 t->null;
	if (of && value->kind == NODE_LIST)
		return as_list(t, of, value);
	if (of && f->shape == SCHEMA_ONE)
		return as_struct(t, of, value);
	return value;
}

static const struct node *as_struct(struct typing *t,
				    const struct schema_type *type,
				    const struct node *map)
{
	struct entry *entries;
	bool same = true;
	uint32_t n = 0;

	if (map->kind != NODE_MAP)
		return map;
	entries = arena_array(t->arena, struct entry, map->n);
	for (uint32_t i = 0; i < map->n; i++) {
		struct entry e = map->entries[i];
		const struct schema_field *f = schema_field(type,
							    node_text(e.key));

		if (e.value->kind == NODE_NULL)
			e.value = t->zero == PATCH_ZERO_GONE ? NULL : e.value;
		else if (f)
			e.value = as_field(t, f, e.value);
		if (!e.value)
			continue;
		same = same && e.value == map->entries[i].value;
		entries[n++] = e;
	}
	return same && n == map->n ? map :
	       node_new_map(t->arena, map, entries, n);
}

const struct node *patch_typed(struct arena *a, const char *type,
			       const struct node *n, enum patch_zero zero)
{
	struct typing t = { a, zero, NULL };

	if (zero == PATCH_ZERO_DELETES)
		t.null = node_new(a, NODE_NULL);
	return as_struct(&t, schema_type(str_of(type)), n);
}
