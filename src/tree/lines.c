#include "tree/lines.h"

#include "base/array.h"

/* Places up to that of the given step, each counted from the one before. */
static void extend(struct lines *l, size_t step)
{
	const struct source *s = l->source;

	if (!l->at) {
		l->at = arena_array(l->arena, struct pos,
				    s->text.n / LINES_STEP + 1);
		l->at[l->n++] = source_pos(s, 0);
	}
	for (; l->n <= step; l->n++) {
		size_t from = (l->n - 1) * LINES_STEP;

		l->at[l->n] = l->n == 1 ?
			source_pos(s, LINES_STEP) :
			pos_behind(l->at[l->n - 1],
				   str_sub(s->text, from, from + LINES_STEP));
	}
}

struct pos lines_pos(struct lines *l, const struct node *n)
{
	const struct node *origin = n ? node_origin(n) : NULL;
	size_t step;

	if (!origin || origin->source != l->source ||
	    origin->start < LINES_STEP)
		return node_pos(n);
	step = origin->start / LINES_STEP;
	extend(l, step);
	return pos_behind(l->at[step],
			  str_sub(l->source->text, step * LINES_STEP,
				  origin->start));
}

bool lines_are_rare(str text)
{
	static const str rare[] = {
		STR("\xc2\x85"), STR("\xe2\x80\xa8"), STR("\xe2\x80\xa9"),
	};

	/* by the first byte, which hardly any text has: quicker than memmem */
	for (size_t i = 0; i < ARRAY_SIZE(rare); i++)
		for (size_t at = 0;
		     (at = str_find(text, at, *rare[i].p)) < text.n; at++)
			if (str_starts(str_sub(text, at, text.n), rare[i]))
				return true;
	for (size_t at = 0; (at = str_find(text, at, '\r')) < text.n; at++)
		if (at + 1 == text.n || text.p[at + 1] != '\n')
			return true;
	return false;
}
