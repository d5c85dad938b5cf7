/*
 * lists - is a List linear?  Each form of a List is injected, injected again,
 * uninjected, refreshed and warned about with n and 4n Deployments.
 *
 * The Deployments have a probe with a named port, so that Istio's injection
 * needs an undo note.
 */
#include <math.h>
#include <stdio.h>

#include "base/array.h"
#include "figure.h"
#include "sidecars.h"
#include "speed.h"

#define DOUBLING 2.6

/* ---- texts ---- */

/* An item: %1$u is its number, %2$s an annotation, %3$s a field of the
 * container; both are "" or end with a comma. */
#define JSON_ITEM \
	"{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"metadata\":{" \
	"\"name\":\"web-%1$u\",\"namespace\":\"shop\"},\"spec\":{" \
	"\"selector\":{\"matchLabels\":{\"app\":\"web-%1$u\"}}," \
	"\"template\":{\"metadata\":{%2$s\"labels\":{\"app\":\"web-%1$u\"}}," \
	"\"spec\":{\"containers\":[{%3$s\"name\":\"web\"," \
	"\"image\":\"example.com/web:%1$u\"," \
	"\"ports\":[{\"name\":\"http\",\"containerPort\":8080}]," \
	"\"readinessProbe\":{\"httpGet\":{\"path\":\"/\",\"port\":\"http\"}}}" \
	"]}}}}"

#define BLOCK_ITEM \
	"- apiVersion: apps/v1\n" \
	"  kind: Deployment\n" \
	"  metadata:\n" \
	"    name: web-%1$u\n" \
	"    namespace: shop\n" \
	"  spec:\n" \
	"    selector:\n" \
	"      matchLabels: {app: web-%1$u}\n" \
	"    template:\n" \
	"      metadata: {%2$s labels: {app: web-%1$u}}\n" \
	"      spec:\n" \
	"        containers:\n" \
	"        - {%3$s name: web, image: 'example.com/web:%1$u',\n" \
	"           ports: [{name: http, containerPort: 8080}],\n" \
	"           readinessProbe: {httpGet: {path: /, port: http}}}\n"

#define ANCHOR_ITEM \
	"- apiVersion: apps/v1\n" \
	"  kind: Deployment\n" \
	"  metadata: {name: web-%1$u, namespace: shop}\n" \
	"  spec:\n" \
	"    selector: {matchLabels: &l%1$u {app: web-%1$u}}\n" \
	"    template:\n" \
	"      metadata: {%2$s labels: *l%1$u}\n" \
	"      spec:\n" \
	"        containers:\n" \
	"        - {%3$s name: web, image: 'example.com/web:%1$u'}\n"

#define YAML_HEAD "apiVersion: v1\nkind: List\nitems:\n"
#define JSON_HEAD "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":["

struct form {
	const char *name, *head, *item, *between, *tail;
	bool pretty;
};

enum { PRETTY, COMPACT, BLOCK, FLOW, ANCHORS, DOCUMENTS };

static const struct form forms[] = {
	[PRETTY] = { "pretty JSON", JSON_HEAD, JSON_ITEM, ",", "]}\n", true },
	[COMPACT] = { "compact JSON", JSON_HEAD, JSON_ITEM, ",", "]}\n",
		      false },
	[BLOCK] = { "YAML, block", YAML_HEAD, BLOCK_ITEM, "", "", false },
	[FLOW] = { "YAML, flow", YAML_HEAD "- ", JSON_ITEM, "\n- ", "\n",
		   false },
	[ANCHORS] = { "YAML, anchors", YAML_HEAD, ANCHOR_ITEM, "", "", false },
	[DOCUMENTS] = { "JSON documents", "", JSON_ITEM, "\n", "\n", false },
};

/* Line breaks and indentation; no string has a bracket or comma in it. */
static struct buf pretty(str compact)
{
	struct buf b = BUF_INIT;
	size_t in = 0;

	for (size_t i = 0; i < compact.n; i++) {
		char c = compact.p[i];

		if (c == '}' || c == ']') {
			buf_addc(&b, '\n');
			buf_fill(&b, ' ', in -= 2);
		}
		buf_addc(&b, c);
		if (c == ':')
			buf_addc(&b, ' ');
		in += c == '{' || c == '[' ? 2 : 0;
		if (c == '{' || c == '[' || c == ',') {
			buf_addc(&b, '\n');
			buf_fill(&b, ' ', in);
		}
	}
	return b;
}

static struct buf list_text(const struct form *f, unsigned n, bool warned)
{
	struct buf b = BUF_INIT, nice;

	buf_addz(&b, f->head);
	for (unsigned i = 0; i < n; i++) {
		if (i)
			buf_addz(&b, f->between);
		buf_printf(&b, f->item, i, warned ?
			   "\"annotations\":{\"sidecar.istio.io/inject\":"
			   "\"maybe\"}," : "",
			   warned ? "\"imagePullpolicy\":\"Always\"," : "");
	}
	buf_addz(&b, f->tail);
	if (!f->pretty)
		return b;
	nice = pretty(buf_str(&b));
	buf_release(&b);
	return nice;
}

/* ---- measuring ---- */

enum { INJECTED, AGAIN, UNDONE, REFRESHED, WARNED, TASKS };

static const char *const task_names[] = {
	[INJECTED] = "injected",   [AGAIN] = "injected again",
	[UNDONE] = "undone",	   [REFRESHED] = "refreshed",
	[WARNED] = "warned about",
};

struct trial {
	const struct form *form;
	enum sidecar sidecar;
	int task;
	unsigned n;
};

static uint64_t warnings;

static void count(void *ctx, const struct injector_event *event)
{
	(void)ctx;
	warnings += event->outcome == INJECTOR_WARNING;
}

static struct injector_text run(const struct injector *in, const char *text,
				size_t length)
{
	const struct injector_text input = { "list", text, length };
	struct injector_text output = { .name = "list" };
	struct injector_error error;
	char *out;

	if (injector_inject_text(in, &input, &out, &output.length, count, NULL,
				 &error))
		die(error.text);
	output.text = out;
	return output;
}

static enum injector_task task_of(int task)
{
	return task == UNDONE	 ? INJECTOR_UNINJECT :
	       task == REFRESHED ? INJECTOR_REFRESH :
				   INJECTOR_INJECT;
}

/* The seconds of the shortest run. */
static double trial(const void *arg)
{
	const struct trial *t = arg;
	struct injector *in = sidecar_task(t->sidecar, task_of(t->task));
	struct buf text = list_text(t->form, t->n, t->task == WARNED);
	struct injector_text input = { "list", text.p, text.n };
	double best = 1e9;

	if (t->task != INJECTED && t->task != WARNED)
		input = run(sidecar_task(t->sidecar, INJECTOR_INJECT), text.p,
			    text.n);
	for (int i = 0; i < ROUNDS; i++) {
		double start = cpu(), spent;
		struct injector_text output;

		warnings = 0;
		output = run(in, input.text, input.length);
		spent = cpu() - start;
		if (spent < best)
			best = spent;
		if (t->task == WARNED && warnings < t->n)
			die("a List to be warned about was not");
		if (t->task == UNDONE &&
		    !str_eq(buf_str(&text),
			    (str){ output.text, output.length }))
			die("a List was not undone");
		injector_free_text((char *)(uintptr_t)output.text);
	}
	return best;
}

static double measure(const struct form *f, enum sidecar sidecar, int task,
		      unsigned n)
{
	const struct trial t = { f, sidecar, task, n };

	return in_child(trial, &t).value;
}

/* What a doubling costs, on average of two: a busy machine is noisy. */
static double doubling(const struct form *f, enum sidecar sidecar, int task,
		       unsigned n)
{
	double once = measure(f, sidecar, task, n);

	return sqrt(measure(f, sidecar, task, 4 * n) / once);
}

void lists(void)
{
	static const struct {
		enum sidecar sidecar;
		const char *name;
	} sidecars[] = {
		{ SIDECAR_LANGUAGE, "template" },
		{ SIDECAR_BUILTIN, "Istio" },
	};
	unsigned n = (unsigned)setting("BENCH_LIST_ITEMS", 200);
	char name[80];

	if (n)
		puts("Lists, time for twice as many items:");
	for (size_t s = 0; n && s < ARRAY_SIZE(sidecars); s++)
		for (size_t f = 0; f < DOCUMENTS; f++)
			for (int task = 0; task < TASKS; task++) {
				snprintf(name, sizeof(name), "%s, %s: %s",
					 forms[f].name, sidecars[s].name,
					 task_names[task]);
				figure_growth(name,
					      doubling(&forms[f],
						       sidecars[s].sidecar,
						       task, n),
					      DOUBLING);
			}
	if (n)
		figure("JSON List to the same documents",
		       measure(&forms[COMPACT], SIDECAR_LANGUAGE, INJECTED,
			       4 * n) /
		       measure(&forms[DOCUMENTS], SIDECAR_LANGUAGE, INJECTED,
			       4 * n), 1.3, "x");
}
