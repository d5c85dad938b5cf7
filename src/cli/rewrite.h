/*
 * rewrite - files treated by themselves: -w, --check, --diff.
 *
 * What is wrong with one is told, and the others are done.  A file is replaced
 * in one step, by a text that was read again and compared, and only if it
 * changes; what another program wrote to it in the meantime is never lost.
 */
#ifndef CLI_REWRITE_H
#define CLI_REWRITE_H

#include <stdbool.h>

#include "cli/options.h"
#include "cli/process.h"

bool rewrite_wanted(const struct options *o);
/* Do the options go together, with each other and the files? */
enum status rewrite_check_options(const struct options *o);
enum status rewrite_files(const struct session *s, const struct words *words);
/* Of two statuses the one to exit with. */
enum status rewrite_worse(enum status a, enum status b);

#endif
