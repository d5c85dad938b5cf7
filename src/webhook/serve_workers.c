/*
 * Workers: a few threads that make answers which need more than a little
 * memory or time.
 *
 * The thread of a connection waits for its answer meanwhile.  That takes two
 * switches between threads for each answer, a few microseconds.  But what the
 * code of an answer touches, its stack and the memory that malloc keeps for
 * each thread, is there once for each worker and not for each connection, and
 * no more of them run than there are cores.
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

/* The job that came first, or NULL when there will be no more. */
static struct job *next_job(struct workers *w)
{
	struct job *job;

	while (!w->first && !w->ending)
		pthread_cond_wait(&w->arrived, &w->lock);
	job = w->first;
	if (!job)
		return NULL;
	w->first = job->next;
	if (!w->first)
		w->end = &w->first;
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
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

void workers_do(struct workers *w, void (*run)(void *ctx), void *ctx)
{
	struct job job = { .run = run, .ctx = ctx };

	sem_init(&job.finished, 0, 0);
	pthread_mutex_lock(&w->lock);
	*w->end = &job;
	w->end = &job.next;
	pthread_mutex_unlock(&w->lock);
	/* After unlocking, so that the worker does not wake up only to wait. */
	pthread_cond_signal(&w->arrived);
	while (sem_wait(&job.finished) < 0)
		continue;	/* a signal */
	sem_destroy(&job.finished);
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
	pthread_cond_init(&w->arrived, NULL);
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
	pthread_cond_broadcast(&w->arrived);
	pthread_mutex_unlock(&w->lock);
	while (w->n)
		pthread_join(w->threads[--w->n], NULL);
	mem_free(w->threads);
	pthread_cond_destroy(&w->arrived);
	pthread_mutex_destroy(&w->lock);
}
