/*
 * date_methods - the methods of time.Time, Duration, Month and Weekday.
 *
 * Those with more than one result, which a template cannot call, and those
 * about locations and encodings are left out.
 */
#include "sprig/dates.h"
#include "sprig/types.h"

static const struct gotime *self(const struct call *c)
{
	return c->args[0].object;
}

static const struct gotime *other(const struct call *c)
{
	return c->args[1].object;
}

static struct gotime_parts parts(const struct call *c)
{
	return gotime_parts(self(c));
}

static struct value typed_int(const struct type *t, int64_t i)
{
	return (struct value){ .type = t, .i = i };
}

/* The String method of any type that has one. */
static int text(struct call *c, struct value *out)
{
	struct buf b = BUF_INIT;

	c->args[0].type->ops->text(&b, &c->args[0]);
	return call_return_buf(c, out, &b);
}

/* ---- parts ---- */

static int year(struct call *c, struct value *out)
{
	*out = value_int(parts(c).date.year);
	return 0;
}

static int month(struct call *c, struct value *out)
{
	*out = typed_int(&sprig_month, parts(c).date.month);
	return 0;
}

static int day(struct call *c, struct value *out)
{
	*out = value_int(parts(c).date.day);
	return 0;
}

static int year_day(struct call *c, struct value *out)
{
	*out = value_int(parts(c).date.yday);
	return 0;
}

static int weekday(struct call *c, struct value *out)
{
	*out = typed_int(&sprig_weekday, parts(c).weekday);
	return 0;
}

static int hour(struct call *c, struct value *out)
{
	*out = value_int(parts(c).hour);
	return 0;
}

static int minute(struct call *c, struct value *out)
{
	*out = value_int(parts(c).minute);
	return 0;
}

static int second(struct call *c, struct value *out)
{
	*out = value_int(parts(c).second);
	return 0;
}

static int nanosecond(struct call *c, struct value *out)
{
	*out = value_int(self(c)->nsec);
	return 0;
}

static int is_dst(struct call *c, struct value *out)
{
	*out = value_bool(parts(c).zone.dst);
	return 0;
}

/* ---- as numbers ---- */

/* The time since 1970 in units of which a second has `per_second`; it wraps
 * where Go's does. */
static int since_1970(const struct call *c, struct value *out,
		      uint32_t per_second)
{
	const struct gotime *t = self(c);
	uint64_t n = (uint64_t)t->sec * per_second;

	n += (uint64_t)t->nsec / (1000000000u / per_second);
	*out = value_int64((int64_t)n);
	return 0;
}

static int unix_of(struct call *c, struct value *out)
{
	*out = value_int64(self(c)->sec);
	return 0;
}

static int unix_milli(struct call *c, struct value *out)
{
	return since_1970(c, out, 1000);
}

static int unix_micro(struct call *c, struct value *out)
{
	return since_1970(c, out, 1000000);
}

static int unix_nano(struct call *c, struct value *out)
{
	return since_1970(c, out, 1000000000);
}

/* ---- comparing ---- */

static int before(struct call *c, struct value *out)
{
	*out = value_bool(gotime_cmp(self(c), other(c)) < 0);
	return 0;
}

static int after(struct call *c, struct value *out)
{
	*out = value_bool(gotime_cmp(self(c), other(c)) > 0);
	return 0;
}

static int equal(struct call *c, struct value *out)
{
	*out = value_bool(gotime_cmp(self(c), other(c)) == 0);
	return 0;
}

static int compare(struct call *c, struct value *out)
{
	*out = value_int(gotime_cmp(self(c), other(c)));
	return 0;
}

static int is_zero(struct call *c, struct value *out)
{
	const struct gotime zero = GOTIME_ZERO;

	*out = value_bool(gotime_cmp(self(c), &zero) == 0);
	return 0;
}

/* ---- other moments ---- */

static int format(struct call *c, struct value *out)
{
	struct buf b = BUF_INIT;

	gotime_format(&b, self(c), call_str(c, 1));
	return call_return_buf(c, out, &b);
}

static int add(struct call *c, struct value *out)
{
	return return_time(c, out, gotime_add(*self(c), call_int(c, 1)));
}

static int add_date(struct call *c, struct value *out)
{
	const struct gotime *t = self(c);
	struct gotime_parts p = parts(c);

	return return_time(c, out, gotime_move(t, &p, call_int(c, 1),
					       call_int(c, 2),
					       call_int(c, 3)));
}

static int sub(struct call *c, struct value *out)
{
	*out = typed_int(&sprig_duration, gotime_sub(self(c), other(c)));
	return 0;
}

static int in_zone(struct call *c, struct value *out, const struct zone *z)
{
	struct gotime t = *self(c);

	t.zone = z;
	return return_time(c, out, t);
}

static int utc(struct call *c, struct value *out)
{
	return in_zone(c, out, &zone_utc);
}

static int local(struct call *c, struct value *out)
{
	return in_zone(c, out, zone_local(c->arena));
}

const struct func time_methods[] = {
	{ "Add", "(time.Duration) time.Time", add },
	{ "AddDate", "(int, int, int) time.Time", add_date },
	{ "After", "(time.Time) bool", after },
	{ "Before", "(time.Time) bool", before },
	{ "Compare", "(time.Time) int", compare },
	{ "Day", "() int", day },
	{ "Equal", "(time.Time) bool", equal },
	{ "Format", "(string) string", format },
	{ "Hour", "() int", hour },
	{ "IsDST", "() bool", is_dst },
	{ "IsZero", "() bool", is_zero },
	{ "Local", "() time.Time", local },
	{ "Minute", "() int", minute },
	{ "Month", "() time.Month", month },
	{ "Nanosecond", "() int", nanosecond },
	{ "Second", "() int", second },
	{ "String", "() string", text },
	{ "Sub", "(time.Time) time.Duration", sub },
	{ "UTC", "() time.Time", utc },
	{ "Unix", "() int64", unix_of },
	{ "UnixMicro", "() int64", unix_micro },
	{ "UnixMilli", "() int64", unix_milli },
	{ "UnixNano", "() int64", unix_nano },
	{ "Weekday", "() time.Weekday", weekday },
	{ "Year", "() int", year },
	{ "YearDay", "() int", year_day },
	{ NULL, NULL, NULL },
};

/* ---- durations ---- */

static int nanoseconds(struct call *c, struct value *out)
{
	*out = value_int64(call_int(c, 0));
	return 0;
}

static int microseconds(struct call *c, struct value *out)
{
	*out = value_int64(call_int(c, 0) / 1000);
	return 0;
}

static int milliseconds(struct call *c, struct value *out)
{
	*out = value_int64(call_int(c, 0) / 1000000);
	return 0;
}

/* Whole units and the fraction apart, for the last digit's sake. */
static int in_units(const struct call *c, struct value *out, int64_t unit)
{
	int64_t d = call_int(c, 0);

	*out = value_float((double)(d / unit) +
			   (double)(d % unit) / (double)unit);
	return 0;
}

static int seconds(struct call *c, struct value *out)
{
	return in_units(c, out, 1000000000);
}

static int minutes(struct call *c, struct value *out)
{
	return in_units(c, out, (int64_t)60 * 1000000000);
}

static int hours(struct call *c, struct value *out)
{
	return in_units(c, out, (int64_t)3600 * 1000000000);
}

static int round_of(struct call *c, struct value *out)
{
	*out = typed_int(&sprig_duration,
			 duration_round(call_int(c, 0), call_int(c, 1)));
	return 0;
}

static int truncate_of(struct call *c, struct value *out)
{
	*out = typed_int(&sprig_duration,
			 duration_truncate(call_int(c, 0), call_int(c, 1)));
	return 0;
}

static int absolute(struct call *c, struct value *out)
{
	int64_t d = call_int(c, 0);

	if (d < 0)
		d = d == INT64_MIN ? INT64_MAX : -d;
	*out = typed_int(&sprig_duration, d);
	return 0;
}

const struct func duration_methods[] = {
	{ "Abs", "() time.Duration", absolute },
	{ "Hours", "() float64", hours },
	{ "Microseconds", "() int64", microseconds },
	{ "Milliseconds", "() int64", milliseconds },
	{ "Minutes", "() float64", minutes },
	{ "Nanoseconds", "() int64", nanoseconds },
	{ "Round", "(time.Duration) time.Duration", round_of },
	{ "Seconds", "() float64", seconds },
	{ "String", "() string", text },
	{ "Truncate", "(time.Duration) time.Duration", truncate_of },
	{ NULL, NULL, NULL },
};

const struct func name_methods[] = {
	{ "String", "() string", text },
	{ NULL, NULL, NULL },
};
