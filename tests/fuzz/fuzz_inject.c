/*
 * The whole library on any stream.  The first byte picks a template or, with
 * its highest bit, Istio's way, then the sizes of reads and whether much stands
 * before the input; the rest is the input.
 *
 * What must hold: every changed document reads as it was meant (verify); a run
 * over the output changes nothing; the output is not out of proportion; an
 * error has a place; and what was written before an error are whole documents.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "injector.h"

/* A comment and a mark, more than what is held back: so they are written when
 * the first document has been read. */
#define FILLER ((size_t)(4 << 20) + 100)
#define FILLER_END "\n---\n"

/* `settled`: a second run may not change anything, since the template has no
 * directives. */
static const struct template {
	const char *text;
	bool settled;
} templates[] = {
	{ "spec: {containers: [{name: proxy, image: p}]}\n", true },
	{ "metadata:\n"
	  "  labels: {team: a, on: \"yes\"}\n"
	  "  annotations:\n"
	  "    text: |\n"
	  "      two\n"
	  "      lines\n"
	  "spec:\n"
	  "  initContainers:\n"
	  "  - name: init\n"
	  "    image: i\n"
	  "    restartPolicy: Always\n"
	  "  containers:\n"
	  "  - name: proxy\n"
	  "    image: p\n"
	  "    env:\n"
	  "    - {name: A, value: \"1\"}\n"
	  "    - {name: B, valueFrom: {fieldRef: {fieldPath: a.b}}}\n"
	  "    ports: [{containerPort: 80}, {containerPort: 15090}]\n"
	  "    volumeMounts:\n"
	  "    - {name: v, mountPath: /v}\n"
	  "    - {name: w, mountPath: /w}\n"
	  "  - name: other\n"
	  "    image: o\n"
	  "    args: [a, \"\", \"no\", \"# b\"]\n"
	  "  volumes:\n"
	  "  - name: v\n"
	  "    emptyDir: {medium: Memory}\n"
	  "  - name: w\n"
	  "  tolerations: [{key: a}, {key: b}]\n", true },
	{ "spec:\n"
	  "  hostAliases: []\n"
	  "  nodeSelector: null\n"
	  "  terminationGracePeriodSeconds: null\n"
	  "  securityContext: {}\n"
	  "  containers:\n"
	  "  - name: a\n"
	  "    image: null\n"
	  "    args: []\n"
	  "    resources: {limits: {cpu: null, memory: 1Gi}}\n", true },
	{ "metadata: {finalizers: [w, x]}\n"
	  "spec: {dnsPolicy: None, topologySpreadConstraints: "
	  "[{topologyKey: k, maxSkew: 1}], imagePullSecrets: [{name: s}], "
	  "unknown: {a: [1, 2], b: {c: d}}, unknowns: [1]}\n", true },
	{ "spec:\n"
	  "  containers:\n"
	  "  - name: a\n"
	  "    $patch: delete\n"
	  "  - name: b\n"
	  "    $patch: replace\n"
	  "    image: b\n"
	  "  volumes:\n"
	  "  - name: v\n"
	  "    $retainKeys: [name, secret]\n"
	  "    secret: {secretName: s}\n"
	  "  $setElementOrder/containers: [{name: b}, {name: c}]\n", false },
	{ "metadata:\n"
	  "  $deleteFromPrimitiveList/finalizers: [x]\n"
	  "spec: {$patch: replace, containers: [{name: only}]}\n", false },
	{ "spec: {$patch: delete}\n", false },
	{ "{\"metadata\": {\"labels\": {\"a\": \"\\u00e9\\ud83d\\ude00\"}}, "
	  "\"spec\": {\"containers\": [{\"name\": \"j\", "
	  "\"command\": [\"a\\nb\", \"\\t\"]}]}}", true },
};

#define N_TEMPLATES (sizeof(templates) / sizeof(*templates))

/* A small mesh with a bit of everything that the steps look at. */
static const char istio_config[] =
	"policy: enabled\n"
	"aliases: {both: [sidecar, extra]}\n"
	"neverInjectSelector: [{matchLabels: {n: \"1\"}}]\n"
	"injectedAnnotations: {a: b}\n"
	"templates:\n"
	"  sidecar: |\n"
	"    metadata:\n"
	"      annotations:\n"
	"        prometheus.io/port: \"{{ .ProxyConfig.StatusPort }}\"\n"
	"        prometheus.io/scrape: \"true\"\n"
	"        prometheus.io/path: /stats/prometheus\n"
	"    spec:\n"
	"      initContainers:\n"
	"      - name: istio-init\n"
	"        args: [-u, \"{{ .ProxyUID }}\", -i, "
	"{{ applicationPorts .Spec.Containers | quote }}]\n"
	"    {{- if eq (annotation .ObjectMeta "
	"`sidecar.istio.io/nativeSidecar` .NativeSidecars) \"true\" }}\n"
	"      - name: istio-proxy\n"
	"        restartPolicy: Always\n"
	"    {{- else }}\n"
	"      containers:\n"
	"      - name: istio-proxy\n"
	"    {{- end }}\n"
	"        image: {{ .ProxyImage | quote }}\n"
	"        securityContext: {runAsUser: {{ .ProxyUID }}}\n"
	"        env:\n"
	"        - name: APPS\n"
	"          value: |-\n"
	"            [\n"
	"            {{- range $i, $c := .Spec.Containers }}\n"
	"              {{ if $i }},{{ end }}{{ structToJSON $c.Ports }}\n"
	"            {{- end }}\n"
	"            ]\n"
	"        - name: META\n"
	"          value: {{ toJSON .ObjectMeta.Labels | quote }}\n"
	"        - name: CONFIG\n"
	"          value: {{ protoToJSON .ProxyConfig | quote }}\n"
	"      volumes:\n"
	"      - {name: istio-data, emptyDir: {}}\n"
	"  extra: |\n"
	"    metadata: {labels: {e: {{ .DeploymentMeta.Name | quote }}}}\n";
/* No network: where another program injected the Pod (a status, no undo note)
 * its label is the Pod's own for the next run, and the template reads them. */
static const char istio_values[] =
	"global: {hub: h, tag: 1, multiCluster: {clusterName: c}}\n"
	"sidecarInjectorWebhook: {rewriteAppHTTPProbe: true}\n";

struct text {
	char *p;
	size_t n;
};

struct run {
	struct text in, out;
	size_t at, chunk, filler;
	size_t objects;
};

static int64_t read_input(void *ctx, void *p, size_t n)
{
	struct run *r = ctx;
	size_t left = r->in.n - r->at;

	if (n > left)
		n = left;
	if (n > r->chunk && r->at >= r->filler)
		n = r->chunk;
	if (n)
		memcpy(p, r->in.p + r->at, n);
	r->at += n;
	return (int64_t)n;
}

static int write_output(void *ctx, const void *p, size_t n)
{
	struct run *r = ctx;

	r->out.p = realloc(r->out.p, r->out.n + n);
	if (!r->out.p)
		abort();
	memcpy(r->out.p + r->out.n, p, n);
	r->out.n += n;
	return 0;
}

static void see_event(void *ctx, const struct injector_event *event)
{
	struct run *r = ctx;

	assert(event->text);
	if (event->outcome == INJECTOR_WARNING) {
		assert(event->text[0]);
		assert(!strcmp(event->file, "fuzz") ||
		       !strcmp(event->file, "template"));
		return;
	}
	assert(!strcmp(event->file, "fuzz"));
	assert(event->kind && event->namespace_ && event->name);
	assert(event->line && event->column);
	r->objects++;
}

static int run(const struct injector *in, struct run *r,
	       struct injector_error *error)
{
	const struct injector_stream stream = {
		.size = sizeof(stream), .name = "fuzz", .read = read_input,
		.write = write_output, .report = see_event, .ctx = r,
	};

	return injector_run(in, &stream, error);
}

static void check_error(const struct injector_error *error)
{
	/* what a template brings may be at fault for a certain Pod */
	assert(!strcmp(error->file, "fuzz") ||
	       !strcmp(error->file, "template"));
	assert(error->text[0]);
	assert(error->line ? error->column > 0 : error->column == 0);
	assert(error->line || !strncmp(error->text, "cannot ", 7));
}

/* Go over what was written: all of it must be readable by itself, and come out
 * the same where the templates allow it. */
static void check_output(const struct injector *in, const struct run *r,
			 bool settled)
{
	struct run again = { .in = r->out, .chunk = SIZE_MAX };
	struct injector_error error;
	int failed;

	failed = run(in, &again, &error);
	assert(!failed);
	if (settled) {
		assert(again.out.n == r->out.n);
		assert(!r->out.n ||
		       !memcmp(again.out.p, r->out.p, r->out.n));
	}
	free(again.out.p);
}

static void check_run(const struct injector *in, struct run *r, bool settled)
{
	struct injector_error error;
	size_t all;

	if (run(in, r, &error)) {
		check_error(&error);
		assert(r->out.n == 0 || r->filler);
		assert(r->out.n == 0 || strchr("\r\n}]-",
						r->out.p[r->out.n - 1]));
	} else {
		all = r->in.n;
		assert(r->at == all);
		assert(r->objects || r->out.n == all);
		assert(r->out.n <= all + (r->objects + 1) *
					 (20 * (all - r->filler) + 5000));
	}
	check_output(in, r, settled);
}

static void fill_in(struct run *r, const uint8_t *data, size_t size)
{
	const size_t end = sizeof(FILLER_END) - 1;

	r->in.n = r->filler + size;
	r->in.p = malloc(r->in.n + 1);
	if (!r->in.p)
		abort();
	if (r->filler) {
		memset(r->in.p, '#', r->filler);
		memcpy(r->in.p + r->filler - end, FILLER_END, end);
	}
	memcpy(r->in.p + r->filler, data, size);
}

static struct injector *handle(const struct injector_options *options)
{
	struct injector_error error;
	struct injector *in = injector_new(options, &error);

	assert(in);
	return in;
}

static struct injector *template_handle(const struct template *t)
{
	const struct injector_text text = { "template", t->text,
					    strlen(t->text) };

	/* or templates with unknown fields are refused */
	static const char *const off = "unknown-field";

	return handle(&(struct injector_options){
		.size = sizeof(struct injector_options),
		.templates = &text, .n_templates = 1, .verify = true,
		.no_warnings = &off, .n_no_warnings = 1 });
}

/* Of any release. */
static struct injector *istio_handle(uint8_t how)
{
	static const char *const versions[] = {
		NULL, "1.20.0", "1.21", "1.23.5", "1.24", "1.26", "1.28",
		"1.30",
	};
	static const struct injector_text config = {
		"template", istio_config, sizeof(istio_config) - 1,
	};
	static const struct injector_text values = {
		"template", istio_values, sizeof(istio_values) - 1,
	};

	const struct injector_istio istio = {
		.size = sizeof(istio),
		.inject_config = &config, .revision = "r",
		.native_sidecars = how & 1, .policy = how & 2,
		.version = versions[how >> 2 & 7],
	};

	return handle(&(struct injector_options){
		.size = sizeof(struct injector_options),
		.values = &values, .n_values = 1, .verify = true,
		.istio = &istio,
	});
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct template *t;
	struct injector *in;
	struct run r = { 0 };

	if (!size)
		return 0;
	t = &templates[data[0] % N_TEMPLATES];
	in = data[0] & 0x80 ? istio_handle(data[0]) : template_handle(t);
	r.chunk = data[0] & 0x40 ? 1 : data[0] & 0x20 ? 100 : SIZE_MAX;
	r.filler = data[0] / 8 == 3 ? FILLER : 0;
	fill_in(&r, data + 1, size - 1);
	check_run(in, &r, data[0] & 0x80 || t->settled);
	free(r.in.p);
	free(r.out.p);
	injector_free(in);
	return 0;
}
