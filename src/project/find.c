#include "project/project.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"

/* Deeper than any directory in use. */
#define LEVELS_MAX 256

static bool exists(struct buf *folder, const char *name)
{
	struct stat st;
	size_t n = folder->n;
	bool found;

	buf_addz(folder, name);
	/* not stat(2): a dangling link must be reported */
	found = lstat(buf_z(folder), &st) == 0;
	folder->n = n;
	return found;
}

static bool is_trusted(const struct stat *here, const struct stat *above)
{
	return above->st_dev == here->st_dev && !(above->st_mode & S_IWOTH) &&
	       (above->st_uid == here->st_uid || above->st_uid == geteuid());
}

bool project_find(struct buf *path, str folder)
{
	struct buf at = BUF_INIT;
	struct stat here, above;
	bool found = false;

	buf_adds(&at, folder);
	if (stat(folder.n ? buf_z(&at) : ".", &here) < 0)
		here.st_ino = 0;
	for (int level = 0; here.st_ino && level < LEVELS_MAX; level++) {
		found = exists(&at, PROJECT_FILE_NAME);
		if (found || exists(&at, ".git") || !io_parent(&at) ||
		    stat(at.n ? buf_z(&at) : ".", &above) < 0 ||
		    !is_trusted(&here, &above))
			break;
		here = above;
	}
	if (found) {
		buf_adds(path, buf_str(&at));
		buf_addz(path, PROJECT_FILE_NAME);
	}
	buf_release(&at);
	return found;
}

/* The length of the folder of a path, with its slash. */
static size_t folder_length(const struct buf *path)
{
	size_t n = path->n;

	while (n && path->p[n - 1] != '/')
		n--;
	return n;
}

/* From a folder's real path, with a slash at its end, which is used up. */
static void root_above(struct buf *root, struct buf at)
{
	buf_adds(root, buf_str(&at));
	while (at.n && !exists(&at, ".git")) {
		at.n--;
		at.n = folder_length(&at);
	}
	if (at.n) {
		buf_clear(root);
		buf_adds(root, buf_str(&at));
	}
	buf_release(&at);
}

void project_root(struct buf *root, const char *path)
{
	char *real = realpath(path, NULL);
	struct buf at = BUF_INIT;

	if (!real)
		return;
	buf_addz(&at, real);
	free(real);
	at.n = folder_length(&at);
	root_above(root, at);
}

void project_root_of_folder(struct buf *root, const char *folder)
{
	char *real = realpath(folder, NULL);
	struct buf at = BUF_INIT;

	if (!real)
		return;
	buf_addz(&at, real);
	free(real);
	if (at.n > 1)
		buf_addc(&at, '/');
	root_above(root, at);
}
