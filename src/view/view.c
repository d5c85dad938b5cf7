/* view - values of nodes: see view.h. */
#include "view/view.h"

#include <assert.h>

#include "view/view_value.h"
#include "k8s/decode.h"
#include "k8s/gojson.h"
#include "tmpl/value.h"

/* ---- making ---- */

static struct value make_text(struct arena *a, const struct type *t,
			      const struct node *n)
{
	struct buf spelled = BUF_INIT;
	struct value v = value_str(decode_text(n, &spelled));

	v.type = t;
	if (spelled.n)
		v.s = arena_str(a, value_text(&v)).p;
	buf_release(&spelled);
	return v;
}

static struct value make_list(struct arena *a, const struct type *t,
			      const struct node *n)
{
	struct value *items;

	if (n->kind != NODE_LIST)
		return value_zero(t);
	if (!n->n)
		return value_list(t, VALUE_EMPTY, 0);
	items = arena_array(a, struct value, n->n);
	for (uint32_t i = 0; i < n->n; i++) {
		items[i] = view_make(a, t->elem, n->items[i]);
		items[i].addr = true;
	}
	return value_list(t, items, n->n);
}

/* map.h reads a map's texts as they are written; where one is a number it has
 * to be read as text first. */
static struct value make_map(struct arena *a, const struct type *t,
			     const struct node *n)
{
	struct map *m;
	uint32_t i = 0;

	if (n->kind != NODE_MAP)
		return value_zero(t);
	while (i < n->n && (t->elem->kind != KIND_STRING ||
			    n->entries[i].value->kind == NODE_STRING ||
			    n->entries[i].value->kind == NODE_NULL))
		i++;
	if (i == n->n)
		return value_of_map(map_of_node(a, t, n, false), t);
	m = map_new(a, t);
	for (i = 0; i < n->n; i++)
		map_set(m, node_text(n->entries[i].key),
			view_make(a, t->elem, n->entries[i].value));
	return value_of_map(m, t);
}

static struct value make_pointer(struct arena *a, const struct type *t,
				 const struct node *n)
{
	struct value *to;

	if (t->elem->kind == KIND_STRUCT)
		return value_object(t, n);
	to = arena_new(a, struct value);
	*to = view_make(a, t->elem, n);
	return value_object(t, to);
}

struct value view_make(struct arena *a, const struct type *t,
		       const struct node *n)
{
	if (!n || n->kind == NODE_NULL)
		return value_zero(t);
	switch (t->kind) {
	case KIND_STRUCT:
		return value_object(t, n);
	case KIND_PTR:
		return make_pointer(a, t, n);
	case KIND_SLICE:
		return make_list(a, t, n);
	case KIND_MAP:
		return make_map(a, t, n);
	case KIND_STRING:
		return make_text(a, t, n);
	case KIND_BOOL:
		return value_bool(decode_bool(n));
	default:
		return (struct value){ .type = t, .i = decode_int(n) };
	}
}

struct value view_of(struct arena *a, const char *type, const struct node *n)
{
	const struct view_struct *s = view_struct(str_of(type));
	struct value v;

	assert(s);
	v = view_make(a, s->type, n);
	v.addr = true;
	return v;
}

/* ---- structs ---- */

static void read_field(struct value *out, struct arena *a,
		       const struct value *v, const struct view_field *f)
{
	const struct schema_field *row = schema_row(f->row);
	const struct node *n = view_node(v);

	if (f->via != VIEW_HERE)
		n = decode_field(n, schema_row(f->via));
	if (!(row->flags & SCHEMA_INLINE))
		n = decode_field(n, row);
	*out = view_make(a, f->type, n);
	out->addr = v->addr;
}

static bool struct_field(struct value *out, struct arena *a,
			 const struct value *v, str name)
{
	const struct view_field *f = view_field(view_struct_of(v), name);

	if (f)
		read_field(out, a, v, f);
	return f != NULL;
}

static bool struct_field_at(struct value *out, str *name, struct arena *a,
			    const struct value *v, uint32_t i)
{
	const struct view_struct *s = view_struct_of(v);
	const struct view_field *f;

	if (i >= s->n)
		return false;
	f = view_field_at(s, i);
	*name = str_of(view_field_name(f));
	read_field(out, a, v, f);
	return true;
}

static int struct_json(struct buf *out, const struct value *v,
		       struct buf *why)
{
	(void)why;
	gojson_write(out, view_struct_of(v)->name, view_node(v));
	return 0;
}

/* Two structs that mean the same are read from the same JSON. */
static bool struct_equal(const struct value *a, const struct value *b)
{
	struct buf text[2] = { BUF_INIT, BUF_INIT };
	bool same;

	struct_json(&text[0], a, NULL);
	struct_json(&text[1], b, NULL);
	same = str_eq(buf_str(&text[0]), buf_str(&text[1]));
	buf_release(&text[0]);
	buf_release(&text[1]);
	return same;
}

const struct type_ops view_ops_struct = {
	.text_at = view_struct_text,
	.field = struct_field,
	.field_at = struct_field_at,
	.equal = struct_equal,
	.json = struct_json,
};

const struct type_ops view_ops_lists = {
	.text_at = view_struct_text,
	.field = struct_field,
	.field_at = struct_field_at,
	.equal = struct_equal,
	.incomparable = true,
	.json = struct_json,
};

const struct type_ops view_ops_to_struct = {
	.text = view_struct_text,
	.nil_text = "nil",
	.method = view_pointer_method,
};

const struct type_ops view_ops_to_scalar = { .text = NULL };

/* ---- methods ---- */

int view_text_method(struct call *c, struct value *out)
{
	const struct value *self = &c->args[0];
	const struct type_ops *ops = self->type->ops;
	struct buf b = BUF_INIT;

	if (value_is_nil(self))
		buf_addz(&b, ops->nil_text ? ops->nil_text : "<nil>");
	else
		(ops->text ? ops->text : ops->text_at)(&b, self);
	return call_return_buf(c, out, &b);
}

const struct func *view_pointer_method(struct arena *a, const struct type *t,
				       str name)
{
	(void)a;
	(void)t;
	return str_eq(name, STR("String")) ? view_methods_struct : NULL;
}

/* GetName and its like: the field behind "Get". */
static int get_field(struct call *c, struct value *out)
{
	str name = str_of(c->func->name + strlen("Get"));

	struct_field(out, c->arena, &c->args[0], name);
	return 0;
}

const struct func view_methods_struct[] = {
	{ "String", "() string", view_text_method },
	{ NULL, NULL, NULL },
};

const struct func view_methods_meta[] = {
	{ "String", "() string", view_text_method },
	{ "GetAnnotations", "() reflect.Value", get_field },
	{ "GetCreationTimestamp", "() reflect.Value", get_field },
	{ "GetDeletionGracePeriodSeconds", "() reflect.Value", get_field },
	{ "GetDeletionTimestamp", "() reflect.Value", get_field },
	{ "GetFinalizers", "() reflect.Value", get_field },
	{ "GetGenerateName", "() reflect.Value", get_field },
	{ "GetGeneration", "() reflect.Value", get_field },
	{ "GetLabels", "() reflect.Value", get_field },
	{ "GetManagedFields", "() reflect.Value", get_field },
	{ "GetName", "() reflect.Value", get_field },
	{ "GetNamespace", "() reflect.Value", get_field },
	{ "GetOwnerReferences", "() reflect.Value", get_field },
	{ "GetResourceVersion", "() reflect.Value", get_field },
	{ "GetSelfLink", "() reflect.Value", get_field },
	{ "GetUID", "() reflect.Value", get_field },
	{ NULL, NULL, NULL },
};
