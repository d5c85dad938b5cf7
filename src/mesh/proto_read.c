/*
 * From trees to canonical messages, as jsonpb's Unmarshal with unknown fields
 * allowed (github.com/golang/protobuf/jsonpb, decode.go).
 *
 * jsonpb reads JSON, to which sigs.k8s.io/yaml converts YAML: 5.0 and 1e3 are
 * whole numbers there, so they are here, but "1e3" is not.  The texts of errors
 * are those of encoding/json; the path of the field is added.
 */
#include "mesh/proto_table.h"

#include <stdio.h>

#include "base/chars.h"
#include "go/gotime.h"
#include "tree/scalar.h"

/* The place of a value: a field, an item of a list, or the root. */
struct place {
	const struct place *up;
	str name;		/* no text: an item */
	uint32_t item;
};

struct reader {
	struct arena *arena;
	proto_warn_fn *warn;
	void *ctx;
	struct err *err;
	bool canonical;		/* the fields' values are so already */
};

static const struct node *read_message(struct reader *r,
				       const struct proto_message *m,
				       const struct node *base,
				       const struct node *n,
				       const struct place *at);

/* ---- errors ---- */

static void add_path(struct buf *b, const struct place *at)
{
	if (!at)
		return;
	add_path(b, at->up);
	if (!at->name.p)
		buf_printf(b, "[%u]", at->item);
	else
		buf_printf(b, "%s%.*s", b->n ? "." : "", STR_ARG(at->name));
}

/* Always NULL. */
static const struct node *fail(struct reader *r, const struct node *n,
			       const struct place *at, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

static const struct node *fail(struct reader *r, const struct node *n,
			       const struct place *at, const char *fmt, ...)
{
	struct buf path = BUF_INIT;
	char text[320];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	add_path(&path, at);
	if (path.n)
		err_set(r->err, node_pos(n), "%s (%s)", text, buf_z(&path));
	else
		err_set(r->err, node_pos(n), "%s", text);
	buf_release(&path);
	return NULL;
}

/* A value of another JSON type, or a number that does not fit. */
static const struct node *fail_type(struct reader *r, const struct node *n,
				    const struct place *at, const char *type,
				    const char *number)
{
	static const char *const names[] = {
		[NODE_NULL] = "null",	[NODE_BOOL] = "bool",
		[NODE_INT] = "number",	[NODE_UINT] = "number",
		[NODE_FLOAT] = "number", [NODE_STRING] = "string",
		[NODE_MAP] = "object",	[NODE_LIST] = "array",
	};

	return fail(r, n, at, "json: cannot unmarshal %s%s%s into Go value "
		    "of type %s", *number ? "number" : names[n->kind],
		    *number ? " " : "", number, type);
}

/* ---- scalars ---- */

static struct node *new_scalar(struct reader *r, const struct node *origin,
			       enum node_kind kind, str text)
{
	struct node *n = node_new(r->arena, kind);

	n->text = text.p;
	n->n = (uint32_t)text.n;
	n->origin = origin;
	return n;
}

/* n itself if it is spelled like that, else its new version. */
static const struct node *scalar(struct reader *r, const struct node *n,
				 enum node_kind kind, str text)
{
	if (n->kind == kind && str_eq(node_text(n), text))
		return n;
	return new_scalar(r, n, kind, arena_str(r->arena, text));
}

/* A JSON number; *whole: without fraction and exponent. */
static bool json_number(str s, bool *whole)
{
	size_t i = s.n && s.p[0] == '-', from;

	*whole = true;
	if (i == s.n || !is_digit(s.p[i]))
		return false;
	if (s.p[i] == '0')
		i++;
	else
		while (i < s.n && is_digit(s.p[i]))
			i++;
	if (i < s.n && s.p[i] == '.') {
		*whole = false;
		for (from = ++i; i < s.n && is_digit(s.p[i]); i++)
			;
		if (i == from)
			return false;
	}
	if (i < s.n && (s.p[i] | 0x20) == 'e') {
		*whole = false;
		i++;
		i += i < s.n && (s.p[i] == '+' || s.p[i] == '-');
		for (from = i; i < s.n && is_digit(s.p[i]); i++)
			;
		if (i == from)
			return false;
	}
	return i == s.n;
}

/* Append the JSON of a number, which may be quoted, to *text. */
static bool number_text(struct reader *r, const struct node *n,
			const struct place *at, const char *type,
			struct buf *text, bool *whole)
{
	str s;

	if (n->kind == NODE_BOOL || !node_is_scalar(n)) {
		fail_type(r, n, at, type, "");
		return false;
	}
	if (n->kind == NODE_STRING)
		buf_adds(text, node_text(n));
	else
		scalar_json(text, n);
	for (; text->n && text->p[text->n - 1] == ' '; text->n--)
		;
	for (s = buf_str(text); s.n && s.p[0] == ' '; s = str_sub(s, 1, s.n))
		;
	buf_drop(text, text->n - s.n);
	s = buf_str(text);
	if (str_eq(s, STR("null"))) {
		text->p[0] = '0';
		text->n = 1;
		s.n = 1;
	}
	if (!s.n)
		fail(r, n, at, "unexpected end of JSON input");
	else if (str_eq(s, STR("true")) || str_eq(s, STR("false")))
		fail(r, n, at, "json: cannot unmarshal bool into Go value of "
		     "type %s", type);
	else if (!json_number(s, whole))
		fail(r, n, at, "invalid character '%c' looking for beginning "
		     "of value", s.p[0]);
	else
		return true;
	return false;
}

/* The range of an integer kind. */
struct range {
	const char *type;
	int64_t min, max;
};

static const struct range ranges[] = {
	[PROTO_INT32] = { "int32", INT32_MIN, INT32_MAX },
	[PROTO_INT64] = { "int64", INT64_MIN, INT64_MAX },
	[PROTO_UINT32] = { "uint32", 0, UINT32_MAX },
	[PROTO_ENUM] = { "protoreflect.EnumNumber", INT32_MIN, INT32_MAX },
};

/* The whole number that the text spells; NULL with the error. */
static const struct node *int_of_text(struct reader *r,
				      const struct range *range,
				      const struct node *n,
				      const struct place *at,
				      struct buf *text, bool whole)
{
	struct node number = { .kind = NODE_INT };
	int64_t i;

	number.text = buf_z(text);
	number.n = (uint32_t)text->n;
	if (!whole || !scalar_int64(&number, &i) || i < range->min ||
	    i > range->max || (!range->min && text->p[0] == '-')) {
		fail_type(r, n, at, range->type, buf_z(text));
		return NULL;
	}
	return scalar(r, n, NODE_INT, i == 0 ? STR("0") : buf_str(text));
}

static const struct node *read_int(struct reader *r,
				   const struct proto_field *f,
				   const struct node *n,
				   const struct place *at)
{
	const struct range *range = &ranges[f->kind];
	const struct node *out = NULL;
	struct buf text = BUF_INIT;
	bool whole;

	if (number_text(r, n, at, range->type, &text, &whole))
		out = int_of_text(r, range, n, at, &text, whole);
	buf_release(&text);
	return out;
}

static const struct node *read_double(struct reader *r, const struct node *n,
				      const struct place *at)
{
	static const char *const special[] = { "NaN", "Infinity",
					       "-Infinity" };
	struct buf text = BUF_INIT;
	const struct node *out = NULL;
	struct node number = { .kind = NODE_FLOAT };
	bool whole;

	if (n->kind == NODE_STRING)
		for (size_t i = 0; i < 3; i++)
			if (str_eq(node_text(n), str_of(special[i])))
				return n;
	if (number_text(r, n, at, "float64", &text, &whole)) {
		number.text = buf_z(&text);
		number.n = (uint32_t)text.n;
		if (scalar_double(&number) - scalar_double(&number) != 0)
			fail_type(r, n, at, "float64", buf_z(&text));
		else
			out = scalar(r, n, whole && text.n < 18 ? NODE_INT :
				     NODE_FLOAT, buf_str(&text));
	}
	buf_release(&text);
	return out;
}

static const struct node *read_enum(struct reader *r,
				    const struct proto_field *f,
				    const struct node *n,
				    const struct place *at)
{
	const struct proto_enum *e = proto_field_enum(f);
	const char *name;
	int64_t number;

	if (n->kind == NODE_STRING) {
		if (proto_enum_number(e, node_text(n), &number))
			return n;
		return fail(r, n, at, "unknown value \"\\\"%.*s\\\"\" for "
			    "enum %s", STR_ARG(node_text(n)),
			    proto_text(e->name));
	}
	n = read_int(r, f, n, at);
	if (!n || !scalar_int64(n, &number))
		return NULL;
	name = proto_enum_name(e, number);
	return name ? new_scalar(r, n, NODE_STRING, str_of(name)) : n;
}

static const struct node *read_duration(struct reader *r,
					const struct node *n,
					const struct place *at)
{
	struct buf text = BUF_INIT;
	const struct node *out = NULL;
	uint64_t u, nanos;
	int64_t d;

	if (n->kind != NODE_STRING)
		return fail_type(r, n, at, "string", "");
	if (duration_parse(&d, node_text(n), &text) != 0) {
		fail(r, n, at, "bad Duration: %s", buf_z(&text));
	} else {
		u = d < 0 ? 0 - (uint64_t)d : (uint64_t)d;
		nanos = u % 1000000000;
		buf_printf(&text, "%s%llu.%09llu", d < 0 ? "-" : "",
			   (unsigned long long)(u / 1000000000),
			   (unsigned long long)nanos);
		/* 0, 3, 6 or 9 digits */
		text.n -= nanos == 0 ? 10 : nanos % 1000000 == 0 ? 6 :
			  nanos % 1000 == 0 ? 3 : 0;
		buf_addc(&text, 's');
		out = scalar(r, n, NODE_STRING, buf_str(&text));
	}
	buf_release(&text);
	return out;
}

/* ---- values ---- */

/* The value of null as an element of a list or map. */
static const struct node *zero(struct reader *r, const struct proto_field *f,
			       const struct node *n)
{
	const struct proto_message *m = proto_field_message(f);

	if (m && m->form == PROTO_VALUE)
		return n;
	if (m && m->form == PROTO_LISTVALUE)
		return node_new_list(r->arena, n, NULL, 0);
	if (m && m->form == PROTO_DURATION)
		return new_scalar(r, n, NODE_STRING, STR("0s"));
	if (m && m->form == PROTO_WRAPPER)
		return zero(r, proto_fields(m), n);
	if (m)
		return node_new_map(r->arena, n, NULL, 0);
	switch ((enum proto_kind)f->kind) {
	case PROTO_STRING:
		return new_scalar(r, n, NODE_STRING, STR(""));
	case PROTO_BOOL:
		return new_scalar(r, n, NODE_BOOL, STR("false"));
	case PROTO_ENUM:
		return new_scalar(r, n, NODE_STRING, str_of(
			proto_enum_name(proto_field_enum(f), 0)));
	default:
		return new_scalar(r, n, NODE_INT, STR("0"));
	}
}

static const struct node *read_one(struct reader *r,
				   const struct proto_field *f,
				   const struct node *n,
				   const struct place *at)
{
	if (n->kind == NODE_NULL)
		return zero(r, f, n);
	switch ((enum proto_kind)f->kind) {
	case PROTO_STRING:
		if (n->kind != NODE_STRING)
			return fail_type(r, n, at, "string", "");
		return n;
	case PROTO_BOOL:
		if (n->kind != NODE_BOOL)
			return fail_type(r, n, at, "bool", "");
		return scalar(r, n, NODE_BOOL, scalar_bool(n) ? STR("true") :
			      STR("false"));
	case PROTO_DOUBLE:
		return read_double(r, n, at);
	case PROTO_ENUM:
		return read_enum(r, f, n, at);
	case PROTO_MESSAGE:
		return read_message(r, proto_field_message(f), NULL, n, at);
	default:
		return read_int(r, f, n, at);
	}
}

static const struct node *read_list(struct reader *r,
				    const struct proto_field *f,
				    const struct node *n,
				    const struct place *at)
{
	const struct node **items;
	bool same = true;

	if (n->kind != NODE_LIST)
		return fail_type(r, n, at, "[]json.RawMessage", "");
	items = arena_array(r->arena, const struct node *, n->n);
	for (uint32_t i = 0; i < n->n; i++) {
		struct place inner = { at, STR_NONE, i };

		items[i] = read_one(r, f, node_item(n, i), &inner);
		if (!items[i])
			return NULL;
		same = same && items[i] == node_item(n, i);
	}
	return same ? n : node_new_list(r->arena, n, items, n->n);
}

static const struct node *read_map(struct reader *r,
				   const struct proto_field *f,
				   const struct node *n,
				   const struct place *at)
{
	struct entry *entries;
	bool same = true;

	if (n->kind != NODE_MAP)
		return fail_type(r, n, at, "map[string]json.RawMessage",
				 "");
	entries = arena_array(r->arena, struct entry, n->n);
	for (uint32_t i = 0; i < n->n; i++) {
		struct place inner = { at, node_text(n->entries[i].key), 0 };

		entries[i].key = n->entries[i].key;
		entries[i].value = read_one(r, f, n->entries[i].value, &inner);
		if (!entries[i].value)
			return NULL;
		same = same && entries[i].value == n->entries[i].value;
	}
	return same ? n : node_new_map(r->arena, n, entries, n->n);
}

static const struct node *read_field(struct reader *r,
				     const struct proto_field *f,
				     const struct node *n,
				     const struct place *at)
{
	switch ((enum proto_shape)f->shape) {
	case PROTO_LIST:
		return read_list(r, f, n, at);
	case PROTO_MAP:
		return read_map(r, f, n, at);
	default:
		return read_one(r, f, n, at);
	}
}

/* ---- messages ---- */

/* The field with that name; *camel: it is the JSON name. */
static int64_t find_field(const struct proto_message *m, str key, bool *camel)
{
	const struct proto_field *f = proto_fields(m);

	for (uint32_t i = 0; key.n && i < m->n; i++) {
		*camel = str_eq(proto_json_name(&f[i]), key);
		if (*camel ||
		    str_eq((str){ proto_text(f[i].proto), f[i].proto_length },
			   key))
			return i;
	}
	return -1;
}

static void warn_unknown(struct reader *r, const struct proto_message *m,
			 const struct node *key)
{
	struct buf b = BUF_INIT;

	if (!r->warn)
		return;
	buf_printf(&b, "unknown field \"%.*s\" in %s", STR_ARG(node_text(key)),
		   proto_text(m->name));
	r->warn(r->ctx, node_pos(key), buf_z(&b));
	buf_release(&b);
}

/* The value in the tree of each field. */
static void match_fields(struct reader *r, const struct proto_message *m,
			 const struct node *n, const struct node **given)
{
	bool by_camel[PROTO_FIELDS_MAX] = { false }, camel;

	for (uint32_t i = 0; i < n->n; i++) {
		const struct entry *e = &n->entries[i];
		int64_t k = find_field(m, node_text(e->key), &camel);

		if (k < 0) {
			warn_unknown(r, m, e->key);
		} else if (camel || !by_camel[k]) {
			given[k] = e->value;
			by_camel[k] = camel;
		}
	}
}

/* Set field i, and clear the others of its oneof. */
static void set_field(const struct proto_message *m,
		      const struct node **fields, uint32_t i,
		      const struct node *value)
{
	const struct proto_field *f = proto_fields(m);

	if (!proto_in_oneof(&f[i])) {
		fields[i] = proto_is_zero(&f[i], value) ? NULL : value;
		return;
	}
	for (uint32_t k = 0; k < m->n; k++)
		if (f[k].oneof == f[i].oneof)
			fields[k] = NULL;
	fields[i] = value;
}

static const struct node *build(struct reader *r,
				const struct proto_message *m,
				const struct node *origin,
				const struct node *const *fields)
{
	struct entry *entries = arena_array(r->arena, struct entry, m->n);
	uint32_t n = 0;

	for (uint32_t i = 0; i < m->n; i++) {
		if (!fields[i])
			continue;
		entries[n].key = node_new_string(
			r->arena, proto_json_name(&proto_fields(m)[i]));
		entries[n++].value = fields[i];
	}
	return node_new_map(r->arena, origin, entries, n);
}

static const struct node *read_plain(struct reader *r,
				     const struct proto_message *m,
				     const struct node *base,
				     const struct node *n,
				     const struct place *at)
{
	const struct node *given[PROTO_FIELDS_MAX] = { NULL };
	const struct node *fields[PROTO_FIELDS_MAX];
	const struct proto_field *f = proto_fields(m);

	if (n->kind != NODE_MAP)
		return fail_type(r, n, at, "map[string]json.RawMessage",
				 "");
	match_fields(r, m, n, given);
	for (uint32_t i = 0; i < m->n; i++)
		fields[i] = base ? proto_field_node(m, &f[i], base) : NULL;
	for (uint32_t i = 0; i < m->n; i++) {
		struct place inner = { at, proto_json_name(&f[i]), 0 };
		const struct node *value;

		if (!given[i] || given[i]->kind == NODE_NULL)
			continue;
		value = r->canonical ? given[i] :
			read_field(r, &f[i], given[i], &inner);
		if (!value)
			return NULL;
		set_field(m, fields, i, value);
	}
	return build(r, m, n, fields);
}

static const struct node *read_message(struct reader *r,
				       const struct proto_message *m,
				       const struct node *base,
				       const struct node *n,
				       const struct place *at)
{
	switch ((enum proto_form)m->form) {
	case PROTO_PLAIN:
		return read_plain(r, m, base, n, at);
	case PROTO_WRAPPER:
		return read_one(r, proto_fields(m), n, at);
	case PROTO_DURATION:
		return read_duration(r, n, at);
	case PROTO_STRUCT:
		if (n->kind != NODE_MAP)
			return fail_type(r, n, at,
					 "map[string]json.RawMessage",
					 "");
		return n;
	case PROTO_LISTVALUE:
		if (n->kind != NODE_LIST)
			return fail_type(r, n, at, "[]json.RawMessage",
					 "");
		return n;
	default:
		return n;
	}
}

const struct node *proto_apply(struct arena *a, const struct proto_message *m,
			       const struct node *base, const struct node *n,
			       proto_warn_fn *warn, void *ctx, struct err *e)
{
	struct reader r = { a, warn, ctx, e, false };

	if (n && n->kind != NODE_NULL)
		return read_message(&r, m, base, n, NULL);
	return base ? base : node_new_map(a, n, NULL, 0);
}

const struct node *proto_overlay(struct arena *a,
				 const struct proto_message *m,
				 const struct node *base,
				 const struct node *over)
{
	struct reader r = { a, NULL, NULL, NULL, true };

	return read_message(&r, m, base, over, NULL);
}

const struct node *proto_read(struct arena *a, const struct proto_message *m,
			      const struct node *n, proto_warn_fn *warn,
			      void *ctx, struct err *e)
{
	return proto_apply(a, m, NULL, n, warn, ctx, e);
}
