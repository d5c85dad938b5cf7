/*
 * view_time - metav1.Time, which embeds a time.Time: that one prints it and
 * has its methods, by way of sprig's.
 */
#include "view/view_value.h"
#include "k8s/gojson.h"
#include "go/gotime.h"
#include "sprig/sprig.h"

/* Decoding puts it into the zone of this computer. */
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
		       const struct value *v, str name)
{
	if (!str_eq(name, STR("Time")))
		return false;
	*out = inner(a, v);
	return true;
}

static bool time_field_at(struct value *out, str *name, struct arena *a,
			  const struct value *v, uint32_t i)
{
	*name = STR("Time");
	return i == 0 && time_field(out, a, v, *name);
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

/* The method of the same name, of what is embedded. */
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

/* The one that metav1 itself has; those of what is embedded fail on nil. */
static const struct func is_zero = { "IsZero", "() bool", promoted };

static const struct func *pointer_method(struct arena *a, const struct type *t,
					 str name)
{
	(void)a;
	(void)t;
	return str_eq(name, str_of(is_zero.name)) ? &is_zero : NULL;
}

const struct type_ops view_ops_to_Time = {
	.text = add_time,
	.method = pointer_method,
};

const struct type go_Time = {
	.name = "v1.Time", .kind = KIND_STRUCT, .ops = &ops,
	.methods = methods };
