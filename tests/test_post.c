/*
 * istio/post: each step around the merge on small Pods, then all steps
 * together, applied once and twice.
 */
#include <check.h>
#include <stdlib.h>

#include "edit/diff.h"
#include "istio/pod_tree.h"
#include "istio/post.h"
#include "json/scan.h"
#include "json/text.h"
#include "k8s/strategic_merge.h"
#include "yaml/read.h"

#include "post_steps.h"

static struct arena arena = ARENA_INIT;
static struct buf warnings = BUF_INIT;

static void teardown(void)
{
	arena_reset(&arena);
	buf_release(&warnings);
}

static struct document *yaml_document(const char *text)
{
	struct document *doc = arena_new(&arena, struct document);
	struct source *source = arena_new(&arena, struct source);
	struct err e = ERR_INIT;

	*source = (struct source)SOURCE_YAML("test.yaml", str_of(text));
	ck_assert_msg(!yaml_read(&arena, source, doc, &e), "%s: %s", text,
		      e.text);
	return doc;
}

static const struct node *yaml(const char *text)
{
	return text ? yaml_document(text)->root : NULL;
}

static str json_of(const struct node *n)
{
	struct buf b = BUF_INIT;
	str text;

	json_write(&b, n);
	text = arena_str(&arena, buf_str(&b));
	buf_release(&b);
	return text;
}

/* What was written, read again: nothing in it has an origin any more. */
static const struct node *reread(const struct node *n)
{
	struct source *source = arena_new(&arena, struct source);
	struct err e = ERR_INIT;
	const struct node *root;

	*source = (struct source)SOURCE_JSON("again.json", json_of(n));
	ck_assert_msg(!json_scan(&arena, source, 0, &root, &e), "%s", e.text);
	return root;
}

static void assert_same(const char *name, const struct node *got,
			const struct node *want)
{
	ck_assert_msg(node_equal(got, want), "%s:\n  got  %s\n  want %s", name,
		      json_of(got).p, json_of(want).p);
}

static void warn(void *ctx, struct pos pos, const char *text)
{
	(void)ctx;
	(void)pos;
	buf_addz(&warnings, text);
}

static struct injection injection(const char *pod, const struct setting *s)
{
	static const char *const ports = "{statusPort: 15020}";
	struct istio *istio = arena_new(&arena, struct istio);
	struct injection in = { .arena = &arena, .istio = istio, .warn = warn };

	istio->release = RELEASE_NEWEST;
	istio->values = yaml(s->values);
	istio->revision = str_of(s->revision ? s->revision : "");
	istio->inject.injected_annotations = yaml(s->annotations);
	istio->policy = s->annotations;
	in.mesh.proxy = yaml(s->proxy ? s->proxy : ports);
	in.mesh.config = yaml(s->mesh ? s->mesh : "{}");
	in.native = s->native;
	in.envs.at = arena_array(&arena, struct proxy_env, 2);
	if (s->cluster)
		in.envs.at[in.envs.n++] = (struct proxy_env){
			STR("ISTIO_META_CLUSTER_ID"), str_of(s->cluster),
		};
	if (s->network)
		in.envs.at[in.envs.n++] = (struct proxy_env){
			STR("ISTIO_META_NETWORK"), str_of(s->network),
		};
	in.pod = yaml(pod);
	in.stripped = in.pod;
	in.rendered = yaml(s->rendered ? s->rendered : "{}");
	return in;
}

static const struct post_step *step_named(const char *name)
{
	const struct post_step *s = post_steps;

	while (s->name && strcmp(s->name, name) != 0)
		s++;
	ck_assert_msg(s->name != NULL, "no step %s", name);
	return s;
}

static void run_step(const struct step_case *c)
{
	struct injection in = injection(c->pod, &c->set);
	struct err e = ERR_INIT;
	const struct node *got = step_named(c->step)->run(&in, in.pod, &e);

	ck_assert_msg(got != NULL, "%s: %s", c->name, e.text);
	if (!c->want)
		ck_assert_msg(got == in.pod, "%s: changed: %s", c->name,
			      json_of(got).p);
	else
		assert_same(c->name, got, yaml(c->want));
}

START_TEST(one_step)
{
	run_step(&steps[_i]);
}
END_TEST

/* Everything: what the pipeline does with a rendered overlay. */
static const struct node *inject(const char *name, struct injection *in)
{
	const struct merge_options lenient = { .strict = false };
	struct err e = ERR_INIT;
	const struct node *pod;

	in->stripped = pre_strip(in, &e);
	ck_assert_msg(in->stripped != NULL, "%s: %s", name, e.text);
	pod = pre_move_proxy(in, in->pod);
	pod = merge_pod(&arena, pod, in->rendered, &lenient, &e);
	for (const struct post_step *s = post_steps; pod && s->name; s++)
		pod = s->run(in, pod, &e);
	ck_assert_msg(pod != NULL, "%s: %s", name, e.text);
	return pod;
}

static const struct node *inject_again(const char *name,
				       const struct node *pod,
				       const struct setting *set)
{
	struct injection in = injection("{}", set);

	in.pod = reread(pod);
	return inject(name, &in);
}

struct whole_case {
	const char *name, *pod, *want;	/* of spec; NULL: not looked at */
	struct setting set;
};

#define PLAIN "spec: {initContainers: [{name: istio-init, image: i, args: " \
	      "[-u, '1337']}], containers: [{name: istio-proxy, image: p, " \
	      "args: [proxy], env: [{name: T1, value: t}, {name: " \
	      "ISTIO_META_CLUSTER_ID, value: k}, {name: T2, value: t}], " \
	      "resources: {limits: {cpu: 2, memory: 1Gi}}, " \
	      "securityContext: {runAsUser: 1337}}], " \
	      "volumes: [{name: envoy, emptyDir: {}}]}"
#define NATIVE "spec: {initContainers: [{name: istio-init, image: i, args: " \
	       "[-u, '1337']}, {name: istio-proxy, image: p, args: [proxy], " \
	       "restartPolicy: Always, env: [{name: T1, value: t}, {name: " \
	       "ISTIO_META_CLUSTER_ID, value: k}, {name: T2, value: t}], " \
	       "resources: {limits: {cpu: 2, memory: 1Gi}}, " \
	       "securityContext: {runAsUser: 1337}}], " \
	       "volumes: [{name: envoy, emptyDir: {}}]}"
#define APP "{name: app, image: a, livenessProbe: {httpGet: {port: web}}, " \
	    "readinessProbe: {tcpSocket: {port: nowhere}}, " \
	    "ports: [{name: web, containerPort: 80}]}"
#define USER_PROXY "{name: istio-proxy, image: auto, args: [mine], env: " \
		   "[{name: U, value: u}, {name: T2, value: mine}], " \
		   "resources: {limits: {cpu: 3}}, tty: false, stdin: null, " \
		   "securityContext: {runAsUser: 77}, future: {x: 1}}"

static const struct whole_case wholes[] = {
	{ "plain", "metadata: {labels: {a: b}}\n"
	  "spec: {containers: [" APP "], volumes: [{name: v}]}", NULL,
	  { .rendered = PLAIN, REWRITE } },
	{ "native", "spec: {containers: [" APP "], initContainers: [{name: "
	  "mine, image: m}]}", NULL,
	  { .rendered = NATIVE, REWRITE, .native = true } },
	{ "held", "spec: {containers: [" APP "]}", NULL,
	  { .rendered = PLAIN, REWRITE, .proxy =
	    "{statusPort: 15020, holdApplicationUntilProxyStarts: true}" } },
	{ "cluster and network", "spec: {containers: [" APP "]}", NULL,
	  { .rendered = PLAIN, REWRITE, .cluster = "c", .network = "n" } },
	{ "cluster and network, with a user's env", "metadata: {annotations: "
	  "{prometheus.io/port: '99'}}\nspec: {containers: [" APP ", "
	  USER_PROXY "]}", NULL,
	  { .rendered = PLAIN, REWRITE, .cluster = "c", .network = "n" } },
	{ "another status port", "metadata: {annotations: "
	  "{status.sidecar.istio.io/port: '15999', prometheus.io.port: '8'}}\n"
	  "spec: {containers: [" APP "]}", NULL, { .rendered = PLAIN, REWRITE }
	},
	{ "a garbled status", "metadata: {annotations: "
	  "{sidecar.istio.io/status: 'so {'}}\nspec: {containers: [" APP ", "
	  USER_PROXY "]}", NULL, { .rendered = PLAIN, REWRITE } },
	{ "a status of other types", "metadata: {annotations: "
	  "{sidecar.istio.io/status: '{\"containers\":7}'}}\n"
	  "spec: {containers: [" APP "]}", NULL, { .rendered = PLAIN, REWRITE }
	},
	{ "two containers injected", "spec: {containers: [" APP ", {name: b}]}",
	  NULL, { .rendered = "spec: {containers: [{name: istio-proxy}, "
		  "{name: other}]}", REWRITE } },
	{ "no proxy in the template", "metadata: {annotations: "
	  "{prometheus.io/port: '99'}}\nspec: {containers: [" APP "]}", NULL,
	  { .rendered = "spec: {containers: [{name: app, env: [{name: E, "
		  "value: e}], livenessProbe: {httpGet: {port: 9}}}]}",
	    REWRITE } },
	{ "the template changes the application",
	  "spec: {containers: [{name: app, image: a, args: [own], env: [{name: "
	  "E, value: own}], livenessProbe: {tcpSocket: {port: 4}}}]}",
	  "{containers: [{name: app, image: a, args: [own], env: [{name: E, "
	  "value: own}], livenessProbe: {httpGet: {path: "
	  "/app-health/app/livez, port: 15020}}}, {name: istio-proxy, env: "
	  "[{name: ISTIO_KUBE_APP_PROBERS, value: '{\"/app-health/app/livez\":"
	  "{\"tcpSocket\":{\"port\":4}}}'}]}]}",
	  { .rendered = "spec: {containers: [{name: istio-proxy}, {name: app, "
	    "image: t, args: [its], env: [{name: E, value: its}]}]}",
	    REWRITE } },
	{ "the user's proxy, plain", "spec: {containers: [" USER_PROXY ", "
	  "{name: app}]}",
	  "{initContainers: [{name: istio-init, image: i, args: [-u, '77']}], "
	  "containers: [{name: app}, {name: istio-proxy, image: p, args: "
	  "[mine], env: [{name: T1, value: t}, {name: ISTIO_META_CLUSTER_ID, "
	  "value: k}, {name: U, value: u}, {name: T2, value: mine}], "
	  "resources: {limits: {cpu: 3, memory: 1Gi}}, tty: false, stdin: "
	  "null, securityContext: {runAsUser: 77}, future: {x: 1}}], volumes: "
	  "[{name: envoy, emptyDir: {}}]}",
	  { .rendered = PLAIN, REWRITE } },
	{ "the user's proxy, native", "spec: {containers: [" USER_PROXY ", "
	  "{name: app}]}",
	  "{initContainers: [{name: istio-init, image: i, args: [-u, '77']}, "
	  "{name: istio-proxy, image: p, args: [mine], restartPolicy: Always, "
	  "env: [{name: T1, value: t}, {name: ISTIO_META_CLUSTER_ID, value: k}"
	  ", {name: U, value: u}, {name: T2, value: mine}], "
	  "resources: {limits: {cpu: 3, memory: 1Gi}}, tty: false, stdin: "
	  "null, securityContext: {runAsUser: 77}, future: {x: 1}}], "
	  "containers: [{name: app}], volumes: [{name: envoy, emptyDir: {}}]}",
	  { .rendered = NATIVE, REWRITE, .native = true } },
	{ "the user's proxy and TPROXY", "spec: {containers: [" USER_PROXY "]}",
	  NULL, { .rendered = PLAIN, REWRITE, .proxy =
		  "{statusPort: 15020, interceptionMode: TPROXY}" } },
	{ "the user's proxy has an image", "spec: {containers: [{name: "
	  "istio-proxy, image: own}]}", NULL, { .rendered = PLAIN } },
	{ "the same env twice", "spec: {containers: [{name: istio-proxy, "
	  "image: auto, env: [{name: A, value: '1'}, {name: B, value: b}, "
	  "{name: A, value: '2'}]}]}", NULL, { .rendered = PLAIN } },
	{ "network by label", "metadata: {labels: null, annotations: {}}\n"
	  "spec: {containers: [" APP "]}", NULL,
	  { .rendered = PLAIN, .network = "n" } },
	{ "several targets", "metadata: {annotations: "
	  "{prometheus.istio.io/scrape-targets: '80,81:/x'}}\n"
	  "spec: {containers: [" APP "]}", NULL, { .rendered = PLAIN } },
};

START_TEST(twice)
{
	const struct whole_case *c = &wholes[_i];
	struct injection in = injection(c->pod, &c->set);
	const struct node *once = inject(c->name, &in), *again;

	if (c->want)
		assert_same(c->name, node_get(once, STR("spec")),
			    yaml(c->want));
	again = inject_again(c->name, once, &c->set);
	assert_same(c->name, again, once);
	assert_same(c->name, inject_again(c->name, again, &c->set), once);
}
END_TEST

static str note(const struct node *pod, const char *name)
{
	return node_string(pod_note(pod, str_of(name)));
}

static void assert_note(const struct node *pod, const char *name,
			const char *want)
{
	str got = note(pod, name);

	ck_assert_msg(str_eq(got, str_of(want)), "%.*s", STR_ARG(got));
}

#define OVERRIDES "proxy.istio.io/overrides"

START_TEST(overrides_noted)
{
	struct setting set = { .rendered = PLAIN };
	struct injection in = injection("spec: {containers: [{name: "
					"istio-proxy, image: auto, tty: true}"
					"]}", &set);
	const struct node *pod = inject("plain", &in);
	static const char *const plain =
		"{\"containers\":[{\"name\":\"istio-proxy\",\"resources\":{},"
		"\"tty\":true}]}";

	assert_note(pod, OVERRIDES, plain);
	/* it stays as it is, whatever becomes of the proxy */
	set.rendered = NATIVE;
	set.native = true;
	pod = inject_again("native", pod, &set);
	assert_note(pod, OVERRIDES, plain);

	set.native = true;
	in = injection("spec: {containers: [{name: istio-proxy, image: own}]}",
		       &set);
	assert_note(inject("native", &in), OVERRIDES,
		    "{\"initContainers\":[{\"name\":\"istio-proxy\","
		    "\"image\":\"own\",\"resources\":{}}]}");
}
END_TEST

/* A port that only the annotation lists is not reported as new. */
START_TEST(overrides_known)
{
	const struct setting set = { .rendered = PLAIN };
	struct injection in = injection("metadata: {annotations: {" STATUS ", "
		OVERRIDES ": '{\"containers\":[{\"name\":\"istio-proxy\","
		"\"tty\":true}]}'}}\nspec: {containers: [{name: istio-proxy, "
		"tty: false}]}", &set);
	const struct node *pod = inject("known", &in);
	struct pod_place proxy = pod_find(pod, PROXY_CONTAINER);

	assert_note(pod, OVERRIDES, "{\"containers\":[{\"name\":"
		    "\"istio-proxy\",\"tty\":true}]}");
	assert_same("tty", node_get(proxy.container, STR("tty")),
		    yaml("true"));
}
END_TEST

/* A container that the template begins to change later. */
START_TEST(override_found_later)
{
	struct setting set = { .rendered = "spec: {containers: [{name: "
					   "istio-proxy, image: p}]}" };
	struct injection in = injection("spec: {containers: [{name: app, "
					"image: a}, {name: istio-proxy, image: "
					"q}]}", &set);
	const struct node *pod = inject("first", &in);

	set.rendered = "spec: {containers: [{name: istio-proxy, image: p}, "
		       "{name: app, image: other, args: [x]}]}";
	pod = inject_again("second", pod, &set);
	assert_same("kept", node_get(pod, STR("spec")),
		    yaml("{containers: [{name: app, image: a, args: [x]}, "
			 "{name: istio-proxy, image: q}]}"));
	assert_note(pod, OVERRIDES,
		    "{\"containers\":[{\"name\":\"istio-proxy\",\"image\":"
		    "\"q\",\"resources\":{}},{\"name\":\"app\",\"image\":"
		    "\"a\",\"resources\":{}}]}");
	assert_same("third", inject_again("third", pod, &set), pod);
}
END_TEST

static uint32_t proxies(const struct node *pod, enum pod_list list)
{
	const struct node *containers = pod_containers(pod, list);
	uint32_t n = 0;

	for (uint32_t i = 0; i < pod_count(containers); i++)
		n += pod_text_is(node_get(containers->items[i], STR("name")),
				 PROXY_CONTAINER);
	return n;
}

/* From a container to a native sidecar and back: one proxy, with the same
 * settings. */
START_TEST(forms)
{
	const struct setting plain = { .rendered = PLAIN, REWRITE };
	const struct setting native = { .rendered = NATIVE, REWRITE,
					.native = true };
	struct injection in = injection("metadata: {annotations: "
		"{prometheus.io/port: '99'}}\nspec: {containers: [" APP ", "
		USER_PROXY "]}", &plain);
	const struct node *first = inject("plain", &in), *to, *back, *c;

	to = inject_again("native", first, &native);
	ck_assert_uint_eq(proxies(to, POD_CONTAINERS), 0);
	ck_assert_uint_eq(proxies(to, POD_INIT_CONTAINERS), 1);
	c = pod_find(to, PROXY_CONTAINER).container;
	ck_assert(pod_env(c, STR("ISTIO_PROMETHEUS_ANNOTATIONS")) != NULL);
	ck_assert(pod_env(c, STR("ISTIO_KUBE_APP_PROBERS")) != NULL);
	assert_same("args", node_get(c, STR("args")), yaml("[mine]"));
	assert_same("future", node_get(c, STR("future")), yaml("{x: 1}"));
	assert_same("native again", inject_again("again", to, &native), to);

	back = inject_again("plain", to, &plain);
	ck_assert_uint_eq(proxies(back, POD_CONTAINERS), 1);
	ck_assert_uint_eq(proxies(back, POD_INIT_CONTAINERS), 0);
	c = pod_find(back, PROXY_CONTAINER).container;
	ck_assert(node_get(c, STR("restartPolicy")) == NULL);
	assert_same("image", node_get(c, STR("image")), yaml("p"));
	assert_same("env", node_get(c, STR("env")),
		    node_get(pod_find(first, PROXY_CONTAINER).container,
			     STR("env")));
	assert_same("plain again", inject_again("again", back, &plain), back);
}
END_TEST

/* The same where the proxy was all the template's. */
START_TEST(forms_without_user)
{
	const struct setting plain = { .rendered = PLAIN, REWRITE };
	const struct setting native = { .rendered = NATIVE, REWRITE,
					.native = true };
	struct injection in = injection("spec: {containers: [" APP "]}",
					&plain);
	const struct node *first = inject("plain", &in), *to, *back;

	to = inject_again("native", first, &native);
	ck_assert_uint_eq(proxies(to, POD_CONTAINERS), 0);
	ck_assert_uint_eq(proxies(to, POD_INIT_CONTAINERS), 1);
	assert_same("native again", inject_again("again", to, &native), to);
	back = inject_again("plain", to, &plain);
	assert_same("plain", back, first);
}
END_TEST

/* Istio takes an injected proxy that becomes native for the user's. */
START_TEST(native_keeps_what_was)
{
	struct setting set = { .rendered = "spec: {containers: [{name: "
			       "istio-proxy, image: p, args: [old], env: "
			       "[{name: A, value: a}]}]}" };
	struct injection in = injection("spec: {containers: [{name: app}]}",
					&set);
	const struct node *pod = inject("plain", &in);

	set.rendered = "spec: {initContainers: [{name: istio-proxy, image: p, "
		       "args: [new], restartPolicy: Always, env: [{name: B, "
		       "value: b}]}]}";
	set.native = true;
	pod = inject_again("native", pod, &set);
	assert_same("kept", node_get(pod, STR("spec")),
		    yaml("{containers: [{name: app}], initContainers: [{name: "
			 "istio-proxy, image: p, args: [old], restartPolicy: "
			 "Always, env: [{name: B, value: b}, {name: A, value: "
			 "a}]}]}"));
	ck_assert(pod_note(pod, STR(OVERRIDES)) == NULL);
}
END_TEST

/* An upgrade: the template changes, the user's settings stay, also those that
 * were changed in the injected manifest. */
START_TEST(upgrade)
{
	struct setting set = { .rendered = "spec: {containers: [{name: "
		"istio-proxy, image: 'p:1', args: [a], tty: false}]}" };
	struct injection in = injection("spec: {containers: [{name: "
		"istio-proxy, image: auto, tty: true, args: [mine], env: "
		"[{name: A, value: a}, {name: B, value: b}]}]}", &set);
	const struct node *pod = reread(inject("first", &in)), *c;
	struct pod_place proxy = pod_find(pod, PROXY_CONTAINER);
	const struct node *args = yaml("[edited]");

	c = pod_put(&arena, NULL, proxy.container, STR("args"), args);
	c = pod_put(&arena, NULL, c, STR("env"), yaml("[{name: B, value: x}, "
						      "{name: C, value: c}]"));
	pod = pod_replace(&arena, pod, &proxy, c);
	set.rendered = "spec: {containers: [{name: istio-proxy, image: 'p:2', "
		       "args: [b], tty: false, env: [{name: A, value: t}, "
		       "{name: B, value: t}, {name: C, value: t}]}]}";
	pod = inject_again("second", pod, &set);
	assert_same("upgraded", node_get(pod, STR("spec")),
		    yaml("{containers: [{name: istio-proxy, image: 'p:2', "
			 "tty: true, args: [edited], env: [{name: A, value: t}"
			 ", {name: B, value: x}, {name: C, value: t}]}]}"));
}
END_TEST

/* What templates see of a pod that was injected. */
START_TEST(stripped)
{
	const struct setting set = { .rendered = PLAIN, REWRITE };
	struct injection in = injection("metadata: {annotations: {a: b}}\n"
		"spec: {containers: [{name: app}, {name: istio-proxy, image: "
		"auto, tty: true}]}", &set);
	const struct node *pod = reread(inject("first", &in));
	struct err e = ERR_INIT;

	in.pod = pod;
	pod = pre_strip(&in, &e);
	assert_same("spec", node_get(pod, STR("spec")),
		    yaml("{containers: [{name: app}, {name: istio-proxy, "
			 "resources: {}, tty: true}], "
			 "volumes: [{name: envoy, emptyDir: {}}]}"));
	ck_assert(pod_note(pod, STR("sidecar.istio.io/status")) == NULL);
	ck_assert(pod_note(pod, STR("prometheus.io/port")) == NULL);
	assert_note(pod, "a", "b");

	in = injection("metadata: {annotations: {sidecar.istio.io/status: '{'}}"
		       "\nspec: {containers: [{name: istio-proxy}]}", &set);
	ck_assert(pre_strip(&in, &e) == in.pod);
	in = injection("metadata: {annotations: {sidecar.istio.io/status: "
		       "'null', prometheus.io/port: '1'}}", &set);
	ck_assert(pre_strip(&in, &e) == in.pod);
}
END_TEST

/* Only the user's own proxy moves before the first injection. */
START_TEST(moved)
{
	struct setting set = { .rendered = NATIVE, .native = true };
	struct injection in = injection("spec: {containers: [{name: app}]}",
					&set);

	ck_assert(pre_move_proxy(&in, in.pod) == in.pod);
	in = injection("spec: {initContainers: [{name: i}], containers: [{name:"
		       " istio-proxy}, {name: app}]}", &set);
	assert_same("native", pre_move_proxy(&in, in.pod),
		    yaml("spec: {initContainers: [{name: i}, {name: "
			 "istio-proxy}], containers: [{name: app}]}"));
	set.native = false;
	in = injection("spec: {containers: [{name: istio-proxy}]}", &set);
	ck_assert(pre_move_proxy(&in, in.pod) == in.pod);
	set.rendered = PLAIN;
	in = injection("spec: {initContainers: [{name: istio-proxy}]}", &set);
	ck_assert(pre_move_proxy(&in, in.pod) == in.pod);
}
END_TEST

/* Errors: the pod, the step (NULL: pre_strip), words of the message. */
static const struct {
	const char *pod, *step, *words, *proxy;
} errors[] = {
	{ "metadata: {annotations:\n  {proxy.istio.io/overrides: '{\"a\"'}}",
	  NULL, OVERRIDES, NULL },
	{ "metadata: {annotations:\n  {proxy.istio.io/overrides: '[]'}}",
	  NULL, "expected a map, found a list", NULL },
	{ "metadata: {annotations:\n  {proxy.istio.io/overrides: "
	  "'{\"containers\":\"x\"}'}}", "overrides",
	  "expected a list of containers, found text", NULL },
	{ "metadata: {annotations:\n  {proxy.istio.io/overrides: "
	  "'{\"initContainers\":[{\"args\":1}]}'}}", "user", "args", NULL },
	{ "metadata: {annotations:\n  {prometheus.istio.io/scrape-targets: "
	  "'80,015090'}}", "prometheus", "invalid prometheus scrape targets: "
	  "target port 015090 is reserved for Istio (Envoy Prometheus (already "
	  "merged)) and cannot be scraped", NULL },
	{ "metadata: {annotations:\n  {prometheus.istio.io/scrape-targets: "
	  "'80,http:/x'}}", "prometheus", "invalid prometheus scrape targets: "
	  "invalid target port \"http\"", NULL },
	{ "metadata: {annotations:\n  {prometheus.istio.io/scrape-targets: "
	  "'+16020'}}", "prometheus", "invalid prometheus scrape targets: "
	  "target port +16020 conflicts with agent port",
	  "{statusPort: 16020}" },
	{ "metadata: {annotations:\n  {prometheus.io/port: http}}",
	  "prometheus", "invalid prometheus scrape configuration: invalid port "
	  "\"http\"", NULL },
	{ "metadata: {annotations:\n  {prometheus_io_port: 65536}}",
	  "prometheus", "invalid prometheus scrape configuration: invalid port "
	  "\"65536\"", NULL },
	{ "metadata: {annotations:\n  {prometheus.io/port: '015020'}}",
	  "prometheus", "invalid prometheus scrape configuration: port 015020 "
	  "conflicts with agent port", NULL },
	/* the agent's default port, where the mesh has another */
	{ "metadata: {annotations:\n  {prometheus.io/port: '15020'}}",
	  "prometheus", "port 15020 is reserved for Istio (pilot-agent status "
	  "/ merged Prometheus) and cannot be scraped",
	  "{statusPort: 16020}" },
};

START_TEST(errors_have_places)
{
	struct setting set = { .proxy = errors[_i].proxy };
	struct injection in = injection(errors[_i].pod, &set);
	struct err e = ERR_INIT;
	const struct node *got = errors[_i].step ?
		step_named(errors[_i].step)->run(&in, in.pod, &e) :
		pre_strip(&in, &e);

	ck_assert_ptr_null(got);
	ck_assert_msg(strstr(e.text, errors[_i].words) != NULL, "%s", e.text);
	ck_assert_uint_eq(e.pos.line, 2);
}
END_TEST

START_TEST(garbled_probers_are_told)
{
	const struct step_case c = {
		"garbled", "probes", "metadata: {annotations: {" STATUS "}}\n"
		"spec: {containers: [{name: a, livenessProbe: {httpGet: {port: "
		"80}}}, " PROXY_ENV(PROBERS("so {")) "]}",
		"metadata: {annotations: {" STATUS "}}\n"
		"spec: {containers: [{name: a, livenessProbe: {" AGENT("livez")
		"}}, " PROXY_ENV(PROBERS("so {")) "]}", { REWRITE }
	};

	run_step(&c);
	ck_assert(strstr(buf_z(&warnings), "ISTIO_KUBE_APP_PROBERS") != NULL);
}
END_TEST

static uint32_t count(const struct edits *edits, enum edit_op op)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < edits->n; i++)
		n += edits->list[i].op == op;
	return n;
}

/* What moves is a move, what is added an insertion; nothing else changes. */
START_TEST(edits_are_few)
{
	struct document *doc = yaml_document(
		"spec:\n  containers:\n  - name: istio-proxy\n    env:\n"
		"    - {name: A, value: a}\n  - name: b\n    image: b\n"
		"    livenessProbe: {httpGet: {port: 80, path: /x}}\n");
	const struct setting set = { REWRITE, .mesh =
				     "{enablePrometheusMerge: false}" };
	struct injection in = injection("{}", &set);
	struct err e = ERR_INIT;
	const struct edits *edits;
	const struct node *pod = doc->root;

	in.pod = doc->root;
	pod = step_named("probes")->run(&in, pod, &e);
	edits = diff(&arena, doc, pod);
	ck_assert_uint_eq(edits->n, 3);
	ck_assert_uint_eq(count(edits, EDIT_SET), 2);
	ck_assert_uint_eq(count(edits, EDIT_INSERT), 1);
	ck_assert_uint_eq(edits->n_moves, 0);

	pod = step_named("order")->run(&in, doc->root, &e);
	edits = diff(&arena, doc, pod);
	ck_assert_uint_eq(edits->n_moves, 1);
	ck_assert_uint_eq(edits->n, 2);
}
END_TEST

/* The native form of an injected plain proxy is a move of its lines. */
START_TEST(form_is_a_move)
{
	struct document *doc = yaml_document(
		"metadata:\n  annotations:\n"
		"    sidecar.istio.io/status: '{\"containers\":"
		"[\"istio-proxy\"]}'\n"
		"spec:\n  initContainers:\n  - name: i\n  containers:\n"
		"  - name: app\n  - name: istio-proxy\n    image: p\n");
	const struct setting set = { .rendered = NATIVE, .native = true };
	struct injection in = injection("{}", &set);
	const struct edits *edits;

	in.pod = doc->root;
	edits = diff(&arena, doc, inject("native", &in));
	ck_assert_uint_eq(edits->n_moves, 1);
}
END_TEST

static int bool_of(const char *text)
{
	bool b;

	return pod_parse_bool(str_of(text), &b) ? b : -1;
}

START_TEST(helpers)
{
	const struct node *n = yaml("{i: 0x10, f: 80.0, h: 1.5, b: yes, "
				    "z: null, s: x, e: '', l: []}");
	int64_t i = 0;

	ck_assert_int_eq(bool_of("t"), 1);
	ck_assert_int_eq(bool_of("TRUE"), 1);
	ck_assert_int_eq(bool_of("False"), 0);
	ck_assert_int_eq(bool_of("yes"), -1);
	ck_assert_int_eq(bool_of(""), -1);
	ck_assert(str_eq(pod_text(&arena, node_get(n, STR("i"))), STR("16")));
	ck_assert(str_eq(pod_text(&arena, node_get(n, STR("b"))),
			 STR("true")));
	ck_assert(str_eq(pod_text(&arena, node_get(n, STR("z"))), STR("")));
	ck_assert(pod_text(&arena, node_get(n, STR("e"))).p != NULL);
	ck_assert(pod_text(&arena, node_get(n, STR("l"))).p == NULL);
	ck_assert(pod_text(&arena, NULL).p == NULL);
	ck_assert(pod_text_is(node_get(n, STR("i")), STR("16")));
	ck_assert(!pod_text_is(node_get(n, STR("l")), STR("")));
	ck_assert(pod_get_int(node_get(n, STR("i")), &i) && i == 16);
	ck_assert(pod_get_int(node_get(n, STR("f")), &i) && i == 80);
	ck_assert(!pod_get_int(node_get(n, STR("h")), &i));
	ck_assert(!pod_get_int(node_get(n, STR("s")), &i));
	ck_assert(str_eq(pod_trim(STR(" \ta b\n")), STR("a b")));
	ck_assert_uint_eq(pod_trim(STR("  ")).n, 0);
}
END_TEST

/* New keys stand where the API has them. */
START_TEST(keys_in_order)
{
	const struct node *pod = yaml("{kind: Pod, spec: {volumes: [], "
				      "containers: []}}");
	const struct node **items = arena_array(&arena, const struct node *, 1);
	const struct node *one = yaml("{name: i}"), *got;

	items[0] = one;
	got = pod_annotate(&arena, pod, STR("a"), STR("b"));
	got = pod_with_list(&arena, got, POD_INIT_CONTAINERS, items, 1);
	ck_assert_str_eq(json_of(got).p,
			 "{\"kind\":\"Pod\",\"metadata\":{\"annotations\":{"
			 "\"a\":\"b\"}},\"spec\":{\"volumes\":[],"
			 "\"initContainers\":[{\"name\":\"i\"}],"
			 "\"containers\":[]}}");
	got = pod_with_list(&arena, got, POD_INIT_CONTAINERS, items, 0);
	ck_assert(pod_containers(got, POD_INIT_CONTAINERS) == NULL);
	ck_assert(pod_label_with(&arena, pod, STR("x"), STR_NONE) == pod);
}
END_TEST

#define LENGTH(table) ((int)(sizeof(table) / sizeof(*(table))))

int main(void)
{
	Suite *suite = suite_create("post");
	TCase *tc = tcase_create("post");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, NULL, teardown);
	tcase_add_loop_test(tc, one_step, 0, LENGTH(steps));
	tcase_add_loop_test(tc, twice, 0, LENGTH(wholes));
	tcase_add_loop_test(tc, errors_have_places, 0, LENGTH(errors));
	tcase_add_test(tc, overrides_noted);
	tcase_add_test(tc, overrides_known);
	tcase_add_test(tc, override_found_later);
	tcase_add_test(tc, forms);
	tcase_add_test(tc, forms_without_user);
	tcase_add_test(tc, native_keeps_what_was);
	tcase_add_test(tc, upgrade);
	tcase_add_test(tc, stripped);
	tcase_add_test(tc, moved);
	tcase_add_test(tc, garbled_probers_are_told);
	tcase_add_test(tc, edits_are_few);
	tcase_add_test(tc, form_is_a_move);
	tcase_add_test(tc, helpers);
	tcase_add_test(tc, keys_in_order);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
