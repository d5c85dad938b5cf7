/*
 * Jobs: threads that open and inject the next files ahead of their turn.
 *
 *	files	| 1  2  3 | 4     5     6  | 7  8 ...
 *		  done	    main  ahead	     waiting
 *
 * Whatever can be seen happens in the main thread, file by file, as without
 * jobs: messages, output, files that are replaced, and which of these do not
 * happen after an error or a signal.  A thread only reads its file, makes a
 * draft of the injection and, with --diff, the difference.  What it cannot do
 * (a large file, a pipe, one that cannot be opened, memory that runs out) is
 * left to the main thread as well; so jobs change how long a run takes and
 * nothing else.
 *
 * A job, which is a file with all its memory, belongs to a worker until it is
 * done, then to the main thread, and in the end to that worker again: memory is
 * freed by the thread that allocated it, since libc's allocator has a lock for
 * the memory of each, and who has to wait for another's sleeps.
 */
#include "cli/process.h"

#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "base/os.h"

enum {
	AHEAD = 31,		/* files ahead, or one for each thread */
	MANY_FILES = 100,	/* are worth threads if nobody asks for them */
	THREADS_MOST = 256,
};

/* Bytes of the files ahead.  Each thread may have one, whatever its size. */
#define BYTES_AHEAD ((uint64_t)1 << 20)

/* A file that a worker opens and injects. */
struct job {
	struct mem_pool pool;
	struct ahead ahead;	/* target NULL: left to the main thread */
	struct worker *by;
	struct job *next;
};

struct place {
	bool done;
	uint64_t size;
	struct job *job;	/* NULL: left to the main thread */
};

struct worker {
	struct job *used;	/* by the main thread; of the lock */
	struct job *idle;	/* without memory, for the next file */
};

struct jobs {
	struct ahead like;	/* what all have in common */
	const struct inputs *inputs;
	unsigned n;		/* threads, with the main thread */
	struct worker *workers; /* that is the first one */
	pthread_t *threads;	/* the others */
	unsigned n_threads;
	struct mem_cleanup cleanup;
	pthread_mutex_t lock;
	pthread_cond_t done;	/* the file that main waits for */
	pthread_cond_t room;	/* for one more, or the end */
	unsigned n_started;	/* threads */
	/* Indexes of files: begun by a worker, taken by the main thread, and
	 * released by that. */
	size_t begun, taken, released;
	uint64_t bytes;		/* of those between released and begun */
	bool ending;
	struct place *ring;
	size_t ring_size;	/* more than `n` */
};

static struct place *place_at(const struct jobs *j, size_t number)
{
	return &j->ring[number % j->ring_size];
}

/* ---- how many ---- */

/* So much work that it is worth while, though nobody asked for it? */
static bool is_much(const struct inputs *in)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < in->n; i++)
		bytes += (uint64_t)in->at[i].st.st_size;
	return in->n >= MANY_FILES || bytes > INPUT_AHEAD;
}

unsigned jobs_wanted(const struct options *o, bool much)
{
	unsigned n = o->jobs ? o->jobs : much ? os_cores() : 1;

	return n < THREADS_MOST ? n : THREADS_MOST;
}

/* Files ahead are open.  Most descriptors are left to the file whose turn it
 * is, and to who called this program. */
static unsigned threads_most(void)
{
	long descriptors = sysconf(_SC_OPEN_MAX);

	if (descriptors < 0 || descriptors > 4 * THREADS_MOST)
		return THREADS_MOST;
	return (unsigned)descriptors / 4;
}

/* ---- a file ---- */

/* How many bytes a thread reads of the file; 0: it is not for a thread. */
static uint64_t size_of(const struct target *t)
{
	bool is = t->is_file && S_ISREG(t->st.st_mode) && !t->ahead &&
		  (uint64_t)t->st.st_size < INPUT_AHEAD;

	return is ? (uint64_t)t->st.st_size : 0;
}

static void free_draft(void *ctx)
{
	struct ahead *a = ctx;

	injector_draft_free(a->draft);
}

/* Leave the file to the main thread, which begins again, and reports what is
 * wrong. */
static void leave(struct ahead *a)
{
	if (a->input.fd >= 0)
		close(a->input.fd);
	a->target = NULL;
	a->draft = NULL;
}

static void open_and_draft(void *ctx)
{
	struct ahead *a = ctx;
	struct mem_cleanup cleanup;
	const struct run run = {
		.session = a->session,
		.target = a->target,
		.input = &a->input,
		.draft = a->used,
		.joins = a->joins,
	};
	struct err e = ERR_INIT;

	if (input_open(&a->input, a->target->word, a->session->options,
		       &e) < 0) {
		leave(a);
		return;
	}
	if (!a->input.whole)
		return;
	a->used = NULL;
	a->draft = run_draft(&run);
	mem_defer(&cleanup, free_draft, a);
	if (a->draft && a->more)
		a->more(a);
	mem_settle(&cleanup);
}

static void work_ahead(struct job *w)
{
	if (mem_protect(&w->pool, 0, open_and_draft, &w->ahead) != MEM_OK)
		leave(&w->ahead);
}

/* The draft is kept. */
static void release_memory(struct job *w)
{
	struct ahead *a = &w->ahead;

	if (a->draft)
		a->used = a->draft;
	a->draft = NULL;
	mem_pool_release(&w->pool);
}

static void free_job(struct job *w)
{
	release_memory(w);
	injector_draft_free(w->ahead.used);
	mem_free(w);
}

/* Free the memory of all that was used, and keep the rest. */
static void recycle(struct worker *worker, struct job *used)
{
	while (used) {
		struct job *next = used->next;

		release_memory(used);
		used->next = worker->idle;
		worker->idle = used;
		used = next;
	}
}

/* NULL: there is no memory. */
static struct job *new_job(struct worker *worker, const struct ahead *like)
{
	struct job *w = worker->idle;
	struct injector_draft *used = w ? w->ahead.used : NULL;

	if (w)
		worker->idle = w->next;
	else
		w = mem_try(sizeof(*w));
	if (!w)
		return NULL;
	/* the main thread frees it when this one has ended */
	mem_detach(w);
	*w = (struct job){ .ahead = *like, .by = worker };
	w->ahead.used = used;
	return w;
}

/* ---- workers ---- */

/* Is there no file left to begin? */
static bool is_over(const struct jobs *j)
{
	return j->ending || j->begun == j->inputs->n;
}

static bool has_room(const struct jobs *j)
{
	size_t ahead = j->begun - j->released;
	uint64_t more = size_of(&j->inputs->at[j->begun]);

	return ahead <= j->n ||
	       (ahead < j->ring_size && j->bytes + more <= BYTES_AHEAD);
}

/* Begin the next file, for which there is room. */
static struct place *next_place(struct jobs *j)
{
	struct place *p = place_at(j, j->begun);

	*p = (struct place){ .size = size_of(&j->inputs->at[j->begun]) };
	j->bytes += p->size;
	j->begun++;
	return p;
}

static void work_on(struct jobs *j, struct worker *worker, struct place *p,
		    const struct target *t)
{
	struct job *w = new_job(worker, &j->like);

	if (!w)
		return;
	w->ahead.target = t;
	work_ahead(w);
	p->job = w;
}

/* Do the next file.  The lock is held before and after that. */
static void work_next(struct jobs *j, struct worker *worker)
{
	const struct target *t = &j->inputs->at[j->begun];
	struct place *p = next_place(j);
	struct job *used = worker->used;

	worker->used = NULL;
	pthread_mutex_unlock(&j->lock);
	recycle(worker, used);
	if (p->size)
		work_on(j, worker, p, t);
	pthread_mutex_lock(&j->lock);
	p->done = true;
	if (p == place_at(j, j->taken))
		pthread_cond_signal(&j->done);
}

static void work_until_end(void *ctx)
{
	struct jobs *j = ctx;
	struct worker *worker;

	pthread_mutex_lock(&j->lock);
	worker = &j->workers[++j->n_started];
	while (!is_over(j)) {
		if (has_room(j))
			work_next(j, worker);
		else
			pthread_cond_wait(&j->room, &j->lock);
	}
	pthread_mutex_unlock(&j->lock);
}

/* In a call, by which files share what is kept of the memory of each. */
static void *work(void *ctx)
{
	struct mem_pool pool = MEM_POOL_INIT;

	mem_protect(&pool, 0, work_until_end, ctx);
	return NULL;
}

/* ---- the main thread ---- */

static void stop(void *ctx)
{
	struct jobs *j = ctx;

	pthread_mutex_lock(&j->lock);
	j->ending = true;
	pthread_cond_broadcast(&j->room);
	pthread_mutex_unlock(&j->lock);
	while (j->n_threads)
		pthread_join(j->threads[--j->n_threads], NULL);
}

/* has_room() gives each of the n threads a place, and one more. */
static size_t ring_size(unsigned n, unsigned most)
{
	unsigned ahead = n > AHEAD ? n : AHEAD;

	return (ahead < most ? ahead : most) + 1;
}

struct jobs *jobs_begin(const struct ahead *like, const struct inputs *in)
{
	unsigned n = jobs_wanted(like->session->options, is_much(in));
	unsigned most = threads_most();
	struct jobs *j;

	n = n < in->n ? n : (unsigned)in->n;
	n = n < most ? n : most;
	if (n < 2)
		return NULL;
	os_keep_memory(n);
	j = mem_alloc(sizeof(*j));
	memset(j, 0, sizeof(*j));
	j->like = *like;
	j->like.input.fd = -1;
	j->inputs = in;
	j->n = n;
	j->threads = mem_array(pthread_t, n);
	j->workers = mem_array(struct worker, n);
	memset(j->workers, 0, n * sizeof(*j->workers));
	j->ring_size = ring_size(n, most);
	j->ring = mem_array(struct place, j->ring_size);
	pthread_mutex_init(&j->lock, NULL);
	pthread_cond_init(&j->done, NULL);
	pthread_cond_init(&j->room, NULL);
	mem_defer(&j->cleanup, stop, j);
	j->n_threads = os_threads(j->threads, n - 1, work, j);
	return j;
}

/* The file that was taken last, if any, is no longer used. */
static void release_taken(struct jobs *j)
{
	struct place *p = place_at(j, j->released);
	struct job *w = p->job;

	if (j->released == j->taken)
		return;
	if (w) {
		w->next = w->by->used;
		w->by->used = w;
	}
	j->released++;
	j->bytes -= p->size;
	/* not for each file */
	if (j->begun - j->released <= j->ring_size / 2)
		pthread_cond_broadcast(&j->room);
}

/* While the file is not done the main thread works as well. */
struct ahead *jobs_take(struct jobs *j, const struct target *t)
{
	struct place *p;

	if (!j || t != &j->inputs->at[j->taken])
		return NULL;
	p = place_at(j, j->taken);
	pthread_mutex_lock(&j->lock);
	release_taken(j);
	while (j->begun <= j->taken || !p->done) {
		if (!is_over(j) && has_room(j))
			work_next(j, &j->workers[0]);
		else
			pthread_cond_wait(&j->done, &j->lock);
	}
	j->taken++;
	pthread_mutex_unlock(&j->lock);
	return p->job && p->job->ahead.target ? &p->job->ahead : NULL;
}

int jobs_open(struct ahead *a, const struct target *t, const struct options *o,
	      struct input *in, struct err *e)
{
	if (!a)
		return input_open_target(in, t, o, e);
	*in = a->input;
	in->lent = true;
	a->input.fd = -1;
	return 0;
}

/* It was not taken, or is no longer used. */
static void drop(struct job *w)
{
	if (!w)
		return;
	if (w->ahead.target && w->ahead.input.fd >= 0)
		close(w->ahead.input.fd);
	free_job(w);
}

static void end_worker(struct worker *worker)
{
	struct job *w, *next;

	recycle(worker, worker->used);
	for (w = worker->idle; w; w = next) {
		next = w->next;
		free_job(w);
	}
}

void jobs_end(struct jobs *j)
{
	if (!j)
		return;
	mem_settle(&j->cleanup);
	stop(j);
	for (; j->released < j->begun; j->released++)
		drop(place_at(j, j->released)->job);
	for (unsigned i = 0; i < j->n; i++)
		end_worker(&j->workers[i]);
	pthread_mutex_destroy(&j->lock);
	pthread_cond_destroy(&j->done);
	pthread_cond_destroy(&j->room);
	mem_free(j->threads);
	mem_free(j->workers);
	mem_free(j->ring);
	mem_free(j);
}
