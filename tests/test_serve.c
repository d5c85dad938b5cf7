/*
 * Requests to webhook/serve, good and bad, each over plain HTTP and over TLS:
 * what is answered, and that the server lives on.
 */
#include "serve_client.h"
#include "serve_pki.h"

enum { MAX_BODY = 1 << 20, MAX_HEADER = 16 << 10 };

/* ---- set up: _i of a test is 0 without TLS, 1 with it ---- */

static void start_with(bool tls, struct serve_options o)
{
	o.max_body = MAX_BODY;
	make_served(tls);
	o.identity = served;
	start_server(&o);
}

static void start(bool tls)
{
	start_with(tls, test_options());
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
		ck_assert_int_eq(shake_hands(c, NULL, "http/1.1"), 0);
	return c;
}

/* The server still answers others. */
static void expect_alive(void)
{
	struct client *c = come();

	expect_answer(c, GET("/ready"), 200, "ready\n");
	hang_up(c);
}

/* ---- routes ---- */

START_TEST(routes_have_methods)
{
	struct client *c;
	struct answer a;

	start(_i);
	c = come();
	expect_answer(c, GET("/ready"), 200, "ready\n");
	expect_answer(c, GET("/ready?x=y"), 200, "ready\n");
	expect_answer(c, "HEAD /ready HTTP/1.1\r\nHost: x\r\n\r\n", 200, "");
	expect_answer(c, GET("/read%79"), 200, "ready\n");
	expect_answer(c, GET("/ready/x"), 404, "unknown path, expected /ready, "
		      "/inject, /slow, /gate, /big or /broken\n");
	expect_answer(c, GET("/"), 404, "unknown path, expected /ready, "
		      "/inject, /slow, /gate, /big or /broken\n");
	expect_answer(c, GET("/injector"), 404, "unknown path, expected /ready,"
		      " /inject, /slow, /gate, /big or /broken\n");
	expect_answer(c, GET("/broken"), 500, "internal error\n");
	a = ask(c, GET("/inject"));
	ck_assert_uint_eq(a.status, 405);
	ck_assert_str_eq(a.body, "method not allowed, expected POST\n");
	ck_assert_ptr_nonnull(strstr(a.header, "\r\nAllow: POST\r\n"));
	ck_assert_ptr_nonnull(strstr(a.header, "\r\nContent-Type: text/plain"));
	a = ask(c, POST("/ready", "Content-Length: 2\r\n", "{}"));
	ck_assert_uint_eq(a.status, 405);
	ck_assert_ptr_nonnull(strstr(a.header, "\r\nAllow: GET, HEAD\r\n"));
	expect_answer(c, "DELETE /inject HTTP/1.1\r\nHost: x\r\n\r\n", 405,
		      "method not allowed, expected POST\n");
	expect_answer(c, GET("/ready"), 200, "ready\n");
	hang_up(c);
	ck_assert_uint_eq(serve_stats(server).answered, 5);
	ck_assert_uint_eq(serve_stats(server).refused, 7);
	ck_assert_uint_eq(serve_stats(server).accepted, 1);
	stop();
}
END_TEST

START_TEST(posts)
{
	struct client *c;
	struct answer a;

	start(_i);
	c = come();
	a = ask(c, POST("/inject", JSON "Content-Length: 2\r\n", "{}"));
	ck_assert_uint_eq(a.status, 200);
	ck_assert_str_eq(a.body, "/inject - {}");
	ck_assert_ptr_nonnull(strstr(a.header,
				     "\r\nContent-Type: application/json\r\n"));
	ck_assert(!a.close);
	expect_answer(c, POST("/inject/cluster/a%2fb?timeout=10s&x", JSON
			      "Content-Length: 3\r\n", "abc"),
		      200, "/inject/cluster/a/b 10s abc");
	expect_answer(c, POST("/inject", JSON "Content-Length: 0\r\n", ""), 200,
		      "/inject - ");
	expect_answer(c, POST("/inject", JSON, ""), 200, "/inject - ");
	hang_up(c);
	stop();
}
END_TEST

static const struct {
	const char *headers;
	unsigned status;
} types[] = {
	{ "Content-Type: application/json\r\n", 200 },
	{ "content-type: Application/JSON\r\n", 200 },
	{ "Content-Type: application/json; charset=utf-8\r\n", 200 },
	{ "Content-Type: application/json ;charset=utf-8\r\n", 200 },
	{ JSON "Content-Encoding: identity\r\n", 200 },
	{ JSON "Content-Encoding: gzip\r\n", 415 },
	{ "Content-Type: application/jsonx\r\n", 415 },
	{ "Content-Type: application/yaml\r\n", 415 },
	{ "Content-Type: text/plain\r\n", 415 },
	{ "Content-Type:\r\n", 415 },
	{ "", 415 },
};

START_TEST(json_is_insisted_on)
{
	struct client *c;

	start(_i);
	c = come();
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		char request[300];

		snprintf(request, sizeof(request), POST("/inject", "%s"
			 "Content-Length: 2\r\n", "{}"), types[i].headers);
		ck_assert_msg(ask(c, request).status == types[i].status, "%s",
			      types[i].headers);
	}
	/* the connection lives on */
	expect_answer(c, GET("/ready"), 200, "ready\n");
	hang_up(c);
	stop();
}
END_TEST

/* ---- bodies ---- */

static char *filled(size_t n)
{
	char *p = malloc(n + 1);

	memset(p, 'x', n);
	p[n] = '\0';
	return p;
}

/* What is sent before the answer to a body of that size is read. */
enum sent { ALL, NONE };

static struct answer post_length(struct client *c, size_t n, enum sent sent,
				 const char *headers)
{
	char *body = filled(n), head[300];

	snprintf(head, sizeof(head), POST("/inject", JSON "%s"
		 "Content-Length: %zu\r\n", ""), headers, n);
	put_z(c, head);
	/* the server must not hang up on a client that is still sending */
	if (sent == ALL)
		ck_assert(put(c, body, n));
	free(body);
	return get_answer(c, false);
}

START_TEST(bodies_have_a_limit)
{
	struct client *c;
	struct answer a;

	start(_i);
	c = come();
	a = post_length(c, MAX_BODY, ALL, "");
	ck_assert_uint_eq(a.status, 200);
	ck_assert_uint_eq(a.n, MAX_BODY + strlen("/inject - "));
	hang_up(c);
	for (size_t n = MAX_BODY + 1; n < 4 * MAX_BODY; n += MAX_BODY) {
		c = come();
		a = post_length(c, n, ALL, "");
		ck_assert_uint_eq(a.status, 413);
		ck_assert_str_eq(a.body, "body too large, expected at most "
				 "1048576 bytes\n");
		ck_assert(a.close);
		ck_assert_int_eq(get_more(c), 0);
		hang_up(c);
	}
	c = come();
	ck_assert_uint_eq(post_length(c, MAX_BODY + 1, NONE, "").status, 413);
	hang_up(c);
	expect_alive();
	stop();
}
END_TEST

START_TEST(expectations)
{
	struct client *c;

	start(_i);
	c = come();
	ck_assert_uint_eq(post_length(c, 10, NONE, "Expect: 100-continue\r\n")
				  .status, 100);
	put_z(c, "0123456789");
	ck_assert_str_eq(get_answer(c, false).body, "/inject - 0123456789");
	/* what is refused is not asked for */
	ck_assert_uint_eq(post_length(c, MAX_BODY + 1, NONE,
				      "Expect: 100-continue\r\n").status, 413);
	ck_assert(is_closed(c, PATIENCE_MS));
	hang_up(c);
	c = come();
	put_z(c, POST("/nowhere", "Expect: 100-continue\r\n"
		      "Content-Length: 9\r\n", ""));
	ck_assert_uint_eq(get_answer(c, false).status, 404);
	hang_up(c);
	stop();
}
END_TEST

#define CHUNKED JSON "Transfer-Encoding: chunked\r\n"

static struct answer post_chunks(struct client *c, const char *target,
				 size_t size, size_t n)
{
	char *body = filled(size), head[100];
	bool going;

	snprintf(head, sizeof(head), POST("%s", CHUNKED, ""), target);
	going = put_z(c, head);
	snprintf(head, sizeof(head), "%zx;name=value\r\n", size);
	for (size_t i = 0; going && i < n; i++)
		going = put_z(c, head) && put(c, body, size) &&
			put_z(c, "\r\n");
	if (going)
		put_z(c, "0\r\nTrailer: x\r\n\r\n");
	free(body);
	return get_answer(c, false);
}

START_TEST(chunks)
{
	struct client *c;
	struct answer a;

	start(_i);
	c = come();
	expect_answer(c, POST("/inject", CHUNKED,
			      "3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\n\r\n"),
		      200, "/inject - abcdefg");
	a = post_chunks(c, "/inject", 100, 1000);
	ck_assert_uint_eq(a.status, 200);
	ck_assert_uint_eq(a.n, 100000 + strlen("/inject - "));
	/* it is read to its end, and the connection lives on */
	a = post_chunks(c, "/inject", 100000, 20);
	ck_assert_uint_eq(a.status, 413);
	ck_assert(!a.close);
	ck_assert_uint_eq(post_chunks(c, "/nowhere", 1000, 10).status, 404);
	expect_answer(c, GET("/ready"), 200, "ready\n");
	/* unless there is too much of it */
	ck_assert_uint_eq(post_chunks(c, "/inject", 1000000, 10).status, 0);
	hang_up(c);
	c = come();
	ck_assert_uint_eq(ask(c, POST("/inject", CHUNKED, "no\r\n")).status,
			  400);
	hang_up(c);
	c = come();
	expect_answer(c, POST("/inject", JSON "Transfer-Encoding: gzip\r\n",
			      "x"), 501,
		      "unknown Transfer-Encoding, expected chunked\n");
	hang_up(c);
	expect_alive();
	stop();
}
END_TEST

START_TEST(all_bodies_have_a_limit)
{
	struct serve_options o = test_options();
	struct client *c, *d;

	o.max_bodies = 1000;
	start_with(_i, o);
	c = come();
	d = come();
	put_z(c, POST("/inject", JSON "Content-Length: 900\r\n", ""));
	put(c, (char[800]){ 0 }, 800);
	/* when it is read, there is no room for another */
	for (int i = 0; i < PATIENCE_MS; i++) {
		if (post_length(d, 300, ALL, "").status == 503)
			break;
		sleep_ms(1);
	}
	ck_assert_uint_eq(post_length(d, 300, ALL, "").status, 503);
	ck_assert_uint_eq(post_chunks(d, "/inject", 100, 3).status, 503);
	ck_assert_uint_eq(post_length(d, 150, ALL, "").status, 200);
	put(c, (char[100]){ 0 }, 100);
	ck_assert_uint_eq(get_answer(c, false).status, 200);
	ck_assert_uint_eq(post_length(d, 300, ALL, "").status, 200);
	/* a client that goes away leaves its room to others */
	put_z(c, POST("/inject", JSON "Content-Length: 900\r\n", ""));
	put(c, (char[800]){ 0 }, 800);
	await_stat(requests, 1);
	hang_up(c);
	await_stat(connections, 1);
	ck_assert_uint_eq(post_length(d, 900, ALL, "").status, 200);
	hang_up(d);
	stop();
}
END_TEST

/* ---- headers ---- */

/* n lines of a header, each `size` bytes long. */
static struct answer ask_with_header(size_t size, size_t n)
{
	struct client *c = come();
	char *value = filled(size - strlen("X: \r\n"));
	struct answer a;

	put_z(c, "GET /ready HTTP/1.1\r\nHost: x\r\n");
	for (size_t i = 0; i < n; i++) {
		put_z(c, "X: ");
		put_z(c, value);
		put_z(c, "\r\n");
	}
	put_z(c, "\r\n");
	a = get_answer(c, false);
	free(value);
	hang_up(c);
	return a;
}

START_TEST(headers_have_a_limit)
{
	struct client *c;

	start(_i);
	ck_assert_uint_eq(ask_with_header(MAX_HEADER - 100, 1).status, 200);
	ck_assert_uint_eq(ask_with_header(100, 100).status, 200);
	ck_assert_uint_eq(ask_with_header(MAX_HEADER + 1, 1).status, 431);
	ck_assert_uint_eq(ask_with_header(20000, 1).status, 431);
	ck_assert_uint_eq(ask_with_header(200000, 1).status, 431);
	ck_assert_uint_eq(ask_with_header(8, 10000).status, 431);
	c = come();
	expect_answer(c, "GET /ready HTTP/1.1\r\n\r\n", 400,
		      "no Host in the request header\n");
	hang_up(c);
	c = come();
	expect_answer(c, "GET /ready HTTP/1.0\r\n\r\n", 200, "ready\n");
	ck_assert(is_closed(c, PATIENCE_MS));
	hang_up(c);
	expect_alive();
	stop();
}
END_TEST

/* Answered by libmicrohttpd, whose 0.9.75 sends some of these headers twice. */
static const struct {
	const char *request;
	unsigned status;
} invalid[] = {
	{ "GET /ready HTTP/2.0\r\nHost: x\r\n\r\n", 505 },
	{ "GET /ready\r\nHost: x\r\n\r\n", 400 },
	{ "GET /ready HTTP/1.1\r\nHost x\r\n\r\n", 400 },
	{ POST("/inject", JSON "Content-Length: x\r\n", ""), 400 },
	{ POST("/inject", JSON "Content-Length: -1\r\n", ""), 400 },
	{ POST("/inject", JSON "Content-Length: 99999999999999999999\r\n", ""),
	  413 },
	{ "rubbish\r\n\r\n", 0 },
};

START_TEST(not_http)
{
	start(_i);
	for (size_t i = 0; i < ARRAY_SIZE(invalid); i++) {
		struct client *c = come();

		put_z(c, invalid[i].request);
		ck_assert_msg(get_answer(c, true).status == invalid[i].status,
			      "%s", invalid[i].request);
		ck_assert(is_closed(c, PATIENCE_MS));
		hang_up(c);
		expect_alive();
	}
	stop();
}
END_TEST

/* ---- streams ---- */

#define TWO POST("/inject", JSON "Content-Length: 3\r\n", "one") \
	POST("/inject/b", CHUNKED, "3\r\ntwo\r\n0\r\n\r\n")

START_TEST(pipelines)
{
	struct client *c;

	start(_i);
	c = come();
	put_z(c, TWO GET("/slow?ms=1") TWO GET("/ready"));
	ck_assert_str_eq(get_answer(c, false).body, "/inject - one");
	ck_assert_str_eq(get_answer(c, false).body, "/inject/b - two");
	ck_assert_str_eq(get_answer(c, false).body, "slow\n");
	ck_assert_str_eq(get_answer(c, false).body, "/inject - one");
	ck_assert_str_eq(get_answer(c, false).body, "/inject/b - two");
	ck_assert_str_eq(get_answer(c, false).body, "ready\n");
	/* each byte on its own */
	for (const char *p = TWO; *p; p++)
		ck_assert(put(c, p, 1));
	ck_assert_str_eq(get_answer(c, false).body, "/inject - one");
	ck_assert_str_eq(get_answer(c, false).body, "/inject/b - two");
	hang_up(c);
	stop();
}
END_TEST

START_TEST(truncated)
{
	start(_i);
	for (size_t n = 0; n < strlen(TWO); n += _i ? 7 : 1) {
		struct client *c = come();

		put(c, TWO, n);
		if (n % 2) {
			shutdown(c->fd, SHUT_WR);
			while (get_more(c) > 0)
				;
		}
		hang_up(c);
	}
	expect_alive();
	await_stat(connections, 0);
	await_stat(requests, 0);
	stop();
}
END_TEST

START_TEST(half_closed)
{
	struct client *c;

	start(false);
	c = come();
	put_z(c, TWO);
	shutdown(c->fd, SHUT_WR);
	ck_assert_str_eq(get_answer(c, false).body, "/inject - one");
	ck_assert_str_eq(get_answer(c, false).body, "/inject/b - two");
	ck_assert(is_closed(c, PATIENCE_MS));
	hang_up(c);
	stop();
}
END_TEST

START_TEST(gone_before_the_answer)
{
	start(_i);
	for (int i = 0; i < 20; i++) {
		struct client *c = come();

		put_z(c, i % 2 ? GET("/big?mb=8") : GET("/slow?ms=20"));
		if (i % 4 < 2)
			sleep_ms(2);
		hang_up(c);
	}
	expect_alive();
	await_stat(connections, 0);
	stop();
}
END_TEST

/* ---- many at the same time ---- */

static void *many_requests(void *ctx)
{
	unsigned id = *(const unsigned *)ctx;
	struct client *c = come();

	for (unsigned i = 0; i < 100; i++) {
		char request[300], wanted[100], body[20];
		int n = snprintf(body, sizeof(body), "%u", id * i);

		snprintf(wanted, sizeof(wanted), "/inject/%u %u %s", id, i,
			 body);
		snprintf(request, sizeof(request), POST("/inject/%u?timeout=%u",
			 JSON "Content-Length: %d\r\n", "%s"), id, i, n, body);
		expect_answer(c, request, 200, wanted);
	}
	hang_up(c);
	return NULL;
}

/* Without workers and with them. */
START_TEST(at_the_same_time)
{
	struct serve_options o = test_options();
	pthread_t threads[8];
	unsigned ids[8];

	o.workers = _i < 2 ? 0 : 3;
	start_with(_i % 2, o);
	for (unsigned i = 0; i < 8; i++) {
		ids[i] = 1000 + i;
		pthread_create(&threads[i], NULL, many_requests, &ids[i]);
	}
	for (unsigned i = 0; i < 8; i++)
		pthread_join(threads[i], NULL);
	ck_assert_uint_eq(serve_stats(server).answered, 800);
	await_stat(connections, 0);
	stop();
}
END_TEST

/* Some answers are made in threads of connections, if these are few, the others
 * by workers: all, none, or the first two before more connections come. */
START_TEST(workers_are_few)
{
	static const size_t crowd_at[] = { 6, 0, 2 };
	struct serve_options o = test_options();
	struct client *slow[6], *crowd[40], *other;

	o.workers = 2;
	start_with(false, o);
	atomic_store(&gate_open, false);
	atomic_store(&gate_most, 0);
	other = come();
	for (size_t i = 0; i <= ARRAY_SIZE(slow); i++) {
		for (size_t k = 0; i == crowd_at[_i] && k < 40; k++)
			crowd[k] = come();
		if (i == ARRAY_SIZE(slow))
			break;
		slow[i] = come();
		put_z(slow[i], GET("/gate"));
		await_stat(requests, i + 1);
	}
	await_stat(connections, 1 + 6 + 40);
	/* what needs no worker does not wait for one */
	expect_answer(other, GET("/ready"), 200, "ready\n");
	while (atomic_load(&gate_most) < 2)
		sleep_ms(2);
	atomic_store(&gate_open, true);
	for (size_t i = 0; i < ARRAY_SIZE(slow); i++) {
		ck_assert_str_eq(get_answer(slow[i], false).body, "open\n");
		hang_up(slow[i]);
	}
	for (size_t k = 0; k < ARRAY_SIZE(crowd); k++)
		hang_up(crowd[k]);
	hang_up(other);
	ck_assert_uint_eq(atomic_load(&gate_most), 2);
	stop();
}
END_TEST

/* ---- random bytes ---- */

static uint64_t seed;

static unsigned dice(unsigned n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % n;
}

static const char *const parts[] = {
	TWO, GET("/ready"), "GET ", "POST /inject ", "HTTP/1.1\r\n", "\r\n",
	"\r\n\r\n", "Host: x\r\n", JSON, CHUNKED, "Content-Length: 5\r\n",
	"Content-Length: 5000000000\r\n", "Expect: 100-continue\r\n",
	"Connection: close\r\n", "Connection: upgrade\r\n", "0\r\n\r\n",
	"ffffffffffffffff\r\n", "7\r\n1234567\r\n", " folded\r\n", ": \r\n",
	"%00%zz?&=&a=b", "Cookie: a=b; c\r\n", "Range: bytes=1-\r\n",
	"Upgrade: h2c\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
};

static void make_junk(struct buf *b)
{
	unsigned n = 1 + dice(8);

	buf_clear(b);
	for (unsigned i = 0; i < n; i++)
		buf_addz(b, parts[dice(ARRAY_SIZE(parts))]);
	for (n = dice(6); n; n--)
		b->p[dice((unsigned)b->n)] = (char)dice(256);
	if (dice(10) == 0)
		for (n = dice(40000); n; n--)
			buf_addc(b, (char)dice(256));
}

START_TEST(random_bytes)
{
	struct client *alive;
	struct buf junk = BUF_INIT;

	seed = (uint64_t)_i + 1;
	start(_i % 2);
	alive = come();
	for (int i = 0; i < (_i % 2 ? 60 : 300); i++) {
		/* with TLS, sometimes in place of a handshake */
		struct client *c = i % 3 ? come() : connect_to(port);

		make_junk(&junk);
		put(c, junk.p, junk.n);
		if (dice(2)) {
			shutdown(c->fd, SHUT_WR);
			while (get_more(c) > 0)
				;
		}
		hang_up(c);
		expect_answer(alive, GET("/ready"), 200, "ready\n");
	}
	hang_up(alive);
	await_stat(connections, 0);
	await_stat(requests, 0);
	buf_release(&junk);
	stop();
}
END_TEST

int main(void)
{
	Suite *s = suite_create("serve");
	TCase *t = tcase_create("requests");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, routes_have_methods, 0, 2);
	tcase_add_loop_test(t, posts, 0, 2);
	tcase_add_loop_test(t, json_is_insisted_on, 0, 2);
	tcase_add_loop_test(t, bodies_have_a_limit, 0, 2);
	tcase_add_loop_test(t, expectations, 0, 2);
	tcase_add_loop_test(t, chunks, 0, 2);
	tcase_add_loop_test(t, all_bodies_have_a_limit, 0, 2);
	tcase_add_loop_test(t, headers_have_a_limit, 0, 2);
	tcase_add_loop_test(t, not_http, 0, 2);
	tcase_add_loop_test(t, pipelines, 0, 2);
	tcase_add_loop_test(t, truncated, 0, 2);
	tcase_add_test(t, half_closed);
	tcase_add_loop_test(t, gone_before_the_answer, 0, 2);
	tcase_add_loop_test(t, at_the_same_time, 0, 4);
	tcase_add_loop_test(t, workers_are_few, 0, 3);
	tcase_add_loop_test(t, random_bytes, 0, 4);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
