/*
 * Two threads against one: how long the command takes.  It is the time on the
 * clock, as the CPU time is the same, so that only a machine that is quiet
 * gives the figure; the shortest of some rounds in turn.
 */
#include "command.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/io.h"
#include "base/os.h"
#include "figure.h"
#include "gen.h"
#include "sidecars.h"

#define FILES 3000
#define STREAM (12 << 20)
/* 1.7 times as fast. */
#define BUDGET (1 / 1.7)

static void write_text(const char *path, str text)
{
	FILE *f = fopen(path, "w");

	if (!f || fwrite(text.p, 1, text.n, f) != text.n || fclose(f))
		die(path);
}

/* One file, and a folder of many. */
static void make_inputs(const char *folder)
{
	struct gen g = { .kind = GEN_WORKLOADS, .bytes = STREAM };
	struct buf b = BUF_INIT;
	char path[200];
	int64_t n;

	do {
		buf_reserve(&b, 1 << 16);
		n = gen_read(&g, b.p + b.n, 1 << 16);
		b.n += (size_t)n;
	} while (n > 0);
	snprintf(path, sizeof(path), "%s.yaml", folder);
	write_text(path, buf_str(&b));
	for (uint64_t i = 0; i < FILES; i++) {
		buf_clear(&b);
		gen_document(&b, GEN_WORKLOADS, i);
		snprintf(path, sizeof(path), "%s/%llu.yaml", folder,
			 (unsigned long long)i);
		write_text(path, buf_str(&b));
	}
	buf_release(&b);
	gen_release(&g);
}

static void remove_inputs(const char *folder)
{
	char path[200];

	for (unsigned i = 0; i < FILES; i++) {
		snprintf(path, sizeof(path), "%s/%u.yaml", folder, i);
		unlink(path);
	}
	rmdir(folder);
	snprintf(path, sizeof(path), "%s.yaml", folder);
	unlink(path);
}

/* argv has "1" at index 3, the number of threads. */
static double two_to_one(const void *arg)
{
	const char *const *one = arg;
	const char *two[8 + SIDECAR_ARGUMENTS];
	double best[2] = { 1e9, 1e9 };
	size_t n = 0;

	do
		two[n] = n == 3 ? "2" : one[n];
	while (one[n++]);
	for (int i = 0; i < ROUNDS * 4; i++) {
		double ms = command_wall_ms(i % 2 ? two : one);

		if (ms < best[i % 2])
			best[i % 2] = ms;
	}
	return best[1] / best[0];
}

void threads(const char *injector)
{
	char folder[] = "/tmp/injector-bench-XXXXXX", file[200];
	const char *argv[8 + SIDECAR_ARGUMENTS] = {
		injector, "-q", "-j", "1", "-f", file,
	};

	if (os_cores() < 2) {
		printf("skipped: threads need two cores\n");
		return;
	}
	if (!mkdtemp(folder))
		die(folder);
	make_inputs(folder);
	snprintf(file, sizeof(file), "%s.yaml", folder);
	sidecar_arguments(SIDECAR_LANGUAGE, argv, 6);
	figure_growth("two threads to one, a stream of 12 MiB: time",
		      in_child(two_to_one, argv).value, BUDGET);
	argv[4] = "-R";
	argv[5] = folder;
	figure_growth("two threads to one, 3000 files: time",
		      in_child(two_to_one, argv).value, BUDGET);
	remove_inputs(folder);
}
