/*
 * What is answered.  Of reviews as many are in the library at a time as the
 * server has workers, one for each core, so that memory and the wait for a core
 * stay bounded.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "base/os.h"
#include "webhook/webhook.h"

/* ---- replies ---- */

static void reply_literal(struct serve_reply *reply, unsigned status,
			  const char *text)
{
	reply->status = status;
	reply->body = text;
	reply->length = strlen(text);
}

static void free_text(void *text)
{
	injector_free_text(text);
}

/* A copy of a text, which becomes the body. */
struct page {
	struct webhook *webhook;
	void (*write)(struct webhook *w, struct buf *b);
	struct buf text;
};

static void write_page(void *ctx)
{
	struct page *page = ctx;

	page->write(page->webhook, &page->text);
	buf_z(&page->text);
	mem_detach(page->text.p);
}

static void reply_page(struct serve_reply *reply, struct page *page)
{
	struct mem_pool pool = MEM_POOL_INIT;

	if (mem_protect(&pool, 0, write_page, page) != MEM_OK) {
		reply->status = 0;
		return;
	}
	reply->body = page->text.p;
	reply->length = page->text.n;
	reply->free = mem_free;
}

/* ---- /inject ---- */

struct request {
	struct webhook *webhook;
	const struct rules *rules;
	uint64_t began;
};

/* "a,b", as much of it as there is room for. */
static void log_templates(struct log_line *line,
			  const struct injector_decision *d)
{
	char names[256] = "";
	size_t n = 0;

	for (size_t i = 0; i < d->n_templates && n < sizeof(names); i++)
		n += (size_t)snprintf(names + n, sizeof(names) - n, "%s%s",
				      i ? "," : "", d->templates[i]);
	log_text(line, "templates", names);
}

static void log_decision(const struct injector_decision *d, uint64_t ns)
{
	const bool failed = d->outcome == INJECTOR_ERROR;
	struct log_line line;

	log_open(&line, !failed ? MESSAGE_INFO :
		 d->code == INJECTOR_INVALID ? MESSAGE_WARNING : MESSAGE_ERROR,
		 "admission");
	log_text(&line, "result", d->status);
	log_text(&line, "reason", d->reason);
	log_text(&line, "namespace", d->namespace_);
	log_text(&line, "name", d->name);
	log_text(&line, "owner_kind", d->owner_kind);
	log_text(&line, "owner", d->owner);
	log_text(&line, "uid", d->uid);
	log_text(&line, "revision", d->revision);
	log_text(&line, "rules", d->rules);
	log_templates(&line, d);
	if (d->dry_run)
		log_text(&line, "dry_run", "true");
	log_ms(&line, "ms", ns);
	if (failed)
		log_text(&line, "error", d->text);
	log_write(&line);
}

/* Allocates nothing: it runs in the middle of injector_admit(). */
static void decided(void *ctx, const struct injector_decision *d)
{
	const struct request *r = ctx;
	uint64_t ns = os_now_ns() - r->began;

	metrics_decision(&r->webhook->metrics, d->status, d->reason, ns);
	log_decision(d, ns);
}

static const struct injector_text *find_namespace(void *ctx, const char *name)
{
	const struct request *r = ctx;

	return rules_namespace(r->rules, name);
}

/* The API server shows it to whoever creates the Pod. */
static void reply_error(struct serve_reply *reply,
			const struct injector_error *error)
{
	const size_t size = sizeof(error->text) + 600;
	char *text = mem_try(size);
	int n;

	reply->status = error->code == INJECTOR_BAD_REQUEST ? 400 : 500;
	if (!text)
		return;
	n = error->line ? snprintf(text, size, "%.512s:%u:%u: %s\n",
				   error->file, error->line, error->column,
				   error->text) :
			  snprintf(text, size, "%s\n", error->text);
	reply->body = text;
	reply->length = (size_t)n < size ? (size_t)n : size - 1;
	reply->free = mem_free;
}

static void admit(struct request *r, const struct serve_request *request,
		  struct serve_reply *reply)
{
	const struct options *o = r->webhook->options;
	const struct injector_admission admission = {
		.size = sizeof(admission),
		.path = request->path,
		.warnings = o->admission_warnings,
		.decided = decided,
		.ctx = r,
		.find_namespace = find_namespace,
		.allow_errors = o->on_error != 0,
	};
	struct injector_error error;
	char *answer;

	if (injector_admit(r->rules->injector, request->body.p,
			   request->body.n, &admission, &answer,
			   &reply->length, &error)) {
		reply_error(reply, &error);
		return;
	}
	reply->status = 200;
	reply->content_type = "application/json";
	reply->body = answer;
	reply->free = free_text;
}

static void answer_inject(void *ctx, const struct serve_request *request,
			  struct serve_reply *reply)
{
	struct webhook *w = ctx;
	struct rules *rules;
	struct request r = { .webhook = w, .began = request->arrived };

	r.rules = rules = rules_take(w);
	admit(&r, request, reply);
	rules_give(w, rules);
}

/* ---- probes ---- */

static void answer_healthz(void *ctx, const struct serve_request *request,
			   struct serve_reply *reply)
{
	(void)ctx;
	(void)request;
	reply_literal(reply, 200, "ok\n");
}

/* An API server should not call a process that is about to go, nor one whose
 * certificate it refuses. */
static void answer_readyz(void *ctx, const struct serve_request *request,
			  struct serve_reply *reply)
{
	struct webhook *w = ctx;
	int64_t now = (int64_t)time(NULL);
	struct identity_info info;

	(void)request;
	pthread_mutex_lock(&w->lock);
	info = *identity_info(w->identity);
	pthread_mutex_unlock(&w->lock);
	if (atomic_load(&w->draining))
		reply_literal(reply, 503, "draining\n");
	else if (now < info.not_before)
		reply_literal(reply, 503, "the certificate is not yet valid\n");
	else if (now >= info.not_after)
		reply_literal(reply, 503, "the certificate has expired\n");
	else
		reply_literal(reply, 200, "ok\n");
}

static void answer_metrics(void *ctx, const struct serve_request *request,
			   struct serve_reply *reply)
{
	struct page page = { ctx, metrics_write, BUF_INIT };

	(void)request;
	reply->status = 200;
	reply->content_type = "text/plain; version=0.0.4; charset=utf-8";
	reply_page(reply, &page);
}

const struct serve_route answers_tls[] = {
	{ .path = "/inject", .below = true, .post = true, .json = true,
	  .works = true, .answer = answer_inject },
	/* istiod has it here */
	{ .path = "/ready", .answer = answer_readyz },
};
const size_t answers_n_tls = ARRAY_SIZE(answers_tls);

const struct serve_route answers_admin[] = {
	{ .path = "/healthz", .answer = answer_healthz },
	{ .path = "/readyz", .answer = answer_readyz },
	{ .path = "/metrics", .answer = answer_metrics },
};
const size_t answers_n_admin = ARRAY_SIZE(answers_admin);
