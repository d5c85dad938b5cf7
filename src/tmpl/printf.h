/*
 * printf - values as text: Go's fmt.Sprintf, Sprint and Sprintln.
 *
 * A wrong format is not an error: as in Go the text itself reports it
 * ("%!d(string=a)", "%!(EXTRA int=1)").  The only failures are output that
 * would not end or would fill the memory: a map that holds itself, a text past
 * the limit.  After a failure `out` holds part of the text.
 */
#ifndef TMPL_PRINTF_H
#define TMPL_PRINTF_H

#include "base/arena.h"
#include "base/err.h"
#include "tmpl/func.h"
#include "tmpl/value.h"

/* Where a text goes. */
struct print {
	struct buf *out;	/* appended to */
	size_t limit;		/* out->n stays at most this */
	struct arena *arena;	/* for the fields of structs */
	uint32_t *nothing;	/* counts values printed that are nothing; or
				 * NULL */
};

/* For a function that returns the text. */
static inline struct print print_for(const struct call *c, struct buf *out)
{
	return (struct print){ out, out->n + c->budget, c->arena,
			      c->nothing };
}

/* Each returns 0, or -1 with an error without a place. */

/* fmt.Sprintf */
int print_f(const struct print *to, str format, const struct value *args,
	    uint32_t n, struct err *e);
/* fmt.Sprint: a blank between two values if neither is a text. */
int print_all(const struct print *to, const struct value *args, uint32_t n,
	      struct err *e);
/* The same for a function of a template: appended to b, or as what the function
 * returns; 0, or -1 with the call's error. */
int call_add_printed(struct call *c, struct buf *b, const struct value *args,
		     uint32_t n);
int call_print(struct call *c, struct value *out, const struct value *args,
	       uint32_t n);
/* fmt.Sprintln: blanks between all values, and a line feed. */
int print_line(const struct print *to, const struct value *args, uint32_t n,
	       struct err *e);
/* What an action prints, and what html, js and urlquery escape: as print_all,
 * but "<no value>" for nothing. */
int print_values(const struct print *to, const struct value *args, uint32_t n,
		 struct err *e);

#endif
