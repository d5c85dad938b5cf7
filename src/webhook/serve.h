/*
 * serve - an HTTP/1.1 server, with TLS or without, for requests that are small
 * and quickly answered.
 *
 * It knows routes, limits and deadlines, and nothing of what is served.  The
 * libraries below it (libmicrohttpd, and GnuTLS for sessions) are seen by
 * serve_*.c alone, so that they can be exchanged; serve_internal.h tells how it
 * works.
 *
 *	serve_start()     listens, and answers from its own threads
 *	serve_drain()     goes on answering, but asks clients to go elsewhere
 *	serve_stop()      lets requests in flight end, closes and frees
 *
 * Limits: see struct serve_options.  What exceeds one, and what no route
 * wants, is answered here by a line of text:
 *
 *	400  no Host				404  no route has the path
 *	405  the route has another method	413  body over max_body
 *	415  not application/json		431  headers over max_header
 *	500  out of memory			501  encoding of the transfer
 *	503  bodies over max_bodies
 *
 * What libmicrohttpd cannot read as HTTP at all it answers in its own words, or
 * closes the connection.
 *
 * Threads: every connection has its own; in it, routes are answered.  Two more
 * are the keeper, which accepts connections and closes those that are late, and
 * libmicrohttpd's, which starts and joins the others.  `log` is called from any
 * of them, and should not block.  The functions below may be called from any
 * thread, but serve_stop() only once and last, and not from an answer.
 *
 * Memory: nothing here needs a mem_protect(), and out of memory ends a request
 * or a connection and not the program.  An answer that uses code that may run
 * out of memory brings its own mem_protect().
 *
 * Signals: the caller blocks in all threads what it wants to handle in one, and
 * ignores SIGPIPE, before serve_start().
 */
#ifndef WEBHOOK_SERVE_H
#define WEBHOOK_SERVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

/* ---- requests and answers ---- */

/* Valid until the answer returns; texts end in a NUL. */
struct serve_request {
	const char *method;	/* "GET", also where the client said HEAD */
	const char *path;	/* without query, %XX decoded */
	str body;		/* "" where there is none */
	const char *peer;	/* "10.0.0.1:4711", "[fe80::1]:4711" */
	uint64_t arrived;	/* all of it; nanoseconds of CLOCK_MONOTONIC */
	struct exchange *exchange;	/* for serve_query() */
};

/* A parameter of the query, decoded; NULL where it is missing. */
const char *serve_query(const struct serve_request *r, const char *name);

struct serve_reply {
	unsigned status;	/* 0: 500, with a text of the server's */
	const char *content_type;	/* a literal; NULL: text/plain */
	const char *body;
	size_t length;
	/* Called with `body` when it has been sent, or could not be; from any
	 * thread of the server.  NULL: the body outlives the server. */
	void (*free)(void *body);
};

/* Fill *reply, which is all zero.  `ctx` is the one of the options. */
typedef void serve_answer_fn(void *ctx, const struct serve_request *request,
			     struct serve_reply *reply);

struct serve_route {
	const char *path;
	bool below;		/* and PATH/ with anything after it */
	bool post;		/* POST with a body; else GET and HEAD */
	bool json;		/* the body has to be application/json */
	bool works;		/* at most `workers` answers at a time */
	serve_answer_fn *answer;
};

/* ---- certificates ---- */

/*
 * A certificate with its key, and the authorities that clients are checked
 * against.  Every holder has a reference: the one that made it, the server,
 * and each connection that began with it.
 */
struct identity;

struct identity_info {
	int64_t not_before, not_after;	/* seconds since 1970 */
	char fingerprint[65];	/* SHA-256 of the certificate, in hex */
	char names[256];	/* DNS names and addresses, with ", " between */
};

/* The file of an error's place, if it is not the certificate. */
#define IDENTITY_KEY "key"
#define IDENTITY_CLIENT_CA "client CA"

/*
 * From texts in PEM: the certificate, followed by those of intermediate
 * authorities; its key; and the authorities that sign clients' certificates,
 * STR_NONE if clients need none.  NULL with an error if one cannot be read or
 * the key is another's.  Validity in time is up to the caller.
 */
struct identity *identity_new(str certificate, str key, str client_ca,
			      struct err *e);
/* Give up a reference; NULL is ignored. */
void identity_free(struct identity *identity);
const struct identity_info *identity_info(const struct identity *identity);

/* ---- the server ---- */

struct server;

struct serve_options {
	const char *listen;	/* "HOST:PORT", ":8443", "[::1]:0" */
	/* The first route that has the path is asked. */
	const struct serve_route *routes;
	size_t n_routes;
	void *ctx;		/* of answers and log */
	/* TLS, with a reference of its own to this; NULL: plain HTTP. */
	struct identity *identity;
	size_t max_header;	/* bytes of request line and headers */
	size_t max_body;	/* bytes of one body */
	size_t max_bodies;	/* bytes of all bodies at the same time */
	/* Where there are more, one that is slow, never had a request or is
	 * idle is closed, in this order; if there is none, new ones wait. */
	unsigned max_connections;
	/* A connection may wait this long for its next request. */
	unsigned idle_ms;
	/* How long each may take: the handshake; a request, from its first byte
	 * to its last; an answer, until all of it is sent.  However steadily
	 * bytes arrive. */
	unsigned deadline_ms;
	/* Of the routes that say so, as many answers are made at the same time;
	 * the others wait in the order in which they came.  There are as many
	 * threads for those that had to wait.  0: any number. */
	unsigned workers;
	size_t stack_size;	/* of a thread that makes answers */
	/* What an operator may want to know, one line without line end, such as
	 * a handshake that failed; from any thread.  May be NULL. */
	void (*log)(void *ctx, const char *text);
};

/* The library needs up to 0.7 MB to read a template that is nested as deeply as
 * is allowed.  What is not used takes no memory.  Sanitizers use more. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SERVE_STACK (8 << 20)
#else
#define SERVE_STACK (1 << 20)
#endif

/* idle_ms: kube-apiserver closes idle connections after 90 s, and its request
 * fails if the server does so first. */
#define SERVE_OPTIONS_INIT { \
	.max_header = 16 << 10, .max_body = 8 << 20, .max_bodies = 64 << 20, \
	.max_connections = 512, .idle_ms = 120000, .deadline_ms = 10000, \
	.stack_size = SERVE_STACK, \
}

/* Listen and serve: the server, or NULL with an error.  Strings and routes of
 * the options outlive the server. */
struct server *serve_start(const struct serve_options *options, struct err *e);
/* The port, for a `listen` that ends in ":0". */
unsigned serve_port(const struct server *s);
/* Use another certificate from the next connection on; those that exist keep
 * theirs.  The caller keeps its reference. */
void serve_set_identity(struct server *s, struct identity *identity);
/* From now on each answer says `Connection: close`. */
void serve_drain(struct server *s);
/*
 * Stop accepting, close connections without a request, give those with one
 * grace_ms to end, close the rest, free the server.  Waits for answers that
 * are being made, however long they take.
 */
void serve_stop(struct server *s, unsigned grace_ms);

struct serve_stats {
	unsigned connections;	/* now open */
	unsigned requests;	/* now between first and last byte */
	uint64_t accepted;	/* connections so far */
	uint64_t evicted;	/* closed to make room for others */
	uint64_t handshake_errors;	/* and handshakes that took too long */
	uint64_t timeouts;	/* closed as deadline_ms passed */
	uint64_t answered;	/* answers of routes so far */
	uint64_t refused;	/* answers of the server itself */
};

struct serve_stats serve_stats(struct server *s);

#endif
