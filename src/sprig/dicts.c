/*
 * dicts - sprig's functions on maps (dict.go), but for merging.
 *
 * `set` and `unset` change the map that they are given.  Where Go's order of
 * keys is random (keys, values), it is that of their bytes here.
 */
#include "sprig/merge.h"
#include "sprig/nest.h"
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

static int deep_copy(struct call *c, struct value *out)
{
	if (value_is_nothing(&c->args[0]))
		return call_fail(c, "reflect: call of reflect.Value.Type "
				    "on zero Value");
	return copy_deep(c, out, &c->args[0]);
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
