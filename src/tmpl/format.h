/*
 * format - one value of a basic type under one verb's flags.
 *
 * Go's fmt, the part in format.go: padding, precision, signs, prefixes.  Where
 * Go's documentation does not define a flag (`%05s` pads with zeros, `%#q`,
 * `% x`), its code does.
 *
 * Every byte goes through format_bytes(), which stops at the limit; from then
 * on `full` is set and nothing more is written.
 */
#ifndef TMPL_FORMAT_H
#define TMPL_FORMAT_H

#include "base/str.h"

/* Between a % and its verb. */
struct spec {
	bool minus, plus, sharp, space, zero;
	bool plus_v, sharp_v;		/* %+v and %#v; the flag itself off */
	bool has_width, has_precision;
	int width, precision;		/* never negative */
};

struct format {
	struct buf *out;
	size_t limit;
	bool full;
	struct spec spec;
	struct buf scratch;		/* text to be padded */
};

/* Append bytes, as they are. */
void format_bytes(struct format *f, str s);
void format_z(struct format *f, const char *z);
/* Append s, padded to the width. */
void format_padded(struct format *f, str s);

/* %s */
void format_text(struct format *f, str s);
/* %q */
void format_quoted(struct format *f, str s);
/* %x and %X of text */
void format_hex(struct format *f, str s, bool upper);
/* %d, %b, %o, %O, %x, %X, and %v: u is the two's complement of a signed number;
 * `base` is that of the verb. */
void format_integer(struct format *f, uint64_t u, bool is_signed,
		    unsigned base, uint32_t verb);
/* %c, %q and %U of an integer */
void format_rune(struct format *f, uint64_t u);
void format_quoted_rune(struct format *f, uint64_t u);
void format_unicode(struct format *f, uint64_t u);
/* verb and precision are those of float_text(); the latter is the default. */
void format_float(struct format *f, double d, char verb, int precision);

#endif
