/*
 * regex_emit - a regular expression's tree (regex_parse.h) as a pattern that
 * means the same to PCRE2.
 */
#ifndef GO_REGEX_EMIT_H
#define GO_REGEX_EMIT_H

#include "go/regex_parse.h"

/*
 * Append the pattern to b.  It is meant for PCRE2_UTF and PCRE2_DOTALL without
 * PCRE2_UCP; nothing else in it depends on options.  Groups keep their numbers,
 * and have no names.
 */
void regex_emit(struct buf *b, const struct regex_tree *tree);

#endif
