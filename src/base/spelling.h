/*
 * near - how far is a word from the one that was meant?
 *
 * Counted are letters that are missing, too many, wrong or changed places with
 * the next (the optimal string alignment distance); upper and lower case are
 * the same.
 */
#ifndef BASE_SPELLING_H
#define BASE_SPELLING_H

#include "base/str.h"

/* Farther than a slip of the hand, which is a letter in short words and at
 * most three in long ones. */
#define NEAR_FAR UINT32_MAX

/* 0 for words that differ in case only, or not at all. */
uint32_t near_distance(str word, str meant);

/* Which of several was meant?  Try each. */
struct nearest {
	str word;
	const char *found;	/* the nearest so far, the first of equals;
				 * NULL: all were too far */
	uint32_t distance;
};

#define NEAREST(word) { (word), NULL, NEAR_FAR }

void near_try(struct nearest *n, const char *name);

#endif
