/*
 * splice - carry edits out on the text of a document.
 *
 * Invariant: lines outside the edits stay as they are, to the byte, and
 * reading the result gives a tree equal to the one that was wanted.
 *
 * How new text takes its place:
 *  - a new key stands on lines of its own after the entry that the edit names,
 *    past the comments that belong to that entry: those indented deeper than
 *    the keys, after the last entry those at the keys' column too; comments at
 *    the column of a list's dashes stay last in the list;
 *  - a first item goes above the comments of the old first item;
 *  - what goes takes the comments right above it along, and of blank lines on
 *    both sides, or at the end, those above;
 *  - an item that moved takes its own lines along, shifted by columns; between
 *    flow and block it is written anew;
 *  - flow collections, JSON's too, stay flow, with their commas; empty ones and
 *    null become block in block context;
 *  - a comment behind a value stays behind the new value;
 *  - a last block scalar without a line break gets `-`, if lines follow it.
 */
#ifndef EDIT_SPLICE_H
#define EDIT_SPLICE_H

#include "edit/diff.h"

/* Append the changed text to out. */
void splice(struct arena *a, const struct document *doc,
	    const struct edits *edits, struct buf *out);

/* The same, but what goes leaves comments and blank lines where they are: what
 * splice() put in leaves no trace. */
void splice_bare(struct arena *a, const struct document *doc,
		 const struct edits *edits, struct buf *out);

/* Would splice_bare() of the way back give the very text again, if that is not
 * delicate?  True only if
 * that is plain to see: all that is to be put in are lines of their own between
 * lines of a block, and scalars that are spelled as they would be anew. */
bool splice_is_plain(const struct document *doc, const struct edits *edits);

/* Does the text of a read node end in a block scalar? */
bool splice_ends_in_block(const struct node *n);

/* Is the text of a kind where only reading it again tells that a splice went
 * right: aliases, `?` keys, tabs, line breaks that few know? */
bool splice_is_delicate(const struct document *doc);

#endif
