#include "files/ignore.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/chars.h"
#include "base/io.h"

/* Sizes in bytes of what precedes the object name of an entry, and of the
 * smallest entry behind that name: its flags and a NUL. */
#define STAT_SIZE 40
#define ENTRY_REST 3
/* Flags of an entry. */
#define EXTENDED 0x4000u

struct reader {
	struct arena *arena;
	str text;		/* without the checksum at its end */
	size_t at;
	size_t hash;
	uint32_t version;
	struct pos pos;
	struct err *err;
};

static int damaged(const struct reader *r, const char *how)
{
	return err_set(r->err, r->pos, "cannot read this index of git: %s",
		       how);
}

static uint32_t number(const char *p, size_t n)
{
	uint32_t value = 0;

	for (size_t i = 0; i < n; i++)
		value = value << 8 | (unsigned char)p[i];
	return value;
}

static size_t left(const struct reader *r)
{
	return r->text.n - r->at;
}

/* Version 4: how many bytes at the end of the name before are replaced. */
static int read_offset(struct reader *r, size_t *value)
{
	unsigned char c;

	*value = 0;
	for (int i = 0; i < 4 && left(r); i++) {
		c = (unsigned char)r->text.p[r->at++];
		*value = (*value << 7) + (c & 127);
		if (!(c & 128))
			return 0;
		++*value;
	}
	return damaged(r, "a name's offset is wrong");
}

/* The bytes up to a NUL, and behind it. */
static int read_text(struct reader *r, str *text)
{
	const char *from = r->text.p + r->at;
	const char *end = memchr(from, '\0', left(r));

	if (!end)
		return damaged(r, "it ends too early");
	*text = (str){ from, (size_t)(end - from) };
	r->at += text->n + 1;
	return 0;
}

static int read_short_name(struct reader *r, str before, str *name)
{
	size_t dropped;
	str rest;

	if (read_offset(r, &dropped) || read_text(r, &rest))
		return -1;
	if (dropped > before.n)
		return damaged(r, "a name's offset is wrong");
	before.n -= dropped;
	if (before.n + rest.n > GIT_INDEX_NAME_MAX)
		return damaged(r, "a name is too long");
	*name = arena_printf(r->arena, "%.*s%.*s", STR_ARG(before),
			     STR_ARG(rest));
	return 0;
}

static int read_name(struct reader *r, size_t start, str before, str *name)
{
	size_t size;

	if (r->version == 4)
		return read_short_name(r, before, name);
	if (read_text(r, name))
		return -1;
	if (name->n > GIT_INDEX_NAME_MAX)
		return damaged(r, "a name is too long");
	/* entries are padded to a multiple of 8 */
	size = (r->at - start + 7) & ~(size_t)7;
	if (size > r->text.n - start)
		return damaged(r, "it ends too early");
	r->at = start + size;
	return 0;
}

static int read_entry(struct reader *r, str before, str *name)
{
	size_t start = r->at;
	size_t head = STAT_SIZE + r->hash + 2;
	uint32_t flags;

	if (left(r) < head)
		return damaged(r, "it ends too early");
	flags = number(r->text.p + start + head - 2, 2);
	if (flags & EXTENDED)
		head += 2;
	if (left(r) < head || (flags & EXTENDED && r->version < 3))
		return damaged(r, "an entry's flags are wrong");
	r->at += head;
	return read_name(r, start, before, name);
}

static int read_entries(struct reader *r, struct git_index *x, uint32_t n)
{
	str name, before = STR_NONE;

	if (n > left(r) / (STAT_SIZE + r->hash + ENTRY_REST))
		return damaged(r, "it ends too early");
	x->names = arena_array(r->arena, str, n);
	for (uint32_t i = 0; i < n; i++) {
		if (read_entry(r, before, &name))
			return -1;
		/* the replacement of an entry of the shared index */
		if (!name.n)
			continue;
		/* a conflict has its name several times */
		if (x->n && str_cmp(before, name) > 0)
			return damaged(r, "its names are not sorted");
		x->names[x->n++] = before = name;
	}
	return 0;
}

/* An extension with an upper-case letter may be ignored. */
static int read_extensions(struct reader *r, struct git_index *x)
{
	while (left(r)) {
		const char *p = r->text.p + r->at;
		uint32_t size;

		if (left(r) < 8 || (size = number(p + 4, 4)) > left(r) - 8)
			return damaged(r, "an extension ends too early");
		if (memcmp(p, "link", 4) == 0 && size >= r->hash)
			x->base = (str){ p + 8, r->hash };
		else if (memcmp(p, "sdir", 4) != 0 && !(*p >= 'A' && *p <= 'Z'))
			return damaged(r, "it has an unknown extension");
		r->at += 8 + (size_t)size;
	}
	return 0;
}

struct git_index *git_index_parse(struct arena *a, const char *name, str text,
				  size_t hash, struct err *e)
{
	struct reader r = {
		.arena = a, .hash = hash, .at = 12, .pos = { name, 0, 0 },
		.err = e, .text = text,
	};
	struct git_index *x = arena_new(a, struct git_index);

	if (text.n < 12 + hash || memcmp(text.p, "DIRC", 4) != 0) {
		damaged(&r, "it does not begin as one");
		return NULL;
	}
	r.text.n -= hash;
	r.version = number(text.p + 4, 4);
	if (r.version < 2 || r.version > 4) {
		damaged(&r, "its version is not 2, 3 or 4");
		return NULL;
	}
	if (read_entries(&r, x, number(text.p + 8, 4)) ||
	    read_extensions(&r, x))
		return NULL;
	return x;
}

/* ---- files ---- */

/* extensions.objectFormat in the repository's configuration: how many bytes an
 * object name has. */
static size_t hash_size(const char *common)
{
	struct buf path = BUF_INIT, text = BUF_INIT;
	str rest, line;
	size_t size = 20;

	buf_printf(&path, "%s/config", common);
	(void)io_slurp(buf_z(&path), &text, NULL);
	for (rest = buf_str(&text); rest.n;) {
		const str key = STR("objectformat");
		size_t at;

		str_cut(rest, '\n', &line, &rest);
		at = skip_blanks(line, 0);
		if (line.n - at > key.n &&
		    strncasecmp(line.p + at, key.p, key.n) == 0 &&
		    memmem(line.p, line.n, "sha256", 6))
			size = 32;
	}
	buf_release(&path);
	buf_release(&text);
	return size;
}

static struct git_index *read_file(struct arena *a, str path, size_t hash,
				   struct err *e)
{
	struct buf text = BUF_INIT;
	struct git_index *x = NULL;
	struct stat st = { .st_size = 0 };
	bool there = stat(path.p, &st) == 0;

	if (!there && errno == ENOENT)
		return arena_new(a, struct git_index);
	if (!there)
		err_set(e, (struct pos){ path.p, 0, 0 }, "cannot look at it: "
			"%s", strerror(errno));
	else if ((size_t)st.st_size > GIT_INDEX_MAX)
		err_set(e, (struct pos){ path.p, 0, 0 }, "larger than 1 GiB");
	else if (io_slurp(path.p, &text, e) == 0)
		x = git_index_parse(a, path.p, arena_str(a, buf_str(&text)),
				    hash, e);
	buf_release(&text);
	return x;
}

const struct git_index *git_index_read(struct arena *a, const char *git,
				       const char *common, struct err *e)
{
	size_t hash = hash_size(common);
	struct buf path = BUF_INIT;
	struct git_index *x = read_file(a, arena_printf(a, "%s/index", git),
					hash, e);

	if (x && x->base.n) {
		buf_printf(&path, "%s/sharedindex.", git);
		for (size_t i = 0; i < hash; i++)
			buf_printf(&path, "%02x", (unsigned char)x->base.p[i]);
		x->shared = read_file(a, arena_str(a, buf_str(&path)), hash,
				      e);
		if (!x->shared)
			x = NULL;
	}
	buf_release(&path);
	return x;
}

/* ---- questions ---- */

/* The index of the first name that is not before `path`. */
static size_t first_from(const struct git_index *x, str path)
{
	size_t low = 0, high = x->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (str_cmp(x->names[middle], path) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool git_index_has(const struct git_index *x, str path)
{
	size_t i = first_from(x, path);

	if (i < x->n && str_eq(x->names[i], path))
		return true;
	return x->shared && git_index_has(x->shared, path);
}

bool git_index_has_below(const struct git_index *x, str folder)
{
	size_t i = first_from(x, folder);

	if (i < x->n && str_starts(x->names[i], folder))
		return true;
	return x->shared && git_index_has_below(x->shared, folder);
}
