/*
 * inject - the pipeline on one page: the next document, its tree, its pods,
 * who gets the sidecar, the merge, the edits, the text.  Implements
 * include/injector.h.
 *
 * What a run needs lives in struct run; `doc`, its arena, is forgotten after
 * each document.  A document that needs no change is passed on as its bytes.
 */
#include "injector.h"

#include <errno.h>
#include <string.h>

#include "edit/layout.h"
#include "edit/splice.h"
#include "engine/formats.h"
#include "json/scan.h"
#include "engine/refresh.h"
#include "engine/run.h"
#include "engine/undo.h"
#include "warn/warn.h"

#define HELD_BACK ((size_t)4 << 20)

size_t run_behind_mark(const struct piece *piece)
{
	if (piece->mark && blank_behind(piece->text, piece->mark))
		return line_next(piece->text, piece->mark);
	return piece->mark;
}

/* JSON that is read as such: an object, or anything in a file of that name.
 * Other flow collections have to be YAML too, as in any YAML file. */
static bool is_json(const struct source *source, const struct node *root)
{
	return node_get(root, STR("kind")) || node_get(root, STR("items")) ||
	       str_ends(str_of(source->name), STR(".json"));
}

/* JSON first, where the text looks like it; what is not JSON may still be YAML
 * in flow style. */
int run_read(struct run *r, struct source *source, const struct piece *piece,
	     struct document *doc)
{
	struct err json_error = ERR_INIT;

	*doc = (struct document){ .source = source };
	source->json = piece->json;
	if (piece->json && !json_scan(&r->doc, source,
				      run_behind_mark(piece), &doc->root,
				      &json_error) &&
	    is_json(source, doc->root))
		return 0;
	source->json = false;
	if (!yaml_read(&r->doc, source, doc, &r->err))
		return 0;
	if (json_error.set && str_ends(str_of(source->name), STR(".json")))
		r->err = json_error;
	return -1;
}

void run_forget_error(struct run *r)
{
	r->err = (struct err)ERR_INIT;
	r->code = INJECTOR_INVALID;
}

int run_verify(struct run *r, const struct document *was,
	       const struct piece *piece, str text, const struct node *wanted)
{
	struct source source = *was->source;
	struct piece again = *piece;
	struct document now;

	again.text = source.text = text;
	if (!run_read(r, &source, &again, &now) &&
	    node_equal(now.root, wanted))
		return 0;
	run_forget_error(r);
	r->code = INJECTOR_CANNOT_EDIT;
	return err_set(&r->err, node_pos(was->root),
		       "this document is written in a way that cannot be "
		       "edited safely; nothing was changed");
}

int run_write_formatted(struct run *r, const struct document *doc,
			const struct node *wanted)
{
	struct buf *out = &r->out.pending;

	if (r->injector->format == INJECTOR_PATCH)
		format_patches(&r->doc, doc->root, wanted, out);
	else if (node_check(doc->root, &r->err))
		return -1;
	else
		format_json(out, wanted);
	return 0;
}

static int inject_document(struct run *r, const struct piece *piece,
			   struct document *doc)
{
	struct buf *out = &r->out.pending;
	size_t from = out->n;
	const struct node *wanted;
	struct edits *edits;
	bool delicate;

	r->was = false;
	r->same = true;
	wanted = run_inject_pods(r, doc->root);
	if (!wanted)
		return -1;
	if (r->injector->render)
		return 0;
	if (r->injector->format != INJECTOR_YAML)
		return run_write_formatted(r, doc, wanted);
	edits = wanted == doc->root ? NULL : diff(&r->doc, doc, wanted);
	if (!edits || !edits->n) {
		buf_adds(out, doc->source->text);
		return 0;
	}
	splice(&r->doc, doc, edits, out);
	delicate = splice_is_delicate(doc);
	if ((r->injector->verify || delicate) &&
	    run_verify(r, doc, piece, str_sub(buf_str(out), from, out->n),
		       wanted))
		return -1;
	if ((!r->injector->undo ||
	     (r->same && !r->was && !delicate &&
	      splice_is_plain(doc, edits))) &&
	    !uninject_is_noted(r, doc))
		return 0;
	return uninject_note(r, piece, doc, from);
}

static struct pos pos_of(void *ctx, const struct node *n)
{
	struct run *r = ctx;

	return lines_pos(&r->lines, n);
}

static int inject_piece(struct run *r, const struct piece *piece)
{
	static int (*const tasks[])(struct run *, const struct piece *,
				    struct document *) = {
		[INJECTOR_INJECT] = inject_document,
		[INJECTOR_UNINJECT] = uninject_document,
		[INJECTOR_REFRESH] = refresh_document,
	};
	struct source source = {
		.name = r->stream->name,
		.text = piece->text,
		.line = piece->line,
		.column = piece->column,
	};
	struct document doc;

	r->lines = (struct lines)LINES_INIT(&r->doc, &source);
	if (r->injector->render || r->injector->format != INJECTOR_YAML ||
	    (piece->json && !piece->mark))
		r->out.safe = r->out.pending.n;
	else if (piece->mark)
		r->out.safe = r->out.pending.n + run_behind_mark(piece);
	if (run_read(r, &source, piece, &doc))
		return -1;
	run_warn_duplicates(r, &doc);
	namespaces_read(&r->batch->namespaces, doc.root, pos_of, r);
	if (tasks[r->injector->task](r, piece, &doc))
		return -1;
	r->object = NULL;
	arena_reset(&r->doc);
	return 0;
}

static int write_failed(struct run *r)
{
	r->code = INJECTOR_IO;
	return err_set(&r->err, (struct pos){ r->stream->name, 0, 0 },
		       "cannot write: %s", strerror(errno));
}

/* The stream's own `read`, whose failure has its own code. */
static int64_t read_input(void *ctx, void *p, size_t n)
{
	struct run *r = ctx;
	int64_t got = r->stream->read(r->stream->ctx, p, n);

	if (got < 0)
		r->code = INJECTOR_IO;
	return got;
}

static int run_pieces(struct run *r, struct stream *pieces)
{
	struct piece piece;
	int more;

	while ((more = stream_next(pieces, &piece, &r->err)) > 0) {
		/* what is safe now was written by documents before */
		if (inject_piece(r, &piece))
			return -1;
		if (hold_settle(&r->out))
			return write_failed(r);
	}
	if (more < 0)
		return -1;
	return hold_finish(&r->out) ? write_failed(r) : 0;
}

int run_stream(struct injector_batch *batch,
	       const struct injector_stream *stream,
	       struct injector_error *error)
{
	struct run r = {
		.injector = batch->injector,
		.stream = stream,
		.batch = batch,
		.doc = ARENA_INIT,
		.values = ARENA_INIT,
		.out = { BUF_INIT, 0, HELD_BACK, stream->write, stream->ctx },
		.err = ERR_INIT,
		.code = INJECTOR_INVALID,
	};
	struct stream *pieces = stream_new(read_input, &r, stream->name,
					   batch->injector->max_document);
	int result = run_pieces(&r, pieces);

	if (result)
		error_fill(error, r.code, &r.err);
	stream_free(pieces);
	hold_release(&r.out);
	arena_release(&r.doc);
	arena_release(&r.values);
	return result;
}
