/*
 * scan - recursive descent over RFC 8259; a comment above each function has its
 * production.  NODE_DEPTH_MAX bounds the recursion.
 *
 *	text   = [ BOM ] blanks value blanks
 *	blanks = *( SP / HT / LF / CR )
 *
 * The children of open collections are on one stack; at the closing bracket
 * they move to the arena, as an array of the right size:
 *
 *	{ "a": 1, "b": [ x, y          open:  a=1  b=?  x  y
 *	^--- first of the map          ^---------^     ^--- first of the list
 *
 * Invariant: s->p never passes s->end; on an error it is at the wrong byte.
 */
#include "json/scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/chars.h"
#include "json/text.h"
#include "tree/scalar.h"
#include "tree/utf8.h"

struct scan {
	struct arena *a;
	const struct source *source;
	const char *p, *end;
	struct entry *open;		/* a list's items have no key */
	size_t n_open, capacity;
	struct buf unescaped;		/* the current string */
	unsigned depth;
	/* The path of json_scan_without(), or NULL, and how many of its keys
	 * lead to the value that is read. */
	const char *const *path;
	unsigned on_path;
	bool skipping;			/* what is read is at its end */
	struct sieve *sieve;		/* or NULL */
	bool sifting;			/* the list that begins is for it */
	struct node skipped;		/* all nodes there */
	struct err *e;
};

static int value(struct scan *s, const struct node **out);

/*
 * Errors
 */

static struct pos here(const struct scan *s)
{
	return source_pos(s->source, (size_t)(s->p - s->source->text.p));
}

/* Bytes of the character at s->p; 0 if it is not UTF-8. */
static size_t character(const struct scan *s)
{
	uint32_t c;
	size_t n = utf8_decode((str){ s->p, (size_t)(s->end - s->p) }, &c);

	return n == 1 && (unsigned char)*s->p >= 0x80 ? 0 : n;
}

/* The character at s->p, for a message. */
static const char *found(const struct scan *s, char *room, size_t size)
{
	unsigned char c;
	size_t n;

	if (s->p == s->end)
		return "the end";
	c = (unsigned char)*s->p;
	n = character(s);
	if (c == '\n' || c == '\r')
		return "a line break";
	if (n == 0 || c < ' ' || c == 0x7f)
		snprintf(room, size, "byte 0x%02x", c);
	else
		snprintf(room, size, "`%.*s`", (int)n, s->p);
	return room;
}

static int expected(const struct scan *s, const char *what)
{
	char room[16];

	return err_set(s->e, here(s), "invalid JSON: expected %s, found %s",
		       what, found(s, room, sizeof(room)));
}

/*
 * Lexical helpers
 */

static bool at(const struct scan *s, char c)
{
	return s->p < s->end && *s->p == c;
}

static void blanks(struct scan *s)
{
	while (s->p < s->end && (*s->p == ' ' || *s->p == '\n' ||
				 *s->p == '\t' || *s->p == '\r'))
		s->p++;
}

/*
 * Nodes
 */

/* A node from start to s->p with that text. */
static struct node *node_from(struct scan *s, enum node_kind kind,
			      const char *start)
{
	struct node *n = s->skipping ? &s->skipped :
				       arena_alloc(s->a, sizeof(*n));
	const char *base = s->source->text.p;

	*n = (struct node){
		.kind = (uint8_t)kind,
		.style = STYLE_PLAIN,
		.flags = kind >= NODE_MAP ? NODE_FLOW : 0,
		.start = (uint32_t)(start - base),
		.end = (uint32_t)(s->p - base),
		.n = (uint32_t)(s->p - start),
		.text = start,
		.source = s->source,
	};
	return n;
}

static void push(struct scan *s, const struct node *key,
		 const struct node *item)
{
	if (s->skipping)
		return;
	s->open = mem_extend(s->open, s->n_open, &s->capacity,
			     sizeof(*s->open));
	s->open[s->n_open++] = (struct entry){ key, item };
}

/*
 * Strings
 */

/* What may follow a backslash, except `u`, and what it means. */
static const char escape_names[] = "\"\\/bfnrt";
static const char escape_bytes[] = "\"\\/\b\f\n\r\t";

/* escape = %x5C ( one of "\/bfnrt / "u" 4HEXDIG ) */
static int escape(struct scan *s)
{
	s->p++;
	if (s->p < s->end && *s->p && strchr(escape_names, *s->p)) {
		s->p++;
		return 0;
	}
	if (!at(s, 'u'))
		return expected(s, "one of \"\\/bfnrtu after a backslash");
	s->p++;
	for (int i = 0; i < 4; i++, s->p++)
		if (s->p == s->end || hex_value(*s->p) < 0)
			return expected(s, "four hex digits after \\u");
	return 0;
}

/* The code unit of the \uXXXX at p, or -1 if there is none. */
static int32_t code_unit(const char *p, const char *end)
{
	int32_t c = 0;

	if (end - p < 6 || p[0] != '\\' || p[1] != 'u')
		return -1;
	for (int i = 2; i < 6; i++)
		c = c << 4 | hex_value(p[i]);
	return c;
}

static bool surrogate(int32_t c, int32_t first)
{
	return c >= first && c < first + 0x400;
}

/* The character of the \u escape at *p, which moves past it.  Two surrogates
 * are one character; a lone one is U+FFFD, as in encoding/json. */
static uint32_t unicode_escape(const char **p, const char *end)
{
	int32_t high = code_unit(*p, end), low;

	*p += 6;
	if (!surrogate(high, 0xd800))
		return surrogate(high, 0xdc00) ? 0xfffd : (uint32_t)high;
	low = code_unit(*p, end);
	if (!surrogate(low, 0xdc00))
		return 0xfffd;
	*p += 6;
	return (uint32_t)(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00));
}

/* A string's content without its escapes, which escape() has checked. */
static str unescape(struct scan *s, str raw)
{
	const char *p = raw.p, *end = p + raw.n;
	struct buf *to = &s->unescaped;

	buf_clear(to);
	while (p < end) {
		const char *slash = memchr(p, '\\', (size_t)(end - p));

		buf_add(to, p, (size_t)((slash ? slash : end) - p));
		if (!slash)
			break;
		p = slash;
		if (p[1] == 'u') {
			utf8_add(to, unicode_escape(&p, end));
			continue;
		}
		buf_addc(to, escape_bytes[strchr(escape_names, p[1]) -
					  escape_names]);
		p += 2;
	}
	return arena_str(s->a, buf_str(to));
}

static void skip_plain(struct scan *s)
{
	s->p += json_plain_run(s->p, (size_t)(s->end - s->p));
}

/* string = %x22 *( escape / any character from SP on except " and \ ) %x22 */
static int string(struct scan *s, const struct node **out)
{
	const char *start = s->p++;
	bool escapes = false;
	struct node *n;
	str text;

	while (skip_plain(s), !at(s, '"')) {
		if (at(s, '\\')) {
			escapes = true;
			if (escape(s))
				return -1;
		} else if (s->p == s->end || (unsigned char)*s->p < ' ') {
			return expected(s, "a closing quote");
		} else {
			size_t length = character(s);

			if (!length)
				return expected(s, "UTF-8");
			s->p += length;
		}
	}
	text = (str){ start + 1, (size_t)(s->p - start) - 1 };
	s->p++;
	if (escapes && !s->skipping)
		text = unescape(s, text);
	n = node_from(s, NODE_STRING, start);
	n->style = STYLE_DOUBLE;
	n->text = text.p;
	n->n = (uint32_t)text.n;
	*out = n;
	return 0;
}

/*
 * Numbers and words
 */

static int digits(struct scan *s)
{
	const char *start = s->p;

	while (s->p < s->end && is_digit(*s->p))
		s->p++;
	return s->p > start ? 0 : expected(s, "a digit");
}

/* The kind by spelling; NODE_STRING if it exceeds a double.  Short numbers
 * without an exponent need no closer look. */
static enum node_kind number_kind(str text, bool whole, bool exponent)
{
	if (whole && text.n <= 18)
		return NODE_INT;
	if (!whole && !exponent && text.n <= 300)
		return NODE_FLOAT;
	return scalar_kind(text);
}

/* number = [ "-" ] ( "0" / digit1-9 *DIGIT ) [ "." 1*DIGIT ]
 *          [ ( "e" / "E" ) [ "+" / "-" ] 1*DIGIT ] */
static int number(struct scan *s, const struct node **out)
{
	const char *start = s->p;
	bool whole = true, exponent = false;
	enum node_kind kind;
	struct node *n;

	s->p += at(s, '-');
	if (at(s, '0')) {
		s->p++;
		if (s->p < s->end && is_digit(*s->p))
			return expected(s, "no digit after a leading 0");
	} else if (digits(s)) {
		return -1;
	}
	if (at(s, '.')) {
		whole = false;
		s->p++;
		if (digits(s))
			return -1;
	}
	if (at(s, 'e') || at(s, 'E')) {
		whole = false;
		exponent = true;
		s->p++;
		s->p += at(s, '+') || at(s, '-');
		if (digits(s))
			return -1;
	}
	kind = number_kind((str){ start, (size_t)(s->p - start) }, whole,
			   exponent);
	n = node_from(s, kind == NODE_STRING ? NODE_FLOAT : kind, start);
	if (kind == NODE_STRING && !s->skipping) {
		n->flags |= NODE_BAD;
		node_extra(s->a, n)->why_bad = "the number is out of range";
	}
	*out = n;
	return 0;
}

/* `name` is the word in backquotes, as in messages. */
static int word(struct scan *s, const char *name, enum node_kind kind,
		const struct node **out)
{
	const char *start = s->p;

	for (const char *c = name + 1; *c != '`'; c++, s->p++)
		if (!at(s, *c))
			return expected(s, name);
	*out = node_from(s, kind, start);
	return 0;
}

/*
 * Collections
 */

static int enter(struct scan *s)
{
	if (++s->depth > NODE_DEPTH_MAX)
		return err_set(s->e, here(s), "invalid JSON: nested more "
			       "than %d levels deep",
			       NODE_DEPTH_MAX);
	s->p++;
	blanks(s);
	return 0;
}

/* After a child: 1 if another follows, 0 at the closing bracket, or -1. */
static int next(struct scan *s, char bracket, const char *what)
{
	blanks(s);
	if (at(s, bracket))
		return 0;
	if (!at(s, ','))
		return expected(s, what);
	s->p++;
	blanks(s);
	return 1;
}

/* list = "[" blanks [ value *( blanks "," blanks value ) ] blanks "]" */
static int list(struct scan *s, const struct node **out)
{
	struct sieve *sieve = s->sifting ? s->sieve : NULL;
	const char *start = s->p;
	size_t first = s->n_open, n;
	const struct node **items;
	struct node *node;
	int more;

	s->sifting = false;
	if (enter(s))
		return -1;
	for (more = !at(s, ']'); more > 0; more = next(s, ']', "`,` or `]`")) {
		const struct arena before = *s->a;
		const struct node *item;

		if (value(s, &item))
			return -1;
		if (sieve)
			item = sieve_item(sieve, s->a, &before, item);
		push(s, NULL, item);
	}
	if (more < 0)
		return -1;
	s->p++;
	s->depth--;
	n = s->n_open - first;
	items = arena_array(s->a, const struct node *, n);
	for (size_t i = 0; i < n; i++)
		items[i] = s->open[first + i].value;
	s->n_open = first;
	node = node_from(s, NODE_LIST, start);
	node->items = items;
	node->n = (uint32_t)n;
	*out = node;
	return 0;
}

/* True if an entry with the same key follows entry i. */
static bool overridden(const struct node *map, uint32_t i)
{
	return node_index(map, node_text(map->entries[i].key)) != i;
}

/* The number of distinct keys.  Equal keys share a slot of the hash table, so
 * large maps need not be searched. */
static uint32_t count_keys(const struct node *map)
{
	const struct node_extra *x = map->extra;
	uint32_t count = 0;

	if (x && x->index) {
		for (uint32_t slot = 0; slot <= x->index_mask; slot++)
			count += x->index[slot] != 0;
		return count;
	}
	for (uint32_t i = 0; i < map->n; i++)
		count += !overridden(map, i);
	return count;
}

/* Of entries with the same key only the last one counts. */
static void drop_duplicates(struct arena *a, struct node *map, uint32_t count)
{
	struct written *w = arena_new(a, struct written);
	struct entry *kept = arena_array(a, struct entry, count);
	uint32_t n = 0;

	w->entries = map->entries;
	w->n = map->n;
	w->from = arena_array(a, uint32_t, count);
	for (uint32_t i = 0; i < w->n; i++) {
		if (overridden(map, i))
			continue;
		w->from[n] = i;
		kept[n++] = w->entries[i];
	}
	map->entries = kept;
	map->n = n;
	node_extra(a, map)->written = w;
	map->extra->index = NULL;	/* it is of the other entries */
	node_index_build(a, map);
}

static const struct node *close_map(struct scan *s, const char *start,
				    size_t first)
{
	uint32_t n = (uint32_t)(s->n_open - first), distinct;
	struct node *map = node_from(s, NODE_MAP, start);

	map->n = n;
	map->entries = arena_array(s->a, struct entry, n);
	if (n)
		memcpy(map->entries, s->open + first,
		       n * sizeof(*map->entries));
	s->n_open = first;
	node_index_build(s->a, map);
	distinct = count_keys(map);
	if (distinct < n && s->sieve)
		s->sieve->twice = true;
	if (distinct < n)
		drop_duplicates(s->a, map, distinct);
	return map;
}

/* Is the key, of the innermost open map, the next one of the path? */
static bool leads_on(const struct scan *s, const struct node *key)
{
	return s->path && !s->skipping && s->on_path + 1 == s->depth &&
	       str_eq(node_text(key), str_of(s->path[s->on_path]));
}

static int member_value(struct scan *s, const struct node *key,
			const struct node **out)
{
	const char *start = s->p;

	s->sifting = s->sieve && s->depth == 1 && at(s, '[') &&
		     str_eq(node_text(key), SIEVE_KEY);
	if (!leads_on(s, key))
		return value(s, out);
	s->on_path++;
	s->skipping = !s->path[s->on_path];
	if (value(s, out))
		return -1;
	s->on_path--;
	if (s->skipping) {
		s->skipping = false;
		*out = node_from(s, NODE_NULL, start);
	}
	return 0;
}

/* member = string blanks ":" blanks value */
static int member(struct scan *s)
{
	const struct node *key, *item;

	if (!at(s, '"'))
		return expected(s, "a key in double quotes");
	if (string(s, &key))
		return -1;
	blanks(s);
	if (!at(s, ':'))
		return expected(s, "`:` after the key");
	s->p++;
	blanks(s);
	if (member_value(s, key, &item))
		return -1;
	push(s, key, item);
	return 0;
}

/* map = "{" blanks [ member *( blanks "," blanks member ) ] blanks "}" */
static int map(struct scan *s, const struct node **out)
{
	const char *start = s->p;
	size_t first = s->n_open;
	int more;

	if (enter(s))
		return -1;
	for (more = !at(s, '}'); more > 0; more = next(s, '}', "`,` or `}`"))
		if (member(s))
			return -1;
	if (more < 0)
		return -1;
	s->p++;
	s->depth--;
	*out = close_map(s, start, first);
	return 0;
}

/* value = map / list / string / number / "true" / "false" / "null" */
static int value(struct scan *s, const struct node **out)
{
	switch (s->p < s->end ? *s->p : '\0') {
	case '{':
		return map(s, out);
	case '[':
		return list(s, out);
	case '"':
		return string(s, out);
	case '-': case '0': case '1': case '2': case '3': case '4':
	case '5': case '6': case '7': case '8': case '9':
		return number(s, out);
	case 't':
		return word(s, "`true`", NODE_BOOL, out);
	case 'f':
		return word(s, "`false`", NODE_BOOL, out);
	case 'n':
		return word(s, "`null`", NODE_NULL, out);
	default:
		return expected(s, "a value");
	}
}

static int whole_text(struct scan *s, const struct node **root)
{
	if (s->p == s->source->text.p &&
	    str_starts(s->source->text, STR("\xef\xbb\xbf")))
		s->p += 3;
	blanks(s);
	if (value(s, root))
		return -1;
	blanks(s);
	return s->p == s->end ? 0 : expected(s, "nothing after the value");
}

static int scan_text(struct scan *s, size_t from, size_t to,
		     const struct node **root)
{
	const struct source *source = s->source;
	int rc;

	if (source->text.n > UINT32_MAX)	/* spans have 32 bits */
		return err_set(s->e, source_pos(source, 0),
			       "the document is too large: the limit is 4 GiB");
	s->p = source->text.p + from;
	s->end = source->text.p + to;
	rc = whole_text(s, root);
	mem_free(s->open);
	buf_release(&s->unescaped);
	return rc;
}

int json_scan(struct arena *a, const struct source *source, size_t from,
	      const struct node **root, struct err *e)
{
	struct scan s = { .a = a, .source = source, .e = e };

	return scan_text(&s, from, source->text.n, root);
}

int json_scan_sieved(struct arena *a, const struct source *source, size_t from,
		     struct sieve *sieve, const struct node **root,
		     struct err *e)
{
	struct scan s = { .a = a, .source = source, .sieve = sieve, .e = e };

	sieve->used = true;
	sieve->dropped = 0;
	sieve->twice = false;
	return scan_text(&s, from, source->text.n, root);
}

int json_scan_part(struct arena *a, const struct source *source, size_t from,
		   size_t to, const struct node **root, struct err *e)
{
	struct scan s = { .a = a, .source = source, .e = e };

	return scan_text(&s, from, to, root);
}

int json_scan_without(struct arena *a, const struct source *source,
		      const char *const *path, const struct node **root,
		      struct err *e)
{
	struct scan s = { .a = a, .source = source, .path = path, .e = e };

	return scan_text(&s, 0, source->text.n, root);
}
