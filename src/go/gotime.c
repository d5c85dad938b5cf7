/*
 * gotime - moments and their parts, and writing them.
 *
 * The rules are those of Go's time/time.go and time/format.go.
 */
#include "go/gotime.h"

#define SEC_MAX ((int64_t)1 << 55)
#define YEAR_MAX 1000000000

const char *const gotime_months[12] = {
	"January", "February", "March", "April", "May", "June", "July",
	"August", "September", "October", "November", "December",
};

const char *const gotime_weekdays[7] = {
	"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday",
	"Saturday",
};

static int64_t clamp(int64_t n, int64_t max)
{
	return n > max ? max : n < -max ? -max : n;
}

struct gotime gotime_unix(int64_t sec, int64_t nsec, const struct zone *z)
{
	struct gotime t = { .zone = z };
	int64_t carry = nsec / 1000000000 - (nsec % 1000000000 < 0);

	t.nsec = (int32_t)(nsec - carry * 1000000000);
	t.sec = clamp(clamp(sec, SEC_MAX) + carry, SEC_MAX);
	return t;
}

struct gotime gotime_add(struct gotime t, int64_t duration)
{
	return gotime_unix(t.sec + duration / 1000000000,
			   t.nsec + duration % 1000000000, t.zone);
}

int64_t gotime_sub(const struct gotime *a, const struct gotime *b)
{
	int64_t sec = a->sec - b->sec;	/* far from overflow: SEC_MAX */

	if (sec > INT64_MAX / 1000000000 - 1)
		return INT64_MAX;
	if (sec < INT64_MIN / 1000000000 + 1)
		return INT64_MIN;
	return sec * 1000000000 + (a->nsec - b->nsec);
}

int gotime_cmp(const struct gotime *a, const struct gotime *b)
{
	if (a->sec != b->sec)
		return a->sec < b->sec ? -1 : 1;
	return (a->nsec > b->nsec) - (a->nsec < b->nsec);
}

struct gotime_parts gotime_parts(const struct gotime *t)
{
	struct gotime_parts p = { .zone = zone_at(t->zone, t->sec) };
	int64_t wall = t->sec + p.zone.offset;
	int64_t day = civil_day_of(wall);
	int second = (int)(wall - day * 86400);

	p.date = civil_of_days(day);
	p.weekday = civil_weekday(day);
	p.hour = second / 3600;
	p.minute = second / 60 % 60;
	p.second = second % 60;
	return p;
}

/* The offset that holds when clocks in the zone show `wall`.  As Go has it, a
 * time that clocks skip, or show twice, is one of the two that are meant. */
static int32_t offset_at_wall(const struct zone *z, int64_t wall)
{
	struct zone_span s = zone_at(z, wall);
	int64_t utc = wall - s.offset;

	if (s.offset && (utc < s.start || utc >= s.end))
		s = zone_at(z, utc);
	return s.offset;
}

struct gotime gotime_date(int64_t year, int64_t month, int64_t day,
			  int64_t second_of_day, int32_t nsec,
			  const struct zone *z)
{
	int64_t wall;

	month = clamp(month, YEAR_MAX) - 1;
	year = clamp(year, YEAR_MAX) + month / 12 - (month % 12 < 0);
	month = (month % 12 + 12) % 12 + 1;
	day = civil_days(clamp(year, YEAR_MAX), (int)month,
			 clamp(day, (int64_t)YEAR_MAX * 365));
	wall = day * 86400 + clamp(second_of_day, SEC_MAX);
	return gotime_unix(wall - offset_at_wall(z, wall), nsec, z);
}

struct gotime gotime_move(const struct gotime *t, const struct gotime_parts *p,
			  int64_t years, int64_t months, int64_t days)
{
	const struct civil *d = &p->date;

	return gotime_date(d->year + clamp(years, YEAR_MAX),
			   d->month + clamp(months, YEAR_MAX),
			   d->day + clamp(days, (int64_t)YEAR_MAX * 365),
			   p->hour * 3600 + p->minute * 60 + p->second,
			   t->nsec, t->zone);
}

/* ---- writing ---- */

/* Padded with zeros to a width, the sign not counted. */
static void add_number(struct buf *out, int64_t n, int width)
{
	if (n < 0)
		buf_addc(out, '-');
	buf_printf(out, "%0*lld", width, (long long)(n < 0 ? -n : n));
}

static void add_offset(struct buf *out, int32_t offset,
		       const struct layout_chunk *c)
{
	/* whole minutes decide over the sign */
	int32_t minutes = offset / 60;
	int32_t seconds = offset < 0 && minutes < 0 ? -offset : offset;

	if (c->zulu && offset == 0) {
		buf_addc(out, 'Z');
		return;
	}
	buf_addc(out, minutes < 0 ? '-' : '+');
	if (minutes < 0)
		minutes = -minutes;
	add_number(out, minutes / 60, 2);
	if (c->colon)
		buf_addc(out, ':');
	if (c->minutes)
		add_number(out, minutes % 60, 2);
	if (c->seconds) {
		if (c->colon)
			buf_addc(out, ':');
		add_number(out, seconds % 60, 2);
	}
}

static void add_fraction(struct buf *out, int32_t nsec,
			 const struct layout_chunk *c)
{
	bool trim = c->element == LAYOUT_FRACTION_9;
	size_t start = out->n, n = c->text.n - 1;

	if (trim && nsec == 0)
		return;
	buf_addc(out, c->text.p[0]);
	add_number(out, nsec, 9);
	if (n < 9)
		out->n = start + 1 + n;
	if (!trim)
		return;
	while (out->p[out->n - 1] == '0')
		out->n--;
	if (out->n == start + 1)	/* only the point is left */
		out->n = start;
}

static void add_zone_name(struct buf *out, const struct zone_span *z)
{
	const struct layout_chunk numeric = { .minutes = true };

	if (z->name.n)
		buf_adds(out, z->name);
	else
		add_offset(out, z->offset, &numeric);
}

/* How many digits the elements that are numbers have at least, filled up with
 * zeros; below 0: with blanks. */
static const int8_t widths[] = {
	[LAYOUT_NUM_MONTH] = 1,	  [LAYOUT_ZERO_MONTH] = 2,
	[LAYOUT_DAY] = 1,	  [LAYOUT_UNDER_DAY] = -2,
	[LAYOUT_ZERO_DAY] = 2,	  [LAYOUT_UNDER_YDAY] = -3,
	[LAYOUT_ZERO_YDAY] = 3,	  [LAYOUT_HOUR] = 2,
	[LAYOUT_HOUR12] = 1,	  [LAYOUT_ZERO_HOUR12] = 2,
	[LAYOUT_MINUTE] = 1,	  [LAYOUT_ZERO_MINUTE] = 2,
	[LAYOUT_SECOND] = 1,	  [LAYOUT_ZERO_SECOND] = 2,
	[LAYOUT_LONG_YEAR] = 4,	  [LAYOUT_YEAR] = 2,
	[LAYOUT_FRACTION_9] = 0,
};

static int64_t number_of(const struct gotime_parts *p,
			 enum layout_element element)
{
	switch (element) {
	case LAYOUT_NUM_MONTH:
	case LAYOUT_ZERO_MONTH:
		return p->date.month;
	case LAYOUT_DAY:
	case LAYOUT_UNDER_DAY:
	case LAYOUT_ZERO_DAY:
		return p->date.day;
	case LAYOUT_UNDER_YDAY:
	case LAYOUT_ZERO_YDAY:
		return p->date.yday;
	case LAYOUT_HOUR:
		return p->hour;
	case LAYOUT_HOUR12:
	case LAYOUT_ZERO_HOUR12:
		return p->hour % 12 ? p->hour % 12 : 12;
	case LAYOUT_MINUTE:
	case LAYOUT_ZERO_MINUTE:
		return p->minute;
	case LAYOUT_SECOND:
	case LAYOUT_ZERO_SECOND:
		return p->second;
	case LAYOUT_YEAR:
		return (p->date.year < 0 ? -p->date.year : p->date.year) % 100;
	default:
		return p->date.year;
	}
}

static void add_element(struct buf *out, const struct gotime_parts *p,
			int32_t nsec, const struct layout_chunk *c)
{
	const char *month = gotime_months[p->date.month - 1];
	const char *weekday = gotime_weekdays[p->weekday];
	int64_t n = number_of(p, c->element);
	int width = widths[c->element];

	switch (c->element) {
	case LAYOUT_LONG_MONTH:
		buf_addz(out, month);
		break;
	case LAYOUT_MONTH:
		buf_add(out, month, 3);
		break;
	case LAYOUT_LONG_WEEKDAY:
		buf_addz(out, weekday);
		break;
	case LAYOUT_WEEKDAY:
		buf_add(out, weekday, 3);
		break;
	case LAYOUT_PM:
		buf_addz(out, p->hour >= 12 ? "PM" : "AM");
		break;
	case LAYOUT_LOWER_PM:
		buf_addz(out, p->hour >= 12 ? "pm" : "am");
		break;
	case LAYOUT_ZONE_NAME:
		add_zone_name(out, &p->zone);
		break;
	case LAYOUT_OFFSET:
		add_offset(out, p->zone.offset, c);
		break;
	case LAYOUT_FRACTION_0:
	case LAYOUT_FRACTION_9:
		add_fraction(out, nsec, c);
		break;
	default:
		if (width > 0)
			add_number(out, n, width);
		else if (width < 0)
			buf_printf(out, "%*lld", -width, (long long)n);
		break;
	}
}

void gotime_format(struct buf *out, const struct gotime *t, str layout)
{
	struct gotime_parts p = gotime_parts(t);

	while (layout.n) {
		struct layout_chunk c = layout_next(layout);

		buf_adds(out, c.prefix);
		add_element(out, &p, t->nsec, &c);
		layout = c.rest;
	}
}

void gotime_text(struct buf *out, const struct gotime *t)
{
	gotime_format(out, t, STR("2006-01-02 15:04:05.999999999 -0700 MST"));
}
