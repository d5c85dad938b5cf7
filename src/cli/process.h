/*
 * process - one input through the library, with its events reported.
 *
 * A Helm template is recognized before any of it is written: it has one of
 * Helm's actions outside quotes, or any action and is not valid YAML.  It is
 * skipped with a warning.
 */
#ifndef CLI_PROCESS_H
#define CLI_PROCESS_H

#include "cli/input.h"
#include "cli/messages.h"
#include "cli/options.h"
#include "injector.h"

/* What all inputs of a run have in common. */
struct session {
	const struct injector *injector;
	const struct options *options;
	struct reporting *reporting;
	struct injector_batch *batch;
};

/* One input and where its output goes. */
struct run {
	const struct session *session;
	struct input *input;
	int (*write)(void *to, const void *p, size_t n);
	void *to;
};

enum run_end {
	RUN_DONE,
	RUN_SKIPPED,		/* a Helm template; nothing was written */
	RUN_FAILED,		/* *error is set and not yet printed */
};

/* A `write` that drops the output. */
int run_discard(void *to, const void *p, size_t n);
enum run_end run_input(const struct run *run, struct injector_error *error);

#endif
