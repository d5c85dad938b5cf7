/*
 * ignore - which files the .gitignore files exclude, and glob patterns.
 *
 * A level is a folder: its own rules, and those of the folders around it up to
 * the root of the repository, and finally .git/info/exclude.  The innermost
 * level with a matching rule decides, by its last such rule.  Nothing below an
 * excluded folder can be included again, so the caller need not go there.
 * Outside of a repository the rules of the first folder and those below apply.
 *
 * The same as git, except that no configuration is read (core.excludesFile),
 * and that files which git tracks are excluded as well.
 */
#ifndef FILES_IGNORE_H
#define FILES_IGNORE_H

#include <stdbool.h>

#include "base/arena.h"
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

/* The level of the folder where a walk begins.  Everything lives in `a`; a file
 * that cannot be read is ignored, as by git. */
const struct ignore *ignore_open(struct arena *a, const char *folder);
/* The level of folder `name` in that of `outer`; `path` is how to open it.  If
 * it has a .git, another repository begins. */
const struct ignore *ignore_enter(struct arena *a, const struct ignore *outer,
				  const char *path, const char *name);
/* True if this name in the folder of the level is excluded. */
bool ignore_has(const struct ignore *here, const char *name, bool folder);

#endif
