/*
 * review - an AdmissionReview in, one out: injector_admit().
 *
 *	request		json/scan	the whole review, once; no nodes for
 *					managedFields
 *	Pod		object.c	the pipeline of any other object, with
 *					the request's namespace
 *	new Pod		edit/json_patch	the difference as a JSON Patch
 *	answer		json/text	allowed, with the patch in base64; or
 *					denied
 *
 * What kube-apiserver sends and accepts: k8s.io/api/admission, and
 * k8s.io/apiserver pkg/admission/plugin/webhook.
 */
#include "engine/run.h"

#include <nettle/base64.h>

#include "base/array.h"
#include "edit/json_patch.h"
#include "json/scan.h"
#include "json/text.h"
#include "k8s/selection.h"
#include "tree/scalar.h"
#include "tree/utf8.h"
#include "yaml/read.h"

#define GROUP "admission.k8s.io/"
#define MIRROR STR("kubernetes.io/config.mirror")
#define ISTIO_INJECT STR("sidecar.istio.io/inject")
#define ISTIO_TEMPLATES STR("inject.istio.io/templates")

#define VALUE_MAX 1024		/* bytes of an audit annotation */
#define WARNING_MAX 120		/* characters of a warning */
#define WARNINGS_MAX 32		/* an API server drops what exceeds 4096
				 * characters in all */

/* One request on its way through. */
struct admission {
	struct run run;
	struct review review;
	const struct injector_admission *given;
	struct source source;		/* the text of the request */
	const struct node *root, *request;
	/* The Pod as it was sent, for the patch: with the request's namespace
	 * and the type, which the object may omit. */
	const struct node *pod;
	str uid, namespace;
	enum injector_outcome outcome;
	const char *reason;
	struct buf patch;		/* JSON; empty: nothing changes */
	str warnings[WARNINGS_MAX];
	uint32_t n_warnings;
};

/* ---- reading ---- */

static int bad_request(struct admission *a, const struct node *at,
		       const char *why)
{
	a->run.code = INJECTOR_BAD_REQUEST;
	return err_set(&a->run.err, node_pos(at), "%s", why);
}

static str text_at(const struct node *n, const char *key)
{
	return node_string(node_get(n, str_of(key)));
}

static int read_review(struct admission *a, const char *const *unread)
{
	struct run *r = &a->run;
	str version;

	r->code = INJECTOR_BAD_REQUEST;
	if (a->source.text.n > r->injector->max_document)
		return err_set(&r->err, POS_NONE, "the request is larger than "
			       "the limit of %zu bytes (max_document)",
			       r->injector->max_document);
	source_index(&r->doc, &a->source);
	if (json_scan_without(&r->doc, &a->source, unread, &a->root, &r->err))
		return -1;
	version = text_at(a->root, "apiVersion");
	if (!str_eq(text_at(a->root, "kind"), STR("AdmissionReview")) ||
	    (!str_eq(version, STR(GROUP "v1")) &&
	     !str_eq(version, STR(GROUP "v1beta1"))))
		return bad_request(a, a->root, "expected an AdmissionReview of "
				   GROUP "v1 or v1beta1");
	a->request = node_get(a->root, STR("request"));
	if (!a->request || a->request->kind != NODE_MAP)
		return bad_request(a, a->root, "the AdmissionReview has no "
				   "request");
	a->uid = text_at(a->request, "uid");
	a->namespace = text_at(a->request, "namespace");
	return 0;
}

/* The operator's Namespace object. */
static int read_namespace(struct admission *a)
{
	const struct injector_admission *given = a->given;
	const struct injector_text *text = given->namespace_;
	struct run *r = &a->run;
	struct source *source = arena_new(&r->doc, struct source);
	struct document doc;

	if (!text && given->find_namespace && a->namespace.n)
		text = given->find_namespace(given->ctx,
					     arena_str(&r->doc,
						       a->namespace).p);
	if (!text)
		return 0;
	*source = (struct source)SOURCE_YAML(text->name, ((str){
					     text->text, text->length }));
	if (yaml_read_first(&r->doc, source, &doc, &r->err)) {
		r->code = INJECTOR_FAILED;
		return -1;
	}
	a->review.namespace_object = doc.root;
	return 0;
}

/* ---- is it a Pod for us? ---- */

static bool is_set(const struct node *n)
{
	return n && n->kind != NODE_NULL;
}

static bool is_pod(const struct node *request, const struct node *object)
{
	const struct node *type = node_get(request, STR("kind"));
	const struct node *resource = node_get(request, STR("resource"));
	const struct node *kind = node_get(object, STR("kind"));

	return str_eq(text_at(type, "kind"), STR("Pod")) &&
	       str_eq(text_at(type, "version"), STR("v1")) &&
	       !text_at(type, "group").n &&
	       (!is_set(resource) ||
		str_eq(text_at(resource, "resource"), STR("pods"))) &&
	       (!kind || str_eq(node_string(kind), STR("Pod")));
}

/* Why the request is none for us, or NULL. */
static const char *not_ours(const struct admission *a)
{
	const struct node *object = node_get(a->request, STR("object"));

	if (!str_eq(text_at(a->request, "operation"), STR("CREATE")))
		return "not a CREATE";
	if (text_at(a->request, "subResource").n)
		return "a subresource";
	if (!is_pod(a->request, object))
		return "not a Pod";
	return is_set(object) ? NULL : "no object";
}

static const struct node *label_of(const struct node *object, str name)
{
	return node_get(node_find(object, "metadata.labels"), name);
}

static const struct node *annotation_of(const struct node *object, str name)
{
	return node_get(node_find(object, "metadata.annotations"), name);
}

/* Of the Namespace, for Pods that do not say themselves. */
static const struct skip_rule namespace_rules[] = {
	{ SKIP_LABEL, SKIP_INJECT, NULL,
	  "the namespace's label " SKIP_INJECT " is false", NULL },
	{ SKIP_LABEL, NULL, NULL, NULL, NULL },
};

/* Why the Pod is left alone whatever the rules of the handle are, or NULL. */
static const char *left_alone(const struct admission *a)
{
	const struct skip_rule *rule;

	/* a copy of what a kubelet runs; it cannot be changed */
	if (annotation_of(a->pod, MIRROR))
		return "mirror Pod";
	if (a->run.injector->strategy->istio_sidecar ||
	    label_of(a->pod, STR(SKIP_INJECT)) ||
	    annotation_of(a->pod, STR(SKIP_INJECT)))
		return NULL;
	rule = skip_rule_match(namespace_rules, a->review.namespace_object,
			       STR_NONE);
	return rule ? rule->reason : NULL;
}

/* ---- the Pod ---- */

static const struct node *with_text(struct arena *a, const struct node *map,
				    const char *key, str text)
{
	if (text_at(map, key).n)
		return map;
	return node_with(a, map, str_of(key), node_new_string(a, text));
}

/* What the object omits is added to the Pod before its injection and after, so
 * it is not in the patch. */
static const struct node *complete(struct admission *a,
				   const struct node *object)
{
	const struct node *meta = node_get(object, STR("metadata"));
	struct arena *arena = &a->run.doc;

	if (object->kind != NODE_MAP)
		return object;
	object = with_text(arena, object, "apiVersion", STR("v1"));
	object = with_text(arena, object, "kind", STR("Pod"));
	if (!meta || meta->kind != NODE_MAP || !a->namespace.n)
		return object;
	meta = with_text(arena, meta, "namespace", a->namespace);
	return node_with(arena, object, STR("metadata"), meta);
}

/* ---- who is at fault? ---- */

static const struct node *map_of(struct arena *a, const char *key,
				 const struct node *value)
{
	const struct node *map = node_new(a, NODE_MAP);

	return node_with(a, map, str_of(key), value);
}

/* {containers: [{name: app, image: app}]} */
static const struct node *plain_spec(struct arena *a)
{
	const struct node *app = node_new_string(a, STR("app"));
	const struct node **items = arena_array(a, const struct node *, 1);

	items[0] = node_with(a, map_of(a, "name", app), STR("image"), app);
	return map_of(a, "containers", node_new_list(a, NULL, items, 1));
}

/* A Pod that the rules select as they do this one, for the same templates, with
 * nothing else that could be wrong with it. */
static const struct node *plain_pod(struct admission *a)
{
	static const str kept[] = {
		ISTIO_INJECT, ISTIO_TEMPLATES, STR(SKIP_INJECT),
	};
	struct arena *arena = &a->run.doc;
	const struct node *meta = node_get(a->pod, STR("metadata"));
	const struct node *annotations = node_new(arena, NODE_MAP);
	const struct node *pod;

	for (size_t i = 0; i < ARRAY_SIZE(kept); i++) {
		const struct node *value = annotation_of(a->pod, kept[i]);

		if (value)
			annotations = node_with(arena, annotations, kept[i],
						value);
	}
	pod = node_with(arena, a->pod, STR("spec"), plain_spec(arena));
	return node_with(arena, pod, STR("metadata"),
			 node_with(arena, meta ? meta :
					  node_new(arena, NODE_MAP),
				   STR("annotations"), annotations));
}

static bool is_at_field(const struct admission *a)
{
	struct pos at = a->run.err.pos, pod = node_pos(a->pod);

	return at.file == a->source.name &&
	       (at.line != pod.line || at.column != pod.column);
}

/* Is the Pod to blame for the error?  It is if the error is at one of its
 * fields, or if a plain Pod can be injected, or fails for a field of this one
 * that was kept. */
static bool is_pods_fault(struct admission *a)
{
	struct run *r = &a->run;
	struct err kept = r->err;
	bool blamed;

	if (is_at_field(a))
		return true;
	run_forget_error(r);
	r->quiet = true;
	blamed = object_inject(r, plain_pod(a)) || is_at_field(a);
	r->quiet = false;
	r->err = kept;
	return blamed;
}

/* ---- deciding ---- */

/* Receives what the pipeline reports. */
static void take_event(void *ctx, const struct injector_event *event)
{
	struct admission *a = ctx;

	if (event->outcome == INJECTOR_WARNING &&
	    a->n_warnings < WARNINGS_MAX)
		a->warnings[a->n_warnings++] = arena_str(&a->run.doc,
							 str_of(event->text));
}

static void skip(struct admission *a, const char *reason)
{
	a->outcome = INJECTOR_SKIPPED;
	a->reason = reason;
}

static int fail(struct admission *a)
{
	struct run *r = &a->run;

	a->outcome = INJECTOR_ERROR;
	if (is_pods_fault(a)) {
		r->code = INJECTOR_INVALID;
		a->reason = "invalid Pod";
		return 0;
	}
	r->code = INJECTOR_FAILED;
	return -1;
}

/* 0 with the outcome; -1 if there is nothing to answer. */
static int inject(struct admission *a)
{
	struct run *r = &a->run;
	const struct node *new;
	const struct visit *v = &r->visit;

	r->code = INJECTOR_INVALID;
	new = object_inject(r, a->pod);
	if (!new)
		return fail(a);
	/* nothing is written but the answer: what waits for that is known */
	queue_report_unwritten(&r->events, take_event, a);
	if (!v->has_sidecar) {
		skip(a, v->skipped.text ? v->skipped.text : "no Pod spec");
		return 0;
	}
	a->reason = v->injected.text ? v->injected.text : "";
	a->outcome = INJECTOR_INJECTED;
	if (json_patch_write(&r->doc, a->pod, new, &a->patch))
		return 0;
	buf_clear(&a->patch);
	a->outcome = INJECTOR_UNCHANGED;
	return 0;
}

static int decide(struct admission *a)
{
	static const char *const unread[] = {
		"request", "object", "metadata", "managedFields", NULL,
	};
	const char *why;

	if (read_review(a, unread) || read_namespace(a))
		return -1;
	why = not_ours(a);
	if (!why) {
		a->pod = complete(a, node_get(a->request, STR("object")));
		why = left_alone(a);
	}
	if (!why)
		return inject(a);
	skip(a, why);
	return 0;
}

/* ---- the answer ---- */

/* The first n bytes at most, whole characters. */
static str cut(str text, size_t n)
{
	if (text.n <= n)
		return text;
	while (n && ((unsigned char)text.p[n] & 0xc0) == 0x80)
		n--;
	return str_sub(text, 0, n);
}

static void add_member(struct buf *b, const char *key, str value)
{
	if (b->p[b->n - 1] != '{')
		buf_addc(b, ',');
	buf_printf(b, "\"%s\":", key);
	json_write_text_go(b, cut(value, VALUE_MAX));
}

static const char *status_of(const struct admission *a)
{
	switch (a->outcome) {
	case INJECTOR_INJECTED:
		return "injected";
	case INJECTOR_UNCHANGED:
		return "unchanged";
	case INJECTOR_SKIPPED:
		return "skipped";
	default:
		return a->run.code == INJECTOR_INVALID ? "denied" : "error";
	}
}

static void write_audit(struct buf *b, const struct admission *a)
{
	const struct summary *s = &a->run.visit.summary;
	str revision = a->run.injector->istio.revision;
	bool merged = a->outcome == INJECTOR_INJECTED ||
		      a->outcome == INJECTOR_UNCHANGED;
	struct buf names = BUF_INIT;

	buf_addz(b, ",\"auditAnnotations\":{");
	add_member(b, "status", str_of(status_of(a)));
	add_member(b, "reason", str_of(a->reason));
	if (merged && revision.n)
		add_member(b, "revision", revision);
	for (size_t i = 0; merged && i < s->n_templates; i++)
		buf_printf(&names, "%s%s", i ? "," : "", s->templates[i]);
	if (names.n)
		add_member(b, "templates", buf_str(&names));
	buf_release(&names);
	buf_addc(b, '}');
}

/* At most WARNING_MAX characters on one line. */
static void write_warning(struct buf *b, str text)
{
	const size_t dots = 3;
	struct buf line = BUF_INIT;
	size_t i = 0, n = 0, end = 0;

	for (; i < text.n && n <= WARNING_MAX; n++) {
		uint32_t c;
		size_t length = utf8_decode(str_sub(text, i, text.n), &c);

		if (n == WARNING_MAX - dots)
			end = line.n;
		utf8_add(&line, c < ' ' || c == 0x7f ? ' ' : c);
		i += length;
	}
	if (n > WARNING_MAX) {
		line.n = end;
		buf_addz(&line, "...");
	}
	json_write_text_go(b, buf_str(&line));
	buf_release(&line);
}

static void write_warnings(struct buf *b, const struct admission *a)
{
	if (!a->n_warnings)
		return;
	buf_addz(b, ",\"warnings\":[");
	for (uint32_t i = 0; i < a->n_warnings; i++) {
		if (i)
			buf_addc(b, ',');
		write_warning(b, a->warnings[i]);
	}
	buf_addc(b, ']');
}

static void write_patch(struct buf *b, const struct buf *patch)
{
	size_t n = BASE64_ENCODE_RAW_LENGTH(patch->n);

	buf_addz(b, ",\"patchType\":\"JSONPatch\",\"patch\":\"");
	buf_reserve(b, n);
	base64_encode_raw(b->p + b->n, patch->n, (const uint8_t *)patch->p);
	b->n += n;
	buf_addc(b, '"');
}

static void begin_answer(struct buf *b, const struct admission *a,
			 bool allowed)
{
	buf_addz(b, "{\"kind\":\"AdmissionReview\",\"apiVersion\":");
	json_write_text_go(b, text_at(a->root, "apiVersion"));
	buf_addz(b, ",\"response\":{\"uid\":");
	json_write_text_go(b, a->uid);
	buf_printf(b, ",\"allowed\":%s", allowed ? "true" : "false");
}

static void write_answer(struct buf *b, const struct admission *a)
{
	bool denied = a->outcome == INJECTOR_ERROR;

	begin_answer(b, a, !denied);
	if (denied) {
		buf_addz(b, ",\"status\":{\"metadata\":{},\"status\":"
			 "\"Failure\",\"message\":");
		json_write_text_go(b, str_of(a->run.err.text));
		buf_addz(b, ",\"reason\":\"Invalid\",\"code\":422}");
	}
	if (a->patch.n)
		write_patch(b, &a->patch);
	write_audit(b, a);
	write_warnings(b, a);
	buf_addz(b, "}}");
}

/* ---- the event ---- */

static const char *z(struct admission *a, str text)
{
	return arena_str(&a->run.doc, text).p;
}

/* The workload behind the Pod, if a controller made it. */
static void name_owner(struct admission *a, struct injector_decision *d)
{
	struct injection in = {
		.arena = &a->run.doc,
		.istio = &a->run.injector->istio,
		.kind = STR("Pod"),
		.path_envs = &a->review.path_envs,
		.pod = a->pod,
	};

	injection_prepare(&in);
	if (str_eq(in.kind, STR("Pod")))
		return;
	d->owner_kind = z(a, in.kind);
	d->owner = z(a, in.name);
}

static void report(struct admission *a, int result)
{
	const struct node *dry = node_get(a->request, STR("dryRun"));
	const struct node *meta = node_get(a->pod, STR("metadata"));
	const struct summary *s = &a->run.visit.summary;
	struct injector_decision d = {
		.outcome = a->outcome,
		.code = a->outcome == INJECTOR_ERROR ? a->run.code :
						       INJECTOR_OK,
		.reason = a->reason,
		.text = a->outcome == INJECTOR_ERROR ? a->run.err.text :
						       a->reason,
		.uid = z(a, a->uid), .namespace_ = z(a, a->namespace),
		.name = z(a, text_at(a->request, "name")),
		.owner_kind = "", .owner = "",
		.revision = z(a, a->run.injector->istio.revision),
		.templates = s->templates,
		.n_templates = s->n_templates,
		.dry_run = dry && dry->kind == NODE_BOOL && scalar_bool(dry),
		.rules = a->run.injector->rules.text ?
				 a->run.injector->rules.text : "",
		.status = status_of(a),
	};

	if (!a->given->decided)
		return;
	if (!*d.namespace_)
		d.namespace_ = z(a, text_at(meta, "namespace"));
	if (result)
		d.reason = d.code == INJECTOR_BAD_REQUEST ? "bad request" :
							    "failed injection";
	if (!*d.name)
		d.name = z(a, text_at(meta, "name"));
	if (!*d.name)
		d.name = z(a, text_at(meta, "generateName"));
	if (a->pod)
		name_owner(a, &d);
	a->given->decided(a->given->ctx, &d);
}

/* ---- the whole ---- */

static void begin(struct admission *a, struct injector_batch *batch,
		  const struct injector_stream *stream)
{
	a->run = (struct run){
		.injector = batch->injector,
		.stream = stream,
		.batch = batch,
		.doc = ARENA_INIT,
		.values = ARENA_INIT,
		.events = EVENT_QUEUE_INIT,
		.review = &a->review,
		.err = ERR_INIT,
	};
	batch_init(batch);
}

static void end(struct admission *a)
{
	buf_release(&a->patch);
	queue_release(&a->run.events);
	batch_release(a->run.batch);
	arena_release(&a->run.doc);
	arena_release(&a->run.values);
}

int review_answer(const struct injector *in, str request,
		  const struct injector_admission *given, struct buf *answer,
		  struct injector_error *error)
{
	const char *name = given->name ? given->name : "AdmissionReview";
	struct injector_batch batch = { .injector = in };
	struct admission a = {
		.given = given,
		.source = SOURCE_JSON(name, request),
		.outcome = INJECTOR_ERROR,
		.reason = "",
		.patch = BUF_INIT,
	};
	const struct injector_stream stream = {
		.size = sizeof(stream),
		.name = name,
		.report = given->warnings ? take_event : NULL,
		.ctx = &a,
	};
	int result;

	begin(&a, &batch, &stream);
	if (given->path)
		a.review.path_envs = proxy_envs_of_path(&a.run.doc,
							str_of(given->path));
	result = decide(&a);
	report(&a, result);
	if (result)
		error_fill(error, a.run.code, &a.run.err);
	else
		write_answer(answer, &a);
	end(&a);
	return result;
}

/* After a failure: the request is read again, but for the Pod, which took the
 * memory or the time. */
static int begin_again(struct admission *a, struct injector_batch *batch)
{
	static const char *const unread[] = { "request", "object", NULL };
	static const struct injector_stream silent = INJECTOR_STREAM_INIT;

	begin(a, batch, &silent);
	return read_review(a, unread);
}

int review_abandon(const struct injector *in, str request,
		   const struct injector_admission *given,
		   const struct injector_error *why)
{
	struct injector_batch batch = { .injector = in };
	struct admission a = {
		.given = given,
		.source = SOURCE_JSON("AdmissionReview", request),
		.outcome = INJECTOR_ERROR,
		.reason = "out of memory",
		.patch = BUF_INIT,
	};
	int result = begin_again(&a, &batch);

	if (result == 0) {
		a.run.code = why->code;
		err_set(&a.run.err, POS_NONE, "%s", why->text);
		report(&a, 0);
	}
	end(&a);
	return result;
}

int review_allow(const struct injector *in, str request, const char *why,
		 struct buf *answer)
{
	struct injector_batch batch = { .injector = in };
	struct admission a = {
		.source = SOURCE_JSON("AdmissionReview", request),
		.patch = BUF_INIT,
	};
	int result = begin_again(&a, &batch);

	if (result == 0) {
		begin_answer(answer, &a, true);
		buf_addz(answer, ",\"auditAnnotations\":{");
		add_member(answer, "status", STR("error"));
		add_member(answer, "reason", str_of(why));
		buf_addc(answer, '}');
		a.warnings[a.n_warnings++] = arena_printf(&a.run.doc,
			"injector: the Pod has no sidecar: %s", why);
		write_warnings(answer, &a);
		buf_addz(answer, "}}");
	}
	end(&a);
	return result;
}
