/*
 * engine/capture: the ConfigMaps of a cluster as one file, which reads as the
 * same data; what is not output of kubectl is refused.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "engine/capture.h"
#include "istio/istio_config.h"

static struct arena arena = ARENA_INIT;

static int keep(void *ctx, const void *p, size_t n)
{
	buf_add(ctx, p, n);
	return 0;
}

static int lose(void *ctx, const void *p, size_t n)
{
	(void)ctx;
	(void)p;
	(void)n;
	return -1;
}

static struct injector_text text_of(const char *name, const char *text)
{
	return (struct injector_text){ name, text, strlen(text) };
}

#define META "\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"n\"," \
	"\"namespace\":\"mesh\",\"uid\":\"u\"}"
#define INJECTION(config, values) \
	"{" META ",\"data\":{\"config\":\"" config "\",\"values\":\"" values \
	"\"}}"
#define MESH(mesh) "{" META ",\"data\":{\"mesh\":\"" mesh "\"}}"

/* Whose text is hard on YAML: tabs, trailing blanks, no last line break. */
static const char hard[] = INJECTION(
	"templates:\\n  a: |\\n    spec: {}  \\n\\n  b: \\\"x\\\\ty\\\"",
	"{\\\"global\\\": {\\\"tag\\\": 1.5}}");

static struct buf captured(const char *injection, const char *mesh)
{
	struct injector_text a = text_of("a", injection ? injection : "");
	struct injector_text b = text_of("b", mesh ? mesh : "");
	const struct captured c = { injection ? &a : NULL,
					     mesh ? &b : NULL };
	struct injector_error e;
	struct buf out = BUF_INIT;

	ck_assert_msg(capture_write(&c, keep, &out, &e) == 0, "%s", e.text);
	return out;
}

START_TEST(test_same)
{
	static const struct config_reader reader = { &arena, NULL, NULL };
	struct buf out = captured(hard, MESH("trustDomain: x\\n"));
	const struct config_file file = { "f", out.p, out.n };
	const struct config_file before = { "a", hard, strlen(hard) };
	const struct node *values, *old_values, *mesh;
	struct inject_config config, old;
	struct err e = ERR_INIT;

	ck_assert(!config_read_inject(&reader, &file, &config, &e));
	ck_assert(!config_read_inject(&reader, &before, &old, &e));
	ck_assert_uint_eq(config.n_templates, 2);
	for (uint32_t i = 0; i < 2; i++)
		ck_assert(str_eq(config.templates[i].text,
				 old.templates[i].text));
	ck_assert(!config_read_values(&reader, &file, &values, &e));
	ck_assert(!config_read_values(&reader, &before, &old_values, &e));
	ck_assert(node_equal(values, old_values));
	ck_assert(!config_read_mesh(&reader, &file, &mesh, &e));
	ck_assert(str_eq(node_string(node_get(mesh, STR("trustDomain"))),
			 STR("x")));
	buf_release(&out);
}
END_TEST

START_TEST(test_head)
{
	struct buf out = captured(
		INJECTION("templates: {t: \\\"- image: a:1\\\"}",
			  "{\\\"global\\\":{\\\"tag\\\":1.5,\\\"hub\\\":"
			  "\\\"h\\\",\\\"proxy\\\":{\\\"image\\\":\\\"p\\\"}}"
			  ",\\\"revision\\\":\\\"r\\\\n- injected: y\\\"}"),
		NULL);
	static const char *const lines[] = {
		"\n#   namespace  mesh\n",
		"\n#   revision   r?- injected: y\n",
		"\n#   tag        1.5\n",
		"\n#   proxy      h/p:1.5\n",
		"\n#   image      a:1, in the template t\n",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		ck_assert_msg(strstr(buf_z(&out), lines[i]), "%s in\n%s",
			      lines[i], out.p);
	buf_release(&out);
}
END_TEST

START_TEST(test_one_alone)
{
	struct buf out = captured(NULL, MESH("a: b"));

	ck_assert(strstr(buf_z(&out), "\n#   revision   default\n"));
	ck_assert(strstr(buf_z(&out), "mesh: \"a: b\"") ||
		  strstr(buf_z(&out), "mesh: 'a: b'"));
	ck_assert(!strstr(buf_z(&out), "uid"));
	buf_release(&out);
}
END_TEST

static const struct {
	const char *text, *why;
} refused[] = {
	{ "", "" },
	{ "no JSON", "" },
	{ "[1", "" },
	{ "[]", "not a ConfigMap" },
	{ "{\"kind\":\"List\"}", "not a ConfigMap" },
	{ "{" META "}", "has no data.config" },
	{ "{" META ",\"data\":[]}", "has no data.config" },
	{ "{" META ",\"data\":{\"config\":1}}", "has no data.config" },
	{ INJECTION("a", ""), "has no data.values" },
};

START_TEST(test_refused)
{
	struct injector_text a = text_of("a", refused[_i].text);
	const struct captured c = { &a, NULL };
	struct injector_error e = { .line = 0 };
	struct buf out = BUF_INIT;

	ck_assert_int_eq(capture_check(&c, &e), -1);
	ck_assert_str_eq(e.file, "a");
	ck_assert(e.text[0] && strstr(e.text, refused[_i].why));
	ck_assert_int_eq(capture_write(&c, keep, &out, NULL), -1);
	ck_assert_uint_eq(out.n, 0);
}
END_TEST

START_TEST(test_unusable)
{
	struct injector_text a = text_of("a", INJECTION("templates: [", "{}"));
	struct injector_text b = text_of("b", MESH("a"));
	const struct captured injection = { &a, NULL };
	const struct captured mesh = { NULL, &b };
	struct injector_error e;

	ck_assert_int_eq(capture_check(&injection, &e), 0);
	ck_assert_int_eq(capture_write(&injection, keep, NULL, &e), -1);
	ck_assert_int_eq(capture_write(&mesh, keep, NULL, &e), -1);
}
END_TEST

START_TEST(test_write)
{
	struct injector_text b = text_of("b", MESH("a: b"));
	const struct captured c = { NULL, &b };
	struct injector_error e;

	ck_assert_int_eq(capture_write(&c, lose, NULL, &e), -1);
	ck_assert(strstr(e.text, "cannot write"));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("capture");
	TCase *tc = tcase_create("capture");
	SRunner *sr = srunner_create(suite);
	int failed;

	tcase_add_test(tc, test_same);
	tcase_add_test(tc, test_head);
	tcase_add_test(tc, test_one_alone);
	tcase_add_loop_test(tc, test_refused, 0,
			    sizeof(refused) / sizeof(*refused));
	tcase_add_test(tc, test_unusable);
	tcase_add_test(tc, test_write);
	suite_add_tcase(suite, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	arena_release(&arena);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
