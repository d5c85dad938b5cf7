#include "k8s/select.h"

#include <strings.h>

#include "base/array.h"
#include "tree/scalar.h"

#define INJECT "sidecar.istio.io/inject"

/* Istio's list of namespaces (inject.go: IgnoredNamespaces). */
const struct select_rule select_default[] = {
	{ SELECT_LABEL, INJECT, NULL, "label " INJECT " says no" },
	{ SELECT_ANNOTATION, INJECT, NULL, "annotation " INJECT " says no" },
	{ SELECT_FIELD, "hostNetwork", "true", "host networking" },
	{ SELECT_NAMESPACE, NULL, "kube-system", "namespace kube-system" },
	{ SELECT_NAMESPACE, NULL, "kube-public", "namespace kube-public" },
	{ SELECT_NAMESPACE, NULL, "kube-node-lease",
	  "namespace kube-node-lease" },
	{ SELECT_NAMESPACE, NULL, "local-path-storage",
	  "namespace local-path-storage" },
	{ SELECT_NO_SPEC, NULL, NULL, "no pod spec" },
	{ SELECT_NO_SPEC, NULL, NULL, NULL },
};

/* Does a label or annotation with this text say no? */
static bool says_no(str text)
{
	static const char *const yes[] = { "y", "yes", "true", "on" };

	if (!text.n)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(yes); i++) {
		str word = str_of(yes[i]);

		if (word.n == text.n && !strncasecmp(word.p, text.p, word.n))
			return false;
	}
	return true;
}

/* A scalar as Go decodes it into a string: an unquoted `no` is "false", 017
 * is "15", null nothing.  What is no text lands in `room`. */
static str scalar_text(const struct node *n, struct buf *room)
{
	if (n->kind == NODE_STRING)
		return node_text(n);
	if (n->kind != NODE_NULL && node_is_scalar(n))
		scalar_json(room, n);
	return buf_str(room);
}

static bool has_value(const struct node *n, const char *value)
{
	struct buf room = BUF_INIT;
	bool has;
	str text;

	if (!n)
		return false;
	text = scalar_text(n, &room);
	has = value ? str_eq(text, str_of(value)) : says_no(text);
	buf_release(&room);
	return has;
}

const struct node *select_place(const struct select_rule *rule,
				const struct node *object,
				const struct node *pod)
{
	const struct node *labels = node_find(pod, "metadata.labels");
	const struct node *spec = node_get(pod, STR("spec")), *notes;
	str name = str_of(rule->name);

	switch (rule->what) {
	case SELECT_NO_SPEC:
		return spec;
	case SELECT_LABEL:
		return node_get(labels, name);
	case SELECT_ANNOTATION:
		notes = node_find(pod, "metadata.annotations");
		return node_get(labels, name) ? NULL : node_get(notes, name);
	case SELECT_NAMESPACE:
		return node_find(object, "metadata.namespace");
	case SELECT_FIELD:
		return node_find(spec, rule->name);
	}
	return NULL;
}

static bool holds(const struct select_rule *rule, const struct node *pod,
		  str namespace)
{
	const struct node *at;

	if (rule->what == SELECT_NAMESPACE)
		return str_eq(namespace, str_of(rule->value));
	at = select_place(rule, NULL, pod);
	if (rule->what == SELECT_NO_SPEC)
		return !at || at->kind == NODE_NULL;
	return has_value(at, rule->value);
}

const struct select_rule *select_skips(const struct select_rule *rules,
				       const struct node *pod, str namespace)
{
	for (; rules->reason; rules++)
		if (holds(rules, pod, namespace))
			return rules;
	return NULL;
}
