/*
 * strconv - Go's package strconv: numbers and quoted strings from and to text.
 */
#ifndef GO_STRCONV_H
#define GO_STRCONV_H

#include "base/arena.h"
#include "base/str.h"

/* ---- quoted strings ---- */

/* strconv.Quote, appended: "text" in double quotes; with `ascii` everything
 * past ASCII as \u. */
void quote_text(struct buf *out, str s, bool ascii);
/* strconv.QuoteRune, appended: 'c'; an invalid code point becomes U+FFFD. */
void quote_rune(struct buf *out, uint32_t c, bool ascii);
/* strconv.CanBackquote: one line, well-formed, no control characters except
 * tabs. */
bool quote_can_raw(str s);

/* strconv.Unquote of "..." or `...`; -1 for an escape that Go does not have.
 * Without escapes it is a view of the quoted text. */
int unquote(str *out, struct arena *a, str quoted);
/* strconv.UnquoteChar: cut a character or an escape off *s, false if there is
 * none; *byte: it is a byte (\x, octal), not a character. */
bool unquote_char(str *s, char quote, uint32_t *c, bool *byte);

/* ---- numbers ---- */

/* strconv.ParseInt(s, base, 64); with base 0 a prefix names the base, and
 * underscores are allowed.  False if s is not a number that fits; then *out is
 * the nearest one that fits, or 0. */
bool parse_int(str s, int base, int64_t *out);
/* True if underscores are only between digits, or after the prefix of a base.
 * The number has no sign. */
bool underscores_fit(str s);
/* strconv.ParseFloat(s, 64) succeeded. */
bool parse_float(str s, double *out);

/*
 * strconv.FormatFloat(d, verb, precision, 64), appended.  verb is e E f g G, b
 * (mantissa and power of two), or x X (hexadecimal).  A negative precision asks
 * for the fewest digits that read back as the same number.  "NaN", "+Inf" and
 * "-Inf" if d is not finite.
 */
void float_text(struct buf *out, double d, char verb, int precision);

#endif
