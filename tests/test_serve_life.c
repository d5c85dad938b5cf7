/*
 * Connections of webhook/serve over time: slow ones, idle ones, too many, and
 * the end of the server.
 *
 * Deadlines are short, and what is asserted of time has a wide margin: a
 * connection is not closed much too early, and closed long before PATIENCE_MS.
 */
#include <netdb.h>

#include "serve_client.h"
#include "serve_pki.h"

/* ---- set up: _i of a test is 0 without TLS, 1 with it ---- */

static void start(bool tls, struct serve_options o)
{
	make_served(tls);
	o.identity = served;
	start_server(&o);
}

static void stop(void)
{
	stop_server();
	forget_served();
}

static struct client *come(void)
{
	struct client *c = connect_to(port);

	if (served)
		ck_assert_int_eq(shake_hands(c, NULL, NULL), 0);
	return c;
}

/* ---- slow clients ---- */

enum { DEADLINE_MS = 1000, DRIP_MS = 20 };

struct slow {
	const char *name, *start;	/* what it sends at once */
	bool no_tls;		/* instead of a handshake */
	bool silent;		/* sends nothing more, else a byte each time */
	struct client *client;
	uint64_t closed;	/* when it was, 0: it is open */
};

static struct slow without_tls[] = {
	{ .name = "first line", .start = "GET /rea" },
	{ .name = "second request", .start = GET("/ready") "GET /rea" },
	{ .name = "header", .start = "GET /ready HTTP/1.1\r\nHost: x\r\nX: " },
	{ .name = "body",
	  .start = POST("/inject", JSON "Content-Length: 100000\r\n", "") },
	{ .name = "refused body",
	  .start = POST("/nowhere", JSON "Content-Length: 100000\r\n", "") },
	{ .name = "chunk", .start = POST("/inject", JSON
			"Transfer-Encoding: chunked\r\n", "fffff\r\n") },
	{ .name = "half a header", .silent = true,
	  .start = "GET /ready HTTP/1.1\r\nHost: x\r\n" },
	{ .name = "half a body", .silent = true,
	  .start = POST("/inject", JSON "Content-Length: 10\r\n", "12345") },
};

static struct slow with_tls[] = {
	{ .name = "first line", .start = "GET /rea" },
	{ .name = "body",
	  .start = POST("/inject", JSON "Content-Length: 100000\r\n", "") },
	{ .name = "half a body", .silent = true,
	  .start = POST("/inject", JSON "Content-Length: 10\r\n", "12345") },
	{ .name = "no hello", .start = "", .no_tls = true, .silent = true },
	{ .name = "slow hello", .start = "\026\003\001\002", .no_tls = true },
};

/* Whether all but one answer of the server's has come, and then the end. */
static bool drip(struct slow *s)
{
	struct pollfd p = { .fd = s->client->fd, .events = POLLIN };

	if (!s->silent)
		put_z(s->client, "x");
	return poll(&p, 1, 0) == 1 && get_more(s->client) <= 0;
}

static void expect_all_closed(struct slow *list, size_t n)
{
	struct client *other = come();
	uint64_t begin = os_now_ms();

	for (size_t i = 0; i < n; i++) {
		list[i].client = list[i].no_tls ? connect_to(port) : come();
		put_z(list[i].client, list[i].start);
	}
	for (size_t open = n; open;) {
		ck_assert_uint_lt(os_now_ms() - begin, PATIENCE_MS);
		sleep_ms(DRIP_MS);
		/* others are served meanwhile */
		expect_answer(other, GET("/ready"), 200, "ready\n");
		for (size_t i = 0; i < n; i++) {
			if (list[i].closed || !drip(&list[i]))
				continue;
			list[i].closed = os_now_ms() - begin;
			ck_assert_msg(list[i].closed >= DEADLINE_MS * 4 / 5,
				      "%s: after %u ms", list[i].name,
				      (unsigned)list[i].closed);
			open--;
		}
	}
	for (size_t i = 0; i < n; i++)
		hang_up(list[i].client);
	hang_up(other);
}

START_TEST(slow_clients_are_closed)
{
	struct serve_options o = test_options();

	o.deadline_ms = DEADLINE_MS;
	/* without os_received(), of slow first lines */
	o.idle_ms = 3000;
	start(_i, o);
	if (_i)
		expect_all_closed(with_tls, ARRAY_SIZE(with_tls));
	else
		expect_all_closed(without_tls, ARRAY_SIZE(without_tls));
	await_stat(connections, 0);
#ifndef OS_PORTABLE
	ck_assert_uint_eq(serve_stats(server).timeouts,
			  _i ? 3 : ARRAY_SIZE(without_tls));
#endif
	ck_assert_uint_eq(serve_stats(server).handshake_errors, _i ? 2 : 0);
	ck_assert(was_said(": request not complete after 1000 ms\n"));
	ck_assert(was_said(": not complete after 1000 ms\n") == _i);
	stop();
}
END_TEST

START_TEST(slow_readers_are_closed)
{
	struct serve_options o = test_options();
	struct client *c, *reads;

	o.deadline_ms = DEADLINE_MS;
	start(_i, o);
	c = come();
	put_z(c, GET("/big?mb=64"));
	reads = come();
	ck_assert_uint_eq(ask(reads, GET("/big?mb=1")).n, 1 << 20);
	await_stat(timeouts, 1);
	await_stat(connections, 1);
	ck_assert(was_said(": answer not read after 1000 ms\n"));
	hang_up(reads);
	hang_up(c);
	stop();
}
END_TEST

START_TEST(answers_may_take_long)
{
	struct serve_options o = test_options();
	struct client *c;

	o.deadline_ms = 300;
	start(_i, o);
	c = come();
	expect_answer(c, GET("/slow?ms=900"), 200, "slow\n");
	expect_answer(c, GET("/ready"), 200, "ready\n");
	hang_up(c);
	ck_assert_uint_eq(serve_stats(server).timeouts, 0);
	stop();
}
END_TEST

/* ---- idle clients ---- */

enum { IDLE_MS = 2400 };

START_TEST(idle_clients_are_closed)
{
	struct serve_options o = test_options();
	struct client *used, *fresh;
	uint64_t begin;

	o.deadline_ms = 400;
	o.idle_ms = IDLE_MS;
	start(_i, o);
	used = come();
	fresh = come();
	for (int i = 0; i < 2; i++) {
		expect_answer(used, GET("/ready"), 200, "ready\n");
		sleep_ms(IDLE_MS / 3);
	}
	/* a connection that waited for its first request is as good */
	expect_answer(fresh, GET("/ready"), 200, "ready\n");
	begin = os_now_ms();
	expect_answer(used, GET("/ready"), 200, "ready\n");
	ck_assert(is_closed(used, PATIENCE_MS));
	ck_assert_uint_ge(os_now_ms() - begin, IDLE_MS * 4 / 5);
	ck_assert(is_closed(fresh, PATIENCE_MS));
	await_stat(connections, 0);
	ck_assert_uint_eq(serve_stats(server).timeouts, 0);
	hang_up(used);
	hang_up(fresh);
	stop();
}
END_TEST

/* ---- many clients ---- */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { MOST = 40, MANY = 60 };
#else
enum { MOST = 512, MANY = 600 };
#endif

static void allow_descriptors(rlim_t n)
{
	struct rlimit r;

	getrlimit(RLIMIT_NOFILE, &r);
	r.rlim_cur = n < r.rlim_max ? n : r.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &r), 0);
}

START_TEST(idle_clients_make_room)
{
	struct serve_options o = test_options();
	struct client *many[MANY], *busy, *late;

	allow_descriptors(2 * MANY + 200);
	o.max_connections = MOST;
	start(false, o);
	busy = come();
	for (unsigned i = 0; i < MANY; i++) {
		many[i] = connect_to(port);
		if (i % 10 == 0)
			expect_answer(busy, GET("/ready"), 200, "ready\n");
	}
	late = come();
	expect_answer(late, GET("/ready"), 200, "ready\n");
	expect_answer(busy, GET("/ready"), 200, "ready\n");
	await_stat(accepted, MANY + 2);
	ck_assert_uint_le(serve_stats(server).connections, MOST);
	ck_assert_uint_ge(serve_stats(server).evicted, MANY + 2 - MOST);
	for (unsigned i = 0; i < MANY; i++)
		hang_up(many[i]);
	hang_up(busy);
	hang_up(late);
	stop();
}
END_TEST

/* If there are no others. */
START_TEST(waiting_clients_make_room)
{
	struct serve_options o = test_options();
	struct client *c[3];

	o.max_connections = 2;
	start(_i, o);
	for (size_t i = 0; i < ARRAY_SIZE(c); i++) {
		c[i] = come();
		expect_answer(c[i], GET("/ready"), 200, "ready\n");
		sleep_ms(2);
	}
	ck_assert(is_closed(c[0], PATIENCE_MS));
	for (size_t i = 0; i < ARRAY_SIZE(c); i++) {
		if (i)
			expect_answer(c[i], GET("/ready"), 200, "ready\n");
		hang_up(c[i]);
	}
	ck_assert_uint_eq(serve_stats(server).evicted, 1);
	stop();
}
END_TEST

START_TEST(slow_clients_make_room)
{
	struct serve_options o = test_options();
	struct client *slow[4], *c;

	o.max_connections = ARRAY_SIZE(slow);
	o.deadline_ms = 4 * PATIENCE_MS;
	start(false, o);
	for (size_t i = 0; i < ARRAY_SIZE(slow); i++) {
		slow[i] = come();
		put_z(slow[i], "GET /ready HTTP/1.1\r\n");
	}
	await_stat(requests, ARRAY_SIZE(slow));
	c = come();
	expect_answer(c, GET("/ready"), 200, "ready\n");
	for (size_t i = 0; i < ARRAY_SIZE(slow); i++)
		hang_up(slow[i]);
	hang_up(c);
	stop();
}
END_TEST

START_TEST(busy_clients_make_others_wait)
{
	struct serve_options o = test_options();
	struct client *all[6];

	o.max_connections = 2;
	start(false, o);
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		all[i] = connect_to(port);
		put_z(all[i], GET("/slow?ms=200"));
	}
	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		ck_assert_uint_eq(get_answer(all[i], false).status, 200);
	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		hang_up(all[i]);
	stop();
}
END_TEST

START_TEST(descriptors_run_out)
{
	struct client *c;
	int next;

	start(false, test_options());
	next = dup(0);
	close(next);
	/* for this client there is one, for its server none */
	allow_descriptors((rlim_t)next + 1);
	c = connect_to(port);
	put_z(c, GET("/ready"));
	sleep_ms(50);
	ck_assert_uint_eq(serve_stats(server).accepted, 0);
	allow_descriptors(1000);
	ck_assert_uint_eq(get_answer(c, false).status, 200);
	hang_up(c);
	stop();
}
END_TEST

/* ---- the end ---- */

START_TEST(draining)
{
	struct client *before, *after;
	struct answer a;

	start(_i, test_options());
	before = come();
	ck_assert(!ask(before, GET("/ready")).close);
	serve_drain(server);
	a = ask(before, GET("/ready"));
	ck_assert_uint_eq(a.status, 200);
	ck_assert(a.close && is_closed(before, PATIENCE_MS));
	after = come();
	a = ask(after, GET("/nowhere"));
	ck_assert_uint_eq(a.status, 404);
	ck_assert(a.close && is_closed(after, PATIENCE_MS));
	hang_up(before);
	hang_up(after);
	stop();
}
END_TEST

static void *stop_in_thread(void *ctx)
{
	const unsigned *grace_ms = ctx;

	serve_stop(server, *grace_ms);
	return NULL;
}

static bool is_refused(void)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr = { htonl(INADDR_LOOPBACK) },
	};
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	int rc = connect(fd, (struct sockaddr *)&address, sizeof(address));

	close(fd);
	return rc < 0;
}

START_TEST(stop_waits_for_requests)
{
	struct client *idle, *works, *begins, *comes;
	unsigned grace_ms = 2 * PATIENCE_MS;
	pthread_t thread;
	struct answer a;

	start(_i, test_options());
	idle = come();
	ask(idle, GET("/ready"));
	works = come();
	put_z(works, GET("/slow?ms=500"));
	begins = come();
	put_z(begins, "GET /ready HTTP/1.1\r\n");
	await_stat(requests, 2);
	comes = connect_to(port);	/* its handshake is to come */
	pthread_create(&thread, NULL, stop_in_thread, &grace_ms);
	ck_assert(is_closed(idle, PATIENCE_MS));
	for (int i = 0; !is_refused() && i < 1000; i++)
		sleep_ms(5);
	ck_assert(is_refused());
	put_z(begins, "Host: x\r\n\r\n");
	a = get_answer(begins, false);
	ck_assert(a.status == 200 && a.close);
	if (_i)
		ck_assert_int_eq(shake_hands(comes, NULL, NULL), 0);
	a = ask(comes, GET("/ready"));
	ck_assert(a.status == 200 && a.close);
	a = get_answer(works, false);
	ck_assert(a.status == 200 && a.close);
	pthread_join(thread, NULL);
	hang_up(idle);
	hang_up(works);
	hang_up(begins);
	hang_up(comes);
	forget_served();
}
END_TEST

START_TEST(stop_waits_so_long)
{
	unsigned grace_ms = 300;
	uint64_t begin;
	struct client *c;

	start(_i, test_options());
	c = come();
	put_z(c, "GET /ready HTTP/1.1\r\n");
	await_stat(requests, 1);
	begin = os_now_ms();
	serve_stop(server, grace_ms);
	ck_assert_uint_ge(os_now_ms() - begin, grace_ms);
	ck_assert(is_closed(c, PATIENCE_MS));
	hang_up(c);
	/* and not at all if there is nothing to wait for */
	forget_served();
	start(_i, test_options());
	c = come();
	ask(c, GET("/ready"));
	begin = os_now_ms();
	serve_stop(server, 4 * PATIENCE_MS);
	ck_assert_uint_lt(os_now_ms() - begin, PATIENCE_MS);
	hang_up(c);
	forget_served();
}
END_TEST

/* ---- the beginning ---- */

static struct server *listen_on(const char *where, struct err *e)
{
	struct serve_options o = test_options();

	o.listen = where;
	return serve_start(&o, e);
}

static void expect_error(const char *where, const char *why)
{
	struct err e = ERR_INIT;

	ck_assert_ptr_null(listen_on(where, &e));
	ck_assert_msg(strstr(e.text, why) != NULL, "\"%s\" is not in \"%s\"",
		      why, e.text);
}

static bool localhost_is_known(void)
{
	struct addrinfo *found;

	if (getaddrinfo("localhost", NULL, NULL, &found))
		return false;
	freeaddrinfo(found);
	return true;
}

START_TEST(addresses)
{
	static const char *const good[] = {
		"127.0.0.1:0", "localhost:0", ":0", "[::1]:0", "[::]:0",
	};
	char taken[40];

	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		struct err e = ERR_INIT;
		struct server *s = listen_on(good[i], &e);

		/* not every machine has IPv6, or names at all */
		ck_assert_msg(s || *good[i] == '[' ||
			      (i == 1 && !localhost_is_known()),
			      "%s", e.text);
		if (s)
			serve_stop(s, 0);
	}
	expect_error("8443", "expected HOST:PORT, :PORT or [IPV6]:PORT");
	expect_error("127.0.0.1:", "expected HOST:PORT");
	expect_error("127.0.0.1:65536", "expected HOST:PORT");
	expect_error("127.0.0.1:-1", "expected HOST:PORT");
	expect_error("::1:8443", "expected HOST:PORT");
	expect_error("", "expected HOST:PORT");
	expect_error("127.0.0.1:no-port", "cannot listen on 127.0.0.1:no-port");
	expect_error("203.0.113.1:0", "cannot listen on 203.0.113.1:0: ");
	start(false, test_options());
	snprintf(taken, sizeof(taken), "127.0.0.1:%u", port);
	expect_error(taken, "Address already in use");
	stop();
}
END_TEST

int main(void)
{
	Suite *s = suite_create("serve_life");
	TCase *t = tcase_create("connections");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, slow_clients_are_closed, 0, 2);
	tcase_add_loop_test(t, slow_readers_are_closed, 0, 2);
	tcase_add_loop_test(t, answers_may_take_long, 0, 1);
	tcase_add_loop_test(t, idle_clients_are_closed, 1, 2);
	tcase_add_test(t, idle_clients_make_room);
	tcase_add_loop_test(t, waiting_clients_make_room, 0, 2);
	tcase_add_test(t, slow_clients_make_room);
	tcase_add_test(t, busy_clients_make_others_wait);
	tcase_add_test(t, descriptors_run_out);
	tcase_add_loop_test(t, draining, 0, 2);
	tcase_add_loop_test(t, stop_waits_for_requests, 0, 2);
	tcase_add_loop_test(t, stop_waits_so_long, 0, 2);
	tcase_add_test(t, addresses);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
