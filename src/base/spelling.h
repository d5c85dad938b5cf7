/*
 * spelling - how many slips separate a word from the one that was meant, and
 * which known word comes closest: for "did you mean".
 *
 * A slip is a missing, extra or wrong letter, or two adjacent letters that are
 * swapped (the optimal string alignment distance).  Case is ignored.
 */
#ifndef BASE_SPELLING_H
#define BASE_SPELLING_H

#include "base/str.h"

/* Too far apart: more than one slip in short words, or three in long ones. */
#define SPELLING_FAR UINT32_MAX

/* The number of slips: 0 for words that differ at most in case. */
uint32_t spelling_distance(str word, str meant);

/* A search for the closest word: start with SPELLING(word), try each. */
struct spelling {
	str word;
	const char *found;	/* the closest so far, the first of several;
				 * NULL: all were too far */
	uint32_t distance;
};

#define SPELLING(word) { (word), NULL, SPELLING_FAR }

void spelling_try(struct spelling *n, const char *name);

#endif
