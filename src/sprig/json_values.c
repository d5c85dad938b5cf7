/*
 * json_values - values to JSON text and back: encoding/json, and sprig's
 * functions toJson and fromJson (defaults.go).
 *
 * The text is that of encoding/json: keys in byte order, <, > and & escaped
 * (except by toRawJson), shortest digits.  It is read as Go reads it into an
 * interface {}: every number is a float64, bad UTF-8 is replaced, and errors
 * are in the words of encoding/json, whose scanner is a state machine in which
 * each state knows what it expected.  (json/scan, which reads the input of this
 * program, has errors for people who look at a file.)
 *
 * The functions without must- hide errors: what cannot be written is "", what
 * cannot be read is nil.
 */
#include "sprig/sprig.h"

#include <math.h>

#include "base/chars.h"
#include "go/strconv.h"
#include "tree/scalar.h"
#include "tree/utf8.h"

/* ==== writing ==== */

struct json_writer {
	struct call *call;
	struct buf out;
	struct buf why;		/* an error of Go's */
	bool html;		/* escape <, > and & */
	bool pretty;		/* one line for each value */
	uint32_t depth;
};

static int write_value(struct json_writer *w, const struct value *v);

/* ---- texts ---- */

/* The escape of an ASCII character. */
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

static bool is_plain(const struct json_writer *w, char c)
{
	if (w->html && (c == '<' || c == '>' || c == '&'))
		return false;
	return c >= ' ' && c != '"' && c != '\\';
}

/* Write a character that is not plain, and return its length in bytes. */
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

static void write_text(struct json_writer *w, str s)
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

static void new_line(struct json_writer *w)
{
	if (!w->pretty)
		return;
	buf_addc(&w->out, '\n');
	buf_fill(&w->out, ' ', (size_t)w->depth * 2);
}

/* Before each child; before the `first`, open the collection. */
static void next_child(struct json_writer *w, bool first, char open)
{
	if (first) {
		buf_addc(&w->out, open);
		w->depth++;
	} else {
		buf_addc(&w->out, ',');
	}
	new_line(w);
}

static void close_children(struct json_writer *w, bool any, const char *both)
{
	if (!any) {
		buf_addz(&w->out, both);
		return;
	}
	w->depth--;
	new_line(w);
	buf_addc(&w->out, both[1]);
}

static int write_list(struct json_writer *w, const struct value *v)
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

static int write_entry(struct json_writer *w, bool first, str key,
		       const struct value *v)
{
	next_child(w, first, '{');
	write_text(w, key);
	buf_addz(&w->out, w->pretty ? ": " : ":");
	return write_value(w, v);
}

static int write_map(struct json_writer *w, const struct value *v)
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

/* A struct without a method of its own: its fields, under Go's names. */
static int write_struct(struct json_writer *w, const struct value *v)
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

static int unsupported(struct json_writer *w, const char *what,
		       const char *which)
{
	buf_printf(&w->why, "json: unsupported %s: %s", what, which);
	return -1;
}

static int write_float(struct json_writer *w, double d)
{
	if (isnan(d))
		return unsupported(w, "value", "NaN");
	if (isinf(d))
		return unsupported(w, "value", d > 0 ? "+Inf" : "-Inf");
	scalar_double_text(&w->out, d);
	return 0;
}

/* Compact JSON with each value on its own line: json.Indent. */
static void add_pretty(struct json_writer *w, str json)
{
	bool quoted = false;

	for (size_t i = 0; i < json.n; i++) {
		char c = json.p[i];

		quoted = quoted != (c == '"');
		if (quoted && c == '\\') {
			buf_addc(&w->out, c);
			buf_addc(&w->out, json.p[++i]);
		} else if (!quoted && (c == '{' || c == '[')) {
			if (json.p[i + 1] == c + 2)
				buf_add(&w->out, json.p + i++, 2);
			else
				next_child(w, true, c);
		} else if (!quoted && c == ',') {
			next_child(w, false, c);
		} else if (!quoted && (c == '}' || c == ']')) {
			close_children(w, true, c == '}' ? "{}" : "[]");
		} else {
			buf_addc(&w->out, c);
			if (!quoted && c == ':')
				buf_addc(&w->out, ' ');
		}
	}
}

/* By the type's own method. */
static int write_own(struct json_writer *w, const struct value *v)
{
	struct buf why = BUF_INIT, json = BUF_INIT;
	int r = v->type->ops->json(w->pretty ? &json : &w->out, v, &why);

	if (w->pretty)
		add_pretty(w, buf_str(&json));
	buf_release(&json);
	if (r != 0)
		buf_printf(&w->why, "json: error calling MarshalJSON for "
				    "type %s: %s", v->type->name, buf_z(&why));
	buf_release(&why);
	return r;
}

static int write_scalar(struct json_writer *w, const struct value *v)
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

static int write_inner(struct json_writer *w, const struct value *v)
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

static int write_value(struct json_writer *w, const struct value *v)
{
	if (w->out.n > w->call->budget)
		return call_fail(w->call, "result too large");
	if (w->depth > SPRIG_NEST_MAX) {
		buf_printf(&w->why, "json: unsupported value: encountered a "
				    "cycle via %s", value_type_name(v));
		return -1;
	}
	return write_inner(w, v);
}

/* ==== reading ==== */

struct json_reader {
	struct arena *arena;
	str text;
	size_t at;
	int depth;
	struct buf *why;
	bool misfit;		/* has *why a number that does not fit? */
};

static int read_value(struct json_reader *r, struct value *out);

/* ---- errors ---- */

/* The character in single quotes; a byte counts as a character. */
static void quote_byte(struct buf *out, uint8_t c)
{
	if (c == '"')
		buf_addz(out, "'\"'");
	else
		quote_rune(out, c, false);
}

static int fail_at(struct json_reader *r, uint8_t c, const char *where)
{
	buf_clear(r->why);
	buf_addz(r->why, "invalid character ");
	quote_byte(r->why, c);
	buf_addc(r->why, ' ');
	buf_addz(r->why, where);
	return -1;
}

/* What comes here is wrong, or the text ends. */
static int fail(struct json_reader *r, const char *where)
{
	if (r->at < r->text.n)
		return fail_at(r, (uint8_t)r->text.p[r->at], where);
	buf_clear(r->why);
	buf_addz(r->why, "unexpected end of JSON input");
	return -1;
}

/* The same inside a number, a word or an escape: Go marks the end of the text
 * by a blank, and blames that. */
static int fail_inside(struct json_reader *r, const char *where)
{
	if (r->at < r->text.n)
		return fail(r, where);
	return fail_at(r, ' ', where);
}

/* The next byte; NUL, which is always wrong, at the end. */
static char peek(const struct json_reader *r)
{
	return r->at < r->text.n ? r->text.p[r->at] : '\0';
}

static bool skip(struct json_reader *r, char c)
{
	if (peek(r) != c || r->at >= r->text.n)
		return false;
	r->at++;
	return true;
}

static char skip_spaces(struct json_reader *r)
{
	while (r->at < r->text.n && strchr(" \t\r\n", peek(r)) && peek(r))
		r->at++;
	return peek(r);
}

/* ---- scalars ---- */

static bool digits(struct json_reader *r)
{
	size_t start = r->at;

	while (is_digit(peek(r)))
		r->at++;
	return r->at > start;
}

static int read_number(struct json_reader *r, struct value *out)
{
	size_t start = r->at;
	double d;
	str s;

	skip(r, '-');
	if (!skip(r, '0') && !digits(r))
		return fail_inside(r, "in numeric literal");
	if (skip(r, '.') && !digits(r))
		return fail_inside(r, "after decimal point in numeric literal");
	if (skip(r, 'e') || skip(r, 'E')) {
		if (!skip(r, '+'))
			skip(r, '-');
		if (!digits(r))
			return fail_inside(r, "in exponent of numeric literal");
	}
	s = str_sub(r->text, start, r->at);
	*out = VALUE_NIL;
	if (parse_float(s, &d)) {
		*out = value_float(d);
	} else if (!r->misfit) {
		r->misfit = true;
		buf_addz(r->why, "json: cannot unmarshal number ");
		buf_adds(r->why, s);
		buf_addz(r->why, " into Go value of type float64");
	}
	return 0;
}

/* true, false or null; the first letter has been checked. */
static int read_word(struct json_reader *r, const char *word)
{
	char where[48];
	size_t i;

	for (i = 0; word[i]; i++) {
		if (skip(r, word[i]))
			continue;
		memcpy(where, "in literal ", 11);
		memcpy(where + 11, word, strlen(word));
		memcpy(where + 11 + strlen(word), " (expecting 'x')", 17);
		where[11 + strlen(word) + 13] = word[i];
		return fail_inside(r, where);
	}
	return 0;
}

static int read_hex(struct json_reader *r, uint32_t *out)
{
	int i;

	*out = 0;
	for (i = 0; i < 4; i++, r->at++) {
		if (r->at >= r->text.n || hex_value(peek(r)) < 0)
			return fail_inside(r, "in \\u hexadecimal "
					      "character escape");
		*out = *out << 4 | (uint32_t)hex_value(peek(r));
	}
	return 0;
}

/* The second half of a surrogate pair, if it follows: else nothing is read. */
static bool read_low(struct json_reader *r, uint32_t *low)
{
	size_t i;

	if (!str_starts(str_sub(r->text, r->at, r->text.n), STR("\\u")) ||
	    r->at + 6 > r->text.n)
		return false;
	*low = 0;
	for (i = r->at + 2; i < r->at + 6; i++) {
		if (hex_value(r->text.p[i]) < 0)
			return false;
		*low = *low << 4 | (uint32_t)hex_value(r->text.p[i]);
	}
	if (*low < 0xdc00 || *low > 0xdfff)
		return false;
	r->at += 6;
	return true;
}

static int read_escape(struct json_reader *r, struct buf *b)
{
	static const char names[] = "\"\\/bfnrt", bytes[] = "\"\\/\b\f\n\r\t";
	const char *p;
	uint32_t c, low;

	p = peek(r) ? strchr(names, peek(r)) : NULL;
	if (p) {
		buf_addc(b, bytes[p - names]);
		r->at++;
		return 0;
	}
	if (!skip(r, 'u'))
		return fail_inside(r, "in string escape code");
	if (read_hex(r, &c) != 0)
		return -1;
	if (c >= 0xd800 && c <= 0xdfff) {
		if (c < 0xdc00 && read_low(r, &low))
			c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
		else
			c = 0xfffd;
	}
	utf8_add(b, c);
	return 0;
}

/* Behind the opening quote. */
static int read_text(struct json_reader *r, str *out)
{
	struct buf b = BUF_INIT;
	uint32_t c;

	while (!skip(r, '"')) {
		if (r->at >= r->text.n || (uint8_t)peek(r) < ' ') {
			buf_release(&b);
			return fail(r, "in string literal");
		}
		if (skip(r, '\\')) {
			if (read_escape(r, &b) == 0)
				continue;
			buf_release(&b);
			return -1;
		}
		r->at += utf8_decode(str_sub(r->text, r->at, r->text.n), &c);
		utf8_add(&b, c);
	}
	*out = arena_str(r->arena, buf_str(&b));
	buf_release(&b);
	return 0;
}

/* ---- collections ---- */

static int go_deeper(struct json_reader *r)
{
	if (r->depth++ < SPRIG_NEST_MAX)
		return 0;
	buf_clear(r->why);
	buf_addz(r->why, "exceeded max depth");
	return -1;
}

/* Behind the opening bracket. */
static int read_list(struct json_reader *r, struct value *out)
{
	struct items l = ITEMS_INIT(r->arena);
	struct value v;

	if (go_deeper(r) != 0)
		return -1;
	if (skip_spaces(r) != ']') {
		do {
			if (read_value(r, &v) != 0)
				return -1;
			items_add(&l, v);
			skip_spaces(r);
		} while (skip(r, ','));
	}
	if (!skip(r, ']'))
		return fail(r, "after array element");
	r->depth--;
	*out = items_list(&l, &type_list);
	return 0;
}

static int read_entry(struct json_reader *r, struct map *m)
{
	struct value v;
	str key;

	skip_spaces(r);
	if (!skip(r, '"'))
		return fail(r, "looking for beginning of object key string");
	if (read_text(r, &key) != 0)
		return -1;
	skip_spaces(r);
	if (!skip(r, ':'))
		return fail(r, "after object key");
	if (read_value(r, &v) != 0)
		return -1;
	map_set(m, key, v);
	skip_spaces(r);
	return 0;
}

/* Behind the opening brace. */
static int read_map(struct json_reader *r, struct value *out)
{
	struct map *m = map_new(r->arena, &type_map);

	if (go_deeper(r) != 0)
		return -1;
	if (skip_spaces(r) != '}') {
		do {
			if (read_entry(r, m) != 0)
				return -1;
		} while (skip(r, ','));
	}
	if (!skip(r, '}'))
		return fail(r, "after object key:value pair");
	r->depth--;
	*out = value_of_map(m, &type_map);
	return 0;
}

static int read_value(struct json_reader *r, struct value *out)
{
	char c = skip_spaces(r);
	str s;

	switch (c) {
	case '{':
		r->at++;
		return read_map(r, out);
	case '[':
		r->at++;
		return read_list(r, out);
	case '"':
		r->at++;
		if (read_text(r, &s) != 0)
			return -1;
		*out = value_str(s);
		return 0;
	case 't':
	case 'f':
		*out = value_bool(c == 't');
		return read_word(r, c == 't' ? "true" : "false");
	case 'n':
		*out = VALUE_NIL;
		return read_word(r, "null");
	default:
		if (c == '-' || is_digit(c))
			return read_number(r, out);
		return fail(r, "looking for beginning of value");
	}
}

int sprig_unmarshal(struct value *out, struct arena *a, str text,
		    struct buf *why)
{
	struct json_reader r = { .arena = a, .text = text, .why = why };

	if (read_value(&r, out) != 0) {
		*out = VALUE_NIL;
		return -1;
	}
	skip_spaces(&r);
	if (r.at < r.text.n) {
		*out = VALUE_NIL;
		return fail(&r, "after top-level value");
	}
	return r.misfit ? -1 : 0;
}

/* ==== functions ==== */

enum form { PLAIN, PRETTY, RAW };

int sprig_marshal(struct call *c, struct buf *b, const struct value *v,
		  struct buf *why)
{
	struct json_writer w = { .call = c, .out = BUF_INIT, .why = BUF_INIT,
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
	struct json_writer w = { .call = c, .out = BUF_INIT, .why = BUF_INIT,
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
	r = sprig_unmarshal(out, c->arena, call_str(c, 0), &why);
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
