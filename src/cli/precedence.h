/*
 * precedence - the command line, the environment and the project's file as one.
 *
 * The file is looked for (project/find) unless one is named by --config, or
 * --no-config says that there is to be none; the environment may say either,
 * too.
 */
#ifndef CLI_PRECEDENCE_H
#define CLI_PRECEDENCE_H

#include "cli/options.h"

/* Add to o->settings what the command line does not say, settled.  Says what is
 * wrong. */
enum status precedence_load(struct options *o);
/* Is it on the command line?  Options that mean something only with another are
 * misused without that there, but may stand by elsewhere. */
bool precedence_given(const struct options *o, const char *name);
/* Say what is wrong with a setting: in the words of its level. */
enum status precedence_error(const struct options *o,
		       const struct project_setting *s, const struct err *e);

#endif
