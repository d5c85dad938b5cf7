/*
 * inject - the pipeline on one page: the next document, its tree, its pods,
 * who gets the sidecar, the merge, the edits, the text.  Implements
 * include/injector.h.
 *
 * What a run needs lives in struct run; `doc`, its arena, is forgotten after
 * each document.  A document that needs no change is passed on as its bytes.
 */
#include "injector.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "edit/layout.h"
#include "edit/splice.h"
#include "format.h"
#include "json/scan.h"
#include "k8s/typed.h"
#include "refresh.h"
#include "run.h"
#include "sidecars.h"
#include "uninject.h"
#include "warn/warn.h"

#define HELD_BACK ((size_t)4 << 20)

static const char *kind_of(struct run *r)
{
	const struct node *kind = node_get(r->object, STR("kind"));

	if (kind)
		return arena_str(&r->doc, node_string(kind)).p;
	return r->workload ? r->workload->kind : "";
}

static void name_object(struct run *r, struct injector_event *event)
{
	const struct node *meta = node_get(r->object, STR("metadata"));
	str name = node_string(node_get(meta, STR("name")));
	str generated = node_string(node_get(meta, STR("generateName")));

	event->kind = kind_of(r);
	event->namespace_ = arena_str(&r->doc, r->namespace).p;
	event->name = arena_str(&r->doc, name.n ? name : generated).p;
}

static void explain(struct run *r, struct injector_event *event)
{
	const struct summary *s = &r->summary;
	struct pos pos = lines_pos(&r->lines,
				   event->outcome == INJECTOR_SKIPPED ?
				   r->skipped_at : r->injected_at);

	event->decided = (struct injector_place){
		pos.file, pos.line, pos.column,
	};
	event->templates = s->templates;
	event->n_templates = s->n_templates;
	event->changes = s->changes;
	event->n_changes = s->n_changes;
}

/* The name, or what a generated one begins with. */
static const char *name_of(struct run *r)
{
	const struct node *meta = node_get(r->object, STR("metadata"));
	str name = node_string(node_get(meta, STR("name")));

	return arena_str(&r->doc, name.n ? name : node_string(
				node_get(meta, STR("generateName")))).p;
}

static void report(struct run *r, enum injector_outcome outcome,
		   struct pos pos, const char *text, const char *warning)
{
	struct injector_event event = {
		.outcome = outcome,
		.file = pos.file ? pos.file : r->stream->name,
		.line = pos.line,
		.column = pos.column,
		.text = text,
		.notice = outcome == INJECTOR_SKIPPED ? r->notice : NULL,
		.warning = warning,
	};

	if (!r->stream->report || r->quiet)
		return;
	if (r->object)
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

static void warn(struct run *r, enum warning which, struct pos pos,
		 const char *text)
{
	if (is_wanted(r, which) && told_add(&r->bundle->told, pos, text))
		report(r, INJECTOR_WARNING, pos, text, warn_table[which].name);
}

static void warn_istio(void *ctx, struct pos pos, const char *text)
{
	warn(ctx, WARN_ISTIO, pos, text);
}

static void warn_merge(void *ctx, struct pos pos, const char *text)
{
	warn(ctx, WARN_UNKNOWN_FIELD, pos, text);
}

/* At a node of the document, else at the object. */
static void warn_node(void *ctx, enum warning which, const struct node *at,
		      const char *text)
{
	struct run *r = ctx;
	const struct node *origin = at ? node_origin(at) : NULL;

	if (!origin || origin->source != r->lines.source)
		origin = r->object;
	warn(r, which, lines_pos(&r->lines, origin), text);
}

static struct warn warn_of(struct run *r, const struct node *pod)
{
	return (struct warn){
		.right_names = r->bundle->right_names,
		.off = r->injector->warnings_off,
		.tell = warn_node,
		.ctx = r,
		.kind = kind_of(r),
		.namespace = arena_str(&r->doc, r->namespace).p,
		.name = name_of(r),
		.pod = pod,
		.given = r->given,
		.n_given = r->n_given,
	};
}

static void warn_metadata(struct run *r, const struct node *object)
{
	const struct node *meta = node_get(object, STR("metadata"));
	struct warn w;

	if (!meta || !is_wanted(r, WARN_ANNOTATION_TYPO))
		return;
	w = warn_of(r, NULL);
	warn_names(&w, node_get(meta, STR("labels")));
	warn_names(&w, node_get(meta, STR("annotations")));
}

static void warn_injected(struct run *r, const struct node *pod)
{
	struct warn w;

	if (!r->stream->report)
		return;
	w = warn_of(r, pod);
	warn_pod(&w);
	namespaces_injected(&r->bundle->namespaces, &w, r->injector->as_istio);
}

static void note_unknown(void *ctx, const struct schema_type *type,
			 const struct node *key, const struct place *place)
{
	struct run *r = ctx;
	struct buf text = BUF_INIT;
	struct unknown *u;

	/* a directive of kustomize's in a file that is not merged yet */
	if (str_starts(node_text(key), STR("$")))
		return;
	u = arena_new(&r->doc, struct unknown);
	warn_field(&text, r->path, type, key, place);
	u->key = key;
	u->text = arena_str(&r->doc, buf_str(&text)).p;
	*r->unknown_end = u;
	r->unknown_end = &u->next;
	buf_release(&text);
}

static void warn_unknown(struct run *r)
{
	for (const struct unknown *u = r->unknown; u; u = u->next)
		warn_node(r, WARN_UNKNOWN_FIELD, u->key, u->text);
}

static int check_types(struct run *r, const char *type,
		       const struct node *object, const char *path,
		       struct err *e)
{
	r->path = path;
	return typed_check_fields(type, object,
				  is_wanted(r, WARN_UNKNOWN_FIELD) ?
					note_unknown : NULL, r, e);
}

/* ---- the object ---- */

static const char *group_of(struct run *r)
{
	str api = node_string(node_get(r->object, STR("apiVersion")));
	str group, version;

	if (!api.n)
		return r->workload->group;
	if (!str_cut(api, '/', &group, &version))
		return "";
	return arena_str(&r->doc, group).p;
}

/* Why the object is not one of the chosen, or NULL. */
static const char *not_chosen(struct run *r)
{
	struct choose_object object;

	if (!r->injector->choose.n)
		return NULL;
	object = (struct choose_object){
		.group = group_of(r),
		.kind = kind_of(r),
		.namespace = arena_str(&r->doc, r->namespace).p,
		.name = name_of(r),
		.labels = node_find(r->object, "metadata.labels"),
	};
	return choose_skips(&r->injector->choose, &object,
			    r->bundle->matched);
}

static void look_at(struct run *r, const struct node *object,
		    const struct workload *w)
{
	r->object = object;
	r->workload = w;
	r->namespace = node_string(node_find(object, "metadata.namespace"));
	if (!r->namespace.n)
		r->namespace = STR("default");
	r->skipped = r->notice = r->injected = NULL;
	r->skipped_at = r->injected_at = NULL;
	r->summary = (struct summary)SUMMARY_INIT(&r->doc, &r->lines);
}

static bool begin_object(void *ctx, const struct node *object,
			 const struct workload *w, struct err *e)
{
	struct run *r = ctx;

	look_at(r, object, w);
	r->has_sidecar = false;
	r->unknown = NULL;
	r->unknown_end = &r->unknown;
	r->skipped = not_chosen(r);
	r->left_out = r->skipped;
	/* what is left out is no more than a document that is passed on */
	if (r->left_out)
		return true;
	if (node_check(object, e) ||
	    (w->type && check_types(r, w->type, object, "", e)))
		return false;
	warn_metadata(r, object);
	return true;
}

/* An explicit null, or a text, is no pod spec that is missing. */
static bool has_wrong_spec(const struct node *pod, struct err *e)
{
	const struct node *spec = node_get(pod, STR("spec"));

	return spec && spec->kind != NODE_MAP &&
	       err_set(e, node_pos(spec), "spec: want a map, found %s",
		       node_kind_name(spec));
}

void run_skip(struct run *r, const char *reason, const char *notice,
	      const struct node *at)
{
	if (r->skipped)
		return;
	r->skipped = reason;
	r->notice = notice;
	r->skipped_at = at;
}

static void take(struct run *r, str reason, const struct node *at)
{
	if (!r->injector->explain || r->injected)
		return;
	r->injected = arena_str(&r->doc, reason).p;
	r->injected_at = at;
}

/* ---- what a template printed, where that is what is wanted ---- */

static void write_rendered(struct run *r, const struct template *t,
			   const struct rendering *rendering)
{
	const struct node *meta = node_get(r->object, STR("metadata"));
	str name = node_string(node_get(meta, STR("name")));
	str text = rendering->text;
	struct buf *out = &r->out.pending;

	buf_printf(out, "---\n# %.*s for %s %.*s/%.*s\n",
		   STR_ARG(template_name(t)), kind_of(r),
		   STR_ARG(r->namespace), STR_ARG(name));
	buf_adds(out, text);
	if (text.n && text.p[text.n - 1] != '\n')
		buf_addc(out, '\n');
}

static void take_rendered(void *ctx, const struct template *t,
			  const struct rendering *rendering)
{
	struct run *r = ctx;

	if (r->n_given < GIVEN_MAX)
		r->given[r->n_given++] = rendering->overlay;
	if (r->injector->explain)
		summary_template(&r->summary, template_name(t));
	if (r->injector->render)
		write_rendered(r, t, rendering);
}

/* ---- the pod ---- */

struct injection run_injection(struct run *r, const struct node *pod)
{
	const struct node *meta = node_get(r->object, STR("metadata"));

	return (struct injection){
		.arena = &r->doc,
		.values = &r->values,
		.istio = &r->injector->istio,
		.warn = warn_istio,
		.warn_merge = warn_merge,
		.ctx = r,
		.api_version = node_string(node_get(r->object,
						    STR("apiVersion"))),
		.kind = str_of(kind_of(r)),
		.name = node_string(node_get(meta, STR("name"))),
		.namespace = node_string(node_get(meta, STR("namespace"))),
		.object = r->object,
		.pod = pod,
	};
}

static const struct node *inject_as_istio(struct run *r,
					  struct injection *injection,
					  bool *injected, struct err *e)
{
	const struct istio_run run = {
		.istio = &r->injector->istio,
		.templates = r->injector->templates,
		.env = r->injector->env,
		.rendered = take_rendered,
		.ctx = r,
	};
	struct policy_answer answer;
	const struct node *pod = istio_inject(&run, injection, &answer, e);

	*injected = answer.inject;
	if (answer.inject)
		take(r, answer.reason, answer.at);
	else
		run_skip(r, arena_str(&r->doc, answer.reason).p,
			 arena_str(&r->doc, answer.line).p, answer.at);
	if (r->injector->undo && answer.inject && pod && pod != injection->pod)
		uninject_foresee(r, injection, pod);
	return pod;
}

static const struct node *add_sidecars(struct run *r, const char *path,
				       struct injection *injection,
				       struct err *e)
{
	const struct merge_options options = { .warn = warn_merge, .ctx = r,
					       .path = path };

	struct sidecars_past past;
	const struct node *pod = sidecars_add(r->injector, injection, &options,
					      take_rendered, r, &past, e);

	r->was = r->was || past.was;
	r->same = r->same && past.same;
	return pod;
}

/* *injected: it has the sidecar now, or has had it. */
static const struct node *inject_chosen(struct run *r, const struct node *pod,
					const char *path, bool *injected,
					struct err *e)
{
	struct injection injection = run_injection(r, pod);
	const struct select_rule *rule;

	if (r->injector->as_istio)
		return inject_as_istio(r, &injection, injected, e);
	rule = select_skips(r->injector->rules, pod, r->namespace);
	*injected = !rule;
	if (!rule) {
		take(r, STR("no rule leaves it out"), NULL);
		return add_sidecars(r, path, &injection, e);
	}
	run_skip(r, rule->reason, NULL, select_place(rule, r->object, pod));
	return pod;
}

bool run_pod_is_sound(struct run *r, const struct node *pod, const char *path,
		      struct err *e)
{
	return !has_wrong_spec(pod, e) &&
	       (r->workload->type ||
		!check_types(r, "PodTemplateSpec", pod, path, e));
}

static const struct node *inject_pod(void *ctx, const struct node *pod,
				     const char *path, struct err *e)
{
	struct run *r = ctx;
	const struct node *now;
	bool injected;

	if (r->left_out)
		return pod;
	if (!run_pod_is_sound(r, pod, path, e))
		return NULL;
	if (pod != r->object)
		warn_metadata(r, pod);
	r->n_given = 0;
	now = inject_chosen(r, pod, path, &injected, e);
	/* steps that undo one another: nothing is to be edited, nor told of */
	if (now && node_equal(now, pod))
		now = pod;
	if (now && injected) {
		r->has_sidecar = true;
		warn_injected(r, now);
	}
	if (now && r->injector->explain)
		summary_pod(&r->summary, pod, now);
	return now;
}

static void no_pod(void *ctx)
{
	struct run *r = ctx;
	const struct select_rule *rule = select_skips(r->injector->rules, NULL,
						      r->namespace);

	run_skip(r, rule->reason, NULL, select_place(rule, r->object, NULL));
}

static void end_object(void *ctx, bool changed)
{
	struct run *r = ctx;
	struct pos pos = lines_pos(&r->lines, r->object);
	const char *why = r->injected ? r->injected : "";

	if (r->has_sidecar)
		warn_unknown(r);
	if (changed)
		report(r, r->injector->task == INJECTOR_UNINJECT ?
				  INJECTOR_UNINJECTED : INJECTOR_INJECTED,
		       pos, why, NULL);
	else if (r->skipped)
		report(r, INJECTOR_SKIPPED, pos, r->skipped, NULL);
	else
		report(r, INJECTOR_UNCHANGED, pos, why, NULL);
	r->object = NULL;
}

static void pass_object(void *ctx, const struct node *object)
{
	struct run *r = ctx;

	look_at(r, object, NULL);
	r->namespace = node_string(node_find(object, "metadata.namespace"));
	report(r, INJECTOR_PASSED, lines_pos(&r->lines, object), "", NULL);
	r->object = NULL;
}

size_t run_behind_mark(const struct piece *piece)
{
	if (piece->mark && blank_behind(piece->text, piece->mark))
		return line_next(piece->text, piece->mark);
	return piece->mark;
}

/* JSON that is read as such: an object, or anything in a file of that name.
 * Other flow collections have to be YAML too, as in any YAML file. */
static bool is_json(const struct source *source, const struct node *root)
{
	return node_get(root, STR("kind")) || node_get(root, STR("items")) ||
	       str_ends(str_of(source->name), STR(".json"));
}

/* JSON first, where the text looks like it; what is not JSON may still be YAML
 * in flow style. */
int run_read(struct run *r, struct source *source, const struct piece *piece,
	     struct document *doc)
{
	struct err json_error = ERR_INIT;

	*doc = (struct document){ .source = source };
	source->json = piece->json;
	if (piece->json && !json_scan(&r->doc, source,
				      run_behind_mark(piece), &doc->root,
				      &json_error) &&
	    is_json(source, doc->root))
		return 0;
	source->json = false;
	if (!yaml_read(&r->doc, source, doc, &r->err))
		return 0;
	if (json_error.set && str_ends(str_of(source->name), STR(".json")))
		r->err = json_error;
	return -1;
}

static void warn_duplicate(struct run *r, const struct node *key)
{
	warn(r, WARN_DUPLICATE_KEY, lines_pos(&r->lines, key),
	     arena_printf(&r->doc, "key \"%.*s\" stands twice in this map; "
			  "Kubernetes takes the last",
			  STR_ARG(node_text(key))).p);
}

/* In JSON: a map whose text has more entries than it means. */
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

static void warn_duplicates(struct run *r, const struct document *doc)
{
	if (doc->source->json)
		warn_json_duplicates(r, doc->root);
	for (uint32_t i = 0; i < doc->n_duplicates; i++)
		warn_duplicate(r, doc->duplicates[i]);
}

int run_verify(struct run *r, const struct document *was,
	       const struct piece *piece, str text, const struct node *wanted)
{
	struct source source = *was->source;
	struct piece again = *piece;
	struct document now;

	again.text = source.text = text;
	if (!run_read(r, &source, &again, &now) &&
	    node_equal(now.root, wanted))
		return 0;
	r->err = (struct err)ERR_INIT;
	return err_set(&r->err, node_pos(was->root),
		       "this document is written in a way that cannot be "
		       "edited safely; nothing was changed");
}

int run_write_formatted(struct run *r, const struct document *doc,
			const struct node *wanted)
{
	struct buf *out = &r->out.pending;

	if (r->injector->format == INJECTOR_PATCH)
		format_patches(&r->doc, doc->root, wanted, out);
	else if (node_check(doc->root, &r->err))
		return -1;
	else
		format_json(out, wanted);
	return 0;
}

const struct node *run_pods(struct run *r, const struct node *root,
			    run_pod_fn *pod)
{
	const struct pods_visitor visitor = {
		r->injector->as_istio, begin_object, pod, no_pod,
		end_object, r, r->injector->explain ? pass_object : NULL,
		r->injector->kinds,
	};

	return pods_visit(&r->doc, root, &visitor, &r->err);
}

const struct node *run_inject_pods(struct run *r, const struct node *root)
{
	return run_pods(r, root, inject_pod);
}

static int inject_document(struct run *r, const struct piece *piece,
			   struct document *doc)
{
	struct buf *out = &r->out.pending;
	size_t from = out->n;
	const struct node *wanted;
	struct edits *edits;
	bool delicate;

	r->was = false;
	r->same = true;
	wanted = run_inject_pods(r, doc->root);
	if (!wanted)
		return -1;
	if (r->injector->render)
		return 0;
	if (r->injector->format != INJECTOR_YAML)
		return run_write_formatted(r, doc, wanted);
	edits = wanted == doc->root ? NULL : diff(&r->doc, doc, wanted);
	if (!edits || !edits->n) {
		buf_adds(out, doc->source->text);
		return 0;
	}
	splice(&r->doc, doc, edits, out);
	delicate = splice_is_delicate(doc);
	if ((r->injector->verify || delicate) &&
	    run_verify(r, doc, piece, str_sub(buf_str(out), from, out->n),
		       wanted))
		return -1;
	if ((!r->injector->undo ||
	     (r->same && !r->was && !delicate &&
	      splice_is_plain(doc, edits))) &&
	    !uninject_is_noted(r, doc))
		return 0;
	return uninject_note(r, piece, doc, from);
}

static struct pos pos_of(void *ctx, const struct node *n)
{
	struct run *r = ctx;

	return lines_pos(&r->lines, n);
}

static int inject_piece(struct run *r, const struct piece *piece)
{
	static int (*const tasks[])(struct run *, const struct piece *,
				    struct document *) = {
		[INJECTOR_INJECT] = inject_document,
		[INJECTOR_UNINJECT] = uninject_document,
		[INJECTOR_REFRESH] = refresh_document,
	};
	struct source source = {
		.name = r->stream->name,
		.text = piece->text,
		.line = piece->line,
		.column = piece->column,
	};
	struct document doc;

	r->lines = (struct lines)LINES_INIT(&r->doc, &source);
	if (r->injector->render || r->injector->format != INJECTOR_YAML ||
	    (piece->json && !piece->mark))
		r->out.safe = r->out.pending.n;
	else if (piece->mark)
		r->out.safe = r->out.pending.n + run_behind_mark(piece);
	if (run_read(r, &source, piece, &doc))
		return -1;
	warn_duplicates(r, &doc);
	namespaces_read(&r->bundle->namespaces, doc.root, pos_of, r);
	if (tasks[r->injector->task](r, piece, &doc))
		return -1;
	r->object = NULL;
	arena_reset(&r->doc);
	return 0;
}

static int write_failed(struct run *r)
{
	return err_set(&r->err, (struct pos){ r->stream->name, 0, 0 },
		       "cannot write: %s", strerror(errno));
}

static int run_stream(struct run *r, struct stream *pieces)
{
	struct piece piece;
	int more;

	while ((more = stream_next(pieces, &piece, &r->err)) > 0) {
		/* what is safe now was written by documents before */
		if (inject_piece(r, &piece))
			return -1;
		if (hold_settle(&r->out))
			return write_failed(r);
	}
	if (more < 0)
		return -1;
	return hold_finish(&r->out) ? write_failed(r) : 0;
}

int injector_bundle_run(struct injector_bundle *bundle,
			const struct injector_stream *stream,
			struct injector_error *error)
{
	struct run r = {
		.injector = bundle->injector,
		.stream = stream,
		.bundle = bundle,
		.doc = ARENA_INIT,
		.values = ARENA_INIT,
		.out = { BUF_INIT, 0, HELD_BACK, stream->write, stream->ctx },
		.err = ERR_INIT,
	};
	struct stream *pieces = stream_new(stream->read, stream->ctx,
					   stream->name,
					   bundle->injector->max_document);
	int result = run_stream(&r, pieces);

	if (result && error)
		handle_tell(error, &r.err);
	stream_free(pieces);
	hold_release(&r.out);
	arena_release(&r.doc);
	arena_release(&r.values);
	return result;
}

int injector_run(const struct injector *in,
		 const struct injector_stream *stream,
		 struct injector_error *error)
{
	struct injector_bundle *bundle = injector_bundle_new(in);
	int result = injector_bundle_run(bundle, stream, error);

	injector_bundle_end(bundle, result ? NULL : stream->report,
			    stream->ctx);
	return result;
}

struct injector *injector_new(const struct injector_options *options,
			      struct injector_error *error)
{
	struct injector *in = mem_alloc(sizeof(*in));
	struct err e = ERR_INIT;
	bool misuse = handle_choose(in, options, &e);

	if (!misuse && !handle_init(in, options, &e))
		return in;
	if (error) {
		handle_tell(error, &e);
		error->misuse = misuse;
	}
	injector_free(in);
	return NULL;
}

void injector_free(struct injector *in)
{
	if (!in)
		return;
	handle_release(in);
	free(in);
}
