/*
 * json_patch - operations in an order in which each path is valid.
 *
 * In each collection: first removals, from the end; then moves and additions,
 * from the start; then the changes inside of what is kept, which by then is in
 * its final position.
 */
#include "edit/json_patch.h"

#include "edit/diff_internal.h"
#include "json/text.h"
#include "tree/scalar.h"

struct patch {
	struct arena *arena;
	struct buf *out;
	struct buf path;	/* JSON Pointer (RFC 6901), current place */
	uint32_t n;		/* operations so far */
};

static size_t enter_key(struct patch *p, str key)
{
	size_t outside = p->path.n;

	buf_addc(&p->path, '/');
	for (size_t i = 0; i < key.n; i++) {
		if (key.p[i] == '~')
			buf_addz(&p->path, "~0");
		else if (key.p[i] == '/')
			buf_addz(&p->path, "~1");
		else
			buf_addc(&p->path, key.p[i]);
	}
	return outside;
}

static size_t enter_item(struct patch *p, uint32_t i)
{
	size_t outside = p->path.n;

	buf_printf(&p->path, "/%u", i);
	return outside;
}

static void leave(struct patch *p, size_t outside)
{
	p->path.n = outside;
}

/* ---- one operation on the current place ---- */

static void write_op(struct patch *p, const char *op, str from,
		     const struct node *value)
{
	buf_printf(p->out, "%s{\"op\":\"%s\",", p->n++ ? "," : "", op);
	if (from.p) {
		buf_addz(p->out, "\"from\":");
		json_write_text(p->out, from);
		buf_addc(p->out, ',');
	}
	buf_addz(p->out, "\"path\":");
	json_write_text(p->out, buf_str(&p->path));
	if (value) {
		buf_addz(p->out, ",\"value\":");
		json_write(p->out, value);
	}
	buf_addc(p->out, '}');
}

static void change_value(struct patch *p, const struct node *old,
			 const struct node *wanted);

static void change_item(struct patch *p, uint32_t at, const struct node *old,
			const struct node *wanted)
{
	size_t outside = enter_item(p, at);

	change_value(p, old, wanted);
	leave(p, outside);
}

/* ---- maps ---- */

/* True if Go's omitempty drops the value. */
static bool is_zero(const struct node *n)
{
	switch ((enum node_kind)n->kind) {
	case NODE_NULL:
		return true;
	case NODE_BOOL:
		return !scalar_bool(n);
	case NODE_INT:
	case NODE_UINT:
	case NODE_FLOAT:
		return scalar_double(n) == 0;
	default:
		return n->n == 0;
	}
}

static void change_member(struct patch *p, const struct entry *old,
			  const struct node *wanted)
{
	size_t outside = enter_key(p, node_text(old->key));

	if (!is_zero(old->value))
		change_value(p, old->value, wanted);
	else if (!node_equal(old->value, wanted))
		write_op(p, "add", STR_NONE, wanted);
	leave(p, outside);
}

static bool shares_a_key(const struct node *old, const struct node *wanted)
{
	for (uint32_t i = 0; i < old->n; i++)
		if (node_get(wanted, node_text(old->entries[i].key)))
			return true;
	return false;
}

static bool change_map(struct patch *p, const struct node *old,
		       const struct node *wanted)
{
	if (!shares_a_key(old, wanted))
		return false;
	for (uint32_t i = 0; i < old->n; i++) {
		str key = node_text(old->entries[i].key);
		size_t outside;

		if (node_get(wanted, key))
			continue;
		outside = enter_key(p, key);
		write_op(p, "remove", STR_NONE, NULL);
		leave(p, outside);
	}
	for (uint32_t j = 0; j < wanted->n; j++) {
		const struct entry *e = &wanted->entries[j];
		int64_t i = node_index(old, node_text(e->key));
		size_t outside;

		if (i >= 0) {
			change_member(p, &old->entries[i], e->value);
			continue;
		}
		outside = enter_key(p, node_text(e->key));
		write_op(p, "add", STR_NONE, e->value);
		leave(p, outside);
	}
	return true;
}

/* ---- lists ---- */

/*
 * A list while wanted items are put in place one by one.  "Movers" are old
 * items that are wanted in another position.  Before step j the list is
 *
 *	wanted items 0 .. j-1 in order, and between them, each before the next
 *	item that stays, movers that have not moved yet;
 *	then the other old items, staying ones and movers, in their old order.
 *
 * So the position of an item is a count of items before it, which a Fenwick
 * tree gives: n log n for the whole list.
 */
struct arrangement {
	const struct match *match;
	uint32_t *movers;	/* Fenwick tree by old position: how many */
	uint32_t *next_staying;	/* by old position: the wanted item that is the
				 * first to stay, there or further on */
	uint32_t *staying;	/* by wanted item: how many before it stay */
	uint32_t behind;	/* old position of the last of 0 .. j-1 that
				 * stays: movers from before it are before it */
};

static void count_mover(struct arrangement *l, uint32_t at, uint32_t by)
{
	for (uint32_t i = at + 1; i <= l->match->old->n; i += i & -i)
		l->movers[i] += by;
}

static uint32_t movers_before(const struct arrangement *l, uint32_t at)
{
	uint32_t n = 0;

	for (uint32_t i = at; i; i -= i & -i)
		n += l->movers[i];
	return n;
}

static struct arrangement arrange(struct arena *a, const struct match *m)
{
	uint32_t n = m->old->n, k = m->wanted->n, next = k;
	struct arrangement l = { .match = m };

	l.movers = arena_zalloc_array(a, n + 1, sizeof(*l.movers));
	l.next_staying = arena_array(a, uint32_t, n);
	l.staying = arena_zalloc_array(a, k + 1, sizeof(*l.staying));
	for (uint32_t i = 0; i < n; i++)
		l.next_staying[i] = MATCH_NONE;
	for (uint32_t j = 0; j < k; j++) {
		l.staying[j + 1] = l.staying[j] + m->stays[j];
		if (m->stays[j])
			l.next_staying[m->old_at[j]] = j;
		else if (m->old_at[j] != MATCH_NONE)
			count_mover(&l, m->old_at[j], 1);
	}
	for (uint32_t i = n; i-- > 0; next = l.next_staying[i])
		if (l.next_staying[i] == MATCH_NONE)
			l.next_staying[i] = next;
	return l;
}

/* The position of the mover whose old position is `at`, before step j. */
static uint32_t place_of_mover(const struct arrangement *l, uint32_t at,
			       uint32_t j)
{
	uint32_t before = l->next_staying[at];

	if (at > l->behind || !l->staying[j])
		before = j + l->staying[before] - l->staying[j];
	return before + movers_before(l, at);
}

static void move_item(struct patch *p, struct arrangement *l, uint32_t j)
{
	uint32_t old_at = l->match->old_at[j];
	size_t outside = enter_item(p, place_of_mover(l, old_at, j));
	str from = arena_str(p->arena, buf_str(&p->path));

	leave(p, outside);
	count_mover(l, old_at, -1U);
	enter_item(p, j + movers_before(l, l->behind));
	write_op(p, "move", from, NULL);
	leave(p, outside);
}

static void add_item(struct patch *p, const struct arrangement *l, uint32_t j)
{
	size_t outside = enter_item(p, j + movers_before(l, l->behind));

	write_op(p, "add", STR_NONE, l->match->wanted->items[j]);
	leave(p, outside);
}

/* From the end, so that the positions of the others stay valid. */
static void remove_items(struct patch *p, const struct match *m)
{
	for (uint32_t i = m->old->n; i-- > 0;) {
		size_t outside;

		if (m->taken[i])
			continue;
		outside = enter_item(p, i);
		write_op(p, "remove", STR_NONE, NULL);
		leave(p, outside);
	}
}

static bool change_list(struct patch *p, const struct node *old,
			const struct node *wanted)
{
	const struct match m = match_lists(p->arena, old, wanted);
	struct arrangement l;

	if (!m.staying)
		return false;
	/* equal items swapped: not a change */
	if (m.staying < old->n && old->n == wanted->n &&
	    node_equal(old, wanted))
		return true;
	remove_items(p, &m);
	l = arrange(p->arena, &m);
	for (uint32_t j = 0; j < wanted->n; j++) {
		if (m.stays[j])
			l.behind = m.old_at[j];
		else if (m.old_at[j] == MATCH_NONE)
			add_item(p, &l, j);
		else
			move_item(p, &l, j);
	}
	for (uint32_t j = 0; j < wanted->n; j++)
		if (m.old_at[j] != MATCH_NONE)
			change_item(p, j, old->items[m.old_at[j]],
				    wanted->items[j]);
	return true;
}

/* ---- values ---- */

static void change_value(struct patch *p, const struct node *old,
			 const struct node *wanted)
{
	bool done;

	if (old == wanted)
		return;
	if (old->kind == NODE_MAP && wanted->kind == NODE_MAP)
		done = change_map(p, old, wanted);
	else if (old->kind == NODE_LIST && wanted->kind == NODE_LIST)
		done = change_list(p, old, wanted);
	else
		done = false;
	if (!done && !node_equal(old, wanted))
		write_op(p, "replace", STR_NONE, wanted);
}

uint32_t json_patch_write(struct arena *a, const struct node *old,
			  const struct node *wanted, struct buf *out)
{
	struct patch p = { .arena = a, .out = out, .path = BUF_INIT };

	buf_addc(out, '[');
	change_value(&p, old, wanted);
	buf_addc(out, ']');
	buf_release(&p.path);
	return p.n;
}
