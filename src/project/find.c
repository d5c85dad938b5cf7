#include "project/project.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"

/* Deeper than any directory in use. */
#define LEVELS_MAX 256

/* 1, 0, or -1 with errno: that cannot be said. */
static int exists(struct buf *folder, const char *name)
{
	struct stat st;
	size_t n = folder->n;
	int found;

	buf_addz(folder, name);
	/* not stat(2): a dangling link must be reported */
	found = lstat(buf_z(folder), &st) == 0 ? 1 :
		io_is_absent(errno) ? 0 : -1;
	folder->n = n;
	return found;
}

static bool is_trusted(const struct stat *here, const struct stat *above)
{
	return above->st_dev == here->st_dev && !(above->st_mode & S_IWOTH) &&
	       (above->st_uid == here->st_uid || above->st_uid == geteuid());
}

static int stat_folder(struct buf *folder, struct stat *st)
{
	return stat(folder->n ? buf_z(folder) : ".", st);
}

/* Go on with the folder above: 1; 0 where the search ends; -1 with errno. */
static int ascend(struct buf *at, struct stat *here)
{
	struct stat above;
	int more = exists(at, ".git");

	if (more)
		return more < 0 ? -1 : 0;
	more = io_parent(at);
	if (more <= 0)
		return more;
	if (stat_folder(at, &above) < 0)
		return -1;
	more = is_trusted(here, &above);
	*here = above;
	return more;
}

/* The same results; *at is where it is. */
static int search(struct buf *at)
{
	struct stat here;
	int more = 1;

	if (stat_folder(at, &here) < 0)
		return io_is_absent(errno) ? 0 : -1;
	for (int level = 0; level < LEVELS_MAX && more > 0; level++) {
		int found = exists(at, PROJECT_FILE_NAME);

		if (found)
			return found;
		more = ascend(at, &here);
	}
	return more < 0 ? -1 : 0;
}

int project_find(struct buf *path, str folder, struct err *e)
{
	struct buf at = BUF_INIT;
	int found;

	buf_adds(&at, folder);
	found = search(&at);
	if (found < 0)
		err_set(e, POS_NONE, "cannot look for \"%.*s" PROJECT_FILE_NAME
			"\": %s", STR_ARG(buf_str(&at)), strerror(errno));
	if (found > 0) {
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

/* False, with errno, if there is none. */
static bool add_real_path(struct buf *b, const char *path)
{
	char *real = realpath(path, NULL);

	if (!real)
		return false;
	buf_addz(b, real);
	free(real);
	return true;
}

/* The same of a folder, with a slash at its end. */
static bool add_real_folder(struct buf *b, const char *folder)
{
	if (!add_real_path(b, folder))
		return false;
	if (b->p[b->n - 1] != '/')
		buf_addc(b, '/');
	return true;
}

int project_root(struct buf *root, const char *path)
{
	struct buf at = BUF_INIT;

	if (!add_real_path(&at, path))
		return -1;
	at.n = folder_length(&at);
	root_above(root, at);
	return 0;
}

int project_root_of_folder(struct buf *root, const char *folder)
{
	struct buf at = BUF_INIT;

	if (!add_real_folder(&at, folder))
		return -1;
	root_above(root, at);
	return 0;
}

/* ---- files that another one extends ---- */

/* Append the real path, with a slash at its end, of the last folder that is
 * searched from that of a file. */
static void find_tree(struct buf *tree, const char *file)
{
	struct buf at = BUF_INIT, last = BUF_INIT;
	struct stat here;

	buf_addz(&at, file);
	at.n = folder_length(&at);
	buf_adds(&last, buf_str(&at));
	if (stat_folder(&at, &here) == 0)
		for (int level = 0; level < LEVELS_MAX &&
				    ascend(&at, &here) > 0; level++) {
			buf_clear(&last);
			buf_adds(&last, buf_str(&at));
		}
	add_real_folder(tree, last.n ? buf_z(&last) : ".");
	buf_release(&at);
	buf_release(&last);
}

/* Are all folders between the tree's and that of the file trusted? */
static bool is_trusted_below(struct buf *file, size_t tree)
{
	struct stat top, st;
	bool trusted;

	file->n = folder_length(file);
	trusted = stat_folder(file, &st) == 0;
	while (trusted && file->n > tree) {
		file->n--;
		file->n = folder_length(file);
		trusted = stat_folder(file, &top) == 0 && is_trusted(&top, &st);
		st = top;
	}
	return trusted;
}

int project_check_extended(const char *path, const char *from, struct err *e)
{
	char *real = realpath(path, NULL);
	struct buf tree = BUF_INIT, file = BUF_INIT;
	bool inside;

	if (!real)
		return err_set(e, POS_NONE, "cannot open \"%s\": %s", path,
			       strerror(errno));
	find_tree(&tree, from);
	buf_addz(&file, real);
	free(real);
	inside = tree.n && str_starts(buf_str(&file), buf_str(&tree)) &&
		 is_trusted_below(&file, tree.n);
	buf_release(&tree);
	buf_release(&file);
	return inside ? 0 : err_set(e, POS_NONE, "\"%s\" is outside of the "
				    "repository, or of the folders that are "
				    "searched for " PROJECT_FILE_NAME, path);
}
