/*
 * builtins - the functions of text/template/funcs.go but for the comparisons.
 *
 * They take reflect.Values, that is, what an operand is before an interface {}
 * is looked into; so "nil" and "a list that holds nil" have errors of their
 * own.
 */
#include "tmpl/builtins.h"

#include "go/net.h"
#include "tmpl/escape.h"
#include "tmpl/exec.h"
#include "tmpl/printf.h"

static struct value concrete_arg(const struct call *c, uint32_t i)
{
	return value_concrete(c->args[i]);
}

/* ---- index, slice, len ---- */

/* A position in a list or text of n; n itself passes, as in Go. */
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

/* The bounds that slice was given: [0] to [1]; [2] only limits them. */
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

/* There are no values that are functions.  args[0] is how the function was
 * written, args[1] what it is. */
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

/* The buffer's text, or after a failure of printing its error. */
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
	struct buf b = BUF_INIT;
	struct print to = { &b, c->budget, c->arena };
	struct err e = ERR_INIT;
	int rc = print_all(&to, c->args, c->n, &e);

	return return_printed(c, out, &b, rc, &e);
}

static int builtin_println(struct call *c, struct value *out)
{
	struct buf b = BUF_INIT;
	struct print to = { &b, c->budget, c->arena };
	struct err e = ERR_INIT;
	int rc = print_line(&to, c->args, c->n, &e);

	return return_printed(c, out, &b, rc, &e);
}

static int builtin_printf(struct call *c, struct value *out)
{
	struct buf b = BUF_INIT;
	struct print to = { &b, c->budget, c->arena };
	struct err e = ERR_INIT;
	int rc = print_f(&to, call_str(c, 0), c->args + 1, c->n - 1, &e);

	return return_printed(c, out, &b, rc, &e);
}

/* ---- escaping ---- */

static int return_escaped(struct call *c, struct value *out,
			  void (*escape)(struct buf *out, str s))
{
	struct buf text = BUF_INIT, escaped = BUF_INIT;
	struct print to = { &text, c->budget, c->arena };
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
