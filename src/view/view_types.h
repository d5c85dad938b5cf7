/*
 * view_types - the Go types below a Pod template as constant tables, and what
 * view.c (values of nodes, and how structs print) and view_types.c (types that
 * are more than their fields) share.
 */
#ifndef VIEW_VIEW_TYPES_H
#define VIEW_VIEW_TYPES_H

#include "k8s/schema.h"
#include "tmpl/func.h"

/* The `detail` of a struct type and of pointers to it. */
struct view_struct {
	const char *name;		/* in the schema: "PodSpec" */
	const struct type *type;
	uint16_t number;
	uint16_t first, n;		/* its fields as declared */
};

struct view_field {
	const struct type *type;
	uint16_t owner;			/* number of the struct */
	uint16_t row;			/* of the schema */
	uint16_t via;			/* row of the embedded struct that the
					 * field belongs to, or VIEW_HERE */
};

#define VIEW_HERE 0xffffu

/* The struct with this name, or NULL. */
const struct view_struct *view_struct(str name);
/* The field with that name, of the struct or of an embedded one, or NULL. */
const struct view_field *view_field(const struct view_struct *s, str name);
/* Field i of those that are declared; i < s->n. */
const struct view_field *view_field_at(const struct view_struct *s,
				       uint32_t i);
/* Go's name of the field. */
static inline const char *view_field_name(const struct view_field *f)
{
	return schema_text(schema_row(f->row)->go);
}

/* The types themselves, go_PodSpec and so on; a pointer to one is go_to_ID, a
 * list of it go_list_ID. */
#define GO_STRUCT(id, number, first, n, methods, ops) \
	extern const struct type go_##id;
#define GO_TEXT(id, name) extern const struct type go_##id;
#define GO_LIST(id, name) extern const struct type go_list_##id;
#define GO_POINTER(id, name, ops) extern const struct type go_to_##id;
#include "k8s/schema.inc"
#undef GO_STRUCT
#undef GO_TEXT
#undef GO_LIST
#undef GO_POINTER

/* Types that are not structs of the schema: view_types.c. */
extern const struct type go_Quantity, go_IntOrString, go_Time, go_FieldsV1,
	go_ResourceList;
/* Types of tmpl, under names of the same form. */
#define go_string type_string
#define go_bool type_bool
#define go_int32 type_int32
#define go_int64 type_int64
#define go_list_string type_strings
#define go_map_string_string type_string_map

/* Operations and methods of structs and of pointers to them, by the last
 * column of their rows. */
extern const struct type_ops view_ops_struct, view_ops_lists,
	view_ops_to_struct, view_ops_to_scalar, view_ops_to_Quantity,
	view_ops_to_IntOrString, view_ops_to_Time, view_ops_to_FieldsV1;
extern const struct func view_methods_struct[], view_methods_meta[];

/* A node as a value of a type; NULL, or null: its zero value. */
struct value view_make(struct arena *a, const struct type *t,
		       const struct node *n);
/* The node of a struct or of a pointer to one, or NULL. */
static inline const struct node *view_node(const struct value *v)
{
	return v->object;
}
/* The row of a struct's type, or of the type that a pointer points to. */
static inline const struct view_struct *view_struct_of(const struct value *v)
{
	const struct type *t = v->type;

	return (t->kind == KIND_PTR ? t->elem : t)->detail;
}

/* Append what the String method generated for k8s.io/api returns for a struct
 * or for a pointer to one: &Probe{...,}. */
void view_struct_text(struct buf *out, const struct value *v);
/* A method without arguments that returns this text. */
int view_text_method(struct call *c, struct value *out);
/* String, as the one method that works on a nil pointer. */
const struct func *view_pointer_method(struct arena *a, const struct type *t,
				       str name);

#endif
