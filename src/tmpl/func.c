/*
 * func - what functions call, and the tables of functions.
 *
 *	signature = "(" [ type { ", " type } ] ")" " " result
 *	type      = [ "..." ] NAME             "..." only at the last one
 *	result    = type | "(" type ", error)"
 */
#include "tmpl/func.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

int call_fail(struct call *c, const char *fmt, ...)
{
	struct buf text = BUF_INIT;
	va_list args;

	va_start(args, fmt);
	buf_vprintf(&text, fmt, args);
	va_end(args);
	c->error = arena_str(c->arena, buf_str(&text));
	buf_release(&text);
	return -1;
}

int call_charge(struct call *c, size_t n, size_t size)
{
	if (size && n > c->budget / size)
		return call_fail(c, "result too large");
	c->budget -= n * size;
	return 0;
}

int call_work(struct call *c, uint64_t n)
{
	if (!c->steps)
		return 0;
	if (n > *c->steps) {
		*c->steps = 0;
		return call_fail(c, "too much work");
	}
	*c->steps -= n;
	return 0;
}

int call_return_buf(struct call *c, struct value *out, struct buf *b)
{
	int rc = call_charge(c, b->n, 1);

	if (rc == 0)
		*out = value_take(c->arena, b);
	buf_release(b);
	return rc;
}

/* ---- signatures ---- */

const struct type type_reflect_value = { .name = "reflect.Value",
					 .kind = KIND_STRUCT };

static const struct type *const common_types[] = {
	&type_string, &type_interface, &type_int, &type_bool, &type_map,
	&type_list, &type_reflect_value, &type_int64, &type_uint64,
	&type_float64, &type_strings, &type_ints, &type_lists,
	&type_string_map, &type_int32, &type_uint, &type_uint8, &type_uint32,
	&type_complex128,
};

static const struct func *find_in(const struct func_table *t, str name)
{
	for (uint32_t i = 0; i < t->n; i++)
		if (func_is(&t->funcs[i], name))
			return &t->funcs[i];
	return NULL;
}

const struct func *func_find(const struct func_tables *t, str name)
{
	const struct func *f = NULL;
	uint32_t i;

	for (i = t->n; i > 0 && !f; i--)
		f = find_in(t->at[i - 1], name);
	return f ? f : find_in(&builtins_table, name);
}

const char *func_instead(const struct func_tables *t, str name)
{
	const struct func_absent *row;

	for (uint32_t i = 0; i < t->n; i++)
		for (row = t->at[i]->absent; row && row->name; row++)
			if (str_eq(str_of(row->name), name))
				return row->instead;
	return NULL;
}

static const struct type *type_in(const struct type *const *types, size_t n,
				  str name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (str_eq(str_of(types[i]->name), name))
			return types[i];
	return NULL;
}

static const struct type *type_find(const struct func_tables *t, str name)
{
	const struct type *found;
	uint32_t i;

	found = type_in(common_types,
			ARRAY_SIZE(common_types), name);
	for (i = 0; i < t->n && !found; i++)
		found = type_in(t->at[i]->types, t->at[i]->n_types, name);
	assert(found);
	return found;
}

void func_bind(struct bound *b, struct arena *a, const struct func *f,
	       const struct func_tables *t)
{
	str rest = str_of(f->signature), params, name;
	size_t close = str_find(rest, 0, ')'), i;

	*b = (struct bound){ .func = f };
	params = str_sub(rest, 1, close);
	rest = str_sub(rest, close + 2, rest.n);
	for (i = 0; i < params.n; i = str_find(params, i + 1, ','))
		b->n_in++;
	b->in = arena_array(a, const struct type *, b->n_in);
	for (i = 0; i < b->n_in; i++) {
		str_cut(params, ',', &name, &params);
		name = str_sub(name, i > 0, name.n);
		b->variadic = str_starts(name, STR("..."));
		b->in[i] = type_find(t, str_sub(name, b->variadic ? 3 : 0,
						name.n));
	}
	if (str_starts(rest, STR("(")))
		rest = str_sub(rest, 1, str_find(rest, 0, ','));
	b->out = type_find(t, rest);
	b->is_and = f == &builtins_table.funcs[BUILTIN_AND];
	b->is_or = f == &builtins_table.funcs[BUILTIN_OR];
	b->is_call = f == &builtins_table.funcs[BUILTIN_CALL];
}
