/*
 * io - read and write files completely, or fail with a reason.
 *
 * Interrupted, partial and (of a descriptor that does not block) refused system
 * calls are finished here, so that callers see success or a real failure.
 * Messages name the file and the cause; the place of an error is the file
 * without a line.
 *
 * Replacing a file is all or nothing: the new bytes go to another file in the
 * same folder, which is renamed in one step when they are complete and on disk.
 * Until then readers of the file, including this program, see the old bytes;
 * if the program dies, the old file stays.
 */
#ifndef BASE_IO_H
#define BASE_IO_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/str.h"

/* Up to n bytes: how many, 0 at the end, -1 with errno set. */
int64_t io_read(int fd, void *p, size_t n);
/* All n bytes: 0, or -1 with errno set. */
int io_write(int fd, const void *p, size_t n);

/* A file for reading: its descriptor, and what it is; or -1.  A folder is
 * refused. */
int io_open(const char *path, struct stat *st, struct err *e);
/* Room for all of a regular file, for what shows its end, and for a NUL: of
 * thousands of small files none takes more.  For others, for a part. */
size_t io_room(const struct stat *st);
/* n bytes from an offset of a file on: how many there are, or -1 with errno. */
int64_t io_read_at(int fd, void *p, size_t n, uint64_t from);
/* The whole file, appended to out.  0 or -1. */
int io_slurp(const char *path, struct buf *out, struct err *e);

/* Does this errno, set by looking at a path, mean that nothing can be read
 * there?  Any other means that it is not known. */
bool io_is_absent(int why);
/* The error for that, from errno; always -1. */
int io_cannot_look(const char *path, struct err *e);
/* Replace the path of a folder, "" or with a slash at its end, by that of the
 * folder it is in: "" by "../", "a/b/" by "a/", or "a/b/../" if b is a link.
 * 1; 0 if it is the root, or the one above may not be entered; -1 with errno.
 */
int io_parent(struct buf *folder);
/* Make sure that descriptors 0, 1 and 2 are taken, so that no file that is
 * opened later is written to as standard output or standard error.  What was
 * closed stays unusable: reading or writing it fails. */
void io_claim_standard(void);
/* True if both descriptors are the same regular file (`x > x`, `x >> x`). */
bool io_same_file(int a, int b);

/* A file that is being replaced.  Set up by io_replace(); then write to fd, and
 * end with io_replace_commit() or io_replace_abandon(). */
struct replacement {
	int fd;
	const char *path;	/* as named, for messages */
	int folder;		/* of the file behind links; -1: fd is it */
	char *name;		/* in the folder */
	char *temp;		/* of the new file there; NULL: has none yet */
	char *real;		/* the path of an existing file, or NULL */
	const char *like;	/* whose mode and owner it gets, or NULL */
	bool fresh, prepared;
};

/*
 * Mode, ACL and, where the system allows, owner of an existing file are kept;
 * what cannot be kept never opens the file to more readers.  A symbolic link
 * stays, the file behind it is replaced; other hard links keep the old content.
 * Other than regular files (/dev/stdout, a pipe) are written to directly.
 *
 * The folder is opened at the start, and everything is done in it: nothing that
 * happens to the path meanwhile leads elsewhere.
 *
 * 0 or -1; `path` must outlive *r.
 */
int io_replace(struct replacement *r, const char *path, struct err *e);
/* A new file, with mode and owner of `like`, which must outlive *r.  It fails
 * if there is one of this name, be it a link that leads nowhere. */
int io_create_like(struct replacement *r, const char *path, const char *like,
		   struct err *e);
/* Do all of what takes time.  0 or -1. */
int io_replace_prepare(struct replacement *r, struct err *e);
/* Is the file that is replaced still this one, as it was? */
bool io_replaces(const struct replacement *r, const struct stat *st);
/*
 * Put the new content in place.  0, or -1 with the old file unchanged.
 *
 * With *old, only if the file is still what `fd` reads, as it was: if not,
 * *changed is set and the result 0, and *r is to be abandoned.  Where two names
 * can be exchanged (Linux), what came out of the name is looked at and, if it
 * is not that file, put back.  Elsewhere the question comes just before the
 * answer is acted on.  The old file is locked (flock) meanwhile, so that of
 * several programs that replace it so, one does and the others see it; a
 * program that wants to write to it waits (os_hold), and if one has it open for
 * writing, it counts as changed.
 */
int io_replace_commit(struct replacement *r, struct err *e);
int io_replace_commit_old(struct replacement *r, int fd,
			  const struct stat *old, bool *changed,
			  struct err *e);
/* Leave the old file as it is. */
void io_replace_abandon(struct replacement *r);

#endif
