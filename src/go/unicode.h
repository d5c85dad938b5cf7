/*
 * unicode - classes and cases of characters, as Go's package unicode has them.
 *
 * The tables are those of utf8proc, of the same Unicode version as Go's; where
 * the two differ (the capital of U+00DF), Go wins.
 */
#ifndef GO_UNICODE_H
#define GO_UNICODE_H

#include "base/str.h"

bool char_is_upper(uint32_t c);		/* Lu */
bool char_is_lower(uint32_t c);		/* Ll */
bool char_is_title(uint32_t c);		/* Lt */
bool char_is_letter(uint32_t c);	/* L */
bool char_is_digit(uint32_t c);		/* Nd */
bool char_is_number(uint32_t c);	/* N */
bool char_is_punct(uint32_t c);		/* P */
bool char_is_space(uint32_t c);		/* White_Space */
/* unicode.IsPrint: letters, marks, numbers, punctuation, symbols, and the ASCII
 * blank. */
bool char_prints(uint32_t c);
uint32_t char_upper(uint32_t c);
uint32_t char_lower(uint32_t c);
uint32_t char_title(uint32_t c);

/* Cut the first character off s, which is not empty.  A byte that starts no
 * character is U+FFFD, as in Go's range over a string. */
uint32_t char_next(str *s);
/* The same at the end of s. */
uint32_t char_last(str *s);

#endif
