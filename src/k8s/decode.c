/* decode - see decode.h. */
#include "k8s/decode.h"

#include <math.h>

#include "tree/scalar.h"

/* ---- keys ---- */

static bool same_byte(char a, char b)
{
	return a == b || ((a ^ b) == 0x20 && (a | 0x20) >= 'a' &&
			  (a | 0x20) <= 'z');
}

/* Most keys differ in their first byte or their length. */
static bool same_key(str have, str key)
{
	if (have.n == key.n && memcmp(have.p, key.p, key.n) == 0)
		return true;
	if (!have.n || have.n < key.n)
		return false;
	if (!same_byte(have.p[0], key.p[0]) && !(have.p[0] & 0x80))
		return false;
	return schema_same_key(have, key);
}

const struct node *decode_key(const struct node *map, str key)
{
	const struct node *found = NULL, *value = NULL;

	if (!map || map->kind != NODE_MAP)
		return NULL;
	for (uint32_t i = 0; i < map->n; i++) {
		const struct node *have = map->entries[i].key;

		if (!same_key(node_text(have), key))
			continue;
		if (found && str_cmp(node_text(found), node_text(have)) > 0)
			continue;
		found = have;
		value = map->entries[i].value;
	}
	return value && value->kind != NODE_NULL ? value : NULL;
}

/* ---- scalars ---- */

bool decode_bool(const struct node *n)
{
	return n && n->kind == NODE_BOOL && scalar_bool(n);
}

/* A whole number may be written as a float: 1e3. */
int64_t decode_int(const struct node *n)
{
	int64_t i = 0;
	double d;

	if (!n || !node_is_scalar(n))
		return 0;
	if (n->kind == NODE_FLOAT) {
		d = scalar_double(n);
		return fabs(d) < 9.2e18 ? (int64_t)d : 0;
	}
	return n->kind == NODE_INT && scalar_int64(n, &i) ? i : 0;
}

str decode_text(const struct node *n, struct buf *spelled)
{
	if (!n || !node_is_scalar(n) || n->kind == NODE_NULL)
		return STR_NONE;
	if (n->kind == NODE_STRING)
		return node_text(n);
	/* sigs.k8s.io/yaml writes floats alike as keys and as text */
	buf_clear(spelled);
	scalar_key_text(spelled, n);
	return buf_str(spelled);
}

/* A Quantity reads its JSON itself; blanks around the text are allowed. */
int decode_quantity(struct quantity *q, const struct node *n,
		    struct buf *spelled)
{
	str s = STR_NONE;

	*q = (struct quantity)QUANTITY_ZERO;
	if (!n || n->kind == NODE_NULL)
		return 0;
	if (n->kind == NODE_STRING) {
		s = node_text(n);
	} else if (node_is_scalar(n)) {
		buf_clear(spelled);
		scalar_json(spelled, n);
		s = buf_str(spelled);
	}
	while (s.n && s.p[0] == ' ')
		s = str_sub(s, 1, s.n);
	while (s.n && s.p[s.n - 1] == ' ')
		s.n--;
	return quantity_parse(q, s, NULL);
}

/* ---- times ---- */

/* Of year 1, which is Go's zero time, in seconds since 1970. */
#define YEAR_1 (-62135596800)

/* One or two digits at *at, in a range; -1 where there are none. */
static int read_number(str s, size_t *at, int digits, int max)
{
	int n = 0, i;

	for (i = 0; i < digits; i++, ++*at) {
		if (*at == s.n || s.p[*at] < '0' || s.p[*at] > '9')
			return -1;
		n = n * 10 + (s.p[*at] - '0');
	}
	return n <= max ? n : -1;
}

static bool read_mark(str s, size_t *at, char c)
{
	if (*at == s.n || s.p[*at] != c)
		return false;
	++*at;
	return true;
}

static int days_in(int year, int month)
{
	static const char days[] = { 31, 28, 31, 30, 31, 30,
				     31, 31, 30, 31, 30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (leap && month == 2);
}

/* Days since 1970 in the Gregorian calendar, by way of years that begin in
 * March. */
static int64_t days_since(int year, int month, int day)
{
	int64_t y = year - (month <= 2);
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t of_era = y - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 +
			  day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
	       of_year - 719468;
}

static bool read_date(str s, size_t *at, int64_t *sec)
{
	int year = read_number(s, at, 4, 9999), month, day;

	if (year < 0 || !read_mark(s, at, '-'))
		return false;
	month = read_number(s, at, 2, 12);
	if (month < 1 || !read_mark(s, at, '-'))
		return false;
	day = read_number(s, at, 2, days_in(year, month));
	if (day < 1 || !read_mark(s, at, 'T'))
		return false;
	*sec = days_since(year, month, day) * 86400;
	return true;
}

/* Go reads 7:00 as well, and ,5 for .5. */
static bool read_clock(str s, size_t *at, int64_t *sec)
{
	bool short_hour = *at + 1 < s.n && s.p[*at + 1] == ':';
	int hour = read_number(s, at, short_hour ? 1 : 2, 23), minute, second;

	if (hour < 0 || !read_mark(s, at, ':'))
		return false;
	minute = read_number(s, at, 2, 59);
	if (minute < 0 || !read_mark(s, at, ':'))
		return false;
	second = read_number(s, at, 2, 59);
	if (second < 0)
		return false;
	*sec += hour * 3600 + minute * 60 + second;
	if (*at + 1 < s.n && (s.p[*at] == '.' || s.p[*at] == ',') &&
	    s.p[*at + 1] >= '0' && s.p[*at + 1] <= '9')
		for (++*at; *at < s.n && s.p[*at] >= '0' && s.p[*at] <= '9';)
			++*at;
	return true;
}

static bool read_zone(str s, size_t *at, int64_t *sec)
{
	int hour, minute, sign;

	if (read_mark(s, at, 'Z'))
		return true;
	sign = read_mark(s, at, '+') ? 1 : -1;
	if (sign < 0 && !read_mark(s, at, '-'))
		return false;
	hour = read_number(s, at, 2, 24);
	if (hour < 0 || !read_mark(s, at, ':'))
		return false;
	minute = read_number(s, at, 2, 60);
	*sec -= sign * (hour * 3600 + minute * 60);
	return minute >= 0;
}

bool decode_time(const struct node *n, int64_t *sec)
{
	str s = node_string(n);
	size_t at = 0;

	return read_date(s, &at, sec) && read_clock(s, &at, sec) &&
	       read_zone(s, &at, sec) && at == s.n && *sec != YEAR_1;
}
