/*
 * walk - the manifests in a folder and below it, and which of them are patches.
 *
 * In byte order of their names, folder by folder.  Hidden files and folders,
 * vendor, node_modules and what .gitignore files exclude are skipped.
 *
 * A symbolic link never gives a file its name.  What it leads to within the
 * folder where the walk begins is found by its own path, at the end if it was
 * not found before because it is hidden.  Links that lead out of that folder,
 * or nowhere, are not followed.  No folder is entered twice.
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
/* Is it in the set? */
bool seen_has(const struct seen *s, const struct stat *st);
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
	/* How many threads may look at the files of one folder; callbacks are
	 * called by the caller's. */
	unsigned threads;
	void (*found)(void *ctx, const char *path, const struct stat *st);
	/* A folder is entered; its path is "" or ends with a slash.  May be
	 * NULL. */
	void (*entered)(void *ctx, const char *folder);
	/* A link is not followed. */
	void (*passed)(void *ctx, const char *path, const char *why);
	/* A folder could not be read. */
	void (*failed)(void *ctx, const struct err *e);
	/* The index of git, or a .gitignore file, could not be read. */
	void (*problem)(void *ctx, const struct err *e);
	void *ctx;
};

/* False if it was entered before. */
bool walk_folder(const struct walk *w, const char *folder);

/* ---- kustomize.c ---- */

/*
 * Which files are patches, by the kustomizations around them.
 *
 * A patch looks like a workload, but is only what an overlay changes in one.
 * kustomization.yaml, kustomization.yml or Kustomization (the first of a folder
 * counts) names its patches in `patches`, `patchesStrategicMerge` and
 * `patchesJson6902`, and in the patch transformers that `transformers` lists;
 * components do the same.  Its `resources` and `bases` are whole objects; a
 * file that is both is a resource.  The fields are those of
 * sigs.k8s.io/kustomize/api/types, Kustomization.
 *
 * A file may be patched only from its own folder or one above it (kustomize's
 * load restriction), so a caller has to show the folders that it enters, and
 * kustomize_above() finds those above.  Files are compared by device and inode.
 */

/* What the kustomizations say about a file. */
struct kustomize_role {
	const char *patch_of;	/* path of the kustomization that lists it as a
				 * patch, or NULL */
	bool resource;		/* one lists it as a resource */
	bool setting;		/* one is configured by it, as by the objects of
				 * `transformers`; no cluster has such */
};

struct kustomize {
	struct arena *arena;	/* paths live there */
	struct seen seen;	/* folders looked at */
	struct kustomize_use *uses;
	size_t n, capacity;
	bool sorted;
	/* A kustomization cannot be read, so that its patches are unknown. */
	void (*problem)(void *ctx, const struct err *e);
	void *ctx;
};

#define KUSTOMIZE_INIT(arena, problem, ctx) \
	{ (arena), SEEN_INIT, NULL, 0, 0, false, (problem), (ctx) }

/* Read the kustomization of a folder, if it has one.  The path is "" or ends
 * with a slash. */
void kustomize_enter(struct kustomize *k, const char *folder);
/* Read those of the folder and of all above it, up to the root of the
 * repository. */
void kustomize_above(struct kustomize *k, const char *folder);
/* What all that was read says about a file. */
struct kustomize_role kustomize_role(struct kustomize *k,
				     const struct stat *st);
void kustomize_release(struct kustomize *k);

#endif
