#include "cli/inputs.h"

#include <stdlib.h>
#include <string.h>

#include "cli/fetch.h"

/* While they are looked for; the ctx of a walk. */
struct search {
	struct inputs *in;
	struct reporting *reporting;
	bool once;		/* each file */
	bool any;		/* was found in this folder */
	enum status status;
};

static void add(struct inputs *in, const char *word)
{
	struct words *w = &in->words;

	if ((w->n & (w->n - 1)) == 0)
		w->at = mem_realloc(w->at, (w->n ? 2 * w->n : 1) *
				    sizeof(*w->at));
	w->at[w->n++] = word;
}

static void found(void *ctx, const char *path, const struct stat *st)
{
	struct search *s = ctx;

	s->any = true;
	if (!seen_before(&s->in->seen, st))
		add(s->in, path);
}

static void failed(void *ctx, const struct err *e)
{
	struct search *s = ctx;

	s->any = true;		/* enough was said */
	s->status = reporting_err(s->reporting, e);
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
		.found = found,
		.failed = failed,
		.ctx = s,
	};
	const struct injector_event nothing = {
		.outcome = INJECTOR_WARNING,
		.file = folder,
		.text = "no manifests in this folder",
	};

	s->any = false;
	if (walk_folder(&walk, folder) && !s->any)
		reporting_event(s->reporting, &nothing);
}

static void search_word(struct search *s, const char *word,
			const struct options *o)
{
	struct stat st;
	bool there = strcmp(word, "-") != 0 && !fetch_is_url(word) &&
		     stat(word, &st) == 0;

	if (there && o->recursive && S_ISDIR(st.st_mode))
		search_folder(s, word, o);
	else if (!there || !s->once || !seen_before(&s->in->seen, &st))
		add(s->in, word);
}

enum status inputs_find(struct inputs *in, const struct options *o,
			struct reporting *reporting)
{
	struct search s = {
		.in = in,
		.reporting = reporting,
		.once = o->recursive || o->write || o->check || o->diff,
		.status = STATUS_DONE,
	};

	*in = (struct inputs){ ARENA_INIT, SEEN_INIT, { NULL, 0 } };
	if (!o->files.n)
		add(in, "-");
	for (size_t i = 0; i < o->files.n; i++)
		search_word(&s, o->files.at[i], o);
	return s.status;
}

void inputs_release(struct inputs *in)
{
	seen_release(&in->seen);
	arena_release(&in->arena);
	free(in->words.at);
}
