/*
 * gojson - a tree as encoding/json writes it after decoding it into a Go type
 * of k8s.io/api: fields in the order of declaration, unknown ones gone, zero
 * values where omitempty does not leave them out, quantities and times in
 * their canonical form, <, >, & escaped.
 *
 * For annotations, environment variables and template data; what goes into a
 * manifest never comes from here.
 */
#ifndef K8S_GOJSON_H
#define K8S_GOJSON_H

#include "k8s/schema.h"
#include "tree/node.h"

/* n as the struct type "PodSpec", "ObjectMeta", "Container", ...; NULL: its
 * zero value.  The tree passed typed_check(). */
void gojson_write(struct buf *b, const char *type, const struct node *n);
/* n as one value of another kind than SCHEMA_STRUCT; NULL: its zero value. */
void gojson_write_value(struct buf *b, enum schema_kind kind,
			const struct node *n);

#endif
