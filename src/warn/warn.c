#include "warn/warn.h"

const struct injector_warning warn_table[] = {
	[WARN_ANNOTATION_TYPO] = { "annotation-typo",
		"a label or annotation that looks like one of Istio's" },
	[WARN_CONFIGURATION] = { "configuration",
		"a setting that is not known or has no effect" },
	[WARN_DOUBLE_INJECTION] = { "double-injection",
		"the namespace is injected by the cluster, too" },
	[WARN_DUPLICATE_KEY] = { "duplicate-key",
		"a key that stands twice in a map" },
	[WARN_ISTIO] = { "istio",
		"what Istio warns about when it injects a Pod" },
	[WARN_JOB_SIDECAR] = { "job-sidecar",
		"a Job that never ends, as its sidecar does not" },
	[WARN_LABEL_VALUE] = { "label-value",
		"labels or annotations that Kubernetes refuses" },
	[WARN_NO_MATCH] = { "no-match",
		"a choice of workloads that matches none" },
	[WARN_PORT_COLLISION] = { "port-collision",
		"a port of the application that the sidecar has" },
	[WARN_RESTRICTED] = { "restricted",
		"a Pod that the namespace's pod security refuses" },
	[WARN_UNKNOWN_FIELD] = { "unknown-field",
		"a field that the Kubernetes API does not have" },
	[N_WARNINGS] = { NULL, NULL },
};

static int no_such(str name, struct err *e)
{
	struct buf names = BUF_INIT;

	for (int i = 0; i < N_WARNINGS; i++)
		buf_printf(&names, "%s%s", i ? ", " : "", warn_table[i].name);
	err_set(e, POS_NONE, "no warning is called `%.*s'; there are: %s",
		STR_ARG(name), buf_z(&names));
	buf_release(&names);
	return -1;
}

int warn_named(uint32_t *set, str name, struct err *e)
{
	for (int i = 0; i < N_WARNINGS; i++) {
		if (str_eq(str_of(warn_table[i].name), name)) {
			*set |= (uint32_t)1 << i;
			return 0;
		}
	}
	return no_such(name, e);
}

void warn_tell(const struct warn *w, enum warning which, const struct node *at,
	       struct buf *text)
{
	w->tell(w->ctx, which, at, buf_z(text));
	buf_release(text);
}

const struct node *warn_list(const struct node *pod, const char *name)
{
	const struct node *list = node_get(node_get(pod, STR("spec")),
					   str_of(name));

	return list && list->kind == NODE_LIST ? list : NULL;
}

str warn_name(const struct node *container)
{
	return node_string(node_get(container, STR("name")));
}

bool warn_runs_on(const struct node *container, const char *list)
{
	return strcmp(list, WARN_CONTAINERS) == 0 ||
	       str_eq(node_string(node_get(container, STR("restartPolicy"))),
		      STR("Always"));
}

static bool is_in(const struct node *pod, const char *name, str container)
{
	const struct node *list = warn_list(pod, name);

	for (uint32_t i = 0; list && i < list->n; i++)
		if (str_eq(warn_name(list->items[i]), container) &&
		    node_get(list->items[i], STR("image")))
			return true;
	return false;
}

bool warn_is_given(const struct warn *w, str name)
{
	for (uint32_t i = 0; i < w->n_given; i++)
		if (is_in(w->given[i], WARN_CONTAINERS, name) ||
		    is_in(w->given[i], WARN_INIT_CONTAINERS, name))
			return true;
	return false;
}
