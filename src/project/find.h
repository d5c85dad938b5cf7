/*
 * find - the project's file, .injector.yaml, from the working folder upwards.
 *
 * The nearest counts, alone; nothing is put together from several.  The search
 * ends
 *   - with the root of a repository, the first folder that has a .git;
 *   - below a folder of another file system;
 *   - below a folder that belongs to somebody else, or in which everybody may
 *     write: what a stranger puts into /tmp is not for those who work in
 *     /tmp/x.
 *
 * It costs three system calls a folder.
 */
#ifndef PROJECT_FIND_H
#define PROJECT_FIND_H

#include <stdbool.h>

#include "base/str.h"

#define PROJECT_FILE_NAME ".injector.yaml"

/* Its path from the working folder, "../.injector.yaml", appended; false:
 * there is none. */
bool project_find(struct buf *path);

#endif
