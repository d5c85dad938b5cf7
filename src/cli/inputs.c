/*
 * Which inputs there are.
 */
#include "cli/input.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/io.h"
#include "cli/process.h"
#include "cli/programs.h"

/* The ctx of a walk. */
struct search {
	struct inputs *in;
	struct reporting *reporting;
	bool once;		/* skip files that were found before */
	bool listed;		/* named files count as found */
	bool any;		/* this folder has some, or failed */
	enum status status;
};

static struct target *add(struct inputs *in, const char *word)
{
	in->at = mem_extend(in->at, in->n, &in->capacity, sizeof(*in->at));
	in->at[in->n] = (struct target){ .word = word };
	return &in->at[in->n++];
}

/* ---- the callbacks of a walk ---- */

static void found(void *ctx, const char *path, const struct stat *st)
{
	struct search *s = ctx;
	struct target *t;

	s->any = true;
	if (seen_before(&s->in->seen, st))
		return;
	t = add(s->in, path);
	t->is_file = t->found = true;
	t->st = *st;
}

static void entered(void *ctx, const char *folder)
{
	kustomize_enter(&((struct search *)ctx)->in->kustomize, folder);
}

static void passed(void *ctx, const char *path, const char *why)
{
	struct search *s = ctx;

	s->any = true;
	reporting_warn(s->reporting, (struct pos){ path, 0, 0 }, NULL, why);
}

static void failed(void *ctx, const struct err *e)
{
	struct search *s = ctx;

	s->any = true;		/* the error says enough */
	s->status = reporting_err(s->reporting, e);
}

/* Something that only guides the search cannot be read; ctx is the reporting.
 */
static void problem(void *ctx, const struct err *e)
{
	reporting_warn(ctx, e->pos, NULL, e->text);
}

static void git_problem(void *ctx, const struct err *e)
{
	problem(((struct search *)ctx)->reporting, e);
}

/* ---- the search ---- */

static enum status cannot_look(struct reporting *reporting, const char *path)
{
	struct err e = ERR_INIT;

	err_set(&e, (struct pos){ path, 0, 0 }, "cannot look at it: %s",
		strerror(errno));
	return reporting_err(reporting, &e);
}

/* A folder as kustomize_enter() wants it. */
static const char *with_slash(struct arena *a, const char *folder)
{
	size_t n = strlen(folder);

	if (strcmp(folder, ".") == 0)
		return "";
	return n && folder[n - 1] == '/' ? folder :
					   arena_printf(a, "%s/", folder).p;
}

static void search_folder(struct search *s, const char *folder,
			  const struct options *o)
{
	const struct walk walk = {
		.arena = &s->in->arena,
		.seen = &s->in->seen,
		.include = o->include.at,
		.n_include = o->include.n,
		.exclude = o->exclude.at,
		.n_exclude = o->exclude.n,
		.threads = jobs_wanted(o, true),
		.found = found,
		.entered = entered,
		.passed = passed,
		.failed = failed,
		.problem = git_problem,
		.ctx = s,
	};

	kustomize_above(&s->in->kustomize, with_slash(&s->in->arena, folder));
	s->any = false;
	if (walk_folder(&walk, folder) && !s->any)
		reporting_warn(s->reporting, (struct pos){ folder, 0, 0 }, NULL,
			       "no manifests in this folder");
}

static void add_file(struct search *s, const char *path, const struct stat *st)
{
	const char *slash = strrchr(path, '/');
	size_t n = slash ? (size_t)(slash + 1 - path) : 0;
	struct target *t;

	if (s->once && seen_before(&s->in->seen, st))
		return;
	t = add(s->in, path);
	t->is_file = true;
	t->found = s->listed;
	t->st = *st;
	if (S_ISREG(st->st_mode))
		kustomize_above(&s->in->kustomize,
				arena_str(&s->in->arena, (str){ path, n }).p);
}

static void search_word(struct search *s, const char *word,
			const struct options *o)
{
	bool is_path = strcmp(word, "-") != 0 && !fetch_is_url(word);
	struct stat st;

	/* reading it says what is wrong with a name */
	if (!is_path || (stat(word, &st) < 0 && io_is_absent(errno)))
		add(s->in, word);
	else if (stat(word, &st) < 0)
		s->status = cannot_look(s->reporting, word);
	else if (o->recursive && S_ISDIR(st.st_mode))
		search_folder(s, word, o);
	else
		add_file(s, word, &st);
}

/* What every kustomization says is known only now.  Files that configure one
 * are no manifests. */
static void set_roles(struct inputs *in)
{
	size_t kept = 0;

	for (size_t i = 0; i < in->n; i++) {
		struct target *t = &in->at[i];

		if (t->is_file)
			t->role = kustomize_role(&in->kustomize, &t->st);
		if (!t->found || !t->role.setting)
			in->at[kept++] = *t;
	}
	in->n = kept;
}

enum status inputs_find(struct inputs *in, const struct options *o,
			struct reporting *reporting)
{
	struct search s = {
		.in = in,
		.reporting = reporting,
		.once = o->recursive || o->write || o->check || o->diff,
		.listed = o->hook,
		.status = STATUS_DONE,
	};

	*in = (struct inputs){
		.ahead = { .fd = -1 },
		.arena = ARENA_INIT,
		.seen = SEEN_INIT,
		.kustomize = KUSTOMIZE_INIT(&in->arena, problem, reporting),
	};
	if (!o->files.n)
		add(in, "-");
	for (size_t i = 0; i < o->files.n; i++)
		search_word(&s, o->files.at[i], o);
	set_roles(in);
	return s.status;
}

/* ---- files with another use ---- */

/* 0, or -1 with errno. */
static int add_own(struct seen *own, const char *path)
{
	struct stat st;

	if (!path)
		return 0;
	/* a template may be a built-in one, a file will be new */
	if (stat(path, &st) < 0)
		return io_is_absent(errno) ? 0 : -1;
	if (S_ISREG(st.st_mode))
		seen_before(own, &st);
	return 0;
}

static void drop(struct inputs *in, const struct seen *own)
{
	size_t kept = 0;

	for (size_t i = 0; i < in->n; i++)
		if (!in->at[i].found || !seen_has(own, &in->at[i].st))
			in->at[kept++] = in->at[i];
	in->n = kept;
}

enum status inputs_drop_own(struct inputs *in, const struct options *o,
			    struct reporting *reporting)
{
	const char *const files[] = {
		o->inject_config, o->mesh_config, o->values_file,
		o->operator_file, o->output, o->report_file, o->config,
	};
	const struct words *const lists[] = {
		&o->templates, &o->values, &o->extended,
	};
	struct seen own = SEEN_INIT;
	const char *unknown = NULL;
	enum status status = STATUS_DONE;

	for (size_t i = 0; i < ARRAY_SIZE(files) && !unknown; i++)
		if (add_own(&own, files[i]) < 0)
			unknown = files[i];
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		for (size_t j = 0; j < lists[i]->n && !unknown; j++)
			if (add_own(&own, lists[i]->at[j]) < 0)
				unknown = lists[i]->at[j];
	if (unknown)
		status = cannot_look(reporting, unknown);
	drop(in, &own);
	seen_release(&own);
	return status;
}

void inputs_release(struct inputs *in)
{
	input_close(&in->ahead);
	kustomize_release(&in->kustomize);
	seen_release(&in->seen);
	arena_release(&in->arena);
	mem_free(in->at);
}
