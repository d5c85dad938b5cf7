/*
 * There and back: any stream that has no sidecar, injected and uninjected, is
 * the same to the byte.  The first byte picks a template or, with its highest
 * bit, Istio's way; the rest is the input.
 * Input that has notes of its own, which nobody wrote, must only not break it.
 */
#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "injector.h"

static const char *const templates[] = {
	"spec: {containers: [{name: proxy, image: p}]}\n",
	"metadata:\n"
	"  labels: {team: a, on: \"yes\"}\n"
	"  annotations: {text: \"two\\nlines\\n\"}\n"
	"spec:\n"
	"  initContainers:\n"
	"  - {name: init, image: i, restartPolicy: Always}\n"
	"  containers:\n"
	"  - name: proxy\n"
	"    image: p\n"
	"    args: [a, \"\", \"no\", \"# b\", \"lines\\n\"]\n"
	"    ports: [{containerPort: 80}, {containerPort: 15090}]\n"
	"    volumeMounts: [{name: v, mountPath: /v}]\n"
	"  volumes:\n"
	"  - name: v\n"
	"    emptyDir: {medium: Memory}\n"
	"  tolerations: [{key: a}, {key: b}]\n",
	"spec:\n"
	"  nodeSelector: null\n"
	"  securityContext: {}\n"
	"  containers:\n"
	"  - name: a\n"
	"    args: []\n"
	"    resources: {limits: {cpu: null, memory: 1Gi}}\n",
	"spec: {$patch: replace, containers: [{name: only}]}\n",
	"spec:\n"
	"  containers:\n"
	"  {{- range .Spec.Containers }}\n"
	"  - {name: {{ .Name }}, env: [{name: A, value: b}]}\n"
	"  {{- end }}\n",
};

#define N_TEMPLATES (sizeof(templates) / sizeof(*templates))

static const char config[] =
	"templates:\n"
	"  sidecar: |\n"
	"    metadata: {labels: {security.istio.io/tlsMode: istio}}\n"
	"    spec:\n"
	"      initContainers:\n"
	"      - name: istio-init\n"
	"    {{- if .NativeSidecars }}\n"
	"      - name: istio-proxy\n"
	"        restartPolicy: Always\n"
	"    {{- else }}\n"
	"      containers:\n"
	"      - name: istio-proxy\n"
	"    {{- end }}\n"
	"        image: i\n"
	"        args: [\"{{ len .Spec.Containers }}\"]\n"
	"      volumes:\n"
	"      - {name: istio-data, emptyDir: {}}\n";
static const char values[] =
	"global: {network: 'n'}\n"
	"sidecarInjectorWebhook: {rewriteAppHTTPProbe: true}\n";

struct text {
	char *p;
	size_t n;
};

struct run {
	struct text in, out;
	size_t at;
};

static int64_t read_input(void *ctx, void *p, size_t n)
{
	struct run *r = ctx;

	if (n > r->in.n - r->at)
		n = r->in.n - r->at;
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

static struct injector *handle(uint8_t how, enum injector_task task)
{
	static const struct injector_text sidecar = {
		"config", config, sizeof(config) - 1,
	};
	static const struct injector_text some = {
		"values", values, sizeof(values) - 1,
	};
	const char *template = templates[how % N_TEMPLATES];
	const struct injector_text file = { "template", template,
					    strlen(template) };
	struct injector_istio istio = INJECTOR_ISTIO_INIT;
	struct injector_options options = { .size = sizeof(options),
					    .task = task,
					    .istio = &istio,
					    .verify = true };
	struct injector_error error;
	struct injector *in;

	if (how & 0x80) {
		options.values = &some;
		options.n_values = 1;
		istio.inject_config = &sidecar;
		istio.native_sidecars = how & 1;
	} else {
		options.templates = &file;
		options.n_templates = 1;
	}
	in = injector_new(&options, &error);
	assert(in);
	return in;
}

/* False, with nothing in *out, where it fails. */
static bool pass(const struct injector *in, struct text text, struct text *out)
{
	struct run r = { .in = text };
	const struct injector_stream stream = {
		.size = sizeof(stream), .name = "fuzz",
		.read = read_input, .write = write_output,
		.report = NULL, .ctx = &r,
	};
	struct injector_error error = { .line = 0 };
	bool done = injector_run(in, &stream, &error) == 0;

	assert(done || (error.text[0] && error.line));
	*out = r.out;
	if (!done) {
		free(out->p);
		*out = (struct text){ NULL, 0 };
	}
	return done;
}

static bool same(struct text a, struct text b)
{
	return a.n == b.n && (!a.n || memcmp(a.p, b.p, a.n) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct injector *there, *back;
	struct text given, bare, with = { NULL, 0 }, without = { NULL, 0 };

	if (!size)
		return 0;
	there = handle(data[0], INJECTOR_INJECT);
	back = handle(data[0], INJECTOR_UNINJECT);
	given = (struct text){ (char *)(uintptr_t)(data + 1), size - 1 };
	if (pass(back, given, &bare) && same(bare, given) &&
	    pass(there, given, &with)) {
		bool done = pass(back, with, &without);

		assert(done);
		assert(same(without, given));
	}
	free(bare.p);
	free(with.p);
	free(without.p);
	injector_free(there);
	injector_free(back);
	return 0;
}
