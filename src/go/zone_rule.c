/*
 * zone_rule - POSIX TZ texts, as zone files carry them in their last line.
 *
 *	rule   = name offset [ name [ offset ] [ "," date "," date ] ]
 *	name   = at least three letters, or "<" anything ">"
 *	offset = [ "+" | "-" ] hours [ ":" minutes [ ":" seconds ] ]
 *	date   = day [ "/" offset ]
 *	day    = "J" number | number | "M" month "." week "." weekday
 *
 * Offsets count westwards.  The extension of RFC 8536 (up to 167 hours) is
 * taken.  As time/zoneinfo.go has it, the span of a moment ends with the year
 * at the latest, which is enough for those who ask.
 */
#include "go/zone_rule.h"

#include "go/civil.h"

/* When in a year the clocks are changed. */
struct change {
	char form;		/* 'J', 'M', or '0': plain day */
	int32_t month, week, day;
	int32_t time;
};

static bool number(str *s, int32_t min, int32_t max, int32_t *out)
{
	size_t i = 0;
	int32_t n = 0;

	while (i < s->n && s->p[i] >= '0' && s->p[i] <= '9') {
		n = n * 10 + (s->p[i++] - '0');
		if (n > max)
			return false;
	}
	*s = str_sub(*s, i, s->n);
	*out = n;
	return i > 0 && n >= min;
}

static bool skip(str *s, char c)
{
	if (!s->n || s->p[0] != c)
		return false;
	*s = str_sub(*s, 1, s->n);
	return true;
}

static bool name(str *s, str *out)
{
	size_t i = 0;

	if (skip(s, '<')) {
		i = str_find(*s, 0, '>');
		*out = str_sub(*s, 0, i);
		*s = str_sub(*s, i, s->n);
		return skip(s, '>');
	}
	while (i < s->n && !memchr("0123456789,-+", s->p[i], 13))
		i++;
	*out = str_sub(*s, 0, i);
	*s = str_sub(*s, i, s->n);
	return i >= 3;
}

static bool offset(str *s, int32_t *out)
{
	bool west = skip(s, '-');
	int32_t hours, minutes = 0, seconds = 0;

	if (!west)
		skip(s, '+');
	if (!number(s, 0, 24 * 7, &hours))
		return false;
	if (skip(s, ':')) {
		if (!number(s, 0, 59, &minutes))
			return false;
		if (skip(s, ':') && !number(s, 0, 59, &seconds))
			return false;
	}
	*out = hours * 3600 + minutes * 60 + seconds;
	if (west)
		*out = -*out;
	return true;
}

static bool change(str *s, struct change *c)
{
	*c = (struct change){ .form = '0', .time = 2 * 3600 };
	if (skip(s, 'J')) {
		c->form = 'J';
		if (!number(s, 1, 365, &c->day))
			return false;
	} else if (skip(s, 'M')) {
		c->form = 'M';
		if (!number(s, 1, 12, &c->month) || !skip(s, '.') ||
		    !number(s, 1, 5, &c->week) || !skip(s, '.') ||
		    !number(s, 0, 6, &c->day))
			return false;
	} else if (!number(s, 0, 365, &c->day)) {
		return false;
	}
	return !skip(s, '/') || offset(s, &c->time);
}

/* Days from the year's start to the change. */
static int64_t change_day(const struct change *c, int64_t year)
{
	int64_t first, day;
	int32_t w;

	if (c->form == '0')
		return c->day;
	if (c->form == 'J')
		return c->day - 1 + (c->day >= 60 && civil_leap(year));
	first = civil_days(year, c->month, 1);
	day = (c->day - civil_weekday(first) + 7) % 7;
	for (w = 1; w < c->week; w++)
		if (day + 7 < civil_days_in(year, c->month))
			day += 7;
	return first + day - civil_days(year, 1, 1);
}

/* Seconds from the year's start in UTC to the change; `east` is the offset
 * that holds before it. */
static int64_t change_second(const struct change *c, int64_t year,
			     int32_t east)
{
	return change_day(c, year) * 86400 + c->time - east;
}

/* Which of the two spans of the year it is. */
static void choose(struct zone_span *out, const struct zone_span *standard,
		   const struct zone_span *summer,
		   const struct change changes[2], int64_t sec)
{
	int64_t year = civil_of_days(civil_day_of(sec)).year;
	int64_t start = civil_days(year, 1, 1) * 86400;
	int64_t begin, end;

	begin = start + change_second(&changes[0], year, standard->offset);
	end = start + change_second(&changes[1], year, summer->offset);
	if (end < begin) {	/* the summer of the south */
		const struct zone_span *outer = standard;
		int64_t t = begin;

		standard = summer;
		summer = outer;
		begin = end;
		end = t;
	}
	if (sec < begin) {
		*out = *standard;
		out->start = start;
		out->end = begin;
	} else if (sec >= end) {
		*out = *standard;
		out->start = end;
		out->end = start + (int64_t)365 * 86400;
	} else {
		*out = *summer;
		out->start = begin;
		out->end = end;
	}
}

bool zone_rule_at(str rule, int64_t from, int64_t sec, struct zone_span *out)
{
	struct zone_span standard = { .start = from, .end = INT64_MAX };
	struct zone_span summer = { .dst = true };
	struct change changes[2];

	if (!name(&rule, &standard.name) || !offset(&rule, &standard.offset))
		return false;
	standard.offset = -standard.offset;
	if (!rule.n || rule.p[0] == ',') {
		*out = standard;
		return true;
	}
	if (!name(&rule, &summer.name))
		return false;
	if (!rule.n || rule.p[0] == ',')
		summer.offset = standard.offset + 3600;
	else if (offset(&rule, &summer.offset))
		summer.offset = -summer.offset;
	else
		return false;
	if (!rule.n)		/* what tzcode takes it to be */
		rule = STR(",M3.2.0,M11.1.0");
	if (!skip(&rule, ',') || !change(&rule, &changes[0]) ||
	    !skip(&rule, ',') || !change(&rule, &changes[1]) || rule.n)
		return false;
	choose(out, &standard, &summer, changes, sec);
	return true;
}
