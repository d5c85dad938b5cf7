/*
 * literal - constants of the template language: numbers and quoted text.
 *
 * A number has no type before it is used; it is kept as every type that it
 * fits ("ideal constants").
 */
#ifndef TMPL_LITERAL_H
#define TMPL_LITERAL_H

#include "base/arena.h"
#include "base/str.h"

struct number {
	bool is_int, is_uint, is_float, is_complex;
	int64_t i;
	uint64_t u;
	double f;
	double complex[2];	/* real, imaginary */
	str text;		/* as written */
};

/* A number as the lexer found it: 0, or -1 with the words of the error
 * appended to `why`. */
int number_read(struct number *n, str text, struct buf *why);
/* The same of a complex one (1+2i), and of a character constant ('a'). */
int number_read_complex(struct number *n, str text, struct buf *why);
int number_read_char(struct number *n, str text, struct buf *why);

#endif
