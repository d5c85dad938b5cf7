/*
 * signature - what a function takes and gives, read from its table row.
 */
#ifndef TMPL_SIGNATURE_H
#define TMPL_SIGNATURE_H

#include "tmpl/func.h"

/* The parameters' type reflect.Value: takes everything as it is. */
extern const struct type type_reflect_value;

struct func_tables {
	const struct func_table *const *at;	/* later ones win */
	uint32_t n;
};

/* A function with its signature read. */
struct bound {
	const struct func *func;
	const struct type **in;		/* of a variadic one the last is the
					 * type of an element */
	uint32_t n_in;
	bool variadic;
	const struct type *out;
	/* and, or and call are the engine's if they are not redefined. */
	bool is_and, is_or, is_call;
	const struct bound *next;
};

/* The function of this name, or NULL; those of the tables before builtins. */
const struct func *func_find(const struct func_tables *t, str name);
/* Read a row's signature: asserts that it can be read, for tables are the
 * program's. */
void func_bind(struct bound *b, struct arena *a, const struct func *f,
	       const struct func_tables *t);

#endif
