/*
 * proto_table - the rows of proto.inc, for the files of proto.
 *
 * A message is its fields in order of declaration.  The messages that
 * google.protobuf gives a JSON form of their own are rows like the others, with
 * a `form`; proto_field_node() knows how to find their fields in that JSON.
 */
#ifndef MESH_PROTO_TABLE_H
#define MESH_PROTO_TABLE_H

#include "mesh/proto.h"
#include "tmpl/func.h"

enum proto_kind {
	PROTO_STRING,
	PROTO_BOOL,
	PROTO_INT32,
	PROTO_INT64,
	PROTO_UINT32,
	PROTO_DOUBLE,
	PROTO_ENUM,
	PROTO_MESSAGE,
};

enum proto_shape {
	PROTO_ONE,
	PROTO_LIST,
	PROTO_MAP,		/* keys are texts */
};

/* How a message stands in JSON. */
enum proto_form {
	PROTO_PLAIN,		/* an object with its fields */
	PROTO_WRAPPER,		/* BoolValue, ...: its value */
	PROTO_DURATION,		/* "1.5s" */
	PROTO_STRUCT,		/* Struct: any object */
	PROTO_VALUE,		/* Value: any JSON */
	PROTO_LISTVALUE,	/* ListValue: any array */
};

/* Texts are offsets for proto_text(), so that the table needs no relocation
 * when the program starts. */
struct proto_field {
	uint16_t json, proto, go;	/* names */
	uint16_t oneof;			/* Go's name of it; "" for none */
	uint16_t of;			/* row of the message or enum */
	uint16_t type;			/* see proto_field_type() */
	uint16_t wrapper;		/* of a oneof's member: see
					 * proto_wrapper_type() */
	uint8_t kind, shape;
	uint8_t json_length, proto_length;
};

struct proto_message {
	uint16_t name;
	uint16_t first, n;		/* its fields: see proto_fields() */
	uint16_t type;			/* of a pointer to it */
	uint8_t form;
};

struct proto_enum {
	uint16_t name;
	uint16_t first, n;
};

/* The most fields that a message may have. */
#define PROTO_FIELDS_MAX 64

const char *proto_text(uint16_t offset);
static inline str proto_json_name(const struct proto_field *f)
{
	return (str){ proto_text(f->json), f->json_length };
}
/* The m->n fields of a message as declared. */
const struct proto_field *proto_fields(const struct proto_message *m);
/* What a field, or each of its elements, is; NULL for other kinds. */
const struct proto_message *proto_field_message(const struct proto_field *f);
const struct proto_enum *proto_field_enum(const struct proto_field *f);
/* The name of an enum's value or NULL; its number, or false. */
const char *proto_enum_name(const struct proto_enum *e, int64_t number);
bool proto_enum_number(const struct proto_enum *e, str name, int64_t *number);
static inline bool proto_in_oneof(const struct proto_field *f)
{
	return *proto_text(f->oneof);
}
/* The field's node in a message's canonical node, which may be NULL; NULL where
 * it is not set, and for the fields of a Duration. */
const struct node *proto_field_node(const struct proto_message *m,
				    const struct proto_field *f,
				    const struct node *n);
/* The number of a canonical integer's or enum's node; 0 for NULL. */
int64_t proto_number(const struct proto_field *f, const struct node *n);
/* The value of a canonical double's node: "NaN" and "Infinity" are texts. */
double proto_double(const struct node *n);

/* Is this the value that a field has which is not set?  Messages never are. */
bool proto_is_zero(const struct proto_field *f, const struct node *n);

/* Go's type of a field, and of a pointer to what is around a oneof's member. */
const struct type *proto_field_type(const struct proto_field *f);
const struct type *proto_wrapper_type(const struct proto_field *f);
const struct type *proto_message_type(const struct proto_message *m);
/* What those types can do; their detail is the row. */
extern const struct type_ops proto_message_ops, proto_enum_ops,
	proto_wrapper_ops;
extern const struct func proto_enum_methods[];

/* The String method of a message: one line of text format, appended. */
void proto_string(struct buf *b, const struct proto_message *m,
		  const struct node *n);

#endif
