/*
 * dates - what the functions and the methods of dates have in common.
 */
#ifndef SPRIG_DATES_H
#define SPRIG_DATES_H

#include "go/gotime.h"
#include "tmpl/func.h"

/* Result: a time.Time.  0. */
int return_time(struct call *c, struct value *out, struct gotime t);

/* Up to a row without name: of time.Time, of time.Duration, and of Month and
 * Weekday. */
extern const struct func time_methods[], duration_methods[], name_methods[];

#endif
