/*
 * view - parts of a Pod as templates see them: values of Go's struct types of
 * k8s.io/api.
 *
 * `.Spec.Containers` is the JSON field containers; a field that is absent has
 * its type's zero value, a pointer is nil; what is embedded (the VolumeSource
 * of a Volume) can be reached by its own name and by the names of its fields.
 * Unknown fields of the tree are not there, as after decoding into the type.
 * Quantities print and marshal in their canonical form.
 *
 * Values are views: a struct's object is its node, or NULL for the zero value.
 * What is reached from one by fields and items has an address, as it has in
 * Go; what comes out of a map has none, and so a Quantity taken from a
 * ResourceList prints as the struct that it is.
 *
 * The types are constant and shared: nothing is set up when the program
 * starts, and two values of one Go type have one type pointer.
 */
#ifndef VIEW_VIEW_H
#define VIEW_VIEW_H

#include "tmpl/value.h"

/* n as a value of the struct type "PodSpec", "ObjectMeta", "Container", ...:
 * of any below PodTemplateSpec; NULL or a null node: its zero value. */
struct value view_of(struct arena *a, const char *type, const struct node *n);

#endif
