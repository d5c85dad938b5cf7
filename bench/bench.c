/*
 * bench - speed and memory against the budget of docs/architecture.md.
 *
 *	bench INJECTOR SMALL.yaml TEMPLATE DATA
 *					measure, a line for each figure
 *	bench lists			only the Lists
 *	bench growth			only the other things to have many of
 *	bench threads INJECTOR		only two threads against one
 *	bench istioctl INJECTOR ISTIOCTL SMALL.yaml
 *					only the program against istioctl
 *	bench gen N			write N Deployments, for other tools
 *	bench render TEMPLATE DATA	what the template makes of the data
 *	bench time TEMPLATE DATA	microseconds that it takes
 *
 * Times are CPU times as ratios to libyaml's bare parse loop in the same
 * process, the shortest of some rounds taken in turn, so that a slow or busy
 * machine says the same as a fast one.
 *
 * BENCH_GIB (1): size of the long stream, 0 leaves it out.  BENCH_LIST_MIB
 * (64): size of the large List.  BENCH_LIST_ITEMS (200): items of the shortest
 * of the Lists that are doubled.  BENCH_RECORDED: the file of recorded ratios;
 * BENCH_RECORD (0): 1 appends to it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "figure.h"
#include "render.h"
#include "speed.h"

#define RENDERS 4000	/* a round */

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

static void write_deployments(uint64_t n)
{
	struct buf b = generate(GEN_DEPLOYMENTS, n);

	fwrite(b.p, 1, b.n, stdout);
	buf_release(&b);
}

static int usage(void)
{
	fprintf(stderr, "usage: bench INJECTOR SMALL.yaml TEMPLATE DATA\n"
			"       bench lists|growth\n"
			"       bench threads INJECTOR\n"
			"       bench istioctl INJECTOR ISTIOCTL SMALL.yaml\n"
			"       bench gen N\n"
			"       bench render|time TEMPLATE DATA\n");
	return 2;
}

int main(int argc, char **argv)
{
	const char *const *files = (const char *const *)argv + argc - 2;

	recorded_open(getenv("BENCH_RECORDED"), setting("BENCH_RECORD", 0));
	if (argc == 2 && !strcmp(argv[1], "lists")) {
		lists();
	} else if (argc == 2 && !strcmp(argv[1], "growth")) {
		growth();
	} else if (argc == 3 && !strcmp(argv[1], "threads")) {
		threads(argv[2]);
	} else if (argc == 3 && !strcmp(argv[1], "gen")) {
		write_deployments(strtoull(argv[2], NULL, 10));
	} else if (argc == 4 && !strcmp(argv[1], "render")) {
		const struct render *r = render_of(files[0], files[1]);

		fwrite(r->out.p, 1, r->out.n, stdout);
	} else if (argc == 4 && !strcmp(argv[1], "time")) {
		printf("%.2f\n", render_time(files));
	} else if (argc == 5 && !strcmp(argv[1], "istioctl")) {
		against_istioctl(argv[2], argv[3], argv[4]);
	} else if (argc == 5) {
		speed();
		templates(files);
		large();
		lists();
		growth();
		deep();
		command(argv[1], argv[2]);
		threads(argv[1]);
	} else {
		return usage();
	}
	return figure_over();
}
