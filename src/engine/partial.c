/*
 * Documents that are not whole manifests: templates of Helm charts, patches and
 * fragments of workloads, and files of other programs among the manifests.
 */
#include "engine/run.h"

#include "base/array.h"
#include "helm/helm.h"
#include "k8s/workload.h"

/* ---- Helm templates ---- */

#define TEMPLATE "looks like a Helm template ({{ outside quotes)"

static void warn_template(struct run *r, struct pos pos)
{
	run_warn(r, WARN_HELM_TEMPLATE, pos,
		 "skipped: " TEMPLATE "; inject the output of `helm template` "
		 "instead");
}

/* The place of an action that makes the document a template. */
static bool find_action(const struct source *source, bool parses,
			struct pos *pos)
{
	size_t at;

	if (!chart_is_template(source->text, parses, &at))
		return false;
	*pos = source_pos(source, at);
	return true;
}

bool partial_unreadable(struct run *r, const struct source *source)
{
	struct pos pos;

	if (!find_action(source, false, &pos))
		return false;
	run_forget_error(r);
	warn_template(r, pos);
	if (!r->injector->render && r->injector->format == INJECTOR_YAML &&
	    !r->stream->manifests_only)
		buf_adds(&r->out.pending, source->text);
	return true;
}

void partial_begin(struct run *r, const struct document *doc)
{
	r->partial = (struct partial){ .root = doc->root };
	r->partial.is_template = find_action(doc->source, true,
					     &r->partial.action);
}

/* ---- patches ---- */

static const char *patch_reason(struct run *r)
{
	const char *by = r->stream->patch_of;
	struct pos pos;

	if (!by || r->injector->task == INJECTOR_UNINJECT)
		return NULL;
	pos = node_pos(r->visit.object);
	if (r->stream->found) {
		run_warn(r, WARN_PARTIAL, pos,
			 arena_printf(&r->doc, "skipped: a patch of %s",
				      by).p);
		return arena_printf(&r->doc, "patch of %s", by).p;
	}
	run_warn(r, WARN_PARTIAL, pos,
		 arena_printf(&r->doc, "a patch of %s; the sidecar becomes "
			      "part of the patch", by).p);
	return NULL;
}

const char *partial_reason(struct run *r)
{
	struct partial *p = &r->partial;
	const char *reason;

	if (p->is_template) {
		warn_template(r, p->action);
		reason = TEMPLATE;
	} else {
		reason = patch_reason(r);
	}
	p->is_dropped = p->is_dropped || reason;
	return reason;
}

/* ---- fragments ---- */

/* Kinds of apps/v1 that the cluster refuses without a selector. */
static bool needs_selector(const struct run *r)
{
	static const char *const kinds[] = {
		"DaemonSet", "Deployment", "ReplicaSet", "StatefulSet",
	};
	const struct node *object = r->visit.object;
	str kind = node_string(node_get(object, STR("kind")));

	if (!str_eq(node_string(node_get(object, STR("apiVersion"))),
		    STR("apps/v1")))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (str_eq(kind, str_of(kinds[i])))
			return true;
	return false;
}

static bool has_image(const struct node *container)
{
	const struct node *image = node_get(container, STR("image"));

	return image && image->kind != NODE_NULL;
}

/* NULL if a container has an image. */
static const char *lacks_images(struct run *r, const struct node *list)
{
	for (uint32_t i = 0; i < list->n; i++)
		if (has_image(list->items[i]))
			return NULL;
	return arena_printf(&r->doc, "no image for container \"%.*s\"",
			    STR_ARG(node_string(node_get(list->items[0],
							 STR("name"))))).p;
}

/* What is missing that no template of a sidecar can add, or NULL.  A
 * kustomization may add a selector, and nothing else of these. */
static const char *fragment_lacks(struct run *r, const struct node *pod)
{
	const struct node *selector = node_find(r->visit.object,
						"spec.selector");
	const struct node *list = node_find(pod, "spec.containers");
	const char *lacks;

	if (!list || list->kind != NODE_LIST || !list->n)
		return "no containers";
	lacks = lacks_images(r, list);
	if (!lacks && !r->stream->resource && needs_selector(r) &&
	    (!selector || selector->kind == NODE_NULL))
		lacks = "no selector";
	return lacks;
}

const char *partial_fragment(struct run *r, const struct node *pod)
{
	const char *lacks;

	/* a check of the result reports what was named */
	if (!r->stream->found)
		return NULL;
	lacks = fragment_lacks(r, pod);
	if (!lacks)
		return NULL;
	run_warn(r, WARN_PARTIAL, node_pos(r->visit.object),
		 arena_printf(&r->doc, "skipped: only a fragment: %s",
			      lacks).p);
	r->partial.is_dropped = true;
	return arena_printf(&r->doc, "only a fragment: %s", lacks).p;
}

/* ---- other documents ---- */

/* API groups whose objects programs read from files and no cluster has. */
static bool is_for_cluster(str api_version)
{
	static const char *const groups[] = {
		"k3d.io/", "kind.x-k8s.io/", "kubeadm.k8s.io/",
		"kustomize.config.k8s.io/", "skaffold/",
	};

	for (size_t i = 0; i < ARRAY_SIZE(groups); i++)
		if (str_starts(api_version, str_of(groups[i])))
			return false;
	return true;
}

bool partial_is_written(const struct run *r)
{
	const struct partial *p = &r->partial;
	const struct node *root = p->root;
	const struct workload *item;
	str api_version = node_string(node_get(root, STR("apiVersion")));
	str kind = node_string(node_get(root, STR("kind")));

	if (!r->stream->manifests_only)
		return true;
	/* other objects of a List are whole */
	if (p->is_dropped && (p->is_template || !workload_is_list(root, &item)))
		return false;
	return kind.n && api_version.n && is_for_cluster(api_version);
}
