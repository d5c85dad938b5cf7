/*
 * command - the command itself: from start to end, and at the end of a pipe.
 */
#ifndef BENCH_COMMAND_H
#define BENCH_COMMAND_H

/* Measure the program `injector`; `small` is a small file for it. */
void command(const char *injector, const char *small);

#endif
