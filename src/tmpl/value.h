/*
 * value - what a template computes with: Go's types, as far as they occur.
 *
 * A value is a type and 16 bytes beside it, passed by value.  Texts, lists and
 * maps live in the arena of the execution, or in the data that the template
 * was given.  Everything but a map is immutable; a map is its pointer, as in
 * Go: who holds it sees what others change in it (see map.h).
 *
 * Go knows two types of a value: the one it has, and the one of the place that
 * it was read from.  What comes straight out of a []interface {} or a
 * map[string]interface {} is an `interface {}` that holds a string; its error
 * messages name the interface, and it may hold nothing.  `iface` is that
 * difference, so there are two sorts of nothing:
 *
 *   missing   type NULL, iface false: reflect's invalid Value; a key that is
 *             not there, the value of an empty pipeline
 *   nil       type NULL, iface true: an interface {} that holds nothing; JSON's
 *             null
 *
 * Beside them a list, map or pointer may be nil and still have its type:
 * items, map or object is NULL.
 */
#ifndef TMPL_VALUE_H
#define TMPL_VALUE_H

#include "base/arena.h"
#include "base/str.h"
#include "tree/node.h"

/* reflect.Kind */
enum kind {
	KIND_INVALID,
	KIND_BOOL,
	KIND_INT,		/* KIND_INT to KIND_INT64: signed */
	KIND_INT32,
	KIND_INT64,
	KIND_UINT,		/* KIND_UINT to KIND_UINT64: unsigned */
	KIND_UINT8,
	KIND_UINT32,
	KIND_UINT64,
	KIND_FLOAT64,
	KIND_COMPLEX128,
	KIND_STRING,
	KIND_INTERFACE,
	KIND_SLICE,
	KIND_MAP,
	KIND_PTR,
	KIND_STRUCT,
};

struct func;
struct type;
struct value;
struct map;

/* What a type has beyond its kind.  Any of them may be NULL. */
struct type_ops {
	/* The String method: what %v and %s print. */
	void (*text)(struct buf *out, const struct value *v);
	/* The same where it belongs to the pointer to the type: what an action
	 * prints of a value that has an address. */
	void (*text_at)(struct buf *out, const struct value *v);
	/* Of a pointer with a String method: what that says of nil. */
	const char *nil_text;
	/* The field of a struct: false where the type has none of this name,
	 * which is also asked of a struct whose object is NULL. */
	bool (*field)(struct value *out, struct arena *a,
		      const struct value *v, str name);
	/* Field i in order, for printing a struct: false past the last. */
	bool (*field_at)(struct value *out, str *name, struct arena *a,
			 const struct value *v, uint32_t i);
	/* A method by its name, or NULL, besides those of type.methods.  It may
	 * be called on a nil pointer too. */
	const struct func *(*method)(struct arena *a, const struct type *t,
				     str name);
	/* Go's ==, of two values of this type. */
	bool (*equal)(const struct value *a, const struct value *b);
	/* A struct with a list or a map in it: == is not for it, and `equal`
	 * is reflect.DeepEqual only. */
	bool incomparable;
	/* The MarshalJSON method: 0, or -1 with its error text in *why. */
	int (*json)(struct buf *out, const struct value *v, struct buf *why);
};

/* Two values have the same type if it is the same pointer. */
struct type {
	const char *name;		/* Go's: "[]interface {}" */
	enum kind kind;
	const struct type *elem;	/* of slice, map, pointer */
	const struct type *key;		/* of a map; NULL: string */
	const struct type_ops *ops;
	const struct func *methods;	/* up to a row without name, or NULL:
					 * args[0] is the receiver, which the
					 * signature leaves out */
	const void *detail;		/* for the owner of ops */
};

extern const struct type type_bool, type_int, type_int32, type_int64,
	type_uint, type_uint8, type_uint32, type_uint64, type_float64,
	type_complex128, type_string,
	type_interface,		/* interface {}: of places, not of values */
	type_list,		/* []interface {} */
	type_map,		/* map[string]interface {} */
	type_strings,		/* []string */
	type_ints,		/* []int */
	type_lists,		/* [][]interface {} */
	type_string_map;	/* map[string]string */

struct value {
	const struct type *type;	/* NULL: nothing */
	uint32_t n;			/* bytes of a text, items of a list */
	bool iface;
	bool addr;			/* has an address: the methods of a
					 * pointer to it are its own, too */
	union {
		bool b;
		int64_t i;			/* signed kinds */
		uint64_t u;			/* unsigned kinds */
		double f;
		const double *complex;		/* real, imaginary */
		const char *s;			/* no NUL behind it */
		const struct value *items;	/* of any list; iface is set in
						 * those of an []interface {} */
		struct map *map;
		const void *object;		/* pointers and structs */
	};
};

/* ---- making ---- */

#define VALUE_MISSING ((struct value){ .type = NULL })
#define VALUE_NIL ((struct value){ .iface = true })

static inline struct value value_bool(bool b)
{
	return (struct value){ .type = &type_bool, .b = b };
}
static inline struct value value_int(int64_t i)
{
	return (struct value){ .type = &type_int, .i = i };
}
static inline struct value value_int64(int64_t i)
{
	return (struct value){ .type = &type_int64, .i = i };
}
static inline struct value value_uint64(uint64_t u)
{
	return (struct value){ .type = &type_uint64, .u = u };
}
static inline struct value value_float(double f)
{
	return (struct value){ .type = &type_float64, .f = f };
}
/* A text is not copied: it must live as long as the value. */
static inline struct value value_str(str s)
{
	return (struct value){ .type = &type_string, .n = (uint32_t)s.n,
			       .s = s.p };
}
static inline struct value value_z(const char *z)
{
	return value_str(str_of(z));
}
/* A copy of what b holds; b is emptied, and stays the caller's. */
struct value value_take(struct arena *a, struct buf *b);
static inline struct value value_of_map(struct map *m, const struct type *t)
{
	return (struct value){ .type = t, .map = m };
}
static inline struct value value_object(const struct type *t, const void *p)
{
	return (struct value){ .type = t, .object = p };
}
/* A list of any slice type; the array is taken as it is.  With items NULL it
 * is a nil slice: give an empty one VALUE_EMPTY. */
struct value value_list(const struct type *t, const struct value *items,
			uint32_t n);
/* The address of no item. */
extern const struct value VALUE_EMPTY[1];
/* The zero value of a type; for a type interface {}: nil. */
struct value value_zero(const struct type *t);

/* v as an element of a list or a map of this element type: an interface {}
 * where that is the type. */
static inline struct value value_as_elem(struct value v, const struct type *e)
{
	return (struct value){ .type = v.type, .n = v.n, .object = v.object,
			       .iface = e->kind == KIND_INTERFACE };
}
/* v as interface {} parameters receive it: its own type, iface off. */
static inline struct value value_concrete(struct value v)
{
	return (struct value){ .type = v.type, .n = v.n, .object = v.object };
}

/* A list that grows in an arena. */
struct items {
	struct arena *arena;
	struct value *at;
	uint32_t n, cap;
};
#define ITEMS_INIT(arena) { (arena), NULL, 0, 0 }
void items_add(struct items *l, struct value v);
/* The list of type t; sets iface of every item as t wants it.  Never nil. */
struct value items_list(struct items *l, const struct type *t);

/*
 * The value that a node means as a value of type t.  For type_interface it is
 * what encoding/json decodes into one: nil, bool, float64 (or, with `ints`,
 * int where the number is whole and fits), string, []interface {},
 * map[string]interface {}.  A struct keeps the node as its object; a pointer
 * to a struct too; one to anything else has the value it points to as its
 * object.  All of them are nil for null.  NULL as node: value_zero(t).  Maps
 * are not read before they are used.
 */
struct value value_of_node(struct arena *a, const struct type *t,
			   const struct node *n, bool ints);

/* ---- asking ---- */

static inline enum kind value_kind(const struct value *v)
{
	return v->type ? v->type->kind : KIND_INVALID;
}
/* "slice", "map", "float64", "invalid" ...: reflect.Kind's text. */
const char *kind_name(enum kind k);
static inline bool kind_is_int(enum kind k)
{
	return k >= KIND_INT && k <= KIND_INT64;
}
static inline bool kind_is_uint(enum kind k)
{
	return k >= KIND_UINT && k <= KIND_UINT64;
}
/* Missing or nil, in whatever way: also a nil list, map or pointer. */
bool value_is_nil(const struct value *v);
static inline bool value_is_nothing(const struct value *v)
{
	return v->type == NULL;
}
static inline bool value_is_string(const struct value *v)
{
	return value_kind(v) == KIND_STRING;
}
static inline str value_text(const struct value *v)
{
	return (str){ v->s, v->n };
}
/* What a pointer that is not nil points to. */
struct value value_deref(const struct value *v);
/* %T: "string", "[]interface {}", "<nil>". */
const char *value_type_name(const struct value *v);
/* template.IsTrue, which is also the contrary of sprig's idea of empty for
 * everything but structs: 0, "", nil and empty collections are false. */
bool value_true(const struct value *v);
/* Items of a list, entries of a map, bytes of a text; -1: has no length. */
int64_t value_len(const struct value *v);
/* reflect.DeepEqual.  What nests without end is equal if no difference is
 * found within bounds. */
bool value_deep_equal(const struct value *a, const struct value *b);

#endif
