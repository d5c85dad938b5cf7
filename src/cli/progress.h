/*
 * progress - how far long work is, for who waits at a terminal.
 *
 * One line on stderr, written over itself and gone at the end: after a second,
 * and only where stderr is a terminal on which nothing else is being written.
 * Never in CI, whose logs keep every version of the line, nor with -q.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/options.h"

struct progress {
	bool wanted, shown;
	size_t files, n_files;		/* done, of how many */
	uint64_t bytes;			/* read */
	uint64_t next;			/* when to write the line again, ms */
};

void progress_begin(struct progress *p, const struct options *o);
/* It is this many files. */
void progress_files(struct progress *p, size_t n);
void progress_read(struct progress *p, size_t bytes);
void progress_file_done(struct progress *p);
/* Take the line away: at the end, and before anything else is said. */
void progress_hide(struct progress *p);

#endif
