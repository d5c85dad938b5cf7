/*
 * speed - the library on streams, one large document, and endless nesting.
 */
#ifndef BENCH_SPEED_H
#define BENCH_SPEED_H

#include "gen.h"

/* n documents of a kind, with marks. */
struct buf generate(enum gen_kind kind, uint64_t n);

void speed(void);
void large(void);
void deep(void);
/* lists.c, growth.c */
void lists(void);
void growth(void);

#endif
