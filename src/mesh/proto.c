/*
 * The rows of proto.inc as tables, look-ups in them, and canonical messages as
 * text.
 *
 * All texts are in one struct, a member each, so that a text's offset is a
 * constant that a row can name, as in k8s/schema.c.  Messages are sorted by
 * name.  Go's types are constant too: a struct and a pointer for each message,
 * lists and maps of them if a field has one, enums, and the structs that Go
 * puts around the members of a oneof.
 */
#include "mesh/proto_table.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/decimal.h"
#include "go/gotime.h"
#include "json/text.h"
#include "tree/scalar.h"

struct texts {
#define TEXT(id, text) char t_##id[sizeof(text)];
#include "mesh/proto.inc"
#undef TEXT
};

static const struct texts texts = {
#define TEXT(id, text) text,
#include "mesh/proto.inc"
#undef TEXT
};

_Static_assert(sizeof(struct texts) <= UINT16_MAX, "offsets are 16 bits wide");

enum row {
#define MESSAGE(id, name, form, first, n, type) ROW_##id,
#include "mesh/proto.inc"
#undef MESSAGE
};

enum enum_row {
#define ENUM(id, name, first, n) ENUM_##id,
#include "mesh/proto.inc"
#undef ENUM
};

enum type_row {
#define TYPE(id, name, form, elem, row) TYPE_##id,
#include "mesh/proto.inc"
#undef TYPE
	/* those of value.h, in the order of base_types */
	TYPE_string,
	TYPE_bool,
	TYPE_int32,
	TYPE_int64,
	TYPE_uint32,
	TYPE_double,
	TYPE_strings,
	TYPE_string_map,
	TYPE_NONE,
};

static const struct type *const base_types[] = {
	&type_string, &type_bool, &type_int32, &type_int64, &type_uint32,
	&type_float64, &type_strings, &type_string_map,
};

/* Row numbers of a field's element, by its kind. */
#define OF_STRING(id) 0
#define OF_BOOL(id) 0
#define OF_INT32(id) 0
#define OF_INT64(id) 0
#define OF_UINT32(id) 0
#define OF_DOUBLE(id) 0
#define OF_ENUM(id) ENUM_##id
#define OF_MESSAGE(id) ROW_##id

static const struct proto_field fields[] = {
#define FIELD(json, proto, go, kind, shape, of, type, oneof, wrapper) \
	{ offsetof(struct texts, t_##json), offsetof(struct texts, t_##proto), \
	  offsetof(struct texts, t_##go), offsetof(struct texts, t_##oneof), \
	  OF_##kind(of), TYPE_##type, TYPE_##wrapper, PROTO_##kind, \
	  PROTO_##shape, sizeof(texts.t_##json) - 1, \
	  sizeof(texts.t_##proto) - 1 },
#include "mesh/proto.inc"
#undef FIELD
};

static const struct proto_message messages[] = {
#define MESSAGE(id, name, form, first, n, type) \
	{ offsetof(struct texts, t_##name), first, n, TYPE_##type, \
	  PROTO_##form },
#include "mesh/proto.inc"
#undef MESSAGE
};

#define MESSAGE(id, name, form, first, n, type) \
	_Static_assert(n <= PROTO_FIELDS_MAX, "see PROTO_FIELDS_MAX");
#include "mesh/proto.inc"
#undef MESSAGE

static const struct proto_enum enums[] = {
#define ENUM(id, name, first, n) { offsetof(struct texts, t_##name), first, n },
#include "mesh/proto.inc"
#undef ENUM
};

static const struct {
	uint16_t name, number;
} values[] = {
#define VALUE(name, number) { offsetof(struct texts, t_##name), number },
#include "mesh/proto.inc"
#undef VALUE
};

/* ---- Go's types ---- */

#define TYPE_OF_STRUCT(row) KIND_STRUCT, .ops = &proto_message_ops, \
	.detail = &messages[row]
#define TYPE_OF_POINTER(row) KIND_PTR, .ops = &proto_message_ops, \
	.detail = &messages[row]
#define TYPE_OF_LIST(row) KIND_SLICE
#define TYPE_OF_MAP(row) KIND_MAP
#define TYPE_OF_ENUM(row) KIND_INT32, .ops = &proto_enum_ops, \
	.methods = proto_enum_methods, .detail = &enums[row]
#define TYPE_OF_ONEOF(row) KIND_STRUCT, .ops = &proto_wrapper_ops, \
	.detail = &fields[row]
#define TYPE_OF_ONEOF_POINTER(row) KIND_PTR, .detail = &fields[row]
#define OWN(id) &types[TYPE_##id]

static const struct type types[TYPE_string] = {
#define TYPE(id, text, form, elem_, row) \
	{ .name = text, .elem = elem_, .kind = TYPE_OF_##form(row) },
#include "mesh/proto.inc"
#undef TYPE
};

static const struct type *type_at(uint16_t row)
{
	return row < TYPE_string ? &types[row] : base_types[row - TYPE_string];
}

const struct type *proto_field_type(const struct proto_field *f)
{
	return type_at(f->type);
}

const struct type *proto_wrapper_type(const struct proto_field *f)
{
	return type_at(f->wrapper);
}

const struct type *proto_message_type(const struct proto_message *m)
{
	return type_at(m->type);
}

/* ---- look-ups ---- */

const char *proto_text(uint16_t offset)
{
	return (const char *)&texts + offset;
}

const struct proto_message *proto_message(const char *name)
{
	size_t low = 0, high = ARRAY_SIZE(messages);

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int c = strcmp(name, proto_text(messages[mid].name));

		if (!c)
			return &messages[mid];
		if (c < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

const struct proto_field *proto_fields(const struct proto_message *m)
{
	return fields + m->first;
}

const struct proto_message *proto_field_message(const struct proto_field *f)
{
	return f->kind == PROTO_MESSAGE ? &messages[f->of] : NULL;
}

const struct proto_enum *proto_field_enum(const struct proto_field *f)
{
	return f->kind == PROTO_ENUM ? &enums[f->of] : NULL;
}

const char *proto_enum_name(const struct proto_enum *e, int64_t number)
{
	for (uint32_t i = e->first; i < e->first + e->n; i++)
		if (values[i].number == number)
			return proto_text(values[i].name);
	return NULL;
}

bool proto_enum_number(const struct proto_enum *e, str name, int64_t *number)
{
	for (uint32_t i = e->first; i < e->first + e->n; i++) {
		if (!str_eq(name, str_of(proto_text(values[i].name))))
			continue;
		*number = values[i].number;
		return true;
	}
	return false;
}

/* ---- canonical trees ---- */

/* Which member of a Value's oneof a node is. */
static bool value_holds(const struct proto_field *f, const struct node *n)
{
	static const uint8_t kinds[] = {
		[NODE_NULL] = PROTO_ENUM,	[NODE_BOOL] = PROTO_BOOL,
		[NODE_INT] = PROTO_DOUBLE,	[NODE_UINT] = PROTO_DOUBLE,
		[NODE_FLOAT] = PROTO_DOUBLE,	[NODE_STRING] = PROTO_STRING,
		[NODE_MAP] = PROTO_MESSAGE,	[NODE_LIST] = PROTO_MESSAGE,
	};

	if (kinds[n->kind] != f->kind)
		return false;
	return f->kind != PROTO_MESSAGE ||
	       messages[f->of].form == (n->kind == NODE_MAP ? PROTO_STRUCT :
					PROTO_LISTVALUE);
}

const struct node *proto_field_node(const struct proto_message *m,
				    const struct proto_field *f,
				    const struct node *n)
{
	if (!n)
		return NULL;
	switch ((enum proto_form)m->form) {
	case PROTO_PLAIN:
		return node_get(n, proto_json_name(f));
	case PROTO_DURATION:
		return NULL;
	case PROTO_VALUE:
		return value_holds(f, n) ? n : NULL;
	default:
		return n;
	}
}

int64_t proto_number(const struct proto_field *f, const struct node *n)
{
	int64_t number = 0;

	if (!n)
		return 0;
	if (f->kind == PROTO_ENUM && n->kind == NODE_STRING)
		proto_enum_number(proto_field_enum(f), node_text(n), &number);
	else
		scalar_int64(n, &number);
	return number;
}

double proto_double(const struct node *n)
{
	if (!n)
		return 0;
	if (n->kind != NODE_STRING)
		return scalar_double(n);
	if (n->text[0] == 'N')
		return NAN;
	return n->text[0] == '-' ? -INFINITY : INFINITY;
}

bool proto_is_zero(const struct proto_field *f, const struct node *n)
{
	if (f->shape != PROTO_ONE)
		return n->n == 0;
	switch ((enum proto_kind)f->kind) {
	case PROTO_STRING:
		return n->n == 0;
	case PROTO_BOOL:
		return !scalar_bool(n);
	case PROTO_DOUBLE:
		return fpclassify(proto_double(n)) == FP_ZERO;
	case PROTO_MESSAGE:
		return false;
	default:
		return proto_number(f, n) == 0;
	}
}

void proto_duration(const struct node *n, int64_t *seconds, int32_t *nanos)
{
	int64_t d = 0;
	struct buf why = BUF_INIT;

	if (n)
		duration_parse(&d, node_text(n), &why);
	buf_release(&why);
	*seconds = d / 1000000000;
	*nanos = (int32_t)(d % 1000000000);
}

/* ---- JSON and text format ---- */

/*
 * JSON is written as by jsonpb's Marshal (github.com/golang/protobuf/jsonpb,
 * encode.go: compact, fields as declared, maps by key, int64 in quotes, unset
 * fields left out).  protobuf's text format, on one line, is what %v prints of
 * a message; the blanks that prototext adds at random are left out.
 */

static int by_key(const void *a, const void *b)
{
	return str_cmp(node_text((*(const struct entry *const *)a)->key),
		       node_text((*(const struct entry *const *)b)->key));
}

/* The entries of a map sorted by key; the caller frees them. */
static const struct entry **in_order(const struct node *map)
{
	const struct entry **sorted = mem_alloc_array(map->n, sizeof(*sorted));

	for (uint32_t i = 0; i < map->n; i++)
		sorted[i] = &map->entries[i];
	if (map->n)
		qsort(sorted, map->n, sizeof(*sorted), by_key);
	return sorted;
}

/* ---- JSON ---- */

static void json_one(struct buf *b, const struct proto_field *f,
		     const struct node *n)
{
	switch ((enum proto_kind)f->kind) {
	case PROTO_MESSAGE:
		proto_json(b, proto_field_message(f), n);
		break;
	case PROTO_INT64:
		buf_printf(b, "\"%.*s\"", STR_ARG(node_text(n)));
		break;
	case PROTO_DOUBLE:
		if (n->kind != NODE_STRING) {
			scalar_double_text(b, scalar_double(n));
			break;
		}
		/* fall through */
	case PROTO_STRING:
	case PROTO_ENUM:
		if (n->kind == NODE_STRING) {
			json_write_text_go(b, node_text(n));
			break;
		}
		/* fall through */
	default:
		scalar_json(b, n);
	}
}

static void json_map(struct buf *b, const struct proto_field *f,
		     const struct node *n)
{
	const struct entry **sorted = in_order(n);

	buf_addc(b, '{');
	for (uint32_t i = 0; i < n->n; i++) {
		if (i > 0)
			buf_addc(b, ',');
		json_write_text_go(b, node_text(sorted[i]->key));
		buf_addc(b, ':');
		json_one(b, f, sorted[i]->value);
	}
	buf_addc(b, '}');
	mem_free(sorted);
}

static void json_field(struct buf *b, const struct proto_field *f,
		       const struct node *n)
{
	if (f->shape == PROTO_MAP) {
		json_map(b, f, n);
	} else if (f->shape == PROTO_LIST) {
		buf_addc(b, '[');
		for (uint32_t i = 0; i < n->n; i++) {
			if (i > 0)
				buf_addc(b, ',');
			json_one(b, f, node_item(n, i));
		}
		buf_addc(b, ']');
	} else {
		json_one(b, f, n);
	}
}

static void json_plain(struct buf *b, const struct proto_message *m,
		       const struct node *n)
{
	const struct proto_field *f = proto_fields(m);
	const char *before = "{";

	for (uint32_t i = 0; i < m->n; i++) {
		const struct node *value = proto_field_node(m, &f[i], n);

		if (!value)
			continue;
		buf_printf(b, "%s\"%s\":", before, proto_text(f[i].json));
		json_field(b, &f[i], value);
		before = ",";
	}
	buf_addz(b, *before == '{' ? "{}" : "}");
}

void proto_json(struct buf *b, const struct proto_message *m,
		const struct node *n)
{
	if (m->form == PROTO_PLAIN)
		json_plain(b, m, n);
	else if (!n)
		buf_addz(b, "null");
	else if (m->form == PROTO_WRAPPER)
		json_one(b, proto_fields(m), n);
	else
		json_write_go(b, n);
}

/* ---- text format ---- */

static void string_text(struct buf *b, str s)
{
	buf_addc(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == '"' || c == '\\')
			buf_printf(b, "\\%c", c);
		else if (c == '\n' || c == '\r' || c == '\t')
			buf_printf(b, "\\%c", c == '\n' ? 'n' :
				   c == '\r' ? 'r' : 't');
		else if (c < ' ' || c == 0x7f)
			buf_printf(b, "\\x%02x", c);
		else
			buf_addc(b, (char)c);
	}
	buf_addc(b, '"');
}

/* As strconv's format 'g'. */
static void string_double(struct buf *b, double d)
{
	struct decimal dec;

	if (!isfinite(d)) {
		buf_addz(b, d > 0 ? "inf" : d < 0 ? "-inf" : "nan");
		return;
	}
	if (signbit(d))
		buf_addc(b, '-');
	decimal_shortest(&dec, fabs(d), false);
	if (dec.point < -3 || dec.point > 6)
		decimal_spell_e(b, &dec, 'e', 2);
	else
		decimal_spell_f(b, &dec);
}

static void string_one(struct buf *b, const struct proto_field *f,
		       const struct node *n)
{
	switch ((enum proto_kind)f->kind) {
	case PROTO_MESSAGE:
		buf_addc(b, '{');
		proto_string(b, proto_field_message(f), n);
		buf_addc(b, '}');
		break;
	case PROTO_STRING:
		string_text(b, node_text(n));
		break;
	case PROTO_DOUBLE:
		string_double(b, proto_double(n));
		break;
	default:
		buf_adds(b, node_text(n));
	}
}

/* "name:", with a blank before it if it is not the first since `start`. */
static void string_name(struct buf *b, size_t start, const char *name)
{
	if (b->n > start)
		buf_addc(b, ' ');
	buf_printf(b, "%s:", name);
}

static void string_map(struct buf *b, size_t start,
		       const struct proto_field *f, const struct node *n)
{
	const struct entry **sorted = in_order(n);

	for (uint32_t i = 0; i < n->n; i++) {
		string_name(b, start, proto_text(f->proto));
		buf_addz(b, "{key:");
		string_text(b, node_text(sorted[i]->key));
		buf_addz(b, " value:");
		string_one(b, f, sorted[i]->value);
		buf_addc(b, '}');
	}
	mem_free(sorted);
}

static void string_field(struct buf *b, size_t start,
			 const struct proto_field *f, const struct node *n)
{
	const char *name = proto_text(f->proto);

	if (!n || (!proto_in_oneof(f) && proto_is_zero(f, n)))
		return;
	if (f->shape == PROTO_MAP) {
		string_map(b, start, f, n);
	} else if (f->shape == PROTO_LIST) {
		for (uint32_t i = 0; i < n->n; i++) {
			string_name(b, start, name);
			string_one(b, f, node_item(n, i));
		}
	} else {
		string_name(b, start, name);
		string_one(b, f, n);
	}
}

static void string_duration(struct buf *b, const struct node *n)
{
	size_t start = b->n;
	int64_t seconds;
	int32_t nanos;

	proto_duration(n, &seconds, &nanos);
	if (seconds)
		buf_printf(b, "seconds:%lld", (long long)seconds);
	if (nanos) {
		string_name(b, start, "nanos");
		buf_printf(b, "%d", nanos);
	}
}

void proto_string(struct buf *b, const struct proto_message *m,
		  const struct node *n)
{
	const struct proto_field *f = proto_fields(m);
	size_t start = b->n;

	if (m->form == PROTO_DURATION)
		string_duration(b, n);
	else
		for (uint32_t i = 0; i < m->n; i++)
			string_field(b, start, &f[i],
				     proto_field_node(m, &f[i], n));
}
