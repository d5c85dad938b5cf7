/*
 * Memory runs out in webhook/serve: a request or a connection fails, and the
 * server goes on.
 *
 * The linker directs allocations of our code, and of libmicrohttpd where it is
 * linked from its archive, to the functions here, which fail one of them, or
 * all from one on, in the threads of the server.
 */
#include "serve_client.h"
#include "serve_pki.h"

/* ---- allocations that fail ---- */

static atomic_int countdown;	/* the one that fails; 0: none */
static atomic_bool lasting;	/* and all that follow */
static _Thread_local bool of_client;

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);

static bool fails(void)
{
	int n = of_client ? 0 : atomic_load(&countdown);

	if (!n)
		return false;
	if (n == 1)
		return atomic_load(&lasting) ||
		       atomic_compare_exchange_strong(&countdown, &n, -1);
	return n > 1 && atomic_fetch_sub(&countdown, 1) == 1;
}

void *__wrap_malloc(size_t n)
{
	return fails() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : __real_calloc(n, size);
}

/* ---- the server ---- */

/* The tests' own memory does not run out. */
static void answer_spared(void *ctx, const struct serve_request *request,
			  struct serve_reply *reply)
{
	of_client = true;
	if (*request->method == 'P')
		answer_inject(ctx, request, reply);
	else
		answer_ready(ctx, request, reply);
	of_client = false;
}

static const struct serve_route spared[] = {
	{ .path = "/ready", .answer = answer_spared },
	{ .path = "/inject", .below = true, .post = true, .json = true,
	  .answer = answer_spared },
};

static void start(bool tls)
{
	struct serve_options o = test_options();

	o.routes = spared;
	o.n_routes = ARRAY_SIZE(spared);
	of_client = true;
	make_served(tls);
	o.identity = served;
	start_server(&o);
}

static void stop(void)
{
	stop_server();
	forget_served();
}

/* ---- requests ---- */

static const char *const requests[] = {
	GET("/ready"),
	POST("/inject?a=b", JSON "Content-Length: 3\r\n", "abc"),
	POST("/inject", JSON "Transfer-Encoding: chunked\r\n",
	     "3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n"),
	GET("/nowhere"),
};

/* All of them on a new connection, until one fails: how many did not. */
static size_t visit(void)
{
	struct client *c = connect_to(port);
	size_t i = 0;

	if (served && shake_hands(c, NULL, NULL) < 0) {
		hang_up(c);
		return 0;
	}
	while (i < ARRAY_SIZE(requests)) {
		struct answer a = ask(c, requests[i]);

		if (!a.status || a.status == 500)
			break;
		ck_assert_uint_eq(a.status, i == 3 ? 404 : 200);
		i++;
	}
	hang_up(c);
	return i;
}

START_TEST(memory_runs_out)
{
	int n = 0, failed = 0;

	start(_i % 2);
	atomic_store(&lasting, _i >= 2);
	do {
		atomic_store(&countdown, ++n);
		failed += visit() < ARRAY_SIZE(requests);
		/* too few were made, or the last of them failed */
		if (atomic_exchange(&countdown, 0) > 1)
			n = -n;
		await_stat(connections, 0);
		ck_assert_uint_eq(visit(), ARRAY_SIZE(requests));
	} while (n > 0);
	ck_assert_int_gt(failed, 2);
	ck_assert_int_lt(n, -5);
	stop();
}
END_TEST

int main(void)
{
	Suite *s = suite_create("serve_memory");
	TCase *t = tcase_create("memory");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, memory_runs_out, 0, 4);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
