/*
 * Two loops of the same form: names against names, where `**` is the star, and
 * below it bytes against bytes.  Of stars only the last one is ever given more
 * to match, since an earlier one could only do the same again; so no pattern
 * takes exponential time.
 *
 * Rules in doubt are those of git's wildmatch: `[` without `]` matches nothing,
 * `]` right behind `[` is a member, `!` and `^` negate, `\` quotes, `[:alpha:]`
 * and its like have the C locale's meaning.
 */
#include "files/ignore.h"

#include <ctype.h>

#include "base/array.h"

static int is_blank(int c)
{
	return c == ' ' || c == '\t';
}

/* The classes of the C locale, whatever locale is set: of bytes below 128. */
static const struct {
	const char *name;
	int (*has)(int c);
} classes[] = {
	{ "alnum", isalnum }, { "alpha", isalpha }, { "blank", is_blank },
	{ "cntrl", iscntrl }, { "digit", isdigit }, { "graph", isgraph },
	{ "lower", islower }, { "print", isprint }, { "punct", ispunct },
	{ "space", isspace }, { "upper", isupper }, { "xdigit", isxdigit },
};

#define N_CLASSES (ARRAY_SIZE(classes))

/* 1, 0, or -1 if there is no such class. */
static int class_has(str name, int c)
{
	for (size_t i = 0; i < N_CLASSES; i++)
		if (str_eq(name, str_of(classes[i].name)))
			return c >= 0 && c < 0x80 && classes[i].has(c);
	return -1;
}

/* A byte of the pattern, or -1 past its end. */
static int at(str p, size_t i)
{
	return i < p.n ? (unsigned char)p.p[i] : -1;
}

/* The last byte of a range that p[i] begins, and i past it; or -1. */
static int range_end(str p, size_t *i)
{
	if (at(p, *i) == '\\')
		++*i;
	return at(p, (*i)++);
}

/* Match `[:name:]` at p[*i] and move *i past it: 1 or 0; -1 if it is malformed;
 * -2 if it is not a class. */
static int read_class(str p, size_t *i, int c)
{
	size_t from = *i + 2;
	size_t end = str_find(p, from, ']');

	if (at(p, *i) != '[' || at(p, *i + 1) != ':')
		return -2;
	if (end == p.n)
		return -1;
	if (end == from || p.p[end - 1] != ':')
		return -2;
	*i = end + 1;
	return class_has(str_sub(p, from, end - 1), c);
}

/* Match the set whose `[` is p[*i]: 1 or 0 with *i moved past its `]`; -1 if it
 * has no end. */
static int read_set(str p, size_t *i, int c)
{
	bool negated, has = false;
	int before = -1;	/* the start of a range */
	size_t first;

	++*i;
	negated = at(p, *i) == '!' || at(p, *i) == '^';
	*i += negated;
	first = *i;
	while (at(p, *i) != ']' || *i == first) {
		int known = read_class(p, i, c);
		int b = at(p, *i);

		if (known == -1 || (known == -2 && b < 0))
			return -1;
		if (known >= 0) {
			has |= known;
			before = -1;
			continue;
		}
		++*i;
		if (b == '-' && before >= 0 && at(p, *i) >= 0 &&
		    at(p, *i) != ']') {
			b = range_end(p, i);
			if (b < 0)
				return -1;
			has |= c >= before && c <= b;
			before = -1;
			continue;
		}
		if (b == '\\' && (b = at(p, (*i)++)) < 0)
			return -1;
		has |= b == c;
		before = b;
	}
	++*i;
	return has != negated;
}

/* Match one byte with p[*i], which is not a star; moves *i past it. */
static bool match_byte(str p, size_t *i, int c)
{
	int b = at(p, *i);

	if (b == '[')
		return read_set(p, i, c) == 1;
	if (b == '\\')
		b = at(p, ++*i);
	else if (b == '?')
		b = c;
	++*i;
	return b == c;
}

static bool match_name(str p, str name)
{
	size_t i = 0, j = 0;
	size_t star = SIZE_MAX, from = 0;

	while (i < p.n || j < name.n) {
		if (at(p, i) == '*') {
			star = ++i;
			from = j;
			continue;
		}
		if (i < p.n && j < name.n &&
		    match_byte(p, &i, (unsigned char)name.p[j])) {
			j++;
			continue;
		}
		if (star == SIZE_MAX || j == name.n)
			return false;
		i = star;
		j = ++from;
	}
	return true;
}

/* The names left; `done` if there are none, unlike an empty one. */
struct names {
	str rest;
	bool done;
};

static str next_name(struct names *n)
{
	str name;

	n->done = !str_cut(n->rest, '/', &name, &n->rest);
	return name;
}

/* The same in a pattern, where a slash may be in a set, and a quoted one
 * separates as well. */
static str next_pattern(struct names *n)
{
	str p = n->rest;
	size_t i = 0, end;

	while (i < p.n && p.p[i] != '/') {
		if (p.p[i] == '\\' && at(p, i + 1) == '/')
			break;
		if (p.p[i] == '[') {
			if (read_set(p, &i, -1) < 0)
				i = p.n;
		} else {
			i += p.p[i] == '\\' ? 2 : 1;
		}
	}
	if (i > p.n)
		i = p.n;
	end = i;
	n->done = i == p.n;
	i += at(p, i) == '\\' ? 2 : 1;
	n->rest = str_sub(p, i, p.n);
	return str_sub(p, 0, end);
}

static bool is_folders(str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] != '*')
			return false;
	return name.n > 1;
}

bool glob_match(str pattern, str path)
{
	struct names p = { pattern, false }, t = { path, false };
	struct names star_p = p, star_t = { path, true };

	while (!p.done || !t.done) {
		if (!p.done) {
			str name = next_pattern(&p);

			if (is_folders(name)) {
				if (p.done)
					return !t.done;
				star_p = p;
				star_t = t;
				continue;
			}
			if (!t.done && match_name(name, next_name(&t)))
				continue;
		}
		if (star_t.done)
			return false;
		next_name(&star_t);
		p = star_p;
		t = star_t;
	}
	return true;
}

size_t glob_literal(str pattern)
{
	size_t i = 0;

	while (i < pattern.n && !memchr("*?[\\", pattern.p[i], 4))
		i++;
	return i;
}
