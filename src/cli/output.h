/*
 * output - where manifests go: stdout, or a file that is replaced when all of
 * it has been written.
 *
 * Files that follow one another in an output are joined to one stream: a line
 * break is added where the last line has none, and a document mark where the
 * next file does not begin with one.  JSON after JSON gets no mark: kubectl
 * reads a stream that begins with `{` as JSON alone and fails on `---`.
 *
 * Replacing a file is base/io's, with one addition: while a temporary file
 * exists, the handler of SIGHUP, SIGINT, SIGQUIT and SIGTERM knows its name,
 * removes it and lets the signal end the program.  Signals are blocked while a
 * file gets or loses its name.  SIGKILL may leave a hidden file
 * .injector-PID-N beside a file that is either old or new.
 */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/io.h"
#include "base/str.h"
#include "cli/options.h"

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

/* As io_replace_like(), io_replace_commit(), io_replace_abandon(); at most
 * three replacements at a time: a file, its backup, a report. */
int interrupt_replace(struct replacement *r, const char *path,
		      const char *like, struct err *e);
int interrupt_commit(struct replacement *r, struct err *e);
void interrupt_abandon(struct replacement *r);
/* Take away what there is, before the program ends on its own. */
void interrupt_tidy(void);

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
