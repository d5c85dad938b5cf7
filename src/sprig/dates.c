/*
 * dates - moments and durations in templates: sprig's date.go.
 *
 * `now` is what the caller says that it is, so that renderings can be
 * repeated; unlike Go's it has no reading of a monotonic clock, which would
 * show when it is printed.
 */
#include "base/array.h"
#include "go/strconv.h"
#include "sprig/convert.h"
#include "sprig/dates.h"
#include "sprig/sprig.h"
#include "sprig/types.h"

#define ZONE_SIZE 4096		/* of most zone files */

static const struct gotime *time_of(const struct value *v)
{
	return v->object;
}

int return_time(struct call *c, struct value *out, struct gotime t)
{
	struct gotime *copy = arena_new(c->arena, struct gotime);

	*copy = t;
	*out = value_object(&sprig_time, copy);
	return 0;
}

/* A zone that was read for this call; each takes room anew.  NULL where there
 * is no more. */
static const struct zone *charged(struct call *c, const struct zone *z)
{
	if (z != &zone_utc && call_charge(c, ZONE_SIZE, 1) != 0)
		return NULL;
	return z;
}

/* Fail with the text that b holds, which is released. */
static int fail(struct call *c, struct buf *why)
{
	call_fail(c, "%s", buf_z(why));
	buf_release(why);
	return -1;
}

/* In UTC: the zone matters only where it is shown. */
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

static int format(struct call *c, struct value *out, str layout,
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
	return format(c, out, call_str(c, 0), 1, STR("Local"));
}

static int date_in_zone(struct call *c, struct value *out)
{
	return format(c, out, call_str(c, 0), 1, call_str(c, 2));
}

static int html_date(struct call *c, struct value *out)
{
	return format(c, out, STR("2006-01-02"), 0, STR("Local"));
}

static int html_date_in_zone(struct call *c, struct value *out)
{
	return format(c, out, STR("2006-01-02"), 0, call_str(c, 1));
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
		return fail(c, &why);
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
		return fail(c, &why);
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

/* Of seconds; other numbers than texts and int64 count as none. */
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

/* In the largest unit of which there is more than one. */
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

/* ---- types ---- */

static void add_text(struct buf *out, const struct value *v)
{
	gotime_text(out, time_of(v));
}

/* RFC 3339, which has no years of more than four digits. */
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
