/*
 * rewrite - files edited one by one: -w, --check, --diff.
 *
 * An error in one file is reported and the others are still processed.  A file
 * is replaced only if it changes, in one step, by a text that was read again
 * and compared.  What another program writes to it meanwhile is never lost.
 */
#ifndef CLI_REWRITE_H
#define CLI_REWRITE_H

#include <stdbool.h>

#include "cli/options.h"
#include "cli/process.h"

/* Do the options ask for it? */
bool rewrite_wanted(const struct options *o);
/* Can these options be combined, also with the files given? */
enum status rewrite_check_options(const struct options *o);
/* Process each input. */
enum status rewrite_files(struct session *s, const struct inputs *inputs);
/* The more serious of two statuses, for the program to exit with. */
enum status rewrite_worse(enum status a, enum status b);

#endif
