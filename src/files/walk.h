/*
 * walk - the manifests in a folder and below it.
 *
 * In byte order of their names, folder by folder.  Hidden files and folders,
 * vendor, node_modules and what .gitignore files exclude are skipped; links are
 * followed.  No folder is entered twice, by whatever path.
 */
#ifndef FILES_WALK_H
#define FILES_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/err.h"

/* A set of files and folders. */
struct seen {
	struct seen_file *slots;
	size_t n, mask;
};

#define SEEN_INIT { NULL, 0, 0 }

/* Add to the set; true if it was there already. */
bool seen_before(struct seen *s, const struct stat *st);
/* Free the set. */
void seen_release(struct seen *s);

/* What to find, and whom to tell. */
struct walk {
	struct arena *arena;	/* paths live there */
	struct seen *seen;	/* folders entered */
	/* Lines as in .gitignore, with paths relative to the folder where the
	 * walk begins: which files to find (none: *.yaml, *.yml, *.json), and
	 * which files and folders to skip. */
	const char *const *include, *const *exclude;
	size_t n_include, n_exclude;
	void (*found)(void *ctx, const char *path, const struct stat *st);
	/* A folder could not be read. */
	void (*failed)(void *ctx, const struct err *e);
	void *ctx;
};

/* False if it was entered before. */
bool walk_folder(const struct walk *w, const char *folder);

#endif
