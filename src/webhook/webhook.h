/*
 * webhook - what the files of `injector-webhook` share.
 *
 * The program is an admission webhook on the library: kube-apiserver sends an
 * AdmissionReview over HTTPS for each Pod that is created, injector_admit()
 * answers it.
 *
 *	webhook.c	main(), start, signals, draining
 *	answers.c	what each path answers
 *	reload.c	the configuration as a handle, and Namespaces; reloading
 *			them and the certificate
 *	log.c		a line for each decision, and for what else happens
 *	log_output.c	when lines are written, and by whom
 *	metrics.c	counters, in Prometheus' text format
 *	serve.h		HTTP and TLS
 *
 * Options, configuration files and messages are those of the command (src/cli).
 *
 * Threads: main() waits for signals and for changes of files, and reloads; each
 * connection is a thread of serve.c, in which answers.c runs.  What they share
 * is struct webhook: below, each member says what guards it.  One more thread
 * writes the log.
 *
 * Memory: threads other than main() allocate only in injector_admit(), which
 * has its own limit.  So a lack of memory ends a request, never the program.
 */
#ifndef WEBHOOK_WEBHOOK_H
#define WEBHOOK_WEBHOOK_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/str.h"
#include "cli/messages.h"
#include "cli/options.h"
#include "injector.h"
#include "webhook/serve.h"

/* ---- log.c ---- */

/*
 * The log is lines on stderr, of JSON or, with --log text, of key=value pairs.
 * A line is at most LOG_ATOMIC bytes; longer values are cut.  It never has an
 * object, a patch or values in it.
 */

/* What a pipe takes in one piece: PIPE_BUF of Linux. */
#define LOG_ATOMIC 4096

struct log_line {
	char text[LOG_ATOMIC];
	bool urgent;		/* a warning or an error */
	size_t n;
};

/* To be called first, before there are threads: JSON or text? */
void log_begin(bool json);
/* Begin a line; add to it; write it. */
void log_open(struct log_line *line, enum message_level level,
	      const char *message);
/* Does nothing for "". */
void log_text(struct log_line *line, const char *key, const char *value);
void log_number(struct log_line *line, const char *key, int64_t value);
void log_ms(struct log_line *line, const char *key, uint64_t ns);
void log_write(struct log_line *line);
/* A whole line. */
void log_message(enum message_level level, const char *message);

/* ---- log_output.c ---- */

/*
 * Each write has whole lines, and no more than a pipe takes in one piece.  So
 * lines stay whole, even where several processes have the same pipe.
 *
 * A write costs as much as making some lines, and wakes who reads them.  So
 * while the webhook serves, from log_collect() to log_finish(), lines are
 * collected, and a thread writes those of 10 ms together.  It does so at once
 * if nothing was written for so long, and for a warning or an error, with what
 * came before it.  Times in lines are those of the events.
 *
 * Who logs never waits for who reads: 256 KiB may wait.  Lines that come then
 * are lost, which a warning says as soon as there is room, and a metric.
 *
 * Where the program crashes (abort() too) the lines that wait are written,
 * perhaps before those that were being written at that moment.
 * SIGKILL, and a crash without a stack, lose those of the last 10 ms.
 *
 * Before and after, each line is written at once, by the thread that logs it.
 */

/* A whole line. */
void log_send(const char *line, size_t n, bool urgent);
/* Begin to collect, where the system has a thread for it. */
void log_collect(void);
/* Write what waits, if it is read within a second, and end the thread. */
void log_finish(void);
/* For a signal handler after which the program ends: write what waits. */
void log_rescue(void);
/* How many lines were lost. */
uint64_t log_lost(void);

/* ---- metrics.c ---- */

#define METRICS_BUCKETS 14
#define METRICS_RESULTS 64

struct histogram {
	uint64_t counts[METRICS_BUCKETS + 1];	/* the last: larger */
	double sum;				/* seconds */
};

/* Success, and when, of the last attempt to load something. */
struct load_metrics {
	bool successful;
	int64_t success_time;			/* seconds since 1970 */
	uint64_t successes, failures;
};

/* All of it is guarded by `lock`. */
struct metrics {
	pthread_mutex_t lock;
	struct histogram admissions, injections;
	struct {
		char result[16], reason[112];
		uint64_t n;
	} results[METRICS_RESULTS];
	size_t n_results;
	/* as istiod counts */
	uint64_t requests, injected, failed, skipped;
	struct load_metrics rules, certificate;
};

#define METRICS_INIT { .lock = PTHREAD_MUTEX_INITIALIZER }

/* A decision, and how long the request took. */
void metrics_decision(struct metrics *m, const char *result,
		      const char *reason, uint64_t ns);
void metrics_loaded(struct metrics *m, struct load_metrics *what,
		    bool success);
struct webhook;
/* Append the page of /metrics. */
void metrics_write(struct webhook *w, struct buf *b);

/* ---- reload.c ---- */

/* What is injected.  Immutable; freed when neither the webhook nor a request
 * uses it any more. */
struct rules {
	struct injector *injector;
	struct injector_text *namespaces;	/* by name, sorted */
	size_t n_namespaces;
	struct mem_pool pool;			/* of the namespaces */
	unsigned users;				/* guarded by webhook.lock */
};

/* The present ones, to be given back. */
struct rules *rules_take(struct webhook *w);
void rules_give(struct webhook *w, struct rules *rules);
/* The Namespace of this name, or NULL. */
const struct injector_text *rules_namespace(const struct rules *rules,
					    const char *name);

/*
 * Load rules and certificate where their files have changed since the last
 * time, or with `force` in any case.  What cannot be loaded is logged and
 * counted, and the present ones stay.  A file is taken with all the others of
 * its kind or not at all: if one of them changes meanwhile, all are read again.
 * False if there are still no rules or no certificate.
 */
bool reload(struct webhook *w, bool force);
/* A descriptor that becomes readable when a file may have changed, or -1 where
 * the system has none; and read it. */
int reload_watch(const struct webhook *w);
void reload_watch_clear(int fd);
/* At the end. */
void reload_release(struct webhook *w);

/* ---- answers.c ---- */

extern const struct serve_route answers_tls[], answers_admin[];
extern const size_t answers_n_tls, answers_n_admin;

/* ---- the program ---- */

struct webhook {
	const struct options *options;
	struct metrics metrics;
	atomic_bool draining;
	pthread_mutex_t lock;		/* guards the next two */
	struct rules *rules;
	struct identity *identity;
	/* What the files were when they were read last; main()'s. */
	uint64_t rules_seen, identity_seen;
	struct server *tls, *admin;	/* set before they get requests */
	int64_t started;		/* seconds since 1970 */
};

#endif
