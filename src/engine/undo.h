/*
 * uninject - take the sidecar out of a document again.
 *
 * The pods tell what came in (istio/uninject, sidecars), and the edits that
 * take it out again leave everything else where it is.  Mostly that is the text
 * from before, to the byte.  Where it is not, since a port lost its name or a
 * map was empty, the injection has tried the way back at once, and noted the
 * difference between what it led to and the text from before (undo_note.h).
 * So an injection and the way back from it never have to know of one another.
 *
 * To try costs reading the document once more; where both the trees
 * (uninject_foresee) and the edits (splice_is_plain) show that nothing can be
 * lost, it is not tried.
 */
#ifndef ENGINE_UNDO_H
#define ENGINE_UNDO_H

#include "engine/run.h"

/* To the output: the document without the sidecar. */
int uninject_document(struct run *r, const struct piece *piece,
		      struct document *doc);

/* Append the text from before the injection.  -1 with r->err, also where the
 * notes do not fit. */
int uninject_text(struct run *r, const struct piece *piece,
		  const struct document *doc, struct buf *out);
/* The document without the comment with notes. */
int uninject_bare(struct run *r, const struct piece *piece,
		  const struct document *doc, struct document *out);
/* To the output: the text `now` with notes that lead back to `before`. */
void uninject_lead_back(struct run *r, const struct piece *piece, str now,
			str before);

/* Of Istio's injection of in->pod, which became `pod`: was there one before,
 * and does the pod lead back by itself? */
void uninject_foresee(struct run *r, const struct injection *in,
		      const struct node *pod);
/* Has the document notes of these templates? */
bool uninject_is_noted(struct run *r, const struct document *doc);
/* The document was injected; its text now is the output from byte `from` on,
 * and gets the notes that lead back. */
int uninject_note(struct run *r, const struct piece *piece,
		  struct document *doc, size_t from);

#endif
