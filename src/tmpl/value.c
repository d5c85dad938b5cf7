/*
 * value - values and maps.
 *
 * A map is in one of two states.  While only single keys of a map made from a
 * node have been asked for, `node` is set and slots[i] is the value of entry i,
 * or missing if it has not been read.  The first walk or change reads all of it
 * into `entries`, and `node` is NULL from then on.
 *
 * Entries have no order.  More than INDEX_MIN of them are found by a hash
 * table: open addressing, index + 1 in a slot, 0 for a free one, at most half
 * full.
 */
#include "tmpl/value.h"

#include <math.h>
#include <stdlib.h>

#include "base/array.h"
#include "tree/scalar.h"

const struct type type_bool = { .name = "bool", .kind = KIND_BOOL };
const struct type type_int = { .name = "int", .kind = KIND_INT };
const struct type type_int32 = { .name = "int32", .kind = KIND_INT32 };
const struct type type_int64 = { .name = "int64", .kind = KIND_INT64 };
const struct type type_uint = { .name = "uint", .kind = KIND_UINT };
const struct type type_uint8 = { .name = "uint8", .kind = KIND_UINT8 };
const struct type type_uint32 = { .name = "uint32", .kind = KIND_UINT32 };
const struct type type_uint64 = { .name = "uint64", .kind = KIND_UINT64 };
const struct type type_float64 = { .name = "float64", .kind = KIND_FLOAT64 };
const struct type type_complex128 = { .name = "complex128",
				      .kind = KIND_COMPLEX128 };
const struct type type_string = { .name = "string", .kind = KIND_STRING };
const struct type type_interface = { .name = "interface {}",
				     .kind = KIND_INTERFACE };
const struct type type_list = { .name = "[]interface {}", .kind = KIND_SLICE,
				.elem = &type_interface };
const struct type type_map = { .name = "map[string]interface {}",
			       .kind = KIND_MAP, .elem = &type_interface };
const struct type type_strings = { .name = "[]string", .kind = KIND_SLICE,
				   .elem = &type_string };
const struct type type_ints = { .name = "[]int", .kind = KIND_SLICE,
				.elem = &type_int };
const struct type type_lists = { .name = "[][]interface {}",
				 .kind = KIND_SLICE, .elem = &type_list };
const struct type type_string_map = { .name = "map[string]string",
				      .kind = KIND_MAP, .elem = &type_string };

const struct value VALUE_EMPTY[1] = { { .type = NULL } };

static const char *const kind_names[] = {
	[KIND_INVALID] = "invalid",
	[KIND_BOOL] = "bool",
	[KIND_INT] = "int",
	[KIND_INT32] = "int32",
	[KIND_INT64] = "int64",
	[KIND_UINT] = "uint",
	[KIND_UINT8] = "uint8",
	[KIND_UINT32] = "uint32",
	[KIND_UINT64] = "uint64",
	[KIND_FLOAT64] = "float64",
	[KIND_COMPLEX128] = "complex128",
	[KIND_STRING] = "string",
	[KIND_INTERFACE] = "interface",
	[KIND_SLICE] = "slice",
	[KIND_MAP] = "map",
	[KIND_PTR] = "ptr",
	[KIND_STRUCT] = "struct",
};

const char *kind_name(enum kind k)
{
	return kind_names[k];
}

/* ---- making ---- */

struct value value_take(struct arena *a, struct buf *b)
{
	struct value v = value_str(arena_str(a, buf_str(b)));

	buf_clear(b);
	return v;
}

struct value value_list(const struct type *t, const struct value *items,
			uint32_t n)
{
	return (struct value){ .type = t, .n = n, .items = items };
}

struct value value_zero(const struct type *t)
{
	static const double zero[2] = { 0, 0 };

	switch (t->kind) {
	case KIND_INTERFACE:
		return VALUE_NIL;
	case KIND_COMPLEX128:
		return (struct value){ .type = t, .complex = zero };
	case KIND_STRING:
		return (struct value){ .type = t, .s = "" };
	default:
		return (struct value){ .type = t };
	}
}

/* Before the items: how many there are in all lists that share them (n), and
 * for how many there is room (u). */
static struct value *head_of(const struct value *list)
{
	return (struct value *)list->items - 1;
}

/* Another list may have used the room first. */
static bool has_room(const struct value *list)
{
	const struct value *head = list->grows ? head_of(list) : NULL;

	return head && head->n == list->n && head->u > list->n;
}

/* What goes before the items, and half of them is room. */
size_t value_append_cost(const struct value *list)
{
	return has_room(list) ? 1 : 2 * ((size_t)list->n + 1) + 1;
}

static struct value copy_with_room(struct arena *a, const struct value *list)
{
	size_t cost = value_append_cost(list);
	struct value *head = arena_array(a, struct value, cost);
	struct value copy = value_list(&type_list, head + 1, list->n);

	*head = (struct value){ .n = list->n, .u = cost - 1 };
	for (uint32_t i = 0; i < list->n; i++)
		head[i + 1] = value_as_elem(list->items[i], &type_interface);
	copy.grows = true;
	return copy;
}

struct value value_append(struct arena *a, const struct value *list,
			  struct value item)
{
	struct value l = has_room(list) ? *list : copy_with_room(a, list);
	struct value *head = head_of(&l);

	head[++head->n] = value_as_elem(item, &type_interface);
	l.n = head->n;
	return value_concrete(l);
}

void items_add(struct items *l, struct value v)
{
	l->at = arena_extend(l->arena, l->at, l->n, &l->cap, sizeof(*l->at));
	l->at[l->n++] = v;
}

struct value items_list(struct items *l, const struct type *t)
{
	uint32_t i;

	for (i = 0; i < l->n; i++)
		l->at[i] = value_as_elem(l->at[i], t->elem);
	return value_list(t, l->n ? l->at : VALUE_EMPTY, l->n);
}

static struct value list_of_node(struct arena *a, const struct type *t,
				 const struct node *n, bool ints)
{
	struct value *items;
	uint32_t i;

	if (n->kind != NODE_LIST)
		return value_zero(t);
	if (!n->n)
		return value_list(t, VALUE_EMPTY, 0);
	items = arena_array(a, struct value, n->n);
	for (i = 0; i < n->n; i++)
		items[i] = value_of_node(a, t->elem, node_item(n, i), ints);
	return value_list(t, items, n->n);
}

/* What encoding/json decodes into an interface {}. */
static struct value any_of_node(struct arena *a, const struct node *n,
				bool ints)
{
	const struct type *any = &type_interface;
	int64_t i;

	switch ((enum node_kind)n->kind) {
	case NODE_NULL:
		break;
	case NODE_BOOL:
		return value_as_elem(value_bool(scalar_bool(n)), any);
	case NODE_INT:
		if ((n->flags & NODE_GO_INT) && scalar_int64(n, &i))
			return value_as_elem(value_int64(i), any);
		if (ints && scalar_int64(n, &i))
			return value_as_elem(value_int(i), any);
		return value_as_elem(value_float(scalar_double(n)), any);
	case NODE_UINT:
	case NODE_FLOAT:
		return value_as_elem(value_float(scalar_double(n)), any);
	case NODE_STRING:
		return value_as_elem(value_str(node_text(n)), any);
	case NODE_MAP:
		return value_as_elem(value_of_map(map_of_node(a, &type_map, n,
							      ints),
						  &type_map), any);
	case NODE_LIST:
		return value_as_elem(list_of_node(a, &type_list, n, ints),
				     any);
	}
	return VALUE_NIL;
}

static struct value pointer_of_node(struct arena *a, const struct type *t,
				    const struct node *n, bool ints)
{
	struct value *to;

	if (t->elem->kind == KIND_STRUCT)
		return value_object(t, n);
	to = arena_new(a, struct value);
	*to = value_of_node(a, t->elem, n, ints);
	return value_object(t, to);
}

static struct value scalar_of_node(const struct type *t, const struct node *n)
{
	struct value v = value_zero(t);

	if (!node_is_scalar(n))
		return v;
	if (t->kind == KIND_STRING) {
		v.s = n->text;
		v.n = n->n;
	} else if (t->kind == KIND_BOOL) {
		v.b = scalar_bool(n);
	} else if (kind_is_int(t->kind)) {
		scalar_int64(n, &v.i);
	} else if (kind_is_uint(t->kind)) {
		scalar_uint64(n, &v.u);
	} else if (t->kind == KIND_FLOAT64) {
		v.f = scalar_double(n);
	}
	return v;
}

struct value value_of_node(struct arena *a, const struct type *t,
			   const struct node *n, bool ints)
{
	if (!n || n->kind == NODE_NULL)
		return value_zero(t);
	switch (t->kind) {
	case KIND_INTERFACE:
		return any_of_node(a, n, ints);
	case KIND_SLICE:
		return list_of_node(a, t, n, ints);
	case KIND_MAP:
		if (n->kind != NODE_MAP)
			return value_zero(t);
		return value_of_map(map_of_node(a, t, n, ints), t);
	case KIND_PTR:
		return pointer_of_node(a, t, n, ints);
	case KIND_STRUCT:
		return value_object(t, n);
	default:
		return scalar_of_node(t, n);
	}
}

/* ---- asking ---- */

bool value_is_nil(const struct value *v)
{
	switch (value_kind(v)) {
	case KIND_INVALID:
		return true;
	case KIND_SLICE:
		return !v->items;
	case KIND_MAP:
		return !v->map;
	case KIND_PTR:
		return !v->object;
	default:
		return false;
	}
}

struct value value_deref(const struct value *v)
{
	struct value to;

	if (v->type->elem->kind == KIND_STRUCT)
		to = value_object(v->type->elem, v->object);
	else
		to = *(const struct value *)v->object;
	to.addr = true;
	return to;
}

bool value_indirect(struct value *v)
{
	if (value_is_nothing(v))
		return v->iface;
	v->iface = false;
	while (value_kind(v) == KIND_PTR) {
		if (!v->object)
			return true;
		*v = value_deref(v);
	}
	return false;
}

const char *value_type_name(const struct value *v)
{
	return v->type ? v->type->name : "<nil>";
}

bool value_true(const struct value *v)
{
	switch (value_kind(v)) {
	case KIND_INVALID:
	case KIND_INTERFACE:
		return false;
	case KIND_BOOL:
		return v->b;
	case KIND_FLOAT64:
		return v->f < 0 || v->f > 0 || isnan(v->f);
	case KIND_COMPLEX128:
		return !(fpclassify(v->complex[0]) == FP_ZERO &&
			 fpclassify(v->complex[1]) == FP_ZERO);
	case KIND_STRING:
	case KIND_SLICE:
	case KIND_MAP:
		return value_len(v) > 0;
	case KIND_PTR:
		return v->object != NULL;
	case KIND_STRUCT:
		return true;
	default:
		return v->u != 0;	/* every bit of an integer */
	}
}

int64_t value_len(const struct value *v)
{
	switch (value_kind(v)) {
	case KIND_STRING:
	case KIND_SLICE:
		return v->n;
	case KIND_MAP:
		return map_len(v->map);
	default:
		return -1;
	}
}

/* A comparison in progress.  A map may hold itself: Go remembers what it has
 * seen and considers a pair it meets again equal; here a pair is equal after
 * this many levels or steps. */
struct comparison {
	uint32_t depth;
	uint32_t steps;
};

#define COMPARE_DEPTH 1000u
#define COMPARE_STEPS 10000000u

static bool deep_equal(struct comparison *c, const struct value *a,
		       const struct value *b);

static bool lists_equal(struct comparison *c, const struct value *a,
			const struct value *b)
{
	uint32_t i;

	if (a->n != b->n || !a->items != !b->items)
		return false;
	if (a->items == b->items)
		return true;
	for (i = 0; i < a->n; i++)
		if (!deep_equal(c, &a->items[i], &b->items[i]))
			return false;
	return true;
}

static bool maps_equal(struct comparison *c, const struct value *a,
		       const struct value *b)
{
	const struct map_entry *entries;
	struct value other;
	uint32_t i, n = map_len(a->map);

	if (n != map_len(b->map) || !a->map != !b->map)
		return false;
	if (!n || a->map == b->map)
		return true;
	entries = map_entries(a->map);
	for (i = 0; i < n; i++)
		if (!map_get(b->map, entries[i].key, &other) ||
		    !deep_equal(c, &entries[i].value, &other))
			return false;
	return true;
}

static bool collections_equal(struct comparison *c, const struct value *a,
			      const struct value *b)
{
	bool equal;

	if (c->depth == COMPARE_DEPTH || c->steps == COMPARE_STEPS)
		return true;
	c->depth++;
	c->steps++;
	equal = a->type->kind == KIND_MAP ? maps_equal(c, a, b) :
		lists_equal(c, a, b);
	c->depth--;
	return equal;
}

static bool objects_equal(const struct value *a, const struct value *b)
{
	if (a->object == b->object)
		return true;
	return a->object && b->object && a->type->ops &&
	       a->type->ops->equal && a->type->ops->equal(a, b);
}

static bool floats_equal(double a, double b)
{
	return a <= b && a >= b;
}

static bool deep_equal(struct comparison *c, const struct value *a,
		       const struct value *b)
{
	if (a->type != b->type)
		return false;
	switch (value_kind(a)) {
	case KIND_INVALID:
	case KIND_INTERFACE:
		return true;
	case KIND_BOOL:
		return a->b == b->b;
	case KIND_FLOAT64:
		return floats_equal(a->f, b->f);
	case KIND_COMPLEX128:
		return floats_equal(a->complex[0], b->complex[0]) &&
		       floats_equal(a->complex[1], b->complex[1]);
	case KIND_STRING:
		return str_eq(value_text(a), value_text(b));
	case KIND_SLICE:
	case KIND_MAP:
		return collections_equal(c, a, b);
	case KIND_PTR:
	case KIND_STRUCT:
		return objects_equal(a, b);
	default:
		return a->u == b->u;
	}
}

bool value_deep_equal(const struct value *a, const struct value *b)
{
	struct comparison c = { 0, 0 };

	return deep_equal(&c, a, b);
}

/* ---- maps ---- */

#define INDEX_MIN 16u

struct map {
	struct arena *arena;
	const struct type *type;
	const struct node *node;
	struct value *slots;
	struct map_entry *entries;
	size_t cap;
	uint32_t n;
	uint32_t *index;
	uint32_t mask;
	bool ints;
};

struct map *map_new(struct arena *a, const struct type *t)
{
	struct map *m = arena_new(a, struct map);

	m->arena = a;
	m->type = t;
	return m;
}

struct map *map_of_node(struct arena *a, const struct type *t,
			const struct node *n, bool ints)
{
	struct map *m = map_new(a, t);

	m->node = n;
	m->ints = ints;
	return m;
}

uint32_t map_len(const struct map *m)
{
	if (!m)
		return 0;
	return m->node ? m->node->n : m->n;
}

/* The slot of the key's index, or the free one where it belongs. */
static uint32_t index_slot(const struct map *m, str key)
{
	uint32_t at = str_hash(key) & m->mask;

	while (m->index[at] &&
	       !str_eq(m->entries[m->index[at] - 1].key, key))
		at = (at + 1) & m->mask;
	return at;
}

static void index_build(struct map *m)
{
	uint32_t i, size = 64;

	while (size < 4 * m->n)
		size *= 2;
	m->index = arena_zalloc_array(m->arena, size, sizeof(*m->index));
	m->mask = size - 1;
	for (i = 0; i < m->n; i++)
		m->index[index_slot(m, m->entries[i].key)] = i + 1;
}

/* Free a slot, and close the gap it leaves in its run. */
static void index_free(struct map *m, uint32_t gap)
{
	uint32_t at = gap, home;

	m->index[gap] = 0;
	for (;;) {
		at = (at + 1) & m->mask;
		if (!m->index[at])
			return;
		home = str_hash(m->entries[m->index[at] - 1].key) & m->mask;
		if (((at - home) & m->mask) < ((at - gap) & m->mask))
			continue;	/* reachable without the gap */
		m->index[gap] = m->index[at];
		m->index[at] = 0;
		gap = at;
	}
}

/* The index of a key's entry in `entries`, or -1. */
static int64_t entry_find(const struct map *m, str key)
{
	uint32_t i;

	if (m->index)
		return (int64_t)m->index[index_slot(m, key)] - 1;
	for (i = 0; i < m->n; i++)
		if (str_eq(m->entries[i].key, key))
			return i;
	return -1;
}

static void entry_append(struct map *m, str key, struct value v)
{
	m->entries = arena_extend(m->arena, m->entries, m->n, &m->cap,
				  sizeof(*m->entries));
	m->entries[m->n++] = (struct map_entry){ key, v };
	if (m->index && 2 * m->n <= m->mask)
		m->index[index_slot(m, key)] = m->n;
	else if (m->n > INDEX_MIN)
		index_build(m);
}

static const struct value *slot_read(struct map *m, uint32_t i)
{
	struct value *slot;

	if (!m->slots)
		m->slots = arena_zalloc_array(m->arena, m->node->n,
					      sizeof(*m->slots));
	slot = &m->slots[i];
	if (!slot->type && !slot->iface)
		*slot = value_of_node(m->arena, m->type->elem,
				      m->node->entries[i].value, m->ints);
	return slot;
}

static void take_apart(struct map *m)
{
	const struct node *node = m->node;
	uint32_t i;

	if (!node)
		return;
	m->cap = m->n = node->n;
	m->entries = arena_array(m->arena, struct map_entry, m->n);
	for (i = 0; i < m->n; i++)
		m->entries[i] = (struct map_entry){
			node_text(node->entries[i].key), *slot_read(m, i) };
	m->node = NULL;
	m->slots = NULL;
	if (m->n > INDEX_MIN)
		index_build(m);
}

/* Is entry i of a map that has not been taken apart the one with this key? */
static bool is_at(const struct map *m, uint32_t i, str key)
{
	const struct node *have;

	if (i >= m->node->n)
		return false;
	have = m->node->entries[i].key;
	return have->n == key.n && bytes_eq(have->text, key.p, key.n);
}

bool map_get_at(struct map *m, str key, uint32_t *hint, struct value *out)
{
	int64_t i = -1;

	if (m && m->node)
		i = is_at(m, *hint, key) ? *hint : node_index(m->node, key);
	else if (m)
		i = entry_find(m, key);
	if (i < 0) {
		*out = VALUE_MISSING;
		return false;
	}
	*hint = (uint32_t)i;
	*out = m->node ? *slot_read(m, (uint32_t)i) : m->entries[i].value;
	return true;
}

bool map_get(struct map *m, str key, struct value *out)
{
	uint32_t hint = UINT32_MAX;

	return map_get_at(m, key, &hint, out);
}

void map_set(struct map *m, str key, struct value v)
{
	int64_t i;

	take_apart(m);
	v = value_as_elem(v, m->type->elem);
	i = entry_find(m, key);
	if (i >= 0)
		m->entries[i].value = v;
	else
		entry_append(m, key, v);
}

void map_delete(struct map *m, str key)
{
	int64_t i;
	uint32_t last;

	take_apart(m);
	i = entry_find(m, key);
	if (i < 0)
		return;
	last = m->n - 1;
	if (m->index) {
		index_free(m, index_slot(m, key));
		if (i != last)
			m->index[index_slot(m, m->entries[last].key)] =
				(uint32_t)i + 1;
	}
	m->entries[i] = m->entries[last];
	m->n = last;
}

static int by_key(const void *a, const void *b)
{
	return str_cmp(((const struct map_entry *)a)->key,
		       ((const struct map_entry *)b)->key);
}

const struct map_entry *map_sorted(struct arena *a, struct map *m)
{
	struct map_entry *copy;
	uint32_t n = map_len(m);

	if (!n)
		return NULL;
	copy = arena_array(a, struct map_entry, n);
	memcpy(copy, map_entries(m), n * sizeof(*copy));
	qsort(copy, n, sizeof(*copy), by_key);
	return copy;
}

const struct map_entry *map_entries(struct map *m)
{
	if (!m)
		return NULL;
	take_apart(m);
	return m->entries;
}
