/* tmpl/uses: what templates read of their values. */
#include <check.h>
#include <stdlib.h>

#include "base/array.h"
#include "istio/render.h"
#include "tmpl/tmpl.h"

static struct arena arena = ARENA_INIT;

static struct tmpl_uses uses_of(const char *text)
{
	struct tmpl_uses u = { .arena = &arena };
	struct err e = ERR_INIT;
	uint32_t n = 0;
	const struct tmpl *t;

	while (istio_tables[n])
		n++;
	t = tmpl_parse(&arena, STR("main"), str_of(text), istio_tables, n, &e);
	ck_assert_msg(t != NULL, "%s: %s", text, e.text);
	tmpl_uses_add(&u, t);
	tmpl_uses_end(&u);
	return u;
}

enum use { NOT, NAMED, WHOLE };

/* How a template uses the name `a`, beside others. */
static const struct {
	const char *text;
	enum use a;
} cases[] = {
	{ "text", NOT },
	{ "{{ .Values.b }}", NOT },
	{ "{{ .Values.a }}", WHOLE },
	{ "{{ .Values.a.b }}", NAMED },
	{ "{{ if .x }}{{ else if .y }}{{ $.Values.a.b }}{{ end }}", NAMED },
	{ "{{ if .Values.a }}x{{ end }}", NAMED },
	{ "{{ if false }}{{ .Values.a }}{{ end }}", NOT },
	{ "x{{ if true }}{{ else }}{{ .Values.a }}{{ end }}", NOT },
	{ "{{ with .Values.a }}{{ .b }}{{ end }}", NAMED },
	{ "{{ with .Values.a }}{{ toYaml . }}{{ end }}", WHOLE },
	{ "{{ with .x }}{{ else }}{{ .Values.a | quote }}{{ end }}", WHOLE },
	{ "{{ range .Values.a }}x{{ end }}", WHOLE },
	{ "{{ range $k, $v := .Values.a }}x{{ end }}", WHOLE },
	{ "{{ $v := .Values.a }}{{ $v.b }}", NAMED },
	{ "{{ $v := .Values.a | default dict }}{{ $v.b }}", NAMED },
	{ "{{ $v := default dict .Values.a }}{{ $v.b }}", NAMED },
	{ "{{ $v := .Values.a }}{{ $v | toJson }}", WHOLE },
	{ "{{ $v := .Values.a }}{{ index $v .x }}", WHOLE },
	{ "{{ $v := .Values.a }}{{ index $v \"b\" }}", NAMED },
	{ "{{ dig \"b\" true .Values.a }}", NAMED },
	{ "{{ get .Values \"a\" }}", WHOLE },
	{ "{{ index .Values \"a\" \"b\" }}", WHOLE },
	{ "{{ index .Values .x }}", WHOLE },
	{ "{{ toYaml .Values }}", WHOLE },
	{ "{{ toYaml . }}", WHOLE },
	{ "{{ $ | toJson }}", WHOLE },
	{ "{{ range $k, $v := .Values }}x{{ end }}", WHOLE },
	{ "{{ define \"t\" }}{{ .Values.a.b }}{{ end }}"
	  "{{ template \"t\" . }}", NAMED },
	{ "{{ define \"t\" }}{{ toYaml . }}{{ end }}{{ template \"t\" . }}",
	  WHOLE },
	{ "{{ define \"t\" }}{{ . }}{{ end }}{{ template \"t\" .Values.b }}",
	  NOT },
	{ "{{ define \"t\" }}{{ (first .).Values.a.b }}{{ end }}"
	  "{{ template \"t\" list . 1 }}", NAMED },
};

START_TEST(uses)
{
	struct tmpl_uses u = uses_of(cases[_i].text);

	ck_assert_msg(tmpl_uses_name(&u, STR("a")) == (cases[_i].a != NOT) &&
		      tmpl_uses_whole(&u, STR("a")) == (cases[_i].a == WHOLE),
		      "%s", cases[_i].text);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("uses");
	TCase *tc = tcase_create("uses");
	SRunner *sr = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tc, uses, 0, ARRAY_SIZE(cases));
	suite_add_tcase(suite, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	arena_release(&arena);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
