/*
 * growth - does it take twice as long for twice as many?  Of each thing that a
 * manifest, a template or a configuration can have many of, n and 4n are
 * injected.  Lists, the longest of them, have lists.c.
 */
#include <math.h>
#include <stdio.h>

#include "base/array.h"
#include "figure.h"
#include "files/udiff.h"
#include "sidecars.h"
#include "speed.h"

#define DOUBLING 2.6

/* What there are many of. */
enum part {
	MANIFEST,		/* and nothing else changes */
	TEMPLATE,
	BOTH,			/* the same text in manifest and template */
	CONFIG,			/* Istio's injection configuration */
	SETTINGS,		/* an item is a setting */
	VALUES,			/* an item is a file */
	PARTS,
};

/* A text is head, items and tail; %1$u in an item is its number. */
struct row {
	const char *name;
	enum part part;
	enum sidecar sidecar;	/* of a manifest */
	unsigned n;
	const char *head, *item, *tail;
};

/* ---- texts ---- */

#define POD_OF(metadata) \
	"apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n" metadata "spec:\n"
#define POD POD_OF("")
#define WEB "  containers:\n  - name: web\n    image: web\n"
#define SIDE "spec:\n  containers:\n  - name: side\n    image: side\n"
#define SERVICE \
	"---\napiVersion: v1\nkind: Service\nmetadata:\n  name: s%1$u\n" \
	"spec:\n  ports:\n  - port: 80\n"
#define DEPLOYMENT \
	"---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n" \
	"  name: w%1$u\nspec:\n  selector:\n    matchLabels:\n" \
	"      app: w%1$u\n  template:\n    metadata:\n      labels:\n" \
	"        app: w%1$u\n    spec:\n      containers:\n" \
	"      - name: web\n        image: example.com/web:%1$u\n"
#define POD_JSON \
	"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":" \
	"\"web%1$u\"},\"spec\":{\"containers\":[{\"name\":\"web\",\"image\":" \
	"\"web\"}]}}\n"
#define CONFIG_HEAD \
	"policy: enabled\ndefaultTemplates: [t0]\ntemplates:\n" \
	"  sidecar: |\n    spec:\n      hostname: web\n"

#define PLAIN SIDECAR_LANGUAGE
#define ISTIO SIDECAR_BUILTIN

static const struct row rows[] = {
	/* documents */
	{ "documents", MANIFEST, PLAIN, 100, "", DEPLOYMENT, "" },
	{ "documents, Istio", MANIFEST, ISTIO, 50, "", DEPLOYMENT, "" },
	{ "Services", MANIFEST, PLAIN, 500, "", SERVICE, "" },
	{ "JSON documents", MANIFEST, PLAIN, 200, "", POD_JSON, "" },
	{ "Namespaces", MANIFEST, ISTIO, 500, "",
	  "---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: n%1$u\n"
	  "  labels:\n    istio-injection: enabled\n", DEPLOYMENT },
	/* a Pod */
	{ "containers", MANIFEST, PLAIN, 500, POD "  containers:\n",
	  "  - name: c%1$u\n    image: web\n", "" },
	{ "containers, Istio", MANIFEST, ISTIO, 250, POD "  containers:\n",
	  "  - name: c%1$u\n    image: web\n    ports:\n"
	  "    - containerPort: %1$u\n", "" },
	{ "init containers", MANIFEST, ISTIO, 300,
	  POD WEB "  initContainers:\n",
	  "  - name: c%1$u\n    image: web\n", "" },
	{ "env", MANIFEST, PLAIN, 1000, POD WEB "    env:\n",
	  "    - name: E%1$u\n      value: x\n", "" },
	{ "env in JSON", MANIFEST, PLAIN, 2000,
	  "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":"
	  "\"web\"},\"spec\":{\"containers\":[{\"name\":\"web\",\"image\":"
	  "\"web\",\"env\":[", "{\"name\":\"E%1$u\",\"value\":\"x\"},",
	  "{\"name\":\"LAST\"}]}]}}\n" },
	{ "args", MANIFEST, PLAIN, 2000, POD WEB "    args:\n", "    - a%1$u\n",
	  "" },
	{ "ports, Istio", MANIFEST, ISTIO, 300, POD WEB "    ports:\n",
	  "    - containerPort: 1%1$u\n", "" },
	{ "volumes", MANIFEST, PLAIN, 1000, POD WEB "  volumes:\n",
	  "  - name: v%1$u\n    emptyDir: {}\n", "" },
	{ "mounts", MANIFEST, PLAIN, 1000, POD WEB "    volumeMounts:\n",
	  "    - name: v\n      mountPath: /m/%1$u\n", "" },
	{ "tolerations", MANIFEST, PLAIN, 1000, POD WEB "  tolerations:\n",
	  "  - key: k%1$u\n    operator: Exists\n", "" },
	{ "labels", MANIFEST, ISTIO, 500,
	  "apiVersion: v1\nkind: Pod\nspec:\n" WEB "metadata:\n"
	  "  name: web\n  labels:\n", "    l%1$u: x\n", "" },
	{ "annotations", MANIFEST, ISTIO, 500,
	  "apiVersion: v1\nkind: Pod\nspec:\n" WEB "metadata:\n"
	  "  name: web\n  annotations:\n", "    a%1$u: x\n", "" },
	{ "user volumes, Istio", MANIFEST, ISTIO, 300,
	  "apiVersion: v1\nkind: Pod\nspec:\n" WEB "metadata:\n"
	  "  name: web\n  annotations:\n"
	  "    sidecar.istio.io/userVolume: '{",
	  "\"v%1$u\":{\"emptyDir\":{}},",
	  "\"last\":{\"emptyDir\":{}}}'\n" },
	{ "unknown fields", MANIFEST, PLAIN, 500, POD WEB,
	  "    field%1$u: x\n", "" },
	{ "duplicate keys", MANIFEST, PLAIN, 1000, POD WEB "  nodeSelector:\n",
	  "    key: x%1$u\n", "" },
	/* text */
	{ "keys of a ConfigMap", MANIFEST, PLAIN, 2000,
	  "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\ndata:\n",
	  "  k%1$u: x\n", "" },
	{ "comments", MANIFEST, PLAIN, 3000, POD, "  # comment %1$u\n", WEB },
	{ "blank lines", MANIFEST, PLAIN, 5000, POD, "\n\n", WEB },
	{ "lines of a block", MANIFEST, PLAIN, 5000,
	  "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\ndata:\n"
	  "  k: |\n", "    line %1$u\n", "" },
	{ "a quoted text", MANIFEST, PLAIN, 5000,
	  "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\ndata:\n"
	  "  k: \"", "text %1$u\\n", "\"\n" },
	{ "CRLF", MANIFEST, PLAIN, 1000,
	  "apiVersion: v1\r\nkind: Pod\r\nmetadata:\r\n  name: web\r\n"
	  "spec:\r\n  containers:\r\n  - name: web\r\n    image: web\r\n"
	  "    args:\r\n", "    - a%1$u\r\n", "" },
	{ "explicit keys", MANIFEST, PLAIN, 500, POD WEB "  nodeSelector:\n",
	  "    ? k%1$u\n    : x\n", "" },
	{ "anchors and aliases", MANIFEST, PLAIN, 500,
	  POD WEB "    args:\n", "    - &a%1$u x\n    - *a%1$u\n", "" },
	{ "merge keys", MANIFEST, PLAIN, 300,
	  POD_OF("  labels: &a {value: x}\n") WEB "    env:\n",
	  "    - <<: *a\n      name: E%1$u\n", "" },
	/* templates */
	{ "containers of a template", TEMPLATE, PLAIN, 500,
	  "spec:\n  containers:\n", "  - name: c%1$u\n    image: c\n", "" },
	{ "the same containers in Pod and template", BOTH, PLAIN, 500,
	  "", "  - name: c%1$u\n    image: c\n", "" },
	{ "variables of a template", TEMPLATE, PLAIN, 1000, SIDE,
	  "{{ $v%1$u := %1$u }}{{ $w := $v%1$u }}", "" },
	{ "definitions of a template", TEMPLATE, PLAIN, 500,
	  SIDE "    args:\n",
	  "{{ define \"d%1$u\" }}x{{ end }}"
	  "    - {{ template \"d%1$u\" }}\n", "" },
	{ "append", TEMPLATE, PLAIN, 1000, SIDE "{{ $l := list }}",
	  "{{ $l = append $l %1$u }}", "" },
	/* configuration */
	{ "templates of Istio's configuration", CONFIG, ISTIO, 500,
	  CONFIG_HEAD, "  t%1$u: |\n    spec:\n      hostname: web\n", "" },
	{ "settings of one key each", SETTINGS, PLAIN, 1000, "", "k%1$u=x",
	  "" },
	{ "settings of one item each", SETTINGS, PLAIN, 1000, "", "m[%1$u]=x",
	  "" },
	{ "files of values", VALUES, PLAIN, 500, "",
	  "{k%1$u: x, l: {m%1$u: 1}}", "" },
};

static void add_item(struct buf *b, const struct row *r, unsigned i)
{
	buf_printf(b, r->item, i);
}

static str text_of(const struct row *r, const char *head, unsigned n)
{
	struct buf b = BUF_INIT;

	buf_addz(&b, head);
	buf_addz(&b, r->head);
	for (unsigned i = 0; i < n; i++)
		add_item(&b, r, i);
	buf_printf(&b, r->tail, n);
	buf_z(&b);
	return buf_str(&b);
}

/* ---- what is measured ---- */

/* What is made here lives until the child process ends. */
struct trial {
	const struct row *row;
	unsigned n;
	struct injector_text manifest, template, config;
	struct injector_text *values;
	struct injector_setting *settings;
};

static struct injector_text named(const char *name, str text)
{
	return (struct injector_text){ name, text.p, text.n };
}

static void make_items(struct trial *t)
{
	t->values = mem_alloc_array(t->n, sizeof(*t->values));
	t->settings = mem_alloc_array(t->n, sizeof(*t->settings));
	for (unsigned i = 0; i < t->n; i++) {
		struct buf b = BUF_INIT;

		add_item(&b, t->row, i);
		t->settings[i] = (struct injector_setting){ INJECTOR_SET,
							    buf_z(&b) };
		t->values[i] = named("values", buf_str(&b));
	}
}

static void make_texts(struct trial *t)
{
	const struct row *r = t->row;

	t->manifest = named("pod", STR(POD WEB));
	t->template = named("side", STR(SIDE));
	switch (r->part) {
	case MANIFEST:
		t->manifest = named("manifest", text_of(r, "", t->n));
		break;
	case TEMPLATE:
		t->template = named("template", text_of(r, "", t->n));
		break;
	case BOTH:
		t->manifest = named("manifest",
				    text_of(r, POD "  containers:\n", t->n));
		t->template = named("template",
				    text_of(r, "spec:\n  containers:\n",
					    t->n));
		break;
	case CONFIG:
		t->config = named("config", text_of(r, "", t->n));
		break;
	default:
		make_items(t);
		break;
	}
}

static struct injector *injector_of(const struct trial *t)
{
	struct injector_options options = INJECTOR_OPTIONS_INIT;
	struct injector_istio istio = INJECTOR_ISTIO_INIT;
	const struct injector_text none = named("none", STR("{}"));
	struct injector_error error;
	struct injector *in;

	options.istio = &istio;
	options.templates = &t->template;
	options.n_templates = t->row->part != CONFIG;
	options.settings = t->settings;
	options.n_settings = t->row->part == SETTINGS ? t->n : 0;
	options.values = t->values;
	options.n_values = t->row->part == VALUES ? t->n : 0;
	if (t->row->part == CONFIG) {
		istio.inject_config = &t->config;
		istio.mesh_config = options.values = &none;
		options.n_values = 1;
	}
	in = injector_new(&options, &error);
	if (!in)
		die(error.text);
	return in;
}

static void ignore(void *ctx, const struct injector_event *event)
{
	(void)ctx;
	(void)event;
}

static void inject(const struct trial *t, const struct injector *in)
{
	struct injector_error error;
	size_t length;
	char *out;

	if (injector_inject_text(in, &t->manifest, &out, &length, ignore, NULL,
				 &error))
		die(error.text);
	injector_free_text(out);
}

/* The seconds of the shortest run, from making the handle on; for a manifest,
 * of the injection alone. */
static double seconds_of(const void *arg)
{
	struct trial t = *(const struct trial *)arg;
	struct injector *in = NULL;
	double best = 1e9;

	make_texts(&t);
	if (t.row->part == MANIFEST)
		in = sidecar_task(t.row->sidecar, INJECTOR_INJECT);
	for (int i = 0; i < ROUNDS; i++) {
		double start = cpu(), spent;
		struct injector *own = in ? NULL : injector_of(&t);

		inject(&t, in ? in : own);
		spent = cpu() - start;
		injector_free(own);
		if (spent < best)
			best = spent;
	}
	return best;
}

/* Of a diff of n documents. */
static double seconds_of_diff(const void *arg)
{
	const struct trial *t = arg;
	struct trial doubled = *t;
	struct injector_error error;
	double best = 1e9;
	size_t length;
	char *out;

	make_texts(&doubled);
	if (injector_inject_text(sidecar_task(t->row->sidecar, INJECTOR_INJECT),
				 &doubled.manifest, &out, &length, ignore, NULL,
				 &error))
		die(error.text);
	for (int i = 0; i < ROUNDS; i++) {
		struct buf diff = BUF_INIT;
		double start = cpu();

		udiff(&diff, STR("x"),
		      (str){ doubled.manifest.text, doubled.manifest.length },
		      (str){ out, length }, false);
		if (cpu() - start < best)
			best = cpu() - start;
		buf_release(&diff);
	}
	return best;
}

/* What a doubling costs, on average of two.  A busy machine may make one trial
 * long, so one that looks bad is made again. */
static double doubling(const struct row *r, double (*fn)(const void *arg))
{
	const struct trial once = { .row = r, .n = r->n };
	const struct trial four = { .row = r, .n = 4 * r->n };
	double best = 1e9;

	for (int i = 0; i < 3 && best > DOUBLING; i++) {
		double ratio = sqrt(in_child(fn, &four).value /
				    in_child(fn, &once).value);

		if (ratio < best)
			best = ratio;
	}
	return best;
}

void growth(void)
{
	const struct row *documents = &rows[0];

	puts("Time for twice as many:");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		figure_growth(rows[i].name, doubling(&rows[i], seconds_of),
			      DOUBLING);
	figure_growth("documents of a diff",
		      doubling(documents, seconds_of_diff), DOUBLING);
}
