/*
 * build - what the parts of yaml/read share; for nobody else.
 *
 * A parser (quick.c, or libyaml in read.c) gives events in text order:
 * scalars, aliases, and collections that are opened and closed.  build.c makes
 * a tree with byte spans of them.  The places in events are bytes, but as
 * libyaml counts them; build.c turns them into what tree/node.h promises, with
 * the help of marks.c.  meaning.c says what a scalar, a key or a map means.
 *
 * The tree lives in the builder's arena.
 */
#ifndef YAML_BUILD_H
#define YAML_BUILD_H

#include "yaml/read.h"

/* ---- build.c ---- */

/* An anchor while its document is read, beyond struct anchor. */
struct anchored {
	str name;
	const struct node *node;
	/* The value of an alias: `node`, except for a key, whose node has only
	 * the JSON key; then a copy with the scalar or collection itself. */
	const struct node *value;
	uint64_t weight;	/* nodes visited when it is decoded */
	uint32_t height;	/* how deep it nests */
	uint32_t n_uses;
	bool open;		/* not read to its end: an alias would recur */
};

/* An alias of anchor number `anchor`. */
struct use {
	uint32_t anchor;
	const struct node *alias;
};

/* The anchors of a document.  A name may be defined again; an alias refers to
 * the last definition before it. */
struct anchors {
	struct buf records;	/* of struct anchored, in text order */
	struct buf uses;	/* of struct use, in text order */
	uint32_t *table;	/* name -> number of its latest record + 1 */
	uint32_t mask;		/* of the table, which is at most half full */
	uint32_t names;
};

/* What begins at `start`, including its anchor and tag. */
struct build_event {
	size_t start, end;
	str anchor, tag;	/* or empty */
	str text;		/* of a scalar; the name of an alias */
	enum node_style style;
	bool flow;
	bool one_line;		/* start and end are on the same line */
};

/* An open collection; the first frame is the document around the root. */
struct frame {
	struct node *node;	/* NULL for the document */
	bool map;
	size_t first;		/* its first child in b->kids, in bytes */
	int64_t anchor;		/* number of its record, or -1 */
	uint64_t weight;	/* nodes visited when it is decoded, so far */
	uint32_t height;	/* of its highest child */
	bool has_merge;		/* there is a `<<` among the keys */
	bool merging;		/* the value of a `<<` is next */
};

struct build {
	struct arena *arena;
	const struct source *source;
	struct document *doc;
	struct err *err;
	struct anchors anchors;
	struct buf kids;	/* const struct node *: of the open frames */
	struct buf twice;	/* const struct node *: duplicate keys */
	struct frame frames[1 + NODE_DEPTH_MAX];
	struct frame *top;
	struct sieve *sieve;	/* or NULL */
	str raw;		/* literal blocks below this key of the root
				 * become NODE_RAW; or empty */
	bool sifting;		/* frame 2 is the list that it is for */
	struct arena before;	/* the arena before the item that is next */
	size_t root_at;		/* the place of an empty root */
	uint64_t decoded, aliased;
};

void build_init(struct build *b, struct arena *a, const struct source *source,
		struct document *doc, struct err *e);
void build_release(struct build *b);

/* The events: 0, or -1 with the error set. */
int build_scalar(struct build *b, const struct build_event *ev);
int build_alias(struct build *b, const struct build_event *ev);
int build_open(struct build *b, enum node_kind kind,
	       const struct build_event *ev);
int build_close(struct build *b, size_t end);
/*
 * The same for what quick.c reads, nearly all of which has neither anchor nor
 * tag.  A scalar is in a collection, not empty unless it is quoted, and not a
 * `<<`; `text` is its value, which lives as long as the tree.  A collection is
 * not nested too deep, and is closed by build_close().
 */
void build_text(struct build *b, enum node_style style, size_t start,
		size_t end, str text);
/* The same for a literal block. */
void build_literal(struct build *b, size_t start, size_t end, str lines,
		   size_t indent);
void build_begin(struct build *b, enum node_kind kind, bool flow, size_t start);
/* Store the anchors and duplicates in the document. */
void build_finish(struct build *b);

/* ---- quick.c ---- */

/* Read the events of b's source without libyaml.  False: libyaml has to read
 * it, with a new builder. */
bool quick_read(struct build *b);
/* The same for the lines [from, to) of a text that was read before, with the
 * same result: items of a block list, which becomes the root. */
bool quick_read_part(struct build *b, size_t from, size_t to);

/* ---- meaning.c ---- */

struct meaning {
	enum node_kind kind;
	str text;
	const char *why_bad;	/* or NULL */
};

/* What a scalar means, as go-yaml v2 resolves it.  `plain`: written without
 * quotes.  Pass STR_NONE if there is no tag. */
struct meaning tag_resolve(struct arena *a, str tag, str text, bool plain);

/* True if this scalar is a merge key where a key is expected; `tag` is its own,
 * not resolved. */
bool mapping_is_merge(str text, str tag, bool plain);
/* True if this can be the value of a merge key. */
bool mapping_merges(const struct node *value);
/* Turn a node into the key that it means (tree/node.h: text). */
void mapping_key(struct arena *a, struct node *key);
/*
 * Set a map's entries from the written ones.  merge[i] is true if entry i is a
 * `<<` that takes effect; NULL: none does.  Duplicate keys are appended to
 * `twice` (const struct node *).
 */
void mapping_fill(struct arena *a, struct node *map,
		  const struct entry *written, uint32_t n, const bool *merge,
		  struct buf *twice);

/* ---- marks.c ---- */

/*
 * libyaml counts characters.  This converts such an index to bytes, walking
 * from the last one converted: linear if asked in text order, and free for a
 * text that is all ASCII.
 */
struct places {
	str text;
	size_t bom;		/* bytes before the first character read */
	bool ascii;
	size_t index, byte;	/* of the last conversion */
};

/* The width of the line break that `rest` begins with, as libyaml sees it (LF,
 * CR, CRLF, NEL, U+2028, U+2029), or 0. */
size_t yaml_break_width(str rest);

void places_init(struct places *m, str text);
/* For places_byte() only. */
size_t places_walk(struct places *m, size_t index);
/* The byte of a character; index 0 is after a BOM at the start. */
static inline size_t places_byte(struct places *m, size_t index)
{
	if (m->ascii)
		return index < m->text.n ? index : m->text.n;
	return places_walk(m, index);
}

/* The functions below read a part of the text that libyaml's scanner has
 * accepted, so they need not check it. */

/* The line break that ends the line, or the end of the text. */
size_t place_line_end(str text, size_t at);
/* Skip blanks, line breaks and comments. */
size_t place_skip_gap(str text, size_t at);
/* True if the colon between a key and its value is here.  In block style a
 * plain scalar may begin with a colon. */
bool place_is_colon(str text, size_t at, bool flow);
/* Skip that many properties (anchor, tag), to the content.  That may have
 * properties of its own: the first key of a block map. */
size_t place_content(str text, size_t at, int properties);
/* The end of a block scalar whose header is at `content`; `end` is libyaml's
 * mark, `value` the scalar's value. */
size_t place_block_end(str text, size_t content, size_t end, str value);

#endif
