/*
 * zone - time zones: from the offset of a moment to its name, and back.
 *
 * The names are those of the IANA database as the system has it installed
 * (TZif files, RFC 8536); nothing is compiled in, and nothing of libc's own
 * idea of a current zone is used or changed, so that threads do not disturb
 * each other.  A zone is read when it is asked for and lives in the arena of
 * whoever asks.
 *
 * Where Go has a rule of its own (which offset counts before the first
 * transition, what an abbreviation stands for), it is that of time/zoneinfo.go.
 */
#ifndef GO_ZONE_H
#define GO_ZONE_H

#include "base/arena.h"
#include "base/str.h"

struct zone {
	str name;		/* "UTC", "Local", "Europe/Berlin" */
	bool fixed;		/* one abbreviation and offset for all times */
	str abbreviation;	/* of a fixed zone; "" is none */
	int32_t offset;		/* of a fixed zone: seconds east of UTC */

	/* Of others, parts of the file: big-endian numbers. */
	const uint8_t *when;	/* transitions: moments, 8 bytes each */
	const uint8_t *which;	/* ... and what they lead to */
	uint32_t transitions;
	const uint8_t *kinds;	/* 6 bytes each: offset, is dst, name */
	uint32_t n_kinds;
	str names;		/* NUL-terminated, one behind the other */
	str rule;		/* POSIX TZ for what comes after; "" is none */
};

/* What holds in a zone from `start` up to `end`. */
struct zone_span {
	str name;
	int32_t offset;
	int64_t start, end;
	bool dst;
};

extern const struct zone zone_utc;

/* The zone of this name; NULL where there is none. */
const struct zone *zone_load(struct arena *a, str name);
/* The zone of this computer: what TZ says, else /etc/localtime, else UTC. */
const struct zone *zone_local(struct arena *a);
/* A zone with one offset for all times. */
const struct zone *zone_fixed(struct arena *a, str abbreviation,
			      int32_t offset);

/* What holds at a moment (seconds since 1970). */
struct zone_span zone_at(const struct zone *z, int64_t sec);
/* The offset that an abbreviation stands for when clocks in the zone show
 * `wall`; false where the zone does not know it. */
bool zone_offset_of(const struct zone *z, str abbreviation, int64_t wall,
		    int32_t *offset);

#endif
