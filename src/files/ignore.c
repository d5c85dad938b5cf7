/*
 * Patterns as in gitignore(5); what that leaves open is as in git 2.39
 * (dir.c: parse_path_pattern, match_basename, match_pathname), which the
 * tests ask.
 */
#include "files/ignore.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/io.h"

/* What all levels of a walk share. */
struct search {
	struct arena *arena;
	ignore_problem_fn *problem;
	void *ctx;
};

/* A repository; its index is read when a path is excluded. */
struct repository {
	const struct search *search;
	const char *git;	/* .git, or that of a linked work tree */
	const char *common;	/* with what all work trees share */
	bool is_read;
	const struct git_index *index;	/* NULL: unreadable */
};

struct ignore {
	const struct search *search;
	const struct ignore *outer;
	struct repository *repository;	/* NULL: none */
	str path;	/* from the repository's root: "" or "a/b/" */
	bool excluded;	/* the folder itself is */
	struct ignore_rule *rules;
	size_t n;
};

/* Remove blanks at the end, unless they are quoted. */
static str trim(str line)
{
	size_t n = 0;

	for (size_t i = 0; i < line.n; i++) {
		if (line.p[i] == ' ')
			continue;
		i += line.p[i] == '\\' && i + 1 < line.n;
		n = i + 1;
	}
	return str_sub(line, 0, n);
}

bool ignore_rule_read(struct ignore_rule *r, str line)
{
	*r = (struct ignore_rule){ .negated = false };
	if (!line.n || line.p[0] == '#')
		return false;
	line = trim(line);
	if (str_starts(line, STR("!"))) {
		r->negated = true;
		line = str_sub(line, 1, line.n);
	}
	if (str_ends(line, STR("/"))) {
		r->folder_only = true;
		line.n--;
	}
	r->name_only = str_find(line, 0, '/') == line.n;
	if (str_starts(line, STR("/")))
		line = str_sub(line, 1, line.n);
	r->pattern = line;
	return line.n > 0;
}

static str base_name(str path)
{
	size_t at = path.n;

	while (at && path.p[at - 1] != '/')
		at--;
	return str_sub(path, at, path.n);
}

/* The literal part is compared first, and the rest as a pattern of its own;
 * that is why git takes `a/b**` as `a/b` followed by any folders. */
bool ignore_rule_matches(const struct ignore_rule *r, str path, bool folder)
{
	size_t same = glob_literal(r->pattern);

	if (r->folder_only && !folder)
		return false;
	if (r->name_only)
		return glob_match(r->pattern, base_name(path));
	if (!str_starts(path, str_sub(r->pattern, 0, same)))
		return false;
	if (same == r->pattern.n)
		return same == path.n;
	return glob_match(str_sub(r->pattern, same, r->pattern.n),
			  str_sub(path, same, path.n));
}

/* ---- levels ---- */

static void add_rules(struct arena *a, struct ignore *level, str text)
{
	size_t room = 1;
	str line;

	if (str_starts(text, STR("\xef\xbb\xbf")))
		text = str_sub(text, 3, text.n);
	for (size_t i = 0; i < text.n; i++)
		room += text.p[i] == '\n';
	level->rules = arena_array(a, struct ignore_rule, room);
	while (text.n) {
		str_cut(text, '\n', &line, &text);
		if (str_ends(line, STR("\r")))
			line.n--;
		/* to git a line is a C string */
		line.n = str_find(line, 0, '\0');
		if (ignore_rule_read(&level->rules[level->n], line))
			level->n++;
	}
}

static void tell(const struct search *s, const struct err *e)
{
	if (s->problem)
		s->problem(s->ctx, e);
}

/* Is it there?  If that cannot be said, it is told and taken as absent. */
static bool look_at(const struct search *s, const char *path, struct stat *st)
{
	struct err e = ERR_INIT;

	if (lstat(path, st) == 0)
		return true;
	if (!io_is_absent(errno)) {
		io_cannot_look(path, &e);
		tell(s, &e);
	}
	return false;
}

/* "" if it cannot be read, which is told. */
static str read_text(const struct search *s, const char *path)
{
	struct buf text = BUF_INIT;
	struct err e = ERR_INIT;
	str all = STR_NONE;

	if (io_slurp(path, &text, &e) == 0)
		all = arena_str(s->arena, buf_str(&text));
	else
		tell(s, &e);
	buf_release(&text);
	return all;
}

/* A link is not read, as by git. */
static void load(struct ignore *level, const char *path)
{
	const struct search *s = level->search;
	struct stat st;

	if (look_at(s, path, &st) && S_ISREG(st.st_mode))
		add_rules(s->arena, level, read_text(s, path));
}

/* The first line of a file, without the line break; "" if there is none. */
static str read_line(const struct search *s, const char *path)
{
	str line = STR_NONE, rest;
	struct stat st;

	if (look_at(s, path, &st))
		str_cut(read_text(s, path), '\n', &line, &rest);
	return line;
}

/* A path in a file of `folder`. */
static const char *resolve(struct arena *a, const char *folder, str path)
{
	if (str_starts(path, STR("/")))
		return arena_str(a, path).p;
	return arena_printf(a, "%s/%.*s", folder, STR_ARG(path)).p;
}

/* Set the folders of the repository's own files: .git, or where the .git file
 * of a work tree or submodule points. */
static void find_git(struct repository *r, const char *root)
{
	const str key = STR("gitdir: ");
	struct arena *a = r->search->arena;
	struct stat st;
	str line;

	r->git = r->common = arena_printf(a, "%s/.git", root).p;
	if (stat(r->git, &st) < 0 || S_ISDIR(st.st_mode))
		return;
	line = read_line(r->search, r->git);
	if (!str_starts(line, key))
		return;
	r->git = resolve(a, root, str_sub(line, key.n, line.n));
	line = read_line(r->search, arena_printf(a, "%s/commondir", r->git).p);
	r->common = line.n ? resolve(a, r->git, line) : r->git;
}

static bool is_root(const struct search *s, const char *folder)
{
	struct stat st;

	return look_at(s, arena_printf(s->arena, "%s/.git", folder).p, &st);
}

/* .git/info/exclude, around all folders of a repository. */
static const struct ignore *open_root(const struct search *s, const char *root)
{
	struct ignore *level = arena_new(s->arena, struct ignore);
	struct repository *r = arena_new(s->arena, struct repository);

	r->search = level->search = s;
	find_git(r, root);
	level->repository = r;
	load(level, arena_printf(s->arena, "%s/info/exclude", r->common).p);
	return level;
}

static struct ignore *open_folder(const struct search *s,
				  const struct ignore *outer,
				  const char *folder, str path)
{
	struct ignore *level = arena_new(s->arena, struct ignore);

	level->search = s;
	level->outer = outer;
	level->repository = outer ? outer->repository : NULL;
	level->path = path;
	load(level, arena_printf(s->arena, "%s/.gitignore", folder).p);
	return level;
}

/* How much of `real` is the root of its repository; all if it has none, and
 * then *is_one is false. */
static size_t find_root(const struct search *s, str real, bool *is_one)
{
	*is_one = true;
	for (size_t n = real.n; n; n--) {
		if (n < real.n && real.p[n] != '/')
			continue;
		if (is_root(s, arena_str(s->arena, str_sub(real, 0, n)).p))
			return n;
	}
	*is_one = false;
	return real.n;
}

/* The folder's path without links. */
static str real_path(const struct search *s, const char *folder)
{
	char *path = realpath(folder, NULL);
	struct err e = ERR_INIT;
	str real;

	if (!path && !io_is_absent(errno)) {
		io_cannot_look(folder, &e);
		tell(s, &e);
	}
	real = arena_str(s->arena, str_of(path ? path : folder));
	free(path);
	return real;
}

const struct ignore *ignore_open(struct arena *a, const char *folder,
				 ignore_problem_fn *problem, void *ctx)
{
	struct search *s = arena_new(a, struct search);
	const struct ignore *level = NULL;
	bool in_repository;
	size_t root;
	str real;

	*s = (struct search){ a, problem, ctx };
	real = real_path(s, folder);
	root = find_root(s, real, &in_repository);
	if (in_repository)
		level = open_root(s, arena_str(a, str_sub(real, 0, root)).p);
	for (size_t n = root; n <= real.n; n++) {
		str below = str_sub(real, root + 1, n);

		if (n < real.n && real.p[n] != '/')
			continue;
		level = open_folder(s, level,
				    arena_str(a, str_sub(real, 0, n)).p,
				    below.n ? arena_printf(a, "%.*s/",
							   STR_ARG(below))
					    : STR_NONE);
	}
	return level;
}

/* ---- questions ---- */

static const struct git_index *index_of(struct repository *r)
{
	struct err e = ERR_INIT;

	if (r->is_read)
		return r->index;
	r->is_read = true;
	r->index = git_index_read(r->search->arena, r->git, r->common, &e);
	if (!r->index)
		tell(r->search, &e);
	return r->index;
}

/* Does a rule exclude this path, which is in the level's folder? */
static bool is_excluded(const struct ignore *here, str path, bool folder)
{
	const struct ignore_rule *rule = NULL;

	if (here->excluded)
		return true;
	for (; here && !rule; here = here->outer) {
		str below = str_sub(path, here->path.n, path.n);

		for (size_t i = here->n; i && !rule; i--)
			if (ignore_rule_matches(&here->rules[i - 1], below,
						folder))
				rule = &here->rules[i - 1];
	}
	return rule && !rule->negated;
}

/* Is the file tracked, or any file in the folder? */
static bool is_tracked(const struct ignore *here, struct buf *path, bool folder)
{
	const struct git_index *index = here->repository ?
					index_of(here->repository) : NULL;

	if (!index)
		return false;
	if (git_index_has(index, buf_str(path)))
		return true;
	if (!folder)
		return false;
	buf_addc(path, '/');
	return git_index_has_below(index, buf_str(path));
}

static bool has_rules(const struct ignore *here)
{
	while (here && !here->n && !here->excluded)
		here = here->outer;
	return here;
}

bool ignore_has(const struct ignore *here, const char *name, bool folder)
{
	struct buf path = BUF_INIT;
	bool has;

	if (!has_rules(here))
		return false;
	buf_adds(&path, here->path);
	buf_addz(&path, name);
	has = is_excluded(here, buf_str(&path), folder) &&
	      !is_tracked(here, &path, folder);
	buf_release(&path);
	return has;
}

const struct ignore *ignore_enter(const struct ignore *outer, const char *path,
				  const char *name)
{
	const struct search *s = outer->search;
	struct ignore *level;
	str below;

	if (is_root(s, path))
		return open_folder(s, open_root(s, path), path, STR_NONE);
	below = arena_printf(s->arena, "%.*s%s/", STR_ARG(outer->path), name);
	level = open_folder(s, outer, path, below);
	level->excluded = is_excluded(outer, str_sub(below, 0, below.n - 1),
				      true);
	return level;
}
