/*
 * The pipeline on one page: a stream is cut into documents, and each document
 * is read, injected and written.
 *
 *	bytes		yaml/stream	cut at document marks
 *	piece		document.c	text to tree; JSON or YAML
 *	tree		object.c	for each object: does it match the
 *					options?  For each Pod in it: the
 *					strategy skips it or adds its sidecar
 *	new tree	edit/diff	two trees to a list of edits
 *	edits		edit/splice	edits and old text to new text
 *	new text	document.c	read again and compared, to be safe
 *			undo.c		a note, if the text alone cannot tell
 *					what it was before
 *
 * A document that does not change is copied byte for byte.  Output waits until
 * the end or 4 MiB are pending, so that most errors leave no partial output.
 */
#include <errno.h>
#include <string.h>

#include "edit/diff.h"
#include "edit/splice.h"
#include "engine/run.h"

#define HELD_BACK ((size_t)4 << 20)

/* ---- a document ---- */

/* Is the injection undone from the tree and the records alone? */
static bool is_undone_from_tree(const struct run *r,
				const struct document *doc,
				const struct edits *edits, bool parted)
{
	return !parted && r->undo.history.reversible &&
	       !r->undo.history.injected_before &&
	       !splice_is_delicate(doc) && splice_is_plain(doc, edits);
}

/* The output from `from` on is the injected document: add the note to undo it,
 * if it takes one. */
static void add_note(struct run *r, const struct piece *piece,
		     const struct document *doc, const struct edits *edits,
		     bool parted, size_t from)
{
	bool records = r->injector->strategy->records;

	if (!r->injector->undo && !undo_has_note(r, doc))
		return;
	if (!is_undone_from_tree(r, doc, edits, parted) ||
	    (records && doc->source->json) || undo_has_note(r, doc))
		undo_add_note(r, piece, doc, from);
	else if (records)
		undo_add_records(r, from);
}

static const struct node *inject(struct run *r, const struct piece *piece,
				 const struct document *doc)
{
	undo_find_originals(r, piece, doc);
	return object_inject(r, doc->root);
}

/* Remove the earlier injection first, where that is possible: true if that is
 * done and written; else *new is the injected tree, or NULL. */
static bool renew(struct run *r, const struct piece *piece,
		  struct document *doc, const struct node **new)
{
	struct buf *out = &r->out.pending;
	struct queued_event *before = queue_end(&r->events);
	size_t from = out->n;

	if (!renew_document(r, piece, doc))
		return true;
	queue_forget(&r->events, before);
	run_forget_error(r);
	out->n = from;
	*new = inject(r, piece, doc);
	return false;
}

/*
 * The same if the earlier injection is not up to date, so that this one would
 * change the document or leave something of the earlier one.  Events wait until
 * it is known which.
 */
static bool is_renewed(struct run *r, const struct piece *piece,
		       struct document *doc, const struct node **new)
{
	struct queued_event *before = queue_end(&r->events);

	r->holding = true;
	r->stale = false;
	*new = inject(r, piece, doc);
	r->holding = false;
	if (*new == doc->root && !r->stale)
		return false;
	queue_forget(&r->events, before);
	run_forget_error(r);
	return renew(r, piece, doc, new);
}

static int write_injected(struct run *r, const struct piece *piece,
			  struct document *doc, const struct node *new)
{
	struct buf *out = &r->out.pending;
	size_t from = out->n;
	struct edits *edits;
	bool parted;

	if (!new)
		return -1;
	if (r->injector->render)
		return 0;
	if (r->injector->format != INJECTOR_YAML)
		return document_format(r, doc, new);
	if (r->function.list)
		new = function_answer(r, new);
	edits = new == doc->root ? NULL : diff(&r->doc, doc, new);
	if (!edits || !edits->n) {
		buf_adds(out, doc->source->text);
		return 0;
	}
	parted = splice(&r->doc, doc, edits, out);
	if ((r->injector->verify || splice_is_delicate(doc)) &&
	    document_verify(r, doc, piece, str_sub(buf_str(out), from, out->n),
			    new))
		return -1;
	if (!r->function.list)
		add_note(r, piece, doc, edits, parted, from);
	return 0;
}

static int inject_whole(struct run *r, const struct piece *piece,
			struct document *doc)
{
	const struct node *new;

	if (r->injector->render || r->function.list ||
	    !object_is_removable(r, doc))
		new = inject(r, piece, doc);
	else if (is_renewed(r, piece, doc, &new))
		return 0;
	return write_injected(r, piece, doc, new);
}

/* A List, of which this is the outline.  Where that is not enough, all of it is
 * read, and what was reported is not reported again. */
static int inject_by_item(struct run *r, const struct piece *piece,
			  struct document *doc)
{
	enum list_result result = list_inject(r, piece, doc);
	const struct node *new;
	struct source *source;

	if (result == LIST_DONE || result == LIST_FAILED)
		return result == LIST_DONE ? 0 : -1;
	r->by_item = false;
	source = arena_new(&r->outline, struct source);
	*source = *doc->source;
	if (document_read(r, source, piece, doc))
		return -1;
	if (result == LIST_STALE) {
		if (renew(r, piece, doc, &new))
			return 0;
	} else {
		r->quiet = true;
		new = inject(r, piece, doc);
		r->quiet = false;
	}
	return write_injected(r, piece, doc, new);
}

static int inject_document(struct run *r, const struct piece *piece,
			   struct document *doc)
{
	return (r->by_item ? inject_by_item : inject_whole)(r, piece, doc);
}

/* ---- its place in the stream ---- */

struct opening run_opening(const struct piece *piece)
{
	return (struct opening){
		.json = piece->json && !piece->mark,
		.marked = piece->mark,
		.start = document_start(piece),
	};
}

/* What is written of this document may follow what is pending. */
void run_open(struct run *r, const struct opening *opening)
{
	size_t pending = r->out.pending.n;

	r->document++;
	if (r->injector->render || r->injector->format != INJECTOR_YAML ||
	    opening->json)
		r->out.safe = pending;
	else if (opening->marked)
		r->out.safe = pending + opening->start;
	else
		return;
	r->safe = r->document;
}

int run_document(struct run *r, const struct piece *piece)
{
	static int (*const tasks[])(struct run *, const struct piece *,
				    struct document *) = {
		[INJECTOR_INJECT] = inject_document,
		[INJECTOR_UNINJECT] = undo_document,
		[INJECTOR_REFRESH] = refresh_document,
	};
	struct source source = {
		.name = r->stream->name,
		.text = piece->text,
		.line = piece->line,
		.column = piece->column,
	};
	struct buf *out = &r->out.pending;
	size_t from = out->n;
	struct document doc;

	/* what a trial left is of trees that are gone */
	r->visit = (struct visit){ .object = NULL };
	r->function = (struct function){ .list = NULL };
	if (list_read(r, &source, piece, &doc))
		return partial_unreadable(r, &source) ? 0 : -1;
	partial_begin(r, &doc);
	function_begin(r, &doc);
	/* its answer tells which warnings are new */
	if (r->draft && r->function.list)
		return 1;
	run_warn_duplicates(r, &doc);
	namespaces_read(&r->batch->namespaces, doc.root);
	if (tasks[r->injector->task](r, piece, &doc)) {
		function_fail(r, &doc, from);
		return -1;
	}
	if (!partial_is_written(r))
		out->n = from;
	arena_reset(&r->doc);
	arena_reset(&r->outline);
	return 0;
}

static int write_failed(struct run *r)
{
	r->code = INJECTOR_IO;
	return err_set(&r->err, (struct pos){ r->stream->name, 0, 0 },
		       "cannot write: %s", strerror(errno));
}

/* Write what may be written, and report what is true by then. */
static int settle(struct run *r, int (*write)(struct holdback *out))
{
	size_t pending = r->out.pending.n;

	r->out.limit = queue_size(&r->events) > HELD_BACK ? 0 : HELD_BACK;
	if (write(&r->out))
		return write_failed(r);
	if (!r->out.pending.n)
		queue_report(&r->events, r->document, r->stream->report,
			     r->stream->ctx);
	else if (r->out.pending.n < pending)
		queue_report(&r->events, r->safe - 1, r->stream->report,
			     r->stream->ctx);
	return 0;
}

/* What is released now was written by earlier documents.  This one may have
 * been left out, and its mark with it. */
int run_settle(struct run *r)
{
	if (r->out.safe > r->out.pending.n)
		r->out.safe = r->out.pending.n;
	return settle(r, holdback_settle);
}

int run_write(struct run *r, str text)
{
	return r->out.write(r->out.ctx, text.p, text.n) ? write_failed(r) : 0;
}

/* ---- a stream ---- */

/* The stream's own `read`; its failure has a code of its own. */
static int64_t read_input(void *ctx, void *p, size_t n)
{
	struct run *r = ctx;
	int64_t got = r->stream->read(r->stream->ctx, p, n);

	if (got < 0)
		r->code = INJECTOR_IO;
	return got;
}

struct stream *run_cut(struct run *r)
{
	return stream_new(read_input, r, r->stream->name,
			  r->injector->max_document);
}

int run_piece(struct run *r, const struct piece *piece)
{
	const struct opening opening = run_opening(piece);

	run_open(r, &opening);
	return run_document(r, piece) ? -1 : run_settle(r);
}

static int feed_pieces(struct run *r, void *ctx)
{
	struct stream *pieces = run_cut(r);
	struct piece piece;
	int more;

	(void)ctx;
	while ((more = stream_next(pieces, &piece, &r->err)) > 0) {
		more = run_piece(r, &piece);
		if (more)
			break;
	}
	stream_free(pieces);
	return more;
}

int run_fed(struct injector_batch *batch, const struct injector_stream *stream,
	    run_feed_fn *feed, void *ctx, struct injector_error *error)
{
	struct run r = {
		.injector = batch->injector,
		.stream = stream,
		.batch = batch,
		.doc = ARENA_INIT,
		.outline = ARENA_INIT,
		.values = ARENA_INIT,
		.out = { BUF_INIT, 0, HELD_BACK, stream->write, stream->ctx },
		.events = EVENT_QUEUE_INIT,
		.err = ERR_INIT,
		.code = INJECTOR_INVALID,
	};
	int result = feed(&r, ctx);

	if (!result)
		result = settle(&r, holdback_finish);
	/* the failure stays the one that is returned */
	if (r.function.failed)
		(void)holdback_finish(&r.out);
	if (result) {
		queue_report_unwritten(&r.events, stream->report, stream->ctx);
		error_fill(error, r.code, &r.err);
	}
	queue_release(&r.events);
	holdback_release(&r.out);
	arena_release(&r.doc);
	arena_release(&r.outline);
	arena_release(&r.values);
	return result;
}

int run_stream(struct injector_batch *batch,
	       const struct injector_stream *stream,
	       struct injector_error *error)
{
	return run_fed(batch, stream, feed_pieces, NULL, error);
}
