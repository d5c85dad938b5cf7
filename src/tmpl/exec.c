/*
 * exec - walk a template's nodes and write what they make.
 *
 * Rules and error texts are those of text/template/exec.go.  What recursion
 * does there, frames do here: see exec.h.
 */
#include "tmpl/exec.h"

#include <stdio.h>
#include <stdlib.h>

#include "tmpl/printf.h"
#include "go/strconv.h"

/* ---- errors ---- */

/* "NAME:LINE:COL", the column in bytes from 0. */
static void write_place(struct buf *out, const struct tmpl *t, uint32_t pos)
{
	uint32_t i, line = 1, start = 0;

	for (i = 0; i < pos; i++) {
		if (t->text.p[i] != '\n')
			continue;
		line++;
		start = i + 1;
	}
	buf_printf(out, "%.*s:%u:%u", STR_ARG(t->name), line, pos - start);
}

int exec_fail(struct exec *x, const char *fmt, ...)
{
	struct buf b = BUF_INIT;
	char *text = NULL;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		mem_on_failure();
	va_end(args);
	write_place(&b, x->tmpl, x->node->pos);
	buf_addz(&b, ": executing ");
	quote_text(&b, x->definition->name, false);
	buf_addz(&b, " at <");
	ast_write(&b, x->node);
	buf_printf(&b, ">: %s", text);
	free(text);
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
	struct variable *old = x->variables;

	if (x->n_variables == x->cap_variables) {
		x->cap_variables = x->cap_variables ?
			2 * x->cap_variables : 32;
		x->variables = arena_array(x->arena, struct variable,
					   x->cap_variables);
		if (old)
			memcpy(x->variables, old,
			       x->n_variables * sizeof(*old));
	}
	x->variables[x->n_variables++] = (struct variable){ id, v };
}

struct variable *exec_variable(struct exec *x, const struct declared *name)
{
	uint32_t i;

	for (i = x->n_variables; i > x->base; i--)
		if (x->variables[i - 1].id == name->id)
			return &x->variables[i - 1];
	exec_fail(x, "undefined variable: %.*s", STR_ARG(name->name));
	return NULL;
}

/* ---- output ---- */

static int write_text(struct exec *x, str s)
{
	if (s.n > x->out_max - x->out->n)
		return exec_fail(x, "exceeded maximum output (%zu bytes)",
				 x->context->limits.output);
	buf_adds(x->out, s);
	return 0;
}

static int write_printed(struct exec *x, const struct value *v)
{
	const struct type_ops *ops = v->type ? v->type->ops : NULL;
	struct print to = { x->out, x->out_max, x->arena };
	struct buf text = BUF_INIT;
	struct err e;
	int rc;

	if (v->addr && ops && ops->text_at) {
		ops->text_at(&text, v);
		rc = write_text(x, buf_str(&text));
		buf_release(&text);
		return rc;
	}
	e.set = false;	/* its text is long to clear for each value */
	if (print_values(&to, v, 1, &e) < 0)
		return exec_fail(x, "%s", e.text);
	return 0;
}

static int write_value(struct exec *x, const struct value *v)
{
	if (value_is_string(v) && !(v->type->ops && v->type->ops->text))
		return write_text(x, value_text(v));
	return write_printed(x, v);
}

/* ---- frames ---- */

struct frame *exec_enter(struct exec *x, enum frame_kind kind, uint32_t mark,
			 const struct ast_list *l, const struct value *dot)
{
	struct frame *old = x->frames, *f;

	if (x->n_frames == x->cap_frames) {
		x->cap_frames = x->cap_frames ? 2 * x->cap_frames : 16;
		x->frames = arena_array(x->arena, struct frame,
					x->cap_frames);
		if (old)
			memcpy(x->frames, old, x->n_frames * sizeof(*old));
	}
	f = &x->frames[x->n_frames++];
	f->kind = kind;
	f->at = 0;
	f->mark = mark;
	f->list = l;
	f->dot = *dot;
	return f;
}

static struct frame *top(struct exec *x)
{
	return &x->frames[x->n_frames - 1];
}

static void leave(struct exec *x)
{
	const struct frame *f = top(x);

	x->n_variables = f->mark;
	if (f->kind == FRAME_CALL) {
		x->definition = f->caller.definition;
		x->base = f->caller.base;
		x->calls--;
	}
	x->n_frames--;
}

/* The list on top is at its end. */
static int finish(struct exec *x)
{
	int rc = 0;

	if (top(x)->kind == FRAME_TURN)
		rc = range_turn(x, top(x));
	if (rc == 0)
		leave(x);
	return rc < 0 ? -1 : 0;
}

/* The parser made sure that there is a range around.  A break in the else of
 * a range ends with that range, as Go's recover has it, though the parser
 * takes it for the range around; a continue there goes on to that one. */
static int leave_turn(struct exec *x, enum ast_kind kind)
{
	while (top(x)->kind != FRAME_TURN &&
	       !(kind == AST_BREAK && top(x)->kind == FRAME_NO_TURN))
		leave(x);
	if (kind == AST_CONTINUE)
		return finish(x);
	leave(x);
	return 0;
}

/* ---- nodes ---- */

static int walk_action(struct exec *x, const struct value *dot,
		       const struct ast *n)
{
	struct value v;

	if (eval_pipe(x, dot, n->action, &v) < 0)
		return -1;
	if (n->action->pipe.n_declared)
		return 0;
	x->node = n;
	return write_value(x, &v);
}

/* if and with: alike but for the dot. */
static int walk_branch(struct exec *x, const struct value *dot,
		       const struct ast *n)
{
	uint32_t mark = x->n_variables;
	struct value v;

	if (eval_pipe(x, dot, n->branch.pipe, &v) < 0)
		return -1;
	if (value_true(&v))
		exec_enter(x, FRAME_BODY, mark, n->branch.body,
			   n->kind == AST_WITH ? &v : dot);
	else if (n->branch.otherwise)
		exec_enter(x, FRAME_BODY, mark, n->branch.otherwise, dot);
	else
		x->n_variables = mark;
	return 0;
}

static int fail_undefined(struct exec *x, str name)
{
	struct buf b = BUF_INIT;

	quote_text(&b, name, false);
	exec_fail(x, "template %s not defined", buf_z(&b));
	buf_release(&b);
	return -1;
}

/* A template sees no variables of its caller but gets its own `$`. */
static int walk_template(struct exec *x, const struct value *dot,
			 const struct ast *n)
{
	const struct definition *target = n->template.target;
	struct frame *f;
	struct value v;

	if (!target)
		return fail_undefined(x, n->template.name);
	if (x->calls == x->context->limits.calls)
		return exec_fail(x, "exceeded maximum template depth (%u)",
				 x->calls);
	if (eval_pipe(x, dot, n->template.pipe, &v) < 0)
		return -1;
	f = exec_enter(x, FRAME_CALL, x->n_variables, &target->body, &v);
	f->caller.definition = x->definition;
	f->caller.base = x->base;
	x->base = x->n_variables;
	x->definition = target;
	x->calls++;
	exec_push(x, 0, v);
	return 0;
}

static int walk_node(struct exec *x, const struct ast *n)
{
	/* Good until a frame is entered, which copies it: arrays of frames
	 * that were left behind stay as they are. */
	const struct value *dot = &top(x)->dot;

	x->node = n;
	if (exec_step(x) < 0)
		return -1;
	switch (n->kind) {
	case AST_TEXT:
		return write_text(x, n->text);
	case AST_ACTION:
		return walk_action(x, dot, n);
	case AST_IF:
	case AST_WITH:
		return walk_branch(x, dot, n);
	case AST_RANGE:
		return range_begin(x, n);
	case AST_TEMPLATE:
		return walk_template(x, dot, n);
	default:
		return leave_turn(x, n->kind);
	}
}

static int walk(struct exec *x)
{
	struct frame *f;
	int rc = 0;

	while (x->n_frames && rc == 0) {
		f = top(x);
		if (f->at < f->list->n)
			rc = walk_node(x, f->list->at[f->at++]);
		else
			rc = finish(x);
	}
	return rc;
}

static size_t limit_from(size_t start, size_t more)
{
	return more < SIZE_MAX - start ? start + more : SIZE_MAX;
}

int tmpl_exec(const struct tmpl *t, struct buf *out, struct value data,
	      const struct tmpl_context *context, struct err *e)
{
	size_t start = out->n;
	struct exec x = {
		.tmpl = t,
		.definition = t->main,
		.context = context,
		.arena = context->arena,
		.arena_max = limit_from(context->arena->used,
					context->limits.memory),
		.out = out,
		.out_max = limit_from(start, context->limits.output),
		.steps = context->limits.steps,
		.e = e,
	};

	data.iface = false;
	exec_push(&x, 0, data);
	exec_enter(&x, FRAME_BODY, 0, &t->main->body, &data);
	if (walk(&x) == 0)
		return 0;
	out->n = start;
	return -1;
}
