/*
 * What happens to a connection apart from requests: it begins, its handshake
 * succeeds or fails, it ends.
 */
#include "webhook/serve_internal.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "base/os.h"

/* The connection of this thread, for messages. */
static _Thread_local struct connection *mine;

/* ---- messages ---- */

static void say(struct server *s, const char *text)
{
	if (s->o.log)
		s->o.log(s->o.ctx, text);
}

/* libmicrohttpd's messages.  The one about a handshake comes while the session
 * still exists, and says nothing; ended() says more. */
void connection_log(void *ctx, const char *format, va_list ap)
{
	char line[512], text[640];
	size_t end;

	if (strstr(format, "handshake")) {
		if (mine)
			tls_fail(mine->session, &mine->handshake);
		return;
	}
	vsnprintf(line, sizeof(line), format, ap);
	/* all but the end of the line, and the page that was sent */
	end = strcspn(line, "\n<");
	if (line[end] == '<' && end > 3)
		end -= 3;
	line[end] = '\0';
	snprintf(text, sizeof(text), "%s%s%s", mine ? mine->peer : "",
		 mine ? ": " : "", line);
	say(ctx, text);
}

/* ---- phases ---- */

void connection_is_mine(struct connection *c)
{
	mine = c;
}

void connection_enter(struct connection *c, enum phase phase)
{
	pthread_mutex_lock(&c->server->lock);
	/* a request may have begun when the keeper saw its first byte */
	if (phase != REQUEST || c->phase != REQUEST)
		c->since = os_now_ms();
	c->phase = phase;
	if (phase == REQUEST)
		c->used = true;
	if (phase == IDLE)
		c->received = os_received(c->fd);
	pthread_mutex_unlock(&c->server->lock);
}

static void handshake_step(struct handshake *h, bool done)
{
	mine = (struct connection *)(void *)((char *)h -
		offsetof(struct connection, handshake));
	if (done)
		connection_enter(mine, IDLE);
}

static void name_peer(struct connection *c, const struct sockaddr *address)
{
	char host[46], port[8];
	socklen_t n = address->sa_family == AF_INET6 ?
		sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);

	if (getnameinfo(address, n, host, sizeof(host), port, sizeof(port),
			NI_NUMERICHOST | NI_NUMERICSERV))
		snprintf(c->peer, sizeof(c->peer), "?");
	else if (strncmp(host, "::ffff:", 7) == 0)	/* IPv4 */
		snprintf(c->peer, sizeof(c->peer), "%s:%s", host + 7, port);
	else
		snprintf(c->peer, sizeof(c->peer),
			 strchr(host, ':') ? "[%s]:%s" : "%s:%s", host, port);
}

static void link_connection(struct server *s, struct connection *c)
{
	c->next = s->connections;
	if (c->next)
		c->next->previous = c;
	s->connections = c;
	s->stats.connections++;
	s->stats.accepted++;
}

static void unlink_connection(struct server *s, struct connection *c)
{
	if (c->next)
		c->next->previous = c->previous;
	if (c->previous)
		c->previous->next = c->next;
	else
		s->connections = c->next;
	s->stats.connections--;
}

/* NULL: out of memory. */
static struct connection *new_connection(struct server *s,
					 struct MHD_Connection *mhd, int fd)
{
	struct connection *c = mem_try(sizeof(*c));

	if (!c)
		return NULL;
	memset(c, 0, sizeof(*c));
	c->server = s;
	c->fd = fd;
	c->since = os_now_ms();
	c->phase = s->o.identity ? HANDSHAKE : IDLE;
	c->late = IDLE;
	c->handshake.step = handshake_step;
	name_peer(c, mhd_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS)
			     ->client_addr);
	return c;
}

/* The last chance to change the session, whose thread is about to start. */
static void began(struct server *s, struct MHD_Connection *mhd, void **ctx)
{
	int fd = mhd_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
	struct connection *c = new_connection(s, mhd, fd);

	pthread_mutex_lock(&s->lock);
	if (c) {
		link_connection(s, c);
		c->identity = identity_keep(s->identity);
	}
	s->beginning = false;
	pthread_cond_signal(&s->began);
	pthread_mutex_unlock(&s->lock);
	*ctx = c;
	if (c && c->identity)
		c->session = mhd_info(mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION)
				     ->tls_session;
	if (!c || (c->identity &&
		   tls_begin(c->session, c->identity, &c->handshake) < 0))
		shutdown(fd, SHUT_RDWR);
}

/* Of a connection that ended: what an operator should know, if anything. */
static void explain_end(const struct connection *c)
{
	unsigned ms = c->server->o.deadline_ms;
	char text[320];

	if (c->late == REQUEST)
		snprintf(text, sizeof(text), "%s: request not complete after "
			 "%u ms", c->peer, ms);
	else if (c->late == SENDING)
		snprintf(text, sizeof(text), "%s: answer not read after %u ms",
			 c->peer, ms);
	else if (c->late == HANDSHAKE)
		snprintf(text, sizeof(text), "TLS handshake with %s: not "
			 "complete after %u ms", c->peer, ms);
	else if (*c->handshake.why)
		snprintf(text, sizeof(text), "TLS handshake with %s: %s",
			 c->peer, c->handshake.why);
	else
		return;
	say(c->server, text);
}

/* Its thread has ended and the session is gone; then the socket is closed. */
static void ended(struct server *s, void **ctx)
{
	struct connection *c = *ctx;

	if (!c)
		return;
	pthread_mutex_lock(&s->lock);
	unlink_connection(s, c);
	/* a probe of the port sends nothing but its end, which counts as 1 */
	if (c->phase == HANDSHAKE && !*c->handshake.why &&
	    os_received(c->fd) > 1)
		snprintf(c->handshake.why, sizeof(c->handshake.why),
			 "not TLS, or closed by the client");
	if (c->late == REQUEST || c->late == SENDING)
		s->stats.timeouts++;
	else if (c->late == HANDSHAKE || *c->handshake.why)
		s->stats.handshake_errors++;
	pthread_mutex_unlock(&s->lock);
	keeper_wake(s);
	explain_end(c);
	identity_free(c->identity);
	mem_free(c);
	*ctx = NULL;
}

void connection_notify(void *ctx, struct MHD_Connection *mhd,
		       void **connection,
		       enum MHD_ConnectionNotificationCode what)
{
	if (what == MHD_CONNECTION_NOTIFY_STARTED)
		began(ctx, mhd, connection);
	else
		ended(ctx, connection);
}
