/*
 * range - {{range}}: over lists, maps in the order of their keys, and whole
 * numbers.
 *
 * A map's entries are taken before the first turn: what the body adds to the
 * map or changes in it does not show.
 */
#include "tmpl/exec.h"

#include "tmpl/printf.h"

static int fail_value(struct exec *x, const char *before,
		      const struct value *v, const char *behind)
{
	struct buf b = BUF_INIT;
	struct print to = { &b, exec_budget(x), x->arena };
	struct err e = ERR_INIT;

	print_f(&to, STR("%v"), v, 1, &e);
	exec_fail(x, "%s%s%s", before, buf_z(&b), behind);
	buf_release(&b);
	return -1;
}

/* How many turns there are.  A number n stands for 0 to n - 1. */
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

/* Give the loop's variables their values: the declared ones are on top of the
 * stack.  One variable is the element; two, index and element. */
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

int range_turn(struct exec *x, struct frame *f)
{
	struct range *r = &f->range;
	struct value index;

	x->n_variables = r->mark;
	if (r->i == r->n)
		return 0;
	turn_values(r, &index, &f->dot);
	if (exec_step(x) < 0 || set_variables(x, r, index, f->dot) < 0)
		return -1;
	r->i++;
	f->at = 0;
	return 1;
}

int range_begin(struct exec *x, const struct ast *n)
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
		x->n_variables = mark;
	return 0;
}
