/*
 * func - functions that templates call: tables {name, signature, fn}.
 *
 * The signature is Go's: "(int, ...string) (string, error)".  Number and types
 * of arguments are checked against it in one place (eval.c), with Go's error
 * texts, so that `fn` gets what it declared: a string for a `string` parameter,
 * an int for an `int` one.  An argument for an `interface {}` parameter has its
 * own type (value.iface is off) or is nothing (value_is_nothing); one for a
 * `reflect.Value` parameter is passed as it is, including interfaces and
 * missing values: the builtins use that.  A map or list argument may be nil.
 *
 * `fn` puts its result in *out, of the type the signature names, and returns 0;
 * or `return call_fail(c, "...")`, for an error that Go returns as well as for
 * a panic: "error calling NAME: ..." is added to it.
 *
 * Types in signatures beyond those of value.h (time.Time) are listed in the
 * table's `types`.
 */
#ifndef TMPL_FUNC_H
#define TMPL_FUNC_H

#include <time.h>

#include "base/array.h"
#include "tmpl/value.h"

struct call;

struct func {
	const char *name;
	const char *signature;
	int (*fn)(struct call *c, struct value *out);
};

/* A function that there is not, though people may know it from elsewhere, and
 * what to do instead. */
struct func_absent {
	const char *name;
	const char *instead;
};

struct func_table {
	const struct func *funcs;
	uint32_t n;
	const struct type *const *types;	/* or NULL */
	uint32_t n_types;
	const struct func_absent *absent;	/* to one without name; NULL */
};

#define FUNC_TABLE(rows) { (rows), ARRAY_SIZE(rows), NULL, 0, NULL }
#define FUNC_TABLE_TYPES(rows, types) \
	{ (rows), ARRAY_SIZE(rows), (types), ARRAY_SIZE(types), NULL }

/* What functions may see of the world. */
struct func_env {
	bool allow_env;		/* env and expandenv */
	bool fixed_clock;	/* use `now` as the current time */
	struct timespec now;
	const void *host;	/* for the functions of another folder */
};

struct call {
	const struct func *func;
	const struct value *args;	/* of a method: the receiver first */
	uint32_t n;
	struct arena *arena;		/* lives until the execution ends */
	const struct func_env *env;
	size_t budget;			/* bytes that may still be made */
	uint64_t *steps;		/* of the execution, still allowed */
	uint32_t *nothing;		/* see struct print; or NULL */
	str error;			/* set by call_fail */
};

/* Set the error; always -1.  The text may be of any length. */
int call_fail(struct call *c, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Charge for n elements of `size` bytes before making them: 0, or -1 with an
 * error if the execution would get too large.  Called by functions that make
 * much from little: repeat, until, indent, replace, ... */
int call_charge(struct call *c, size_t n, size_t size);
/* Charge for work that takes as long as n steps of a template: 0, or -1 with an
 * error.  What a function's arguments are long is charged for already, once;
 * this is for work that grows faster. */
int call_work(struct call *c, uint64_t n);

static inline str call_str(const struct call *c, uint32_t i)
{
	return value_text(&c->args[i]);
}
static inline int64_t call_int(const struct call *c, uint32_t i)
{
	return c->args[i].i;
}
static inline struct map *call_map(const struct call *c, uint32_t i)
{
	return c->args[i].map;
}
/* Return a copy of the buffer's text, and release the buffer.  Charges for it:
 * -1, with an error, if it is too large. */
int call_return_buf(struct call *c, struct value *out, struct buf *b);

/* ---- tables and signatures, for the parser and eval.c ---- */

/* The type of parameters that take any value as it is. */
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
	/* Set for the builtins and, or and call, unless they are redefined. */
	bool is_and, is_or, is_call;
	const struct bound *next;
};

/* Is that its name, which is not empty? */
static inline bool func_is(const struct func *f, str name)
{
	return f->name[0] == name.p[0] && str_eq(str_of(f->name), name);
}
/* The function of this name, or NULL; the tables come before the builtins. */
const struct func *func_find(const struct func_tables *t, str name);
/* What to do without the function, of which func_find() found none; or NULL. */
const char *func_instead(const struct func_tables *t, str name);
/* Read a row's signature, which must be valid: tables are part of the program.
 * */
void func_bind(struct bound *b, struct arena *a, const struct func *f,
	       const struct func_tables *t);

/* ---- the builtins ---- */

/* The rows that eval.c treats specially: and, or stop early; call is told how
 * its function was written. */
enum {
	BUILTIN_AND,
	BUILTIN_OR,
	BUILTIN_CALL,
};

extern const struct func_table builtins_table;

/* template.HTMLEscapeString, appended: < > & " ' and NUL.  At most six bytes
 * for one of s. */
void escape_html(struct buf *out, str s);
/* template.JSEscapeString, appended, for the inside of a quoted string: quotes,
 * backslash, < > & =, characters that do not print.  At most six bytes for one
 * of s. */
void escape_js(struct buf *out, str s);

#endif
