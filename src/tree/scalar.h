/*
 * scalar - the kind and value of YAML scalars, and their JSON as Go writes it.
 *
 * The rules are those of sigs.k8s.io/yaml (go-yaml v2, YAML 1.1 as it reads
 * it): only plain, untagged scalars are resolved.
 */
#ifndef TREE_SCALAR_H
#define TREE_SCALAR_H

#include "tree/node.h"

/* The kind of a plain scalar without a tag. */
enum node_kind scalar_kind(str text);
/* True if a YAML 1.1 or YAML 1.2 core schema reader might not read this plain
 * text as a string (`yes`, `12:30:45`, `2001-01-01`, `=`, `<<`, `0o7`, `.inf`,
 * `1_000` ...), so that a string needs quotes. */
bool scalar_needs_quotes(str text);

/* The value of a bool or number node.  The integers: false if out of range. */
bool scalar_bool(const struct node *n);
bool scalar_int64(const struct node *n, int64_t *out);
bool scalar_uint64(const struct node *n, uint64_t *out);
double scalar_double(const struct node *n);

/* Append a number as Go's encoding/json spells it: shortest digits, with `e`
 * below 1e-6 and from 1e21 on. */
void scalar_double_text(struct buf *b, double d);
/* Append a bool, number or null node as JSON: `true`, `15` for 017, `null`. */
void scalar_json(struct buf *b, const struct node *n);
/* Append a scalar used as a key: the JSON of bools and integers; floats as
 * float32 with %g, as sigs.k8s.io/yaml does. */
void scalar_key_text(struct buf *b, const struct node *n);
/* True if two scalars are the same JSON value. */
bool scalar_equal(const struct node *a, const struct node *b);

#endif
