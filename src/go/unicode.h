/*
 * unicode - what Go's package unicode says of a character.
 *
 * utf8proc's tables, of the same Unicode version as Go's; where the two differ
 * (the capital of U+00DF), Go counts.
 */
#ifndef GO_UNICODE_H
#define GO_UNICODE_H

#include "base/str.h"

bool char_is_upper(uint32_t c);
bool char_is_lower(uint32_t c);
bool char_is_title(uint32_t c);
bool char_is_letter(uint32_t c);
bool char_is_digit(uint32_t c);		/* Nd */
bool char_is_number(uint32_t c);	/* N */
bool char_is_punct(uint32_t c);		/* P */
bool char_is_space(uint32_t c);
uint32_t char_upper(uint32_t c);
uint32_t char_lower(uint32_t c);
uint32_t char_title(uint32_t c);

/* Cut the first character off s, which is not empty: a byte that begins none
 * is U+FFFD, as a range over a string has it. */
uint32_t char_next(str *s);
/* The same at the end. */
uint32_t char_last(str *s);

#endif
