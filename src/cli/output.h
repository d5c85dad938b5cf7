/*
 * output - where the manifests go: stdout, or a file that is replaced when all
 * of it is there.
 */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <stdbool.h>

#include "base/err.h"
#include "base/io.h"
#include "cli/join.h"
#include "cli/options.h"

struct output {
	const char *name;		/* for messages */
	bool to_file;
	struct replacement file;	/* where to_file */
	int fd;
	bool file_begins;		/* the next bytes are another file's */
	struct join join;
	int why;			/* errno of the write that failed */
};

/* path NULL: stdout.  0 or -1. */
int output_open(struct output *out, const char *path, struct err *e);
/* What is written from here on comes from another file. */
void output_next_file(struct output *out);
/* As injector_stream wants it, ctx being the struct output. */
int output_write(void *ctx, const void *p, size_t n);
/* A write has failed: say so and return the status; a pipe that nobody reads
 * ends in silence. */
enum status output_failed(const struct output *out);
/* End it: take the new file (0 or -1), or leave the old one. */
int output_commit(struct output *out, struct err *e);
void output_abandon(struct output *out);

#endif
