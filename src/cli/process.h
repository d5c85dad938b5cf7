/*
 * process - one input through the library, with what is told of it.
 *
 * A template of a Helm chart is told from a manifest before anything of it is
 * written: it has an action of Helm's outside of quotes, or some such action
 * and cannot be read.  It is passed over with a warning; helm's output is what
 * can be injected.
 */
#ifndef CLI_PROCESS_H
#define CLI_PROCESS_H

#include "cli/input.h"
#include "cli/messages.h"
#include "cli/options.h"
#include "injector.h"

/* What all inputs have in common. */
struct session {
	const struct injector *injector;
	const struct options *options;
	struct reporting *reporting;
	struct injector_batch *batch;
};

struct run {
	const struct session *session;
	struct input *input;
	int (*write)(void *to, const void *p, size_t n);
	void *to;
};

enum run_end {
	RUN_DONE,
	RUN_PASSED_OVER,	/* nothing was written */
	RUN_FAILED,		/* nothing was said yet */
};

/* A `write` for what is not wanted. */
int run_to_nowhere(void *to, const void *p, size_t n);
enum run_end run_input(const struct run *run, struct injector_error *error);

#endif
