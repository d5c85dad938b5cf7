/*
 * text - two ways to escape strings and order keys, one walk of the tree.
 */
#include "json/text.h"

#include <stdlib.h>
#include <string.h>

#include "base/chars.h"
#include "tree/scalar.h"
#include "tree/utf8.h"

/* Which of eight bytes are below 0x20, `"`, `\`, or not ASCII? */
static uint64_t special(uint64_t w)
{
	return bytes_below(w, 0x20) | bytes_that_are(w, '"') |
	       bytes_that_are(w, '\\') | bytes_beyond(w);
}

size_t json_plain_run(const char *p, size_t n)
{
	size_t i = 0;

	for (; n - i >= 8; i += 8) {
		uint64_t found = special(bytes_at(p + i));

		if (found)
			return i + bytes_first(found);
	}
	for (; i < n; i++) {
		unsigned char c = (unsigned char)p[i];

		if (c < ' ' || c >= 0x80 || c == '"' || c == '\\')
			break;
	}
	return i;
}

/* The escapes of RFC 8259 that encoding/json writes too. */
static const char *short_escape(unsigned char c)
{
	switch (c) {
	case '"': return "\\\"";
	case '\\': return "\\\\";
	case '\b': return "\\b";
	case '\f': return "\\f";
	case '\n': return "\\n";
	case '\r': return "\\r";
	case '\t': return "\\t";
	default: return NULL;
	}
}

static void write_escape(struct buf *b, unsigned char c)
{
	const char *z = short_escape(c);

	if (z)
		buf_addz(b, z);
	else
		buf_printf(b, "\\u%04x", c);
}

void json_write_text(struct buf *b, str text)
{
	buf_reserve(b, text.n + 2);
	buf_addc(b, '"');
	for (size_t i = 0; i < text.n; i++) {
		const char *run = text.p + i;
		size_t n = json_plain_run(run, text.n - i);

		buf_add(b, run, n);
		i += n;
		if (i == text.n)
			break;
		if ((unsigned char)text.p[i] >= 0x80)
			buf_addc(b, text.p[i]);
		else
			write_escape(b, (unsigned char)text.p[i]);
	}
	buf_addc(b, '"');
}

/* How encoding/json (appendString, escapeHTML) writes a character that
 * json_write_text() does not escape: <, >, &, the line separators U+2028 and
 * U+2029, and an invalid byte.  NULL if it does not escape it either. */
static const char *go_escape(uint32_t c, size_t length)
{
	switch (c) {
	case '<': return "\\u003c";
	case '>': return "\\u003e";
	case '&': return "\\u0026";
	case 0x2028: return "\\u2028";
	case 0x2029: return "\\u2029";
	case 0xfffd: return length == 1 ? "\\ufffd" : NULL;
	default: return NULL;
	}
}

/* A byte that encoding/json writes as it is. */
static bool is_plain_go(unsigned char c)
{
	return c >= ' ' && c < 0x80 && c != '"' && c != '\\' && c != '<' &&
	       c != '>' && c != '&';
}

void json_write_text_go(struct buf *b, str text)
{
	size_t done = 0, length;

	buf_addc(b, '"');
	for (size_t i = 0; i < text.n; i += length) {
		const char *z;
		uint32_t c;

		length = is_plain_go((unsigned char)text.p[i]);
		if (length)
			continue;
		length = utf8_decode(str_sub(text, i, text.n), &c);
		z = go_escape(c, length);
		if (!z && c >= ' ' && c != '"' && c != '\\')
			continue;
		buf_adds(b, str_sub(text, done, i));
		if (z)
			buf_addz(b, z);
		else
			write_escape(b, (unsigned char)c);
		done = i + length;
	}
	buf_adds(b, str_sub(text, done, text.n));
	buf_addc(b, '"');
}

static void write_node(struct buf *b, const struct node *n, bool go);

static void write_text(struct buf *b, str text, bool go)
{
	if (go)
		json_write_text_go(b, text);
	else
		json_write_text(b, text);
}

static int by_key(const void *x, const void *y)
{
	const struct entry *a = x, *b = y;

	return str_cmp(node_text(a->key), node_text(b->key));
}

/* The entries in byte order of their keys; the caller's to free. */
static struct entry *sorted_entries(const struct node *map)
{
	size_t size = map->n * sizeof(struct entry);
	struct entry *sorted = mem_alloc(size);

	if (size) {
		memcpy(sorted, map->entries, size);
		qsort(sorted, map->n, sizeof(*sorted), by_key);
	}
	return sorted;
}

static void write_map(struct buf *b, const struct node *map, bool go)
{
	struct entry *sorted = go ? sorted_entries(map) : NULL;
	const struct entry *entries = go ? sorted : map->entries;

	buf_addc(b, '{');
	for (uint32_t i = 0; i < map->n; i++) {
		if (i)
			buf_addc(b, ',');
		write_text(b, node_text(entries[i].key), go);
		buf_addc(b, ':');
		write_node(b, entries[i].value, go);
	}
	buf_addc(b, '}');
	mem_free(sorted);
}

static void write_list(struct buf *b, const struct node *list, bool go)
{
	buf_addc(b, '[');
	for (uint32_t i = 0; i < list->n; i++) {
		if (i)
			buf_addc(b, ',');
		write_node(b, list->items[i], go);
	}
	buf_addc(b, ']');
}

static void write_node(struct buf *b, const struct node *n, bool go)
{
	switch (n->kind) {
	case NODE_STRING:
		write_text(b, node_text(n), go);
		break;
	case NODE_LIST:
		write_list(b, n, go);
		break;
	case NODE_MAP:
		write_map(b, n, go);
		break;
	default:
		scalar_json(b, n);
	}
}

void json_write(struct buf *b, const struct node *n)
{
	write_node(b, n, false);
}

void json_write_go(struct buf *b, const struct node *n)
{
	write_node(b, n, true);
}
