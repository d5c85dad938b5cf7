/*
 * What the parts of view share: view.c makes values of nodes, view_special.c
 * and view_time.c are about single types, view_text.c is how structs print.
 */
#ifndef VIEW_VIEW_VALUE_H
#define VIEW_VIEW_VALUE_H

#include "view/view_table.h"

/* A node as a value of a type; NULL, or null: its zero value. */
struct value view_make(struct arena *a, const struct type *t,
		       const struct node *n);
/* The node of a struct or of a pointer to one, or NULL. */
static inline const struct node *view_node(const struct value *v)
{
	return v->object;
}
static inline const struct view_struct *view_struct_of(const struct value *v)
{
	const struct type *t = v->type;

	return (t->kind == KIND_PTR ? t->elem : t)->detail;
}

/* What the String methods that are generated for k8s.io/api say of a struct or
 * of a pointer to one: &Probe{...,}. */
void view_struct_text(struct buf *out, const struct value *v);
/* A method without arguments that gives this text. */
int view_text_method(struct call *c, struct value *out);
/* String, as the one method that works on a nil pointer. */
const struct func *view_pointer_method(struct arena *a, const struct type *t,
				       str name);

#endif
