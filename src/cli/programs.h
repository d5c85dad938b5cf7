/*
 * programs - the two programs that this one runs: kubectl to read from a
 * cluster, curl to read from an https:// address.
 *
 * No shell is involved.  The program's stdin is empty, its stdout is kept, and
 * its stderr becomes part of the error message.  A program that takes too long
 * or prints too much is killed.  Environment (KUBECONFIG, proxies) and working
 * folder are inherited.
 */
#ifndef CLI_PROGRAMS_H
#define CLI_PROGRAMS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

/* Run kubectl.  argv is that of execvp(3), argv[0] being the program; timeout
 * is in milliseconds, 0 for none.  0 with what it printed, or -1. */
int kubectl_run(const char *const *argv, uint64_t timeout, struct buf *out,
		struct err *e);

/*
 * Read what is at an https:// address: all of it or an error.  At most `most`
 * bytes, within 30 seconds, through at most 5 redirects, to https only.
 * ~/.curlrc is not read.  http:// is refused: without encryption anybody on the
 * way could put something else into the cluster.  `name` is what fetch_name()
 * makes of url.  0 or -1.
 */
int fetch(const char *url, const char *name, size_t most, struct buf *out,
	  struct err *e);
/* Does a word begin with http:// or https://, in any case? */
bool fetch_is_url(const char *word);
/* The address without user and password, for messages. */
void fetch_name(struct buf *out, const char *url);

#endif
