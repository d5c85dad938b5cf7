/*
 * gotime - Go's package time: the calendar, time zones, moments, and durations.
 *
 * A moment is a second since 1970 in UTC, nanoseconds, and the zone in which
 * its clocks are read.  It is written and read by layouts, which are examples
 * ("2006-01-02 15:04:05"), and moved by months and days.  Moments more than a
 * thousand million years away are clamped, so that no sum overflows; Go's own
 * results are meaningless out there.
 *
 * Zone names are those of the IANA database installed on the system (TZif
 * files, RFC 8536).  Nothing is compiled in, and libc's current zone is neither
 * read nor changed, so threads do not disturb each other.  A zone is loaded
 * when it is asked for and lives in the caller's arena.
 *
 * Rules and error texts are those of Go's time/time.go, format.go and
 * zoneinfo.go.  A `why` buffer receives Go's error text, which quotes the input
 * and so may be of any length.
 */
#ifndef GO_GOTIME_H
#define GO_GOTIME_H

#include "base/arena.h"
#include "base/str.h"

/* ---- the calendar ---- */

/*
 * The Gregorian calendar, extended backwards and forwards without end, with a
 * year 0 and negative years before it.  Day 0 is 1970-01-01.  No number of
 * seconds in 64 bits makes any of these functions overflow.
 */
struct civil {
	int64_t year;
	int month, day;		/* from 1 */
	int yday;		/* day of the year, from 1 */
};

static inline bool civil_leap(int64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* The day that contains this second. */
static inline int64_t civil_day_of(int64_t sec)
{
	return sec / 86400 - (sec % 86400 < 0);
}

/* 0 is Sunday. */
static inline int civil_weekday(int64_t day)
{
	int w = (int)(day % 7 + 4) % 7;

	return w < 0 ? w + 7 : w;
}

/* The number of days in a month. */
int civil_days_in(int64_t year, int month);
/* The number of a day; month is 1 to 12, day may be any number. */
int64_t civil_days(int64_t year, int month, int64_t day);
/* The date of a day. */
struct civil civil_of_days(int64_t day);

/* ---- zones ---- */

struct zone {
	str name;		/* "UTC", "Local", "Europe/Berlin" */
	bool fixed;		/* one abbreviation and offset for all times */
	str abbreviation;	/* of a fixed zone; "" for none */
	int32_t offset;		/* of a fixed zone: seconds east of UTC */

	/* Of other zones, parts of the file: big-endian numbers. */
	const uint8_t *when;	/* transitions: moments, 8 bytes each */
	const uint8_t *which;	/* ... and the kind each one leads to */
	uint32_t transitions;
	const uint8_t *kinds;	/* 6 bytes each: offset, is dst, name */
	uint32_t n_kinds;
	str names;		/* NUL-terminated, one after the other */
	str rule;		/* POSIX TZ for later times; "" for none */
};

/* What holds in a zone from `start` up to `end`. */
struct zone_span {
	str name;
	int32_t offset;
	int64_t start, end;
	bool dst;
};

extern const struct zone zone_utc;

/* The zone of this name; NULL if there is none. */
const struct zone *zone_load(struct arena *a, str name);
/* The zone of this computer: $TZ, else /etc/localtime, else UTC. */
const struct zone *zone_local(struct arena *a);
/* A zone with one offset for all times. */
const struct zone *zone_fixed(struct arena *a, str abbreviation,
			      int32_t offset);
/* What holds at a moment (seconds since 1970). */
struct zone_span zone_at(const struct zone *z, int64_t sec);
/* The offset an abbreviation stands for when clocks in the zone show `wall`;
 * false if the zone does not know it. */
bool zone_offset_of(const struct zone *z, str abbreviation, int64_t wall,
		    int32_t *offset);

/* ---- moments ---- */

struct gotime {
	int64_t sec;		/* since 1970, UTC */
	int32_t nsec;		/* 0 to 999,999,999 */
	const struct zone *zone;
};

/* The zero value of time.Time: year 1. */
#define GOTIME_ZERO ((struct gotime){ -62135596800, 0, &zone_utc })

/* What clocks and calendars show. */
struct gotime_parts {
	struct civil date;
	int weekday;		/* 0: Sunday */
	int hour, minute, second;
	struct zone_span zone;
};

extern const char *const gotime_months[12], *const gotime_weekdays[7];

/* time.Unix; nsec may be any number. */
struct gotime gotime_unix(int64_t sec, int64_t nsec, const struct zone *z);
struct gotime_parts gotime_parts(const struct gotime *t);
/* The moment these parts mean in a zone; month and day may be out of range. */
struct gotime gotime_date(int64_t year, int64_t month, int64_t day,
			  int64_t second_of_day, int32_t nsec,
			  const struct zone *z);
/* Time.Add: later by this many nanoseconds. */
struct gotime gotime_add(struct gotime t, int64_t duration);
/* Time.Sub: a - b in nanoseconds, clamped to 64 bits. */
int64_t gotime_sub(const struct gotime *a, const struct gotime *b);
/* Time.AddDate: later by this many years, months and days of the calendar; p
 * are the parts of t. */
struct gotime gotime_move(const struct gotime *t, const struct gotime_parts *p,
			  int64_t years, int64_t months, int64_t days);
/* -1, 0, 1 */
int gotime_cmp(const struct gotime *a, const struct gotime *b);

/* Time.Format, appended to out. */
void gotime_format(struct buf *out, const struct gotime *t, str layout);
/* Time.String, appended to out. */
void gotime_text(struct buf *out, const struct gotime *t);
/* time.ParseInLocation: 0, or -1 with Go's error text appended to *why. */
int gotime_parse(struct gotime *out, struct arena *a, str layout, str value,
		 const struct zone *z, struct buf *why);
/* Append a text as package time quotes it in its errors. */
void gotime_quote(struct buf *out, str s);

/* ---- durations: nanoseconds ---- */

/* Duration.String, appended to out. */
void duration_text(struct buf *out, int64_t d);
/* time.ParseDuration: 0, or -1 with Go's error text appended to *why. */
int duration_parse(int64_t *out, str s, struct buf *why);
/* Duration.Round */
int64_t duration_round(int64_t d, int64_t to);
/* Duration.Truncate */
int64_t duration_truncate(int64_t d, int64_t to);

/* ---- layouts, for gotime.c and gotime_parse.c ---- */

enum layout_element {
	LAYOUT_NONE,
	LAYOUT_LONG_MONTH, LAYOUT_MONTH, LAYOUT_NUM_MONTH, LAYOUT_ZERO_MONTH,
	LAYOUT_LONG_WEEKDAY, LAYOUT_WEEKDAY,
	LAYOUT_DAY, LAYOUT_UNDER_DAY, LAYOUT_ZERO_DAY,
	LAYOUT_UNDER_YDAY, LAYOUT_ZERO_YDAY,
	LAYOUT_HOUR, LAYOUT_HOUR12, LAYOUT_ZERO_HOUR12,
	LAYOUT_MINUTE, LAYOUT_ZERO_MINUTE,
	LAYOUT_SECOND, LAYOUT_ZERO_SECOND,
	LAYOUT_LONG_YEAR, LAYOUT_YEAR,
	LAYOUT_PM, LAYOUT_LOWER_PM,
	LAYOUT_ZONE_NAME,
	LAYOUT_OFFSET,		/* -0700 and the like */
	LAYOUT_FRACTION_0,	/* .000: this many digits */
	LAYOUT_FRACTION_9,	/* .999: without trailing zeros */
};

/* A layout's next element, and the text before and after it. */
struct layout_chunk {
	str prefix;
	enum layout_element element;
	str text;		/* of the element, as the layout spells it */
	str rest;
	/* Of an offset: "Z" if it is 0; with minutes, seconds, colons. */
	bool zulu, minutes, seconds, colon;
};

/* Cut the next element off a layout; LAYOUT_NONE at the end. */
struct layout_chunk layout_next(str layout);

#endif
