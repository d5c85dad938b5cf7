/*
 * The library in a program whose locale writes numbers with a comma, and in one
 * whose letters change case in another way than ASCII's.
 *
 * The locales are made with localedef(1) in a temporary folder, because few
 * systems have them installed.
 */
#include <check.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "injector.h"

static const struct made {
	const char *name, *source, *charset;
} locales[] = {
	{ "de_DE.UTF-8", "de_DE", "UTF-8" },
	{ "tr_TR.ISO-8859-9", "tr_TR", "ISO-8859-9" },
};

static char folder[] = "/tmp/injector-locale-XXXXXX";

static bool make_locale(const struct made *l)
{
	char command[300];

	snprintf(command, sizeof(command),
		 "localedef -i %s -f %s %s/%s >%s/log 2>&1", l->source,
		 l->charset, folder, l->name, folder);
	/* It fails for warnings, too: setlocale() decides. */
	if (system(command) < 0)
		return false;
	return setlocale(LC_ALL, l->name);
}

static void check_decimal(const char *expected)
{
	char text[8];

	snprintf(text, sizeof(text), "%.1f", 1.5);
	ck_assert_str_eq(text, expected);
}

static void check_host(void *ctx, const struct injector_event *event)
{
	(void)event;
	++*(unsigned *)ctx;
	check_decimal("1,5");
}

static const char template[] =
	"metadata:\n  annotations:\n"
	"    values: {{ .Values.ratio | quote }}\n"
	"    literal: {{ 3.75 | quote }}\n"
	"    parsed: {{ float64 \"2.5\" | quote }}\n"
	"    rounded: {{ round 123.5555 2 | quote }}\n"
	"    printed: {{ printf \"%.3f %g %e %v\" 1.5 2.25 3.5 0.1 | quote }}\n"
	"    json: '{{ fromJson \"[1.25, 1e-7]\" | toJson }}'\n"
	"    yaml: '{{ toYaml (dict \"a\" 1.5) }}'\n"
	"    lower: {{ lower \"TITLE\" | quote }}\n"
	"    upper: {{ upper \"title\" | quote }}\n"
	"spec:\n  containers:\n  - name: side\n    image: side\n";
static const char pod[] =
	"apiVersion: v1\nkind: Pod\n"
	"metadata: {name: p, labels: {istio.io/no-such: x}}\n"
	"spec:\n  containers:\n  - {name: app, image: a}\n"
	"  unknownNumber: 3.75\n";
static const char *const expected[] = {
	"values: \"3.75\"", "literal: \"3.75\"", "parsed: \"2.5\"",
	"rounded: \"123.56\"", "printed: 1.500 2.25 3.500000e+00 0.1",
	"json: \"[1.25,1e-7]\"", "yaml: \"a: 1.5 \"", "lower: title",
	"upper: TITLE", "unknownNumber: 3.75", "name: side",
};

static char *inject(injector_report_fn *report, unsigned *events)
{
	const struct injector_text t = {
		"t.yaml", template, sizeof(template) - 1,
	};
	const struct injector_text values = { "v.yaml", "ratio: 3.75\n", 12 };
	const struct injector_text input = { "p.yaml", pod, sizeof(pod) - 1 };
	struct injector_options options = INJECTOR_OPTIONS_INIT;
	struct injector_error error = { .text = "" };
	struct injector *in;
	char *out = NULL;

	options.templates = &t;
	options.n_templates = 1;
	options.values = &values;
	options.n_values = 1;
	in = injector_new(&options, &error);
	ck_assert_msg(in, "%s:%u: %s", error.file, error.line, error.text);
	ck_assert_msg(!injector_inject_text(in, &input, &out, NULL, report,
					    events, &error),
		      "%s", error.text);
	injector_free(in);
	return out;
}

/* The host's own functions see its locale, and it is back after each call. */
START_TEST(comma)
{
	unsigned events = 0;
	char *out;

	ck_assert_ptr_nonnull(setlocale(LC_ALL, locales[0].name));
	check_decimal("1,5");
	out = inject(check_host, &events);
	check_decimal("1,5");
	ck_assert_uint_gt(events, 0);
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++)
		ck_assert_msg(strstr(out, expected[i]), "no %s in:\n%s",
			      expected[i], out);
	injector_free_text(out);
}
END_TEST

START_TEST(every_locale)
{
	char *plain, *out;

	setlocale(LC_ALL, "C");
	plain = inject(NULL, NULL);
	ck_assert_ptr_nonnull(setlocale(LC_ALL, locales[_i].name));
	out = inject(NULL, NULL);
	ck_assert_str_eq(out, plain);
	injector_free_text(plain);
	injector_free_text(out);
}
END_TEST

static void remove_folder(void)
{
	char command[100];

	snprintf(command, sizeof(command), "rm -r %s", folder);
	if (system(command))
		fprintf(stderr, "%s: not removed\n", folder);
}

int main(void)
{
	Suite *s = suite_create("locale");
	TCase *tc = tcase_create("locale");
	SRunner *sr = srunner_create(s);
	int failed = 0;

	if (!mkdtemp(folder))
		return EXIT_FAILURE;
	setenv("LOCPATH", folder, 1);
	unsetenv("LC_ALL");
	if (make_locale(&locales[0]) && make_locale(&locales[1])) {
		tcase_add_test(tc, comma);
		tcase_add_loop_test(tc, every_locale, 0, ARRAY_SIZE(locales));
		suite_add_tcase(s, tc);
		srunner_run_all(sr, CK_NORMAL);
		failed = srunner_ntests_failed(sr);
	} else {
		printf("skipped: localedef makes no locale with a comma\n");
	}
	srunner_free(sr);
	remove_folder();
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
