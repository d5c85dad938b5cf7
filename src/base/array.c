#include "base/array.h"

#include <stdint.h>
#include <string.h>

#define FIRST_CAPACITY 8

/* The capacity that follows `capacity` elements of the given size. */
static size_t next_capacity(size_t capacity, size_t size)
{
	if (capacity > PTRDIFF_MAX / 2 / size)
		mem_fail();
	return capacity ? capacity * 2 : FIRST_CAPACITY;
}

void *arena_extend(struct arena *a, void *array, size_t n, size_t *capacity,
		   size_t size)
{
	size_t wanted;
	void *more;

	if (n < *capacity)
		return array;
	wanted = next_capacity(*capacity, size);
	more = arena_alloc_array(a, wanted, size);
	if (n)
		memcpy(more, array, n * size);
	*capacity = wanted;
	return more;
}

void *mem_extend(void *array, size_t n, size_t *capacity, size_t size)
{
	size_t wanted;
	void *more;

	if (n < *capacity)
		return array;
	wanted = next_capacity(*capacity, size);
	more = mem_realloc(array, wanted * size);
	*capacity = wanted;
	return more;
}
