/*
 * goquote - text as a Go string constant (strconv.Quote and kin).
 */
#ifndef GO_GOQUOTE_H
#define GO_GOQUOTE_H

#include "base/str.h"

/* Letters, marks, digits, punctuation, symbols and the ASCII blank: what
 * unicode.IsPrint says. */
bool rune_prints(uint32_t c);

/* "text", in double quotes; with `ascii` everything past ASCII as \u. */
void quote_text(struct buf *out, str s, bool ascii);
/* 'c'; what is no character is U+FFFD. */
void quote_rune(struct buf *out, uint32_t c, bool ascii);
/* May s stand between backquotes: one line, no control characters but tabs,
 * well-formed? */
bool quote_can_raw(str s);

#endif
