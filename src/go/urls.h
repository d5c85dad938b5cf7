/*
 * urls - URLs taken apart and put together, as Go's net/url does it.
 */
#ifndef GO_URLS_H
#define GO_URLS_H

#include "base/arena.h"
#include "base/str.h"

struct url {
	str scheme;		/* in small letters */
	str opaque;		/* of mailto:joe and its like */
	bool has_user, has_password;
	str user, password;	/* decoded, as are host, path and fragment */
	str host;		/* with the port */
	str path;
	str query;		/* as it is */
	str fragment;
};

/* 0, or -1 with Go's error text appended to *why.  Parts are views into s or
 * live in a. */
int url_parse(struct url *u, struct arena *a, str s, struct buf *why);
/* Put together, appended to out. */
void url_text(struct buf *out, const struct url *u);
/* user:password, encoded. */
void url_userinfo(struct buf *out, const struct url *u);
/* The host without its port and its brackets. */
str url_hostname(const struct url *u);

#endif
