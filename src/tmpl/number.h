/*
 * number - floats as text: strconv.FormatFloat(d, verb, precision, 64).
 */
#ifndef TMPL_NUMBER_H
#define TMPL_NUMBER_H

#include "base/str.h"

/*
 * verb: e E f g G, b (mantissa and power of two) or x X (hexadecimal).  A
 * negative precision asks for the fewest digits that read back as the same
 * number.  "NaN", "+Inf" and "-Inf" for what is no number.
 */
void float_text(struct buf *out, double d, char verb, int precision);

#endif
