/*
 * udiff - the unified diff of two texts, as diff -u and git write it.
 */
#ifndef FILES_UDIFF_H
#define FILES_UDIFF_H

#include <stdbool.h>

#include "base/str.h"

/* Append headers a/NAME and b/NAME and the hunks, with three lines around each
 * change; nothing if the texts are equal.  Lines end at line feeds; all other
 * bytes are copied.  At most UINT32_MAX / 2 lines each. */
void udiff(struct buf *out, str name, str old, str new, bool color);

#endif
