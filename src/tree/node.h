/*
 * node - a YAML or JSON document as a tree that remembers its text.
 *
 * A node is immutable once built and lives in an arena.  Two sorts exist:
 *
 *   read     comes from a text: `source` names it, [start, end) is its place
 *            in source->text, in bytes;
 *   derived  was built by the program (NODE_DERIVED): `origin` is the read
 *            node that it is a new version of, or NULL.
 *
 * Derived nodes share every untouched child with the tree they came from; a
 * pointer that is the same is a shortcut, never the criterion of equality.
 *
 * The kinds are those of JSON as sigs.k8s.io/yaml makes it of YAML: `yes` is
 * a bool, `0o7` a number, a key is always text.  What a map *means* stands in
 * its entries: each key once, `<<` expanded, the last duplicate counts.  Where
 * the text says it otherwise (a `<<`, a key twice), extra->written has the
 * entries as they stand there.
 *
 * An alias (`*name`) is a node of its own with NODE_ALIAS and its own place;
 * its kind and children are those of its anchor (extra->target), shared.
 *
 * Places.  A node starts at its anchor or tag where it has one (else at its
 * content, extra->content) and ends where its last character ends: a block
 * collection at the end of its last child; a literal or folded scalar at the
 * end of its last line that counts (blank lines after it only with `+`), not
 * past that line's break.  A block list starts at its first dash, a block map
 * at its first key or `?`.  A missing value (`key:`) has start == end right
 * after its indicator; where not even the colon is written (`? key`,
 * `{key}`), after the key, with NODE_NO_COLON.
 */
#ifndef TREE_NODE_H
#define TREE_NODE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum node_kind {
	NODE_NULL,
	NODE_BOOL,
	NODE_INT,	/* fits int64 */
	NODE_UINT,	/* past int64, fits uint64 */
	NODE_FLOAT,	/* double; may be inf or nan, which JSON has not */
	NODE_STRING,
	NODE_MAP,
	NODE_LIST,
};

/* How a scalar is written. */
enum node_style {
	STYLE_PLAIN,
	STYLE_SINGLE,
	STYLE_DOUBLE,	/* JSON strings too */
	STYLE_LITERAL,
	STYLE_FOLDED,
};

enum {
	NODE_DERIVED = 1 << 0,
	NODE_ALIAS = 1 << 1,
	NODE_FLOW = 1 << 2,	/* a collection in [] or {} */
	NODE_NO_COLON = 1 << 3,	/* a missing value without its `:` */
	NODE_NO_BRACE = 1 << 4,	/* the one-pair map of [a: b] */
	NODE_BAD = 1 << 5,	/* has no JSON meaning: see node_check() */
	NODE_MERGE = 1 << 6,	/* a written key `<<` that acts */
};

struct node;

struct entry {
	const struct node *key;		/* its text is the JSON key */
	const struct node *value;
};

/* A map as its text has it, where that is not what it means. */
struct written {
	struct entry *entries;		/* a `<<` is an entry too */
	uint32_t n;
	/* For entry i of the map: the written entry that gives it; a `<<` for
	 * an inherited one. */
	uint32_t *from;
	bool merges;			/* has a `<<` that acts */
};

/* What few nodes have. */
struct node_extra {
	str anchor;			/* without the & or * */
	str tag;			/* "tag:yaml.org,2002:str" */
	uint32_t content;		/* where the content starts */
	const struct node *target;	/* of an alias */
	struct written *written;	/* of a map */
	uint32_t *index;		/* of a map of many keys: hash table */
	uint32_t index_mask;
	const char *merge_key;		/* of a list merged by key: that key;
					 * "" for a set of scalars */
	const char *why_bad;		/* of NODE_BAD */
};

/* A text that trees were read from. */
struct source {
	const char *name;		/* file name for messages */
	str text;
	uint32_t line, column;		/* of text's first byte in the file */
	bool json;			/* read by json/scan */
};

struct node {
	uint8_t kind, style;
	uint16_t flags;
	uint32_t start, end;
	uint32_t n;			/* bytes, entries or items */
	union {
		const char *text;	/* scalars: as JSON would have them,
					 * numbers and bools as written */
		struct entry *entries;
		const struct node **items;
	};
	union {
		const struct source *source;
		const struct node *origin;
	};
	struct node_extra *extra;	/* or NULL */
};

static inline str node_text(const struct node *n)
{
	return (str){ n->text, n->n };
}

static inline bool node_is_scalar(const struct node *n)
{
	return n->kind < NODE_MAP;
}

/* The read node that n is or derives from; NULL for what is new. */
const struct node *node_origin(const struct node *n);
/* Where the node stands; POS_NONE for what is new. */
struct pos node_pos(const struct node *n);
/* Line and column of a byte of the text. */
struct pos source_pos(const struct source *s, size_t offset);
/* The place behind a text that begins at pos. */
struct pos pos_behind(struct pos pos, str text);
/* "a list", "a map", "text", "a number", "true or false", "nothing". */
const char *node_kind_name(const struct node *n);

/* The value under a key, or NULL: also where `map` is NULL or no map, so that
 * look-ups chain. */
const struct node *node_get(const struct node *map, str key);
/* The same through several keys: node_find(doc, "spec.template.spec"). */
const struct node *node_find(const struct node *n, const char *path);
/* The index of a key in map->entries, or -1. */
int64_t node_index(const struct node *map, str key);
/* The text of a string, or STR_NONE for NULL and anything else. */
str node_string(const struct node *n);
static inline const struct node *node_item(const struct node *list, uint32_t i)
{
	return list->items[i];
}

/* Derived nodes.  Texts are not copied; arrays are taken as they are. */
struct node *node_new(struct arena *a, enum node_kind kind);
struct node *node_new_string(struct arena *a, str text);
/* A new version of `origin` (any node, or NULL) with these children. */
struct node *node_new_map(struct arena *a, const struct node *origin,
			  struct entry *entries, uint32_t n);
struct node *node_new_list(struct arena *a, const struct node *origin,
			   const struct node **items, uint32_t n);
/* Give the node an extra, or return the one it has. */
struct node_extra *node_extra(struct arena *a, struct node *n);
/* A new version of `map` in which `key` has `value` (appended where absent),
 * or, with value NULL, is gone. */
const struct node *node_with(struct arena *a, const struct node *map, str key,
			     const struct node *value);
/* Build the look-up table of a map with many entries; the reader and
 * node_new_map call it.  Of equal keys the last is found. */
void node_index_build(struct arena *a, struct node *map);

/* The same value: kinds and contents alike, maps whatever their order; places,
 * styles, comments and anchors do not count. */
bool node_equal(const struct node *a, const struct node *b);

/* Would sigs.k8s.io/yaml take it?  Fails on the first node with NODE_BAD or
 * without JSON meaning (.inf, .nan, a key that is null or a collection or
 * past int64), in text order. */
int node_check(const struct node *root, struct err *e);

/* How often reading may nest. */
#define NODE_DEPTH_MAX 500

#endif
