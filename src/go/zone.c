/*
 * zone - time zones from the system's zone files (RFC 8536).
 *
 * A file has a header, a block with times of 4 bytes and, from version 2 on,
 * the same again with 8 bytes and a line with a rule behind it.  Only the
 * second one is read; files of version 1 have not been made for a long time
 * and are refused.  Every number that leads to another place in the file is
 * checked when the file is loaded, so look-ups need not be careful.
 */
#include "go/zone.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/io.h"
#include "go/zone_rule.h"

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

/* The counts of a header, in its order. */
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

/* Bytes behind a header whose times have `width` bytes. */
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

/* A name that stays below the folder of zones, and is one C string. */
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

/* What held before the first transition: the first kind, if nothing leads to
 * it, else one without daylight saving. */
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

/* How many transitions are not after this moment. */
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
	    zone_rule_at(z->rule, s.start, sec, &ruled))
		return ruled;
	return s;
}

/* In Sydney both summer and winter time once were EST: so first look for one
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
