/*
 * Types that are more than their fields: resource.Quantity, v1.ResourceList,
 * intstr.IntOrString, v1.FieldsV1 and metav1.Time.
 */
#include "view/view_types.h"

#include "base/array.h"
#include "json/text.h"
#include "k8s/gojson.h"
#include "go/gotime.h"
#include "sprig/sprig.h"
#include "tmpl/value.h"

static bool json_equal(const struct value *a, const struct value *b)
{
	struct buf text[2] = { BUF_INIT, BUF_INIT };
	bool same;

	a->type->ops->json(&text[0], a, NULL);
	b->type->ops->json(&text[1], b, NULL);
	same = str_eq(buf_str(&text[0]), buf_str(&text[1]));
	buf_release(&text[0]);
	buf_release(&text[1]);
	return same;
}

/* ---- Quantity ---- */

/* Zero if the node is not a quantity.  Its texts are in `spelled`; the caller
 * releases both. */
static struct quantity quantity_of(const struct value *v, struct buf *spelled)
{
	struct quantity q;

	decode_quantity(&q, view_node(v), spelled, NULL);
	return q;
}

static void add_quantity(struct buf *out, const struct value *v)
{
	struct buf spelled = BUF_INIT;
	struct quantity q = quantity_of(v, &spelled);

	quantity_text(out, &q);
	quantity_release(&q);
	buf_release(&spelled);
}

static int quantity_json(struct buf *out, const struct value *v,
			 struct buf *why)
{
	(void)why;
	gojson_write_value(out, SCHEMA_QUANTITY, view_node(v));
	return 0;
}

/* A struct within a Quantity; its object is an array of its fields, the last of
 * which has no name. */
struct part {
	const char *name;
	struct value value;
};

static bool part_at(struct value *out, str *name, struct arena *a,
		    const struct value *v, uint32_t i)
{
	const struct part *part = v->object;

	(void)a;
	if (!part[i].name)
		return false;
	*name = str_of(part[i].name);
	*out = part[i].value;
	return true;
}

static const struct type_ops part_ops = { .field_at = part_at };
static const struct type type_amount = {
	.name = "resource.int64Amount", .kind = KIND_STRUCT, .ops = &part_ops };
static const struct type type_dec_amount = {
	.name = "resource.infDecAmount", .kind = KIND_STRUCT,
	.ops = &part_ops };
static const struct type type_scale = {
	.name = "resource.Scale", .kind = KIND_INT32 };
static const struct type type_format = {
	.name = "resource.Format", .kind = KIND_STRING };
static const struct type type_dec = {
	.name = "inf.Dec", .kind = KIND_STRUCT };
static const struct type type_to_dec = {
	.name = "*inf.Dec", .kind = KIND_PTR, .elem = &type_dec };

static struct value named_text(const struct type *t, const char *z)
{
	struct value v = value_z(z);

	v.type = t;
	return v;
}

static struct value amount(struct arena *a, const struct quantity *q)
{
	struct part *parts = arena_array(a, struct part, 3);
	struct value scale = { .type = &type_scale, .i = q->scale };

	if (q->big)
		scale.i = 0;
	parts[0] = (struct part){ "value", value_int64(q->value) };
	parts[1] = (struct part){ "scale", scale };
	parts[2] = (struct part){ .name = NULL };
	return value_object(&type_amount, parts);
}

/* Its one field prints as an address. */
static struct value dec_amount(struct arena *a, const struct quantity *q)
{
	struct part *parts = arena_array(a, struct part, 2);

	parts[0] = (struct part){ "Dec", value_object(&type_to_dec, q->big ?
						      parts : NULL) };
	parts[1] = (struct part){ .name = NULL };
	return value_object(&type_dec_amount, parts);
}

static bool quantity_field_at(struct value *out, str *name, struct arena *a,
			      const struct value *v, uint32_t i)
{
	static const char *const names[] = { "i", "d", "s", "Format" };
	struct buf spelled = BUF_INIT;
	struct quantity q;

	if (i >= ARRAY_SIZE(names))
		return false;
	*name = str_of(names[i]);
	q = quantity_of(v, &spelled);
	if (i == 0)
		*out = amount(a, &q);
	else if (i == 1)
		*out = dec_amount(a, &q);
	else if (i == 2)
		*out = value_str(arena_str(a, q.text));
	else
		*out = named_text(&type_format,
				  quantity_format_name(q.format));
	quantity_release(&q);
	buf_release(&spelled);
	return true;
}

/* Only Format is exported. */
static bool quantity_field(struct value *out, struct arena *a,
			   const struct value *v, str name, uint32_t *hint)
{
	str have;

	(void)hint;
	return str_eq(name, STR("Format")) &&
	       quantity_field_at(out, &have, a, v, 3);
}

static const struct type_ops quantity_ops = {
	.text_at = add_quantity,
	.field = quantity_field,
	.field_at = quantity_field_at,
	.equal = json_equal,
	.json = quantity_json,
};

const struct type_ops view_ops_to_Quantity = {
	.text = add_quantity,
	.method = view_pointer_method,
};

static int quantity_method(struct call *c, struct value *out,
			   struct value (*of)(const struct quantity *q))
{
	struct buf spelled = BUF_INIT;
	struct quantity q = quantity_of(&c->args[0], &spelled);

	*out = of(&q);
	quantity_release(&q);
	buf_release(&spelled);
	return 0;
}

static struct value whole(const struct quantity *q)
{
	return value_int64(quantity_scaled(q, 0));
}

static struct value milli(const struct quantity *q)
{
	return value_int64(quantity_scaled(q, -3));
}

static struct value sign(const struct quantity *q)
{
	return value_int(quantity_sign(q));
}

static struct value is_zero(const struct quantity *q)
{
	return value_bool(quantity_sign(q) == 0);
}

static int quantity_value(struct call *c, struct value *out)
{
	return quantity_method(c, out, whole);
}

static int quantity_milli_value(struct call *c, struct value *out)
{
	return quantity_method(c, out, milli);
}

static int quantity_sign_of(struct call *c, struct value *out)
{
	return quantity_method(c, out, sign);
}

static int quantity_is_zero(struct call *c, struct value *out)
{
	return quantity_method(c, out, is_zero);
}

static const struct func quantity_methods[] = {
	{ "IsZero", "() bool", quantity_is_zero },
	{ "MilliValue", "() int64", quantity_milli_value },
	{ "Sign", "() int", quantity_sign_of },
	{ "String", "() string", view_text_method },
	{ "Value", "() int64", quantity_value },
	{ NULL, NULL, NULL },
};

const struct type go_Quantity = {
	.name = "resource.Quantity", .kind = KIND_STRUCT,
	.ops = &quantity_ops, .methods = quantity_methods };

/* ---- ResourceList ---- */

/* The resources that have a method, and their value if absent: 0 in their
 * family of suffixes. */
static const struct {
	const char *method;
	str key;
	struct node none;
} resources[] = {
#define DECIMAL { .kind = NODE_STRING, .text = "00", .n = 2 }
#define BINARY { .kind = NODE_STRING, .text = "0Ki", .n = 3 }
	{ "Cpu", { "cpu", 3 }, DECIMAL },
	{ "Memory", { "memory", 6 }, BINARY },
	{ "Pods", { "pods", 4 }, DECIMAL },
	{ "Storage", { "storage", 7 }, BINARY },
	{ "StorageEphemeral", { "ephemeral-storage", 17 }, BINARY },
};

static int resource(struct call *c, struct value *out)
{
	struct value v;
	size_t i = 0;

	while (strcmp(resources[i].method, c->func->name) != 0)
		i++;
	if (!map_get(c->args[0].map, resources[i].key, &v) || !v.object)
		v.object = &resources[i].none;
	*out = value_object(&go_to_Quantity, v.object);
	return 0;
}

static const struct func resource_methods[] = {
	{ "Cpu", "() reflect.Value", resource },
	{ "Memory", "() reflect.Value", resource },
	{ "Pods", "() reflect.Value", resource },
	{ "Storage", "() reflect.Value", resource },
	{ "StorageEphemeral", "() reflect.Value", resource },
	{ NULL, NULL, NULL },
};

const struct type go_ResourceList = {
	.name = "v1.ResourceList", .kind = KIND_MAP, .elem = &go_Quantity,
	.key = &go_ResourceName, .methods = resource_methods };

/* ---- IntOrString ---- */

static bool is_text(const struct value *v)
{
	const struct node *n = view_node(v);

	return n && n->kind == NODE_STRING;
}

static void int_or_string_text(struct buf *out, const struct value *v)
{
	if (is_text(v))
		buf_adds(out, node_text(view_node(v)));
	else
		buf_printf(out, "%d", (int)decode_int(view_node(v)));
}

static int int_or_string_json(struct buf *out, const struct value *v,
			      struct buf *why)
{
	(void)why;
	gojson_write_value(out, SCHEMA_INT_OR_STRING, view_node(v));
	return 0;
}

static const struct type type_int_or_string_type = {
	.name = "intstr.Type", .kind = KIND_INT64 };

static bool int_or_string_field_at(struct value *out, str *name,
				   struct arena *a, const struct value *v,
				   uint32_t i)
{
	static const char *const names[] = { "Type", "IntVal", "StrVal" };
	bool text = is_text(v);

	(void)a;
	if (i >= ARRAY_SIZE(names))
		return false;
	*name = str_of(names[i]);
	if (i == 0)
		*out = (struct value){ .type = &type_int_or_string_type,
				       .i = text };
	else if (i == 1)
		*out = (struct value){ .type = &type_int32,
				       .i = text ? 0 :
					    decode_int(view_node(v)) };
	else
		*out = value_str(text ? node_text(view_node(v)) : STR(""));
	return true;
}

static bool int_or_string_field(struct value *out, struct arena *a,
				const struct value *v, str name,
				uint32_t *hint)
{
	str have;

	(void)hint;
	for (uint32_t i = 0; int_or_string_field_at(out, &have, a, v, i); i++)
		if (str_eq(have, name))
			return true;
	return false;
}

/* strconv.Atoi; an invalid number is 0, one that is too large the maximum. */
static int64_t number_in(str s)
{
	bool negative = s.n && s.p[0] == '-';
	size_t i = s.n && (s.p[0] == '-' || s.p[0] == '+');
	int64_t n = 0;
	bool over = false;

	for (; i < s.n; i++) {
		int digit = s.p[i] - '0';

		if (digit < 0 || digit > 9)
			return 0;
		over = over || __builtin_mul_overflow(n, 10, &n) ||
		       __builtin_sub_overflow(n, digit, &n);
	}
	if (over || (n == INT64_MIN && !negative))
		return negative ? INT64_MIN : INT64_MAX;
	return negative ? n : -n;
}

static int int_value(struct call *c, struct value *out)
{
	const struct value *self = &c->args[0];

	*out = value_int(is_text(self) ?
			 number_in(node_text(view_node(self))) :
			 decode_int(view_node(self)));
	return 0;
}

static const struct type_ops int_or_string_ops = {
	.text_at = int_or_string_text,
	.field = int_or_string_field,
	.field_at = int_or_string_field_at,
	.equal = json_equal,
	.json = int_or_string_json,
};

const struct type_ops view_ops_to_IntOrString = {
	.text = int_or_string_text,
	.method = view_pointer_method,
};

static const struct func int_or_string_methods[] = {
	{ "IntValue", "() int", int_value },
	{ "String", "() string", view_text_method },
	{ NULL, NULL, NULL },
};

const struct type go_IntOrString = {
	.name = "intstr.IntOrString", .kind = KIND_STRUCT,
	.ops = &int_or_string_ops, .methods = int_or_string_methods };

/* ---- FieldsV1: the JSON of managed fields, kept as it is ---- */

static void fields_text(struct buf *out, const struct value *v)
{
	if (view_node(v))
		json_write_go(out, view_node(v));
}

static int fields_json(struct buf *out, const struct value *v,
		       struct buf *why)
{
	(void)why;
	gojson_write_value(out, SCHEMA_RAW, view_node(v));
	return 0;
}

static const struct type_ops fields_ops = {
	.text = fields_text,
	.equal = json_equal,
	.json = fields_json,
};

const struct type_ops view_ops_to_FieldsV1 = { .text = fields_text };

const struct type go_FieldsV1 = {
	.name = "v1.FieldsV1", .kind = KIND_STRUCT, .ops = &fields_ops,
	.methods = view_methods_struct };

/* ---- metav1.Time ---- */

/* It embeds a time.Time, which prints it and has its methods: sprig's. */
/* Decoding converts it to the local time zone. */
static struct gotime time_of(struct arena *a, const struct value *v)
{
	struct gotime t = GOTIME_ZERO;
	struct buf why = BUF_INIT;
	const struct node *n = view_node(v);

	if (n && !gotime_parse(&t, a, STR("2006-01-02T15:04:05Z07:00"),
			       node_string(n), &zone_utc, &why))
		t.zone = zone_local(a);
	buf_release(&why);
	return t;
}

static void add_time(struct buf *out, const struct value *v)
{
	struct arena a = ARENA_INIT;
	struct gotime t = time_of(&a, v);

	gotime_text(out, &t);
	arena_release(&a);
}

static struct value inner(struct arena *a, const struct value *v)
{
	struct gotime *t = arena_new(a, struct gotime);

	*t = time_of(a, v);
	return value_object(&sprig_time, t);
}

static bool time_field(struct value *out, struct arena *a,
		       const struct value *v, str name, uint32_t *hint)
{
	(void)hint;
	if (!str_eq(name, STR("Time")))
		return false;
	*out = inner(a, v);
	return true;
}

static bool time_field_at(struct value *out, str *name, struct arena *a,
			  const struct value *v, uint32_t i)
{
	*name = STR("Time");
	return i == 0 && time_field(out, a, v, *name, NULL);
}

static int time_json(struct buf *out, const struct value *v, struct buf *why)
{
	(void)why;
	gojson_write_value(out, SCHEMA_TIME, view_node(v));
	return 0;
}

static bool time_equal(const struct value *a, const struct value *b)
{
	struct arena mem = ARENA_INIT;
	struct gotime x = time_of(&mem, a), y = time_of(&mem, b);
	bool same = gotime_cmp(&x, &y) == 0;

	arena_release(&mem);
	return same;
}

/* The method of the same name of the embedded struct. */
static int promoted(struct call *c, struct value *out)
{
	struct value *args = arena_array(c->arena, struct value, c->n);
	struct call to = *c;
	const struct func *f = sprig_time.methods;
	int rc;

	while (strcmp(f->name, c->func->name) != 0)
		f++;
	memcpy(args, c->args, c->n * sizeof(*args));
	args[0] = inner(c->arena, &c->args[0]);
	to.args = args;
	rc = f->fn(&to, out);
	c->error = to.error;
	return rc;
}

static const struct func methods[] = {
	{ "Day", "() int", promoted },
	{ "Format", "(string) string", promoted },
	{ "Hour", "() int", promoted },
	{ "IsDST", "() bool", promoted },
	{ "IsZero", "() bool", promoted },
	{ "Local", "() reflect.Value", promoted },
	{ "Minute", "() int", promoted },
	{ "Month", "() reflect.Value", promoted },
	{ "Nanosecond", "() int", promoted },
	{ "Second", "() int", promoted },
	{ "String", "() string", promoted },
	{ "UTC", "() reflect.Value", promoted },
	{ "Unix", "() int64", promoted },
	{ "UnixMicro", "() int64", promoted },
	{ "UnixMilli", "() int64", promoted },
	{ "UnixNano", "() int64", promoted },
	{ "Weekday", "() reflect.Value", promoted },
	{ "Year", "() int", promoted },
	{ "YearDay", "() int", promoted },
	{ NULL, NULL, NULL },
};

static const struct type_ops ops = {
	.text = add_time,
	.field = time_field,
	.field_at = time_field_at,
	.equal = time_equal,
	.json = time_json,
};

/* metav1's own method; the embedded ones fail on nil. */
static const struct func time_is_zero = { "IsZero", "() bool", promoted };

static const struct func *pointer_method(struct arena *a, const struct type *t,
					 str name)
{
	(void)a;
	(void)t;
	return str_eq(name, str_of(time_is_zero.name)) ? &time_is_zero : NULL;
}

const struct type_ops view_ops_to_Time = {
	.text = add_time,
	.method = pointer_method,
};

const struct type go_Time = {
	.name = "v1.Time", .kind = KIND_STRUCT, .ops = &ops,
	.methods = methods };
