/*
 * json_cut - where a JSON value ends, byte by byte.
 *
 * Looks at tokens only: strings, numbers, literals and how many brackets are
 * open.  Anything that JSON has no such token for (a bare word, a quote of
 * YAML's, a comment, a line break in a string) switches it off.
 */
#ifndef YAML_JSON_CUT_H
#define YAML_JSON_CUT_H

#include <stdbool.h>
#include <stdint.h>

enum json_state {
	JSON_OFF,	/* this is not JSON, or nobody has asked */
	JSON_BETWEEN,	/* tokens */
	JSON_STRING,
	JSON_ESCAPE,	/* behind a backslash */
	JSON_HEX,	/* in \u0000 */
	JSON_NUMBER,
	JSON_WORD,
	JSON_DONE,	/* behind the value */
};

struct json_cut {
	enum json_state state;
	uint64_t depth;
	int hex;		/* digits that are still to come */
	const char *word;	/* what must follow of a literal */
};

/* The value is next. */
void json_cut_init(struct json_cut *j);
/* Take the next byte.  True: a value is complete and this byte begins another
 * one; it is not taken. */
bool json_cut_step(struct json_cut *j, unsigned char c);

#endif
