/*
 * exec - the inside of an execution, for the files that share it: exec.c walks
 * nodes, range.c ranges, eval.c makes values, call.c calls functions.
 *
 * Control structures and template calls nest in a stack of frames of the
 * execution's own, so that recursion in a template never comes to the end of
 * the C stack; what nests there is what was written so: parentheses.
 *
 * Every function returns 0, or -1 after exec_fail().  `x->node` is the node
 * visited last, which is the one that an error is blamed on: Go's rule, and
 * not always the guilty one.
 */
#ifndef TMPL_EXEC_H
#define TMPL_EXEC_H

#include "tmpl/parse.h"

struct variable {
	uint32_t id;
	struct value value;
};

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

/* A list of nodes that is being walked. */
struct frame {
	enum frame_kind kind;
	uint32_t at;			/* the next node */
	uint32_t mark;			/* variables before it */
	const struct ast_list *list;
	struct value dot;
	union {
		struct range range;
		struct {		/* what the call comes back to */
			const struct definition *definition;
			uint32_t base;
		} caller;
	};
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
	struct variable *variables;	/* a stack */
	uint32_t n_variables, cap_variables;
	uint32_t base;			/* where this template's begin */
	struct frame *frames;		/* a stack */
	uint32_t n_frames, cap_frames;
	uint32_t calls;			/* so many frames are templates */
	uint64_t steps;			/* still to be made */
	struct err *e;
};

/* exec.c */

int exec_fail(struct exec *x, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* No step is left, or no memory: always -1. */
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
/* Walk a list next.  What follows `dot` in the frame is the caller's. */
struct frame *exec_enter(struct exec *x, enum frame_kind kind, uint32_t mark,
			 const struct ast_list *l, const struct value *dot);
void exec_push(struct exec *x, uint32_t id, struct value v);
/* The variable declared last under this name, or an error. */
struct variable *exec_variable(struct exec *x, const struct declared *name);
/* range.c */

/* Evaluate what is ranged over, and enter the first turn or the else. */
int range_begin(struct exec *x, const struct ast *n);
/* Make the range's frame its next turn: 1, 0 if there is none, -1. */
int range_turn(struct exec *x, struct frame *f);

/* eval.c.  `final` is what a pipeline hands to its next stage, NULL for the
 * first. */

/* The value of a pipeline; NULL as pipeline: missing. */
int eval_pipe(struct exec *x, const struct value *dot, const struct ast *pipe,
	      struct value *out);
int eval_field_path(struct exec *x, const struct value *dot,
		    const struct ast *n, const struct ast_list *args,
		    const struct value *final, struct value *out);
int eval_variable_path(struct exec *x, const struct value *dot,
		       const struct ast *n, const struct ast_list *args,
		       const struct value *final, struct value *out);
int eval_chain(struct exec *x, const struct value *dot, const struct ast *n,
	       const struct ast_list *args, const struct value *final,
	       struct value *out);
/* The value that a number has where nothing says which type it should be. */
int eval_number(struct exec *x, const struct ast *n, struct value *out);
/* Follow pointers to what they point to, up to a nil one, and take what an
 * interface {} holds for itself.  True if there is nothing at the end. */
bool value_indirect(struct value *v);

/* call.c */

/* A call as it is written. */
struct invocation {
	const struct bound *bound;
	const char *name;
	const struct ast *node;		/* for errors of the function */
	const struct ast_list *args;	/* [0] is the function; or NULL */
	const struct value *final;
	const struct value *receiver;	/* of a method, or NULL */
};

int exec_call(struct exec *x, const struct value *dot,
	      const struct invocation *in, struct value *out);
/* An operand as an argument for a parameter of type t; t NULL: as it is. */
int eval_arg(struct exec *x, const struct value *dot, const struct type *t,
	     const struct ast *n, struct value *out);

#endif
