/*
 * Reading one input.
 */
#include "cli/input.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/os.h"
#include "cli/programs.h"
#include "injector.h"

/* How much is read at a time. */
#define CHUNK ((size_t)64 << 10)

static int read_failed(const struct input *in, struct err *e)
{
	return err_set(e, (struct pos){ in->name, 0, 0 }, "cannot read: %s",
		       strerror(errno));
}

/* How much to read: a chunk, or what there is room for. */
static size_t make_room(struct input *in)
{
	if (in->head.n == in->head.cap)
		buf_reserve(&in->head, CHUNK);
	return in->head.cap - in->head.n < CHUNK ? in->head.cap - in->head.n :
						   CHUNK;
}

/* A regular file is read at once, unless others write to it. */
static bool is_at_end(const struct input *in, size_t room, size_t got)
{
	return got == 0 || (in->is_file && got < room &&
			    in->head.n == (uint64_t)in->st.st_size);
}

/* Read until n bytes are in memory or all is read. */
static int read_ahead(struct input *in, size_t n, struct err *e)
{
	while (!in->whole && in->head.n < n) {
		size_t room = make_room(in);
		int64_t got = io_read(in->fd, in->head.p + in->head.n, room);

		if (got < 0)
			return read_failed(in, e);
		in->head.n += (size_t)got;
		in->whole = is_at_end(in, room, (size_t)got);
	}
	return 0;
}

static int open_url(struct input *in, const char *url, const struct options *o,
		    struct err *e)
{
	size_t most = o->max_document ? o->max_document : INJECTOR_MAX_DOCUMENT;

	fetch_name(&in->url, url);
	in->name = buf_z(&in->url);
	in->whole = true;
	return fetch(url, in->name, most, &in->head, e);
}

static int open_failed(const char *path, const struct err *why, struct err *e)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return err_set(e, (struct pos){ path, 0, 0 }, "is a folder; "
			       "use -R to read the manifests in it");
	return err_set(e, why->pos, "%s", why->text);
}

static int open_file(struct input *in, const char *path, struct err *e)
{
	struct err why = ERR_INIT;
	size_t room;

	in->name = path;
	in->fd = io_open(path, &in->st, &why);
	if (in->fd < 0)
		return open_failed(path, &why, e);
	in->is_file = S_ISREG(in->st.st_mode);
	room = io_room(&in->st);
	buf_reserve(&in->head, room < INPUT_AHEAD ? room : INPUT_AHEAD);
	return read_ahead(in, INPUT_AHEAD, e);
}

int input_open(struct input *in, const char *word, const struct options *o,
	       struct err *e)
{
	*in = (struct input){ .fd = -1 };
	if (fetch_is_url(word))
		return open_url(in, word, o, e);
	if (strcmp(word, "-") != 0)
		return open_file(in, word, e);
	in->name = "<stdin>";
	in->fd = STDIN_FILENO;
	return read_ahead(in, INPUT_AHEAD, e);
}

int input_open_target(struct input *in, const struct target *target,
		      const struct options *o, struct err *e)
{
	if (!target->ahead || !target->ahead->name)
		return input_open(in, target->word, o, e);
	*in = *target->ahead;
	*target->ahead = (struct input){ .fd = -1 };
	return 0;
}

/* The text behind blank lines, comments, a document mark and a brace. */
static str skip_head(str text)
{
	size_t at = 0, brace;

	while (at < text.n) {
		str line = str_sub(text, at, text.n);

		if (strchr(" \t\r\n", text.p[at])) {
			at++;
			continue;
		}
		if (text.p[at] != '#' && !str_starts(line, STR("---")))
			break;
		at += str_find(line, 0, '\n');
	}
	brace = at < text.n && text.p[at] == '{';
	at += brace;
	while (brace && at < text.n && strchr(" \t\r\n", text.p[at]))
		at++;
	return str_sub(text, at, text.n);
}

/* Move *text past a word, which may be quoted. */
static bool take_word(str *text, str word)
{
	size_t at = text->n && strchr("\"'", text->p[0]) ? 1 : 0;

	if (!str_starts(str_sub(*text, at, text->n), word))
		return false;
	*text = str_sub(*text, at + word.n, text->n);
	return true;
}

bool input_is_function_call(const struct input *in)
{
	str text = skip_head(buf_str(&in->head));
	str group = STR("config.kubernetes.io/");
	bool kind_first = take_word(&text, STR("kind"));
	size_t at = 0;

	if (!kind_first && !take_word(&text, STR("apiVersion")))
		return false;
	while (at < text.n && strchr("\"': \t", text.p[at]))
		at++;
	text = str_sub(text, at, text.n);
	return str_starts(text, kind_first ? STR("ResourceList") : group);
}

int input_read_all(struct input *in, struct err *e)
{
	return read_ahead(in, SIZE_MAX, e);
}

int64_t input_read(void *ctx, void *p, size_t n)
{
	struct input *in = ctx;
	size_t left = in->head.n - in->at;

	if (left) {
		n = n < left ? n : left;
		memcpy(p, in->head.p + in->at, n);
		in->at += n;
		return (int64_t)n;
	}
	if (in->whole)
		return 0;
	buf_release(&in->head);
	in->at = 0;
	return io_read(in->fd, p, n);
}

/* Up to n bytes from an offset: how many there are, or -1. */
static int64_t read_at(const struct input *in, void *p, size_t n, uint64_t from)
{
	str part;

	if (!in->whole)
		return io_read_at(in->fd, p, n, from);
	part = str_sub(buf_str(&in->head), from, from + n);
	if (part.n)
		memcpy(p, part.p, part.n);
	return (int64_t)part.n;
}

int input_has(const struct input *in, uint64_t from, str bytes)
{
	char chunk[16384];

	while (bytes.n) {
		str some = str_sub(bytes, 0, sizeof(chunk));
		int64_t got = read_at(in, chunk, some.n, from);

		if (got < 0)
			return -1;
		if (!str_eq(some, (str){ chunk, (size_t)got }))
			return 0;
		bytes = str_sub(bytes, some.n, bytes.n);
		from += some.n;
	}
	return 1;
}

int input_copy(const struct input *in, int to, uint64_t n)
{
	char chunk[16384];
	uint64_t done = 0;

	while (done < n) {
		size_t want = n - done < sizeof(chunk) ? (size_t)(n - done)
						       : sizeof(chunk);
		int64_t got = read_at(in, chunk, want, done);

		if (got < 0 || io_write(to, chunk, (size_t)got) < 0)
			return -1;
		/* the file was truncated meanwhile */
		if (got == 0) {
			errno = EIO;
			return -1;
		}
		done += (uint64_t)got;
	}
	return 0;
}

bool input_ends_at(const struct input *in, uint64_t n)
{
	char byte;

	return read_at(in, &byte, 1, n) == 0;
}

void input_close(struct input *in)
{
	if (in->fd > STDIN_FILENO)
		close(in->fd);
	if (!in->lent)
		buf_release(&in->head);
	buf_release(&in->url);
}
