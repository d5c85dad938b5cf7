/*
 * Listening, starting and stopping; serve_internal.h tells how a connection
 * lives.
 */
#include "webhook/serve_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/os.h"

/* ---- listening ---- */

/* "HOST:PORT" in parts; brackets around the host are dropped. */
static int split_address(const char *listen_on, char *host, size_t n,
			 const char **port)
{
	const char *colon = strrchr(listen_on, ':');
	size_t length = colon ? (size_t)(colon - listen_on) : n;

	if (length >= n)
		return -1;
	memcpy(host, listen_on, length);
	host[length] = '\0';
	if (*host == '[' && host[length - 1] == ']') {
		memmove(host, host + 1, length - 2);
		host[length - 2] = '\0';
	} else if (strchr(host, ':')) {
		return -1;
	}
	*port = colon + 1;
	/* getaddrinfo() takes any number for one of 16 bits */
	if (strtoul(*port, NULL, 10) > UINT16_MAX)
		return -1;
	return **port ? 0 : -1;
}

/* -1 with errno set. */
static int listen_at(const struct addrinfo *a)
{
	int one = 1, zero = 0, why;
	int fd = socket(a->ai_family, SOCK_STREAM, 0);

	if (fd < 0)
		return -1;
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (a->ai_family == AF_INET6)	/* :: is also 0.0.0.0 */
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof(zero));
	if (bind(fd, a->ai_addr, a->ai_addrlen) == 0 &&
	    listen(fd, SOMAXCONN) == 0)
		return fd;
	why = errno;
	close(fd);
	errno = why;
	return -1;
}

static int listen_on_first(const struct addrinfo *list)
{
	int fd = -1;

	for (const struct addrinfo *a = list; fd < 0 && a; a = a->ai_next)
		fd = listen_at(a);
	return fd;
}

/* The socket, or -1. */
static int open_listener(const char *where, struct err *e)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
				  .ai_flags = AI_PASSIVE };
	struct addrinfo *list = NULL;
	char host[256];
	const char *port;
	int fd, rc;

	if (split_address(where, host, sizeof(host), &port) < 0)
		return err_set(e, POS_NONE, "invalid address \"%s\": expected "
			       "HOST:PORT, :PORT or [IPV6]:PORT", where);
	/* of all addresses the one for both families, if there is IPv6 */
	rc = getaddrinfo(*host ? host : "::", port, &hints, &list);
	if (rc)
		return err_set(e, POS_NONE, "cannot listen on %s: %s", where,
			       gai_strerror(rc));
	fd = listen_on_first(list);
	freeaddrinfo(list);
	if (fd < 0 && !*host && !getaddrinfo("0.0.0.0", port, &hints, &list)) {
		fd = listen_on_first(list);
		freeaddrinfo(list);
	}
	if (fd < 0)
		return err_set(e, POS_NONE, "cannot listen on %s: %s", where,
			       strerror(errno));
	return fd;
}

static unsigned port_of(int fd)
{
	struct sockaddr_in6 address;
	socklen_t n = sizeof(address);

	/* the port is at the same place in both families */
	if (getsockname(fd, (struct sockaddr *)&address, &n) < 0)
		return 0;
	return ntohs(address.sin6_port);
}

/* ---- start and stop ---- */

static struct MHD_Daemon *start_daemon(struct server *s)
{
	const struct MHD_OptionItem tls[] = {
		{ MHD_OPTION_HTTPS_CERT_CALLBACK, 0, tls_no_certificate() },
		{ MHD_OPTION_HTTPS_PRIORITIES, 0,
		  (void *)(uintptr_t)tls_priorities },
		{ MHD_OPTION_END, 0, NULL },
	};
	const struct MHD_OptionItem none = { MHD_OPTION_END, 0, NULL };

	return MHD_start_daemon(MHD_USE_THREAD_PER_CONNECTION |
		MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_ITC |
		MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ERROR_LOG |
		(s->identity ? MHD_USE_TLS : 0),
		0, NULL, NULL, exchange_handle, s,
		MHD_OPTION_EXTERNAL_LOGGER, connection_log, s,
		MHD_OPTION_CONNECTION_LIMIT, s->o.max_connections + 64,
		/* half of it is the buffer for reading */
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, 2 * s->o.max_header,
		MHD_OPTION_THREAD_STACK_SIZE, s->o.stack_size,
		MHD_OPTION_NOTIFY_CONNECTION, connection_notify, s,
		MHD_OPTION_NOTIFY_COMPLETED, exchange_end, s,
		MHD_OPTION_URI_LOG_CALLBACK, exchange_line, s,
		MHD_OPTION_ARRAY, s->identity ? tls : &none,
		MHD_OPTION_END);
}

static void free_server(struct server *s)
{
	keeper_close_listener(s);
	if (s->wake[0] >= 0) {
		close(s->wake[0]);
		close(s->wake[1]);
	}
	workers_release(&s->workers);
	pthread_cond_destroy(&s->began);
	pthread_mutex_destroy(&s->lock);
	identity_free(s->identity);
	mem_free(s);
}

/* NULL: out of memory. */
static struct server *new_server(const struct serve_options *options)
{
	struct server *s = mem_try(sizeof(*s));

	if (!s)
		return NULL;
	memset(s, 0, sizeof(*s));
	s->o = *options;
	s->listener = s->wake[0] = -1;
	s->identity = identity_keep(options->identity);
	atomic_init(&s->draining, false);
	atomic_init(&s->bodies, 0);
	workers_init(&s->workers);
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->began, NULL);
	return s;
}

static int start_threads(struct server *s, struct err *e)
{
	int rc = workers_start(&s->workers, s->o.workers, s->o.stack_size);

	if (rc)
		return err_set(e, POS_NONE, "cannot start a thread: %s",
			       strerror(rc));
	s->daemon = start_daemon(s);
	if (!s->daemon)
		return err_set(e, POS_NONE, "cannot start the server: %s",
			       strerror(errno));
	rc = pthread_create(&s->keeper, NULL, keeper_run, s);
	if (!rc)
		return 0;
	MHD_stop_daemon(s->daemon);
	return err_set(e, POS_NONE, "cannot start a thread: %s", strerror(rc));
}

static int start(struct server *s, struct err *e)
{
	s->listener = open_listener(s->o.listen, e);
	if (s->listener < 0)
		return -1;
	s->port = port_of(s->listener);
	if (os_pipe(s->wake) < 0) {
		s->wake[0] = -1;
		return err_set(e, POS_NONE, "cannot make a pipe: %s",
			       strerror(errno));
	}
	fcntl(s->wake[1], F_SETFL, O_NONBLOCK);
	return start_threads(s, e);
}

struct server *serve_start(const struct serve_options *options, struct err *e)
{
	struct server *s = new_server(options);

	if (!s) {
		err_set(e, POS_NONE, "out of memory");
		return NULL;
	}
	if (start(s, e) < 0) {
		free_server(s);
		return NULL;
	}
	return s;
}

unsigned serve_port(const struct server *s)
{
	return s->port;
}

void serve_set_identity(struct server *s, struct identity *identity)
{
	struct identity *old;

	pthread_mutex_lock(&s->lock);
	old = s->identity;
	s->identity = identity_keep(identity);
	pthread_mutex_unlock(&s->lock);
	identity_free(old);
}

void serve_drain(struct server *s)
{
	atomic_store(&s->draining, true);
}

void serve_stop(struct server *s, unsigned grace_ms)
{
	serve_drain(s);
	pthread_mutex_lock(&s->lock);
	s->stopping = true;
	s->stop_at = os_now_ms() + grace_ms;
	pthread_mutex_unlock(&s->lock);
	keeper_wake(s);
	pthread_join(s->keeper, NULL);
	MHD_stop_daemon(s->daemon);
	free_server(s);
}

struct serve_stats serve_stats(struct server *s)
{
	struct serve_stats stats;

	pthread_mutex_lock(&s->lock);
	stats = s->stats;
	for (const struct connection *c = s->connections; c; c = c->next)
		stats.requests += c->phase == REQUEST || c->phase == ANSWER ||
				  c->phase == SENDING;
	pthread_mutex_unlock(&s->lock);
	return stats;
}
