/*
 * sprig - the functions of sprig 3.3.0's TxtFuncMap, a table per family.
 *
 * A function behaves as the original does, oddities included: byte-wise where
 * that counts bytes, with its error texts, and failing where it panics.  Those
 * that need randomness, the network or a private key are refused by a message
 * that names them, so that what a template makes depends on its data alone.
 */
#ifndef SPRIG_SPRIG_H
#define SPRIG_SPRIG_H

#include "tmpl/func.h"

extern const struct func_table
	sprig_strings,		/* trim, replace, indent, ... */
	sprig_join,		/* quote, join, split, sortAlpha, ... */
	sprig_wrap,		/* wrap, abbrev: by width */
	sprig_case,		/* upper, title, snakecase, ... */
	sprig_regex,
	sprig_encoding,		/* base64, base32 */
	sprig_hash,		/* sha256sum, ... */
	sprig_refused,
	sprig_lists,
	sprig_dicts,
	sprig_math,
	sprig_dates,
	sprig_semver,
	sprig_paths,
	sprig_url,
	sprig_reflect,		/* typeOf, kindIs, deepEqual, ... */
	sprig_json,
	sprig_misc;		/* default, ternary, fail, env, ... */

/* All of them, up to a NULL. */
extern const struct func_table *const sprig_tables[];

/* A value as sprig's strval has it, appended to b: texts as they are, anything
 * else as %v.  0, or -1 with the call's error. */
int sprig_strval(struct call *c, struct buf *b, const struct value *v);
/* json.Marshal, appended to b.  0; or -1 with Go's error text appended to *why,
 * or with the call's error and nothing appended. */
int sprig_marshal(struct call *c, struct buf *b, const struct value *v,
		  struct buf *why);
/* Sprig's strslice: the strval of each item, without those that are nothing;
 * of what is no list, of the one value.  items_list(l, &type_strings). */
int sprig_strslice(struct call *c, struct items *l, const struct value *v);

/* env, for tables that have more of it: refused where the environment is not
 * to be read. */
int sprig_env(struct call *c, struct value *out);

#endif
