/*
 * json_read - JSON text to values as encoding/json decodes it into an
 * interface {}, with the words of its errors.
 */
#ifndef SPRIG_JSON_READ_H
#define SPRIG_JSON_READ_H

#include "tmpl/value.h"

/* 0, or -1 with the error's text appended to *why.  After an error that is not
 * about the text's form (a number that no float64 can hold) *out is what Go
 * gives too: all but that number. */
int json_read(struct value *out, struct arena *a, str text, struct buf *why);

#endif
