/*
 * convert - any value as a number, as sprig has it of spf13/cast: what is no
 * number is 0, and nothing is an error.
 */
#ifndef SPRIG_CONVERT_H
#define SPRIG_CONVERT_H

#include "tmpl/value.h"

/* cast.ToInt64, and ToInt, which is the same on 64 bits: a text in any of Go's
 * bases, a float without its fraction, a bool as 1 or 0. */
int64_t convert_int(const struct value *v);
/* cast.ToFloat64 */
double convert_float(const struct value *v);

#endif
