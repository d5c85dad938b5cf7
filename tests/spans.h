/*
 * spans - check what tree/node.h promises about spans, for tests and fuzzers.
 *
 * spans_fault() looks at every node of a document and returns the
 * first fault, or NULL.  The text of a scalar's span, read by itself, must give
 * the scalar again.
 */
#ifndef TESTS_SPANS_H
#define TESTS_SPANS_H

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "tree/scalar.h"
#include "yaml/read.h"

struct spans {
	str text;
	uint32_t rereads;	/* how many scalars may still be read again */
	char fault[600];
};

static inline uint32_t span_content(const struct node *n)
{
	return n->extra ? n->extra->content : n->start;
}

static inline bool span_says(struct spans *s, const struct node *n,
			     const char *what)
{
	uint32_t end = n->end < s->text.n ? n->end : (uint32_t)s->text.n;
	uint32_t start = n->start < end ? n->start : end;
	int shown = end - start < 300 ? (int)(end - start) : 300;

	snprintf(s->fault, sizeof(s->fault), "%s: [%u, %u) `%.*s`", what,
		 n->start, n->end, shown, s->text.p + start);
	return false;
}

/* The bytes of the line break at `at`. */
static inline str span_break(str text, size_t at)
{
	static const str breaks[] = { { "\r\n", 2 },	   { "\n", 1 },
				      { "\r", 1 },	   { "\xc2\x85", 2 },
				      { "\xe2\x80\xa8", 3 },
				      { "\xe2\x80\xa9", 3 } };

	for (size_t i = 0; i < ARRAY_SIZE(breaks); i++)
		if (str_starts(str_sub(text, at, text.n), breaks[i]))
			return breaks[i];
	return (str){ "", 0 };
}

/* The span of a scalar with what it needs around it to stand alone. */
static inline void span_alone(struct spans *s, const struct node *n,
			      bool simple_key, bool flow, struct buf *b)
{
	str own = str_sub(s->text, span_content(n), n->end);
	bool one_line = true;

	for (size_t i = 0; i < own.n; i++)
		one_line = one_line && !span_break(own, i).n;
	simple_key = simple_key && one_line && own.n < 1000;
	if (flow)
		buf_addz(b, simple_key ? "{" : "[");
	else if (one_line && n->style < STYLE_LITERAL && !simple_key)
		buf_addz(b, "- ");
	buf_adds(b, own);
	if (n->style >= STYLE_LITERAL)
		buf_adds(b, span_break(s->text, n->end));
	if (simple_key && n->style < STYLE_LITERAL)
		buf_addz(b, ": 1");
	if (flow)
		buf_addz(b, simple_key ? "}" : "]");
}

/* Read it so and compare. */
static inline bool span_rereads(struct spans *s, const struct node *n,
				bool is_key, bool flow)
{
	struct arena a = ARENA_INIT;
	struct buf b = BUF_INIT, key = BUF_INIT;
	struct source source = SOURCE_YAML("span", STR(""));
	struct document doc;
	struct err e = ERR_INIT;
	const struct node *again;
	bool ok = false;

	span_alone(s, n, is_key, flow, &b);
	source.text = buf_str(&b);
	if (!yaml_read(&a, &source, &doc, &e)) {
		again = doc.root;
		if (again->kind == NODE_LIST && again->n == 1)
			again = again->items[0];
		else if (is_key && again->kind == NODE_MAP && again->n == 1)
			again = again->entries[0].key;
		if (is_key && node_is_scalar(again))
			scalar_key_text(&key, again);
		else if (node_is_scalar(again))
			buf_adds(&key, node_text(again));
		ok = node_is_scalar(again) &&
		     str_eq(buf_str(&key), node_text(n)) &&
		     (is_key || again->kind == n->kind);
	}
	buf_release(&b);
	buf_release(&key);
	arena_release(&a);
	return ok || span_says(s, n, "reads differently by itself");
}

static inline bool span_scalar(struct spans *s, const struct node *n,
			       bool is_key, bool flow)
{
	static const char quotes[] = { 0, '\'', '"', '|', '>' };
	uint32_t at = span_content(n);
	const char *p = s->text.p;
	bool tagged = n->extra && n->extra->tag.n;

	if (at == n->end)
		return n->style == STYLE_PLAIN ||
		       span_says(s, n, "an empty span in quotes");
	if (n->style != STYLE_PLAIN && p[at] != quotes[n->style])
		return span_says(s, n, "does not begin with its quote");
	if ((n->style == STYLE_SINGLE || n->style == STYLE_DOUBLE) &&
	    (n->end - at < 2 || p[n->end - 1] != p[at]))
		return span_says(s, n, "does not end with its quote");
	if (n->style == STYLE_PLAIN && strchr(" \t\r\n", p[n->end - 1]))
		return span_says(s, n, "ends with a blank");
	/* what a digit in the header counts from is not in the span */
	if (n->style >= STYLE_LITERAL) {
		uint32_t header = at + 1;

		while (header < n->end && strchr("+-", p[header]))
			header++;
		if (header < n->end && p[header] > '0' && p[header] <= '9')
			return true;
	}
	/* a BOM counts for nothing at the start of a text or line, and dashes
	 * or dots there may be a mark */
	if (tagged || n->flags & NODE_BAD || !s->rereads ||
	    memmem(p + at, n->end - at, "\xef\xbb\xbf", 3) ||
	    str_starts(str_sub(s->text, at, n->end), STR("---")) ||
	    str_starts(str_sub(s->text, at, n->end), STR("...")))
		return true;
	s->rereads--;
	return span_rereads(s, n, is_key, flow);
}

static inline bool span_brackets(struct spans *s, const struct node *n)
{
	const char *p = s->text.p;
	char open = p[span_content(n)], close = p[n->end - 1];

	if (n->flags & NODE_NO_BRACE)
		return true;
	if (n->flags & NODE_FLOW)
		return (n->kind == NODE_MAP ? open == '{' && close == '}'
					    : open == '[' && close == ']') ||
		       span_says(s, n, "brackets");
	return n->kind == NODE_MAP || open == '-' ||
	       span_says(s, n, "a list without its dash");
}

static inline bool span_node(struct spans *s, const struct node *n,
			     uint32_t low, uint32_t high, bool is_key,
			     bool flow);

/* Children come one after the other within [low, high). */
static inline bool span_children(struct spans *s, const struct node *n)
{
	uint32_t at = span_content(n);
	bool flow = n->flags & NODE_FLOW;

	if (n->kind == NODE_LIST) {
		for (uint32_t i = 0; i < n->n; at = n->items[i++]->end)
			if (!span_node(s, n->items[i], at, n->end, false,
				       flow))
				return false;
	} else {
		const struct written *w = n->extra ? n->extra->written : NULL;
		const struct entry *entry = w ? w->entries : n->entries;
		uint32_t count = w ? w->n : n->n;

		for (uint32_t i = 0; i < count; at = entry[i++].value->end)
			if (!span_node(s, entry[i].key, at, n->end, true,
				       flow) ||
			    !span_node(s, entry[i].value, entry[i].key->end,
				       n->end, false, flow))
				return false;
	}
	if (!flow && at != n->end)
		return span_says(s, n, "a block that ends after its child");
	return true;
}

static inline bool span_node(struct spans *s, const struct node *n,
			     uint32_t low, uint32_t high, bool is_key,
			     bool flow)
{
	uint32_t at = span_content(n);

	if (n->start < low || at < n->start || n->end < at || n->end > high)
		return span_says(s, n, "out of its parent or order");
	if (n->start < s->text.n && (s->text.p[n->start] & 0xc0) == 0x80)
		return span_says(s, n, "begins within a character");
	if (n->flags & NODE_ALIAS)
		return s->text.p[n->start] == '*' ||
		       span_says(s, n, "an alias without its star");
	/* a list or map that should be a key has become text */
	if (node_is_scalar(n))
		return (is_key && n->flags & NODE_BAD) ||
		       span_scalar(s, n, is_key, flow);
	return span_brackets(s, n) && span_children(s, n);
}

static inline const char *spans_fault(struct spans *s,
				      const struct document *doc)
{
	s->text = doc->source->text;
	if (span_node(s, doc->root, 0, (uint32_t)s->text.n, false, false))
		return NULL;
	return s->fault;
}

#endif
