/*
 * api - the functions of include/injector.h.
 *
 * Each packs its arguments and calls protect(), the one way into the library's
 * work (see base/mem.h).  What must survive a call that is abandoned, the
 * structs of handles and batches with their pools, is allocated outside of it.
 */
#include "injector.h"

#include <string.h>

#include "engine/run.h"
#include "engine/settings.h"
#include "check/warnings.h"

/* One call: its arguments and results, as far as it has them. */
struct api_call {
	int (*work)(struct api_call *c);
	int (*work_stream)(struct api_call *c,
			   const struct injector_stream *stream);
	const struct injector_options *options;
	struct injector *made;
	const struct injector *in;
	struct injector_batch *batch;
	struct injector_draft *draft;
	const struct injector_stream *stream;
	const struct injector_text *input;
	const struct injector_admission *admission;
	char *text;
	size_t length;
	injector_report_fn *report;
	void *ctx;
	int result;
	struct injector_error error;
};

static void do_work(void *ctx)
{
	struct api_call *c = ctx;

	c->result = c->work(c);
}

static void fill_no_memory(struct injector_error *error, enum mem_result why,
			   size_t max_memory)
{
	struct err e = ERR_INIT;

	if (why == MEM_LIMIT)
		err_set(&e, POS_NONE, "needs more memory than the limit of "
			"%zu bytes (max_memory)", max_memory);
	else
		err_set(&e, POS_NONE, "out of memory");
	error_fill(error, INJECTOR_NO_MEMORY, &e);
}

/* Do the work of a call with memory of the pool, at most max_memory bytes (0:
 * unlimited).  Not MEM_OK: it was abandoned, and the pool is empty. */
static enum mem_result protect(struct api_call *c, struct mem_pool *pool,
			       size_t max_memory, struct injector_error *error)
{
	enum mem_result how = mem_protect(pool, max_memory, do_work, c);

	if (how != MEM_OK) {
		c->result = -1;
		fill_no_memory(&c->error, how, max_memory);
	}
	if (error)
		*error = c->error;
	return how;
}

/* No memory even for a struct. */
static void fill_out_of_memory(struct injector_error *error)
{
	if (error)
		fill_no_memory(error, MEM_OUT, 0);
}

/* ---- the host's functions, which run outside of the call ---- */

static int64_t host_read(void *ctx, void *p, size_t n)
{
	const struct injector_stream *host = ctx;
	struct mem_call *call = mem_leave();
	int64_t got = host->read(host->ctx, p, n);

	mem_return(call);
	return got;
}

static int host_write(void *ctx, const void *p, size_t n)
{
	const struct injector_stream *host = ctx;
	struct mem_call *call = mem_leave();
	int result = host->write(host->ctx, p, n);

	mem_return(call);
	return result;
}

/* ctx is the call with the host's report function. */
static void host_report(void *ctx, const struct injector_event *event)
{
	const struct api_call *c = ctx;
	struct mem_call *call = mem_leave();

	c->report(c->ctx, event);
	mem_return(call);
}

static void host_stream_report(void *ctx, const struct injector_event *event)
{
	const struct injector_stream *host = ctx;
	struct mem_call *call = mem_leave();

	host->report(host->ctx, event);
	mem_return(call);
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
	if (options.report) {
		c->report = options.report;
		c->ctx = options.ctx;
		options.report = host_report;
		options.ctx = c;
	}
	return settings_init(c->made, &options, &c->error);
}

struct injector *injector_new(const struct injector_options *options,
			      struct injector_error *error)
{
	struct injector *in = mem_try(sizeof(*in));
	struct api_call c = { .work = new_work, .options = options };
	enum mem_result how;

	if (!in) {
		fill_out_of_memory(error);
		return NULL;
	}
	c.made = memset(in, 0, sizeof(*in));
	how = protect(&c, &in->pool, 0, error);
	if (!c.result)
		return in;
	if (how == MEM_OK)
		settings_release(in);
	mem_free(in);
	return NULL;
}

void injector_free(struct injector *in)
{
	if (!in)
		return;
	settings_release(in);
	mem_free(in);
}

/* ---- batches and streams ---- */

static int batch_new_work(struct api_call *c)
{
	batch_init(c->batch);
	return 0;
}

struct injector_batch *injector_batch_new(const struct injector *in)
{
	struct injector_batch *b = mem_try(sizeof(*b));
	struct api_call c = { .work = batch_new_work };

	if (!b)
		return NULL;
	memset(b, 0, sizeof(*b));
	b->injector = in;
	c.batch = b;
	if (protect(&c, &b->pool, 0, NULL) == MEM_OK)
		return b;
	mem_free(b);
	return NULL;
}

/* Run a stream of the host's. */
static int run_host(struct api_call *c)
{
	struct injector_stream host, stream;
	struct err e = ERR_INIT;

	if (copy_struct(&host, sizeof(host), c->stream, "injector_stream",
			&c->error))
		return -1;
	if (!host.read || !host.write) {
		err_set(&e, POS_NONE, "struct injector_stream needs a `read` "
			"and a `write` function");
		error_fill(&c->error, INJECTOR_MISUSE, &e);
		return -1;
	}
	stream = host;
	stream.read = host_read;
	stream.write = host_write;
	stream.report = host.report ? host_stream_report : NULL;
	stream.ctx = &host;
	return c->work_stream(c, &stream);
}

static int run_in_batch(struct api_call *c,
			const struct injector_stream *stream)
{
	return crew_stream(c->batch, stream, &c->error);
}

/* Run the call's stream or draft in the batch. */
static int call_in_batch(struct api_call *c, struct injector_error *error)
{
	struct injector_batch *b = c->batch;

	if (!b || b->abandoned) {
		fill_out_of_memory(error);
		return -1;
	}
	if (protect(c, &b->pool, b->injector->max_memory, error) != MEM_OK)
		b->abandoned = true;
	return c->result;
}

int injector_batch_run(struct injector_batch *batch,
		       const struct injector_stream *stream,
		       struct injector_error *error)
{
	struct api_call c = {
		.work = run_host, .work_stream = run_in_batch,
		.batch = batch, .stream = stream,
	};

	return call_in_batch(&c, error);
}

static int batch_end_work(struct api_call *c)
{
	batch_report(c->batch, host_report, c);
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
	if (!batch->abandoned &&
	    (!report || protect(&c, &batch->pool, 0, NULL) == MEM_OK))
		batch_release(batch);
	mem_free(batch);
}

/* ---- drafts ---- */

/* A draft keeps no more memory than this for the next one. */
#define DRAFT_KEEPS ((size_t)256 << 10)

static int make_draft(struct api_call *c, const struct injector_stream *stream)
{
	struct injector_draft *d = c->draft;

	if (d->taken)
		draft_clear(d);
	else
		draft_init(d, stream);
	d->run.stream = stream;
	return draft_stream(d) ? 0 : -1;
}

static bool has_use(const struct injector_draft *d, const struct injector *in)
{
	return d->injector == in && d->taken && !d->failed &&
	       d->pool.used <= DRAFT_KEEPS && !in->max_memory;
}

struct injector_draft *injector_draft_again(
	struct injector_draft *d, const struct injector *in,
	const struct injector_stream *stream)
{
	struct api_call c = {
		.work = run_host, .work_stream = make_draft, .stream = stream,
	};

	if (d && !has_use(d, in)) {
		injector_draft_free(d);
		d = NULL;
	}
	if (!d) {
		d = mem_try(sizeof(*d));
		if (!d)
			return NULL;
		mem_detach(d);
		memset(d, 0, sizeof(*d));
		d->injector = in;
	}
	c.draft = d;
	if (protect(&c, &d->pool, in->max_memory, NULL) == MEM_OK && !c.result)
		return d;
	injector_draft_free(d);
	return NULL;
}

struct injector_draft *injector_draft_new(const struct injector *in,
					  const struct injector_stream *stream)
{
	return injector_draft_again(NULL, in, stream);
}

static int feed_draft(struct run *r, void *ctx)
{
	return draft_take_all(r, ctx);
}

static int run_draft(struct api_call *c, const struct injector_stream *stream)
{
	return run_fed(c->batch, stream, feed_draft, c->draft, &c->error);
}

int injector_batch_run_draft(struct injector_batch *batch,
			     struct injector_draft *draft,
			     const struct injector_stream *stream,
			     struct injector_error *error)
{
	struct api_call c = {
		.work = run_host, .work_stream = run_draft,
		.batch = batch, .draft = draft, .stream = stream,
	};

	return call_in_batch(&c, error);
}

const char *injector_draft_output(const struct injector_draft *draft,
				  size_t *length)
{
	const struct buf *out = &draft->run.out.pending;

	*length = out->n;
	if (draft->failed)
		return NULL;
	return out->n ? out->p : "";
}

void injector_draft_free(struct injector_draft *draft)
{
	if (!draft)
		return;
	mem_pool_release(&draft->pool);
	mem_free(draft);
}

/* ---- one stream ---- */

static int run_alone(struct api_call *c, const struct injector_stream *stream)
{
	struct injector_batch batch = { .injector = c->in };
	int result;

	batch_init(&batch);
	result = crew_stream(&batch, stream, &c->error);
	if (!result && stream->report)
		batch_report(&batch, stream->report, stream->ctx);
	batch_release(&batch);
	return result;
}

int injector_run(const struct injector *in,
		 const struct injector_stream *stream,
		 struct injector_error *error)
{
	struct api_call c = {
		.work = run_host, .work_stream = run_alone,
		.in = in, .stream = stream,
	};
	struct mem_pool pool = MEM_POOL_INIT;

	protect(&c, &pool, in->max_memory, error);
	return c.result;
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

	host_report(m->call, event);
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

	if (run_alone(c, &stream)) {
		buf_release(&m.out);
		return -1;
	}
	buf_z(&m.out);
	mem_detach(m.out.p);
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
	struct mem_pool pool = MEM_POOL_INIT;

	protect(&c, &pool, in->max_memory, error);
	*text = c.result ? NULL : c.text;
	if (length)
		*length = c.result ? 0 : c.length;
	return c.result;
}

void injector_free_text(char *text)
{
	mem_free(text);
}

/* ---- admission ---- */

/* ctx is the admission with the host's function. */
static void host_decided(void *ctx, const struct injector_decision *decision)
{
	const struct injector_admission *host = ctx;
	struct mem_call *call = mem_leave();

	host->decided(host->ctx, decision);
	mem_return(call);
}

static const struct injector_text *host_find_namespace(void *ctx,
						       const char *name)
{
	const struct injector_admission *host = ctx;
	struct mem_call *call = mem_leave();
	const struct injector_text *found;

	found = host->find_namespace(host->ctx, name);
	mem_return(call);
	return found;
}

/* The answer becomes the caller's. */
static int hand_over(struct api_call *c, struct buf *answer)
{
	buf_z(answer);
	mem_detach(answer->p);
	c->text = answer->p;
	c->length = answer->n;
	return 0;
}

/* The host's functions, called outside of the protected work. */
static struct injector_admission outside(struct injector_admission *host)
{
	struct injector_admission admission = *host;

	admission.decided = host->decided ? host_decided : NULL;
	admission.find_namespace = host->find_namespace ? host_find_namespace :
							  NULL;
	admission.ctx = host;
	return admission;
}

static str request_of(const struct api_call *c)
{
	return (str){ c->input->text, c->input->length };
}

static int admit_work(struct api_call *c)
{
	struct injector_admission host = *c->admission;
	struct injector_admission admission = outside(&host);
	struct buf answer = BUF_INIT;

	if (review_answer(c->in, request_of(c), &admission, &answer,
			  &c->error)) {
		buf_release(&answer);
		return -1;
	}
	return hand_over(c, &answer);
}

/* After a failure. */
static int allow_work(struct api_call *c)
{
	struct buf answer = BUF_INIT;

	if (review_allow(c->in, request_of(c), c->error.text, &answer)) {
		buf_release(&answer);
		return -1;
	}
	return hand_over(c, &answer);
}

static int abandon_work(struct api_call *c)
{
	struct injector_admission host = *c->admission;
	const struct injector_admission admission = outside(&host);

	return review_abandon(c->in, request_of(c), &admission, &c->error);
}

/* What was known of the request is gone with the memory. */
static void decide_abandoned(const struct api_call *c, struct mem_pool *pool)
{
	const struct injector_admission *admission = c->admission;
	struct api_call again = *c;
	const struct injector_decision decision = {
		.outcome = INJECTOR_ERROR,
		.code = c->error.code,
		.reason = "out of memory",
		.text = c->error.text,
		.uid = "", .namespace_ = "", .name = "",
		.owner_kind = "", .owner = "", .revision = "",
		.rules = "", .status = "error",
	};

	if (!admission->decided)
		return;
	again.work = abandon_work;
	if (protect(&again, pool, 0, NULL) != MEM_OK || again.result)
		admission->decided(admission->ctx, &decision);
}

static void allow_anyway(struct api_call *c, struct mem_pool *pool,
			 struct injector_error *error)
{
	c->work = allow_work;
	if (protect(c, pool, 0, NULL) == MEM_OK && !c->result && error)
		*error = (struct injector_error){ .code = INJECTOR_OK };
}

int injector_admit(const struct injector *in, const char *request,
		   size_t request_length,
		   const struct injector_admission *admission,
		   char **answer, size_t *length, struct injector_error *error)
{
	const struct injector_text input = { NULL, request, request_length };
	struct injector_admission known = INJECTOR_ADMISSION_INIT;
	struct api_call c = {
		.work = admit_work, .in = in, .input = &input,
		.admission = &known,
	};
	struct mem_pool pool = MEM_POOL_INIT;

	*answer = NULL;
	if (length)
		*length = 0;
	if (admission && copy_struct(&known, sizeof(known), admission,
				     "injector_admission", &c.error)) {
		if (error)
			*error = c.error;
		return -1;
	}
	if (protect(&c, &pool, in->max_memory, error) != MEM_OK)
		decide_abandoned(&c, &pool);
	if (c.result && known.allow_errors &&
	    c.error.code != INJECTOR_BAD_REQUEST)
		allow_anyway(&c, &pool, error);
	if (c.result)
		return -1;
	*answer = c.text;
	if (length)
		*length = c.length;
	return 0;
}

/* ---- tables ---- */

const struct injector_rules *injector_rules(const struct injector *in)
{
	return in->rules.text ? &in->rules : NULL;
}

const char *injector_version(void)
{
	return INJECTOR_VERSION;
}

const struct injector_warning *injector_warning(size_t i)
{
	return i < N_WARNINGS ? &warn_table[i] : NULL;
}
