/*
 * source - a text that trees are read from, and the places of its bytes.
 *
 * A place is counted from the start of the text, which is right for an error,
 * of which there is one.  source_index() makes many questions cheap: then the
 * text is counted once, as far as places are asked for, and what is counted is
 * kept, a place every few thousand bytes.
 *
 * Lines end with a line feed, columns count characters, both from 1.
 */
#ifndef TREE_SOURCE_H
#define TREE_SOURCE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct source_index;

struct source {
	const char *name;		/* file name for messages */
	str text;
	uint32_t line, column;		/* of text's first byte in the file */
	bool json;			/* read by json/scan */
	struct source_index *index;	/* by source_index(), or NULL */
};

/* A text of YAML or JSON that begins with its file. */
#define SOURCE_YAML(name, text) { (name), (text), 1, 1, false, NULL }
#define SOURCE_JSON(name, text) { (name), (text), 1, 1, true, NULL }

/* Give the source an index, in the arena.  A copy of the source with another
 * text needs another index.  source_pos() fills it, so one thread at a time may
 * ask, until somebody has asked for the end of the text. */
void source_index(struct arena *a, struct source *s);
/* Line and column of a byte of the text. */
struct pos source_pos(const struct source *s, size_t offset);

#endif
