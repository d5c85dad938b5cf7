/*
 * err - what went wrong, and where.
 *
 * The caller owns the struct; a library function fills it once (the first
 * error wins) and returns -1 or NULL.  Callers that need no message pass NULL.
 * Nothing in the library prints: the command turns it into
 * "FILE:LINE:COL: TEXT".
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>
#include <stdint.h>

/* A place in a file.  Lines and columns count from 1, columns in characters;
 * line 0: no place in particular. */
struct pos {
	const char *file;
	uint32_t line, column;
};

#define POS_NONE ((struct pos){ 0, 0, 0 })

struct err {
	bool set;
	struct pos pos;
	char text[1000];
};

#define ERR_INIT { false, { 0, 0, 0 }, "" }

/* Always -1, so that `return err_set(...)` reads well. */
int err_set(struct err *e, struct pos pos, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
