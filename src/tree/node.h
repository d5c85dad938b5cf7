/*
 * node - a YAML or JSON document as a tree that remembers its text.
 *
 * A node is immutable once built and lives in an arena.  There are two sorts:
 *
 *   read     from a text: `source` is that text, [start, end) the node's place
 *            in source->text, in bytes;
 *   derived  built by the program (NODE_DERIVED): `origin` is the read node
 *            that it is a new version of, or NULL.
 *
 * Derived nodes share every unchanged child with the tree they come from.
 * Equal pointers are a shortcut; values decide what is equal.
 *
 * The kinds are those of JSON as sigs.k8s.io/yaml converts YAML: `yes` is a
 * bool, `0o7` a number, a key is always a string.  A map's entries are what it
 * *means*: each key once, `<<` expanded, the last duplicate counts.  If it is
 * written differently (with a `<<` or duplicate keys), extra->written has the
 * entries as written.
 *
 * An alias (`*name`) is a node with NODE_ALIAS and a place of its own; its kind
 * and children are those of its anchor (extra->target), shared.
 *
 * Places.  A node starts at its anchor or tag if it has one, else at its
 * content (extra->content), and ends where its last character ends: a block
 * collection at the end of its last child; a literal or folded scalar at the
 * end of its last significant line (blank lines after it count only with `+`),
 * before the line break.  A block list starts at its first dash, a block map
 * at its first key or `?`.  A missing value (`key:`) has start == end right
 * after its indicator; if the colon is missing as well (`? key`, `{key}`),
 * after the key, with NODE_NO_COLON.
 */
#ifndef TREE_NODE_H
#define TREE_NODE_H

#include "tree/source.h"

enum node_kind {
	NODE_NULL,
	NODE_BOOL,
	NODE_INT,	/* fits int64 */
	NODE_UINT,	/* beyond int64, fits uint64 */
	NODE_FLOAT,	/* double; may be inf or nan, which JSON lacks */
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

/* node.flags */
enum {
	NODE_DERIVED = 1 << 0,
	NODE_ALIAS = 1 << 1,
	NODE_FLOW = 1 << 2,	/* a collection in [] or {} */
	NODE_NO_COLON = 1 << 3,	/* a missing value without its `:` */
	NODE_NO_BRACE = 1 << 4,	/* the one-pair map of [a: b] */
	NODE_BAD = 1 << 5,	/* has no JSON meaning: see node_check() */
	NODE_MERGE = 1 << 6,	/* a written key `<<` that takes effect */
	NODE_GO_INT = 1 << 7,	/* of --set: int64 in Go, not float64 */
	NODE_RAW = 1 << 8,	/* a literal block that still has its
				 * indentation: see yaml_read_quickly() */
};

struct node;

/* A key of a map and its value. */
struct entry {
	const struct node *key;		/* its text is the JSON key */
	const struct node *value;
};

/* A map as it is written, if that differs from its meaning. */
struct written {
	struct entry *entries;		/* including any `<<` */
	uint32_t n;
	/* For entry i of the map: the written entry that gives it, which is a
	 * `<<` for an inherited one. */
	uint32_t *from;
	bool merges;			/* has a `<<` that takes effect */
};

/* What only few nodes have. */
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

/* A scalar, a map or a list. */
struct node {
	uint8_t kind, style;
	uint16_t flags;
	uint32_t start, end;
	uint32_t n;			/* bytes, entries or items */
	union {
		const char *text;	/* scalars: the string value;
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

/* The text of a scalar. */
static inline str node_text(const struct node *n)
{
	return (str){ n->text, n->n };
}

static inline bool node_is_scalar(const struct node *n)
{
	return n->kind < NODE_MAP;
}

/* The read node that n is or derives from; NULL for a new one. */
const struct node *node_origin(const struct node *n);
/* The place of the node; POS_NONE for a new one. */
struct pos node_pos(const struct node *n);
/* "a list", "a map", "text", "a number", "true or false", "nothing". */
const char *node_kind_name(const struct node *n);

/* The value of a key, or NULL; also if `map` is NULL or not a map, so that
 * look-ups can be chained. */
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

/* New nodes.  Texts and arrays are not copied. */
struct node *node_new(struct arena *a, enum node_kind kind);
struct node *node_new_string(struct arena *a, str text);
/* A new version of `origin` (any node, or NULL) with these children. */
struct node *node_new_map(struct arena *a, const struct node *origin,
			  struct entry *entries, uint32_t n);
struct node *node_new_list(struct arena *a, const struct node *origin,
			   const struct node **items, uint32_t n);
/* The extra of a node, which is created if it has none. */
struct node_extra *node_extra(struct arena *a, struct node *n);
/* A new version of `map` in which `key` has `value` (appended if absent), or is
 * removed if `value` is NULL. */
const struct node *node_with(struct arena *a, const struct node *map, str key,
			     const struct node *value);
/* Build the hash table of a map with many entries; readers and node_new_map()
 * call it.  Of equal keys the last is found. */
void node_index_build(struct arena *a, struct node *map);
/* The same after one entry was added, at a cost that does not depend on the
 * others. */
void node_index_added(struct arena *a, struct node *map);

/* True if both are the same value: kind and content, maps in any order; places,
 * styles, comments and anchors do not matter. */
bool node_equal(const struct node *a, const struct node *b);
/* Equal for equal values. */
uint64_t node_hash(const struct node *n);

/* Check that sigs.k8s.io/yaml would accept the tree.  Fails at the first node,
 * in text order, with NODE_BAD: it has no meaning in JSON (.inf, .nan, a key
 * that is null, a collection, or beyond int64). */
int node_check(const struct node *root, struct err *e);

/*
 * What readers leave out of a tree, so that a List of any length takes little
 * memory: of the list at the root's key `items`, each item that is not kept
 * becomes an empty collection at its place.
 */
struct sieve {
	bool (*keeps)(void *ctx, const struct node *item);
	void *ctx;
	/* Set by the reader: */
	bool used;		/* false: it could leave out nothing */
	uint32_t dropped;	/* how many were not kept; 0: all is there */
	bool twice;		/* JSON has duplicate keys, perhaps in those */
};

#define SIEVE_KEY STR("items")

/* For readers: the item, or what takes its place; its memory, which is all that
 * was allocated since `before`, is free then. */
const struct node *sieve_item(struct sieve *s, struct arena *a,
			      const struct arena *before,
			      const struct node *item);

/* The deepest nesting that is read. */
#define NODE_DEPTH_MAX 500

#endif
