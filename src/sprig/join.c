/*
 * join - sprig's functions between texts and lists: quoting and joining many
 * values, splitting one text.
 */
#include "sprig/sprig.h"

#include <stdlib.h>

#include "go/unicode.h"
#include "tmpl/printf.h"
#include "go/strconv.h"

int sprig_strval(struct call *c, struct buf *b, const struct value *v)
{
	struct print to = { b, b->n + c->budget, c->arena };
	struct err e = ERR_INIT;

	if (value_is_string(v)) {
		buf_adds(b, value_text(v));
		return 0;
	}
	if (print_all(&to, v, 1, &e) < 0)
		return call_fail(c, "%s", e.text);
	return 0;
}

/* The strval as a text that stays. */
static int strval(struct call *c, struct value *out, const struct value *v)
{
	struct buf b = BUF_INIT;

	if (value_is_string(v)) {
		*out = value_concrete(*v);
		return 0;
	}
	if (sprig_strval(c, &b, v) < 0) {
		buf_release(&b);
		return -1;
	}
	return call_return_buf(c, out, &b);
}

int sprig_strslice(struct call *c, struct items *l, const struct value *v)
{
	struct value text;

	if (value_is_nothing(v))
		return 0;
	if (value_kind(v) != KIND_SLICE) {
		if (strval(c, &text, v) < 0)
			return -1;
		items_add(l, text);
		return 0;
	}
	for (uint32_t i = 0; i < v->n; i++) {
		if (value_is_nothing(&v->items[i]))
			continue;
		if (strval(c, &text, &v->items[i]) < 0)
			return -1;
		items_add(l, text);
	}
	return 0;
}

/* ---- many values as one text ---- */

/* The arguments that are something, one blank between them, each put down by
 * `add`. */
static int join_args(struct call *c, struct value *out,
		     int (*add)(struct call *c, struct buf *b,
				const struct value *v))
{
	struct buf b = BUF_INIT;
	bool first = true;

	for (uint32_t i = 0; i < c->n; i++) {
		if (value_is_nothing(&c->args[i]))
			continue;
		if (!first)
			buf_addc(&b, ' ');
		first = false;
		if (add(c, &b, &c->args[i]) < 0) {
			buf_release(&b);
			return -1;
		}
	}
	return call_return_buf(c, out, &b);
}

static int add_quoted(struct call *c, struct buf *b, const struct value *v)
{
	struct value text;

	if (strval(c, &text, v) < 0)
		return -1;
	quote_text(b, value_text(&text), false);
	return 0;
}

static int add_squoted(struct call *c, struct buf *b, const struct value *v)
{
	buf_addc(b, '\'');
	if (sprig_strval(c, b, v) < 0)
		return -1;
	buf_addc(b, '\'');
	return 0;
}

static int fn_quote(struct call *c, struct value *out)
{
	return join_args(c, out, add_quoted);
}

static int fn_squote(struct call *c, struct value *out)
{
	return join_args(c, out, add_squoted);
}

static int fn_cat(struct call *c, struct value *out)
{
	return join_args(c, out, sprig_strval);
}

static int fn_to_string(struct call *c, struct value *out)
{
	return strval(c, out, &c->args[0]);
}

static int fn_to_strings(struct call *c, struct value *out)
{
	struct items l = ITEMS_INIT(c->arena);

	if (c->args[0].type == &type_strings) {
		*out = c->args[0];
		return 0;
	}
	if (sprig_strslice(c, &l, &c->args[0]) < 0)
		return -1;
	*out = items_list(&l, &type_strings);
	return 0;
}

static int fn_join(struct call *c, struct value *out)
{
	struct items l = ITEMS_INIT(c->arena);
	struct buf b = BUF_INIT;

	if (sprig_strslice(c, &l, &c->args[1]) < 0 ||
	    call_charge(c, l.n, call_str(c, 0).n + 1) < 0)
		return -1;
	for (uint32_t i = 0; i < l.n; i++) {
		if (i > 0)
			buf_adds(&b, call_str(c, 0));
		buf_adds(&b, value_text(&l.at[i]));
	}
	return call_return_buf(c, out, &b);
}

static int compare_texts(const void *a, const void *b)
{
	return str_cmp(value_text(a), value_text(b));
}

/* Go sorts a []string in place; here the argument keeps its order. */
static int fn_sort_alpha(struct call *c, struct value *out)
{
	struct items l = ITEMS_INIT(c->arena);
	struct value text;

	if (value_is_nothing(&c->args[0])) {	/* strslice would drop it */
		if (strval(c, &text, &c->args[0]) < 0)
			return -1;
		items_add(&l, text);
	} else if (sprig_strslice(c, &l, &c->args[0]) < 0) {
		return -1;
	}
	if (l.n > 1)
		qsort(l.at, l.n, sizeof(*l.at), compare_texts);
	*out = items_list(&l, &type_strings);
	return 0;
}

/* ---- one text as many ---- */

/* Cut the first part off *rest, as strings.SplitN does: behind it comes a
 * separator; with an empty one a part is a character.  False where nothing is
 * left to cut. */
static bool split_first(str *rest, str sep, str *part)
{
	str s = *rest;
	const char *at;

	if (!sep.n) {
		if (!s.n)
			return false;
		char_next(rest);
		*part = (str){ s.p, s.n - rest->n };
		return rest->n > 0;
	}
	at = s.n >= sep.n ? memmem(s.p, s.n, sep.p, sep.n) : NULL;
	if (!at)
		return false;
	*part = (str){ s.p, (size_t)(at - s.p) };
	*rest = str_sub(s, part->n + sep.n, s.n);
	return true;
}

/* At most `limit` parts, the last of which is all the rest; below 0: all. */
static void split(struct items *l, str s, str sep, int64_t limit)
{
	str rest = s, before = s, part;

	if (limit == 0 || (!sep.n && !s.n))
		return;
	while (limit < 0 || (int64_t)l->n < limit - 1) {
		before = rest;
		if (!split_first(&rest, sep, &part)) {
			rest = before;
			break;
		}
		items_add(l, value_str(part));
	}
	items_add(l, value_str(rest));
}

static int fn_split_list(struct call *c, struct value *out)
{
	struct items l = ITEMS_INIT(c->arena);

	split(&l, call_str(c, 1), call_str(c, 0), -1);
	*out = items_list(&l, &type_strings);
	return 0;
}

/* The parts under "_0", "_1", ... */
static int split_map(struct call *c, struct value *out, str s, int64_t limit)
{
	struct items l = ITEMS_INIT(c->arena);
	struct map *m = map_new(c->arena, &type_string_map);

	split(&l, s, call_str(c, 0), limit);
	for (uint32_t i = 0; i < l.n; i++)
		map_set(m, arena_printf(c->arena, "_%u", i), l.at[i]);
	*out = value_of_map(m, &type_string_map);
	return 0;
}

static int fn_split(struct call *c, struct value *out)
{
	return split_map(c, out, call_str(c, 1), -1);
}

static int fn_splitn(struct call *c, struct value *out)
{
	return split_map(c, out, call_str(c, 2), call_int(c, 1));
}

static const struct func rows[] = {
	{ "cat", "(...interface {}) string", fn_cat },
	{ "join", "(string, interface {}) string", fn_join },
	{ "quote", "(...interface {}) string", fn_quote },
	{ "sortAlpha", "(interface {}) []string", fn_sort_alpha },
	{ "split", "(string, string) map[string]string", fn_split },
	{ "splitList", "(string, string) []string", fn_split_list },
	{ "splitn", "(string, int, string) map[string]string", fn_splitn },
	{ "squote", "(...interface {}) string", fn_squote },
	{ "toString", "(interface {}) string", fn_to_string },
	{ "toStrings", "(interface {}) []string", fn_to_strings },
};

const struct func_table sprig_join = FUNC_TABLE(rows);
