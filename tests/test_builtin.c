/*
 * Istio's default profile: each of its templates, and how values, revision and
 * mesh change them.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "injector.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

struct run {
	const char *in;
	struct buf out;
};

static int64_t read_all(void *ctx, void *p, size_t n)
{
	struct run *run = ctx;
	size_t left = strlen(run->in);

	if (n > left)
		n = left;
	memcpy(p, run->in, n);
	run->in += n;
	return (int64_t)n;
}

static int write_all(void *ctx, const void *p, size_t n)
{
	struct run *run = ctx;

	buf_adds(&run->out, (str){ p, n });
	return 0;
}

/* What comes of a pod with one annotation; ends as the run does. */
static int inject(struct buf *out, const struct injector_options *options,
		  const char *annotation, struct injector_error *error)
{
	struct injector *in = injector_new(options, error);
	struct buf pod = BUF_INIT;
	struct run run = { .out = BUF_INIT };
	const struct injector_stream stream = {
		.size = sizeof(stream), .name = "pod.yaml",
		.read = read_all, .write = write_all,
		.report = NULL, .ctx = &run,
	};
	int result;

	if (!in)
		return -1;
	buf_printf(&pod, "apiVersion: v1\nkind: Pod\nmetadata:\n"
		   "  name: p\n  annotations: {%s}\n"
		   "spec:\n  containers:\n  - {name: app, image: a}\n",
		   annotation);
	run.in = buf_z(&pod);
	result = injector_run(in, &stream, error);
	*out = run.out;
	buf_release(&pod);
	injector_free(in);
	return result;
}

static const struct found {
	const char *template, *text;
} templates[] = {
	{ "sidecar", "name: istio-init" },
	{ "gateway", "- router" },
	{ "grpc-agent", "ISTIO_META_GENERATOR" },
	{ "grpc-simple", "grpc-bootstrap-init" },
};

START_TEST(each_template_injects)
{
	const struct injector_istio istio = { .size = sizeof(istio),
					      .builtin = true };
	const struct injector_options options = { .size = sizeof(options),
						  .istio = &istio };
	const struct found *t = &templates[_i];
	struct injector_error error;
	struct buf note = BUF_INIT, out = BUF_INIT;

	buf_printf(&note, "inject.istio.io/templates: %s", t->template);
	ck_assert_msg(!inject(&out, &options, buf_z(&note), &error), "%s",
		      error.text);
	ck_assert_msg(strstr(buf_z(&out), t->text) != NULL, "%s",
		      buf_z(&out));
	buf_release(&note);
	buf_release(&out);
}
END_TEST

static const struct {
	const char *setting, *revision, *mesh, *text;
} settings[] = {
	{ NULL, NULL, NULL, "istio.io/rev: default" },
	{ NULL, "canary", NULL, "istio.io/rev: canary" },
	{ NULL, "canary", NULL, "istiod-canary.istio-system.svc:15012\"" },
	{ NULL, "default", NULL, " istiod.istio-system.svc:15012" },
	{ "revision=blue", NULL, NULL, "istio.io/rev: blue" },
	{ "revision=blue", "canary", NULL, "istiod-blue." },
	{ "global.istioNamespace=mesh", NULL, NULL,
	  "\"discoveryAddress\":\"istiod.mesh.svc:15012\"" },
	{ "global.hub=example.com/hub", NULL, NULL,
	  "image: example.com/hub/proxyv2:" },
	{ "meshConfig.trustDomain=td", NULL, NULL, "value: td" },
	{ "meshConfig.trustDomain=td", NULL, "trustDomain: file\n",
	  "value: file" },
	{ NULL, NULL, "defaultConfig: {discoveryAddress: 'd:1'}\n",
	  "\"discoveryAddress\":\"d:1\"" },
	{ "sidecarInjectorWebhook.templates.sidecar="
	  "metadata: {labels: {own: l}}", NULL, NULL, "own: l" },
	{ "global.istioNamespace=", NULL, NULL, "istiod..svc:15012" },
};

START_TEST(settings_are_seen)
{
	const struct injector_setting setting = { INJECTOR_SET_STRING,
						  settings[_i].setting };
	const char *mesh = settings[_i].mesh;
	const struct injector_text text = { "mesh.yaml", mesh,
					    mesh ? strlen(mesh) : 0 };
	const struct injector_istio istio = {
		.size = sizeof(istio),
		.builtin = true,
		.revision = settings[_i].revision,
		.mesh_config = mesh ? &text : NULL,
	};
	const struct injector_options options = {
		.size = sizeof(options),
		.settings = &setting,
		.n_settings = setting.text != NULL,
		.istio = &istio,
	};
	struct injector_error error;
	struct buf out = BUF_INIT;

	ck_assert_msg(!inject(&out, &options, "", &error), "%s", error.text);
	ck_assert_msg(strstr(buf_z(&out), settings[_i].text) != NULL,
		      "no %s in %s", settings[_i].text, buf_z(&out));
	buf_release(&out);
}
END_TEST

START_TEST(places_are_those_of_the_text)
{
	const struct injector_setting setting = { INJECTOR_SET_JSON,
						  "global.logging=1" };
	const struct injector_istio istio = { .size = sizeof(istio),
					      .builtin = true };
	const struct injector_options options = {
		.size = sizeof(options),
		.settings = &setting,
		.n_settings = 1,
		.istio = &istio,
	};
	struct injector_error error = { .line = 0 };
	struct buf out = BUF_INIT;

	ck_assert_int_eq(inject(&out, &options, "", &error), -1);
	ck_assert_msg(strstr(error.text, "inject:") != NULL, "%s", error.text);
	ck_assert_str_eq(buf_z(&out), "");
	buf_release(&out);
}
END_TEST

START_TEST(a_configuration_of_ones_own_comes_first)
{
	static const char config[] = "{policy: enabled, templates: {sidecar: "
				     "'{metadata: {labels: {own: l}}}'}}\n";
	const struct injector_text text = { "config.yaml", config,
					    sizeof(config) - 1 };
	const struct injector_istio istio = {
		.size = sizeof(istio), .builtin = true, .inject_config = &text,
	};
	const struct injector_options options = {
		.size = sizeof(options), .istio = &istio,
	};
	struct injector_error error;
	struct buf out = BUF_INIT;

	ck_assert_msg(!inject(&out, &options, "", &error), "%s", error.text);
	ck_assert(strstr(buf_z(&out), "own: l") != NULL);
	ck_assert(strstr(buf_z(&out), "istio-proxy") == NULL);
	buf_release(&out);
}
END_TEST

START_TEST(all_have_a_name_and_a_summary)
{
	const struct injector_builtin *t;
	size_t n = 0;

	for (; (t = injector_builtin(n)); n++) {
		ck_assert_uint_gt(strlen(t->name), 0);
		ck_assert_uint_gt(strlen(t->summary), 0);
		ck_assert_msg(t->purpose && *t->purpose, "%s", t->name);
		ck_assert_uint_eq(strlen(t->text), t->length);
		ck_assert_msg(!strchr(t->name, '/'), "%s", t->name);
	}
	ck_assert_uint_gt(n, 0);
	ck_assert_ptr_nonnull(strstr(injector_builtin_values()->text,
				     "\nglobal:\n"));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("builtin");
	TCase *tc = tcase_create("builtin");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tc, each_template_injects, 0,
			    (int)COUNT(templates));
	tcase_add_loop_test(tc, settings_are_seen, 0, (int)COUNT(settings));
	tcase_add_test(tc, places_are_those_of_the_text);
	tcase_add_test(tc, a_configuration_of_ones_own_comes_first);
	tcase_add_test(tc, all_have_a_name_and_a_summary);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
