/*
 * lists - sprig's functions on lists (list.go).
 *
 * They take any kind of list, as reflection does in the original, and most
 * return a new []interface {}.  A function and its must- form fail alike: one
 * returns an error, the other panics with it, and the engine reports both in
 * the same way.
 */
#include <math.h>

#include "sprig/sprig.h"

/* The error of Go's runtime for the type of a nil interface. */
#define NIL_POINTER \
	"runtime error: invalid memory address or nil pointer dereference"

/* Argument i, which must be a list; else the error is `complaint`, the name of
 * the argument's kind, and `end`. */
static const struct value *list_arg(struct call *c, uint32_t i,
				    const char *complaint, const char *end)
{
	const struct value *v = &c->args[i];

	if (value_kind(v) == KIND_SLICE)
		return v;
	if (value_is_nothing(v))
		call_fail(c, NIL_POINTER);
	else
		call_fail(c, "%s %s%s", complaint, kind_name(value_kind(v)),
			  end);
	return NULL;
}

/* A list of n items, not initialized; NULL if that exceeds the budget. */
static struct value *new_items(struct call *c, size_t n)
{
	if (call_charge(c, n, sizeof(struct value)) != 0)
		return NULL;
	return arena_array(c->arena, struct value, n);
}

static void copy_items(struct value *to, const struct value *from, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		to[i] = value_as_elem(from[i], &type_interface);
}

/* Return an []interface {} of the n items at `from`. */
static int return_copy(struct call *c, struct value *out,
		       const struct value *from, uint32_t n)
{
	struct value *items = new_items(c, n);

	if (!items)
		return -1;
	copy_items(items, from, n);
	*out = value_list(&type_list, n ? items : VALUE_EMPTY, n);
	return 0;
}

static int list(struct call *c, struct value *out)
{
	return return_copy(c, out, c->args, c->n);
}

/* ---- one more ---- */

static int push(struct call *c, struct value *out)
{
	const struct value *l = list_arg(c, 0, "Cannot push on type", "");

	if (!l || call_charge(c, value_append_cost(l), sizeof(*l)) != 0)
		return -1;
	*out = value_append(c->arena, l, c->args[1]);
	return 0;
}

static int prepend(struct call *c, struct value *out)
{
	const struct value *l = list_arg(c, 0, "Cannot prepend on type", "");
	struct value *items = l ? new_items(c, (size_t)l->n + 1) : NULL;

	if (!items)
		return -1;
	items[0] = value_as_elem(c->args[1], &type_interface);
	copy_items(items + 1, l->items, l->n);
	*out = value_list(&type_list, items, l->n + 1);
	return 0;
}

/* ---- parts ---- */

static int first(struct call *c, struct value *out)
{
	const struct value *l = list_arg(c, 0, "Cannot find first on type", "");

	if (!l)
		return -1;
	*out = l->n ? l->items[0] : VALUE_NIL;
	return 0;
}

static int last(struct call *c, struct value *out)
{
	const struct value *l = list_arg(c, 0, "Cannot find last on type", "");

	if (!l)
		return -1;
	*out = l->n ? l->items[l->n - 1] : VALUE_NIL;
	return 0;
}

/* All but one, from item `skip` on; of an empty list it is a nil one. */
static int all_but_one(struct call *c, struct value *out,
		       const struct value *l, uint32_t skip)
{
	if (!l)
		return -1;
	if (l->n)
		return return_copy(c, out, l->items + skip, l->n - 1);
	*out = value_zero(&type_list);
	return 0;
}

static int rest(struct call *c, struct value *out)
{
	return all_but_one(c, out,
			   list_arg(c, 0, "Cannot find rest on type", ""), 1);
}

static int initial(struct call *c, struct value *out)
{
	return all_but_one(c, out,
			   list_arg(c, 0, "Cannot find initial on type", ""),
			   0);
}

/* The builtin slice takes texts too; sprig's, which hides it, does not. */
static int slice(struct call *c, struct value *out)
{
	const struct value *l;
	int64_t from, to;

	l = list_arg(c, 0, "list should be type of slice or array but", "");
	if (!l)
		return -1;
	*out = VALUE_NIL;
	if (!l->n)
		return 0;
	from = c->n > 1 ? convert_int(&c->args[1]) : 0;
	to = c->n > 2 ? convert_int(&c->args[2]) : l->n;
	if (from < 0 || to < from || to > l->n)
		return call_fail(c, "reflect.Value.Slice: "
				    "slice index out of bounds");
	*out = value_list(l->type, l->items + from, (uint32_t)(to - from));
	return 0;
}

/* ---- whole lists ---- */

static int reverse(struct call *c, struct value *out)
{
	const struct value *l;
	struct value *items;
	uint32_t i;

	l = list_arg(c, 0, "Cannot find reverse on type", "");
	if (!l)
		return -1;
	items = new_items(c, l->n);
	if (!items)
		return -1;
	for (i = 0; i < l->n; i++)
		items[l->n - 1 - i] = value_as_elem(l->items[i],
						    &type_interface);
	*out = value_list(&type_list, l->n ? items : VALUE_EMPTY, l->n);
	return 0;
}

static int concat(struct call *c, struct value *out)
{
	const struct value *l;
	struct value *items;
	uint64_t n = 0;
	uint32_t i;

	for (i = 0; i < c->n; i++) {
		l = list_arg(c, i, "Cannot concat type", " as list");
		if (!l)
			return -1;
		n += l->n;
	}
	*out = value_zero(&type_list);
	if (!n)
		return 0;
	items = new_items(c, n);
	if (!items)
		return -1;
	*out = value_list(&type_list, items, (uint32_t)n);
	for (i = 0; i < c->n; i++) {
		copy_items(items, c->args[i].items, c->args[i].n);
		items += c->args[i].n;
	}
	return 0;
}

/* How many chunks there are, as sprig computes it: with floats, which decides
 * what sizes below 1 do.  -1: its make() panics. */
static int64_t chunk_count(uint32_t n, int64_t size)
{
	double count = floor(((double)n - 1) / (double)size) + 1;

	return count >= 0 && count <= (double)n ? (int64_t)count : -1;
}

static int chunk(struct call *c, struct value *out)
{
	const struct value *l = list_arg(c, 1, "Cannot chunk type", "");
	int64_t size = call_int(c, 0), count, i, part;
	struct value *chunks, *items;

	if (!l)
		return -1;
	count = chunk_count(l->n, size);
	if (count < 0)
		return call_fail(c, "runtime error: makeslice: "
				    "len out of range");
	items = new_items(c, l->n);
	chunks = items ? new_items(c, (size_t)count) : NULL;
	if (!chunks)
		return -1;
	copy_items(items, l->items, l->n);
	for (i = 0; i < count; i++) {
		part = size;
		if (i == count - 1 && l->n % size)
			part = l->n % size;
		if (part < 0)
			return call_fail(c, "runtime error: makeslice: "
					    "len out of range");
		chunks[i] = value_list(&type_list, items, (uint32_t)part);
		items += part;
	}
	*out = value_list(&type_lists, count ? chunks : VALUE_EMPTY,
			  (uint32_t)count);
	return 0;
}

static int compact(struct call *c, struct value *out)
{
	const struct value *l = list_arg(c, 0, "Cannot compact on type", "");
	struct value *items;
	uint32_t i, n = 0;

	if (!l)
		return -1;
	items = new_items(c, l->n);
	if (!items)
		return -1;
	for (i = 0; i < l->n; i++)
		if (value_true(&l->items[i]))
			items[n++] = value_as_elem(l->items[i],
						   &type_interface);
	*out = value_list(&type_list, n ? items : VALUE_EMPTY, n);
	return 0;
}

/* ---- members ---- */

/* How much of a list or map counts in its hash: levels, and items of each. */
#define HASH_DEPTH 3
#define HASH_ITEMS 8

static uint64_t hash(const struct value *v, int depth);

static uint64_t mixed(uint64_t h)
{
	h *= 0x9e3779b97f4a7c15u;
	return h ^ h >> 32;
}

static uint64_t hash_list(const struct value *v, int depth)
{
	uint64_t h = v->n;
	uint32_t i;

	if (depth < HASH_DEPTH)
		for (i = 0; i < v->n && i < HASH_ITEMS; i++)
			h = mixed(h ^ hash(&v->items[i], depth + 1));
	return h;
}

/* Its entries have no order: their hashes are added up. */
static uint64_t hash_map(const struct value *v, int depth)
{
	uint32_t i, n = map_len(v->map);
	const struct map_entry *e;
	uint64_t h = n;

	if (depth == HASH_DEPTH || !n || n > HASH_ITEMS)
		return h;
	e = map_entries(v->map);
	for (i = 0; i < n; i++)
		h += mixed(str_hash(e[i].key) ^ hash(&e[i].value, depth + 1));
	return h;
}

/* Equal values have equal hashes. */
static uint64_t hash(const struct value *v, int depth)
{
	uint64_t h = (uintptr_t)v->type;

	switch (value_kind(v)) {
	case KIND_STRING:
		return mixed(h ^ str_hash(value_text(v)));
	case KIND_FLOAT64:	/* 0 and -0 are equal */
		return mixed(h ^ (v->f < 0 || v->f > 0 ? v->u : 0));
	case KIND_SLICE:
		return mixed(h ^ hash_list(v, depth));
	case KIND_MAP:
		return mixed(h ^ hash_map(v, depth));
	case KIND_BOOL:
		return mixed(h ^ v->b);
	case KIND_INVALID:
	case KIND_COMPLEX128:
	case KIND_INTERFACE:
	case KIND_PTR:
	case KIND_STRUCT:
		return mixed(h);
	default:
		return mixed(h ^ v->u);
	}
}

/* Values, each once: a hash table of indices (from 1) into a list. */
struct set {
	const struct value *items;
	uint32_t *slots;
	uint32_t mask;
};

static struct set set_new(struct call *c, const struct value *items,
			  uint32_t most)
{
	uint32_t size = 16;

	while (size < most && size < 1u << 30)
		size *= 2;
	size *= 2;
	return (struct set){ items,
			     arena_zarray(c->arena, uint32_t, size),
			     size - 1 };
}

/* The slot that holds an equal value, or the free one where it belongs. */
static uint32_t *set_slot(const struct set *s, const struct value *v)
{
	uint32_t at = (uint32_t)hash(v, 0) & s->mask;

	while (s->slots[at] &&
	       !value_deep_equal(v, &s->items[s->slots[at] - 1]))
		at = (at + 1) & s->mask;
	return &s->slots[at];
}

static int uniq(struct call *c, struct value *out)
{
	const struct value *l = list_arg(c, 0, "Cannot find uniq on type", "");
	struct value *items;
	struct set seen;
	uint32_t i, n = 0, *slot;

	if (!l)
		return -1;
	items = new_items(c, (size_t)l->n * 2);	/* and the set */
	if (!items)
		return -1;
	seen = set_new(c, items, l->n);
	for (i = 0; i < l->n; i++) {
		slot = set_slot(&seen, &l->items[i]);
		if (*slot)
			continue;
		items[n] = value_as_elem(l->items[i], &type_interface);
		*slot = ++n;
	}
	*out = value_list(&type_list, n ? items : VALUE_EMPTY, n);
	return 0;
}

static int without(struct call *c, struct value *out)
{
	const struct value *l, *omitted = c->args + 1;
	struct value *items;
	struct set unwanted;
	uint32_t i, n = 0;

	l = list_arg(c, 0, "Cannot find without on type", "");
	if (!l)
		return -1;
	items = new_items(c, l->n);
	if (!items)
		return -1;
	unwanted = set_new(c, omitted, c->n);
	for (i = 0; i + 1 < c->n; i++)
		*set_slot(&unwanted, &omitted[i]) = i + 1;
	for (i = 0; i < l->n; i++)
		if (!*set_slot(&unwanted, &l->items[i]))
			items[n++] = value_as_elem(l->items[i],
						   &type_interface);
	*out = value_list(&type_list, n ? items : VALUE_EMPTY, n);
	return 0;
}

static int has(struct call *c, struct value *out)
{
	const struct value *l;
	uint32_t i;

	*out = value_bool(false);
	if (value_is_nothing(&c->args[1]))
		return 0;
	l = list_arg(c, 1, "Cannot find has on type", "");
	if (!l)
		return -1;
	for (i = 0; i < l->n && !out->b; i++)
		out->b = value_deep_equal(&c->args[0], &l->items[i]);
	return 0;
}

static const struct func rows[] = {
	{ "list", "(...interface {}) []interface {}", list },
	{ "tuple", "(...interface {}) []interface {}", list },
	{ "append", "(interface {}, interface {}) []interface {}", push },
	{ "mustAppend",
	  "(interface {}, interface {}) ([]interface {}, error)", push },
	{ "push", "(interface {}, interface {}) []interface {}", push },
	{ "mustPush",
	  "(interface {}, interface {}) ([]interface {}, error)", push },
	{ "prepend", "(interface {}, interface {}) []interface {}", prepend },
	{ "mustPrepend",
	  "(interface {}, interface {}) ([]interface {}, error)", prepend },
	{ "first", "(interface {}) interface {}", first },
	{ "mustFirst", "(interface {}) (interface {}, error)", first },
	{ "last", "(interface {}) interface {}", last },
	{ "mustLast", "(interface {}) (interface {}, error)", last },
	{ "rest", "(interface {}) []interface {}", rest },
	{ "mustRest", "(interface {}) ([]interface {}, error)", rest },
	{ "initial", "(interface {}) []interface {}", initial },
	{ "mustInitial", "(interface {}) ([]interface {}, error)", initial },
	{ "slice", "(interface {}, ...interface {}) interface {}", slice },
	{ "mustSlice",
	  "(interface {}, ...interface {}) (interface {}, error)", slice },
	{ "reverse", "(interface {}) []interface {}", reverse },
	{ "mustReverse", "(interface {}) ([]interface {}, error)", reverse },
	{ "concat", "(...interface {}) interface {}", concat },
	{ "chunk", "(int, interface {}) [][]interface {}", chunk },
	{ "mustChunk", "(int, interface {}) ([][]interface {}, error)",
	  chunk },
	{ "compact", "(interface {}) []interface {}", compact },
	{ "mustCompact", "(interface {}) ([]interface {}, error)", compact },
	{ "uniq", "(interface {}) []interface {}", uniq },
	{ "mustUniq", "(interface {}) ([]interface {}, error)", uniq },
	{ "without", "(interface {}, ...interface {}) []interface {}",
	  without },
	{ "mustWithout",
	  "(interface {}, ...interface {}) ([]interface {}, error)",
	  without },
	{ "has", "(interface {}, interface {}) bool", has },
	{ "mustHas", "(interface {}, interface {}) (bool, error)", has },
};

const struct func_table sprig_lists = FUNC_TABLE(rows);
