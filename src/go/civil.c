/*
 * civil - days of the calendar as numbers.
 *
 * Counting starts on the first of March of the year 0, so that leap days come
 * last in their year, and the lengths of the months before them repeat in
 * fives (31 30 31 30 31): 153 days.
 */
#include "go/civil.h"

/* From 0000-03-01 to 1970-01-01. */
#define EPOCH 719468
#define DAYS_400Y 146097

int civil_days_in(int64_t year, int month)
{
	static const int8_t days[] = { 31, 28, 31, 30, 31, 30,
				       31, 31, 30, 31, 30, 31 };

	return days[month - 1] + (month == 2 && civil_leap(year));
}

int64_t civil_days(int64_t year, int month, int64_t day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = y / 400 - (y % 400 < 0);
	int64_t in_era = y - era * 400;
	int64_t march = (month + 9) % 12;
	int64_t days = in_era * 365 + in_era / 4 - in_era / 100 +
		       (153 * march + 2) / 5;

	return era * DAYS_400Y + days + day - 1 - EPOCH;
}

struct civil civil_of_days(int64_t day)
{
	struct civil c;
	int64_t era, in_era, year, yday, march;

	day += EPOCH;
	era = day / DAYS_400Y - (day % DAYS_400Y < 0);
	in_era = day - era * DAYS_400Y;
	/* leap days of 4, 100 and 400 years taken out and put back */
	year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) /
	       365;
	yday = in_era - (year * 365 + year / 4 - year / 100);
	march = (5 * yday + 2) / 153;
	c.day = (int)(yday - (153 * march + 2) / 5) + 1;
	c.month = (int)(march < 10 ? march + 3 : march - 9);
	c.year = era * 400 + year + (c.month <= 2);
	c.yday = (int)(day - EPOCH - civil_days(c.year, 1, 1)) + 1;
	return c;
}
