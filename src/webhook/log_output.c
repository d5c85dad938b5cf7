/*
 * Where the lines of the log go; webhook.h says when.
 *
 * There are two stores: threads add to the one that waits, while the thread of
 * the log writes the other.  Whoever logs holds the lock for as long as it
 * takes to copy a line.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "base/io.h"
#include "base/os.h"
#include "webhook/webhook.h"

/* For some hundred lines, while whoever reads the log is busy. */
#define ROOM (256 << 10)
/* So much is written without further waiting. */
#define MANY (16 << 10)
#define WAIT_MS 10
/* A reader has so long to take the rest: at the end, and in a crash. */
#define END_MS 1000
#define CRASH_MS 100

struct lines {
	size_t n;
	char text[ROOM];
};

static struct lines stores[2];

static struct {
	pthread_mutex_t lock;	/* guards all but the last three */
	pthread_cond_t changed;
	bool collecting, urgent;
	uint64_t end;		/* when to give up, ms; 0: never */
	uint64_t lost, told;	/* lines; of how many a line has told */
	struct lines *waiting;
	pthread_t thread;
	/* Of the thread, and of a crash. */
	struct lines *leaving;
	atomic_size_t left;	/* bytes of `leaving`; of whoever adds to it */
	uint64_t last;		/* when it wrote, ms */
} out = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.waiting = &stores[0],
	.leaving = &stores[1],
};

/* ---- writing ---- */

/* How many bytes of them to write at once. */
static size_t whole_lines(const char *p, size_t n)
{
	const char *end;

	if (n <= LOG_ATOMIC)
		return n;
	end = memrchr(p, '\n', LOG_ATOMIC);
	return end ? (size_t)(end + 1 - p) : LOG_ATOMIC;
}

/* Is there room, so that writing does not block? */
static bool has_room(int ms)
{
	struct pollfd p = { .fd = STDERR_FILENO, .events = POLLOUT };

	return poll(&p, 1, ms) != 0;
}

static bool is_over(void)
{
	uint64_t end;

	pthread_mutex_lock(&out.lock);
	end = out.end;
	pthread_mutex_unlock(&out.lock);
	return end && os_now_ms() >= end;
}

/* From here on, unless a crash writes that.  A failure to write to stderr is
 * ignored: it could not be reported. */
static void write_some(size_t at)
{
	const char *p = out.leaving->text + at;
	const size_t n = whole_lines(p, out.leaving->n - at);

	if (atomic_compare_exchange_strong(&out.left, &at, at + n))
		(void)io_write(STDERR_FILENO, p, n);
}

/* All that leaves; at the end perhaps only a part of it. */
static void write_lines(void)
{
	size_t at;

	while ((at = atomic_load(&out.left)) < out.leaving->n) {
		if (has_room(WAIT_MS))
			write_some(at);
		else if (is_over())
			break;
	}
	out.last = os_now_ms();
}

/* ---- the thread ---- */

/* Under the lock, as what follows.  Sleep until something changes, or until
 * this time; 0: for ever. */
static void sleep_until(uint64_t ms)
{
	struct timespec t = { .tv_sec = (time_t)(ms / 1000),
			      .tv_nsec = (long)(ms % 1000 * 1000000) };

	if (ms)
		pthread_cond_timedwait(&out.changed, &out.lock, &t);
	else
		pthread_cond_wait(&out.changed, &out.lock);
}

/* Until lines are to be written; false: there are no more. */
static bool await_lines(void)
{
	while (!out.waiting->n && !out.end)
		sleep_until(0);
	while (!out.urgent && !out.end && out.waiting->n < MANY &&
	       os_now_ms() < out.last + WAIT_MS)
		sleep_until(out.last + WAIT_MS);
	return out.waiting->n > 0;
}

/* What waits leaves. */
static void exchange(void)
{
	struct lines *empty = out.leaving;

	empty->n = 0;
	out.leaving = out.waiting;
	atomic_store(&out.left, 0);
	out.waiting = empty;
	out.urgent = false;
}

/* Lines that were not lost, though later than those that were. */
static void tell_of_lost(uint64_t n)
{
	struct log_line line;

	if (!n)
		return;
	log_open(&line, MESSAGE_WARNING,
		 "lines of the log were lost, as they were read too slowly");
	log_number(&line, "lines", (int64_t)n);
	log_write(&line);
}

static void *run(void *ctx)
{
	uint64_t lost;

	pthread_mutex_lock(&out.lock);
	while (await_lines()) {
		exchange();
		lost = out.lost - out.told;
		out.told = out.lost;
		pthread_mutex_unlock(&out.lock);
		tell_of_lost(lost);
		write_lines();
		pthread_mutex_lock(&out.lock);
	}
	pthread_mutex_unlock(&out.lock);
	return ctx;
}

/* ---- crashes ---- */

static const int crashes[] = { SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV };
static struct sigaction before[ARRAY_SIZE(crashes)];

static void rescue(const struct lines *lines, size_t from)
{
	while (from < lines->n && has_room(CRASH_MS)) {
		const size_t n = whole_lines(lines->text + from,
					     lines->n - from);

		(void)io_write(STDERR_FILENO, lines->text + from, n);
		from += n;
	}
}

/* The lock, which is not given back, keeps the others away.  Whoever has it for
 * longer than a moment is the thread that crashed, and keeps them away too. */
void log_rescue(void)
{
	for (int i = 0; i < 10 && pthread_mutex_trylock(&out.lock); i++)
		poll(NULL, 0, 1);
	rescue(out.leaving, atomic_exchange(&out.left, SIZE_MAX));
	rescue(out.waiting, 0);
}

/* Then what would have happened without: by doing again what failed, or by
 * sending the signal again. */
static void on_crash(int signal, siginfo_t *info, void *context)
{
	const int kept = errno;

	(void)context;
	for (size_t i = 0; i < ARRAY_SIZE(crashes); i++)
		sigaction(crashes[i], &before[i], NULL);
	log_rescue();
	if (info->si_code <= 0)
		raise(signal);
	errno = kept;
}

static void watch_crashes(bool on)
{
	struct sigaction action = { .sa_sigaction = on_crash,
				    .sa_flags = SA_SIGINFO };

	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < ARRAY_SIZE(crashes); i++)
		sigaction(crashes[i], on ? &action : &before[i],
			  on ? &before[i] : NULL);
}

/* ---- what the others call ---- */

/* Under the lock. */
static void add(const char *line, size_t n, bool urgent)
{
	struct lines *to = out.waiting;
	const size_t had = to->n;

	if (had + n > ROOM) {
		out.lost++;
		return;
	}
	memcpy(to->text + had, line, n);
	to->n += n;
	if (had == 0 || (had < MANY && to->n >= MANY) ||
	    (urgent && !out.urgent)) {
		out.urgent = out.urgent || urgent;
		pthread_cond_signal(&out.changed);
	}
}

void log_send(const char *line, size_t n, bool urgent)
{
	bool collecting;

	pthread_mutex_lock(&out.lock);
	collecting = out.collecting;
	if (collecting)
		add(line, n, urgent);
	pthread_mutex_unlock(&out.lock);
	if (!collecting)
		(void)io_write(STDERR_FILENO, line, n);
}

void log_collect(void)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&out.changed, &attributes);
	pthread_condattr_destroy(&attributes);
	pthread_mutex_lock(&out.lock);
	out.collecting = os_threads(&out.thread, 1, run, NULL) == 1;
	pthread_mutex_unlock(&out.lock);
	if (out.collecting)
		watch_crashes(true);
}

void log_finish(void)
{
	if (!out.collecting)
		return;
	pthread_mutex_lock(&out.lock);
	out.end = os_now_ms() + END_MS;
	pthread_cond_signal(&out.changed);
	pthread_mutex_unlock(&out.lock);
	pthread_join(out.thread, NULL);
	watch_crashes(false);
	out.collecting = false;
	out.end = 0;
	stores[0].n = stores[1].n = 0;
	pthread_cond_destroy(&out.changed);
}

uint64_t log_lost(void)
{
	uint64_t lost;

	pthread_mutex_lock(&out.lock);
	lost = out.lost;
	pthread_mutex_unlock(&out.lock);
	return lost;
}
