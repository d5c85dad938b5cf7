/*
 * origin - who wrote a node of an injected Pod: the manifest, a template, or
 * the injector itself.
 *
 * After a first injection a node tells that by its source.  After the second the
 * sidecar is in the manifest, so the node alone would say something else than
 * the first time.  The rule that makes both the same: a node that a template
 * renders at the same place of the Pod with the same value is the template's.
 * The same place means the same keys, and in lists that are merged by key
 * (containers, env, volumes, ...) the item with that key, else the same index.
 * What was edited since the first injection has another value, and is the
 * manifest's.
 */
#ifndef CHECK_ORIGIN_H
#define CHECK_ORIGIN_H

#include "k8s/typed.h"
#include "tree/node.h"

enum author {
	AUTHOR_MANIFEST,
	AUTHOR_TEMPLATE,
	/* A step after the templates, or the injector's configuration.  Such a
	 * node may have no position. */
	AUTHOR_INJECTOR,
};

/* An injected Pod and what it was made of. */
struct injected {
	const struct source *manifest;	/* the text the Pod was read from */
	const struct node *pod;		/* {metadata, spec} */
	/* What the templates rendered for it, in the order of merging. */
	const struct node *const *given;
	uint32_t n_given;
};

struct origin {
	enum author author;
	str template;			/* its name; else STR_NONE */
	/* What has the position: the node itself, or the template's node. */
	const struct node *at;
};

/* The origin of node n, which is at `place` in the Pod.  Without a place only
 * the node itself is asked, as for keys. */
struct origin origin_of(const struct injected *in, const struct node *n,
			const struct place *place);

#endif
