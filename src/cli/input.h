/*
 * input - what manifests are read from: files, stdin, https:// addresses and,
 * with -R, the manifests in folders.
 *
 * Up to 1 MiB of an input is read ahead, so that a small file that is edited is
 * compared in memory.  A larger input continues as a stream.
 *
 * With -R, and where each file is edited by itself, a file that is reached
 * twice is read once, under the name that came first.  Files that the same
 * command uses otherwise, as templates, values or output, are no manifests: if
 * -R finds them they are left out.
 */
#ifndef CLI_INPUT_H
#define CLI_INPUT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "cli/messages.h"
#include "cli/options.h"
#include "files/walk.h"

/* How much is read before anything is written. */
#define INPUT_AHEAD ((size_t)1 << 20)

struct input {
	const char *name;	/* for messages */
	int fd;			/* -1: none, all of it is in `head` */
	bool is_file;		/* a regular file, which can be read twice */
	struct stat st;		/* of a file, when it was opened */
	struct buf head;	/* what was read ahead */
	bool whole;		/* head is all of it */
	bool lent;		/* head is freed by whoever made it */
	size_t at;		/* how much of head input_read() returned */
	struct buf url;		/* what `name` points to, of an address */
};

/* Open a file or an address; "-" is stdin.  0 or -1.  Call input_close() in any
 * case, after the last message. */
int input_open(struct input *in, const char *word, const struct options *o,
	       struct err *e);
/* Does it begin as a ResourceList, the input of a KRM function? */
bool input_is_function_call(const struct input *in);
/* Read all of it ahead, whatever its size. */
int input_read_all(struct input *in, struct err *e);
/* The `read` of an injector_stream; ctx is the struct input. */
int64_t input_read(void *ctx, void *p, size_t n);

/* The next three are for files, and for inputs that are whole in memory. */

/* Does it have these bytes at this offset?  -1 with errno set. */
int input_has(const struct input *in, uint64_t from, str bytes);
/* Copy its first n bytes to a descriptor: 0, or -1 with errno set. */
int input_copy(const struct input *in, int to, uint64_t n);
/* Does it end after n bytes? */
bool input_ends_at(const struct input *in, uint64_t n);

void input_close(struct input *in);

/* ---- inputs.c: which inputs there are ---- */

/* One input. */
struct target {
	const char *word;	/* for input_open() */
	bool is_file;		/* rather than stdin or an address */
	bool found;		/* by -R in a folder, or by a caller: --hook */
	struct stat st;		/* of a file */
	struct kustomize_role role;
	struct handle *handle;	/* set by handles_assign() */
	struct input *ahead;	/* stdin, if that opened it; or NULL */
};

/* As input_open(); the target's `ahead` is taken over. */
int input_open_target(struct input *in, const struct target *target,
		      const struct options *o, struct err *e);

struct inputs {
	struct arena arena;
	struct seen seen;
	struct kustomize kustomize;
	struct target *at;
	size_t n, capacity;
	struct input ahead;	/* of one of them; name NULL: none */
};

/* Prints what is wrong, and finds the others nevertheless.  Call
 * inputs_release() in any case. */
enum status inputs_find(struct inputs *in, const struct options *o,
			struct reporting *reporting);
/* Leave out files that were found and that these options use otherwise. */
enum status inputs_drop_own(struct inputs *in, const struct options *o,
			    struct reporting *reporting);
void inputs_release(struct inputs *in);

#endif
