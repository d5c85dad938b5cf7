/*
 * regex_read - reading a regular expression byte by byte: what regex_parse.c
 * and regex_read.c share.
 */
#ifndef GO_REGEX_READ_H
#define GO_REGEX_READ_H

#include "go/regex_parse.h"

enum {
	REGEX_FOLD = 1 << 0,		/* i */
	REGEX_MULTI_LINE = 1 << 1,	/* m */
	REGEX_DOT_ALL = 1 << 2,		/* s */
	REGEX_LAZY = 1 << 3,		/* U */
};

struct reader {
	struct arena *arena;
	str text;
	size_t at;
	unsigned flags;		/* that hold here */
	str *error;
};

#define NOWHERE SIZE_MAX

/* -1, with Go's text about bytes [from, to). */
int read_fail(struct reader *r, const char *what, size_t from, size_t to);
/* Is [from, to) well-formed?  0 or -1. */
int read_check(struct reader *r, size_t from, size_t to);

static inline bool read_at_end(const struct reader *r)
{
	return r->at >= r->text.n;
}
/* The byte `ahead` of here, or 0. */
static inline char read_peek(const struct reader *r, size_t ahead)
{
	size_t i = r->at + ahead;

	return i < r->text.n ? r->text.p[i] : '\0';
}
static inline bool read_looking_at(const struct reader *r, str s)
{
	return str_starts(str_sub(r->text, r->at, r->text.n), s);
}
/* Where s stands at or after `from`; NOWHERE. */
size_t read_find(const struct reader *r, size_t from, str s);
/* A character, and past it.  At the end of the text it is U+FFFD, as Go's
 * decoder has it. */
int read_char(struct reader *r, uint32_t *c);

/* [A-Za-z0-9] */
bool read_is_alnum(uint32_t c);
/* A backslash and what makes one character with it. */
int read_escape(struct reader *r, uint32_t *out);
/* An empty class. */
struct regex_class *read_class_new(struct reader *r);
/* \d, \pN, ...: a set that stands inside and outside of brackets.  1, or 0
 * where none is here, or -1. */
int read_named(struct reader *r, struct regex_class *k);
/* [...], from the bracket on. */
int read_brackets(struct reader *r, struct regex_class *k);

#endif
