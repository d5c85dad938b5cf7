/*
 * meaning - what scalars, keys and maps mean, as JSON has it.
 *
 * Scalars.  Without a tag plain text is resolved and anything else is a
 * string.  The types of yaml.org are resolved even if they are quoted, and the
 * text must fit; any other tag, `!` too, makes a string (go-yaml v2:
 * resolve.go, and decode.go's scalar).
 *
 * Keys.  As in sigs.k8s.io/yaml a bool or a number is a key by its JSON text;
 * null, lists and maps cannot be keys.
 *
 * Maps.  As in go-yaml v2 (decode.go: mapping, merge) a merge key `<<` takes
 * effect where it is: its entries override the keys before it and are
 * overridden by those behind it.  In a list of maps the first that has a key
 * wins.  For example
 *
 *	a: 1			means	a: 2
 *	<<: { a: 2, b: 2 }		b: 3
 *	b: 3
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/chars.h"
#include "tree/scalar.h"
#include "tree/utf8.h"
#include "yaml/build.h"

/* ---- tags ---- */

#define CORE "tag:yaml.org,2002:"

static const struct core_tag {
	str tag;
	unsigned kinds;		/* the kinds allowed, as bits */
	const char *why_bad;
} core_tags[] = {
	{ STR(CORE "null"), 1 << NODE_NULL,
	  "invalid !!null: the value is not null" },
	{ STR(CORE "bool"), 1 << NODE_BOOL,
	  "invalid !!bool: the value is neither true nor false" },
	{ STR(CORE "int"), 1 << NODE_INT | 1 << NODE_UINT,
	  "invalid !!int: the value is not an integer" },
	{ STR(CORE "float"), 1 << NODE_INT | 1 << NODE_FLOAT,
	  "invalid !!float: the value is not a number" },
};

/* Groups of four characters, padding only at the end, line ends anywhere. */
static bool base64_decode(str s, struct buf *out)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "abcdefghijklmnopqrstuvwxyz0123456789+/";
	uint32_t bits = 0;
	int have = 0, padding = 0;

	for (size_t i = 0; i < s.n; i++) {
		const char *hit;

		if (s.p[i] == '\n' || s.p[i] == '\r')
			continue;
		if (have == 0 && padding)
			return false;
		hit = s.p[i] == '=' ? alphabet
				    : memchr(alphabet, s.p[i], 64);
		if (!hit || (padding && s.p[i] != '='))
			return false;
		padding += s.p[i] == '=';
		bits = bits << 6 | (uint32_t)(hit - alphabet);
		if (++have < 4)
			continue;
		if (padding > 2)
			return false;
		for (int byte = 0; byte < 3 - padding; byte++)
			buf_addc(out, (char)(bits >> (16 - 8 * byte) & 0xff));
		have = 0;
	}
	return have == 0;
}

static struct meaning binary(struct arena *a, str text)
{
	struct meaning m = { NODE_STRING, text, NULL };
	struct buf bytes = BUF_INIT, b = BUF_INIT;

	if (base64_decode(text, &bytes)) {
		utf8_repair(&b, buf_str(&bytes));
		m.text = arena_str(a, buf_str(&b));
	} else {
		m.why_bad = "invalid !!binary: the value is not base64";
	}
	buf_release(&bytes);
	buf_release(&b);
	return m;
}

/* Take `least` to `most` digits from *s; their value, or -1. */
static int number(str *s, size_t least, size_t most)
{
	size_t n = 0;
	int value = 0;

	while (n < most && n < s->n && is_digit(s->p[n]))
		value = value * 10 + (s->p[n++] - '0');
	*s = str_sub(*s, n, s->n);
	return n < least ? -1 : value;
}

static bool take(str *s, const char *set)
{
	if (!s->n || !s->p[0] || !strchr(set, s->p[0]))
		return false;
	*s = str_sub(*s, 1, s->n);
	return true;
}

static int days_in(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30,
				    31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

/* 15:4:5.999, followed by Z or +07:00 if `zoned`. */
static bool clock_time(str s, bool zoned)
{
	int hour, minute, second;

	hour = number(&s, 1, 2);
	if (hour < 0 || hour > 23 || !take(&s, ":"))
		return false;
	minute = number(&s, 1, 2);
	if (minute < 0 || minute > 59 || !take(&s, ":"))
		return false;
	second = number(&s, 1, 2);
	if (second < 0 || second > 59)
		return false;
	if (s.n > 1 && is_digit(s.p[1]) && take(&s, ".,"))
		number(&s, 1, s.n);
	if (!zoned || take(&s, "Z"))
		return !s.n;
	if (!take(&s, "+-"))
		return false;
	hour = number(&s, 2, 2);
	if (hour < 0 || hour > 24 || !take(&s, ":"))
		return false;
	minute = number(&s, 2, 2);
	return minute >= 0 && minute <= 60 && !s.n;
}

/* One of the four layouts that go-yaml accepts for !!timestamp. */
static bool is_timestamp(str s)
{
	int year, month, day;

	year = number(&s, 4, 4);
	if (year < 0 || !take(&s, "-"))
		return false;
	month = number(&s, 1, 2);
	if (month < 1 || month > 12 || !take(&s, "-"))
		return false;
	day = number(&s, 1, 2);
	if (day < 1 || day > days_in(year, month))
		return false;
	if (!s.n)
		return true;
	if (take(&s, "Tt"))
		return clock_time(s, true);
	return take(&s, " ") && clock_time(s, false);
}

static struct meaning typed(const struct core_tag *core, str text)
{
	struct meaning m = { scalar_kind(text), text, NULL };

	if (!(core->kinds & 1u << m.kind)) {
		m.kind = NODE_STRING;
		m.why_bad = core->why_bad;
	} else if (core->kinds & 1 << NODE_FLOAT) {
		m.kind = NODE_FLOAT;
	}
	return m;
}

struct meaning tag_resolve(struct arena *a, str tag, str text, bool plain)
{
	struct meaning m = { NODE_STRING, text, NULL };

	if (!tag.n) {
		if (plain)
			m.kind = scalar_kind(text);
		return m;
	}
	for (size_t i = 0; i < ARRAY_SIZE(core_tags); i++)
		if (str_eq(core_tags[i].tag, tag))
			return typed(&core_tags[i], text);
	if (str_eq(tag, STR(CORE "binary")))
		return binary(a, text);
	if (str_eq(tag, STR(CORE "timestamp")) && !is_timestamp(text))
		m.why_bad = "invalid !!timestamp: the value is not a time";
	return m;
}

/* ---- keys ---- */

bool mapping_is_merge(str text, str tag, bool plain)
{
	if (text.n != 2 || !str_eq(text, STR("<<")))
		return false;
	if (!tag.n)
		return plain;
	return str_eq(tag, STR("!")) ||
	       str_eq(tag, STR("tag:yaml.org,2002:merge"));
}

/* A list must be written here; its maps, or a single map, may be aliases. */
bool mapping_merges(const struct node *value)
{
	if (value->kind == NODE_MAP)
		return true;
	if (value->kind != NODE_LIST || value->flags & NODE_ALIAS)
		return false;
	for (uint32_t i = 0; i < value->n; i++)
		if (value->items[i]->kind != NODE_MAP)
			return false;
	return true;
}

static void key_bad(struct arena *a, struct node *key, const char *why)
{
	node_extra(a, key)->why_bad = why;
	key->flags |= NODE_BAD;
	key->text = "";
	key->n = 0;
}

void mapping_key(struct arena *a, struct node *key)
{
	struct buf text = BUF_INIT;

	switch (key->kind) {
	case NODE_STRING:
		return;
	case NODE_NULL:
		key_bad(a, key, "null cannot be a key");
		break;
	case NODE_UINT:
		key_bad(a, key,
			"a number of more than 64 bits cannot be a key");
		break;
	case NODE_MAP:
	case NODE_LIST:
		key_bad(a, key, "a map or list cannot be a key"
				" (a {{ }} must be in quotes)");
		break;
	default:
		scalar_key_text(&text, key);
		if (!str_eq(buf_str(&text), node_text(key))) {
			key->text = arena_str(a, buf_str(&text)).p;
			key->n = (uint32_t)text.n;
		}
		buf_release(&text);
	}
	key->kind = NODE_STRING;
	key->flags &= (uint16_t)~NODE_FLOW;
}

/* ---- maps ---- */

/* Up to this many keys are compared pairwise. */
#define FEW 16

static bool same_key(const struct node *a, const struct node *b)
{
	/* most keys differ at one of these already */
	if (a->n != b->n || (a->n && a->text[0] != b->text[0]))
		return false;
	return !((a->flags | b->flags) & NODE_BAD) &&
	       str_eq(node_text(a), node_text(b));
}

static bool few_have_duplicates(const struct node *map)
{
	for (uint32_t i = 1; i < map->n; i++)
		for (uint32_t j = 0; j < i; j++)
			if (same_key(map->entries[i].key, map->entries[j].key))
				return true;
	return false;
}

/* The look-up table finds the last of equal keys. */
static bool many_have_duplicates(const struct node *map)
{
	for (uint32_t i = 0; i < map->n; i++) {
		const struct node *key = map->entries[i].key;

		if (!(key->flags & NODE_BAD) &&
		    node_index(map, node_text(key)) != i)
			return true;
	}
	return false;
}

/* An entry of a map that is being put together. */
struct union_entry {
	struct entry entry;
	uint32_t from;
	bool overridden;	/* by a later one */
	bool seen;		/* the key was written, here or before */
};

struct union_map {
	struct buf entries;	/* of struct union_entry */
	uint32_t *table;	/* key to its latest entry + 1 */
	uint32_t mask;
	struct buf *twice;
};

static struct union_entry *union_at(const struct union_map *u, size_t i)
{
	return (struct union_entry *)(void *)u->entries.p + i;
}

static uint32_t *union_slot(const struct union_map *u, const struct node *key)
{
	uint32_t at = str_hash_local(node_text(key)) & u->mask;

	while (u->table[at] &&
	       !same_key(union_at(u, u->table[at] - 1)->entry.key, key))
		at = (at + 1) & u->mask;
	return &u->table[at];
}

/* Add an entry; an earlier one with its key is overridden. */
static void union_set(struct union_map *u, struct entry entry, uint32_t from,
		      bool inherited)
{
	struct union_entry new = { entry, from, false, !inherited };
	uint32_t *slot = NULL;

	if (!(entry.key->flags & NODE_BAD))
		slot = union_slot(u, entry.key);
	if (slot && *slot) {
		struct union_entry *old = union_at(u, *slot - 1);

		old->overridden = true;
		if (old->seen && !inherited)
			buf_add(u->twice, &entry.key, sizeof(entry.key));
		new.seen = new.seen || old->seen;
	}
	buf_add(&u->entries, &new, sizeof(new));
	if (slot)
		*slot = (uint32_t)(u->entries.n / sizeof(new));
}

static void union_merge(struct union_map *u, const struct node *value,
			uint32_t from)
{
	if (value->kind == NODE_MAP)
		for (uint32_t i = 0; i < value->n; i++)
			union_set(u, value->entries[i], from, true);
	else
		for (uint32_t i = value->n; i-- > 0;)
			union_merge(u, value->items[i], from);
}

/* An upper bound of the number of entries. */
static size_t bound(const struct entry *written, uint32_t n, const bool *merge)
{
	size_t sum = n;

	for (uint32_t i = 0; i < n; i++) {
		const struct node *value = written[i].value;

		if (!merge || !merge[i])
			continue;
		if (value->kind == NODE_MAP)
			sum += value->n;
		else
			for (uint32_t j = 0; j < value->n; j++)
				sum += value->items[j]->n;
	}
	return sum;
}

static void union_store(const struct union_map *u, struct arena *a,
			struct node *map, struct written *w)
{
	size_t n = u->entries.n / sizeof(struct union_entry);

	map->entries = arena_array(a, struct entry, n);
	map->n = 0;
	w->from = arena_array(a, uint32_t, n);
	for (size_t i = 0; i < n; i++) {
		const struct union_entry *from = union_at(u, i);

		if (from->overridden)
			continue;
		w->from[map->n] = from->from;
		map->entries[map->n++] = from->entry;
	}
}

static void fill_union(struct arena *a, struct node *map, const bool *merge,
		       struct buf *twice)
{
	struct written *w = arena_new(a, struct written);
	struct union_map u = { BUF_INIT, NULL, 0, twice };
	size_t slots = 32, most;

	w->entries = map->entries;
	w->n = map->n;
	w->merges = merge != NULL;
	most = bound(w->entries, w->n, merge);
	while (slots < most * 2)
		slots *= 2;
	u.table = mem_alloc_array(slots, sizeof(*u.table));
	memset(u.table, 0, slots * sizeof(*u.table));
	u.mask = (uint32_t)(slots - 1);
	for (uint32_t i = 0; i < w->n; i++) {
		if (merge && merge[i])
			union_merge(&u, w->entries[i].value, i);
		else
			union_set(&u, w->entries[i], i, false);
	}
	union_store(&u, a, map, w);
	node_extra(a, map)->written = w;
	mem_free(u.table);
	buf_release(&u.entries);
}

void mapping_fill(struct arena *a, struct node *map,
		  const struct entry *written, uint32_t n, const bool *merge,
		  struct buf *twice)
{
	map->n = n;
	map->entries = arena_array(a, struct entry, n);
	if (n)
		memcpy(map->entries, written, n * sizeof(*written));
	if (!merge && n <= FEW) {
		if (few_have_duplicates(map))
			fill_union(a, map, NULL, twice);
		return;
	}
	if (!merge) {
		node_index_build(a, map);
		if (!many_have_duplicates(map))
			return;
		map->extra->index = NULL;	/* rebuilt below */
	}
	fill_union(a, map, merge, twice);
	node_index_build(a, map);
}
