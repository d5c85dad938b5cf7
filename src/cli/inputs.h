/*
 * inputs - what is to be read, one after the other: files as they are named,
 * and with -R the manifests in folders.
 *
 * With -R, and where each file is treated by itself, a file that is reached
 * twice is there once, under the name that came first.
 */
#ifndef CLI_INPUTS_H
#define CLI_INPUTS_H

#include "base/arena.h"
#include "cli/options.h"
#include "cli/reporting.h"
#include "files/walk.h"

struct inputs {
	struct arena arena;
	struct seen seen;
	struct words words;	/* for input_open() */
};

/* Says what is wrong; what could be found is there all the same.  Released in
 * any case. */
enum status inputs_find(struct inputs *in, const struct options *o,
			struct reporting *reporting);
void inputs_release(struct inputs *in);

#endif
