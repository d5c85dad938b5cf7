/* Items that are matched keep their text; those out of order are removed and
 * inserted again, which edit/splice does by moving their lines. */
#include "edit/diff_walk.h"
#include "edit/match.h"

static void add_edits(struct diff *d, const struct match *m)
{
	uint32_t after = EDIT_FIRST;
	bool *kept = arena_zalloc(d->arena, m->old->n * sizeof(*kept));

	for (uint32_t j = 0; j < m->wanted->n; j++)
		if (m->stays[j])
			kept[m->was[j]] = true;
	for (uint32_t i = 0; i < m->old->n; i++)
		if (!kept[i])
			diff_add(d, EDIT_REMOVE, m->old, i, NULL);
	for (uint32_t j = 0; j < m->wanted->n; j++) {
		if (m->stays[j])
			after = m->was[j];
		else
			diff_add(d, EDIT_INSERT, m->old, after,
				 m->wanted->items[j]);
	}
}

bool diff_list(struct diff *d, const struct node *old,
	       const struct node *wanted)
{
	const struct match m = match_lists(d->arena, old, wanted);

	if (!m.staying)
		return false;
	add_edits(d, &m);
	for (uint32_t j = 0; j < wanted->n; j++)
		if (m.stays[j])
			diff_value(d, old, m.was[j], old->items[m.was[j]],
				   wanted->items[j]);
	return true;
}
