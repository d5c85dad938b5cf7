/*
 * ignore - which files the .gitignore files exclude, and glob patterns.
 *
 * A level is a folder: its own rules, and those of the folders around it up to
 * the root of the repository, and finally .git/info/exclude.  The innermost
 * level with a matching rule decides, by its last such rule.  No rule below an
 * excluded folder can include anything again.  Outside of a repository the
 * rules of the first folder and those below apply.
 *
 * A file that git tracks is never excluded, nor is a folder that has one.  The
 * index is read when something would be excluded for the first time; if it
 * cannot be read, the rules alone decide.
 *
 * The same as git, except that no configuration is read (core.excludesFile).
 */
#ifndef FILES_IGNORE_H
#define FILES_IGNORE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* ---- glob.c ---- */

/*
 * Patterns of paths as git and fnmatch(3) with FNM_PATHNAME read them.
 *
 * `*`, `?` and `[...]` match within a name, never a slash; a name of the
 * pattern that is just `**` matches any number of folders, and at the end
 * everything below.  Bytes are compared, and a leading period is not special:
 * `*` matches a hidden file.
 */

/* True if the pattern matches the whole path.  Takes time linear in either. */
bool glob_match(str pattern, str path);
/* How many bytes at the start of a pattern are literal. */
size_t glob_literal(str pattern);

/* ---- git_index.c ---- */

/*
 * Which files git tracks, read from the index of a work tree.
 *
 * The format is that of gitformat-index(5): versions 2, 3 and 4, with object
 * names of SHA-1 or SHA-256, split (`link`) or sparse (`sdir`).  Only the names
 * are used.  The checksum is not compared: git replaces the file in one step.
 * Of a split index an entry that was deleted since it was split still counts,
 * which matters only for a file that exists all the same.
 *
 * The bytes are not trusted.  A file that is larger than GIT_INDEX_MAX, ends
 * too early, has names that are longer than GIT_INDEX_NAME_MAX or out of order,
 * or extensions that are unknown and not optional is an error.
 */
#define GIT_INDEX_MAX ((size_t)1 << 30)
#define GIT_INDEX_NAME_MAX 4096

struct git_index {
	str *names;		/* sorted, relative to the work tree */
	size_t n;
	str base;		/* object name of the shared index; or "" */
	const struct git_index *shared;	/* what that is; NULL: none */
};

/* Read the bytes of an index, whose object names have `hash` bytes (20 or 32);
 * `name` is for messages.  Names are views into `text` or live in `a`.  NULL
 * with the error set. */
struct git_index *git_index_parse(struct arena *a, const char *name, str text,
				  size_t hash, struct err *e);
/* The index in the folder `git`, .git or that of a linked work tree, and the
 * shared index if it is split.  `common` has the repository's configuration.
 * An index that does not exist yet is empty.  NULL with the error set. */
const struct git_index *git_index_read(struct arena *a, const char *git,
				       const char *common, struct err *e);
/* Is this path tracked, as a file or a submodule? */
bool git_index_has(const struct git_index *x, str path);
/* Is a file in this folder tracked?  The path ends with a slash. */
bool git_index_has_below(const struct git_index *x, str folder);

/* ---- ignore.c ---- */

/* A line of a .gitignore file. */
struct ignore_rule {
	str pattern;
	bool negated;		/* `!`: include again */
	bool folder_only;	/* `/` at the end */
	bool name_only;		/* no other `/`: in any folder */
};

/* False for a comment or a blank line.  The pattern is a view into the line. */
bool ignore_rule_read(struct ignore_rule *r, str line);
/* `path` is relative to the folder of the rule, without a slash at its end. */
bool ignore_rule_matches(const struct ignore_rule *r, str path, bool folder);

struct ignore;

/* Receives the reason why rules, or the index of a repository, are unknown. */
typedef void ignore_problem_fn(void *ctx, const struct err *e);

/* The level of the folder where a walk begins.  Everything lives in `a`; a
 * file of rules that cannot be read is ignored, as by git, which tells so, too.
 * `problem` may be NULL. */
const struct ignore *ignore_open(struct arena *a, const char *folder,
				 ignore_problem_fn *problem, void *ctx);
/* The level of folder `name` in that of `outer`; `path` is how to open it.  If
 * it has a .git, another repository begins. */
const struct ignore *ignore_enter(const struct ignore *outer, const char *path,
				  const char *name);
/* True if this name in the folder of the level is excluded. */
bool ignore_has(const struct ignore *here, const char *name, bool folder);

#endif
