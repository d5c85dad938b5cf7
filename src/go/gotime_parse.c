/*
 * gotime_parse - reading a moment by a layout, as Go's time.Parse does.
 *
 * The layout is walked element by element, each of which consumes its part of
 * the value; the text between elements must be the same in both, except for
 * the number of blanks.  The parts are combined at the end: a day of the year
 * with month and day, hours with AM and PM, and the zone, which may be given as
 * an offset, as an abbreviation, or not at all.
 */
#include "go/gotime.h"

#include "base/chars.h"

struct parse {
	str layout, value;	/* whole, for messages */
	str rest;		/* of the value */
	const char *range;	/* the part that is out of its range, or NULL */
	int64_t year;
	int month, day, yday;	/* -1: not given */
	int hour, minute, second;
	int32_t nsec;
	bool am, pm;
	bool utc;
	bool has_offset;
	int32_t offset;
	str abbreviation;
};

static bool digit_at(str s, size_t i)
{
	return i < s.n && is_digit(s.p[i]);
}

static str from(str s, size_t i)
{
	return str_sub(s, i, s.n);
}

/* ---- errors ---- */

void gotime_quote(struct buf *out, str s)
{
	size_t i;

	buf_addc(out, '"');
	for (i = 0; i < s.n; i++) {
		uint8_t c = (uint8_t)s.p[i];

		if (c < ' ' || c >= 0x80) {
			buf_printf(out, "\\x%02x", c);
			continue;
		}
		if (c == '"' || c == '\\')
			buf_addc(out, '\\');
		buf_addc(out, (char)c);
	}
	buf_addc(out, '"');
}

static int fail_match(struct buf *why, const struct parse *p, str value,
		      str element)
{
	buf_addz(why, "parsing time ");
	gotime_quote(why, p->value);
	buf_addz(why, " as ");
	gotime_quote(why, p->layout);
	buf_addz(why, ": cannot parse ");
	gotime_quote(why, value);
	buf_addz(why, " as ");
	gotime_quote(why, element);
	return -1;
}

static int fail_value(struct buf *why, const struct parse *p,
		      const char *what, const char *how)
{
	buf_addz(why, "parsing time ");
	gotime_quote(why, p->value);
	buf_addz(why, ": ");
	buf_addz(why, what);
	buf_addz(why, how);
	return -1;
}

/* ---- the pieces ---- */

/* One or two digits; `fixed`: two. */
static bool number(str *s, bool fixed, int *out)
{
	if (!digit_at(*s, 0) || (fixed && !digit_at(*s, 1)))
		return false;
	*out = s->p[0] - '0';
	if (digit_at(*s, 1))
		*out = *out * 10 + (s->p[1] - '0');
	*s = from(*s, digit_at(*s, 1) ? 2 : 1);
	return true;
}

/* One to three digits; `fixed`: three. */
static bool number3(str *s, bool fixed, int *out)
{
	size_t i = 0;
	int n = 0;

	while (i < 3 && digit_at(*s, i))
		n = n * 10 + (s->p[i++] - '0');
	if (i == 0 || (fixed && i != 3))
		return false;
	*out = n;
	*s = from(*s, i);
	return true;
}

/* A whole text as a number, with an optional sign. */
static bool whole_number(str s, int64_t *out)
{
	bool negative = s.n && s.p[0] == '-';
	size_t i = s.n && (s.p[0] == '-' || s.p[0] == '+');
	int64_t n = 0;

	for (; digit_at(s, i); i++)
		n = n * 10 + (s.p[i] - '0');
	*out = negative ? -n : n;
	return i == s.n;
}

/* The number, from 1, of the name that s begins with, ignoring case; 0 if none.
 * Unless n is 0, only the first n letters of the names count. */
static int name_at(str *s, const char *const *names, int count, size_t n)
{
	int i;

	for (i = 0; i < count; i++) {
		size_t len = n ? n : strlen(names[i]), j = 0;

		while (j < len && j < s->n &&
		       (s->p[j] | 0x20) == (names[i][j] | 0x20))
			j++;
		if (j < len)
			continue;
		*s = from(*s, len);
		return i + 1;
	}
	return 0;
}

/* Skip the text between two elements; blanks match any number of blanks. */
static bool skip(str *value, str prefix)
{
	while (prefix.n) {
		if (prefix.p[0] != ' ') {
			if (!value->n || value->p[0] != prefix.p[0])
				return false;
			prefix = from(prefix, 1);
			*value = from(*value, 1);
			continue;
		}
		if (value->n && value->p[0] != ' ')
			return false;
		while (prefix.n && prefix.p[0] == ' ')
			prefix = from(prefix, 1);
		while (value->n && value->p[0] == ' ')
			*value = from(*value, 1);
	}
	return true;
}

/* "." and digits, n bytes in all; digits past the ninth are dropped. */
static bool fraction(struct parse *p, size_t n)
{
	str s = str_sub(p->rest, 0, n > 10 ? 10 : n);
	int64_t nsec;
	size_t i;

	if (s.p[0] != '.' && s.p[0] != ',')
		return false;
	if (!whole_number(from(s, 1), &nsec))
		return false;
	p->rest = from(p->rest, n);
	if (nsec < 0) {
		p->range = "fractional second";
		return true;
	}
	for (i = s.n; i < 10; i++)
		nsec *= 10;
	p->nsec = (int32_t)nsec;
	return true;
}

static bool fraction_follows(str s)
{
	return s.n >= 2 && (s.p[0] == '.' || s.p[0] == ',') && digit_at(s, 1);
}

/* All digits after the point. */
static bool open_fraction(struct parse *p)
{
	size_t n = 2;

	while (digit_at(p->rest, n))
		n++;
	return fraction(p, n);
}

/* ---- zones ---- */

/* "+03", "-11": its length, or 0. */
static size_t signed_hours(str s)
{
	size_t i = 1;
	int n = 0;

	if (!s.n || (s.p[0] != '-' && s.p[0] != '+'))
		return 0;
	for (; digit_at(s, i) && n <= 23; i++)
		n = n * 10 + (s.p[i] - '0');
	return i == 1 || n > 23 ? 0 : i;
}

/* The length of what looks like a zone's abbreviation, or 0: three capitals,
 * four or five if the last is a T, and a few special ones. */
static size_t abbreviation_at(str s)
{
	size_t n = 0;

	if (s.n < 3)
		return 0;
	if (str_starts(s, STR("ChST")) || str_starts(s, STR("MeST")))
		return 4;
	if (str_starts(s, STR("GMT")))
		return 3 + signed_hours(from(s, 3));
	if (s.p[0] == '+' || s.p[0] == '-')
		return signed_hours(s);
	while (n < 6 && n < s.n && is_upper(s.p[n]))
		n++;
	if (n == 3 || ((n == 4 || n == 5) && s.p[n - 1] == 'T') ||
	    (n == 4 && str_starts(s, STR("WITA"))))
		return n;
	return 0;
}

static bool zone_name(struct parse *p)
{
	size_t n;

	if (str_starts(p->rest, STR("UTC"))) {
		p->utc = true;
		p->rest = from(p->rest, 3);
		return true;
	}
	n = abbreviation_at(p->rest);
	p->abbreviation = str_sub(p->rest, 0, n);
	p->rest = from(p->rest, n);
	return n > 0;
}

/* Hours, minutes and seconds, as many as the layout has; those after one that
 * is not a number are 0. */
static bool offset_parts(str s, const struct layout_chunk *c, int part[3])
{
	int i, n = 1 + c->minutes + c->seconds;

	part[0] = part[1] = part[2] = 0;
	for (i = 0; i < n; i++) {
		if (i && c->colon)
			s = from(s, 1);
		if (!number(&s, true, &part[i]))
			return false;
	}
	return true;
}

static bool colons_right(str s, const struct layout_chunk *c)
{
	return !c->colon || (s.p[3] == ':' && (!c->seconds || s.p[6] == ':'));
}

/* An offset in the form the layout shows.  Being out of range is reported
 * before being malformed. */
static bool offset(struct parse *p, const struct layout_chunk *c)
{
	static const struct {
		const char *name;
		int max;
	} ranges[] = {	/* Go accepts 24 hours and 60 minutes */
		{ "time zone offset hour", 24 },
		{ "time zone offset minute", 60 },
		{ "time zone offset second", 60 },
	};
	size_t size = 3 + (c->minutes + c->seconds) * (c->colon ? 3u : 2u);
	str s = str_sub(p->rest, 0, size);
	int part[3], i;
	bool well;

	if (c->zulu && p->rest.n && p->rest.p[0] == 'Z') {
		p->utc = true;
		p->rest = from(p->rest, 1);
		return true;
	}
	if (s.n < size || !colons_right(s, c))
		return false;
	well = offset_parts(from(s, 1), c, part) &&
	       (s.p[0] == '+' || s.p[0] == '-');
	for (i = 0; i < 3; i++)
		if (part[i] > ranges[i].max)
			p->range = ranges[i].name;
	p->rest = from(p->rest, size);
	p->has_offset = true;
	p->offset = (part[0] * 60 + part[1]) * 60 + part[2];
	if (s.p[0] == '-')
		p->offset = -p->offset;
	return well || p->range;
}

/* ---- the elements ---- */

/* One or two digits with a value from 0 up to a limit. */
static bool limited(struct parse *p, bool fixed, int limit, const char *name,
		    int *out)
{
	if (!number(&p->rest, fixed, out))
		return false;
	if (*out >= limit)
		p->range = name;
	return true;
}

static bool year(struct parse *p, size_t digits)
{
	if (p->rest.n < digits || (digits == 4 && !digit_at(p->rest, 0)) ||
	    !whole_number(str_sub(p->rest, 0, digits), &p->year))
		return false;
	p->rest = from(p->rest, digits);
	if (digits == 2)
		p->year += p->year >= 69 ? 1900 : 2000;
	return true;
}

static bool month(struct parse *p, bool fixed)
{
	if (!number(&p->rest, fixed, &p->month))
		return false;
	if (p->month < 1 || p->month > 12)
		p->range = "month";
	return true;
}

static void skip_spaces(struct parse *p, int most)
{
	while (most-- > 0 && p->rest.n && p->rest.p[0] == ' ')
		p->rest = from(p->rest, 1);
}

/* A fraction may follow the seconds even if the layout has none. */
static bool second(struct parse *p, const struct layout_chunk *c)
{
	enum layout_element next;

	if (!limited(p, c->element == LAYOUT_ZERO_SECOND, 60, "second",
		     &p->second))
		return false;
	if (p->range || !fraction_follows(p->rest))
		return true;
	next = layout_next(c->rest).element;
	if (next == LAYOUT_FRACTION_0 || next == LAYOUT_FRACTION_9)
		return true;
	return open_fraction(p);
}

static bool half(struct parse *p, str morning, str afternoon)
{
	p->am = p->am || str_starts(p->rest, morning);
	p->pm = p->pm || str_starts(p->rest, afternoon);
	if (!str_starts(p->rest, morning) && !str_starts(p->rest, afternoon))
		return false;
	p->rest = from(p->rest, 2);
	return true;
}

static bool element(struct parse *p, const struct layout_chunk *c)
{
	switch (c->element) {
	case LAYOUT_NONE:
		return true;
	case LAYOUT_YEAR:
		return year(p, 2);
	case LAYOUT_LONG_YEAR:
		return year(p, 4);
	case LAYOUT_MONTH:
		p->month = name_at(&p->rest, gotime_months, 12, 3);
		return p->month > 0;
	case LAYOUT_LONG_MONTH:
		p->month = name_at(&p->rest, gotime_months, 12, 0);
		return p->month > 0;
	case LAYOUT_NUM_MONTH:
	case LAYOUT_ZERO_MONTH:
		return month(p, c->element == LAYOUT_ZERO_MONTH);
	case LAYOUT_WEEKDAY:	/* right or wrong: it is not checked */
		return name_at(&p->rest, gotime_weekdays, 7, 3) > 0;
	case LAYOUT_LONG_WEEKDAY:
		return name_at(&p->rest, gotime_weekdays, 7, 0) > 0;
	case LAYOUT_UNDER_DAY:
		skip_spaces(p, 1);
		return number(&p->rest, false, &p->day);
	case LAYOUT_DAY:
	case LAYOUT_ZERO_DAY:
		return number(&p->rest, c->element == LAYOUT_ZERO_DAY,
			      &p->day);
	case LAYOUT_UNDER_YDAY:
		skip_spaces(p, 2);
		return number3(&p->rest, false, &p->yday);
	case LAYOUT_ZERO_YDAY:
		return number3(&p->rest, true, &p->yday);
	case LAYOUT_HOUR:
		return limited(p, false, 24, "hour", &p->hour);
	case LAYOUT_HOUR12:
	case LAYOUT_ZERO_HOUR12:
		return limited(p, c->element == LAYOUT_ZERO_HOUR12, 13,
			       "hour", &p->hour);
	case LAYOUT_MINUTE:
	case LAYOUT_ZERO_MINUTE:
		return limited(p, c->element == LAYOUT_ZERO_MINUTE, 60,
			       "minute", &p->minute);
	case LAYOUT_SECOND:
	case LAYOUT_ZERO_SECOND:
		return second(p, c);
	case LAYOUT_PM:
		return half(p, STR("AM"), STR("PM"));
	case LAYOUT_LOWER_PM:
		return half(p, STR("am"), STR("pm"));
	case LAYOUT_OFFSET:
		return offset(p, c);
	case LAYOUT_ZONE_NAME:
		return zone_name(p);
	case LAYOUT_FRACTION_0:
		return p->rest.n >= c->text.n && fraction(p, c->text.n);
	case LAYOUT_FRACTION_9:
		return !fraction_follows(p->rest) || open_fraction(p);
	}
	return false;
}

static int elements(struct parse *p, struct buf *why)
{
	str layout = p->layout;

	for (;;) {
		struct layout_chunk c = layout_next(layout);
		str before;

		if (!skip(&p->rest, c.prefix))
			return fail_match(why, p, p->rest, c.prefix);
		if (c.element == LAYOUT_NONE)
			break;
		before = p->rest;
		if (!element(p, &c))
			return fail_match(why, p, before, c.text);
		if (p->range)
			return fail_value(why, p, p->range, " out of range");
		layout = c.rest;
	}
	if (!p->rest.n)
		return 0;
	fail_value(why, p, "extra text: ", "");
	gotime_quote(why, p->rest);
	return -1;
}

/* ---- together ---- */

/* The day of the year decides; month and day, if given, must agree. */
static int settle_yday(struct parse *p, struct buf *why)
{
	struct civil d;

	if (p->yday < 1 || p->yday > 365 + civil_leap(p->year))
		return fail_value(why, p, "day-of-year out of range", "");
	d = civil_of_days(civil_days(p->year, 1, p->yday));
	if (p->month >= 0 && p->month != d.month)
		return fail_value(why, p, "day-of-year does not match month",
				  "");
	if (p->day >= 0 && p->day != d.day)
		return fail_value(why, p, "day-of-year does not match day",
				  "");
	p->month = d.month;
	p->day = d.day;
	return 0;
}

static int settle_day(struct parse *p, struct buf *why)
{
	if (p->yday >= 0 && settle_yday(p, why) != 0)
		return -1;
	if (p->month < 0)
		p->month = 1;
	if (p->day < 0)
		p->day = 1;
	if (p->day < 1 || p->day > civil_days_in(p->year, p->month))
		return fail_value(why, p, "day out of range", "");
	return 0;
}

static struct gotime at(const struct parse *p, const struct zone *z)
{
	return gotime_date(p->year, p->month, p->day,
			   p->hour * 3600 + p->minute * 60 + p->second,
			   p->nsec, z);
}

static struct gotime with_offset(struct arena *a, const struct parse *p,
				 const struct zone *z)
{
	struct gotime t = at(p, &zone_utc);
	struct zone_span s;

	t.sec -= p->offset;
	s = zone_at(z, t.sec);
	if (s.offset == p->offset &&
	    (!p->abbreviation.n || str_eq(s.name, p->abbreviation)))
		t.zone = z;
	else
		t.zone = zone_fixed(a, p->abbreviation, p->offset);
	return t;
}

static struct gotime with_abbreviation(struct arena *a, const struct parse *p,
				       const struct zone *z)
{
	struct gotime t = at(p, &zone_utc);
	int32_t east = 0;
	int64_t hours;

	if (zone_offset_of(z, p->abbreviation, t.sec, &east)) {
		t.sec -= east;
		t.zone = z;
		return t;
	}
	/* unknown: keep the time as UTC, under that name */
	if (p->abbreviation.n > 3 && str_starts(p->abbreviation, STR("GMT")) &&
	    whole_number(from(p->abbreviation, 3), &hours))
		east = (int32_t)hours * 3600;
	t.zone = zone_fixed(a, p->abbreviation, east);
	return t;
}

int gotime_parse(struct gotime *out, struct arena *a, str layout, str value,
		 const struct zone *z, struct buf *why)
{
	struct parse p = { .layout = layout, .value = value, .rest = value,
			   .month = -1, .day = -1, .yday = -1 };

	if (elements(&p, why) != 0)
		return -1;
	if (p.pm && p.hour < 12)
		p.hour += 12;
	else if (p.am && p.hour == 12)
		p.hour = 0;
	if (settle_day(&p, why) != 0)
		return -1;
	if (p.utc)
		*out = at(&p, &zone_utc);
	else if (p.has_offset && p.offset != -1)
		*out = with_offset(a, &p, z);
	else if (p.abbreviation.n)
		*out = with_abbreviation(a, &p, z);
	else
		*out = at(&p, z);
	return 0;
}
