/*
 * wanted - a short notation for the tree that a test expects.
 *
 * It is YAML with four additions, so that a tree can share nodes with the old
 * one, as the merge's trees do:
 *
 *   $a.0.b         the node at that path of the old tree; $ is the root
 *   {$: a.0, ...}  a new version of that map: its entries, then these, each in
 *                  the place of the one it replaces, or last
 *   b: $-          removes the key b
 *   !name [...]    a list merged by the key `name`; !set: a set of scalars
 *
 * Everything else is new.
 */
#ifndef TESTS_WANTED_H
#define TESTS_WANTED_H

#include <stdio.h>
#include <stdlib.h>

#include "json/scan.h"
#include "yaml/read.h"

/* Read a document as the product does: JSON first where it looks like it. */
static inline int wanted_read_any(struct arena *a, struct source *source,
				  struct document *doc, struct err *e)
{
	*doc = (struct document){ .source = source };
	source->json = true;
	if (!json_scan(a, source, 0, &doc->root, NULL))
		return 0;
	source->json = false;
	return yaml_read_lines(a, source, doc, e);
}

static inline struct document wanted_document(struct arena *a, str text)
{
	struct source *source = arena_new(a, struct source);
	struct document doc;
	struct err e = ERR_INIT;

	*source = (struct source)SOURCE_YAML("in.yaml", text);
	if (wanted_read_any(a, source, &doc, &e)) {
		fprintf(stderr, "%u:%u: %s\n%.*s\n", e.pos.line, e.pos.column,
			e.text, STR_ARG(text));
		abort();
	}
	return doc;
}

static inline const struct node *wanted_at(const struct node *n, str path)
{
	str head, rest = path;

	while (n && rest.n) {
		str_cut(rest, '.', &head, &rest);
		if (n->kind == NODE_LIST) {
			uint32_t i = (uint32_t)strtoul(head.p, NULL, 10);

			n = i < n->n ? n->items[i] : NULL;
		} else {
			n = node_get(n, head);
		}
	}
	if (!n) {
		fprintf(stderr, "there is nothing at %.*s\n", STR_ARG(path));
		abort();
	}
	return n;
}

static inline const struct node *
wanted_tree(struct arena *a, const struct node *old, const struct node *n);

static inline const struct node *
wanted_list(struct arena *a, const struct node *old, const struct node *n)
{
	const struct node **items = arena_array(a, const struct node *, n->n);
	str tag = n->extra ? n->extra->tag : STR_NONE;
	struct node *list;

	for (uint32_t i = 0; i < n->n; i++)
		items[i] = wanted_tree(a, old, n->items[i]);
	list = node_new_list(a, NULL, items, n->n);
	if (tag.n > 1 && tag.p[0] == '!')
		node_extra(a, list)->merge_key =
			str_eq(tag, STR("!set"))
				? ""
				: arena_str(a, str_sub(tag, 1, tag.n)).p;
	return list;
}

/* The entries are taken as they come, with_node() keeps them in place. */
static inline const struct node *
wanted_map(struct arena *a, const struct node *old, const struct node *n)
{
	const struct node *from = NULL, *map;
	struct entry *entries;
	uint32_t i = 0;

	if (n->n && str_eq(node_text(n->entries[0].key), STR("$"))) {
		from = wanted_at(old, node_text(n->entries[0].value));
		i = 1;
	}
	entries = arena_array(a, struct entry, n->n + (from ? from->n : 0));
	for (uint32_t k = 0; from && k < from->n; k++)
		entries[k] = from->entries[k];
	map = node_new_map(a, from, entries, from ? from->n : 0);
	for (; i < n->n; i++) {
		const struct entry *e = &n->entries[i];
		bool gone = str_eq(node_string(e->value), STR("$-"));

		map = node_with(a, map, node_text(e->key),
				gone ? NULL : wanted_tree(a, old, e->value));
	}
	return map;
}

static inline const struct node *
wanted_tree(struct arena *a, const struct node *old, const struct node *n)
{
	str text = node_string(n);

	if (n->kind == NODE_MAP)
		return wanted_map(a, old, n);
	if (n->kind == NODE_LIST)
		return wanted_list(a, old, n);
	if (n->style == STYLE_PLAIN && str_starts(text, STR("$")))
		return wanted_at(old, str_sub(text, 1, text.n));
	return n;
}

/* The tree that `notation` describes, for a document with root `old`. */
static inline const struct node *
wanted_from(struct arena *a, const struct node *old, const char *notation)
{
	struct document doc = wanted_document(a, str_of(notation));

	return wanted_tree(a, old, doc.root);
}

#endif
