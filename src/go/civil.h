/*
 * civil - days of the calendar as numbers.
 *
 * The calendar is the Gregorian one, carried backwards and forwards for ever,
 * with a year 0 and negative ones before it.  Day 0 is 1970-01-01.  No number
 * of seconds in 64 bits makes any of this overflow.
 */
#ifndef GO_CIVIL_H
#define GO_CIVIL_H

#include <stdbool.h>
#include <stdint.h>

struct civil {
	int64_t year;
	int month, day;		/* from 1 */
	int yday;		/* from 1 */
};

static inline bool civil_leap(int64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* The day on which this second falls. */
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

int civil_days_in(int64_t year, int month);
/* The number of a day; month 1 to 12, day any. */
int64_t civil_days(int64_t year, int month, int64_t day);
struct civil civil_of_days(int64_t day);

#endif
