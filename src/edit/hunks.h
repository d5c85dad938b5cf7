/*
 * hunks - a text's difference from another one, in readable short form.
 *
 * A hunk is LINE:COLUMN[-REMOVED][="ADDED"]~LINES.CHECKSUM:
 *
 *	12:17-4="http"~2.9f02c1		replace 4 bytes in line 12
 *	30:1="  a: {}\n"~1.c07d11	insert a line before line 30
 *	41:1-24~1.77e0ab		remove 24 bytes
 *
 * COLUMN counts bytes from 1.  Lines longer than HUNKS_LINE are divided into
 * parts, LINE.PART, which end behind `,`, `{` or `[`: JSON may have just one
 * line.
 *
 * The checksum covers what is removed and as many LINES (or parts) on each
 * side as are needed to tell the place from others nearby.  It shows whether
 * the text is still the one that the hunk was made for, and finds the place
 * again if lines were added or removed elsewhere: the nearest one that matches,
 * relative to the hunk before.
 */
#ifndef EDIT_HUNKS_H
#define EDIT_HUNKS_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* Longer lines, in bytes, are divided into parts. */
#define HUNKS_LINE 240

/* Append the hunks that turn `from` into `to`, separated by blanks; nothing if
 * the texts are equal.  The arena is used for working memory. */
void hunks_write(struct arena *a, str from, str to, struct buf *out);
/* Append `from` with the hunks applied, where its line ends may be CRLF instead
 * of LF, or the other way round: then what is added has them as well.  -1 with an
 * error (without a place) if hunks are malformed or do not match; nothing is
 * appended then.  With `left_out`, hunks that do not match are left out, and
 * counted there. */
int hunks_apply(struct arena *a, str hunks, str from, struct buf *out,
		size_t *left_out, struct err *e);

#endif
