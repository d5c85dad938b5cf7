/*
 * eval - pipelines, their commands, and the fields that paths go through.
 *
 * Which type an error names depends on where a value comes from: see value.h
 * about interface {}.  A pipeline takes the value out of it; a step from map
 * or list to their element leaves it in.
 */
#include "tmpl/exec.h"

bool value_indirect(struct value *v)
{
	if (value_is_nothing(v))
		return v->iface;
	v->iface = false;
	while (value_kind(v) == KIND_PTR) {
		if (!v->object)
			return true;
		*v = value_deref(v);
	}
	return false;
}

/* ---- constants ---- */

int eval_number(struct exec *x, const struct ast *n, struct value *out)
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

/* What a field is asked of. */
struct step {
	str name;
	const struct ast *node;
	const struct ast_list *args;	/* of a method; or NULL */
	const struct value *final;
};

static bool takes_arguments(const struct step *s)
{
	return (s->args && s->args->n > 1) || s->final;
}

/* What most paths go through: nothing can be wrong with it. */
static bool is_plain_map(const struct value *v)
{
	return value_kind(v) == KIND_MAP && !v->type->methods &&
	       !v->type->key && !v->type->ops;
}

/* A type that prints by text_at has the others by its pointer, too. */
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

static int call_method(struct exec *x, const struct value *dot,
		       const struct func *f, const struct value *receiver,
		       const struct step *s, struct value *out)
{
	struct bound b;
	struct invocation in = { &b, f->name, s->node, s->args, s->final,
				 receiver };

	func_bind(&b, x->arena, f, &x->tmpl->tables);
	return exec_call(x, dot, &in, out);
}

/* A struct's field or a map's entry: 1, 0 if v has none, -1. */
static int get_field(struct exec *x, const struct value *v,
		     const struct step *s, struct value *out)
{
	bool has_args = takes_arguments(s);

	if (value_kind(v) == KIND_MAP && !v->type->key) {
		if (has_args)
			return exec_fail(x, "%.*s is not a method but has "
					 "arguments", STR_ARG(s->name));
		map_get(v->map, s->name, out);
		return 1;
	}
	if (value_kind(v) != KIND_STRUCT || !v->type->ops ||
	    !v->type->ops->field ||
	    !v->type->ops->field(out, x->arena, v, s->name))
		return 0;
	if (has_args)
		return exec_fail(x, "%.*s has arguments but cannot be invoked "
				 "as function", STR_ARG(s->name));
	return 1;
}

/* Has the struct that a nil pointer would point to this field? */
static bool may_have_field(struct exec *x, const struct type *t, str name)
{
	struct value zero, field;

	if (t->kind != KIND_STRUCT)
		return true;
	zero = value_zero(t);
	return t->ops && t->ops->field &&
	       t->ops->field(&field, x->arena, &zero, name);
}

static int eval_field(struct exec *x, const struct value *dot,
		      struct value receiver, const struct step *s,
		      struct value *out)
{
	const char *type = receiver.iface ? type_interface.name :
			   value_type_name(&receiver);
	struct value v = receiver;
	const struct func *method;
	bool is_nil;
	int rc = 0;

	*out = VALUE_MISSING;
	if (value_is_nothing(&receiver) && !receiver.iface)
		return 0;
	is_nil = value_indirect(&v);
	receiver.iface = false;
	if (is_nil && value_is_nothing(&v))
		return exec_fail(x, "nil pointer evaluating %s.%.*s", type,
				 STR_ARG(s->name));
	method = find_method(x, &receiver, s->name, is_nil);
	if (method)
		return call_method(x, dot, method, &receiver, s, out);
	if (!is_nil) {
		method = v.type == receiver.type ? NULL :
			 find_method(x, &v, s->name, false);
		if (method)
			return call_method(x, dot, method, &v, s, out);
		rc = get_field(x, &v, s, out);
	} else if (may_have_field(x, v.type->elem, s->name)) {
		return exec_fail(x, "nil pointer evaluating %s.%.*s", type,
				 STR_ARG(s->name));
	}
	if (rc)
		return rc < 0 ? -1 : 0;
	return exec_fail(x, "can't evaluate field %.*s in type %s",
			 STR_ARG(s->name), type);
}

/* receiver.A.B.C; arguments go to the last, if it is a method. */
static int eval_path(struct exec *x, const struct value *dot,
		     const struct value *receiver, const struct ast *n,
		     const struct ast_list *args, const struct value *final,
		     struct value *out)
{
	const struct names *fields = &n->path.fields;
	struct step s = { .node = n };
	uint32_t i;

	*out = *receiver;
	for (i = 0; i < fields->n; i++) {
		s.name = fields->at[i];
		if (i + 1 == fields->n) {
			s.args = args;
			s.final = final;
		}
		if (is_plain_map(out) && !takes_arguments(&s))
			map_get(out->map, s.name, out);
		else if (eval_field(x, dot, *out, &s, out) < 0)
			return -1;
	}
	return 0;
}

int eval_field_path(struct exec *x, const struct value *dot,
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

int eval_variable_path(struct exec *x, const struct value *dot,
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

int eval_chain(struct exec *x, const struct value *dot, const struct ast *n,
	       const struct ast_list *args, const struct value *final,
	       struct value *out)
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
