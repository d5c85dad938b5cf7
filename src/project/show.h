/*
 * show - an option and where its value comes from, as a line or lines of a
 * project's file with comments.
 *
 * What is shown can be read again.  Only what was set on the command line or in
 * a file is shown word by word; words of the environment, which is where
 * secrets are kept, are not.
 */
#ifndef PROJECT_SHOW_H
#define PROJECT_SHOW_H

#include "project/setting.h"

/* `initial` is what it is where nothing sets it; NULL: nothing. */
void project_show(struct buf *b, const struct project_settings *s,
		  const struct project_options *options, size_t option,
		  const char *initial);

#endif
