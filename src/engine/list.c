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
 * Where that is not enough (anchors, duplicate keys, a note of an earlier
 * injection, or the need of one with more than records), the document is
 * injected as a whole.
 */
#include "engine/run.h"

#include "edit/diff.h"
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
	bool first = !k->any;

	if (k->hashes)
		k->differs |= node_hash(item) != k->hashes[k->at++];
	k->any = true;
	if (shows)
		k->blocks += count_blocks(item);
	return first || shows || may_be_namespace(item);
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
	       in->format == INJECTOR_YAML && has_word(text, "items") &&
	       !has_word(text, "injector") &&
	       !has_word(text, "sidecar.istio.io/status");
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
static bool can_take_apart(const struct run *r, const struct document *doc,
			   const struct sieve *sieve)
{
	const str text = doc->source->text;
	const struct node *list = node_get(doc->root, SIEVE_KEY);

	if (doc->n_anchors || doc->n_duplicates || sieve->twice ||
	    !is_list(r, doc->root) || !list || list->kind != NODE_LIST || !list->n)
		return false;
	if (doc->source->json)
		return shows_lines(text, list);
	return !((doc->root->flags | list->flags) & NODE_FLOW) &&
	       blank_before(text, list->start);
}

int list_read(struct run *r, struct source *source, const struct piece *piece,
	      struct document *doc)
{
	struct keeping keeping = { .any = false };
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
	bool plain;		/* as splice_is_plain() means it */
	bool parted, changed;
	uint64_t *hashes;	/* of the new items; NULL: not needed */
	uint32_t n_hashes;
	/* The first item with a record: its number, that of its first Pod, and
	 * its part of the new text. */
	bool has_record;
	uint32_t recorded, recorded_pod, recorded_hash;
	size_t recorded_from, recorded_to;
};

static void apart_begin(struct apart *l, struct run *r,
			const struct document *outline)
{
	const struct node *root = outline->root;
	struct entry *entries = arena_array(&r->outline, struct entry, root->n);

	*l = (struct apart){
		.run = r,
		.outline = outline,
		.key = (size_t)node_index(root, SIEVE_KEY),
		.doc = *outline,
		.root = *root,
		.plain = true,
	};
	memcpy(entries, root->entries, root->n * sizeof(*entries));
	entries[l->key].value = &l->only;
	l->list = root->entries[l->key].value;
	l->root.entries = entries;
	l->doc.root = &l->root;
	l->part.style = splice_style(outline);
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

/* Read the item at that place of the source into l->doc, and forget the one
 * before. */
static bool read_at(struct apart *l, const struct source *source,
		    const struct stretch *p)
{
	struct arena *a = &l->run->doc;
	size_t dash = p->start;

	arena_reset(a);
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

static bool read_item(struct apart *l, uint32_t k)
{
	const struct stretch p = place_of(l, k);

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

static const struct node *item_of(const struct apart *l,
				  const struct node *root)
{
	return root->entries[l->key].value->items[0];
}

static void note_hash(struct apart *l, const struct node *root)
{
	const struct node *item = item_of(l, root);

	/* the sieve is not asked for a scalar */
	if (l->hashes && !node_is_scalar(item))
		l->hashes[l->n_hashes++] = node_hash(item);
}

static void note_record(struct apart *l, uint32_t k, uint32_t pod, size_t from,
			size_t to)
{
	if (l->has_record || !l->run->undo.records)
		return;
	l->has_record = true;
	l->recorded = k;
	l->recorded_pod = pod;
	l->recorded_hash = l->n_hashes - 1;
	l->recorded_from = from;
	l->recorded_to = to;
}

/* Append the new text.  All items are visited, for what is reported about them,
 * also if the text turns out to need more than this. */
static enum list_result inject_items(struct apart *l)
{
	struct run *r = l->run;
	struct buf *out = &r->out.pending;
	size_t begin = out->n;
	bool written = true;

	for (uint32_t k = 0; k < l->list->n; k++) {
		uint32_t pod = r->n_pods;
		size_t from = out->n - begin;
		const struct node *new;

		if (!read_item(l, k))
			return cannot_edit(l);
		new = object_inject_more(r, &l->root);
		if (!new)
			return LIST_FAILED;
		written = written && write_item(l, new, out);
		note_hash(l, new);
		note_record(l, k, pod, from, out->n - begin);
	}
	arena_reset(&r->doc);
	return written ? LIST_DONE : LIST_REPORTED;
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

/* Does the item that was read, without its sidecar, have the old text again? */
static bool leads_back(struct apart *new, const struct apart *old, uint32_t k)
{
	const struct stretch p = place_of(old, k);
	const struct node *bare = undo_item(new->run, &new->root);
	struct buf text = BUF_INIT;
	bool same;

	new->part.bare = true;
	same = bare && write_item(new, bare, &text) &&
	       str_eq(buf_str(&text), str_sub(old->outline->source->text,
					      p.from, p.to));
	buf_release(&text);
	return same;
}

static bool all_lead_back(struct apart *new, const struct apart *old)
{
	undo_items_from(new->run, 0);
	for (uint32_t k = 0; k < new->list->n; k++)
		if (!read_item(new, k) || !leads_back(new, old, k))
			return false;
	return true;
}

/* Add the note of a List in JSON to its first item with a record, whose part of
 * the output from byte `from` on that is.  The item must lead back without the
 * note, too. */
static bool annotate(struct apart *l, size_t from)
{
	struct run *r = l->run;
	const struct stretch was = place_of(l, l->recorded);
	struct source source = *l->outline->source;
	const struct stretch p = {
		.start = l->recorded_from + (was.start - was.from),
		.end = l->recorded_to - (was.to - was.end),
		.from = l->recorded_from,
		.to = l->recorded_to,
	};
	struct buf text = BUF_INIT;
	const struct node *new = NULL;
	bool done;

	source.index = NULL;
	source.text = str_sub(buf_str(&r->out.pending), from,
			      r->out.pending.n);
	undo_items_from(r, l->recorded_pod);
	if (read_at(l, &source, &p) && leads_back(l, l, l->recorded) &&
	    read_at(l, &source, &p)) {
		undo_items_from(r, l->recorded_pod);
		new = undo_annotate_item(r, &l->root);
	}
	l->part.bare = false;
	done = new && r->undo.noted && write_item(l, new, &text);
	if (done && l->hashes)
		l->hashes[l->recorded_hash] = node_hash(item_of(l, new));
	/* the texts of these trees are in that buffer, and move */
	if (done)
		buf_replace(&r->out.pending, from + p.from, from + p.to,
			    buf_str(&text));
	buf_release(&text);
	return done;
}

/* Is the injection undone from the tree and the records alone? */
static bool is_undone_from_tree(const struct apart *l)
{
	const struct history *h = &l->run->undo.history;

	return !l->parted && h->reversible && !h->injected_before && l->plain &&
	       !splice_is_delicate(l->outline);
}

/* Check the new text, and add the note to undo it, if it takes one. */
static bool finish(struct apart *old, const struct piece *piece, size_t from)
{
	struct run *r = old->run;
	bool json = old->outline->source->json, undo = r->injector->undo;
	bool noted = undo && undo_items_begin(r);
	bool trial = undo && (!is_undone_from_tree(old) || (noted && json));
	struct source *source = arena_new(&r->outline, struct source);
	struct document outline;
	struct apart new;

	if (noted && json && !annotate(old, from))
		return false;
	if ((trial || old->hashes) &&
	    !read_again(old, piece, from, source, &outline))
		return false;
	if (trial) {
		apart_begin(&new, r, &outline);
		if (!all_lead_back(&new, old))
			return false;
	}
	if (noted && !json)
		undo_items_comment(r, from);
	return true;
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
	r->originals = (struct originals){ .noteless = true };
	object_inject_begin(r);
	result = inject_items(&l);
	if (result == LIST_DONE && l.changed) {
		r->quiet = true;
		if (!finish(&l, piece, from))
			result = LIST_REPORTED;
		run_forget_error(r);
		r->quiet = false;
	}
	arena_reset(&r->doc);
	if (result != LIST_DONE)
		out->n = from;
	return result;
}
