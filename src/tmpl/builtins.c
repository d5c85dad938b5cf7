/*
 * builtins - the functions of text/template/funcs.go.
 *
 * Most take reflect.Values: an operand before an interface {} is looked into;
 * so "nil" and "a list that holds nil" have different errors.
 *
 * eq, ne, lt, le, gt, ge compare values within one of six classes; across
 * classes only integers with and without sign can be compared.  All other
 * values are compared for being nil, and by Go's == if the type has one.
 */
#include "tmpl/func.h"

#include "go/net.h"
#include "go/unicode.h"
#include "tmpl/printf.h"
#include "tree/utf8.h"

static struct value concrete_arg(const struct call *c, uint32_t i)
{
	return value_concrete(c->args[i]);
}

/* ---- index, slice, len ---- */

/* A position in a list or text of n; n itself is accepted, as in Go. */
static int read_index(struct call *c, const struct value *v, uint32_t n,
		      uint32_t *out)
{
	enum kind kind = value_kind(v);

	if (kind == KIND_INVALID)
		return call_fail(c, "cannot index slice/array with nil");
	if (!kind_is_int(kind) && !kind_is_uint(kind))
		return call_fail(c, "cannot index slice/array with type %s",
				 v->type->name);
	if (v->i < 0 || v->i > n)
		return call_fail(c, "index out of range: %lld",
				 (long long)v->i);
	*out = (uint32_t)v->i;
	return 0;
}

static int index_map(struct call *c, struct value *item,
		     const struct value *key)
{
	const struct type *t = item->type->key;
	struct value v;

	if (!t)
		t = &type_string;
	if (value_is_nothing(key))
		return call_fail(c, "value is nil; should be of type %s",
				 t->name);
	if (key->type != t)
		return call_fail(c, "value has type %s; should be %s",
				 key->type->name, t->name);
	if (!map_get(item->map, value_text(key), &v))
		v = value_zero(item->type->elem);
	*item = v;
	return 0;
}

static int index_one(struct call *c, struct value *item,
		     const struct value *at)
{
	bool text = value_is_string(item);
	uint32_t i;

	if (value_kind(item) == KIND_MAP)
		return index_map(c, item, at);
	if (value_kind(item) != KIND_SLICE && !text)
		return call_fail(c, "can't index item of type %s",
				 item->type->name);
	if (read_index(c, at, item->n, &i) < 0)
		return -1;
	if (i == item->n)
		return call_fail(c, "reflect: %s index out of range",
				 text ? "string" : "slice");
	if (text)
		*item = (struct value){ .type = &type_uint8,
					.u = (unsigned char)item->s[i] };
	else
		*item = item->items[i];
	return 0;
}

static int builtin_index(struct call *c, struct value *out)
{
	struct value item = concrete_arg(c, 0), at;
	uint32_t i;

	if (value_is_nothing(&item))
		return call_fail(c, "index of untyped nil");
	for (i = 1; i < c->n; i++) {
		at = concrete_arg(c, i);
		if (value_indirect(&item))
			return call_fail(c, "index of nil pointer");
		if (index_one(c, &item, &at) < 0)
			return -1;
	}
	*out = item;
	return 0;
}

/* The bounds passed to slice: [0] to [1]; [2] only limits them. */
static int read_bounds(struct call *c, const struct value *item,
		       uint32_t at[3])
{
	struct value v;
	uint32_t i;

	at[0] = 0;
	at[1] = at[2] = item->n;
	for (i = 1; i < c->n; i++) {
		v = concrete_arg(c, i);
		if (read_index(c, &v, item->n, &at[i - 1]) < 0)
			return -1;
	}
	for (i = 0; i < 2; i++)
		if (at[i] > at[i + 1])
			return call_fail(c, "invalid slice index: %u > %u",
					 at[i], at[i + 1]);
	return 0;
}

static int builtin_slice(struct call *c, struct value *out)
{
	struct value item = concrete_arg(c, 0);
	uint32_t at[3];

	if (value_is_nothing(&item))
		return call_fail(c, "slice of untyped nil");
	if (value_indirect(&item))
		return call_fail(c, "slice of nil pointer");
	if (c->n > 4)
		return call_fail(c, "too many slice indexes: %u", c->n - 1);
	if (value_is_string(&item) && c->n == 4)
		return call_fail(c, "cannot 3-index slice a string");
	if (!value_is_string(&item) && value_kind(&item) != KIND_SLICE)
		return call_fail(c, "can't slice item of type %s",
				 item.type->name);
	if (read_bounds(c, &item, at) < 0)
		return -1;
	*out = item;
	if (value_is_string(&item))
		out->s += at[0];
	else if (item.items)
		out->items += at[0];
	out->n = at[1] - at[0];
	return 0;
}

static int builtin_len(struct call *c, struct value *out)
{
	struct value item = c->args[0];
	int64_t n;

	if (value_indirect(&item))
		return call_fail(c, "len of nil pointer");
	if (value_is_nothing(&item))
		return call_fail(c, "reflect: call of reflect.Value.Type on "
				 "zero Value");
	n = value_len(&item);
	if (n < 0)
		return call_fail(c, "len of type %s", item.type->name);
	*out = value_int(n);
	return 0;
}

/* ---- not, call ---- */

static int builtin_not(struct call *c, struct value *out)
{
	struct value v = concrete_arg(c, 0);

	*out = value_bool(!value_true(&v));
	return 0;
}

/* No value is a function.  args[0] is the function as it was written, args[1]
 * its value. */
static int builtin_call(struct call *c, struct value *out)
{
	struct value f = concrete_arg(c, 1);

	*out = VALUE_MISSING;
	if (value_is_nothing(&f))
		return call_fail(c, "call of nil");
	return call_fail(c, "non-function %.*s of type %s",
			 STR_ARG(call_str(c, 0)), f.type->name);
}

/* ---- printing ---- */

/* Return the buffer's text, or the error if printing failed. */
static int return_printed(struct call *c, struct value *out, struct buf *b,
			  int rc, const struct err *e)
{
	if (rc == 0)
		return call_return_buf(c, out, b);
	buf_release(b);
	return call_fail(c, "%s", e->text);
}

static int builtin_print(struct call *c, struct value *out)
{
	return call_print(c, out, c->args, c->n);
}

static int builtin_println(struct call *c, struct value *out)
{
	struct buf b = BUF_INIT;
	struct print to = print_for(c, &b);
	struct err e = ERR_INIT;
	int rc = print_line(&to, c->args, c->n, &e);

	return return_printed(c, out, &b, rc, &e);
}

static int builtin_printf(struct call *c, struct value *out)
{
	struct buf b = BUF_INIT;
	struct print to = print_for(c, &b);
	struct err e = ERR_INIT;
	int rc = print_f(&to, call_str(c, 0), c->args + 1, c->n - 1, &e);

	return return_printed(c, out, &b, rc, &e);
}

/* ---- comparing ---- */

enum class {
	CLASS_NONE,
	CLASS_BOOL,
	CLASS_COMPLEX,
	CLASS_INT,
	CLASS_FLOAT,
	CLASS_STRING,
	CLASS_UINT,
};

static enum class class_of(const struct value *v)
{
	enum kind kind = value_kind(v);

	if (kind_is_int(kind))
		return CLASS_INT;
	if (kind_is_uint(kind))
		return CLASS_UINT;
	switch (kind) {
	case KIND_BOOL:
		return CLASS_BOOL;
	case KIND_COMPLEX128:
		return CLASS_COMPLEX;
	case KIND_FLOAT64:
		return CLASS_FLOAT;
	case KIND_STRING:
		return CLASS_STRING;
	default:
		return CLASS_NONE;
	}
}

static int fail_incompatible(struct call *c, const struct value *a,
			     const struct value *b)
{
	return call_fail(c, "incompatible types for comparison: %s and %s",
			 value_type_name(a), value_type_name(b));
}

/* ---- equality ---- */

/* Go shows the value by %s, whatever it is. */
static int fail_incomparable(struct call *c, const struct value *v)
{
	struct buf b = BUF_INIT;
	struct print to = print_for(c, &b);
	struct err e = ERR_INIT;

	print_f(&to, STR("%s"), v, 1, &e);
	call_fail(c, "non-comparable type %s: %s", buf_z(&b), v->type->name);
	buf_release(&b);
	return -1;
}

static int fail_kinds(struct call *c, const struct value *a,
		      const struct value *b)
{
	struct buf text[2] = { BUF_INIT, BUF_INIT };
	struct print to = print_for(c, &text[0]);
	struct err e = ERR_INIT;

	print_f(&to, STR("%s"), a, 1, &e);
	to.out = &text[1];
	print_f(&to, STR("%v"), b, 1, &e);
	call_fail(c, "non-comparable types %s: %s, %s: %s", buf_z(&text[0]),
		  a->type->name, b->type->name, buf_z(&text[1]));
	buf_release(&text[0]);
	buf_release(&text[1]);
	return -1;
}

/* Two values without a class. */
static int equal_others(struct call *c, const struct value *a,
			const struct value *b, bool *equal)
{
	enum kind ka = value_kind(a), kb = value_kind(b);

	if (ka != kb && ka != KIND_INVALID && kb != KIND_INVALID)
		return fail_kinds(c, a, b);
	if (value_is_nil(a) || value_is_nil(b)) {
		*equal = value_is_nil(a) == value_is_nil(b);
		return 0;
	}
	if (kb == KIND_SLICE || kb == KIND_MAP ||
	    (b->type->ops && b->type->ops->incomparable))
		return fail_incomparable(c, b);
	if (kb == KIND_PTR)
		*equal = a->object == b->object;
	else
		*equal = value_deep_equal(a, b);
	return 0;
}

static int equal_across(struct call *c, const struct value *a,
			const struct value *b, bool *equal)
{
	enum class ca = class_of(a), cb = class_of(b);

	*equal = false;
	if (ca == CLASS_INT && cb == CLASS_UINT)
		*equal = a->i >= 0 && (uint64_t)a->i == b->u;
	else if (ca == CLASS_UINT && cb == CLASS_INT)
		*equal = b->i >= 0 && a->u == (uint64_t)b->i;
	else if (!value_is_nothing(a) && !value_is_nothing(b))
		return fail_incompatible(c, a, b);
	return 0;
}

static int values_equal(struct call *c, const struct value *a,
			const struct value *b, bool *out)
{
	enum class ca = class_of(a);

	if (ca != class_of(b))
		return equal_across(c, a, b, out);
	switch (ca) {
	case CLASS_NONE:
		return equal_others(c, a, b, out);
	case CLASS_BOOL:
		*out = a->b == b->b;
		break;
	case CLASS_COMPLEX:
		*out = value_deep_equal(a, b);
		break;
	case CLASS_FLOAT:
		*out = a->f <= b->f && a->f >= b->f;
		break;
	case CLASS_STRING:
		*out = str_eq(value_text(a), value_text(b));
		break;
	case CLASS_INT:
	case CLASS_UINT:
		*out = a->u == b->u;
		break;
	}
	return 0;
}

static int builtin_eq(struct call *c, struct value *out)
{
	struct value a = value_concrete(c->args[0]), b;
	bool same = false;
	uint32_t i;

	if (c->n < 2)
		return call_fail(c, "missing argument for comparison");
	for (i = 1; i < c->n && !same; i++) {
		b = value_concrete(c->args[i]);
		if (values_equal(c, &a, &b, &same) < 0)
			return -1;
	}
	*out = value_bool(same);
	return 0;
}

static int builtin_ne(struct call *c, struct value *out)
{
	if (builtin_eq(c, out) < 0)
		return -1;
	out->b = !out->b;
	return 0;
}

/* ---- order ---- */

static int less_across(struct call *c, const struct value *a,
		       const struct value *b, bool *less)
{
	enum class ca = class_of(a), cb = class_of(b);

	if (ca == CLASS_INT && cb == CLASS_UINT)
		*less = a->i < 0 || (uint64_t)a->i < b->u;
	else if (ca == CLASS_UINT && cb == CLASS_INT)
		*less = b->i >= 0 && a->u < (uint64_t)b->i;
	else
		return fail_incompatible(c, a, b);
	return 0;
}

static int builtin_lt(struct call *c, struct value *out)
{
	static const char bad_type[] = "invalid type for comparison";
	struct value a = value_concrete(c->args[0]);
	struct value b = value_concrete(c->args[1]);
	enum class class = class_of(&a);
	bool less = false;

	if (class == CLASS_NONE || class_of(&b) == CLASS_NONE)
		return call_fail(c, "%s", bad_type);
	if (class != class_of(&b)) {
		if (less_across(c, &a, &b, &less) < 0)
			return -1;
	} else if (class == CLASS_FLOAT) {
		less = a.f < b.f;
	} else if (class == CLASS_INT) {
		less = a.i < b.i;
	} else if (class == CLASS_UINT) {
		less = a.u < b.u;
	} else if (class == CLASS_STRING) {
		less = str_cmp(value_text(&a), value_text(&b)) < 0;
	} else {
		return call_fail(c, "%s", bad_type);
	}
	*out = value_bool(less);
	return 0;
}

/* The others are made of less and equal; only NaN shows the difference. */

static int builtin_le(struct call *c, struct value *out)
{
	if (builtin_lt(c, out) < 0)
		return -1;
	return out->b ? 0 : builtin_eq(c, out);
}

static int builtin_gt(struct call *c, struct value *out)
{
	if (builtin_le(c, out) < 0)
		return -1;
	out->b = !out->b;
	return 0;
}

static int builtin_ge(struct call *c, struct value *out)
{
	if (builtin_lt(c, out) < 0)
		return -1;
	out->b = !out->b;
	return 0;
}

/* ---- escaping ---- */

/* The replacement of a byte; NULL: the byte itself. */
static const char *const html[256] = {
	['\0'] = "\xef\xbf\xbd", ['"'] = "&#34;", ['\''] = "&#39;",
	['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;",
};

static const char *const js[256] = {
	['\\'] = "\\\\", ['\''] = "\\'", ['"'] = "\\\"", ['<'] = "\\u003C",
	['>'] = "\\u003E", ['&'] = "\\u0026", ['='] = "\\u003D",
};

void escape_html(struct buf *out, str s)
{
	size_t done = 0;

	for (size_t i = 0; i < s.n; i++) {
		const char *instead = html[(unsigned char)s.p[i]];

		if (!instead)
			continue;
		buf_add(out, s.p + done, i - done);
		buf_addz(out, instead);
		done = i + 1;
	}
	buf_adds(out, str_sub(s, done, s.n));
}

/* Append a character of several bytes, or a malformed byte as it is. */
static size_t js_wide(struct buf *out, str s)
{
	uint32_t c;
	size_t n = utf8_decode(s, &c);

	if (char_prints(c))
		buf_add(out, s.p, n);
	else
		buf_printf(out, "\\u%04X", c);
	return n;
}

void escape_js(struct buf *out, str s)
{
	size_t i = 0;

	while (i < s.n) {
		unsigned char c = (unsigned char)s.p[i];

		if (c >= 0x80) {
			i += js_wide(out, str_sub(s, i, s.n));
			continue;
		}
		if (js[c])
			buf_addz(out, js[c]);
		else if (c < ' ')
			buf_printf(out, "\\u%04X", c);
		else
			buf_addc(out, (char)c);
		i++;
	}
}

static int return_escaped(struct call *c, struct value *out,
			  void (*escape)(struct buf *out, str s))
{
	struct buf text = BUF_INIT, escaped = BUF_INIT;
	struct print to = print_for(c, &text);
	struct err e = ERR_INIT;
	int rc;

	if (print_values(&to, c->args, c->n, &e) < 0)
		rc = call_fail(c, "%s", e.text);
	else
		rc = call_charge(c, text.n, 6);	/* of one byte at most */
	if (rc == 0) {
		escape(&escaped, buf_str(&text));
		rc = call_return_buf(c, out, &escaped);
	}
	buf_release(&text);
	return rc;
}

static int builtin_html(struct call *c, struct value *out)
{
	return return_escaped(c, out, escape_html);
}

static int builtin_js(struct call *c, struct value *out)
{
	return return_escaped(c, out, escape_js);
}

static int builtin_urlquery(struct call *c, struct value *out)
{
	return return_escaped(c, out, url_escape_query);
}

/* ---- the table ---- */

static const struct func rows[] = {
	[BUILTIN_AND] = { "and", "(reflect.Value, ...reflect.Value) "
			  "reflect.Value", NULL },
	[BUILTIN_OR] = { "or", "(reflect.Value, ...reflect.Value) "
			 "reflect.Value", NULL },
	[BUILTIN_CALL] = { "call", "(reflect.Value, ...reflect.Value) "
			   "(reflect.Value, error)", builtin_call },
	{ "eq", "(reflect.Value, ...reflect.Value) (bool, error)",
	  builtin_eq },
	{ "ge", "(reflect.Value, reflect.Value) (bool, error)", builtin_ge },
	{ "gt", "(reflect.Value, reflect.Value) (bool, error)", builtin_gt },
	{ "html", "(...interface {}) string", builtin_html },
	{ "index", "(reflect.Value, ...reflect.Value) "
	  "(reflect.Value, error)", builtin_index },
	{ "js", "(...interface {}) string", builtin_js },
	{ "le", "(reflect.Value, reflect.Value) (bool, error)", builtin_le },
	{ "len", "(reflect.Value) (int, error)", builtin_len },
	{ "lt", "(reflect.Value, reflect.Value) (bool, error)", builtin_lt },
	{ "ne", "(reflect.Value, reflect.Value) (bool, error)", builtin_ne },
	{ "not", "(reflect.Value) bool", builtin_not },
	{ "print", "(...interface {}) string", builtin_print },
	{ "printf", "(string, ...interface {}) string", builtin_printf },
	{ "println", "(...interface {}) string", builtin_println },
	{ "slice", "(reflect.Value, ...reflect.Value) "
	  "(reflect.Value, error)", builtin_slice },
	{ "urlquery", "(...interface {}) string", builtin_urlquery },
};

const struct func_table builtins_table = FUNC_TABLE(rows);
