/*
 * walk - a folder is read to its end and closed before its contents are
 * visited, so that depth takes no descriptors.
 */
#include "files/walk.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "files/ignore.h"

/* ---- folders seen ---- */

struct seen_file {
	dev_t dev;
	ino_t ino;
	bool used;
};

static struct seen_file *slot_of(const struct seen *s, dev_t dev, ino_t ino)
{
	size_t i = ((size_t)ino * 0x9e3779b97f4a7c15u + (size_t)dev) >> 7;

	for (;; i++) {
		struct seen_file *f = &s->slots[i & s->mask];

		if (!f->used || (f->dev == dev && f->ino == ino))
			return f;
	}
}

static void grow(struct seen *s)
{
	struct seen bigger = { NULL, s->n, s->mask ? s->mask * 2 + 1 : 63 };
	size_t size = (bigger.mask + 1) * sizeof(*bigger.slots);

	bigger.slots = mem_alloc(size);
	memset(bigger.slots, 0, size);
	for (size_t i = 0; s->slots && i <= s->mask; i++)
		if (s->slots[i].used)
			*slot_of(&bigger, s->slots[i].dev, s->slots[i].ino) =
				s->slots[i];
	mem_free(s->slots);
	*s = bigger;
}

bool seen_before(struct seen *s, const struct stat *st)
{
	struct seen_file *f;

	if (2 * (s->n + 1) > s->mask)
		grow(s);
	f = slot_of(s, st->st_dev, st->st_ino);
	if (f->used)
		return true;
	*f = (struct seen_file){ st->st_dev, st->st_ino, true };
	s->n++;
	return false;
}

void seen_release(struct seen *s)
{
	mem_free(s->slots);
	*s = (struct seen)SEEN_INIT;
}

/* ---- which files ---- */

static const char *const manifests[] = { "*.yaml", "*.yml", "*.json" };
static const char *const left_out[] = { ".*", "vendor/", "node_modules/" };


/* True if the last line that matches does not begin with `!`. */
static bool lines_match(const char *const *lines, size_t n, str path,
			bool folder)
{
	struct ignore_rule rule;

	while (n--)
		if (ignore_rule_read(&rule, str_of(lines[n])) &&
		    ignore_rule_matches(&rule, path, folder))
			return !rule.negated;
	return false;
}

static bool is_wanted(const struct walk *w, str path)
{
	return w->n_include ? lines_match(w->include, w->n_include, path, false)
			    : lines_match(manifests, ARRAY_SIZE(manifests),
					  path, false);
}

/* ---- the walk ---- */

/* A folder of the walk. */
struct place {
	const struct walk *walk;
	size_t root;		/* length of the starting folder's path */
	const char *path;	/* "" for the working directory */
	const struct ignore *ignore;
};

struct listing {
	const char **at;
	size_t n, capacity;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int read_names(const struct walk *w, const char *folder,
		      struct listing *names)
{
	DIR *d = opendir(folder);
	const struct dirent *entry;
	int why;

	if (!d)
		return -1;
	while (errno = 0, (entry = readdir(d))) {
		if (lines_match(left_out, ARRAY_SIZE(left_out),
				str_of(entry->d_name), false))
			continue;
		names->at = mem_extend(names->at, names->n, &names->capacity,
				       sizeof(*names->at));
		names->at[names->n++] =
			arena_str(w->arena, str_of(entry->d_name)).p;
	}
	why = errno;
	closedir(d);
	errno = why;
	if (names->n)
		qsort(names->at, names->n, sizeof(*names->at), by_name);
	return why ? -1 : 0;
}

static void visit_folder(const struct place *here);

static void enter(const struct place *outer, const char *path,
		  const char *name, const struct stat *st)
{
	struct arena *a = outer->walk->arena;
	struct place inner = *outer;

	if (seen_before(outer->walk->seen, st))
		return;
	inner.path = arena_printf(a, "%s/", path).p;
	inner.ignore = ignore_enter(a, outer->ignore, path, name);
	visit_folder(&inner);
}

static void visit(const struct place *here, const char *name)
{
	const struct walk *w = here->walk;
	const char *path = arena_printf(w->arena, "%s%s", here->path, name).p;
	str below = str_of(path + here->root);
	struct stat link, st;
	bool is_there, is_folder;

	if (lstat(path, &link) < 0)
		return;		/* removed meanwhile */
	is_there = stat(path, &st) == 0;
	is_folder = is_there && S_ISDIR(st.st_mode);
	/* to git a link is a file, even if it points to a folder */
	if (ignore_has(here->ignore, name, S_ISDIR(link.st_mode)) ||
	    lines_match(left_out, ARRAY_SIZE(left_out), str_of(name),
			is_folder) ||
	    lines_match(w->exclude, w->n_exclude, below, is_folder))
		return;
	if (is_folder)
		enter(here, path, name, &st);
	/* a dangling link is found, so that an error is reported */
	else if (is_wanted(w, below) && (!is_there || S_ISREG(st.st_mode)))
		w->found(w->ctx, path, is_there ? &st : &link);
}

static void visit_folder(const struct place *here)
{
	const struct walk *w = here->walk;
	const char *folder = *here->path ? here->path : ".";
	struct listing names = { NULL, 0, 0 };

	if (read_names(w, folder, &names) < 0) {
		struct err e = ERR_INIT;

		err_set(&e, (struct pos){ folder, 0, 0 },
			"cannot read the folder: %s", strerror(errno));
		w->failed(w->ctx, &e);
	}
	for (size_t i = 0; i < names.n; i++)
		visit(here, names.at[i]);
	mem_free(names.at);
}

bool walk_folder(const struct walk *w, const char *folder)
{
	struct place root = { .walk = w, .path = "" };
	size_t n = strlen(folder);
	struct stat st;

	while (n > 1 && folder[n - 1] == '/')
		n--;
	if (n != 1 || *folder != '.')
		root.path = arena_printf(w->arena, "%.*s%s", (int)n, folder,
					 folder[n - 1] == '/' ? "" : "/").p;
	root.root = strlen(root.path);
	if (stat(folder, &st) == 0 && seen_before(w->seen, &st))
		return false;
	root.ignore = ignore_open(w->arena, folder);
	visit_folder(&root);
	return true;
}
