/*
 * reflect - what values are: sprig's reflect.go.
 */
#include "sprig/sprig.h"

static int type_of(struct call *c, struct value *out)
{
	*out = value_z(value_type_name(&c->args[0]));
	return 0;
}

static int type_is(struct call *c, struct value *out)
{
	str type = str_of(value_type_name(&c->args[1]));

	*out = value_bool(str_eq(call_str(c, 0), type));
	return 0;
}

/* Pointers to the type count too. */
static int type_is_like(struct call *c, struct value *out)
{
	str type = str_of(value_type_name(&c->args[1]));
	str target = call_str(c, 0);

	*out = value_bool(str_eq(target, type) ||
			  (str_starts(type, STR("*")) &&
			   str_eq(target, str_sub(type, 1, type.n))));
	return 0;
}

static int kind_of(struct call *c, struct value *out)
{
	*out = value_z(kind_name(value_kind(&c->args[0])));
	return 0;
}

static int kind_is(struct call *c, struct value *out)
{
	str kind = str_of(kind_name(value_kind(&c->args[1])));

	*out = value_bool(str_eq(call_str(c, 0), kind));
	return 0;
}

static int deep_equal(struct call *c, struct value *out)
{
	*out = value_bool(value_deep_equal(&c->args[0], &c->args[1]));
	return 0;
}

static const struct func rows[] = {
	{ "typeOf", "(interface {}) string", type_of },
	{ "typeIs", "(string, interface {}) bool", type_is },
	{ "typeIsLike", "(string, interface {}) bool", type_is_like },
	{ "kindOf", "(interface {}) string", kind_of },
	{ "kindIs", "(string, interface {}) bool", kind_is },
	{ "deepEqual", "(interface {}, interface {}) bool", deep_equal },
};

const struct func_table sprig_reflect = FUNC_TABLE(rows);
