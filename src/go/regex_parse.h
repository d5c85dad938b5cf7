/*
 * regex_parse - regular expressions in RE2's syntax, as Go reads it (package
 * regexp/syntax, with its Perl flags), to a tree; and its error texts.
 *
 * The tree is what the expression means, flags resolved: every node knows
 * whether it folds case.  regex_emit turns it into PCRE2's syntax.
 */
#ifndef GO_REGEX_PARSE_H
#define GO_REGEX_PARSE_H

#include "base/arena.h"
#include "base/str.h"

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
 * A part of a class: a range of characters or a Unicode property.  Of a class
 * that folds case some parts are to be folded yet, others stand as they are:
 * \W is the complement of the folded \w.
 */
struct class_part {
	const char *property;	/* "Lu", "sc:Greek", or NULL for a range */
	uint32_t from, to;
	bool negated;		/* of a property */
	bool folds;
	/* Characters that count as having the property: up to a 0. */
	const uint32_t *also;
};

#define CLASS_ALSO_MAX 4

struct regex_class {
	struct arena *arena;
	struct class_part *parts;
	uint32_t n, cap;
	bool negated;
};

struct regex_node {
	enum regex_op op;
	bool fold;		/* of literals and classes */
	bool lazy;		/* of repetitions */
	uint16_t height;
	uint32_t repeats;	/* copies of the innermost node, at most */
	int min, max;		/* max -1: no end */
	uint32_t c;
	struct regex_class *cls;
	struct regex_node *children, *next;
};

struct regex_tree {
	struct regex_node *root;
	str *names;		/* of the groups; [0] is the whole */
	uint32_t groups;
};

/* The tree of an expression; 0, or -1 with Go's text, "error parsing regexp:
 * ...", in *error. */
int regex_parse(struct arena *a, str expression, struct regex_tree *out,
		str *error);

/* Of RE2's limits only this one is smaller here: Go's is 1000. */
#define REGEX_HEIGHT_MAX 250

/* ---- classes (regex_class.c) ---- */

void class_add_range(struct regex_class *k, uint32_t from, uint32_t to,
		     bool folds);
/* \d, \S and kin by their letter, "alpha" and kin by name; false where there
 * is none of this name. */
bool class_add_perl(struct regex_class *k, char letter, bool fold);
bool class_add_posix(struct regex_class *k, str name, bool negated,
		     bool fold);
/* \p{Name}: a category or a script.  False where Go knows none. */
bool class_add_property(struct regex_class *k, str name, bool negated,
			bool fold);

#endif
