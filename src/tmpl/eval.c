/*
 * eval - pipelines, their commands, fields, and calls.
 *
 * Rules and error texts are those of text/template/exec.go.  Which type an
 * error names depends on where a value comes from: see value.h about interface
 * {}.  A pipeline takes the value out of it; a step from a map or list to an
 * element leaves it in.
 *
 * Number and types of arguments are checked here, and only here.
 */
#include "tmpl/exec.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "go/strconv.h"

/* A call as it is written. */
struct invocation {
	const struct bound *bound;
	const char *name;
	const struct ast *node;		/* for errors of the function */
	const struct ast_list *args;	/* [0] is the function; or NULL */
	const struct value *final;
	const struct value *receiver;	/* of a method, or NULL */
};

static int eval_arg(struct exec *x, const struct value *dot,
		    const struct type *t, const struct ast *n,
		    struct value *out);
static int exec_call(struct exec *x, const struct value *dot,
		     const struct invocation *in, struct value *out);

/* ---- errors ---- */

/* "NAME:LINE:COL", the column in bytes from 0. */
static void write_place(struct buf *out, const struct tmpl *t, uint32_t pos)
{
	uint32_t column, line = tmpl_line(t, pos, &column);

	buf_printf(out, "%.*s:%u:%u", STR_ARG(t->name), line, column);
}

int exec_fail(struct exec *x, const char *fmt, ...)
{
	struct buf b = BUF_INIT;
	struct buf text = BUF_INIT;
	va_list args;

	va_start(args, fmt);
	buf_vprintf(&text, fmt, args);
	va_end(args);
	write_place(&b, x->tmpl, x->node->pos);
	buf_addz(&b, ": executing ");
	quote_text(&b, x->definition->name, false);
	buf_addz(&b, " at <");
	ast_write(&b, x->node);
	buf_addz(&b, ">: ");
	buf_adds(&b, buf_str(&text));
	buf_release(&text);
	err_set(x->e, POS_NONE, "template: %s", buf_z(&b));
	buf_release(&b);
	return -1;
}

int exec_fail_step(struct exec *x)
{
	if (x->steps == 0)
		return exec_fail(x, "exceeded maximum number of steps (%llu)",
				 (unsigned long long)x->context->limits.steps);
	return exec_fail(x, "exceeded maximum memory (%zu bytes)",
			 x->context->limits.memory);
}

/* ---- variables ---- */

void exec_push(struct exec *x, uint32_t id, struct value v)
{
	if (x->n_variables == x->cap_variables)
		x->variables = arena_extend(x->arena, x->variables,
					    x->n_variables, &x->cap_variables,
					    sizeof(*x->variables));
	x->variables[x->n_variables++] =
		(struct variable){ id, x->newest[id], v };
	x->newest[id] = x->n_variables;
}

void exec_pop(struct exec *x, uint32_t n)
{
	while (x->n_variables > n) {
		const struct variable *v = &x->variables[--x->n_variables];

		x->newest[v->id] = v->earlier;
	}
}

struct variable *exec_variable(struct exec *x, const struct declared *name)
{
	uint32_t newest = x->newest[name->id];

	if (newest > x->base)
		return &x->variables[newest - 1];
	exec_fail(x, "undefined variable: %.*s", STR_ARG(name->name));
	return NULL;
}

/* ---- constants ---- */

/* The value of a number if nothing determines its type. */
static int eval_number(struct exec *x, const struct ast *n, struct value *out)
{
	const struct number *number = n->number;
	str text = number->text;
	bool hex, has_mark = false;
	size_t i;

	x->node = n;
	if (number->is_complex) {
		*out = (struct value){ .type = &type_complex128,
				       .complex = number->complex };
		return 0;
	}
	for (i = 0; i < text.n; i++)
		has_mark = has_mark || strchr(".eEpP", text.p[i]);
	hex = text.n > 2 && text.p[0] == '0' && (text.p[1] | 0x20) == 'x' &&
	      str_find(text, 0, 'p') == text.n &&
	      str_find(text, 0, 'P') == text.n;
	if (has_mark && !hex && text.p[0] != '\'')
		*out = value_float(number->f);
	else if (number->is_int)
		*out = value_int(number->i);
	else
		return exec_fail(x, "%.*s overflows int", STR_ARG(text));
	return 0;
}

/* ---- fields ---- */

/* A step of a path. */
struct field_step {
	str name;
	const struct ast *node;
	const struct ast_list *args;	/* of a method; or NULL */
	const struct value *final;
	uint32_t hint;			/* where the name was found last */
};

static bool takes_arguments(const struct field_step *s)
{
	return (s->args && s->args->n > 1) || s->final;
}

/* What most paths go through: no errors are possible. */
static bool is_plain_map(const struct value *v)
{
	return value_kind(v) == KIND_MAP && !v->type->methods &&
	       !v->type->key && !v->type->ops;
}

/* If a type prints by text_at, its other methods are those of its pointer too.
 * */
static const struct func *find_method(struct exec *x, const struct value *v,
				      str name, bool on_nil)
{
	const struct type *t = v->type;
	bool by_pointer = t && t->ops && t->ops->text_at;
	const struct func *f;

	if (t && t->methods && !on_nil && (v->addr || !by_pointer))
		for (f = t->methods; f->name; f++)
			if (f->name[0] == name.p[0] &&
			    str_eq(str_of(f->name), name))
				return f;
	if (t && t->ops && t->ops->method)
		return t->ops->method(x->arena, t, name);
	return NULL;
}

/* A method of what the receiver is, or points to: 1, 0 if there is none, -1. */
static int call_method(struct exec *x, const struct value *dot,
		       const struct value *receiver, const struct value *to,
		       bool is_nil, const struct field_step *s,
		       struct value *out)
{
	const struct func *f = find_method(x, receiver, s->name, is_nil);
	struct bound b;
	struct invocation in = { &b, NULL, s->node, s->args, s->final,
				 receiver };

	if (!f && !is_nil && to->type != receiver->type) {
		f = find_method(x, to, s->name, false);
		in.receiver = to;
	}
	if (!f)
		return 0;
	in.name = f->name;
	func_bind(&b, x->arena, f, &x->tmpl->tables);
	return exec_call(x, dot, &in, out) < 0 ? -1 : 1;
}

/* A map's entry: 1, 0 if v is no map with texts as keys, -1. */
static int get_entry(struct exec *x, const struct value *v,
		     struct field_step *s, struct value *out)
{
	if (value_kind(v) != KIND_MAP || v->type->key)
		return 0;
	if (takes_arguments(s))
		return exec_fail(x, "%.*s is not a method but has arguments",
				 STR_ARG(s->name));
	map_get_at(v->map, s->name, &s->hint, out);
	return 1;
}

/* A struct's field: 1, 0 if v has none, -1. */
static int get_field(struct exec *x, const struct value *v,
		     struct field_step *s, struct value *out)
{
	if (value_kind(v) != KIND_STRUCT || !v->type->ops ||
	    !v->type->ops->field ||
	    !v->type->ops->field(out, x->arena, v, s->name, &s->hint))
		return 0;
	if (takes_arguments(s))
		return exec_fail(x, "%.*s has arguments but cannot be invoked "
				 "as function", STR_ARG(s->name));
	return 1;
}

/* Does the struct that a nil pointer would point to have this field? */
static bool may_have_field(struct exec *x, const struct type *t, str name)
{
	struct value zero, field;

	if (t->kind != KIND_STRUCT)
		return true;
	zero = value_zero(t);
	return t->ops && t->ops->field &&
	       t->ops->field(&field, x->arena, &zero, name, NULL);
}

static int fail_field(struct exec *x, const struct value *receiver,
		      bool is_nil, str name)
{
	const char *type = receiver->iface ? type_interface.name :
			   value_type_name(receiver);

	if (is_nil)
		return exec_fail(x, "nil pointer evaluating %s.%.*s", type,
				 STR_ARG(name));
	return exec_fail(x, "can't evaluate field %.*s in type %s",
			 STR_ARG(name), type);
}

/* In Go methods come first, but no type has a field and a method of the same
 * name, and most names are those of fields. */
static int eval_field(struct exec *x, const struct value *dot,
		      struct value receiver, struct field_step *s,
		      struct value *out)
{
	struct value self = receiver, v = receiver;
	bool is_nil;
	int rc = 0;

	*out = VALUE_MISSING;
	if (value_is_nothing(&receiver) && !receiver.iface)
		return 0;
	is_nil = value_indirect(&v);
	if (is_nil && value_is_nothing(&v))
		return fail_field(x, &receiver, true, s->name);
	if (!is_nil)
		rc = get_field(x, &v, s, out);
	if (!rc) {
		self.iface = false;
		rc = call_method(x, dot, &self, &v, is_nil, s, out);
	}
	if (!rc && !is_nil)
		rc = get_entry(x, &v, s, out);
	if (rc)
		return rc < 0 ? -1 : 0;
	return fail_field(x, &receiver, is_nil &&
			  may_have_field(x, v.type->elem, s->name), s->name);
}

/* receiver.A.B.C; arguments are passed to the last, if it is a method. */
static int eval_path(struct exec *x, const struct value *dot,
		     const struct value *receiver, const struct ast *n,
		     const struct ast_list *args, const struct value *final,
		     struct value *out)
{
	const struct name_list *fields = &n->path.fields;
	struct field_step s = { .node = n };
	uint32_t i, hint;

	*out = *receiver;
	for (i = 0; i < fields->n; i++) {
		struct name *name = &fields->at[i];

		s.name = name->text;
		hint = atomic_load_explicit(&name->found,
					    memory_order_relaxed);
		s.hint = hint;
		if (i + 1 == fields->n) {
			s.args = args;
			s.final = final;
		}
		if (is_plain_map(out) && !takes_arguments(&s))
			map_get_at(out->map, s.name, &s.hint, out);
		else if (eval_field(x, dot, *out, &s, out) < 0)
			return -1;
		if (s.hint != hint)
			atomic_store_explicit(&name->found, s.hint,
					      memory_order_relaxed);
	}
	return 0;
}

static int eval_field_path(struct exec *x, const struct value *dot,
			   const struct ast *n, const struct ast_list *args,
			   const struct value *final, struct value *out)
{
	x->node = n;
	return eval_path(x, dot, dot, n, args, final, out);
}

/* Only methods and functions take arguments. */
static int refuse_args(struct exec *x, const struct ast_list *args,
		       const struct value *final)
{
	struct buf b = BUF_INIT;

	if ((!args || args->n < 2) && !final)
		return 0;
	ast_write(&b, args->at[0]);
	exec_fail(x, "can't give argument to non-function %s", buf_z(&b));
	buf_release(&b);
	return -1;
}

static int eval_variable_path(struct exec *x, const struct value *dot,
			      const struct ast *n, const struct ast_list *args,
			      const struct value *final, struct value *out)
{
	const struct variable *v;

	x->node = n;
	v = exec_variable(x, n->path.variable);
	if (!v)
		return -1;
	if (n->path.fields.n)
		return eval_path(x, dot, &v->value, n, args, final, out);
	*out = v->value;
	return refuse_args(x, args, final);
}

static int eval_chain(struct exec *x, const struct value *dot,
		      const struct ast *n, const struct ast_list *args,
		      const struct value *final, struct value *out)
{
	struct value base;

	x->node = n;
	if (eval_arg(x, dot, NULL, n->path.base, &base) < 0)
		return -1;
	return eval_path(x, dot, &base, n, args, final, out);
}

/* ---- commands ---- */

/* A command that is a constant or the dot. */
static int eval_word(struct exec *x, const struct value *dot,
		     const struct ast *cmd, const struct value *final,
		     struct value *out)
{
	const struct ast *word = cmd->args.at[0];

	x->node = word;
	if (refuse_args(x, &cmd->args, final) < 0)
		return -1;
	switch (word->kind) {
	case AST_BOOL:
		*out = value_bool(word->truth);
		return 0;
	case AST_DOT:
		*out = *dot;
		return 0;
	case AST_NUMBER:
		return eval_number(x, word, out);
	case AST_STRING:
		*out = value_str(word->string.text);
		return 0;
	default:
		return exec_fail(x, "nil is not a command");
	}
}

static int eval_function(struct exec *x, const struct value *dot,
			 const struct ast *cmd, const struct value *final,
			 struct value *out)
{
	const struct bound *bound = cmd->args.at[0]->function;
	struct invocation in = { bound, bound->func->name, cmd, &cmd->args,
				 final, NULL };

	x->node = cmd->args.at[0];
	return exec_call(x, dot, &in, out);
}

static int eval_command(struct exec *x, const struct value *dot,
			const struct ast *cmd, const struct value *final,
			struct value *out)
{
	const struct ast *word = cmd->args.at[0];

	switch (word->kind) {
	case AST_FIELD:
		return eval_field_path(x, dot, word, &cmd->args, final, out);
	case AST_CHAIN:
		return eval_chain(x, dot, word, &cmd->args, final, out);
	case AST_VARIABLE:
		return eval_variable_path(x, dot, word, &cmd->args, final,
					  out);
	case AST_FUNCTION:
		return eval_function(x, dot, cmd, final, out);
	case AST_PIPE:
		if (refuse_args(x, &cmd->args, final) < 0)
			return -1;
		return eval_pipe(x, dot, word, out);
	default:
		return eval_word(x, dot, cmd, final, out);
	}
}

static int bind_variables(struct exec *x, const struct ast *pipe,
			  struct value v)
{
	struct variable *variable;
	uint32_t i;

	for (i = 0; i < pipe->pipe.n_declared; i++) {
		if (!pipe->pipe.assigns) {
			exec_push(x, pipe->pipe.declared[i].id, v);
			continue;
		}
		variable = exec_variable(x, &pipe->pipe.declared[i]);
		if (!variable)
			return -1;
		variable->value = v;
	}
	return 0;
}

int eval_pipe(struct exec *x, const struct value *dot, const struct ast *pipe,
	      struct value *out)
{
	const struct ast_list *commands;
	const struct value *final = NULL;
	struct value piped;
	uint32_t i;

	if (!pipe) {
		*out = VALUE_MISSING;
		return 0;
	}
	commands = &pipe->pipe.commands;
	x->node = pipe;
	for (i = 0; i < commands->n; i++) {
		if (i > 0) {
			piped = value_concrete(*out);
			final = &piped;
		}
		if (exec_step(x) < 0 ||
		    eval_command(x, dot, commands->at[i], final, out) < 0)
			return -1;
	}
	out->iface = false;
	return pipe->pipe.n_declared ? bind_variables(x, pipe, *out) : 0;
}

/* ---- types ---- */

static bool can_be_nil(const struct type *t)
{
	return t->kind == KIND_INTERFACE || t->kind == KIND_MAP ||
	       t->kind == KIND_PTR || t->kind == KIND_SLICE;
}

/* Make *v fit a parameter of type t, or fail. */
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

/* A constant has no type of its own: it gets that of the parameter. */
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

/* A function as an operand: it is called without arguments. */
static int eval_word_function(struct exec *x, const struct value *dot,
			      const struct ast *n, struct value *out)
{
	const struct invocation in = { .bound = n->function,
				       .name = n->function->func->name,
				       .node = n };

	return exec_call(x, dot, &in, out);
}

/* An operand as an argument for a parameter of type t; t NULL: as it is. */
static int eval_arg(struct exec *x, const struct value *dot,
		    const struct type *t,
		    const struct ast *n, struct value *out)
{
	int rc;

	x->node = n;
	switch (n->kind) {
	case AST_BOOL:
	case AST_NUMBER:
	case AST_STRING:
		return constant_for(x, t, n, out);
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
		rc = eval_word_function(x, dot, n, out);
		break;
	default:
		rc = eval_chain(x, dot, n, NULL, NULL, out);
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

/* and, or: the first operand that decides, or the last; those after it are not
 * evaluated. */
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

/* Functions take as long as their arguments are: so many bytes as a step. */
#define STEP_BYTES 16

static int charge_arguments(struct call *c)
{
	uint64_t work = 0;

	for (uint32_t i = 0; i < c->n; i++) {
		const struct type *t = c->args[i].type;

		if (t && t->kind == KIND_STRING)
			work += c->args[i].n / STEP_BYTES;
		else if (t && t->kind == KIND_SLICE)
			work += c->args[i].n;
	}
	return work ? call_work(c, work) : 0;
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
		.nothing = &x->nothing,
		.steps = &x->steps,
	};

	*out = VALUE_MISSING;
	if (charge_arguments(&c) < 0 || b->func->fn(&c, out) < 0) {
		x->node = in->node;
		if (x->steps == 0)
			return exec_fail_step(x);
		return exec_fail(x, "error calling %s: %.*s", in->name,
				 STR_ARG(c.error));
	}
	if (b->out != &type_reflect_value) {
		out->iface = b->out->kind == KIND_INTERFACE;
		out->addr = false;
	}
	return 0;
}

static int exec_call(struct exec *x, const struct value *dot,
		     const struct invocation *in, struct value *out)
{
	const struct bound *b = in->bound;
	uint32_t i, written = in->args ? in->args->n - 1 : 0;
	uint32_t n = written + (in->final != NULL);
	/* What precedes the arguments: a receiver, a name. */
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
