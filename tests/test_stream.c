/*
 * yaml/stream: where documents end, for every size of read.
 */
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <yaml.h>

#include "base/array.h"
#include "base/arena.h"
#include "yaml/stream.h"

struct input {
	str rest;
	size_t step;
	bool broken;		/* the last read fails */
};

static int64_t take(void *ctx, void *p, size_t n)
{
	struct input *in = ctx;

	if (n > in->step)
		n = in->step;
	if (n > in->rest.n)
		n = in->rest.n;
	if (!n && in->broken) {
		errno = EIO;
		return -1;
	}
	if (n)
		memcpy(p, in->rest.p, n);
	in->rest = str_sub(in->rest, n, in->rest.n);
	return (int64_t)n;
}

static const size_t steps[] = { 1, 7, 4096 };
#define N_STEPS 3

/* Pieces are separated by CUT where a test has them in one text. */
#define CUT "\1"

static const char *const cut[] = {
	"a: 1\n" CUT "---\nb: 2\n",
	"a: 1" CUT "",
	"---\na: 1\n" CUT "---\nb: 2\n" CUT "---\n",
	"# c\n\n---\na: 1\n",
	"# c\n%YAML 1.1\n# d\n---\na: 1\n",
	/* what only looks like a mark */
	"a: |\n  ---\n --- x\n----\n---x\n",
	"a: |\n  x\n" CUT "--- # c\nb\n" CUT "---\tc\n" CUT "---",
	/* all of libyaml's line ends */
	"a: 1\r\n" CUT "---\r\nb: 2\r\n",
	"a: 1\r" CUT "---\rb: 2\r",
	"a: 1\xc2\x85" CUT "---\xc2\x85 b\n",
	"a: 1\xe2\x80\xa8" CUT "---\xe2\x80\xa9 b\n",
	"a: \xc2\xa9---\n---x\xe2\x80\xa6---\n",
	"a: 1\r\r\n" CUT "---\n",
	/* the end of a document */
	"a: 1\n...\n" CUT "---\nb: 2\n",
	"a: 1\n...\n" CUT "# c\n---\nb: 2\n",
	"a: 1\n...\n" CUT "# c\n%YAML 1.1\n---\nb: 2\n",
	"a: 1\n...\n...\n# c\n... # d\n" CUT "# e\n",
	"a: 1\n..." CUT "",
	"...\n",
	/* an error, which reading the piece finds */
	"a: 1\n...\nb: 2\n" CUT "---\nc: 3\n",
	"a: 1\n... b\n" CUT "---\nc: 3\n",
	/* directives look forward */
	"a: 1\n" CUT "%YAML 1.1\n---\nb: 2\n",
	"a: 1\n# c\n" CUT "%TAG !e! tag:e,2000:\n# d\n\n---\nb: 2\n",
	"%YAML 1.1\n---\n" CUT "---\n" CUT "%YAML 1.1\n---\n",
	"a: |\n  x\n%YAMLx\n" CUT "---\nb\n",
	/* JSON values one after the other */
	"{\"a\": 1}\n" CUT "{\"b\": [2]} \n\n" CUT "[3]",
	"{}" CUT "{}" CUT "[]" CUT "[[], {}]\n",
	"{\"a\": \"}{\\\"\"}" CUT
	"{\"a\": \"\\u0041\xe2\x80\xa8---\"}" CUT "{}",
	"[true, false, null, -1.5e+3]" CUT "{\n}\n" CUT
	"---\n# c\n{}\n" CUT "{}\n",
	" \t\r\n{}\n" CUT "{}\n",
	"\xef\xbb\xbf{}\n" CUT "{}\n",
	/* YAML is not JSON */
	"{a: b}\n{c: d}\n",
	"{'a': 1} {}",
	"{\"a\": truer}\n{}",
	"{\"a\": 1} # c\n{}",
	"# c\n{}\n{}\n",
	"{\"a\n\": 1}\n{}\n",
	"{}\n...\n{}\n",
	"\xef\xbb\xbf---\na\n" CUT "---\nb\n",
};

static struct stream *open_stream(struct input *in, str text, size_t step,
				  size_t most)
{
	*in = (struct input){ text, step, false };
	return stream_new(take, in, "in.yaml", most);
}

/* The pieces of a test, joined. */
static struct buf joined(const char *pieces)
{
	struct buf whole = BUF_INIT;

	for (; *pieces; pieces++)
		if (*pieces != CUT[0])
			buf_addc(&whole, *pieces);
	return whole;
}

START_TEST(cuts)
{
	str rest, want;
	struct buf whole = joined(cut[_i]);

	for (size_t i = 0; i < N_STEPS; i++) {
		struct input in;
		struct stream *s = open_stream(&in, buf_str(&whole), steps[i],
					       1 << 20);
		struct piece piece;
		struct err e = ERR_INIT;

		rest = str_of(cut[_i]);
		while (stream_next(s, &piece, &e) > 0) {
			str_cut(rest, CUT[0], &want, &rest);
			ck_assert_msg(str_eq(piece.text, want),
				      "`%.*s`, not `%.*s`",
				      STR_ARG(piece.text), STR_ARG(want));
		}
		ck_assert_msg(!e.set && !rest.n, "%s; left: `%.*s`", e.text,
			      STR_ARG(rest));
		stream_free(s);
	}
	buf_release(&whole);
}
END_TEST

START_TEST(pieces_know_what_they_are)
{
	struct input in;
	struct stream *s = open_stream(
		&in,
		STR("# c\n---\n# d\n---\r\nkey: \xc3\xa9\n---\n{\"a\": 1}\n..."
		    "\n# e\n"),
		4096, 1 << 20);
	struct piece p;
	struct err e = ERR_INIT;

	ck_assert_int_eq(stream_next(s, &p, &e), 1);
	ck_assert(p.blank && !p.json && p.line == 1 && p.column == 1);
	ck_assert_int_eq(stream_next(s, &p, &e), 1);
	ck_assert(!p.blank && !p.json && p.line == 4);
	ck_assert_int_eq(stream_next(s, &p, &e), 1);
	ck_assert(!p.blank && p.json && p.line == 6);
	ck_assert_int_eq(stream_next(s, &p, &e), 1);
	ck_assert(p.blank && p.line == 9);
	ck_assert_int_eq(stream_next(s, &p, &e), 0);
	ck_assert_int_eq(stream_next(s, &p, &e), 0);
	stream_free(s);
	s = open_stream(&in, STR("{\"\xc3\xa9\": 1} {}[]\n[]"), 3, 1 << 20);
	ck_assert_int_eq(stream_next(s, &p, &e), 1);
	ck_assert(p.json && !p.blank && p.line == 1 && p.column == 1);
	ck_assert_int_eq(stream_next(s, &p, &e), 1);
	ck_assert(p.json && p.line == 1 && p.column == 10);
	ck_assert_int_eq(stream_next(s, &p, &e), 1);
	ck_assert(p.json && p.line == 1 && p.column == 12);
	ck_assert_int_eq(stream_next(s, &p, &e), 1);
	ck_assert(p.json && p.line == 2 && p.column == 1);
	ck_assert_int_eq(stream_next(s, &p, &e), 0);
	stream_free(s);
}
END_TEST

/* A directive or `...` without a document is for the reader to refuse. */
START_TEST(errors_are_not_blank)
{
	static const char *const texts[] = { "%YAML 1.1\n", "...\n",
					     "# c\n...\n", "---\n%YAML 1.1\n" };

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct input in;
		struct stream *s = open_stream(&in, str_of(texts[i]), 4096,
					       1 << 20);
		struct piece piece;
		struct err e = ERR_INIT;

		ck_assert_int_eq(stream_next(s, &piece, &e), 1);
		ck_assert_msg(!piece.blank, "%s is blank", texts[i]);
		stream_free(s);
	}
}
END_TEST

static const struct {
	str text;
	const char *name;
} foreign[] = {
	{ STR("\xff\xfe\x61\0"), "UTF-16 (little endian)" },
	{ STR("\xfe\xff\0\x61"), "UTF-16 (big endian)" },
	{ STR("a\0b\0"), "UTF-16 (little endian)" },
	{ STR("\0a\0b"), "UTF-16 (big endian)" },
	{ STR("\xff\xfe"), "UTF-16 (little endian)" },
	{ STR("\xff\xfe\0\0a\0\0\0"), "UTF-32 (little endian)" },
	{ STR("\0\0\xfe\xff\0\0\0a"), "UTF-32 (big endian)" },
	{ STR("a\0\0\0b\0\0\0"), "UTF-32 (little endian)" },
	{ STR("\0\0\0a\0\0\0b"), "UTF-32 (big endian)" },
};

START_TEST(other_encodings_are_named)
{
	struct input in;
	struct stream *s = open_stream(&in, foreign[_i].text, 1, 1 << 20);
	struct piece piece;
	struct err e = ERR_INIT;

	ck_assert_int_eq(stream_next(s, &piece, &e), -1);
	ck_assert_msg(strstr(e.text, foreign[_i].name) != NULL, "%s", e.text);
	ck_assert_str_eq(e.pos.file, "in.yaml");
	stream_free(s);
}
END_TEST

START_TEST(large_documents_are_refused)
{
	for (size_t i = 0; i < N_STEPS; i++) {
		struct input in;
		struct stream *s = open_stream(
			&in, STR("a: 1\n---\nb: 123456\n---\nc: 1\n"),
			steps[i], 12);
		struct piece piece;
		struct err e = ERR_INIT;

		ck_assert_int_eq(stream_next(s, &piece, &e), 1);
		ck_assert_int_eq(stream_next(s, &piece, &e), -1);
		ck_assert_msg(strstr(e.text, "12 bytes") != NULL, "%s",
			      e.text);
		ck_assert_uint_eq(e.pos.line, 2);
		ck_assert_str_eq(e.pos.file, "in.yaml");
		stream_free(s);
	}
}
END_TEST

START_TEST(failing_reads_are_told)
{
	struct input in;
	struct stream *s = open_stream(&in, STR("a: 1\n---\nbbbbbbbb"), 3,
				       1 << 20);
	struct piece piece;
	struct err e = ERR_INIT;

	in.broken = true;
	ck_assert_int_eq(stream_next(s, &piece, &e), 1);
	ck_assert_int_eq(stream_next(s, &piece, &e), -1);
	ck_assert_msg(strstr(e.text, strerror(EIO)) != NULL, "%s", e.text);
	stream_free(s);
}
END_TEST

START_TEST(nothing_is_no_piece)
{
	struct input in;
	struct stream *s = open_stream(&in, STR(""), 1, 1 << 20);
	struct piece piece;
	struct err e = ERR_INIT;

	ck_assert_int_eq(stream_next(s, &piece, &e), 0);
	stream_free(s);
}
END_TEST

/* A document of many chunks, read in bytes, takes linear time. */
START_TEST(long_documents_are_read_once)
{
	static const char *const lines[] = { "key: value\n", "# comment\n",
					     "\r", "x" };
	clock_t before = clock();

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		struct buf text = BUF_INIT;
		struct input in;
		struct stream *s;
		struct piece piece;
		struct err e = ERR_INIT;

		while (text.n < 1 << 20)
			buf_addz(&text, lines[i]);
		s = open_stream(&in, buf_str(&text), 1, 1 << 24);
		ck_assert_int_eq(stream_next(s, &piece, &e), 1);
		ck_assert(str_eq(piece.text, buf_str(&text)));
		stream_free(s);
		buf_release(&text);
	}
	ck_assert_int_lt((clock() - before) / CLOCKS_PER_SEC, 30);
}
END_TEST

static bool libyaml_accepts(str text)
{
	yaml_parser_t parser;
	yaml_event_t event;
	bool end = false, ok = true;

	ck_assert(yaml_parser_initialize(&parser));
	yaml_parser_set_input_string(&parser, (const unsigned char *)text.p,
				     text.n);
	while (ok && !end) {
		ok = yaml_parser_parse(&parser, &event);
		end = ok && event.type == YAML_STREAM_END_EVENT;
		if (ok)
			yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	return ok;
}

/* The pieces joined are the text, and all are accepted or the text is not. */
static bool survives(str text, size_t step, const char *name)
{
	struct input in;
	struct stream *s = open_stream(&in, text, step, 1 << 24);
	struct piece piece;
	struct err e = ERR_INIT;
	struct buf joined = BUF_INIT;
	bool accepted = true, ok;

	while (stream_next(s, &piece, &e) > 0) {
		buf_adds(&joined, piece.text);
		accepted = accepted && libyaml_accepts(piece.text);
	}
	ok = !e.set && str_eq(buf_str(&joined), text) &&
	     accepted == libyaml_accepts(text);
	if (!ok)
		printf("%s by %zu: %s\n", name, step,
		       accepted ? "accepted in pieces" : "refused in pieces");
	buf_release(&joined);
	stream_free(s);
	return ok;
}

static void read_file(const char *path, struct buf *out)
{
	FILE *f = fopen(path, "rb");
	size_t n;

	ck_assert_msg(f != NULL, "cannot open %s", path);
	do {
		buf_reserve(out, 1 << 16);
		n = fread(out->p + out->n, 1, 1 << 16, f);
		out->n += n;
	} while (n);
	fclose(f);
}

static void run_folder(const char *folder, int *passed, int *failed)
{
	char path[4096];
	DIR *dir;
	struct dirent *entry;

	snprintf(path, sizeof(path), "%s/%s", getenv("CONFORMANCE"), folder);
	dir = opendir(path);
	ck_assert_msg(dir != NULL, "cannot open %s", path);
	while ((entry = readdir(dir))) {
		struct buf text = BUF_INIT;

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s/%s",
			 getenv("CONFORMANCE"), folder, entry->d_name);
		read_file(path, &text);
		for (size_t i = 0; i < N_STEPS; i++) {
			if (survives(buf_str(&text), steps[i], entry->d_name))
				++*passed;
			else
				++*failed;
		}
		buf_release(&text);
	}
	closedir(dir);
}

START_TEST(pieces_have_the_verdict_of_the_stream)
{
	int passed = 0, failed = 0;

	if (!getenv("CONFORMANCE")) {
		puts("skipped: CONFORMANCE is not set");
		return;
	}
	run_folder("yaml-suite", &passed, &failed);
	run_folder("manifests/input", &passed, &failed);
	printf("streams: %d passed, %d failed\n", passed, failed);
	ck_assert_int_eq(failed, 0);
	ck_assert_int_gt(passed, 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("stream");
	TCase *tc = tcase_create("stream");
	SRunner *sr = srunner_create(s);
	int failed;

	suite_add_tcase(s, tc);
	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, cuts, 0, ARRAY_SIZE(cut));
	tcase_add_test(tc, pieces_know_what_they_are);
	tcase_add_test(tc, errors_are_not_blank);
	tcase_add_loop_test(tc, other_encodings_are_named, 0,
			    ARRAY_SIZE(foreign));
	tcase_add_test(tc, large_documents_are_refused);
	tcase_add_test(tc, failing_reads_are_told);
	tcase_add_test(tc, nothing_is_no_piece);
	tcase_add_test(tc, long_documents_are_read_once);
	tcase_add_test(tc, pieces_have_the_verdict_of_the_stream);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
