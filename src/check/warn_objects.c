/*
 * Objects that are not injected, or not as somebody expects: of a kind that
 * looks like a workload, or with labels and annotations that have no effect
 * where they are.
 */
#include "check/warnings.h"

#include <strings.h>

#include "base/array.h"
#include "k8s/selection.h"
#include "k8s/workload.h"

/* ---- not-a-workload: a wrong kind or apiVersion ---- */

/* The row of a built-in workload with that kind, in any case. */
static const struct workload *resembling(str kind)
{
	for (const struct workload *w = workload_table; w->kind; w++)
		if (w->type && strlen(w->kind) == kind.n &&
		    !strncasecmp(w->kind, kind.p, kind.n))
			return w;
	return NULL;
}

/* An API group that only Kubernetes has: "apps", "policy", "x.k8s.io". */
static bool is_of_kubernetes(str group)
{
	return !memchr(group.p ? group.p : "", '.', group.n) ||
	       str_ends(group, STR(".k8s.io"));
}

/* "apps" of "apps/v1", "" of "v1" or nothing. */
static str group_of(const struct node *object)
{
	str api = node_string(node_get(object, STR("apiVersion")));
	str group, version;

	return str_cut(api, '/', &group, &version) ? group : STR("");
}

/* Has any row of a built-in workload this group, and this kind unless NULL? */
static bool has_row(str group, const char *kind)
{
	for (const struct workload *w = workload_table; w->kind; w++)
		if (w->type && str_eq(str_of(w->group), group) &&
		    (!kind || strcmp(w->kind, kind) == 0))
			return true;
	return false;
}

static void add_api(struct buf *b, const struct workload *w, const char *list)
{
	buf_printf(b, "%s%s is %s%sv1", w->kind, list, w->group,
		   *w->group ? "/" : "");
}

/* Kubernetes refuses such an object, but elsewhere and later. */
static void warn_kind(const struct warn *w, const struct node *object,
		      const struct node *kind)
{
	const struct node *api = node_get(object, STR("apiVersion"));
	str name = node_string(kind), group = group_of(object);
	bool list = name.n > 4 && !strncasecmp(name.p + name.n - 4, "List", 4);
	const char *suffix = list ? "List" : "";
	const struct workload *row;
	struct buf b = BUF_INIT;

	row = resembling(list ? str_sub(name, 0, name.n - 4) : name);
	if (!row || !is_of_kubernetes(group))
		return;
	if (!api) {
		buf_addz(&b, "not a workload: apiVersion is missing; ");
		add_api(&b, row, suffix);
		warn_emit(w, WARN_NOT_A_WORKLOAD, kind, &b);
	} else if (!has_row(group, row->kind)) {
		buf_addz(&b, "not a workload: ");
		add_api(&b, row, suffix);
		warn_emit(w, WARN_NOT_A_WORKLOAD, api, &b);
	} else if (strncmp(name.p, row->kind, strlen(row->kind)) != 0 ||
		   (list && !str_ends(name, STR("List")))) {
		buf_printf(&b, "not a workload: kind %.*s is written %s%s",
			   STR_ARG(name), row->kind, suffix);
		warn_emit(w, WARN_NOT_A_WORKLOAD, kind, &b);
	}
}

void warn_wrong_kind(const struct warn *w, const struct node *object)
{
	const struct node *kind = node_get(object, STR("kind"));
	const struct node *api = node_get(object, STR("apiVersion"));
	struct buf b = BUF_INIT;

	if (warn_has(w->off, WARN_NOT_A_WORKLOAD))
		return;
	if (node_string(kind).n) {
		warn_kind(w, object, kind);
	} else if (!kind && node_string(api).n &&
		   has_row(group_of(object), NULL) &&
		   node_find(object, "spec.template.spec.containers")) {
		buf_addz(&b, "not a workload: kind is missing");
		warn_emit(w, WARN_NOT_A_WORKLOAD, api, &b);
	}
}

/* ---- not-a-workload: a Pod spec in a custom resource ---- */

#define SEARCH_DEPTH 8

/* A list of containers, each with name and image. */
static bool has_containers(const struct node *spec)
{
	const struct node *list = node_get(spec, STR("containers"));

	if (!list || list->kind != NODE_LIST || !list->n)
		return false;
	for (uint32_t i = 0; i < list->n; i++)
		if (!warn_name(list->items[i]).n ||
		    !node_string(node_get(list->items[i], STR("image"))).n)
			return false;
	return true;
}

/* Append the path from n to a map below it that has a Pod spec. */
static bool find_pod(const struct node *n, struct buf *path, int depth)
{
	size_t start = path->n;

	if (node_is_scalar(n) || !depth)
		return false;
	if (start && n->kind == NODE_MAP &&
	    has_containers(node_get(n, STR("spec"))))
		return true;
	for (uint32_t i = 0; i < n->n; i++) {
		bool map = n->kind == NODE_MAP;

		/* a key that is no part of a path */
		if (map && memchr(node_text(n->entries[i].key).p, '.',
				  node_text(n->entries[i].key).n))
			continue;
		if (start)
			buf_addc(path, '.');
		if (map)
			buf_adds(path, node_text(n->entries[i].key));
		else
			buf_addc(path, '*');
		if (find_pod(map ? n->entries[i].value : n->items[i], path,
			     depth - 1))
			return true;
		path->n = start;
	}
	return false;
}

void warn_hidden_pod(const struct warn *w, const struct node *object)
{
	str kind = node_string(node_get(object, STR("kind")));
	str group = group_of(object);
	struct buf path = BUF_INIT, b = BUF_INIT;

	if (warn_has(w->off, WARN_NOT_A_WORKLOAD) || !kind.n ||
	    is_of_kubernetes(group) || str_ends(kind, STR("List")) ||
	    !find_pod(object, &path, SEARCH_DEPTH)) {
		buf_release(&path);
		return;
	}
	buf_printf(&b, "not a workload: %.*s has a Pod spec at %s.spec; to "
		   "inject it, use --kind %.*s/%.*s=%s", STR_ARG(kind),
		   buf_z(&path), STR_ARG(group), STR_ARG(kind), buf_z(&path));
	warn_emit(w, WARN_NOT_A_WORKLOAD, node_get(object, STR("kind")), &b);
	buf_release(&path);
}

/* ---- misplaced-annotation ---- */

/* Names, or prefixes that end in a slash, that are read from Pods only. */
static const char *const istio_names[] = {
	"sidecar.istio.io/", "traffic.sidecar.istio.io/",
	"status.sidecar.istio.io/", "readiness.status.sidecar.istio.io/",
	"proxy.istio.io/", "inject.istio.io/", "prometheus.istio.io/",
	"istio.io/reroute-virtual-interfaces",
};
static const char *const own_names[] = { SKIP_INJECT };

static bool is_for_pods(str key, bool istio)
{
	const char *const *names = istio ? istio_names : own_names;
	size_t n = istio ? ARRAY_SIZE(istio_names) : ARRAY_SIZE(own_names);

	for (size_t i = 0; i < n; i++) {
		str name = str_of(names[i]);

		if (str_ends(name, STR("/")) ? str_starts(key, name) :
					       str_eq(key, name))
			return true;
	}
	return false;
}

static void warn_misplaced_in(const struct warn *w, const struct node *meta,
			      const struct misplaced *m, const char *map)
{
	const struct node *names = node_get(meta, str_of(map));
	const struct node *right = node_get(m->right, str_of(map));

	for (uint32_t i = 0; names && names->kind == NODE_MAP && i < names->n;
	     i++) {
		const struct node *key = names->entries[i].key;
		struct buf b = BUF_INIT;

		if (!is_for_pods(node_text(key), m->istio) ||
		    node_get(right, node_text(key)))
			continue;
		buf_printf(&b, "%.*s has no effect on this %s; put it into "
			   "%s.%s", STR_ARG(node_text(key)), w->kind, m->path,
			   map);
		warn_emit(w, WARN_MISPLACED_ANNOTATION, key, &b);
	}
}

void warn_misplaced(const struct warn *w, const struct node *meta,
		    const struct misplaced *m)
{
	if (warn_has(w->off, WARN_MISPLACED_ANNOTATION) || meta == m->right)
		return;
	warn_misplaced_in(w, meta, m, "labels");
	warn_misplaced_in(w, meta, m, "annotations");
}
