/*
 * tag - what a scalar means under its tag, as go-yaml v2 resolves it.
 */
#ifndef YAML_TAG_H
#define YAML_TAG_H

#include "tree/node.h"

struct meaning {
	enum node_kind kind;
	str text;
	const char *why_bad;	/* or NULL */
};

/* `plain`: written without quotes.  Without a tag pass STR_NONE. */
struct meaning tag_resolve(struct arena *a, str tag, str text, bool plain);

#endif
