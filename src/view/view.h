/*
 * view - parts of a Pod as templates see them: values of the Go structs of
 * k8s.io/api.
 *
 * `.Spec.Containers` is the JSON field containers; a field that is absent has
 * the zero value of its type, a pointer is nil; an embedded struct (the
 * VolumeSource of a Volume) can be reached by its own name and by the names of
 * its fields.  Unknown fields of the tree do not exist, as after decoding into
 * the type.  Quantities print and marshal in their canonical form.
 *
 * Values are views: a struct's object is its node, or NULL for the zero value.
 * As in Go, what is reached from a struct by fields and items is addressable,
 * and what comes out of a map is not; so a Quantity taken from a ResourceList
 * prints as the struct that it is.
 *
 * The types are constant and shared: nothing is set up at startup, and two
 * values of one Go type have the same type pointer.
 */
#ifndef VIEW_VIEW_H
#define VIEW_VIEW_H

#include "tmpl/value.h"

/* n as a value of the struct type "PodSpec", "ObjectMeta", "Container", ...:
 * any below PodTemplateSpec; NULL or a null node: its zero value. */
struct value view_of(struct arena *a, const char *type, const struct node *n);

#endif
