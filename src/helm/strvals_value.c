/*
 * The words of a setting and what they mean as values: --set guesses, JSON is
 * scanned.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "base/array.h"
#include "helm/strvals.h"
#include "json/scan.h"
#include "go/unicode.h"
#include "tree/utf8.h"

enum step strvals_fail(struct setter *s, const char *fmt, ...)
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
	err_set(s->e, POS_NONE, "%s '%.*s%s': %s", options[s->kind], shown,
		s->text.p ? s->text.p : "",
		s->text.n > (size_t)shown ? "..." : "", why);
	return STEP_FAILED;
}

static str rest(const struct setter *s)
{
	return str_sub(s->text, s->at, s->text.n);
}

/* The next character as it is meant, added to b; false at the end. */
static bool add_char(struct setter *s, struct buf *b)
{
	uint32_t c;

	if (s->at == s->text.n)
		return false;
	s->at += utf8_decode(rest(s), &c);
	utf8_add(b, c);
	return true;
}

char strvals_word(struct setter *s, const char *stops, str *out)
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

/* What --set guesses: only 0 itself may begin with a 0. */
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
		return str_eq(text, STR("0")) ? scalar(s, NODE_INT, text)
					      : scalar(s, NODE_STRING, text);
	errno = 0;
	number = strtoll(text.p, &end, 10);
	if (errno || end != text.p + text.n)
		return scalar(s, NODE_STRING, text);
	return scalar(s, NODE_INT, arena_printf(s->a, "%lld", number));
}

/* {a,b}, behind its brace. */
static enum step read_list(struct setter *s, const struct node **out)
{
	struct node *list = strvals_own(s, NULL, NODE_LIST);
	enum step step = STEP_NEXT;
	str text;
	char stop;

	do {
		stop = strvals_word(s, ",}", &text);
		if (stop == STOP_END)
			return strvals_fail(s, "a list must end with '}'");
		step = strvals_put_item(s, list, list->n, typed(s, text));
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
	strvals_word(s, ",", &text);
	*out = typed(s, text);
	return STEP_NEXT;
}

static void skip_blanks(struct setter *s)
{
	while (s->at < s->text.n) {
		uint32_t c;
		size_t n = utf8_decode(rest(s), &c);

		if (!char_is_space(c))
			break;
		s->at += n;
	}
}

/* Past blanks and a comma; was there one, or the end? */
static bool skip_comma(struct setter *s)
{
	skip_blanks(s);
	if (s->at == s->text.n)
		return true;
	if (s->text.p[s->at] != ',')
		return false;
	s->at++;
	return true;
}

/* The bytes of a number or word at the start of t. */
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
		while (n < t.n && t.p[n] >= '0' && t.p[n] <= '9')
			n++;
	if (n < t.n && t.p[n] == '.')
		do
			n++;
		while (n < t.n && t.p[n] >= '0' && t.p[n] <= '9');
	if (n < t.n && (t.p[n] == 'e' || t.p[n] == 'E')) {
		n++;
		if (n < t.n && (t.p[n] == '+' || t.p[n] == '-'))
			n++;
		while (n < t.n && t.p[n] >= '0' && t.p[n] <= '9')
			n++;
	}
	return n;
}

/* The bytes of the text at the start of t, its quotes with it. */
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

/* The bytes of the JSON value at the start of t, if it is one: whether it is,
 * json_scan() tells. */
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
	struct entry *entries = arena_array(s->a, struct entry, map->n);

	for (uint32_t i = 0; i < map->n; i++) {
		str key = node_text(map->entries[i].key);

		entries[i].key = node_new_string(s->a, key);
		entries[i].value = fresh(s, map->entries[i].value);
	}
	return node_new_map(s->a, NULL, entries, map->n);
}

static struct node *fresh_list(struct setter *s, const struct node *list)
{
	const struct node **items =
		arena_array(s->a, const struct node *, list->n);

	for (uint32_t i = 0; i < list->n; i++)
		items[i] = fresh(s, list->items[i]);
	return node_new_list(s->a, NULL, items, list->n);
}

/* A JSON value as new nodes that may be changed: it stands in no file. */
static const struct node *fresh(struct setter *s, const struct node *n)
{
	struct node *new;

	if (n->kind == NODE_NULL)
		return s->null;
	if (node_is_scalar(n))
		return scalar(s, n->kind, node_text(n));
	new = n->kind == NODE_MAP ? fresh_map(s, n) : fresh_list(s, n);
	ptrmap_put(&s->own, new, n->n);
	return new;
}

static const struct node *scan(struct setter *s, str text)
{
	struct source *source = arena_new(s->a, struct source);
	struct err e = ERR_INIT;
	const struct node *n;

	*source = (struct source){ NULL, text, 1, 1, true };
	if (json_scan(s->a, source, 0, &n, &e) || node_check(n, &e)) {
		strvals_fail(s, "%s", e.text);
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

enum step strvals_value(struct setter *s, const struct node **out)
{
	return s->kind == SETTING_JSON ? read_json(s, out) : read_text(s, out);
}

int strvals_json_map(struct setter *s, const struct node **out)
{
	size_t from = s->at;

	skip_blanks(s);
	if (s->at == s->text.n || s->text.p[s->at] != '{') {
		s->at = from;
		return 0;
	}
	*out = scan(s, rest(s));
	return *out ? 1 : -1;
}
