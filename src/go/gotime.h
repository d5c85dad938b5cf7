/*
 * gotime - moments as Go's package time has them: written and read by layouts
 * ("2006-01-02 15:04:05"), moved by months and days.
 *
 * Moments more than a thousand million years away are brought nearer, so that
 * no sum overflows; Go's own are nonsense out there.
 */
#ifndef GO_GOTIME_H
#define GO_GOTIME_H

#include "go/civil.h"
#include "go/zone.h"

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

struct gotime gotime_unix(int64_t sec, int64_t nsec, const struct zone *z);
struct gotime_parts gotime_parts(const struct gotime *t);
/* The moment that these parts mean in a zone; month and day may lie outside
 * their ranges. */
struct gotime gotime_date(int64_t year, int64_t month, int64_t day,
			  int64_t second_of_day, int32_t nsec,
			  const struct zone *z);
/* Later by so many nanoseconds. */
struct gotime gotime_add(struct gotime t, int64_t duration);
/* From b to a, in nanoseconds, as far as they fit. */
int64_t gotime_sub(const struct gotime *a, const struct gotime *b);
/* Time.AddDate: as many years, months and days later by the calendar; p are
 * the parts of t. */
struct gotime gotime_move(const struct gotime *t, const struct gotime_parts *p,
			  int64_t years, int64_t months, int64_t days);
/* -1, 0, 1 */
int gotime_cmp(const struct gotime *a, const struct gotime *b);

/* Time.Format, appended to out. */
void gotime_format(struct buf *out, const struct gotime *t, str layout);
/* Time.String */
void gotime_text(struct buf *out, const struct gotime *t);
/* time.ParseInLocation: 0, or -1 with Go's error text, which quotes both texts
 * and so may be of any length, appended to *why. */
int gotime_parse(struct gotime *out, struct arena *a, str layout, str value,
		 const struct zone *z, struct buf *why);

/* ---- layouts ---- */

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
	LAYOUT_OFFSET,		/* -0700 and its like */
	LAYOUT_FRACTION_0,	/* .000: as many digits */
	LAYOUT_FRACTION_9,	/* .999: without zeros at the end */
};

/* A layout's next element and what stands before it. */
struct layout_chunk {
	str prefix;
	enum layout_element element;
	str text;		/* as the layout has it */
	str rest;
	/* Of an offset: "Z" where it is 0; with minutes, seconds, colons. */
	bool zulu, minutes, seconds, colon;
};

struct layout_chunk layout_next(str layout);

/* ---- durations: nanoseconds ---- */

/* Duration.String */
void duration_text(struct buf *out, int64_t d);
/* time.ParseDuration: 0, or -1 with Go's error text appended to *why. */
int duration_parse(int64_t *out, str s, struct buf *why);
/* Duration.Round */
int64_t duration_round(int64_t d, int64_t to);
/* Duration.Truncate */
int64_t duration_truncate(int64_t d, int64_t to);

/* A text as package time quotes it in its errors, appended to out. */
void gotime_quote(struct buf *out, str s);

#endif
