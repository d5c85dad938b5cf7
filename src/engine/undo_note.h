/*
 * undo_note - what an injection writes into a document about the way back.
 *
 *	# injector-undo: v1 istio 37:19-4="http"~1.3fa9c1 52:3="\n"~2.77e0ab
 *
 * One comment line for each set of templates, called by their names, at the
 * document's end; the hunks (edit/hunks.h) lead from the text without sidecar
 * to the text from before, so that their lines are those of both, but for a
 * few.  JSON has no comments: there the same stands, without what is before
 * the v1, in the annotation injector/undo of its first injected pod, line by
 * line.
 */
#ifndef ENGINE_UNDO_NOTE_H
#define ENGINE_UNDO_NOTE_H

#include "base/str.h"

#define UNDO_ANNOTATION STR("injector/undo")

struct undo_note {
	size_t from, to;	/* the line, its break included */
	str hunks;
};

/* The comment with that tag: false where there is none. */
bool undo_note_find(str text, str tag, struct undo_note *out);
/* Append `text` with a comment at its end; `start`, if not SIZE_MAX: at that
 * line, which is for texts that a line break at the end would change. */
void undo_note_add(struct buf *out, str text, str tag, str hunks, size_t start);

/* The same in an annotation's value. */
bool undo_value_find(str value, str tag, struct undo_note *out);
/* Append the value with other hunks for that tag; without, if these are "". */
void undo_value_put(struct buf *out, str value, str tag, str hunks);

#endif
