/*
 * Istio's default profile in each of its releases: what templates/istio says in
 * releases.yaml is what is injected.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "engine/settings.h"
#include "yaml/read.h"

static struct arena arena;

static void setup(void)
{
	arena = (struct arena)ARENA_INIT;
}

static void teardown(void)
{
	arena_release(&arena);
}

/* ---- injecting one Pod ---- */

/* What is injected, and how. */
struct run {
	const char *version;		/* --istio-version, or NULL */
	const char *set, *set_too;	/* --set, or NULL */
	const char *name;		/* of the Pod, or NULL */
	const char *annotations, *labels;	/* as in {}, or NULL */
	const char *compliance, *mesh;	/* or NULL */
	char *warning;			/* the first, of BUFSIZ; or NULL */
};

static void report(void *ctx, const struct injector_event *event)
{
	const struct run *run = ctx;

	if (event->outcome == INJECTOR_WARNING && run->warning &&
	    !*run->warning)
		snprintf(run->warning, BUFSIZ, "%s", event->text);
}

static struct injector *new_injector(const struct run *run)
{
	const struct injector_setting settings[] = {
		{ INJECTOR_SET, run->set }, { INJECTOR_SET, run->set_too },
	};
	const struct injector_text mesh = {
		"mesh.yaml", run->mesh, run->mesh ? strlen(run->mesh) : 0,
	};
	const struct injector_istio istio = {
		.size = sizeof(istio), .builtin = true,
		.version = run->version,
		.compliance_policy = run->compliance,
		.mesh_config = run->mesh ? &mesh : NULL,
	};
	const struct injector_options options = {
		.size = sizeof(options), .istio = &istio,
		.settings = settings,
		.n_settings = run->set_too ? 2 : run->set ? 1 : 0,
		.no_undo = true, .report = report, .ctx = (void *)run,
	};
	struct injector_error error;
	struct injector *in = injector_new(&options, &error);

	ck_assert_msg(in != NULL, "%s", error.text);
	return in;
}

/* The Pod that comes of it, as text in the arena. */
static const char *inject(const struct run *run)
{
	str pod = arena_printf(&arena,
		"apiVersion: v1\n"
		"kind: Pod\n"
		"metadata:\n"
		"  name: %s\n"
		"  labels: {%s}\n"
		"  annotations: {%s}\n"
		"spec:\n"
		"  initContainers:\n"
		"  - {name: setup, image: setup}\n"
		"  containers:\n"
		"  - {name: istio-proxy, image: auto}\n"
		"  - name: app\n"
		"    image: app\n"
		"    lifecycle: {preStop: {httpGet: {port: 80, path: /bye}}}\n",
		run->name ? run->name : "p", run->labels ? run->labels : "",
		run->annotations ? run->annotations : "");
	const struct injector_text input = { "pod.yaml", pod.p, pod.n };
	struct injector *in = new_injector(run);
	struct injector_error error;
	const char *kept;
	char *text;

	ck_assert_msg(!injector_inject_text(in, &input, &text, NULL, NULL,
					    NULL, &error), "%s", error.text);
	kept = arena_str(&arena, str_of(text)).p;
	injector_free_text(text);
	injector_free(in);
	return kept;
}

/* ---- features ---- */

#define LONG "a-name-of-a-workload-that-is-longer-than-a-label-of-it-may-be" "-"
#define GATEWAY "inject.istio.io/templates: gateway, "
#define INTERFACES \
	"traffic.sidecar.istio.io/kubevirtInterfaces: net1, " \
	"istio.io/reroute-virtual-interfaces: net2"

/*
 * The last release that lacks a feature, the first that supports it, and a text
 * that only the one of them injects: the second, or with `gone` the first.
 */
static const struct difference {
	const char *feature, *lacks, *supports, *text;
	bool gone;
	struct run run;
} differences[] = {
	{ "go-cpu-limit", "1.30.3", "1.31.0", "GOMAXPROCS", .gone = true },
	{ "go-fips", "1.30.3", "1.31.0", "fips140=only",
	  .run.compliance = "fips-140-3" },
	{ "init-image", "1.30.3", "1.31.0", "/redirect:1.",
	  .run.set = "global.proxy_init.image=redirect" },
	{ "trimmed-names", "1.30.3", "1.31.0",
	  "canonical-name: " LONG ".\n", .gone = true,
	  .run.name = LONG ".x" },
	{ "otel-attributes", "1.29.6", "1.30.0", "OTEL_RESOURCE_ATTRIBUTES",
	  .run.mesh = "extensionProviders:\n"
		      "- name: otel\n"
		      "  opentelemetry:\n"
		      "    service: collector.example.com\n"
		      "    port: 4317\n"
		      "    serviceAttributeEnrichment: "
		      "OTEL_SEMANTIC_CONVENTIONS\n" },
	{ "whole-limits", "1.28.10", "1.29.0", "divisor: \"1\"",
	  .gone = false },
	{ "crl-name", "1.28.10", "1.29.0", "name: revoked",
	  .run.set = "pilot.crlConfigMapName=revoked" },
	{ "seccomp", "1.27.9", "1.28.0", "RuntimeDefault",
	  .run.set = "global.proxy.seccompProfile.type=RuntimeDefault" },
	{ "reroute-replaces", "1.27.1", "1.27.2", "- net1", .gone = true,
	  .run.annotations = INTERFACES },
	{ "reroute-replaces", "1.26.4", "1.26.5", "- net1", .gone = true,
	  .run.annotations = INTERFACES },
	{ "native-unless-false", "1.26.8", "1.27.0", "restartPolicy: Always",
	  .run.annotations = "sidecar.istio.io/nativeSidecar: 'yes'" },
	{ "crl", "1.26.8", "1.27.0", "istio-ca-crl", .gone = false },
	{ "nftables", "1.26.8", "1.27.0", "--native-nftables",
	  .run.set = "global.nativeNftables=true" },
	{ "trust-bundle-name", "1.26.8", "1.27.0", "name: roots",
	  .run.set = "global.trustBundleName=roots" },
	{ "gateway-bootstrap", "1.26.8", "1.27.0", "custom_bootstrap.json",
	  .run.annotations = GATEWAY "sidecar.istio.io/bootstrapOverride: b" },
	{ "gateway-bootstrap", "1.26.8", "1.27.0", "mountPath: "
	  "/etc/istio/custom-bootstrap",
	  .run.annotations = GATEWAY "sidecar.istio.io/bootstrapOverride: b" },
	{ "gateway-bootstrap", "1.26.8", "1.27.0", "name: b\n",
	  .run.annotations = GATEWAY "sidecar.istio.io/bootstrapOverride: b" },
	{ "gateway-bootstrap", "1.26.8", "1.27.0",
	  "- name: workload-socket\n    emptyDir: {}\n", .gone = true,
	  .run.annotations = GATEWAY },
	{ "trust-bundle-api", "1.26.2", "1.26.3", "clusterTrustBundle",
	  .run.set = "pilot.env.ENABLE_CLUSTER_TRUST_BUNDLE_API=true" },
	{ "init-containers-stay", "1.25.5", "1.26.0", "name: setup",
	  .run.annotations = "sidecar.istio.io/interceptionMode: NONE" },
	{ "reroute", "1.24.6", "1.25.0", "- net2",
	  .run.annotations = INTERFACES },
	{ "workload-name", "1.24.6", "1.25.0", "value: other",
	  .run.labels = "service.istio.io/workload-name: other" },
	{ "no-inbound-ports", "1.24.6", "1.25.0", "includeInboundPorts: \"\"",
	  .run.set = "pilot.cni.enabled=true",
	  .run.set_too = "global.proxy.includeInboundPorts=" },
	{ "gateway-containers", "1.24.3", "1.24.4", "-container: mine",
	  .run.annotations = GATEWAY
		  "kubectl.kubernetes.io/default-container: mine" },
	/* the user is not 1337 only in an admission: tests/test_review.c */
	{ "tproxy-user", "1.26.1", "1.26.2", NULL, .gone = false },
};

START_TEST(releases_differ)
{
	const struct difference *d = &differences[_i];
	struct run lacks = d->run, supports = d->run;
	const char *before, *after;

	if (!d->text)
		return;
	lacks.version = d->lacks;
	supports.version = d->supports;
	before = inject(&lacks);
	after = inject(&supports);
	ck_assert_msg(!strstr(before, d->text) == !d->gone, "%s in %s: \"%s\"",
		      d->feature, d->lacks, d->text);
	ck_assert_msg(!strstr(after, d->text) == d->gone, "%s in %s: \"%s\"",
		      d->feature, d->supports, d->text);
}
END_TEST

/* ---- releases.yaml ---- */

static const struct node *releases(void)
{
	const struct builtin_text *text = builtin_istio("istio/releases");
	const struct injector_builtin *b = &text->row;
	struct source *source = arena_new(&arena, struct source);
	struct document document;
	struct err e = ERR_INIT;

	*source = (struct source){ .name = b->name, .line = 1, .column = 1,
				   .text = { b->text, b->length } };
	ck_assert_msg(!yaml_read(&arena, source, &document, &e), "%s", e.text);
	return document.root;
}

static bool is_used(str feature)
{
	static const char *const texts[] = { "istio/sidecar", "istio/gateway" };

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		for (const struct builtin_condition *c =
			     builtin_istio(texts[i])->conditions;
		     c->feature; c++)
			if (str_eq(feature, str_of(c->feature)))
				return true;
	return false;
}

static bool is_tested(str feature)
{
	for (size_t i = 0; i < ARRAY_SIZE(differences); i++)
		if (str_eq(feature, str_of(differences[i].feature)))
			return true;
	return false;
}

START_TEST(features_are_used_and_tested)
{
	const struct node *features = node_get(releases(), STR("features"));

	for (uint32_t i = 0; i < features->n; i++) {
		str name = node_text(features->entries[i].key);

		ck_assert_msg(is_used(name), "%.*s", STR_ARG(name));
		ck_assert_msg(is_tested(name), "%.*s", STR_ARG(name));
	}
	ck_assert_uint_gt(features->n, 0);
}
END_TEST

/* Every minor release, newest first, begins with the tag of the values. */
START_TEST(releases_are_in_order)
{
	const struct node *all = node_get(releases(), STR("releases"));
	const struct run newest = { .version = NULL };
	int minor = RELEASE_NEWEST.minor;

	for (uint32_t i = 0; i < all->n; i++, minor--) {
		struct release release;

		ck_assert(release_read(node_text(all->items[i]), &release));
		ck_assert_int_eq(release.minor, minor);
	}
	ck_assert_int_eq(minor, 23);
	ck_assert(strstr(inject(&newest),
			 arena_printf(&arena, "/proxyv2:%.*s\n",
				      STR_ARG(node_text(all->items[0]))).p));
}
END_TEST

/* ---- which release, which images ---- */

static const struct {
	const char *version, *set, *image;
} images[] = {
	{ NULL, NULL, "image: registry.istio.io/release/proxyv2:1.31.0\n" },
	{ "1.31.4", NULL, "image: registry.istio.io/release/proxyv2:1.31.4\n" },
	{ "1.31", NULL, "image: registry.istio.io/release/proxyv2:1.31.0\n" },
	{ "1.27", NULL, "image: docker.io/istio/proxyv2:1.27.9\n" },
	{ "1.27.3", NULL, "image: docker.io/istio/proxyv2:1.27.3\n" },
	{ NULL, "global.tag=1.27.3",
	  "image: docker.io/istio/proxyv2:1.27.3\n" },
	{ NULL, "global.tag=1.24.0-distroless",
	  "image: docker.io/istio/proxyv2:1.24.0-distroless\n" },
	{ "1.24", "global.hub=example.com",
	  "image: example.com/proxyv2:1.24.6\n" },
	{ "1.24", "global.tag=ours", "image: docker.io/istio/proxyv2:ours\n" },
	{ NULL, "global.tag=ours",
	  "image: registry.istio.io/release/proxyv2:ours\n" },
};

START_TEST(images_are_those_of_the_release)
{
	const struct run run = { .version = images[_i].version,
				 .set = images[_i].set };
	const char *pod = inject(&run);

	ck_assert_msg(strstr(pod, images[_i].image) != NULL, "%s: %s",
		      images[_i].image, pod);
}
END_TEST

START_TEST(the_option_decides_before_the_tag)
{
	const struct run run = {
		.version = "1.26", .set = "global.tag=1.27.0",
	};

	ck_assert(!strstr(inject(&run), "istio-ca-crl"));
}
END_TEST

/* An agent before 1.25 does not serve hooks, and the profile has its image. */
START_TEST(hooks_follow_the_agent)
{
	const struct run without = { .set = "global.tag=1.24.0" };
	const struct run with = { .set = "global.tag=1.25.0" };

	ck_assert(strstr(inject(&without), "path: /bye"));
	ck_assert(!strstr(inject(&without), "/app-lifecycle/"));
	ck_assert(strstr(inject(&with), "/app-lifecycle/app/prestopz"));
}
END_TEST

static const struct {
	const char *version, *set, *warning;
} warned[] = {
	{ "1.24", NULL, "" },
	{ NULL, NULL, "" },
	{ "1.22.3", NULL, "the built-in profiles begin with Istio 1.24, and "
	  "that is used for 1.22; with --injectConfigFile use its own" },
	/* values that came later have no effect */
	{ "1.26", "global.nativeNftables=true",
	  "value global.nativeNftables has no effect" },
	{ "1.27", "global.nativeNftables=true", "" },
	{ "1.27", "global.proxy.seccompProfile.type=x",
	  "value global.proxy.seccompProfile has no effect" },
};

START_TEST(what_a_release_lacks_is_warned_of)
{
	char warning[BUFSIZ] = "";
	const struct run run = { .version = warned[_i].version,
				 .set = warned[_i].set, .warning = warning };

	injector_free(new_injector(&run));
	ck_assert_str_eq(warning, warned[_i].warning);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("profile");
	TCase *tc = tcase_create("profile");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, releases_differ, 0,
			    (int)ARRAY_SIZE(differences));
	tcase_add_test(tc, features_are_used_and_tested);
	tcase_add_test(tc, releases_are_in_order);
	tcase_add_loop_test(tc, images_are_those_of_the_release, 0,
			    (int)ARRAY_SIZE(images));
	tcase_add_test(tc, the_option_decides_before_the_tag);
	tcase_add_test(tc, hooks_follow_the_agent);
	tcase_add_loop_test(tc, what_a_release_lacks_is_warned_of, 0,
			    (int)ARRAY_SIZE(warned));
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
