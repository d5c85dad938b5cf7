/*
 * net - URLs and IP addresses, as Go's net/url and net/netip treat them.
 *
 * Error texts are Go's, appended to *why.
 */
#ifndef GO_NET_H
#define GO_NET_H

#include "base/arena.h"
#include "base/str.h"

struct url {
	str scheme;		/* in small letters */
	str opaque;		/* as in mailto:joe */
	bool has_user, has_password;
	str user, password;	/* decoded, like host, path and fragment */
	str host;		/* with the port */
	str path;
	str query;		/* not decoded */
	str fragment;
};

/* 0 or -1.  The parts are views into s or live in a. */
int url_parse(struct url *u, struct arena *a, str s, struct buf *why);
/* Append the whole URL. */
void url_text(struct buf *out, const struct url *u);
/* Append user:password, encoded. */
void url_userinfo(struct buf *out, const struct url *u);
/* The host without its port and brackets. */
str url_hostname(const struct url *u);
/* url.QueryEscape, appended: all but letters, digits and - _ . ~ become %XX, a
 * blank becomes +.  At most three bytes for one of s. */
void url_escape_query(struct buf *out, str s);

/* netip.ParseAddr: is s an IPv6 or (*is_4) an IPv4 address?  0 or -1. */
int ip_check(str s, bool *is_4, struct buf *why);

#endif
