/*
 * utf8 - characters of a text.
 */
#ifndef TREE_UTF8_H
#define TREE_UTF8_H

#include "base/str.h"

/* The first character of s (s.n > 0) and its length in bytes.  A byte that
 * begins no well-formed character counts as U+FFFD of length 1. */
size_t utf8_decode(str s, uint32_t *c);
/* May a character past DEL stand as it is in a YAML file, for readers of 1.1
 * and 1.2?  Not C1 controls (NEL among them), the line breaks U+2028 and
 * U+2029, a BOM, U+FFFE and U+FFFF. */
bool utf8_printable(uint32_t c);
/* Append a character. */
void utf8_add(struct buf *b, uint32_t c);

#endif
