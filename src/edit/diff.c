#include "edit/diff.h"

#include <string.h>

#include "edit/anchors.h"
#include "edit/diff_walk.h"

void *diff_grown(struct arena *a, void *list, uint32_t n, uint32_t *cap,
		 size_t size)
{
	void *more;

	if (n < *cap)
		return list;
	*cap = *cap ? *cap * 2 : 16;
	more = arena_alloc(a, *cap * size);
	if (n)
		memcpy(more, list, n * size);
	return more;
}

struct edit *diff_add(struct diff *d, enum edit_op op, const struct node *in,
		      uint32_t at, const struct node *node)
{
	struct edits *out = d->out;
	struct edit *e;

	out->list = diff_grown(d->arena, out->list, out->n, &out->cap,
			       sizeof(*out->list));
	e = &out->list[out->n++];
	*e = (struct edit){ .op = op, .in = in, .at = at, .node = node };
	return e;
}

/* Can the edit happen inside `old`, so that it stays where it is? */
static bool is_open(const struct node *old, const struct node *wanted)
{
	return old->kind == wanted->kind && !node_is_scalar(old) && old->n &&
	       wanted->n && !(old->flags & (NODE_ALIAS | NODE_NO_BRACE));
}

void diff_value(struct diff *d, const struct node *in, uint32_t at,
		const struct node *old, const struct node *wanted)
{
	bool done;

	if (old == wanted)
		return;
	if (old->extra && ptrmap_get(&d->compared, old) == PTRMAP_NONE) {
		d->now = diff_grown(d->arena, d->now, d->n_now, &d->now_cap,
				    sizeof(const struct node *));
		ptrmap_put(&d->compared, old, d->n_now);
		d->now[d->n_now++] = wanted;
	}
	if (!is_open(old, wanted))
		done = node_equal(old, wanted);
	else if (old->kind == NODE_MAP)
		done = diff_map(d, old, wanted);
	else
		done = diff_list(d, old, wanted);
	if (!done)
		diff_add(d, EDIT_SET, in, at, wanted);
}

/* One comparison of two maps. */
struct maps {
	const struct node *old, *wanted;
	const struct entry *written;
	uint32_t n_written;
	const struct node **now;	/* by entry of old: its new value */
	uint32_t *number;		/* by entry of wanted: old's + 1 */
	bool *expand;			/* by written entry: this `<<` goes */
	uint32_t last_merge;		/* the last `<<` + 1, or 0 */
};

static uint32_t written_at(const struct node *map, uint32_t i)
{
	const struct written *w = map->extra ? map->extra->written : NULL;

	return w ? w->from[i] : i;
}

static bool is_merge(const struct maps *m, uint32_t w)
{
	return m->written[w].key->flags & NODE_MERGE;
}

static bool is_inherited(const struct maps *m, uint32_t i)
{
	return is_merge(m, written_at(m->old, i));
}

static void pair_up(struct diff *d, struct maps *m)
{
	uint32_t n = m->old->n;

	m->now = arena_zalloc(d->arena, n * sizeof(*m->now));
	m->number = arena_zalloc(d->arena, m->wanted->n * sizeof(*m->number));
	for (uint32_t j = 0; j < m->wanted->n; j++) {
		const struct entry *e = &m->wanted->entries[j];
		str key = node_text(e->key);
		int64_t i = j;

		if (j >= n || !str_eq(key, node_text(m->old->entries[j].key)))
			i = node_index(m->old, key);
		if (i < 0)
			continue;
		m->now[i] = e->value;
		m->number[j] = (uint32_t)i + 1;
	}
}

/* Does the `<<` at w hold the key in one of its maps? */
static bool merge_has(const struct maps *m, uint32_t w, str key)
{
	const struct node *from = m->written[w].value;

	if (from->kind == NODE_MAP)
		return node_get(from, key);
	for (uint32_t i = 0; from->kind == NODE_LIST && i < from->n; i++)
		if (node_get(from->items[i], key))
			return true;
	return false;
}

/* A key can only be taken from a `<<` by writing the others out; and where the
 * written key goes, one of its name inside a `<<` must not show through. */
static void mark_expansions(struct diff *d, struct maps *m)
{
	m->expand = arena_zalloc(d->arena, m->n_written * sizeof(*m->expand));
	for (uint32_t w = 0; w < m->n_written; w++)
		if (is_merge(m, w))
			m->last_merge = w + 1;
	for (uint32_t i = 0; m->last_merge && i < m->old->n; i++) {
		if (m->now[i])
			continue;
		for (uint32_t w = 0; w < m->last_merge; w++)
			if (is_merge(m, w) &&
			    merge_has(m, w, node_text(m->old->entries[i].key)))
				m->expand[w] = true;
	}
}

/* Is anything left of the map as it is written? */
static bool anything_stays(const struct maps *m)
{
	for (uint32_t i = 0; i < m->old->n; i++)
		if (m->now[i])
			return true;
	return false;
}

static bool wanted_key(const struct maps *m, str key)
{
	int64_t i = node_index(m->old, key);

	return i >= 0 && m->now[i];
}

/* Is anything that the `<<` at w gives still wanted? */
static bool merge_gives(const struct maps *m, uint32_t w)
{
	for (uint32_t i = 0; i < m->old->n; i++)
		if (m->now[i] && written_at(m->old, i) == w)
			return true;
	return false;
}

static void delete_entries(struct diff *d, const struct maps *m)
{
	for (uint32_t w = 0; w < m->n_written; w++) {
		str key = node_text(m->written[w].key);

		if (is_merge(m, w) ? m->expand[w] && !merge_gives(m, w) :
				     !wanted_key(m, key))
			diff_add(d, EDIT_DELETE, m->old, w, NULL);
	}
}

/* The entries of `from`, one map of a `<<`, that count in `map`. */
static uint32_t add_merged(const struct node *map, uint32_t w,
			   const struct node *const *now,
			   const struct node *from, struct entry *out)
{
	uint32_t n = 0;

	for (uint32_t k = 0; from->kind == NODE_MAP && k < from->n; k++) {
		int64_t i = node_index(map, node_text(from->entries[k].key));

		if (i >= 0 && written_at(map, (uint32_t)i) == w &&
		    map->entries[i].value == from->entries[k].value &&
		    (!now || now[i]))
			out[n++] = (struct entry){
				map->entries[i].key,
				now ? now[i] : map->entries[i].value,
			};
	}
	return n;
}

const struct node *diff_expansion(struct arena *a, const struct node *map,
				  uint32_t w, const struct node *const *now)
{
	uint32_t n = 0, count;
	const struct node *from = written_entries(map, &count)[w].value;
	struct entry *entries = arena_array(a, struct entry, map->n + 1);

	if (from->kind == NODE_MAP)
		n = add_merged(map, w, now, from, entries);
	for (uint32_t k = 0; from->kind == NODE_LIST && k < from->n; k++)
		n += add_merged(map, w, now, from->items[k], entries + n);
	return node_new_map(a, NULL, entries, n);
}

static void expand_merges(struct diff *d, const struct maps *m)
{
	for (uint32_t w = 0; w < m->n_written; w++)
		if (m->expand[w] && merge_gives(m, w))
			diff_add(d, EDIT_EXPAND, m->old, w,
				 diff_expansion(d->arena, m->old, w, m->now));
}

/* Keys that are new, and those whose inherited value is overridden: each after
 * the one before it in the wanted map, which has the API's order; a first one
 * last, so that an item's dash line stays; none above the last `<<`. */
static void add_entries(struct diff *d, const struct maps *m)
{
	uint32_t after = m->n_written - 1;
	bool first = true;

	while (after && !is_merge(m, after) &&
	       !wanted_key(m, node_text(m->written[after].key)))
		after--;
	for (uint32_t j = 0, at = after; j < m->wanted->n; j++) {
		const struct entry *e = &m->wanted->entries[j];
		uint32_t i = m->number[j] - 1;

		if (m->number[j] && !is_inherited(m, i)) {
			at = written_at(m->old, i);
			first = false;
			continue;
		}
		if (m->number[j] && (m->expand[written_at(m->old, i)] ||
				     node_equal(m->old->entries[i].value,
						e->value)))
			continue;
		if (first)
			at = after;
		if (at + 1 < m->last_merge)
			at = m->last_merge - 1;
		diff_add(d, EDIT_ADD, m->old, at, e->value)->key = e->key;
	}
}

static bool has_expansion(const struct edits *out, uint32_t from)
{
	for (uint32_t i = from; i < out->n; i++)
		if (out->list[i].op == EDIT_EXPAND)
			return true;
	return false;
}

bool diff_map(struct diff *d, const struct node *old,
	      const struct node *wanted)
{
	struct maps m = { .old = old, .wanted = wanted };
	uint32_t from = d->out->n;

	m.written = written_entries(old, &m.n_written);
	pair_up(d, &m);
	mark_expansions(d, &m);
	if (!anything_stays(&m))
		return false;
	delete_entries(d, &m);
	expand_merges(d, &m);
	add_entries(d, &m);
	if (old->flags & NODE_FLOW && has_expansion(d->out, from)) {
		d->out->n = from;
		return false;
	}
	for (uint32_t i = 0; i < old->n; i++)
		if (m.now[i] && !is_inherited(&m, i))
			diff_value(d, old, written_at(old, i),
				   old->entries[i].value, m.now[i]);
	return true;
}

/* Where the items stood that are in their places no more. */
struct removed {
	struct move *list;	/* item: NULL as long as it is nowhere else */
	uint32_t n, cap;
	struct ptrmap by_node;
};

static void note_removed(struct diff *d, struct removed *r,
			 const struct node *list, uint32_t at)
{
	if (!anchors_may_move(d, list->items[at]))
		return;
	r->list = diff_grown(d->arena, r->list, r->n, &r->cap,
			     sizeof(*r->list));
	ptrmap_put(&r->by_node, list->items[at], r->n);
	r->list[r->n++] = (struct move){ .in = list, .at = at };
}

static void note_list(struct diff *d, struct removed *r, const struct node *n)
{
	if (n->kind != NODE_LIST || n->flags & (NODE_ALIAS | NODE_FLOW))
		return;
	for (uint32_t i = 0; i < n->n; i++)
		note_removed(d, r, n, i);
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

/* Items in a tree that comes into the text which were removed elsewhere: they
 * move, each to one place, and may have changed on the way. */
static void find_moves(struct diff *d, struct removed *r, const struct node *n)
{
	const struct node *origin = node_origin(n);
	struct edits *out = d->out;
	uint32_t at;

	if (node_is_scalar(n) || n->flags & NODE_ALIAS)
		return;
	at = origin ? ptrmap_get(&r->by_node, origin) : PTRMAP_NONE;
	if (at != PTRMAP_NONE) {
		struct move *m = &r->list[at];

		if (m->item)
			return;
		m->item = n;
		m->first = out->n;
		diff_value(d, m->in, m->at, origin, n);
		m->n_edits = out->n - m->first;
		for (uint32_t i = m->first; i < out->n; i++)
			out->list[i].moved = true;
		ptrmap_put(&out->by_item, n, out->n_moves);
		out->moves = diff_grown(d->arena, out->moves, out->n_moves,
					&out->moves_cap, sizeof(*out->moves));
		out->moves[out->n_moves++] = *m;
		return;
	}
	for (uint32_t i = 0; i < n->n; i++)
		find_moves(d, r, n->kind == NODE_MAP ? n->entries[i].value :
						       n->items[i]);
}

/* The list of edits grows on the way, as moved items turn out to have changed
 * inside. */
static void add_moves(struct diff *d)
{
	struct edits *out = d->out;
	struct removed r = { NULL, 0, 0, PTRMAP_INIT(d->arena) };

	anchors_note(d);
	for (uint32_t i = 0; i < out->n; i++) {
		const struct edit *e = &out->list[i];

		if (e->op == EDIT_REMOVE && !(e->in->flags & NODE_FLOW))
			note_removed(d, &r, e->in, e->at);
		else if (e->op == EDIT_DELETE || e->op == EDIT_SET)
			note_list(d, &r, diff_old_value(d, e));
	}
	for (uint32_t i = 0; r.n && i < out->n; i++) {
		const struct edit *e = &out->list[i];

		if (e->op == EDIT_INSERT || e->op == EDIT_ADD ||
		    e->op == EDIT_SET)
			find_moves(d, &r, e->node);
	}
}

struct edits *diff(struct arena *a, const struct document *doc,
		   const struct node *wanted)
{
	struct edits *out = arena_new(a, struct edits);
	struct diff d = { .arena = a, .doc = doc, .out = out };

	d.compared = (struct ptrmap)PTRMAP_INIT(a);
	out->by_item = (struct ptrmap)PTRMAP_INIT(a);
	diff_value(&d, NULL, 0, doc->root, wanted);
	add_moves(&d);
	if (out->n && doc->n_anchors)
		anchors_settle(&d);
	return out;
}

const struct move *edits_move(const struct edits *edits,
			      const struct node *item)
{
	uint32_t i = ptrmap_get(&edits->by_item, item);

	return i == PTRMAP_NONE ? NULL : &edits->moves[i];
}
