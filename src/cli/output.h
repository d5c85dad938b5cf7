/*
 * output - where manifests go: stdout, or a file that is replaced when all of
 * it has been written.
 *
 * Files that follow one another in an output are joined to one stream: a line
 * break is added where the last line has none, and a document mark where the
 * next file does not begin with one.  JSON after JSON gets no mark: kubectl
 * reads a stream that begins with `{` as JSON alone and fails on `---`.
 */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <stdbool.h>

#include "base/err.h"
#include "base/io.h"
#include "base/str.h"

/* How the bytes written so far end, and what that asks of the next file. */
struct join {
	bool begun;	/* something was written */
	bool json;	/* and all of it are JSON values */
	char tail[5];	/* its last bytes */
};

struct output {
	const char *name;		/* for messages */
	bool to_file;
	bool to_regular;		/* stdout is a regular file */
	struct replacement file;	/* where to_file */
	int fd;
	bool file_begins;		/* the next bytes are another file's */
	struct join join;
	int why;			/* errno of the write that failed, or
					 * 0: for print_write_error() */
};

/* path NULL: stdout.  0 or -1. */
int output_open(struct output *out, const char *path, struct err *e);
/* What is written from here on comes from another file. */
void output_next_file(struct output *out);
/* The `write` of an injector_stream; ctx is the struct output. */
int output_write(void *ctx, const void *p, size_t n);
/* End it: replace the file (0 or -1), or leave the old one. */
int output_commit(struct output *out, struct err *e);
void output_abandon(struct output *out);

/*
 * Replacing a file so that no signal leaves anything behind: as the functions
 * of base/io.h; `like` NULL for io_replace(), else for io_create_like().
 *
 * While a temporary file exists, the handler of SIGHUP, SIGINT, SIGQUIT and
 * SIGTERM knows its name, removes it and lets the signal end the program.
 * Signals are blocked while a file gets or loses its name.  SIGKILL may leave a
 * hidden file .injector-PID-N beside a file that is either old or new.
 *
 * At most three replacements at a time: a file, its backup, a report.
 */
int interrupt_replace(struct replacement *r, const char *path,
		      const char *like, struct err *e);
int interrupt_prepare(struct replacement *r, struct err *e);
int interrupt_commit(struct replacement *r, struct err *e);
int interrupt_commit_old(struct replacement *r, int fd,
			 const struct stat *old, bool *changed, struct err *e);
void interrupt_abandon(struct replacement *r);
/* Remove all temporary files, before the program ends on its own. */
void interrupt_tidy(void);

#endif
