/*
 * regex - regular expressions: Go's package regexp.
 *
 * Syntax, meaning and error texts are RE2's as Go has them (regexp/syntax with
 * its Perl flags), and a search takes time in proportion to the text, whatever
 * the expression.  The height of an expression is limited to REGEX_HEIGHT_MAX
 * (in Go: 1000).
 */
#ifndef GO_REGEX_H
#define GO_REGEX_H

#include "base/arena.h"
#include "base/str.h"

struct regex {
	str *names;		/* of the groups; [0] is the whole match */
	uint32_t groups;
	struct regex_program *program;
	/* Characters that may still be compared, those of alternatives once
	 * each; a search that needs more is an error.  Unlimited at first. */
	uint64_t work;
	const size_t *at;	/* of the last match: start and end of group i
				 * in [2i] and [2i + 1]; REGEX_UNSET */
};

#define REGEX_UNSET SIZE_MAX
#define REGEX_HEIGHT_MAX 250

/* 0, or -1 with Go's text in *error.  Close it in either case. */
int regex_open(struct arena *a, str expression, struct regex *re, str *error);
/* Find the first match in s at or after `from`: 1, 0 if there is none, or -1
 * with a text in *error.  s is well-formed UTF-8. */
int regex_match(struct regex *re, str s, size_t from, str *error);
void regex_close(struct regex *re);

#endif
