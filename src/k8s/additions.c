/*
 * Records of what a merge added to a Pod, and removing that again.
 *
 *	record = [ members ]
 *	members = member { "," member }
 *	member = name [ "{" members "}" | "[" items "]" ]
 *	items  = item { "," item }
 *	item   = name [ "{" members "}" ]
 *	name   = plain characters, or any in double quotes
 *
 * Members are keys of a map, items the merge keys of a list.  One that has no
 * brackets was added as a whole; with brackets, it was there before or is only
 * a place for what was added.  For example, a sidecar with a volume that also
 * sets a variable of the application's container:
 *
 *	volumes[cache],containers[log,web{env[LEVEL]}],labels{team}
 *
 * A record is one line in a file of the user's, so it is kept short:
 *
 *	- the fields of metadata and spec stand at its top level, since no name
 *	  is in both; anything else is written from the root, after a "^";
 *	- "init" is initContainers;
 *	- "/profile" is the only key of the map that ends so, such as
 *	  security.example.com/profile.
 *
 * A record descends into maps that are new, so that what the user adds to them
 * later survives; new items of a list are recorded whole.  Lists without a
 * merge key count as scalars.  Replaced values are not recorded.
 */
#include "k8s/strategic_walk.h"

#include "base/array.h"
#include "base/chars.h"

/* ---- types ---- */

/* Sets of scalars are compared as a whole here. */
static struct kind kind_of(const struct schema_type *type, str name)
{
	struct kind kind = field_kind(type, name);

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

/* ---- names, as they are written ---- */

#define INIT STR("init")
#define INIT_CONTAINERS STR("initContainers")

static bool is_plain(str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!is_alnum(name.p[i]) && !memchr("._-/", name.p[i], 4))
			return false;
	return name.n > 0;
}

/* `plain`: unless it can be taken for something else. */
static void write_name(struct buf *out, str name, bool plain)
{
	if (plain && is_plain(name)) {
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

/* "/profile" of "security.example.com/profile"; "" if there is no slash. */
static str ending(str key)
{
	size_t at = key.n;

	while (at && key.p[at - 1] != '/')
		at--;
	return at ? str_sub(key, at - 1, key.n) : STR_NONE;
}

/* A map's keys by their endings. */
struct endings {
	struct index index;
	bool *twice;		/* is it the ending of several? */
};

static struct endings index_endings(struct arena *a, const struct node *map)
{
	str *names = arena_array(a, str, map->n);
	struct endings e = { .twice = arena_zalloc(a, map->n) };

	for (uint32_t i = 0; i < map->n; i++)
		names[i] = ending(node_text(map->entries[i].key));
	e.index = index_names(a, names, map->n);
	for (uint32_t i = 0; i < map->n; i++)
		if (find_name(&e.index, names[i]) < i)
			e.twice[find_name(&e.index, names[i])] = true;
	return e;
}

/* The only key with that ending; map->n if there is none, or several. */
static uint32_t find_ending(const struct endings *e, str end)
{
	uint32_t i = find_name(&e->index, end);

	return i < e->index.n && e->twice[i] ? e->index.n : i;
}

/* ---- writing ---- */

struct writer {
	struct arena *arena;
	struct buf *out;
	bool comma;		/* needed before the next name */
};

static void next_name(struct writer *w)
{
	if (w->comma)
		buf_addc(w->out, ',');
	w->comma = true;
}

/* Begin a group, and end it; without a member it leaves nothing. */
struct group {
	size_t before, within;
	bool comma;
};

static struct group open_group(struct writer *w, size_t before, bool comma,
			       char bracket)
{
	buf_addc(w->out, bracket);
	w->comma = false;
	return (struct group){ before, w->out->n, comma };
}

/* False if it is empty, and now gone. */
static bool end_group(struct writer *w, const struct group *g)
{
	bool empty = w->out->n == g->within;

	if (empty)
		w->out->n = g->before;
	w->comma = empty ? g->comma : true;
	return !empty;
}

static void close_group(struct writer *w, const struct group *g, char bracket)
{
	if (end_group(w, g))
		buf_addc(w->out, bracket);
}

static void write_members(struct writer *w, const struct node *old,
			  const struct node *new,
			  const struct schema_type *type);

static void write_items(struct writer *w, const struct node *old,
			const struct node *new, struct kind kind)
{
	struct index before = index_items(w->arena, old, kind.key);
	struct index now = index_items(w->arena, new, kind.key);

	for (uint32_t i = 0; i < now.n; i++) {
		uint32_t k = find_name(&before, now.names[i]);
		size_t start = w->out->n;
		bool comma = w->comma;
		struct group g;

		if (!now.names[i].n || find_name(&now, now.names[i]) != i ||
		    (k < before.n && old->items[k] == new->items[i]))
			continue;
		next_name(w);
		write_name(w->out, now.names[i], true);
		if (k == before.n)
			continue;
		g = open_group(w, start, comma, '{');
		write_members(w, old->items[k], new->items[i], kind.type);
		close_group(w, &g, '}');
	}
}

/* Is it compared part by part, rather than as a whole? */
static bool has_parts(const struct node *old, const struct node *new,
		      struct kind kind)
{
	return (!old || old->kind == new->kind) && new->n &&
	       (new->kind == NODE_MAP || (new->kind == NODE_LIST && kind.key));
}

/* The map whose members are written. */
struct map {
	const struct node *old, *new;
	const struct schema_type *type;
	struct endings endings;	/* of new */
};

static void write_key(struct writer *w, const struct map *m, str key)
{
	const str end = ending(key);

	if (end.n && end.n < key.n && is_plain(key) &&
	    find_ending(&m->endings, end) < m->new->n)
		buf_adds(w->out, end);
	else if (str_eq(key, INIT_CONTAINERS))
		buf_adds(w->out, INIT);
	else
		write_name(w->out, key, end.n < key.n && !str_eq(key, INIT));
}

static void write_member(struct writer *w, const struct map *m,
			 const struct entry *entry)
{
	str name = node_text(entry->key);
	const struct node *other = m->old ? node_get(m->old, name) : NULL;
	struct kind kind = kind_of(m->type, name);
	bool parts = has_parts(other, entry->value, kind);
	size_t start = w->out->n;
	bool comma = w->comma;
	struct group g;

	if (other && (other == entry->value || !parts))
		return;
	next_name(w);
	write_key(w, m, name);
	if (!parts)
		return;
	if (entry->value->kind == NODE_MAP) {
		g = open_group(w, start, comma, '{');
		write_members(w, other, entry->value, kind.type);
		close_group(w, &g, '}');
	} else {
		g = open_group(w, start, comma, '[');
		write_items(w, other, entry->value, kind);
		close_group(w, &g, ']');
	}
}

static struct map map_of(struct writer *w, const struct node *old,
			 const struct node *new, const struct schema_type *type)
{
	return (struct map){ old, new, type, index_endings(w->arena, new) };
}

static void write_members(struct writer *w, const struct node *old,
			  const struct node *new,
			  const struct schema_type *type)
{
	const struct map m = map_of(w, old, new, type);

	for (uint32_t i = 0; i < new->n; i++)
		write_member(w, &m, &new->entries[i]);
}

/* Is it metadata's, rather than spec's, if it stands at the top level? */
static bool is_metadata(str name)
{
	return schema_field(schema_type(STR("ObjectMeta")), name) != NULL;
}

/* The members of metadata or spec that can stand at the top level, or those
 * that cannot. */
static void write_part(struct writer *w, const struct map *m, bool metadata,
		       bool top)
{
	for (uint32_t i = 0; i < m->new->n; i++) {
		const struct entry *entry = &m->new->entries[i];

		if ((is_metadata(node_text(entry->key)) == metadata) == top)
			write_member(w, m, entry);
	}
}

static void write_top(struct writer *w, const struct map *root,
		      const struct entry *entry)
{
	str name = node_text(entry->key);
	const struct node *other = node_get(root->old, name);
	const bool metadata = str_eq(name, STR("metadata"));
	size_t start = w->out->n;
	bool comma = w->comma;
	struct group g;
	struct map m;

	if ((!metadata && !str_eq(name, STR("spec"))) ||
	    !has_parts(other, entry->value, kind_of(root->type, name))) {
		next_name(w);
		g = open_group(w, start, comma, '^');
		write_member(w, root, entry);
		end_group(w, &g);
		return;
	}
	m = map_of(w, other, entry->value, kind_of(root->type, name).type);
	write_part(w, &m, metadata, true);
	start = w->out->n;
	comma = w->comma;
	next_name(w);
	buf_addc(w->out, '^');
	buf_adds(w->out, name);
	g = open_group(w, start, comma, '{');
	write_part(w, &m, metadata, false);
	close_group(w, &g, '}');
}

void additions_write(struct arena *a, const struct node *old,
		     const struct node *new, struct buf *out)
{
	struct writer w = { a, out, false };
	struct map root;

	if (old->kind != NODE_MAP || new->kind != NODE_MAP)
		return;
	root = map_of(&w, old, new, schema_type(STR("PodTemplateSpec")));
	for (uint32_t i = 0; i < new->n; i++)
		write_top(&w, &root, &new->entries[i]);
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

static bool take(struct remover *r, char c)
{
	if (r->p == r->end || *r->p != c)
		return false;
	r->p++;
	return true;
}

/* The name in double quotes that begins here. */
static str read_quoted(struct remover *r)
{
	struct buf b = BUF_INIT;
	str name;

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
	r->malformed |= !take(r, '"');
	name = arena_str(r->arena, buf_str(&b));
	buf_release(&b);
	return name;
}

static str read_name(struct remover *r)
{
	const char *from = r->p;

	if (r->p < r->end && *r->p == '"')
		return read_quoted(r);
	while (r->p < r->end && !strchr(",{}[]\"", *r->p))
		r->p++;
	r->malformed |= r->p == from;
	return (str){ from, (size_t)(r->p - from) };
}

/* The number of a member of the map (NULL: none is there), which `*name` is
 * made the key of; -1 if the map does not have it. */
static int64_t read_member(struct remover *r, const struct node *map,
			   struct endings *endings, str *name)
{
	bool quoted = r->p < r->end && *r->p == '"';

	*name = read_name(r);
	if (!map || r->malformed)
		return -1;
	if (!quoted && str_eq(*name, INIT))
		*name = INIT_CONTAINERS;
	if (!quoted && name->n && *name->p == '/') {
		uint32_t i;

		if (!endings->twice)
			*endings = index_endings(r->arena, map);
		i = find_ending(endings, *name);
		return i < map->n ? (int64_t)i : -1;
	}
	return node_index(map, *name);
}

/*
 * Each reads a group, and returns what is left of the node: itself if nothing
 * is removed, NULL if nothing is left.  A node of another kind, or none (NULL),
 * is returned as it is.
 */
static const struct node *remove_members(struct remover *r,
					 const struct node *map,
					 const struct schema_type *type);
static const struct node *remove_items(struct remover *r,
				       const struct node *list,
				       struct kind kind);

/* What is left of a member or item, behind its name. */
static const struct node *remove_value(struct remover *r,
				       const struct node *value,
				       struct kind kind)
{
	const struct node *rest = NULL;

	if (take(r, '{')) {
		rest = remove_members(r, value, kind.type);
		r->malformed |= !take(r, '}');
	} else if (take(r, '[')) {
		rest = remove_items(r, value, kind);
		r->malformed |= !take(r, ']');
	}
	return rest;
}

static const struct node *left_of_map(struct remover *r,
				      const struct node *map,
				      struct entry *entries)
{
	uint32_t n = 0;
	bool same = true;

	for (uint32_t i = 0; i < map->n; i++) {
		same = same && entries[i].value == map->entries[i].value;
		if (entries[i].value)
			entries[n++] = entries[i];
	}
	if (same)
		return map;
	return n ? node_new_map(r->arena, map, entries, n) : NULL;
}

static struct entry *copy_entries(struct remover *r, const struct node *map)
{
	struct entry *entries = arena_array(r->arena, struct entry, map->n);

	if (map->n)
		memcpy(entries, map->entries, map->n * sizeof(*entries));
	return entries;
}

static const struct node *remove_members(struct remover *r,
					 const struct node *node,
					 const struct schema_type *type)
{
	const struct node *map = node && node->kind == NODE_MAP ? node : NULL;
	struct entry *entries = map ? copy_entries(r, map) : NULL;
	struct endings endings = { .twice = NULL };

	r->malformed |= ++r->depth > DEPTH_MAX;
	if (r->malformed)
		return node;
	do {
		str name;
		int64_t at = read_member(r, map, &endings, &name);
		const struct node *value = at < 0 ? NULL : entries[at].value;

		value = remove_value(r, value, kind_of(type, name));
		if (at >= 0)
			entries[at].value = value;
	} while (!r->malformed && take(r, ','));
	r->depth--;
	return map ? left_of_map(r, map, entries) : node;
}

/* The list without the items of these names, all of which were removed. */
static const struct node *left_of_list(struct remover *r,
				       const struct node *list,
				       const struct node **items,
				       const struct index *now,
				       const struct index *removed)
{
	uint32_t n = 0;
	bool same = true;

	for (uint32_t i = 0; i < list->n; i++) {
		bool gone = find_name(removed, now->names[i]) < removed->n;

		same = same && !gone && items[i] == list->items[i];
		if (!gone)
			items[n++] = items[i];
	}
	if (same)
		return list;
	return n ? node_new_list(r->arena, list, items, n) : NULL;
}

static const struct node *remove_items(struct remover *r,
				       const struct node *node,
				       struct kind kind)
{
	const struct node *list = node && node->kind == NODE_LIST && kind.key ?
					  node : NULL;
	const struct kind item = { kind.type, NULL };
	struct index now = index_items(r->arena, list, kind.key), removed;
	const struct node **items = arena_array(r->arena, const struct node *,
						now.n);
	str *names = NULL;
	size_t n = 0, capacity = 0;

	if (now.n)
		memcpy(items, list->items, now.n * sizeof(list->items[0]));
	do {
		str name = read_name(r);
		uint32_t at = find_name(&now, name);
		const struct node *value = at < now.n ? items[at] : NULL;

		if (r->p < r->end && *r->p == '{') {
			value = remove_value(r, value, item);
			if (at < now.n)
				items[at] = value ? value :
					node_new_map(r->arena, items[at],
						     NULL, 0);
			continue;
		}
		names = arena_extend(r->arena, names, n, &capacity,
				     sizeof(*names));
		names[n++] = name;
	} while (!r->malformed && take(r, ','));
	removed = index_names(r->arena, names, (uint32_t)n);
	return list ? left_of_list(r, list, items, &now, &removed) : node;
}

/* Set a member of the Pod, or of its metadata or spec, to what is left. */
static const struct node *with(struct remover *r, const struct node *map,
			       str name, const struct node *old,
			       const struct node *rest)
{
	if (!map || rest == old)
		return map;
	return rest || map->n > 1 ? node_with(r->arena, map, name, rest) : NULL;
}

/* A member at the top level. */
static const struct node *remove_top(struct remover *r, const struct node *pod)
{
	const struct schema_type *type = schema_type(STR("PodTemplateSpec"));
	bool from_root = take(r, '^');
	struct endings endings = { .twice = NULL };
	const struct node *part = pod, *value, *rest;
	str name, part_name = STR("spec");
	int64_t at;

	if (from_root) {
		at = read_member(r, pod, &endings, &name);
		value = at < 0 ? NULL : pod->entries[at].value;
		rest = remove_value(r, value, kind_of(type, name));
		return at < 0 ? pod : with(r, pod, name, value, rest);
	}
	at = read_member(r, node_get(pod, STR("spec")), &endings, &name);
	if (is_metadata(name))
		part_name = STR("metadata");
	part = node_get(pod, part_name);
	value = node_get(part, name);
	rest = remove_value(r, value, kind_of(kind_of(type, part_name).type,
					      name));
	if (!value || rest == value)
		return pod;
	return with(r, pod, part_name, part, with(r, part, name, value, rest));
}

const struct node *additions_remove(struct arena *a, const struct node *pod,
				    str record)
{
	struct remover r = { a, record.p, record.p + record.n, 0, false };
	const struct node *rest = pod;

	if (!record.n)
		return pod;
	do {
		rest = remove_top(&r, rest);
	} while (rest && !r.malformed && take(&r, ','));
	if (r.malformed || (rest && r.p < r.end))
		return NULL;
	return rest ? rest : node_new_map(a, pod, NULL, 0);
}
