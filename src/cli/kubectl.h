/*
 * kubectl - ask a cluster by running kubectl, which knows how to get at it.
 *
 * No shell is involved.  Its stdin is empty, what it prints is kept, what it
 * says on stderr is part of the message if it fails; if it takes too long it
 * is killed.  Environment (KUBECONFIG) and working folder are ours.
 */
#ifndef CLI_KUBECTL_H
#define CLI_KUBECTL_H

#include "base/err.h"
#include "base/str.h"

/* argv as for execvp(3), argv[0] being the program.  timeout in milliseconds,
 * 0 for none.  0 with what it printed, or -1. */
int kubectl_run(const char *const *argv, uint64_t timeout, struct buf *out,
		struct err *e);

#endif
