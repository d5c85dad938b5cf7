/*
 * call - functions and methods: count and types of their arguments, the one
 * place for those errors, and the call itself.
 */
#include "tmpl/exec.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- for the functions ---- */

int call_fail(struct call *c, const char *fmt, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		mem_on_failure();
	va_end(args);
	c->error = arena_str(c->arena, str_of(text));
	free(text);
	return -1;
}

int call_charge(struct call *c, size_t n, size_t size)
{
	if (size && n > c->budget / size)
		return call_fail(c, "result too large");
	c->budget -= n * size;
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

/* ---- types ---- */

static bool can_be_nil(const struct type *t)
{
	return t->kind == KIND_INTERFACE || t->kind == KIND_MAP ||
	       t->kind == KIND_PTR || t->kind == KIND_SLICE;
}

/* Make *v a value for a parameter of type t, or fail. */
static int fit(struct exec *x, struct value *v, const struct type *t)
{
	if (!t || t == &type_reflect_value || (t == v->type && !v->iface))
		return 0;
	if (value_is_nothing(v) && !v->iface) {
		if (!can_be_nil(t))
			return exec_fail(x, "invalid value; expected %s",
					 t->name);
		*v = value_zero(t);
		v->iface = false;
		return 0;
	}
	if (value_is_nothing(v) && t->kind != KIND_INTERFACE)
		return exec_fail(x, "wrong type for value; expected %s; got "
				 "%s", t->name, type_interface.name);
	v->iface = false;
	v->addr = false;
	if (t->kind == KIND_INTERFACE || t == v->type)
		return 0;
	if (value_kind(v) != KIND_PTR || v->type->elem != t)
		return exec_fail(x, "wrong type for value; expected %s; got "
				 "%s", t->name, v->type->name);
	if (!v->object)
		return exec_fail(x, "dereference of nil pointer of type %s",
				 t->name);
	*v = value_deref(v);
	return 0;
}

static int fail_expected(struct exec *x, const char *what,
			 const struct ast *n)
{
	struct buf b = BUF_INIT;

	ast_write(&b, n);
	exec_fail(x, "expected %s; found %s", what, buf_z(&b));
	buf_release(&b);
	return -1;
}

/* A number for a parameter that is one. */
static int number_for(struct exec *x, const struct type *t,
		      const struct ast *n, struct value *out)
{
	const struct number *number = n->kind == AST_NUMBER ? n->number : NULL;

	*out = value_zero(t);
	if (kind_is_int(t->kind)) {
		if (!number || !number->is_int)
			return fail_expected(x, "integer", n);
		out->i = number->i;
	} else if (kind_is_uint(t->kind)) {
		if (!number || !number->is_uint)
			return fail_expected(x, "unsigned integer", n);
		out->u = number->u;
	} else if (t->kind == KIND_FLOAT64) {
		if (!number || !number->is_float)
			return fail_expected(x, "float", n);
		out->f = number->f;
	} else {
		if (!number || !number->is_complex)
			return fail_expected(x, "complex", n);
		out->complex = number->complex;
	}
	return 0;
}

static int fail_unhandled(struct exec *x, const struct type *t,
			  const struct ast *n)
{
	struct buf b = BUF_INIT;

	ast_write(&b, n);
	exec_fail(x, "can't handle %s for arg of type %s", buf_z(&b),
		  t->name);
	buf_release(&b);
	return -1;
}

/* A constant has no type of its own: the parameter gives it one. */
static int constant_for(struct exec *x, const struct type *t,
			const struct ast *n, struct value *out)
{
	if (t->kind == KIND_INTERFACE || t == &type_reflect_value) {
		if (n->kind == AST_NUMBER)
			return eval_number(x, n, out);
		*out = n->kind == AST_BOOL ? value_bool(n->truth) :
			value_str(n->string.text);
		return 0;
	}
	if (t->kind == KIND_STRING) {
		if (n->kind != AST_STRING)
			return fail_expected(x, "string", n);
		*out = value_str(n->string.text);
		out->type = t;
		return 0;
	}
	if (t->kind == KIND_BOOL) {
		if (n->kind != AST_BOOL)
			return fail_expected(x, "bool", n);
		*out = value_bool(n->truth);
		return 0;
	}
	if (t->kind >= KIND_INT && t->kind <= KIND_COMPLEX128)
		return number_for(x, t, n, out);
	return fail_unhandled(x, t, n);
}

static int nil_for(struct exec *x, const struct type *t, struct value *out)
{
	if (!can_be_nil(t) && t != &type_reflect_value)
		return exec_fail(x, "cannot assign nil to %s", t->name);
	*out = t == &type_reflect_value ? VALUE_MISSING : value_zero(t);
	out->iface = false;
	return 0;
}

int eval_arg(struct exec *x, const struct value *dot, const struct type *t,
	     const struct ast *n, struct value *out)
{
	struct invocation in = { .node = n };
	int rc;

	x->node = n;
	switch (n->kind) {
	case AST_DOT:
		*out = *dot;
		rc = 0;
		break;
	case AST_NIL:
		if (!t)
			return exec_fail(x, "nil is not a command");
		return nil_for(x, t, out);
	case AST_FIELD:
		rc = eval_field_path(x, dot, n, NULL, NULL, out);
		break;
	case AST_VARIABLE:
		rc = eval_variable_path(x, dot, n, NULL, NULL, out);
		break;
	case AST_PIPE:
		rc = eval_pipe(x, dot, n, out);
		break;
	case AST_FUNCTION:
		in.bound = n->function;
		in.name = n->function->func->name;
		rc = exec_call(x, dot, &in, out);
		break;
	case AST_CHAIN:
		rc = eval_chain(x, dot, n, NULL, NULL, out);
		break;
	default:
		return constant_for(x, t, n, out);
	}
	return rc < 0 ? -1 : fit(x, out, t);
}

/* ---- calls ---- */

static int check_count(struct exec *x, const struct invocation *in,
		       uint32_t written, uint32_t given)
{
	const struct bound *b = in->bound;

	if (b->variadic && given < b->n_in - 1)
		return exec_fail(x, "wrong number of args for %s: want at "
				 "least %u got %u", in->name, b->n_in - 1,
				 written);
	if (!b->variadic && given != b->n_in)
		return exec_fail(x, "wrong number of args for %s: want %u got "
				 "%u", in->name, b->n_in, given);
	return 0;
}

/* and, or: the first operand that decides, or the last; those behind it are
 * not evaluated. */
static int call_and_or(struct exec *x, const struct value *dot,
		       const struct invocation *in, struct value *out)
{
	uint32_t i, n = in->args ? in->args->n : 0;
	struct value v;

	for (i = 1; i < n; i++) {
		if (eval_arg(x, dot, &type_reflect_value, in->args->at[i],
			     out) < 0)
			return -1;
		v = value_concrete(*out);
		if (value_true(&v) == in->bound->is_or)
			return 0;
	}
	if (in->final)
		*out = *in->final;
	return 0;
}

static const struct type *parameter(const struct bound *b, uint32_t i)
{
	return b->in[i < b->n_in ? i : b->n_in - 1];
}

/* How the first argument of `call` is written, for its error. */
static struct value callee_name(struct exec *x, const struct invocation *in)
{
	const struct value *final = in->final;
	struct buf b = BUF_INIT;
	struct value name;

	if (in->args && in->args->n > 1)
		ast_write(&b, in->args->at[1]);
	else if (value_is_string(final))
		buf_adds(&b, value_text(final));
	else
		buf_printf(&b, "<%s Value>", final->type ?
			   final->type->name : "invalid");
	name = value_take(x->arena, &b);
	buf_release(&b);
	return name;
}

static int run(struct exec *x, const struct invocation *in,
	       const struct value *args, uint32_t n, struct value *out)
{
	const struct bound *b = in->bound;
	struct call c = {
		.func = b->func,
		.args = args,
		.n = n,
		.arena = x->arena,
		.env = &x->context->env,
		.budget = exec_budget(x),
	};

	*out = VALUE_MISSING;
	if (b->func->fn(&c, out) < 0) {
		x->node = in->node;
		return exec_fail(x, "error calling %s: %.*s", in->name,
				 STR_ARG(c.error));
	}
	if (b->out != &type_reflect_value) {
		out->iface = b->out->kind == KIND_INTERFACE;
		out->addr = false;
	}
	return 0;
}

int exec_call(struct exec *x, const struct value *dot,
	      const struct invocation *in, struct value *out)
{
	const struct bound *b = in->bound;
	uint32_t i, written = in->args ? in->args->n - 1 : 0;
	uint32_t n = written + (in->final != NULL);
	/* What comes before the arguments: a receiver, a name. */
	uint32_t before = in->receiver || b->is_call;
	struct value *argv;

	if (check_count(x, in, written, n) < 0)
		return -1;
	if (b->is_and || b->is_or)
		return call_and_or(x, dot, in, out);
	argv = arena_array(x->arena, struct value, before + n);
	if (in->receiver)
		argv[0] = *in->receiver;
	for (i = 0; i < written; i++)
		if (eval_arg(x, dot, parameter(b, i), in->args->at[i + 1],
			     &argv[before + i]) < 0)
			return -1;
	if (in->final) {
		argv[before + i] = *in->final;
		if (fit(x, &argv[before + i], parameter(b, i)) < 0)
			return -1;
	}
	if (b->is_call)
		argv[0] = callee_name(x, in);
	return run(x, in, argv, before + n, out);
}
