/*
 * udiff - removed and added lines are found by Myers' greedy algorithm ("An
 * O(ND) Difference Algorithm", 1986), from the first line on, in rounds.
 *
 *	 0 ──► x  lines of the old text	  a step right: a line is removed
 *	 │ ╲			  	  a step down: a line is added
 *	 ▼   ╲ k = x - y	  	  along a diagonal: equal lines
 *	 y
 *
 * One round costs the square of the changes in it.  It ends at the end of both
 * texts; at a run of equal lines so long that no better path avoids it; or when
 * it becomes too expensive, at the farthest point.  So a text of many small
 * changes, as injection makes them, takes linear time, and no text takes more
 * than a constant per line.  The result may not be the shortest, but it is
 * always correct.
 */
#include "files/udiff.h"

#include <stdlib.h>

#include "base/arena.h"

#define CONTEXT 3
#define LONG_RUN 64	/* equal lines that end a round */
#define CHANGES_MAX 1024	/* changes that end a round */

struct line {
	str text;	/* with its line feed */
	uint32_t hash;
};

struct side {
	struct line *lines;
	bool *marked;	/* removed, added */
	size_t n;
};

static struct side side_of(str text)
{
	struct side s = { .n = 0 };
	size_t room = 1;
	size_t at = 0;

	for (size_t i = 0; i < text.n; i++)
		room += text.p[i] == '\n';
	s.lines = mem_alloc_array(room, sizeof(*s.lines));
	s.marked = mem_alloc_array(room, sizeof(*s.marked));
	memset(s.marked, 0, room * sizeof(*s.marked));
	while (at < text.n) {
		size_t end = str_find(text, at, '\n');
		str line = str_sub(text, at, end + 1);

		s.lines[s.n++] = (struct line){ line, str_hash(line) };
		at += line.n;
	}
	return s;
}

static void side_release(struct side *s)
{
	mem_free(s->lines);
	mem_free(s->marked);
}

static bool same(const struct line *a, const struct line *b)
{
	return a->hash == b->hash && str_eq(a->text, b->text);
}

/* ---- one round ---- */

#define NOWHERE -1

/* Lines i.. of old and j.. of new are still to be compared.  For d changes,
 * path[d * d ...] has the x that each diagonal -d..d reaches. */
struct round {
	const struct side *old, *new;
	size_t i, j;
	int32_t *path;
	size_t capacity;
};

/* Make room for the paths with d changes. */
static void reserve(struct round *r, int d)
{
	size_t need = (size_t)(d + 1) * (size_t)(d + 1);

	if (need <= r->capacity)
		return;
	r->capacity = 2 * need;
	r->path = mem_realloc(r->path, r->capacity * sizeof(*r->path));
}

static int32_t *reached(const struct round *r, int d, int k)
{
	return &r->path[(size_t)d * (size_t)d + (size_t)(k + d)];
}

/* Where the d-th change enters diagonal k; *down if it adds a line.  NOWHERE if
 * that is outside of the texts. */
static int32_t enter(const struct round *r, int d, int k, bool *down)
{
	int32_t x = k < d - 1 ? *reached(r, d - 1, k + 1) : NOWHERE;
	int32_t left = k > 1 - d ? *reached(r, d - 1, k - 1) : NOWHERE;

	if (x >= 0 && r->j + (size_t)(x - k) > r->new->n)
		x = NOWHERE;
	if (left >= 0 && r->i + (size_t)left < r->old->n)
		left++;
	else
		left = NOWHERE;
	*down = x >= left;
	return *down ? x : left;
}

/* How many lines are equal from here on. */
static int32_t run(const struct round *r, int32_t x, int32_t y)
{
	size_t i = r->i + (size_t)x, j = r->j + (size_t)y;
	int32_t n = 0;

	while (i < r->old->n && j < r->new->n &&
	       same(&r->old->lines[i], &r->new->lines[j])) {
		i++;
		j++;
		n++;
	}
	return n;
}

/* Extend all paths to d changes; true with *end, a diagonal, if one of them may
 * end the round. */
static bool advance(const struct round *r, int d, int *end)
{
	for (int k = -d; k <= d; k += 2) {
		bool down;
		int32_t x = enter(r, d, k, &down);
		int32_t n = x >= 0 ? run(r, x, x - k) : 0;

		*reached(r, d, k) = x + n;
		if (x < 0)
			continue;
		*end = k;
		if (n >= LONG_RUN)
			return true;
		x += n;
		if (r->i + (size_t)x == r->old->n &&
		    r->j + (size_t)(x - k) == r->new->n)
			return true;
	}
	return false;
}

/* The diagonal that has passed the most lines. */
static int farthest(const struct round *r, int d)
{
	int32_t most = NOWHERE;
	int best = -d;

	for (int k = -d; k <= d; k += 2) {
		int32_t x = *reached(r, d, k);

		if (x >= 0 && 2 * x - k > most) {
			most = 2 * x - k;
			best = k;
		}
	}
	return best;
}

/* Follow the path back from diagonal k and mark its changes. */
static void mark(const struct round *r, int d, int k)
{
	for (; d > 0; d--) {
		bool down;
		int32_t x = enter(r, d, k, &down);
		int32_t y = x - k;

		if (down)
			r->new->marked[r->j + (size_t)y - 1] = true;
		else
			r->old->marked[r->i + (size_t)x - 1] = true;
		k += down ? 1 : -1;
	}
}

/* One round from i, j on, which move behind what it compared. */
static void compare_some(struct round *r)
{
	int d = 0, k = 0;
	int32_t x;

	reserve(r, 0);
	*reached(r, 0, 0) = 0;
	do {
		reserve(r, ++d);
	} while (!advance(r, d, &k) && d < CHANGES_MAX);
	if (d == CHANGES_MAX)
		k = farthest(r, d);
	x = *reached(r, d, k);
	mark(r, d, k);
	r->i += (size_t)x;
	r->j += (size_t)(x - k);
}

static void compare(const struct side *old, const struct side *new)
{
	struct round r = { .old = old, .new = new };

	for (;;) {
		int32_t n = run(&r, 0, 0);

		r.i += (size_t)n;
		r.j += (size_t)n;
		if (r.i == old->n || r.j == new->n)
			break;
		compare_some(&r);
	}
	for (size_t i = r.i; i < old->n; i++)
		old->marked[i] = true;
	for (size_t j = r.j; j < new->n; j++)
		new->marked[j] = true;
	mem_free(r.path);
}

/* ---- as text ---- */

#define BOLD "\33[1m"
#define RED "\33[31m"
#define GREEN "\33[32m"
#define CYAN "\33[36m"
#define PLAIN "\33[m"

struct printer {
	struct buf *out;
	bool color;
	const struct side *old, *new;
};

static void put(const struct printer *p, const char *color, const char *sign,
		str text)
{
	bool ended = str_ends(text, STR("\n"));
	bool colored = p->color && *color;

	buf_addz(p->out, colored ? color : "");
	buf_addz(p->out, sign);
	buf_adds(p->out, str_sub(text, 0, text.n - ended));
	buf_addz(p->out, colored ? PLAIN "\n" : "\n");
	if (!ended)
		buf_addz(p->out, "\\ No newline at end of file\n");
}

/* Names with special characters are quoted as by git; a name with a blank is
 * followed by a tab, which ends it for patch(1). */
static void put_name(const struct printer *p, const char *sign, str name)
{
	struct buf b = BUF_INIT;
	bool quoted = false;

	for (size_t i = 0; i < name.n; i++)
		quoted |= (unsigned char)name.p[i] < ' ' ||
			  strchr("\"\\\177", name.p[i]);
	buf_addz(&b, quoted ? "\"" : "");
	buf_addz(&b, *sign == '-' ? "a/" : "b/");
	for (size_t i = 0; i < name.n; i++) {
		unsigned char c = (unsigned char)name.p[i];

		if (c < ' ' || c == 0x7f)
			buf_printf(&b, "\\%03o", c);
		else if (c == '"' || c == '\\')
			buf_printf(&b, "\\%c", c);
		else
			buf_addc(&b, (char)c);
	}
	buf_addz(&b, quoted ? "\"" : "");
	buf_addz(&b, !quoted && memchr(b.p, ' ', b.n) ? "\t\n" : "\n");
	put(p, BOLD, sign, buf_str(&b));
	buf_release(&b);
}

/* A change, and its number of lines on either side. */
struct change {
	size_t i, j, n_old, n_new;
};

/* The next change from c->i, c->j on; false at the end. */
static bool next_change(const struct printer *p, struct change *c)
{
	const struct side *old = p->old, *new = p->new;

	c->i += c->n_old;
	c->j += c->n_new;
	c->n_old = c->n_new = 0;
	while (c->i < old->n && c->j < new->n && !old->marked[c->i] &&
	       !new->marked[c->j]) {
		c->i++;
		c->j++;
	}
	while (c->i + c->n_old < old->n && old->marked[c->i + c->n_old])
		c->n_old++;
	while (c->j + c->n_new < new->n && new->marked[c->j + c->n_new])
		c->n_new++;
	return c->n_old || c->n_new;
}

/* "start,count"; without lines, `start` is the line before. */
static void put_range(struct buf *b, size_t from, size_t n)
{
	buf_printf(b, "%zu", n ? from + 1 : from);
	if (n != 1)
		buf_printf(b, ",%zu", n);
}

static void put_place(const struct printer *p, const struct change *hunk)
{
	struct buf b = BUF_INIT;

	buf_addz(&b, "@@ -");
	put_range(&b, hunk->i, hunk->n_old);
	buf_addz(&b, " +");
	put_range(&b, hunk->j, hunk->n_new);
	buf_addz(&b, " @@\n");
	put(p, CYAN, "", buf_str(&b));
	buf_release(&b);
}

static void put_lines(const struct printer *p, const struct change *hunk)
{
	size_t i = hunk->i, j = hunk->j;

	while (i < hunk->i + hunk->n_old || j < hunk->j + hunk->n_new) {
		if (i < hunk->i + hunk->n_old && p->old->marked[i])
			put(p, RED, "-", p->old->lines[i++].text);
		else if (j < hunk->j + hunk->n_new && p->new->marked[j])
			put(p, GREEN, "+", p->new->lines[j++].text);
		else
			put(p, "", " ", p->old->lines[i++].text), j++;
	}
}

/* The hunk that begins with change *c: with it all that follow so closely that
 * what is shown around them would meet.  *c is the first behind it; false if
 * there is none. */
static bool put_hunk(const struct printer *p, struct change *c)
{
	size_t before = c->i < CONTEXT ? c->i : CONTEXT;
	struct change hunk = { c->i - before, c->j - before, 0, 0 };
	size_t end, after;
	bool more;

	do {
		end = c->i + c->n_old;
		hunk.n_new = c->j + c->n_new - hunk.j;
		more = next_change(p, c);
	} while (more && c->i - end <= 2 * CONTEXT);
	after = p->old->n - end < CONTEXT ? p->old->n - end : CONTEXT;
	hunk.n_old = end + after - hunk.i;
	hunk.n_new += after;
	put_place(p, &hunk);
	put_lines(p, &hunk);
	return more;
}

void udiff(struct buf *out, str name, str old, str new, bool color)
{
	struct side a = side_of(old), b = side_of(new);
	const struct printer p = { out, color, &a, &b };
	struct change c = { 0, 0, 0, 0 };

	compare(&a, &b);
	if (next_change(&p, &c)) {
		put_name(&p, "--- ", name);
		put_name(&p, "+++ ", name);
		while (put_hunk(&p, &c))
			continue;
	}
	side_release(&a);
	side_release(&b);
}
