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
 *	outline		root ── apiVersion, kind
 *			     └─ items ── item 0, item 1 (empty), item 2 (empty)
 *	for item 1	root ── apiVersion, kind
 *			     └─ items ── item 1
 *
 * What an item changes lies between the start of its text and that of the next
 * one's.  What depends on all items is found in the outline, which keeps those
 * that tell it: the first, which show the style of the document, and the
 * Namespaces.  Where that would not be enough (anchors, duplicate keys, a note
 * of an earlier injection), the document is read as a whole.
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

	k->any = true;
	if (shows)
		k->blocks += count_blocks(item);
	return first || shows || item->end < LONG || may_be_namespace(item);
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
	       in->format == INJECTOR_YAML && !in->verify && !piece->json &&
	       has_word(text, "items") && !has_word(text, "injector") &&
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
	    !is_list(r, doc->root) || !list || list->kind != NODE_LIST ||
	    !list->n || splice_is_delicate(doc))
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

/* A List, and the document that has one item of it only. */
struct apart {
	struct run *run;
	const struct document *outline;
	const struct node *list;
	size_t key;		/* the number of `items` among the root's keys */
	size_t end;		/* of what belongs to the last item */
	struct document doc;
	struct node root, only;
	const struct node *item;
	struct splice_part part;
	bool plain;		/* so far: see is_undone_from_tree() */
	bool parted, changed;
};

static bool is_block(const struct apart *l)
{
	return !(l->list->flags & NODE_FLOW);
}

/* Where the text of item k starts, its dash included. */
static size_t item_start(const struct apart *l, uint32_t k)
{
	str text = l->outline->source->text;

	return is_block(l) ? line_start(text, child_start(text, l->list, k)) :
			     l->list->items[k]->start;
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
	l->end = list_end(l);
	l->part.style = splice_style(outline);
}

/* Read item k into l->doc, and forget the one before. */
static bool apart_read(struct apart *l, uint32_t k)
{
	const struct source *source = l->outline->source;
	const struct node *place = l->list->items[k];
	struct arena *a = &l->run->doc;
	bool last = k + 1 == l->list->n;
	size_t from = item_start(l, k), next = last ? l->end :
						      item_start(l, k + 1);

	arena_reset(a);
	l->item = NULL;
	if (is_block(l))
		l->item = yaml_read_item(a, source, from, next);
	else if (json_scan_part(a, source, place->start, place->end, &l->item,
				NULL))
		return false;
	l->only = *l->list;
	l->only.items = &l->item;
	l->only.n = 1;
	/* where its only item begins: at its dash, or behind a bracket */
	l->only.start = (uint32_t)(is_block(l) ?
				   skip_blanks(source->text, from) :
				   place->start - 1);
	l->part.from = k ? from : 0;
	l->part.to = last ? source->text.n : next;
	return l->item != NULL;
}

/* ---- injecting ---- */

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

/* Append the text of the item as the tree `new` wants it. */
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

/* All items are visited, for what is reported about them, also if the text
 * turns out to need more than this. */
static enum list_result inject_items(struct apart *l)
{
	struct run *r = l->run;
	bool written = true;

	for (uint32_t k = 0; k < l->list->n; k++) {
		const struct node *new;

		if (!apart_read(l, k))
			return cannot_edit(l);
		new = object_inject_more(r, &l->root);
		if (!new)
			return LIST_FAILED;
		written = written && write_item(l, new, &r->out.pending);
	}
	arena_reset(&r->doc);
	return written ? LIST_DONE : LIST_REPORTED;
}

/* Add the note to undo it, if it takes one. */
static enum list_result add_note(struct apart *l, size_t from)
{
	struct run *r = l->run;
	const struct history *h = &r->undo.history;

	if (!r->injector->undo || !l->changed)
		return LIST_DONE;
	if (l->parted || !l->plain || !h->reversible || h->injected_before)
		return LIST_REPORTED;
	if (r->injector->strategy->records)
		undo_add_records(r, from);
	return LIST_DONE;
}

enum list_result list_inject(struct run *r, const struct document *doc)
{
	struct buf *out = &r->out.pending;
	size_t from = out->n;
	enum list_result result;
	struct apart l;

	apart_begin(&l, r, doc);
	r->originals = (struct originals){ .noteless = true };
	object_inject_begin(r);
	result = inject_items(&l);
	if (result == LIST_DONE)
		result = add_note(&l, from);
	if (result != LIST_DONE)
		out->n = from;
	return result;
}
