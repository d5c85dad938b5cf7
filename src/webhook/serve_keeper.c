/*
 * The keeper: one thread that accepts connections and closes those that are
 * late.  Asleep while there are none.
 */
#include "webhook/serve_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/os.h"

/* ---- deadlines ---- */

static uint64_t limit(const struct server *s, const struct connection *c)
{
	if (c->phase == ANSWER)
		return UINT64_MAX;
	return c->phase == IDLE ? s->o.idle_ms : s->o.deadline_ms;
}

/*
 * Without a request, the thread is to find the end of what it reads and to say
 * goodbye; a request that has just arrived is still answered.  Else the thread
 * may be writing, too.
 */
static void hang_up(struct connection *c, uint64_t now)
{
	shutdown(c->fd, c->phase == IDLE ? SHUT_RD : SHUT_RDWR);
	c->phase = CLOSING;
	c->since = now;
}

static void check(struct server *s, struct connection *c, uint64_t now)
{
	/* Connections that are new may be about to bring a request. */
	unsigned grace = s->o.deadline_ms / 5;
	uint64_t age = now - c->since;

	if (c->phase == IDLE && os_received(c->fd) != c->received) {
		c->phase = REQUEST;
		c->since = now;
	} else if (age > limit(s, c)) {
		if (c->phase != CLOSING)
			c->late = c->phase;
		hang_up(c, now);
	} else if (s->stopping && (c->phase == HANDSHAKE || c->phase == IDLE) &&
		   (c->used || age > grace)) {
		hang_up(c, now);
	}
}

static void check_all(struct server *s)
{
	uint64_t now;

	/* The time is taken under the lock, here as elsewhere: a phase must not
	 * have begun after it. */
	pthread_mutex_lock(&s->lock);
	now = os_now_ms();
	for (struct connection *c = s->connections; c; c = c->next)
		check(s, c, now);
	pthread_mutex_unlock(&s->lock);
}

/*
 * How readily a connection is closed for another one.  Handshakes and requests
 * take milliseconds; those that do not go first, then connections that never
 * had a request, then those that wait for the next.  Of the same rank the one
 * that has been so for longest goes.
 */
enum rank { BUSY, YOUNG, WAITS, UNUSED, SLOW };

static enum rank rank(const struct connection *c, uint64_t age)
{
	if (c->phase == ANSWER || c->phase == CLOSING)
		return BUSY;
	if (c->phase != IDLE)
		return age > 1000 ? SLOW : YOUNG;
	if (c->used)
		return WAITS;
	return age > 100 ? UNUSED : YOUNG;
}

/* The connection to close, or NULL.  Under the lock. */
static struct connection *find_expendable(const struct server *s, uint64_t now)
{
	struct connection *found = NULL;
	enum rank highest = WAITS, r;
	bool young = false;

	for (struct connection *c = s->connections; c; c = c->next) {
		r = rank(c, now - c->since);
		young = young || r == YOUNG;
		if (r > highest ||
		    (r == highest && (!found || c->since < found->since))) {
			highest = r;
			found = c;
		}
	}
	/* many that come at once and say nothing must not displace the others:
	 * let them grow older */
	return highest == WAITS && young ? NULL : found;
}

/* For another that waits to be accepted. */
static void evict(struct server *s)
{
	struct connection *c;
	uint64_t now;

	pthread_mutex_lock(&s->lock);
	now = os_now_ms();
	c = find_expendable(s, now);
	if (c) {
		hang_up(c, now);
		s->stats.evicted++;
	}
	pthread_mutex_unlock(&s->lock);
}

/* ---- new connections ---- */

static void set_beginning(struct server *s, bool beginning)
{
	pthread_mutex_lock(&s->lock);
	s->beginning = beginning;
	pthread_mutex_unlock(&s->lock);
}

/* Wait until libmicrohttpd has begun it, so that connections are counted; it
 * does not tell if it could not. */
static void await_beginning(struct server *s)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += 200000000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	pthread_mutex_lock(&s->lock);
	while (s->beginning &&
	       !pthread_cond_timedwait(&s->began, &s->lock, &until))
		;
	pthread_mutex_unlock(&s->lock);
}

/* False if there is none, or no descriptor for it. */
static bool accept_one(struct server *s)
{
	struct sockaddr_storage address;
	socklen_t n = sizeof(address);
	int one = 1;
	int fd = accept(s->listener, (struct sockaddr *)&address, &n);

	if (fd < 0) {
		s->full = errno == EMFILE || errno == ENFILE ||
			  errno == ENOBUFS || errno == ENOMEM;
		return errno == ECONNABORTED || errno == EINTR;
	}
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	set_beginning(s, true);
	if (MHD_add_connection(s->daemon, fd, (struct sockaddr *)&address, n))
		await_beginning(s);
	set_beginning(s, false);
	return true;
}

static bool has_room(struct server *s)
{
	bool room;

	pthread_mutex_lock(&s->lock);
	room = s->stats.connections < s->o.max_connections;
	pthread_mutex_unlock(&s->lock);
	return room;
}

static bool has_visitor(const struct server *s)
{
	struct pollfd p = { .fd = s->listener, .events = POLLIN };

	return poll(&p, 1, 0) > 0;
}

/* Accept what waits, but for so many that deadlines would be missed; true if
 * there may be more. */
static bool accept_some(struct server *s)
{
	for (int i = 0; i < 64; i++) {
		if (!has_visitor(s))
			return false;
		if (!has_room(s)) {
			evict(s);
			s->full = true;
			return false;
		}
		if (!accept_one(s))
			return false;
	}
	return true;
}

void keeper_close_listener(struct server *s)
{
	if (s->listener < 0)
		return;
	close(s->listener);
	s->listener = -1;
}

/* ---- the thread ---- */

void keeper_wake(struct server *s)
{
	/* the pipe is full only if the keeper has been woken anyway */
	while (write(s->wake[1], "", 1) < 0 && errno == EINTR)
		;
}

static bool is_stopping(struct server *s)
{
	bool stopping;

	pthread_mutex_lock(&s->lock);
	stopping = s->stopping;
	pthread_mutex_unlock(&s->lock);
	return stopping;
}

static bool is_done(struct server *s)
{
	bool done;

	pthread_mutex_lock(&s->lock);
	done = s->stopping && s->listener < 0 &&
	       (!s->connections || os_now_ms() >= s->stop_at);
	pthread_mutex_unlock(&s->lock);
	return done;
}

/* Connections that the system has accepted for us are not refused. */
static void stop_listening(struct server *s)
{
	while (s->listener >= 0 && accept_some(s))
		;
	keeper_close_listener(s);
}

/* Milliseconds between two looks at all connections; -1: there are none. */
static int interval(struct server *s)
{
	unsigned ms = s->o.deadline_ms / 20, most = s->full ? 50 : 500;
	bool none;

	if (ms > most)
		ms = most;
	pthread_mutex_lock(&s->lock);
	none = !s->connections;
	pthread_mutex_unlock(&s->lock);
	if (is_stopping(s) || ms < 20)
		return 20;
	return none && !s->full ? -1 : (int)ms;
}

/* Sleep until there is something to do, at most so long, and accept. */
static void wait_for_work(struct server *s, int ms)
{
	struct pollfd p[] = {
		{ .fd = s->wake[0], .events = POLLIN },
		{ .fd = s->full ? -1 : s->listener, .events = POLLIN },
	};
	char sink[64];

	if (poll(p, 2, ms) <= 0)
		return;
	if (p[0].revents && read(s->wake[0], sink, sizeof(sink)) > 0)
		s->full = false;
	if (p[1].revents)
		accept_some(s);
}

void *keeper_run(void *ctx)
{
	struct server *s = ctx;
	uint64_t last = os_now_ms();

	while (!is_done(s)) {
		int ms = interval(s);

		if (is_stopping(s))
			stop_listening(s);
		wait_for_work(s, ms);
		if (ms >= 0 && os_now_ms() - last >= (unsigned)ms) {
			last = os_now_ms();
			s->full = false;
			check_all(s);
		}
	}
	return NULL;
}
