/*
 * place - from libyaml's marks to bytes, and the places that marks do not tell.
 *
 * libyaml counts characters; a `struct places` turns counts into bytes by
 * walking from the last one asked for, so that asking in text order is linear
 * and a text of ASCII alone costs nothing.  The other functions read a little
 * of the text between two places that are known; the scanner has accepted that
 * text already, so that they need not doubt it.
 */
#ifndef YAML_PLACE_H
#define YAML_PLACE_H

#include "base/str.h"

struct places {
	str text;
	size_t bom;		/* bytes before the first character */
	bool ascii;
	size_t index, byte;	/* where the last question led */
};

void places_init(struct places *m, str text);
size_t places_walk(struct places *m, size_t index);
/* The byte of a character, counted from behind a BOM at the start. */
static inline size_t places_byte(struct places *m, size_t index)
{
	if (m->ascii)
		return index < m->text.n ? index : m->text.n;
	return places_walk(m, index);
}

/* To the line break, or the end of the text. */
size_t place_line_end(str text, size_t at);
/* Past blanks, line breaks and comments. */
size_t place_skip_gap(str text, size_t at);
/* Is there the colon between a key and its value?  Outside of flow a plain
 * text may begin with one. */
bool place_is_colon(str text, size_t at, bool flow);
/* Past so many of anchor and tag, to the content.  What follows may have an
 * anchor and a tag of its own: the first key of a block map. */
size_t place_content(str text, size_t at, int properties);
/* The end of a literal or folded scalar that begins at `content` with its
 * header; `end` is libyaml's mark, `value` what libyaml made of it. */
size_t place_block_end(str text, size_t content, size_t end, str value);

#endif
