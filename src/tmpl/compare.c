/*
 * compare - eq, ne, lt, le, gt, ge.
 *
 * Values are compared within one of six classes; between classes only whole
 * numbers with and without sign go together.  For everything else there is
 * only being nil, and Go's == where the type has one.
 */
#include "tmpl/builtins.h"
#include "tmpl/exec.h"
#include "tmpl/printf.h"

enum class {
	CLASS_NONE,
	CLASS_BOOL,
	CLASS_COMPLEX,
	CLASS_INT,
	CLASS_FLOAT,
	CLASS_STRING,
	CLASS_UINT,
};

static enum class class_of(const struct value *v)
{
	enum kind kind = value_kind(v);

	if (kind_is_int(kind))
		return CLASS_INT;
	if (kind_is_uint(kind))
		return CLASS_UINT;
	switch (kind) {
	case KIND_BOOL:
		return CLASS_BOOL;
	case KIND_COMPLEX128:
		return CLASS_COMPLEX;
	case KIND_FLOAT64:
		return CLASS_FLOAT;
	case KIND_STRING:
		return CLASS_STRING;
	default:
		return CLASS_NONE;
	}
}

static int fail_incompatible(struct call *c, const struct value *a,
			     const struct value *b)
{
	return call_fail(c, "incompatible types for comparison: %s and %s",
			 value_type_name(a), value_type_name(b));
}

/* ---- equality ---- */

/* Go shows the value by %s, whatever it is. */
static int fail_incomparable(struct call *c, const struct value *v)
{
	struct buf b = BUF_INIT;
	struct print to = { &b, c->budget, c->arena };
	struct err e = ERR_INIT;

	print_f(&to, STR("%s"), v, 1, &e);
	call_fail(c, "non-comparable type %s: %s", buf_z(&b), v->type->name);
	buf_release(&b);
	return -1;
}

static int fail_kinds(struct call *c, const struct value *a,
		      const struct value *b)
{
	struct buf text[2] = { BUF_INIT, BUF_INIT };
	struct print to = { &text[0], c->budget, c->arena };
	struct err e = ERR_INIT;

	print_f(&to, STR("%s"), a, 1, &e);
	to.out = &text[1];
	print_f(&to, STR("%v"), b, 1, &e);
	call_fail(c, "non-comparable types %s: %s, %s: %s", buf_z(&text[0]),
		  a->type->name, b->type->name, buf_z(&text[1]));
	buf_release(&text[0]);
	buf_release(&text[1]);
	return -1;
}

/* Two values of no class. */
static int equal_others(struct call *c, const struct value *a,
			const struct value *b, bool *equal)
{
	enum kind ka = value_kind(a), kb = value_kind(b);

	if (ka != kb && ka != KIND_INVALID && kb != KIND_INVALID)
		return fail_kinds(c, a, b);
	if (value_is_nil(a) || value_is_nil(b)) {
		*equal = value_is_nil(a) == value_is_nil(b);
		return 0;
	}
	if (kb == KIND_SLICE || kb == KIND_MAP ||
	    (b->type->ops && b->type->ops->incomparable))
		return fail_incomparable(c, b);
	if (kb == KIND_PTR)
		*equal = a->object == b->object;
	else
		*equal = value_deep_equal(a, b);
	return 0;
}

static int equal_across(struct call *c, const struct value *a,
			const struct value *b, bool *equal)
{
	enum class ca = class_of(a), cb = class_of(b);

	*equal = false;
	if (ca == CLASS_INT && cb == CLASS_UINT)
		*equal = a->i >= 0 && (uint64_t)a->i == b->u;
	else if (ca == CLASS_UINT && cb == CLASS_INT)
		*equal = b->i >= 0 && a->u == (uint64_t)b->i;
	else if (!value_is_nothing(a) && !value_is_nothing(b))
		return fail_incompatible(c, a, b);
	return 0;
}

static int equal(struct call *c, const struct value *a,
		 const struct value *b, bool *out)
{
	enum class ca = class_of(a);

	if (ca != class_of(b))
		return equal_across(c, a, b, out);
	switch (ca) {
	case CLASS_NONE:
		return equal_others(c, a, b, out);
	case CLASS_BOOL:
		*out = a->b == b->b;
		break;
	case CLASS_COMPLEX:
		*out = value_deep_equal(a, b);
		break;
	case CLASS_FLOAT:
		*out = a->f <= b->f && a->f >= b->f;
		break;
	case CLASS_STRING:
		*out = str_eq(value_text(a), value_text(b));
		break;
	case CLASS_INT:
	case CLASS_UINT:
		*out = a->u == b->u;
		break;
	}
	return 0;
}

int builtin_eq(struct call *c, struct value *out)
{
	struct value a = value_concrete(c->args[0]), b;
	bool same = false;
	uint32_t i;

	if (c->n < 2)
		return call_fail(c, "missing argument for comparison");
	for (i = 1; i < c->n && !same; i++) {
		b = value_concrete(c->args[i]);
		if (equal(c, &a, &b, &same) < 0)
			return -1;
	}
	*out = value_bool(same);
	return 0;
}

int builtin_ne(struct call *c, struct value *out)
{
	if (builtin_eq(c, out) < 0)
		return -1;
	out->b = !out->b;
	return 0;
}

/* ---- order ---- */

static int less_across(struct call *c, const struct value *a,
		       const struct value *b, bool *less)
{
	enum class ca = class_of(a), cb = class_of(b);

	if (ca == CLASS_INT && cb == CLASS_UINT)
		*less = a->i < 0 || (uint64_t)a->i < b->u;
	else if (ca == CLASS_UINT && cb == CLASS_INT)
		*less = b->i >= 0 && a->u < (uint64_t)b->i;
	else
		return fail_incompatible(c, a, b);
	return 0;
}

int builtin_lt(struct call *c, struct value *out)
{
	static const char bad_type[] = "invalid type for comparison";
	struct value a = value_concrete(c->args[0]);
	struct value b = value_concrete(c->args[1]);
	enum class class = class_of(&a);
	bool less = false;

	if (class == CLASS_NONE || class_of(&b) == CLASS_NONE)
		return call_fail(c, "%s", bad_type);
	if (class != class_of(&b)) {
		if (less_across(c, &a, &b, &less) < 0)
			return -1;
	} else if (class == CLASS_FLOAT) {
		less = a.f < b.f;
	} else if (class == CLASS_INT) {
		less = a.i < b.i;
	} else if (class == CLASS_UINT) {
		less = a.u < b.u;
	} else if (class == CLASS_STRING) {
		less = str_cmp(value_text(&a), value_text(&b)) < 0;
	} else {
		return call_fail(c, "%s", bad_type);
	}
	*out = value_bool(less);
	return 0;
}

/* The others are made of less and equal, which shows with NaN only. */

int builtin_le(struct call *c, struct value *out)
{
	if (builtin_lt(c, out) < 0)
		return -1;
	return out->b ? 0 : builtin_eq(c, out);
}

int builtin_gt(struct call *c, struct value *out)
{
	if (builtin_le(c, out) < 0)
		return -1;
	out->b = !out->b;
	return 0;
}

int builtin_ge(struct call *c, struct value *out)
{
	if (builtin_lt(c, out) < 0)
		return -1;
	out->b = !out->b;
	return 0;
}
