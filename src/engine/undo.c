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
 *	original text --inject--> new text --remove--> bare text
 *	hunks = the difference between bare text and original text
 *	output = new text + note(hunks)
 *
 * and uninjecting does the same steps and applies the hunks:
 *
 *	new text + note --remove--> bare text --hunks--> original text
 *
 * One program is run in both directions, so the two need not agree on anything
 * else.  The trial costs reading the document once more; run.c omits it where
 * the history of the trees and splice_is_plain() show that nothing is lost.
 */
#include <string.h>

#include "edit/diff.h"
#include "edit/hunks.h"
#include "edit/layout.h"
#include "edit/splice.h"
#include "engine/run.h"
#include "istio/pod_tree.h"

/* ---- Pods ---- */

/* The Pod without the note of these templates in its annotation, which goes to
 * r->undo. */
static const struct node *strip_annotation(struct run *r,
					   const struct node *pod)
{
	const struct node *value = pod_note(pod, UNDO_ANNOTATION);
	struct undo_note note;
	struct buf b = BUF_INIT;

	if (!value || !undo_value_find(node_string(value), r->injector->tag,
				       &note))
		return pod;
	if (!r->undo.noted) {
		r->undo.noted = true;
		r->undo.note = note;
		r->undo.note_pos = node_pos(value);
	}
	undo_value_put(&b, node_string(value), r->injector->tag, NULL);
	pod = pod_annotate(&r->doc, pod, UNDO_ANNOTATION,
			   b.n ? arena_str(&r->doc, buf_str(&b)) : STR_NONE);
	buf_release(&b);
	return pod_prune(&r->doc, pod);
}

static const struct node *uninject_pod(void *ctx, const struct node *pod,
				       const char *path, struct err *e)
{
	struct run *r = ctx;
	const struct node *result;

	if (object_rejects(r, &pod, path, &result, e))
		return result;
	return object_remove_sidecar(r, strip_annotation(r, pod), path, e);
}

/* ---- documents ---- */

static bool find_comment(struct run *r, str text, struct undo_note *out)
{
	return undo_note_find(text, r->injector->tag, out);
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

/* Append the bare text: without the sidecar, as far as the Pods tell.  The
 * note's hunks are left in r->undo. */
static int write_bare(struct run *r, const struct piece *piece,
		      const struct document *noted, struct buf *out)
{
	const struct node *new;
	size_t from = out->n;
	struct document doc;

	r->undo.lost = NULL;
	r->undo.lost_end = &r->undo.lost;
	if (undo_strip_note(r, piece, noted, &doc))
		return -1;
	new = object_visit_pods(r, doc.root, uninject_pod);
	if (!new)
		return -1;
	if (new == doc.root) {
		buf_adds(out, doc.source->text);
		return 0;
	}
	splice_bare(&r->doc, &doc, diff(&r->doc, &doc, new), out);
	if (!r->injector->verify && !splice_is_delicate(&doc))
		return 0;
	return document_verify(r, &doc, piece,
			       str_sub(buf_str(out), from, out->n), new);
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

int undo_text(struct run *r, const struct piece *piece,
	      const struct document *doc, struct buf *out)
{
	struct buf bare = BUF_INIT;
	struct err why = ERR_INIT;
	size_t from = out->n;
	int status = write_bare(r, piece, doc, &bare);

	if (status || !r->undo.noted || !r->injector->undo) {
		buf_adds(out, buf_str(&bare));
	} else if (hunks_apply(&r->doc, r->undo.note.hunks, buf_str(&bare), out,
			       &why)) {
		r->code = INJECTOR_CANNOT_EDIT;
		status = err_set(&r->err, r->undo.note_pos,
				 "cannot undo with this note: %s; use "
				 "--no-undo to remove the sidecar without it",
				 why.text);
	}
	if (!status && r->injector->task == INJECTOR_UNINJECT)
		warn_lost(r, str_sub(buf_str(out), from, out->n));
	buf_release(&bare);
	return status;
}

int undo_document(struct run *r, const struct piece *piece,
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

/* ---- notes ---- */

static bool has_annotation(const struct run *r, const struct node *n)
{
	struct undo_note note;

	if (n->kind == NODE_LIST)
		for (uint32_t i = 0; i < n->n; i++)
			if (has_annotation(r, n->items[i]))
				return true;
	if (n->kind != NODE_MAP)
		return false;
	for (uint32_t i = 0; i < n->n; i++) {
		const struct node *value = n->entries[i].value;

		if (str_eq(node_text(n->entries[i].key), UNDO_ANNOTATION) ?
			    undo_value_find(node_string(value),
					    r->injector->tag, &note) :
			    has_annotation(r, value))
			return true;
	}
	return false;
}

bool undo_has_note(struct run *r, const struct document *doc)
{
	struct undo_note note;

	return doc->source->json ? has_annotation(r, doc->root) :
				   find_comment(r, doc->source->text, &note);
}

/* Write r->undo.note into the first Pod that has a sidecar. */
static const struct node *annotate_pod(void *ctx, const struct node *pod,
				       const char *path, struct err *e)
{
	struct run *r = ctx;
	const struct undo_note note = r->undo.note;
	const struct node *value = pod_note(pod, UNDO_ANNOTATION), *bare;
	struct buf b = BUF_INIT;

	if (r->undo.noted)
		return pod;
	bare = uninject_pod(ctx, pod, path, e);
	r->undo.noted = bare && bare != pod;
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
	struct document doc;

	if (undo_strip_note(r, piece, noted, &doc))
		return -1;
	if (undo_note_is_empty(note))
		buf_adds(out, doc.source->text);
	else
		undo_note_add(out, doc.source->text, r->injector->tag, note);
	return 0;
}

/* One trial: `text` with a note that leads back to `old_text`.  *same: it has
 * that note already. */
static int try_note(struct run *r, const struct piece *piece,
		    struct source *source, str old_text, struct buf *text,
		    bool *same)
{
	struct piece again = *piece;
	struct buf bare = BUF_INIT, hunks = BUF_INIT;
	struct undo_note note = { .version = 2 };
	struct document doc;
	int status;

	again.text = source->text;
	status = document_read(r, source, &again, &doc);
	if (!status)
		status = write_bare(r, &again, &doc, &bare);
	if (!status && r->injector->undo)
		hunks_write(&r->doc, buf_str(&bare), old_text, &hunks);
	note.hunks = buf_str(&hunks);
	*same = source->json && undo_note_equal(&r->undo.note, &note);
	if (!status && *same)
		buf_adds(text, source->text);
	else if (!status && source->json)
		status = annotate(r, &doc, &note, text);
	else if (!status)
		status = comment(r, &again, &doc, &note, text);
	buf_release(&bare);
	buf_release(&hunks);
	return status;
}

/* An annotation is part of the text that it describes, so it is written again
 * until it does not change. */
#define TRIALS 4

/* Append `new_text` with a note; as it is if that is not possible. */
static void add_note(struct run *r, const struct piece *piece, str new_text,
		     str old_text, struct buf *out)
{
	struct source source = {
		.name = r->stream->name,
		.text = new_text,
		.line = piece->line,
		.column = piece->column,
		.json = piece->json,
	};
	struct buf text = BUF_INIT;
	bool same = false;
	int status = 0;

	for (int i = 0; i < TRIALS && !status && !same; i++) {
		buf_clear(&text);
		status = try_note(r, piece, &source, old_text, &text, &same);
		same = same || !source.json;
		source.text = arena_str(&r->doc, buf_str(&text));
	}
	buf_adds(out, status ? new_text : buf_str(&text));
	buf_release(&text);
}

void undo_write_noted(struct run *r, const struct piece *piece, str new_text,
		      str old_text)
{
	if (r->injector->undo)
		add_note(r, piece, new_text, old_text, &r->out.pending);
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
		add_note(r, piece, new_text,
			 again ? buf_str(&old_text) : doc->source->text, out);
	buf_release(&old_text);
	run_forget_error(r);
	r->quiet = false;
}
