/*
 * completion - scripts by which shells complete a command line of the program,
 * made from the table of options: `injector completion bash`, zsh or fish.
 *
 * A script holds all names, so that completing runs nothing.
 */
#ifndef CLI_COMPLETION_H
#define CLI_COMPLETION_H

#include "base/str.h"

/* The script for a shell: 0, or -1 for one that is not known. */
int completion_script(struct buf *out, const char *shell);
/* The shells; NULL after the last. */
const char *completion_shell(size_t i);

#endif
