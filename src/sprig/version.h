/*
 * version - semantic versions and constraints on them, as in Masterminds/semver
 * 3.3: lenient (v1, 1.2, 1.02.3), and with its idea of which versions satisfy a
 * constraint.  Error texts are the original's, appended to *why.
 */
#ifndef SPRIG_VERSION_H
#define SPRIG_VERSION_H

#include "base/arena.h"
#include "base/str.h"

struct version {
	uint64_t major, minor, patch;
	str pre, metadata;	/* after the - and the + */
	str original;		/* as it was written */
};

/* Read a version: 0 or -1.  The parts are views into s. */
int version_parse(struct version *v, str s, struct buf *why);
/* Is this valid as a version's prerelease, or as its metadata?  0 or -1. */
int version_check_pre(str s, struct buf *why);
int version_check_metadata(str s, struct buf *why);
/* Append the normalised form. */
void version_text(struct buf *out, const struct version *v);
/* -1, 0, 1; metadata is ignored. */
int version_cmp(const struct version *a, const struct version *b);

/* Does the version satisfy the constraint?  0, or -1 if `text` is not a
 * constraint.  Pieces of the text live in a. */
int constraint_check(bool *out, struct arena *a, str text,
		     const struct version *v, struct buf *why);

#endif
