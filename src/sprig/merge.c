/*
 * merge - maps merged into maps, and values copied to their depths.
 *
 * Read off mergo's deepMerge, of which only the part for maps can be reached
 * from a template.  It walks a copy of the source's entries: the target may be
 * a part of the source.
 */
#include "sprig/merge.h"

#include "sprig/nest.h"
#include "sprig/types.h"

struct merge {
	struct call *call;
	bool overwrite;
	int depth;
};

static enum merge_outcome merge_maps(struct merge *m, struct map *to,
				     const struct type *t,
				     const struct value *from);

/* A typed map (map[string]string) takes no other values than its own. */
static enum merge_outcome put(struct merge *m, struct map *to,
			      const struct type *t, const struct value *from,
			      str key, struct value v)
{
	if (t->elem != &type_interface && t != from->type) {
		/* of lists mergo names the type itself */
		call_fail(m->call, "reflect.Value.SetMapIndex: value of type "
				   "%s is not assignable to type %s",
			  value_kind(&v) == KIND_SLICE
				  ? v.type->name : from->type->elem->name,
			  t->elem->name);
		return MERGE_FAILED;
	}
	map_set(to, key, v);
	return MERGE_DONE;
}

/* Does the target's value count as absent? */
static bool is_empty(const struct value *v)
{
	return value_kind(v) != KIND_STRUCT && !value_true(v);
}

/* Two values of which the source's is a map, an object or a pointer: maps grow
 * together; everything else is left to what follows. */
static enum merge_outcome merge_inner(struct merge *m, const struct value *to,
				      const struct value *from)
{
	enum kind a = value_kind(to), b = value_kind(from);

	if (a == KIND_MAP && b == KIND_MAP && to->map)
		return merge_maps(m, to->map, to->type, from);
	if (a == KIND_PTR && b != KIND_PTR && to->object && !m->overwrite &&
	    to->type->elem != from->type)
		return MERGE_MISFIT;
	return MERGE_DONE;
}

static enum merge_outcome merge_entry(struct merge *m, struct map *to,
				      const struct type *t,
				      const struct value *from,
				      const struct map_entry *e)
{
	enum kind k = value_kind(&e->value);
	enum merge_outcome done = MERGE_DONE;
	struct value old;
	bool has = map_get(to, e->key, &old);

	if (value_is_nothing(&e->value)) {
		if (!m->overwrite)
			return MERGE_DONE;
		return put(m, to, t, from, e->key, e->value);
	}
	if (has && (k == KIND_MAP || k == KIND_STRUCT || k == KIND_PTR))
		done = merge_inner(m, &old, &e->value);
	if (done != MERGE_DONE)
		return done;
	if (has && !is_empty(&old)) {
		if (!m->overwrite)
			return MERGE_DONE;
		if (k == KIND_MAP && value_kind(&old) == KIND_MAP)
			return MERGE_DONE;
	}
	return put(m, to, t, from, e->key, e->value);
}

static enum merge_outcome merge_maps(struct merge *m, struct map *to,
				     const struct type *t,
				     const struct value *from)
{
	enum merge_outcome done = MERGE_DONE;
	uint32_t i, n = map_len(from->map);
	const struct map_entry *e;

	if (to == from->map)
		return MERGE_DONE;
	if (m->depth == NEST_MAX) {
		call_fail(m->call, "maps nest too deep to be merged");
		return MERGE_FAILED;
	}
	if (call_charge(m->call, n, 2 * sizeof(*e)) != 0)
		return MERGE_FAILED;
	e = map_sorted(m->call->arena, from->map);
	m->depth++;
	for (i = 0; i < n && done == MERGE_DONE; i++)
		done = merge_entry(m, to, t, from, &e[i]);
	m->depth--;
	return done;
}

enum merge_outcome merge_into(struct call *c, struct map *to,
			      const struct type *t, const struct value *from,
			      bool overwrite)
{
	struct merge m = { c, overwrite, 0 };

	return merge_maps(&m, to, t, from);
}

/* ---- copies ---- */

static int copy(struct call *c, struct value *out, const struct value *v,
		int depth);

static int copy_list(struct call *c, struct value *out, const struct value *v,
		     int depth)
{
	struct value *items;
	uint32_t i;

	if (!v->n)
		return 0;
	if (call_charge(c, v->n, sizeof(*items)) != 0)
		return -1;
	items = arena_array(c->arena, struct value, v->n);
	for (i = 0; i < v->n; i++)
		if (copy(c, &items[i], &v->items[i], depth + 1) != 0)
			return -1;
	out->items = items;
	return 0;
}

static int copy_map(struct call *c, struct value *out, const struct value *v,
		    int depth)
{
	const struct map_entry *e;
	struct value inner;
	uint32_t i, n = map_len(v->map);

	if (!v->map)
		return 0;
	if (call_charge(c, (size_t)n + 4, 3 * sizeof(*e)) != 0)
		return -1;
	e = map_sorted(c->arena, v->map);
	out->map = map_new(c->arena, v->type);
	for (i = 0; i < n; i++) {
		if (copy(c, &inner, &e[i].value, depth + 1) != 0)
			return -1;
		map_set(out->map, e[i].key, inner);
	}
	return 0;
}

static int copy(struct call *c, struct value *out, const struct value *v,
		int depth)
{
	if (depth > NEST_MAX)
		return call_fail(c, "lists and maps nest too deep "
				    "to be copied");
	*out = *v;
	if (v->type == &sprig_version_ptr) {
		/* the copy lacks what is private: all there is */
		out->object = sprig_version_zero;
		return 0;
	}
	switch (value_kind(v)) {
	case KIND_SLICE:
		return copy_list(c, out, v, depth);
	case KIND_MAP:
		return copy_map(c, out, v, depth);
	default:
		return 0;
	}
}

int copy_deep(struct call *c, struct value *out, const struct value *v)
{
	return copy(c, out, v, 0);
}
