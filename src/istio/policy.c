/*
 * policy - the decisions of Istio's inject.go in its order: host networking,
 * the namespaces of the system, the pod's own label or annotation, the
 * selectors, the policy.
 *
 * kube-inject looks for the namespace in the pod template only, where it
 * mostly is not, and so injects a Deployment in kube-system too; the webhook
 * puts the namespace of the request in, as istio->policy does here with the
 * object's.
 */
#include "istio/injection.h"

#include "base/array.h"
#include "go/strconv.h"
#include "k8s/labels.h"
#include "tree/scalar.h"

#define INJECT "sidecar.istio.io/inject"

/* inject.IgnoredNamespaces */
static const char *const ignored_namespaces[] = {
	"kube-system", "kube-public", "kube-node-lease", "local-path-storage",
};

/* ---- the words ---- */

/* Kind "namespace/name" as Istio has it in its messages. */
static void add_name(struct buf *b, const struct injection *in)
{
	struct buf name = BUF_INIT;
	str own = node_string(node_find(in->pod, "metadata.name"));

	if (in->namespace.n) {
		buf_adds(&name, in->namespace);
		buf_addc(&name, '/');
	}
	buf_adds(&name, own.n ? own : in->name);
	if (in->kind.n) {
		buf_adds(b, in->kind);
		buf_addc(b, ' ');
	}
	quote_text(b, buf_str(&name), false);
	buf_release(&name);
}

static struct policy_decision yes(str reason, const struct node *at)
{
	return (struct policy_decision){
		.inject = true, .reason = reason, .at = at,
	};
}

static struct policy_decision no(const struct injection *in, str reason,
			       const struct node *at, const char *what)
{
	struct policy_decision decision = { .reason = reason, .at = at };
	struct buf b = BUF_INIT;

	buf_addz(&b, "Skipping injection because ");
	add_name(&b, in);
	buf_printf(&b, " has %s", what);
	decision.line = arena_str(in->arena, buf_str(&b));
	buf_release(&b);
	return decision;
}

static struct policy_decision disabled(const struct injection *in, str reason,
				     const struct node *at)
{
	return no(in, reason, at, "sidecar injection disabled");
}

/* ---- the pod's own wish ---- */

enum wish { WISH_NONE, WISH_YES, WISH_NO };

struct wished {
	enum wish wish;
	const char *where;	/* "label" or "annotation" */
	const struct node *at;
};

static void warn_value(const struct injection *in, const struct node *at,
		       str value)
{
	struct buf b = BUF_INIT;

	buf_addz(&b, "Invalid value for " INJECT ": ");
	quote_text(&b, value, false);
	buf_addz(&b, ". Only 'true' and 'false' are accepted. Falling back to "
		     "default injection policy.");
	in->warn(in->ctx, node_pos(at), buf_z(&b));
	buf_release(&b);
}

/* The label counts where both are there, even an empty one. */
static struct wished pod_wish(const struct injection *in)
{
	const struct node *meta = injection_meta(in->pod);
	const struct node *label = node_get(node_get(meta, STR("labels")),
					    STR(INJECT));
	const struct node *note = node_get(node_get(meta, STR("annotations")),
					   STR(INJECT));
	struct wished w = { WISH_NONE, label ? "label" : "annotation",
			    label ? label : note };
	str value = label ? pod_label(in->pod, STR(INJECT)) :
			    pod_annotation(in->pod, STR(INJECT));

	if (str_eq(value, STR("true")))
		w.wish = WISH_YES;
	else if (str_eq(value, STR("false")))
		w.wish = WISH_NO;
	else if (value.n)
		warn_value(in, w.at, value);
	return w;
}

/* ---- the selectors ---- */

static void warn_selector(const struct injection *in, const char *list,
			  const struct err *e)
{
	str text = arena_printf(in->arena, "Invalid selector for %s: %s", list,
				e->text);

	in->warn(in->ctx, e->pos, text.p);
}

/* The first of them, that is not empty, to match the pod's labels, or NULL.
 * What is no selector is told and passed over. */
static const struct node *matching(const struct injection *in,
				   const struct node *selectors,
				   const char *list)
{
	const struct node *labels = node_find(in->pod, "metadata.labels");
	const struct node *selector;
	uint32_t i;
	int match;

	if (!selectors || selectors->kind != NODE_LIST)
		return NULL;
	for (i = 0; i < selectors->n; i++) {
		struct err e = ERR_INIT;

		selector = selectors->items[i];
		match = labels_match(selector, labels, &e);
		if (match < 0)
			warn_selector(in, list, &e);
		else if (match && !labels_selector_empty(selector))
			return selector;
	}
	return NULL;
}

/* ---- the decision ---- */

static const struct node *pod_namespace(const struct injection *in)
{
	const struct node *own = node_find(in->pod, "metadata.namespace");

	return node_string(own).n || !in->istio->policy ? own :
		node_find(in->object, "metadata.namespace");
}

static bool is_ignored(str namespace)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ignored_namespaces); i++)
		if (str_eq(namespace, str_of(ignored_namespaces[i])))
			return true;
	return false;
}

static str illegal_policy(const struct injection *in, str policy)
{
	str text = arena_printf(in->arena, "Illegal value for autoInject:%.*s, "
				"must be one of [disabled,enabled]. Auto "
				"injection disabled!", STR_ARG(policy));

	in->warn(in->ctx, POS_NONE, text.p);
	return arena_printf(in->arena, "policy \"%.*s\" is neither enabled nor "
			    "disabled", STR_ARG(policy));
}

/* Of a pod that does not say no: does it say yes, or nothing? */
static struct policy_decision ask_config(const struct injection *in,
				       struct policy_decision wished)
{
	const struct inject_config *config = &in->istio->inject;
	bool enabled = str_eq(config->policy, STR("enabled"));
	const struct node *never = NULL, *always = NULL;

	if (!wished.inject)
		never = matching(in, config->never, "NeverInjectSelector");
	if (never)
		return disabled(in, STR("neverInjectSelector matches"), never);
	if (!wished.inject)
		always = matching(in, config->always, "AlwaysInjectSelector");
	if (!enabled && !str_eq(config->policy, STR("disabled")))
		return disabled(in, illegal_policy(in, config->policy),
				config->policy_at);
	if (wished.inject)
		return wished;
	if (always)
		return yes(STR("alwaysInjectSelector matches"), always);
	return enabled ? yes(STR("policy enabled"), config->policy_at) :
		disabled(in, STR("policy disabled"), config->policy_at);
}

static struct policy_decision ask_pod(const struct injection *in)
{
	struct wished w = pod_wish(in);
	str reason;

	if (w.wish == WISH_NONE)
		return (struct policy_decision){ .reason = STR_NONE };
	reason = arena_printf(in->arena, "%s " INJECT " says %s", w.where,
			      w.wish == WISH_YES ? "yes" : "no");
	return w.wish == WISH_YES ? yes(reason, w.at) :
				    disabled(in, reason, w.at);
}

struct policy_decision policy_decide(const struct injection *in)
{
	const struct node *host = node_find(in->pod, "spec.hostNetwork");
	const struct node *own = pod_namespace(in);
	str namespace = own || !in->istio->policy ? node_string(own) :
						    in->namespace;
	struct policy_decision decision;

	if (host && scalar_bool(host))
		return no(in, STR("host networking"), host,
			  "host networking enabled");
	if (is_ignored(namespace))
		return disabled(in, arena_printf(in->arena, "namespace %.*s",
						 STR_ARG(namespace)), own);
	decision = ask_pod(in);
	if (decision.reason.n && !decision.inject)
		return decision;
	if (in->istio->policy)
		return ask_config(in, decision);
	return decision.inject ? decision :
		yes(STR("no label or annotation says no"), NULL);
}
