/*
 * net - URLs and IP addresses.
 *
 *	url       = [ scheme ":" ] ( opaque | [ "//" authority ] path )
 *	            [ "?" query ] [ "#" fragment ]
 *	authority = [ user [ ":" password ] "@" ] host [ ":" port ]
 *
 * What is refused, and in which words, follows Go 1.26's net/url; each part has
 * its own set of characters that need no escape.  A host in brackets must be an
 * IPv6 address: the grammar of RFC 4291, with a zone after a percent sign.
 */
#include "go/net.h"

#include "base/chars.h"
#include "go/strconv.h"

/* ---- addresses ---- */

struct address {
	str text;
	struct buf *why;
};

static str from(str s, size_t i)
{
	return str_sub(s, i, s.n);
}

/* `at`: the rest of the text that is wrong, or empty. */
static int fail_ip(const struct address *a, const char *what, str at)
{
	buf_addz(a->why, "ParseAddr(");
	quote_text(a->why, a->text, false);
	buf_printf(a->why, "): %s", what);
	if (at.n) {
		buf_addz(a->why, " (at ");
		quote_text(a->why, at, false);
		buf_addc(a->why, ')');
	}
	return -1;
}

/* a.b.c.d */
static int check_4(const struct address *a, str s)
{
	unsigned value = 0, digits = 0, dots = 0;
	size_t i;

	for (i = 0; i < s.n; i++) {
		if (s.p[i] == '.') {
			if (i == 0 || i + 1 == s.n || s.p[i - 1] == '.')
				return fail_ip(a,
					       "IPv4 field must have at least "
					       "one digit", from(s, i));
			if (dots++ == 3)
				return fail_ip(a, "IPv4 address too long",
					       STR_NONE);
			value = digits = 0;
			continue;
		}
		if (!is_digit(s.p[i]))
			return fail_ip(a, "unexpected character", from(s, i));
		if (digits++ == 1 && value == 0)
			return fail_ip(a,
				       "IPv4 field has octet with leading zero",
				       STR_NONE);
		value = value * 10 + (unsigned)(s.p[i] - '0');
		if (value > 255)
			return fail_ip(a, "IPv4 field has value >255",
				       STR_NONE);
	}
	return dots < 3 ? fail_ip(a, "IPv4 address too short", STR_NONE) : 0;
}

static size_t hex_digits(str s)
{
	size_t i = 0;

	while (i < s.n && hex_value(s.p[i]) >= 0)
		i++;
	return i;
}

/* Take the colon after a group, and a second one, which stands for zeros. */
static int check_colon(const struct address *a, str *s, bool *zeros)
{
	if (s->p[0] != ':')
		return fail_ip(a, "unexpected character, want colon", *s);
	if (s->n == 1)
		return fail_ip(a, "colon must be followed by more characters",
			       *s);
	*s = from(*s, 1);
	if (s->p[0] != ':')
		return 0;
	if (*zeros)
		return fail_ip(a, "multiple :: in address", *s);
	*zeros = true;
	*s = from(*s, 1);
	return 0;
}

static int check_embedded(const struct address *a, str s, unsigned bytes,
			  bool zeros)
{
	if (!zeros && bytes != 12)
		return fail_ip(a,
			       "embedded IPv4 address must replace the final "
			       "2 fields of the address", s);
	if (bytes + 4 > 16)
		return fail_ip(a,
			       "too many hex fields to fit an embedded IPv4 at "
			       "the end of the address", s);
	return check_4(a, s);
}

/* The address without its zone. */
static int check_6(const struct address *a, str s)
{
	bool zeros = str_starts(s, STR("::"));
	unsigned bytes = 0;
	size_t n;

	if (zeros)
		s = from(s, 2);
	while (bytes < 16 && !(s.n == 0 && zeros)) {
		n = hex_digits(s);
		if (n > 4)
			return fail_ip(a,
				       "each group must have 4 or less digits",
				       s);
		if (n == 0)
			return fail_ip(a,
				       "each colon-separated field must have "
				       "at least one digit", s);
		if (n < s.n && s.p[n] == '.') {
			if (check_embedded(a, s, bytes, zeros) != 0)
				return -1;
			bytes += 4;
			s = STR_NONE;
			break;
		}
		bytes += 2;
		s = from(s, n);
		if (!s.n)
			break;
		if (check_colon(a, &s, &zeros) != 0)
			return -1;
	}
	if (s.n)
		return fail_ip(a, "trailing garbage after address", s);
	if (bytes < 16 && !zeros)
		return fail_ip(a, "address string too short", STR_NONE);
	if (bytes == 16 && zeros)
		return fail_ip(a, "the :: must expand to at least one field of "
			       "zeros", STR_NONE);
	return 0;
}

int ip_check(str s, bool *is_4, struct buf *why)
{
	struct address a = { s, why };
	size_t i = 0, percent;

	while (i < s.n && !memchr(".:%", s.p[i], 3))
		i++;
	*is_4 = i < s.n && s.p[i] == '.';
	if (i == s.n)
		return fail_ip(&a, "unable to parse IP", STR_NONE);
	if (s.p[i] == '%')
		return fail_ip(&a, "missing IPv6 address", STR_NONE);
	if (*is_4)
		return check_4(&a, s);
	percent = str_find(s, 0, '%');
	if (percent + 1 == s.n)
		return fail_ip(&a, "zone must be a non-empty string", STR_NONE);
	return check_6(&a, str_sub(s, 0, percent));
}

/* ---- escapes ---- */

enum url_part { PATH, HOST, ZONE, USER, FRAGMENT };

/* Does the character need no escape in this part? */
static bool is_plain(char c, enum url_part part)
{
	static const char *const plain[] = {
		[PATH] = "$&+,-./:;=@_~",
		[HOST] = "!\"$&'()*+,-.:;<=>[]_~",
		[ZONE] = "!\"$&'()*+,-.:;<=>[]_~",
		[USER] = "$&+,-.;=_~",
		[FRAGMENT] = "!$&()*+,-./:;=?@_~",
	};

	return is_alnum(c) || (c && strchr(plain[part], c));
}

static void add_escaped(struct buf *out, str s, enum url_part part)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		if (is_plain(s.p[i], part))
			buf_addc(out, s.p[i]);
		else
			buf_printf(out, "%%%02X", (uint8_t)s.p[i]);
	}
}

static int fail(struct buf *why, const char *what)
{
	buf_addz(why, what);
	return -1;
}

static int fail_escape(struct buf *why, str s)
{
	buf_addz(why, "invalid URL escape ");
	quote_text(why, str_sub(s, 0, 3), false);
	return -1;
}

/* Check an escape at the start of s.  In a host only bytes past ASCII may be
 * escaped, except for the percent sign of a zone and blanks in a zone. */
static int check_escape(str s, enum url_part part, struct buf *why)
{
	char byte;

	if (s.n < 3 || hex_value(s.p[1]) < 0 || hex_value(s.p[2]) < 0)
		return fail_escape(why, s);
	if (str_starts(s, STR("%25")))
		return 0;
	byte = (char)(hex_value(s.p[1]) << 4 | hex_value(s.p[2]));
	if (part == HOST && hex_value(s.p[1]) < 8)
		return fail_escape(why, s);
	if (part == ZONE && byte != ' ' && !is_plain(byte, HOST))
		return fail_escape(why, s);
	return 0;
}

static int check_escapes(str s, enum url_part part, struct buf *why)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		if (s.p[i] == '%') {
			if (check_escape(str_sub(s, i, s.n), part, why) != 0)
				return -1;
			i += 2;
		} else if ((part == HOST || part == ZONE) &&
			   (uint8_t)s.p[i] < 0x80 && !is_plain(s.p[i], part)) {
			buf_addz(why, "invalid character ");
			quote_text(why, str_sub(s, i, i + 1), false);
			return fail(why, " in host name");
		}
	}
	return 0;
}

static int unescape(str *out, struct arena *a, str s, enum url_part part,
		    struct buf *why)
{
	char *p;
	size_t i, n = 0;

	*out = s;
	if (check_escapes(s, part, why) != 0)
		return -1;
	if (str_find(s, 0, '%') == s.n)
		return 0;
	p = arena_alloc(a, s.n);
	for (i = 0; i < s.n; i++) {
		p[n++] = s.p[i];
		if (s.p[i] == '%') {
			p[n - 1] = (char)(hex_value(s.p[i + 1]) << 4 |
					  hex_value(s.p[i + 2]));
			i += 2;
		}
	}
	*out = (str){ p, n };
	return 0;
}

/* ---- parsing ---- */

/* Take "name:" off the start of s, if it is there: the scheme. */
static int take_scheme(struct url *u, struct arena *a, str *s,
		       struct buf *why)
{
	size_t i, n = 0;
	char *p;

	while (n < s->n && (is_alnum(s->p[n]) ||
			    (s->p[n] && strchr("+-.", s->p[n]))))
		n++;
	if (n == s->n || s->p[n] != ':')
		return 0;
	if (n == 0)
		return fail(why, "missing protocol scheme");
	if (!is_alpha(s->p[0]))
		return 0;
	p = arena_alloc(a, n);
	for (i = 0; i < n; i++)
		p[i] = is_upper(s->p[i]) ? (char)(s->p[i] | 0x20) : s->p[i];
	u->scheme = (str){ p, n };
	*s = str_sub(*s, n + 1, s->n);
	return 0;
}

/* Nothing, or a colon and digits. */
static bool is_port(str s)
{
	size_t i;

	if (s.n && s.p[0] != ':')
		return false;
	for (i = 1; i < s.n; i++)
		if (!is_digit(s.p[i]))
			return false;
	return true;
}

static int check_port(str s, struct buf *why)
{
	if (is_port(s))
		return 0;
	buf_addz(why, "invalid port ");
	quote_text(why, s, false);
	return fail(why, " after host");
}

static size_t find_last(str s, char c)
{
	size_t i = s.n;

	while (i && s.p[i - 1] != c)
		i--;
	return i ? i - 1 : s.n;
}

/* The offset of "%25", which starts the zone of an address, or s.n. */
static size_t find_zone(str s)
{
	size_t i = 0;

	while (i < s.n && !str_starts(str_sub(s, i, s.n), STR("%25")))
		i++;
	return i;
}

/* "[address%25zone]:port" */
static int parse_bracketed(str *out, struct arena *a, str s, struct buf *why)
{
	size_t close = find_last(s, ']'), zone;
	str port, inner, name, name_zone, address;
	bool is_4;

	if (close == s.n)
		return fail(why, "missing ']' in host");
	port = str_sub(s, close + 1, s.n);
	inner = str_sub(s, 1, close);
	zone = find_zone(inner);
	if (check_port(port, why) != 0 ||
	    unescape(&name, a, str_sub(inner, 0, zone), HOST, why) != 0 ||
	    unescape(&name_zone, a, str_sub(inner, zone, inner.n), ZONE,
		     why) != 0)
		return -1;
	*out = arena_printf(a, "[%.*s%.*s]%.*s", STR_ARG(name),
			    STR_ARG(name_zone), STR_ARG(port));
	address = str_sub(*out, 1, 1 + name.n + name_zone.n);
	close = why->n;
	buf_addz(why, "invalid host: ");
	if (ip_check(address, &is_4, why) != 0)
		return -1;
	why->n = close;
	return is_4 ? fail(why, "invalid IP-literal") : 0;
}

/* Lists of hosts with ports ("a:1,b:2") are accepted, but not where there must
 * be a single host. */
static int parse_host(struct url *u, struct arena *a, str s, struct buf *why)
{
	size_t bracket = find_last(s, '['), colon;

	if (bracket == 0 && s.n)
		return parse_bracketed(&u->host, a, s, why);
	if (bracket < s.n)
		return fail(why, "invalid IP-literal");
	colon = str_eq(u->scheme, STR("http")) ||
		str_eq(u->scheme, STR("https"))
		? str_find(s, 0, ':') : find_last(s, ':');
	if (check_port(str_sub(s, colon, s.n), why) != 0)
		return -1;
	return unescape(&u->host, a, s, HOST, why);
}

static int parse_user(struct url *u, struct arena *a, str s, struct buf *why)
{
	str user, password = STR_NONE;
	size_t i;

	for (i = 0; i < s.n; i++)
		if (!is_alnum(s.p[i]) &&
		    !(s.p[i] && strchr("-._:~!$&'()*+,;=%@", s.p[i])))
			return fail(why, "net/url: invalid userinfo");
	u->has_user = true;
	u->has_password = str_cut(s, ':', &user, &password);
	if (!u->has_password)
		password = STR_NONE;
	if (unescape(&u->user, a, user, USER, why) != 0)
		return -1;
	return unescape(&u->password, a, password, USER, why);
}

static int parse_authority(struct url *u, struct arena *a, str s,
			   struct buf *why)
{
	size_t at = find_last(s, '@');

	if (at == s.n)
		return parse_host(u, a, s, why);
	if (parse_host(u, a, str_sub(s, at + 1, s.n), why) != 0)
		return -1;
	return parse_user(u, a, str_sub(s, 0, at), why);
}

static bool has_control(str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if ((uint8_t)s.p[i] < ' ' || s.p[i] == 0x7f)
			return true;
	return false;
}

/* "a:b/c" would be a scheme. */
static bool colon_in_first_segment(str s)
{
	return str_find(s, 0, ':') < str_find(s, 0, '/');
}

/* Everything except the fragment. */
static int parse_url(struct url *u, struct arena *a, str s, struct buf *why)
{
	size_t slash;

	if (has_control(s))
		return fail(why, "net/url: invalid control character in URL");
	if (str_eq(s, STR("*"))) {
		u->path = s;
		return 0;
	}
	if (take_scheme(u, a, &s, why) != 0)
		return -1;
	if (!str_cut(s, '?', &s, &u->query))
		u->query = STR_NONE;
	if (!str_starts(s, STR("/"))) {
		u->opaque = u->scheme.n ? s : STR_NONE;
		if (u->scheme.n)
			return 0;
		if (colon_in_first_segment(s))
			return fail(why, "first path segment in URL cannot "
					 "contain colon");
	}
	if (str_starts(s, STR("//")) &&
	    (u->scheme.n || !str_starts(s, STR("///")))) {
		slash = str_find(s, 2, '/');
		if (parse_authority(u, a, str_sub(s, 2, slash), why) != 0)
			return -1;
		s = str_sub(s, slash, s.n);
	}
	return unescape(&u->path, a, s, PATH, why);
}

int url_parse(struct url *u, struct arena *a, str s, struct buf *why)
{
	struct buf what = BUF_INIT;
	str head, fragment;
	int r;

	*u = (struct url){ .has_user = false };
	if (!str_cut(s, '#', &head, &fragment))
		fragment = STR_NONE;
	r = parse_url(u, a, head, &what);
	if (r == 0 && fragment.n) {
		head = s;	/* the message quotes all of it */
		r = unescape(&u->fragment, a, fragment, FRAGMENT, &what);
	}
	if (r != 0) {
		buf_addz(why, "parse ");
		quote_text(why, head, false);
		buf_addz(why, ": ");
		buf_adds(why, buf_str(&what));
	}
	buf_release(&what);
	return r;
}

str url_hostname(const struct url *u)
{
	str host = u->host;
	size_t colon = find_last(host, ':');

	if (is_port(str_sub(host, colon, host.n)))
		host = str_sub(host, 0, colon);
	if (str_starts(host, STR("[")) && str_ends(host, STR("]")))
		host = str_sub(host, 1, host.n - 1);
	return host;
}

/* ---- writing ---- */

void url_userinfo(struct buf *out, const struct url *u)
{
	add_escaped(out, u->user, USER);
	if (u->has_password) {
		buf_addc(out, ':');
		add_escaped(out, u->password, USER);
	}
}

/* What follows the scheme, if there is one. */
static void add_hierarchy(struct buf *out, const struct url *u, size_t start)
{
	struct buf path = BUF_INIT;

	if (u->host.n || u->has_user || (u->scheme.n && u->path.n))
		buf_addz(out, "//");
	if (u->has_user) {
		url_userinfo(out, u);
		buf_addc(out, '@');
	}
	add_escaped(out, u->host, HOST);
	if (str_eq(u->path, STR("*")))
		buf_addc(&path, '*');
	else
		add_escaped(&path, u->path, PATH);
	if (path.n && path.p[0] != '/' && u->host.n)
		buf_addc(out, '/');
	if (out->n == start && colon_in_first_segment(buf_str(&path)))
		buf_addz(out, "./");
	buf_adds(out, buf_str(&path));
	buf_release(&path);
}

void url_text(struct buf *out, const struct url *u)
{
	size_t start = out->n;

	if (u->scheme.n) {
		buf_adds(out, u->scheme);
		buf_addc(out, ':');
	}
	if (u->opaque.n)
		buf_adds(out, u->opaque);
	else
		add_hierarchy(out, u, start);
	if (u->query.n) {
		buf_addc(out, '?');
		buf_adds(out, u->query);
	}
	if (u->fragment.n) {
		buf_addc(out, '#');
		add_escaped(out, u->fragment, FRAGMENT);
	}
}

void url_escape_query(struct buf *out, str s)
{
	static const char hex[] = "0123456789ABCDEF";

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		char code[] = { '%', hex[c >> 4], hex[c & 15] };

		if (is_alnum(c) || (c && strchr("-_.~", c)))
			buf_addc(out, (char)c);
		else if (c == ' ')
			buf_addc(out, '+');
		else
			buf_add(out, code, sizeof(code));
	}
}
