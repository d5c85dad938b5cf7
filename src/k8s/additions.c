/*
 * Records of what a merge added to a Pod, and removing that again.
 *
 *	record = group { ";" group }
 *	group  = path ( "{" names "}" | "[" names "]" )
 *	path   = step { "/" step }
 *	step   = name [ "[" name "]" ]
 *	names  = name { "," name }
 *	name   = plain characters, or any in double quotes
 *
 * Names in braces are keys of a map, names in brackets the merge keys of a
 * list's items.  For example, a sidecar with a volume that also sets a variable
 * of the application's container:
 *
 *	spec/volumes[cache];spec/containers[log];spec/containers[web]/env[LEVEL]
 *
 * A record descends into maps that are new, so that what the user adds to them
 * later survives; new items of a list are recorded whole.  Lists without a
 * merge key count as scalars.  Replaced values are not recorded.
 */
#include "k8s/strategic_merge.h"

#include "base/array.h"
#include "base/chars.h"
#include "k8s/schema.h"

/* ---- types ---- */

struct kind {
	const struct schema_type *type;	/* of a map or of a list's items */
	const char *key;		/* the list's merge key, or NULL */
};

static struct kind kind_of(const struct schema_type *type, str name)
{
	const struct schema_field *f = schema_field(type, name);
	struct kind kind = { NULL, NULL };

	if (!f)
		return kind;
	kind.type = schema_struct(f);
	if (f->flags & SCHEMA_MERGE && f->shape == SCHEMA_LIST)
		kind.key = schema_text(f->merge_key);
	/* a set of scalars */
	if (kind.key && !*kind.key)
		kind.key = NULL;
	return kind;
}

static str item_name(const struct node *item, const char *key)
{
	const struct node *value = node_get(item, str_of(key));

	return value && node_is_scalar(value) ? node_text(value) : STR_NONE;
}

/* ---- names, found by hash ---- */

struct index {
	const str *names;
	uint32_t *slots;	/* the number of a name, from 1; 0: none */
	uint32_t n, mask;
};

/* The slot of a name, or the free one where it belongs. */
static uint32_t *slot_of(const struct index *x, str name)
{
	uint32_t i = str_hash(name) & x->mask;

	while (x->slots[i] && !str_eq(x->names[x->slots[i] - 1], name))
		i = (i + 1) & x->mask;
	return &x->slots[i];
}

/* Of equal names the first is found. */
static struct index index_names(struct arena *a, const str *names, uint32_t n)
{
	struct index x = { names, NULL, n, 3 };

	while (x.mask / 2 < n)
		x.mask = x.mask * 2 + 1;
	x.slots = arena_zalloc(a, ((size_t)x.mask + 1) * sizeof(*x.slots));
	for (uint32_t i = 0; i < n; i++) {
		uint32_t *slot = slot_of(&x, names[i]);

		if (!*slot)
			*slot = i + 1;
	}
	return x;
}

static struct index index_items(struct arena *a, const struct node *list,
				const char *key)
{
	uint32_t n = list ? list->n : 0;
	str *names = arena_array(a, str, n);

	for (uint32_t i = 0; i < n; i++)
		names[i] = item_name(list->items[i], key);
	return index_names(a, names, n);
}

/* The number of the first of that name; x->n if there is none. */
static uint32_t find_name(const struct index *x, str name)
{
	uint32_t slot = name.n ? *slot_of(x, name) : 0;

	return slot ? slot - 1 : x->n;
}

/* ---- writing ---- */

struct writer {
	struct arena *arena;
	struct buf path;	/* of the map or list being compared */
	struct buf *out;
	size_t start;
};

static bool is_plain(str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!is_alnum(name.p[i]) && !memchr("._-/", name.p[i], 4))
			return false;
	return name.n > 0;
}

static void write_name(struct buf *out, str name, bool plain)
{
	if (plain) {
		buf_adds(out, name);
		return;
	}
	buf_addc(out, '"');
	for (size_t i = 0; i < name.n; i++) {
		unsigned char c = (unsigned char)name.p[i];

		if (c == '"' || c == '\\')
			buf_printf(out, "\\%c", c);
		else if (c < ' ' || c >= 0x7f)
			buf_printf(out, "\\x%02x", c);
		else
			buf_addc(out, (char)c);
	}
	buf_addc(out, '"');
}

/* Add a name to a group of the present path; *open: has it begun? */
static void add_name(struct writer *w, bool *open, char bracket, str name)
{
	if (!*open) {
		if (w->out->n > w->start)
			buf_addc(w->out, ';');
		buf_adds(w->out, buf_str(&w->path));
		buf_addc(w->out, bracket);
	} else {
		buf_addc(w->out, ',');
	}
	*open = true;
	write_name(w->out, name, is_plain(name));
}

static size_t push_step(struct writer *w, str name)
{
	size_t mark = w->path.n;

	if (mark)
		buf_addc(&w->path, '/');
	/* a record never begins with a digit */
	write_name(&w->path, name,
		   is_plain(name) && !memchr(name.p, '/', name.n) &&
			   (mark || !is_digit(name.p[0])));
	return mark;
}

static void push_item(struct writer *w, str name)
{
	buf_addc(&w->path, '[');
	write_name(&w->path, name, is_plain(name));
	buf_addc(&w->path, ']');
}

static void write_map(struct writer *w, const struct node *old,
		      const struct node *new, const struct schema_type *type);

static void write_list(struct writer *w, const struct node *old,
		       const struct node *new, struct kind kind)
{
	struct index before = index_items(w->arena, old, kind.key);
	struct index now = index_items(w->arena, new, kind.key);
	bool open = false;

	for (uint32_t i = 0; i < now.n; i++)
		if (find_name(&now, now.names[i]) == i &&
		    find_name(&before, now.names[i]) == before.n)
			add_name(w, &open, '[', now.names[i]);
	if (open)
		buf_addc(w->out, ']');
	for (uint32_t i = 0; i < now.n; i++) {
		uint32_t k = find_name(&before, now.names[i]);
		size_t mark = w->path.n;

		if (k == before.n || old->items[k] == new->items[i] ||
		    find_name(&now, now.names[i]) != i)
			continue;
		push_item(w, now.names[i]);
		write_map(w, old->items[k], new->items[i], kind.type);
		w->path.n = mark;
	}
}

/* Is it compared part by part, rather than as a whole? */
static bool has_parts(const struct node *old, const struct node *new,
		      struct kind kind)
{
	return (!old || old->kind == new->kind) && new->n &&
	       (new->kind == NODE_MAP || (new->kind == NODE_LIST && kind.key));
}

static void write_map(struct writer *w, const struct node *old,
		      const struct node *new, const struct schema_type *type)
{
	bool open = false;

	for (uint32_t i = 0; i < new->n; i++) {
		const struct node *value = new->entries[i].value;
		str name = node_text(new->entries[i].key);
		const struct node *other = old ? node_get(old, name) : NULL;

		if (!other && !has_parts(other, value, kind_of(type, name)))
			add_name(w, &open, '{', name);
	}
	if (open)
		buf_addc(w->out, '}');
	for (uint32_t i = 0; i < new->n; i++) {
		const struct node *value = new->entries[i].value;
		str name = node_text(new->entries[i].key);
		const struct node *other = old ? node_get(old, name) : NULL;
		struct kind kind = kind_of(type, name);
		size_t mark;

		if (other == value || !has_parts(other, value, kind))
			continue;
		mark = push_step(w, name);
		if (value->kind == NODE_MAP)
			write_map(w, other, value, kind.type);
		else
			write_list(w, other, value, kind);
		w->path.n = mark;
	}
}

void additions_write(struct arena *a, const struct node *old,
		     const struct node *new, struct buf *out)
{
	struct writer w = { a, BUF_INIT, out, out->n };

	if (old->kind == NODE_MAP && new->kind == NODE_MAP)
		write_map(&w, old, new, schema_type(STR("PodTemplateSpec")));
	buf_release(&w.path);
}

/* ---- removing ---- */

/* Deeper than any path in a Pod. */
#define DEPTH_MAX 100

struct remover {
	struct arena *arena;
	const char *p, *end;
	uint32_t depth;
	bool malformed;
};

/* Read a name; plain ones end where one of `ends` stands. */
static str read_name(struct remover *r, const char *ends)
{
	struct buf b = BUF_INIT;
	const char *from = r->p;
	str name;

	if (r->p == r->end || *r->p != '"') {
		while (r->p < r->end && !strchr(ends, *r->p))
			r->p++;
		r->malformed |= r->p == from;
		return (str){ from, (size_t)(r->p - from) };
	}
	for (r->p++; r->p < r->end && *r->p != '"'; r->p++) {
		if (*r->p != '\\') {
			buf_addc(&b, *r->p);
		} else if (r->end - r->p > 3 && r->p[1] == 'x' &&
			   hex_value(r->p[2]) >= 0 && hex_value(r->p[3]) >= 0) {
			buf_addc(&b, (char)(hex_value(r->p[2]) << 4 |
					    hex_value(r->p[3])));
			r->p += 3;
		} else if (r->end - r->p > 1) {
			buf_addc(&b, *++r->p);
		}
	}
	r->malformed |= r->p == r->end;
	r->p += r->p < r->end;
	name = arena_str(r->arena, buf_str(&b));
	buf_release(&b);
	return name;
}

static bool take(struct remover *r, char c)
{
	if (r->p == r->end || *r->p != c)
		return false;
	r->p++;
	return true;
}

/* Read the names of a group, and what ends it. */
static struct index read_names(struct remover *r, char close)
{
	const char ends[] = { ',', close, '\0' };
	str *names = NULL;
	size_t capacity = 0, n = 0;

	do {
		names = arena_extend(r->arena, names, n, &capacity,
				     sizeof(*names));
		names[n++] = read_name(r, ends);
	} while (!r->malformed && take(r, ','));
	r->malformed |= !take(r, close);
	return index_names(r->arena, names, (uint32_t)n);
}

/* Each returns what is left of the node, itself if nothing is removed, or NULL
 * if it is empty then. */

static const struct node *remove_keys(struct remover *r, const struct node *map)
{
	struct entry *left;
	struct index names = read_names(r, '}');
	uint32_t n = 0;

	if (r->malformed || !map || map->kind != NODE_MAP)
		return map;
	left = arena_array(r->arena, struct entry, map->n);
	for (uint32_t i = 0; i < map->n; i++)
		if (find_name(&names, node_text(map->entries[i].key)) ==
		    names.n)
			left[n++] = map->entries[i];
	if (n == map->n)
		return map;
	return n ? node_new_map(r->arena, map, left, n) : NULL;
}

static const struct node *remove_items(struct remover *r,
				       const struct node *list, const char *key)
{
	const struct node **left;
	struct index names = read_names(r, ']');
	uint32_t n = 0;

	if (r->malformed || !key || !list || list->kind != NODE_LIST)
		return list;
	left = arena_array(r->arena, const struct node *, list->n);
	for (uint32_t i = 0; i < list->n; i++)
		if (find_name(&names, item_name(list->items[i], key)) ==
		    names.n)
			left[n++] = list->items[i];
	if (n == list->n)
		return list;
	return n ? node_new_list(r->arena, list, left, n) : NULL;
}

static const struct node *remove_group(struct remover *r,
				       const struct node *node,
				       struct kind kind);

/* At "[NAME]/..." or "[NAME]{...}": go on in the item of that name. */
static const struct node *remove_in_item(struct remover *r,
					 const struct node *list,
					 struct kind kind)
{
	const struct node **items, *item = NULL, *rest;
	struct kind inner = { kind.type, NULL };
	uint32_t at = 0;
	str name;

	take(r, '[');
	name = read_name(r, "]");
	if (!take(r, ']') ||
	    !(take(r, '/') || (r->p < r->end && *r->p == '{')))
		r->malformed = true;
	if (list && list->kind == NODE_LIST && kind.key)
		while (at < list->n && !item) {
			if (str_eq(item_name(list->items[at], kind.key), name))
				item = list->items[at];
			else
				at++;
		}
	rest = remove_group(r, item, inner);
	if (r->malformed || !item || rest == item)
		return list;
	items = arena_array(r->arena, const struct node *, list->n);
	memcpy(items, list->items, list->n * sizeof(const struct node *));
	items[at] = rest ? rest : node_new_map(r->arena, item, NULL, 0);
	return node_new_list(r->arena, list, items, list->n);
}

/* Does "[...]" end the group? */
static bool is_last(const struct remover *r)
{
	bool quoted = false;

	for (const char *p = r->p; p < r->end; p++) {
		if (quoted && *p == '\\')
			p += p + 1 < r->end;
		else if (*p == '"')
			quoted = !quoted;
		else if (!quoted && *p == ']')
			return p + 1 == r->end || p[1] == ';';
	}
	return true;
}

/* At a step's name, or at a bracket or brace: the rest of a group. */
static const struct node *remove_group(struct remover *r,
				       const struct node *node,
				       struct kind kind)
{
	const struct node *value, *rest;
	str name;

	if (r->p < r->end && *r->p == '[')
		return is_last(r) ? (take(r, '['),
				     remove_items(r, node, kind.key)) :
				    remove_in_item(r, node, kind);
	if (take(r, '{'))
		return remove_keys(r, node);
	name = read_name(r, "/[{;");
	r->malformed |= ++r->depth > DEPTH_MAX;
	if (r->malformed)
		return node;
	take(r, '/');
	value = node && node->kind == NODE_MAP ? node_get(node, name) : NULL;
	rest = remove_group(r, value, kind_of(kind.type, name));
	if (r->malformed || !value || rest == value)
		return node;
	return rest || node->n > 1 ? node_with(r->arena, node, name, rest) :
				     NULL;
}

const struct node *additions_remove(struct arena *a, const struct node *pod,
				    str record)
{
	const struct kind kind = { schema_type(STR("PodTemplateSpec")), NULL };
	struct remover r = { a, record.p, record.p + record.n, 0, false };
	const struct node *rest = pod;

	while (rest && r.p < r.end) {
		r.depth = 0;
		rest = remove_group(&r, rest, kind);
		r.malformed |= r.p < r.end && (!take(&r, ';') || r.p == r.end);
		if (r.malformed)
			return NULL;
	}
	return rest ? rest : node_new_map(a, pod, NULL, 0);
}
