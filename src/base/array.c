#include "base/array.h"

#include <stdint.h>
#include <string.h>

#define FIRST_CAPACITY 8

/* The capacity to go on with after `capacity` elements of that size. */
static size_t next_capacity(size_t capacity, size_t size)
{
	if (capacity > SIZE_MAX / 2 / size)
		mem_fail();
	return capacity ? capacity * 2 : FIRST_CAPACITY;
}

void *arena_extend(struct arena *a, void *array, size_t n, size_t *capacity,
		   size_t size)
{
	void *more;

	if (n < *capacity)
		return array;
	*capacity = next_capacity(*capacity, size);
	more = arena_alloc(a, *capacity * size);
	if (n)
		memcpy(more, array, n * size);
	return more;
}

void *mem_extend(void *array, size_t n, size_t *capacity, size_t size)
{
	if (n < *capacity)
		return array;
	*capacity = next_capacity(*capacity, size);
	return mem_realloc(array, *capacity * size);
}
