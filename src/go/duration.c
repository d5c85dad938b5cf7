/*
 * duration - spans of time as Go writes and reads them: "1h2m3.5s".
 */
#include "base/array.h"
#include "go/gotime.h"

#define SECOND 1000000000u
#define LARGEST ((uint64_t)1 << 63)	/* of a negative duration */

/* n / 10^digits, without zeros at its end. */
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

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Digits from *i on; false where they say more than 2^63. */
static bool whole(str s, size_t *i, uint64_t *out)
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

/* Digits behind a point: out / scale; those past 63 bits do not count. */
static void fraction(str s, size_t *i, uint64_t *out, double *scale)
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

static int fail(struct buf *why, const char *what, str s)
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

/* A number with its unit, from *i on, added to *sum. */
static int part(str s, size_t *i, uint64_t *sum, struct buf *why)
{
	const struct unit *u;
	size_t start = *i, unit, digits;
	uint64_t n, f = 0;
	double scale = 1;

	if (!whole(s, i, &n))
		return fail(why, "invalid duration", s);
	digits = *i - start;
	if (*i < s.n && s.p[*i] == '.') {
		start = ++*i;
		fraction(s, i, &f, &scale);
		digits += *i - start;
	}
	if (!digits)
		return fail(why, "invalid duration", s);
	unit = *i;
	while (*i < s.n && s.p[*i] != '.' && !is_digit(s.p[*i]))
		++*i;
	if (*i == unit)
		return fail(why, "missing unit in duration", s);
	u = unit_of(str_sub(s, unit, *i));
	if (!u)
		return fail_unit(why, str_sub(s, unit, *i), s);
	if (n > LARGEST / u->size)
		return fail(why, "invalid duration", s);
	n = n * u->size + (uint64_t)((double)f * ((double)u->size / scale));
	if (n > LARGEST || *sum + n > LARGEST)
		return fail(why, "invalid duration", s);
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
		return fail(why, "invalid duration", s);
	while (i < s.n)
		if (part(s, &i, &sum, why) != 0)
			return -1;
	if (!negative && sum == LARGEST)
		return fail(why, "invalid duration", s);
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
