/*
 * dicts - sprig's functions on maps (dict.go).
 *
 * `set` and `unset` change the map they are given.  Where Go's order of keys is
 * random (keys, values), it is the order of their bytes here.
 *
 * merge is what sprig makes of mergo 1.0 (deepMerge, of which a template can
 * reach only the part for maps): the target's own values win, except for zero
 * values ("", 0, false, nil, [] and {}), which count as absent; with
 * `overwrite` the source's values win, zero or not.
 *
 *	{a: 1, b: {c: 0}} and {a: 2, b: {c: 3}, d: 4}
 *	give {a: 1, b: {c: 3}, d: 4}
 *
 * Maps on both sides are merged in place, visible to all holders of the
 * target's; a map that only the source has is shared, not copied.  Lists are
 * plain values.  The walk is over a copy of the source's entries, since the
 * target may be part of the source.
 */
#include "sprig/sprig.h"

static int dict(struct call *c, struct value *out)
{
	struct map *m = map_new(c->arena, &type_map);
	struct buf key = BUF_INIT;
	uint32_t i;

	for (i = 0; i < c->n; i += 2) {
		if (sprig_strval(c, &key, &c->args[i]) != 0) {
			buf_release(&key);
			return -1;
		}
		map_set(m, arena_str(c->arena, buf_str(&key)),
			i + 1 < c->n ? c->args[i + 1] : value_str(STR("")));
		buf_clear(&key);
	}
	buf_release(&key);
	*out = value_of_map(m, &type_map);
	return 0;
}

static int get(struct call *c, struct value *out)
{
	if (!map_get(call_map(c, 0), call_str(c, 1), out))
		*out = value_str(STR(""));
	return 0;
}

static int set(struct call *c, struct value *out)
{
	if (!call_map(c, 0))
		return call_fail(c, "assignment to entry in nil map");
	map_set(call_map(c, 0), call_str(c, 1), c->args[2]);
	*out = c->args[0];
	return 0;
}

static int unset(struct call *c, struct value *out)
{
	if (call_map(c, 0))
		map_delete(call_map(c, 0), call_str(c, 1));
	*out = c->args[0];
	return 0;
}

static int has_key(struct call *c, struct value *out)
{
	*out = value_bool(map_has(call_map(c, 0), call_str(c, 1)));
	return 0;
}

static int pluck(struct call *c, struct value *out)
{
	struct items l = ITEMS_INIT(c->arena);
	struct value v;
	uint32_t i;

	for (i = 1; i < c->n; i++)
		if (map_get(call_map(c, i), call_str(c, 0), &v))
			items_add(&l, v);
	*out = items_list(&l, &type_list);
	return 0;
}

static int keys(struct call *c, struct value *out)
{
	struct items l = ITEMS_INIT(c->arena);
	uint32_t i, j, n;

	for (i = 0; i < c->n; i++) {
		const struct map_entry *e;

		n = map_len(call_map(c, i));
		if (call_charge(c, n, sizeof(*e) + sizeof(*l.at)) != 0)
			return -1;
		e = map_sorted(c->arena, call_map(c, i));
		for (j = 0; j < n; j++)
			items_add(&l, value_str(e[j].key));
	}
	*out = items_list(&l, &type_strings);
	return 0;
}

static int values(struct call *c, struct value *out)
{
	struct items l = ITEMS_INIT(c->arena);
	const struct map_entry *e;
	uint32_t i, n = map_len(call_map(c, 0));

	if (call_charge(c, n, sizeof(*e) + sizeof(*l.at)) != 0)
		return -1;
	e = map_sorted(c->arena, call_map(c, 0));
	for (i = 0; i < n; i++)
		items_add(&l, e[i].value);
	*out = items_list(&l, &type_list);
	return 0;
}

static int pick(struct call *c, struct value *out)
{
	struct map *m = map_new(c->arena, &type_map);
	struct value v;
	uint32_t i;

	for (i = 1; i < c->n; i++)
		if (map_get(call_map(c, 0), call_str(c, i), &v))
			map_set(m, call_str(c, i), v);
	*out = value_of_map(m, &type_map);
	return 0;
}

static int omit(struct call *c, struct value *out)
{
	uint32_t i, n = map_len(call_map(c, 0));
	const struct map_entry *e;
	struct map *m;

	if (call_charge(c, n, 2 * sizeof(*e)) != 0)
		return -1;
	m = map_new(c->arena, &type_map);
	e = map_sorted(c->arena, call_map(c, 0));
	for (i = 0; i < n; i++)
		map_set(m, e[i].key, e[i].value);
	for (i = 1; i < c->n; i++)
		map_delete(m, call_str(c, i));
	*out = value_of_map(m, &type_map);
	return 0;
}

/* ---- dig ---- */

/* Is it of this type?  What Go says where x.(type) is not. */
static int assert_type(struct call *c, const struct value *v,
		       const struct type *t)
{
	if (v->type == t)
		return 0;
	return call_fail(c, "interface conversion: interface {} is %s, not %s",
			 v->type ? v->type->name : "nil", t->name);
}

/* dig "a" "b" default map: map.a.b, or the default where a key is missing. */
static int dig(struct call *c, struct value *out)
{
	uint32_t i, n = c->n - 2;
	struct value at, next;

	if (c->n < 3)
		return call_fail(c, "dig needs at least three arguments");
	at = c->args[c->n - 1];
	if (assert_type(c, &at, &type_map) != 0)
		return -1;
	for (i = 0; i < n; i++)
		if (assert_type(c, &c->args[i], &type_string) != 0)
			return -1;
	for (i = 0; i < n; i++) {
		if (i && assert_type(c, &at, &type_map) != 0)
			return -1;
		if (!map_get(at.map, call_str(c, i), &next)) {
			*out = c->args[n];
			return 0;
		}
		at = next;
	}
	*out = at;
	return 0;
}

/* ---- merging ---- */

enum merge_outcome {
	MERGE_DONE,
	MERGE_MISFIT,	/* a pointer in the target, something else to merge */
	MERGE_FAILED,	/* the call has an error */
};

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
	if (m->depth == SPRIG_NEST_MAX) {
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

/* Merge the map `from` into `to`, a map of type t. */
static enum merge_outcome merge_into(struct call *c, struct map *to,
				     const struct type *t,
				     const struct value *from, bool overwrite)
{
	struct merge m = { c, overwrite, 0 };

	return merge_maps(&m, to, t, from);
}

/* All other maps into the first.  A map that cannot take another is no error
 * for sprig, but the result is "" then; the must- forms fail. */
static int merge_all(struct call *c, struct value *out, bool overwrite,
		     bool must)
{
	struct map *to = call_map(c, 0);
	enum merge_outcome done = MERGE_DONE;
	uint32_t i;

	for (i = 1; i < c->n && done == MERGE_DONE; i++) {
		if (!call_map(c, i))
			continue;
		if (!to)
			to = map_new(c->arena, &type_map);
		done = merge_into(c, to, &type_map, &c->args[i], overwrite);
	}
	if (done == MERGE_FAILED)
		return -1;
	if (done == MERGE_MISFIT && must)
		return call_fail(c, "src and dst must be of same type");
	*out = done == MERGE_MISFIT ? value_str(STR(""))
				    : value_of_map(to, &type_map);
	return 0;
}

static int merge(struct call *c, struct value *out)
{
	return merge_all(c, out, false, false);
}

static int must_merge(struct call *c, struct value *out)
{
	return merge_all(c, out, false, true);
}

static int merge_overwrite(struct call *c, struct value *out)
{
	return merge_all(c, out, true, false);
}

static int must_merge_overwrite(struct call *c, struct value *out)
{
	return merge_all(c, out, true, true);
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
	if (depth > SPRIG_NEST_MAX)
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

static int deep_copy(struct call *c, struct value *out)
{
	if (value_is_nothing(&c->args[0]))
		return call_fail(c, "reflect: call of reflect.Value.Type "
				    "on zero Value");
	return copy(c, out, &c->args[0], 0);
}

#define MERGE "(map[string]interface {}, ...map[string]interface {})"

static const struct func rows[] = {
	{ "dict", "(...interface {}) map[string]interface {}", dict },
	{ "get", "(map[string]interface {}, string) interface {}", get },
	{ "set",
	  "(map[string]interface {}, string, interface {}) "
	  "map[string]interface {}", set },
	{ "unset",
	  "(map[string]interface {}, string) map[string]interface {}",
	  unset },
	{ "hasKey", "(map[string]interface {}, string) bool", has_key },
	{ "pluck", "(string, ...map[string]interface {}) []interface {}",
	  pluck },
	{ "keys", "(...map[string]interface {}) []string", keys },
	{ "values", "(map[string]interface {}) []interface {}", values },
	{ "pick",
	  "(map[string]interface {}, ...string) map[string]interface {}",
	  pick },
	{ "omit",
	  "(map[string]interface {}, ...string) map[string]interface {}",
	  omit },
	{ "dig", "(...interface {}) (interface {}, error)", dig },
	{ "merge", MERGE " interface {}", merge },
	{ "mustMerge", MERGE " (interface {}, error)", must_merge },
	{ "mergeOverwrite", MERGE " interface {}", merge_overwrite },
	{ "mustMergeOverwrite", MERGE " (interface {}, error)",
	  must_merge_overwrite },
	{ "deepCopy", "(interface {}) interface {}", deep_copy },
	{ "mustDeepCopy", "(interface {}) (interface {}, error)", deep_copy },
};

const struct func_table sprig_dicts = FUNC_TABLE(rows);
