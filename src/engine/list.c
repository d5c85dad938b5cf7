/*
 * A long List, item by item.
 *
 * The tree of a text takes ten times its memory, what is rendered for it and
 * merged into it as much again.  A List is one document, but its items have
 * nothing to do with each other.  So a long one is read twice: first all of it,
 * with a sieve that leaves items out of the tree, since a mistake anywhere is
 * an error of the whole document; then one item at a time, which is injected,
 * compared and spliced, and forgotten.
 *
 *	outline		apiVersion, kind, items: [item 0, empty, empty, ...]
 *	for item 2	apiVersion, kind, items: [item 2]
 *
 * What an item changes lies between the start of its text and that of the next
 * one's.  What depends on all items is found in the outline, which keeps those
 * that tell it: the first, which show the style of the document, and the
 * Namespaces.  The new text is read in the same way, to see whether it has the
 * intended items, and whether removing the sidecar from each gives its old
 * text, to the byte.
 *
 * With several threads (crew.c), each injects a part of the items ahead of
 * their turn, in a draft whose events, records and output are then taken in
 * order.  Reading, and what is done with the new text, is for one thread.
 *
 * Where that is not enough (anchors, duplicate keys, an earlier injection that
 * is not up to date, the need of an undo note with hunks), the document is
 * injected as a whole.
 */
#include "engine/run.h"

#include <stdlib.h>

#include "edit/diff.h"
#include "edit/hunks.h"
#include "edit/layout.h"
#include "edit/splice.h"
#include "json/scan.h"
#include "k8s/workload.h"

/* A shorter one is read as a whole; none is in the build that hurts. */
#ifdef HURT
#define LONG ((size_t)1)
#else
#define LONG ((size_t)64 * 1024)
#endif

/* ---- reading ---- */

/* So many collections show the indentation of a document (edit/layout.c). */
#define SHOWING 64

struct keeping {
	bool any;		/* an item was kept */
	uint32_t blocks;	/* collections in block style that were kept */
	struct run *seeks;	/* an annotation with an undo note; or NULL */
	/* What the items must be, in turn, or NULL; and whether they are. */
	const uint64_t *hashes;
	uint32_t at;
	bool differs;
};

static uint32_t count_blocks(const struct node *n)
{
	uint32_t count = 1;

	if (node_is_scalar(n) || n->flags & NODE_FLOW || !n->n)
		return 0;
	for (uint32_t i = 0; i < n->n; i++)
		count += count_blocks(n->kind == NODE_LIST ?
					      n->items[i] :
					      n->entries[i].value);
	return count;
}

/* May it be, or have, a Namespace? */
static bool may_be_namespace(const struct node *item)
{
	return str_eq(node_string(node_get(item, STR("kind"))),
		      STR("Namespace")) ||
	       node_get(item, STR("items")) || node_get(item, STR("objects"));
}

static bool keeps(void *ctx, const struct node *item)
{
	struct keeping *k = ctx;
	bool shows = !(item->flags & NODE_FLOW) && k->blocks < SHOWING;
	bool first = !k->any, noted;

	if (k->hashes)
		k->differs |= node_hash(item) != k->hashes[k->at++];
	k->any = true;
	if (shows)
		k->blocks += count_blocks(item);
	noted = k->seeks && undo_has_annotation(k->seeks, item);
	if (noted)
		k->seeks = NULL;
	return first || shows || noted || may_be_namespace(item);
}

static bool has_word(str text, const char *word)
{
	return text.n && memmem(text.p, text.n, word, strlen(word));
}

/* May the document be a List to take apart? */
static bool is_candidate(const struct run *r, const struct piece *piece)
{
	const struct injector *in = r->injector;
	str text = piece->text;

	return text.n >= LONG && in->task == INJECTOR_INJECT && !in->render &&
	       in->format == INJECTOR_YAML && has_word(text, "items");
}

/* The style of JSON is that of its first list of maps over several lines, which
 * has to be that of the items, unless no item is like that. */
static bool shows_lines(str text, const struct node *list)
{
	const struct node *first = list->items[0];

	if (first->kind == NODE_MAP && spans_lines(text, first))
		return true;
	for (uint32_t i = 0; i < list->n; i++)
		if (spans_lines(text, list->items[i]))
			return false;
	return true;
}

static bool is_list(const struct run *r, const struct node *root)
{
	const struct workload *own = r->injector->kinds, *item;

	str kind = node_string(node_get(root, STR("kind")));

	return str_eq(kind, STR("List")) && workload_is_list(root, &item) &&
	       !(own && workload_find_in(own, root));
}

/* Can the items of the outline be taken one by one? */
static bool can_take_apart(struct run *r, const struct document *doc,
			   const struct sieve *sieve)
{
	const str text = doc->source->text;
	const struct node *list = node_get(doc->root, SIEVE_KEY);
	unsigned flow;

	if (doc->n_anchors || doc->n_duplicates || sieve->twice ||
	    undo_needs_text(r, doc) ||
	    !is_list(r, doc->root) || !list || list->kind != NODE_LIST ||
	    !list->n)
		return false;
	if (doc->source->json)
		return shows_lines(text, list);
	/* items in flow style often need hunks */
	flow = doc->root->flags | list->flags | list->items[0]->flags;
	return !(flow & NODE_FLOW) && blank_before(text, list->start);
}

int list_read(struct run *r, struct source *source, const struct piece *piece,
	      struct document *doc)
{
	struct keeping keeping = { .seeks = r };
	struct sieve sieve = { .keeps = keeps, .ctx = &keeping };

	r->by_item = false;
	if (!is_candidate(r, piece))
		return document_read(r, source, piece, doc);
	if (document_read_sieved(r, source, piece, &sieve, doc))
		return -1;
	r->by_item = sieve.used && (sieve.dropped || LONG == 1) &&
		     can_take_apart(r, doc, &sieve);
	return r->by_item || !sieve.dropped ?
		       0 : document_read(r, source, piece, doc);
}

/* ---- items ---- */

/* Bytes of a text: an item, and the part of the document that it is in, which
 * goes up to the next item's. */
struct stretch {
	size_t start, end;
	size_t from, to;
};

/* A List, and the document that has one item of it only. */
struct apart {
	struct run *run;
	const struct document *outline;
	const struct node *list;
	size_t key;		/* the number of `items` in the root */
	struct document doc;
	struct node root, only;
	const struct node *item;
	struct splice_part part;
	/* Of the injection, so far: */
	bool kept;		/* all trees were */
	bool plain;		/* as splice_is_plain() means it */
	bool parted, changed;
	uint64_t *hashes;	/* of the new items; NULL: not needed */
	uint32_t n_hashes;
};

/* Take all but the items from this root. */
static void set_head(struct apart *l, const struct node *root)
{
	struct entry *entries = arena_array(&l->run->outline, struct entry,
					    root->n);

	memcpy(entries, root->entries, root->n * sizeof(*entries));
	entries[l->key].value = &l->only;
	l->root = *root;
	l->root.entries = entries;
}

static void apart_start(struct apart *l, struct run *r)
{
	l->run = r;
	l->doc = *l->outline;
	l->doc.root = &l->root;
	l->kept = l->plain = true;
	set_head(l, l->outline->root);
}

static void apart_begin(struct apart *l, struct run *r,
			const struct document *outline)
{
	*l = (struct apart){
		.outline = outline,
		.key = (size_t)node_index(outline->root, SIEVE_KEY),
	};
	l->list = outline->root->entries[l->key].value;
	l->part.style = splice_style(outline);
	apart_start(l, r);
}

/* The same for some of its items in a draft. */
static struct apart *apart_again(const struct apart *whole, struct run *r,
				 uint32_t n)
{
	struct apart *l = arena_new(&r->outline, struct apart);

	l->outline = whole->outline;
	l->list = whole->list;
	l->key = whole->key;
	l->part.style = whole->part.style;
	if (whole->hashes)
		l->hashes = arena_array(&r->outline, uint64_t, n);
	apart_start(l, r);
	return l;
}

static bool is_block(const struct apart *l)
{
	return !(l->list->flags & NODE_FLOW);
}

/* The line of the key behind the items, if there is one. */
static size_t list_end(const struct apart *l)
{
	const struct node *root = l->outline->root;
	str text = l->outline->source->text;

	return l->key + 1 < root->n ?
		       line_start(text, root->entries[l->key + 1].key->start) :
		       text.n;
}

/* In block style an item is lines, with its dash. */
static struct stretch place_of(const struct apart *l, uint32_t k)
{
	str text = l->outline->source->text;
	const struct node *list = l->list, *item = list->items[k];
	bool last = k + 1 == list->n;
	struct stretch p = { .start = item->start, .end = item->end };

	if (is_block(l)) {
		p.start = line_start(text, child_start(text, list, k));
		p.end = last ? list_end(l) :
			       line_start(text, child_start(text, list, k + 1));
	}
	p.from = k ? p.start : 0;
	p.to = last ? text.n :
	       is_block(l) ? p.end : list->items[k + 1]->start;
	return p;
}

/* Read the item at that place of the source into l->doc. */
static bool read_at(struct apart *l, const struct source *source,
		    const struct stretch *p)
{
	struct arena *a = &l->run->doc;
	size_t dash = p->start;

	l->item = NULL;
	if (!is_block(l))
		json_scan_part(a, source, p->start, p->end, &l->item, NULL);
	else
		l->item = yaml_read_item(a, source, p->start, p->end);
	l->only = *l->list;
	l->only.items = &l->item;
	l->only.n = 1;
	/* its only item is behind this dash, or as behind a bracket */
	if (is_block(l))
		dash = skip_gap(source->text, p->start, false);
	l->only.start = (uint32_t)(is_block(l) ? dash : dash - 1);
	l->doc.source = source;
	l->part.from = p->from;
	l->part.to = p->to;
	return l->item != NULL;
}

/* Read item k, and forget the one before. */
static bool read_item(struct apart *l, uint32_t k)
{
	const struct stretch p = place_of(l, k);

	arena_reset(&l->run->doc);
	return read_at(l, l->outline->source, &p);
}

static bool is_inside(const struct apart *l, const struct edits *edits)
{
	for (uint32_t i = 0; i < edits->n; i++) {
		const struct edit *e = &edits->list[i];

		if (e->op != EDIT_NONE &&
		    (!e->in || e->in == &l->root || e->in == &l->only))
			return false;
	}
	return true;
}

/* Append the item's part of the text as the tree `new` wants it; false if that
 * takes edits outside of the item. */
static bool write_item(struct apart *l, const struct node *new, struct buf *out)
{
	struct arena *a = &l->run->doc;
	const struct edits *edits = new == &l->root ? NULL :
						      diff(a, &l->doc, new);

	if (!edits || !edits->n) {
		buf_adds(out, str_sub(l->doc.source->text, l->part.from,
				      l->part.to));
		return true;
	}
	if (!is_inside(l, edits) ||
	    !splice_part(a, &l->doc, edits, &l->part, out))
		return false;
	l->changed = true;
	l->parted |= l->part.parted;
	l->plain = l->plain && splice_is_plain(&l->doc, edits);
	return true;
}

/* ---- injecting ---- */

/* An item that cannot be read by itself, though it was as part of the whole:
 * that does not happen, and would be a mistake of this program. */
static enum list_result cannot_edit(const struct apart *l)
{
	struct run *r = l->run;

	r->code = INJECTOR_CANNOT_EDIT;
	err_set(&r->err, node_pos(l->outline->root),
		"cannot edit this document safely, so nothing was changed");
	return LIST_FAILED;
}

static void note_hash(struct apart *l, const struct node *root)
{
	const struct node *item = root->entries[l->key].value->items[0];

	/* the sieve is not asked for a scalar */
	if (l->hashes && !node_is_scalar(item))
		l->hashes[l->n_hashes++] = node_hash(item);
}

/* Append the new text of items.  All of them are visited, for what is reported
 * about them, also if the text turns out to need more than this. */
static enum list_result inject_some(struct apart *l, uint32_t from, uint32_t to)
{
	struct run *r = l->run;
	bool written = true;

	for (uint32_t k = from; k < to; k++) {
		const struct node *new;

		if (!read_item(l, k))
			return cannot_edit(l);
		new = object_inject_more(r, &l->root);
		if (!new)
			return LIST_FAILED;
		l->kept = l->kept && new == &l->root;
		written = written && write_item(l, new, &r->out.pending);
		note_hash(l, new);
	}
	arena_reset(&r->doc);
	return written ? LIST_DONE : LIST_REPORTED;
}

/* ---- in several threads ---- */

/* Items that are injected in one draft. */
struct share {
	uint32_t from, to;
	struct apart *items;	/* in the draft */
	enum list_result result;
};

struct shares {
	struct apart *list;
	struct partial partial;
	struct share *at;
	uint32_t n;
	enum list_result result;	/* of those that were taken */
};

/* How much text is worth a draft. */
#ifdef HURT
#define SHARE ((size_t)1)
#else
#define SHARE ((size_t)32 << 10)
#endif

static void inject_share(void *ctx, uint32_t part, struct injector_draft *d)
{
	const struct shares *all = ctx;
	struct share *s = &all->at[part];
	struct run *r = &d->run;

	r->by_item = true;
	r->partial = all->partial;
	r->originals = (struct originals){ .noteless = true };
	object_inject_begin(r);
	s->items = apart_again(all->list, r, s->to - s->from);
	s->result = inject_some(s->items, s->from, s->to);
}

/* What the items of the draft tell about the whole. */
static void take_items(struct apart *l, const struct apart *items)
{
	l->kept = l->kept && items->kept;
	l->plain = l->plain && items->plain;
	l->parted |= items->parted;
	l->changed |= items->changed;
	for (uint32_t i = 0; i < items->n_hashes; i++)
		l->hashes[l->n_hashes++] = items->hashes[i];
}

static int take_share(void *ctx, uint32_t part, struct injector_draft *d)
{
	struct shares *all = ctx;
	struct share *s = &all->at[part];
	struct run *r = all->list->run;

	if (d) {
		draft_take_part(r, d);
		object_take_items(r, &d->run);
		take_items(all->list, s->items);
	} else {
		s->result = inject_some(all->list, s->from, s->to);
	}
	if (s->result == LIST_DONE)
		return 0;
	all->result = s->result;
	if (s->result == LIST_FAILED && d)
		draft_take_error(r, d);
	return s->result == LIST_FAILED ? -1 : 0;
}

static void share_out(struct shares *all)
{
	const struct apart *l = all->list;
	size_t most = l->outline->source->text.n / SHARE + 1, begun = 0;
	struct share *s;

	if (most > l->list->n)
		most = l->list->n;
	all->at = arena_zarray(&l->run->outline, struct share, most);
	for (uint32_t k = 0; k < l->list->n; k++) {
		const struct stretch p = place_of(l, k);

		s = &all->at[all->n];
		s->to = k + 1;
		if (p.to - begun < SHARE || k + 1 == l->list->n)
			continue;
		begun = p.to;
		all->at[++all->n].from = k + 1;
	}
	all->n++;
}

static enum list_result inject_shares(struct apart *l)
{
	const struct source *source = l->outline->source;
	struct shares all = { .list = l, .partial = l->run->partial };
	const struct crew_task task = { inject_share, take_share, &all };

	share_out(&all);
	/* now its index is complete, and any thread may ask */
	source_pos(source, source->text.n);
	all.result = LIST_DONE;
	crew_do(l->run->crew, &task, all.n);
	return all.result;
}

/* Pods of a document that was injected before are known by their numbers in
 * it, which a draft of some items does not have. */
static enum list_result inject_items(struct apart *l)
{
	const struct run *r = l->run;

	if (r->crew && r->originals.noteless && !r->holding)
		return inject_shares(l);
	return inject_some(l, 0, l->list->n);
}

/* ---- what was injected before ---- */

/* object_is_removable(), item by item. */
static bool is_removable(struct apart *l)
{
	struct run *r = l->run;

	if (!object_may_be_removable(r, l->outline->source->text))
		return false;
	r->earlier = EARLIER_NONE;
	r->quiet = true;
	for (uint32_t k = 0; k < l->list->n; k++)
		if (read_item(l, k))
			object_look_at_more(r, &l->root);
	r->quiet = false;
	r->n_pods = 0;
	return r->earlier == EARLIER_REMOVABLE;
}

/* What was injected before stays as it is if it is up to date: see is_renewed()
 * in run.c. */
static enum list_result inject_if_fresh(struct apart *l)
{
	struct run *r = l->run;
	struct queued_event *before = queue_end(&r->events);
	enum list_result result;

	r->holding = true;
	r->stale = false;
	result = inject_items(l);
	r->holding = false;
	if (result == LIST_DONE && l->kept && !r->stale)
		return LIST_DONE;
	queue_forget(&r->events, before);
	run_forget_error(r);
	return LIST_STALE;
}

/* ---- the new text ---- */

/* Read the output from byte `from` on as another outline.  False if it is no
 * such List, or has other items than it should. */
static bool read_again(struct apart *old, const struct piece *piece,
		       size_t from, struct source *source,
		       struct document *outline)
{
	struct run *r = old->run;
	struct keeping keeping = { .hashes = old->hashes };
	struct sieve sieve = { .keeps = keeps, .ctx = &keeping };
	const struct node *was = old->outline->root, *is;
	struct piece again = *piece;

	*source = *old->outline->source;
	again.text = source->text = str_sub(buf_str(&r->out.pending), from,
					    r->out.pending.n);
	if (document_read_sieved(r, source, &again, &sieve, outline) ||
	    !sieve.used || !can_take_apart(r, outline, &sieve) ||
	    source->json != old->outline->source->json)
		return false;
	is = outline->root;
	if (keeping.differs || is->n != was->n ||
	    is->entries[old->key].value->n != old->list->n)
		return false;
	for (uint32_t i = 0; i < is->n; i++)
		if (!str_eq(node_text(is->entries[i].key),
			    node_text(was->entries[i].key)) ||
		    (i != old->key && !node_equal(is->entries[i].value,
						  was->entries[i].value)))
			return false;
	return true;
}

/* The way back, as undo.c tries it for a whole document. */
struct back {
	struct apart *old, *new;
	/* What the first item with a sidecar needs, and those behind it. */
	struct buf of_first, amends;
	uint64_t *names;	/* of the items: amend_name() */
	/* That item, and the number of its first Pod. */
	bool any;
	uint32_t first, pod;
};

/* Does the item, as this tree wants it, have the old text? */
static bool has_old_text(const struct back *t, uint32_t k,
			 const struct node *tree)
{
	const struct stretch p = place_of(t->old, k);
	const struct source *source = t->old->outline->source;
	struct buf text = BUF_INIT;
	bool same;

	t->new->part.bare = true;
	same = write_item(t->new, tree, &text) &&
	       str_eq(buf_str(&text), str_sub(source->text, p.from, p.to));
	buf_release(&text);
	return same;
}

/* Append the amendments that `bare` needs to be the old item; false if those
 * are not enough. */
static bool amend(struct back *t, uint32_t k, const struct node *bare)
{
	struct apart *old = t->old;
	struct arena *a = &old->run->doc;
	const struct stretch p = place_of(old, k);
	const struct node *present = &t->new->root, *tree;
	struct buf amends = BUF_INIT;
	struct buf *out = k == t->first ? &t->of_first : &t->amends;
	bool done;

	/* the note is for the first item that removing changes */
	if (!t->any || !read_at(old, old->outline->source, &p))
		return false;
	amend_write(a, bare, &old->root, present, &amends);
	tree = amend_apply(a, buf_str(&amends), bare, present, NULL);
	done = amends.n && tree && node_equal(tree, &old->root) &&
	       has_old_text(t, k, tree);
	if (out->n && done)
		buf_addc(out, ' ');
	if (done)
		buf_adds(out, buf_str(&amends));
	buf_release(&amends);
	return done;
}

/* Does the item that was read lead back? */
static bool leads_back(struct back *t, uint32_t k)
{
	struct run *r = t->new->run;
	uint32_t pod = r->n_pods;
	const struct node *bare = undo_item(r, &t->new->root);
	str name;

	if (!bare)
		return false;
	if (!t->any && bare != &t->new->root) {
		t->any = true;
		t->first = k;
		t->pod = pod;
	}
	name = amend_name(&r->doc, t->new->item);
	t->names[k] = name.n ? hash64(HASH64, name.p, name.n) : 0;
	return has_old_text(t, k, bare) || amend(t, k, bare);
}

static int compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Has each item a name of its own?  Amendments find it by that. */
static bool are_named(const struct back *t)
{
	uint32_t n = t->new->list->n;

	qsort(t->names, n, sizeof(*t->names), compare);
	for (uint32_t k = 0; k < n; k++)
		if (!t->names[k] || (k && t->names[k] == t->names[k - 1]))
			return false;
	return true;
}

static bool all_lead_back(struct back *t)
{
	struct run *r = t->new->run;
	uint32_t n = t->new->list->n;

	t->names = arena_array(&r->outline, uint64_t, n);
	undo_items_from(r, 0);
	for (uint32_t k = 0; k < n; k++)
		if (!read_item(t->new, k) || !leads_back(t, k))
			return false;
	return (!t->of_first.n && !t->amends.n) || are_named(t);
}

/* The amendments of all items, in their order. */
static void join(const struct back *t, struct buf *out)
{
	buf_clear(out);
	buf_adds(out, buf_str(&t->of_first));
	if (t->of_first.n && t->amends.n)
		buf_addc(out, ' ');
	buf_adds(out, buf_str(&t->amends));
}

/* The first item with a sidecar, in the output from byte `from` on. */
struct first {
	size_t from;
	struct source source;
	struct stretch at;
};

static bool read_first(const struct back *t, const struct first *f)
{
	arena_reset(&t->new->run->doc);
	undo_items_from(t->new->run, t->pod);
	return read_at(t->new, &f->source, &f->at);
}

/* Write the note into it. */
static bool annotate_first(const struct back *t, struct first *f, str amends)
{
	struct run *r = t->new->run;
	struct buf *out = &r->out.pending, text = BUF_INIT;
	const struct node *with = read_first(t, f) ?
		undo_annotate_item(r, &t->new->root, amends) : NULL;
	bool done;

	t->new->part.bare = false;
	done = with && write_item(t->new, with, &text);
	if (done) {
		buf_replace(out, f->from + f->at.from, f->from + f->at.to,
			    buf_str(&text));
		f->at.end += text.n - (f->at.to - f->at.from);
		f->at.to = f->at.from + text.n;
		f->source.text = str_sub(buf_str(out), f->from, out->n);
	}
	buf_release(&text);
	return done;
}

/* Does it lead back in the same way with the note in it?  Else t->of_first
 * becomes what it needs then. */
static bool first_leads_back(struct back *t, const struct first *f, bool *same)
{
	struct back again = *t;
	bool done;

	again.any = false;
	again.of_first = (struct buf)BUF_INIT;
	done = read_first(t, f) && leads_back(&again, t->first);
	*same = str_eq(buf_str(&again.of_first), buf_str(&t->of_first));
	buf_release(&t->of_first);
	t->of_first = again.of_first;
	return done;
}

/* The note is part of the text that it describes: see TRIALS in undo.c, of
 * which one is behind us. */
#define NOTES 3

/* Add the note of a List in JSON to the output from byte `from` on. */
static bool annotate(struct back *t, size_t from)
{
	struct first f = { .from = from, .source = *t->new->outline->source,
			   .at = place_of(t->new, t->first) };
	struct buf amends = BUF_INIT;
	bool done = true, same = false;

	/* the outline is of the text without the note */
	f.source.index = NULL;
	set_head(t->new, t->old->outline->root);
	for (int i = 0; i < NOTES && done && !same; i++) {
		join(t, &amends);
		done = annotate_first(t, &f, buf_str(&amends)) &&
		       first_leads_back(t, &f, &same);
	}
	buf_release(&amends);
	return done && same;
}

/* Is the injection undone from the tree and the records alone? */
static bool is_undone_from_tree(const struct apart *l)
{
	const struct history *h = &l->run->undo.history;

	return !l->parted && h->reversible && l->plain &&
	       !splice_is_delicate(l->outline);
}

/* Try the way back, and add what it needs to the output. */
static bool add_note(struct back *t, bool noted, size_t from)
{
	struct buf amends = BUF_INIT;
	bool done = all_lead_back(t);

	if (done && t->old->outline->source->json) {
		if (noted || t->of_first.n || t->amends.n)
			done = annotate(t, from);
	} else if (done) {
		join(t, &amends);
		undo_items_comment(t->new->run, buf_str(&amends), from);
		buf_release(&amends);
	}
	return done;
}

/* Check the new text, and add the note to undo it, if it takes one. */
static bool finish(struct apart *old, const struct piece *piece, size_t from)
{
	struct run *r = old->run;
	bool json = old->outline->source->json, undo = r->injector->undo;
	bool noted = undo && undo_items_begin(r), done = true;
	bool tried = undo && (!is_undone_from_tree(old) || (noted && json));
	struct source *source = arena_new(&r->outline, struct source);
	struct document outline;
	struct apart new;
	struct back t = { old, &new, .of_first = BUF_INIT, .amends = BUF_INIT };

	if ((tried || old->hashes) &&
	    !read_again(old, piece, from, source, &outline))
		return false;
	if (tried) {
		apart_begin(&new, r, &outline);
		done = add_note(&t, noted, from);
	} else if (noted) {
		undo_items_comment(r, STR_NONE, from);
	}
	buf_release(&t.of_first);
	buf_release(&t.amends);
	return done;
}

/* Does the note lead back to a text before an earlier injection? */
static bool takes_old_text(struct run *r, const struct document *outline)
{
	return undo_has_note(r, outline) ||
	       (r->injector->undo && r->undo.history.injected_before);
}

enum list_result list_inject(struct run *r, const struct piece *piece,
			     const struct document *doc)
{
	struct buf *out = &r->out.pending;
	size_t from = out->n;
	enum list_result result;
	struct apart l;

	apart_begin(&l, r, doc);
	if (r->injector->verify || splice_is_delicate(doc))
		l.hashes = arena_array(&r->outline, uint64_t, l.list->n);
	undo_find_originals(r, piece, doc);
	object_inject_begin(r);
	result = is_removable(&l) ? inject_if_fresh(&l) : inject_items(&l);
	if (result == LIST_DONE && l.changed) {
		r->quiet = true;
		if (takes_old_text(r, doc) || !finish(&l, piece, from))
			result = LIST_REPORTED;
		run_forget_error(r);
		r->quiet = false;
	}
	arena_reset(&r->doc);
	if (result != LIST_DONE)
		out->n = from;
	return result;
}
