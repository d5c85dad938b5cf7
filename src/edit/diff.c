/*
 * diff - compare the old tree with the wanted one.
 *
 * diff_value() descends into both trees at once, along paths that both have.
 * In a collection diff_map() or diff_list() pairs what corresponds, adds edits
 * for what does not, then descends into the pairs.  Where nothing of a
 * collection would keep its place, its value is set as a whole.
 *
 * Then add_moves() looks for removed items among what the edits put in, and
 * aliases_settle() corrects the aliases.
 *
 * Invariant: an edit refers to places in the old tree only, so edits do not
 * depend on each other, except for those inside an item that moves.
 */
#include "base/array.h"
#include "edit/diff_internal.h"

static void diff_value(struct diff *d, const struct node *in, uint32_t at,
		       const struct node *old, const struct node *wanted);

/* ---- maps ---- */

/* One comparison of two maps. */
struct maps {
	const struct node *old, *wanted;
	const struct entry *written;
	uint32_t n_written;
	const struct node **values;	/* by entry of old: the wanted value */
	uint32_t *old_at;		/* by entry of wanted: old's + 1 */
	bool *expand;			/* by written entry: expand this `<<` */
	uint32_t last_merge;		/* the last `<<` + 1, or 0 */
};

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

	m->values = arena_zalloc_array(d->arena, n, sizeof(*m->values));
	m->old_at = arena_zalloc_array(d->arena, m->wanted->n,
				       sizeof(*m->old_at));
	for (uint32_t j = 0; j < m->wanted->n; j++) {
		const struct entry *e = &m->wanted->entries[j];
		str key = node_text(e->key);
		int64_t i = j;

		if (j >= n || !str_eq(key, node_text(m->old->entries[j].key)))
			i = node_index(m->old, key);
		if (i < 0)
			continue;
		m->values[i] = e->value;
		m->old_at[j] = (uint32_t)i + 1;
	}
}

/* True if one of the maps of the `<<` at w has the key. */
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

/* Removing a key that a `<<` has means to expand that `<<`: also where a
 * written key overrides it, or the value in the `<<` would show through. */
static void mark_expansions(struct diff *d, struct maps *m)
{
	m->expand = arena_zalloc_array(d->arena, m->n_written,
				       sizeof(*m->expand));
	for (uint32_t w = 0; w < m->n_written; w++)
		if (is_merge(m, w))
			m->last_merge = w + 1;
	for (uint32_t i = 0; m->last_merge && i < m->old->n; i++) {
		if (m->values[i])
			continue;
		for (uint32_t w = 0; w < m->last_merge; w++)
			if (is_merge(m, w) &&
			    merge_has(m, w, node_text(m->old->entries[i].key)))
				m->expand[w] = true;
	}
}

/* True if at least one key of the old map is kept. */
static bool keeps_any_key(const struct maps *m)
{
	for (uint32_t i = 0; i < m->old->n; i++)
		if (m->values[i])
			return true;
	return false;
}

/* True if the old map has the key, and it is kept. */
static bool keeps_key(const struct maps *m, str key)
{
	int64_t i = node_index(m->old, key);

	return i >= 0 && m->values[i];
}

/* True if a key that comes from the `<<` at w is kept. */
static bool merge_gives(const struct maps *m, uint32_t w)
{
	for (uint32_t i = 0; i < m->old->n; i++)
		if (m->values[i] && written_at(m->old, i) == w)
			return true;
	return false;
}

static void delete_entries(struct diff *d, const struct maps *m)
{
	for (uint32_t w = 0; w < m->n_written; w++) {
		str key = node_text(m->written[w].key);

		if (is_merge(m, w) ? m->expand[w] && !merge_gives(m, w) :
				     !keeps_key(m, key))
			diff_add(d, EDIT_DELETE, m->old, w, NULL);
	}
}

static void expand_merges(struct diff *d, const struct maps *m)
{
	for (uint32_t w = 0; w < m->n_written; w++)
		if (m->expand[w] && merge_gives(m, w))
			diff_add(d, EDIT_EXPAND, m->old, w,
				 diff_expansion(d->arena, m->old, w,
						m->values));
}

/*
 * Add the keys that are new, and those that override a value from a `<<`: each
 * after its predecessor in the wanted map, which has the API's order.  Keys
 * without a predecessor are added at the end, so that a list item's first line
 * (with the dash) stays.  No key is added above the last `<<`.
 */
static void add_entries(struct diff *d, const struct maps *m)
{
	uint32_t after = m->n_written - 1;
	bool first = true;

	while (after && !is_merge(m, after) &&
	       !keeps_key(m, node_text(m->written[after].key)))
		after--;
	for (uint32_t j = 0, at = after; j < m->wanted->n; j++) {
		const struct entry *e = &m->wanted->entries[j];
		uint32_t i = m->old_at[j] - 1;

		if (m->old_at[j] && !is_inherited(m, i)) {
			at = written_at(m->old, i);
			first = false;
			continue;
		}
		if (m->old_at[j] && (m->expand[written_at(m->old, i)] ||
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

/* Compare inside two maps.  False, without an edit, if nothing of the old one
 * would keep its place. */
static bool diff_map(struct diff *d, const struct node *old,
		     const struct node *wanted)
{
	struct maps m = { .old = old, .wanted = wanted };
	uint32_t from = d->out->n;

	m.written = written_entries(old, &m.n_written);
	pair_up(d, &m);
	mark_expansions(d, &m);
	if (!keeps_any_key(&m))
		return false;
	delete_entries(d, &m);
	expand_merges(d, &m);
	add_entries(d, &m);
	if (old->flags & NODE_FLOW && has_expansion(d->out, from)) {
		d->out->n = from;
		return false;
	}
	for (uint32_t i = 0; i < old->n; i++)
		if (m.values[i] && !is_inherited(&m, i))
			diff_value(d, old, written_at(old, i),
				   old->entries[i].value, m.values[i]);
	return true;
}

/* ---- lists ---- */

/* Matched items in order keep their text; the others are removed and inserted
 * again, which edit/splice does by moving their lines. */
static void add_list_edits(struct diff *d, const struct match *m)
{
	uint32_t after = EDIT_FIRST;
	bool *kept = arena_zalloc_array(d->arena, m->old->n, sizeof(*kept));

	for (uint32_t j = 0; j < m->wanted->n; j++)
		if (m->stays[j])
			kept[m->old_at[j]] = true;
	for (uint32_t i = 0; i < m->old->n; i++)
		if (!kept[i])
			diff_add(d, EDIT_REMOVE, m->old, i, NULL);
	for (uint32_t j = 0; j < m->wanted->n; j++) {
		if (m->stays[j])
			after = m->old_at[j];
		else
			diff_add(d, EDIT_INSERT, m->old, after,
				 m->wanted->items[j]);
	}
}

/* Compare inside two lists, as diff_map(). */
static bool diff_list(struct diff *d, const struct node *old,
		      const struct node *wanted)
{
	const struct match m = match_lists(d->arena, old, wanted);

	if (!m.staying)
		return false;
	add_list_edits(d, &m);
	for (uint32_t j = 0; j < wanted->n; j++)
		if (m.stays[j])
			diff_value(d, old, m.old_at[j], old->items[m.old_at[j]],
				   wanted->items[j]);
	return true;
}

/* ---- values ---- */

/* True if `old` can be edited inside, so that it keeps its place. */
static bool is_open(const struct node *old, const struct node *wanted)
{
	return old->kind == wanted->kind && !node_is_scalar(old) && old->n &&
	       wanted->n && !(old->flags & (NODE_ALIAS | NODE_NO_BRACE));
}

/* Compare the value at `at` of `in` with the wanted one. */
static void diff_value(struct diff *d, const struct node *in, uint32_t at,
		       const struct node *old, const struct node *wanted)
{
	bool done;

	if (old == wanted)
		return;
	if (old->extra && ptrmap_get(&d->compared, old) == PTRMAP_NONE) {
		d->wanted = arena_extend(d->arena, d->wanted, d->n_wanted,
					 &d->wanted_cap,
					 sizeof(const struct node *));
		ptrmap_put(&d->compared, old, (uint32_t)d->n_wanted);
		d->wanted[d->n_wanted++] = wanted;
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

/* ---- moves ---- */

/* The items that lost their places. */
struct removed {
	struct move *list;	/* item: NULL until it is found elsewhere */
	size_t n, cap;
	struct ptrmap by_node;
};

static void note_removed(struct diff *d, struct removed *r,
			 const struct node *list, uint32_t at)
{
	if (!aliases_may_move(d, list->items[at]))
		return;
	r->list = arena_extend(d->arena, r->list, r->n, &r->cap,
			       sizeof(*r->list));
	ptrmap_put(&r->by_node, list->items[at], (uint32_t)r->n);
	r->list[r->n++] = (struct move){ .in = list, .at = at };
}

static void note_list(struct diff *d, struct removed *r, const struct node *n)
{
	if (n->kind != NODE_LIST || n->flags & (NODE_ALIAS | NODE_FLOW))
		return;
	for (uint32_t i = 0; i < n->n; i++)
		note_removed(d, r, n, i);
}

/* Find removed items in n, a tree that an edit puts in.  Each moves to the
 * first place that wants it, and may change inside. */
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
		out->moves = arena_extend(d->arena, out->moves, out->n_moves,
					  &out->moves_cap,
					  sizeof(*out->moves));
		out->moves[out->n_moves++] = *m;
		return;
	}
	for (uint32_t i = 0; i < n->n; i++)
		find_moves(d, r, n->kind == NODE_MAP ? n->entries[i].value :
						       n->items[i]);
}

/* The list of edits grows during the second loop, by the changes inside of
 * moved items; what those put in is searched in turn. */
static void add_moves(struct diff *d)
{
	struct edits *out = d->out;
	struct removed r = { NULL, 0, 0, PTRMAP_INIT(d->arena) };

	aliases_note(d);
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
		aliases_settle(&d);
	return out;
}
