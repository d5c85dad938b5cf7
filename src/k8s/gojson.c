#include "k8s/gojson.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "base/chars.h"
#include "json/text.h"
#include "tree/scalar.h"

/* ---- decoding: keys ---- */

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

/* ---- decoding: scalars ---- */

/* The offset behind "${NAME" or "${{NAME", or 0. */
static size_t variable_name(str s, size_t at)
{
	size_t from;

	if (!str_starts(str_sub(s, at, s.n), STR("${")))
		return 0;
	at += 2;
	at += at < s.n && s.p[at] == '{';
	for (from = at; at < s.n && (is_alnum(s.p[at]) || s.p[at] == '_');)
		at++;
	return at > from && !is_digit(s.p[from]) ? at : 0;
}

bool decode_is_variable(const struct node *n)
{
	str s = node_string(n);

	for (size_t at = str_find(s, 0, '$'); at < s.n;
	     at = str_find(s, at + 1, '$')) {
		size_t end = variable_name(s, at);

		/* an operator and a default value may follow the name */
		if (end && end < s.n && strchr("}:=-+?#%/^,", s.p[end]))
			return str_find(s, end, '}') < s.n;
	}
	return false;
}

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
	/* sigs.k8s.io/yaml spells floats like those in keys */
	buf_clear(spelled);
	scalar_key_text(spelled, n);
	return buf_str(spelled);
}

/* A Quantity reads its JSON itself; blanks around the text are allowed. */
int decode_quantity(struct quantity *q, const struct node *n,
		    struct buf *spelled, struct err *e)
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
	return quantity_parse(q, s, e);
}

/* ---- decoding: times ---- */

/* Of year 1, which is Go's zero time, in seconds since 1970. */
#define YEAR_1 (-62135596800)

/* One or two digits at *at, in a range; -1 if there are none. */
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

/* Days since 1970 in the Gregorian calendar, computed with years that begin in
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
	    is_digit(s.p[*at + 1]))
		for (++*at; *at < s.n && is_digit(s.p[*at]);)
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

static bool read_time(str s, int64_t *sec)
{
	size_t at = 0;

	return read_date(s, &at, sec) && read_clock(s, &at, sec) &&
	       read_zone(s, &at, sec) && at == s.n;
}

/* The seconds since 1970 of a metav1.Time; false if it is zero or invalid. */
static bool decode_time(const struct node *n, int64_t *sec)
{
	return read_time(node_string(n), sec) && *sec != YEAR_1;
}

bool decode_is_time(const struct node *n)
{
	int64_t sec;

	return read_time(node_string(n), &sec);
}

static void write_struct(struct buf *b, const struct schema_type *type,
			 const struct node *n);

/* ---- encoding one value; n NULL: its zero value ---- */

static void write_text(struct buf *b, const struct node *n)
{
	struct buf spelled = BUF_INIT;

	json_write_text_go(b, decode_text(n, &spelled));
	buf_release(&spelled);
}

static void write_bool(struct buf *b, const struct node *n)
{
	if (decode_is_variable(n))
		buf_adds(b, node_text(n));
	else
		buf_addz(b, decode_bool(n) ? "true" : "false");
}

static void write_int(struct buf *b, const struct node *n)
{
	if (decode_is_variable(n))
		buf_adds(b, node_text(n));
	else
		buf_printf(b, "%lld", (long long)decode_int(n));
}

static void write_int_or_text(struct buf *b, const struct node *n)
{
	if (n && n->kind == NODE_STRING && !decode_is_variable(n))
		write_text(b, n);
	else
		write_int(b, n);
}

/* An invalid one stays as it is; checking it is up to the API server. */
static void write_quantity(struct buf *b, const struct node *n)
{
	struct buf spelled = BUF_INIT, text = BUF_INIT;
	struct quantity q;

	if (decode_quantity(&q, n, &spelled, NULL))
		buf_adds(&text, decode_text(n, &spelled));
	else
		quantity_text(&text, &q);
	json_write_text_go(b, buf_str(&text));
	quantity_release(&q);
	buf_release(&spelled);
	buf_release(&text);
}

static void write_time(struct buf *b, const struct node *n)
{
	int64_t sec;
	time_t t;
	struct tm tm;

	if (!decode_time(n, &sec)) {
		buf_addz(b, "null");
		return;
	}
	t = (time_t)sec;
	gmtime_r(&t, &tm);
	buf_printf(b, "\"%04d-%02d-%02dT%02d:%02d:%02dZ\"", tm.tm_year + 1900,
		   tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
		   tm.tm_sec);
}

static void write_raw(struct buf *b, const struct node *n)
{
	if (n)
		json_write_go(b, n);
	else
		buf_addz(b, "null");
}

static void (*const writers[])(struct buf *b, const struct node *n) = {
	[SCHEMA_STRING] = write_text,
	[SCHEMA_BOOL] = write_bool,
	[SCHEMA_INT32] = write_int,
	[SCHEMA_INT64] = write_int,
	[SCHEMA_INT_OR_STRING] = write_int_or_text,
	[SCHEMA_QUANTITY] = write_quantity,
	[SCHEMA_TIME] = write_time,
	[SCHEMA_RAW] = write_raw,
};

/* The value, or one element. */
static void write_one(struct buf *b, const struct schema_field *f,
		      const struct node *n)
{
	if (n && n->kind == NODE_NULL)
		n = NULL;
	if (f->kind == SCHEMA_STRUCT)
		write_struct(b, schema_struct(f), n);
	else
		writers[f->kind](b, n);
}

/* ---- encoding lists and maps ---- */

static void write_list(struct buf *b, const struct schema_field *f,
		       const struct node *n)
{
	buf_addc(b, '[');
	for (uint32_t i = 0; i < n->n; i++) {
		if (i > 0)
			buf_addc(b, ',');
		write_one(b, f, n->items[i]);
	}
	buf_addc(b, ']');
}

static int by_key(const void *a, const void *b)
{
	return str_cmp(node_text(((const struct entry *)a)->key),
		       node_text(((const struct entry *)b)->key));
}

static void write_map(struct buf *b, const struct schema_field *f,
		      const struct node *n)
{
	struct entry *sorted = mem_alloc(n->n * sizeof(*sorted) + 1);

	if (n->n) {
		memcpy(sorted, n->entries, n->n * sizeof(*sorted));
		qsort(sorted, n->n, sizeof(*sorted), by_key);
	}
	buf_addc(b, '{');
	for (uint32_t i = 0; i < n->n; i++) {
		if (i > 0)
			buf_addc(b, ',');
		json_write_text_go(b, node_text(sorted[i].key));
		buf_addc(b, ':');
		write_one(b, f, sorted[i].value);
	}
	buf_addc(b, '}');
	mem_free(sorted);
}

/* ---- encoding fields ---- */

static bool is_list_or_map(const struct schema_field *f, const struct node *n)
{
	return n && n->kind == (f->shape == SCHEMA_LIST ? NODE_LIST : NODE_MAP);
}

/* Does omitempty leave it out?  Never a struct, nor a quantity, which is one.
 * */
static bool is_empty(const struct schema_field *f, const struct node *n)
{
	struct buf spelled = BUF_INIT;
	bool empty;

	if (f->shape != SCHEMA_ONE)
		return !is_list_or_map(f, n) || !n->n;
	if (decode_is_variable(n))
		return false;
	if (f->flags & SCHEMA_POINTER)
		return !n;
	switch (f->kind) {
	case SCHEMA_STRING:
		empty = !decode_text(n, &spelled).n;
		buf_release(&spelled);
		return empty;
	case SCHEMA_BOOL:
		return !decode_bool(n);
	case SCHEMA_INT32:
	case SCHEMA_INT64:
		return !decode_int(n);
	default:
		return false;
	}
}

static bool is_omitted(const struct schema_field *f, const struct node *n)
{
	int64_t sec;

	if ((f->flags & SCHEMA_OMITEMPTY) && is_empty(f, n))
		return true;
	return (f->flags & SCHEMA_OMITZERO) && f->kind == SCHEMA_TIME &&
	       !decode_time(n, &sec);
}

static void write_value(struct buf *b, const struct schema_field *f,
			const struct node *n)
{
	if (f->shape == SCHEMA_ONE && (n || !(f->flags & SCHEMA_POINTER)))
		write_one(b, f, n);
	else if (f->shape == SCHEMA_ONE || !is_list_or_map(f, n))
		buf_addz(b, "null");
	else if (f->shape == SCHEMA_LIST)
		write_list(b, f, n);
	else
		write_map(b, f, n);
}

/* The fields of embedded structs are those of the outer one. */
static void write_fields(struct buf *b, const struct schema_type *type,
			 const struct node *n, size_t start)
{
	uint32_t count;
	const struct schema_field *f = schema_fields(type, &count);

	for (; count; count--, f++) {
		const struct node *value;

		if (f->flags & SCHEMA_INLINE) {
			write_fields(b, schema_struct(f), n, start);
			continue;
		}
		value = decode_field(n, f);
		if (is_omitted(f, value))
			continue;
		if (b->n > start)
			buf_addc(b, ',');
		json_write_text(b, (str){ schema_text(f->json),
					  f->json_length });
		buf_addc(b, ':');
		write_value(b, f, value);
	}
}

static void write_struct(struct buf *b, const struct schema_type *type,
			 const struct node *n)
{
	buf_addc(b, '{');
	write_fields(b, type, n, b->n);
	buf_addc(b, '}');
}

void gojson_write_value(struct buf *b, enum schema_kind kind,
			const struct node *n)
{
	if (n && n->kind == NODE_NULL)
		n = NULL;
	writers[kind](b, n);
}

void gojson_write(struct buf *b, const char *type, const struct node *n)
{
	const struct schema_type *t = schema_type(str_of(type));

	assert(t);
	if (n && n->kind == NODE_NULL)
		n = NULL;
	write_struct(b, t, n);
}
