/*
 * webhook/log: whatever names and texts are, a line is valid JSON (jansson says
 * so) of at most 4096 bytes, and what can be kept of them is.  Collected lines
 * are written whole, in order, and all of them, unless nobody reads.
 */
#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/array.h"
#include "base/os.h"
#include "tree/utf8.h"
#include "webhook/webhook.h"

/* ---- reading what is written to stderr ---- */

static char text[1 << 16];

/* One line, written by log_write(), without its end. */
static const char *written(struct log_line *line)
{
	int fds[2], kept = dup(STDERR_FILENO);
	ssize_t n;

	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_int_ge(dup2(fds[1], STDERR_FILENO), 0);
	log_write(line);
	ck_assert_int_ge(dup2(kept, STDERR_FILENO), 0);
	close(kept);
	close(fds[1]);
	n = read(fds[0], text, sizeof(text) - 1);
	close(fds[0]);
	ck_assert_int_gt(n, 0);
	ck_assert_int_le(n, 4096);
	ck_assert_int_eq(text[n - 1], '\n');
	text[n - 1] = '\0';
	ck_assert_uint_eq(strlen(text), (size_t)n - 1);
	ck_assert_ptr_null(strchr(text, '\n'));
	return text;
}

static json_t *parsed(struct log_line *line)
{
	json_error_t error;
	const char *json = written(line);
	json_t *root = json_loads(json, JSON_REJECT_DUPLICATES, &error);

	ck_assert_msg(root != NULL, "%s: %s", error.text, json);
	return root;
}

static const char *string_at(const json_t *root, const char *key)
{
	return json_string_value(json_object_get(root, key));
}

/* ---- values ---- */

static const struct {
	const char *value, *wanted;	/* wanted NULL: the same */
} rows[] = {
	{ "web", NULL },
	{ "\"quoted\" \\ /", NULL },
	{ "line\nbreak\r\ttab\b\f", NULL },
	{ "\x01\x1b[31mred\x1b[0m\x7f", NULL },
	{ "grüße, 世界, 😀", NULL },
	{ "\xc2\x85\xe2\x80\xa8", NULL },	/* NEL, a line separator */
	{ "\xef\xbf\xbd", NULL },		/* U+FFFD itself */
	{ "\xef\xbb\xbf", NULL },		/* a byte order mark */
	{ "\xff", "\xef\xbf\xbd" },
	{ "a\xc3", "a\xef\xbf\xbd" },
	{ "\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd" },	/* an overlong / */
	{ "\xed\xa0\x80",			/* a surrogate */
	  "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xf4\x90\x80\x80",			/* beyond U+10FFFF */
	  "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xe4\xb8", "\xef\xbf\xbd\xef\xbf\xbd" },
};

START_TEST(values)
{
	const char *wanted = rows[_i].wanted ? rows[_i].wanted : rows[_i].value;
	struct log_line line;
	json_t *root;

	log_open(&line, MESSAGE_INFO, rows[_i].value);
	log_text(&line, "name", rows[_i].value);
	log_text(&line, "namespace", "");
	root = parsed(&line);
	ck_assert_str_eq(string_at(root, "message"), wanted);
	ck_assert_str_eq(string_at(root, "name"), wanted);
	ck_assert_str_eq(string_at(root, "level"), "info");
	ck_assert_ptr_null(json_object_get(root, "namespace"));
	json_decref(root);
}
END_TEST

START_TEST(numbers)
{
	struct log_line line;
	json_t *root;

	log_open(&line, MESSAGE_ERROR, "m");
	log_number(&line, "least", INT64_MIN);
	log_number(&line, "most", INT64_MAX);
	log_ms(&line, "ms", 1234567);
	log_ms(&line, "long", UINT64_MAX);
	root = parsed(&line);
	ck_assert(json_integer_value(json_object_get(root, "least")) ==
		  INT64_MIN);
	ck_assert(json_integer_value(json_object_get(root, "most")) ==
		  INT64_MAX);
	ck_assert_double_eq_tol(json_real_value(json_object_get(root, "ms")),
				1.234, 1e-9);
	ck_assert(json_is_real(json_object_get(root, "long")));
	ck_assert_str_eq(string_at(root, "level"), "error");
	json_decref(root);
}
END_TEST

START_TEST(time_and_order)
{
	struct log_line line;
	json_t *root;

	log_open(&line, MESSAGE_WARNING, "m");
	log_text(&line, "name", "n");
	root = parsed(&line);
	/* 2026-01-02T03:04:05.678Z */
	ck_assert_uint_eq(strlen(string_at(root, "time")), 24);
	ck_assert_int_eq(string_at(root, "time")[23], 'Z');
	ck_assert_ptr_eq(strstr(text, "{\"time\":\""), text);
	ck_assert(strstr(text, ",\"level\":\"warning\",\"message\":\"m\","
			 "\"name\":\"n\"}") != NULL);
	json_decref(root);
}
END_TEST

/* ---- much ---- */

/* What is cut says so, and ends with a whole character. */
START_TEST(a_long_value_is_cut)
{
	static const char *const characters[] = {
		"a", "\xc3\xa9", "\xe4\xb8\x96", "\xf0\x9f\x98\x80", "\x01",
		"\"", "\xff",
	};
	char value[10001] = "";
	struct log_line line;
	const char *found;
	json_t *root;

	for (size_t i = 0; i < 10000 / strlen(characters[_i]); i++)
		memcpy(value + i * strlen(characters[_i]), characters[_i],
		       strlen(characters[_i]));
	log_open(&line, MESSAGE_INFO, "m");
	log_text(&line, "name", value);
	root = parsed(&line);
	found = string_at(root, "name");
	ck_assert_uint_ge(strlen(found), 300);
	ck_assert_uint_lt(strlen(found), 2000);
	ck_assert_str_eq(found + strlen(found) - 3, "...");
	ck_assert_int_eq(memcmp(found, _i == 6 ? "\xef\xbf\xbd" :
				characters[_i], strlen(characters[_i])) != 0,
			 0);
	json_decref(root);
}
END_TEST

/* Members for which there is no room are left out; those before them stay. */
START_TEST(many_long_values)
{
	char value[300], key[16];
	struct log_line line;
	json_t *root;

	memset(value, '\x02', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	log_open(&line, MESSAGE_INFO, value);
	for (int i = 0; i < 100; i++) {
		snprintf(key, sizeof(key), "key%d", i);
		log_text(&line, key, value + 290);
		*key = 'n';
		log_number(&line, key, i);
		*key = 'm';
		log_ms(&line, key, 1);
		*key = 'l';
		log_text(&line, key, value + (i % 2 ? 200 : 0));
	}
	root = parsed(&line);
	ck_assert_uint_gt(json_object_size(root), 10);
	ck_assert(json_object_get(root, "key0") != NULL);
	json_decref(root);
}
END_TEST

/* Any bytes, in any number of members. */
START_TEST(random_values)
{
	char value[1000];
	struct log_line line;

	srandom(1);
	for (int i = 0; i < 500; i++) {
		log_open(&line, MESSAGE_INFO, "m");
		for (int k = 0; k < 1 + i % 12; k++) {
			size_t n = (size_t)random() % sizeof(value);
			char key[8];

			for (size_t c = 0; c < n; c++)
				value[c] = (char)(random() % 255 + 1);
			value[n ? n - 1 : 0] = '\0';
			snprintf(key, sizeof(key), "k%d", k);
			log_text(&line, key, value);
		}
		json_decref(parsed(&line));
	}
}
END_TEST

/* ---- as text ---- */

START_TEST(text_form)
{
	struct log_line line;
	const char *found;

	log_begin(false);
	log_open(&line, MESSAGE_INFO, "admission");
	log_text(&line, "name", "a \"b\"\n\x1b[0m\xff");
	log_number(&line, "n", 7);
	found = written(&line);
	log_begin(true);
	ck_assert_ptr_eq(strstr(found, "time=\""), found);
	ck_assert(strstr(found, " level=\"info\" message=\"admission\" "
			 "name=\"a \\\"b\\\"\\u000a\\u001b[0m\\ufffd\" n=7") !=
		  NULL);
	for (const char *p = found; *p; p++)
		ck_assert_int_ge((unsigned char)*p, ' ');
}
END_TEST

/* ---- collected ---- */

/* Instead of stderr, for a while. */
struct diverted {
	int kept, from;
};

/* With a socket each write is read by itself. */
static struct diverted divert(bool by_writes)
{
	struct diverted d = { .kept = dup(STDERR_FILENO) };
	int ends[2];

	if (by_writes)
		ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends),
				 0);
	else
		ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_ge(dup2(ends[1], STDERR_FILENO), 0);
	close(ends[1]);
	d.from = ends[0];
	return d;
}

static void restore(const struct diverted *d)
{
	ck_assert_int_ge(dup2(d->kept, STDERR_FILENO), 0);
	close(d->kept);
}

static void log_numbers(size_t from, size_t n)
{
	for (size_t i = from; i < from + n; i++) {
		struct log_line line;

		log_open(&line, MESSAGE_INFO, "line");
		log_number(&line, "i", (int64_t)i);
		log_text(&line, "filling", "some text, for a usual length, as "
			 "the decisions on real Pods have it, or nearly so");
		log_write(&line);
	}
}

/* What was read of the numbers 0, 1, ... */
struct numbers {
	char rest[8192];	/* the beginning of a line */
	size_t n_rest;
	size_t n;		/* numbers, none twice */
	bool seen[5000];
	int64_t last;
	bool disorder;		/* one is less than the one before it */
	size_t lost;		/* lines, as a line says */
	bool finished;		/* "end" was read */
};

#define NUMBERS_INIT { .last = -1 }

static void take_number(struct numbers *all, const char *line)
{
	json_t *root = json_loads(line, 0, NULL);
	const json_t *i, *lost;

	ck_assert_msg(root != NULL, "not a line: %s", line);
	i = json_object_get(root, "i");
	lost = json_object_get(root, "lines");
	if (i) {
		int64_t number = json_integer_value(i);

		ck_assert(!all->seen[number]);
		all->seen[number] = true;
		all->disorder = all->disorder || number < all->last;
		all->last = number;
		all->n++;
	}
	if (lost)
		all->lost += (size_t)json_integer_value(lost);
	if (strcmp(string_at(root, "message"), "end") == 0)
		all->finished = true;
	json_decref(root);
}

/* One read; false at the end. */
static bool take_some(int fd, struct numbers *all)
{
	char *begin = all->rest, *end;
	ssize_t n = read(fd, all->rest + all->n_rest, 4096);

	if (n <= 0)
		return false;
	all->n_rest += (size_t)n;
	while ((end = memchr(begin, '\n', all->n_rest))) {
		*end = '\0';
		take_number(all, begin);
		all->n_rest -= (size_t)(end + 1 - begin);
		begin = end + 1;
	}
	memmove(all->rest, begin, all->n_rest);
	return true;
}

/* Many lines are fewer writes, each of whole lines; none is missing. */
START_TEST(lines_are_written_together)
{
	struct numbers all = NUMBERS_INIT;
	struct diverted d = divert(true);
	struct log_line line;
	size_t writes = 0;

	log_collect();
	for (size_t i = 0; i < 40; i++) {
		log_numbers(i * 20, 20);
		/* the socket holds a few hundred KiB */
		while (all.n < i * 20 && take_some(d.from, &all)) {
			ck_assert_uint_eq(all.n_rest, 0);
			writes++;
		}
	}
	log_finish();
	restore(&d);
	for (; take_some(d.from, &all); writes++)
		ck_assert_uint_eq(all.n_rest, 0);
	close(d.from);
	ck_assert_uint_eq(all.n, 800);
	ck_assert(!all.disorder);
	ck_assert_uint_lt(writes, 400);
	/* from now on each is written at once again */
	log_open(&line, MESSAGE_INFO, "m");
	json_decref(parsed(&line));
}
END_TEST

/* After a line was written, the next one has to wait, unless it is an error:
 * at least one of twenty comes sooner than any could that waits. */
START_TEST(an_error_does_not_wait)
{
	struct diverted d = divert(true);
	uint64_t least = UINT64_MAX;

	log_collect();
	for (int i = 0; i < 20; i++) {
		struct numbers all = NUMBERS_INIT;
		uint64_t began;

		log_numbers(0, 1);
		while (!all.n && take_some(d.from, &all))
			continue;
		began = os_now_ns();
		log_numbers(1, 1);
		log_message(MESSAGE_ERROR, "end");
		while (!all.finished && take_some(d.from, &all))
			continue;
		ck_assert_uint_eq(all.n, 2);
		if (os_now_ns() - began < least)
			least = os_now_ns() - began;
	}
	log_finish();
	restore(&d);
	close(d.from);
	ck_assert_uint_lt(least, 8000000);
}
END_TEST

/* Whoever logs goes on; what was lost is counted, and said later. */
START_TEST(nobody_reads)
{
	const uint64_t before = log_lost();
	struct numbers all = NUMBERS_INIT;
	struct diverted d = divert(false);

	log_collect();
	log_numbers(0, 5000);
	ck_assert_uint_gt(log_lost() - before, 100);
	while (!all.lost && take_some(d.from, &all))
		continue;
	log_message(MESSAGE_ERROR, "end");
	while (!all.finished && take_some(d.from, &all))
		continue;
	log_finish();
	restore(&d);
	close(d.from);
	ck_assert_uint_eq(all.lost, log_lost() - before);
	ck_assert_uint_eq(all.n + all.lost, 5000);
	ck_assert(!all.disorder);
}
END_TEST

START_TEST(nobody_reads_at_the_end)
{
	struct diverted d = divert(false);
	uint64_t began;

	log_collect();
	log_numbers(0, 2000);
	began = os_now_ms();
	log_finish();
	ck_assert_uint_lt(os_now_ms() - began, 10000);
	restore(&d);
	close(d.from);
}
END_TEST

/* Sanitizers have something to say about the second, among the lines. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define N_CRASHES 1
#else
#define N_CRASHES 2
#endif

/* The lines before a crash are not lost. */
START_TEST(a_crash)
{
	static const int signals[] = { SIGABRT, SIGSEGV };
	struct numbers all = NUMBERS_INIT;
	struct diverted d = divert(false);
	int status;
	pid_t child = fork();

	ck_assert_int_ge(child, 0);
	if (!child) {
		log_collect();
		log_numbers(0, 10);
		log_numbers(10, 10);
		raise(signals[_i]);
		_exit(0);
	}
	restore(&d);
	while (take_some(d.from, &all))
		continue;
	close(d.from);
	ck_assert_uint_eq(all.n, 20);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(WTERMSIG(status), signals[_i]);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("webhook_log");
	TCase *t = tcase_create("log");
	SRunner *runner = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_loop_test(t, values, 0, ARRAY_SIZE(rows));
	tcase_add_test(t, numbers);
	tcase_add_test(t, time_and_order);
	tcase_add_loop_test(t, a_long_value_is_cut, 0, 7);
	tcase_add_test(t, many_long_values);
	tcase_add_test(t, random_values);
	tcase_add_test(t, text_form);
	tcase_add_test(t, lines_are_written_together);
	tcase_add_test(t, an_error_does_not_wait);
	tcase_add_test(t, nobody_reads);
	tcase_add_test(t, nobody_reads_at_the_end);
	tcase_add_loop_test(t, a_crash, 0, N_CRASHES);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
