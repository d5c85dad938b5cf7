/*
 * run_object - one object on its way: is it chosen, who of its pods gets the
 * sidecar, and what becomes of them.
 */
#include "engine/run.h"

#include "k8s/typed.h"
#include "engine/plain.h"
#include "engine/undo.h"

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
		.kind = run_kind(r),
		.namespace = arena_str(&r->doc, r->namespace).p,
		.name = run_name(r),
		.labels = node_find(r->object, "metadata.labels"),
	};
	return choose_skips(&r->injector->choose, &object,
			    r->batch->matched);
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
	    (w->type && run_check_types(r, w->type, object, "", e)))
		return false;
	run_warn_metadata(r, object);
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
		   STR_ARG(template_name(t)), run_kind(r),
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
		.warn = run_warn_istio,
		.warn_merge = run_warn_merge,
		.ctx = r,
		.api_version = node_string(node_get(r->object,
						    STR("apiVersion"))),
		.kind = str_of(run_kind(r)),
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
	const struct merge_options options = { .warn = run_warn_merge, .ctx = r,
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
		!run_check_types(r, "PodTemplateSpec", pod, path, e));
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
		run_warn_metadata(r, pod);
	r->n_given = 0;
	now = inject_chosen(r, pod, path, &injected, e);
	/* steps that undo one another: nothing is to be edited, nor told of */
	if (now && node_equal(now, pod))
		now = pod;
	if (now && injected) {
		r->has_sidecar = true;
		run_warn_injected(r, now);
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
		run_warn_unknown(r);
	if (changed)
		run_report(r, r->injector->task == INJECTOR_UNINJECT ?
				  INJECTOR_UNINJECTED : INJECTOR_INJECTED,
		       pos, why, NULL);
	else if (r->skipped)
		run_report(r, INJECTOR_SKIPPED, pos, r->skipped, NULL);
	else
		run_report(r, INJECTOR_UNCHANGED, pos, why, NULL);
	r->object = NULL;
}

static void pass_object(void *ctx, const struct node *object)
{
	struct run *r = ctx;

	look_at(r, object, NULL);
	r->namespace = node_string(node_find(object, "metadata.namespace"));
	run_report(r, INJECTOR_PASSED, lines_pos(&r->lines, object), "", NULL);
	r->object = NULL;
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
