/*
 * A server for the tests of webhook/serve, and a client that can misbehave,
 * with TLS or without.  Included once by each of them.
 *
 *	GET  /ready		"ready\n"
 *	POST /inject[/...]	JSON: its path, parameter "timeout" and body
 *	GET  /slow?ms=N		"slow\n" after N ms
 *	GET  /gate		"open\n" when gate_open; as /inject for workers
 *	GET  /big?mb=N		N MiB of "x"
 *	GET  /broken		no answer
 */
#ifndef TESTS_SERVE_CLIENT_H
#define TESTS_SERVE_CLIENT_H

#include <check.h>
#include <errno.h>
#include <gnutls/gnutls.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "base/os.h"
#include "webhook/serve.h"

/* Longer than anything here takes on a busy machine. */
#define PATIENCE_MS 20000

#define UNUSED __attribute__((unused))

/* ---- the server ---- */

static atomic_int bodies_out;	/* of answers that were not freed */
static pthread_mutex_t said_lock = PTHREAD_MUTEX_INITIALIZER;
static char said[16384];	/* what the server logged */

static void sleep_ms(unsigned ms)
{
	poll(NULL, 0, (int)ms);
}

static void note(void *ctx, const char *line)
{
	size_t n;

	(void)ctx;
	pthread_mutex_lock(&said_lock);
	n = strlen(said);
	snprintf(said + n, sizeof(said) - n, "%s\n", line);
	pthread_mutex_unlock(&said_lock);
}

static UNUSED bool was_said(const char *text)
{
	bool found;

	pthread_mutex_lock(&said_lock);
	found = strstr(said, text);
	pthread_mutex_unlock(&said_lock);
	return found;
}

static void free_body(void *body)
{
	atomic_fetch_sub(&bodies_out, 1);
	free(body);
}

static void reply_with(struct serve_reply *reply, char *body, size_t n)
{
	atomic_fetch_add(&bodies_out, 1);
	reply->status = 200;
	reply->body = body;
	reply->length = n;
	reply->free = free_body;
}

static void answer_ready(void *ctx, const struct serve_request *request,
			 struct serve_reply *reply)
{
	(void)ctx;
	ck_assert_str_eq(request->method, "GET");
	reply->status = 200;
	reply->body = "ready\n";
	reply->length = 6;
}

static void answer_inject(void *ctx, const struct serve_request *request,
			  struct serve_reply *reply)
{
	const char *timeout = serve_query(request, "timeout");
	size_t n = strlen(request->path) + request->body.n + 100;
	char *body = malloc(n);

	(void)ctx;
	ck_assert_str_eq(request->method, "POST");
	ck_assert(request->body.p[request->body.n] == '\0');
	ck_assert_ptr_nonnull(strchr(request->peer, ':'));
	n = (size_t)snprintf(body, n, "%s %s ", request->path,
			     timeout ? timeout : "-");
	memcpy(body + n, request->body.p, request->body.n);
	reply_with(reply, body, n + request->body.n);
	reply->content_type = "application/json";
}

static unsigned number(const struct serve_request *request, const char *name)
{
	const char *text = serve_query(request, name);

	return text ? (unsigned)strtoul(text, NULL, 10) : 0;
}

static void answer_slow(void *ctx, const struct serve_request *request,
			struct serve_reply *reply)
{
	(void)ctx;
	sleep_ms(number(request, "ms"));
	reply->status = 200;
	reply->body = "slow\n";
	reply->length = 5;
}

static atomic_bool gate_open;
static atomic_uint gate_now, gate_most;	/* how many wait there */

static void answer_gate(void *ctx, const struct serve_request *request,
			struct serve_reply *reply)
{
	unsigned n = atomic_fetch_add(&gate_now, 1) + 1;

	(void)ctx;
	(void)request;
	if (n > atomic_load(&gate_most))
		atomic_store(&gate_most, n);
	while (!atomic_load(&gate_open))
		sleep_ms(2);
	atomic_fetch_sub(&gate_now, 1);
	reply->status = 200;
	reply->body = "open\n";
	reply->length = 5;
}

static void answer_big(void *ctx, const struct serve_request *request,
		       struct serve_reply *reply)
{
	size_t n = (size_t)number(request, "mb") << 20;
	char *body = malloc(n);

	(void)ctx;
	memset(body, 'x', n);
	reply_with(reply, body, n);
}

static void answer_broken(void *ctx, const struct serve_request *request,
			  struct serve_reply *reply)
{
	(void)ctx;
	(void)request;
	(void)reply;
}

static const struct serve_route routes[] = {
	{ .path = "/ready", .answer = answer_ready },
	{ .path = "/inject", .below = true, .post = true, .json = true,
	  .works = true, .answer = answer_inject },
	{ .path = "/slow", .answer = answer_slow },
	{ .path = "/gate", .works = true, .answer = answer_gate },
	{ .path = "/big", .answer = answer_big },
	{ .path = "/broken", .answer = answer_broken },
};

static struct server *server;
static unsigned port;

static struct serve_options test_options(void)
{
	struct serve_options o = SERVE_OPTIONS_INIT;

	o.listen = "127.0.0.1:0";
	o.routes = routes;
	o.n_routes = ARRAY_SIZE(routes);
	o.log = note;
	return o;
}

static void start_server(const struct serve_options *options)
{
	struct err e = ERR_INIT;

	signal(SIGPIPE, SIG_IGN);
	*said = '\0';
	server = serve_start(options, &e);
	ck_assert_msg(server != NULL, "%s", e.text);
	port = serve_port(server);
	ck_assert_uint_ne(port, 0);
}

/* Nothing may be left behind. */
static void stop_server(void)
{
	serve_stop(server, 0);
	server = NULL;
	ck_assert_int_eq(atomic_load(&bodies_out), 0);
}

/* ---- the client ---- */

struct client {
	int fd;
	gnutls_session_t tls;	/* NULL: none */
	char *got;		/* bytes that no answer has used */
	size_t n, capacity;
	char *body;		/* of the last answer */
};

static struct client *connect_to(unsigned to)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)to),
		.sin_addr = { htonl(INADDR_LOOPBACK) },
	};
	const struct timeval patience = { PATIENCE_MS / 1000, 0 };
	struct client *c = calloc(1, sizeof(*c));
	int one = 1;

	c->fd = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_ge(c->fd, 0);
	setsockopt(c->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(c->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	ck_assert_int_eq(connect(c->fd, (struct sockaddr *)&address,
				 sizeof(address)), 0);
	return c;
}

static void hang_up(struct client *c)
{
	if (c->tls)
		gnutls_deinit(c->tls);
	close(c->fd);
	free(c->got);
	free(c->body);
	free(c);
}

/* What the client trusts and presents: the test's. */
static gnutls_certificate_credentials_t trust;

/* A TLS client: 0 or GnuTLS's error.  NULL: any versions, no ALPN. */
static int shake_hands(struct client *c, const char *priorities,
		       const char *alpn)
{
	gnutls_datum_t name = { (unsigned char *)(uintptr_t)alpn,
				alpn ? (unsigned)strlen(alpn) : 0 };
	int rc;

	gnutls_init(&c->tls, GNUTLS_CLIENT);
	gnutls_priority_set_direct(c->tls, priorities ? priorities : "NORMAL",
				   NULL);
	gnutls_credentials_set(c->tls, GNUTLS_CRD_CERTIFICATE, trust);
	gnutls_session_set_verify_cert(c->tls, "localhost", 0);
	if (alpn)
		gnutls_alpn_set_protocols(c->tls, &name, 1, 0);
	gnutls_transport_set_int(c->tls, c->fd);
	do
		rc = gnutls_handshake(c->tls);
	while (rc < 0 && !gnutls_error_is_fatal(rc));
	return rc;
}

/* All of it, or false. */
static bool put(struct client *c, const char *p, size_t n)
{
	while (n) {
		ssize_t k = c->tls ? gnutls_record_send(c->tls, p, n) :
			send(c->fd, p, n, MSG_NOSIGNAL);

		if (k <= 0)
			return false;
		p += k;
		n -= (size_t)k;
	}
	return true;
}

static bool put_z(struct client *c, const char *z)
{
	return put(c, z, strlen(z));
}

/* Read more: the number of bytes, 0 at the end, -1 after an error. */
static ssize_t get_more(struct client *c)
{
	ssize_t k;

	if (c->capacity - c->n < 65536) {
		c->capacity = 2 * c->capacity + 65536;
		c->got = realloc(c->got, c->capacity);
	}
	if (c->tls)
		k = gnutls_record_recv(c->tls, c->got + c->n,
				       c->capacity - c->n - 1);
	else
		k = recv(c->fd, c->got + c->n, c->capacity - c->n - 1, 0);
	if (k > 0)
		c->n += (size_t)k;
	c->got[c->n] = '\0';
	return k < 0 ? -1 : k;
}

struct answer {
	unsigned status;
	bool close;		/* Connection: close */
	char header[1024];
	char *body;		/* valid until the next answer */
	size_t n;
};

static void use_up(struct client *c, size_t n)
{
	memmove(c->got, c->got + n, c->n - n + 1);
	c->n -= n;
}

/* Wait for the end of a header: its length, or 0 if there is none. */
static size_t get_header(struct client *c)
{
	const char *end;

	do {
		end = c->n ? strstr(c->got, "\r\n\r\n") : NULL;
		if (end)
			return (size_t)(end + 4 - c->got);
	} while (get_more(c) > 0);
	return 0;
}

/* The next answer; status 0 if none comes. */
static struct answer get_answer(struct client *c, bool head)
{
	struct answer a = { .status = 0 };
	const char *length;
	size_t n = get_header(c);

	if (!n)
		return a;
	ck_assert_uint_lt(n, sizeof(a.header));
	memcpy(a.header, c->got, n);
	a.close = strstr(a.header, "\r\nConnection: close\r\n");
	length = strstr(a.header, "\r\nContent-Length: ");
	ck_assert_int_eq(sscanf(a.header, "HTTP/1.1 %u ", &a.status), 1);
	if (a.status >= 200) {
		ck_assert_msg(length != NULL, "%s", a.header);
		a.n = head ? 0 : strtoul(length + 18, NULL, 10);
	}
	use_up(c, n);
	while (c->n < a.n && get_more(c) > 0)
		;
	if (c->n < a.n)
		return (struct answer){ .status = 0 };
	free(c->body);
	c->body = a.body = calloc(1, a.n + 1);
	if (a.n)
		memcpy(a.body, c->got, a.n);
	use_up(c, a.n);
	return a;
}

/* Send a request, read its answer. */
static UNUSED struct answer ask(struct client *c, const char *request)
{
	put_z(c, request);
	return get_answer(c, str_starts(str_of(request), STR("HEAD ")));
}

#define GET(path) "GET " path " HTTP/1.1\r\nHost: x\r\n\r\n"
#define JSON "Content-Type: application/json\r\n"
#define POST(path, headers, body) \
	"POST " path " HTTP/1.1\r\nHost: x\r\n" headers "\r\n" body

#define expect_answer(c, request, code, text) \
	do { \
		struct answer a_ = ask(c, request); \
		ck_assert_uint_eq(a_.status, code); \
		ck_assert_str_eq(a_.body, text); \
	} while (0)

/* The server closes the connection within so many ms. */
static UNUSED bool is_closed(struct client *c, unsigned ms)
{
	uint64_t until = os_now_ms() + ms;

	for (;;) {
		struct pollfd p = { .fd = c->fd, .events = POLLIN };
		uint64_t now = os_now_ms();

		if (now >= until ||
		    poll(&p, 1, (int)(until - now)) == 0)
			return false;
		if (get_more(c) <= 0)
			return true;
	}
}

/* Until a figure of serve_stats() has a value. */
#define await_stat(field, value) \
	do { \
		uint64_t end_ = os_now_ms() + PATIENCE_MS; \
		while (serve_stats(server).field != (value) && \
		       os_now_ms() < end_) \
			sleep_ms(5); \
		ck_assert_uint_eq(serve_stats(server).field, value); \
	} while (0)

#endif
