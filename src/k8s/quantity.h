/*
 * quantity - amounts of CPU, memory and the like: "100m", "1.5Gi", "1e3".
 *
 * Reading and canonical text are those of resource.Quantity in
 * k8s.io/apimachinery (pkg/api/resource): the family of suffixes is kept
 * (1536Mi for 1.5Gi, 1e3 stays 1e3), digits beyond nano are rounded up, away
 * from zero, and binary amounts are capped at 2^63-1.
 */
#ifndef K8S_QUANTITY_H
#define K8S_QUANTITY_H

#include "base/err.h"
#include "base/str.h"

enum quantity_format {
	QUANTITY_NONE,			/* of a Quantity that nothing was */
					/* read into; counts as the last */
	QUANTITY_DECIMAL_SI,		/* m, k, M, G ... */
	QUANTITY_BINARY_SI,		/* Ki, Mi, Gi ... */
	QUANTITY_DECIMAL_EXPONENT,	/* e3 */
};

/*
 * value * 10^scale or, where that was not sure to fit (`big`), digits *
 * 10^scale; which one is Go's choice, for it shows when a template prints a
 * Quantity as a struct.
 */
struct quantity {
	enum quantity_format format;
	bool big, negative;		/* the sign is that of the digits */
	int64_t value;
	int32_t scale;
	struct buf digits;		/* without zeros in front; "": 0 */
	str text;			/* the text itself where it is the
					 * canonical one, else empty */
};

#define QUANTITY_ZERO { .format = QUANTITY_NONE }

/* The text lives as long as *q.  0; or -1 with Go's words, without a place,
 * and *q zero. */
int quantity_parse(struct quantity *q, str text, struct err *e);
void quantity_release(struct quantity *q);

/* The canonical text, appended to b. */
void quantity_text(struct buf *b, const struct quantity *q);
/* -1, 0, 1 */
int quantity_sign(const struct quantity *q);
/* Are they the same amount, whatever their suffixes? */
bool quantity_equal(const struct quantity *a, const struct quantity *b);
/* In units of 10^scale, rounded up, away from zero: ScaledValue.  What does
 * not fit is 0. */
int64_t quantity_scaled(const struct quantity *q, int32_t scale);
/* "DecimalSI"; "" for QUANTITY_NONE. */
const char *quantity_format_name(enum quantity_format format);

#endif
