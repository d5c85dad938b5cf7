/*
 * dates - moments and durations in templates: sprig's date.go, and the methods
 * of time.Time, Duration, Month and Weekday.
 *
 * `now` is the time the caller sets, so that renderings can be repeated; unlike
 * Go's it has no monotonic clock reading, which would show when printed.
 * Methods with more than one result, which a template cannot call, and those
 * about locations and encodings are left out.
 */
#include "sprig/sprig.h"

#include "base/array.h"
#include "go/gotime.h"
#include "go/strconv.h"

#define ZONE_SIZE 4096		/* of most zone files */

static const struct gotime *time_of(const struct value *v)
{
	return v->object;
}

static int return_time(struct call *c, struct value *out, struct gotime t)
{
	struct gotime *copy = arena_new(c->arena, struct gotime);

	*copy = t;
	*out = value_object(&sprig_time, copy);
	return 0;
}

/* Charge for a zone loaded for this call.  NULL if that exceeds the budget. */
static const struct zone *charged(struct call *c, const struct zone *z)
{
	if (z != &zone_utc && call_charge(c, ZONE_SIZE, 1) != 0)
		return NULL;
	return z;
}

/* Fail with the text that b holds, which is released. */
static int fail_date(struct call *c, struct buf *why)
{
	call_fail(c, "%s", buf_z(why));
	buf_release(why);
	return -1;
}

/* In UTC: the zone matters only when it is shown. */
static struct gotime now(const struct call *c)
{
	struct timespec t = c->env->now;

	if (!c->env->fixed_clock)
		clock_gettime(CLOCK_REALTIME, &t);
	return gotime_unix(t.tv_sec, t.tv_nsec, &zone_utc);
}

static int now_of(struct call *c, struct value *out)
{
	struct gotime t = now(c);

	t.zone = charged(c, zone_local(c->arena));
	return t.zone ? return_time(c, out, t) : -1;
}

/* What a date argument means: a moment, seconds since 1970 as an int or an
 * int64 (or, for some functions, an int32), and now for everything else. */
static struct gotime date_arg(const struct call *c, uint32_t i, bool int32_too)
{
	const struct value *v = &c->args[i];

	if (v->type == &sprig_time)
		return *time_of(v);
	if (v->type == &type_int || v->type == &type_int64 ||
	    (int32_too && v->type == &type_int32))
		return gotime_unix(v->i, 0, &zone_utc);
	return now(c);
}

/* ---- writing ---- */

static int format_date(struct call *c, struct value *out, str layout,
		       uint32_t date, str zone)
{
	struct gotime t = date_arg(c, date, true);
	struct buf b = BUF_INIT;

	t.zone = zone_load(c->arena, zone);
	t.zone = charged(c, t.zone ? t.zone : &zone_utc);
	if (!t.zone)
		return -1;
	gotime_format(&b, &t, layout);
	return call_return_buf(c, out, &b);
}

static int date(struct call *c, struct value *out)
{
	return format_date(c, out, call_str(c, 0), 1, STR("Local"));
}

static int date_in_zone(struct call *c, struct value *out)
{
	return format_date(c, out, call_str(c, 0), 1, call_str(c, 2));
}

static int html_date(struct call *c, struct value *out)
{
	return format_date(c, out, STR("2006-01-02"), 0, STR("Local"));
}

static int html_date_in_zone(struct call *c, struct value *out)
{
	return format_date(c, out, STR("2006-01-02"), 0, call_str(c, 1));
}

static int unix_epoch(struct call *c, struct value *out)
{
	struct buf b = BUF_INIT;

	buf_printf(&b, "%lld", (long long)time_of(&c->args[0])->sec);
	return call_return_buf(c, out, &b);
}

/* ---- reading ---- */

static int read_date(struct call *c, struct value *out, bool must)
{
	const struct zone *z = charged(c, zone_local(c->arena));
	struct gotime t = GOTIME_ZERO;
	struct buf why = BUF_INIT;

	if (!z)
		return -1;
	if (gotime_parse(&t, c->arena, call_str(c, 0), call_str(c, 1), z,
			 &why) != 0 && must)
		return fail_date(c, &why);
	buf_release(&why);
	return return_time(c, out, t);
}

static int to_date(struct call *c, struct value *out)
{
	return read_date(c, out, false);
}

static int must_to_date(struct call *c, struct value *out)
{
	return read_date(c, out, true);
}

static int modify(struct call *c, struct value *out, bool must)
{
	struct buf why = BUF_INIT;
	int64_t d;

	if (duration_parse(&d, call_str(c, 0), &why) != 0 && must)
		return fail_date(c, &why);
	buf_release(&why);
	return return_time(c, out, gotime_add(*time_of(&c->args[1]), d));
}

static int date_modify(struct call *c, struct value *out)
{
	return modify(c, out, false);
}

static int must_date_modify(struct call *c, struct value *out)
{
	return modify(c, out, true);
}

/* ---- durations ---- */

static int return_duration_text(struct call *c, struct value *out, int64_t d)
{
	struct buf b = BUF_INIT;

	duration_text(&b, d);
	return call_return_buf(c, out, &b);
}

static int ago(struct call *c, struct value *out)
{
	struct gotime then = date_arg(c, 0, false), t = now(c);

	return return_duration_text(c, out,
				    duration_round(gotime_sub(&t, &then),
						   1000000000));
}

/* Of seconds; values other than texts and int64 count as 0. */
static int duration(struct call *c, struct value *out)
{
	const struct value *v = &c->args[0];
	int64_t n = 0;

	if (v->type == &type_string)
		parse_int(value_text(v), 10, &n);
	else if (v->type == &type_int64)
		n = v->i;
	return return_duration_text(c, out,
				    (int64_t)((uint64_t)n * 1000000000u));
}

static int64_t duration_arg(const struct call *c, uint32_t i)
{
	const struct value *v = &c->args[i];
	struct buf ignored = BUF_INIT;
	struct gotime t;
	int64_t d = 0;

	if (v->type == &type_string) {
		duration_parse(&d, value_text(v), &ignored);
		buf_release(&ignored);
	} else if (v->type == &type_int64) {
		d = v->i;
	} else if (v->type == &sprig_time) {
		t = now(c);
		d = gotime_sub(&t, time_of(v));
	}
	return d;
}

/* In the largest unit that fits more than once. */
static int duration_round_of(struct call *c, struct value *out)
{
	static const struct {
		const char *name;
		uint64_t seconds;
	} units[] = {
		{ "y", 365 * 86400 }, { "mo", 30 * 86400 }, { "d", 86400 },
		{ "h", 3600 },	      { "m", 60 },	    { "s", 1 },
	};
	int64_t d = duration_arg(c, 0);
	uint64_t u = d < 0 ? 0 - (uint64_t)d : (uint64_t)d, unit;
	struct buf b = BUF_INIT;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(units); i++) {
		unit = units[i].seconds * 1000000000u;
		if (u <= unit)
			continue;
		buf_printf(&b, "%llu%s", (unsigned long long)(u / unit),
			   units[i].name);
		return call_return_buf(c, out, &b);
	}
	*out = value_str(STR("0s"));
	return 0;
}

/* ---- methods of moments: parts ---- */

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

/* ---- methods of moments: numbers ---- */

/* The time since 1970 in units of 1/per_second seconds; it wraps around where
 * Go's does. */
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

/* ---- methods of moments: comparing ---- */

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

/* ---- methods of moments: other moments ---- */

static int method_format(struct call *c, struct value *out)
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

static const struct func time_methods[] = {
	{ "Add", "(time.Duration) time.Time", add },
	{ "AddDate", "(int, int, int) time.Time", add_date },
	{ "After", "(time.Time) bool", after },
	{ "Before", "(time.Time) bool", before },
	{ "Compare", "(time.Time) int", compare },
	{ "Day", "() int", day },
	{ "Equal", "(time.Time) bool", equal },
	{ "Format", "(string) string", method_format },
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

/* ---- methods of durations ---- */

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

/* Whole units and fraction separately, so that the last digit is right. */
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

static const struct func duration_methods[] = {
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

static const struct func name_methods[] = {
	{ "String", "() string", text },
	{ NULL, NULL, NULL },
};

/* ---- types ---- */

static void add_text(struct buf *out, const struct value *v)
{
	gotime_text(out, time_of(v));
}

/* RFC 3339, which allows only years of four digits. */
static int add_json(struct buf *out, const struct value *v, struct buf *why)
{
	const struct gotime *t = time_of(v);
	struct gotime_parts p = gotime_parts(t);
	int32_t offset = p.zone.offset;

	buf_addz(why, "Time.MarshalJSON: ");
	if (p.date.year < 0 || p.date.year > 9999) {
		buf_addz(why, "year outside of range [0,9999]");
		return -1;
	}
	if (offset <= -86400 || offset >= 86400) {
		buf_addz(why, "timezone hour outside of range [0,23]");
		return -1;
	}
	buf_addc(out, '"');
	gotime_format(out, t, STR("2006-01-02T15:04:05.999999999Z07:00"));
	buf_addc(out, '"');
	return 0;
}

static bool same(const struct value *a, const struct value *b)
{
	const struct gotime *t = time_of(a), *u = time_of(b);

	return gotime_cmp(t, u) == 0 &&
	       str_eq(t->zone->name, u->zone->name) &&
	       t->zone->offset == u->zone->offset;
}

static void add_duration(struct buf *out, const struct value *v)
{
	duration_text(out, v->i);
}

static void add_month(struct buf *out, const struct value *v)
{
	if (v->i >= 1 && v->i <= 12)
		buf_addz(out, gotime_months[v->i - 1]);
	else
		buf_printf(out, "%%!Month(%lld)", (long long)v->i);
}

static void add_weekday(struct buf *out, const struct value *v)
{
	if (v->i >= 0 && v->i <= 6)
		buf_addz(out, gotime_weekdays[v->i]);
	else
		buf_printf(out, "%%!Weekday(%lld)", (long long)v->i);
}

static const struct type_ops time_ops = { .text = add_text, .equal = same,
					  .json = add_json };
static const struct type_ops duration_ops = { .text = add_duration };
static const struct type_ops month_ops = { .text = add_month };
static const struct type_ops weekday_ops = { .text = add_weekday };

const struct type sprig_time = { .name = "time.Time", .kind = KIND_STRUCT,
				 .ops = &time_ops,
				 .methods = time_methods };
const struct type sprig_duration = { .name = "time.Duration",
				     .kind = KIND_INT64,
				     .ops = &duration_ops,
				     .methods = duration_methods };
const struct type sprig_month = { .name = "time.Month", .kind = KIND_INT,
				  .ops = &month_ops,
				  .methods = name_methods };
const struct type sprig_weekday = { .name = "time.Weekday", .kind = KIND_INT,
				    .ops = &weekday_ops,
				    .methods = name_methods };

static const struct type *const types[] = { &sprig_time, &sprig_duration,
					    &sprig_month, &sprig_weekday };

static const struct func rows[] = {
	{ "now", "() time.Time", now_of },
	{ "ago", "(interface {}) string", ago },
	{ "date", "(string, interface {}) string", date },
	{ "dateInZone", "(string, interface {}, string) string",
	  date_in_zone },
	{ "date_in_zone", "(string, interface {}, string) string",
	  date_in_zone },
	{ "htmlDate", "(interface {}) string", html_date },
	{ "htmlDateInZone", "(interface {}, string) string",
	  html_date_in_zone },
	{ "unixEpoch", "(time.Time) string", unix_epoch },
	{ "toDate", "(string, string) time.Time", to_date },
	{ "mustToDate", "(string, string) (time.Time, error)",
	  must_to_date },
	{ "dateModify", "(string, time.Time) time.Time", date_modify },
	{ "date_modify", "(string, time.Time) time.Time", date_modify },
	{ "mustDateModify", "(string, time.Time) (time.Time, error)",
	  must_date_modify },
	{ "must_date_modify", "(string, time.Time) (time.Time, error)",
	  must_date_modify },
	{ "duration", "(interface {}) string", duration },
	{ "durationRound", "(interface {}) string", duration_round_of },
};

const struct func_table sprig_dates = FUNC_TABLE_TYPES(rows, types);
