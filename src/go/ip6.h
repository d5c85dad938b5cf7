/*
 * ip6 - is a text an IPv6 address?
 */
#ifndef GO_IP6_H
#define GO_IP6_H

#include "base/str.h"

/* 0, or -1 with what netip.ParseAddr says appended to *why.  An IPv4 address
 * is one too: *is_4. */
int ip_check(str s, bool *is_4, struct buf *why);

#endif
