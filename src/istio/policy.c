/*
 * Does Istio inject this Pod?  The decisions of Istio's inject.go, in order;
 * the first that holds decides:
 *
 *	spec.hostNetwork                             no
 *	a system namespace                           no
 *	label, else annotation, sidecar.istio.io/inject
 *	        "false"                              no
 *	        "true"                               yes; with istio->policy, if
 *	                                             the policy is valid
 *	        until 1.26: y, yes, true or on,
 *	        in any case                          yes, as above
 *	        any other word                       no
 *	with istio->policy, of the injection Config:
 *	        neverInjectSelector matches          no
 *	        a policy that is unknown             no
 *	        alwaysInjectSelector matches         yes
 *	        policy enabled, disabled             yes, no
 *	else (kube-inject)                           yes
 *
 * kube-inject takes the namespace of the Pod template, which usually has none,
 * and so injects a Deployment in kube-system, too; the webhook uses that of the
 * request, as istio->policy does here with the object's.
 */
#include "istio/injection.h"

#include <strings.h>

#include "base/array.h"
#include "go/strconv.h"
#include "k8s/labels.h"
#include "tree/scalar.h"

#define INJECT "sidecar.istio.io/inject"

/* inject.IgnoredNamespaces */
static const char *const ignored_namespaces[] = {
	"kube-system", "kube-public", "kube-node-lease", "local-path-storage",
};

/* ---- messages ---- */

/* Kind "namespace/name" as in Istio's messages. */
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

/* ---- the Pod's label or annotation ---- */

enum wish { WISH_NONE, WISH_YES, WISH_NO };

/* What the Pod's label or annotation asks for. */
struct pod_wish {
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

/* inject.go: injectRequired, until 1.26: any other word is a no. */
static enum wish wish_of_word(str value)
{
	static const char *const yes_words[] = { "y", "yes", "true", "on" };

	if (!value.n)
		return WISH_NONE;
	for (size_t i = 0; i < ARRAY_SIZE(yes_words); i++)
		if (value.n == strlen(yes_words[i]) &&
		    strncasecmp(value.p, yes_words[i], value.n) == 0)
			return WISH_YES;
	return WISH_NO;
}

/* If both are present only the label counts, even if it is empty. */
static struct pod_wish read_wish(const struct injection *in)
{
	const struct node *meta = injection_meta(in->pod);
	const struct node *label = node_get(node_get(meta, STR("labels")),
					    STR(INJECT));
	const struct node *note = node_get(node_get(meta, STR("annotations")),
					   STR(INJECT));
	struct pod_wish w = { WISH_NONE, label ? "label" : "annotation",
			    label ? label : note };
	str value = label ? pod_label(in->pod, STR(INJECT)) :
			    pod_annotation(in->pod, STR(INJECT));

	if (!release_has(in->istio->release, RULE_INJECT_EXACT))
		w.wish = wish_of_word(value);
	else if (str_eq(value, STR("true")))
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

/* The first selector that is not empty and matches the Pod's labels, or NULL.
 * Invalid ones are reported and ignored. */
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

/* The decision for a Pod that does not opt out; `wished`: it opts in, or is
 * silent. */
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
	struct pod_wish w = read_wish(in);
	str reason;

	if (w.wish == WISH_NONE)
		return (struct policy_decision){ .reason = STR_NONE };
	reason = arena_printf(in->arena, "%s " INJECT " is %s", w.where,
			      w.wish == WISH_YES ? "true" : "false");
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
		yes(STR("no label or annotation disables it"), NULL);
}
