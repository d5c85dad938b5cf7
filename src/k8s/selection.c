#include "k8s/selection.h"

#include <fnmatch.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "k8s/labels.h"
#include "tree/scalar.h"

const char *const filter_options[] = {
	[FILTER_ONLY] = "--only",
	[FILTER_SKIP] = "--skip",
	[FILTER_SELECTOR] = "--selector",
};

/* From kubectl api-resources, for kinds with Pod templates. */
static const struct {
	const char *name, *kind;
} short_names[] = {
	{ "cj", "cronjob" },
	{ "dc", "deploymentconfig" },
	{ "deploy", "deployment" },
	{ "ds", "daemonset" },
	{ "ksvc", "service" },
	{ "lws", "leaderworkerset" },
	{ "po", "pod" },
	{ "rc", "replicationcontroller" },
	{ "ro", "rollout" },
	{ "rs", "replicaset" },
	{ "sts", "statefulset" },
};

static const char *full_kind(const char *kind)
{
	for (size_t i = 0; i < ARRAY_SIZE(short_names);
	     i++)
		if (strcasecmp(kind, short_names[i].name) == 0)
			return short_names[i].kind;
	return kind;
}

/* ---- object filters: patterns ---- */

#define PARTS_MAX 3

static int wrong(const struct filter_rule *rule, struct err *e)
{
	return err_set(e, POS_NONE,
		       "%s: invalid pattern \"%s\": expected KIND/NAME, "
		       "NAME or NAMESPACE/KIND/NAME",
		       filter_options[rule->sort], rule->text);
}

static void read_kind(struct arena *a, struct filter_rule *rule, str part)
{
	str kind, group = STR_NONE;
	bool has_group = str_cut(part, '.', &kind, &group);

	rule->kind = full_kind(arena_str(a, kind).p);
	rule->group = has_group ? arena_str(a, group).p : NULL;
}

static int read_pattern(struct arena *a, struct filter_rule *rule,
			struct err *e)
{
	str parts[PARTS_MAX], rest = str_of(rule->text);
	bool more = true;
	int n = 0;

	for (; more && n < PARTS_MAX; n++) {
		more = str_cut(rest, '/', &parts[n], &rest);
		if (!parts[n].n)
			return wrong(rule, e);
	}
	if (more)
		return wrong(rule, e);
	rule->name = arena_str(a, parts[n - 1]).p;
	if (n > 1)
		read_kind(a, rule, parts[n - 2]);
	if (n > 2)
		rule->namespace = arena_str(a, parts[0]).p;
	return 0;
}

int filter_add(struct arena *a, struct object_filter *c, enum filter_sort sort,
	       const char *text, struct err *e)
{
	struct filter_rule *rule = &c->rules[c->n++];

	*rule = (struct filter_rule){ .sort = sort, .text = text };
	c->only |= sort == FILTER_ONLY;
	if (sort != FILTER_SELECTOR)
		return read_pattern(a, rule, e);
	rule->selector = labels_selector_of(a, str_of(text), e);
	return rule->selector ? 0 : -1;
}

/* ---- object filters: matching ---- */

static bool glob(const char *pattern, const char *text)
{
	return !pattern || fnmatch(pattern, text, 0) == 0;
}

static bool is_kind(const char *pattern, const char *kind)
{
	struct buf plural = BUF_INIT;
	bool is;

	if (!pattern || fnmatch(pattern, kind, FNM_CASEFOLD) == 0)
		return true;
	buf_printf(&plural, "%ss", kind);
	is = fnmatch(pattern, buf_z(&plural), FNM_CASEFOLD) == 0;
	buf_release(&plural);
	return is;
}

static bool matches(const struct filter_rule *rule,
		    const struct filter_object *object)
{
	if (rule->sort == FILTER_SELECTOR)
		return labels_match(rule->selector, object->labels, NULL) > 0;
	return glob(rule->name, object->name) &&
	       is_kind(rule->kind, object->kind) &&
	       glob(rule->group, object->group) &&
	       glob(rule->namespace, object->namespace);
}

const char *filter_skips(const struct object_filter *c,
			 const struct filter_object *object, bool *matched)
{
	bool only = !c->only, skip = false, selected = true;

	for (uint32_t i = 0; i < c->n; i++) {
		bool match = matches(&c->rules[i], object);

		matched[i] |= match;
		only |= match && c->rules[i].sort == FILTER_ONLY;
		skip |= match && c->rules[i].sort == FILTER_SKIP;
		selected &= match || c->rules[i].sort != FILTER_SELECTOR;
	}
	if (!only)
		return "not chosen by --only";
	if (skip)
		return "left out by --skip";
	return selected ? NULL : "not chosen by --selector";
}

/* ---- skip rules ---- */

#define ISTIO_INJECT "sidecar.istio.io/inject"
#define HOST_NETWORK "host-network"
#define SYSTEM_NAMESPACE "system-namespace"
#define NAMESPACE(name) \
	{ SKIP_NAMESPACE, NULL, name, "namespace " name, SYSTEM_NAMESPACE }

/* The namespaces are Istio's (inject.go: IgnoredNamespaces). */
const struct skip_rule skip_rules_default[] = {
	{ SKIP_LABEL, SKIP_INJECT, NULL, "label " SKIP_INJECT " is false",
	  NULL },
	{ SKIP_ANNOTATION, SKIP_INJECT, NULL,
	  "annotation " SKIP_INJECT " is false", NULL },
	{ SKIP_ISTIO_LABEL, ISTIO_INJECT, NULL,
	  "label " ISTIO_INJECT " is false", NULL },
	{ SKIP_FIELD, "hostNetwork", "true", "host networking", HOST_NETWORK },
	NAMESPACE("kube-system"),
	NAMESPACE("kube-public"),
	NAMESPACE("kube-node-lease"),
	NAMESPACE("local-path-storage"),
	{ SKIP_NO_SPEC, NULL, NULL, "no pod spec", NULL },
	{ SKIP_NO_SPEC, NULL, NULL, NULL, NULL },
};

static bool is_group(const struct skip_rule *rule, str name)
{
	return rule->group && str_eq(str_of(rule->group), name);
}

/* Remove the group's rules; false if there are none. */
static bool drop_group(struct skip_rule *rules, str name)
{
	struct skip_rule *to = rules;
	bool dropped = false;

	for (; rules->reason; rules++) {
		if (is_group(rules, name))
			dropped = true;
		else
			*to++ = *rules;
	}
	*to = *rules;
	return dropped;
}

static bool is_known_group(str name)
{
	for (const struct skip_rule *rule = skip_rules_default; rule->reason;
	     rule++)
		if (is_group(rule, name))
			return true;
	return false;
}

const struct skip_rule *skip_rules_without(struct arena *a,
					   const struct skip_rule *rules,
					   str groups, struct err *e)
{
	struct skip_rule *left;
	bool more = true;
	uint32_t n = 0;
	str name;

	while (rules[n].reason)
		n++;
	left = arena_array(a, struct skip_rule, n + 1);
	memcpy(left, rules, (n + 1) * sizeof(*left));
	while (more) {
		more = str_cut(groups, ',', &name, &groups);
		if (drop_group(left, name) || is_known_group(name))
			continue;
		err_set(e, POS_NONE, "unknown reason to skip \"%.*s\" (expected"
			" " HOST_NETWORK " or " SYSTEM_NAMESPACE ")",
			STR_ARG(name));
		return NULL;
	}
	return left;
}

/* Does the text of a label or annotation mean false? */
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

/* A scalar as Go decodes it into a string: an unquoted `no` is "false", 017 is
 * "15", null is empty.  A value that is not text is put into `room`. */
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

const struct node *skip_rule_node(const struct skip_rule *rule,
				const struct node *object,
				const struct node *pod)
{
	const struct node *labels = node_find(pod, "metadata.labels");
	const struct node *spec = node_get(pod, STR("spec")), *notes;
	str name = str_of(rule->name);

	switch (rule->what) {
	case SKIP_NO_SPEC:
		return spec;
	case SKIP_LABEL:
		return node_get(labels, name);
	case SKIP_ANNOTATION:
		notes = node_find(pod, "metadata.annotations");
		return node_get(labels, name) ? NULL : node_get(notes, name);
	case SKIP_ISTIO_LABEL:
		notes = node_find(pod, "metadata.annotations");
		return node_get(labels, STR(SKIP_INJECT)) ||
				       node_get(notes, STR(SKIP_INJECT)) ?
			       NULL : node_get(labels, name);
	case SKIP_NAMESPACE:
		return node_find(object, "metadata.namespace");
	case SKIP_FIELD:
		return node_find(spec, rule->name);
	}
	return NULL;
}

static bool holds(const struct skip_rule *rule, const struct node *pod,
		  str namespace)
{
	const struct node *at;

	if (rule->what == SKIP_NAMESPACE)
		return str_eq(namespace, str_of(rule->value));
	at = skip_rule_node(rule, NULL, pod);
	if (rule->what == SKIP_NO_SPEC)
		return !at || at->kind == NODE_NULL;
	return has_value(at, rule->value);
}

const struct skip_rule *skip_rule_match(const struct skip_rule *rules,
				       const struct node *pod, str namespace)
{
	for (; rules->reason; rules++)
		if (holds(rules, pod, namespace))
			return rules;
	return NULL;
}
