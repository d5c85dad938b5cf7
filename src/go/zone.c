/*
 * zone - time zones from the system's zone files (TZif, RFC 8536).
 *
 * A file has a header, a block with times of 4 bytes and, from version 2 on,
 * the same again with times of 8 bytes, followed by a line with a rule for the
 * time after the last transition.  Only the second block is used; files of
 * version 1 have not been made for a long time and are refused.  Every number
 * that leads to another place in the file is checked when the file is loaded,
 * so that look-ups need no checks.
 *
 * The rule is a POSIX TZ text, such as "CET-1CEST,M3.5.0,M10.5.0/3":
 *
 *	rule   = name offset [ name [ offset ] [ "," date "," date ] ]
 *	name   = at least three letters, or "<" anything ">"
 *	offset = [ "+" | "-" ] hours [ ":" minutes [ ":" seconds ] ]
 *	date   = day [ "/" offset ]
 *	day    = "J" number | number | "M" month "." week "." weekday
 *
 * Offsets count westwards, up to 167 hours (an extension of RFC 8536).  As in
 * time/zoneinfo.go, the span of a moment ends with its year at the latest,
 * which is enough for all callers.
 */
#include "go/gotime.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/chars.h"
#include "base/io.h"

#define HEADER 44
#define KIND_SIZE 6

const struct zone zone_utc = { .name = { "UTC", 3 }, .fixed = true,
			       .abbreviation = { "UTC", 3 } };

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

static int64_t be64(const uint8_t *p)
{
	return (int64_t)((uint64_t)be32(p) << 32 | be32(p + 4));
}

/* ---- reading ---- */

/* The counts of a header, in their order. */
struct counts {
	uint64_t utc, standard, leaps, times, kinds, chars;
};

static bool header(str s, struct counts *c)
{
	const uint8_t *p = (const uint8_t *)s.p;

	if (s.n < HEADER || memcmp(p, "TZif", 4) != 0 || p[4] < '2')
		return false;
	*c = (struct counts){ be32(p + 20), be32(p + 24), be32(p + 28),
			      be32(p + 32), be32(p + 36), be32(p + 40) };
	return true;
}

/* The size of the block after a header, with times of `width` bytes. */
static uint64_t body_size(const struct counts *c, uint64_t width)
{
	return c->times * (width + 1) + c->kinds * KIND_SIZE + c->chars +
	       c->leaps * (width + 4) + c->standard + c->utc;
}

static bool indices_hold(const struct zone *z)
{
	uint32_t i;

	for (i = 0; i < z->transitions; i++)
		if (z->which[i] >= z->n_kinds)
			return false;
	for (i = 0; i < z->n_kinds; i++)
		if (z->kinds[i * KIND_SIZE + 5] >= z->names.n)
			return false;
	return z->n_kinds > 0;
}

/* Point z into the file's bytes. */
static bool parse(struct zone *z, str s)
{
	struct counts c;
	uint64_t size;
	const char *p;

	if (!header(s, &c) || body_size(&c, 4) > s.n - HEADER)
		return false;
	s = str_sub(s, HEADER + body_size(&c, 4), s.n);
	if (!header(s, &c))
		return false;
	size = body_size(&c, 8);
	if (size > s.n - HEADER)
		return false;
	p = s.p + HEADER;
	z->transitions = (uint32_t)c.times;
	z->when = (const uint8_t *)p;
	z->which = z->when + c.times * 8;
	z->n_kinds = (uint32_t)c.kinds;
	z->kinds = z->which + c.times;
	z->names = (str){ (const char *)z->kinds + c.kinds * KIND_SIZE,
			  c.chars };
	s = str_sub(s, HEADER + size, s.n);
	if (s.n > 2 && s.p[0] == '\n' && s.p[s.n - 1] == '\n')
		z->rule = str_sub(s, 1, s.n - 1);
	return indices_hold(z);
}

static const struct zone *read_file(struct arena *a, str name,
				    const char *path)
{
	struct buf b = BUF_INIT;
	struct zone *z = NULL;

	if (io_slurp(path, &b, NULL) == 0) {
		z = arena_new(a, struct zone);
		z->name = arena_str(a, name);
		if (!parse(z, arena_str(a, buf_str(&b))))
			z = NULL;
	}
	buf_release(&b);
	return z;
}

/* A name that cannot leave the folder of zones, and is one C string. */
static bool harmless(str name)
{
	size_t i;

	if (!name.n || name.n > 255 || name.p[0] == '/' || name.p[0] == '\\')
		return false;
	for (i = 0; i < name.n; i++)
		if (name.p[i] == '\0' ||
		    str_starts(str_sub(name, i, name.n), STR("..")))
			return false;
	return true;
}

static const struct zone *find(struct arena *a, str name)
{
	static const char *const folders[] = {
		"/usr/share/zoneinfo", "/usr/share/lib/zoneinfo",
		"/usr/lib/locale/TZ", "/etc/zoneinfo",
	};
	const struct zone *z = NULL;
	char path[300];
	size_t i;

	for (i = 0; !z && i < ARRAY_SIZE(folders); i++) {
		snprintf(path, sizeof(path), "%s/%.*s", folders[i],
			 STR_ARG(name));
		z = read_file(a, name, path);
	}
	return z;
}

const struct zone *zone_load(struct arena *a, str name)
{
	if (name.n == 0 || str_eq(name, STR("UTC")))
		return &zone_utc;
	if (str_eq(name, STR("Local")))
		return zone_local(a);
	return harmless(name) ? find(a, name) : NULL;
}

const struct zone *zone_local(struct arena *a)
{
	const char *tz = getenv("TZ");
	const struct zone *z;

	if (!tz) {
		z = read_file(a, STR("Local"), "/etc/localtime");
		return z ? z : &zone_utc;
	}
	tz += *tz == ':';
	if (*tz == '/')
		z = read_file(a, str_of(tz), tz);
	else if (*tz && strcmp(tz, "UTC") != 0 && harmless(str_of(tz)))
		z = find(a, str_of(tz));
	else
		z = NULL;
	return z ? z : &zone_utc;
}

const struct zone *zone_fixed(struct arena *a, str abbreviation,
			      int32_t offset)
{
	struct zone *z = arena_new(a, struct zone);

	z->fixed = true;
	z->name = z->abbreviation = arena_str(a, abbreviation);
	z->offset = offset;
	return z;
}

/* ---- the rule after the last transition ---- */

/* When clocks are changed in a year. */
struct change {
	char form;		/* 'J', 'M', or '0': plain day */
	int32_t month, week, day;
	int32_t time;
};

static bool rule_number(str *s, int32_t min, int32_t max, int32_t *out)
{
	size_t i = 0;
	int32_t n = 0;

	while (i < s->n && is_digit(s->p[i])) {
		n = n * 10 + (s->p[i++] - '0');
		if (n > max)
			return false;
	}
	*s = str_sub(*s, i, s->n);
	*out = n;
	return i > 0 && n >= min;
}

static bool rule_skip(str *s, char c)
{
	if (!s->n || s->p[0] != c)
		return false;
	*s = str_sub(*s, 1, s->n);
	return true;
}

static bool rule_name(str *s, str *out)
{
	size_t i = 0;

	if (rule_skip(s, '<')) {
		i = str_find(*s, 0, '>');
		*out = str_sub(*s, 0, i);
		*s = str_sub(*s, i, s->n);
		return rule_skip(s, '>');
	}
	while (i < s->n && !memchr("0123456789,-+", s->p[i], 13))
		i++;
	*out = str_sub(*s, 0, i);
	*s = str_sub(*s, i, s->n);
	return i >= 3;
}

static bool rule_offset(str *s, int32_t *out)
{
	bool west = rule_skip(s, '-');
	int32_t hours, minutes = 0, seconds = 0;

	if (!west)
		rule_skip(s, '+');
	if (!rule_number(s, 0, 24 * 7, &hours))
		return false;
	if (rule_skip(s, ':')) {
		if (!rule_number(s, 0, 59, &minutes))
			return false;
		if (rule_skip(s, ':') && !rule_number(s, 0, 59, &seconds))
			return false;
	}
	*out = hours * 3600 + minutes * 60 + seconds;
	if (west)
		*out = -*out;
	return true;
}

static bool read_change(str *s, struct change *c)
{
	*c = (struct change){ .form = '0', .time = 2 * 3600 };
	if (rule_skip(s, 'J')) {
		c->form = 'J';
		if (!rule_number(s, 1, 365, &c->day))
			return false;
	} else if (rule_skip(s, 'M')) {
		c->form = 'M';
		if (!rule_number(s, 1, 12, &c->month) || !rule_skip(s, '.') ||
		    !rule_number(s, 1, 5, &c->week) || !rule_skip(s, '.') ||
		    !rule_number(s, 0, 6, &c->day))
			return false;
	} else if (!rule_number(s, 0, 365, &c->day)) {
		return false;
	}
	return !rule_skip(s, '/') || rule_offset(s, &c->time);
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

/* The span of the year that contains the moment. */
static void span_of_year(struct zone_span *out,
			 const struct zone_span *standard,
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

/* What the rule says of a moment; `from` is the last transition before it.
 * False if the rule is malformed. */
static bool rule_at(str rule, int64_t from, int64_t sec,
		    struct zone_span *out)
{
	struct zone_span standard = { .start = from, .end = INT64_MAX };
	struct zone_span summer = { .dst = true };
	struct change changes[2];

	if (!rule_name(&rule, &standard.name) || !rule_offset(&rule,
							      &standard.offset))
		return false;
	standard.offset = -standard.offset;
	if (!rule.n || rule.p[0] == ',') {
		*out = standard;
		return true;
	}
	if (!rule_name(&rule, &summer.name))
		return false;
	if (!rule.n || rule.p[0] == ',')
		summer.offset = standard.offset + 3600;
	else if (rule_offset(&rule, &summer.offset))
		summer.offset = -summer.offset;
	else
		return false;
	if (!rule.n)		/* the default of tzcode */
		rule = STR(",M3.2.0,M11.1.0");
	if (!rule_skip(&rule, ',') || !read_change(&rule, &changes[0]) ||
	    !rule_skip(&rule, ',') || !read_change(&rule,
						   &changes[1]) || rule.n)
		return false;
	span_of_year(out, &standard, &summer, changes, sec);
	return true;
}

/* ---- look-ups ---- */

static const uint8_t *kind_at(const struct zone *z, uint32_t i)
{
	return z->kinds + (size_t)i * KIND_SIZE;
}

static bool kind_is_dst(const struct zone *z, uint32_t i)
{
	return kind_at(z, i)[4] != 0;
}

static struct zone_span kind_span(const struct zone *z, uint32_t i)
{
	const uint8_t *k = kind_at(z, i);
	str name = str_sub(z->names, k[5], z->names.n);

	return (struct zone_span){
		.name = str_sub(name, 0, str_find(name, 0, '\0')),
		.offset = (int32_t)be32(k),
		.dst = k[4] != 0,
	};
}

/* What held before the first transition: the first kind if no transition leads
 * to it, else one without daylight saving. */
static uint32_t first_kind(const struct zone *z)
{
	uint32_t i;

	if (!z->transitions || !memchr(z->which, 0, z->transitions))
		return 0;
	if (kind_is_dst(z, z->which[0]))
		for (i = z->which[0]; i-- > 0; )
			if (!kind_is_dst(z, i))
				return i;
	for (i = 0; i < z->n_kinds; i++)
		if (!kind_is_dst(z, i))
			return i;
	return 0;
}

/* The number of transitions up to and including this moment. */
static uint32_t passed(const struct zone *z, int64_t sec)
{
	uint32_t low = 0, high = z->transitions;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (be64(z->when + (size_t)middle * 8) <= sec)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct zone_span zone_at(const struct zone *z, int64_t sec)
{
	struct zone_span s, ruled;
	uint32_t n;

	if (z->fixed)
		return (struct zone_span){ z->abbreviation, z->offset,
					   INT64_MIN, INT64_MAX, false };
	n = passed(z, sec);
	s = kind_span(z, n ? z->which[n - 1] : first_kind(z));
	s.start = n ? be64(z->when + (size_t)(n - 1) * 8) : INT64_MIN;
	s.end = n < z->transitions ? be64(z->when + (size_t)n * 8) : INT64_MAX;
	if (n == z->transitions && z->rule.n &&
	    rule_at(z->rule, s.start, sec, &ruled))
		return ruled;
	return s;
}

/* Summer and winter time of Sydney were both called EST once: prefer the one
 * that held at that time. */
bool zone_offset_of(const struct zone *z, str abbreviation, int64_t wall,
		    int32_t *offset)
{
	uint32_t i;

	for (i = 0; i < z->n_kinds; i++) {
		struct zone_span s = kind_span(z, i);

		if (!str_eq(s.name, abbreviation))
			continue;
		s = zone_at(z, wall - s.offset);
		if (!str_eq(s.name, abbreviation))
			continue;
		*offset = s.offset;
		return true;
	}
	for (i = 0; i < z->n_kinds; i++) {
		struct zone_span s = kind_span(z, i);

		if (!str_eq(s.name, abbreviation))
			continue;
		*offset = s.offset;
		return true;
	}
	return false;
}
