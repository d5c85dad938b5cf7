/*
 * What a run reports: what happened to each object, and warnings.
 */
#include "engine/run.h"

#include "k8s/gojson.h"
#include "k8s/typed.h"
#include "check/warnings.h"

/* The text of a scalar, which may be written as a number: `name: 123`. */
static const char *text_of(struct run *r, const struct node *n)
{
	struct buf spelled = BUF_INIT;
	const char *text = arena_str(&r->doc, decode_text(n, &spelled)).p;

	buf_release(&spelled);
	return text;
}

const char *run_kind(struct run *r)
{
	const struct node *kind = node_get(r->visit.object, STR("kind"));

	if (kind)
		return text_of(r, kind);
	return r->visit.workload ? r->visit.workload->kind : "";
}

const char *run_name(struct run *r)
{
	const struct node *meta = node_get(r->visit.object, STR("metadata"));
	const char *name = text_of(r, node_get(meta, STR("name")));

	return *name ? name : text_of(r, node_get(meta, STR("generateName")));
}

static void name_object(struct run *r, struct injector_event *event)
{
	event->kind = run_kind(r);
	event->namespace_ = arena_str(&r->doc, r->visit.namespace).p;
	event->name = run_name(r);
}

static void explain(struct run *r, struct injector_event *event)
{
	const struct summary *s = &r->visit.summary;
	struct pos pos = node_pos(event->outcome == INJECTOR_SKIPPED ?
				   r->visit.skipped.at :
				   r->visit.injected.at);

	event->decided = (struct injector_place){
		pos.file, pos.line, pos.column,
	};
	event->templates = s->templates;
	event->n_templates = s->n_templates;
	event->changes = s->changes;
	event->n_changes = s->n_changes;
	event->containers = s->containers;
	event->n_containers = s->n_containers;
}

static bool is_reporting(const struct run *r)
{
	return (r->stream->report || r->function.list) && !r->quiet;
}

/* May what is known by these keys be reported, for the first time? */
static bool is_first(struct run *r, const struct event_keys *keys)
{
	struct warned *warned = &r->batch->warned;

	return !keys || ((!keys->file || warned_first(warned, keys->file)) &&
			 warned_first(warned, keys->place));
}

void run_take_event(void *ctx, const struct injector_event *event,
		    const struct event_keys *keys)
{
	struct run *r = ctx;

	if (!is_first(r, keys))
		return;
	if (r->holding || r->events.first || event_needs_writing(event))
		queue_add(&r->events, event, r->document);
	else
		r->stream->report(r->stream->ctx, event);
}

static void report(struct run *r, enum injector_outcome outcome,
		   struct pos pos, const char *text, const char *warning,
		   const struct event_keys *keys)
{
	struct injector_event event = {
		.outcome = outcome,
		.file = pos.file ? pos.file : r->stream->name,
		.line = pos.line,
		.column = pos.column,
		.text = text,
		.notice = outcome == INJECTOR_SKIPPED ? r->visit.notice : NULL,
		.warning = warning,
		.excluded = outcome == INJECTOR_SKIPPED && r->visit.excluded,
	};

	if (!is_reporting(r))
		return;
	if (r->visit.object)
		name_object(r, &event);
	if (r->function.list)
		function_event(r, &event);
	if (!r->stream->report)
		return;
	if (r->injector->explain && outcome < INJECTOR_WARNING)
		explain(r, &event);
	if (r->draft)
		queue_add_keyed(&r->events, &event, r->document, keys);
	else
		run_take_event(r, &event, NULL);
}

void run_report(struct run *r, enum injector_outcome outcome, struct pos pos,
		const char *text, const char *warning)
{
	report(r, outcome, pos, text, warning, NULL);
}

/* ---- warnings ---- */

static bool is_wanted(const struct run *r, enum warning which)
{
	return is_reporting(r) && !warn_has(r->injector->warnings_off, which);
}

/* `file` is 0, or the key of a warning that is reported once for its file.  A
 * draft does not know which warnings were reported before. */
static void warn_once(struct run *r, enum warning which, struct pos pos,
		      const char *text, uint64_t file)
{
	struct event_keys keys = { .file = file };

	if (!is_wanted(r, which))
		return;
	keys.place = warned_key(pos, text);
	if (r->draft || is_first(r, &keys))
		report(r, INJECTOR_WARNING, pos, text, warn_table[which].name,
		       &keys);
}

void run_warn(struct run *r, enum warning which, struct pos pos,
	      const char *text)
{
	warn_once(r, which, pos, text, 0);
}

void run_warn_istio(void *ctx, struct pos pos, const char *text)
{
	run_warn(ctx, WARN_ISTIO, pos, text);
}

void run_warn_merge(void *ctx, struct pos pos, const char *text)
{
	run_warn(ctx, WARN_UNKNOWN_FIELD, pos, text);
}

void run_warn_config(void *ctx, struct pos pos, const char *text)
{
	run_warn(ctx, WARN_CONFIGURATION, pos, text);
}

/* Of a node of the document, or else of the object. */
static struct pos place_of(const struct run *r, const struct node *at)
{
	const struct node *origin = at ? node_origin(at) : NULL;

	if (!origin || origin->source != r->source)
		origin = r->visit.object;
	return node_pos(origin);
}

static void warn_node(void *ctx, enum warning which, const struct node *at,
		      const char *text)
{
	run_warn(ctx, which, place_of(ctx, at), text);
}

static struct warn warn_of(struct run *r, const struct node *pod)
{
	return (struct warn){
		.arena = &r->doc,
		.valid_names = r->batch->valid_names,
		.off = r->injector->warnings_off,
		.emit = warn_node,
		.ctx = r,
		.kind = run_kind(r),
		.namespace = arena_str(&r->doc, r->visit.namespace).p,
		.name = run_name(r),
		.pod = pod,
		.given = r->visit.rendered,
		.n_given = r->visit.n_rendered,
	};
}

void run_warn_metadata(struct run *r, const struct node *object)
{
	const struct node *meta = node_get(object, STR("metadata"));
	struct warn w;

	if (!meta || !is_wanted(r, WARN_ANNOTATION_TYPO))
		return;
	w = warn_of(r, NULL);
	warn_names(&w, node_get(meta, STR("labels")));
	warn_names(&w, node_get(meta, STR("annotations")));
}

/* kube-inject reads a CronJob's from elsewhere than its Pod template. */
static const char *pod_metadata(struct run *r)
{
	const struct workload *w = r->visit.workload;
	const struct workload_istio *istio = workload_istio(r->visit.object);

	if (r->injector->strategy->istio_kinds && istio && istio->metadata &&
	    strcmp(w->path, istio->any.path) == 0)
		return istio->metadata;
	return arena_printf(&r->doc, "%s.metadata", w->path).p;
}

void run_warn_misplaced(struct run *r)
{
	const struct node *object = r->visit.object;
	const struct workload *w = r->visit.workload;
	struct misplaced m = { .istio = r->injector->strategy->istio_sidecar };
	struct warn warn;
	const char *own;

	/* a Pod is its own template */
	if (!*w->path || !is_wanted(r, WARN_MISPLACED_ANNOTATION))
		return;
	warn = warn_of(r, NULL);
	m.path = pod_metadata(r);
	m.right = node_find(object, m.path);
	warn_misplaced(&warn, node_get(object, STR("metadata")), &m);
	own = arena_printf(&r->doc, "%s.metadata", w->path).p;
	warn_misplaced(&warn, node_find(object, own), &m);
}

/* At the first object of that kind in the file. */
static void warn_first(void *ctx, enum warning which, const struct node *at,
		       const char *text)
{
	struct run *r = ctx;
	const struct pos file = { r->stream->name, 0, 0 };

	warn_once(r, which, place_of(r, at), text, warned_key(file, text));
}

void run_warn_passed(struct run *r, const struct node *object)
{
	struct warn w;

	if (!is_wanted(r, WARN_NOT_A_WORKLOAD))
		return;
	w = warn_of(r, NULL);
	warn_wrong_kind(&w, object);
	w.emit = warn_first;
	warn_hidden_pod(&w, object);
}

void run_warn_injected(struct run *r, const struct node *pod)
{
	struct warn w;

	if (!r->stream->report)
		return;
	w = warn_of(r, pod);
	warn_pod(&w);
	/* a review is not a batch: nothing is reported at its end */
	if (r->review)
		return;
	namespaces_injected(&r->batch->namespaces, &w,
			    r->injector->strategy->istio_sidecar);
}

/* ---- the judge ---- */

struct faults {
	struct run *run;
	struct err *err;
	bool failed;
};

/* The first error ends the run; the others are reported with it, so that all
 * mistakes of a template can be corrected at once. */
static void take_finding(void *ctx, const struct finding *f)
{
	struct faults *faults = ctx;
	struct run *r = faults->run;
	struct pos pos = f->pos.line ? f->pos : node_pos(r->visit.object);

	/* the fresh injection does not have it, or it would have failed */
	if (f->is_error && r->refreshed)
		return;
	if (!f->is_error || faults->failed) {
		run_warn(r, f->which, pos, f->text);
		return;
	}
	err_set(faults->err, pos, "%s", f->text);
	faults->failed = true;
}

int run_judge(struct run *r, const struct node *pod, const char *path,
	      struct err *e)
{
	const struct workload *w = r->visit.workload;
	const struct workload *own = r->injector->kinds;
	struct faults faults = { r, e, false };
	const struct judge judge = {
		.arena = &r->doc,
		.in = {
			.manifest = node_origin(r->visit.object)->source,
			.pod = pod,
			.given = r->visit.rendered,
			.n_given = r->visit.n_rendered,
		},
		.object = r->visit.object,
		.workload = w,
		.path = path,
		.istio = r->injector->strategy->istio_sidecar,
		.own_kind = own && workload_find_in(own, r->visit.object) == w,
		.any_field = warn_has(r->injector->warnings_off,
				      WARN_UNKNOWN_FIELD),
		.found = take_finding,
		.ctx = &faults,
	};

	judge_pod(&judge);
	return faults.failed ? -1 : 0;
}

/* ---- what is found before the injection ---- */

static void add_finding(struct run *r, enum warning which,
			const struct node *at, struct buf *text)
{
	struct found *f = arena_new(&r->doc, struct found);

	*f = (struct found){ which, at, arena_str(&r->doc, buf_str(text)).p,
			       NULL };
	*r->visit.found_end = f;
	r->visit.found_end = &f->next;
	buf_release(text);
}

static void note_unknown(void *ctx, const struct schema_type *type,
			 const struct node *key, const struct place *place)
{
	struct run *r = ctx;
	struct buf text = BUF_INIT;

	/* a directive of kustomize, in a patch */
	if (str_starts(node_text(key), STR("$")) ||
	    (type == schema_type(STR("PodSpec")) &&
	     workload_has_field(r->visit.workload, node_text(key))))
		return;
	warn_field(&text, r->visit.path, type, key, place);
	add_finding(r, WARN_UNKNOWN_FIELD, key, &text);
}

/* Append "PATH: ". */
static void add_place(struct run *r, struct buf *text,
		      const struct place *place)
{
	buf_addz(text, r->visit.path);
	if (*r->visit.path)
		buf_addc(text, '.');
	place_text(text, place);
	buf_addz(text, ": ");
}

static void note_invalid(void *ctx, const struct node *n,
			 const struct place *place, const char *why)
{
	struct buf text = BUF_INIT;

	add_place(ctx, &text, place);
	buf_printf(&text, "\"%.*s\": %s", STR_ARG(node_text(n)), why);
	add_finding(ctx, WARN_INVALID_VALUE, n, &text);
}

static void note_not_text(void *ctx)
{
	struct run *r = ctx;

	r->visit.not_text = true;
}

static void note_text(void *ctx, const struct node *n, str text,
		      const struct place *place)
{
	struct buf b = BUF_INIT;

	/* a note for undo is needed */
	((struct run *)ctx)->undo.history.reversible = false;
	add_place(ctx, &b, place);
	buf_printf(&b, "expected text, found %.*s; written as \"%.*s\"",
		   STR_ARG(node_text(n)), STR_ARG(text));
	add_finding(ctx, WARN_NOT_TEXT, n, &b);
}

int run_check_types(struct run *r, const char *type, const struct node **part,
		    const char *path, struct err *e)
{
	const struct typed_hooks hooks = {
		.unknown = is_wanted(r, WARN_UNKNOWN_FIELD) ? note_unknown :
							      NULL,
		/* kube-inject refuses what it cannot decode */
		.invalid = r->injector->strategy->istio_sidecar &&
			   r->injecting ? NULL : note_invalid,
		.not_text = note_not_text,
		.ctx = r,
	};

	r->visit.path = path;
	r->visit.not_text = false;
	if (typed_check(type, *part, &hooks, e))
		return -1;
	if (r->visit.not_text && r->injecting)
		*part = typed_text(&r->doc, type, *part, note_text, r);
	return 0;
}

void run_warn_found(struct run *r)
{
	for (const struct found *f = r->visit.found; f; f = f->next)
		warn_node(r, f->which, f->at, f->text);
}

static void warn_duplicate(struct run *r, const struct node *key)
{
	run_warn(r, WARN_DUPLICATE_KEY, node_pos(key),
		 arena_printf(&r->doc, "duplicate key \"%.*s\"; Kubernetes "
			      "uses the last one", STR_ARG(node_text(key))).p);
}

/* In JSON: a map that has fewer entries than its text. */
static void warn_json_duplicates(struct run *r, const struct node *n)
{
	const struct written *w = n->extra ? n->extra->written : NULL;

	for (uint32_t i = 0; w && i < w->n; i++) {
		const struct node *key = w->entries[i].key;
		int64_t last = node_index(n, node_text(key));

		if (w->from[last] != i)
			warn_duplicate(r, w->entries[w->from[last]].key);
	}
	for (uint32_t i = 0; !node_is_scalar(n) && i < n->n; i++)
		warn_json_duplicates(r, n->kind == NODE_MAP ?
					n->entries[i].value : n->items[i]);
}

void run_warn_duplicates(struct run *r, const struct document *doc)
{
	if (doc->source->json)
		warn_json_duplicates(r, doc->root);
	for (uint32_t i = 0; i < doc->n_duplicates; i++)
		warn_duplicate(r, doc->duplicates[i]);
}
