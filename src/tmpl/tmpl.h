/*
 * tmpl - Go's text/template: the public face of this folder.
 *
 * A template is parsed once and may then be executed any number of times, also
 * by several threads at once: it is never changed.  Errors read as Go's,
 * `template: NAME:LINE:COL: executing "NAME" at <NODE>: ...`, and have no place
 * of their own (err.pos is POS_NONE).
 *
 * Deliberately different from Go: nesting of a template's text, run time,
 * output and memory are limited.
 */
#ifndef TMPL_TMPL_H
#define TMPL_TMPL_H

#include "base/err.h"
#include "tmpl/func.h"

struct tmpl;

/*
 * Parse a template; NULL after an error.  Name and text are not copied, and
 * tables must live as long as the template.  If several tables have a function
 * of the same name, the last one wins; all tables override the builtins.
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

/* The defaults; that of calls is Go's. */
#define TMPL_LIMITS { 100000, 20 * 1000 * 1000, (size_t)64 << 20, \
		      (size_t)256 << 20 }

/* Which part of the template made which part of the output, whose first byte
 * is 0; mem_free() it. */
struct tmpl_parts {
	struct source_part *at;
	size_t n, room;
};

/* What an execution needs besides its data. */
struct tmpl_context {
	struct arena *arena;		/* for values; outlives the call */
	struct tmpl_limits limits;
	struct func_env env;
	struct tmpl_parts *parts;	/* filled in; or NULL */
};

/* Execute the template on the data, and append the output.  0, or -1 with
 * nothing appended. */
int tmpl_exec(const struct tmpl *t, struct buf *out, struct value data,
	      const struct tmpl_context *context, struct err *e);

/* ---- uses.c: which names of its data a template may read ---- */

/*
 * Found without executing it, by an approximation that never misses one: names
 * are collected from all branches, without the path that leads to them, and
 * strings count as names, as in `index .Values "a"`.  A value is used as a
 * whole where it may be walked or printed, so that every name below it counts
 * as read.
 */
struct name_set {
	str *at;
	uint32_t n, room;
};

struct tmpl_uses {
	struct arena *arena;
	struct name_set names;		/* that occur */
	struct name_set whole;		/* of values that are used as a whole */
	bool all;			/* the data itself is used as a whole */
};

/* Add what a template uses; its texts must outlive *u. */
void tmpl_uses_add(struct tmpl_uses *u, const struct tmpl *t);
/* Sort the sets, after the last template and before the next functions. */
void tmpl_uses_end(struct tmpl_uses *u);
bool tmpl_uses_name(const struct tmpl_uses *u, str name);
bool tmpl_uses_whole(const struct tmpl_uses *u, str name);

#endif
