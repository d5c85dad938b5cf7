/*
 * source - count lines and columns, from the start or from an index.
 */
#include "tree/source.h"

/* How far apart the places of an index are, in bytes. */
#define STEP ((size_t)4096)

struct source_index {
	struct arena *arena;
	struct pos *at;		/* of every STEP-th byte, so many as known */
	size_t n;
};

/* How many lines end in a text.  Blocks have a size that compilers make vector
 * code for. */
static uint32_t count_lines(str text)
{
	const size_t block = 32;
	uint32_t n = 0;
	size_t i;

	for (i = 0; i + block <= text.n; i += block) {
		unsigned char here = 0;

		for (size_t k = 0; k < block; k++)
			here = (unsigned char)(here + (text.p[i + k] == '\n'));
		n += here;
	}
	for (; i < text.n; i++)
		n += text.p[i] == '\n';
	return n;
}

/* The place behind a text that begins at pos. */
static struct pos pos_behind(const struct source *s, struct pos pos, str text)
{
	uint32_t lines = count_lines(text);

	if (lines) {
		pos.line += lines;
		pos.column = 1 + s->indent;
		text = str_sub(text, str_find_last(text, '\n') + 1, text.n);
	}
	for (size_t i = 0; i < text.n; i++)
		if (((unsigned char)text.p[i] & 0xc0) != 0x80)
			pos.column++;
	return pos;
}

/* Without an index.  A byte order mark has no column. */
static struct pos counted(const struct source *s, size_t offset)
{
	size_t from = 0;

	if (offset >= 3 && str_starts(s->text, STR("\xef\xbb\xbf")))
		from = 3;
	return pos_behind(s, (struct pos){ s->name, s->line, s->column },
			  str_sub(s->text, from, offset));
}

void source_index(struct arena *a, struct source *s)
{
	s->index = arena_new(a, struct source_index);
	s->index->arena = a;
}

/* The place of byte STEP * `step`, each counted from the one before. */
static struct pos step_pos(const struct source *s, size_t step)
{
	struct source_index *x = s->index;

	if (!x->at) {
		x->at = arena_array(x->arena, struct pos,
				    s->text.n / STEP + 1);
		x->at[x->n++] = counted(s, 0);
		x->at[x->n++] = counted(s, STEP);
	}
	for (; x->n <= step; x->n++)
		x->at[x->n] = pos_behind(s, x->at[x->n - 1],
					 str_sub(s->text, (x->n - 1) * STEP,
						 x->n * STEP));
	return x->at[step];
}

size_t source_map_part(const struct source_map *map, size_t at)
{
	size_t low = 0, high = map->n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (map->parts[middle].at <= at)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? low - 1 : 0;
}

/* The byte of the template that a rendered byte comes from. */
static size_t template_offset(const struct source_map *map, size_t at)
{
	const struct source_part *part;

	if (!map->n)
		return 0;
	part = &map->parts[source_map_part(map, at)];
	return part->copied ? part->from + (at - part->at) : part->from;
}

struct pos source_pos(const struct source *s, size_t offset)
{
	size_t step = offset / STEP;

	if (s->map)
		return source_pos(s->map->template,
				  template_offset(s->map, s->offset + offset));
	if (s->one_place)
		return (struct pos){ s->name, s->line, s->column };
	if (!s->index || !step)
		return counted(s, offset);
	return pos_behind(s, step_pos(s, step),
			  str_sub(s->text, step * STEP, offset));
}
