/*
 * ignore - what .gitignore files leave out.
 *
 * A level is a folder: its own rules, and those of the folders around it up to
 * the repository's root, last .git/info/exclude.  The innermost level in which
 * a rule matches decides, in it the last such rule.  Below a folder that is
 * left out nothing can be taken in again; the caller has not to go there.
 * Outside of a repository the rules of the first folder and those below hold.
 *
 * As git does, except that no configuration is read (core.excludesFile), and
 * that files which git already tracks are left out as well.
 */
#ifndef FILES_IGNORE_H
#define FILES_IGNORE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

/* A line of such a file. */
struct ignore_rule {
	str pattern;
	bool negated;		/* `!`: takes in again */
	bool folder_only;	/* `/` at the end */
	bool name_only;		/* no other `/`: in any folder */
};

/* false for a comment or nothing; the rule's text is a piece of the line. */
bool ignore_rule_read(struct ignore_rule *r, str line);
/* path: from the folder of the rule, without a slash at its end. */
bool ignore_rule_matches(const struct ignore_rule *r, str path, bool folder);

struct ignore;

/* The level of a folder that a walk begins in.  Everything lives in `a`; a
 * file that cannot be read counts as none, as with git. */
const struct ignore *ignore_open(struct arena *a, const char *folder);
/* The level of `name` in the folder of `outer`; path: how to open it.  Another
 * repository begins where that has a .git. */
const struct ignore *ignore_enter(struct arena *a, const struct ignore *outer,
				  const char *path, const char *name);
/* Is this name in the level's folder left out? */
bool ignore_has(const struct ignore *here, const char *name, bool folder);

#endif
