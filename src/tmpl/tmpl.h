/*
 * tmpl - Go's text/template: the public face of this folder.
 *
 * A template is parsed once and may then be executed any number of times, at
 * the same time too: it is not changed.  Errors read as Go's, `template:
 * NAME:LINE:COL: executing "NAME" at <NODE>: ...`, and have no place of their
 * own (err.pos is POS_NONE).
 *
 * Deliberately otherwise than Go: how deep a template's text may nest, how long
 * it may run and how much it may make is limited.
 */
#ifndef TMPL_TMPL_H
#define TMPL_TMPL_H

#include "base/err.h"
#include "tmpl/func.h"

struct tmpl;

/*
 * Name and text are not copied, tables must live as long as the template.  Of
 * functions with the same name the last table's counts; all tables come before
 * the builtins.  NULL after an error.
 */
struct tmpl *tmpl_parse(struct arena *a, str name, str text,
			const struct func_table *const *tables,
			uint32_t n_tables, struct err *e);

struct tmpl_limits {
	uint32_t calls;		/* templates within templates */
	uint64_t steps;		/* nodes walked, and turns of ranges */
	size_t output;		/* bytes written */
	size_t memory;		/* bytes taken for values, at any time */
};

/* Go's own limit of calls. */
#define TMPL_LIMITS { 100000, 20 * 1000 * 1000, (size_t)64 << 20, \
		      (size_t)256 << 20 }

/* What an execution gets beside its data. */
struct tmpl_context {
	struct arena *arena;		/* for values; outlives the call */
	struct tmpl_limits limits;
	struct func_env env;
};

/* Append to out what the template makes of the data.  0, or -1 with nothing
 * appended. */
int tmpl_exec(const struct tmpl *t, struct buf *out, struct value data,
	      const struct tmpl_context *context, struct err *e);

#endif
