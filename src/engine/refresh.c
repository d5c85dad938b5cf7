/*
 * Uninject and inject a document again, as edits of its present text:
 *
 *	present text --undo--> original text --inject--> new tree
 *	present text --edits to the new tree--> output
 */
#include "edit/diff.h"
#include "edit/splice.h"
#include "engine/run.h"
#include "k8s/strategic_merge.h"
#include "k8s/typed.h"

/* An injected Pod, which is made comparable to the one in the document. */
static const struct node *key_pod(void *ctx, const struct node *pod,
				  const char *path, struct err *e)
{
	struct run *r = ctx;

	(void)path;
	(void)e;
	if (r->pod_number < r->listed->n)
		pod = typed_keep_quantities(&r->doc, "Pod",
					    r->listed->at[r->pod_number], pod);
	return merge_mark_keys(&r->doc, pod);
}

/* Read another text in the place of the piece. */
static int read_as(struct run *r, const struct piece *piece, str text,
		   struct document *doc)
{
	struct source *source = arena_new(&r->doc, struct source);
	struct piece again = *piece;

	*source = (struct source){
		.name = r->stream->name,
		.text = arena_str(&r->doc, text),
		.line = piece->line,
		.column = piece->column,
		.json = piece->json,
	};
	again.text = source->text;
	return document_read(r, source, &again, doc);
}

/* Append the injected document, without a note. */
static int inject_bare(struct run *r, const struct document *doc,
		       struct buf *out)
{
	const struct node *new = object_inject(r, doc->root);

	if (!new)
		return -1;
	if (new == doc->root)
		buf_adds(out, doc->source->text);
	else
		splice(&r->doc, doc, diff(&r->doc, doc, new), out);
	return 0;
}

/* The tree of the original text, injected; NULL with r->err. */
static const struct node *find_new(struct run *r, const struct piece *piece,
				   str old_text,
				   const struct document_pods *former)
{
	struct document original, injected;
	struct buf b = BUF_INIT;
	int status = read_as(r, piece, old_text, &original);

	r->former = former;
	r->originals = (struct originals){ .noteless = false };
	if (!status)
		status = inject_bare(r, &original, &b);
	r->former = NULL;
	if (!status)
		status = read_as(r, piece, buf_str(&b), &injected);
	buf_release(&b);
	return status ? NULL : object_visit_pods(r, injected.root, key_pod);
}

/* The Pods that are no longer as they were; the others are NULL. */
static int list_changed(struct run *r, const struct document_pods *present,
			const struct node *new, struct document_pods *out)
{
	if (object_list_pods(r, new, out))
		return -1;
	for (size_t i = 0; i < out->n && i < present->n; i++)
		if (node_equal(undo_strip_annotation(r, present->at[i]),
			       out->at[i]))
			out->at[i] = NULL;
	return 0;
}

static int refresh(struct run *r, const struct piece *piece,
		   struct document *noted, struct document_pods *changed)
{
	const bool renew = r->injector->task == INJECTOR_INJECT;
	struct buf old_text = BUF_INIT, new_text = BUF_INIT;
	struct document doc;
	struct document_pods present;
	const struct node *new = NULL;
	int status = undo_text(r, piece, noted, &old_text);

	if (!status)
		status = undo_strip_note(r, piece, noted, &doc);
	if (!status && !object_list_pods(r, doc.root, &present))
		new = find_new(r, piece, buf_str(&old_text),
			       renew ? &present : NULL);
	if (!new || list_changed(r, &present, new, changed))
		status = -1;
	if (!status && r->injector->format != INJECTOR_YAML) {
		status = document_format(r, noted, new);
	} else if (!status) {
		if (node_equal(doc.root, new))
			buf_adds(&new_text, doc.source->text);
		else
			splice(&r->doc, &doc, diff(&r->doc, &doc, new),
			       &new_text);
		status = document_verify(r, &doc, piece, buf_str(&new_text),
					 new);
		if (!status)
			undo_write_noted(r, piece, buf_str(&new_text),
					 buf_str(&old_text));
	}
	buf_release(&old_text);
	buf_release(&new_text);
	return status;
}

int renew_document(struct run *r, const struct piece *piece,
		   struct document *doc)
{
	struct document_pods changed;
	int status;

	r->quiet = true;
	r->undo.assumed = ASSUMED_NOTHING;
	status = refresh(r, piece, doc, &changed);
	r->quiet = false;
	if (status)
		return -1;
	/* for the events and warnings, which are about the present text */
	undo_find_originals(r, piece, doc);
	r->refreshed = &changed;
	status = object_inject(r, doc->root) ? 0 : -1;
	r->refreshed = NULL;
	r->originals = (struct originals){ .noteless = false };
	return status;
}

int refresh_document(struct run *r, const struct piece *piece,
		     struct document *doc)
{
	if (r->injector->render)
		return object_inject(r, doc->root) ? 0 : -1;
	if (renew_document(r, piece, doc))
		return -1;
	undo_warn_assumed(r);
	return 0;
}
