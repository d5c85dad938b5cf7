/*
 * value - what a template computes with: the types of Go that occur.
 *
 * A value is a type and 16 bytes of data, passed by value.  Texts, lists and
 * maps live in the arena of the execution, or in the data that was passed to
 * the template.  Everything but a map is immutable; a map is a pointer, as in
 * Go: all holders see each other's changes.
 *
 * Go distinguishes the type of a value from the type of the place it was read
 * from.  What comes straight out of a []interface {} or map[string]interface {}
 * is an `interface {}` that holds, say, a string: error messages name the
 * interface, and it may hold nothing.  `iface` marks such a value, so there are
 * two kinds of nothing:
 *
 *   missing   type NULL, iface false: reflect's invalid Value; a missing key,
 *             the value of an empty pipeline
 *   nil       type NULL, iface true: an interface {} that holds nothing; JSON's
 *             null
 *
 * A list, map or pointer may also be nil and have a type: items, map or object
 * is NULL.
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

/* What a type has beyond its kind.  Any member may be NULL. */
struct type_ops {
	/* The String method: what %v and %s print. */
	void (*text)(struct buf *out, const struct value *v);
	/* The same as a method of the pointer to the type: what an action
	 * prints of a value that has an address. */
	void (*text_at)(struct buf *out, const struct value *v);
	/* Of a pointer with a String method: its result for nil. */
	const char *nil_text;
	/* The field of a struct: false if the type has none of this name.  Also
	 * called for a struct whose object is NULL.  *hint, if it is not NULL,
	 * is what the function left there for this name, maybe of another type:
	 * where to look first. */
	bool (*field)(struct value *out, struct arena *a,
		      const struct value *v, str name, uint32_t *hint);
	/* Field i in order, for printing a struct: false past the last. */
	bool (*field_at)(struct value *out, str *name, struct arena *a,
			 const struct value *v, uint32_t i);
	/* A method by its name, or NULL, besides those of type.methods.  It may
	 * be called on a nil pointer too. */
	const struct func *(*method)(struct arena *a, const struct type *t,
				     str name);
	/* Go's ==, of two values of this type. */
	bool (*equal)(const struct value *a, const struct value *b);
	/* A struct that contains a list or a map: it has no ==, and `equal` is
	 * only reflect.DeepEqual. */
	bool incomparable;
	/* The MarshalJSON method: 0, or -1 with its error text in *why. */
	int (*json)(struct buf *out, const struct value *v, struct buf *why);
};

/* Two values have the same type if the pointers are equal. */
struct type {
	const char *name;		/* Go's: "[]interface {}" */
	enum kind kind;
	const struct type *elem;	/* of slice, map, pointer */
	const struct type *key;		/* of a map; NULL: string */
	const struct type_ops *ops;
	const struct func *methods;	/* up to a row without name, or NULL;
					 * args[0] is the receiver, which the
					 * signature omits */
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
	bool addr;			/* has an address, and so also the
					 * methods of a pointer to it */
	bool grows;			/* a list of value_append() */
	union {
		bool b;
		int64_t i;			/* signed kinds */
		uint64_t u;			/* unsigned kinds */
		double f;
		const double *complex;		/* real, imaginary */
		const char *s;			/* no NUL after it */
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
/* The text is not copied: it must live as long as the value. */
static inline struct value value_str(str s)
{
	return (struct value){ .type = &type_string, .n = (uint32_t)s.n,
			       .s = s.p };
}
static inline struct value value_z(const char *z)
{
	return value_str(str_of(z));
}
/* A copy of the text in b, which is cleared but not released. */
struct value value_take(struct arena *a, struct buf *b);
static inline struct value value_of_map(struct map *m, const struct type *t)
{
	return (struct value){ .type = t, .map = m };
}
static inline struct value value_object(const struct type *t, const void *p)
{
	return (struct value){ .type = t, .object = p };
}
/* A list of any slice type; the array is not copied.  With items NULL it is a
 * nil slice: pass VALUE_EMPTY for an empty one. */
struct value value_list(const struct type *t, const struct value *items,
			uint32_t n);
/* The items of an empty list. */
extern const struct value VALUE_EMPTY[1];
/* The zero value of a type; for a type interface {}: nil. */
struct value value_zero(const struct type *t);

/* v as an element of a list or a map of this element type: an interface {}
 * where that is the type. */
static inline struct value value_as_elem(struct value v, const struct type *e)
{
	return (struct value){ .type = v.type, .n = v.n, .object = v.object,
			       .grows = v.grows,
			       .iface = e->kind == KIND_INTERFACE };
}
/* v as interface {} parameters receive it: its own type, iface off. */
static inline struct value value_concrete(struct value v)
{
	return (struct value){ .type = v.type, .n = v.n, .object = v.object,
			       .grows = v.grows };
}

/* An []interface {} with the items of a list of any type and one more.  The
 * list stays as it is, but if it is itself such a result the two share their
 * items, so that appending one by one is linear. */
struct value value_append(struct arena *a, const struct value *list,
			  struct value item);
/* How many items that makes, with those it copies. */
size_t value_append_cost(const struct value *list);

/* A list that grows in an arena. */
struct items {
	struct arena *arena;
	struct value *at;
	size_t cap;
	uint32_t n;
};
#define ITEMS_INIT(arena) { (arena), NULL, 0, 0 }
void items_add(struct items *l, struct value v);
/* The list of type t; sets iface of every item as t needs.  Never nil. */
struct value items_list(struct items *l, const struct type *t);

/*
 * A node as a value of type t.  For type_interface it is what encoding/json
 * decodes into one: nil, bool, float64 (with `ints`: int if the number is whole
 * and fits; with NODE_GO_INT: int64), string, []interface {},
 * map[string]interface {}.  The object of a
 * struct, or of a pointer to a struct, is the node; that of another pointer is
 * the value it points to.  All of them are nil for null; for NULL the result is
 * value_zero(t).  Maps are read when they are used.
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
/* Missing or nil, including a nil list, map or pointer. */
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
/* Follow pointers up to a nil one, and take what an interface {} holds as a
 * value of its own.  True if there is nothing at the end. */
bool value_indirect(struct value *v);
/* What a pointer that is not nil points to. */
struct value value_deref(const struct value *v);
/* %T: "string", "[]interface {}", "<nil>". */
const char *value_type_name(const struct value *v);
/* template.IsTrue: 0, "", nil and empty collections are false.  Except for
 * structs it is the opposite of sprig's "empty". */
bool value_true(const struct value *v);
/* Items of a list, entries of a map, bytes of a text; -1: has no length. */
int64_t value_len(const struct value *v);
/* reflect.DeepEqual.  Endlessly nested values are equal if no difference is
 * found within bounds. */
bool value_deep_equal(const struct value *a, const struct value *b);

/* ---- maps ---- */

/*
 * Go's maps with texts as keys: mutable, and shared by all holders.
 *
 * A map made from a node reads it on demand and remembers the results: a map
 * inside it is the same map on every access.  Changes stay in the map; the
 * node, which other executions share, is never changed ("copy on write").
 *
 * As in Go a map has no order; map_sorted() gives the order in which it is
 * printed and ranged over.
 */
struct map_entry {
	str key;
	struct value value;
};

/* An empty map of type t ("map[string]interface {}": &type_map). */
struct map *map_new(struct arena *a, const struct type *t);
/* A map with the content of a map node. */
struct map *map_of_node(struct arena *a, const struct type *t,
			const struct node *n, bool ints);

/* All functions except map_set and map_delete take NULL for a nil map. */
uint32_t map_len(const struct map *m);
/* The value of a key, as an element (iface set as the type needs); false, and
 * VALUE_MISSING, if there is none. */
bool map_get(struct map *m, str key, struct value *out);
/* The same; *hint is where the key is, if the map has it. */
bool map_get_at(struct map *m, str key, uint32_t *hint, struct value *out);
static inline bool map_has(struct map *m, str key)
{
	struct value v;

	return map_get(m, key, &v);
}
/* Set the value of a key, whose text is not copied. */
void map_set(struct map *m, str key, struct value v);
void map_delete(struct map *m, str key);
/* The map_len() entries in byte order of their keys: a copy in arena a, not
 * affected by later changes of the map. */
const struct map_entry *map_sorted(struct arena *a, struct map *m);
/* The same without an order; valid until the map is changed. */
const struct map_entry *map_entries(struct map *m);

#endif
