/*
 * edits - random edits on any document, for the tests and the fuzzer.
 *
 * The new text must read as the wanted tree, and must contain all text that was
 * not edited, byte for byte and in order.
 */
#ifndef TESTS_EDITS_H
#define TESTS_EDITS_H

#include <string.h>

#include "base/array.h"
#include "edit/layout.h"
#include "edit/splice.h"
#include "wanted.h"

#define MAX_NODES 4000

struct dice {
	struct arena *arena;
	uint64_t state;
	const struct node **items;	/* of all lists: to be moved */
	uint32_t n_items, cap_items;
	uint32_t calm;			/* one in so many things is edited */
	uint32_t nodes;
};

static uint32_t roll(struct dice *d, uint32_t sides)
{
	d->state ^= d->state << 13;
	d->state ^= d->state >> 7;
	d->state ^= d->state << 17;
	return (uint32_t)((d->state >> 33) % sides);
}

static const char *const any_texts[] = {
	"", "a", "text of words", "true", "yes", "1", "0x1f", "12:30:45",
	"2001-01-01", "=", "<<", "~", "null", "- a", "-", "-c", "a: b", "a:",
	":a", "a #b", "# a", "[a", "{a}", "a, b", "&a", "*a", "!a", "|", ">",
	"'", "\"", "it's", "say \"hi\"", "back\\slash", "%a", "@a", "`a", "?",
	"? a", "---", "--- a", "...", " a", "a ", "a\tb", "\ta", "\r", "a\rb",
	"\n", "a\n", "a\nb", "a\nb\n", "a\n\nb\n", " a\nb\n", "a\n b\n",
	"a\n\n", "\na", "a\n  \nb", "# a\nb\n", "a\n# b\n", "\xc3\xa9t\xc3\xa9",
	"\xc2\x85", "a\xe2\x80\xa8\nb", "\xef\xbb\xbf", "\x01", "\x7f",
	"http://a/b?c=d#e", "{{ .Values.x }}", "a\r\nb\r\n", "\n\n", "0o7",
	"1_000", ".inf", "1e3", "---\na\n", "...\n", "a\n---\n", "\ta\n\tb\n",
};

static const struct node *any_text(struct dice *d)
{
	return node_new_string(d->arena,
			       str_of(any_texts[roll(d, sizeof(any_texts) /
							sizeof(*any_texts))]));
}

static const struct node *any_scalar(struct dice *d)
{
	static const struct {
		enum node_kind kind;
		const char *text;
	} plain[] = {
		{ NODE_NULL, "" },	{ NODE_BOOL, "true" },
		{ NODE_BOOL, "no" },	{ NODE_INT, "0" },
		{ NODE_INT, "017" },	{ NODE_INT, "-12" },
		{ NODE_FLOAT, "1.5" },	{ NODE_FLOAT, "1e30" },
		{ NODE_UINT, "18446744073709551615" },
	};
	uint32_t i = roll(d, 20);
	struct node *n;

	if (i >= ARRAY_SIZE(plain))
		return any_text(d);
	n = node_new(d->arena, plain[i].kind);
	n->text = plain[i].text;
	n->n = (uint32_t)strlen(n->text);
	return n;
}

static str any_key(struct dice *d)
{
	return roll(d, 2) ?
		       arena_printf(d->arena, "new%u", roll(d, 1000)) :
		       node_text(any_text(d));
}

static const struct node *any_value(struct dice *d, uint32_t depth);

static const struct node *any_map(struct dice *d, uint32_t depth)
{
	const struct node *map = node_new_map(d->arena, NULL, NULL, 0);

	for (uint32_t i = roll(d, 4); i > 0; i--)
		map = node_with(d->arena, map, any_key(d),
				any_value(d, depth + 1));
	return map;
}

static const struct node *any_list(struct dice *d, uint32_t depth)
{
	uint32_t n = roll(d, 4);
	const struct node **items =
		arena_array(d->arena, const struct node *, n);

	for (uint32_t i = 0; i < n; i++)
		items[i] = any_value(d, depth + 1);
	return node_new_list(d->arena, NULL, items, n);
}

static const struct node *any_value(struct dice *d, uint32_t depth)
{
	uint32_t i = depth > 3 ? 5 : roll(d, 8);

	if (i == 0)
		return any_map(d, depth);
	if (i == 1)
		return any_list(d, depth);
	if (i == 2 && d->n_items)
		return d->items[roll(d, d->n_items)];
	return any_scalar(d);
}

static const struct node *changed(struct dice *d, const struct node *n);

static const struct node *changed_map(struct dice *d, const struct node *map)
{
	struct entry *entries =
		arena_array(d->arena, struct entry, map->n + 4);
	const struct node *now;
	uint32_t n = 0;
	bool same = true;

	for (uint32_t i = 0; i < map->n; i++) {
		const struct entry *e = &map->entries[i];
		uint32_t what = roll(d, 4 * d->calm);

		if (what == 0) {
			same = false;
			continue;
		}
		entries[n] = *e;
		entries[n].value = what == 1 ? any_value(d, 0) :
					       changed(d, e->value);
		same = same && entries[n].value == e->value;
		n++;
	}
	now = same ? map : node_new_map(d->arena, map, entries, n);
	if (roll(d, 2 * d->calm) == 0)
		now = node_with(d->arena, now, any_key(d), any_value(d, 0));
	if (now->n > 1 && now != map && roll(d, 3) == 0) {
		/* the new key somewhere in the middle */
		struct entry *list = now->entries;
		uint32_t to = roll(d, now->n);
		struct entry last = list[now->n - 1];

		memmove(list + to + 1, list + to,
			(now->n - 1 - to) * sizeof(*list));
		list[to] = last;
		now = node_new_map(d->arena, map, list, now->n);
	}
	return now;
}

static const struct node *changed_list(struct dice *d, const struct node *list)
{
	const struct node **items =
		arena_array(d->arena, const struct node *, list->n * 2 + 2);
	uint32_t n = 0;
	bool same = true;

	for (uint32_t i = 0; i < list->n; i++) {
		uint32_t what = roll(d, 4 * d->calm);

		if (what == 0) {
			same = false;
			continue;
		}
		if (what == 1) {
			items[n++] = any_value(d, 0);
			same = false;
		}
		items[n] = changed(d, list->items[i]);
		same = same && items[n] == list->items[i];
		n++;
	}
	if (roll(d, 2 * d->calm) == 0) {
		items[n++] = any_value(d, 0);
		same = false;
	}
	if (n > 1 && roll(d, 3 * d->calm) == 0) {
		uint32_t a = roll(d, n), b = roll(d, n);
		const struct node *swap = items[a];

		items[a] = items[b];
		items[b] = swap;
		same = same && a == b;
	}
	return same ? list : node_new_list(d->arena, list, items, n);
}

static const struct node *changed(struct dice *d, const struct node *n)
{
	if (n->kind == NODE_MAP)
		return changed_map(d, n);
	if (n->kind == NODE_LIST)
		return changed_list(d, n);
	return n;
}

static void collect(struct dice *d, const struct node *n)
{
	if (node_is_scalar(n) || d->nodes++ > MAX_NODES)
		return;
	for (uint32_t i = 0; i < n->n; i++) {
		if (n->kind == NODE_MAP) {
			collect(d, n->entries[i].value);
			continue;
		}
		collect(d, n->items[i]);
		if (d->n_items < d->cap_items)
			d->items[d->n_items++] = n->items[i];
	}
}

/* Every entry and item without an edit is in `out` from *at on: else
 * the text of the first that does not. */
static str find_lost(str text, const struct node *old, const struct node *now,
		     str out, size_t *at)
{
	uint32_t count = child_count(old);

	if (node_is_scalar(old) || old->kind != now->kind || !now->n ||
	    old->flags & (NODE_ALIAS | NODE_FLOW) ||
	    (old->extra && old->extra->written))
		return STR_NONE;
	if (old->kind == NODE_LIST && old->n != now->n)
		return STR_NONE;
	for (uint32_t i = 0; old->kind == NODE_LIST && i < old->n; i++)
		if (node_origin(now->items[i]) != old->items[i])
			return STR_NONE;
	for (uint32_t i = 0; i < count; i++) {
		const struct node *value = child_value(old, i), *then;
		size_t start;
		const char *hit;
		str own;

		then = old->kind == NODE_LIST ? now->items[i] :
			       node_get(now, node_text(old->entries[i].key));
		if (!then)
			continue;
		if (then != value) {
			own = find_lost(text, value, then, out, at);
			if (own.n)
				return own;
			continue;
		}
		/* a block scalar's header may have to get its `-` */
		if (value->end == text.n)
			continue;
		start = old->kind == NODE_LIST ? value->start :
						 old->entries[i].key->start;
		own = str_sub(text, start, value->end);
		hit = memmem(out.p + *at, out.n - *at, own.p, own.n);
		if (!own.n)
			continue;
		if (!hit)
			return own;
		*at = (size_t)(hit - out.p) + own.n;
	}
	return STR_NONE;
}

/* Line breaks that the editor does not know, and tabs that begin a line: the
 * product reads such a text again and refuses it. */
static bool is_odd(str t)
{
	for (size_t i = 0; i < t.n; i++)
		if ((t.p[i] == '\r' && (i + 1 == t.n || t.p[i + 1] != '\n')) ||
		    (t.p[i] == '\t' && blank_before(t, i)) ||
		    str_starts(str_sub(t, i, t.n), STR("\xc2\x85")) ||
		    str_starts(str_sub(t, i, t.n), STR("\xe2\x80\xa8")) ||
		    str_starts(str_sub(t, i, t.n), STR("\xe2\x80\xa9")))
			return true;
	return false;
}

static void tell_edits(struct buf *b, const struct edits *edits)
{
	for (uint32_t i = 0; i < edits->n; i++) {
		const struct edit *e = &edits->list[i];

		buf_printf(b, "edit %d in %u at %u%s%s\n", (int)e->op,
			   e->in ? e->in->start : 0, e->at,
			   e->anchor ? " anchor" : "",
			   e->moved ? " moved" : "");
	}
}

static void judge(const struct document *doc, const struct node *wanted,
		  str text, struct arena *a, struct buf *fault)
{
	struct source source = SOURCE_YAML("out.yaml", text);
	struct document again;
	size_t at = 0;
	str lost;

	if (wanted_read_any(a, &source, &again, NULL)) {
		buf_addz(fault, "cannot be read");
	} else if (!node_equal(again.root, wanted)) {
		buf_addz(fault, "another meaning");
	} else if (!doc->n_anchors && !is_odd(doc->source->text)) {
		lost = find_lost(doc->source->text, doc->root, wanted, text,
				 &at);
		if (lost.n)
			buf_printf(fault, "lost: %.*s", STR_ARG(lost));
		return;
	}
	if (fault->n && is_odd(doc->source->text))
		buf_clear(fault);
}

/* A new version of a tree, drawn from `seed`; NULL where it is too large. */
static inline const struct node *
edits_draw(struct arena *a, const struct node *root, uint64_t seed)
{
	struct dice d = { .arena = a, .state = seed | 1, .cap_items = 64 };

	d.calm = 1 + roll(&d, 12);
	d.items = arena_array(a, const struct node *, d.cap_items);
	collect(&d, root);
	return d.nodes > MAX_NODES ? NULL : changed(&d, root);
}

/* What goes wrong with the edits that are drawn from `seed`, as a text in the
 * arena; NULL: nothing. */
static inline const char *edits_fault(struct arena *a,
				      const struct document *doc, uint64_t seed)
{
	const struct node *wanted = edits_draw(a, doc->root, seed);
	struct buf out = BUF_INIT, fault = BUF_INIT;
	const char *told = NULL;
	struct edits *edits;

	if (!wanted)
		return NULL;
	edits = diff(a, doc, wanted);
	splice(a, doc, edits, &out);
	buf_z(&out);	/* so that it is somewhere, even if empty */
	judge(doc, wanted, buf_str(&out), a, &fault);
	if (fault.n) {
		buf_printf(&fault, "\nin:\n%.*s\nout:\n%.*s\n",
			   STR_ARG(doc->source->text), (int)out.n, out.p);
		tell_edits(&fault, edits);
		told = arena_str(a, buf_str(&fault)).p;
	}
	buf_release(&out);
	buf_release(&fault);
	return told;
}

#endif
