/*
 * Upgrades: what one release of Istio injected, injected again by another, has
 * the objects of a first injection by that one, and what the user has changed;
 * once more, nothing changes; and it can be undone.
 *
 * This is tried with ordered pairs of the built-in profiles and, with
 * CONFORMANCE, of the configurations in that folder, each with the proxy as a
 * container and as a native sidecar.  UPGRADE=all takes each manifest with each
 * pair instead of a sample.
 */
#include <check.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/io.h"
#include "injector.h"
#include "json/scan.h"

static struct arena arena;

static void setup(void)
{
	arena = (struct arena)ARENA_INIT;
}

static void teardown(void)
{
	arena_release(&arena);
}

/* ---- releases ---- */

/* The handles of a release: its text, its objects, and both ways back. */
struct side {
	struct injector *inject, *objects, *refreshed, *undo;
};

#define SIDES_MAX 8

struct sides {
	struct side at[SIDES_MAX];
	size_t n;
};

static struct injector *new_injector(struct injector_options options,
				     enum injector_task task,
				     enum injector_format format)
{
	struct injector_error error;
	struct injector *in;

	options.task = task;
	options.format = format;
	in = injector_new(&options, &error);
	ck_assert_msg(in != NULL, "%s", error.text);
	return in;
}

static void add_side(struct sides *all, const struct injector_options *options)
{
	all->at[all->n++] = (struct side){
		new_injector(*options, INJECTOR_INJECT, INJECTOR_YAML),
		new_injector(*options, INJECTOR_INJECT, INJECTOR_JSON),
		new_injector(*options, INJECTOR_REFRESH, INJECTOR_JSON),
		new_injector(*options, INJECTOR_UNINJECT, INJECTOR_YAML),
	};
}

static void free_sides(struct sides *all)
{
	for (size_t i = 0; i < all->n; i++) {
		injector_free(all->at[i].inject);
		injector_free(all->at[i].objects);
		injector_free(all->at[i].refreshed);
		injector_free(all->at[i].undo);
	}
}

static const char *const versions[] = {
	"1.24", "1.25", "1.26", "1.27", "1.28", "1.29", "1.30", "1.31",
};

static struct sides builtin_sides(bool native)
{
	struct sides all = { .n = 0 };

	for (size_t i = 0; i < ARRAY_SIZE(versions); i++) {
		const struct injector_istio istio = {
			.size = sizeof(istio), .builtin = true,
			.version = versions[i], .native_sidecars = native,
		};
		const struct injector_options options = {
			.size = sizeof(options), .istio = &istio,
		};

		add_side(&all, &options);
	}
	return all;
}

/* Configurations in the folder CONFORMANCE. */
static const struct {
	const char *config, *mesh, *values;
} configurations[] = {
	{ "releases/config/1.20.8.yaml", "releases/mesh/1.20.8.yaml",
	  "releases/values/1.20.8.json" },
	{ "releases/config/1.22.8.yaml", "releases/mesh/1.22.8.yaml",
	  "releases/values/1.22.8.json" },
	{ "releases/config/1.24.0.yaml", "releases/mesh/1.24.0.yaml",
	  "releases/values/1.24.0.json" },
	{ "releases/config/1.26.0.yaml", "releases/mesh/1.26.0.yaml",
	  "releases/values/1.26.0.json" },
	{ "releases/config/1.28.0.yaml", "releases/mesh/1.28.0.yaml",
	  "releases/values/1.28.0.json" },
	{ "releases/config/1.30.3.yaml", "releases/mesh/1.30.3.yaml",
	  "releases/values/1.30.3.json" },
	{ "istio/config/4373d74c35c6.yaml", "istio/mesh/02fcb0177e07.yaml",
	  "istio/values/a5d5b1a0223c.json" },
};

static struct injector_text slurp(str path)
{
	struct buf b = BUF_INIT;
	struct err e = ERR_INIT;
	str text;

	ck_assert_msg(io_slurp(path.p, &b, &e) >= 0, "%s", e.text);
	text = arena_str(&arena, buf_str(&b));
	buf_release(&b);
	return (struct injector_text){ path.p, text.p, text.n };
}

static struct sides conformance_sides(const char *folder, bool native)
{
	struct sides all = { .n = 0 };

	for (size_t i = 0; i < ARRAY_SIZE(configurations); i++) {
		const struct injector_text config = slurp(arena_printf(&arena,
			"%s/%s", folder, configurations[i].config));
		const struct injector_text mesh = slurp(arena_printf(&arena,
			"%s/%s", folder, configurations[i].mesh));
		const struct injector_text values = slurp(arena_printf(&arena,
			"%s/%s", folder, configurations[i].values));
		const struct injector_istio istio = {
			.size = sizeof(istio), .inject_config = &config,
			.mesh_config = &mesh, .native_sidecars = native,
		};
		const struct injector_options options = {
			.size = sizeof(options), .istio = &istio,
			.values = &values, .n_values = 1,
		};

		add_side(&all, &options);
	}
	return all;
}

/* ---- one manifest ---- */

/* What a handle makes of it, in the arena; STR_NONE if it refuses it. */
static str made(const struct injector *in, str manifest)
{
	const struct injector_text input = { "in.yaml", manifest.p,
					     manifest.n };
	char *text;
	size_t n;
	str kept;

	if (injector_inject_text(in, &input, &text, &n, NULL, NULL, NULL))
		return STR_NONE;
	kept = arena_str(&arena, (str){ text, n });
	injector_free_text(text);
	return kept;
}

/* Are the lines the same objects? */
static bool same_objects(str a, str b)
{
	while (a.n && b.n) {
		str lines[2];
		const struct node *root[2];

		str_cut(a, '\n', &lines[0], &a);
		str_cut(b, '\n', &lines[1], &b);
		for (int i = 0; i < 2; i++) {
			struct source *source = arena_new(&arena,
							  struct source);

			*source = (struct source)SOURCE_JSON("", lines[i]);
			if (json_scan(&arena, source, 0, &root[i], NULL))
				return false;
		}
		if (!node_equal(root[0], root[1]))
			return false;
	}
	return a.n == b.n;
}

/* What is wrong with the upgrade of `old`, the manifest injected before; NULL
 * if nothing is. */
static const char *fault(const struct side *to, str manifest, str old,
			 str objects)
{
	str new = made(to->inject, old);

	if (!new.p)
		return "cannot be injected again";
	if (!same_objects(made(to->objects, old), objects))
		return "has other objects than a first injection";
	if (!same_objects(made(to->refreshed, old), objects))
		return "has other objects when it is refreshed";
	if (!str_eq(made(to->inject, new), new))
		return "changes once more";
	if (!str_eq(made(to->undo, new), manifest))
		return "cannot be undone";
	return NULL;
}

/* In how many Pods is a sidecar?  Releases read the switch of an injection
 * differently, and what one leaves alone keeps the sidecar of another. */
static unsigned sidecars(str objects)
{
	unsigned n = 0;

	for (const char *at = objects.p; at && (at = strstr(at, "istio.io/"
							    "status"));
	     at++)
		n++;
	return n;
}

struct counts {
	unsigned passed, failed;
	bool all;		/* not only a sample of the pairs */
	unsigned manifest;	/* the number of the present one */
};

static void upgrade(struct counts *c, const struct sides *sides,
		    const char *name, str manifest)
{
	str old[SIDES_MAX], objects[SIDES_MAX];

	for (size_t i = 0; i < sides->n; i++) {
		old[i] = made(sides->at[i].inject, manifest);
		objects[i] = made(sides->at[i].objects, manifest);
	}
	for (size_t i = 0; i < sides->n; i++)
		for (size_t k = 0; k < sides->n; k++) {
			const char *what;

			/* one of the releases may refuse it */
			if (!old[i].p || !old[k].p ||
			    sidecars(objects[i]) != sidecars(objects[k]) ||
			    (!c->all && (i + 2 * k + c->manifest) % 4))
				continue;
			what = fault(&sides->at[k], manifest, old[i],
				     objects[k]);
			c->passed += !what;
			c->failed += !!what;
			if (what)
				printf("%s: from %zu to %zu: %s\n", name, i, k,
				       what);
		}
	c->manifest++;
}

/* ---- many ---- */

/* Those that were not injected before, each of `step`. */
static void upgrade_all(struct counts *c, const struct sides *sides,
			const char *pattern, size_t step)
{
	glob_t found;

	ck_assert_int_eq(glob(pattern, 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i += step) {
		const struct injector_text t = slurp(str_of(found.gl_pathv[i]));

		if (!memmem(t.text, t.length, "istio.io/status", 15))
			upgrade(c, sides, t.name, (str){ t.text, t.length });
		teardown();
		setup();
	}
	globfree(&found);
}

static bool is_long(void)
{
	const char *wanted = getenv("UPGRADE");

	return wanted && !strcmp(wanted, "all");
}

static void report(const char *what, const struct counts *c)
{
	printf("%s: %u passed, %u failed\n", what, c->passed, c->failed);
	fflush(stdout);
	ck_assert_uint_eq(c->failed, 0);
	ck_assert_uint_gt(c->passed, 0);
}

START_TEST(built_in_profiles)
{
	struct counts c = { .all = is_long() };
	const char *folder = getenv("TESTDATA");

	for (int native = 0; native < 2; native++) {
		struct sides sides = builtin_sides(native);
		struct buf pattern = BUF_INIT;

		buf_printf(&pattern, "%s/builtin/*/input.yaml",
			   folder ? folder : "testdata");
		upgrade_all(&c, &sides, buf_z(&pattern), 1);
		buf_release(&pattern);
		free_sides(&sides);
	}
	report("profiles", &c);
}
END_TEST

START_TEST(configurations_of_releases)
{
	static const char *const suites[] = { "istio", "releases",
					      "manifests" };
	struct counts c = { .all = is_long() };
	const char *folder = getenv("CONFORMANCE");

	if (!folder || !*folder) {
		printf("skipped: CONFORMANCE is not set\n");
		return;
	}
	for (int native = 0; native < 2; native++) {
		struct sides sides = conformance_sides(folder, native);

		for (size_t i = 0; i < ARRAY_SIZE(suites); i++) {
			struct buf pattern = BUF_INIT;

			buf_printf(&pattern, "%s/%s/input/*", folder,
				   suites[i]);
			upgrade_all(&c, &sides, buf_z(&pattern),
				    c.all ? 1 : 11);
			buf_release(&pattern);
		}
		free_sides(&sides);
	}
	report("configurations", &c);
}
END_TEST

/* ---- what the user has changed ---- */

static const char manifest[] =
	"apiVersion: v1\n"
	"kind: Pod\n"
	"metadata:\n"
	"  name: web\n"
	"  labels: {app: web}\n"
	"  annotations:\n"
	"    inject.istio.io/templates: %s\n"
	"spec:\n"
	"  containers:\n"
	"  - name: web\n"
	"    image: web:1\n"
	"    args: [--one]\n"
	"    env: [{name: A, value: a}, {name: B, value: b}]\n"
	"  - name: istio-proxy\n"
	"    image: auto\n"
	"    env: [{name: MINE, value: mine}, {name: GONE, value: gone}]\n"
	"    resources: {limits: {cpu: 3000m}}\n";

/* A change of what 1.24 injected, with a text that the manifest has then when
 * 1.29 has injected it, or, after "!", has not. */
static const struct {
	const char *template, *old, *new, *wanted;
} changes[] = {
	/* nothing: what an earlier release alone has is gone */
	{ "sidecar", "value: mine", "value: mine", "divisor: \"1\"" },
	{ "sidecar", "value: mine", "value: mine", "proxyv2:1.29" },
	{ "sidecar", "value: mine", "value: mine", "!proxyv2:1.24" },
	/* of the user's own settings */
	{ "sidecar", "value: mine", "value: yours", "value: yours" },
	{ "sidecar", "cpu: 3000m", "cpu: 4000m", "cpu: 4000m" },
	{ "sidecar", "cpu: 3000m", "cpu: 4000m", "!cpu: 3" },
	{ "sidecar", "{name: GONE, value: gone}", "{name: NEW, value: n}",
	  "name: NEW" },
	{ "sidecar", "{name: GONE, value: gone}", "{name: NEW, value: n}",
	  "!name: GONE" },
	/* beside them */
	{ "sidecar", "    resources: {", "    terminationMessagePath: /m\n"
	  "    resources: {", "terminationMessagePath: /m" },
	{ "sidecar", "{name: MINE", "{name: MORE, value: more}, {name: MINE",
	  "name: MORE" },
	{ "sidecar", "    - name: http-envoy-prom\n",
	  "    - {name: own, containerPort: 7000}\n"
	  "    - name: http-envoy-prom\n", "containerPort: 7000" },
	{ "sidecar", "    - name: istio-podinfo\n      mountPath: "
	  "/etc/istio/pod\n", "    - {name: own, mountPath: /own}\n"
	  "    - name: istio-podinfo\n      mountPath: /etc/istio/pod\n",
	  "mountPath: /own" },
	/* of what the templates set, nothing */
	{ "sidecar", "- proxy\n", "- proxies\n", "!proxies" },
	{ "sidecar", "{name: TRUST_DOMAIN,", "{name: JWT_POLICY,",
	  "!JWT_POLICY" },
	/* labels and annotations */
	{ "sidecar", "canonical-name: web", "canonical-name: shop",
	  "canonical-name: shop" },
	{ "sidecar", "default-container: web", "default-container: istio-proxy",
	  "default-container: istio-proxy" },
	/* containers that a template sets something in */
	{ "grpc-agent", "web:1", "web:2", "web:2" },
	{ "grpc-agent", "--one", "--two", "--two" },
	{ "grpc-agent", "{name: A, value: a}", "{name: C, value: c}",
	  "name: C" },
	{ "grpc-agent", "{name: A, value: a}", "{name: C, value: c}",
	  "!name: A," },
	{ "grpc-agent", "web:1\n", "web:1\n    tty: true\n", "tty: true" },
};

/* `text` with its last `old` replaced. */
static str with_change(str text, const char *old, const char *new)
{
	const char *at = NULL, *next = text.p;

	while ((next = strstr(next, old))) {
		at = next;
		next += strlen(old);
	}
	ck_assert_msg(at != NULL, "no \"%s\" in %s", old, text.p);
	return arena_printf(&arena, "%.*s%s%s", (int)(at - text.p), text.p,
			    new, at + strlen(old));
}

START_TEST(changes_are_kept)
{
	const char *wanted = changes[_i].wanted;
	struct sides sides = builtin_sides(false);
	const struct side *from = &sides.at[0], *to = &sides.at[5];
	str text = arena_printf(&arena, manifest, changes[_i].template);
	bool there = *wanted != '!';

	text = with_change(made(from->inject, text), changes[_i].old,
			   changes[_i].new);
	text = made(to->inject, text);
	ck_assert(text.p);
	ck_assert_msg(!strstr(text.p, wanted + !there) == !there, "%s: %.900s",
		      wanted, strstr(text.p, "proxyv2"));
	ck_assert(str_eq(made(to->inject, text), text));
	free_sides(&sides);
}
END_TEST

/* ---- what is reported ---- */

static void count_events(void *ctx, const struct injector_event *event)
{
	unsigned *n = ctx;

	n[event->outcome]++;
}

/* Each object once, whatever it took. */
START_TEST(reported_once)
{
	static const char service[] = "---\nkind: Service\n";
	struct sides sides = builtin_sides(false);
	str pod = arena_printf(&arena, manifest, "sidecar");
	str again = made(sides.at[0].inject, pod);
	str text = arena_printf(&arena, "%s---\n%s%s", again.p, again.p,
				service);
	const struct injector_text input = { "in.yaml", text.p, text.n };

	for (size_t i = 0; i < sides.n; i++) {
		unsigned n[INJECTOR_RULES + 1] = { 0 };
		char *out;

		ck_assert_int_eq(injector_inject_text(sides.at[i].inject,
				&input, &out, NULL, count_events, n, NULL), 0);
		ck_assert_uint_eq(n[INJECTOR_INJECTED], i ? 2 : 0);
		ck_assert_uint_eq(n[INJECTOR_UNCHANGED], i ? 0 : 2);
		ck_assert_uint_eq(n[INJECTOR_WARNING], 0);
		injector_free_text(out);
	}
	free_sides(&sides);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("upgrade");
	TCase *tc = tcase_create("upgrade");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tc, 0);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, built_in_profiles);
	tcase_add_test(tc, configurations_of_releases);
	tcase_add_loop_test(tc, changes_are_kept, 0, (int)ARRAY_SIZE(changes));
	tcase_add_test(tc, reported_once);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
