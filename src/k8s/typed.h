/*
 * typed - are the known fields of an object of the right JSON type?
 *
 * As decoding into the Go types of k8s.io/api would: a text in `replicas`, a
 * map in `containers` is an error with its place.  As sigs.k8s.io/yaml reads
 * for a Go type, a bool or number counts as text where text is wanted.  null is
 * right everywhere, unknown fields are no error.
 */
#ifndef K8S_TYPED_H
#define K8S_TYPED_H

#include "k8s/place.h"
#include "k8s/schema.h"
#include "tree/node.h"

/* type: "Deployment", "PodTemplateSpec", ...: a row of the schema; an unknown
 * type checks nothing.  0, or -1 with the error: "spec.replicas: want a whole
 * number, found text". */
int typed_check(const char *type, const struct node *object, struct err *e);
/* The same, and who wants to know hears of fields that the type has not. */
typedef void typed_unknown_fn(void *ctx, const struct schema_type *type,
			      const struct node *key,
			      const struct place *place);
int typed_check_fields(const char *type, const struct node *object,
		       typed_unknown_fn *unknown, void *ctx, struct err *e);
/* As for what is JSON already, which is how a template's YAML is taken: a bool
 * or number is no text; it has to stand in quotes. */
int typed_check_json(const char *type, const struct node *object,
		     struct err *e);

#endif
