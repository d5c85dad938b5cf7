/*
 * exec - walk a template's nodes and write their output.
 *
 * Rules and error texts are those of text/template/exec.go.  Where that
 * recurses, this pushes a frame:
 *
 *	{{range .a}}{{if .b}}{{template "t"}}{{end}}{{end}}
 *
 *	FRAME_BODY  the text itself
 *	FRAME_TURN  the body of range, with the state of the range
 *	FRAME_BODY  the body of if
 *	FRAME_CALL  template t
 *
 * {{range}} goes over lists, maps in the order of their keys, and integers.  A
 * map's entries are taken before the first turn: changes the body makes to the
 * map have no effect on it.
 */
#include "tmpl/exec.h"

#include "base/array.h"
#include "go/strconv.h"
#include "tmpl/printf.h"

/* A range between its turns. */
struct range {
	const struct ast *node;
	struct value over;
	const struct map_entry *entries;	/* of a map */
	uint64_t i, n;
	uint32_t mark;		/* variables below those of the body */
};

enum frame_kind {
	FRAME_BODY,		/* of if or with */
	FRAME_CALL,		/* of a template */
	FRAME_TURN,		/* of range */
	FRAME_NO_TURN,		/* the else of a range */
};

/* A list of nodes being walked. */
struct frame {
	enum frame_kind kind;
	uint32_t at;			/* the next node */
	uint32_t mark;			/* variables before it */
	const struct ast_list *list;
	struct value dot;
	union {
		struct range range;
		struct {		/* what the call returns to */
			const struct definition *definition;
			uint32_t base;
		} caller;
	};
};

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
	struct print to = { x->out, x->out_max, x->arena, NULL };
	struct buf text = BUF_INIT;
	struct err e;
	int rc;

	if (v->addr && ops && ops->text_at) {
		ops->text_at(&text, v);
		rc = write_text(x, buf_str(&text));
		buf_release(&text);
		return rc;
	}
	e.set = false;	/* its text is too long to clear for each value */
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

/* Walk a list next.  The caller fills what follows `dot` in the frame. */
static struct frame *exec_enter(struct exec *x, enum frame_kind kind,
				uint32_t mark,
				const struct ast_list *l,
	const struct value *dot)
{
	struct frame *f;

	if (x->n_frames == x->cap_frames)
		x->frames = arena_extend(x->arena, x->frames, x->n_frames,
					 &x->cap_frames, sizeof(*x->frames));
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

	exec_pop(x, f->mark);
	if (f->kind == FRAME_CALL) {
		x->definition = f->caller.definition;
		x->base = f->caller.base;
		x->calls--;
	}
	x->n_frames--;
}

/* ---- range ---- */

static int fail_value(struct exec *x, const char *before,
		      const struct value *v, const char *behind)
{
	struct buf b = BUF_INIT;
	struct print to = { &b, exec_budget(x), x->arena, NULL };
	struct err e = ERR_INIT;

	print_f(&to, STR("%v"), v, 1, &e);
	exec_fail(x, "%s%s%s", before, buf_z(&b), behind);
	buf_release(&b);
	return -1;
}

/* Count the turns.  A number n means 0 to n - 1. */
static int count_turns(struct exec *x, struct range *r)
{
	const struct value *v = &r->over;
	enum kind kind = value_kind(v);

	if (kind_is_int(kind) || kind_is_uint(kind)) {
		if (r->node->branch.pipe->pipe.n_declared > 1)
			return fail_value(x, "can't use ", v, " to iterate "
					  "over more than one variable");
		r->n = kind_is_int(kind) && v->i < 0 ? 0 : v->u;
	} else if (kind == KIND_SLICE) {
		r->n = v->n;
	} else if (kind == KIND_MAP) {
		r->n = map_len(v->map);
		r->entries = map_sorted(x->arena, v->map);
	} else if (kind != KIND_INVALID) {
		return fail_value(x, "range can't iterate over ", v, "");
	}
	return 0;
}

static void turn_values(const struct range *r, struct value *index,
			struct value *elem)
{
	*index = VALUE_MISSING;
	switch (value_kind(&r->over)) {
	case KIND_SLICE:
		*index = value_int((int64_t)r->i);
		*elem = r->over.items[r->i];
		break;
	case KIND_MAP:
		*index = value_str(r->entries[r->i].key);
		if (r->over.type->key)
			index->type = r->over.type->key;
		*elem = r->entries[r->i].value;
		break;
	default:
		*elem = r->over;	/* for its type */
		elem->u = r->i;
		break;
	}
}

/* Set the loop's variables: declared ones are on top of the stack.  One
 * variable is the element; two are index and element. */
static int set_variables(struct exec *x, const struct range *r,
			 struct value index, struct value elem)
{
	const struct ast *pipe = r->node->branch.pipe;
	const struct value values[2] = { index, elem };
	uint32_t i, n = pipe->pipe.n_declared;
	struct variable *v;

	for (i = 0; i < n; i++) {
		if (pipe->pipe.assigns)
			v = exec_variable(x, &pipe->pipe.declared[i]);
		else
			v = &x->variables[r->mark - n + i];
		if (!v)
			return -1;
		v->value = values[2 - n + i];
	}
	return 0;
}

/* Make the range's frame its next turn: 1, 0 if there is none, -1. */
static int range_turn(struct exec *x, struct frame *f)
{
	struct range *r = &f->range;
	struct value index;

	exec_pop(x, r->mark);
	if (r->i == r->n)
		return 0;
	turn_values(r, &index, &f->dot);
	if (exec_step(x) < 0 || set_variables(x, r, index, f->dot) < 0)
		return -1;
	r->i++;
	f->at = 0;
	return 1;
}

/* Evaluate the operand, and enter the first turn or the else. */
static int range_begin(struct exec *x, const struct ast *n)
{
	const struct value dot = x->frames[x->n_frames - 1].dot;
	const struct ast_list *l = n->branch.otherwise;
	uint32_t mark = x->n_variables;
	struct range r = { .node = n };
	struct frame *f;

	if (eval_pipe(x, &dot, n->branch.pipe, &r.over) < 0)
		return -1;
	value_indirect(&r.over);
	r.mark = x->n_variables;
	if (count_turns(x, &r) < 0)
		return -1;
	if (r.n) {
		f = exec_enter(x, FRAME_TURN, mark, n->branch.body, &dot);
		f->range = r;
		return range_turn(x, f) < 0 ? -1 : 0;
	}
	if (l)
		exec_enter(x, FRAME_NO_TURN, mark, l, &dot);
	else
		exec_pop(x, mark);
	return 0;
}

/* ---- leaving ---- */

/* The top list has ended. */
static int finish(struct exec *x)
{
	int rc = 0;

	if (top(x)->kind == FRAME_TURN)
		rc = range_turn(x, top(x));
	if (rc == 0)
		leave(x);
	return rc < 0 ? -1 : 0;
}

/* The parser has checked that there is a surrounding range.  A break in the
 * else of a range ends that range, since Go recovers there, although the parser
 * counts it to the surrounding range; a continue there continues the latter. */
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

/* Record which part of the template makes the next output. */
static void add_part(struct exec *x, size_t from, bool copied, bool no_value)
{
	struct tmpl_parts *parts = x->context->parts;

	if (!parts)
		return;
	if (parts->n == parts->room)
		parts->at = mem_extend(parts->at, parts->n, &parts->room,
				       sizeof(*parts->at));
	parts->at[parts->n++] = (struct source_part){
		.at = (uint32_t)(x->out->n - x->start),
		.from = (uint32_t)from,
		.copied = copied,
		.no_value = no_value,
	};
}

static int write_node_text(struct exec *x, str text)
{
	add_part(x, (size_t)(text.p - x->tmpl->text.p), true, false);
	return write_text(x, text);
}

/* The part that ends now, an action, made text of a value that is nothing. */
static void mark_no_value(struct exec *x)
{
	struct tmpl_parts *parts = x->context->parts;
	struct source_part *part = &parts->at[parts->n - 1];
	str text = str_sub(buf_str(x->out), x->start + part->at, x->out->n);

	if (memmem(text.p, text.n, "<nil>", 5))
		part->no_value = true;
}

static int walk_action(struct exec *x, const struct value *dot,
		       const struct ast *n)
{
	uint32_t nothing = x->nothing;
	struct value v;

	if (eval_pipe(x, dot, n->action, &v) < 0)
		return -1;
	if (n->action->pipe.n_declared)
		return 0;
	x->node = n;
	add_part(x, n->pos, false, value_is_nothing(&v));
	if (write_value(x, &v) < 0)
		return -1;
	if (x->nothing != nothing && x->context->parts)
		mark_no_value(x);
	return 0;
}

/* if and with differ only in the dot. */
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
		exec_pop(x, mark);
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

/* A template sees none of its caller's variables, and gets its own `$`. */
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
	/* Valid until a frame is entered, which copies it: outgrown arrays of
	 * frames are left as they are. */
	const struct value *dot = &top(x)->dot;

	x->node = n;
	if (exec_step(x) < 0)
		return -1;
	switch (n->kind) {
	case AST_TEXT:
		return write_node_text(x, n->text);
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
		.start = start,
		.out_max = limit_from(start, context->limits.output),
		.steps = context->limits.steps,
		.e = e,
	};

	x.newest = arena_zarray(x.arena, uint32_t, t->n_variables);
	data.iface = false;
	exec_push(&x, 0, data);
	exec_enter(&x, FRAME_BODY, 0, &t->main->body, &data);
	if (walk(&x) == 0)
		return 0;
	out->n = start;
	return -1;
}
