/*
 * exec - an execution, for the two files that share it: exec.c walks nodes,
 * eval.c computes values and calls functions.
 *
 * Control structures and template calls nest in a stack of frames of the
 * execution's own, so that recursion in a template cannot exhaust the C stack;
 * what nests on it is only what is written nested: parentheses.
 *
 * Every function returns 0, or -1 after exec_fail().  `x->node` is the node
 * visited last, which errors blame: Go's rule, and not always the right one.
 */
#ifndef TMPL_EXEC_H
#define TMPL_EXEC_H

#include "tmpl/ast.h"

struct variable {
	uint32_t id;
	uint32_t earlier;		/* see exec.newest */
	struct value value;
};

struct exec {
	const struct tmpl *tmpl;
	const struct definition *definition;	/* being executed */
	const struct ast *node;
	const struct tmpl_context *context;
	struct arena *arena;
	size_t arena_max;		/* arena->used stays below this */
	struct buf *out;
	size_t out_max;			/* out->n stays at most this */
	size_t start;			/* out->n at the beginning */
	uint32_t nothing;		/* see struct print */
	struct variable *variables;	/* a stack */
	size_t cap_variables;
	uint32_t n_variables;
	uint32_t base;			/* the first of this template's */
	/* By id: the variable that is highest on the stack, counted from 1, or
	 * 0.  The one below it is its `earlier`. */
	uint32_t *newest;
	struct frame *frames;		/* a stack */
	size_t cap_frames;
	uint32_t n_frames;
	uint32_t calls;			/* number of FRAME_CALLs */
	uint64_t steps;			/* still allowed */
	struct err *e;
};

/* Fail at x->node; always -1. */
int exec_fail(struct exec *x, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Fail because no step or no memory is left; always -1. */
int exec_fail_step(struct exec *x);
/* Bytes of values that may still be made. */
static inline size_t exec_budget(const struct exec *x)
{
	size_t used = x->arena->used;

	return used < x->arena_max ? x->arena_max - used : 0;
}
/* Account for one step. */
static inline int exec_step(struct exec *x)
{
	if (x->steps == 0 || exec_budget(x) == 0)
		return exec_fail_step(x);
	x->steps--;
	return 0;
}

/* Declare a variable. */
void exec_push(struct exec *x, uint32_t id, struct value v);
/* The variable of this name declared last; NULL after an error. */
struct variable *exec_variable(struct exec *x, const struct declared *name);
/* Leave only the first n variables. */
void exec_pop(struct exec *x, uint32_t n);

/* The value of a pipeline; of NULL: missing. */
int eval_pipe(struct exec *x, const struct value *dot, const struct ast *pipe,
	      struct value *out);

#endif
