/*
 * regexes - sprig's functions with regular expressions, which are those of
 * Go's package regexp under other names.
 *
 * A text that is not well-formed UTF-8 is searched with U+FFFD for each bad
 * byte, as Go sees it; results are cut from the text as it is.
 */
#include "sprig/sprig.h"

#include "base/chars.h"
#include "go/regex.h"
#include "go/unicode.h"
#include "go/strconv.h"
#include "tree/utf8.h"

/* A search: the expression and the text. */
struct search {
	struct call *c;
	struct regex re;
	str text;		/* well-formed */
	str original;
	const size_t *places;	/* the offset in original of each in text, or
				 * NULL if they are the same */
};

/* ---- setting up ---- */

static bool well_formed(str s)
{
	while (s.n) {
		uint32_t c;
		size_t n = utf8_decode(s, &c);

		if (n == 1 && c == 0xfffd)
			return false;
		s = str_sub(s, n, s.n);
	}
	return true;
}

static void mend(struct search *f)
{
	struct arena *a = f->c->arena;
	size_t *places = arena_array(a, size_t, 3 * f->original.n + 1);
	struct buf b = BUF_INIT;
	str rest = f->original;

	while (rest.n) {
		size_t at = f->original.n - rest.n, from = b.n;

		utf8_add(&b, char_next(&rest));
		while (from < b.n)
			places[from++] = at;
	}
	places[b.n] = f->original.n;
	f->places = places;
	f->text = arena_str(a, buf_str(&b));
	buf_release(&b);
}

/* The functions without must- panic, which names the expression. */
static int fail_expression(struct call *c, str expression, str error)
{
	struct buf b = BUF_INIT;

	if (str_starts(str_of(c->func->name), STR("must")))
		return call_fail(c, "%.*s", STR_ARG(error));
	if (quote_can_raw(expression))
		buf_printf(&b, "`%.*s`", STR_ARG(expression));
	else
		quote_text(&b, expression, false);
	call_fail(c, "regexp: Compile(%.*s): %.*s", STR_ARG(buf_str(&b)),
		  STR_ARG(error));
	buf_release(&b);
	return -1;
}

/* Argument 0 is the expression, argument 1 the text.  After success call
 * search_end(); else *error is Go's text. */
static int search_try(struct search *f, struct call *c, str *error)
{
	*f = (struct search){ .c = c, .original = call_str(c, 1) };
	if (regex_open(c->arena, call_str(c, 0), &f->re, error) < 0) {
		regex_close(&f->re);
		return -1;
	}
	f->text = f->original;
	if (!well_formed(f->original))
		mend(f);
	return 0;
}

static int search_begin(struct search *f, struct call *c)
{
	str error;

	if (search_try(f, c, &error) < 0)
		return fail_expression(c, call_str(c, 0), error);
	return 0;
}

static void search_end(struct search *f)
{
	regex_close(&f->re);
}

/* A step of a template takes as long as the search needs for so many
 * characters. */
#define STEP_CHARACTERS 4

/* The next match at or after `from`: 1, 0, or -1 with the call's error. */
static int search_at(struct search *f, size_t from)
{
	uint64_t most = *f->c->steps * STEP_CHARACTERS;
	str error;
	int found;

	f->re.work = most;
	found = regex_match(&f->re, f->text, from, &error);
	/* what did not suffice is used up */
	call_work(f->c, found < 0 ? *f->c->steps :
				    (most - f->re.work) / STEP_CHARACTERS);
	return found < 0 ? call_fail(f->c, "%.*s", STR_ARG(error)) : found;
}

static str cut(const struct search *f, size_t from, size_t to)
{
	if (f->places)
		return str_sub(f->original, f->places[from], f->places[to]);
	return str_sub(f->text, from, to);
}

/* The length of the character at `from`; 0 at the end. */
static size_t char_width(const struct search *f, size_t from)
{
	uint32_t c;

	if (from >= f->text.n)
		return 0;
	return utf8_decode(str_sub(f->text, from, f->text.n), &c);
}

/* ---- matching, finding ---- */

static int match(struct search *f, struct value *out)
{
	int found = search_at(f, 0);

	*out = value_bool(found > 0);
	search_end(f);
	return found < 0 ? -1 : 0;
}

/* Sprig drops the error of an expression here, and only here. */
static int fn_match(struct call *c, struct value *out)
{
	struct search f;
	str error;

	if (search_try(&f, c, &error) == 0)
		return match(&f, out);
	*out = value_bool(false);
	return 0;
}

static int fn_must_match(struct call *c, struct value *out)
{
	struct search f;

	return search_begin(&f, c) < 0 ? -1 : match(&f, out);
}

static int fn_find(struct call *c, struct value *out)
{
	struct search f;
	int found;

	if (search_begin(&f, c) < 0)
		return -1;
	found = search_at(&f, 0);
	*out = value_str(found > 0 ? cut(&f, f.re.at[0], f.re.at[1]) :
				     STR_NONE);
	search_end(&f);
	return found < 0 ? -1 : 0;
}

struct span {
	size_t from, to;
};

/* Walk over the matches as Go's allMatches does: an empty match right after
 * another does not count. */
struct walk {
	size_t at, last_end;
	bool any;
};

/* 1 with the next match, 0, or -1. */
static int walk_next(struct search *f, struct walk *w, struct span *span)
{
	while (w->at <= f->text.n) {
		int found = search_at(f, w->at);
		bool accept = true;

		if (found <= 0)
			return found;
		*span = (struct span){ f->re.at[0], f->re.at[1] };
		if (span->to == w->at) {	/* nothing, and right here */
			size_t width = char_width(f, w->at);

			accept = !w->any || span->from != w->last_end;
			w->at = width ? w->at + width : f->text.n + 1;
		} else {
			w->at = span->to;
		}
		w->any = true;
		w->last_end = span->to;
		if (accept)
			return 1;
	}
	return 0;
}

static int fn_find_all(struct call *c, struct value *out)
{
	int64_t limit = call_int(c, 2);
	struct items l = ITEMS_INIT(c->arena);
	struct walk w = { 0, 0, false };
	struct search f;
	struct span span;
	int found = 0;

	if (search_begin(&f, c) < 0)
		return -1;
	while ((limit < 0 || l.n < limit) &&
	       (found = walk_next(&f, &w, &span)) > 0)
		items_add(&l, value_str(cut(&f, span.from, span.to)));
	search_end(&f);
	*out = l.n ? items_list(&l, &type_strings) :
		     value_list(&type_strings, NULL, 0);
	return found < 0 ? -1 : 0;
}

/* ---- splitting ---- */

/* The parts between the matches, at most `limit`.  An empty match at the very
 * start separates nothing, nor does one at the end. */
static int split(struct search *f, struct items *l, int64_t limit)
{
	struct walk w = { 0, 0, false };
	struct span span;
	size_t begin = 0, end = 0;
	int found = 0;

	while ((limit < 0 || l->n < limit - 1) &&
	       (found = walk_next(f, &w, &span)) > 0) {
		end = span.from;
		if (span.to != 0)
			items_add(l, value_str(cut(f, begin, end)));
		begin = span.to;
	}
	if (end != f->text.n)
		items_add(l, value_str(cut(f, begin, f->text.n)));
	return found < 0 ? -1 : 0;
}

static int fn_split(struct call *c, struct value *out)
{
	int64_t limit = call_int(c, 2);
	struct items l = ITEMS_INIT(c->arena);
	struct search f;
	int result = 0;

	if (search_begin(&f, c) < 0)
		return -1;
	if (limit != 0 && call_str(c, 0).n > 0 && f.text.n == 0)
		items_add(&l, value_str(STR_NONE));
	else if (limit != 0)
		result = split(&f, &l, limit);
	search_end(&f);
	*out = limit ? items_list(&l, &type_strings) :
		       value_list(&type_strings, NULL, 0);
	return result;
}

/* ---- replacing ---- */

static void add_group(const struct search *f, struct buf *b, uint32_t i)
{
	const size_t *at = f->re.at;

	buf_adds(b, cut(f, at[2 * i], at[2 * i + 1]));
}

static bool group_is_set(const struct search *f, uint64_t i)
{
	return i < f->re.groups && f->re.at[2 * i] != REGEX_UNSET;
}

/* The first group of this name that has matched. */
static void add_named(const struct search *f, struct buf *b, str name)
{
	for (uint32_t i = 1; i < f->re.groups; i++) {
		if (!str_eq(f->re.names[i], name) || !group_is_set(f, i))
			continue;
		add_group(f, b, i);
		return;
	}
}

/* A name that is a number; false with leading zeros, past 10^8, or if it is not
 * a number. */
static bool name_is_number(str name, uint64_t *out)
{
	uint64_t n = 0;

	if (name.n > 1 && name.p[0] == '0')
		return false;
	for (size_t i = 0; i < name.n; i++) {
		if (!is_digit(name.p[i]) || n >= 100000000)
			return false;
		n = n * 10 + (uint64_t)(name.p[i] - '0');
	}
	*out = n;
	return true;
}

/* Cut "name" or "{name}" off *rest, which follows a `$`: letters, digits and
 * `_`, as many as there are. */
static bool cut_name(str *rest, str *name)
{
	bool brace = str_starts(*rest, STR("{"));
	str s = str_sub(*rest, brace, rest->n), before = s;

	for (str next = s; next.n; s = next) {
		uint32_t c = char_next(&next);

		if (c != '_' && !char_is_letter(c) && !char_is_digit(c))
			break;
	}
	*name = str_sub(before, 0, before.n - s.n);
	if (!name->n || (brace && !str_starts(s, STR("}"))))
		return false;
	*rest = str_sub(s, brace, s.n);
	return true;
}

/* The replacement with its $1, ${name} and $$ filled in. */
static void add_expanded(const struct search *f, struct buf *b, str by)
{
	str before, name;
	uint64_t i;

	while (str_cut(by, '$', &before, &by)) {
		buf_adds(b, before);
		if (str_starts(by, STR("$"))) {
			buf_addc(b, '$');
			by = str_sub(by, 1, by.n);
		} else if (!cut_name(&by, &name)) {
			buf_addc(b, '$');
		} else if (!name_is_number(name, &i)) {
			add_named(f, b, name);
		} else if (group_is_set(f, i)) {
			add_group(f, b, (uint32_t)i);
		}
	}
	buf_adds(b, before);
}

/* Replace every match except an empty one right after another: Go's replaceAll,
 * which walks differently from allMatches. */
static int replace(struct search *f, struct buf *b, bool literal)
{
	str by = call_str(f->c, 2);
	size_t last_end = 0, at = 0;
	int found = 0;

	while (at <= f->text.n && (found = search_at(f, at)) > 0) {
		size_t from = f->re.at[0], to = f->re.at[1];
		size_t width = char_width(f, at);

		buf_adds(b, cut(f, last_end, from));
		if ((to > last_end || from == 0) && literal)
			buf_adds(b, by);
		else if (to > last_end || from == 0)
			add_expanded(f, b, by);
		if (b->n > f->c->budget)
			return call_charge(f->c, b->n, 1);
		last_end = to;
		if (at + width > to)
			at += width;
		else
			at = at + 1 > to ? at + 1 : to;
	}
	buf_adds(b, cut(f, last_end, f->text.n));
	return found < 0 ? -1 : 0;
}

static int replace_all(struct call *c, struct value *out, bool literal)
{
	struct buf b = BUF_INIT;
	struct search f;
	int result;

	if (search_begin(&f, c) < 0)
		return -1;
	result = replace(&f, &b, literal);
	search_end(&f);
	if (result == 0)
		return call_return_buf(c, out, &b);
	buf_release(&b);
	return -1;
}

static int fn_replace(struct call *c, struct value *out)
{
	return replace_all(c, out, false);
}

static int fn_replace_literal(struct call *c, struct value *out)
{
	return replace_all(c, out, true);
}

static int fn_quote_meta(struct call *c, struct value *out)
{
	str s = call_str(c, 0);
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] && strchr("\\.+*?()|[]{}^$", s.p[i]))
			buf_addc(&b, '\\');
		buf_addc(&b, s.p[i]);
	}
	return call_return_buf(c, out, &b);
}

static const struct func rows[] = {
	{ "mustRegexFind", "(string, string) (string, error)", fn_find },
	{ "mustRegexFindAll", "(string, string, int) ([]string, error)",
	  fn_find_all },
	{ "mustRegexMatch", "(string, string) (bool, error)", fn_must_match },
	{ "mustRegexReplaceAll", "(string, string, string) (string, error)",
	  fn_replace },
	{ "mustRegexReplaceAllLiteral",
	  "(string, string, string) (string, error)", fn_replace_literal },
	{ "mustRegexSplit", "(string, string, int) ([]string, error)",
	  fn_split },
	{ "regexFind", "(string, string) string", fn_find },
	{ "regexFindAll", "(string, string, int) []string", fn_find_all },
	{ "regexMatch", "(string, string) bool", fn_match },
	{ "regexQuoteMeta", "(string) string", fn_quote_meta },
	{ "regexReplaceAll", "(string, string, string) string", fn_replace },
	{ "regexReplaceAllLiteral", "(string, string, string) string",
	  fn_replace_literal },
	{ "regexSplit", "(string, string, int) []string", fn_split },
};

const struct func_table sprig_regex = FUNC_TABLE(rows);
