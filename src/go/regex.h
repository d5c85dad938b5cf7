/*
 * regex - a compiled regular expression, and where it matches a text.
 *
 * Syntax and meaning are RE2's (regex_parse.h), matching is PCRE2's, with a
 * limit on the steps of one search, which RE2 need not have: past it the
 * search is an error.
 */
#ifndef GO_REGEX_H
#define GO_REGEX_H

#include "go/regex_parse.h"

struct regex {
	struct regex_tree tree;
	struct regex_pcre *pcre;
	const size_t *at;	/* of the last match: start and end of group i
				 * in [2i] and [2i + 1]; REGEX_UNSET */
};

#define REGEX_UNSET SIZE_MAX

/* 0, or -1 with Go's text in *error.  To be closed in either case. */
int regex_open(struct arena *a, str expression, struct regex *re, str *error);
/* The first match in s at or after `from`: 1, 0 for none, or -1 with a text
 * in *error.  s is well-formed UTF-8. */
int regex_match(struct regex *re, str s, size_t from, str *error);
void regex_close(struct regex *re);

#endif
