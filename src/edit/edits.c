#include "base/array.h"
#include "edit/diff_internal.h"

struct edit *diff_add(struct diff *d, enum edit_op op, const struct node *in,
		      uint32_t at, const struct node *node)
{
	struct edits *out = d->out;
	struct edit *e;

	out->list = arena_extend(d->arena, out->list, out->n, &out->cap,
				 sizeof(*out->list));
	e = &out->list[out->n++];
	*e = (struct edit){ .op = op, .in = in, .at = at, .node = node };
	return e;
}

const struct node *diff_old_value(const struct diff *d, const struct edit *e)
{
	uint32_t n;

	if (!e->in)
		return d->doc->root;
	if (e->in->kind == NODE_LIST)
		return e->in->items[e->at];
	return written_entries(e->in, &n)[e->at].value;
}

/* Collect the entries of `from`, one map of a `<<`, that take effect in `map`:
 * those that no other entry overrides. */
static uint32_t add_merged(const struct node *map, uint32_t w,
			   const struct node *const *wanted,
			   const struct node *from, struct entry *out)
{
	uint32_t n = 0;

	for (uint32_t k = 0; from->kind == NODE_MAP && k < from->n; k++) {
		int64_t i = node_index(map, node_text(from->entries[k].key));

		if (i >= 0 && written_at(map, (uint32_t)i) == w &&
		    map->entries[i].value == from->entries[k].value &&
		    (!wanted || wanted[i]))
			out[n++] = (struct entry){
				map->entries[i].key,
				wanted ? wanted[i] :
					 map->entries[i].value,
			};
	}
	return n;
}

const struct node *diff_expansion(struct arena *a, const struct node *map,
				  uint32_t w, const struct node *const *wanted)
{
	uint32_t n = 0, count;
	const struct node *from = written_entries(map, &count)[w].value;
	struct entry *entries = arena_array(a, struct entry, map->n + 1);

	if (from->kind == NODE_MAP)
		n = add_merged(map, w, wanted, from, entries);
	for (uint32_t k = 0; from->kind == NODE_LIST && k < from->n; k++)
		n += add_merged(map, w, wanted, from->items[k], entries + n);
	return node_new_map(a, NULL, entries, n);
}

const struct move *edits_move(const struct edits *edits,
			      const struct node *item)
{
	uint32_t i = ptrmap_get(&edits->by_item, item);

	return i == PTRMAP_NONE ? NULL : &edits->moves[i];
}
