/*
 * kinds - where kinds of the user's own keep their Pod templates, as --kind
 * says it: GROUP/KIND=PATH, for the core group KIND=PATH or /KIND=PATH.
 */
#ifndef CLI_KINDS_H
#define CLI_KINDS_H

#include "base/arena.h"
#include "base/err.h"
#include "injector.h"

struct kinds {
	struct injector_kind *at;
	size_t n;
};

/* 0, or -1 with the error, without a place.  Texts live in the arena, the
 * array in the heap. */
int kinds_add(struct kinds *kinds, struct arena *a, const char *text,
	      struct err *e);

#endif
