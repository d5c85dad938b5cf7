/*
 * serve_internal - shared by the .c files of serve; private to them.
 *
 *	serve.c             options, listening, start and stop
 *	serve_keeper.c      one thread: accepts, and closes what is late
 *	serve_connection.c  a connection begins and ends
 *	serve_exchange.c    a request and its answer
 *	serve_workers.c     threads for answers that need much
 *	serve_tls.c         certificates and sessions; the only user of GnuTLS
 *
 * A thread for each connection: what is served is computed in a millisecond,
 * and handshakes cost as much, so that a thread costs less than it takes to
 * share few of them fairly (libmicrohttpd's pools make others wait for a
 * handshake).  Idle, it is a stack of which some pages were touched.
 *
 * The life of a connection:
 *
 *	accept_one()      the keeper's thread hands it to libmicrohttpd
 *	began()           libmicrohttpd's thread; it gets the present identity
 *	HANDSHAKE         from here on its own thread; without TLS: IDLE
 *	IDLE       <--+   until a byte arrives
 *	REQUEST       |   exchange_line(), exchange_handle(): header, body
 *	ANSWER        |   the route's function, maybe in a worker
 *	SENDING    ---+   until exchange_end()
 *	ended()           libmicrohttpd's thread, after its own has ended
 *
 * libmicrohttpd has a timeout that every byte puts off, and nothing else; so
 * the deadlines are kept here.  Each connection notes when its phase began.
 * The keeper looks at all of them several times in deadline_ms and shuts down
 * the sockets of those that are late, at which their threads wake and end.
 * It learns that a request began from the number of bytes the system received,
 * since libmicrohttpd tells nothing before the first line is complete.
 *
 * An error that is answered before the body was read would be lost if the
 * socket was closed at once: what still arrives makes the system reset the
 * connection.  So such bodies are read and dropped where that is cheap, and
 * linger() waits for the client otherwise.
 */
#ifndef WEBHOOK_SERVE_INTERNAL_H
#define WEBHOOK_SERVE_INTERNAL_H

#include "webhook/serve.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

/* ---- serve_tls.c ---- */

struct gnutls_session_int;	/* *gnutls_session_t */

/* The handshake of a connection. */
struct handshake {
	/* Called in the thread of the connection before and after each message
	 * of the client; `done` after the last. */
	void (*step)(struct handshake *h, bool done);
	bool agreed;		/* on version, cipher and protocol */
	bool asks;		/* for the client's certificate */
	unsigned last;		/* the type of the last message */
	char why[160];		/* it failed, or "" */
};

/* GnuTLS's words for what a session may agree to. */
extern const char *const tls_priorities;

/* One more reference; NULL is ignored. */
struct identity *identity_keep(struct identity *identity);
/* libmicrohttpd insists on a function that gives certificates: one that is not
 * called, as each session is given its identity. */
void *tls_no_certificate(void);
/* Prepare a new session, which h and the identity outlive.  0 or -1. */
int tls_begin(struct gnutls_session_int *session, struct identity *identity,
	      struct handshake *h);
/* The handshake failed: note why, unless that is noted already, and tell the
 * client. */
void tls_fail(struct gnutls_session_int *session, struct handshake *h);
/* Tell the client that nothing more is sent. */
void tls_bye(struct gnutls_session_int *session);

/* ---- state ---- */

enum phase { HANDSHAKE, IDLE, REQUEST, ANSWER, SENDING, CLOSING };

/* One request; of the connection's thread. */
struct exchange {
	struct MHD_Connection *mhd;
	bool begun;		/* the header is complete */
	bool unread;		/* answered before the body was read */
	const struct serve_route *route;
	unsigned status;	/* refused with this and `text`; 0: not */
	char text[256];
	char *body;
	size_t length, capacity;
	size_t taken;		/* bytes of the body, also dropped ones */
};

struct connection {
	struct connection *next, *previous;
	struct server *server;
	int fd;
	struct identity *identity;	/* NULL: no TLS */
	struct gnutls_session_int *session;
	struct handshake handshake;
	struct exchange exchange;
	char peer[64];
	/* Under the server's lock. */
	enum phase phase;
	uint64_t since;		/* when that began, never later than now */
	uint64_t received;	/* bytes then, if IDLE */
	bool used;		/* has had a request */
	enum phase late;	/* the phase in which it was late; IDLE: none */
};

struct job;

struct workers {
	pthread_t *threads;
	unsigned n;		/* of them */
	pthread_mutex_t lock;
	pthread_cond_t changed;	/* what a worker may wait for */
	unsigned busy;		/* jobs that are run, wherever; at most n */
	struct job *first, **end;	/* those that wait */
	bool ending;
};

struct server {
	struct serve_options o;
	struct MHD_Daemon *daemon;
	struct workers workers;
	unsigned port;
	int wake[2];		/* a byte in this pipe wakes the keeper */
	pthread_t keeper;
	atomic_bool draining;
	atomic_size_t bodies;	/* bytes of all bodies */
	/* Of the keeper. */
	int listener;		/* -1: closed */
	bool full;		/* wait before the next is accepted */
	/* Under the lock. */
	pthread_mutex_t lock;
	pthread_cond_t began;
	bool beginning;		/* one was accepted and has not begun */
	struct identity *identity;
	struct connection *connections;
	struct serve_stats stats;	/* but for `requests` */
	bool stopping;
	uint64_t stop_at;
};

/* MHD_get_connection_info(), for which a new line is needed each time. */
static inline const union MHD_ConnectionInfo *
mhd_info(struct MHD_Connection *mhd, enum MHD_ConnectionInfoType type)
{
	return MHD_get_connection_info(mhd, type);
}

/* ---- serve_connection.c ---- */

/* What libmicrohttpd calls: its messages; and that a connection is about to
 * get a thread, or has none any more. */
void connection_log(void *server, const char *format, va_list ap)
	__attribute__((format(printf, 2, 0)));
void connection_notify(void *server, struct MHD_Connection *mhd,
		       void **connection,
		       enum MHD_ConnectionNotificationCode what);

/* In the thread of a connection: it has something to do, or a new phase. */
void connection_is_mine(struct connection *c);
void connection_enter(struct connection *c, enum phase phase);

/* ---- serve_exchange.c ---- */

/* What libmicrohttpd calls: the first line is complete; header and body; the
 * answer was sent, or cannot be. */
void *exchange_line(void *server, const char *uri, struct MHD_Connection *mhd);
enum MHD_Result exchange_handle(void *server, struct MHD_Connection *mhd,
				const char *path, const char *method,
				const char *version, const char *data,
				size_t *n, void **request);
void exchange_end(void *server, struct MHD_Connection *mhd, void **request,
		  enum MHD_RequestTerminationCode why);

/* ---- serve_workers.c ---- */

void workers_init(struct workers *w);
/* Start n threads: 0, or an error number. */
int workers_start(struct workers *w, unsigned n, size_t stack_size);
/* Have run(ctx) called in one of them, when those that came before have been,
 * and wait until it returns.  With `here`, call it at once if that is possible
 * without more than n running at the same time. */
void workers_do(struct workers *w, bool here, void (*run)(void *ctx),
		void *ctx);
/* When no job is left. */
void workers_release(struct workers *w);

/* ---- serve_keeper.c ---- */

/* The thread; it ends when serve_stop() has nothing more to wait for. */
void *keeper_run(void *server);
/* Make it look whether there is something to do; from any thread. */
void keeper_wake(struct server *s);
void keeper_close_listener(struct server *s);

#endif
