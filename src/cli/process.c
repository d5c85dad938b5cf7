/*
 * run_* are the callbacks of an injector_stream; their ctx is the struct run.
 */
#include "cli/process.h"

#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/chars.h"
#include "base/io.h"
#include "base/os.h"

/* ---- charts ---- */

/* The chart's folder around a template, "" or with a slash at its end; NULL:
 * none. */
static const char *chart_around(struct arena *a, const char *path)
{
	struct buf chart = BUF_INIT;
	const char *folder = NULL;
	struct stat st;
	size_t n = strlen(path);

	while (!folder) {
		while (n && path[n - 1] != '/')
			n--;
		buf_clear(&chart);
		buf_printf(&chart, "%.*sChart.yaml", (int)n, path);
		if (stat(buf_z(&chart), &st) == 0)
			folder = arena_str(a, (str){ path, n }).p;
		if (!n)
			break;
		n--;
	}
	buf_release(&chart);
	return folder;
}

static struct chart *chart_of(struct session *s, const char *path)
{
	const char *folder = chart_around(&s->arena, path);

	if (!folder)
		return NULL;
	/* files of a chart follow one another */
	for (size_t i = s->n_charts; i; i--)
		if (strcmp(s->charts[i - 1].folder, folder) == 0)
			return &s->charts[i - 1];
	s->charts = arena_extend(&s->arena, s->charts, s->n_charts,
				 &s->capacity, sizeof(*s->charts));
	s->charts[s->n_charts] = (struct chart){ .folder = folder };
	return &s->charts[s->n_charts++];
}

/* Is the event a warning that the chart's stands for? */
static bool is_counted(const struct run *run,
		       const struct injector_event *event)
{
	struct chart *chart;

	if (!run->target->found || !event->warning ||
	    strcmp(event->warning, "helm-template") != 0)
		return false;
	chart = chart_of(run->session, run->target->word);
	if (!chart)
		return false;
	chart->n += chart->last != run->target->word;
	chart->last = run->target->word;
	return true;
}

void session_report_charts(struct session *s)
{
	for (size_t i = 0; i < s->n_charts; i++) {
		const struct chart *chart = &s->charts[i];
		const struct pos at = {
			.file = *chart->folder ? chart->folder : ".",
		};

		reporting_warn(s->reporting, at, "helm-template",
			       arena_printf(&s->arena, "skipped %zu "
				"template%s of this Helm chart; inject the "
				"output of `helm template` instead", chart->n,
				chart->n == 1 ? "" : "s").p);
	}
}

/* ---- callbacks ---- */

static int64_t run_read(void *ctx, void *p, size_t n)
{
	const struct run *run = ctx;
	int64_t got = input_read(run->input, p, n);

	if (got > 0)
		progress_read(run->session->reporting->progress, (size_t)got);
	return got;
}

static int run_write(void *ctx, const void *p, size_t n)
{
	const struct run *run = ctx;

	return run->write(run->to, p, n);
}

static void run_report(void *ctx, const struct injector_event *event)
{
	const struct run *run = ctx;

	if (!is_counted(run, event))
		reporting_event(run->session->reporting, event);
}

int run_discard(void *to, const void *p, size_t n)
{
	(void)to;
	(void)p;
	(void)n;
	return 0;
}

/* ---- files that are no manifests ---- */

/* Is the word at `at` a key: at the start of a line, in quotes, or behind a
 * brace or comma; followed by a colon? */
static bool is_key(str text, size_t at, size_t end)
{
	size_t from = at;

	if (end < text.n && (text.p[end] == '"' || text.p[end] == '\''))
		end++;
	end = skip_blanks(text, end);
	if (end == text.n || text.p[end] != ':')
		return false;
	if (from && (text.p[from - 1] == '"' || text.p[from - 1] == '\''))
		return true;
	while (from && is_blank(text.p[from - 1]))
		from--;
	return !from || strchr("{,-", text.p[from - 1]) ||
	       (from == at && text.p[from - 1] == '\n');
}

static bool has_key(str text, const char *word)
{
	size_t n = strlen(word), from = 0;
	const char *hit;

	while (from < text.n && (hit = memmem(text.p + from, text.n - from,
					      word, n))) {
		size_t at = (size_t)(hit - text.p);

		if (is_key(text, at, at + n))
			return true;
		from = at + n;
	}
	return false;
}

/* The file's first MiB tells, which the input may have dropped by now. */
static bool looks_like_manifest(const struct target *target)
{
	struct buf text = BUF_INIT;
	struct stat st;
	int fd = io_open(target->word, &st, NULL);
	int64_t got = -1;
	bool looks;

	if (fd < 0)
		return true;
	buf_reserve(&text, INPUT_AHEAD);
	got = io_read_at(fd, text.p, INPUT_AHEAD, 0);
	close(fd);
	text.n = got > 0 ? (size_t)got : 0;
	looks = got < 0 || (has_key(buf_str(&text), "apiVersion") &&
			    has_key(buf_str(&text), "kind"));
	buf_release(&text);
	return looks;
}

static bool is_no_manifest(const struct run *run,
			   const struct injector_error *error)
{
	return run->target->found && error->code == INJECTOR_INVALID &&
	       !looks_like_manifest(run->target);
}

static void report_no_manifest(const struct run *run,
			       const struct injector_error *error)
{
	struct buf text = BUF_INIT;
	const struct pos at = {
		run->input->name, error->line, error->column,
	};

	buf_printf(&text, "skipped: not a manifest: %s", error->text);
	reporting_warn(run->session->reporting, at, NULL, buf_z(&text));
	buf_release(&text);
}

/* ---- an input ---- */

static struct injector_stream stream_of(const struct run *run)
{
	const struct target *target = run->target;

	return (struct injector_stream){
		.size = sizeof(struct injector_stream),
		.name = run->input->name,
		.read = run_read,
		.write = run_write,
		.report = run_report,
		.ctx = (void *)(uintptr_t)run,
		.found = target->found,
		.manifests_only = target->found && run->joins,
		.resource = target->role.resource,
		.patch_of = target->role.patch_of,
	};
}

struct injector_draft *run_draft(const struct run *run)
{
	struct injector_stream stream = stream_of(run);
	struct injector_draft *draft;

	/* no progress that another thread shows */
	stream.read = input_read;
	stream.ctx = run->input;
	draft = injector_draft_again(run->draft,
				     run->target->handle->injector, &stream);
	run->input->at = 0;
	return draft;
}

/* How many threads are worth while for the documents of an input? */
static unsigned threads_for(const struct run *run)
{
	const struct input *in = run->input;
	unsigned n = 1;

	if (!in->whole || in->head.n > INPUT_AHEAD)
		n = jobs_wanted(run->session->options, true);
	if (n > 1)
		os_keep_memory(n);
	return n;
}

static int run_stream(const struct run *run, struct injector_error *error)
{
	struct injector_stream stream = stream_of(run);
	struct injector_batch *batch = run->target->handle->batch;

	if (!run->draft) {
		stream.threads = threads_for(run);
		return injector_batch_run(batch, &stream, error);
	}
	progress_read(run->session->reporting->progress, run->input->head.n);
	return injector_batch_run_draft(batch, run->draft, &stream, error);
}

enum run_end run_input(const struct run *run, struct injector_error *error)
{
	if (run_stream(run, error) == 0)
		return RUN_DONE;
	if (!is_no_manifest(run, error))
		return RUN_FAILED;
	report_no_manifest(run, error);
	return RUN_SKIPPED;
}
