/*
 * regex_parse - a regular expression's text as a tree: the inside of go/regex,
 * for regex_parse.c (grammar), regex_class.c (characters and classes),
 * regex_char.c (which characters they match) and regex.c (tree to program).
 *
 * The tree holds the meaning of the expression, with flags resolved: every node
 * knows whether it ignores case.
 */
#ifndef GO_REGEX_PARSE_H
#define GO_REGEX_PARSE_H

#include "go/regex.h"

enum regex_op {
	RE_EMPTY,
	RE_LITERAL,
	RE_CLASS,
	RE_ANY,			/* . with (?s) */
	RE_ANY_IN_LINE,
	RE_TEXT_START, RE_TEXT_END, RE_LINE_START, RE_LINE_END,
	RE_WORD_EDGE, RE_NO_WORD_EDGE,
	RE_REPEAT,		/* one child */
	RE_CAPTURE,		/* one child */
	RE_CONCAT, RE_ALTERNATE,	/* any number of them */
};

/*
 * A part of a class: a range of characters or a Unicode property.  In a class
 * that folds case only some parts are still to be folded: \W is the complement
 * of the folded \w, and is left as it is.
 */
struct class_part {
	const char *property;	/* "Lu", "sc:Greek", or NULL for a range */
	uint32_t from, to;
	bool negated;		/* a property: all others */
	bool folds;
	/* More characters that count as having the property, up to a 0. */
	const uint32_t *also;
};

#define CLASS_ALSO_MAX 4

struct regex_class {
	struct arena *arena;
	struct class_part *parts;
	uint32_t n;
	size_t cap;
	bool negated;
};

struct regex_node {
	enum regex_op op;
	bool fold;		/* literals and classes: ignore case */
	bool lazy;		/* repetitions: as few as possible */
	uint16_t height;
	uint32_t repeats;	/* copies of the innermost node, at most */
	int min, max;		/* max -1: no end */
	uint32_t c;
	struct regex_class *cls;
	uint32_t number;	/* of a capture's group */
	struct regex_char *chars;	/* of one character, when asked for */
	struct regex_node *children, *next;
};

struct regex_tree {
	struct regex_node *root;
	str *names;		/* of the groups; [0] is the whole match */
	uint32_t groups;
};

/* Parse an expression: 0, or -1 with Go's text, "error parsing regexp: ...", in
 * *error. */
int regex_parse(struct arena *a, str expression, struct regex_tree *out,
		str *error);

/* ---- characters ---- */

/* Which characters a node of one character matches.  `all` is a list that the
 * new one is added to, for regex_chars_close(). */
struct regex_char *regex_char_open(struct arena *a, const struct regex_node *n,
				   struct regex_char **all);
bool regex_char_is(struct regex_char *rc, uint32_t c);
void regex_chars_close(struct regex_char *all);

/* ---- reading ---- */

enum {
	REGEX_FOLD = 1 << 0,		/* i */
	REGEX_MULTI_LINE = 1 << 1,	/* m */
	REGEX_DOT_ALL = 1 << 2,		/* s */
	REGEX_LAZY = 1 << 3,		/* U */
};

struct regex_reader {
	struct arena *arena;
	str text;
	size_t at;
	unsigned flags;		/* currently in force */
	str *error;
};

#define NOWHERE SIZE_MAX

/* Set the error about bytes [from, to); always -1. */
int read_fail(struct regex_reader *r, const char *what, size_t from, size_t to);
/* Is [from, to) well-formed?  0 or -1. */
int read_check(struct regex_reader *r, size_t from, size_t to);

static inline bool read_at_end(const struct regex_reader *r)
{
	return r->at >= r->text.n;
}
/* The byte `ahead` of here, or 0. */
static inline char read_peek(const struct regex_reader *r, size_t ahead)
{
	size_t i = r->at + ahead;

	return i < r->text.n ? r->text.p[i] : '\0';
}
static inline bool read_looking_at(const struct regex_reader *r, str s)
{
	return str_starts(str_sub(r->text, r->at, r->text.n), s);
}
/* The offset of s at or after `from`, or NOWHERE. */
size_t read_find(const struct regex_reader *r, size_t from, str s);
/* Read a character: 0 or -1.  At the end of the text it is U+FFFD, as in Go's
 * decoder. */
int read_char(struct regex_reader *r, uint32_t *c);

/* Read a backslash and what forms one character with it: 0 or -1. */
int read_escape(struct regex_reader *r, uint32_t *out);
/* Make an empty class. */
struct regex_class *read_class_new(struct regex_reader *r);
/* Read \d, \pN, ...: a set that is allowed inside and outside of brackets.  1,
 * 0 if there is none here, or -1. */
int read_named(struct regex_reader *r, struct regex_class *k);
/* Read [...], from the bracket on: 0 or -1. */
int read_brackets(struct regex_reader *r, struct regex_class *k);

#endif
