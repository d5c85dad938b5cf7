/*
 * child - another program, run for what it prints.
 *
 * No shell is involved.  Its stdin is empty, what it prints is kept, and so is
 * the beginning of what it says on stderr; if it takes too long or says too
 * much it is killed.  Environment and working folder are ours.
 */
#ifndef CLI_CHILD_H
#define CLI_CHILD_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct child_limits {
	uint64_t time;		/* milliseconds; 0: none */
	size_t output;		/* bytes on stdout */
};

enum child_end {
	CHILD_DONE,
	CHILD_NOT_STARTED,	/* the code is errno */
	CHILD_FAILED,		/* its exit status */
	CHILD_KILLED,		/* the signal */
	CHILD_TOO_SLOW,
	CHILD_SAID_TOO_MUCH,
};

/* argv as for execvp(3), argv[0] being the program. */
enum child_end child_run(const char *const *argv, const struct child_limits *l,
			 struct buf *out, struct buf *complaint, int *code);

#endif
