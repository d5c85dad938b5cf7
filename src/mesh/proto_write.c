/*
 * Canonical messages to text: as JSON, as jsonpb's Marshal writes it
 * (github.com/golang/protobuf/jsonpb, encode.go: compact, fields as declared,
 * maps by key, int64 in quotes, what is not set left out), and in protobuf's
 * text format on one line, which is what %v prints of a message.  Of the
 * blanks that prototext adds at random there are none.
 */
#include "mesh/proto_table.h"

#include <math.h>
#include <stdlib.h>

#include "base/decimal.h"
#include "json/text.h"
#include "tree/scalar.h"

static int by_key(const void *a, const void *b)
{
	return str_cmp(node_text((*(const struct entry *const *)a)->key),
		       node_text((*(const struct entry *const *)b)->key));
}

/* The entries of a map in the order of their keys; the caller's to free. */
static const struct entry **in_order(const struct node *map)
{
	const struct entry **sorted = mem_alloc(map->n * sizeof(*sorted));

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
	free(sorted);
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

/* As strconv's format 'g' has it. */
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
	free(sorted);
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
