/*
 * build - a tree with byte spans, from the events of a parser.
 *
 * The events come in text order: scalars, aliases, and collections that are
 * opened and closed.  Their places are bytes already, but as libyaml sees
 * them; what tree/node.h promises is made of them here.
 */
#ifndef YAML_BUILD_H
#define YAML_BUILD_H

#include "yaml/anchors.h"
#include "yaml/read.h"

/* What begins at `start`, its anchor and tag included. */
struct build_event {
	size_t start, end;
	str anchor, tag;	/* empty: none */
	str text;		/* of a scalar; of an alias its name */
	enum node_style style;
	bool flow;
	bool one_line;		/* start and end are on the same one */
};

struct frame {
	struct node *node;	/* a collection that is still open; NULL of the
				 * document, the frame around the root */
	bool map;
	size_t first;		/* its first child among b->kids, in bytes */
	int64_t anchor;		/* its record, or -1 */
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
	struct buf kids;	/* const struct node *: of the open ones */
	struct buf twice;	/* const struct node *: keys */
	struct frame frames[1 + NODE_DEPTH_MAX];
	struct frame *top;
	size_t root_at;		/* the place of a root that is missing */
	uint64_t decoded, aliased;
};

void build_init(struct build *b, struct arena *a, const struct source *source,
		struct document *doc, struct err *e);
void build_release(struct build *b);

/* 0, or -1 with the error set. */
int build_scalar(struct build *b, const struct build_event *ev);
int build_alias(struct build *b, const struct build_event *ev);
int build_open(struct build *b, enum node_kind kind,
	       const struct build_event *ev);
int build_close(struct build *b, size_t end);
/* Hand everything over to the document. */
void build_finish(struct build *b);

#endif
