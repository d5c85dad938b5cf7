/*
 * json - values to JSON text and back: sprig's toJson and fromJson
 * (defaults.go).
 *
 * The text is that of encoding/json: keys in byte order, <, > and & escaped
 * (but by toRawJson), shortest digits.  The forms without must- hide errors:
 * what cannot be written is "", what cannot be read is nil.
 */
#include <math.h>

#include "sprig/json_read.h"
#include "sprig/nest.h"
#include "sprig/sprig.h"
#include "tree/scalar.h"
#include "tree/utf8.h"

struct writer {
	struct call *call;
	struct buf out;
	struct buf why;		/* an error of Go's */
	bool html;		/* escape <, > and & */
	bool pretty;		/* one line for each value */
	uint32_t depth;
};

static int write_value(struct writer *w, const struct value *v);

/* ---- texts ---- */

/* How an ASCII character is written, or NULL: as it is. */
static const char *escape_of(uint32_t c, char unicode[8])
{
	static const char hex[] = "0123456789abcdef";

	switch (c) {
	case '"':
		return "\\\"";
	case '\\':
		return "\\\\";
	case '\b':
		return "\\b";
	case '\f':
		return "\\f";
	case '\n':
		return "\\n";
	case '\r':
		return "\\r";
	case '\t':
		return "\\t";
	default:
		memcpy(unicode, "\\u00", 4);
		unicode[4] = hex[c >> 4 & 15];
		unicode[5] = hex[c & 15];
		unicode[6] = '\0';
		return unicode;
	}
}

static bool is_plain(const struct writer *w, char c)
{
	if (w->html && (c == '<' || c == '>' || c == '&'))
		return false;
	return c >= ' ' && c != '"' && c != '\\';
}

/* One character that is not plain, from byte i on: how many bytes it has. */
static size_t write_special(struct buf *out, str s)
{
	char unicode[8];
	uint32_t c;
	size_t n = utf8_decode(s, &c);

	if (c < 0x80)
		buf_addz(out, escape_of(c, unicode));
	else if (c == 0xfffd && n == 1)
		buf_addz(out, "\\ufffd");
	else if (c == 0x2028 || c == 0x2029)
		buf_addz(out, c == 0x2028 ? "\\u2028" : "\\u2029");
	else
		buf_add(out, s.p, n);
	return n;
}

static void write_text(struct writer *w, str s)
{
	size_t i = 0, start;

	buf_addc(&w->out, '"');
	while (i < s.n) {
		for (start = i; i < s.n && is_plain(w, s.p[i]); )
			i++;
		buf_add(&w->out, s.p + start, i - start);
		if (i < s.n)
			i += write_special(&w->out, str_sub(s, i, s.n));
	}
	buf_addc(&w->out, '"');
}

/* ---- collections ---- */

static void new_line(struct writer *w)
{
	if (!w->pretty)
		return;
	buf_addc(&w->out, '\n');
	buf_fill(&w->out, ' ', (size_t)w->depth * 2);
}

/* Before each child; `first`: of a collection, which is opened. */
static void next_child(struct writer *w, bool first, char open)
{
	if (first) {
		buf_addc(&w->out, open);
		w->depth++;
	} else {
		buf_addc(&w->out, ',');
	}
	new_line(w);
}

static void close_children(struct writer *w, bool any, const char *both)
{
	if (!any) {
		buf_addz(&w->out, both);
		return;
	}
	w->depth--;
	new_line(w);
	buf_addc(&w->out, both[1]);
}

static int write_list(struct writer *w, const struct value *v)
{
	uint32_t i;

	for (i = 0; i < v->n; i++) {
		next_child(w, i == 0, '[');
		if (write_value(w, &v->items[i]) != 0)
			return -1;
	}
	close_children(w, v->n > 0, "[]");
	return 0;
}

static int write_entry(struct writer *w, bool first, str key,
		       const struct value *v)
{
	next_child(w, first, '{');
	write_text(w, key);
	buf_addz(&w->out, w->pretty ? ": " : ":");
	return write_value(w, v);
}

static int write_map(struct writer *w, const struct value *v)
{
	uint32_t i, n = map_len(v->map);
	const struct map_entry *e;

	if (call_charge(w->call, n, sizeof(*e)) != 0)
		return -1;
	e = map_sorted(w->call->arena, v->map);
	for (i = 0; i < n; i++)
		if (write_entry(w, i == 0, e[i].key, &e[i].value) != 0)
			return -1;
	close_children(w, n > 0, "{}");
	return 0;
}

/* A struct that does not write itself has its fields, under Go's names. */
static int write_struct(struct writer *w, const struct value *v)
{
	struct value field;
	uint32_t i = 0;
	str name;

	if (v->type->ops && v->type->ops->field_at)
		for (; v->type->ops->field_at(&field, &name, w->call->arena,
					      v, i); i++)
			if (write_entry(w, i == 0, name, &field) != 0)
				return -1;
	close_children(w, i > 0, "{}");
	return 0;
}

/* ---- values ---- */

static int unsupported(struct writer *w, const char *what, const char *which)
{
	buf_printf(&w->why, "json: unsupported %s: %s", what, which);
	return -1;
}

static int write_float(struct writer *w, double d)
{
	if (isnan(d))
		return unsupported(w, "value", "NaN");
	if (isinf(d))
		return unsupported(w, "value", d > 0 ? "+Inf" : "-Inf");
	scalar_double_text(&w->out, d);
	return 0;
}

/* By the type's own method. */
static int write_own(struct writer *w, const struct value *v)
{
	struct buf why = BUF_INIT;
	int r = v->type->ops->json(&w->out, v, &why);

	if (r != 0)
		buf_printf(&w->why, "json: error calling MarshalJSON for "
				    "type %s: %s", v->type->name, buf_z(&why));
	buf_release(&why);
	return r;
}

static int write_scalar(struct writer *w, const struct value *v)
{
	enum kind k = value_kind(v);

	if (k == KIND_BOOL)
		buf_addz(&w->out, v->b ? "true" : "false");
	else if (k == KIND_STRING)
		write_text(w, value_text(v));
	else if (k == KIND_FLOAT64)
		return write_float(w, v->f);
	else if (kind_is_int(k))
		buf_printf(&w->out, "%lld", (long long)v->i);
	else if (kind_is_uint(k))
		buf_printf(&w->out, "%llu", (unsigned long long)v->u);
	else
		return unsupported(w, "type", v->type->name);
	return 0;
}

static int write_inner(struct writer *w, const struct value *v)
{
	struct value to;

	if (value_is_nil(v)) {
		buf_addz(&w->out, "null");
		return 0;
	}
	if (v->type->ops && v->type->ops->json)
		return write_own(w, v);
	switch (value_kind(v)) {
	case KIND_SLICE:
		return write_list(w, v);
	case KIND_MAP:
		return write_map(w, v);
	case KIND_STRUCT:
		return write_struct(w, v);
	case KIND_PTR:
		to = value_deref(v);
		return write_value(w, &to);
	default:
		return write_scalar(w, v);
	}
}

static int write_value(struct writer *w, const struct value *v)
{
	if (w->out.n > w->call->budget)
		return call_fail(w->call, "result too large");
	if (w->depth > NEST_MAX) {
		buf_printf(&w->why, "json: unsupported value: encountered a "
				    "cycle via %s", value_type_name(v));
		return -1;
	}
	return write_inner(w, v);
}

/* ---- functions ---- */

enum form { PLAIN, PRETTY, RAW };

int sprig_marshal(struct call *c, struct buf *b, const struct value *v,
		  struct buf *why)
{
	struct writer w = { .call = c, .out = BUF_INIT, .why = BUF_INIT,
			    .html = true };
	int r = write_value(&w, v);

	if (r == 0)
		buf_adds(b, buf_str(&w.out));
	buf_adds(why, buf_str(&w.why));
	buf_release(&w.out);
	buf_release(&w.why);
	return r;
}

static int to_json(struct call *c, struct value *out, enum form form,
		   bool must)
{
	struct writer w = { .call = c, .out = BUF_INIT, .why = BUF_INIT,
			    .html = form != RAW, .pretty = form == PRETTY };
	int r = write_value(&w, &c->args[0]);
	bool hidden = r != 0 && w.why.n && !must;

	if (r != 0 && w.why.n && must)
		call_fail(c, "%s", buf_z(&w.why));
	if (r != 0)
		buf_clear(&w.out);
	if (r == 0 || hidden)
		r = call_return_buf(c, out, &w.out);
	buf_release(&w.out);
	buf_release(&w.why);
	return r;
}

static int to_json_plain(struct call *c, struct value *out)
{
	return to_json(c, out, PLAIN, false);
}

static int must_to_json(struct call *c, struct value *out)
{
	return to_json(c, out, PLAIN, true);
}

static int to_pretty_json(struct call *c, struct value *out)
{
	return to_json(c, out, PRETTY, false);
}

static int must_to_pretty_json(struct call *c, struct value *out)
{
	return to_json(c, out, PRETTY, true);
}

/* It has no form that hides errors. */
static int to_raw_json(struct call *c, struct value *out)
{
	return to_json(c, out, RAW, true);
}

static int from_json(struct call *c, struct value *out, bool must)
{
	struct buf why = BUF_INIT;
	int r;

	if (call_charge(c, call_str(c, 0).n, 4) != 0)
		return -1;
	r = json_read(out, c->arena, call_str(c, 0), &why);
	if (r != 0 && must)
		call_fail(c, "%s", buf_z(&why));
	buf_release(&why);
	return must ? r : 0;
}

static int from_json_plain(struct call *c, struct value *out)
{
	return from_json(c, out, false);
}

static int must_from_json(struct call *c, struct value *out)
{
	return from_json(c, out, true);
}

static const struct func rows[] = {
	{ "toJson", "(interface {}) string", to_json_plain },
	{ "mustToJson", "(interface {}) (string, error)", must_to_json },
	{ "toPrettyJson", "(interface {}) string", to_pretty_json },
	{ "mustToPrettyJson", "(interface {}) (string, error)",
	  must_to_pretty_json },
	{ "toRawJson", "(interface {}) string", to_raw_json },
	{ "mustToRawJson", "(interface {}) (string, error)", to_raw_json },
	{ "fromJson", "(string) interface {}", from_json_plain },
	{ "mustFromJson", "(string) (interface {}, error)", must_from_json },
};

const struct func_table sprig_json = FUNC_TABLE(rows);
