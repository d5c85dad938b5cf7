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
#include "istio/policy.h"

#include "k8s/labels.h"
#include "tmpl/quote.h"
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

static struct policy_answer no(const struct injection *in, str reason,
			       const char *what)
{
	struct policy_answer answer = { .reason = reason };
	struct buf b = BUF_INIT;

	buf_addz(&b, "Skipping injection because ");
	add_name(&b, in);
	buf_printf(&b, " has %s", what);
	answer.line = arena_str(in->arena, buf_str(&b));
	buf_release(&b);
	return answer;
}

static struct policy_answer disabled(const struct injection *in, str reason)
{
	return no(in, reason, "sidecar injection disabled");
}

/* ---- the pod's own wish ---- */

enum wish { WISH_NONE, WISH_YES, WISH_NO };

struct wished {
	enum wish wish;
	const char *where;	/* "label" or "annotation" */
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
	struct wished w = { WISH_NONE, label ? "label" : "annotation" };
	str value = label ? pod_label(in->pod, STR(INJECT)) :
			    pod_annotation(in->pod, STR(INJECT));

	if (str_eq(value, STR("true")))
		w.wish = WISH_YES;
	else if (str_eq(value, STR("false")))
		w.wish = WISH_NO;
	else if (value.n)
		warn_value(in, label ? label : note, value);
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

/* Does one of them, that is not empty, match the pod's labels?  What is no
 * selector is told and passed over. */
static bool one_matches(const struct injection *in,
			const struct node *selectors, const char *list)
{
	const struct node *labels = node_find(in->pod, "metadata.labels");
	const struct node *selector;
	uint32_t i;
	int match;

	if (!selectors || selectors->kind != NODE_LIST)
		return false;
	for (i = 0; i < selectors->n; i++) {
		struct err e = ERR_INIT;

		selector = selectors->items[i];
		match = labels_match(selector, labels, &e);
		if (match < 0)
			warn_selector(in, list, &e);
		else if (match && !labels_selector_empty(selector))
			return true;
	}
	return false;
}

/* ---- the answer ---- */

static str pod_namespace(const struct injection *in)
{
	str own = node_string(node_find(in->pod, "metadata.namespace"));

	return own.n || !in->istio->policy ? own : in->namespace;
}

static bool is_ignored(str namespace)
{
	size_t i;

	for (i = 0; i < sizeof(ignored_namespaces) /
			sizeof(ignored_namespaces[0]); i++)
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
static struct policy_answer ask_config(const struct injection *in, bool wishes)
{
	static const struct policy_answer yes = { .inject = true };
	const struct inject_config *config = &in->istio->inject;
	bool enabled = str_eq(config->policy, STR("enabled"));
	bool always;

	if (!wishes && one_matches(in, config->never, "NeverInjectSelector"))
		return disabled(in, STR("neverInjectSelector matches"));
	always = !wishes && one_matches(in, config->always,
					"AlwaysInjectSelector");
	if (!enabled && !str_eq(config->policy, STR("disabled")))
		return disabled(in, illegal_policy(in, config->policy));
	return wishes || always || enabled ? yes :
		disabled(in, STR("policy disabled"));
}

struct policy_answer policy_ask(const struct injection *in)
{
	static const struct policy_answer yes = { .inject = true };
	const struct node *host = node_find(in->pod, "spec.hostNetwork");
	str namespace = pod_namespace(in);
	struct wished w;

	if (host && scalar_bool(host))
		return no(in, STR("host networking"),
			  "host networking enabled");
	if (is_ignored(namespace))
		return disabled(in, arena_printf(in->arena, "namespace %.*s",
						 STR_ARG(namespace)));
	w = pod_wish(in);
	if (w.wish == WISH_NO)
		return disabled(in, arena_printf(in->arena, "%s " INJECT
						 " says no", w.where));
	if (!in->istio->policy)
		return yes;
	return ask_config(in, w.wish == WISH_YES);
}
