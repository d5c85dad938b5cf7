/*
 * One request and its answer: libmicrohttpd parses, here is decided.
 */
#include "webhook/serve_internal.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "base/os.h"

/* ---- the header ---- */

static const char *header(const struct exchange *x, const char *name)
{
	return MHD_lookup_connection_value(x->mhd, MHD_HEADER_KIND, name);
}

static void refuse(struct exchange *x, unsigned status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static void refuse(struct exchange *x, unsigned status, const char *format, ...)
{
	va_list ap;

	if (x->status)
		return;
	x->status = status;
	va_start(ap, format);
	vsnprintf(x->text, sizeof(x->text), format, ap);
	va_end(ap);
}

static bool has_path(const struct serve_route *route, const char *path)
{
	size_t n = strlen(route->path);

	return strncmp(route->path, path, n) == 0 &&
	       (!path[n] || (route->below && path[n] == '/'));
}

static bool has_method(const struct serve_route *route, const char *method)
{
	if (route->post)
		return strcmp(method, "POST") == 0;
	return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
}

static const char *methods(const struct serve_route *route)
{
	return route->post ? "POST" : "GET, HEAD";
}

/* "unknown path, expected /inject or /ready" */
static void refuse_path(const struct server *s, struct exchange *x)
{
	char list[160] = "";
	size_t n = 0;

	for (size_t i = 0; i < s->o.n_routes && n < sizeof(list); i++) {
		const char *between = !i ? "" :
			i + 1 < s->o.n_routes ? ", " : " or ";

		n += (size_t)snprintf(list + n, sizeof(list) - n, "%s%s",
				      between, s->o.routes[i].path);
	}
	refuse(x, MHD_HTTP_NOT_FOUND, "unknown path, expected %s\n", list);
}

/* Without a route for the method, x->route is the one for the path, if any. */
static void find_route(const struct server *s, struct exchange *x,
		       const char *path, const char *method)
{
	for (size_t i = 0; i < s->o.n_routes; i++) {
		const struct serve_route *route = &s->o.routes[i];

		if (!has_path(route, path))
			continue;
		x->route = route;
		if (has_method(route, method))
			return;
	}
	if (x->route)
		refuse(x, MHD_HTTP_METHOD_NOT_ALLOWED,
		       "method not allowed, expected %s\n", methods(x->route));
	else
		refuse_path(s, x);
}

/* "application/json", in any case and with any parameters. */
static bool is_json(const char *type)
{
	static const char json[] = "application/json";

	if (!type || strncasecmp(type, json, sizeof(json) - 1))
		return false;
	type += sizeof(json) - 1;
	type += strspn(type, " \t");
	return !*type || *type == ';';
}

/* libmicrohttpd has answered what is not a number. */
static unsigned long long content_length(const struct exchange *x)
{
	const char *length = header(x, MHD_HTTP_HEADER_CONTENT_LENGTH);

	if (!length || header(x, MHD_HTTP_HEADER_TRANSFER_ENCODING))
		return 0;
	return strtoull(length, NULL, 10);
}

static enum MHD_Result count_lengths(void *ctx, enum MHD_ValueKind kind,
				     const char *key, const char *value)
{
	unsigned *n = ctx;

	(void)kind;
	(void)value;
	*n += strcasecmp(key, MHD_HTTP_HEADER_CONTENT_LENGTH) == 0;
	return MHD_YES;
}

/* Where the body ends is then open: a proxy may see another request. */
static bool has_many_lengths(const struct exchange *x)
{
	unsigned n = 0;

	MHD_get_connection_values(x->mhd, MHD_HEADER_KIND, count_lengths, &n);
	return n > 1;
}

static void check_header(const struct server *s, struct exchange *x,
			 const char *version)
{
	const char *transfer = header(x, MHD_HTTP_HEADER_TRANSFER_ENCODING);
	const char *content = header(x, MHD_HTTP_HEADER_CONTENT_ENCODING);

	if (mhd_info(x->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE)
		    ->header_size > s->o.max_header)
		refuse(x, MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE,
		       "request header too large, expected at most %zu bytes\n",
		       s->o.max_header);
	x->unread = has_many_lengths(x);
	if (x->unread)
		refuse(x, MHD_HTTP_BAD_REQUEST,
		       "more than one Content-Length in the request header\n");
	if (strcmp(version, "HTTP/1.0") && !header(x, MHD_HTTP_HEADER_HOST))
		refuse(x, MHD_HTTP_BAD_REQUEST,
		       "no Host in the request header\n");
	if (transfer && strcasecmp(transfer, "chunked"))
		refuse(x, MHD_HTTP_NOT_IMPLEMENTED,
		       "unknown Transfer-Encoding, expected chunked\n");
	if (content_length(x) > s->o.max_body)
		refuse(x, MHD_HTTP_CONTENT_TOO_LARGE,
		       "body too large, expected at most %zu bytes\n",
		       s->o.max_body);
	if (!x->route || !x->route->post)
		return;
	if (x->route->json && !is_json(header(x, MHD_HTTP_HEADER_CONTENT_TYPE)))
		refuse(x, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE,
		       "unknown Content-Type, expected application/json\n");
	if (content && strcasecmp(content, "identity"))
		refuse(x, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE, "unknown "
		       "Content-Encoding, expected a body that is not "
		       "encoded\n");
}

/* ---- the body ---- */

static void drop_body(struct server *s, struct exchange *x)
{
	atomic_fetch_sub(&s->bodies, x->length);
	mem_free(x->body);
	x->body = NULL;
	x->length = x->capacity = 0;
}

/* Room for n bytes in all and a NUL. */
static bool grow_body(struct exchange *x, size_t n)
{
	size_t capacity = n < 2 * x->capacity ? 2 * x->capacity : n + 1;
	char *body;

	if (n < x->capacity)
		return true;
	body = mem_try(capacity);
	if (!body)
		return false;
	if (x->length)
		memcpy(body, x->body, x->length);
	mem_free(x->body);
	x->body = body;
	x->capacity = capacity;
	return true;
}

static void keep_body(struct server *s, struct exchange *x, const char *p,
		      size_t n)
{
	size_t all = x->length + n;

	if (all > s->o.max_body) {
		refuse(x, MHD_HTTP_CONTENT_TOO_LARGE,
		       "body too large, expected at most %zu bytes\n",
		       s->o.max_body);
	} else if (atomic_fetch_add(&s->bodies, n) + n > s->o.max_bodies) {
		atomic_fetch_sub(&s->bodies, n);
		refuse(x, MHD_HTTP_SERVICE_UNAVAILABLE,
		       "too many requests at the same time, try again\n");
	} else if (!grow_body(x, all)) {
		atomic_fetch_sub(&s->bodies, n);
		refuse(x, MHD_HTTP_INTERNAL_SERVER_ERROR, "out of memory\n");
	} else {
		memcpy(x->body + x->length, p, n);
		x->length = all;
	}
	if (x->status)
		drop_body(s, x);
}

/* What is refused is read on, so that the client reads the answer; but not
 * forever. */
static enum MHD_Result take_body(struct server *s, struct exchange *x,
				 const char *p, size_t n)
{
	x->taken += n;
	if (!x->status)
		keep_body(s, x, p, n);
	return x->taken / 4 > s->o.max_body ? MHD_NO : MHD_YES;
}

/* ---- answers ---- */

static enum MHD_Result send_response(struct connection *c, unsigned status,
				     const char *type,
				     struct MHD_Response *response)
{
	struct exchange *x = &c->exchange;
	enum MHD_Result done;

	if (!response)
		return MHD_NO;
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED && x->route)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW,
					methods(x->route));
	if (atomic_load(&c->server->draining))
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION,
					"close");
	connection_enter(c, SENDING);
	done = MHD_queue_response(x->mhd, status, response);
	MHD_destroy_response(response);
	return done;
}

static void count(struct server *s, uint64_t *counter)
{
	pthread_mutex_lock(&s->lock);
	++*counter;
	pthread_mutex_unlock(&s->lock);
}

static enum MHD_Result send_refusal(struct connection *c)
{
	struct exchange *x = &c->exchange;

	count(c->server, &c->server->stats.refused);
	return send_response(c, x->status, "text/plain; charset=utf-8",
		MHD_create_response_from_buffer(strlen(x->text), x->text,
						MHD_RESPMEM_MUST_COPY));
}

static struct MHD_Response *make_response(const struct serve_reply *reply)
{
	struct MHD_Response *response;
	void *body = (void *)(uintptr_t)reply->body;

	if (!reply->free)
		return MHD_create_response_from_buffer(reply->length, body,
						       MHD_RESPMEM_PERSISTENT);
	response = MHD_create_response_from_buffer_with_free_callback(
		reply->length, body, reply->free);
	if (!response)
		reply->free(body);
	return response;
}

struct answering {
	struct connection *connection;
	const struct serve_request *request;
	struct serve_reply *reply;
};

static void run_answer(void *ctx)
{
	const struct answering *a = ctx;
	const struct connection *c = a->connection;

	c->exchange.route->answer(c->server->o.ctx, a->request, a->reply);
}

/* Connections whose threads may make answers themselves: each then keeps a
 * stack of some 50 KiB. */
#define FEW_CONNECTIONS 32

static bool has_few_connections(struct server *s)
{
	bool few;

	pthread_mutex_lock(&s->lock);
	few = s->stats.connections <= FEW_CONNECTIONS;
	pthread_mutex_unlock(&s->lock);
	return few;
}

static void make_answer(struct connection *c,
			const struct serve_request *request,
			struct serve_reply *reply)
{
	struct answering a = { c, request, reply };

	connection_enter(c, ANSWER);
	if (c->exchange.route->works && c->server->o.workers)
		workers_do(&c->server->workers, has_few_connections(c->server),
			   run_answer, &a);
	else
		run_answer(&a);
}

static enum MHD_Result send_answer(struct connection *c, const char *path,
				   const char *method)
{
	struct exchange *x = &c->exchange;
	const struct serve_request request = {
		.method = strcmp(method, "HEAD") ? method : "GET",
		.path = path,
		.body = { x->length ? x->body : "", x->length },
		.peer = c->peer,
		.arrived = os_now_ns(),
		.exchange = x,
	};
	struct serve_reply reply = { .status = 0 };

	if (x->status)
		return send_refusal(c);
	if (x->length)
		x->body[x->length] = '\0';
	make_answer(c, &request, &reply);
	drop_body(c->server, x);
	if (!reply.status) {
		refuse(x, MHD_HTTP_INTERNAL_SERVER_ERROR, "internal error\n");
		return send_refusal(c);
	}
	count(c->server, &c->server->stats.answered);
	return send_response(c, reply.status, reply.content_type ?
		reply.content_type : "text/plain; charset=utf-8",
		make_response(&reply));
}

const char *serve_query(const struct serve_request *r, const char *name)
{
	return MHD_lookup_connection_value(r->exchange->mhd,
					   MHD_GET_ARGUMENT_KIND, name);
}

/* ---- what libmicrohttpd calls ---- */

/* The first line is complete.  What is returned is the context of the rest. */
void *exchange_line(void *ctx, const char *uri, struct MHD_Connection *mhd)
{
	const union MHD_ConnectionInfo *i =
		mhd_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	struct connection *c = i->socket_context;

	(void)ctx;
	(void)uri;
	if (!c)
		return NULL;
	connection_is_mine(c);
	memset(&c->exchange, 0, sizeof(c->exchange));
	c->exchange.mhd = mhd;
	connection_enter(c, REQUEST);
	return c;
}

static enum MHD_Result begin(struct connection *c, const char *path,
			     const char *method, const char *version)
{
	struct exchange *x = &c->exchange;
	unsigned long long length = content_length(x);

	x->begun = true;
	find_route(c->server, x, path, method);
	check_header(c->server, x, version);
	if (!x->status && length && !grow_body(x, (size_t)length))
		refuse(x, MHD_HTTP_INTERNAL_SERVER_ERROR, "out of memory\n");
	if (!x->status)
		return MHD_YES;
	/* Now, if it would take long to read on, or is not asked for. */
	x->unread = x->unread || header(x, MHD_HTTP_HEADER_EXPECT) ||
		    x->status == MHD_HTTP_NOT_IMPLEMENTED ||
		    length > c->server->o.max_body;
	return x->unread ? send_refusal(c) : MHD_YES;
}

/* Called with the header, then with each part of the body, then once more. */
enum MHD_Result exchange_handle(void *ctx, struct MHD_Connection *mhd,
				const char *path, const char *method,
				const char *version, const char *data,
				size_t *n, void **request)
{
	struct connection *c = *request;
	size_t got = *n;

	(void)ctx;
	(void)mhd;
	if (!c)
		return MHD_NO;
	if (!c->exchange.begun)
		return begin(c, path, method, version);
	if (!got)
		return send_answer(c, path, method);
	*n = 0;
	return take_body(c->server, &c->exchange, data, got);
}

/* After an answer that the client may not have read yet: drop what it sends
 * until it ends, or the keeper ends it. */
static void linger(struct connection *c)
{
	struct pollfd p = { .fd = c->fd, .events = POLLIN };
	size_t left = 4 * c->server->o.max_body;
	char sink[4096];

	connection_enter(c, CLOSING);
	if (c->session)
		tls_bye(c->session);
	shutdown(c->fd, SHUT_WR);
	while (left > sizeof(sink) && poll(&p, 1, -1) == 1) {
		ssize_t got = recv(c->fd, sink, sizeof(sink), 0);

		if (got <= 0)
			break;
		left -= (size_t)got;
	}
}

/* An answer of libmicrohttpd's own to what is not HTTP counts as an error. */
void exchange_end(void *ctx, struct MHD_Connection *mhd, void **request,
		  enum MHD_RequestTerminationCode why)
{
	struct connection *c = *request;

	(void)mhd;
	if (!c)
		return;
	drop_body(ctx, &c->exchange);
	if (c->exchange.unread || why == MHD_REQUEST_TERMINATED_WITH_ERROR)
		linger(c);
	*request = NULL;
	connection_enter(c, IDLE);
}
