#include "base/ptrmap.h"

struct ptrmap_slot {
	const void *p;
	uint32_t value;
};

static struct ptrmap_slot *find(const struct ptrmap *m, const void *p)
{
	uint64_t h = (uint64_t)(uintptr_t)p * 0x9e3779b97f4a7c15u;
	uint32_t at = (uint32_t)(h >> 32) & m->mask;

	while (m->slots[at].p && m->slots[at].p != p)
		at = (at + 1) & m->mask;
	return &m->slots[at];
}

uint32_t ptrmap_get(const struct ptrmap *m, const void *p)
{
	const struct ptrmap_slot *slot = m->n ? find(m, p) : NULL;

	return slot && slot->p ? slot->value : PTRMAP_NONE;
}

static void grow(struct ptrmap *m)
{
	struct ptrmap old = *m;
	uint32_t size = old.slots ? (old.mask + 1) * 2 : 16;

	m->slots = arena_zalloc_array(m->arena, size, sizeof(*m->slots));
	m->mask = size - 1;
	for (uint32_t i = 0; old.slots && i <= old.mask; i++)
		if (old.slots[i].p)
			*find(m, old.slots[i].p) = old.slots[i];
}

void ptrmap_put(struct ptrmap *m, const void *p, uint32_t value)
{
	struct ptrmap_slot *slot;

	if (!m->slots || m->n * 2 > m->mask)
		grow(m);
	slot = find(m, p);
	if (!slot->p) {
		slot->p = p;
		m->n++;
	}
	slot->value = value;
}
