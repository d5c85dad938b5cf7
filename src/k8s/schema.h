/*
 * schema - the Go types of the Kubernetes API below the built-in workloads.
 *
 * One constant table serves strategic merge (merge keys), the types of known
 * fields, where a new key goes (the order in which the API declares its
 * fields) and access by Go names in templates.  Its rows come from reflection
 * on k8s.io/api: see scripts/gen-schema.
 *
 * Fields of an embedded struct (SCHEMA_INLINE: the VolumeSource of a Volume)
 * belong to the type that embeds it: the look-ups by key see through it.
 */
#ifndef K8S_SCHEMA_H
#define K8S_SCHEMA_H

#include "base/str.h"

/* What a value, or each element of a list or map, is. */
enum schema_kind {
	SCHEMA_STRING,		/* and every type that is a string in Go */
	SCHEMA_BOOL,
	SCHEMA_INT32,
	SCHEMA_INT64,
	SCHEMA_INT_OR_STRING,
	SCHEMA_QUANTITY,
	SCHEMA_TIME,
	SCHEMA_RAW,		/* FieldsV1: any JSON */
	SCHEMA_STRUCT,
};

enum schema_shape {
	SCHEMA_ONE,
	SCHEMA_LIST,
	SCHEMA_MAP,		/* keys are texts */
};

enum {
	SCHEMA_POINTER = 1 << 0,
	SCHEMA_OMITEMPTY = 1 << 1,
	SCHEMA_OMITZERO = 1 << 2,
	SCHEMA_INLINE = 1 << 3,		/* embedded: has no key */
	SCHEMA_MERGE = 1 << 4,		/* patchStrategy: merge */
	SCHEMA_RETAIN_KEYS = 1 << 5,	/* patchStrategy: retainKeys */
};

/* The numbers of the types: SCHEMA_TYPE_Pod, in the order of their names. */
enum schema_type_number {
#define TYPE(name, first, n) SCHEMA_TYPE_##name,
#include "k8s/schema.inc"
#undef TYPE
	SCHEMA_TYPE_NONE,		/* and how many there are */
};

/* Texts are offsets for schema_text(), so that the table needs no relocation
 * when the program starts. */
struct schema_field {
	uint16_t json, go;	/* names; json is "" where inline */
	uint16_t go_type;	/* "[]Container", without the pointer's star */
	uint16_t merge_key;	/* "" for none, and for a set of scalars */
	uint16_t of;		/* number of the struct: see schema_struct() */
	uint8_t json_length;
	uint8_t kind, shape, flags;
};

struct schema_type {
	uint16_t name;
	uint16_t number;
	uint16_t first, n;	/* its rows: see schema_fields() */
};

/* "PodSpec", "Deployment"; NULL for what the table has not. */
const struct schema_type *schema_type(str name);
const struct schema_type *schema_type_at(enum schema_type_number number);
/* The field with this key, or NULL; type may be NULL.  Exactly: `Containers`
 * is none. */
const struct schema_field *schema_field(const struct schema_type *type,
					str key);
/* The same, and where no field has that very key the first that differs in
 * case only: as strategic merge looks fields up. */
const struct schema_field *schema_field_fold(const struct schema_type *type,
					     str key);
/* Are two keys the same to encoding/json, which ignores case? */
bool schema_same_key(str a, str b);
/* A number that grows in the order of declaration, or -1 for no field. */
int schema_order(const struct schema_type *type, str key);
/* The struct that the value, or each element, is; NULL for other kinds. */
const struct schema_type *schema_struct(const struct schema_field *field);
/* The n fields of a type as declared, embedded structs as one of them. */
const struct schema_field *schema_fields(const struct schema_type *type,
					 uint32_t *n);
/* A row by its number in the whole table. */
const struct schema_field *schema_row(uint32_t row);
const char *schema_text(uint16_t offset);
/* The version of k8s.io/api that the table was made of. */
extern const char schema_version[];

#endif
