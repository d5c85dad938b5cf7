#include "speed.h"

#include <stdio.h>
#include <yaml.h>

#include "figure.h"
#include "sidecars.h"

#define MIB ((size_t)1 << 20)

static void bare_parse(str text)
{
	yaml_parser_t parser;
	yaml_event_t event;
	bool end;

	if (!yaml_parser_initialize(&parser))
		die("yaml_parser_initialize");
	yaml_parser_set_input_string(&parser, (const unsigned char *)text.p,
				     text.n);
	do {
		if (!yaml_parser_parse(&parser, &event))
			die("libyaml refuses what is to be measured");
		end = event.type == YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
	} while (!end);
	yaml_parser_delete(&parser);
}

struct memory {
	str in;
	struct buf out;
};

static int64_t read_memory(void *ctx, void *p, size_t n)
{
	struct memory *m = ctx;

	if (n > m->in.n)
		n = m->in.n;
	memcpy(p, m->in.p, n);
	m->in = str_sub(m->in, n, m->in.n);
	return (int64_t)n;
}

static int write_memory(void *ctx, const void *p, size_t n)
{
	buf_add(&((struct memory *)ctx)->out, p, n);
	return 0;
}

/* A List that is made while it is read, and what became of it. */
struct counted {
	struct gen gen;
	uint64_t written;
};

static int64_t read_list(void *ctx, void *p, size_t n)
{
	return gen_read(&((struct counted *)ctx)->gen, p, n);
}

static int count_bytes(void *ctx, const void *p, size_t n)
{
	(void)p;
	((struct counted *)ctx)->written += n;
	return 0;
}

static void run(const struct injector *in, str text, struct buf *out)
{
	struct memory m = { .in = text, .out = *out };
	struct injector_stream stream = { .size = sizeof(stream),
					  .name = "bench", .ctx = &m,
					  .read = read_memory,
					  .write = write_memory };
	struct injector_error error;

	buf_clear(&m.out);
	if (injector_run(in, &stream, &error))
		die(error.text);
	*out = m.out;
}

struct buf generate(enum gen_kind kind, uint64_t n)
{
	struct buf b = BUF_INIT;

	for (uint64_t i = 0; i < n; i++) {
		buf_addz(&b, "---\n");
		gen_document(&b, kind, i);
	}
	return b;
}

/* CPU of injector_run() to that of the bare parse of what it wrote. */

struct ratio {
	const char *name;
	double budget;
	enum sidecar sidecar;
	enum gen_kind kind;
	uint64_t n;
	bool verify, changes;
};

static double ratio(const void *arg)
{
	const struct ratio *r = arg;
	struct injector *in = sidecar_injector(r->sidecar, r->verify);
	struct buf text = generate(r->kind, r->n), out = BUF_INIT;
	double bare = 1e9, ours = 1e9;

	for (int i = 0; i < ROUNDS; i++) {
		double start = cpu(), middle;

		run(in, buf_str(&text), &out);
		middle = cpu();
		bare_parse(buf_str(&out));
		if (middle - start < ours)
			ours = middle - start;
		if (cpu() - middle < bare)
			bare = cpu() - middle;
	}
	if (str_eq(buf_str(&text), buf_str(&out)) == r->changes)
		die("the output is not what was to be measured");
	return ours / bare;
}

static const struct ratio ratios[] = {
	{ "pass-through, no workloads", 0.4,
	  SIDECAR_PLAIN, GEN_PLAIN, 16000, false, false },
	{ "injection, 3000 different workloads", 0.7,
	  SIDECAR_PLAIN, GEN_WORKLOADS, 3000, false, true },
	/* One parse of the output more. */
	{ "the same with --verify", 1,
	  SIDECAR_PLAIN, GEN_WORKLOADS, 3000, true, true },
	{ "the same, a template executed for each", 0.9,
	  SIDECAR_LANGUAGE, GEN_WORKLOADS, 3000, false, true },
	{ "Istio's built-in profile, 1000 workloads", 1.3,
	  SIDECAR_BUILTIN, GEN_DEPLOYMENTS, 1000, false, true },
	{ "Istio injection, 1000 different workloads", 1.1,
	  SIDECAR_ISTIO, GEN_DEPLOYMENTS, 1000, false, true },
};

/* The best of up to three, of which the first may do. */
static double steady_ratio(const struct ratio *r)
{
	double best = 1e9;

	for (int i = 0; i < 3; i++) {
		double got = in_child(ratio, r).value;

		if (got < best)
			best = got;
		if (best <= r->budget && !recorded_slower(r->name, best))
			break;
	}
	return best;
}

void speed(void)
{
	for (size_t i = 0; i < sizeof(ratios) / sizeof(ratios[0]); i++)
		if (sidecar_there(ratios[i].sidecar))
			figure(ratios[i].name, steady_ratio(&ratios[i]),
			       ratios[i].budget, "x");
}

/* One document of many MiB: it is held once, as is what becomes of it, and an
 * item at a time is worked at. */
#define LIST_MEMORY 3

struct list {
	size_t bytes;
	enum sidecar sidecar;
};

/* Bytes read and written. */
static double large_list(const void *arg)
{
	const struct list *l = arg;
	struct counted c = { { .kind = GEN_DEPLOYMENTS, .list = true,
			       .bytes = l->bytes }, 0 };
	struct injector *in = sidecar_injector(l->sidecar, false);
	struct injector_stream stream = { .size = sizeof(stream),
					  .name = "list", .ctx = &c,
					  .read = read_list,
					  .write = count_bytes };
	struct injector_error error;

	if (injector_run(in, &stream, &error))
		die(error.text);
	return (double)(c.gen.given + c.written);
}

void large(void)
{
	size_t mib = setting("BENCH_LIST_MIB", 64);
	const struct list half = { mib * MIB / 2, SIDECAR_PLAIN };
	const struct list whole = { mib * MIB, SIDECAR_PLAIN };
	const struct list by_language = { mib * MIB, SIDECAR_LANGUAGE };
	const struct list istio = { mib * MIB / 4, SIDECAR_BUILTIN };
	struct outcome a, b;
	char name[80];

	if (!mib)
		return;
	a = in_child(large_list, &half);
	b = in_child(large_list, &whole);
	snprintf(name, sizeof(name),
		 "List of %zu MiB: peak memory to input and output", mib);
	figure(name, b.peak / b.value, LIST_MEMORY, "x");
	/* Twice, and what the caches lose. */
	figure_growth("List of twice the size: time", b.cpu / a.cpu, 2.4);
	b = in_child(large_list, &by_language);
	figure("a template executed for each: peak memory",
	       b.peak / b.value, LIST_MEMORY, "x");
	b = in_child(large_list, &istio);
	figure("Istio's profile: peak memory", b.peak / b.value, LIST_MEMORY,
	       "x");
}

/* Nesting that would take libyaml minutes. */

static double refusal(const void *arg)
{
	const char *piece = arg;
	struct injector *in = sidecar_injector(SIDECAR_PLAIN, false);
	struct memory m = { .out = BUF_INIT };
	struct injector_stream stream = { .size = sizeof(stream),
					  .name = "deep", .ctx = &m,
					  .read = read_memory,
					  .write = write_memory };
	struct injector_error error;
	struct buf text = BUF_INIT;
	double start;

	for (int i = 0; i < 500000; i++)
		buf_addz(&text, piece);
	m.in = buf_str(&text);
	start = cpu();
	if (!injector_run(in, &stream, &error))
		die("nesting without end was accepted");
	return (cpu() - start) * 1e3;
}

void deep(void)
{
	static const char *const pieces[] = { "[", "- ", "{\"a\":", "? ",
					      "{a: " };
	double worst = 0;

	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		double ms = in_child(refusal, pieces[i]).value;

		if (ms > worst)
			worst = ms;
	}
	figure("500000 levels of nesting refused, at most", worst, 50, "ms");
}

