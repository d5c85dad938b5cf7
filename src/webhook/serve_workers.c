/*
 * Workers: a few threads that make answers which need more than a little
 * memory or time, no more at a time than there are cores.
 *
 * Where an answer can be made at once, the thread of the connection makes it
 * itself, since each switch between threads costs some microseconds, or many
 * where a core has to wake up.  Where several wait, workers make them: they do
 * not have to wake up then, and their stacks are in the cores' caches.  And
 * where there are many connections, only workers do, so that the stack that the
 * code of an answer needs is not there once for each connection.
 */
#include "webhook/serve_internal.h"

#include <errno.h>
#include <semaphore.h>

#include "base/mem.h"

struct job {
	struct job *next;
	void (*run)(void *ctx);
	void *ctx;
	sem_t finished;
};

/* The job that came first, when there may be one more at work, or NULL when
 * there will be no more. */
static struct job *next_job(struct workers *w)
{
	struct job *job;

	while (!w->ending && (!w->first || w->busy == w->n))
		pthread_cond_wait(&w->changed, &w->lock);
	job = w->first;
	if (!job)
		return NULL;
	w->first = job->next;
	if (!w->first)
		w->end = &w->first;
	w->busy++;
	return job;
}

static void *work(void *ctx)
{
	struct workers *w = ctx;
	struct job *job;

	pthread_mutex_lock(&w->lock);
	while ((job = next_job(w))) {
		pthread_mutex_unlock(&w->lock);
		job->run(job->ctx);
		/* the job is gone as soon as its owner wakes up */
		sem_post(&job->finished);
		pthread_mutex_lock(&w->lock);
		w->busy--;
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

static void hand_over(struct workers *w, void (*run)(void *ctx), void *ctx)
{
	struct job job = { .run = run, .ctx = ctx };
	bool wake;

	sem_init(&job.finished, 0, 0);
	pthread_mutex_lock(&w->lock);
	*w->end = &job;
	w->end = &job.next;
	wake = w->busy < w->n;
	pthread_mutex_unlock(&w->lock);
	/* After unlocking, so that the worker does not wake up only to wait. */
	if (wake)
		pthread_cond_signal(&w->changed);
	while (sem_wait(&job.finished) < 0)
		continue;	/* a signal */
	sem_destroy(&job.finished);
}

/* In the place of a worker, unless others wait for one. */
static bool begin_here(struct workers *w)
{
	bool free;

	pthread_mutex_lock(&w->lock);
	free = !w->first && w->busy < w->n;
	if (free)
		w->busy++;
	pthread_mutex_unlock(&w->lock);
	return free;
}

static void end_here(struct workers *w)
{
	bool wake;

	pthread_mutex_lock(&w->lock);
	w->busy--;
	wake = w->first != NULL;
	pthread_mutex_unlock(&w->lock);
	if (wake)
		pthread_cond_signal(&w->changed);
}

void workers_do(struct workers *w, bool here, void (*run)(void *ctx),
		void *ctx)
{
	if (here && begin_here(w)) {
		run(ctx);
		end_here(w);
	} else {
		hand_over(w, run, ctx);
	}
}

static int start_threads(struct workers *w, unsigned n, size_t stack_size)
{
	pthread_attr_t attributes;
	int rc = pthread_attr_init(&attributes);

	if (rc)
		return rc;
	rc = pthread_attr_setstacksize(&attributes, stack_size);
	while (!rc && w->n < n) {
		rc = pthread_create(&w->threads[w->n], &attributes, work, w);
		if (!rc)
			w->n++;
	}
	pthread_attr_destroy(&attributes);
	return rc;
}

void workers_init(struct workers *w)
{
	memset(w, 0, sizeof(*w));
	w->end = &w->first;
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->changed, NULL);
}

int workers_start(struct workers *w, unsigned n, size_t stack_size)
{
	w->threads = mem_try(n * sizeof(*w->threads));
	return w->threads ? start_threads(w, n, stack_size) : ENOMEM;
}

void workers_release(struct workers *w)
{
	pthread_mutex_lock(&w->lock);
	w->ending = true;
	pthread_cond_broadcast(&w->changed);
	pthread_mutex_unlock(&w->lock);
	while (w->n)
		pthread_join(w->threads[--w->n], NULL);
	mem_free(w->threads);
	pthread_cond_destroy(&w->changed);
	pthread_mutex_destroy(&w->lock);
}
