/*
 * figure - taking measurements, and saying how they stand to the budget.
 *
 * Every figure is taken in a child process: peak memory is then that figure's
 * own, since Linux hands the peak of the parent on to what it starts.
 */
#ifndef BENCH_FIGURE_H
#define BENCH_FIGURE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>
#include <time.h>

#define ROUNDS 5

/* End the program: what was to be measured does not work. */
void die(const char *what) __attribute__((noreturn));

/* A line for a figure.  One in "x" is a ratio that every machine has: it is
 * compared with the recorded one, or recorded; see recorded_open(). */
void figure(const char *name, double got, double budget, const char *unit);
/* The same of a doubling, or of twice the threads, which has only a budget. */
void figure_growth(const char *name, double got, double budget);
/* Was one over its budget, or slower than recorded? */
bool figure_over(void);

/* ---- recorded figures ---- */

/* A line of the file is "ratio VALUE NAME".  What is more than a seventh slower
 * than that is SLOWER. */
#define RECORDED_SLACK 1.15

/* Compare with this file; with `add`, append figures to it instead. */
void recorded_open(const char *path, bool add);
/* Is the ratio slower than the recorded one?  Then it is worth a second look:
 * a busy machine is noisy. */
bool recorded_slower(const char *name, double got);

double seconds(clockid_t clock);
/* CPU time of this process. */
double cpu(void);
/* The CPU time that *ru tells of. */
double cpu_of(const struct rusage *ru);

struct outcome {
	double value;		/* what the function in the child returned */
	double peak;		/* bytes */
	double cpu;
};

/* Run in a child process. */
struct outcome in_child(double (*fn)(const void *arg), const void *arg);

/* A number of the environment. */
size_t setting(const char *name, size_t otherwise);

#endif
