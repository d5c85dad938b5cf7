/*
 * read - one YAML document's text to a tree (tree/node.h), by libyaml; or, for
 * what yaml/quick knows, as libyaml would.
 *
 * The text is one piece of yaml/stream: directives and comments, perhaps
 * `---`, a document, perhaps `...`.  Everything that libyaml refuses is
 * refused, with its reason and place; beyond that: nesting over
 * NODE_DEPTH_MAX, more than 1000 directives, an alias inside its own anchor,
 * and alias bombs by the rule of go-yaml (aliased nodes over 99 % of more than
 * 1000 decoded, sliding to 10 % at 4 million), all before they cost time.
 *
 * Reading is lenient where only the meaning is at fault (a null key, .inf, a
 * `!!int x`): such nodes carry NODE_BAD and node_check() tells.  So a document
 * that is none of our business can be copied.
 *
 * The tree lives in the arena and has views into source->text, which must
 * outlive it.  `root` is a null node where the document is empty.
 */
#ifndef YAML_READ_H
#define YAML_READ_H

#include "tree/node.h"

struct anchor {
	str name;
	const struct node *node;
	const struct node **uses;	/* the aliases, in text order */
	uint32_t n;
};

struct document {
	const struct source *source;
	const struct node *root;
	struct anchor *anchors;		/* in text order; one per definition */
	uint32_t n_anchors;
	/* Keys that stand twice in one map: the later of the two. */
	const struct node **duplicates;
	uint32_t n_duplicates;
};

/* 0, or -1 with the error set.  More than one document is an error. */
int yaml_read(struct arena *a, const struct source *source,
	      struct document *doc, struct err *e);
/* The same for the first document of a text; what is behind it is not looked
 * at, as sigs.k8s.io/yaml has it for templates and configuration files. */
int yaml_read_first(struct arena *a, const struct source *source,
		    struct document *doc, struct err *e);
/* As yaml_read(), by libyaml alone: what tests hold yaml/quick to. */
int yaml_read_fully(struct arena *a, const struct source *source,
		    struct document *doc, struct err *e);

#endif
