/*
 * programs - the two programs that this one runs: kubectl to read from a
 * cluster, curl to read from an https:// address.
 *
 * No shell is involved.  The program's stdin is empty, its stdout is kept, and
 * its stderr becomes part of the error message.  A program that takes too long
 * or prints too much is killed.  Environment and working folder are inherited.
 */
#ifndef CLI_PROGRAMS_H
#define CLI_PROGRAMS_H

#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"

/* argv as for execvp(3), argv[0] being the program.  timeout in milliseconds,
 * 0 for none.  0 with what it printed, or -1. */
int kubectl_run(const char *const *argv, uint64_t timeout, struct buf *out,
		struct err *e);

/* A word with http:// or https://, in any case, at its start. */
bool fetch_is_url(const char *word);
/* The address without user and password, for messages. */
void fetch_name(struct buf *out, const char *url);
/* 0, or -1; name is what fetch_name() makes of url. */
int fetch(const char *url, const char *name, size_t most, struct buf *out,
	  struct err *e);

#endif
