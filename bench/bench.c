/*
 * bench - speed and memory against the budget of docs/architecture.md.
 *
 *	bench INJECTOR SMALL.yaml TEMPLATE DATA
 *					measure, a line for each figure
 *	bench gen N			write N Deployments, for other tools
 *	bench render TEMPLATE DATA	what the template makes of the data
 *	bench time TEMPLATE DATA	microseconds that it takes
 *
 * Times are CPU times as ratios to libyaml's bare parse loop in the same
 * process, the shortest of some rounds taken in turn, so that a slow or busy
 * machine says the same as a fast one.  Every figure is taken in a child
 * process: peak memory is then that figure's own, since Linux hands the peak
 * of the parent on to what it starts.
 *
 * BENCH_GIB (1): size of the long stream, 0 leaves it out.  BENCH_LIST_MIB
 * (64): size of the large List.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <yaml.h>

#include "base/io.h"
#include "gen.h"
#include "injector.h"
#include "render.h"

#define MIB ((size_t)1 << 20)
#define ROUNDS 5
#define STARTS 301
#define RENDERS 4000	/* a round */

static void die(const char *what)
{
	fprintf(stderr, "bench: %s\n", what);
	exit(1);
}

/* Figures. */

static bool over;

static void figure(const char *name, double got, double budget,
		   const char *unit)
{
	bool ok = got <= budget;

	printf("%-44s %8.2f %-4s budget %6.1f  %s\n", name, got, unit, budget,
	       ok ? "ok" : "OVER");
	fflush(stdout);
	over |= !ok;
}

static double seconds(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double cpu(void)
{
	return seconds(CLOCK_PROCESS_CPUTIME_ID);
}

struct outcome {
	double value;		/* what the function in the child returned */
	double peak;		/* bytes */
	double cpu;
};

/* Run in a child process. */
static struct outcome in_child(double (*fn)(const void *arg), const void *arg)
{
	double *value = mmap(NULL, sizeof(*value), PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct outcome o;
	struct rusage ru;
	int status;
	pid_t pid;

	if (value == MAP_FAILED)
		die("mmap");
	pid = fork();
	if (pid == 0) {
		*value = fn(arg);
		_exit(0);
	}
	if (pid < 0 || wait4(pid, &status, 0, &ru) != pid || status != 0)
		die("a measurement failed");
	o.value = *value;
	o.peak = (double)ru.ru_maxrss * 1024;
	o.cpu = (double)ru.ru_utime.tv_sec + (double)ru.ru_stime.tv_sec +
		(double)(ru.ru_utime.tv_usec + ru.ru_stime.tv_usec) / 1e6;
	munmap(value, sizeof(*value));
	return o;
}

/* What is measured. */

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

static int write_nowhere(void *ctx, const void *p, size_t n)
{
	(void)ctx;
	(void)p;
	(void)n;
	return 0;
}

/* The same sidecar as plain YAML, and as a template to be executed. */
#define PLAIN "bench/plain.yaml"
#define BUNDLED "otel-collector"

static str template_text(const char *name)
{
	const struct injector_bundled *b;
	struct buf text = BUF_INIT;
	struct err e = ERR_INIT;

	for (size_t i = 0; (b = injector_bundled(i)); i++)
		if (!strcmp(b->name, name))
			return (str){ b->text, b->length };
	if (io_slurp(name, &text, &e))
		die(e.text);
	return buf_str(&text);
}

/* A handle with one template: a bundled one or a file. */
static struct injector *injector_with(const char *name, bool verify)
{
	static struct injector_text t;
	str text = template_text(name);
	struct injector_options options = { .n_templates = 1,
					    .verify = verify,
					    .templates = &t };
	struct injector_error error;
	struct injector *in;

	t.name = name;
	t.text = text.p;
	t.length = text.n;
	in = injector_new(&options, &error);
	if (!in)
		die(error.text);
	return in;
}

static void run(const struct injector *in, str text, struct buf *out)
{
	struct memory m = { .in = text, .out = *out };
	struct injector_stream stream = { .name = "bench", .ctx = &m,
					  .read = read_memory,
					  .write = write_memory };
	struct injector_error error;

	buf_clear(&m.out);
	if (injector_run(in, &stream, &error))
		die(error.text);
	*out = m.out;
}

static struct buf generate(enum gen_kind kind, uint64_t n)
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
	const char *template;
	enum gen_kind kind;
	uint64_t n;
	bool verify, changes;
};

static double ratio(const void *arg)
{
	const struct ratio *r = arg;
	struct injector *in = injector_with(r->template, r->verify);
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

static void speed(void)
{
	const struct ratio pass = { PLAIN, GEN_PLAIN, 16000, false, false };
	const struct ratio plain = { PLAIN, GEN_WORKLOADS, 3000, false,
				     true };
	const struct ratio verified = { PLAIN, GEN_WORKLOADS, 3000, true,
					true };
	const struct ratio executed = { BUNDLED, GEN_WORKLOADS, 3000, false,
					true };

	figure("pass-through, no workloads", in_child(ratio, &pass).value,
	       1.3, "x");
	figure("injection, 3000 different workloads",
	       in_child(ratio, &plain).value, 1.6, "x");
	/* One parse of the output more. */
	figure("the same with --verify", in_child(ratio, &verified).value,
	       2.6, "x");
	figure("the same, a template executed for each",
	       in_child(ratio, &executed).value, 2.5, "x");
}

/* A template, parsed once. */

static struct render *render_of(const char *template, const char *data)
{
	static struct render r;
	struct err e = ERR_INIT;

	if (render_load(&r, template, data, &e) || render_once(&r, &e))
		die(e.text);
	return &r;
}

/* Microseconds for one execution. */
static double render_time(const void *arg)
{
	const char *const *files = arg;
	struct render *r = render_of(files[0], files[1]);
	struct err e = ERR_INIT;
	double best = 1e9;

	for (int i = 0; i < ROUNDS; i++) {
		double start = cpu(), spent;

		for (int n = 0; n < RENDERS; n++)
			if (render_once(r, &e))
				die(e.text);
		spent = cpu() - start;
		if (spent < best)
			best = spent;
	}
	return best * 1e6 / RENDERS;
}

/* The budget is one of a template of at least this size. */
static void templates(const char *const files[])
{
	const struct render *r = render_of(files[0], files[1]);
	struct render_counts c = render_count(r);
	char name[80];

	if (c.actions < 300 || c.branches < 100 || c.calls < 40 ||
	    r->out.n < 5000)
		die("the template is smaller than the one to be measured");
	snprintf(name, sizeof(name),
		 "template: %u actions, %u if/range/with", c.actions,
		 c.branches);
	figure(name, in_child(render_time, files).value, 60, "us");
}

/* One document of many MiB. */

struct list {
	const char *template;
	size_t bytes;
};

static double large_list(const void *arg)
{
	const struct list *list = arg;
	struct gen g = { .kind = GEN_DEPLOYMENTS, .list = true,
			 .bytes = list->bytes };
	struct injector *in = injector_with(list->template, false);
	struct injector_stream stream = { .name = "list", .ctx = &g,
					  .read = gen_read,
					  .write = write_nowhere };
	struct injector_error error;

	if (injector_run(in, &stream, &error))
		die(error.text);
	return (double)g.given;
}

static size_t setting(const char *name, size_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoul(text, NULL, 10) : otherwise;
}

static void large(void)
{
	size_t mib = setting("BENCH_LIST_MIB", 64);
	const struct list half = { PLAIN, mib * MIB / 2 };
	const struct list whole = { PLAIN, mib * MIB };
	const struct list executed = { BUNDLED, mib * MIB };
	struct outcome a, b;
	char name[80];

	if (!mib)
		return;
	a = in_child(large_list, &half);
	b = in_child(large_list, &whole);
	snprintf(name, sizeof(name), "List of %zu MiB: peak memory to size",
		 mib);
	figure(name, b.peak / b.value, 12, "x");
	/* Twice, and what the caches lose. */
	figure("List of twice the size: time", b.cpu / a.cpu, 2.4, "x");
	b = in_child(large_list, &executed);
	figure("a template executed for each: peak memory",
	       b.peak / b.value, 12, "x");
}

/* Nesting that would take libyaml minutes. */

static double refusal(const void *arg)
{
	const char *piece = arg;
	struct injector *in = injector_with(PLAIN, false);
	struct memory m = { .out = BUF_INIT };
	struct injector_stream stream = { .name = "deep", .ctx = &m,
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

static void deep(void)
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

/* The command itself. */

extern char **environ;

static pid_t start(const char *const argv[], int in)
{
	posix_spawn_file_actions_t files;
	pid_t pid;

	posix_spawn_file_actions_init(&files);
	if (in >= 0)
		posix_spawn_file_actions_adddup2(&files, in, 0);
	posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
	if (posix_spawn(&pid, argv[0], &files, NULL, (char *const *)argv,
			environ))
		die(argv[0]);
	posix_spawn_file_actions_destroy(&files);
	return pid;
}

static double wall_ms(const char *const argv[])
{
	double begin = seconds(CLOCK_MONOTONIC);
	int status;

	if (waitpid(start(argv, -1), &status, 0) < 0 || status != 0)
		die("the command failed");
	return (seconds(CLOCK_MONOTONIC) - begin) * 1e3;
}

static int by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double start_to_end(const void *arg)
{
	const char *const *argv = arg;
	static const char *const none[] = { "/bin/true", NULL };
	double ours[STARTS], bare[STARTS];

	for (int i = 0; i < STARTS; i++) {
		bare[i] = wall_ms(none);
		ours[i] = wall_ms(argv);
	}
	qsort(ours, STARTS, sizeof(ours[0]), by_size);
	qsort(bare, STARTS, sizeof(bare[0]), by_size);
	return ours[STARTS / 2] - bare[STARTS / 2];
}

/* The producer's side of the pipe. */
static void produce(int fd, size_t bytes)
{
	struct gen g = { .kind = GEN_PLAIN, .bytes = bytes };
	static char block[1 << 16];
	int64_t n;

	while ((n = gen_read(&g, block, sizeof(block))) > 0)
		if (io_write(fd, block, (size_t)n))
			_exit(1);
	_exit(0);
}

/* Peak memory, in MiB, of the command at the end of a pipe. */
static double long_stream(const void *arg)
{
	const char *const *argv = arg;
	struct rusage ru;
	pid_t producer, pid;
	int status, ends[2];

	if (pipe2(ends, O_CLOEXEC))
		die("pipe");
	producer = fork();
	if (producer == 0)
		produce(ends[1], setting("BENCH_GIB", 1) << 30);
	close(ends[1]);
	pid = start(argv, ends[0]);
	close(ends[0]);
	if (wait4(pid, &status, 0, &ru) < 0 || status != 0)
		die("the command failed");
	if (waitpid(producer, &status, 0) < 0 || status != 0)
		die("the command did not read all of its input");
	return (double)ru.ru_maxrss / 1024;
}

static void command(const char *injector, const char *small)
{
	const char *const once[] = { injector, "-f", small, "-t",
				     "otel-collector", NULL };
	const char *const piped[] = { injector, "-f", "-", "-t",
				     "otel-collector", NULL };
	size_t gib = setting("BENCH_GIB", 1);
	struct outcome o;
	char name[80];

	figure("start to end on a small file, over /bin/true",
	       in_child(start_to_end, once).value, 1, "ms");
	if (!gib)
		return;
	snprintf(name, sizeof(name),
		 "%zu GiB of small documents: peak memory", gib);
	o = in_child(long_stream, piped);
	figure(name, o.value, 16, "MiB");
}

static void write_deployments(uint64_t n)
{
	struct buf b = generate(GEN_DEPLOYMENTS, n);

	fwrite(b.p, 1, b.n, stdout);
	buf_release(&b);
}

static int usage(void)
{
	fprintf(stderr, "usage: bench INJECTOR SMALL.yaml TEMPLATE DATA\n"
			"       bench gen N\n"
			"       bench render|time TEMPLATE DATA\n");
	return 2;
}

int main(int argc, char **argv)
{
	const char *const *files = (const char *const *)argv + argc - 2;

	if (argc == 3 && !strcmp(argv[1], "gen")) {
		write_deployments(strtoull(argv[2], NULL, 10));
	} else if (argc == 4 && !strcmp(argv[1], "render")) {
		const struct render *r = render_of(files[0], files[1]);

		fwrite(r->out.p, 1, r->out.n, stdout);
	} else if (argc == 4 && !strcmp(argv[1], "time")) {
		printf("%.2f\n", render_time(files));
	} else if (argc == 5) {
		speed();
		templates(files);
		large();
		deep();
		command(argv[1], argv[2]);
	} else {
		return usage();
	}
	return over;
}
