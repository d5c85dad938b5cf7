#include "k8s/choose.h"

#include <fnmatch.h>
#include <strings.h>

#include "base/array.h"
#include "k8s/labels.h"

const char *const choose_options[] = {
	[CHOOSE_ONLY] = "--only",
	[CHOOSE_SKIP] = "--skip",
	[CHOOSE_SELECTOR] = "--selector",
};

/* kubectl api-resources: those of kinds with pod templates. */
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

/* ---- patterns ---- */

#define PARTS_MAX 3

static int wrong(const struct choose_rule *rule, struct err *e)
{
	return err_set(e, POS_NONE, "%s: `%s' is neither KIND/NAME, NAME nor "
		       "NAMESPACE/KIND/NAME", choose_options[rule->sort],
		       rule->text);
}

static void read_kind(struct arena *a, struct choose_rule *rule, str part)
{
	str kind, group = STR_NONE;
	bool has_group = str_cut(part, '.', &kind, &group);

	rule->kind = full_kind(arena_str(a, kind).p);
	rule->group = has_group ? arena_str(a, group).p : NULL;
}

static int read_pattern(struct arena *a, struct choose_rule *rule,
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

int choose_add(struct arena *a, struct choose *c, enum choose_sort sort,
	       const char *text, struct err *e)
{
	struct choose_rule *rule = &c->rules[c->n++];

	*rule = (struct choose_rule){ .sort = sort, .text = text };
	c->only |= sort == CHOOSE_ONLY;
	if (sort != CHOOSE_SELECTOR)
		return read_pattern(a, rule, e);
	rule->selector = labels_selector_of(a, str_of(text), e);
	return rule->selector ? 0 : -1;
}

/* ---- matching ---- */

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

static bool matches(const struct choose_rule *rule,
		    const struct choose_object *object)
{
	if (rule->sort == CHOOSE_SELECTOR)
		return labels_match(rule->selector, object->labels, NULL) > 0;
	return glob(rule->name, object->name) &&
	       is_kind(rule->kind, object->kind) &&
	       glob(rule->group, object->group) &&
	       glob(rule->namespace, object->namespace);
}

const char *choose_skips(const struct choose *c,
			 const struct choose_object *object, bool *matched)
{
	bool only = !c->only, skip = false, selected = true;

	for (uint32_t i = 0; i < c->n; i++) {
		bool match = matches(&c->rules[i], object);

		matched[i] |= match;
		only |= match && c->rules[i].sort == CHOOSE_ONLY;
		skip |= match && c->rules[i].sort == CHOOSE_SKIP;
		selected &= match || c->rules[i].sort != CHOOSE_SELECTOR;
	}
	if (!only)
		return "not chosen by --only";
	if (skip)
		return "left out by --skip";
	return selected ? NULL : "not chosen by --selector";
}
