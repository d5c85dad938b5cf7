/*
 * Messages as templates see them: what protoc-gen-go makes of them.
 *
 * The object of a message's struct, and of a pointer to one, is its canonical
 * node.  A oneof is a field of its own that holds a pointer to a struct with
 * the member that is set: the object of that struct is the member's node.  Get
 * methods work on nil pointers, so that they can be chained.
 */
#include "base/array.h"
#include "mesh/proto_table.h"

#include "go/gotime.h"
#include "sprig/sprig.h"
#include "tree/scalar.h"

struct value proto_view(struct arena *a, const struct proto_message *m,
			const struct node *n)
{
	(void)a;
	return value_object(proto_message_type(m), n);
}

bool proto_of_value(const struct value *v, const struct proto_message **m,
		    const struct node **n)
{
	if (value_kind(v) != KIND_PTR || v->type->ops != &proto_message_ops)
		return false;
	*m = v->type->detail;
	*n = v->object;
	return true;
}

const struct type *proto_duration_type(void)
{
	return proto_message_type(proto_message("google.protobuf.Duration"));
}

/* ---- values of fields ---- */

static struct value enum_value(const struct proto_field *f,
			       const struct type *t, const struct node *n)
{
	return (struct value){ .type = t, .i = proto_number(f, n) };
}

static struct value enum_list(struct arena *a, const struct proto_field *f,
			      const struct type *t, const struct node *n)
{
	struct items items = ITEMS_INIT(a);

	for (uint32_t i = 0; i < n->n; i++)
		items_add(&items, enum_value(f, t->elem, node_item(n, i)));
	return items_list(&items, t);
}

/* The value of a field of message m, whose node is `n`. */
static struct value field_value(struct arena *a, const struct proto_message *m,
				const struct proto_field *f,
				const struct node *n)
{
	const struct type *t = proto_field_type(f);
	const struct node *value = proto_field_node(m, f, n);
	int64_t seconds;
	int32_t nanos;

	if (m->form == PROTO_DURATION) {
		proto_duration(n, &seconds, &nanos);
		return (struct value){ .type = t, .i = f->kind == PROTO_INT64 ?
				       seconds : nanos };
	}
	if (!value)
		return value_zero(t);
	if (f->kind == PROTO_ENUM && f->shape == PROTO_LIST)
		return enum_list(a, f, t, value);
	if (f->kind == PROTO_ENUM)
		return enum_value(f, t, value);
	if (f->kind == PROTO_DOUBLE)
		return value_float(proto_double(value));
	return value_of_node(a, t, value, false);
}

/* The value of a oneof's field: a nil interface, or a pointer to the struct
 * around its member. */
static struct value oneof_value(const struct proto_message *m, uint16_t oneof,
				const struct node *n)
{
	const struct proto_field *f = proto_fields(m);
	struct value v = VALUE_NIL;

	for (uint32_t i = 0; i < m->n; i++) {
		const struct node *member;

		if (f[i].oneof != oneof)
			continue;
		member = proto_field_node(m, &f[i], n);
		if (member)
			v = value_object(proto_wrapper_type(&f[i]), member);
	}
	v.iface = true;
	return v;
}

static bool is_go_name(uint16_t text, str name)
{
	const char *z = proto_text(text);

	return name.n && *z == name.p[0] && str_eq(str_of(z), name);
}

/* A field or a oneof by its Go name, looked for from *at on, which is set:
 * false if m has none.  For methods, members of oneofs as well. */
static bool find(struct value *out, struct arena *a,
		 const struct proto_message *m, const struct node *n,
		 str name, bool members, uint32_t *at)
{
	const struct proto_field *f = proto_fields(m);

	for (uint32_t i = 0; i < m->n; i++, ++*at) {
		if (*at >= m->n)
			*at = 0;
		if (is_go_name(f[*at].go, name) &&
		    (members || !proto_in_oneof(&f[*at]))) {
			*out = field_value(a, m, &f[*at], n);
			return true;
		}
		if (is_go_name(f[*at].oneof, name)) {
			*out = oneof_value(m, f[*at].oneof, n);
			return true;
		}
	}
	return false;
}

static bool message_field(struct value *out, struct arena *a,
			  const struct value *v, str name, uint32_t *hint)
{
	uint32_t first = 0;

	return find(out, a, v->type->detail, v->object, name, false,
		    hint ? hint : &first);
}

static void message_text(struct buf *out, const struct value *v)
{
	proto_string(out, v->type->detail, v->object);
}

/* The messages of istio.io/api, and Struct, Value and ListValue, have
 * MarshalJSON; of others encoding/json writes the fields. */
static int message_json(struct buf *out, const struct value *v,
			struct buf *why)
{
	const struct proto_message *m = v->type->detail;
	const struct node *n = v->object;
	int64_t seconds;
	int32_t nanos;

	(void)why;
	if (m->form == PROTO_WRAPPER) {
		if (proto_is_zero(proto_fields(m), n))
			buf_addz(out, "{}");
		else
			buf_printf(out, "{\"value\":%.*s}",
				   STR_ARG(node_text(n)));
	} else if (m->form == PROTO_DURATION) {
		proto_duration(n, &seconds, &nanos);
		buf_addc(out, '{');
		if (seconds)
			buf_printf(out, "\"seconds\":%lld",
				   (long long)seconds);
		if (nanos)
			buf_printf(out, "%s\"nanos\":%d", seconds ? "," : "",
				   nanos);
		buf_addc(out, '}');
	} else {
		proto_json(out, m, n);
	}
	return 0;
}

/* ---- methods of messages ---- */

static const struct node *self(const struct call *c)
{
	return c->args[0].object;
}

static int get(struct call *c, struct value *out)
{
	str name = str_of(c->func->name);
	uint32_t at = 0;

	find(out, c->arena, c->args[0].type->detail, self(c),
	     str_sub(name, 3, name.n), true, &at);
	return 0;
}

static int string(struct call *c, struct value *out)
{
	struct buf b = BUF_INIT;

	if (self(c))
		message_text(&b, &c->args[0]);
	else
		buf_addz(&b, "<nil>");
	return call_return_buf(c, out, &b);
}

static int as_duration(struct call *c, struct value *out)
{
	int64_t seconds;
	int32_t nanos;

	proto_duration(self(c), &seconds, &nanos);
	*out = (struct value){ .type = &sprig_duration,
			       .i = seconds * 1000000000 + nanos };
	return 0;
}

/* proto_read() has checked the range. */
static int is_valid(struct call *c, struct value *out)
{
	*out = value_bool(self(c) != NULL);
	return 0;
}

static int as_map(struct call *c, struct value *out)
{
	*out = self(c) ? value_of_node(c->arena, &type_map, self(c), false) :
	       value_of_map(map_new(c->arena, &type_map), &type_map);
	return 0;
}

static int as_interface(struct call *c, struct value *out)
{
	*out = value_of_node(c->arena, &type_interface, self(c), false);
	return 0;
}

static int as_slice(struct call *c, struct value *out)
{
	*out = self(c) ? value_of_node(c->arena, &type_list, self(c), false) :
	       value_list(&type_list, VALUE_EMPTY, 0);
	return 0;
}

static const struct {
	enum proto_form form;
	struct func func;
} own_methods[] = {
	{ PROTO_DURATION, { "AsDuration", "() reflect.Value", as_duration } },
	{ PROTO_DURATION, { "IsValid", "() bool", is_valid } },
	{ PROTO_STRUCT, { "AsMap", "() reflect.Value", as_map } },
	{ PROTO_VALUE, { "AsInterface", "() interface {}", as_interface } },
	{ PROTO_LISTVALUE, { "AsSlice", "() reflect.Value", as_slice } },
};

static const struct func string_method = { "String", "() string", string };

/* The name of a getter determines its field. */
static const struct func *message_method(struct arena *a, const struct type *t,
					 str name)
{
	const struct proto_message *m = t->detail;
	struct value ignored;
	struct func *f;
	uint32_t at = 0;

	for (size_t i = 0; i < ARRAY_SIZE(own_methods); i++)
		if (own_methods[i].form == m->form &&
		    str_eq(str_of(own_methods[i].func.name), name))
			return &own_methods[i].func;
	if (str_eq(name, STR("String")))
		return &string_method;
	if (!str_starts(name, STR("Get")) ||
	    !find(&ignored, a, m, NULL, str_sub(name, 3, name.n), true, &at))
		return NULL;
	f = arena_new(a, struct func);
	f->name = arena_str(a, name).p;
	f->signature = "() reflect.Value";
	f->fn = get;
	return f;
}

const struct type_ops proto_message_ops = {
	.text = message_text,
	.field = message_field,
	.json = message_json,
	.method = message_method,
};

/* ---- the struct around a oneof's member ---- */

static bool wrapper_field_at(struct value *out, str *name, struct arena *a,
			     const struct value *v, uint32_t i)
{
	const struct proto_field *f = v->type->detail;
	const struct type *t = proto_field_type(f);
	const struct node *n = v->object;

	*name = str_of(proto_text(f->go));
	if (i > 0)
		return false;
	if (f->kind == PROTO_ENUM)
		*out = enum_value(f, t, n);
	else
		*out = value_of_node(a, t, n, false);
	return true;
}

static bool wrapper_field(struct value *out, struct arena *a,
			  const struct value *v, str name, uint32_t *hint)
{
	str have;

	(void)hint;
	return wrapper_field_at(out, &have, a, v, 0) && str_eq(have, name);
}

const struct type_ops proto_wrapper_ops = {
	.field = wrapper_field,
	.field_at = wrapper_field_at,
};

/* ---- enums ---- */

static void enum_text(struct buf *out, const struct value *v)
{
	const char *name = proto_enum_name(v->type->detail, v->i);

	if (name)
		buf_addz(out, name);
	else
		buf_printf(out, "%lld", (long long)v->i);
}

static int enum_string(struct call *c, struct value *out)
{
	struct buf b = BUF_INIT;

	enum_text(&b, &c->args[0]);
	return call_return_buf(c, out, &b);
}

static const struct type type_number = { .name = "protoreflect.EnumNumber",
					 .kind = KIND_INT32 };

static int enum_number(struct call *c, struct value *out)
{
	*out = (struct value){ .type = &type_number, .i = c->args[0].i };
	return 0;
}

const struct type_ops proto_enum_ops = { .text = enum_text };

const struct func proto_enum_methods[] = {
	{ "String", "() string", enum_string },
	{ "Number", "() reflect.Value", enum_number },
	{ NULL, NULL, NULL },
};
