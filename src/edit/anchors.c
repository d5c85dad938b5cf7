/* An anchor stays as it is, changes, or goes; each of its uses goes too, or
 * got a value of its own by an edit, or still wants the old value.  Only the
 * last sort needs care, and only where the anchor does not stay. */
#include "edit/anchors.h"

#include <stdlib.h>

/* Where an alias stands: as value `at` of `in`, or as its key; inside the `<<`
 * at `merge_at` of map `merge`. */
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
	struct span *dead;		/* text that goes, in order, apart */
	uint32_t n_dead;
	struct ptrmap set;		/* old value -> number of its SET */
	struct ptrmap expanded;		/* values of `<<` written out here */
	struct ptrmap slot_of;
	struct slot *slots;
	uint32_t n_slots, slots_cap;
};

static int compare_marks(const void *x, const void *y)
{
	const uint32_t *a = x, *b = y;

	return (*a > *b) - (*a < *b);
}

void anchors_note(struct diff *d)
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

bool anchors_may_move(const struct diff *d, const struct node *n)
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

/* Spans of a tree are apart or inside one another: keep the outer ones. */
static void keep_outer(struct settling *s)
{
	uint32_t n = 0;

	qsort(s->dead, s->n_dead, sizeof(*s->dead), compare);
	for (uint32_t i = 0; i < s->n_dead; i++)
		if (!n || s->dead[i].end > s->dead[n - 1].end)
			s->dead[n++] = s->dead[i];
	s->n_dead = n;
}

static void note_edits(struct settling *s)
{
	struct edits *out = s->d->out;

	s->dead = arena_array(s->d->arena, struct span, out->n);
	for (uint32_t i = 0; i < out->n; i++) {
		const struct edit *e = &out->list[i];

		if (e->op == EDIT_ADD || e->op == EDIT_INSERT)
			continue;
		s->dead[s->n_dead++] = span_of_edit(s->d, e);
		if (e->op == EDIT_SET)
			ptrmap_put(&s->set, diff_old_value(s->d, e), i);
	}
	keep_outer(s);
}

/* Gone, with something around it; what has a SET of its own stays a place. */
static bool is_dead(const struct settling *s, const struct node *n)
{
	uint32_t low = 0, high = s->n_dead;
	const struct span *d;

	while (low < high) {
		uint32_t mid = (low + high) / 2;

		if (s->dead[mid].start <= n->start)
			low = mid + 1;
		else
			high = mid;
	}
	if (!low)
		return false;
	d = &s->dead[low - 1];
	if (n->end > d->end)
		return false;
	return n->start > d->start || n->end < d->end ||
	       ptrmap_get(&s->set, n) == PTRMAP_NONE;
}

static void note_slot(struct settling *s, struct slot slot)
{
	s->slots = diff_grown(s->d->arena, s->slots, s->n_slots, &s->slots_cap,
			      sizeof(*s->slots));
	ptrmap_put(&s->slot_of, slot.alias, s->n_slots);
	s->slots[s->n_slots++] = slot;
}

/* Note the place of every alias below n, which stands at `here`. */
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

/* In flow, or empty beside keys that go, too many would have to change places:
 * the `<<` gets a map of its own. */
static bool stays_merge(const struct node *map, const struct node *wanted,
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

/* Write a `<<` out.  What the map overrides by now is left to that. */
static void expand(struct settling *s, const struct slot *slot)
{
	struct diff *d = s->d;
	const struct node *map = slot->merge;
	uint32_t k = ptrmap_get(&d->compared, map);
	const struct node *wanted = k == PTRMAP_NONE ? map : d->now[k], *node;
	const struct node **now =
		arena_zalloc(d->arena, map->n * sizeof(*now));

	/* `<<: [*a, *b]` may come here twice */
	if (ptrmap_get(&s->expanded, child_merge(slot)) != PTRMAP_NONE)
		return;
	ptrmap_put(&s->expanded, child_merge(slot), 0);
	for (uint32_t i = 0; i < map->n; i++) {
		const struct entry *e = &map->entries[i];
		const struct node *v = node_get(wanted, node_text(e->key));

		if (v && node_equal(v, e->value))
			now[i] = v;
	}
	node = diff_expansion(d->arena, map, slot->merge_at, now);
	diff_add(d, stays_merge(map, wanted, node) ? EDIT_SET : EDIT_EXPAND,
		 map, slot->merge_at, node);
}

/* The alias becomes a copy of its anchor's old value. */
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

/* What stands in the anchor's place now; NULL: nothing. */
static const struct node *anchor_now(const struct settling *s,
				     const struct node *n)
{
	uint32_t i = ptrmap_get(&s->d->compared, n);

	if (is_dead(s, n))
		return NULL;
	return i == PTRMAP_NONE ? n : s->d->now[i];
}

/* Can an anchor be defined there?  In the list of a `<<` it would go if
 * another of that list has the `<<` written out. */
static bool can_define(const struct slot *slot)
{
	return !slot->key && !(slot->merge && slot->in != slot->merge);
}

static void settle(struct settling *s, const struct anchor *a)
{
	const struct node *now = anchor_now(s, a->node);
	const struct node **left =
		arena_array(s->d->arena, const struct node *, a->n);
	uint32_t n = 0;
	bool hand_over;

	if (now && node_equal(now, a->node))
		return;
	for (uint32_t i = 0; i < a->n; i++) {
		const struct node *use = a->uses[i];
		uint32_t set = ptrmap_get(&s->set, use);

		if (is_dead(s, use))
			continue;
		if (set == PTRMAP_NONE) {
			left[n++] = use;
		} else if (now &&
			   node_equal(s->d->out->list[set].node, now)) {
			s->d->out->list[set].op = EDIT_NONE;
		}
	}
	/* many readers refuse one name for two anchors */
	hand_over = n > 1 && !now && can_define(slot_of(s, left[0]));
	if (hand_over)
		n = 1;
	for (uint32_t i = 0; i < n; i++)
		copy_here(s, left[i], hand_over);
}

void anchors_settle(struct diff *d)
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
