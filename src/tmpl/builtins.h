/*
 * builtins - the functions that every template has.
 */
#ifndef TMPL_BUILTINS_H
#define TMPL_BUILTINS_H

#include "tmpl/func.h"

/* The rows that the engine itself treats apart: and, or stop early; call
 * learns how its function was written. */
enum {
	BUILTIN_AND,
	BUILTIN_OR,
	BUILTIN_CALL,
};

extern const struct func_table builtins_table;

/* The comparisons; compare.c. */
int builtin_eq(struct call *c, struct value *out);
int builtin_ne(struct call *c, struct value *out);
int builtin_lt(struct call *c, struct value *out);
int builtin_le(struct call *c, struct value *out);
int builtin_gt(struct call *c, struct value *out);
int builtin_ge(struct call *c, struct value *out);

#endif
