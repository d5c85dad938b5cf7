/*
 * Injection with Istio's configuration; src/istio has the steps.
 */
#include "engine/strategy.h"

#include "istio/injection.h"

static bool wanted(const struct injector_options *options)
{
	return options->istio->inject_config || options->istio->builtin;
}

static int read_config(struct injector *in,
		       const struct injector_options *options, struct err *e)
{
	const struct config_reader r = settings_reader(in);
	struct config_file file;

	if (in->builtin)
		return 0;
	file = settings_copy(in, options->istio->inject_config);
	return config_read_inject(&r, &file, &in->istio.inject, e);
}

static int load(struct injector *in, const struct injector_options *options,
		struct err *e)
{
	struct inject_config *config = &in->istio.inject;
	const struct config_reader r = settings_reader(in);

	if (in->builtin && profile_inject(&r, &in->istio, e))
		return -1;
	in->templates = settings_templates(in, TEMPLATE_ISTIO,
					   config->templates,
					   config->n_templates);
	/* kube-inject does not say so before a manifest needs the template; a
	 * webhook would take it up and fail for each Pod.  uninject needs
	 * none. */
	return in->istio.policy && options->task != INJECTOR_UNINJECT ?
		istio_prepare(&in->istio, in->templates.at, e) : 0;
}

static enum earlier earlier(struct pod_task *t)
{
	struct injection in = t->in;

	if (!istio_was_injected(in.pod))
		return EARLIER_NONE;
	injection_prepare(&in);
	return policy_decide(&in).inject && istio_is_renewable(&in) ?
		       EARLIER_REMOVABLE : EARLIER_KEPT;
}

static struct verdict skip(struct pod_task *t)
{
	struct injection in = t->in;
	struct policy_decision decision;

	injection_prepare(&in);
	decision = policy_decide(&in);
	return (struct verdict){
		.skip = !decision.inject,
		.reason = decision.reason,
		.notice = decision.line,
		.at = decision.at,
	};
}

static void note_history(struct pod_task *t, const struct node *injected)
{
	struct injection back = t->in;
	struct history *h = t->history;
	const struct node *pod;

	h->injected_before |= istio_was_injected(t->in.pod);
	if (h->injected_before || !h->reversible)
		return;
	back.pod = injected;
	pod = istio_uninject(&back, NULL);
	h->reversible = pod && node_equal(pod, t->in.pod);
}

static const struct node *inject(struct pod_task *t, struct verdict *v,
				 struct err *e)
{
	const struct istio_run run = {
		.istio = &t->injector->istio,
		.templates = t->injector->templates.at,
		.env = t->injector->env,
		.rendered = t->rendered,
		.ctx = t->in.ctx,
	};
	struct policy_decision decision;
	const struct node *pod = istio_inject(&run, &t->in, &decision, e);

	(void)v;
	t->stale = pod && decision.inject && istio_is_stale(&t->in);
	if (t->history && pod && pod != t->in.pod)
		note_history(t, pod);
	return pod;
}

static const struct node *remove_sidecar(struct pod_task *t, struct verdict *v,
					 struct err *e)
{
	v->skip = !istio_was_injected(t->in.pod);
	v->reason = STR("no Istio sidecar found");
	return istio_uninject(&t->in, e);
}

const struct strategy strategy_istio = {
	.tag = "istio",
	.istio_kinds = true,
	.needs_mesh = true,
	.istio_sidecar = true,
	.wanted = wanted,
	.read = read_config,
	.load = load,
	.skip = skip,
	.inject = inject,
	.earlier = earlier,
	.remove = remove_sidecar,
};
