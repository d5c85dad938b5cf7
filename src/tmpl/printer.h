/*
 * printer - a value of any type under one verb.
 *
 * The half of Go's fmt that walks values (in its print.go): which verbs a type
 * has, how lists, maps, structs and pointers are written, and what is said
 * about a verb that a type has not.
 *
 * Go writes a map that holds itself until its stack is used up; here a value
 * may be nested PRINTER_DEPTH deep.
 */
#ifndef TMPL_PRINTER_H
#define TMPL_PRINTER_H

#include "base/arena.h"
#include "tmpl/format.h"
#include "tmpl/value.h"

#define PRINTER_DEPTH 1000

struct printer {
	struct format f;	/* f.full: stop */
	struct arena *arena;	/* for the fields of structs */
	bool erroring;		/* inside %!v(...): String methods are off */
	bool too_deep;		/* why f.full is set */
};

/* v under a verb and the flags of f.spec. */
void printer_arg(struct printer *p, const struct value *v, uint32_t verb);
void printer_z(struct printer *p, const char *z);
/* "%!" and the verb. */
void printer_bang(struct printer *p, uint32_t verb);

#endif
