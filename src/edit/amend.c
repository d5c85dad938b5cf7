/*
 * amend - apply amendments, which are in the order of the tree: so the tree is
 * walked once.  In each list removals and changes come first, then additions,
 * then the order.
 */
#include "edit/hunks.h"

#include <string.h>

#include "base/array.h"
#include "base/chars.h"
#include "json/scan.h"
#include "json/text.h"

/* ---- names of items ---- */

str amend_name(struct arena *a, const struct node *item)
{
	str name = node_string(node_get(item, STR("name")));
	str kind = node_string(node_get(item, STR("kind")));

	if (name.n)
		return name;
	name = node_string(node_find(item, "metadata.name"));
	return name.n ? arena_printf(a, "%.*s/%.*s", STR_ARG(kind),
				     STR_ARG(name)) : STR_NONE;
}

const struct node *amend_names(struct arena *a, const struct node *list)
{
	const struct node *names;
	struct entry *entries;

	if (!list || list->kind != NODE_LIST)
		return NULL;
	entries = arena_array(a, struct entry, list->n);
	for (uint32_t i = 0; i < list->n; i++) {
		str name = amend_name(a, list->items[i]);

		if (!name.n)
			return NULL;
		entries[i] = (struct entry){ node_new_string(a, name),
					     list->items[i] };
	}
	names = node_new_map(a, NULL, entries, list->n);
	for (uint32_t i = 0; i < names->n; i++)
		if (node_index(names, node_text(entries[i].key)) != i)
			return NULL;
	return names;
}

uint32_t amend_sum(const struct node *n)
{
	struct buf b = BUF_INIT;
	uint32_t sum;

	json_write(&b, n);
	sum = str_hash(buf_str(&b));
	buf_release(&b);
	return (sum ^ sum >> 24) & 0xffffff;
}

/* ---- reading ---- */

struct step {
	bool item, named;
	str key;		/* or the name */
	uint32_t index;		/* of an item without name */
};

struct amendment {
	str path;		/* as written */
	struct step *steps;
	uint32_t n_steps;
	char op;
	uint32_t at;		/* + */
	const struct node *value;
	uint32_t sum;		/* = ! */
};

struct reader {
	struct arena *arena;
	str rest;
};

static bool take(struct reader *r, char c)
{
	if (!r->rest.n || *r->rest.p != c)
		return false;
	r->rest = str_sub(r->rest, 1, r->rest.n);
	return true;
}

static bool take_number(struct reader *r, uint32_t *out)
{
	size_t i = 0;

	for (*out = 0; i < r->rest.n && is_digit(r->rest.p[i]) && i < 9; i++)
		*out = *out * 10 + (uint32_t)(r->rest.p[i] - '0');
	r->rest = str_sub(r->rest, i, r->rest.n);
	return i > 0;
}

/* The width of the text in quotes at the start, 0 if it does not end. */
static size_t quoted_width(str s)
{
	for (size_t i = 1; i < s.n; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == '"')
			return i + 1;
	}
	return 0;
}

/* The JSON value, which ends at a blank or `~` outside quotes; NULL if it is
 * malformed. */
static const struct node *take_value(struct reader *r)
{
	struct source *source = arena_new(r->arena, struct source);
	const struct node *value;
	size_t i = 0, width;

	while (i < r->rest.n && !strchr(" ~", r->rest.p[i])) {
		width = r->rest.p[i] == '"' ?
				quoted_width(str_sub(r->rest, i, r->rest.n)) :
				1;
		if (!width)
			return NULL;
		i += width;
	}
	*source = (struct source){ .name = "", .line = 1, .column = 1,
				   .json = true,
				   .text = str_sub(r->rest, 0, i) };
	r->rest = str_sub(r->rest, i, r->rest.n);
	return json_scan(r->arena, source, 0, &value, NULL) ? NULL : value;
}

static bool take_key(struct reader *r, str *key)
{
	const struct node *text;
	size_t i = 0;

	if (r->rest.n && *r->rest.p == '"') {
		str all = r->rest;

		i = quoted_width(all);
		r->rest = str_sub(all, 0, i);
		text = i ? take_value(r) : NULL;
		r->rest = str_sub(all, i, all.n);
		if (text)
			*key = node_text(text);
		return text;
	}
	while (i < r->rest.n && (is_alnum(r->rest.p[i]) ||
				 strchr("_-.", r->rest.p[i])))
		i++;
	*key = str_sub(r->rest, 0, i);
	r->rest = str_sub(r->rest, i, r->rest.n);
	return i > 0;
}

static bool take_step(struct reader *r, struct step *s)
{
	*s = (struct step){ .item = take(r, '[') };
	if (!s->item)
		return take(r, '/') && take_key(r, &s->key);
	s->named = r->rest.n && !is_digit(*r->rest.p);
	if (r->rest.n && !s->named) {
		struct reader ahead = *r;

		/* a bare name may begin with a digit */
		if (!take_number(&ahead, &s->index) || !take(&ahead, ']')) {
			s->named = true;
		} else {
			*r = ahead;
			return true;
		}
	}
	return take_key(r, &s->key) && take(r, ']');
}

static bool take_sum(struct reader *r, uint32_t *out)
{
	*out = 0;
	if (!take(r, '~'))
		return false;
	for (int i = 0; i < 6; i++) {
		int digit = r->rest.n ? hex_value(*r->rest.p) : -1;

		if (digit < 0)
			return false;
		*out = *out * 16 + (uint32_t)digit;
		r->rest = str_sub(r->rest, 1, r->rest.n);
	}
	return true;
}

static bool take_operation(struct reader *r, struct amendment *m)
{
	if (!r->rest.n)
		return false;
	m->op = *r->rest.p;
	r->rest = str_sub(r->rest, 1, r->rest.n);
	switch (m->op) {
	case '=':
		m->value = take_value(r);
		return m->value && take_sum(r, &m->sum);
	case '!':
		return take_sum(r, &m->sum);
	case '+':
		if (!take_number(r, &m->at) || !take(r, '='))
			return false;
		m->value = take_value(r);
		return m->value;
	case '*':
		m->value = take(r, '=') ? take_value(r) : NULL;
		return m->value && m->value->kind == NODE_LIST;
	default:
		return false;
	}
}

/* The deepest path. */
#define STEPS_MAX (2 * NODE_DEPTH_MAX)

static bool take_amendment(struct reader *r, struct amendment *m)
{
	const char *start = r->rest.p;
	struct step steps[STEPS_MAX];
	uint32_t n = 0;

	*m = (struct amendment){ .op = 0 };
	while (r->rest.n && strchr("/[", *r->rest.p)) {
		if (n == STEPS_MAX || !take_step(r, &steps[n]))
			return false;
		n++;
	}
	if (!n)
		return false;
	m->path = (str){ start, (size_t)(r->rest.p - start) };
	m->steps = arena_array(r->arena, struct step, n);
	memcpy(m->steps, steps, n * sizeof(*steps));
	m->n_steps = n;
	return take_operation(r, m) && (!r->rest.n || take(r, ' '));
}

/* ---- applying ---- */

struct amender {
	struct arena *arena;
	struct err *err;
};

/* Amendments of one collection, whose paths agree up to `depth`. */
struct group {
	const struct amendment *list;
	uint32_t n, depth;
};

static const struct node *edited(const struct amender *m,
				 const struct amendment *at)
{
	err_set(m->err, POS_NONE, "%.*s has been edited", STR_ARG(at->path));
	return NULL;
}

static const struct node *resolve(const struct amender *m,
				  const struct node *value,
				  const struct node *twin);

static const struct node *copy_scalar(const struct amender *m,
				      const struct node *value)
{
	struct node *n = node_new(m->arena, value->kind);
	str text = node_text(value);

	if (value->kind == NODE_STRING && str_starts(text, STR("@@")))
		text = str_sub(text, 1, text.n);
	n->text = text.p;
	n->n = (uint32_t)text.n;
	return n;
}

static const struct node *resolve_item(const struct amender *m,
				       const struct node *item,
				       const struct node *names)
{
	str text = node_string(item), name;

	if (str_starts(text, STR("@")) && !str_starts(text, STR("@@")))
		return node_get(names, str_sub(text, 1, text.n));
	name = amend_name(m->arena, item);
	return resolve(m, item, name.n ? node_get(names, name) : NULL);
}

/* The value with its references resolved, as a new version of the twin, so that
 * the text of that is edited; NULL if a reference leads nowhere. */
static const struct node *resolve(const struct amender *m,
				  const struct node *value,
				  const struct node *twin)
{
	bool alike = twin && twin->kind == value->kind;
	const struct node **items, *names;
	struct entry *entries;

	if (str_eq(node_string(value), STR("@")))
		return twin && !node_is_scalar(twin) ? twin : NULL;
	if (node_is_scalar(value))
		return copy_scalar(m, value);
	if (value->kind == NODE_LIST) {
		names = amend_names(m->arena, twin);
		items = arena_array(m->arena, const struct node *, value->n);
		for (uint32_t i = 0; i < value->n; i++) {
			items[i] = resolve_item(m, value->items[i], names);
			if (!items[i])
				return NULL;
		}
		return node_new_list(m->arena, alike ? twin : NULL, items,
				     value->n);
	}
	entries = arena_array(m->arena, struct entry, value->n);
	for (uint32_t i = 0; i < value->n; i++) {
		str key = node_text(value->entries[i].key);

		entries[i].key = node_new_string(m->arena, key);
		entries[i].value = resolve(m, value->entries[i].value,
					   node_get(twin, key));
		if (!entries[i].value)
			return NULL;
	}
	return node_new_map(m->arena, alike ? twin : NULL, entries, value->n);
}

static bool same_step(const struct step *a, const struct step *b)
{
	return a->item == b->item && a->named == b->named &&
	       a->index == b->index && str_eq(a->key, b->key);
}

/* The amendments at the head of the group that agree in one more step. */
static struct group inner_group(struct group g)
{
	struct group in = { g.list, 1, g.depth + 1 };

	while (in.n < g.n && same_step(&g.list[0].steps[g.depth],
				       &g.list[in.n].steps[g.depth]))
		in.n++;
	return in;
}

static const struct node *amend(const struct amender *m, struct group g,
				const struct node *old,
				const struct node *twin);

/* The list in the order of the names. */
static const struct node *reorder(const struct amender *m,
				  const struct amendment *at,
				  const struct node *list)
{
	const struct node *names = amend_names(m->arena, list);
	const struct node **items;

	if (!names || names->n != at->value->n)
		return edited(m, at);
	items = arena_array(m->arena, const struct node *, list->n);
	for (uint32_t i = 0; i < list->n; i++) {
		items[i] = node_get(names, node_string(at->value->items[i]));
		if (!items[i])
			return edited(m, at);
	}
	return node_new_list(m->arena, list, items, list->n);
}

/* What becomes of a value that is there: *out is NULL if it is removed.  0, or
 * -1 with the error. */
static int change(const struct amender *m, struct group g,
		  const struct node *old, const struct node *twin,
		  const struct node **out)
{
	const struct amendment *at = &g.list[0], *last = &g.list[g.n - 1];
	struct group inside = g;
	bool order = last->n_steps == g.depth && last->op == '*';

	*out = old;
	if (at->n_steps == g.depth && at->op != '*') {
		if (g.n > 1 || !old || amend_sum(old) != at->sum ||
		    at->op == '+') {
			edited(m, at);
			return -1;
		}
		*out = at->op == '!' ? NULL : resolve(m, at->value, twin);
		if (!*out && at->op != '!')
			edited(m, at);
		return *out || at->op == '!' ? 0 : -1;
	}
	inside.n -= order;
	if (inside.n)
		*out = old && !node_is_scalar(old) ?
			       amend(m, inside, old, twin) : edited(m, at);
	if (*out && order)
		*out = (*out)->kind == NODE_LIST ? reorder(m, last, *out) :
						   edited(m, last);
	return *out ? 0 : -1;
}

static bool is_addition_at(const struct amendment *m, uint32_t depth)
{
	return m->op == '+' && m->n_steps == depth + 1;
}

/* True if the group is one addition. */
static bool is_addition(struct group g)
{
	return g.n == 1 && is_addition_at(g.list, g.depth - 1);
}

static const struct node *amend_map(const struct amender *m, struct group g,
				    const struct node *old,
				    const struct node *twin)
{
	struct entry *entries = arena_array(m->arena, struct entry, old->n);
	uint32_t n = 0, kept = 0, n_all = 0;
	struct entry *all;
	struct group in;

	if (old->n)
		memcpy(entries, old->entries, old->n * sizeof(*entries));
	for (uint32_t i = 0; i < g.n; i += in.n) {
		const struct step *s = &g.list[i].steps[g.depth];
		int64_t at = node_index(old, s->key);

		in = inner_group((struct group){ g.list + i, g.n - i,
						 g.depth });
		if (s->item)
			return edited(m, in.list);
		if (at < 0 && is_addition(in))
			continue;
		if (at < 0)
			return edited(m, in.list);
		if (change(m, in, entries[at].value, node_get(twin, s->key),
			   &entries[at].value))
			return NULL;
	}
	for (uint32_t i = 0; i < old->n; i++)
		if (entries[i].value)
			entries[n++] = entries[i];
	all = arena_array(m->arena, struct entry, n + g.n);
	for (uint32_t i = 0; i < g.n || kept < n;) {
		const struct amendment *add = &g.list[i];

		if (i < g.n && !is_addition_at(add, g.depth)) {
			i++;
		} else if (i < g.n && (add->at <= n_all || kept == n)) {
			const struct step *s = &add->steps[g.depth];

			all[n_all].key = node_new_string(m->arena, s->key);
			all[n_all].value = resolve(m, add->value,
						   node_get(twin, s->key));
			if (!all[n_all++].value)
				return edited(m, add);
			i++;
		} else {
			all[n_all++] = entries[kept++];
		}
	}
	return node_new_map(m->arena, old, all, n_all);
}

/* The item that a step leads to, or -1. */
static int64_t find_item(const struct step *s, const struct node *list,
			 const struct node *names)
{
	if (!s->item)
		return -1;
	if (s->named)
		return names ? node_index(names, s->key) : -1;
	return s->index < list->n ? (int64_t)s->index : -1;
}

static const struct node *twin_of(const struct step *s,
				  const struct node *names)
{
	return s->named ? node_get(names, s->key) : NULL;
}

static const struct node *amend_list(const struct amender *m, struct group g,
				     const struct node *old,
				     const struct node *twin)
{
	const struct node *names = amend_names(m->arena, old);
	const struct node *twins = amend_names(m->arena, twin);
	const struct node **items = arena_array(m->arena, const struct node *,
						old->n), **all;
	uint32_t n = 0, kept = 0, n_all = 0;
	struct group in;

	if (old->n)
		memcpy(items, old->items, old->n * sizeof(*items));
	for (uint32_t i = 0; i < g.n; i += in.n) {
		const struct step *s = &g.list[i].steps[g.depth];
		int64_t at = find_item(s, old, names);

		in = inner_group((struct group){ g.list + i, g.n - i,
						 g.depth });
		if (at < 0 && s->item && is_addition(in))
			continue;
		if (at < 0)
			return edited(m, in.list);
		if (change(m, in, items[at], twin_of(s, twins), &items[at]))
			return NULL;
	}
	for (uint32_t i = 0; i < old->n; i++)
		if (items[i])
			items[n++] = items[i];
	all = arena_array(m->arena, const struct node *, n + g.n);
	for (uint32_t i = 0; i < g.n || kept < n;) {
		const struct amendment *add = &g.list[i];

		if (i < g.n && !is_addition_at(add, g.depth)) {
			i++;
		} else if (i < g.n && (add->at <= n_all || kept == n)) {
			all[n_all] = resolve(m, add->value,
					     twin_of(&add->steps[g.depth],
						     twins));
			if (!all[n_all++])
				return edited(m, add);
			i++;
		} else {
			all[n_all++] = items[kept++];
		}
	}
	return node_new_list(m->arena, old, all, n_all);
}

static const struct node *amend(const struct amender *m, struct group g,
				const struct node *old,
				const struct node *twin)
{
	return old->kind == NODE_MAP ? amend_map(m, g, old, twin) :
				       amend_list(m, g, old, twin);
}

const struct node *amend_apply(struct arena *a, str amends,
			       const struct node *from,
			       const struct node *present, struct err *e)
{
	const struct amender m = { a, e };
	struct reader r = { a, amends };
	struct amendment *list = NULL;
	size_t n = 0, max = 0;

	while (r.rest.n) {
		list = arena_extend(a, list, n, &max, sizeof(*list));
		if (!take_amendment(&r, &list[n])) {
			err_set(e, POS_NONE, "it is malformed");
			return NULL;
		}
		n++;
	}
	if (!n)
		return from;
	if (from->kind != NODE_MAP)
		return edited(&m, list);
	return amend(&m, (struct group){ list, (uint32_t)n, 0 }, from,
		     present);
}
