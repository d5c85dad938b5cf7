/*
 * join - several files as one stream.
 *
 * What follows must not run into what came before: a line break where the last
 * line had none, and a document mark where the next file does not begin with
 * one.  JSON after JSON needs no mark, and must have none: kubectl reads a
 * stream that begins with `{` as JSON alone and trips over `---`.
 */
#ifndef CLI_JOIN_H
#define CLI_JOIN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct join {
	bool begun;	/* something was written */
	bool json;	/* and all of it were JSON values */
	char tail[5];	/* its last bytes */
};

#define JOIN_INIT { false, false, { '\n', '\n', '\n', '\n', '\n' } }

/* What goes between all before and a file that begins with *first; may cut a
 * byte order mark off *first, which is none in the middle of a stream. */
str join_between(struct join *j, str *first);
/* Bytes were written. */
void join_wrote(struct join *j, str bytes);

#endif
