#include "command.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "figure.h"
#include "gen.h"
#include "sidecars.h"

#define STARTS 301
#define REPEATS 41

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

double command_wall_ms(const char *const argv[])
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

static double median(double *of, size_t n)
{
	qsort(of, n, sizeof(*of), by_size);
	return of[n / 2];
}

static double start_to_end(const void *arg)
{
	const char *const *argv = arg;
	static const char *const none[] = { "/bin/true", NULL };
	double ours[STARTS], bare[STARTS];

	for (int i = 0; i < STARTS; i++) {
		bare[i] = command_wall_ms(none);
		ours[i] = command_wall_ms(argv);
	}
	return median(ours, STARTS) - median(bare, STARTS);
}

/* A command, and what comes to it through a pipe. */
struct long_stream {
	const char *const *argv;
	enum gen_kind kind;
	size_t bytes;
};

/* The producer's side of the pipe. */
static void produce(int fd, const struct long_stream *stream)
{
	struct gen g = { .kind = stream->kind, .bytes = stream->bytes };
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
	const struct long_stream *stream = arg;
	struct rusage ru;
	pid_t producer, pid;
	int status, ends[2];

	if (pipe2(ends, O_CLOEXEC))
		die("pipe");
	producer = fork();
	if (producer == 0)
		produce(ends[1], stream);
	close(ends[1]);
	pid = start(stream->argv, ends[0]);
	close(ends[0]);
	if (wait4(pid, &status, 0, &ru) < 0 || status != 0)
		die("the command failed");
	if (waitpid(producer, &status, 0) < 0 || status != 0)
		die("the command did not read all of its input");
	return (double)ru.ru_maxrss / 1024;
}

/* CPU time of one start, in ms: the median of many. */
static double start_cpu(const void *arg)
{
	const char *const *argv = arg;
	double spent[STARTS];
	struct rusage ru;
	int status;

	for (int i = 0; i < STARTS; i++) {
		if (wait4(start(argv, -1), &status, 0, &ru) < 0 || status != 0)
			die("the command failed");
		spent[i] = cpu_of(&ru) * 1e3;
	}
	return median(spent, STARTS);
}

/* What a configuration costs. */
static void configured(const char *name, enum sidecar s, double plain,
		       const char *argv[], unsigned at)
{
	if (!sidecar_there(s))
		return;
	sidecar_arguments(s, argv, at);
	figure(name, in_child(start_cpu, argv).value - plain, 2, "ms");
}

/* Peak memory of one run, in MiB. */
static double peak_memory(const void *arg)
{
	struct rusage ru;
	int status;

	if (wait4(start(arg, -1), &status, 0, &ru) < 0 || status != 0)
		die("the command failed");
	return (double)ru.ru_maxrss / 1024;
}

/* Istio's default profile: one small file, and a stream of some 1000
 * workloads. */
static void profile(const char *injector)
{
	const char *argv[] = { injector, "-qj2", "-f",
			       "testdata/demo/httpbin.yaml", NULL };
	const struct long_stream stream = { argv, GEN_WORKLOADS, 1200000 };

	figure("default profile, one httpbin, over /bin/true",
	       in_child(start_to_end, argv).value, 1.5, "ms");
	figure("the same: peak memory", in_child(peak_memory, argv).value, 16,
	       "MiB");
	argv[3] = "-";
	figure("default profile, 1000 workloads: peak memory",
	       in_child(long_stream, &stream).value, 16, "MiB");
}

static void starts(const char *argv[], unsigned at)
{
	double plain;

	sidecar_arguments(SIDECAR_PLAIN, argv, at);
	figure("start to end on a small file, over /bin/true",
	       in_child(start_to_end, argv).value, 1, "ms");
	plain = in_child(start_cpu, argv).value;
	configured("CPU more with Istio's built-in profile", SIDECAR_BUILTIN,
		   plain, argv, at);
	configured("CPU more with a full Istio configuration", SIDECAR_ISTIO,
		   plain, argv, at);
}

/* How long a command takes when it runs again and again, in ms. */
static double repeated(const void *arg)
{
	double spent[REPEATS];

	command_wall_ms(arg);
	for (int i = 0; i < REPEATS; i++)
		spent[i] = command_wall_ms(arg);
	return median(spent, REPEATS);
}

void against_istioctl(const char *injector, const char *istioctl,
		      const char *small)
{
	const char *ours[4 + SIDECAR_ARGUMENTS] = { injector, "-q", "-f",
						    small };
	/* Without a revision it asks a cluster. */
	const char *theirs[6 + SIDECAR_ARGUMENTS] = {
		istioctl, "kube-inject", "-r", "default", "-f", small,
	};
	double spent;

	if (!sidecar_there(SIDECAR_ISTIO))
		return;
	sidecar_arguments(SIDECAR_ISTIO, ours, 4);
	sidecar_arguments(SIDECAR_ISTIO, theirs, 6);
	spent = in_child(repeated, theirs).value;
	figure("one httpbin, Istio: of istioctl's time",
	       in_child(repeated, ours).value / spent * 100, 100.0 / 40, "%");
}

void command(const char *injector, const char *small)
{
	const char *argv[4 + SIDECAR_ARGUMENTS] = { injector, "-qj2", "-f",
						    small };
	size_t gib = setting("BENCH_GIB", 1);
	const struct long_stream stream = { argv, GEN_PLAIN, gib << 30 };
	char name[80];

	starts(argv, 4);
	profile(injector);
	if (!gib)
		return;
	argv[3] = "-";
	sidecar_arguments(SIDECAR_PLAIN, argv, 4);
	snprintf(name, sizeof(name),
		 "%zu GiB of small documents: peak memory", gib);
	figure(name, in_child(long_stream, &stream).value, 16, "MiB");
}
