/*
 * command - the command itself: from start to end, and at the end of a pipe.
 */
#ifndef BENCH_COMMAND_H
#define BENCH_COMMAND_H

/* Measure the program `injector`; `small` is a small file for it. */
void command(const char *injector, const char *small);
/* How long it takes for that file, compared with the program `istioctl`. */
void against_istioctl(const char *injector, const char *istioctl,
		      const char *small);
/* How long a command takes, which must succeed. */
double command_wall_ms(const char *const argv[]);

/* threads.c: the program with one thread and with two. */
void threads(const char *injector);

#endif
