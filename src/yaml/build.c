/*
 * build - a tree with byte spans, from the events of a parser.
 *
 * The children of all open collections are on one stack (`kids`); a map's keys
 * and values alternate there.  When a collection is closed, its children are
 * popped into the node:
 *
 *	a: [1, 2]	kids "a" - "a 1 2" - "a [1,2]" - none, in the map
 *
 * A block collection ends with its last child, since libyaml ends it at the
 * next token; a flow collection ends at its bracket.
 *
 * Alias bombs are detected as go-yaml v2 does (decode.go: unmarshal,
 * allowedAliasRatio), but without expanding anything: each anchored node has a
 * weight, the number of nodes that decoding it visits.  A weight is at most
 * what was decoded before, so one alias at most doubles the sum and the limit
 * is reached long before a counter overflows.
 */
#include "yaml/build.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tree/scalar.h"

/* ---- anchors ---- */

static void anchors_init(struct anchors *t)
{
	*t = (struct anchors){ BUF_INIT, BUF_INIT, NULL, 0, 0 };
}

static void anchors_release(struct anchors *t)
{
	buf_release(&t->records);
	buf_release(&t->uses);
	mem_free(t->table);
}

static uint32_t count_records(const struct anchors *t)
{
	return (uint32_t)(t->records.n / sizeof(struct anchored));
}

/* Valid until the next definition. */
static struct anchored *anchors_at(const struct anchors *t, uint32_t number)
{
	return (struct anchored *)(void *)t->records.p + number;
}

/* The slot of a name, or the free one where it belongs. */
static uint32_t *slot_of(const struct anchors *t, str name)
{
	uint32_t at = str_hash(name) & t->mask;

	while (t->table[at] &&
	       !str_eq(anchors_at(t, t->table[at] - 1)->name, name))
		at = (at + 1) & t->mask;
	return &t->table[at];
}

static void grow_table(struct anchors *t)
{
	uint32_t slots = t->table ? (t->mask + 1) * 2 : 16;

	mem_free(t->table);
	t->table = mem_alloc_array(slots, sizeof(*t->table));
	memset(t->table, 0, slots * sizeof(*t->table));
	t->mask = slots - 1;
	/* in text order, so that the latest definition wins */
	for (uint32_t i = 0; i < count_records(t); i++)
		*slot_of(t, anchors_at(t, i)->name) = i + 1;
}

/* Add a record, which is open; its number. */
static uint32_t anchors_define(struct anchors *t, str name,
			       const struct node *node)
{
	struct anchored record = { name, node, node, 0, 0, 0, true };
	uint32_t *slot;

	if (!t->table || t->names * 2 >= t->mask)
		grow_table(t);
	slot = slot_of(t, name);
	t->names += *slot == 0;
	buf_add(&t->records, &record, sizeof(record));
	*slot = count_records(t);
	return count_records(t) - 1;
}

/* The number of the latest record of a name, or -1. */
static int64_t anchors_find(const struct anchors *t, str name)
{
	return t->table ? (int64_t)*slot_of(t, name) - 1 : -1;
}

static void anchors_use(struct anchors *t, uint32_t number,
			const struct node *alias)
{
	struct use use = { number, alias };

	buf_add(&t->uses, &use, sizeof(use));
	anchors_at(t, number)->n_uses++;
}

static void anchors_store(const struct anchors *t, struct arena *a,
		   struct document *doc)
{
	const struct use *uses = (const struct use *)(const void *)t->uses.p;
	size_t n = t->uses.n / sizeof(*uses);

	doc->n_anchors = count_records(t);
	doc->anchors = arena_array(a, struct anchor, count_records(t));
	for (uint32_t i = 0; i < count_records(t); i++) {
		const struct anchored *from = anchors_at(t, i);

		doc->anchors[i] = (struct anchor){
			from->name, from->node,
			arena_array(a, const struct node *, from->n_uses), 0
		};
	}
	for (size_t i = 0; i < n; i++) {
		struct anchor *to = &doc->anchors[uses[i].anchor];

		to->uses[to->n++] = uses[i].alias;
	}
}

/* ---- the builder ---- */

void build_init(struct build *b, struct arena *a, const struct source *source,
		struct document *doc, struct err *e)
{
	b->arena = a;
	b->source = source;
	b->doc = doc;
	b->err = e;
	anchors_init(&b->anchors);
	b->kids = b->twice = (struct buf)BUF_INIT;
	buf_reserve(&b->kids, 64 * sizeof(struct node *));
	b->frames[0] = (struct frame){ .anchor = -1 };
	b->top = b->frames;
	b->sieve = NULL;
	b->raw = STR_NONE;
	b->sifting = false;
	b->root_at = source->text.n;
	b->decoded = 1;		/* go-yaml counts the document too */
	b->aliased = 0;
}

void build_release(struct build *b)
{
	anchors_release(&b->anchors);
	buf_release(&b->kids);
	buf_release(&b->twice);
}

static struct pos place(const struct build *b, size_t at)
{
	return source_pos(b->source, at);
}

static uint32_t depth(const struct build *b)
{
	return (uint32_t)(b->top - b->frames);
}

static size_t n_kids(const struct build *b, const struct frame *f)
{
	return (b->kids.n - f->first) / sizeof(struct node *);
}

static const struct node **kids(const struct build *b, const struct frame *f)
{
	return (const struct node **)(void *)(b->kids.p + f->first);
}

static const struct node *last_kid(const struct build *b,
				   const struct frame *f)
{
	return kids(b, f)[n_kids(b, f) - 1];
}

/* True if the next node is a key. */
static bool at_key(struct build *b)
{
	return b->top->map && n_kids(b, b->top) % 2 == 0;
}

static double alias_limit(uint64_t decoded)
{
	const double low = 400e3, high = 4e6, most = 0.99, least = 0.10;
	double d = (double)decoded;

	if (d <= low)
		return most;
	if (d >= high)
		return least;
	return most - (most - least) * ((d - low) / (high - low));
}

/* Count nodes decoded: `own` here and `aliased` through an alias. */
static int count(struct build *b, size_t at, uint64_t own, uint64_t aliased)
{
	b->decoded += own + aliased;
	b->aliased += aliased;
	b->top->weight += own + aliased;
	if (b->aliased > 100 && b->decoded > 1000 &&
	    (double)b->aliased >
		    alias_limit(b->decoded) * (double)b->decoded)
		return err_set(b->err, place(b, at),
			       "aliases expand to too much data "
			       "(possible alias bomb)");
	return 0;
}

static int properties(const struct build_event *ev)
{
	return (ev->anchor.n != 0) + (ev->tag.n != 0);
}

/* A new node with its place; its end may still change. */
static struct node *node_at(struct build *b, const struct build_event *ev)
{
	struct node *n = arena_alloc(b->arena, sizeof(*n));

	*n = (struct node){ .style = (uint8_t)ev->style,
			    .start = (uint32_t)ev->start,
			    .end = (uint32_t)ev->end,
			    .source = b->source };
	if (properties(ev)) {
		struct node_extra *x = node_extra(b->arena, n);

		x->anchor = arena_str(b->arena, ev->anchor);
		x->tag = arena_str(b->arena, ev->tag);
		x->content = n->end;
	}
	return n;
}

static uint32_t content(const struct node *n)
{
	return n->extra ? n->extra->content : n->start;
}

static int64_t define(struct build *b, const struct node *n)
{
	if (!n->extra || !n->extra->anchor.n)
		return -1;
	return anchors_define(&b->anchors, n->extra->anchor, n);
}

static void mark_bad(struct build *b, struct node *n, const char *why)
{
	n->flags |= NODE_BAD;
	node_extra(b->arena, n)->why_bad = why;
	b->doc->bad = true;
}

static void push(struct buf *kids, const struct node *n)
{
	if (kids->cap - kids->n < sizeof(n))
		buf_reserve(kids, sizeof(n));
	memcpy(kids->p + kids->n, &n, sizeof(n));
	kids->n += sizeof(n);
}

/* A key becomes the JSON key. */
static void settle(struct build *b, struct node *n)
{
	if (at_key(b)) {
		mapping_key(b->arena, n);
		b->doc->bad = b->doc->bad || n->flags & NODE_BAD;
	} else if (n->kind == NODE_FLOAT && !(n->flags & NODE_BAD) &&
		   !isfinite(scalar_double(n))) {
		mark_bad(b, n, "JSON cannot represent infinity or NaN");
	}
	/* an extra that was made for neither an anchor nor a tag */
	if (n->extra && n->extra->content < n->start)
		n->extra->content = n->start;
}

/* Add a complete node to the open collection, or make it the root. */
static inline void attach(struct build *b, struct node *n)
{
	if (b->sifting && depth(b) == 2) {
		push(&b->kids, sieve_item(b->sieve, b->arena, &b->before, n));
		b->before = *b->arena;
	} else if (b->top->node) {
		push(&b->kids, n);
	} else {
		b->doc->root = n;
	}
}

/* If a key has an anchor, aliases refer to a copy with the value that it had
 * before it was one. */
static void add(struct build *b, struct node *n, int64_t anchor)
{
	if (anchor >= 0)
		anchors_at(&b->anchors, (uint32_t)anchor)->open = false;
	if (anchor >= 0 && at_key(b)) {
		struct node *value = arena_new(b->arena, struct node);

		*value = *n;
		anchors_at(&b->anchors, (uint32_t)anchor)->value = value;
	}
	settle(b, n);
	attach(b, n);
}

/* A missing value: right behind the colon of its key, or behind the key. */
static void place_missing_value(struct build *b, struct node *n)
{
	str text = b->source->text;
	size_t end = last_kid(b, b->top)->end;
	size_t at = place_skip_gap(text, end);

	if (place_is_colon(text, at, b->top->node->flags & NODE_FLOW))
		end = at + 1;
	else
		n->flags |= NODE_NO_COLON;
	n->start = n->end = (uint32_t)end;
}

/* A missing key: right behind the `?` of a flow map, which has no mark. */
static void place_missing_key(struct build *b, struct node *n)
{
	const struct frame *f = b->top;
	str text = b->source->text;
	size_t at;

	if (n_kids(b, f))
		at = last_kid(b, f)->end;
	else
		at = content(f->node) + !(f->node->flags & NODE_NO_BRACE);
	at = place_skip_gap(text, at);
	if (at < text.n && text.p[at] == ',')
		at = place_skip_gap(text, at + 1);
	if (at < text.n && text.p[at] == '?')
		at++;
	n->start = n->end = (uint32_t)at;
}

/* The place of an empty node.  Behind dashes and for block keys libyaml's own
 * place is right. */
static void place_missing(struct build *b, struct node *n)
{
	const struct frame *f = b->top;

	if (!f->node)
		n->start = n->end = (uint32_t)b->root_at;
	else if (!f->map)
		;
	else if (n_kids(b, f) % 2)
		place_missing_value(b, n);
	else if (f->node->flags & NODE_FLOW)
		place_missing_key(b, n);
}

/* Set the place of a scalar and return its value: a view if the source has just
 * that text, a copy if there are escapes or folds. */
static str place_scalar(struct build *b, const struct build_event *ev,
			struct node *n)
{
	str text = b->source->text, inner;
	size_t from = n->start, quote;

	if (n->extra) {
		if (ev->style != STYLE_PLAIN || ev->text.n)
			from = place_content(text, from, properties(ev));
		else
			from = n->end;
		n->extra->content = (uint32_t)from;
	} else if (ev->style == STYLE_PLAIN && !ev->text.n) {
		place_missing(b, n);
	}
	if (ev->style >= STYLE_LITERAL) {
		n->end = (uint32_t)place_block_end(text, from, ev->end,
						   ev->text);
		return arena_str(b->arena, ev->text);
	}
	if (ev->style == STYLE_PLAIN && ev->one_line &&
	    n->end - from == ev->text.n)
		return str_sub(text, from, n->end);
	quote = ev->style != STYLE_PLAIN;
	inner = str_sub(text, from + quote, n->end - quote);
	/* quick.c has views of the source, libyaml copies */
	if (inner.n == ev->text.n &&
	    (inner.p == ev->text.p || str_eq(inner, ev->text)))
		return inner;
	return arena_str(b->arena, ev->text);
}

static void set_text(struct node *n, str text)
{
	n->text = text.p ? text.p : "";
	n->n = (uint32_t)text.n;
}

static void resolve_tag(struct build *b, struct node *n, str tag, str text,
			bool plain)
{
	struct meaning m = tag_resolve(b->arena, tag, text, plain);

	n->kind = (uint8_t)m.kind;
	set_text(n, m.text);
	if (m.why_bad)
		mark_bad(b, n, m.why_bad);
}

int build_scalar(struct build *b, const struct build_event *ev)
{
	struct node *n = node_at(b, ev);
	bool plain = ev->style == STYLE_PLAIN;
	bool merge = at_key(b) && mapping_is_merge(ev->text, ev->tag, plain);
	int64_t anchor;
	str text;

	text = place_scalar(b, ev, n);
	n->kind = plain ? (uint8_t)scalar_kind(text) : NODE_STRING;
	set_text(n, text);
	if (ev->tag.n)
		resolve_tag(b, n, ev->tag, text, plain);
	anchor = define(b, n);
	if (anchor >= 0)
		anchors_at(&b->anchors, (uint32_t)anchor)->weight = 1;
	b->top->merging = merge;
	b->top->has_merge = b->top->has_merge || merge;
	add(b, n, anchor);
	return merge ? 0 : count(b, ev->start, 1, 0);
}

static struct node *text_node(const struct build *b, enum node_style style,
			      size_t start, size_t end, str text)
{
	struct node *n = arena_alloc(b->arena, sizeof(*n));

	*n = (struct node){
		.kind = NODE_STRING,
		.style = (uint8_t)style,
		.start = (uint32_t)start,
		.end = (uint32_t)end,
		.n = (uint32_t)text.n,
		.text = text.p,
		.source = b->source,
	};
	return n;
}

void build_text(struct build *b, enum node_style style, size_t start,
		size_t end, str text)
{
	struct node *n = text_node(b, style, start, end, text);

	if (style == STYLE_PLAIN)
		n->kind = (uint8_t)scalar_kind(text);
	if (n->kind != NODE_STRING)
		settle(b, n);
	attach(b, n);
}

/* Is the open collection the value of this key of the root? */
static bool is_below(const struct build *b, str key)
{
	return depth(b) == 2 && b->frames[1].map &&
	       str_eq(node_text(kids(b, b->top)[-1]), key);
}

void build_literal(struct build *b, size_t start, size_t end, str lines,
		   size_t indent)
{
	bool raw = b->raw.n && is_below(b, b->raw);
	str text = raw ? lines : yaml_unindent(b->arena, lines, indent);
	struct node *n = text_node(b, STYLE_LITERAL, start, end, text);

	if (raw)
		n->flags = NODE_RAW;
	attach(b, n);
}

/* An alias: the value of its anchor with a place of its own. */
static struct node *alias_node(struct build *b, const struct build_event *ev,
			       const struct anchored *target)
{
	const struct node *value = target->value;
	struct node *n = node_at(b, ev);
	struct node_extra *x = node_extra(b->arena, n);

	if (value->extra)
		*x = *value->extra;
	x->anchor = target->name;
	x->tag = STR_NONE;
	x->content = n->start;
	x->target = target->node;
	x->why_bad = NULL;
	n->kind = value->kind;
	n->flags = NODE_ALIAS;
	n->n = value->n;
	if (value->kind == NODE_MAP)
		n->entries = value->entries;
	else if (value->kind == NODE_LIST)
		n->items = value->items;
	else
		n->text = value->text;
	return n;
}

int build_alias(struct build *b, const struct build_event *ev)
{
	int64_t number = anchors_find(&b->anchors, ev->text);
	const struct anchored *target;
	struct node *n;
	uint64_t weight;

	if (number < 0)
		return err_set(b->err, place(b, ev->start),
			       "undefined alias *%.*s: there is no &%.*s "
			       "before it", STR_ARG(ev->text),
			       STR_ARG(ev->text));
	target = anchors_at(&b->anchors, (uint32_t)number);
	if (target->open)
		return err_set(b->err, place(b, ev->start),
			       "anchor &%.*s contains itself",
			       STR_ARG(ev->text));
	if (depth(b) + target->height > NODE_DEPTH_MAX)
		return err_set(b->err, place(b, ev->start),
			       "nested more than %d levels deep",
			       NODE_DEPTH_MAX);
	weight = target->weight;
	if (b->top->height < target->height)
		b->top->height = target->height;
	n = alias_node(b, ev, target);
	anchors_use(&b->anchors, (uint32_t)number, n);
	b->top->merging = false;
	add(b, n, -1);
	return count(b, ev->start, 1, weight);
}

/* True if the list that begins is for the sieve. */
static bool is_sifted(const struct build *b, unsigned kind)
{
	return b->sieve && kind == NODE_LIST && depth(b) == 1 && b->top->map &&
	       n_kids(b, b->top) % 2 &&
	       str_eq(node_text(last_kid(b, b->top)), SIEVE_KEY);
}

/* True for the map of [a: b], which has no token of its own: libyaml's start is
 * at the key or at the `?`. */
static bool no_brace(const struct build *b, const struct build_event *ev)
{
	return ev->end == ev->start || b->source->text.p[ev->end - 1] != '{';
}

/* What follows is in this collection. */
static void enter(struct build *b, struct node *n, int64_t anchor)
{
	b->top->merging = false;
	if (depth(b) == 1) {
		b->sifting = is_sifted(b, n->kind);
		b->before = *b->arena;
	}
	*++b->top = (struct frame){ .node = n,
				    .map = n->kind == NODE_MAP,
				    .first = b->kids.n,
				    .anchor = anchor };
}

int build_open(struct build *b, enum node_kind kind,
	       const struct build_event *ev)
{
	struct node *n;
	bool merge_list = kind == NODE_LIST && b->top->merging;

	if (depth(b) == NODE_DEPTH_MAX)
		return err_set(b->err, place(b, ev->start),
			       "nested more than %d levels deep",
			       NODE_DEPTH_MAX);
	n = node_at(b, ev);
	n->kind = (uint8_t)kind;
	if (ev->flow)
		n->flags |= NODE_FLOW;
	if (ev->flow && kind == NODE_MAP && no_brace(b, ev))
		n->flags |= NODE_NO_BRACE;
	if (n->extra)
		n->extra->content = (uint32_t)place_content(
			b->source->text, ev->start, properties(ev));
	enter(b, n, define(b, n));
	return merge_list ? 0 : count(b, ev->start, 1, 0);
}

void build_begin(struct build *b, enum node_kind kind, bool flow, size_t start)
{
	struct node *n = arena_alloc(b->arena, sizeof(*n));

	*n = (struct node){ .kind = (uint8_t)kind,
			    .flags = flow ? NODE_FLOW : 0,
			    .start = (uint32_t)start,
			    .source = b->source };
	enter(b, n, -1);
}

/* Which entries of a map with a `<<` are merges; NULL if none is.  A `<<` whose
 * value cannot be merged has no meaning in JSON. */
static const bool *merges(struct build *b, const struct frame *f, uint32_t n)
{
	bool *merge = arena_zalloc_array(b->arena, n, sizeof(*merge));
	const struct node **kid = kids(b, f);
	bool any = false;

	for (uint32_t i = 0; i < n; i++) {
		struct node *key = (struct node *)kid[2 * i];
		str tag = key->extra ? key->extra->tag : STR_NONE;

		if (key->flags & NODE_ALIAS ||
		    !mapping_is_merge(node_text(key), tag,
				      key->style == STYLE_PLAIN))
			continue;
		merge[i] = mapping_merges(kid[2 * i + 1]);
		any = any || merge[i];
		if (merge[i]) {
			key->flags |= NODE_MERGE;
			continue;
		}
		mark_bad(b, key,
			 "the value of << is neither a map nor a list of maps");
		if (key->extra->content < key->start)
			key->extra->content = key->start;
	}
	return any ? merge : NULL;
}

static void fill(struct build *b, struct frame *f)
{
	size_t n = n_kids(b, f);
	const struct node **kid = kids(b, f);

	if (f->map) {
		uint32_t pairs = (uint32_t)(n / 2);
		const bool *merge = f->has_merge ? merges(b, f, pairs) : NULL;

		mapping_fill(b->arena, f->node,
			     (const struct entry *)(const void *)kid, pairs,
			     merge, &b->twice);
		return;
	}
	f->node->n = (uint32_t)n;
	f->node->items = arena_array(b->arena, const struct node *, n);
	if (n)
		memcpy(f->node->items, kid, n * sizeof(*kid));
}

int build_close(struct build *b, size_t end)
{
	struct frame f = *b->top;
	struct frame *parent = --b->top;
	bool braced = (f.node->flags & (NODE_FLOW | NODE_NO_BRACE)) ==
		      NODE_FLOW;

	f.node->end = (uint32_t)(braced ? end : last_kid(b, &f)->end);
	fill(b, &f);
	b->kids.n = f.first;
	f.height++;
	if (f.anchor >= 0) {
		struct anchored *record = anchors_at(&b->anchors,
						     (uint32_t)f.anchor);

		record->weight = f.weight;
		record->height = f.height;
	}
	parent->weight += f.weight;
	if (parent->height < f.height)
		parent->height = f.height;
	add(b, f.node, f.anchor);
	return 0;
}

void build_finish(struct build *b)
{
	struct document *doc = b->doc;
	size_t n = b->twice.n;

	doc->n_duplicates = (uint32_t)(n / sizeof(*doc->duplicates));
	doc->duplicates = arena_alloc(b->arena, n);
	if (n)
		memcpy(doc->duplicates, b->twice.p, n);
	anchors_store(&b->anchors, b->arena, doc);
}
