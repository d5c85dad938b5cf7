/*
 * ptrmap - numbers by pointer: a hash table in an arena that only grows.
 */
#ifndef BASE_PTRMAP_H
#define BASE_PTRMAP_H

#include "base/arena.h"

struct ptrmap {
	struct arena *arena;
	struct ptrmap_slot *slots;
	uint32_t n, mask;
};

#define PTRMAP_INIT(arena) { (arena), NULL, 0, 0 }
#define PTRMAP_NONE UINT32_MAX

/* The number under p, or PTRMAP_NONE. */
uint32_t ptrmap_get(const struct ptrmap *m, const void *p);
/* Put a number under p (not NULL), replacing an earlier one. */
void ptrmap_put(struct ptrmap *m, const void *p, uint32_t value);

#endif
