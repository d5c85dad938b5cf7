#include "istio/inject.h"

#include "istio/annotations.h"
#include "istio/data.h"
#include "istio/owner.h"
#include "istio/pod.h"
#include "istio/post.h"
#include "k8s/merge.h"

#define TEMPLATES_ANNOTATION STR("inject.istio.io/templates")
#define NATIVE_ANNOTATION STR("sidecar.istio.io/nativeSidecar")
#define CONFIG_ANNOTATION STR("proxy.istio.io/config")
#define NETWORK_LABEL STR("topology.istio.io/network")

static str value_at(const struct injection *in, const char *path)
{
	return node_string(node_find(in->istio->values, path));
}

void injection_prepare(struct injection *in)
{
	str native = pod_annotation(in->pod, NATIVE_ANNOTATION);
	str network = pod_label(in->pod, NETWORK_LABEL);

	if (str_eq(in->kind, STR("Pod")))
		owner_of_pod(in);
	in->native = str_eq(native, STR("true")) ||
		     (in->istio->native && !str_eq(native, STR("false")));
	in->cluster = value_at(in, "global.multiCluster.clusterName");
	in->network = network.p ? network : value_at(in, "global.network");
	in->stripped = in->pod;
	in->mesh = in->istio->mesh;
}

int injection_mesh(struct injection *in, struct err *e)
{
	const struct node *config = pod_note(in->pod, CONFIG_ANNOTATION);

	return config ? mesh_of_pod(in->arena, &in->mesh, &in->istio->mesh,
				    config, e) : 0;
}

/* webhook.go: checkPreconditions */
static void check_preconditions(const struct injection *in)
{
	const struct node *policy = node_find(in->pod, "spec.dnsPolicy");
	str text = node_string(policy);

	if (!text.n || str_eq(text, STR("ClusterFirst")))
		return;
	in->warn(in->ctx, node_pos(policy),
		 arena_printf(in->arena, "the DNSPolicy is not "
			      "\"ClusterFirst\"; the Envoy sidecar may not be "
			      "able to connect to Istio Pilot").p);
}

/* ---- which templates ---- */

/* More than anybody has; each costs an execution. */
#define NAMES_MAX 100

struct names {
	str at[NAMES_MAX];
	uint32_t n;
};

static void add_name(struct names *names, str name)
{
	if (names->n < NAMES_MAX)
		names->at[names->n] = name;
	names->n++;
}

/* inject.go: resolveAliases; kube-inject itself knows none. */
static void add_resolved(const struct injection *in, struct names *names,
			 str name)
{
	const struct inject_config *config = &in->istio->inject;
	const struct node *alias = in->istio->policy ?
		node_get(config->aliases, name) : NULL;

	if (!alias || alias->kind != NODE_LIST) {
		add_name(names, name);
		return;
	}
	for (uint32_t i = 0; i < alias->n; i++)
		add_name(names, node_text(alias->items[i]));
}

/* inject.go: selectTemplates */
static void select_templates(const struct injection *in,
			     struct names *names)
{
	const struct node *chosen = pod_note(in->pod, TEMPLATES_ANNOTATION);
	const struct node *defaults = in->istio->policy ?
		in->istio->inject.default_templates : NULL;
	str rest, name;
	bool more = true;

	names->n = 0;
	if (chosen) {
		for (rest = node_text(chosen); more;) {
			more = str_cut(rest, ',', &name, &rest);
			add_resolved(in, names, pod_trim(name));
		}
	} else if (defaults && defaults->n) {
		for (uint32_t i = 0; i < defaults->n; i++)
			add_resolved(in, names,
				     node_text(defaults->items[i]));
	} else {
		add_resolved(in, names, STR("sidecar"));
	}
}

static int unknown_template(const struct injection *in, str name,
			    struct err *e)
{
	const struct inject_config *config = &in->istio->inject;
	const struct node *chosen = pod_note(in->pod, TEMPLATES_ANNOTATION);
	struct buf known = BUF_INIT;

	for (uint32_t i = 0; i < config->n_templates; i++)
		buf_printf(&known, "%s%.*s", i ? ", " : "",
			   STR_ARG(config->templates[i].name));
	err_set(e, node_pos(chosen ? chosen : in->pod),
		"requested template \"%.*s\" not found; have %s",
		STR_ARG(name), buf_z(&known));
	buf_release(&known);
	return -1;
}

/* ---- merging ---- */

static const struct node *merge(const struct injection *in,
				const struct node *base,
				const struct node *overlay, bool warn,
				struct err *e)
{
	const struct merge_options options = {
		.warn = warn ? in->warn_merge : NULL,
		.ctx = in->ctx,
	};

	return merge_pod(in->arena, base, overlay, &options, e);
}

static const struct node *add_template(const struct istio_run *run,
				       struct injection *in,
				       const struct node *pod, str name,
				       struct value data, struct err *e)
{
	const struct inject_config *config = &in->istio->inject;
	const struct config_template *found = config_template(config, name);
	struct rendering rendering;
	struct template *t;

	if (!found) {
		unknown_template(in, name, e);
		return NULL;
	}
	t = run->templates[found - config->templates];
	if (template_render(t, in, data, &run->env, &rendering, e))
		return NULL;
	if (run->rendered)
		run->rendered(run->ctx, t, &rendering);
	in->rendered = merge(in, in->rendered, rendering.overlay, false, e);
	if (!in->rendered)
		return NULL;
	return merge(in, pre_move_proxy(in, pod), rendering.overlay, true, e);
}

/* inject.go: RunTemplate */
static const struct node *add_templates(const struct istio_run *run,
					struct injection *in, struct err *e)
{
	const struct node *pod = in->pod;
	struct names names;
	struct value data = template_data(in);

	select_templates(in, &names);
	if (names.n > NAMES_MAX) {
		err_set(e, node_pos(pod_note(in->pod, TEMPLATES_ANNOTATION)),
			"names %u templates; %d are the most", names.n,
			NAMES_MAX);
		return NULL;
	}
	in->rendered = node_new(in->arena, NODE_MAP);
	for (uint32_t i = 0; pod && i < names.n; i++)
		pod = add_template(run, in, pod, names.at[i], data, e);
	return pod;
}

const struct node *istio_inject(const struct istio_run *run,
				struct injection *in,
				struct policy_answer *answer, struct err *e)
{
	const struct post_step *step;
	const struct node *pod;

	injection_prepare(in);
	*answer = policy_ask(in);
	if (!answer->inject)
		return in->pod;
	if (injection_mesh(in, e) || annotations_check(injection_meta(in->pod),
						       e))
		return NULL;
	check_preconditions(in);
	in->stripped = pre_strip(in, e);
	if (!in->stripped)
		return NULL;
	pod = add_templates(run, in, e);
	for (step = post_steps; pod && step->name; step++)
		pod = step->run(in, pod, e);
	return pod;
}
