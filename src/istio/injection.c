#include "istio/injection.h"

#include <string.h>

#include "base/chars.h"
#include "go/unicode.h"
#include "istio/pod_tree.h"
#include "istio/post.h"
#include "istio/render.h"
#include "k8s/strategic_merge.h"
#include "tree/scalar.h"
#include "tree/utf8.h"

/* Numbers are returned as they are written, without a copy. */
static str text_of(const struct node *n)
{
	if (!n)
		return STR_NONE;
	if (n->kind == NODE_BOOL)
		return scalar_bool(n) ? STR("true") : STR("false");
	if (n->kind == NODE_NULL || !node_is_scalar(n))
		return STR("");
	return node_text(n);
}

str pod_annotation(const struct node *pod, str name)
{
	const struct node *meta = injection_meta(pod);

	return text_of(node_get(node_get(meta, STR("annotations")), name));
}

str pod_label(const struct node *pod, str name)
{
	const struct node *meta = injection_meta(pod);

	return text_of(node_get(node_get(meta, STR("labels")), name));
}

/* ---- the owner of a bare Pod ---- */

/*
 * The workload that created a Pod, from its owner references and labels, as in
 * istio.io/istio pkg/kube/util.go (GetDeployMetaFromPod).
 */

static const struct node *controller(const struct node *meta)
{
	const struct node *refs = node_get(meta, STR("ownerReferences"));

	for (uint32_t i = 0; refs && refs->kind == NODE_LIST && i < refs->n;
	     i++) {
		const struct node *is = node_get(refs->items[i],
						 STR("controller"));

		if (is && is->kind == NODE_BOOL && *node_text(is).p == 't')
			return refs->items[i];
	}
	return NULL;
}

/* NAME without -HASH, if a label has that hash. */
static bool without_hash(const struct injection *in, str label, str *name)
{
	str hash = pod_label(in->pod, label);

	if (!hash.n || !str_ends(*name, hash))
		return false;
	if (name->n > hash.n && name->p[name->n - hash.n - 1] == '-')
		name->n -= hash.n + 1;
	return true;
}

/* Strip the 8 to 10 digits of a time from the name of a CronJob's Job. */
static bool without_time(str *name)
{
	size_t digits = 0;

	while (digits < name->n && is_digit(name->p[name->n - 1 - digits]))
		digits++;
	if (digits < 8 || digits > 10 || name->n < digits + 2 ||
	    name->p[name->n - digits - 1] != '-')
		return false;
	name->n -= digits + 1;
	return true;
}

/* The controller that made a Pod, or the workload behind that. */
static void owner_of_pod(struct injection *in)
{
	const struct node *meta = injection_meta(in->pod);
	const struct node *owner = controller(meta);
	bool rollouts = release_has(in->istio->release, RULE_OWNER_ROLLOUT);

	in->api_version = STR("v1");
	if (!owner || !node_string(node_get(meta, STR("generateName"))).n)
		return;
	in->api_version = node_string(node_get(owner, STR("apiVersion")));
	in->kind = node_string(node_get(owner, STR("kind")));
	in->name = node_string(node_get(owner, STR("name")));
	if (str_eq(in->kind, STR("ReplicaSet"))) {
		if (without_hash(in, STR("pod-template-hash"), &in->name)) {
			in->kind = STR("Deployment");
		} else if (rollouts &&
			   without_hash(in, STR("rollouts-pod-template-hash"),
					&in->name)) {
			in->kind = STR("Rollout");
			in->api_version = STR("v1alpha1");
		}
	} else if (str_eq(in->kind, STR("ReplicationController"))) {
		str config = pod_label(in->pod, STR("deploymentconfig"));

		if (config.n) {
			in->name = config;
			in->kind = STR("DeploymentConfig");
		}
	} else if (str_eq(in->kind, STR("Job")) && without_time(&in->name)) {
		in->kind = STR("CronJob");
		in->api_version = rollouts ? STR("batch/v1") :
					     STR("batch/v1beta1");
	}
	if (!in->name.n)
		in->name = node_string(node_get(meta, STR("name")));
}

/* ---- the proxy's environment ---- */

#define CLUSTER_ENV STR("ISTIO_META_CLUSTER_ID")
#define NETWORK_ENV STR("ISTIO_META_NETWORK")

/* The index of the variable, or where it belongs. */
static uint32_t env_index(const struct proxy_envs *envs, str name)
{
	uint32_t from = 0, to = envs->n;

	while (from < to) {
		uint32_t middle = from + (to - from) / 2;

		if (str_cmp(envs->at[middle].name, name) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

static bool env_is_at(const struct proxy_envs *envs, uint32_t i, str name)
{
	return i < envs->n && str_eq(envs->at[i].name, name);
}

str proxy_env(const struct proxy_envs *envs, str name)
{
	uint32_t i = env_index(envs, name);

	return env_is_at(envs, i, name) ? envs->at[i].value : STR_NONE;
}

/* There is space for one more. */
static void set_env(struct proxy_envs *envs, str name, str value)
{
	uint32_t i = env_index(envs, name);

	if (!env_is_at(envs, i, name)) {
		memmove(&envs->at[i + 1], &envs->at[i],
			(envs->n - i) * sizeof(*envs->at));
		envs->n++;
	}
	envs->at[i] = (struct proxy_env){ name, value };
}

/* A key of the path as the name of a variable: strings.ToUpper, but for two. */
static str env_name(struct arena *a, str key)
{
	struct buf b = BUF_INIT;
	str name;
	size_t i = 0;

	if (str_eq(key, STR("cluster")))
		return CLUSTER_ENV;
	if (str_eq(key, STR("net")))
		return NETWORK_ENV;
	while (i < key.n) {
		uint32_t c;

		i += utf8_decode(str_sub(key, i, key.n), &c);
		utf8_add(&b, char_upper(c));
	}
	name = arena_str(a, buf_str(&b));
	buf_release(&b);
	return name;
}

/* The value with "/" for each "--slash--". */
static str with_slashes(struct arena *a, str value)
{
	const str mark = STR("--slash--");
	struct buf b = BUF_INIT;
	size_t i = 0;
	str text;

	while (i < value.n) {
		if (str_starts(str_sub(value, i, value.n), mark)) {
			buf_addc(&b, '/');
			i += mark.n;
		} else {
			buf_addc(&b, value.p[i++]);
		}
	}
	text = arena_str(a, buf_str(&b));
	buf_release(&b);
	return text;
}

/* "KEY/VALUE/KEY/VALUE"; a last key without a value is ignored. */
static void read_segments(struct arena *a, struct proxy_envs *envs, str rest)
{
	str key, value;

	while (str_cut(rest, '/', &key, &rest)) {
		bool more = str_cut(rest, '/', &value, &rest);

		if (key.n)
			set_env(envs, env_name(a, key), with_slashes(a, value));
		if (!more)
			return;
	}
}

#define ENV_MARK STR(":ENV:")

/* The older form, ":ENV:KEY=VALUE:ENV:KEY=VALUE". */
static void read_marked(struct arena *a, struct proxy_envs *envs, str rest)
{
	while (rest.n) {
		str pair, key, value;
		size_t end = ENV_MARK.n;

		while (end < rest.n &&
		       !str_starts(str_sub(rest, end, rest.n), ENV_MARK))
			end++;
		pair = str_sub(rest, ENV_MARK.n, end);
		rest = str_sub(rest, end, rest.n);
		if (str_cut(pair, '=', &key, &value) && key.n)
			set_env(envs, env_name(a, key), arena_str(a, value));
	}
}

struct proxy_envs proxy_envs_of_path(struct arena *a, str path)
{
	struct proxy_envs envs = { NULL, 0 };
	uint32_t most = 1;
	str before, rest;

	if (str_ends(path, STR("/")))
		path.n--;
	if (!str_cut(path, '/', &before, &rest) ||
	    !str_cut(rest, '/', &before, &rest))
		return envs;
	for (size_t i = 0; i < rest.n; i++)
		most += rest.p[i] == '/' || rest.p[i] == ':';
	envs.at = arena_array(a, struct proxy_env, most);
	if (str_starts(rest, ENV_MARK))
		read_marked(a, &envs, rest);
	else
		read_segments(a, &envs, rest);
	return envs;
}

/* inject.go: extractClusterAndNetwork.  The Pod's label comes first, then the
 * path, then the values. */
static void prepare_envs(struct injection *in, str cluster, str network,
			 const struct node *label)
{
	const struct proxy_envs none = { NULL, 0 };
	const struct proxy_envs *given = in->path_envs ? in->path_envs : &none;
	str of_path = proxy_env(given, CLUSTER_ENV);

	in->envs.at = arena_array(in->arena, struct proxy_env, given->n + 2);
	in->envs.n = given->n;
	if (given->n)
		memcpy(in->envs.at, given->at, given->n * sizeof(*given->at));
	if (of_path.n)
		cluster = of_path;
	of_path = proxy_env(given, NETWORK_ENV);
	if (label)
		network = text_of(label);
	else if (of_path.n)
		network = of_path;
	if (cluster.n)
		set_env(&in->envs, CLUSTER_ENV, cluster);
	if (network.n)
		set_env(&in->envs, NETWORK_ENV, network);
}

/* ---- injecting a pod ---- */

#define TEMPLATES_ANNOTATION STR("inject.istio.io/templates")
#define NATIVE_ANNOTATION STR("sidecar.istio.io/nativeSidecar")
#define CONFIG_ANNOTATION STR("proxy.istio.io/config")
#define NETWORK_LABEL STR("topology.istio.io/network")

static str value_at(const struct injection *in, const char *path)
{
	return node_string(node_find(in->istio->values, path));
}

const struct node *injection_without_note(const struct injection *in,
					  const struct node *pod)
{
	if (!in->note.n || !pod_note(pod, in->note))
		return pod;
	pod = pod_annotate(in->arena, pod, in->note, STR_NONE);
	return pod_prune(in->arena, pod);
}

void injection_prepare(struct injection *in)
{
	str native = pod_annotation(in->pod, NATIVE_ANNOTATION);
	const struct node *labels = node_get(injection_meta(in->pod),
					     STR("labels"));

	if (str_eq(in->kind, STR("Pod")) && injection_asks_owner(in))
		owner_of_pod(in);
	in->native = in->istio->native;
	if (release_has(in->istio->release, RULE_NATIVE_ANNOTATION))
		in->native = str_eq(native, STR("true")) ||
			     (in->native && !str_eq(native, STR("false")));
	prepare_envs(in, value_at(in, "global.multiCluster.clusterName"),
		     value_at(in, "global.network"),
		     node_get(labels, NETWORK_LABEL));
	in->stripped = in->pod;
	in->mesh = in->istio->mesh;
}

int injection_mesh(struct injection *in, struct err *e)
{
	const struct node *config = pod_note(in->pod, CONFIG_ANNOTATION);

	return config ? mesh_of_pod(in->arena, &in->mesh, &in->istio->mesh,
				    config, in->warn_config, in->ctx, e) : 0;
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

/* More than anybody needs; each costs an execution. */
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

/* inject.go: resolveAliases; kube-inject itself has no aliases. */
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

int istio_prepare(const struct istio *istio, struct template **templates,
		  struct err *e)
{
	const struct inject_config *config = &istio->inject;
	const struct injection any = { .istio = istio };
	struct names names;

	select_templates(&any, &names);
	for (uint32_t i = 0; i < names.n && i < NAMES_MAX; i++) {
		const struct config_template *found =
			config_template(config, names.at[i]);

		if (found && template_prepare(templates[found -
							config->templates], e))
			return -1;
	}
	return 0;
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
		.nameless = in->nameless,
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
			"selects %u templates; the maximum is %d", names.n,
			NAMES_MAX);
		return NULL;
	}
	in->rendered = node_new(in->arena, NODE_MAP);
	for (uint32_t i = 0; pod && i < names.n; i++)
		pod = add_template(run, in, pod, names.at[i], data, e);
	return pod;
}

/* Templates and steps, for what in->stripped has. */
static const struct node *run_once(const struct istio_run *run,
				   struct injection *in, struct err *e)
{
	const struct node *pod = add_templates(run, in, e);

	for (const struct post_step *s = post_steps; pod && s->name; s++)
		pod = s->run(in, pod, e);
	return pod;
}

/* ---- injecting it again ---- */

/* What the templates rendered in the run that counts. */
struct renderings {
	const struct template *of[NAMES_MAX];
	struct rendering at[NAMES_MAX];
	uint32_t n;
};

static void keep_rendering(void *ctx, const struct template *t,
			   const struct rendering *rendering)
{
	struct renderings *r = ctx;

	r->of[r->n] = t;
	r->at[r->n++] = *rendering;
}

struct again {
	const struct istio_run *run;	/* which keeps its renderings */
	struct injection *in;
};

static const struct node *try_templates(void *ctx, const struct node *seen)
{
	struct again *again = ctx;
	struct istio_run run = *again->run;
	struct injection in = *again->in;

	run.rendered = NULL;
	in.warn_merge = NULL;
	in.stripped = seen;
	return add_templates(&run, &in, NULL) ? in.rendered : NULL;
}

/* The templates see what an earlier injection has set, but for what its status
 * names.  Where that changes the Pod, what they set themselves is left out. */
static const struct node *run_again(const struct istio_run *run,
				    struct injection *in, struct err *e)
{
	struct renderings kept = { .n = 0 };
	struct istio_run keeping = *run;
	struct again again = { &keeping, in };
	struct trial trial = { in->arena, NULL, 0, try_templates, &again };
	struct template *used[NAMES_MAX];
	const struct node *pod, *seen;

	keeping.rendered = keep_rendering;
	keeping.ctx = &kept;
	pod = run_once(&keeping, in, e);
	if (pod && !node_equal(pod, in->pod)) {
		for (; trial.n < kept.n; trial.n++)
			used[trial.n] = (struct template *)(uintptr_t)
						kept.of[trial.n];
		trial.templates = used;
		seen = in->original ? in->original :
			seen_without_own(&trial, in->stripped, in->rendered);
		if (seen != in->stripped) {
			in->stripped = seen;
			kept.n = 0;
			pod = run_once(&keeping, in, e);
		}
	}
	for (uint32_t i = 0; pod && run->rendered && i < kept.n; i++)
		run->rendered(run->ctx, kept.of[i], &kept.at[i]);
	return pod;
}

/* After the decision. */
static const struct node *inject(const struct istio_run *run,
				 struct injection *in, struct err *e)
{
	if (injection_mesh(in, e) || annotations_check(injection_meta(in->pod),
						       in->istio->release, e))
		return NULL;
	check_preconditions(in);
	in->stripped = pre_strip(in, e);
	if (!in->stripped)
		return NULL;
	return istio_was_injected(in->pod) ? run_again(run, in, e) :
					     run_once(run, in, e);
}

const struct node *istio_inject(const struct istio_run *run,
				struct injection *in,
				struct policy_decision *decision, struct err *e)
{
	const struct node *pod = in->pod, *injected;

	injection_prepare(in);
	*decision = policy_decide(in);
	if (!decision->inject)
		return pod;
	in->pod = pre_drop_user(in);
	injected = inject(run, in, e);
	in->pod = pod;
	return injected;
}
