/*
 * file - .injector.yaml: a map whose keys are options' long names.
 *
 * A flag is true or false; an option that may be repeated has a list, or one
 * argument by itself; some take a map (enum project_map).  Nothing (`key:`)
 * says nothing.  Relative paths are relative to the file.
 *
 * The file comes with what somebody checked out, so it is not trusted with
 * everything: an option with a reason in `refused` is an error, as is one that
 * does not exist.
 */
#ifndef PROJECT_FILE_H
#define PROJECT_FILE_H

#include "project/setting.h"

/* `path` is for messages and to find what the file names; it and `text` must
 * outlive *s.  0, or -1 with the error and its place. */
int project_read_file(struct project_settings *s,
		      const struct project_options *options, const char *path,
		      str text, struct err *e);

#endif
