#include "k8s/typed.h"

#include <math.h>

#include "k8s/schema.h"
#include "tree/scalar.h"

/* ---- places ---- */

/* Keys with dots or slashes are quoted: annotations["a.b/c"]. */
static bool needs_quotes(str key)
{
	if (!key.n)
		return true;
	for (size_t i = 0; i < key.n; i++) {
		unsigned char c = (unsigned char)key.p[i];

		if (c <= ' ' || c == '.' || c == '/' || c == '[' || c == '"')
			return true;
	}
	return false;
}

static void step_text(struct buf *b, const struct place *place)
{
	if (!place->key.p) {
		buf_printf(b, "[%u]", place->index);
	} else if (needs_quotes(place->key)) {
		buf_addz(b, "[\"");
		buf_adds(b, place->key);
		buf_addz(b, "\"]");
	} else {
		if (place->up->up)
			buf_addc(b, '.');
		buf_adds(b, place->key);
	}
}

static void path_text(struct buf *b, const struct place *place)
{
	if (!place->up)
		return;
	path_text(b, place->up);
	step_text(b, place);
}

void place_text(struct buf *b, const struct place *place)
{
	if (place->up)
		path_text(b, place);
	else
		buf_addz(b, "the document");
}

/* ---- checks ---- */

/* What encoding/json would reject when it decodes into the type is an error;
 * what a type's own UnmarshalJSON checks (the syntax of a quantity or a time)
 * is left to the API server. */

static bool is_number(const struct node *n)
{
	return n->kind == NODE_INT || n->kind == NODE_UINT ||
	       n->kind == NODE_FLOAT;
}

static int wrong(const struct node *n, const struct place *place,
		 const char *want, struct err *e)
{
	struct buf path = BUF_INIT;

	place_text(&path, place);
	if (is_number(n))
		err_set(e, node_pos(n), "%s: expected %s, found %.*s",
			buf_z(&path), want, STR_ARG(node_text(n)));
	else
		err_set(e, node_pos(n), "%s: expected %s, found %s",
			buf_z(&path), want, node_kind_name(n));
	buf_release(&path);
	return -1;
}

/* The whole number of the node's JSON: 1.0 and 1e3 of YAML become 1 and 1000,
 * and from 1e21 on they have an exponent. */
static bool whole(const struct node *n, int64_t low, int64_t high)
{
	int64_t i;
	double d;

	if (n->kind == NODE_INT)
		return scalar_int64(n, &i) && i >= low && i <= high;
	if (n->kind != NODE_FLOAT)
		return false;
	d = scalar_double(n);
	return d == floor(d) && fabs(d) < 9.2e18 && (int64_t)d >= low &&
	       (int64_t)d <= high;
}

static bool is_text(const struct node *n)
{
	return n->kind == NODE_STRING;
}

static bool is_bool(const struct node *n)
{
	return n->kind == NODE_BOOL;
}

static bool is_int32(const struct node *n)
{
	return whole(n, INT32_MIN, INT32_MAX);
}

static bool is_int64(const struct node *n)
{
	return whole(n, INT64_MIN, INT64_MAX);
}

static bool is_int_or_text(const struct node *n)
{
	return is_text(n) || is_int32(n);
}

static bool is_quantity(const struct node *n)
{
	return is_text(n) || is_number(n);
}

static const struct {
	bool (*right)(const struct node *n);
	const char *want;
	const char *want_number;	/* where a number was found */
} kinds[] = {
	[SCHEMA_STRING] = { node_is_scalar, "text", "text" },
	[SCHEMA_BOOL] = { is_bool, "true or false", "true or false" },
	[SCHEMA_INT32] = { is_int32, "a whole number",
			   "a whole number of 32 bits" },
	[SCHEMA_INT64] = { is_int64, "a whole number",
			   "a whole number of 64 bits" },
	[SCHEMA_INT_OR_STRING] = { is_int_or_text, "a whole number or text",
				   "a whole number of 32 bits or text" },
	[SCHEMA_QUANTITY] = { is_quantity, "a quantity", "a quantity" },
	[SCHEMA_TIME] = { is_text, "a time", "a time in quotes" },
};

struct check {
	bool json;		/* only text is text */
	typed_unknown_fn *unknown;
	void *ctx;
	struct err *err;
};

static int check_struct(const struct schema_type *type, const struct node *n,
			const struct place *place, const struct check *c);

/* A value, or one element of a list or map. */
static int check_one(const struct schema_field *field, const struct node *n,
		     const struct place *place, const struct check *c)
{
	if (n->kind == NODE_NULL || field->kind == SCHEMA_RAW)
		return 0;
	if (field->kind == SCHEMA_STRUCT)
		return check_struct(schema_struct(field), n, place, c);
	if (kinds[field->kind].right(n) &&
	    (!c->json || field->kind != SCHEMA_STRING || is_text(n)))
		return 0;
	return wrong(n, place, is_number(n) ? kinds[field->kind].want_number
					    : kinds[field->kind].want, c->err);
}

static int check_field(const struct schema_field *field, const struct node *n,
		       const struct place *place, const struct check *c)
{
	if (field->shape == SCHEMA_ONE || n->kind == NODE_NULL)
		return check_one(field, n, place, c);
	if (field->shape == SCHEMA_LIST && n->kind != NODE_LIST)
		return wrong(n, place, "a list", c->err);
	if (field->shape == SCHEMA_MAP && n->kind != NODE_MAP)
		return wrong(n, place, "a map", c->err);
	for (uint32_t i = 0; i < n->n; i++) {
		struct place here = place_item(place, i);
		const struct node *element;

		if (field->shape == SCHEMA_MAP) {
			here = place_key(place, node_text(n->entries[i].key));
			element = n->entries[i].value;
		} else {
			element = n->items[i];
		}
		if (check_one(field, element, &here, c))
			return -1;
	}
	return 0;
}

static int check_struct(const struct schema_type *type, const struct node *n,
			const struct place *place, const struct check *c)
{
	if (n->kind != NODE_MAP)
		return wrong(n, place, "a map", c->err);
	for (uint32_t i = 0; i < n->n; i++) {
		str key = node_text(n->entries[i].key);
		const struct schema_field *field = schema_field(type, key);
		struct place here = place_key(place, key);

		if (!field && c->unknown)
			c->unknown(c->ctx, type, n->entries[i].key, &here);
		if (field && check_field(field, n->entries[i].value, &here, c))
			return -1;
	}
	return 0;
}

static int check(const char *type, const struct node *object,
		 const struct check *c)
{
	const struct schema_type *t = type ? schema_type(str_of(type)) : NULL;
	struct place root = PLACE_ROOT;

	if (!t || object->kind == NODE_NULL)
		return 0;
	return check_struct(t, object, &root, c);
}

int typed_check(const char *type, const struct node *object, struct err *e)
{
	return typed_check_fields(type, object, NULL, NULL, e);
}

int typed_check_fields(const char *type, const struct node *object,
		       typed_unknown_fn *unknown, void *ctx, struct err *e)
{
	const struct check c = { .unknown = unknown, .ctx = ctx, .err = e };

	return check(type, object, &c);
}

int typed_check_json(const char *type, const struct node *object,
		     struct err *e)
{
	const struct check c = { .json = true, .err = e };

	return check(type, object, &c);
}

/* ---- patches ---- */

struct typing {
	struct arena *arena;
	enum typed_zero zero;
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

/* Does merging an empty value change nothing? */
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

/* The value of a field in the patch; NULL: it is left out. */
static const struct node *as_field(struct typing *t,
				   const struct schema_field *f,
				   const struct node *value)
{
	const struct schema_type *of = schema_struct(f);

	if (left_out(f, value))
		return t->zero == TYPED_ZERO_OMITTED || merges(f) ? NULL :
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
			e.value =
				t->zero == TYPED_ZERO_OMITTED ? NULL : e.value;
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

const struct node *typed_patch(struct arena *a, const char *type,
			       const struct node *n, enum typed_zero zero)
{
	struct typing t = { a, zero, NULL };

	if (zero == TYPED_ZERO_DELETES)
		t.null = node_new(a, NODE_NULL);
	return as_struct(&t, schema_type(str_of(type)), n);
}
