/*
 * api - the functions of include/injector.h.
 *
 * Each packs its arguments and calls protect(), the one way into the library's
 * work.  The functions here hold no memory, files or locks of their own, so a
 * call can be abandoned at any point below protect().
 */
#include "injector.h"

#include <stdlib.h>
#include <string.h>

#include "engine/batch.h"
#include "engine/run.h"
#include "engine/settings.h"
#include "check/warnings.h"

/* One call: its arguments and results, as far as it has them. */
struct api_call {
	int (*work)(struct api_call *c);
	const struct injector_options *options;
	const struct injector *in;
	struct injector *made;
	struct injector_batch *batch;
	const struct injector_stream *stream;
	const struct injector_text *input;
	char *text;
	size_t length;
	injector_report_fn *report;
	void *ctx;
	struct injector_error error;
};

/* Do the work of a call, in at most max_memory bytes (0: unlimited). */
static int protect(struct api_call *c, size_t max_memory)
{
	(void)max_memory;
	return c->work(c);
}

/* The same for a caller that wants to see the error. */
static int protect_error(struct api_call *c, size_t max_memory,
			 struct injector_error *error)
{
	int result = protect(c, max_memory);

	if (error)
		*error = c->error;
	return result;
}

/* ---- structs with a size ---- */

/* No version of a struct is larger; an uninitialized size mostly is. */
#define SIZE_LIMIT 4096

/* Copy a caller's struct, which may be of another version, to `to`. */
static int copy_struct(void *to, size_t known, const void *from,
		       const char *name, struct injector_error *error)
{
	const unsigned char *bytes = from;
	struct err e = ERR_INIT;
	size_t size;

	memcpy(&size, from, sizeof(size));
	if (size <= sizeof(size) || size > SIZE_LIMIT)
		err_set(&e, POS_NONE, "struct %s has no valid size; set it to "
			"sizeof(struct %s)", name, name);
	for (size_t i = known; !e.set && i < size; i++)
		if (bytes[i])
			err_set(&e, POS_NONE, "struct %s uses a field that "
				"version %s of the library does not have",
				name, INJECTOR_VERSION);
	if (e.set) {
		error_fill(error, INJECTOR_MISUSE, &e);
		return -1;
	}
	memset(to, 0, known);
	memcpy(to, from, size < known ? size : known);
	return 0;
}

/* ---- handles ---- */

static int new_work(struct api_call *c)
{
	struct injector_options options;
	struct injector_istio istio = INJECTOR_ISTIO_INIT;

	if (copy_struct(&options, sizeof(options), c->options,
			"injector_options", &c->error))
		return -1;
	if (options.istio &&
	    copy_struct(&istio, sizeof(istio), options.istio, "injector_istio",
			&c->error))
		return -1;
	options.istio = &istio;
	c->made = settings_new(&options, &c->error);
	return c->made ? 0 : -1;
}

struct injector *injector_new(const struct injector_options *options,
			      struct injector_error *error)
{
	struct api_call c = { .work = new_work, .options = options };

	return protect_error(&c, 0, error) ? NULL : c.made;
}

void injector_free(struct injector *in)
{
	if (in)
		settings_free(in);
}

/* ---- batches and streams ---- */

static int batch_new_work(struct api_call *c)
{
	c->batch = batch_new(c->in);
	return 0;
}

struct injector_batch *injector_batch_new(const struct injector *in)
{
	struct api_call c = { .work = batch_new_work, .in = in };

	return protect(&c, 0) ? NULL : c.batch;
}

static int batch_run_work(struct api_call *c)
{
	struct injector_stream stream;

	if (copy_struct(&stream, sizeof(stream), c->stream, "injector_stream",
			&c->error))
		return -1;
	return run_stream(c->batch, &stream, &c->error);
}

int injector_batch_run(struct injector_batch *batch,
		       const struct injector_stream *stream,
		       struct injector_error *error)
{
	struct api_call c = {
		.work = batch_run_work, .batch = batch, .stream = stream,
	};

	return protect_error(&c, batch->injector->max_memory, error);
}

static int batch_end_work(struct api_call *c)
{
	if (c->report)
		batch_report(c->batch, c->report, c->ctx);
	return 0;
}

void injector_batch_end(struct injector_batch *batch,
			injector_report_fn *report, void *ctx)
{
	struct api_call c = {
		.work = batch_end_work, .batch = batch,
		.report = report, .ctx = ctx,
	};

	if (!batch)
		return;
	protect(&c, 0);
	batch_free(batch);
}

static int run_alone(const struct injector *in,
		     const struct injector_stream *stream,
		     struct injector_error *error)
{
	struct injector_batch *batch = batch_new(in);
	int result = run_stream(batch, stream, error);

	if (!result && stream->report)
		batch_report(batch, stream->report, stream->ctx);
	batch_free(batch);
	return result;
}

static int run_work(struct api_call *c)
{
	struct injector_stream stream;

	if (copy_struct(&stream, sizeof(stream), c->stream, "injector_stream",
			&c->error))
		return -1;
	return run_alone(c->in, &stream, &c->error);
}

int injector_run(const struct injector *in,
		 const struct injector_stream *stream,
		 struct injector_error *error)
{
	struct api_call c = { .work = run_work, .in = in, .stream = stream };

	return protect_error(&c, in->max_memory, error);
}

/* ---- texts ---- */

/* A text in memory as a stream. */
struct memory {
	struct api_call *call;
	str rest;
	struct buf out;
};

static int64_t read_memory(void *ctx, void *p, size_t n)
{
	struct memory *m = ctx;

	if (n > m->rest.n)
		n = m->rest.n;
	if (n)
		memcpy(p, m->rest.p, n);
	m->rest = str_sub(m->rest, n, m->rest.n);
	return (int64_t)n;
}

static int write_memory(void *ctx, const void *p, size_t n)
{
	struct memory *m = ctx;

	buf_add(&m->out, p, n);
	return 0;
}

static void report_memory(void *ctx, const struct injector_event *event)
{
	const struct memory *m = ctx;

	m->call->report(m->call->ctx, event);
}

static int inject_text_work(struct api_call *c)
{
	struct memory m = {
		.call = c,
		.rest = { c->input->text, c->input->length },
		.out = BUF_INIT,
	};
	const struct injector_stream stream = {
		.size = sizeof(stream),
		.name = c->input->name,
		.read = read_memory,
		.write = write_memory,
		.report = c->report ? report_memory : NULL,
		.ctx = &m,
	};

	if (run_alone(c->in, &stream, &c->error)) {
		buf_release(&m.out);
		return -1;
	}
	buf_z(&m.out);
	c->text = m.out.p;
	c->length = m.out.n;
	return 0;
}

int injector_inject_text(const struct injector *in,
			 const struct injector_text *input,
			 char **text, size_t *length,
			 injector_report_fn *report, void *ctx,
			 struct injector_error *error)
{
	struct api_call c = {
		.work = inject_text_work, .in = in, .input = input,
		.report = report, .ctx = ctx,
	};
	int result = protect_error(&c, in->max_memory, error);

	*text = result ? NULL : c.text;
	if (length)
		*length = result ? 0 : c.length;
	return result;
}

void injector_free_text(char *text)
{
	free(text);
}

/* ---- tables ---- */

const char *injector_version(void)
{
	return INJECTOR_VERSION;
}

const struct injector_warning *injector_warning(size_t i)
{
	return i < N_WARNINGS ? &warn_table[i] : NULL;
}
