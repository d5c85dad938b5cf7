/*
 * tmpl with sprig: the templates of the `template` table of CONFORMANCE, with
 * the results of Go's text/template and sprig 3.3.0.
 *
 * Output and error texts must be the same, except that an error whose text
 * comes from Go's runtime only has to be an error.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/io.h"
#include "json/scan.h"
#include "sprig/sprig.h"
#include "tmpl/tmpl.h"

static const char *const runtime_words[] = {
	"runtime error:", "reflect: ", "reflect.Value",
	"interface conversion:", "strconv.", "assignment to entry in nil map",
};

static bool is_runtime_error(str text)
{
	size_t i;

	for (i = 0; i < sizeof(runtime_words) / sizeof(*runtime_words); i++)
		if (memmem(text.p, text.n, runtime_words[i],
			   strlen(runtime_words[i])))
			return true;
	return false;
}

/* Parse and execute one case; its data may be absent, which is nil. */
static int run_case(struct arena *a, const struct node *c, struct buf *out,
		    struct err *e)
{
	const struct node *ints = node_get(c, STR("ints"));
	struct tmpl_context context = { .arena = a,
					.limits = TMPL_LIMITS };
	const struct tmpl *t;
	struct value data;
	uint32_t n = 0;

	while (sprig_tables[n])
		n++;
	t = tmpl_parse(a, STR("t"), node_string(node_get(c, STR("template"))),
		       sprig_tables, n, e);
	if (!t)
		return -1;
	data = value_of_node(a, &type_interface, node_get(c, STR("data")),
			     ints && str_eq(node_text(ints), STR("true")));
	return tmpl_exec(t, out, data, &context, e);
}

static bool case_passes(struct arena *a, const struct node *c)
{
	const struct node *error = node_get(c, STR("error"));
	str want = node_string(error ? error : node_get(c, STR("output")));
	struct buf out = BUF_INIT;
	struct err e = ERR_INIT;
	int rc = run_case(a, c, &out, &e);
	str got = rc < 0 ? str_of(e.text) : buf_str(&out);
	bool ok = (rc < 0) == (error != NULL) &&
		  (str_eq(got, want) || (error && is_runtime_error(want)));

	if (!ok)
		printf("%.*s: %s %.*s\n\tinstead of %.*s\n",
		       STR_ARG(node_string(node_get(c, STR("name")))),
		       rc < 0 ? "fails:" : "makes", STR_ARG(got),
		       STR_ARG(want));
	buf_release(&out);
	return ok;
}

static const struct node *read_line(struct arena *a, str line)
{
	struct source *source = arena_new(a, struct source);
	const struct node *c = NULL;
	struct err e = ERR_INIT;

	*source = (struct source)SOURCE_JSON("cases.jsonl", line);
	if (json_scan(a, source, 0, &c, &e) < 0)
		ck_abort_msg("%s: %.*s", e.text, STR_ARG(line));
	return c;
}

START_TEST(conformance)
{
	const char *folder = getenv("CONFORMANCE");
	struct arena a = ARENA_INIT;
	struct buf file = BUF_INIT, path = BUF_INIT;
	struct err e = ERR_INIT;
	int passed = 0, failed = 0;
	str rest, line;

	if (!folder) {
		puts("skipped: CONFORMANCE is not set");
		return;
	}
	setenv("TZ", "UTC", 1);
	buf_printf(&path, "%s/template/cases.jsonl", folder);
	ck_assert_msg(io_slurp(buf_z(&path), &file, &e) == 0, "%s", e.text);
	rest = buf_str(&file);
	while (rest.n) {
		str_cut(rest, '\n', &line, &rest);
		if (case_passes(&a, read_line(&a, line)))
			passed++;
		else
			failed++;
		arena_reset(&a);
	}
	printf("template: %d passed, %d failed\n", passed, failed);
	fflush(stdout);	/* a failed assertion ends the process at once */
	buf_release(&path);
	buf_release(&file);
	arena_release(&a);
	ck_assert_int_eq(failed, 0);
	ck_assert_int_gt(passed, 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("template");
	TCase *tc = tcase_create("table");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, conformance);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
