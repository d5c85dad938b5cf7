/*
 * source - a text that trees are read from, and the places of its bytes.
 *
 * A place is a line and column of a file that the user can open.  So the place
 * of a text that a template rendered is in the template: struct source_map says
 * which bytes of the one come from which of the other.
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
	/* Of a template's text, or what it rendered: the template's name. */
	str template;
	/* Of a text within another file: how far right of column 1 its lines
	 * are there; or true if they are not lines there, so that the text has
	 * one place only. */
	uint32_t indent;
	bool one_place;
	/* Of what a template rendered; or NULL.  The text begins at byte
	 * `offset` of all that the map is about. */
	const struct source_map *map;
	size_t offset;
};

/* A text of YAML or JSON that begins with its file. */
#define SOURCE_YAML(file, string) \
	{ .name = (file), .text = (string), .line = 1, .column = 1 }
#define SOURCE_JSON(file, string) \
	{ .name = (file), .text = (string), .line = 1, .column = 1, \
	  .json = true }

/* The rendered bytes from `at` up to the next part. */
struct source_part {
	uint32_t at;
	uint32_t from;		/* in the template's text */
	bool copied;		/* from there; else the action there printed
				 * it */
	bool no_value;		/* the action printed "<no value>" or "<nil>" */
};

/* Where a rendered text comes from; parts are in order of `at`. */
struct source_map {
	const struct source *template;
	const struct source_part *parts;
	size_t n;
};

/* Give the source an index, in the arena.  A copy of the source with another
 * text needs another index.  source_pos() fills it, so one thread at a time may
 * ask, until somebody has asked for the end of the text. */
void source_index(struct arena *a, struct source *s);
/* The index of the part with byte `at`, or of the first part. */
size_t source_map_part(const struct source_map *map, size_t at);
/* Line and column of a byte of the text. */
struct pos source_pos(const struct source *s, size_t offset);

#endif
