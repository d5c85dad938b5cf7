/*
 * injector_admit(): any bytes as a review, and as the object in one.  It fails
 * with a code, or answers valid JSON of a limited size, whose patch can be
 * applied.
 *
 * With a template of a file, the patched Pod, admitted again, is not patched.
 * With Istio's that is so for what an API server sends, not for a key in
 * another case or what looks like half of an earlier injection;
 * tests/test_review.c has real Pods.
 */
#include <stdlib.h>
#include <string.h>

#include <nettle/base64.h>

#include "../jsonpatch.h"
#include "injector.h"
#include "json/text.h"

#define MUST(condition) do { if (!(condition)) abort(); } while (0)

#define HEAD "{\"kind\":\"AdmissionReview\",\"apiVersion\":" \
	"\"admission.k8s.io/v1\",\"request\":{\"uid\":\"u\",\"kind\":{" \
	"\"group\":\"\",\"version\":\"v1\",\"kind\":\"Pod\"}," \
	"\"operation\":\"CREATE\",\"namespace\":\"web\",\"object\":"

enum { PLAIN, ISTIO, N_HANDLES };

static struct injector *make(int which)
{
	static const char text[] =
		"metadata: {labels: {log: \"true\"}}\n"
		"spec:\n"
		"  containers:\n"
		"  - {name: log, image: log, ports: [{containerPort: 24}]}\n"
		"  volumes: [{name: log, emptyDir: {}}]\n";
	static const struct injector_text template_ = {
		"log.yaml", text, sizeof(text) - 1,
	};
	const struct injector_istio istio = {
		.size = sizeof(istio), .builtin = which == ISTIO,
		.policy = true,
	};
	const struct injector_options options = {
		.size = sizeof(options), .istio = &istio,
		.templates = &template_, .n_templates = which == PLAIN,
		.max_memory = (size_t)256 << 20,
	};
	struct injector *in = injector_new(&options, NULL);

	MUST(in);
	return in;
}

static const struct node *parse(struct arena *a, str text)
{
	struct source *source = arena_new(a, struct source);
	const struct node *root;

	*source = (struct source)SOURCE_JSON("fuzz", text);
	return json_scan(a, source, 0, &root, NULL) ? NULL : root;
}

static str decode(struct arena *a, str text)
{
	struct base64_decode_ctx ctx;
	size_t n = BASE64_DECODE_LENGTH(text.n);
	char *to = arena_alloc(a, n + 1);

	base64_decode_init(&ctx);
	MUST(base64_decode_update(&ctx, &n, (uint8_t *)to, text.n, text.p));
	MUST(base64_decode_final(&ctx));
	return (str){ to, n };
}

/* The object after the answer's patch; NULL if there is no patch. */
static const struct node *admit(struct arena *a, const struct injector *in,
				str request)
{
	struct injector_admission admission = INJECTOR_ADMISSION_INIT;
	struct injector_error error;
	const struct node *answer, *patch, *object;
	char *text;
	size_t n;

	admission.warnings = request.n % 2;
	admission.path = "/inject/cluster/c/net/n";
	if (injector_admit(in, request.p, request.n, &admission, &text, &n,
			   &error)) {
		MUST(!text && error.code != INJECTOR_OK &&
		     error.code != INJECTOR_MISUSE);
		return NULL;
	}
	MUST(n < request.n * 64 + 65536);
	answer = parse(a, arena_str(a, (str){ text, n }));
	injector_free_text(text);
	MUST(answer);
	patch = node_find(answer, "response.patch");
	if (!patch)
		return NULL;
	object = node_find(parse(a, request), "request.object");
	object = jsonpatch_apply(a, object, decode(a, node_text(patch)));
	MUST(object);
	return object;
}

static void check(struct arena *a, const struct injector *in, str request,
		  bool again)
{
	const struct node *pod = admit(a, in, request);
	struct buf b = BUF_INIT;

	if (pod && again) {
		buf_addz(&b, HEAD);
		json_write(&b, pod);
		buf_addz(&b, "}}");
		MUST(!admit(a, in, buf_str(&b)));
	}
	buf_release(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct injector *handles[N_HANDLES];
	struct arena a = ARENA_INIT;
	str text = { (const char *)data, size };
	struct buf b = BUF_INIT;

	buf_addz(&b, HEAD);
	buf_adds(&b, text);
	buf_addz(&b, "}}");
	for (int i = 0; i < N_HANDLES; i++) {
		if (!handles[i])
			handles[i] = make(i);
		check(&a, handles[i], text, false);
		check(&a, handles[i], buf_str(&b), i == PLAIN);
		arena_reset(&a);
	}
	buf_release(&b);
	arena_release(&a);
	return 0;
}
