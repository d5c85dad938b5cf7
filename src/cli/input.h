/*
 * input - one thing to read manifests from: a file, stdin, or an address.
 *
 * Up to 1 MiB is read ahead, so that of anything which may be a template of a
 * Helm chart all is in memory before any of it is written elsewhere.  What is
 * larger goes on as a stream.
 */
#ifndef CLI_INPUT_H
#define CLI_INPUT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/str.h"
#include "cli/options.h"

struct input {
	const char *name;	/* for messages */
	int fd;			/* -1: none, it is all in `head` */
	bool is_file;		/* a regular file, which can be read twice */
	struct stat st;		/* when it was opened; of a file */
	struct buf head;
	bool whole;		/* head is all of it */
	size_t at;		/* of head, what was read */
	struct buf url;		/* behind name */
};

/* "-" is stdin.  0 or -1; closed in any case, after the last message. */
int input_open(struct input *in, const char *word, const struct options *o,
	       struct err *e);
/* Read all of it ahead, however much it is. */
int input_read_all(struct input *in, struct err *e);
/* As injector_stream wants it, ctx being the struct input. */
int64_t input_read(void *ctx, void *p, size_t n);
/* Are its bytes from an offset on these?  -1 with errno.  Of a file or where
 * all is in memory. */
int input_has(const struct input *in, uint64_t from, str bytes);
/* Its first n bytes, to a descriptor: 0, or -1 with errno.  Likewise. */
int input_copy(const struct input *in, int to, uint64_t n);
/* Has it n bytes?  Likewise. */
bool input_ends_at(const struct input *in, uint64_t n);
/* Is this path still the file that was opened, with nothing written to it? */
bool input_is_still(const struct input *in, const char *path);
void input_close(struct input *in);

#endif
