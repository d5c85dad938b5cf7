/*
 * hunks - how one text becomes another one, as words for people to read.
 *
 *	12:17-4="http"~2.9f02c1		in line 12, behind 16 bytes, 4 go
 *	30:1="  a: {}\n"~1.c07d11	before line 30 a line comes
 *	41:1-24~1.77e0ab		24 bytes go
 *
 * A line that is longer than HUNKS_LINE is counted in parts, LINE.PART, which
 * end behind `,`, `{` or `[`: JSON may have but one line.
 *
 * Behind the ~ stands a sum over what goes and over so many lines (or parts) on
 * each side.  It tells whether the text is still the one that the hunk was made
 * for, and finds the place again when lines came or went elsewhere: the nearest
 * one that fits, counted from where the hunk before it was found.  As many
 * lines are taken as it needs to tell the place from others around it.
 */
#ifndef EDIT_HUNKS_H
#define EDIT_HUNKS_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#define HUNKS_LINE 240

/* Append the hunks that turn `from` into `to`, with blanks between them;
 * nothing where the texts are the same.  What is in the arena is forgotten by
 * the call's end only with the arena. */
void hunks_write(struct arena *a, str from, str to, struct buf *out);
/* Append `from` with the hunks applied.  -1 with the error, without a place,
 * where they are no hunks or do not fit; what was appended is then of no use.
 */
int hunks_apply(struct arena *a, str hunks, str from, struct buf *out,
		struct err *e);

#endif
