#include "base/spelling.h"

enum {
	LONGEST = 80,		/* longer words are not corrected */
	SLIPS = 3,
	LETTERS_PER_SLIP = 5,
};

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool same(str a, size_t i, str b, size_t j)
{
	return lower(a.p[i]) == lower(b.p[j]);
}

static uint32_t min(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* The next row of the table, from the two above it; its least number. */
static uint32_t next_row(uint32_t *row, const uint32_t *above,
			 const uint32_t *above2, str a, size_t i, str b)
{
	uint32_t least = row[0] = (uint32_t)i + 1;

	for (size_t j = 0; j < b.n; j++) {
		uint32_t d = above[j] + !same(a, i, b, j);

		d = min(d, min(above[j + 1], row[j]) + 1);
		if (i && j && same(a, i, b, j - 1) && same(a, i - 1, b, j))
			d = min(d, above2[j - 1] + 1);
		row[j + 1] = d;
		least = min(least, d);
	}
	return least;
}

uint32_t spelling_distance(str word, str meant)
{
	uint32_t rows[3][LONGEST + 1];
	size_t more = word.n > meant.n ? word.n - meant.n : meant.n - word.n;
	uint32_t limit = min(1 + (uint32_t)(meant.n / LETTERS_PER_SLIP), SLIPS);
	uint32_t d;

	if (word.n > LONGEST || meant.n > LONGEST || more > limit)
		return SPELLING_FAR;
	for (uint32_t j = 0; j <= meant.n; j++)
		rows[2][j] = j;
	for (size_t i = 0; i < word.n; i++)
		if (next_row(rows[i % 3], rows[(i + 2) % 3], rows[(i + 1) % 3],
			     word, i, meant) > limit)
			return SPELLING_FAR;
	d = rows[(word.n + 2) % 3][meant.n];
	return d <= limit ? d : SPELLING_FAR;
}

void spelling_try(struct spelling *n, const char *name)
{
	uint32_t d = spelling_distance(n->word, str_of(name));

	if (d >= n->distance)
		return;
	n->distance = d;
	n->found = name;
}
