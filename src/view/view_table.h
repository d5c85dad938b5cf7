/*
 * view_table - the Go types below a pod template as constant tables: what
 * view.c drives the values of templates with.
 */
#ifndef VIEW_VIEW_TABLE_H
#define VIEW_VIEW_TABLE_H

#include "k8s/schema.h"
#include "tmpl/func.h"

/* A struct type's `detail`, and that of pointers to it. */
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
	uint16_t via;			/* row of the embedded struct whose key
					 * leads to it, or VIEW_HERE */
};

#define VIEW_HERE 0xffffu

/* The struct of this name, or NULL. */
const struct view_struct *view_struct(str name);
/* The field, or what an embedded struct has of that name, or NULL. */
const struct view_field *view_field(const struct view_struct *s, str name);
/* Field i of those that are declared; i < s->n. */
const struct view_field *view_field_at(const struct view_struct *s,
				       uint32_t i);
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

/* Those that are no struct of the schema: view_special.c, view_time.c. */
extern const struct type go_Quantity, go_IntOrString, go_Time, go_FieldsV1,
	go_ResourceList;
/* And those of tmpl under names like theirs. */
#define go_string type_string
#define go_bool type_bool
#define go_int32 type_int32
#define go_int64 type_int64
#define go_list_string type_strings
#define go_map_string_string type_string_map

/* Of structs and of pointers to them, by the last column of their rows. */
extern const struct type_ops view_ops_struct, view_ops_lists,
	view_ops_to_struct, view_ops_to_scalar, view_ops_to_Quantity,
	view_ops_to_IntOrString, view_ops_to_Time, view_ops_to_FieldsV1;
extern const struct func view_methods_struct[], view_methods_meta[];

#endif
