/*
 * udiff - two texts as a unified diff, the form of diff -u and of git.
 */
#ifndef FILES_UDIFF_H
#define FILES_UDIFF_H

#include <stdbool.h>

#include "base/str.h"

/* Appends headers a/NAME and b/NAME and the hunks, with three lines around
 * each change; nothing where the texts are the same.  Lines end at line feeds;
 * all other bytes are passed on.  At most UINT32_MAX / 2 lines each. */
void udiff(struct buf *out, str name, str old, str new, bool color);

#endif
