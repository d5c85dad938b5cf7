/*
 * Crew: the documents of one stream in several threads.
 *
 *	read, cut -> chunk -> chunk -> chunk -> chunk -> take, write
 *	main thread  cut      draft    draft    done     main thread
 *
 * The main thread, which is the caller's, cuts the stream into chunks of a few
 * documents, and takes the drafts of them in their order; only this thread
 * calls functions of the host.  While there is nothing to cut or take it makes
 * drafts as the others do.
 *
 * There are twice as many chunks as threads, so that nobody waits for a chunk
 * that takes longer.  They are the memory that this costs: about half a
 * megabyte each.  A document so large that it would cost more is done by the
 * main thread, in its turn and where it was read, as all are without a crew.
 * So is what a thread could not do: see draft.c; or because memory ran out,
 * which then happens to the main thread, or does not happen.
 *
 * A chunk belongs to the main thread while it is cut and taken, and in between
 * to the thread that makes the draft.
 *
 * A large document begins when all chunks before it have been taken.  If it is
 * a List (list.c), the chunks then are parts of that: crew_do().
 */
#include "engine/run.h"

#include <pthread.h>

#include "base/os.h"

#ifdef HURT
#define CHUNK ((size_t)1)
#else
#define CHUNK ((size_t)32 << 10)
#endif
#define LARGE ((size_t)1 << 20)

struct chunk {
	struct buf text;
	struct piece *pieces;	/* of the text */
	size_t n, capacity;
	const struct crew_task *task;	/* instead of documents, or NULL */
	uint32_t part;
	struct injector_draft draft;	/* of the first of them, or all */
	bool begun;		/* the draft has been */
	bool done;
};

struct crew {
	struct run *run;
	struct run cutter;	/* of its own, as its error comes early */
	struct stream *stream;
	bool ended;		/* there is no more to cut */
	bool has_large;		/* document, which is the next */
	struct piece large;
	struct chunk *chunks;	/* a ring */
	size_t n_chunks;
	size_t cut, begun, taken;	/* how many of all */
	pthread_t *threads;
	unsigned n_threads;
	pthread_mutex_t lock;	/* of what follows, `begun` and `cut` */
	pthread_cond_t arrived;	/* a chunk to work on, or the end */
	pthread_cond_t done;	/* the chunk to take next */
	bool ending;
	struct mem_cleanup cleanup;
};

static struct chunk *chunk_at(const struct crew *c, size_t number)
{
	return &c->chunks[number % c->n_chunks];
}

/* ---- drafts, in any thread ---- */

static void draft_chunk(void *ctx)
{
	struct chunk *chunk = ctx;
	struct injector_draft *d = &chunk->draft;

	if (chunk->begun)
		draft_clear(d);
	else
		draft_init(d, d->run.stream);
	chunk->begun = true;
	if (chunk->task)
		chunk->task->make(chunk->task->ctx, chunk->part, d);
	for (size_t i = 0; i < chunk->n; i++)
		if (!draft_document(d, &chunk->pieces[i]))
			break;
}

static void make_draft(struct chunk *chunk)
{
	struct injector_draft *d = &chunk->draft;
	const struct injector_stream *stream = d->run.stream;

	if (mem_protect(&d->pool, 0, draft_chunk, chunk) == MEM_OK)
		return;
	*d = (struct injector_draft){ .injector = d->injector };
	d->run.stream = stream;
	chunk->begun = false;
}

/* Work on the next chunk.  The lock is held before and after that. */
static void work_next(struct crew *c)
{
	size_t number = c->begun++;
	struct chunk *chunk = chunk_at(c, number);

	pthread_mutex_unlock(&c->lock);
	make_draft(chunk);
	pthread_mutex_lock(&c->lock);
	chunk->done = true;
	if (number == c->taken)
		pthread_cond_signal(&c->done);
}

static void *work(void *ctx)
{
	struct crew *c = ctx;

	pthread_mutex_lock(&c->lock);
	while (!c->ending) {
		if (c->begun < c->cut)
			work_next(c);
		else
			pthread_cond_wait(&c->arrived, &c->lock);
	}
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

/* ---- cutting ---- */

static void add_piece(struct chunk *chunk, const struct piece *piece)
{
	chunk->pieces = mem_extend(chunk->pieces, chunk->n, &chunk->capacity,
				   sizeof(*chunk->pieces));
	chunk->pieces[chunk->n++] = *piece;
	buf_adds(&chunk->text, piece->text);
}

static bool next_piece(struct crew *c, struct piece *piece)
{
	c->ended = stream_next(c->stream, piece, &c->cutter.err) <= 0;
	return !c->ended;
}

static void fill_chunk(struct crew *c, struct chunk *chunk)
{
	struct piece piece;
	const char *at;

	buf_clear(&chunk->text);
	chunk->n = 0;
	chunk->task = NULL;
	while (chunk->text.n < CHUNK && next_piece(c, &piece)) {
		c->has_large = piece.text.n > LARGE;
		if (c->has_large) {
			c->large = piece;
			break;
		}
		add_piece(chunk, &piece);
	}
	at = chunk->text.p;
	for (size_t i = 0; i < chunk->n; i++) {
		chunk->pieces[i].text.p = at;
		at += chunk->pieces[i].text.n;
	}
}

/* The chunk is the next to work on. */
static void hand_out(struct crew *c, struct chunk *chunk)
{
	chunk->done = false;
	pthread_mutex_lock(&c->lock);
	c->cut++;
	pthread_cond_signal(&c->arrived);
	pthread_mutex_unlock(&c->lock);
}

static void cut_chunk(struct crew *c)
{
	struct chunk *chunk = chunk_at(c, c->cut);

	fill_chunk(c, chunk);
	if (chunk->n)
		hand_out(c, chunk);
}

/* ---- taking ---- */

static bool is_done(struct crew *c)
{
	bool done;

	pthread_mutex_lock(&c->lock);
	done = c->taken < c->cut && chunk_at(c, c->taken)->done;
	pthread_mutex_unlock(&c->lock);
	return done;
}

static void chunk_taken(struct crew *c)
{
	pthread_mutex_lock(&c->lock);
	c->taken++;
	pthread_mutex_unlock(&c->lock);
}

/* The draft, and the documents that it does not have. */
static int take_chunk(struct crew *c)
{
	struct chunk *chunk = chunk_at(c, c->taken);
	size_t i = chunk->begun ? chunk->draft.n : 0;

	if (chunk->begun && draft_take(c->run, &chunk->draft))
		return -1;
	for (; i < chunk->n; i++)
		if (run_piece(c->run, &chunk->pieces[i]))
			return -1;
	chunk_taken(c);
	return 0;
}

static int take_large(struct crew *c)
{
	int result;

	c->has_large = false;
	c->run->crew = c;
	result = run_piece(c->run, &c->large);
	c->run->crew = NULL;
	return result;
}

/* Until the next chunk is done. */
static void work_or_wait(struct crew *c)
{
	pthread_mutex_lock(&c->lock);
	if (c->begun < c->cut)
		work_next(c);
	while (c->begun == c->cut && !chunk_at(c, c->taken)->done)
		pthread_cond_wait(&c->done, &c->lock);
	pthread_mutex_unlock(&c->lock);
}

/* What the main thread does next. */
static int step(struct crew *c)
{
	if (is_done(c))
		return take_chunk(c);
	if (!c->ended && !c->has_large && c->cut - c->taken < c->n_chunks)
		cut_chunk(c);
	else if (c->taken < c->cut)
		work_or_wait(c);
	else if (c->has_large)
		return take_large(c);
	return 0;
}

/* ---- a document in parts ---- */

static void cut_part(struct crew *c, const struct crew_task *task,
		     uint32_t part)
{
	struct chunk *chunk = chunk_at(c, c->cut);

	chunk->n = 0;
	chunk->task = task;
	chunk->part = part;
	hand_out(c, chunk);
}

static int take_part(struct crew *c)
{
	struct chunk *chunk = chunk_at(c, c->taken);
	const struct crew_task *task = chunk->task;
	int result = task->take(task->ctx, chunk->part,
				chunk->begun ? &chunk->draft : NULL);

	chunk_taken(c);
	return result;
}

/* Drop what nobody has begun, and wait for the rest. */
static void drop_parts(struct crew *c)
{
	pthread_mutex_lock(&c->lock);
	c->cut = c->begun;
	for (; c->taken < c->cut; c->taken++)
		while (!chunk_at(c, c->taken)->done)
			pthread_cond_wait(&c->done, &c->lock);
	pthread_mutex_unlock(&c->lock);
}

int crew_do(struct crew *c, const struct crew_task *task, uint32_t n)
{
	uint32_t cut = 0;
	int result = 0;

	while (!result && (cut < n || c->taken < c->cut)) {
		if (is_done(c))
			result = take_part(c);
		else if (cut < n && c->cut - c->taken < c->n_chunks)
			cut_part(c, task, cut++);
		else
			work_or_wait(c);
	}
	drop_parts(c);
	return result;
}

/* ---- begin and end ---- */

/* Also if the run is abandoned: the drafts are not in its pool. */
static void stop(void *ctx)
{
	struct crew *c = ctx;

	pthread_mutex_lock(&c->lock);
	c->ending = true;
	pthread_cond_broadcast(&c->arrived);
	pthread_mutex_unlock(&c->lock);
	while (c->n_threads)
		pthread_join(c->threads[--c->n_threads], NULL);
	for (size_t i = 0; i < c->n_chunks; i++)
		mem_pool_release(&c->chunks[i].draft.pool);
	pthread_mutex_destroy(&c->lock);
	pthread_cond_destroy(&c->arrived);
	pthread_cond_destroy(&c->done);
}

static void start(struct crew *c, unsigned n)
{
	c->threads = mem_array(pthread_t, n);
	c->chunks = mem_array(struct chunk, n * 2);
	memset(c->chunks, 0, n * 2 * sizeof(*c->chunks));
	c->n_chunks = n * 2;
	for (size_t i = 0; i < c->n_chunks; i++) {
		c->chunks[i].draft.injector = c->run->injector;
		c->chunks[i].draft.run.stream = c->run->stream;
	}
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->arrived, NULL);
	pthread_cond_init(&c->done, NULL);
	mem_defer(&c->cleanup, stop, c);
	c->n_threads = os_threads(c->threads, n - 1, work, c);
}

static void end(struct crew *c)
{
	mem_settle(&c->cleanup);
	stop(c);
	for (size_t i = 0; i < c->n_chunks; i++) {
		buf_release(&c->chunks[i].text);
		mem_free(c->chunks[i].pieces);
	}
	stream_free(c->stream);
	mem_free(c->chunks);
	mem_free(c->threads);
}

static int feed(struct run *r, void *ctx)
{
	const unsigned *n = ctx;
	struct crew c = {
		.run = r,
		.cutter = {
			.injector = r->injector,
			.stream = r->stream,
			.err = ERR_INIT,
			.code = INJECTOR_INVALID,
		},
	};
	int result = 0;

	c.stream = run_cut(&c.cutter);
	start(&c, *n);
	while (!result && !(c.ended && c.taken == c.cut && !c.has_large))
		result = step(&c);
	end(&c);
	if (!result && c.cutter.err.set) {
		r->err = c.cutter.err;
		r->code = c.cutter.code;
		result = -1;
	}
	return result;
}

int crew_stream(struct injector_batch *batch,
		const struct injector_stream *stream,
		struct injector_error *error)
{
	unsigned n = stream->threads < CREW_MOST ? stream->threads : CREW_MOST;

	/* what a limit leaves does not depend on the threads */
	if (n < 2 || batch->injector->max_memory)
		return run_stream(batch, stream, error);
	return run_fed(batch, stream, feed, &n, error);
}
