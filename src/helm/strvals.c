/*
 * strvals - settings such as "a.b[0].c=1,d={x,y}" carried out on a tree.
 *
 *	settings = setting { "," setting }
 *	setting  = name { "." name | "[" index "]" } "=" value
 *	value    = text | "{" text { "," text } "}"	--set-json: JSON
 *
 * The rules are those of helm.sh/helm/v3 pkg/strvals, its odd ones too: a name
 * without a `=` is an error, unless it ends in `]` or a dot; and `a[0].b=` is
 * lost if a has no item yet.  In these cases the text ends where helm wants
 * more of it, which it takes for the end of everything: STEP_END here.
 *
 * A key that is set to null is removed when the setting has been read: until
 * then helm knows it.
 */
#include "helm/helm.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "base/array.h"
#include "base/chars.h"
#include "go/unicode.h"
#include "json/scan.h"
#include "tree/utf8.h"

/* MaxNestedNameLevel of helm. */
#define LEVEL_MAX 30
/* MaxIndex of helm. */
#define INDEX_MAX 65536

/* A key that was set to null. */
struct nulled {
	struct node *map;
	str key;
};

struct setter {
	struct values *v;
	struct arena *a;
	enum setting_kind kind;
	str text;
	size_t at;
	const struct node *null;	/* what null sets */
	struct nulled *nulled;
	size_t n_nulled, nulled_capacity;
	uint32_t depth;
	struct err *e;
};

enum step {
	STEP_FAILED = -1,
	STEP_NEXT, /* the next setting may begin */
	STEP_END,  /* the text ended, and nothing more is to be done */
};

#define STOP_END 0 /* instead of the character that ended a word */

/* Set the error, which quotes the setting; always STEP_FAILED. */
__attribute__((format(printf, 2, 3)))
static enum step fail(struct setter *s, const char *fmt, ...)
{
	static const char *const options[] = {
		[SETTING] = "--set",
		[SETTING_STRING] = "--set-string",
		[SETTING_JSON] = "--set-json",
	};
	int shown = s->text.n > 80 ? 80 : (int)s->text.n;
	char why[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(why, sizeof(why), fmt, args);
	va_end(args);
	err_set(s->e, POS_NONE, "%s \"%.*s%s\": %s", options[s->kind], shown,
		s->text.p ? s->text.p : "",
		s->text.n > (size_t)shown ? "..." : "", why);
	return STEP_FAILED;
}

/* ---- the tree ---- */

static void put_key(struct setter *s, struct node *map, str key,
		    const struct node *value)
{
	values_put(s->v, map, key, value);
	if (value != s->null)
		return;
	s->nulled = arena_extend(s->a, s->nulled, s->n_nulled,
				 &s->nulled_capacity, sizeof(*s->nulled));
	s->nulled[s->n_nulled++] = (struct nulled){ map, key };
}

/* As in helm, nothing is set under an empty name. */
static void put_name(struct setter *s, struct node *map, str name,
		     const struct node *value)
{
	if (name.n)
		put_key(s, map, name, value);
}

/* Remove the keys that are null still. */
static void remove_nulled(struct setter *s)
{
	for (size_t i = 0; i < s->n_nulled; i++) {
		struct nulled *n = &s->nulled[i];

		if (values_get(s->v, n->map, n->key) == s->null)
			values_remove(s->v, n->map, n->key);
	}
}

/* Items missing before it become null. */
static enum step put_item(struct setter *s, struct node *list, uint32_t i,
			  const struct node *value)
{
	if (i > INDEX_MAX)
		return fail(s, "index %" PRIu32 " is greater than %d", i,
			    INDEX_MAX);
	if (values_put_item(s->v, list, i, value, s->null))
		return fail(s, "the lists of all settings have more than %u "
			       "items without a value", VALUES_FILLED_MAX);
	return STEP_NEXT;
}

/* ---- words ---- */

static str rest(const struct setter *s)
{
	return str_sub(s->text, s->at, s->text.n);
}

/* Append the next character to b; false at the end. */
static bool add_char(struct setter *s, struct buf *b)
{
	uint32_t c;

	if (s->at == s->text.n)
		return false;
	s->at += utf8_decode(rest(s), &c);
	utf8_add(b, c);
	return true;
}

/* Read up to one of `stops`, which is skipped and returned, or STOP_END; a
 * character after a \ is itself. */
static char read_word(struct setter *s, const char *stops, str *out)
{
	struct buf b = BUF_INIT;
	char stop = STOP_END;

	while (s->at < s->text.n) {
		char c = s->text.p[s->at];

		if (c && strchr(stops, c)) {
			stop = c;
			s->at++;
			break;
		}
		if (c == '\\')
			s->at++;
		if (!add_char(s, &b))
			break;
	}
	*out = arena_str(s->a, buf_str(&b));
	buf_release(&b);
	return stop;
}

static bool same_fold(str a, const char *z)
{
	return a.n == strlen(z) && strncasecmp(a.p, z, a.n) == 0;
}

static const struct node *scalar(struct setter *s, enum node_kind kind,
				 str text)
{
	struct node *n = node_new_string(s->a, text);

	n->kind = (uint8_t)kind;
	return n;
}

static const struct node *whole_number(struct setter *s, str text)
{
	struct node *n = node_new_string(s->a, text);

	n->kind = NODE_INT;
	n->flags |= NODE_GO_INT;
	return n;
}

/* The type --set guesses: only 0 itself may start with a 0.  Helm makes an
 * int64 of a number, so that 20240101 is printed as it is. */
static const struct node *typed(struct setter *s, str text)
{
	char *end;
	long long number;

	if (s->kind == SETTING_STRING)
		return scalar(s, NODE_STRING, text);
	if (same_fold(text, "true"))
		return scalar(s, NODE_BOOL, STR("true"));
	if (same_fold(text, "false"))
		return scalar(s, NODE_BOOL, STR("false"));
	if (same_fold(text, "null"))
		return s->null;
	if (!text.n || !strchr("+-123456789", text.p[0] ? text.p[0] : 'x'))
		return str_eq(text, STR("0")) ? whole_number(s, text)
					      : scalar(s, NODE_STRING, text);
	errno = 0;
	number = strtoll(text.p, &end, 10);
	if (errno || end != text.p + text.n)
		return scalar(s, NODE_STRING, text);
	return whole_number(s, arena_printf(s->a, "%lld", number));
}

/* {a,b}, after its brace. */
static enum step read_list(struct setter *s, const struct node **out)
{
	struct node *list = values_own(s->v, NULL, NODE_LIST);
	enum step step = STEP_NEXT;
	str text;
	char stop;

	do {
		stop = read_word(s, ",}", &text);
		if (stop == STOP_END)
			return fail(s, "missing \"}\" at the end of a list");
		step = put_item(s, list, list->n, typed(s, text));
	} while (stop == ',' && step == STEP_NEXT);
	if (s->at < s->text.n && s->text.p[s->at] == ',')
		s->at++;
	*out = list;
	return step;
}

static enum step read_text(struct setter *s, const struct node **out)
{
	str text;

	if (s->at == s->text.n) {
		*out = scalar(s, NODE_STRING, STR(""));
		return STEP_END;
	}
	if (s->text.p[s->at] == '{') {
		s->at++;
		return read_list(s, out);
	}
	read_word(s, ",", &text);
	*out = typed(s, text);
	return STEP_NEXT;
}

static void skip_spaces(struct setter *s)
{
	while (s->at < s->text.n) {
		uint32_t c;
		size_t n = utf8_decode(rest(s), &c);

		if (!char_is_space(c))
			break;
		s->at += n;
	}
}

/* Skip blanks and a comma; false if there was neither a comma nor the end. */
static bool skip_comma(struct setter *s)
{
	skip_spaces(s);
	if (s->at == s->text.n)
		return true;
	if (s->text.p[s->at] != ',')
		return false;
	s->at++;
	return true;
}

/* The length of a number or word at the start of t. */
static size_t atom_length(str t)
{
	static const char *const words[] = { "true", "false", "null" };
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (str_starts(t, str_of(words[i])))
			return strlen(words[i]);
	if (n < t.n && t.p[n] == '-')
		n++;
	if (n < t.n && t.p[n] == '0')
		n++;
	else
		while (n < t.n && is_digit(t.p[n]))
			n++;
	if (n < t.n && t.p[n] == '.')
		do
			n++;
		while (n < t.n && is_digit(t.p[n]));
	if (n < t.n && (t.p[n] == 'e' || t.p[n] == 'E')) {
		n++;
		if (n < t.n && (t.p[n] == '+' || t.p[n] == '-'))
			n++;
		while (n < t.n && is_digit(t.p[n]))
			n++;
	}
	return n;
}

/* The length of the string at the start of t, with its quotes. */
static size_t quoted_length(str t)
{
	for (size_t n = 1; n < t.n; n++) {
		if (t.p[n] == '"')
			return n + 1;
		if (t.p[n] == '\\')
			n++;
	}
	return t.n;
}

/* The length of the JSON value at the start of t, if it is one; json_scan()
 * checks that. */
static size_t json_length(str t)
{
	size_t depth = 0, n = 0;

	if (!memchr("[{\"", t.p[0], 3))
		return atom_length(t);
	do {
		switch (t.p[n]) {
		case '"':
			n += quoted_length(str_sub(t, n, t.n));
			continue;
		case '[':
		case '{':
			depth++;
			break;
		case ']':
		case '}':
			depth--;
			break;
		default:
			break;
		}
		n++;
	} while (depth && n < t.n);
	return n;
}

static const struct node *fresh(struct setter *s, const struct node *n);

static struct node *fresh_map(struct setter *s, const struct node *map)
{
	struct node *new = values_own(s->v, NULL, NODE_MAP);

	for (uint32_t i = 0; i < map->n; i++)
		put_key(s, new, node_text(map->entries[i].key),
			fresh(s, map->entries[i].value));
	return new;
}

static struct node *fresh_list(struct setter *s, const struct node *list)
{
	struct node *new = values_own(s->v, NULL, NODE_LIST);

	for (uint32_t i = 0; i < list->n; i++)
		values_put_item(s->v, new, i, fresh(s, list->items[i]), NULL);
	return new;
}

/* A JSON value as new nodes, without an origin, that may be changed. */
static const struct node *fresh(struct setter *s, const struct node *n)
{
	if (n->kind == NODE_NULL)
		return s->null;
	if (node_is_scalar(n))
		return scalar(s, n->kind, node_text(n));
	return n->kind == NODE_MAP ? fresh_map(s, n) : fresh_list(s, n);
}

static const struct node *scan(struct setter *s, str text)
{
	struct source *source = arena_new(s->a, struct source);
	struct err e = ERR_INIT;
	const struct node *n;

	*source = (struct source)SOURCE_JSON(NULL, text);
	if (json_scan(s->a, source, 0, &n, &e) || node_check(n, &e)) {
		fail(s, "%s", e.text);
		return NULL;
	}
	return fresh(s, n);
}

static enum step read_json(struct setter *s, const struct node **out)
{
	size_t n;

	*out = s->null;
	if (skip_comma(s))
		return STEP_NEXT;
	n = json_length(rest(s));
	*out = scan(s, str_sub(s->text, s->at, s->at + n));
	if (!*out)
		return STEP_FAILED;
	s->at += n;
	skip_comma(s);
	return STEP_NEXT;
}

/* Read the value after a `=`, and the comma after it.  STEP_END if the text
 * ended before it; then it is the empty text. */
static enum step read_value(struct setter *s, const struct node **out)
{
	return s->kind == SETTING_JSON ? read_json(s, out) : read_text(s, out);
}

/* Is the setting a single JSON map?  1 with the map, 0 if not, or -1. */
static int read_json_map(struct setter *s, const struct node **out)
{
	size_t from = s->at;

	skip_spaces(s);
	if (s->at == s->text.n || s->text.p[s->at] != '{') {
		s->at = from;
		return 0;
	}
	*out = scan(s, rest(s));
	return *out ? 1 : -1;
}

/* ---- names ---- */

static enum step set_name(struct setter *s, struct node *map, unsigned level);

/* name.NEXT... */
static enum step set_in_map(struct setter *s, struct node *map, str name,
			    unsigned level)
{
	const struct node *old = values_get(s->v, map, name);
	struct node *inner;
	enum step step;

	if (++level > LEVEL_MAX)
		return fail(s, "a name has more than %d parts", LEVEL_MAX);
	if (old && old->kind != NODE_MAP)
		return fail(s, "\"%.*s\" is %s, not a map", STR_ARG(name),
			    node_kind_name(old));
	inner = values_own(s->v, old, NODE_MAP);
	step = set_name(s, inner, level);
	if (step == STEP_NEXT && values_empty(s->v, inner))
		return fail(s, "no name after \"%.*s.\"",
			    STR_ARG(name));
	if (!values_empty(s->v, inner))
		put_name(s, map, name, inner);
	return step;
}

/* The number in brackets, after the first bracket. */
static enum step read_index(struct setter *s, uint32_t *out)
{
	str text;
	char *end;
	long i;

	if (read_word(s, "]", &text) == STOP_END)
		return fail(s, "missing \"]\" after an index");
	i = strtol(text.p, &end, 10);
	if (!text.n || !strchr("+-0123456789", text.p[0] ? text.p[0] : 'x') ||
	    end == text.p || end != text.p + text.n)
		return fail(s, "invalid index \"%.*s\": expected a number",
			    STR_ARG(text));
	if (i < 0)
		return fail(s, "negative index %ld", i);
	*out = i > UINT32_MAX - 1 ? UINT32_MAX - 1 : (uint32_t)i;
	return STEP_NEXT;
}

static enum step set_item(struct setter *s, struct node *list, uint32_t i,
			  unsigned level);

/* name[0][NEXT...: an existing item keeps its changes even if the text ends. */
static enum step set_in_item_list(struct setter *s, struct node *list,
				  uint32_t i, unsigned level)
{
	const struct node *old = i < list->n ? list->items[i] : NULL;
	struct node *inner;
	uint32_t next;
	enum step step = read_index(s, &next);

	if (step != STEP_NEXT)
		return step;
	if (old && old->kind == NODE_NULL)
		old = NULL;
	if (old && old->kind != NODE_LIST)
		return fail(s, "item %" PRIu32 " is %s, not a list", i,
			    node_kind_name(old));
	inner = values_own(s->v, old, NODE_LIST);
	step = set_item(s, inner, next, level);
	if (step == STEP_NEXT || (step == STEP_END && old))
		return put_item(s, list, i, inner) ? STEP_FAILED : step;
	return step;
}

/* name[0].NEXT...: an item that is not a map is replaced. */
static enum step set_in_item_map(struct setter *s, struct node *list,
				 uint32_t i, unsigned level)
{
	const struct node *old = i < list->n ? list->items[i] : NULL;
	struct node *inner;
	enum step step;

	if (old && old->kind != NODE_MAP)
		inner = values_own(s->v, NULL, NODE_MAP);
	else
		inner = values_own(s->v, old, NODE_MAP);
	step = set_name(s, inner, level);
	if (step == STEP_NEXT || (step == STEP_END && old))
		return put_item(s, list, i, inner) ? STEP_FAILED : step;
	return step;
}

/* What follows an index. */
static enum step set_item(struct setter *s, struct node *list, uint32_t i,
			  unsigned level)
{
	const struct node *value;
	enum step step;
	str text;
	char stop = read_word(s, "[.=", &text);

	if (text.n)
		return fail(s, "unexpected \"%.*s\" after an index",
			    STR_ARG(text));
	if (++s->depth > NODE_DEPTH_MAX)
		return fail(s, "nested more than %d levels deep",
			    NODE_DEPTH_MAX);
	if (stop == STOP_END)
		step = STEP_END;
	else if (stop == '[')
		step = set_in_item_list(s, list, i, level);
	else if (stop == '.')
		step = set_in_item_map(s, list, i, level);
	else if (read_value(s, &value) == STEP_FAILED)
		step = STEP_FAILED;
	else
		step = put_item(s, list, i, value);
	s->depth--;
	return step;
}

/* name[NEXT... */
static enum step set_in_list(struct setter *s, struct node *map, str name,
			     unsigned level)
{
	const struct node *old = values_get(s->v, map, name);
	struct node *list;
	uint32_t i;
	enum step step = read_index(s, &i);

	if (step != STEP_NEXT)
		return step;
	if (old && old->kind != NODE_LIST)
		return fail(s, "\"%.*s\" is %s, not a list",
			    STR_ARG(name), node_kind_name(old));
	list = values_own(s->v, old, NODE_LIST);
	step = set_item(s, list, i, level);
	put_name(s, map, name, list);
	return step;
}

/* One name=value below `map`. */
static enum step set_name(struct setter *s, struct node *map, unsigned level)
{
	const struct node *value;
	enum step step;
	str name;

	switch (read_word(s, "=[,.", &name)) {
	case '[':
		return set_in_list(s, map, name, level);
	case '.':
		return set_in_map(s, map, name, level);
	case '=':
		step = read_value(s, &value);
		if (step != STEP_FAILED)
			put_name(s, map, name, value);
		return step;
	case STOP_END:
		if (!name.n)
			return STEP_END;
		break;
	default:
		break;
	}
	return fail(s, "\"%.*s\" has no value: expected NAME=VALUE",
		    STR_ARG(name));
}

/* The map to change: the root of all values. */
static struct node *root_of(struct setter *s)
{
	const struct node *root = s->v->root;

	if (root && root->kind == NODE_NULL)
		root = NULL;
	if (root && root->kind != NODE_MAP) {
		fail(s, "the values are %s, not a map", node_kind_name(root));
		return NULL;
	}
	s->v->root = values_own(s->v, root, NODE_MAP);
	return (struct node *)s->v->root;
}

int values_set(struct values *v, enum setting_kind kind, str setting,
	       struct err *e)
{
	struct setter s = { .v = v, .a = v->arena, .kind = kind,
			    .text = setting, .e = e };
	enum step step = STEP_NEXT;
	const struct node *map;
	struct node *root = root_of(&s);
	int is_map;

	if (!root)
		return -1;
	s.null = node_new(s.a, NODE_NULL);
	is_map = kind == SETTING_JSON ? read_json_map(&s, &map) : 0;
	if (is_map > 0)
		values_add(v, map);
	if (is_map)
		return is_map > 0 ? 0 : -1;
	while (step == STEP_NEXT)
		step = set_name(&s, root, 0);
	remove_nulled(&s);
	return step == STEP_FAILED ? -1 : 0;
}
