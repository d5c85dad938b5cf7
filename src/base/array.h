/*
 * array - the number of elements of an array, and arrays that grow.
 *
 * A growing array doubles its capacity when it is full, so that adding n
 * elements one by one costs O(n).  The functions return the array to use from
 * now on; its first n elements are those of the old one, the rest is not
 * initialized.  Sizes are checked: too many elements count as out of memory.
 */
#ifndef BASE_ARRAY_H
#define BASE_ARRAY_H

#include "base/arena.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* Room for element n, of `size` bytes, in an array from the arena. */
void *arena_extend(struct arena *a, void *array, size_t n, size_t *capacity,
		   size_t size);
/* The same for an array from mem_realloc(); NULL is an empty one. */
void *mem_extend(void *array, size_t n, size_t *capacity, size_t size);

#endif
