/*
 * Uninject and inject a document again, as edits of its present text:
 *
 *	present text --undo--> original text --inject--> wanted tree
 *	present text --edits to the wanted tree--> output
 */
#include "edit/diff.h"
#include "edit/splice.h"
#include "engine/run.h"
#include "k8s/keyed.h"

static const struct node *key_pod(void *ctx, const struct node *pod,
				  const char *path, struct err *e)
{
	struct run *r = ctx;

	(void)path;
	(void)e;
	return keyed_pod(&r->doc, pod);
}

/* Read another text in the place of the piece. */
static int read_as(struct run *r, const struct piece *piece, str text,
		   struct document *doc)
{
	struct source *source = arena_new(&r->doc, struct source);
	struct piece again = *piece;

	*source = (struct source){
		r->stream->name, arena_str(&r->doc, text), piece->line,
		piece->column, piece->json,
	};
	again.text = source->text;
	return document_read(r, source, &again, doc);
}

/* Append the injected document, without a note. */
static int inject_bare(struct run *r, const struct document *doc,
		       struct buf *out)
{
	const struct node *wanted = object_inject(r, doc->root);

	if (!wanted)
		return -1;
	if (wanted == doc->root)
		buf_adds(out, doc->source->text);
	else
		splice(&r->doc, doc, diff(&r->doc, doc, wanted), out);
	return 0;
}

/* The tree of the original text, injected; NULL with r->err. */
static const struct node *find_wanted(struct run *r, const struct piece *piece,
				      str before)
{
	struct document original, injected;
	struct buf b = BUF_INIT;
	int status = read_as(r, piece, before, &original);

	if (!status)
		status = inject_bare(r, &original, &b);
	if (!status)
		status = read_as(r, piece, buf_str(&b), &injected);
	buf_release(&b);
	return status ? NULL : object_visit_pods(r, injected.root, key_pod);
}

static int refresh(struct run *r, const struct piece *piece,
		   struct document *noted)
{
	struct buf before = BUF_INIT, after = BUF_INIT;
	struct document doc;
	const struct node *wanted = NULL;
	int status = undo_text(r, piece, noted, &before);

	if (!status)
		status = undo_strip_note(r, piece, noted, &doc);
	if (!status)
		wanted = find_wanted(r, piece, buf_str(&before));
	if (!wanted)
		status = -1;
	if (!status && r->injector->format != INJECTOR_YAML) {
		status = document_format(r, noted, wanted);
	} else if (!status) {
		if (node_equal(doc.root, wanted))
			buf_adds(&after, doc.source->text);
		else
			splice(&r->doc, &doc, diff(&r->doc, &doc, wanted),
			       &after);
		status = document_verify(r, &doc, piece, buf_str(&after),
					 wanted);
		if (!status)
			undo_write_noted(r, piece, buf_str(&after),
					 buf_str(&before));
	}
	buf_release(&before);
	buf_release(&after);
	return status;
}

int refresh_document(struct run *r, const struct piece *piece,
		     struct document *doc)
{
	int status;

	/* for the events, which are about the present text */
	if (!object_inject(r, doc->root))
		return -1;
	if (r->injector->render)
		return 0;
	r->quiet = true;
	status = refresh(r, piece, doc);
	r->quiet = false;
	return status;
}
