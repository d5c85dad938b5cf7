/*
 * aliases - keep every alias at its wanted value.
 *
 * An edit may change or remove an anchor's value (`&a`).  Each of its aliases
 * (`*a`) then falls into one of three groups:
 *
 *	removed		nothing to do
 *	set by an edit	the edit is dropped if it wants what the anchor now has
 *	otherwise	wants the old value, which is written out in its place
 *
 * If the anchor itself is removed and several aliases are in the last group,
 * the first takes over the anchor and its value, and the others are kept.
 */
#include <stdlib.h>

#include "base/array.h"
#include "edit/diff_internal.h"

/* Where an alias is: value `at` of `in`, or (`key`) its key; if it is inside a
 * `<<`, that is entry `merge_at` of map `merge`. */
struct slot {
	const struct node *alias;
	const struct node *in, *merge;
	uint32_t at, merge_at;
	bool key;
};

struct span {
	uint32_t start, end;
};

struct settling {
	struct diff *d;
	struct span *removed;		/* sorted, without overlaps */
	uint32_t n_removed;
	struct ptrmap set;		/* old value -> number of its SET */
	struct ptrmap expanded;		/* values of expanded `<<` */
	struct ptrmap slot_of;		/* alias -> number of its slot */
	struct slot *slots;
	size_t n_slots, slots_cap;
};

static int compare_marks(const void *x, const void *y)
{
	const uint32_t *a = x, *b = y;

	return (*a > *b) - (*a < *b);
}

void aliases_note(struct diff *d)
{
	const struct document *doc = d->doc;
	uint32_t n = 0;

	for (uint32_t i = 0; i < doc->n_anchors; i++)
		n += doc->anchors[i].n ? doc->anchors[i].n + 1 : 0;
	d->marks = arena_array(d->arena, uint32_t, n);
	for (uint32_t i = 0; i < doc->n_anchors; i++) {
		const struct anchor *a = &doc->anchors[i];

		if (a->n)
			d->marks[d->n_marks++] = a->node->start;
		for (uint32_t k = 0; k < a->n; k++)
			d->marks[d->n_marks++] = a->uses[k]->start;
	}
	if (n)
		qsort(d->marks, n, sizeof(*d->marks), compare_marks);
}

bool aliases_may_move(const struct diff *d, const struct node *n)
{
	uint32_t low = 0, high = d->n_marks;

	while (low < high) {
		uint32_t mid = (low + high) / 2;

		if (d->marks[mid] < n->start)
			low = mid + 1;
		else
			high = mid;
	}
	return low == d->n_marks || d->marks[low] >= n->end;
}

static struct span span_of_edit(const struct diff *d, const struct edit *e)
{
	const struct node *old = diff_old_value(d, e);
	struct span s = { old->start, old->end };
	uint32_t n;

	if (e->op == EDIT_DELETE || e->op == EDIT_EXPAND)
		s.start = written_entries(e->in, &n)[e->at].key->start;
	return s;
}

static int compare(const void *x, const void *y)
{
	const struct span *a = x, *b = y;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return (a->end < b->end) - (a->end > b->end);
}

/* Spans of nodes are disjoint or nested: keep the outermost. */
static void keep_outer(struct settling *s)
{
	uint32_t n = 0;

	qsort(s->removed, s->n_removed, sizeof(*s->removed), compare);
	for (uint32_t i = 0; i < s->n_removed; i++)
		if (!n || s->removed[i].end > s->removed[n - 1].end)
			s->removed[n++] = s->removed[i];
	s->n_removed = n;
}

static void note_edits(struct settling *s)
{
	struct edits *out = s->d->out;

	s->removed = arena_array(s->d->arena, struct span, out->n);
	for (uint32_t i = 0; i < out->n; i++) {
		const struct edit *e = &out->list[i];

		if (e->op == EDIT_ADD || e->op == EDIT_INSERT)
			continue;
		s->removed[s->n_removed++] = span_of_edit(s->d, e);
		if (e->op == EDIT_SET)
			ptrmap_put(&s->set, diff_old_value(s->d, e), i);
	}
	keep_outer(s);
}

/* True if the edits remove n, alone or with what contains it.  A value that is
 * replaced by a SET of its own keeps its place, so it does not count. */
static bool is_removed(const struct settling *s, const struct node *n)
{
	uint32_t low = 0, high = s->n_removed;
	const struct span *d;

	while (low < high) {
		uint32_t mid = (low + high) / 2;

		if (s->removed[mid].start <= n->start)
			low = mid + 1;
		else
			high = mid;
	}
	if (!low)
		return false;
	d = &s->removed[low - 1];
	if (n->end > d->end)
		return false;
	return n->start > d->start || n->end < d->end ||
	       ptrmap_get(&s->set, n) == PTRMAP_NONE;
}

static void note_slot(struct settling *s, struct slot slot)
{
	s->slots = arena_extend(s->d->arena, s->slots, s->n_slots,
				&s->slots_cap, sizeof(*s->slots));
	ptrmap_put(&s->slot_of, slot.alias, (uint32_t)s->n_slots);
	s->slots[s->n_slots++] = slot;
}

/* Record the place of every alias in n, whose own place is `here`. */
static void find_slots(struct settling *s, const struct node *n,
		       struct slot here)
{
	const struct entry *entries;
	uint32_t count;

	if (n->flags & NODE_ALIAS) {
		here.alias = n;
		note_slot(s, here);
		return;
	}
	if (node_is_scalar(n))
		return;
	if (n->kind == NODE_LIST) {
		for (uint32_t i = 0; i < n->n; i++) {
			here.in = n;
			here.at = i;
			find_slots(s, n->items[i], here);
		}
		return;
	}
	entries = written_entries(n, &count);
	for (uint32_t i = 0; i < count; i++) {
		struct slot below = { .in = n, .at = i };

		below.key = true;
		find_slots(s, entries[i].key, below);
		below.key = false;
		if (entries[i].key->flags & NODE_MERGE) {
			below.merge = n;
			below.merge_at = i;
		}
		find_slots(s, entries[i].value, below);
	}
}

static const struct slot *slot_of(struct settling *s, const struct node *alias)
{
	uint32_t i;

	if (!s->n_slots)
		find_slots(s, s->d->doc->root, (struct slot){ 0 });
	i = ptrmap_get(&s->slot_of, alias);
	return i == PTRMAP_NONE ? NULL : &s->slots[i];
}

static const struct node *child_merge(const struct slot *slot)
{
	uint32_t n;

	return written_entries(slot->merge, &n)[slot->merge_at].value;
}

/* True if the `<<` keeps its key and gets a literal map as value, rather than
 * being replaced by entries of the map around it: in flow style, and where
 * nothing is left of it while other keys are removed, replacing it would move
 * too much text. */
static bool keeps_merge_key(const struct node *map, const struct node *wanted,
			const struct node *node)
{
	const struct entry *entries;
	uint32_t n;

	if (map->flags & NODE_FLOW)
		return true;
	entries = written_entries(map, &n);
	for (uint32_t i = 0; i < n && !node->n; i++)
		if (!(entries[i].key->flags & NODE_MERGE) &&
		    !node_get(wanted, node_text(entries[i].key)))
			return true;
	return false;
}

/* Replace a `<<` by its entries, except those that the map now overrides. */
static void expand(struct settling *s, const struct slot *slot)
{
	struct diff *d = s->d;
	const struct node *map = slot->merge;
	uint32_t k = ptrmap_get(&d->compared, map);
	const struct node *wanted = k == PTRMAP_NONE ? map : d->wanted[k];
	const struct node *node;
	const struct node **values =
		arena_zalloc_array(d->arena, map->n, sizeof(*values));

	/* `<<: [*a, *b]` may be expanded for each of its aliases */
	if (ptrmap_get(&s->expanded, child_merge(slot)) != PTRMAP_NONE)
		return;
	ptrmap_put(&s->expanded, child_merge(slot), 0);
	for (uint32_t i = 0; i < map->n; i++) {
		const struct entry *e = &map->entries[i];
		const struct node *v = node_get(wanted, node_text(e->key));

		if (v && node_equal(v, e->value))
			values[i] = v;
	}
	node = diff_expansion(d->arena, map, slot->merge_at, values);
	diff_add(d, keeps_merge_key(map, wanted, node) ? EDIT_SET : EDIT_EXPAND,
		 map, slot->merge_at, node);
}

/* Replace the alias by a copy of its anchor's old value; if `anchor`, with the
 * anchor. */
static void copy_here(struct settling *s, const struct node *alias, bool anchor)
{
	const struct slot *slot = slot_of(s, alias);

	if (!slot)
		return;
	if (slot->key)
		diff_add(s->d, EDIT_RENAME, slot->in, slot->at, alias);
	else if (slot->merge && !anchor)
		expand(s, slot);
	else
		diff_add(s->d, EDIT_SET, slot->in, slot->at,
			 alias->extra->target)->anchor = anchor;
}

/* The wanted value in the place of an anchor; NULL if it is removed. */
static const struct node *wanted_at_anchor(const struct settling *s,
					   const struct node *n)
{
	uint32_t i = ptrmap_get(&s->d->compared, n);

	if (is_removed(s, n))
		return NULL;
	return i == PTRMAP_NONE ? n : s->d->wanted[i];
}

/* True if an anchor can be defined there.  In the list of a `<<` it could get
 * lost, since another alias of the list may cause the `<<` to be expanded. */
static bool can_define(const struct slot *slot)
{
	return !slot->key && !(slot->merge && slot->in != slot->merge);
}

static void settle(struct settling *s, const struct anchor *a)
{
	const struct node *wanted = wanted_at_anchor(s, a->node);
	const struct node **left =
		arena_array(s->d->arena, const struct node *, a->n);
	uint32_t n = 0;
	bool hand_over;

	if (wanted && node_equal(wanted, a->node))
		return;
	for (uint32_t i = 0; i < a->n; i++) {
		const struct node *use = a->uses[i];
		uint32_t set = ptrmap_get(&s->set, use);

		if (is_removed(s, use))
			continue;
		if (set == PTRMAP_NONE) {
			left[n++] = use;
		} else if (wanted &&
			   node_equal(s->d->out->list[set].node, wanted)) {
			s->d->out->list[set].op = EDIT_NONE;
		}
	}
	/* not more than one: many readers refuse duplicate anchors */
	hand_over = n > 1 && !wanted && can_define(slot_of(s, left[0]));
	if (hand_over)
		n = 1;
	for (uint32_t i = 0; i < n; i++)
		copy_here(s, left[i], hand_over);
}

void aliases_settle(struct diff *d)
{
	struct settling s = { .d = d };

	s.set = (struct ptrmap)PTRMAP_INIT(d->arena);
	s.slot_of = (struct ptrmap)PTRMAP_INIT(d->arena);
	s.expanded = (struct ptrmap)PTRMAP_INIT(d->arena);
	note_edits(&s);
	for (uint32_t i = 0; i < d->doc->n_anchors; i++)
		if (d->doc->anchors[i].n)
			settle(&s, &d->doc->anchors[i]);
}
