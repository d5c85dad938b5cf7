/*
 * udiff - which lines were removed and added is found in three steps.
 *
 * Lines that the other text does not have are changes, and are left out of what
 * follows: most of what an injection adds.
 *
 * Of long texts, lines that both have equally often are matched one by one; the
 * longest series of matches in which both texts go forward splits them into
 * ranges.  An edit that moves lines may take more lines for that than it must.
 *
 * A range is compared by Myers' greedy algorithm ("An O(ND) Difference
 * Algorithm", 1986), from the first line on, in rounds.
 *
 *	 0 ──► x  lines of the old text	  a step right: a line is removed
 *	 │ ╲			  	  a step down: a line is added
 *	 ▼   ╲ k = x - y	  	  along a diagonal: equal lines
 *	 y
 *
 * One round costs the square of the changes in it.  It ends at the end of both;
 * at a run of equal lines so long that no better path avoids it; or when it
 * becomes too expensive, at the farthest point.  So no text takes more than a
 * constant per line.  The result may not be the shortest, but it is always
 * correct.
 */
#include "files/udiff.h"

#include <stdlib.h>

#include "base/arena.h"

#define CONTEXT 3
#define SHORT 1024	/* lines of both texts that are one range */
#define LONG_RUN 64	/* equal lines that end a round */
#define CHANGES_MAX 256	/* changes that end a round */

/* Lines that both texts have, by their numbers. */
struct common {
	uint32_t *line;		/* in the text */
	uint32_t *word;		/* what it says; see struct words */
	size_t n;
};

struct side {
	str *lines;		/* with their line feeds */
	bool *marked;		/* removed, added */
	uint32_t *word;
	size_t n;
	struct common common;
};

static struct side side_of(struct arena *a, str text)
{
	struct side s = { .n = 0 };
	size_t room = 1;
	size_t at = 0;

	for (size_t i = 0; i < text.n; i++)
		room += text.p[i] == '\n';
	s.lines = arena_array(a, str, room);
	s.marked = arena_zarray(a, bool, room);
	s.word = arena_array(a, uint32_t, room);
	s.common.line = arena_array(a, uint32_t, room);
	s.common.word = arena_array(a, uint32_t, room);
	while (at < text.n) {
		str line = str_sub(text, at, str_find(text, at, '\n') + 1);

		s.lines[s.n++] = line;
		at += line.n;
	}
	return s;
}

/* ---- lines that both have ---- */

#define OLD 0
#define NEW 1
#define NONE UINT32_MAX

/* A text of a line, and how often it occurs. */
struct word {
	str text;
	uint32_t hash;
	uint32_t n[2];
	uint32_t next;		/* of the new common lines, not yet matched */
};

struct words {
	struct word *at;
	uint32_t *slots;	/* number + 1 by hash; 0: free */
	uint32_t n, mask;
};

static uint32_t word_of(struct words *w, str text)
{
	uint32_t hash = str_hash(text), at = hash & w->mask;

	for (; w->slots[at]; at = (at + 1) & w->mask) {
		const struct word *word = &w->at[w->slots[at] - 1];

		if (word->hash == hash && str_eq(word->text, text))
			return w->slots[at] - 1;
	}
	w->at[w->n] = (struct word){ text, hash, { 0, 0 }, NONE };
	w->slots[at] = ++w->n;
	return w->n - 1;
}

static void count_words(struct words *w, struct side *s, int which)
{
	for (size_t i = 0; i < s->n; i++) {
		s->word[i] = word_of(w, s->lines[i]);
		w->at[s->word[i]].n[which]++;
	}
}

static void find_common(const struct words *w, struct side *s, int other)
{
	struct common *c = &s->common;

	for (size_t i = 0; i < s->n; i++) {
		s->marked[i] = !w->at[s->word[i]].n[other];
		if (s->marked[i])
			continue;
		c->line[c->n] = (uint32_t)i;
		c->word[c->n++] = s->word[i];
	}
}

static struct words words_of(struct arena *a, struct side *old,
			     struct side *new)
{
	struct words w = { .mask = 63 };

	while (w.mask / 2 < old->n + new->n)
		w.mask = 2 * w.mask + 1;
	w.at = arena_array(a, struct word, old->n + new->n);
	w.slots = arena_zarray(a, uint32_t, (size_t)w.mask + 1);
	count_words(&w, old, OLD);
	count_words(&w, new, NEW);
	find_common(&w, old, NEW);
	find_common(&w, new, OLD);
	return w;
}

/* ---- one round ---- */

#define NOWHERE -1

/* Common lines i.. of old and j.. of new are still to be compared, up to the
 * ends.  For d changes, path[d * d ...] has the x that each diagonal -d..d
 * reaches. */
struct round {
	const struct side *old, *new;
	size_t i, j, old_end, new_end;
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

	if (x >= 0 && r->j + (size_t)(x - k) > r->new_end)
		x = NOWHERE;
	if (left >= 0 && r->i + (size_t)left < r->old_end)
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

	while (i < r->old_end && j < r->new_end &&
	       r->old->common.word[i] == r->new->common.word[j]) {
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
		if (r->i + (size_t)x == r->old_end &&
		    r->j + (size_t)(x - k) == r->new_end)
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

static void mark_line(const struct side *s, size_t i)
{
	s->marked[s->common.line[i]] = true;
}

/* Follow the path back from diagonal k and mark its changes. */
static void mark(const struct round *r, int d, int k)
{
	for (; d > 0; d--) {
		bool down;
		int32_t x = enter(r, d, k, &down);
		int32_t y = x - k;

		if (down)
			mark_line(r->new, r->j + (size_t)y - 1);
		else
			mark_line(r->old, r->i + (size_t)x - 1);
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

static void compare_range(struct round *r)
{
	for (;;) {
		int32_t n = run(r, 0, 0);

		r->i += (size_t)n;
		r->j += (size_t)n;
		if (r->i == r->old_end || r->j == r->new_end)
			break;
		compare_some(r);
	}
	for (; r->i < r->old_end; r->i++)
		mark_line(r->old, r->i);
	for (; r->j < r->new_end; r->j++)
		mark_line(r->new, r->j);
}

/* ---- ranges ---- */

/* A common line of old and one of new that are the same. */
struct match {
	uint32_t i, j;
	uint32_t before;	/* the match before it in a series, or NONE */
};

/* Match the n-th line of a text with the n-th of it in new. */
static size_t find_matches(struct words *w, const struct common *old,
			   const struct common *new, uint32_t *after,
			   struct match *matches)
{
	size_t n = 0;

	for (size_t j = new->n; j-- > 0;) {
		struct word *word = &w->at[new->word[j]];

		after[j] = word->next;
		word->next = (uint32_t)j;
	}
	for (size_t i = 0; i < old->n; i++) {
		struct word *word = &w->at[old->word[i]];
		uint32_t j = word->next;

		if (word->n[OLD] != word->n[NEW])
			continue;
		word->next = after[j];
		matches[n++] = (struct match){ (uint32_t)i, j, NONE };
	}
	return n;
}

/* The longest series of matches that go forward in new as they do in old: its
 * last one, from which `before` leads through it.  ends[n]: the match with the
 * least j at which a series of n + 1 ends. */
static uint32_t longest_series(struct match *m, size_t n, uint32_t *ends)
{
	size_t length = 0;

	for (size_t i = 0; i < n; i++) {
		size_t low = 0, high = length;

		if (length && m[ends[length - 1]].j < m[i].j)
			low = length;
		while (low < high) {
			size_t middle = (low + high) / 2;

			if (m[ends[middle]].j < m[i].j)
				low = middle + 1;
			else
				high = middle;
		}
		m[i].before = low ? ends[low - 1] : NONE;
		ends[low] = (uint32_t)i;
		length = low == length ? length + 1 : length;
	}
	return length ? ends[length - 1] : NONE;
}

/* The matched lines divide the texts, from the end on. */
static void compare(struct arena *a, struct words *w, const struct side *old,
		    const struct side *new)
{
	const struct common *c = &old->common, *d = &new->common;
	struct round r = { .old = old, .new = new };
	size_t old_end = c->n, new_end = d->n;
	struct match *matches = NULL;
	uint32_t at = NONE;

	if (c->n + d->n > SHORT) {
		matches = arena_array(a, struct match, c->n);
		at = longest_series(matches,
				    find_matches(w, c, d,
						 arena_array(a, uint32_t, d->n),
						 matches),
				    arena_array(a, uint32_t, c->n));
	}
	for (; at != NONE; at = matches[at].before) {
		r.i = matches[at].i + 1;
		r.j = matches[at].j + 1;
		r.old_end = old_end;
		r.new_end = new_end;
		old_end = matches[at].i;
		new_end = matches[at].j;
		compare_range(&r);
	}
	r.i = r.j = 0;
	r.old_end = old_end;
	r.new_end = new_end;
	compare_range(&r);
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
			put(p, RED, "-", p->old->lines[i++]);
		else if (j < hunk->j + hunk->n_new && p->new->marked[j])
			put(p, GREEN, "+", p->new->lines[j++]);
		else
			put(p, "", " ", p->old->lines[i++]), j++;
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
	struct arena arena = ARENA_INIT;
	struct side a = side_of(&arena, old), b = side_of(&arena, new);
	struct words words = words_of(&arena, &a, &b);
	const struct printer p = { out, color, &a, &b };
	struct change c = { 0, 0, 0, 0 };

	compare(&arena, &words, &a, &b);
	if (next_change(&p, &c)) {
		put_name(&p, "--- ", name);
		put_name(&p, "+++ ", name);
		while (put_hunk(&p, &c))
			continue;
	}
	arena_release(&arena);
}
