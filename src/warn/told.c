#include "warn/told.h"

#include <stdlib.h>

#define SLOTS ((uint32_t)1 << 13)
/* Past these all is forgotten, which at worst tells something twice. */
#define MOST (SLOTS / 4 * 3)

static uint64_t hash_of(struct pos pos, const char *text)
{
	uint64_t h = hash64(HASH64, text, strlen(text));

	h = hash64(h, &pos.line, sizeof(pos.line));
	h = hash64(h, &pos.column, sizeof(pos.column));
	if (pos.file)
		h = hash64(h, pos.file, strlen(pos.file));
	return h ? h : 1;
}

bool told_add(struct told *t, struct pos pos, const char *text)
{
	uint64_t h = hash_of(pos, text);
	uint32_t i = (uint32_t)h & (SLOTS - 1);

	if (!t->slots)
		t->slots = mem_alloc(SLOTS * sizeof(*t->slots));
	if (!t->n || t->n == MOST) {
		memset(t->slots, 0, SLOTS * sizeof(*t->slots));
		t->n = 0;
	}
	for (; t->slots[i]; i = (i + 1) & (SLOTS - 1))
		if (t->slots[i] == h)
			return false;
	t->slots[i] = h;
	t->n++;
	return true;
}

void told_release(struct told *t)
{
	free(t->slots);
}
