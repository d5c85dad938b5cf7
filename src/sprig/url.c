/*
 * url - URLs as maps: sprig's urlParse and urlJoin (url.go).
 */
#include "sprig/sprig.h"
#include "go/net.h"

static void put(struct map *m, const char *key, str s)
{
	map_set(m, str_of(key), value_str(s));
}

/* The text that b holds, in the arena; b is released. */
static str settle(struct call *c, struct buf *b)
{
	str s = arena_str(c->arena, buf_str(b));

	buf_release(b);
	return s;
}

static int url_parse_of(struct call *c, struct value *out)
{
	struct buf why = BUF_INIT, userinfo = BUF_INIT;
	struct map *m;
	struct url u;

	if (url_parse(&u, c->arena, call_str(c, 0), &why) != 0) {
		call_fail(c, "unable to parse url: %s", buf_z(&why));
		buf_release(&why);
		return -1;
	}
	m = map_new(c->arena, &type_map);
	put(m, "scheme", u.scheme);
	put(m, "host", u.host);
	put(m, "hostname", url_hostname(&u));
	put(m, "path", u.path);
	put(m, "query", u.query);
	put(m, "opaque", u.opaque);
	put(m, "fragment", u.fragment);
	url_userinfo(&userinfo, &u);
	put(m, "userinfo", settle(c, &userinfo));
	*out = value_of_map(m, &type_map);
	return 0;
}

/* The text under a key, "" where there is none. */
static int take(struct call *c, const char *key, str *out)
{
	struct value v;

	*out = STR("");
	if (!map_get(call_map(c, 0), str_of(key), &v))
		return 0;
	if (value_is_nothing(&v))
		return call_fail(c, "runtime error: invalid memory address or "
				    "nil pointer dereference");
	if (!value_is_string(&v))
		return call_fail(c, "unable to parse %s key, must be of type "
				    "string, but %s found",
				 key, kind_name(value_kind(&v)));
	*out = value_text(&v);
	return 0;
}

/* The original has a URL made of it, and takes that apart. */
static int parse_userinfo(struct call *c, struct url *u, str userinfo)
{
	struct buf why = BUF_INIT, whole = BUF_INIT;
	struct url with;

	if (!userinfo.n)
		return 0;
	buf_addz(&whole, "proto://");
	buf_adds(&whole, userinfo);
	buf_addz(&whole, "@host");
	if (url_parse(&with, c->arena, settle(c, &whole), &why) != 0) {
		call_fail(c, "unable to parse userinfo in dict: %s",
			  buf_z(&why));
		buf_release(&why);
		return -1;
	}
	u->has_user = with.has_user;
	u->has_password = with.has_password;
	u->user = with.user;
	u->password = with.password;
	return 0;
}

static int url_join(struct call *c, struct value *out)
{
	struct url u = { .has_user = false };
	struct buf b = BUF_INIT;
	str userinfo;

	if (take(c, "scheme", &u.scheme) != 0 ||
	    take(c, "host", &u.host) != 0 ||
	    take(c, "path", &u.path) != 0 ||
	    take(c, "query", &u.query) != 0 ||
	    take(c, "opaque", &u.opaque) != 0 ||
	    take(c, "fragment", &u.fragment) != 0 ||
	    take(c, "userinfo", &userinfo) != 0 ||
	    parse_userinfo(c, &u, userinfo) != 0)
		return -1;
	url_text(&b, &u);
	return call_return_buf(c, out, &b);
}

static const struct func rows[] = {
	{ "urlParse", "(string) map[string]interface {}", url_parse_of },
	{ "urlJoin", "(map[string]interface {}) string", url_join },
};

const struct func_table sprig_url = FUNC_TABLE(rows);
