/*
 * utf8 - the characters of a text.
 */
#ifndef TREE_UTF8_H
#define TREE_UTF8_H

#include "base/str.h"

/* A byte order mark, U+FEFF. */
#define UTF8_BOM "\xef\xbb\xbf"

/* Decode the first character of s (s.n > 0); returns its length in bytes.  A
 * byte that begins no well-formed character is U+FFFD of length 1. */
size_t utf8_decode(str s, uint32_t *c);
/* True if a character beyond DEL is allowed in a YAML file by both 1.1 and 1.2:
 * not C1 controls (such as NEL), the line breaks U+2028 and U+2029, a BOM,
 * U+FFFE and U+FFFF. */
bool utf8_printable(uint32_t c);
/* Append a text in which each byte that is not part of a well-formed character
 * becomes U+FFFD, as encoding/json does. */
void utf8_repair(struct buf *b, str text);
/* Append a character. */
void utf8_add(struct buf *b, uint32_t c);
/* True if the text has a line break of YAML 1.1 that is neither LF nor CRLF:
 * NEL, U+2028, U+2029, a lone CR.  Then counting line feeds is not enough. */
bool utf8_has_rare_breaks(str text);
/* How many bytes from the start are printable ASCII. */
size_t utf8_plain_run(str s);

#endif
