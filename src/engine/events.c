/*
 * What a run reports: what happened to each object, and warnings.
 */
#include "engine/run.h"

#include "k8s/typed.h"
#include "check/warnings.h"

const char *run_kind(struct run *r)
{
	const struct node *kind = node_get(r->visit.object, STR("kind"));

	if (kind)
		return arena_str(&r->doc, node_string(kind)).p;
	return r->visit.workload ? r->visit.workload->kind : "";
}

const char *run_name(struct run *r)
{
	const struct node *meta = node_get(r->visit.object, STR("metadata"));
	str name = node_string(node_get(meta, STR("name")));

	return arena_str(&r->doc, name.n ? name : node_string(
				node_get(meta, STR("generateName")))).p;
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
}

void run_report(struct run *r, enum injector_outcome outcome, struct pos pos,
		const char *text, const char *warning)
{
	struct injector_event event = {
		.outcome = outcome,
		.file = pos.file ? pos.file : r->stream->name,
		.line = pos.line,
		.column = pos.column,
		.text = text,
		.notice = outcome == INJECTOR_SKIPPED ? r->visit.notice : NULL,
		.warning = warning,
	};

	if (!r->stream->report || r->quiet)
		return;
	if (r->visit.object)
		name_object(r, &event);
	if (r->injector->explain && outcome < INJECTOR_WARNING)
		explain(r, &event);
	r->stream->report(r->stream->ctx, &event);
}

/* ---- warnings ---- */

static bool is_wanted(const struct run *r, enum warning which)
{
	return r->stream->report && !r->quiet &&
	       !warn_has(r->injector->warnings_off, which);
}

void run_warn(struct run *r, enum warning which, struct pos pos,
	      const char *text)
{
	if (is_wanted(r, which) && warned_first(&r->batch->warned, pos, text))
		run_report(r, INJECTOR_WARNING, pos, text,
			   warn_table[which].name);
}

void run_warn_istio(void *ctx, struct pos pos, const char *text)
{
	run_warn(ctx, WARN_ISTIO, pos, text);
}

void run_warn_merge(void *ctx, struct pos pos, const char *text)
{
	run_warn(ctx, WARN_UNKNOWN_FIELD, pos, text);
}

/* At a node of the document, or else at the object. */
static void warn_node(void *ctx, enum warning which, const struct node *at,
		      const char *text)
{
	struct run *r = ctx;
	const struct node *origin = at ? node_origin(at) : NULL;

	if (!origin || origin->source != r->source)
		origin = r->visit.object;
	run_warn(r, which, node_pos(origin), text);
}

static struct warn warn_of(struct run *r, const struct node *pod)
{
	return (struct warn){
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

void run_warn_injected(struct run *r, const struct node *pod)
{
	struct warn w;

	if (!r->stream->report)
		return;
	w = warn_of(r, pod);
	warn_pod(&w);
	namespaces_injected(&r->batch->namespaces, &w,
			    r->injector->strategy->istio_sidecar);
}

static void note_unknown(void *ctx, const struct schema_type *type,
			 const struct node *key, const struct place *place)
{
	struct run *r = ctx;
	struct buf text = BUF_INIT;
	struct unknown *u;

	/* a directive of kustomize, in a patch */
	if (str_starts(node_text(key), STR("$")))
		return;
	u = arena_new(&r->doc, struct unknown);
	warn_field(&text, r->visit.path, type, key, place);
	u->key = key;
	u->text = arena_str(&r->doc, buf_str(&text)).p;
	*r->visit.unknown_end = u;
	r->visit.unknown_end = &u->next;
	buf_release(&text);
}

void run_warn_unknown(struct run *r)
{
	for (const struct unknown *u = r->visit.unknown; u; u = u->next)
		warn_node(r, WARN_UNKNOWN_FIELD, u->key, u->text);
}

int run_check_types(struct run *r, const char *type, const struct node *object,
		    const char *path, struct err *e)
{
	r->visit.path = path;
	return typed_check_fields(type, object,
				  is_wanted(r, WARN_UNKNOWN_FIELD) ?
					note_unknown : NULL, r, e);
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
