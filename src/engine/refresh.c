#include "engine/refresh.h"

#include "edit/splice.h"
#include "k8s/keyed.h"
#include "engine/undo.h"

static const struct node *key_pod(void *ctx, const struct node *pod,
				  const char *path, struct err *e)
{
	struct run *r = ctx;

	(void)path;
	(void)e;
	return keyed_pod(&r->doc, pod);
}

/* The document that another text is, in the place of the piece. */
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
	return run_read(r, source, &again, doc);
}

/* Append the document as injected, without notes. */
static int inject_bare(struct run *r, const struct document *doc,
		       struct buf *out)
{
	const struct node *wanted = run_inject_pods(r, doc->root);

	if (!wanted)
		return -1;
	if (wanted == doc->root)
		buf_adds(out, doc->source->text);
	else
		splice(&r->doc, doc, diff(&r->doc, doc, wanted), out);
	return 0;
}

/* The tree that the text from before, injected, has: NULL with r->err. */
static const struct node *find_wanted(struct run *r, const struct piece *piece,
				      str before)
{
	struct document bare, anew;
	struct buf b = BUF_INIT;
	int status = read_as(r, piece, before, &bare);

	if (!status)
		status = inject_bare(r, &bare, &b);
	if (!status)
		status = read_as(r, piece, buf_str(&b), &anew);
	buf_release(&b);
	return status ? NULL : run_pods(r, anew.root, key_pod);
}

static int refresh(struct run *r, const struct piece *piece,
		   struct document *noted)
{
	struct buf before = BUF_INIT, now = BUF_INIT;
	struct document doc;
	const struct node *wanted = NULL;
	int status = uninject_text(r, piece, noted, &before);

	if (!status)
		status = uninject_bare(r, piece, noted, &doc);
	if (!status)
		wanted = find_wanted(r, piece, buf_str(&before));
	if (!wanted)
		status = -1;
	if (!status && r->injector->format != INJECTOR_YAML) {
		status = run_write_formatted(r, noted, wanted);
	} else if (!status) {
		if (node_equal(doc.root, wanted))
			buf_adds(&now, doc.source->text);
		else
			splice(&r->doc, &doc, diff(&r->doc, &doc, wanted),
			       &now);
		status = run_verify(r, &doc, piece, buf_str(&now), wanted);
		if (!status)
			uninject_lead_back(r, piece, buf_str(&now),
					   buf_str(&before));
	}
	buf_release(&before);
	buf_release(&now);
	return status;
}

int refresh_document(struct run *r, const struct piece *piece,
		     struct document *doc)
{
	int status;

	/* what happens to each object is told of the text as it is */
	if (!run_inject_pods(r, doc->root))
		return -1;
	if (r->injector->render)
		return 0;
	r->quiet = true;
	status = refresh(r, piece, doc);
	r->quiet = false;
	return status;
}
