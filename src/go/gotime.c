/*
 * gotime - the calendar, layouts, moments, and durations.  Reading a moment by
 * a layout is in gotime_parse.c, zones are in zone.c.
 *
 * The calendar counts days from the first of March of the year 0, so that the
 * leap day comes last in its year, and the lengths of the months before it
 * repeat in groups of five (31 30 31 30 31): 153 days.
 *
 * A layout is an example: it shows how the moment 2006-01-02 15:04:05.0 MST
 * would be written.  Its elements are the words of that example ("Jan", "02",
 * "15", "-0700"), everything else is literal text:
 *
 *	"Mon 02.01."	weekday, " ", day, ".", month, "."
 */
#include "go/gotime.h"

#include "base/array.h"
#include "base/chars.h"

/* ---- the calendar ---- */

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

/* ---- layouts ---- */

struct layout_word {
	const char *text;
	uint8_t element;
	/* Not before a small letter: "Month" does not contain "Mon". */
	bool whole;
	bool zulu, minutes, seconds, colon;
};

/* If one word begins with another, the longer one comes first. */
static const struct layout_word layout_words[] = {
	{ "January", LAYOUT_LONG_MONTH, 0, 0, 0, 0, 0 },
	{ "Jan", LAYOUT_MONTH, true, 0, 0, 0, 0 },
	{ "Monday", LAYOUT_LONG_WEEKDAY, 0, 0, 0, 0, 0 },
	{ "Mon", LAYOUT_WEEKDAY, true, 0, 0, 0, 0 },
	{ "MST", LAYOUT_ZONE_NAME, 0, 0, 0, 0, 0 },
	{ "01", LAYOUT_ZERO_MONTH, 0, 0, 0, 0, 0 },
	{ "02", LAYOUT_ZERO_DAY, 0, 0, 0, 0, 0 },
	{ "03", LAYOUT_ZERO_HOUR12, 0, 0, 0, 0, 0 },
	{ "04", LAYOUT_ZERO_MINUTE, 0, 0, 0, 0, 0 },
	{ "05", LAYOUT_ZERO_SECOND, 0, 0, 0, 0, 0 },
	{ "06", LAYOUT_YEAR, 0, 0, 0, 0, 0 },
	{ "002", LAYOUT_ZERO_YDAY, 0, 0, 0, 0, 0 },
	{ "15", LAYOUT_HOUR, 0, 0, 0, 0, 0 },
	{ "1", LAYOUT_NUM_MONTH, 0, 0, 0, 0, 0 },
	{ "2006", LAYOUT_LONG_YEAR, 0, 0, 0, 0, 0 },
	{ "2", LAYOUT_DAY, 0, 0, 0, 0, 0 },
	{ "_2", LAYOUT_UNDER_DAY, 0, 0, 0, 0, 0 },
	{ "__2", LAYOUT_UNDER_YDAY, 0, 0, 0, 0, 0 },
	{ "3", LAYOUT_HOUR12, 0, 0, 0, 0, 0 },
	{ "4", LAYOUT_MINUTE, 0, 0, 0, 0, 0 },
	{ "5", LAYOUT_SECOND, 0, 0, 0, 0, 0 },
	{ "PM", LAYOUT_PM, 0, 0, 0, 0, 0 },
	{ "pm", LAYOUT_LOWER_PM, 0, 0, 0, 0, 0 },
	{ "-070000", LAYOUT_OFFSET, 0, false, true, true, false },
	{ "-07:00:00", LAYOUT_OFFSET, 0, false, true, true, true },
	{ "-0700", LAYOUT_OFFSET, 0, false, true, false, false },
	{ "-07:00", LAYOUT_OFFSET, 0, false, true, false, true },
	{ "-07", LAYOUT_OFFSET, 0, false, false, false, false },
	{ "Z070000", LAYOUT_OFFSET, 0, true, true, true, false },
	{ "Z07:00:00", LAYOUT_OFFSET, 0, true, true, true, true },
	{ "Z0700", LAYOUT_OFFSET, 0, true, true, false, false },
	{ "Z07:00", LAYOUT_OFFSET, 0, true, true, false, true },
	{ "Z07", LAYOUT_OFFSET, 0, true, false, false, false },
};

static const struct layout_word *layout_word_at(str s)
{
	size_t i, n;

	for (i = 0; i < ARRAY_SIZE(layout_words); i++) {
		const struct layout_word *w = &layout_words[i];

		if (w->text[0] != s.p[0])
			continue;
		n = strlen(w->text);
		if (s.n < n || memcmp(s.p, w->text, n) != 0)
			continue;
		if (w->whole && s.n > n && is_lower(s.p[n]))
			continue;
		return w;
	}
	return NULL;
}

/* ".000" or ",999", not followed by another digit: its length, or 0. */
static size_t layout_fraction_at(str s)
{
	size_t i = 1;

	if ((s.p[0] != '.' && s.p[0] != ',') || s.n < 2 ||
	    (s.p[1] != '0' && s.p[1] != '9'))
		return 0;
	while (i < s.n && s.p[i] == s.p[1])
		i++;
	return i < s.n && is_digit(s.p[i]) ? 0 : i;
}

static struct layout_chunk layout_chunk_at(str layout, size_t at, size_t n,
					   enum layout_element element)
{
	return (struct layout_chunk){
		.prefix = str_sub(layout, 0, at),
		.element = element,
		.text = str_sub(layout, at, at + n),
		.rest = str_sub(layout, at + n, layout.n),
	};
}

struct layout_chunk layout_next(str layout)
{
	struct layout_chunk c;
	const struct layout_word *w;
	size_t i, n;

	for (i = 0; i < layout.n; i++) {
		str s = str_sub(layout, i, layout.n);

		n = layout_fraction_at(s);
		if (n)
			return layout_chunk_at(layout, i, n,
					       s.p[1] == '0' ? LAYOUT_FRACTION_0
					       : LAYOUT_FRACTION_9);
		/* "_2006" is an underscore and a year */
		if (str_starts(s, STR("_2006")))
			continue;
		w = layout_word_at(s);
		if (!w)
			continue;
		c = layout_chunk_at(layout, i, strlen(w->text), w->element);
		c.zulu = w->zulu;
		c.minutes = w->minutes;
		c.seconds = w->seconds;
		c.colon = w->colon;
		return c;
	}
	return layout_chunk_at(layout, layout.n, 0, LAYOUT_NONE);
}

/* ---- moments ---- */

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

/* The offset that holds when clocks in the zone show `wall`.  As in Go, a time
 * that clocks skip or show twice gets one of the two possible offsets. */
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

/* Padded with zeros to a width, not counting the sign. */
static void add_number(struct buf *out, int64_t n, int width)
{
	if (n < 0)
		buf_addc(out, '-');
	buf_printf(out, "%0*lld", width, (long long)(n < 0 ? -n : n));
}

static void add_offset(struct buf *out, int32_t offset,
		       const struct layout_chunk *c)
{
	/* the sign is that of the whole minutes */
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

/* The least number of digits of numeric elements, padded with zeros; negative:
 * padded with blanks. */
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

/* ---- durations ---- */

#define SECOND 1000000000u
#define LARGEST ((uint64_t)1 << 63)	/* of a negative duration */

/* n / 10^digits, without trailing zeros. */
static void add_decimal(struct buf *out, uint64_t n, int digits)
{
	uint64_t scale = 1;
	int i;

	for (i = 0; i < digits; i++)
		scale *= 10;
	buf_printf(out, "%llu", (unsigned long long)(n / scale));
	if (n % scale == 0)
		return;
	buf_printf(out, ".%0*llu", digits, (unsigned long long)(n % scale));
	while (out->p[out->n - 1] == '0')
		out->n--;
}

void duration_text(struct buf *out, int64_t d)
{
	uint64_t u = d < 0 ? 0 - (uint64_t)d : (uint64_t)d;
	uint64_t minutes = u / SECOND / 60;

	if (d < 0)
		buf_addc(out, '-');
	if (u == 0) {
		buf_addz(out, "0s");
	} else if (u < 1000) {
		add_decimal(out, u, 0);
		buf_addz(out, "ns");
	} else if (u < 1000000) {
		add_decimal(out, u, 3);
		buf_addz(out, "µs");
	} else if (u < SECOND) {
		add_decimal(out, u, 6);
		buf_addz(out, "ms");
	} else {
		if (minutes >= 60)
			buf_printf(out, "%lluh",
				   (unsigned long long)(minutes / 60));
		if (minutes)
			buf_printf(out, "%llum",
				   (unsigned long long)(minutes % 60));
		add_decimal(out, u % ((uint64_t)SECOND * 60), 9);
		buf_addc(out, 's');
	}
}

struct unit {
	str name;
	uint64_t size;
};

static const struct unit *unit_of(str name)
{
	static const struct unit units[] = {
		{ { "ns", 2 }, 1 },
		{ { "us", 2 }, 1000 },
		{ { "\xc2\xb5s", 3 }, 1000 },	/* the micro sign */
		{ { "\xce\xbcs", 3 }, 1000 },	/* the Greek letter */
		{ { "ms", 2 }, 1000000 },
		{ { "s", 1 }, SECOND },
		{ { "m", 1 }, (uint64_t)SECOND * 60 },
		{ { "h", 1 }, (uint64_t)SECOND * 3600 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(units); i++)
		if (str_eq(units[i].name, name))
			return &units[i];
	return NULL;
}

/* Read digits from *i on; false if the number exceeds 2^63. */
static bool read_whole(str s, size_t *i, uint64_t *out)
{
	*out = 0;
	for (; *i < s.n && is_digit(s.p[*i]); ++*i) {
		if (*out > LARGEST / 10)
			return false;
		*out = *out * 10 + (uint64_t)(s.p[*i] - '0');
		if (*out > LARGEST)
			return false;
	}
	return true;
}

/* Read the digits after a point as out / scale; those past 63 bits are
 * ignored. */
static void read_fraction(str s, size_t *i, uint64_t *out, double *scale)
{
	bool full = false;

	*out = 0;
	*scale = 1;
	for (; *i < s.n && is_digit(s.p[*i]); ++*i) {
		uint64_t next = *out * 10 + (uint64_t)(s.p[*i] - '0');

		full = full || *out > (LARGEST - 1) / 10 || next > LARGEST;
		if (full)
			continue;
		*out = next;
		*scale *= 10;
	}
}

static int fail_duration(struct buf *why, const char *what, str s)
{
	buf_printf(why, "time: %s ", what);
	gotime_quote(why, s);
	return -1;
}

static int fail_unit(struct buf *why, str unit, str s)
{
	buf_addz(why, "time: unknown unit ");
	gotime_quote(why, unit);
	buf_addz(why, " in duration ");
	gotime_quote(why, s);
	return -1;
}

/* Read a number with its unit from *i on, and add it to *sum. */
static int add_part(str s, size_t *i, uint64_t *sum, struct buf *why)
{
	const struct unit *u;
	size_t start = *i, unit, digits;
	uint64_t n, f = 0;
	double scale = 1;

	if (!read_whole(s, i, &n))
		return fail_duration(why, "invalid duration", s);
	digits = *i - start;
	if (*i < s.n && s.p[*i] == '.') {
		start = ++*i;
		read_fraction(s, i, &f, &scale);
		digits += *i - start;
	}
	if (!digits)
		return fail_duration(why, "invalid duration", s);
	unit = *i;
	while (*i < s.n && s.p[*i] != '.' && !is_digit(s.p[*i]))
		++*i;
	if (*i == unit)
		return fail_duration(why, "missing unit in duration", s);
	u = unit_of(str_sub(s, unit, *i));
	if (!u)
		return fail_unit(why, str_sub(s, unit, *i), s);
	if (n > LARGEST / u->size)
		return fail_duration(why, "invalid duration", s);
	n = n * u->size + (uint64_t)((double)f * ((double)u->size / scale));
	if (n > LARGEST || *sum + n > LARGEST)
		return fail_duration(why, "invalid duration", s);
	*sum += n;
	return 0;
}

int duration_parse(int64_t *out, str s, struct buf *why)
{
	bool negative = s.n && s.p[0] == '-';
	size_t i = s.n && (s.p[0] == '-' || s.p[0] == '+');
	uint64_t sum = 0;

	*out = 0;
	if (s.n == i + 1 && s.p[i] == '0')
		return 0;
	if (i == s.n)
		return fail_duration(why, "invalid duration", s);
	while (i < s.n)
		if (add_part(s, &i, &sum, why) != 0)
			return -1;
	if (!negative && sum == LARGEST)
		return fail_duration(why, "invalid duration", s);
	*out = (int64_t)(negative ? 0 - sum : sum);
	return 0;
}

int64_t duration_truncate(int64_t d, int64_t to)
{
	return to <= 0 ? d : d - d % to;
}

int64_t duration_round(int64_t d, int64_t to)
{
	int64_t rest, away;

	if (to <= 0)
		return d;
	rest = d % to;
	if (rest < 0)
		rest = -rest;
	if (rest < to - rest)		/* less than half: towards zero */
		return d - d % to;
	away = to - rest;
	if (d < 0)
		return d < INT64_MIN + away ? INT64_MIN : d - away;
	return d > INT64_MAX - away ? INT64_MAX : d + away;
}
