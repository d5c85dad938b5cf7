/*
 * proto_table - the rows of proto.inc, for proto.c, proto_read.c and
 * proto_view.c.
 *
 * A message is its fields in order of declaration.  Messages with a special
 * JSON form in google.protobuf are rows like the others, with a `form`;
 * proto_field_node() finds their fields in that JSON.
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

/* The JSON form of a message. */
enum proto_form {
	PROTO_PLAIN,		/* an object with its fields */
	PROTO_WRAPPER,		/* BoolValue, ...: its value */
	PROTO_DURATION,		/* "1.5s" */
	PROTO_STRUCT,		/* Struct: any object */
	PROTO_VALUE,		/* Value: any JSON */
	PROTO_LISTVALUE,	/* ListValue: any array */
};

/* Texts are offsets for proto_text(), so that the table needs no relocation
 * at startup. */
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

/* The maximal number of fields of a message. */
#define PROTO_FIELDS_MAX 64

/* The text at an offset of the table. */
const char *proto_text(uint16_t offset);
/* The camelCase name of a field. */
static inline str proto_json_name(const struct proto_field *f)
{
	return (str){ proto_text(f->json), f->json_length };
}
/* The m->n fields of a message as declared. */
const struct proto_field *proto_fields(const struct proto_message *m);
/* The message or enum that a field, or each of its elements, is; NULL for
 * other kinds. */
const struct proto_message *proto_field_message(const struct proto_field *f);
const struct proto_enum *proto_field_enum(const struct proto_field *f);
/* The name of an enum's value, or NULL; the number of a name, or false. */
const char *proto_enum_name(const struct proto_enum *e, int64_t number);
bool proto_enum_number(const struct proto_enum *e, str name, int64_t *number);
/* Is the field a member of a oneof? */
static inline bool proto_in_oneof(const struct proto_field *f)
{
	return *proto_text(f->oneof);
}
/* The field's node in a message's canonical node, which may be NULL; NULL if
 * it is not set, and for the fields of a Duration. */
const struct node *proto_field_node(const struct proto_message *m,
				    const struct proto_field *f,
				    const struct node *n);
/* The number of the canonical node of an integer or enum; 0 for NULL. */
int64_t proto_number(const struct proto_field *f, const struct node *n);
/* The value of the canonical node of a double: "NaN" and "Infinity" are
 * texts. */
double proto_double(const struct node *n);

/* Is this the value of a field that is not set?  False for messages. */
bool proto_is_zero(const struct proto_field *f, const struct node *n);

/* Go's type of a field, of a pointer to the struct around a oneof's member,
 * and of a pointer to a message. */
const struct type *proto_field_type(const struct proto_field *f);
const struct type *proto_wrapper_type(const struct proto_field *f);
const struct type *proto_message_type(const struct proto_message *m);
/* The operations of those types, whose detail is the row. */
extern const struct type_ops proto_message_ops, proto_enum_ops,
	proto_wrapper_ops;
extern const struct func proto_enum_methods[];

/* The String method of a message: appends one line of text format. */
void proto_string(struct buf *b, const struct proto_message *m,
		  const struct node *n);

#endif
