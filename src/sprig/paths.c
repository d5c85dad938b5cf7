/*
 * paths - the parts of file names (package path), and URLs as maps (url.go).
 *
 * On the systems this runs on path/filepath is the same as path, so the
 * functions with os in their names are the same functions.
 */
#include "sprig/sprig.h"

#include "go/net.h"

static str without_slashes(str s)
{
	while (s.n && s.p[s.n - 1] == '/')
		s.n--;
	return s;
}

/* Bytes up to and with the last slash. */
static size_t folder_length(str s)
{
	while (s.n && s.p[s.n - 1] != '/')
		s.n--;
	return s.n;
}

/* Remove the last element written, but not the first `root` bytes. */
static void go_up(struct buf *b, size_t root)
{
	b->n = folder_length((str){ b->p, b->n });
	if (b->n > root)
		b->n--;
	if (b->n < root)
		b->n = root;
}

/*
 * path.Clean, element by element: "." is omitted, ".." removes the element
 * before it, if there is one: bytes up to `fixed` (the root, or a row of "..")
 * are never removed.
 */
static void add_clean(struct buf *b, str s)
{
	bool rooted = s.n && s.p[0] == '/';
	size_t fixed = rooted, i = 0, end;

	if (rooted)
		buf_addc(b, '/');
	for (; i < s.n; i = end + 1) {
		str part;

		end = str_find(s, i, '/');
		part = str_sub(s, i, end);
		if (!part.n || str_eq(part, STR(".")))
			continue;
		if (!str_eq(part, STR(".."))) {
			if (b->n > rooted)
				buf_addc(b, '/');
			buf_adds(b, part);
		} else if (b->n > fixed) {
			go_up(b, fixed);
		} else if (!rooted) {
			buf_addz(b, b->n ? "/.." : "..");
			fixed = b->n;
		}
	}
	if (!b->n)
		buf_addc(b, '.');
}

static int clean(struct call *c, struct value *out)
{
	struct buf b = BUF_INIT;

	add_clean(&b, call_str(c, 0));
	return call_return_buf(c, out, &b);
}

static int dir(struct call *c, struct value *out)
{
	struct buf b = BUF_INIT;
	str s = call_str(c, 0);

	add_clean(&b, str_sub(s, 0, folder_length(s)));
	return call_return_buf(c, out, &b);
}

static int base(struct call *c, struct value *out)
{
	str s = call_str(c, 0), name = without_slashes(s);

	if (!s.n)
		*out = value_str(STR("."));
	else if (!name.n)
		*out = value_str(STR("/"));
	else
		*out = value_str(str_sub(name, folder_length(name), name.n));
	return 0;
}

static int ext(struct call *c, struct value *out)
{
	str s = call_str(c, 0);
	size_t i = s.n;

	while (i && s.p[i - 1] != '/' && s.p[i - 1] != '.')
		i--;
	if (!i || s.p[i - 1] == '/')
		i = s.n + 1;
	*out = value_str(str_sub(s, i - 1, s.n));
	return 0;
}

static int is_abs(struct call *c, struct value *out)
{
	*out = value_bool(str_starts(call_str(c, 0), STR("/")));
	return 0;
}

/* ---- URLs ---- */

static void put(struct map *m, const char *key, str s)
{
	map_set(m, str_of(key), value_str(s));
}

/* The text of b, in the arena; b is released. */
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

/* The text of a key, "" if it is missing. */
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

/* As the original does, by parsing a URL made of it. */
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
	{ "base", "(string) string", base },
	{ "dir", "(string) string", dir },
	{ "clean", "(string) string", clean },
	{ "ext", "(string) string", ext },
	{ "isAbs", "(string) bool", is_abs },
	{ "osBase", "(string) string", base },
	{ "osDir", "(string) string", dir },
	{ "osClean", "(string) string", clean },
	{ "osExt", "(string) string", ext },
	{ "osIsAbs", "(string) bool", is_abs },
	{ "urlParse", "(string) map[string]interface {}", url_parse_of },
	{ "urlJoin", "(map[string]interface {}) string", url_join },
};

const struct func_table sprig_paths = FUNC_TABLE(rows);
