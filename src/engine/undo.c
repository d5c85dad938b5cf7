/*
 * Removing sidecars, to the byte.
 *
 * The strategy removes the sidecar from the tree, and splice_bare() removes
 * what differs from the text.  That alone gives the original text for most
 * documents.  Where it would not, the injection has left a note with the
 * difference.  For example, with a template that adds a container, to
 *
 *	spec:
 *	  volumes: []		# none so far
 *	  containers:
 *	  - {name: app}
 *
 * an injection that adds a volume cannot tell later that there was an empty
 * list.  So after each injection that might lose something:
 *
 *	original text --inject--> new text --remove--> bare tree
 *	amendments = the difference between bare tree and original tree
 *	bare tree --amendments--> original tree, spliced into the new text
 *	hunks = the difference between that text and the original one
 *	output = new text + note(amendments, hunks)
 *
 * and uninjecting does the same steps:
 *
 *	new text + note --remove--> bare tree --amendments--> original tree,
 *	spliced into the new text --hunks--> original text
 *
 * One program is run in both directions, so the two need not agree on anything
 * else.  Amendments restore what the text means, whatever its layout is by now;
 * hunks only the layout, so those that do not fit a reformatted text may be
 * left out.  Only if amendments cannot express the difference do hunks carry it
 * all and must fit, as in notes of v1.
 *
 * The trial costs reading both documents once more; run.c omits it where the
 * history of the trees and splice_is_plain() show that nothing is lost.
 */
#include <string.h>

#include "edit/diff.h"
#include "edit/hunks.h"
#include "edit/layout.h"
#include "edit/splice.h"
#include "engine/run.h"
#include "istio/pod_tree.h"
#include "k8s/strategic_merge.h"

/* ---- records ---- */

/* Find the line of these templates, or of the former ones. */
static bool find_value(const struct injector *in, str value, str *tag,
		       struct undo_note *note)
{
	*tag = in->tag;
	if (undo_value_find(value, *tag, note))
		return true;
	*tag = in->former_tag;
	return in->former.n && undo_value_find(value, *tag, note);
}

/* The value of the first annotation with a note of these templates, or NULL. */
static const struct node *find_annotation(const struct injector *in,
					  const struct node *n,
					  struct undo_note *note)
{
	const struct node *found = NULL;
	str tag;

	if (n->kind == NODE_LIST)
		for (uint32_t i = 0; i < n->n && !found; i++)
			found = find_annotation(in, n->items[i], note);
	if (n->kind != NODE_MAP)
		return found;
	for (uint32_t i = 0; i < n->n && !found; i++) {
		const struct node *value = n->entries[i].value;

		if (!str_eq(node_text(n->entries[i].key), UNDO_ANNOTATION))
			found = find_annotation(in, value, note);
		else if (find_value(in, node_string(value), &tag, note))
			found = value;
	}
	return found;
}

/* Remove by the records of the note that is being written, or of the one that
 * was found. */
static void use_records(struct run *r)
{
	struct undo *u = &r->undo;

	if (!u->writing)
		u->added = u->noted && r->injector->undo &&
				   r->injector->strategy->records ?
			   u->note.added : STR_NONE;
	u->by_record = u->added.n > 0;
	u->rest = u->added;
}

/* The fields of a note with these; "" if the strategy has none. */
static str write_records(struct run *r)
{
	struct buf b = BUF_INIT;
	str added;

	if (!r->injector->strategy->records)
		return STR_NONE;
	undo_records_write(&b, r->undo.records, r->n_pods);
	added = arena_str(run_arena(r), buf_str(&b));
	buf_release(&b);
	return added;
}

/* ---- Pods ---- */

const struct node *undo_strip_annotation(struct run *r,
					 const struct node *pod)
{
	const struct node *value = pod_note(pod, UNDO_ANNOTATION);
	struct undo_note note;
	struct buf b = BUF_INIT;
	str tag;

	if (!value || !find_value(r->injector, node_string(value), &tag, &note))
		return pod;
	undo_value_put(&b, node_string(value), tag, NULL);
	pod = pod_annotate(&r->doc, pod, UNDO_ANNOTATION,
			   b.n ? arena_str(&r->doc, buf_str(&b)) : STR_NONE);
	buf_release(&b);
	return pod_prune(&r->doc, pod);
}

/* Records of what one document has and the other does not. */
static int compare(struct run *r, const struct node *old,
		   const struct node *new)
{
	struct document_pods before, now;

	if (object_list_pods(r, old, &before) || object_list_pods(r, new, &now))
		return -1;
	object_forget_records(r);
	for (size_t i = 0; i < before.n && i < now.n; i++)
		object_record(r, (uint32_t)i, before.at[i],
			      undo_strip_annotation(r, now.at[i]));
	return 0;
}

static const struct node *uninject_pod(void *ctx, const struct node *pod,
				       const char *path, struct err *e)
{
	struct run *r = ctx;
	const struct node *result;
	str record;

	if (object_rejects(r, &pod, path, &result, e))
		return result;
	pod = undo_strip_annotation(r, pod);
	if (!r->undo.by_record)
		return object_remove_sidecar(r, pod, path, e);
	return object_remove_recorded(r, pod,
				      undo_record_find(&r->undo.rest,
						       r->pod_number, &record) ?
					      &record : NULL, e);
}

/* ---- documents ---- */

static bool find_comment(struct run *r, str text, struct undo_note *out)
{
	const struct injector *in = r->injector;

	return undo_note_find(text, in->tag, out) ||
	       (in->former.n && undo_note_find(text, in->former_tag, out));
}

int undo_strip_note(struct run *r, const struct piece *piece,
		    const struct document *doc, struct document *out)
{
	struct source *source = arena_new(&r->doc, struct source);
	str text = doc->source->text;
	struct piece again = *piece;
	struct undo_note *note = &r->undo.note;
	struct buf b = BUF_INIT;

	*out = *doc;
	r->undo.note = (struct undo_note){ .version = 0 };
	r->undo.noted = find_comment(r, text, note);
	if (!r->undo.noted)
		return 0;
	r->undo.note_pos = source_pos(doc->source, note->from);
	buf_adds(&b, str_sub(text, 0, note->from));
	buf_adds(&b, str_sub(text, note->to, text.n));
	*source = *doc->source;
	again.text = source->text = arena_str(&r->doc, buf_str(&b));
	buf_release(&b);
	return document_read(r, source, &again, out);
}

/* The note may be in an annotation. */
static void take_annotation(struct run *r, const struct node *root)
{
	struct undo_note note;
	const struct node *value = find_annotation(r->injector, root, &note);

	if (!value)
		return;
	r->undo.noted = true;
	r->undo.note = note;
	r->undo.note_pos = node_pos(value);
}

/* The tree without sidecars, as far as the Pods tell, and without this note,
 * which goes to r->undo; *doc is the document without the comment.  NULL with
 * r->err. */
static const struct node *remove_sidecars(struct run *r,
					  const struct piece *piece,
					  const struct document *noted,
					  struct document *doc)
{
	r->undo.lost = NULL;
	r->undo.lost_end = &r->undo.lost;
	if (undo_strip_note(r, piece, noted, doc))
		return NULL;
	if (!r->undo.noted)
		take_annotation(r, doc->root);
	r->undo.other = r->undo.noted ? STR_NONE :
			undo_note_tag(noted->source->text);
	use_records(r);
	return object_visit_pods(r, doc->root, uninject_pod);
}

/* Append the document's text, edited to mean the tree. */
static int write_tree(struct run *r, const struct piece *piece,
		      const struct document *doc, const struct node *tree,
		      struct buf *out)
{
	size_t from = out->n;

	if (tree == doc->root) {
		buf_adds(out, doc->source->text);
		return 0;
	}
	splice_bare(&r->doc, doc, diff(&r->doc, doc, tree), out);
	if (!r->injector->verify && !splice_is_delicate(doc))
		return 0;
	return document_verify(r, doc, piece,
			       str_sub(buf_str(out), from, out->n), tree);
}

/* Warn of the probes that still ask the agent, the note applied. */
static void warn_lost(struct run *r, str text)
{
	for (const struct lost *l = r->undo.lost; l; l = l->next) {
		str path = node_text(l->path);

		if (memmem(text.p, text.n, path.p, path.n))
			run_warn(r, WARN_UNDO, node_pos(l->path),
				 l->text);
	}
}

static int bad_note(struct run *r, const struct err *why)
{
	r->code = INJECTOR_CANNOT_EDIT;
	return err_set(&r->err, r->undo.note_pos,
		       "cannot undo with this note: %s; use --no-undo to "
		       "remove the sidecar without it", why->text);
}

/* Is `text`, in the place of the piece, a document with this tree? */
static bool has_tree(struct run *r, const struct document *doc,
		     const struct piece *piece, str text,
		     const struct node *tree)
{
	const bool same = !document_verify(r, doc, piece, text, tree);

	run_forget_error(r);
	return same;
}

/* Append the text with the hunks of the note; `tree` is what it means.  Those
 * of the layout may be left out. */
static int apply_hunks(struct run *r, const struct piece *piece,
		       const struct document *doc, const struct node *tree,
		       str text, struct buf *out)
{
	const struct undo_note *note = &r->undo.note;
	struct buf changed = BUF_INIT;
	struct err why = ERR_INIT;
	size_t left_out = 0;
	int status = hunks_apply(&r->doc, note->hunks, text, &changed,
				 note->layout ? &left_out : NULL, &why);

	if (status)
		bad_note(r, &why);
	else if (left_out && !has_tree(r, doc, piece, buf_str(&changed), tree))
		buf_adds(out, text);
	else
		buf_adds(out, buf_str(&changed));
	if (left_out && r->injector->task == INJECTOR_UNINJECT)
		run_warn(r, WARN_UNDO, r->undo.note_pos,
			 "the text has been reformatted since the injection: "
			 "the object is restored, but not all of its layout");
	buf_release(&changed);
	return status;
}

int undo_text(struct run *r, const struct piece *piece,
	      const struct document *noted, struct buf *out)
{
	struct buf text = BUF_INIT;
	struct err why = ERR_INIT;
	struct document doc;
	size_t from = out->n;
	const struct node *tree = remove_sidecars(r, piece, noted, &doc);
	bool by_note = r->undo.noted && r->injector->undo;
	int status = tree ? 0 : -1;

	if (tree && by_note) {
		tree = amend_apply(&r->doc, r->undo.note.amends, tree,
				   doc.root, &why);
		status = tree ? 0 : bad_note(r, &why);
	}
	if (!status)
		status = write_tree(r, piece, &doc, tree, &text);
	if (!status && by_note)
		status = apply_hunks(r, piece, &doc, tree, buf_str(&text), out);
	else
		buf_adds(out, buf_str(&text));
	if (!status && r->injector->task == INJECTOR_UNINJECT)
		warn_lost(r, str_sub(buf_str(out), from, out->n));
	buf_release(&text);
	return status;
}

void undo_warn_assumed(struct run *r)
{
	static const char *const assumptions[] = {
		[ASSUMED_TODAY] = "removed what the templates render now; if "
				  "they have changed,",
		[ASSUMED_NEW] = "injected as if there was none; if there was,",
	};
	const enum injector_task task = r->injector->task;

	if (r->undo.assumed == ASSUMED_NOTHING || !r->injector->undo ||
	    (r->undo.assumed == ASSUMED_NEW && task != INJECTOR_REFRESH))
		return;
	run_warn(r, WARN_UNDO, r->undo.assumed_pos,
		 arena_printf(&r->doc, "no record of an injection here: %s "
			      "name the former template with --was",
			      assumptions[r->undo.assumed]).p);
}

/* ---- what the document was ---- */

/* Find the note, in the comment or the first annotation. */
static bool find_note(struct run *r, const struct document *doc,
		      struct undo_note *note)
{
	return (!doc->source->json &&
		find_comment(r, doc->source->text, note)) ||
	       find_annotation(r->injector, doc->root, note);
}

static const struct node *list_original(void *ctx, const struct node *pod,
					const char *path, struct err *e)
{
	struct run *r = ctx;
	struct document_pods *list = &r->originals.pods;
	const struct node *result;

	if (object_rejects(r, &pod, path, &result, e) && !result)
		return NULL;
	list->at = arena_extend(&r->doc, list->at, list->n, &list->capacity,
				sizeof(*list->at));
	list->at[list->n++] = pod;
	return pod;
}

/* Read the text before the injection, and list its Pods. */
static void read_originals(struct run *r, const struct piece *piece,
			   const struct document *doc)
{
	struct source *source = arena_new(&r->doc, struct source);
	struct piece again = *piece;
	struct buf b = BUF_INIT;
	struct document old;

	*source = *doc->source;
	if (!undo_text(r, piece, doc, &b)) {
		again.text = source->text = arena_str(&r->doc, buf_str(&b));
		if (document_read(r, source, &again, &old) ||
		    !object_visit_pods(r, old.root, list_original))
			r->originals.pods.n = 0;
	}
	buf_release(&b);
}

static bool is_told_by_records(const struct undo_note *note)
{
	return !note->amends.n && (!note->hunks.n || note->layout);
}

/* Does the note restore the order or the name of items?  All else that Istio's
 * own templates see of a Pod with their sidecar is found out from that. */
static bool restores_items(const struct undo_note *note)
{
	const str order = STR("*="), name = STR("/name=");
	str s = note->amends;

	return s.n && (memmem(s.p, s.n, order.p, order.n) ||
		       memmem(s.p, s.n, name.p, name.n));
}

/* Find the note that may tell. */
static bool find_teller(struct run *r, const struct document *doc,
			struct undo_note *note)
{
	const struct injector *in = r->injector;
	const str text = doc->source->text;

	return memmem(text.p, text.n, UNDO_WORD.p, UNDO_WORD.n) && in->undo &&
	       !(in->strategy->records && !in->reads_pods) &&
	       find_note(r, doc, note);
}

/* Is the text before the injection needed? */
static bool needs_text(const struct run *r, const struct undo_note *note)
{
	return !is_told_by_records(note) &&
	       !(r->injector->builtin && !restores_items(note));
}

bool undo_needs_text(struct run *r, const struct document *doc)
{
	struct undo_note note;

	return find_teller(r, doc, &note) && needs_text(r, &note);
}

bool undo_has_annotation(struct run *r, const struct node *n)
{
	struct undo_note note;

	return find_annotation(r->injector, n, &note);
}

void undo_find_originals(struct run *r, const struct piece *piece,
			 const struct document *doc)
{
	const str text = doc->source->text;
	const bool quiet = r->quiet;
	struct undo_note note;

	r->originals = (struct originals){
		.noteless = !memmem(text.p, text.n, UNDO_WORD.p, UNDO_WORD.n),
	};
	if (!find_teller(r, doc, &note))
		return;
	if (r->injector->strategy->records)
		r->originals.added = note.added;
	if (!needs_text(r, &note))
		return;
	r->quiet = true;
	read_originals(r, piece, doc);
	run_forget_error(r);
	r->quiet = quiet;
}

const struct node *undo_original(struct run *r, const struct node *pod)
{
	struct originals *o = &r->originals;
	str record;

	if (r->pod_number < o->pods.n)
		return o->pods.at[r->pod_number];
	if (!undo_record_find(&o->added, r->pod_number, &record))
		return NULL;
	return additions_remove(&r->doc, undo_strip_annotation(r, pod), record);
}

/* Write the document without its sidecar in the format that is asked for. */
static int write_old(struct run *r, const struct piece *piece,
		     struct document *doc)
{
	struct source source = *doc->source;
	struct piece again = *piece;
	struct buf b = BUF_INIT;
	struct document old;
	int status;

	if (r->injector->format == INJECTOR_YAML)
		return undo_text(r, piece, doc, &r->out.pending);
	status = undo_text(r, piece, doc, &b);
	again.text = source.text = buf_str(&b);
	if (!status)
		status = document_read(r, &source, &again, &old);
	if (!status)
		status = document_format(r, doc, old.root);
	buf_release(&b);
	return status;
}

int undo_document(struct run *r, const struct piece *piece,
		  struct document *doc)
{
	int status;

	r->undo.assumed = ASSUMED_NOTHING;
	status = write_old(r, piece, doc);
	if (!status)
		undo_warn_assumed(r);
	return status;
}

/* ---- notes ---- */

bool undo_has_note(struct run *r, const struct document *doc)
{
	struct undo_note note;

	if (r->originals.noteless)
		return false;
	if (!doc->source->json)
		return find_comment(r, doc->source->text, &note);
	return find_annotation(r->injector, doc->root, &note) != NULL;
}

/* Write r->undo.note into the first Pod that has a sidecar. */
static const struct node *annotate_pod(void *ctx, const struct node *pod,
				       const char *path, struct err *e)
{
	struct run *r = ctx;
	const struct undo_note note = r->undo.note;
	const struct node *value = pod_note(pod, UNDO_ANNOTATION), *bare;
	struct buf b = BUF_INIT;
	str record;

	if (r->undo.noted)
		return pod;
	bare = uninject_pod(ctx, pod, path, e);
	r->undo.noted = bare && (r->undo.by_record ?
					 undo_record_find(&r->undo.rest,
							  r->pod_number,
							  &record) :
					 bare != pod);
	r->undo.note = note;
	if (!r->undo.noted)
		return bare;
	undo_value_put(&b, node_string(value), r->injector->tag, &note);
	pod = pod_annotate(&r->doc, pod, UNDO_ANNOTATION,
			   b.n ? arena_str(&r->doc, buf_str(&b)) : STR_NONE);
	buf_release(&b);
	return pod_prune(&r->doc, pod);
}

/* Append the text with the note in an annotation. */
static int annotate(struct run *r, const struct document *doc,
		    const struct undo_note *note, struct buf *out)
{
	const struct node *new;

	r->undo.note = *note;
	r->undo.noted = false;
	r->undo.rest = r->undo.added;
	new = object_visit_pods(r, doc->root, annotate_pod);
	if (!new)
		return -1;
	splice(&r->doc, doc, diff(&r->doc, doc, new), out);
	return 0;
}

/* Append the text with the note in a comment. */
static int comment(struct run *r, const struct piece *piece,
		   const struct document *noted, const struct undo_note *note,
		   struct buf *out)
{
	size_t from = out->n;
	struct document doc;

	if (undo_strip_note(r, piece, noted, &doc))
		return -1;
	buf_adds(out, doc.source->text);
	if (!undo_note_is_empty(note))
		undo_note_add(out, from, r->injector->tag, note);
	return 0;
}

/* Fill in the amendments that turn `bare` into `old`, the tree of the original
 * text, and return the tree they give: `bare` if they do not give `old`, so
 * that all is left to the hunks. */
static const struct node *find_amends(struct run *r, struct undo_note *note,
				      const struct node *bare,
				      const struct node *old,
				      const struct node *present)
{
	struct buf amends = BUF_INIT;
	const struct node *tree;

	amend_write(&r->doc, bare, old, present, &amends);
	note->amends = arena_str(&r->doc, buf_str(&amends));
	buf_release(&amends);
	tree = amend_apply(&r->doc, note->amends, bare, present, NULL);
	note->layout = tree && node_equal(tree, old);
	if (note->layout)
		return tree;
	note->amends = STR_NONE;
	return bare;
}

/* One trial: `text` with a note that leads back to the `old` document.  *same:
 * it has that note already. */
static int try_note(struct run *r, const struct piece *piece,
		    struct source *source, const struct document *old,
		    struct buf *text, bool *same)
{
	struct piece again = *piece;
	struct buf bare = BUF_INIT, hunks = BUF_INIT;
	struct undo_note note = { .version = 2, .added = r->undo.added };
	struct document noted, doc;
	const struct node *tree = NULL;
	int status;

	again.text = source->text;
	if (!document_read(r, source, &again, &noted))
		tree = remove_sidecars(r, &again, &noted, &doc);
	if (tree)
		tree = find_amends(r, &note, tree, old->root, doc.root);
	status = tree ? write_tree(r, &again, &doc, tree, &bare) : -1;
	if (!status)
		hunks_write(&r->doc, buf_str(&bare), old->source->text, &hunks);
	note.hunks = buf_str(&hunks);
	note.layout = note.layout && hunks.n;
	*same = source->json && undo_note_equal(&r->undo.note, &note);
	if (!status && *same)
		buf_adds(text, source->text);
	else if (!status && source->json)
		status = annotate(r, &noted, &note, text);
	else if (!status)
		status = comment(r, &again, &noted, &note, text);
	buf_release(&bare);
	buf_release(&hunks);
	return status;
}

/* An annotation is part of the text that it describes, so it is written again
 * until it does not change. */
#define TRIALS 4

/* Append the text of `source` with a note; as it is if that is not possible. */
static void add_note(struct run *r, const struct piece *piece,
		     struct source *source, const struct document *old,
		     struct buf *out)
{
	const str new_text = source->text;
	struct buf text = BUF_INIT;
	bool same = false;
	int status = 0;

	r->undo.added = write_records(r);
	r->undo.writing = true;
	for (int i = 0; i < TRIALS && !status && !same; i++) {
		buf_clear(&text);
		status = try_note(r, piece, source, old, &text, &same);
		same = same || !source->json;
		source->text = arena_str(&r->doc, buf_str(&text));
	}
	r->undo.writing = false;
	buf_adds(out, status ? new_text : buf_str(&text));
	buf_release(&text);
}

/* The same for the texts of two documents.  *again*: `new_text` is not simply
 * `old_text` injected, so that what was added is found by comparing them. */
static void add_note_to_text(struct run *r, const struct piece *piece,
			     str new_text, str old_text, bool again,
			     struct buf *out)
{
	struct source source = {
		.name = r->stream->name,
		.text = new_text,
		.line = piece->line,
		.column = piece->column,
		.json = piece->json,
	};
	struct source old_source = source, copy = source;
	struct piece piece_of_text = *piece;
	struct document old, new;
	int status;

	piece_of_text.text = old_source.text = old_text;
	status = document_read(r, &old_source, &piece_of_text, &old);
	piece_of_text.text = new_text;
	if (!status && again && r->injector->strategy->records)
		status = document_read(r, &copy, &piece_of_text, &new) ||
			 compare(r, old.root, new.root);
	if (status)
		buf_adds(out, new_text);
	else
		add_note(r, piece, &source, &old, out);
}

void undo_write_noted(struct run *r, const struct piece *piece, str new_text,
		      str old_text)
{
	if (r->injector->undo)
		add_note_to_text(r, piece, new_text, old_text, true,
				 &r->out.pending);
	else
		buf_adds(&r->out.pending, new_text);
	run_forget_error(r);
}

void undo_add_note(struct run *r, const struct piece *piece,
		   const struct document *doc, size_t from)
{
	struct buf *out = &r->out.pending, old_text = BUF_INIT;
	str new_text = arena_str(&r->doc, str_sub(buf_str(out), from, out->n));
	bool again = r->undo.history.injected_before || undo_has_note(r, doc);

	r->quiet = true;
	out->n = from;
	/* if the earlier injection cannot be undone, its note stays */
	if (again && undo_text(r, piece, doc, &old_text))
		buf_adds(out, new_text);
	else
		add_note_to_text(r, piece, new_text,
				 again ? buf_str(&old_text) :
					 doc->source->text, again, out);
	buf_release(&old_text);
	run_forget_error(r);
	r->quiet = false;
}

/* ---- Lists by item ---- */

bool undo_items_begin(struct run *r)
{
	struct undo *u = &r->undo;

	u->added = write_records(r);
	u->by_record = u->added.n > 0;
	undo_items_from(r, 0);
	return u->by_record;
}

void undo_items_from(struct run *r, uint32_t pod)
{
	r->undo.rest = r->undo.added;
	r->n_pods = pod;
}

const struct node *undo_item(struct run *r, const struct node *root)
{
	r->undo.lost = NULL;
	r->undo.lost_end = &r->undo.lost;
	return object_visit_more(r, root, uninject_pod);
}

static struct undo_note items_note(const struct run *r, str amends)
{
	return (struct undo_note){
		.version = 2, .added = r->undo.added, .amends = amends,
	};
}

const struct node *undo_annotate_item(struct run *r, const struct node *root,
				      str amends)
{
	r->undo.note = items_note(r, amends);
	r->undo.noted = false;
	r->undo.lost = NULL;
	r->undo.lost_end = &r->undo.lost;
	root = object_visit_more(r, root, annotate_pod);
	return r->undo.noted ? root : NULL;
}

void undo_items_comment(struct run *r, str amends, size_t from)
{
	const struct undo_note note = items_note(r, amends);

	if (!undo_note_is_empty(&note))
		undo_note_add(&r->out.pending, from, r->injector->tag, &note);
}

void undo_add_records(struct run *r, size_t from)
{
	r->undo.added = write_records(r);
	undo_items_comment(r, STR_NONE, from);
}
