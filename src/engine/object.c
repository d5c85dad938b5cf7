/*
 * The objects of a document: each is selected or skipped, and its Pods are
 * injected or uninjected by the handle's strategy.
 */
#include "base/array.h"
#include "engine/run.h"

#include "k8s/selection.h"
#include "k8s/strategic_merge.h"
#include "k8s/typed.h"

/* ---- the object ---- */

static const char *group_of(struct run *r)
{
	str api = node_string(node_get(r->visit.object, STR("apiVersion")));
	str group, version;

	if (!api.n)
		return r->visit.workload->group;
	if (!str_cut(api, '/', &group, &version))
		return "";
	return arena_str(&r->doc, group).p;
}

/* Why the options exclude the object, or NULL. */
static const char *excluded(struct run *r)
{
	struct filter_object object;

	if (!r->injector->filter.n)
		return NULL;
	object = (struct filter_object){
		.group = group_of(r),
		.kind = run_kind(r),
		.namespace = arena_str(&r->doc, r->visit.namespace).p,
		.name = run_name(r),
		.labels = node_find(r->visit.object, "metadata.labels"),
	};
	return filter_skips(&r->injector->filter, &object,
			    r->batch->matched);
}

static void visit_begin(struct run *r, const struct node *object,
			const struct workload *w)
{
	r->visit = (struct visit){
		.object = object,
		.workload = w,
		.namespace = node_string(node_find(object,
						   "metadata.namespace")),
		.summary = SUMMARY_INIT(&r->doc),
	};
	r->visit.found_end = &r->visit.found;
}

static const struct node *begin_object(void *ctx, const struct node *object,
				       const struct workload *w, struct err *e)
{
	struct run *r = ctx;
	struct visit *v = &r->visit;

	visit_begin(r, object, w);
	if (!v->namespace.n)
		v->namespace = STR("default");
	v->skipped.text = excluded(r);
	v->excluded = v->skipped.text;
	if (!v->excluded)
		v->skipped.text = partial_reason(r);
	v->passed = v->skipped.text;
	/* passed on like a document that is not a workload: unchecked */
	if (v->passed)
		return object;
	if (node_check(object, e) ||
	    (w->type && run_check_types(r, w->type, &v->object, "", e)))
		return NULL;
	run_warn_metadata(r, v->object);
	if (r->injecting)
		run_warn_misplaced(r);
	return v->object;
}

/* Text in place of bools and numbers is part of an injection only. */
static const struct node *end_object(void *ctx, const struct node *old,
				     const struct node *now)
{
	struct run *r = ctx;
	struct visit *v = &r->visit;
	struct pos pos = node_pos(old);
	const char *why = v->injected.text ? v->injected.text : "";

	if (v->has_sidecar)
		run_warn_found(r);
	else if (r->injecting)
		now = old;
	if (now != old)
		run_report(r, r->injector->task == INJECTOR_UNINJECT ?
				  INJECTOR_UNINJECTED : INJECTOR_INJECTED,
			   pos, why, NULL);
	else if (v->skipped.text)
		run_report(r, INJECTOR_SKIPPED, pos, v->skipped.text, NULL);
	else
		run_report(r, INJECTOR_UNCHANGED, pos, why, NULL);
	v->object = NULL;
	return now;
}

/* An object that is not a workload. */
static void pass_object(void *ctx, const struct node *object)
{
	struct run *r = ctx;

	visit_begin(r, object, NULL);
	if (r->injecting)
		run_warn_passed(r, object);
	if (r->injector->explain)
		run_report(r, INJECTOR_PASSED, node_pos(object), "", NULL);
	r->visit.object = NULL;
}

/* ---- verdicts ---- */

/* The first Pod that is skipped gives the object's reason. */
static void skip(struct run *r, const struct verdict *v)
{
	if (r->visit.skipped.text)
		return;
	r->visit.skipped = (struct reason){
		arena_str(&r->doc, v->reason).p, v->at,
	};
	r->visit.notice = v->notice.p ? arena_str(&r->doc, v->notice).p : NULL;
}

static void admit(struct run *r, const struct verdict *v)
{
	if ((r->injector->explain || r->review) && !r->visit.injected.text)
		r->visit.injected = (struct reason){
			arena_str(&r->doc, v->reason).p, v->at,
		};
}

/* A workload without a Pod template, such as a Deployment without a spec. */
static void no_pod(void *ctx)
{
	struct run *r = ctx;
	const struct skip_rule *rule = skip_rule_match(r->injector->skip_rules,
						       NULL, r->visit.namespace);
	const struct verdict v = {
		.reason = str_of(rule->reason),
		.at = skip_rule_node(rule, r->visit.object, NULL),
	};

	skip(r, &v);
}

/* ---- what the templates render ---- */

static void write_rendered(struct run *r, const struct template *t, str text)
{
	struct buf *out = &r->out.pending;
	str name = node_string(node_find(r->visit.object, "metadata.name"));

	buf_printf(out, "---\n# %.*s for %s %.*s/%.*s\n",
		   STR_ARG(template_name(t)), run_kind(r),
		   STR_ARG(r->visit.namespace), STR_ARG(name));
	buf_adds(out, text);
	if (text.n && text.p[text.n - 1] != '\n')
		buf_addc(out, '\n');
}

static void take_rendered(void *ctx, const struct template *t,
			  const struct rendering *rendering)
{
	struct run *r = ctx;
	struct visit *v = &r->visit;

	if (v->n_rendered < RENDERED_MAX)
		v->rendered[v->n_rendered++] = rendering->overlay;
	if (r->injector->explain || r->review)
		summary_template(&v->summary, template_name(t));
	if (r->injector->render && !r->review)
		write_rendered(r, t, rendering->text);
}

/* ---- the Pod ---- */

static struct pod_task task_of(struct run *r, const struct node *pod,
			       const char *path)
{
	const struct strategy *strategy = r->injector->strategy;
	const struct node *object = r->visit.object;
	const struct node *meta = node_get(object, STR("metadata"));

	return (struct pod_task){
		.injector = r->injector,
		.in = {
			.arena = &r->doc,
			.values = &r->values,
			.istio = &r->injector->istio,
			.warn = run_warn_istio,
			.warn_merge = run_warn_merge,
			.warn_config = strategy->istio_sidecar && r->injecting ?
					       run_warn_config : NULL,
			.ctx = r,
			.afresh = r->injector->task == INJECTOR_REFRESH ||
				  r->refreshed || r->holding,
			.former = r->former && r->pod_number < r->former->n ?
					  r->former->at[r->pod_number] : NULL,
			.api_version = node_string(node_get(object,
							STR("apiVersion"))),
			.kind = str_of(run_kind(r)),
			.name = node_string(node_get(meta, STR("name"))),
			.namespace = node_string(node_get(meta,
							STR("namespace"))),
			.object = object,
			.nameless = !r->visit.workload->type,
			.note = UNDO_ANNOTATION,
			.path_envs = r->review ? &r->review->path_envs : NULL,
			.namespace_object = r->review ?
				r->review->namespace_object : NULL,
			.pod = pod,
		},
		.namespace = r->visit.namespace,
		.path = path,
		.rendered = take_rendered,
		.history = r->injector->undo && !r->review ?
			   &r->undo.history : NULL,
	};
}

/* A null or scalar where the Pod spec should be is not a missing one. */
static bool has_wrong_spec(const struct node *pod, struct err *e)
{
	const struct node *spec = node_get(pod, STR("spec"));

	return spec && spec->kind != NODE_MAP &&
	       err_set(e, node_pos(spec), "spec: expected a map, found %s",
		       node_kind_name(spec));
}

bool object_rejects(struct run *r, const struct node **pod, const char *path,
		    const struct node **result, struct err *e)
{
	bool typed = r->visit.workload->type;

	*result = *pod;
	if (r->visit.passed)
		return true;
	if (!has_wrong_spec(*pod, e) &&
	    (typed || !run_check_types(r, *path ? "PodTemplateSpec" : "Pod",
				       pod, path, e)))
		return false;
	*result = NULL;
	return true;
}

/* The strategy's verdict, and whether the Pod is only a fragment. */
static struct verdict judge(struct run *r, struct pod_task *task)
{
	struct verdict verdict = r->injector->strategy->skip(task);
	const char *fragment = verdict.skip ? NULL :
			       partial_fragment(r, task->in.pod);

	if (fragment)
		verdict = (struct verdict){
			.skip = true, .reason = str_of(fragment),
			.at = r->visit.object,
		};
	return verdict;
}

/* Most Pods get the same: the text is kept once. */
static const struct record *add_record(struct run *r, uint32_t number, str text)
{
	struct arena *a = run_arena(r);
	const struct record *last = r->undo.last_record;
	struct record *record = arena_new(a, struct record);

	record->pod = number;
	record->text = last && str_eq(last->text, text) ? last->text :
							  arena_str(a, text);
	*r->undo.records_end = record;
	r->undo.records_end = &record->next;
	r->undo.last_record = record;
	return record;
}

bool object_record(struct run *r, uint32_t number, const struct node *old,
		   const struct node *new)
{
	const struct record *record;
	struct buf b = BUF_INIT;

	if (node_equal(old, new))
		return true;
	additions_write(&r->doc, old, new, &b);
	record = add_record(r, number, buf_str(&b));
	buf_release(&b);
	new = additions_remove(&r->doc, new, record->text);
	return new && node_equal(new, old);
}

static const struct node *refreshed_pod(const struct run *r,
					const struct node *pod)
{
	const struct document_pods *now = r->refreshed;

	return r->pod_number < now->n && now->at[r->pod_number] ?
		       now->at[r->pod_number] : pod;
}

static const struct node *inject_pod(void *ctx, const struct node *pod,
				     const char *path, struct err *e)
{
	struct run *r = ctx;
	const struct strategy *strategy = r->injector->strategy;
	struct pod_task task;
	const struct node *result;
	struct verdict verdict;

	if (object_rejects(r, &pod, path, &result, e))
		return result;
	if (*path)
		run_warn_metadata(r, pod);
	r->visit.n_rendered = 0;
	task = task_of(r, pod, path);
	task.in.original = undo_original(r, pod);
	verdict = judge(r, &task);
	if (!verdict.skip) {
		admit(r, &verdict);
		result = typed_keep_quantities(&r->doc, "Pod", pod,
					       strategy->inject(&task,
								&verdict, e));
		r->stale |= task.stale;
		/* equal after steps that revert one another: no change */
		if (result && node_equal(result, pod))
			result = pod;
		if (!result || run_judge(r, result, path, e))
			return NULL;
		if (r->refreshed)
			result = refreshed_pod(r, pod);
	}
	if (verdict.skip) {
		skip(r, &verdict);
	} else {
		r->visit.has_sidecar = true;
		run_warn_injected(r, result);
		if (strategy->records && r->injector->undo && !r->review)
			r->undo.history.reversible &=
				object_record(r, r->pod_number, pod, result);
	}
	if (r->injector->explain && !r->review)
		summary_pod(&r->visit.summary, pod, result);
	return result;
}

static void take_lost(void *ctx, const struct node *path, const char *text)
{
	struct run *r = ctx;
	struct lost *lost = arena_new(&r->doc, struct lost);

	*lost = (struct lost){ path, text, NULL };
	*r->undo.lost_end = lost;
	r->undo.lost_end = &lost->next;
}

/* Without a sidecar of these templates: perhaps others were meant. */
static void name_other(struct run *r, struct verdict *v)
{
	str tag = r->undo.other;

	if (tag.n)
		v->reason = arena_printf(&r->doc, "%.*s; the undo note names "
					 "the template %.*s",
					 STR_ARG(v->reason), STR_ARG(tag));
}

const struct node *object_remove_sidecar(struct run *r, const struct node *pod,
					 const char *path, struct err *e)
{
	struct pod_task task = task_of(r, pod, path);
	struct verdict verdict = { .skip = false };

	task.rendered = NULL;
	task.in.lost = take_lost;
	pod = r->injector->strategy->remove(&task, &verdict, e);
	if (pod && verdict.skip) {
		name_other(r, &verdict);
		skip(r, &verdict);
	}
	if (pod && r->injector->strategy->records && !r->undo.assumed &&
	    !r->injector->former.n) {
		r->undo.assumed = verdict.skip ? ASSUMED_NEW : ASSUMED_TODAY;
		r->undo.assumed_pos = node_pos(r->visit.object);
	}
	return pod;
}

const struct node *object_remove_recorded(struct run *r,
					  const struct node *pod,
					  const str *record, struct err *e)
{
	const struct verdict verdict = {
		.skip = true, .reason = STR("sidecar not found"),
	};
	const struct node *rest = pod;

	if (record)
		rest = additions_remove(&r->doc, pod, *record);
	else
		skip(r, &verdict);
	if (!rest)
		err_set(e, r->undo.note_pos, "invalid undo note: expected "
			"names such as containers[NAME], found \"%.*s\"",
			STR_ARG(*record));
	return rest;
}

/* ---- the document ---- */

static const struct node *visit_pod(void *ctx, const struct node *pod,
				    const char *path, struct err *e)
{
	struct run *r = ctx;

	r->pod_number = r->n_pods++;
	return r->pod(r, pod, path, e);
}

const struct node *object_visit_more(struct run *r, const struct node *root,
				     pod_fn *pod)
{
	const struct pods_visitor visitor = {
		.istio = r->injector->strategy->istio_kinds,
		.object = begin_object,
		.pod = visit_pod,
		.missing = no_pod,
		.done = end_object,
		.ctx = r,
		.passed = pass_object,
		.own = r->injector->kinds,
	};

	r->source = node_origin(root)->source;
	r->pod = pod;
	return pods_visit(&r->doc, root, &visitor, &r->err);
}

const struct node *object_visit_pods(struct run *r, const struct node *root,
				     pod_fn *pod)
{
	r->n_pods = 0;
	return object_visit_more(r, root, pod);
}

void object_forget_records(struct run *r)
{
	r->undo.records = NULL;
	r->undo.records_end = &r->undo.records;
	r->undo.last_record = NULL;
}

void object_take_items(struct run *r, const struct run *draft)
{
	for (const struct record *i = draft->undo.records; i; i = i->next)
		add_record(r, r->n_pods + i->pod, i->text);
	r->n_pods += draft->n_pods;
	r->undo.history.reversible &= draft->undo.history.reversible;
	r->undo.history.injected_before |= draft->undo.history.injected_before;
	r->partial.is_dropped |= draft->partial.is_dropped;
}

void object_inject_begin(struct run *r)
{
	r->undo.history = (struct history){ .reversible = true };
	object_forget_records(r);
	r->n_pods = 0;
}

const struct node *object_inject_more(struct run *r, const struct node *root)
{
	const struct node *now;

	r->injecting = true;
	now = object_visit_more(r, root, inject_pod);
	r->injecting = false;
	return now;
}

const struct node *object_inject(struct run *r, const struct node *root)
{
	object_inject_begin(r);
	return object_inject_more(r, root);
}

/* ---- earlier injections ---- */

static const struct node *look_at_pod(void *ctx, const struct node *pod,
				      const char *path, struct err *e)
{
	struct run *r = ctx;
	const struct node *result;
	struct pod_task task;

	if (object_rejects(r, &pod, path, &result, e))
		return result;
	task = task_of(r, pod, path);
	r->earlier |= r->injector->strategy->earlier(&task);
	return pod;
}

/* Most documents are not looked at twice. */
bool object_may_be_removable(const struct run *r, str text)
{
	const str mark = STR("sidecar.istio.io/status");

	return r->injector->strategy->earlier && text.n &&
	       memmem(text.p, text.n, mark.p, mark.n);
}

void object_look_at_more(struct run *r, const struct node *root)
{
	if (!object_visit_more(r, root, look_at_pod))
		r->earlier |= EARLIER_KEPT;
	run_forget_error(r);
}

bool object_is_removable(struct run *r, const struct document *doc)
{
	if (!object_may_be_removable(r, doc->source->text))
		return false;
	r->earlier = EARLIER_NONE;
	r->quiet = true;
	r->n_pods = 0;
	object_look_at_more(r, doc->root);
	r->quiet = false;
	return r->earlier == EARLIER_REMOVABLE;
}

static const struct node *list_pod(void *ctx, const struct node *pod,
				   const char *path, struct err *e)
{
	struct run *r = ctx;
	struct document_pods *list = r->listed;

	(void)path;
	(void)e;
	list->at = arena_extend(&r->doc, list->at, list->n, &list->capacity,
				sizeof(*list->at));
	list->at[list->n++] = pod;
	return pod;
}

int object_list_pods(struct run *r, const struct node *root,
		     struct document_pods *out)
{
	*out = (struct document_pods){ NULL, 0, 0 };
	r->listed = out;
	return object_visit_pods(r, root, list_pod) ? 0 : -1;
}
