/*
 * version - semantic versions and constraints on them, as Masterminds/semver
 * 3.3 has them: lenient (v1, 1.2, 1.02.3), and with its idea of what a
 * constraint lets through.
 */
#ifndef SPRIG_VERSION_H
#define SPRIG_VERSION_H

#include "base/arena.h"
#include "base/str.h"

struct version {
	uint64_t major, minor, patch;
	str pre, metadata;	/* behind the - and the + */
	str original;		/* as it was written */
};

/* Read a version: 0, or -1 with the original's error text appended to *why.
 * The parts are views into s. */
int version_parse(struct version *v, str s, struct buf *why);
/* May this be a version's prerelease, or its metadata?  As above. */
int version_check_pre(str s, struct buf *why);
int version_check_metadata(str s, struct buf *why);
/* The normalised form, appended to out. */
void version_text(struct buf *out, const struct version *v);
/* -1, 0, 1; metadata do not count. */
int version_cmp(const struct version *a, const struct version *b);
/* The same of two prereleases that are not empty. */
int version_cmp_pre(str a, str b);

/* What may stand behind the numbers of a version or a constraint: -pre and
 * +metadata.  The length of each with its sign; 0: not there. */
size_t version_pre_length(str s);
size_t version_metadata_length(str s);

/* Does the version satisfy the constraint?  0, or -1 with an error text where
 * the constraint is not one.  `text` is cut into pieces that live in a. */
int constraint_check(bool *out, struct arena *a, str text,
		     const struct version *v, struct buf *why);

#endif
