/*
 * fetch - what is at an https:// address, by running curl(1).
 *
 * The whole answer or an error: not more than a size, within 30 seconds,
 * redirected at most 5 times and only to https.  ~/.curlrc does not count; the
 * environment's proxies do.  Without encryption anybody on the way could put
 * something else into the cluster, so http:// is refused.
 */
#ifndef CLI_FETCH_H
#define CLI_FETCH_H

#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"

/* A word with http:// or https://, in any case, at its start. */
bool fetch_is_url(const char *word);
/* The address without user and password, for messages. */
void fetch_name(struct buf *out, const char *url);
/* 0, or -1; name is what fetch_name() makes of url. */
int fetch(const char *url, const char *name, size_t most, struct buf *out,
	  struct err *e);

#endif
