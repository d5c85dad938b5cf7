/*
 * walk - a folder is read to its end and closed before its contents are
 * visited, so that depth takes no descriptors.  Links are collected and looked
 * at afterwards: what they lead to mostly was found by its own name.
 */
#include "files/walk.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/io.h"
#include "base/os.h"
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

bool seen_has(const struct seen *s, const struct stat *st)
{
	return s->n && slot_of(s, st->st_dev, st->st_ino)->used;
}

void seen_release(struct seen *s)
{
	mem_free(s->slots);
	*s = (struct seen)SEEN_INIT;
}

/* ---- which files ---- */

static bool is_manifest(str path)
{
	return str_ends(path, STR(".yaml")) || str_ends(path, STR(".yml")) ||
	       str_ends(path, STR(".json"));
}

/* Folders that other people's files are in. */
static bool is_vendored(const char *name)
{
	return strcmp(name, "vendor") == 0 || strcmp(name, "node_modules") == 0;
}

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
			    : is_manifest(path);
}

/* ---- the walk ---- */

/* What all folders of a walk share. */
struct tree {
	const struct walk *walk;
	const char *name;	/* as the caller has it */
	str real;		/* its path without links */
	size_t root;		/* length of its path in names of files */
	const char **links;	/* symbolic links in it */
	size_t n_links, capacity;
};

/* A folder of the walk. */
struct place {
	struct tree *tree;
	const char *path;	/* "" for the working directory */
	const struct ignore *ignore;
};

struct listing {
	const char **at;
	size_t n, capacity;
};

static const char *path_of(struct arena *a, const char *folder,
			   const char *name)
{
	size_t n = strlen(folder), more = strlen(name) + 1;
	char *path = arena_alloc(a, n + more);

	memcpy(path, folder, n);
	memcpy(path + n, name, more);
	return path;
}

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
		if (entry->d_name[0] == '.')
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

/* ---- looking at files ---- */

/*
 * Of many files in one folder, several threads ask what each is: the answers
 * are in the memory of the system, or even on a disk or in a network, and all
 * that is done afterwards waits for them.
 */
#define LOOKS_MOST ((size_t)4096)	/* at a time */
#define LOOKS_EACH ((size_t)64)		/* of a thread at a time */
#define THREADS_MOST 8

struct look {
	const char *name, *path;
	struct stat st;
	int why;		/* errno, or 0 */
};

struct looks {
	struct look *at;
	size_t n;
	atomic_size_t begun;
};

static void look_at(struct look *l)
{
	l->why = lstat(l->path, &l->st) < 0 ? errno : 0;
}

static void *look_at_some(void *ctx)
{
	struct looks *all = ctx;
	size_t i;

	while ((i = atomic_fetch_add(&all->begun, LOOKS_EACH)) < all->n)
		for (size_t end = i + LOOKS_EACH; i < end && i < all->n; i++)
			look_at(&all->at[i]);
	return NULL;
}

static void look_at_all(struct looks *all, unsigned threads)
{
	size_t most = all->n / LOOKS_EACH / 2;
	pthread_t others[THREADS_MOST - 1];
	unsigned n;

	most = most < THREADS_MOST ? most : THREADS_MOST;
	most = most < threads ? most : threads;
	n = most < 2 ? 0 : os_threads(others, (unsigned)most - 1, look_at_some,
				      all);
	look_at_some(all);
	while (n)
		pthread_join(others[--n], NULL);
}

static void visit_folder(const struct place *here);

static struct place inner_place(const struct place *outer, const char *path,
				const char *name)
{
	struct arena *a = outer->tree->walk->arena;

	return (struct place){
		.tree = outer->tree,
		.path = path_of(a, path, "/"),
		.ignore = ignore_enter(outer->ignore, path, name),
	};
}

static void enter(const struct place *outer, const char *path,
		  const char *name, const struct stat *st)
{
	struct place inner;

	if (seen_before(outer->tree->walk->seen, st))
		return;
	inner = inner_place(outer, path, name);
	visit_folder(&inner);
}

static void add_link(struct tree *t, const char *path)
{
	t->links = arena_extend(t->walk->arena, t->links, t->n_links,
				&t->capacity, sizeof(*t->links));
	t->links[t->n_links++] = path;
}

/* Is it excluded, whatever its sort? */
static bool is_left_out(const struct place *here, const char *name,
			const char *path, bool folder)
{
	const struct walk *w = here->tree->walk;

	return ignore_has(here->ignore, name, folder) ||
	       (folder && is_vendored(name)) ||
	       lines_match(w->exclude, w->n_exclude,
			   str_of(path + here->tree->root), folder);
}

static void unreadable(const struct walk *w, const char *path,
		       const char *what)
{
	struct err e = ERR_INIT;

	err_set(&e, (struct pos){ path, 0, 0 }, "%s: %s", what,
		strerror(errno));
	w->failed(w->ctx, &e);
}

static void visit(const struct place *here, const struct look *l)
{
	const struct walk *w = here->tree->walk;
	const struct stat *st = &l->st;

	errno = l->why;
	if (l->why) {
		if (errno != ENOENT && errno != ENOTDIR)
			unreadable(w, l->path, "cannot look at it");
		return;		/* else it was removed meanwhile */
	}
	/* to git a link is a file, even if it points to a folder */
	if (is_left_out(here, l->name, l->path, S_ISDIR(st->st_mode)))
		return;
	if (S_ISDIR(st->st_mode))
		enter(here, l->path, l->name, st);
	else if (S_ISLNK(st->st_mode))
		add_link(here->tree, l->path);
	else if (S_ISREG(st->st_mode) &&
		 is_wanted(w, str_of(l->path + here->tree->root)))
		w->found(w->ctx, l->path, st);
}

static void visit_names(const struct place *here, const char *const *names,
			struct looks *all)
{
	const struct walk *w = here->tree->walk;

	for (size_t i = 0; i < all->n; i++) {
		all->at[i].name = names[i];
		all->at[i].path = path_of(w->arena, here->path, names[i]);
	}
	all->begun = 0;
	look_at_all(all, w->threads);
	for (size_t i = 0; i < all->n; i++)
		visit(here, &all->at[i]);
}

static void visit_folder(const struct place *here)
{
	const struct walk *w = here->tree->walk;
	const char *folder = *here->path ? here->path : ".";
	struct listing names = { NULL, 0, 0 };
	struct looks looks;
	size_t most;

	if (w->entered)
		w->entered(w->ctx, here->path);
	if (read_names(w, folder, &names) < 0)
		unreadable(w, folder, "cannot read the folder");
	most = names.n < LOOKS_MOST ? names.n : LOOKS_MOST;
	looks.at = mem_array(struct look, most);
	for (size_t at = 0; at < names.n; at += looks.n) {
		looks.n = names.n - at < most ? names.n - at : most;
		visit_names(here, names.at + at, &looks);
	}
	mem_free(looks.at);
	mem_free(names.at);
}

/* ---- links ---- */

/* Visit what is at `below`, a path in the tree without links, even if it is
 * hidden; but not if it is excluded. */
static void visit_below(const struct place *root, const char *below)
{
	struct arena *a = root->tree->walk->arena;
	struct place here = *root;
	str rest = str_of(below), name;
	struct look last;

	while (str_cut(rest, '/', &name, &rest)) {
		const char *folder = arena_str(a, name).p;
		const char *path = path_of(a, here.path, folder);

		if (is_left_out(&here, folder, path, true))
			return;
		here = inner_place(&here, path, folder);
	}
	last.name = arena_str(a, name).p;
	last.path = path_of(a, here.path, last.name);
	look_at(&last);
	visit(&here, &last);
}

/* The part of a path without links that is below the tree's folder: "" for the
 * folder itself; NULL: elsewhere. */
static const char *path_below(const struct tree *t, const char *real)
{
	size_t n = t->real.n;

	if (!str_starts(str_of(real), t->real))
		return NULL;
	if (real[n] == '/')
		return real + n + 1;
	/* the root of all paths ends with its slash */
	return !real[n] || real[n - 1] == '/' ? real + n : NULL;
}

static void follow(const struct place *root, const char *link)
{
	const struct walk *w = root->tree->walk;
	struct stat st;
	char *real = realpath(link, NULL);
	const char *below = real ? path_below(root->tree, real) : NULL;
	bool wanted = is_wanted(w, str_of(link + root->tree->root));

	if (!real && !io_is_absent(errno) && errno != ELOOP) {
		unreadable(w, link, "cannot look at it");
		return;
	}
	if (!real) {
		if (wanted)
			w->passed(w->ctx, link, "skipped: dangling symbolic "
				  "link");
		return;
	}
	if (!below && (wanted || (stat(real, &st) == 0 &&
				  S_ISDIR(st.st_mode))))
		w->passed(w->ctx, link,
			  arena_printf(w->arena, "skipped: symbolic link out "
				       "of %s", root->tree->name).p);
	else if (below && *below)
		visit_below(root, below);
	free(real);
}

bool walk_folder(const struct walk *w, const char *folder)
{
	struct tree tree = { .walk = w, .name = folder };
	struct place root = { .tree = &tree, .path = "" };
	size_t n = strlen(folder);
	struct stat st;
	char *real;

	while (n > 1 && folder[n - 1] == '/')
		n--;
	if (n != 1 || *folder != '.')
		root.path = arena_printf(w->arena, "%.*s%s", (int)n, folder,
					 folder[n - 1] == '/' ? "" : "/").p;
	tree.root = strlen(root.path);
	if (stat(folder, &st) == 0 && seen_before(w->seen, &st))
		return false;
	real = realpath(folder, NULL);
	if (!real && !io_is_absent(errno))
		unreadable(w, folder, "cannot look at it");
	tree.real = arena_str(w->arena, str_of(real ? real : folder));
	free(real);
	root.ignore = ignore_open(w->arena, folder, w->problem, w->ctx);
	visit_folder(&root);
	for (size_t i = 0; i < tree.n_links; i++)
		follow(&root, tree.links[i]);
	return true;
}
