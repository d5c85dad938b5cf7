/*
 * paths - the parts of file names, as Go's package path has them.
 *
 * On the systems that this runs on path/filepath is the same, so the functions
 * with os in their names are the same functions.
 */
#include "sprig/sprig.h"

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

/* Take back the last element of what is written, down to `root`. */
static void go_up(struct buf *b, size_t root)
{
	b->n = folder_length((str){ b->p, b->n });
	if (b->n > root)
		b->n--;
	if (b->n < root)
		b->n = root;
}

/*
 * path.Clean, the elements written one by one: "." is left out, ".." takes the
 * one before back, unless there is none to take back: bytes up to `fixed`
 * (the root, or a row of "..") stay.
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
};

const struct func_table sprig_paths = FUNC_TABLE(rows);
