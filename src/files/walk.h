/*
 * walk - the manifests in a folder and those below it.
 *
 * In the order of their names' bytes, folder by folder.  Left out are hidden
 * files and folders, vendor, node_modules, and what .gitignore says; links are
 * followed.  No folder is entered twice, whatever leads to it.
 */
#ifndef FILES_WALK_H
#define FILES_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/err.h"

/* Which files and folders were met; a set. */
struct seen {
	struct seen_file *slots;
	size_t n, mask;
};

#define SEEN_INIT { NULL, 0, 0 }

/* Was it there already?  It is now. */
bool seen_before(struct seen *s, const struct stat *st);
void seen_release(struct seen *s);

struct walk {
	struct arena *arena;	/* paths live there */
	struct seen *seen;	/* folders that were entered */
	/* Lines as in .gitignore, paths from the folder where the walk began:
	 * which files to take (none: *.yaml, *.yml, *.json), which files and
	 * folders to leave out. */
	const char *const *include, *const *exclude;
	size_t n_include, n_exclude;
	void (*found)(void *ctx, const char *path, const struct stat *st);
	/* A folder could not be read. */
	void (*failed)(void *ctx, const struct err *e);
	void *ctx;
};

/* false if it was entered before. */
bool walk_folder(const struct walk *w, const char *folder);

#endif
