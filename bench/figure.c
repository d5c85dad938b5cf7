#include "figure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

void die(const char *what)
{
	fprintf(stderr, "bench: %s\n", what);
	exit(1);
}

static bool over;

static struct {
	const char *path;
	bool add;
} recorded;

void recorded_open(const char *path, bool add)
{
	recorded.path = path;
	recorded.add = add;
}

/* The recorded ratio, or 0. */
static double recorded_ratio(const char *name)
{
	FILE *f = recorded.path ? fopen(recorded.path, "r") : NULL;
	char line[200], text[200];
	double ratio = 0, value;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "ratio %lf %199[^\n]", &value, text) == 2 &&
		    strcmp(text, name) == 0)
			ratio = value;
	if (f)
		fclose(f);
	return ratio;
}

static void record(const char *name, double got)
{
	FILE *f = fopen(recorded.path, "a");

	if (!f || fprintf(f, "ratio %.2f %s\n", got, name) < 0 || fclose(f))
		die(recorded.path);
}

bool recorded_slower(const char *name, double got)
{
	double was = recorded.add ? 0 : recorded_ratio(name);

	return was > 0 && got > was * RECORDED_SLACK;
}

static void line(const char *name, double got, double budget, const char *unit,
		 bool slower)
{
	bool ok = got <= budget;

	printf("%-44s %8.2f %-4s budget %6.1f  %s\n", name, got, unit, budget,
	       !ok ? "OVER" : slower ? "SLOWER than recorded" : "ok");
	fflush(stdout);
	over |= !ok || slower;
}

void figure(const char *name, double got, double budget, const char *unit)
{
	bool ratio = strcmp(unit, "x") == 0;

	line(name, got, budget, unit, ratio && recorded_slower(name, got));
	if (ratio && recorded.add)
		record(name, got);
}

void figure_growth(const char *name, double got, double budget)
{
	line(name, got, budget, "x", false);
}

bool figure_over(void)
{
	return over;
}

double seconds(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

double cpu(void)
{
	return seconds(CLOCK_PROCESS_CPUTIME_ID);
}

double cpu_of(const struct rusage *ru)
{
	return (double)ru->ru_utime.tv_sec + (double)ru->ru_stime.tv_sec +
	       (double)(ru->ru_utime.tv_usec + ru->ru_stime.tv_usec) / 1e6;
}

struct outcome in_child(double (*fn)(const void *arg), const void *arg)
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
	o.cpu = cpu_of(&ru);
	munmap(value, sizeof(*value));
	return o;
}

size_t setting(const char *name, size_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoul(text, NULL, 10) : otherwise;
}
