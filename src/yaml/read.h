/*
 * read - read the text of one YAML document into a tree (tree/node.h).
 *
 * libyaml does the reading; yaml/quick.c reads the common part of YAML itself,
 * with the same result.
 *
 * The text is one piece of yaml/stream: directives and comments, an optional
 * `---`, a document, an optional `...`.  What libyaml rejects is an error, with
 * its reason and place.  Also rejected, before they cost time: nesting deeper
 * than NODE_DEPTH_MAX, more than 1000 directives, an alias inside its own
 * anchor, and alias bombs by the rule of go-yaml (aliased nodes exceed 99 % of
 * more than 1000 decoded, falling to 10 % at 4 million).
 *
 * What is valid YAML without a meaning in JSON (a null key, .inf, `!!int x`) is
 * read: such nodes have NODE_BAD, and node_check() reports them.  So documents
 * that are not manifests can be copied.
 *
 * The tree lives in the arena and has views into source->text, which must
 * outlive it.  `root` is a null node if the document is empty.
 */
#ifndef YAML_READ_H
#define YAML_READ_H

#include "tree/node.h"

/* An anchor (`&name`) and its aliases (`*name`). */
struct anchor {
	str name;
	const struct node *node;
	const struct node **uses;	/* its aliases, in text order */
	uint32_t n;
};

/* What reading gives. */
struct document {
	const struct source *source;
	const struct node *root;
	struct anchor *anchors;		/* in text order; one per definition */
	uint32_t n_anchors;
	/* Duplicate keys of one map: the later ones. */
	const struct node **duplicates;
	uint32_t n_duplicates;
	bool bad;			/* may have nodes with NODE_BAD */
};

/* 0, or -1 with the error set.  More than one document is an error. */
int yaml_read(struct arena *a, const struct source *source,
	      struct document *doc, struct err *e);
/* The same for the first document of a text; the rest is ignored, as
 * sigs.k8s.io/yaml does with templates and configuration files. */
int yaml_read_first(struct arena *a, const struct source *source,
		    struct document *doc, struct err *e);
/* As yaml_read(), but the last line always has an end, and a block scalar there
 * its line break, because kubectl reads manifests line by line. */
int yaml_read_lines(struct arena *a, const struct source *source,
		    struct document *doc, struct err *e);
/* As yaml_read_lines(), but leave out of a List what the sieve does not keep;
 * of a document that needs libyaml nothing is left out. */
int yaml_read_sieved(struct arena *a, const struct source *source,
		     struct sieve *sieve, struct document *doc, struct err *e);
/* The item of a block list that the lines [from, to) of the text are, as it was
 * in a document of which yaml_read_sieved() left out something; or NULL. */
const struct node *yaml_read_item(struct arena *a, const struct source *source,
				  size_t from, size_t to);
/* As yaml_read() without libyaml: false if that is needed, and then nothing was
 * read.  True means also that the text is one document, which no mark ends.
 * Literal blocks in the map or list at the root's key `raw`, if that is not
 * empty, become NODE_RAW: views of their lines in the source, of which most may
 * never be asked for. */
bool yaml_read_quickly(struct arena *a, const struct source *source, str raw,
		       struct document *doc);
/* Lines without their first `indent` spaces, of which blank ones may have
 * fewer: what a literal block means. */
str yaml_unindent(struct arena *a, str lines, size_t indent);
/* As yaml_read(), by libyaml alone: tests compare the two. */
int yaml_read_fully(struct arena *a, const struct source *source,
		    struct document *doc, struct err *e);

#endif
