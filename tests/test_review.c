/*
 * injector_admit(): what kube-apiserver may send, what it accepts as an answer,
 * and Istio's own answers (the `webhook` table of CONFORMANCE).
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nettle/base64.h>

#include "base/io.h"
#include "injector.h"
#include "json/text.h"
#include "jsonpatch.h"
#include "k8s/typed.h"
#include "tree/scalar.h"

#define SIDECAR "spec: {containers: [{name: log, image: log}]}\n"
#define CONTAINER "{\"name\":\"app\",\"image\":\"app\"}"
#define SPEC "\"spec\":{\"containers\":[" CONTAINER "]}"
#define POD_KIND "\"kind\":{\"group\":\"\",\"version\":\"v1\",\"kind\":\"Pod\"}"
#define TYPE "\"apiVersion\":\"v1\",\"kind\":\"Pod\","

static struct arena arena;

static void setup(void)
{
	arena = (struct arena)ARENA_INIT;
}

static void teardown(void)
{
	arena_release(&arena);
}

/* ---- handles ---- */

static struct injector_text text_of(const char *name, const char *text)
{
	return (struct injector_text){ name, text, strlen(text) };
}

static struct injector *plain_handle(const char *template_text)
{
	const struct injector_text t = text_of("log.yaml", template_text);
	const struct injector_options options = {
		.size = sizeof(options), .templates = &t, .n_templates = 1,
	};
	struct injector_error error;
	struct injector *in = injector_new(&options, &error);

	ck_assert_msg(in != NULL, "%s", error.text);
	return in;
}

/* Istio's default profile of a release, with its policy. */
static struct injector *release_handle(const char *version, const char *set)
{
	const struct injector_setting setting = { INJECTOR_SET, set };
	const struct injector_istio istio = {
		.size = sizeof(istio), .builtin = true, .policy = true,
		.version = version,
	};
	const struct injector_options options = {
		.size = sizeof(options), .istio = &istio,
		.settings = &setting, .n_settings = set != NULL,
	};
	struct injector_error error;
	struct injector *in = injector_new(&options, &error);

	ck_assert_msg(in != NULL, "%s", error.text);
	return in;
}

static struct injector *istio_handle(const char *set)
{
	return release_handle(NULL, set);
}

/* ---- one review ---- */

struct answer {
	int result;
	struct injector_error error;
	const struct node *root, *response;
	str patch;
	const struct node *pod;		/* after the patch */
	/* The decision. */
	unsigned n_decided;
	struct injector_decision decided;
};

static const struct node *parse(str text)
{
	struct source *source = arena_new(&arena, struct source);
	const struct node *root = NULL;
	struct err e = ERR_INIT;

	*source = (struct source)SOURCE_JSON("test.json", text);
	ck_assert_msg(!json_scan(&arena, source, 0, &root, &e), "%s: %.*s",
		      e.text, STR_ARG(text));
	return root;
}

static str text_at(const struct node *n, const char *path)
{
	return node_string(node_find(n, path));
}

static void assert_text(const struct node *n, const char *path,
			const char *wanted)
{
	str text = text_at(n, path);

	ck_assert_msg(str_eq(text, str_of(wanted)), "%s: \"%.*s\", not \"%s\"",
		      path, STR_ARG(text), wanted);
}

static const char *keep(const char *text)
{
	return arena_str(&arena, str_of(text)).p;
}

static void take_decision(void *ctx, const struct injector_decision *d)
{
	struct answer *a = ctx;
	const char **names = arena_array(&arena, const char *, d->n_templates);

	a->n_decided++;
	a->decided = *d;
	a->decided.reason = keep(d->reason);
	a->decided.text = keep(d->text);
	a->decided.uid = keep(d->uid);
	a->decided.namespace_ = keep(d->namespace_);
	a->decided.name = keep(d->name);
	a->decided.owner = keep(d->owner);
	a->decided.owner_kind = keep(d->owner_kind);
	a->decided.revision = keep(d->revision);
	a->decided.rules = keep(d->rules);
	for (size_t i = 0; i < d->n_templates; i++)
		names[i] = keep(d->templates[i]);
	a->decided.templates = names;
}

static str decode(str text)
{
	struct base64_decode_ctx ctx;
	size_t n = BASE64_DECODE_LENGTH(text.n);
	char *to = arena_alloc(&arena, n + 1);

	base64_decode_init(&ctx);
	ck_assert(base64_decode_update(&ctx, &n, (uint8_t *)to, text.n,
				       text.p));
	ck_assert(base64_decode_final(&ctx));
	return (str){ to, n };
}

/* What holds for every answer. */
static void check_answer(struct answer *a, const char *request, char *text,
			 size_t length)
{
	const struct node *review = parse(str_of(request));
	const struct node *response, *patch;
	str spelled = arena_str(&arena, (str){ text, length });

	ck_assert_uint_eq(length, strlen(text));
	a->root = parse(spelled);
	a->response = response = node_get(a->root, STR("response"));
	assert_text(a->root, "kind", "AdmissionReview");
	ck_assert(str_eq(text_at(a->root, "apiVersion"),
			 text_at(review, "apiVersion")));
	ck_assert(str_eq(text_at(response, "uid"),
			 text_at(review, "request.uid")));
	patch = node_get(response, STR("patch"));
	ck_assert(!patch == !node_get(response, STR("patchType")));
	a->pod = node_find(review, "request.object");
	if (!patch)
		return;
	assert_text(response, "patchType", "JSONPatch");
	a->patch = decode(node_text(patch));
	a->pod = jsonpatch_apply(&arena, a->pod, a->patch);
	ck_assert_ptr_nonnull(a->pod);
}

static struct answer admit_with(const struct injector *in, const char *request,
				struct injector_admission admission)
{
	struct answer *a = arena_new(&arena, struct answer);
	char *text = (char *)(uintptr_t)"";
	size_t length = 1;

	admission.size = sizeof(admission);
	admission.decided = take_decision;
	admission.ctx = a;
	a->result = injector_admit(in, request, strlen(request), &admission,
				   &text, &length, &a->error);
	ck_assert_uint_eq(a->n_decided, 1);
	if (a->result) {
		ck_assert_ptr_null(text);
		ck_assert_uint_eq(length, 0);
		ck_assert_int_eq(a->decided.outcome, INJECTOR_ERROR);
		ck_assert_str_eq(a->decided.status, "error");
		ck_assert_int_eq(a->decided.code, a->error.code);
		return *a;
	}
	ck_assert_int_eq(a->error.code, INJECTOR_OK);
	check_answer(a, request, text, length);
	injector_free_text(text);
	return *a;
}

static struct answer admit(const struct injector *in, const char *request)
{
	const struct injector_admission none = { .path = NULL };

	return admit_with(in, request, none);
}

/* A review of the creation of an object in the namespace `web`. */
static const char *review_of(const char *object)
{
	return arena_printf(&arena, "{\"kind\":\"AdmissionReview\","
			    "\"apiVersion\":\"admission.k8s.io/v1\","
			    "\"request\":{\"uid\":\"u-1\"," POD_KIND ","
			    "\"operation\":\"CREATE\",\"namespace\":\"web\","
			    "\"object\":%s}}", object).p;
}

/* The same for a Pod with these metadata. */
static const char *pod_with(const char *metadata)
{
	return review_of(arena_printf(&arena, "{" TYPE "\"metadata\":{%s},"
				      SPEC "}", metadata).p);
}

static bool is_allowed(const struct answer *a)
{
	const struct node *allowed = node_get(a->response, STR("allowed"));

	ck_assert(allowed && allowed->kind == NODE_BOOL);
	return scalar_bool(allowed);
}

static void assert_status(const struct answer *a, const char *status,
			  const char *reason)
{
	ck_assert_int_eq(a->result, 0);
	assert_text(a->response, "auditAnnotations.reason", reason);
	assert_text(a->response, "auditAnnotations.status", status);
	ck_assert_int_eq(is_allowed(a), strcmp(status, "denied") != 0);
	ck_assert_int_eq(a->patch.n > 0, strcmp(status, "injected") == 0);
	ck_assert_str_eq(a->decided.reason, reason);
	ck_assert_str_eq(a->decided.status, status);
}

static const struct node *container(const struct node *pod, const char *name)
{
	static const char *const lists[] = {
		"spec.containers", "spec.initContainers",
	};

	for (size_t k = 0; k < ARRAY_SIZE(lists); k++) {
		const struct node *list = node_find(pod, lists[k]);

		for (uint32_t i = 0; list && i < list->n; i++)
			if (str_eq(text_at(list->items[i], "name"),
				   str_of(name)))
				return list->items[i];
	}
	return NULL;
}

/* ---- what is answered ---- */

START_TEST(injects_a_pod)
{
	struct injector *in = plain_handle(SIDECAR);
	struct answer a = admit(in, pod_with("\"generateName\":\"web-\""));

	assert_status(&a, "injected", "nothing excludes it");
	assert_text(a.response, "auditAnnotations.templates", "log.yaml");
	ck_assert(str_eq(a.patch, STR("[{\"op\":\"add\",\"path\":"
		"\"/spec/containers/0\",\"value\":{\"name\":\"log\","
		"\"image\":\"log\"}}]")));
	ck_assert_int_eq(a.decided.outcome, INJECTOR_INJECTED);
	ck_assert_int_eq(a.decided.code, INJECTOR_OK);
	ck_assert_str_eq(a.decided.uid, "u-1");
	ck_assert_str_eq(a.decided.namespace_, "web");
	ck_assert_str_eq(a.decided.name, "web-");
	ck_assert_str_eq(a.decided.owner, "");
	ck_assert_uint_eq(a.decided.n_templates, 1);
	ck_assert_str_eq(a.decided.templates[0], "log.yaml");
	ck_assert(!a.decided.dry_run);
	injector_free(in);
}
END_TEST

START_TEST(leaves_other_requests_alone)
{
	static const struct {
		const char *from, *to, *reason;
	} cases[] = {
		{ "\"CREATE\"", "\"UPDATE\"", "not a CREATE" },
		{ "\"operation\":\"CREATE\",", "", "not a CREATE" },
		{ "\"uid\":", "\"subResource\":\"binding\",\"uid\":",
		  "a subresource" },
		{ "\"kind\":\"Pod\"}", "\"kind\":\"Service\"}", "not a Pod" },
		{ "\"group\":\"\"", "\"group\":\"x.io\"", "not a Pod" },
		{ "\"version\":\"v1\"", "\"version\":\"v2\"", "not a Pod" },
		{ "\"uid\":", "\"resource\":{\"resource\":\"services\"},"
		  "\"uid\":", "not a Pod" },
		{ "\"object\":{" TYPE, "\"object\":{\"kind\":\"Job\",",
		  "not a Pod" },
		{ "\"object\":{", "\"object\":null,\"oldObject\":{",
		  "no object" },
		{ "\"object\":{", "\"oldObject\":{", "no object" },
		{ "\"metadata\":{", "\"metadata\":{\"annotations\":{"
		  "\"kubernetes.io/config.mirror\":\"x\"}},\"status\":{",
		  "mirror Pod" },
		{ "\"containers\"", "\"hostNetwork\":true,\"containers\"",
		  "host networking" },
		{ "\"web\"", "\"kube-system\"", "namespace kube-system" },
		{ "\"metadata\":{", "\"metadata\":{\"labels\":{"
		  "\"injector/inject\":\"false\"}},\"status\":{",
		  "label injector/inject is false" },
		{ "\"spec\":", "\"spec\":null,\"status\":", "no pod spec" },
	};
	const char *old = pod_with("\"name\":\"x\"");
	const char *at = strstr(old, cases[_i].from);
	struct injector *in = plain_handle(SIDECAR);
	struct answer a;

	ck_assert_ptr_nonnull(at);
	a = admit(in, arena_printf(&arena, "%.*s%s%s", (int)(at - old), old,
				   cases[_i].to,
				   at + strlen(cases[_i].from)).p);
	assert_status(&a, "skipped", cases[_i].reason);
	ck_assert_int_eq(a.decided.outcome, INJECTOR_SKIPPED);
	ck_assert_uint_eq(a.decided.n_templates, 0);
	injector_free(in);
}
END_TEST

#define N_OTHERS 15

START_TEST(bad_requests)
{
	static const struct {
		const char *text, *wanted;
	} cases[] = {
		{ "", "invalid JSON" },
		{ "x", "invalid JSON" },
		{ "{\"kind\":", "invalid JSON" },
		{ "null", "expected an AdmissionReview" },
		{ "[]", "expected an AdmissionReview" },
		{ "{}", "expected an AdmissionReview" },
		{ "{\"kind\":\"AdmissionReview\",\"apiVersion\":\"v1\"}",
		  "expected an AdmissionReview" },
		{ "{\"kind\":\"Pod\",\"apiVersion\":\"admission.k8s.io/v1\"}",
		  "expected an AdmissionReview" },
		{ "{\"kind\":\"AdmissionReview\","
		  "\"apiVersion\":\"admission.k8s.io/v1\"}", "no request" },
		{ "{\"kind\":\"AdmissionReview\",\"request\":null,"
		  "\"apiVersion\":\"admission.k8s.io/v1\"}", "no request" },
		{ "{\"kind\":\"AdmissionReview\",\"request\":[],"
		  "\"apiVersion\":\"admission.k8s.io/v1\"}", "no request" },
	};
	struct injector *in = plain_handle(SIDECAR);

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct answer a = admit(in, cases[i].text);

		ck_assert_int_eq(a.result, -1);
		ck_assert_int_eq(a.error.code, INJECTOR_BAD_REQUEST);
		ck_assert_msg(strstr(a.error.text, cases[i].wanted) != NULL,
			      "%s: %s", cases[i].text, a.error.text);
		ck_assert_str_eq(a.decided.reason, "bad request");
		ck_assert_str_eq(a.decided.text, a.error.text);
	}
	injector_free(in);
}
END_TEST

START_TEST(same_version_as_the_request)
{
	struct injector *in = plain_handle(SIDECAR);
	const char *text = pod_with("\"name\":\"x\"");
	const char *at = strstr(text, "/v1\"");
	struct answer a = admit(in, arena_printf(&arena, "%.*s/v1beta1%s",
				(int)(at - text), text, at + 3).p);

	assert_status(&a, "injected", "nothing excludes it");
	assert_text(a.root, "apiVersion", "admission.k8s.io/v1beta1");
	injector_free(in);
}
END_TEST

/* The object has them since Kubernetes 1.2x only. */
START_TEST(namespace_and_type_of_the_request)
{
	struct injector *in = plain_handle(
		"metadata: {annotations: {at: \"{{ .DeploymentMeta.Namespace "
		"}}/{{ .ObjectMeta.Namespace }}/{{ .TypeMeta.Kind }}\"}}\n");
	struct answer a = admit(in, review_of(
		"{\"metadata\":{\"name\":\"x\"}," SPEC "}"));

	ck_assert(str_eq(a.patch, STR("[{\"op\":\"add\",\"path\":"
		"\"/metadata/annotations\",\"value\":{\"at\":\"web/web/Pod\"}"
		"}]")));
	a = admit(in, review_of("{\"metadata\":{}," SPEC "}"));
	ck_assert(str_eq(a.patch, STR("[{\"op\":\"add\",\"path\":"
		"\"/metadata/annotations\",\"value\":{\"at\":\"web/web/Pod\"}"
		"}]")));
	a = admit(in, review_of("{" SPEC "}"));
	assert_text(a.pod, "metadata.annotations.at", "//Pod");
	injector_free(in);
}
END_TEST

/* Neither read nor changed, however wrong. */
START_TEST(managed_fields_are_passed_over)
{
	struct injector *in = plain_handle(
		"metadata: {annotations: {count: "
		"\"{{ len .ObjectMeta.ManagedFields }}\"}}\n");
	struct answer a = admit(in, pod_with("\"managedFields\":[{\"x\":[1e999,"
		"\"\\u0041\",{\"managedFields\":[{}]}]},2],"
		"\"labels\":{\"managedFields\":\"y\"}"));
	const struct node *fields = node_find(a.pod, "metadata.managedFields");

	assert_status(&a, "injected", "nothing excludes it");
	assert_text(a.pod, "metadata.annotations.count", "0");
	assert_text(a.pod, "metadata.labels.managedFields", "y");
	ck_assert_uint_eq(fields->n, 2);
	a = admit(in, pod_with("\"managedFields\":[1,]"));
	ck_assert_int_eq(a.error.code, INJECTOR_BAD_REQUEST);
	injector_free(in);
}
END_TEST

START_TEST(twice_changes_nothing)
{
	struct injector *handles[] = {
		plain_handle(SIDECAR), istio_handle(NULL),
		plain_handle("metadata: {labels: {team: ops}, annotations: {"
			     "all: '{{ toJSON .ObjectMeta.Annotations }}'}}\n"
			     "spec:\n"
			     "  dnsPolicy: None\n"
			     "  containers: [{name: log, image: log, args: ["
			     "'{{ .Spec.DNSPolicy }}']}]\n"),
	};

	for (size_t i = 0; i < ARRAY_SIZE(handles); i++) {
		struct answer a = admit(handles[i], pod_with(
			"\"annotations\":{\"a\":\"b\"}"));
		struct buf pod = BUF_INIT;

		ck_assert_int_eq(a.decided.outcome, INJECTOR_INJECTED);
		ck_assert_ptr_null(node_find(a.pod, "metadata.annotations."
					     "injector/undo"));
		json_write(&pod, a.pod);
		a = admit(handles[i], review_of(buf_z(&pod)));
		ck_assert_int_eq(a.decided.outcome, INJECTOR_UNCHANGED);
		ck_assert(is_allowed(&a));
		ck_assert_uint_eq(a.patch.n, 0);
		assert_text(a.response, "auditAnnotations.status",
			    "unchanged");
		buf_release(&pod);
		injector_free(handles[i]);
	}
}
END_TEST

START_TEST(opting_in_and_out)
{
	static const struct {
		const char *metadata, *namespace_label, *reason;
	} cases[] = {
		{ "\"labels\":{\"injector/inject\":\"true\","
		  "\"sidecar.istio.io/inject\":\"false\"}", NULL, NULL },
		{ "\"annotations\":{\"injector/inject\":\"true\","
		  "\"sidecar.istio.io/inject\":\"false\"}", NULL, NULL },
		{ "\"labels\":{\"sidecar.istio.io/inject\":\"false\"}", NULL,
		  "label sidecar.istio.io/inject is false" },
		{ "\"annotations\":{\"injector/inject\":\"false\"}", NULL,
		  "annotation injector/inject is false" },
		{ "", "false",
		  "the namespace's label injector/inject is false" },
		{ "", "no", "the namespace's label injector/inject is false" },
		{ "", "true", NULL },
		{ "", "", NULL },
		{ "\"labels\":{\"injector/inject\":\"true\"}", "false", NULL },
		{ "\"annotations\":{\"injector/inject\":\"true\"}", "false",
		  NULL },
	};
	struct injector *in = plain_handle(SIDECAR);

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *label = cases[i].namespace_label;
		str text = arena_printf(&arena, "metadata: {labels: {"
					"injector/inject: \"%s\"}}\n",
					label ? label : "");
		const struct injector_text object = { "ns.yaml", text.p,
						      text.n };
		struct injector_admission admission = {
			.namespace_ = label ? &object : NULL,
		};
		struct answer a = admit_with(in, pod_with(cases[i].metadata),
					     admission);

		assert_status(&a, cases[i].reason ? "skipped" : "injected",
			      cases[i].reason ? cases[i].reason :
						"nothing excludes it");
	}
	injector_free(in);
}
END_TEST

/* ---- who is at fault ---- */

START_TEST(denies_a_bad_pod)
{
	static const struct {
		const char *metadata, *message;
	} cases[] = {
		{ "\"annotations\":{\"inject.istio.io/templates\":\"nope\"}",
		  "requested template \"nope\" not found; have " },
		/* two faults, the first of them in what is rendered */
		{ "\"annotations\":{\"inject.istio.io/templates\":"
		  "\"sidecar,nope\",\"sidecar.istio.io/userVolume\":"
		  "\"{\\\"v\\\":null}\"}", "" },
		{ "\"annotations\":{\"status.sidecar.istio.io/port\":\"x\"}",
		  "" },
		{ "\"annotations\":{\"proxy.istio.io/config\":\"a: [\"}", "" },
		{ "\"annotations\":[]", "metadata.annotations: expected a map"
		  },
	};
	struct injector *in = istio_handle(NULL);

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct answer a = admit(in, pod_with(cases[i].metadata));
		str message = text_at(a.response, "status.message");
		const struct node *code = node_find(a.response, "status.code");

		assert_status(&a, "denied", "invalid Pod");
		assert_text(a.response, "status.reason", "Invalid");
		ck_assert(str_eq(node_text(code), STR("422")));
		ck_assert_msg(message.n && str_starts(message,
						      str_of(cases[i].message)),
			      "%.*s", STR_ARG(message));
		ck_assert_int_eq(a.decided.outcome, INJECTOR_ERROR);
		ck_assert_int_eq(a.decided.code, INJECTOR_INVALID);
		ck_assert(str_eq(message, str_of(a.decided.text)));
	}
	injector_free(in);
}
END_TEST

START_TEST(templates_that_fail)
{
	struct injector *always = plain_handle("{{ .Nope }}\n");
	struct injector *some = plain_handle(
		"{{ if index .ObjectMeta.Annotations \"x\" }}{{ .Nope }}"
		"{{ end }}\n");
	struct answer a = admit(always, pod_with(""));

	ck_assert_int_eq(a.result, -1);
	ck_assert_int_eq(a.error.code, INJECTOR_FAILED);
	ck_assert_str_eq(a.decided.reason, "failed injection");
	a = admit(some, pod_with("\"annotations\":{\"x\":\"y\"}"));
	assert_status(&a, "denied", "invalid Pod");
	injector_free(always);
	injector_free(some);
}
END_TEST

/* Whatever the Pod's annotation selects. */
START_TEST(configuration_that_fails)
{
	const struct injector_text config = text_of("config.yaml",
		"policy: enabled\n"
		"defaultTemplates: [nope]\n"
		"templates:\n"
		"  good: 'spec: {containers: [{name: log, image: log}]}'\n"
		"  bad: '{{ .Nope }}'\n");
	const struct injector_istio istio = {
		.size = sizeof(istio), .inject_config = &config,
		.policy = true,
	};
	const struct injector_options options = {
		.size = sizeof(options), .istio = &istio,
	};
	struct injector *in = injector_new(&options, NULL);
	struct answer a;

	ck_assert_ptr_nonnull(in);
	a = admit(in, pod_with(""));
	ck_assert_int_eq(a.error.code, INJECTOR_FAILED);
	a = admit(in, pod_with("\"annotations\":{"
			       "\"inject.istio.io/templates\":\"bad\"}"));
	ck_assert_int_eq(a.error.code, INJECTOR_FAILED);
	a = admit(in, pod_with("\"annotations\":{"
			       "\"inject.istio.io/templates\":\"good\"}"));
	ck_assert_int_eq(a.decided.outcome, INJECTOR_INJECTED);
	a = admit(in, pod_with("\"annotations\":{"
			       "\"inject.istio.io/templates\":\"none\"}"));
	assert_status(&a, "denied", "invalid Pod");
	injector_free(in);
}
END_TEST

/* Admitted as it is, although the injection failed; `why` is in the text. */
static void assert_allowed_anyway(const struct answer *a, const char *why)
{
	const struct node *warnings = node_get(a->response, STR("warnings"));

	ck_assert_int_eq(a->result, 0);
	ck_assert(is_allowed(a));
	ck_assert_uint_eq(a->patch.n, 0);
	assert_text(a->response, "auditAnnotations.status", "error");
	ck_assert_ptr_nonnull(strstr(arena_str(&arena, text_at(a->response,
				"auditAnnotations.reason")).p, why));
	ck_assert_uint_eq(warnings->n, 1);
	ck_assert(str_starts(node_text(warnings->items[0]),
			     STR("injector: the Pod has no sidecar: ")));
	ck_assert_int_eq(a->decided.outcome, INJECTOR_ERROR);
	ck_assert_int_ne(a->decided.code, INJECTOR_OK);
}

START_TEST(over_the_memory_limit)
{
	const struct injector_text t = text_of("log.yaml", SIDECAR);
	const struct injector_options options = {
		.size = sizeof(options), .templates = &t, .n_templates = 1,
		.max_memory = 4000,
	};
	const struct injector_admission allow = { .allow_errors = true };
	struct injector *in = injector_new(&options, NULL);
	struct answer a;

	ck_assert_ptr_nonnull(in);
	a = admit(in, pod_with(""));
	ck_assert_int_eq(a.error.code, INJECTOR_NO_MEMORY);
	ck_assert_str_eq(a.decided.reason, "out of memory");
	ck_assert_str_eq(a.decided.uid, "u-1");
	a = admit_with(in, pod_with(""), allow);
	assert_allowed_anyway(&a, "needs more memory than the limit of 4000 "
			      "bytes (max_memory)");
	injector_free(in);
}
END_TEST

START_TEST(allows_what_fails_for_all_pods)
{
	const struct injector_admission allow = { .allow_errors = true };
	struct injector *in = plain_handle("spec: {{ fail \"\\u00e4\\n\" }}");
	struct answer a = admit_with(in, pod_with(""), allow);

	assert_allowed_anyway(&a, "\u00e4");
	a = admit_with(in, "{}", allow);
	ck_assert_int_eq(a.error.code, INJECTOR_BAD_REQUEST);
	injector_free(in);
	/* the Pod's own fault stays a denial */
	in = istio_handle(NULL);
	a = admit_with(in, pod_with("\"annotations\":{"
			"\"inject.istio.io/templates\":\"none\"}"), allow);
	assert_status(&a, "denied", "invalid Pod");
	injector_free(in);
}
END_TEST

START_TEST(misuse)
{
	struct injector *in = plain_handle(SIDECAR);
	struct injector_admission admission = { .size = 0 };
	struct injector_error error;
	char *text;

	ck_assert_int_eq(injector_admit(in, "", 0, &admission, &text, NULL,
					&error), -1);
	ck_assert_int_eq(error.code, INJECTOR_MISUSE);
	ck_assert_ptr_null(text);
	/* nobody asks */
	ck_assert_int_eq(injector_admit(in, "", 0, NULL, &text, NULL, NULL),
			 -1);
	injector_free(in);
}
END_TEST

/* ---- Istio's proxy ---- */

/* "NAME=VALUE" of each variable that the path sets, in the order of the
 * proxy's environment. */
static const char *envs_of(const struct injector *in, const char *path,
			   const char *metadata)
{
	const struct injector_admission admission = { .path = path };
	struct answer a = admit_with(in, pod_with(metadata), admission);
	const struct node *env = node_get(container(a.pod, "istio-proxy"),
					  STR("env"));
	struct buf b = BUF_INIT;
	uint32_t i = 0;

	ck_assert_ptr_nonnull(env);
	/* the last of the template's own */
	while (i < env->n && !str_eq(text_at(env->items[i], "name"),
				     STR("TRUST_DOMAIN")))
		i++;
	for (i++; i < env->n; i++)
		buf_printf(&b, "%s%.*s=%.*s", b.n ? " " : "",
			   STR_ARG(text_at(env->items[i], "name")),
			   STR_ARG(text_at(env->items[i], "value")));
	path = keep(buf_z(&b));
	buf_release(&b);
	return path;
}

/* As webhook.go: parseInjectEnvs, and its tests. */
START_TEST(environment_from_the_path)
{
	static const struct {
		const char *path, *envs;
	} cases[] = {
		{ NULL, "" },
		{ "", "" },
		{ "/", "" },
		{ "/inject", "" },
		{ "/inject/", "" },
		{ "/inject/cluster/c/net/n", "ISTIO_META_CLUSTER_ID=c "
		  "ISTIO_META_NETWORK=n" },
		{ "/inject/net/n/cluster/c/", "ISTIO_META_CLUSTER_ID=c "
		  "ISTIO_META_NETWORK=n" },
		{ "/inject/cluster/c/net", "ISTIO_META_CLUSTER_ID=c" },
		{ "/inject/cluster", "" },
		{ "/inject/cluster/a--slash--b--slash--",
		  "ISTIO_META_CLUSTER_ID=a/b/" },
		{ "/inject/--slash--/b", "--SLASH--=b" },
		{ "/inject/a_b/1/\xc3\xa9/2", "A_B=1 \xc3\x89=2" },
		{ "/inject/a/1/a/2", "A=2" },
		{ "/inject/a//b/2", "A= B=2" },
		{ "/inject//1/b/2", "B=2" },
		{ "/inject/:ENV:cluster=c:ENV:net=n", "ISTIO_META_CLUSTER_ID=c "
		  "ISTIO_META_NETWORK=n" },
		{ "/inject/:ENV:a=b=c:ENV:=x:ENV:d:ENV:e=", "A=b=c E=" },
		{ "/inject/:ENV:a=x/y--slash--z", "A=x/y--slash--z" },
		{ "/inject/cluster/c:ENV:a=b", "ISTIO_META_CLUSTER_ID=c:ENV:a=b"
		  },
	};
	struct injector *in = istio_handle(NULL);

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		ck_assert_str_eq(envs_of(in, cases[i].path, ""),
				 cases[i].envs);
	injector_free(in);
}
END_TEST

/* The Pod's label, then the path, then the values. */
START_TEST(network_of_the_pod)
{
	struct injector *in = istio_handle("global.network=v,"
					   "global.multiCluster.clusterName=w");
	const struct injector_admission admission = {
		.path = "/inject/net/n/a/b",
	};
	struct answer a;

	ck_assert_str_eq(envs_of(in, "/inject", ""),
			 "ISTIO_META_CLUSTER_ID=w ISTIO_META_NETWORK=v");
	ck_assert_str_eq(envs_of(in, "/inject/net/n/cluster/c", ""),
			 "ISTIO_META_CLUSTER_ID=c ISTIO_META_NETWORK=n");
	ck_assert_str_eq(envs_of(in, "/inject/net/n", "\"labels\":{"
				 "\"topology.istio.io/network\":\"l\"}"),
			 "ISTIO_META_CLUSTER_ID=w ISTIO_META_NETWORK=l");
	a = admit_with(in, pod_with(""), admission);
	assert_text(node_find(a.pod, "metadata.labels"), "topology", "");
	ck_assert(str_eq(node_string(node_get(node_find(a.pod,
		"metadata.labels"), STR("topology.istio.io/network"))),
		STR("n")));
	injector_free(in);
}
END_TEST

static void assert_ids(const struct answer *a, const char *user,
		       const char *group)
{
	const struct node *context = node_get(container(a->pod, "istio-proxy"),
					      STR("securityContext"));

	ck_assert(str_eq(node_text(node_get(context, STR("runAsUser"))),
			 str_of(user)));
	ck_assert(str_eq(node_text(node_get(context, STR("runAsGroup"))),
			 str_of(group)));
}

static const struct injector_text *web;

static const struct injector_text *find_web(void *ctx, const char *name)
{
	const struct answer *a = ctx;

	ck_assert_uint_eq(a->n_decided, 0);
	ck_assert_str_eq(name, "web");
	return web;
}

/* OpenShift's annotations of the Namespace, given or looked up. */
START_TEST(ids_of_the_namespace)
{
	static const struct {
		const char *annotations, *user, *group;
	} cases[] = {
		{ "{}", "1337", "1337" },
		{ "{openshift.io/sa.scc.uid-range: 1000620000/10000}",
		  "1000629999", "1000629999" },
		{ "{openshift.io/sa.scc.uid-range: 1000-2000, "
		  "openshift.io/sa.scc.supplemental-groups: '5/2,7-9'}",
		  "2000", "6" },
		{ "{openshift.io/sa.scc.uid-range: ' 1000-2000', "
		  "openshift.io/sa.scc.supplemental-groups: '5/ 2, 7-9'}",
		  "2000", "6" },
		{ "{openshift.io/sa.scc.uid-range: x}", "1337", "1337" },
		{ "{openshift.io/sa.scc.uid-range: 1/99999999999}", "1337",
		  "1337" },
		{ "{openshift.io/sa.scc.uid-range: '1'}", "1337", "1337" },
		{ "{openshift.io/sa.scc.supplemental-groups: '5/2,x'}", "1337",
		  "1337" },
	};
	struct injector *in = istio_handle(NULL);

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		str text = arena_printf(&arena, "metadata: {annotations: %s}\n",
					cases[i].annotations);
		const struct injector_text object = { "ns", text.p, text.n };
		const struct injector_admission admission = {
			.namespace_ = &object,
		};
		const struct injector_admission lookup = {
			.find_namespace = find_web,
		};
		struct answer a = admit_with(in, pod_with(""), admission);

		assert_ids(&a, cases[i].user, cases[i].group);
		web = &object;
		a = admit_with(in, pod_with(""), lookup);
		assert_ids(&a, cases[i].user, cases[i].group);
	}
	injector_free(in);
}
END_TEST

/* With TPROXY the proxy is root; its group is fixed since some patches. */
START_TEST(group_with_tproxy)
{
	static const struct {
		const char *version, *group;
	} cases[] = {
		{ "1.24.6", "1000629999" }, { "1.25.3", "1000629999" },
		{ "1.25.4", "1337" },	    { "1.26.1", "1000629999" },
		{ "1.26.2", "1337" },	    { "1.31", "1337" },
	};
	static const char namespace[] = "metadata: {annotations: {"
		"openshift.io/sa.scc.uid-range: 1000620000/10000}}\n";
	const struct injector_text object = text_of("ns", namespace);
	const struct injector_admission admission = { .namespace_ = &object };

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct injector *in = release_handle(cases[i].version, NULL);
		struct answer a = admit_with(in, pod_with(
			"\"annotations\":{\"sidecar.istio.io/"
			"interceptionMode\":\"TPROXY\"}"), admission);

		assert_ids(&a, "0", cases[i].group);
		injector_free(in);
	}
}
END_TEST

/* The user that OpenShift gave to all containers is not the proxy's. */
START_TEST(user_of_all_containers)
{
	static const char namespace[] = "metadata: {annotations: {"
		"openshift.io/sa.scc.uid-range: 1000-2000}}\n";
	const struct injector_text object = text_of("ns", namespace);
	const struct injector_admission admission = { .namespace_ = &object };
	struct injector *in = istio_handle(NULL);
	const char *users[] = { "1000", "1001" };
	const char *wanted[] = { "2000", "1001" };

	for (size_t i = 0; i < ARRAY_SIZE(users); i++) {
		struct answer a = admit_with(in, review_of(arena_printf(&arena,
			"{" TYPE "\"metadata\":{},\"spec\":{\"containers\":["
			"{\"name\":\"app\",\"image\":\"app\","
			"\"securityContext\":{\"runAsUser\":1000}},"
			"{\"name\":\"istio-proxy\",\"image\":\"auto\","
			"\"securityContext\":{\"runAsUser\":%s}}]}}",
			users[i]).p), admission);
		const struct node *user = node_find(
			container(a.pod, "istio-proxy"),
			"securityContext.runAsUser");

		ck_assert_int_eq(a.decided.outcome, INJECTOR_INJECTED);
		ck_assert(str_eq(node_text(user), str_of(wanted[i])));
	}
	injector_free(in);
}
END_TEST

/* Which releases do so, and whose users they compare. */
START_TEST(user_of_all_containers_by_release)
{
	static const char namespace[] = "metadata: {annotations: {"
		"openshift.io/sa.scc.uid-range: 1000-2000}}\n";
	static const struct {
		const char *set, *between, *wanted;
	} cases[] = {
		{ "global.tag=1.22.8", ",", "1000" },
		{ "global.tag=1.23.0", ",", "1000" },
		{ "global.tag=1.23.1", ",", "2000" },
		{ "global.tag=1.24.0", ",", "2000" },
		{ "global.tag=1.26.8", "],\"initContainers\":[", "1000" },
		{ "global.tag=1.27.0", "],\"initContainers\":[", "2000" },
	};
	const struct injector_text object = text_of("ns", namespace);
	const struct injector_admission admission = { .namespace_ = &object };

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *text = arena_printf(&arena,
			"{" TYPE "\"metadata\":{},\"spec\":{\"containers\":["
			"{\"name\":\"istio-proxy\",\"image\":\"auto\","
			"\"securityContext\":{\"runAsUser\":1000}}%s"
			"{\"name\":\"app\",\"image\":\"app\","
			"\"securityContext\":{\"runAsUser\":1000}}]}}",
			cases[i].between).p;
		struct injector *in = istio_handle(cases[i].set);
		struct answer a = admit_with(in, review_of(text), admission);
		const struct node *user = node_find(
			container(a.pod, "istio-proxy"),
			"securityContext.runAsUser");

		ck_assert_msg(str_eq(node_text(user), str_of(cases[i].wanted)),
			      "%s", cases[i].set);
		injector_free(in);
	}
}
END_TEST

START_TEST(names_the_owner)
{
	struct injector *in = istio_handle("revision=canary");
	struct answer a = admit(in, pod_with(
		"\"generateName\":\"web-5d8f-\",\"labels\":{"
		"\"pod-template-hash\":\"5d8f\"},\"ownerReferences\":[{"
		"\"apiVersion\":\"apps/v1\",\"kind\":\"ReplicaSet\","
		"\"name\":\"web-5d8f\",\"controller\":true}]"));

	ck_assert_str_eq(a.decided.owner_kind, "Deployment");
	ck_assert_str_eq(a.decided.owner, "web");
	ck_assert_str_eq(a.decided.revision, "canary");
	ck_assert_str_eq(a.decided.rules, "rules of Istio 1.31, the newest "
			 "known");
	assert_text(a.response, "auditAnnotations.revision", "canary");
	assert_text(a.response, "auditAnnotations.templates", "sidecar");
	injector_free(in);
}
END_TEST

/* ---- warnings ---- */

START_TEST(warnings_if_asked)
{
	struct injector *in = istio_handle(NULL);
	const struct injector_admission loud = { .warnings = true };
	struct answer a;
	const struct node *list;
	struct buf b = BUF_INIT;
	const char *pod;

	/* a value that is quoted in the warning, of two bytes a character */
	buf_addz(&b, "\"annotations\":{\"sidecar.istio.io/inject\":\"");
	for (int i = 0; i < 300; i++)
		buf_addz(&b, "\xc3\xa9");
	buf_addz(&b, "\"}");
	pod = pod_with(buf_z(&b));
	a = admit(in, pod);
	ck_assert_ptr_null(node_get(a.response, STR("warnings")));
	a = admit_with(in, pod, loud);
	list = node_get(a.response, STR("warnings"));
	ck_assert(list && list->n > 0);
	for (uint32_t i = 0; i < list->n; i++) {
		str text = node_string(list->items[i]);
		size_t n = 0;

		for (size_t k = 0; k < text.n; k++)
			n += ((unsigned char)text.p[k] & 0xc0) != 0x80;
		ck_assert_uint_le(n, 120);
		ck_assert(n < 120 || str_ends(text, STR("...")));
	}
	buf_release(&b);
	injector_free(in);
}
END_TEST

START_TEST(dry_run)
{
	struct injector *in = plain_handle(SIDECAR);
	const char *text = pod_with("");
	const char *at = strstr(text, "\"uid\"");
	struct answer a = admit(in, arena_printf(&arena, "%.*s\"dryRun\":true,"
				"%s", (int)(at - text), text, at).p);

	assert_status(&a, "injected", "nothing excludes it");
	ck_assert(a.decided.dry_run);
	injector_free(in);
}
END_TEST

/* ---- the table of istiod's answers ---- */

static str read_file(const char *folder, str name)
{
	struct buf b = BUF_INIT;
	struct err e = ERR_INIT;
	str path = arena_printf(&arena, "%s/%.*s", folder, STR_ARG(name)), text;

	ck_assert_msg(!io_slurp(path.p, &b, &e), "%s", e.text);
	text = arena_str(&arena, buf_str(&b));
	buf_release(&b);
	return text;
}

static bool flag_at(const struct node *n, const char *path)
{
	const struct node *flag = node_find(n, path);

	return flag && flag->kind == NODE_BOOL && scalar_bool(flag);
}

static struct injector *handle_of(const struct node *c, const char *folder)
{
	const str istio = arena_printf(&arena, "%s/istio", folder);
	const char *const folders[] = { "config", "mesh", "values" };
	struct injector_text files[ARRAY_SIZE(folders)];
	struct injector_istio own = {
		.size = sizeof(own), .policy = true,
		.native_sidecars = flag_at(c, "nativeSidecars"),
		.revision = arena_str(&arena, text_at(c, "revision")).p,
		.compliance_policy = arena_str(&arena, text_at(c, "env."
						"COMPLIANCE_POLICY")).p,
	};
	const struct injector_options options = {
		.size = sizeof(options), .istio = &own,
		.values = &files[2], .n_values = 1,
	};
	struct injector_error error;
	struct injector *in;

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		str in_folder = arena_printf(&arena, "%s/%s", istio.p,
					     folders[i]);
		str text = read_file(in_folder.p, text_at(c, folders[i]));

		files[i] = (struct injector_text){ folders[i], text.p, text.n };
	}
	own.inject_config = &files[0];
	own.mesh_config = &files[1];
	in = injector_new(&options, &error);
	ck_assert_msg(in != NULL, "%s: %s", error.file, error.text);
	return in;
}

/* A Pod as Go writes it, without zero values; amounts are compared apart. */
static const struct node *as_sent(const struct node *pod)
{
	return typed_patch(&arena, "Pod", pod, TYPED_ZERO_OMITTED);
}

static const char *json_of(const struct node *n)
{
	struct buf b = BUF_INIT;
	const char *text;

	json_write_go(&b, n);
	text = keep(buf_z(&b));
	buf_release(&b);
	return text;
}

/* What a Pod means: zero values are left out, and so are empty resources, which
 * Go always writes. */
static const char *meaning_of(const struct node *pod)
{
	static const char none[] = ",\"resources\":{}";
	str rest = str_of(json_of(as_sent(pod)));
	struct buf b = BUF_INIT;
	const char *at, *text;

	while ((at = strstr(rest.p, none)) != NULL) {
		buf_add(&b, rest.p, (size_t)(at - rest.p));
		rest = str_of(at + strlen(none));
	}
	buf_adds(&b, rest);
	text = keep(buf_z(&b));
	buf_release(&b);
	return text;
}

/* The Namespace of the case that asks for OpenShift. */
static const char openshift[] = "metadata: {annotations: {"
	"openshift.io/sa.scc.uid-range: 1000620000/10000}}\n";

/* This one comes in with the probes of an older Istio.  istiod as well as we
 * take it for a Pod of this Istio only from the second admission on. */
static const char *const settles_later[] = { "merge-probers.0" };

static bool settles(str name)
{
	for (size_t i = 0; i < ARRAY_SIZE(settles_later); i++)
		if (str_eq(name, str_of(settles_later[i])))
			return false;
	return true;
}

static struct answer create(const struct injector *in, const struct node *c,
			    const struct node *pod)
{
	const struct injector_text namespace = text_of("ns.yaml", openshift);
	const struct injector_admission admission = {
		.namespace_ = text_at(c, "env.PLATFORM").n ? &namespace : NULL,
	};

	return admit_with(in, arena_printf(&arena, "{\"kind\":"
			"\"AdmissionReview\","
			"\"apiVersion\":\"admission.k8s.io/v1\","
			"\"request\":{\"uid\":\"u\"," POD_KIND ","
			"\"operation\":\"CREATE\",\"namespace\":\"%.*s\","
			"\"object\":%s}}", STR_ARG(text_at(c, "namespace")),
			json_of(pod)).p, admission);
}

static bool case_passes(const struct node *c, const char *folder)
{
	const struct node *wanted = node_get(c, STR("result"));
	str name = text_at(c, "name");
	struct injector *in = handle_of(c, folder);
	struct answer a = create(in, c, node_get(c, STR("pod")));
	bool passes;

	ck_assert_int_eq(a.result, 0);
	if (wanted->kind == NODE_NULL) {
		passes = a.decided.outcome == INJECTOR_SKIPPED;
	} else {
		wanted = typed_keep_quantities(&arena, "Pod", a.pod, wanted);
		passes = strcmp(meaning_of(a.pod), meaning_of(wanted)) == 0;
		if (!passes)
			printf("%.*s:\n  got  %s\n  want %s\n", STR_ARG(name),
			       meaning_of(a.pod), meaning_of(wanted));
		a = create(in, c, a.pod);
		if (!settles(name))
			a = create(in, c, a.pod);
	}
	if (a.patch.n) {
		printf("%.*s: again: %.*s\n", STR_ARG(name), STR_ARG(a.patch));
		passes = false;
	}
	injector_free(in);
	return passes;
}

START_TEST(table)
{
	const char *folder = getenv("CONFORMANCE");
	unsigned passed = 0, failed = 0;
	str rest, line, path;
	struct buf text = BUF_INIT;
	struct err e = ERR_INIT;

	if (!folder) {
		printf("skipped: CONFORMANCE is not set\n");
		return;
	}
	path = arena_printf(&arena, "%s/webhook/cases.jsonl", folder);
	ck_assert_msg(!io_slurp(path.p, &text, &e), "%s", e.text);
	for (rest = buf_str(&text); rest.n; arena_reset(&arena)) {
		str_cut(rest, '\n', &line, &rest);
		if (!line.n)
			continue;
		if (case_passes(parse(line), folder))
			passed++;
		else
			failed++;
	}
	buf_release(&text);
	printf("webhook: %u passed, %u failed\n", passed, failed);
	fflush(stdout);	/* a failed assertion ends the process at once */
	ck_assert_uint_gt(passed, 0);
	ck_assert_uint_eq(failed, 0);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("review");
	TCase *t = tcase_create("review");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, injects_a_pod);
	tcase_add_loop_test(t, leaves_other_requests_alone, 0, N_OTHERS);
	tcase_add_test(t, bad_requests);
	tcase_add_test(t, same_version_as_the_request);
	tcase_add_test(t, namespace_and_type_of_the_request);
	tcase_add_test(t, managed_fields_are_passed_over);
	tcase_add_test(t, twice_changes_nothing);
	tcase_add_test(t, opting_in_and_out);
	tcase_add_test(t, denies_a_bad_pod);
	tcase_add_test(t, templates_that_fail);
	tcase_add_test(t, configuration_that_fails);
	tcase_add_test(t, over_the_memory_limit);
	tcase_add_test(t, allows_what_fails_for_all_pods);
	tcase_add_test(t, misuse);
	tcase_add_test(t, environment_from_the_path);
	tcase_add_test(t, network_of_the_pod);
	tcase_add_test(t, ids_of_the_namespace);
	tcase_add_test(t, group_with_tproxy);
	tcase_add_test(t, user_of_all_containers);
	tcase_add_test(t, user_of_all_containers_by_release);
	tcase_add_test(t, names_the_owner);
	tcase_add_test(t, warnings_if_asked);
	tcase_add_test(t, dry_run);
	tcase_add_test(t, table);
	tcase_set_timeout(t, 60);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	SRunner *r = srunner_create(suite());
	int failed;

	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
