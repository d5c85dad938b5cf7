/*
 * types - the types beyond Go's own that sprig's functions give and take.
 */
#ifndef SPRIG_TYPES_H
#define SPRIG_TYPES_H

#include "tmpl/value.h"

extern const struct type sprig_time,	/* time.Time; object: struct gotime */
	sprig_duration,			/* time.Duration: an int64 */
	sprig_month, sprig_weekday,	/* ints with names */
	sprig_version,			/* semver.Version */
	sprig_version_ptr;		/* *semver.Version */
/* The object of a version that nothing is known of: 0.0.0. */
extern const void *const sprig_version_zero;

#endif
