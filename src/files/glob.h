/*
 * glob - patterns of paths, as git and fnmatch(3) with FNM_PATHNAME read them.
 *
 * `*`, `?` and `[...]` match within a name and never a slash; a name of the
 * pattern that is `**` alone stands for any number of folders, and at the end
 * for everything below.  Bytes are compared, and none is special for being
 * first: `*` matches a hidden file.
 */
#ifndef FILES_GLOB_H
#define FILES_GLOB_H

#include <stdbool.h>

#include "base/str.h"

/* Does the pattern match all of the path?  In time linear in either. */
bool glob_match(str pattern, str path);
/* How many bytes at its start stand for themselves. */
size_t glob_literal(str pattern);

#endif
