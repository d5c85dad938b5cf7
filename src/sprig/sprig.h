/*
 * sprig - the functions of sprig 3.3.0's TxtFuncMap, a table per family.
 *
 * A function behaves as the original does, oddities included: it counts bytes
 * where that does, has its error texts, and fails where it panics.  Functions
 * that need randomness, the network or a private key are refused with a message
 * that names them, so that a template's output depends on its data alone.
 *
 * Like all functions of templates (tmpl/func.h), those below return 0, or -1
 * with the call's error.
 */
#ifndef SPRIG_SPRIG_H
#define SPRIG_SPRIG_H

#include "tmpl/func.h"

extern const struct func_table
	sprig_strings,		/* trim, replace, indent, wrap, join, ... */
	sprig_case,		/* upper, title, snakecase, ... */
	sprig_regex,
	sprig_encoding,		/* base64, base32, sha256sum, ... */
	sprig_lists,
	sprig_dicts,
	sprig_math,
	sprig_dates,
	sprig_semver,
	sprig_paths,		/* base, dir, ...; urlParse, urlJoin */
	sprig_json,
	sprig_misc,		/* default, ternary, fail, env, typeOf, ... */
	sprig_refused,
	sprig_absent;		/* what to use instead of Helm's functions */

/* All of them but sprig_absent, so that errors are Go's; then NULL. */
extern const struct func_table *const sprig_tables[];

/* ---- types beyond Go's own ---- */

extern const struct type sprig_time,	/* time.Time; object: struct gotime */
	sprig_duration,			/* time.Duration: an int64 */
	sprig_month, sprig_weekday,	/* ints with names */
	sprig_version,			/* semver.Version */
	sprig_version_ptr;		/* *semver.Version */
/* The object of a version without any data: 0.0.0. */
extern const void *const sprig_version_zero;

/* ---- for other tables of functions ---- */

/* How deeply lists and maps may nest that a function walks recursively.  A
 * template can put a map into itself; Go then runs out of memory or reports a
 * cycle, here deeper nesting is an error. */
#define SPRIG_NEST_MAX 1000

/* Append sprig's strval of a value: texts as they are, anything else as %v. */
int sprig_strval(struct call *c, struct buf *b, const struct value *v);
/* env; it is refused if the environment is not visible. */
int sprig_env(struct call *c, struct value *out);
/* Any value as a whole number (cast.ToInt64); 0 if it is not a number. */
int64_t convert_int(const struct value *from);

/* json.Marshal, appended to b.  0; or -1 with Go's error text appended to *why,
 * or with the call's error and nothing appended. */
int sprig_marshal(struct call *c, struct buf *b, const struct value *v,
		  struct buf *why);
/* json.Unmarshal into an interface {}: 0, or -1 with Go's error text appended
 * to *why.  After an error that is not about the text's form (a number too
 * large for a float64) *out is what Go returns too: all but that number. */
int sprig_unmarshal(struct value *out, struct arena *a, str text,
		    struct buf *why);

/* ---- version.c ---- */

/*
 * Semantic versions and constraints on them, as in Masterminds/semver 3.3:
 * lenient (v1, 1.2, 1.02.3), and with its idea of which versions satisfy a
 * constraint.  Error texts are the original's, appended to *why.
 */

struct version {
	uint64_t major, minor, patch;
	str pre, metadata;	/* after the - and the + */
	str original;		/* as it was written */
};

/* Read a version: 0 or -1.  The parts are views into s. */
int version_parse(struct version *v, str s, struct buf *why);
/* Is this valid as a version's prerelease, or as its metadata?  0 or -1. */
int version_check_pre(str s, struct buf *why);
int version_check_metadata(str s, struct buf *why);
/* Append the normalised form. */
void version_text(struct buf *out, const struct version *v);
/* -1, 0, 1; metadata is ignored. */
int version_cmp(const struct version *a, const struct version *b);

/* Does the version satisfy the constraint?  0, or -1 if `text` is not a
 * constraint.  Pieces of the text live in a. */
int constraint_check(bool *out, struct arena *a, str text,
		     const struct version *v, struct buf *why);

#endif
