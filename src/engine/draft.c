/*
 * Drafts: see run.h.
 *
 * What an injection of one document takes from those before it, or leaves for
 * those behind it, and what becomes of that here:
 *
 *	warnings, if not reported yet	kept with their keys, and reported in
 *					their turn if they are new then
 *	namespaces, patterns		recorded apart, and merged
 *	output, its safe end		added document by document, with the
 *					same calls of `write`
 *	events that wait for it		the same
 *	an error			ends the draft, and the run in its turn
 *
 * Only the answer to a KRM function has warnings in its text.  Such a document
 * is not for a draft.
 */
#include "engine/run.h"

/* A document may have any number of namespaces: it is in memory as well. */
static void begin_batch(struct injector_batch *b)
{
	batch_init(b);
	b->namespaces.most = UINT32_MAX;
}

void draft_init(struct injector_draft *d, const struct injector_stream *stream)
{
	d->batch.injector = d->injector;
	begin_batch(&d->batch);
	d->run = (struct run){
		.injector = d->injector,
		.stream = stream,
		.batch = &d->batch,
		.draft = true,
		.doc = ARENA_INIT,
		.outline = ARENA_INIT,
		.values = ARENA_INIT,
		.events = EVENT_QUEUE_INIT,
		.err = ERR_INIT,
		.code = INJECTOR_INVALID,
	};
}

/* ---- ahead ---- */

static void add(struct injector_draft *d, struct opening opening, bool failed)
{
	d->at = mem_extend(d->at, d->n, &d->capacity, sizeof(*d->at));
	d->at[d->n++] = (struct drafted){
		opening, d->run.out.pending.n, failed,
	};
	d->failed |= failed;
}

bool draft_document(struct injector_draft *d, const struct piece *piece)
{
	struct run *r = &d->run;
	size_t from = r->out.pending.n;
	int result;

	r->document++;
	result = run_document(r, piece);
	if (result > 0) {
		r->out.pending.n = from;
		return false;
	}
	add(d, run_opening(piece), result < 0);
	return !result;
}

bool draft_stream(struct injector_draft *d)
{
	struct stream *pieces = run_cut(&d->run);
	struct piece piece;
	bool goes_on = true;
	int more = 0;

	while (goes_on &&
	       (more = stream_next(pieces, &piece, &d->run.err)) > 0)
		goes_on = draft_document(d, &piece);
	stream_free(pieces);
	d->failed |= more < 0;
	/* an error may point into them */
	if (!d->failed) {
		arena_release(&d->run.doc);
		arena_release(&d->run.outline);
		arena_release(&d->run.values);
	}
	return goes_on || d->failed;
}

void draft_clear(struct injector_draft *d)
{
	struct run *r = &d->run;

	d->n = 0;
	d->failed = false;
	queue_clear(&r->events);
	buf_clear(&r->out.pending);
	arena_reset(&r->doc);
	arena_reset(&r->outline);
	r->document = 0;
	run_forget_error(r);
	if (!d->taken || !namespaces_merged(&d->batch.namespaces)) {
		arena_reset(&d->batch.arena);
		begin_batch(&d->batch);
	}
	d->taken = false;
}

/* ---- in turn ---- */

static void merge_batch(struct injector_batch *to, struct injector_draft *d)
{
	for (uint32_t i = 0; i < to->injector->filter.n; i++)
		to->matched[i] |= d->batch.matched[i];
	namespaces_merge(&to->namespaces, &d->batch.namespaces);
	d->taken = true;
}

/* Document i of the draft, which begins at byte `from` of its output. */
static void take_document(struct run *r, struct injector_draft *d, size_t i,
			  size_t from)
{
	const struct drafted *one = &d->at[i];

	run_open(r, &one->opening);
	if (r->stream->report)
		queue_take(&d->run.events, i + 1, run_take_event, r);
	buf_adds(&r->out.pending,
		 str_sub(buf_str(&d->run.out.pending), from, one->end));
}

/* Of all documents: what the batch learns, and the events. */
static void take_events(struct run *r, struct injector_draft *d)
{
	merge_batch(r->batch, d);
	if (r->stream->report)
		queue_take(&d->run.events, UINT64_MAX, run_take_event, r);
}

void draft_take_part(struct run *r, struct injector_draft *d)
{
	take_events(r, d);
	buf_adds(&r->out.pending, buf_str(&d->run.out.pending));
}

/* It is reported when the draft may be gone. */
int draft_take_error(struct run *r, const struct injector_draft *d)
{
	r->err = d->run.err;
	r->code = d->run.code;
	if (r->err.pos.file)
		r->err.pos.file = arena_str(run_arena(r),
					    str_of(r->err.pos.file)).p;
	return -1;
}

int draft_take_all(struct run *r, struct injector_draft *d)
{
	const struct buf *out = &d->run.out.pending;

	if (d->failed || out->n > r->out.limit ||
	    queue_size(&d->run.events) > r->out.limit)
		return draft_take(r, d);
	take_events(r, d);
	return out->n ? run_write(r, buf_str(out)) : 0;
}

int draft_take(struct run *r, struct injector_draft *d)
{
	size_t from = 0;

	merge_batch(r->batch, d);
	for (size_t i = 0; i < d->n; i++) {
		take_document(r, d, i, from);
		from = d->at[i].end;
		if (!d->at[i].failed && run_settle(r))
			return -1;
	}
	return d->failed ? draft_take_error(r, d) : 0;
}
