/*
 * precedence - the command line, the environment and .injector.yaml as one
 * list of settings: the first of these that sets an option decides it.
 *
 * The file is the nearest one (project/find) unless --config names another or
 * --no-config switches it off, which the environment may do as well.
 */
#ifndef CLI_PRECEDENCE_H
#define CLI_PRECEDENCE_H

#include "cli/options.h"

/* Add to o->settings, which has the command line's, what the environment and
 * the file set, and keep what is effective.  Prints what is wrong. */
enum status precedence_load(struct options *o);
/* Does the command line set this option?  Options that need another one are
 * misused without it there, but may be set elsewhere for later use. */
bool precedence_given(const struct options *o, const char *name);
/* Print that a setting is invalid: e->text is what was expected instead.
 * STATUS_MISUSE, or STATUS_FAILED for a setting of the file. */
enum status precedence_error(const struct options *o,
			     const struct project_setting *s,
			     const struct err *e);

#endif
