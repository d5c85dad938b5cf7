#include "project/project.h"

#include <sys/stat.h>
#include <unistd.h>

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

static bool is_root(const struct stat *here, const struct stat *above)
{
	return here->st_ino == above->st_ino && here->st_dev == above->st_dev;
}

static bool is_trusted(const struct stat *here, const struct stat *above)
{
	return above->st_dev == here->st_dev && !(above->st_mode & S_IWOTH) &&
	       (above->st_uid == here->st_uid || above->st_uid == geteuid());
}

bool project_find(struct buf *path)
{
	size_t start = path->n;
	struct buf folder = BUF_INIT;
	struct stat here, above;
	bool found = false;

	if (stat(".", &here) < 0)
		return false;
	for (int level = 0; level < LEVELS_MAX; level++) {
		found = exists(&folder, PROJECT_FILE_NAME);
		if (found || exists(&folder, ".git"))
			break;
		buf_addz(&folder, "../");
		if (stat(buf_z(&folder), &above) < 0 ||
		    is_root(&here, &above) || !is_trusted(&here, &above))
			break;
		here = above;
	}
	if (found) {
		buf_adds(path, buf_str(&folder));
		buf_addz(path, PROJECT_FILE_NAME);
	}
	buf_release(&folder);
	return path->n > start;
}
