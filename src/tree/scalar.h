/*
 * scalar - which kind a YAML scalar has, and how Go spells it in JSON.
 *
 * The rules are those of sigs.k8s.io/yaml (go-yaml v2, YAML 1.1 as it reads
 * it): only plain, untagged scalars are resolved.
 */
#ifndef TREE_SCALAR_H
#define TREE_SCALAR_H

#include "tree/node.h"

/* The kind of a plain scalar without a tag. */
enum node_kind scalar_kind(str text);
/* Would a plain scalar with this text be read as something other than this
 * text, by a YAML 1.1 or a YAML 1.2 core-schema reader (`yes`, `12:30:45`,
 * `2001-01-01`, `=`, `<<`, `0o7`, `.inf`, `1_000` ...)?  Then it is to be
 * quoted where it is meant as text. */
bool scalar_needs_quotes(str text);

/* The value of a bool or number node.  False where it does not fit. */
bool scalar_bool(const struct node *n);
bool scalar_int64(const struct node *n, int64_t *out);
bool scalar_uint64(const struct node *n, uint64_t *out);
double scalar_double(const struct node *n);

/* A number as Go's encoding/json spells it: shortest digits, `e` below 1e-6 or
 * from 1e21.  Appends to b. */
void scalar_double_text(struct buf *b, double d);
/* A bool, number or null node as JSON: `true`, `15` for 017, `null`. */
void scalar_json(struct buf *b, const struct node *n);
/* A scalar used as a key: JSON text of bools and ints; floats as float32 with
 * %g, as sigs.k8s.io/yaml has it.  Appends to b. */
void scalar_key_text(struct buf *b, const struct node *n);
/* Two scalars are the same JSON value. */
bool scalar_equal(const struct node *a, const struct node *b);

#endif
