/*
 * func - functions that templates call: tables {name, signature, fn}.
 *
 * The signature is Go's: "(int, ...string) (string, error)".  From it, in one
 * place (signature.c, call.c), come the checks of number and types of the
 * arguments and their error texts, so that `fn` finds what it declared: a
 * `string` parameter is a string, an `int` one an int.  What comes in through
 * an `interface {}` parameter has its own type (value.iface is off) or is
 * nothing at all (value_is_nothing); a `reflect.Value` parameter comes as it
 * is, interface and missing values included: builtins use it.  A nil map or
 * list may come through a map or list parameter.
 *
 * `fn` puts its result in *out, of the type that the signature names, and
 * returns 0; or `return call_fail(c, "...")`, which is both Go's returned error
 * and its panic: the engine says "error calling NAME: ..." before it.
 *
 * Types beyond those of value.h that signatures name (time.Time) stand in the
 * table's `types`.
 */
#ifndef TMPL_FUNC_H
#define TMPL_FUNC_H

#include <time.h>

#include "base/array.h"
#include "tmpl/map.h"
#include "tmpl/value.h"

struct call;

struct func {
	const char *name;
	const char *signature;
	int (*fn)(struct call *c, struct value *out);
};

struct func_table {
	const struct func *funcs;
	uint32_t n;
	const struct type *const *types;	/* or NULL */
	uint32_t n_types;
};

#define FUNC_TABLE(rows) { (rows), ARRAY_SIZE(rows), NULL, 0 }
#define FUNC_TABLE_TYPES(rows, types) \
	{ (rows), ARRAY_SIZE(rows), (types), ARRAY_SIZE(types) }

/* What functions may know of the world. */
struct func_env {
	bool allow_env;		/* env and expandenv */
	bool fixed_clock;	/* `now` is the time of now */
	struct timespec now;
};

struct call {
	const struct func *func;
	const struct value *args;	/* of a method: the receiver first */
	uint32_t n;
	struct arena *arena;		/* lives until the execution ends */
	const struct func_env *env;
	size_t budget;			/* bytes that may still be made */
	str error;			/* set by call_fail */
};

/* Always -1.  The text may be of any length. */
int call_fail(struct call *c, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Before making something of n bytes (n * size may not overflow): 0, or -1
 * with an error where the execution would get too large.  To be asked by what
 * makes much out of little: repeat, until, indent, replace, ... */
int call_charge(struct call *c, size_t n, size_t size);

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
/* Result: a text; copied is what the buffer holds, and the buffer released.
 * Charges for it: -1, with an error, where it is too large. */
int call_return_buf(struct call *c, struct value *out, struct buf *b);

#endif
