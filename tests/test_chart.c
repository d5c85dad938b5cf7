#include <check.h>
#include <stdlib.h>

#include "base/array.h"
#include "helm/helm.h"

/* A text, and the line of the template action that is found if the text is not
 * valid YAML, and if it is; 0: not a template. */
static const struct {
	const char *text;
	uint32_t broken, parsed;
} cases[] = {
	{ "", 0, 0 },
	{ "kind: Pod\n", 0, 0 },
	{ "kind: Pod\nname: {{ .Values.name }}\n", 2, 2 },
	{ "kind: Pod\nname: web-{{ .Release.Name }}", 2, 2 },
	{ "a: 1\n{{- if .Values.on }}\nb: 2\n{{- end }}\n", 2, 2 },
	{ "a: 1\n{{- range $x := list 1 2 }}\n- {{ $x }}\n{{ end }}", 2, 0 },
	{ "labels:\n  {{- include \"chart.labels\" . | nindent 2 }}\n", 2, 2 },
	{ "{{/* words */}}\na: 1\n", 1, 0 },
	{ "summary: {{ $labels.pod }} is down\n", 1, 0 },
	{ "summary: on {{ $value }} of\n  {{ .Values.x }}\n", 1, 2 },

	/* quoted, commented, literal: text */
	{ "a: \"{{ .Values.x }}\"\nb: '{{ .Values.y }}'\n", 0, 0 },
	{ "a: \"one\n  {{ .Values.x }}\"\n", 0, 0 },
	{ "a: \"\\\"{{ .Values.x }}\"\nb: 'it''s {{ .Values.x }}'\n", 0, 0 },
	{ "a: \"x\" # {{ .Values.x }}\n# {{ .Values.y }}\n", 0, 0 },
	{ "a: |\n  {{ .Values.x }}\n\n  more\nb: 1\n", 0, 0 },
	{ "a: >-  # folded\n  {{ .Values.x }}\n", 0, 0 },
	{ "a: !!str |2\n  {{ .Values.x }}\n", 0, 0 },
	{ "- |\n  {{ .Values.x }}\n- b\n", 0, 0 },
	{ "- a: |\n    {{ .Values.x }}\n  b: 1\n", 0, 0 },
	{ "a:\n- - |\n    {{ .Values.x }}\n", 0, 0 },
	{ "[\"{{ .Values.x }}\", '{{ .Values.x }}']\n", 0, 0 },

	/* and behind them no longer */
	{ "a: |\n  {{ .Values.x }}\nb: {{ .Values.y }}\n", 3, 3 },
	{ "- a: |\n    text\n  b: {{ .Values.y }}\n", 3, 3 },
	{ "a: |\n  text\n{{- if .Values.x }}\n", 3, 3 },
	{ "a: \"x\" {{ .Values.x }}\n", 1, 1 },
	{ "a: \"x\ny\"\nb: {{ .Values.x }}\n", 3, 3 },
	{ "a: don't {{ .Values.x }}\n", 1, 1 },
	{ "a: x#y {{ .Values.x }}\n", 1, 1 },
	{ "a: b|\n  {{ .Values.x }}\n", 2, 2 },

	/* no action */
	{ "a: {{ .Values.x\n", 0, 0 },
	{ "a: {b: {c: 1}}\n", 0, 0 },
};

/* The line of the action, or 0. */
static uint32_t line_of(str text, bool parses)
{
	uint32_t line = 1;
	size_t at;

	if (!chart_is_template(text, parses, &at))
		return 0;
	ck_assert(str_starts(str_sub(text, at, text.n), STR("{{")));
	for (size_t i = 0; i < at; i++)
		line += text.p[i] == '\n';
	return line;
}

START_TEST(is_template)
{
	str text = str_of(cases[_i].text);
	uint32_t broken = line_of(text, false), parsed = line_of(text, true);

	ck_assert_msg(broken == cases[_i].broken && parsed == cases[_i].parsed,
		      "%u and %u, want %u and %u, of:\n%s", broken, parsed,
		      cases[_i].broken, cases[_i].parsed, cases[_i].text);
}
END_TEST

/* Every beginning of a text is a text. */
START_TEST(ends_anywhere)
{
	str text = str_of(cases[_i].text);
	size_t at;

	for (size_t n = 0; n <= text.n; n++) {
		/* where reading past the end is seen */
		char *copy = malloc(n + 1);

		memcpy(copy, text.p, n);
		at = SIZE_MAX;
		if (chart_is_template((str){ copy, n }, false, &at))
			ck_assert_uint_lt(at, n);
		else
			ck_assert_uint_eq(at, SIZE_MAX);
		free(copy);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("chart");
	TCase *t = tcase_create("helm");
	SRunner *r = srunner_create(s);
	int n = ARRAY_SIZE(cases);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_loop_test(t, is_template, 0, n);
	tcase_add_loop_test(t, ends_anywhere, 0, n);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
