/*
 * The GO_ sections of k8s/schema.inc as tables, values of nodes, and how
 * structs print.
 *
 * Each Go type is an object of its own, so that rows can refer to each other.
 * A field is found by a hash of its name and its struct's number, in a table
 * that scripts/gen-schema has filled.
 */
#include "view/view.h"

#include <assert.h>

#include "base/array.h"
#include "k8s/gojson.h"
#include "tmpl/value.h"
#include "tmpl/printf.h"
#include "view/view_types.h"

/* ---- the tables ---- */

static const struct view_struct structs[] = {
#define GO_STRUCT(id, number, first, n, methods, ops) \
	{ #id, &go_##id, number, first, n },
#include "k8s/schema.inc"
#undef GO_STRUCT
};

#define GO_STRUCT(id, number, first, n, methods, ops) \
	const struct type go_##id = { "v1." #id, KIND_STRUCT, NULL, NULL, \
		&view_ops_##ops, view_methods_##methods, &structs[number] };
#define GO_TEXT(id, name) \
	const struct type go_##id = { name, KIND_STRING, NULL, NULL, NULL, \
		NULL, NULL };
#define GO_LIST(id, name) \
	const struct type go_list_##id = { name, KIND_SLICE, &go_##id, NULL, \
		NULL, NULL, NULL };
#define GO_POINTER(id, name, ops) \
	const struct type go_to_##id = { name, KIND_PTR, &go_##id, NULL, \
		&view_ops_to_##ops, NULL, NULL };
#include "k8s/schema.inc"
#undef GO_STRUCT
#undef GO_TEXT
#undef GO_LIST
#undef GO_POINTER

static const struct view_field fields[] = {
#define GO_FIELD(owner, row, via, id) { &go_##id, owner, row, via },
#include "k8s/schema.inc"
#undef GO_FIELD
};

/* The number of a field + 1, or 0. */
static const uint16_t slots[] = {
#define GO_SLOTS(...) __VA_ARGS__,
#include "k8s/schema.inc"
#undef GO_SLOTS
};

#define N_SLOTS (ARRAY_SIZE(slots))

_Static_assert((N_SLOTS & (N_SLOTS - 1)) == 0, "slots are found by a mask");

const struct view_struct *view_struct(str name)
{
	size_t low = 0, high = ARRAY_SIZE(structs);

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int c = str_cmp(name, str_of(structs[mid].name));

		if (!c)
			return &structs[mid];
		if (c < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

static bool is_field(const struct view_field *f, const struct view_struct *s,
		     str name)
{
	const char *have = view_field_name(f);

	return f->owner == s->number && strncmp(have, name.p, name.n) == 0 &&
	       !have[name.n];
}

const struct view_field *view_field(const struct view_struct *s, str name)
{
	uint32_t at = str_hash(name) ^ s->number * 0x9e3779b1u;

	for (;; at++) {
		uint16_t slot = slots[at & (N_SLOTS - 1)];

		if (!slot)
			return NULL;
		if (is_field(&fields[slot - 1], s, name))
			return &fields[slot - 1];
	}
}

const struct view_field *view_field_at(const struct view_struct *s, uint32_t i)
{
	return &fields[s->first + i];
}


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

/* A map returns its texts as they are spelled; a number among them has to be
 * converted to text first. */
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
			 const struct value *v, str name, uint32_t *hint)
{
	const struct view_struct *s = view_struct_of(v);
	const struct view_field *f;

	if (hint && *hint < ARRAY_SIZE(fields) &&
	    is_field(&fields[*hint], s, name)) {
		read_field(out, a, v, &fields[*hint]);
		return true;
	}
	f = view_field(s, name);
	if (!f)
		return false;
	if (hint)
		*hint = (uint32_t)(f - fields);
	read_field(out, a, v, f);
	return true;
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

/* Structs are equal if their JSON is. */
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

/* GetName and the like: the field after "Get". */
static int get_field(struct call *c, struct value *out)
{
	str name = str_of(c->func->name + strlen("Get"));

	struct_field(out, c->arena, &c->args[0], name, NULL);
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

/* ---- how structs print ---- */

/*
 * The String methods that gogo/protobuf generates for k8s.io/api:
 * &EnvVar{Name:a,Value:b,ValueFrom:nil,}.  Structs of the same package, and
 * lists of them, print that way within it; all else prints as fmt's %v, even
 * where that is less helpful.
 */

/* Fields are in the order of their numbers in the API's protocol buffers, which
 * is that of their declaration except in these structs. */
static const struct {
	const char *name;
	uint8_t numbers[44];
} orders[] = {
	{ "ClusterTrustBundleProjection", { 1, 2, 3, 5, 4 } },
	{ "Container", { 1, 2, 3, 4, 5, 6, 19, 7, 8, 23, 24, 25, 9, 21, 10, 11,
			 22, 12, 13, 20, 14, 15, 16, 17, 18 } },
	{ "EphemeralContainerCommon",
	  { 1, 2, 3, 4, 5, 6, 19, 7, 8, 23, 24, 25, 9, 21, 10, 11, 22, 12, 13,
	    20, 14, 15, 16, 17, 18 } },
	{ "ISCSIVolumeSource", { 1, 2, 3, 4, 5, 6, 7, 8, 11, 10, 12 } },
	{ "OwnerReference", { 5, 1, 3, 4, 6, 7 } },
	{ "PersistentVolumeClaimSpec", { 1, 4, 2, 3, 5, 6, 7, 8, 9 } },
	{ "PodSecurityContext", { 1, 8, 2, 6, 3, 4, 12, 5, 7, 9, 10, 11, 13 } },
	{ "PodSpec", { 1, 20, 2, 34, 3, 4, 5, 6, 7, 8, 9, 21, 10, 11, 12, 13,
		       27, 14, 15, 16, 17, 18, 19, 22, 23, 24, 25, 26, 28, 29,
		       30, 31, 32, 33, 35, 36, 37, 38, 39, 40, 41, 43 } },
	{ "SecurityContext", { 1, 2, 3, 10, 4, 8, 5, 6, 7, 9, 11, 12 } },
	{ "VolumeMount", { 1, 2, 7, 3, 4, 5, 6 } },
	{ "VolumeSource", { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
			    16, 17, 18, 19, 20, 21, 22, 23, 26, 24, 25, 27,
			    28, 29, 30 } },
};

struct writer {
	struct buf *out;
	struct arena *arena;
};

static void put_struct(struct writer *w, const struct value *v);

static void put_verbatim(struct writer *w, const struct value *v)
{
	struct print to = { w->out, SIZE_MAX, w->arena, NULL };
	struct err e = ERR_INIT;

	print_f(&to, STR("%v"), v, 1, &e);
}

/* The structs of apimachinery's meta/v1; all others are in one package. */
static bool is_meta(const struct view_struct *s)
{
	static const char *const names[] = {
		"LabelSelector", "LabelSelectorRequirement",
		"ManagedFieldsEntry", "ObjectMeta", "OwnerReference",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(s->name, names[i]) == 0)
			return true;
	return false;
}

/* A pointer: to a struct of the same package, of another, or to a scalar. */
static void put_pointer(struct writer *w, const struct view_struct *in,
			const struct value *v)
{
	const struct view_struct *s = v->type->elem->detail;
	struct value to;

	if (v->type->elem->kind != KIND_STRUCT) {
		buf_addz(w->out, v->object ? "*" : "nil");
		if (!v->object)
			return;
		to = value_deref(v);
		put_verbatim(w, &to);
	} else if (s && v->object && is_meta(s) != is_meta(in)) {
		buf_addz(w->out, "&v1.");
		put_struct(w, v);
	} else if (s && v->object) {
		buf_addz(w->out, "&");
		put_struct(w, v);
	} else {
		put_verbatim(w, v);
	}
}

static void put_list(struct writer *w, const struct value *v)
{
	if (v->type->elem->kind != KIND_STRUCT) {
		put_verbatim(w, v);
		return;
	}
	buf_printf(w->out, "[]%s{", strchr(v->type->elem->name, '.') + 1);
	for (uint32_t i = 0; i < v->n; i++) {
		put_struct(w, &v->items[i]);
		buf_addc(w->out, ',');
	}
	buf_addc(w->out, '}');
}

static void put_map(struct writer *w, const struct value *v)
{
	const struct map_entry *entries = map_sorted(w->arena, v->map);
	const char *dot = strchr(v->type->name, '.');

	buf_printf(w->out, "%s{", dot ? dot + 1 : v->type->name);
	for (uint32_t i = 0; i < map_len(v->map); i++) {
		buf_adds(w->out, entries[i].key);
		buf_addz(w->out, ": ");
		put_verbatim(w, &entries[i].value);
		buf_addc(w->out, ',');
	}
	buf_addc(w->out, '}');
}

static void put_field(struct writer *w, const struct view_struct *in,
		      const struct value *v)
{
	const struct view_struct *s = v->type->detail;

	switch (v->type->kind) {
	case KIND_STRUCT:
		if (s && is_meta(s) == is_meta(in))
			put_struct(w, v);
		else
			put_verbatim(w, v);
		break;
	case KIND_PTR:
		put_pointer(w, in, v);
		break;
	case KIND_SLICE:
		put_list(w, v);
		break;
	case KIND_MAP:
		put_map(w, v);
		break;
	default:
		put_verbatim(w, v);
	}
}

static const uint8_t *numbers_of(const struct view_struct *s)
{
	for (size_t i = 0; i < ARRAY_SIZE(orders); i++)
		if (strcmp(s->name, orders[i].name) == 0)
			return orders[i].numbers;
	return NULL;
}

/* Which field has the next number after *number? */
static uint32_t next_field(const struct view_struct *s, const uint8_t *numbers,
			   uint8_t *number)
{
	uint32_t found = s->n;

	for (uint32_t i = 0; i < s->n; i++)
		if (numbers[i] > *number &&
		    (found == s->n || numbers[i] < numbers[found]))
			found = i;
	*number = numbers[found];
	return found;
}

/* Without the & in front. */
static void put_struct(struct writer *w, const struct value *v)
{
	const struct view_struct *s = view_struct_of(v);
	struct value self = value_object(s->type, v->object), field;
	const uint8_t *numbers = numbers_of(s);
	uint8_t number = 0;
	str name;

	buf_printf(w->out, "%s{", s->name);
	for (uint32_t i = 0; i < s->n; i++) {
		s->type->ops->field_at(&field, &name, w->arena, &self, numbers ?
				       next_field(s, numbers, &number) : i);
		buf_adds(w->out, name);
		buf_addc(w->out, ':');
		put_field(w, s, &field);
		buf_addc(w->out, ',');
	}
	buf_addc(w->out, '}');
}

void view_struct_text(struct buf *out, const struct value *v)
{
	struct arena a = ARENA_INIT;
	struct writer w = { out, &a };

	buf_addc(out, '&');
	put_struct(&w, v);
	arena_release(&a);
}
